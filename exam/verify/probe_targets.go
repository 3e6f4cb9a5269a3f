package verify

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// probeTargets follows a sample= of short links, whose codes= stand in the
// order of making, and holds each Location against prefix= and its number.
func probeTargets(x *Ctx, args map[string]string) error {
	var codes []string
	if err := json.Unmarshal([]byte(args["codes"]), &codes); err != nil {
		return fmt.Errorf("codes=: %w", err)
	}
	sample, err := strconv.Atoi(args["sample"])
	if err != nil {
		return err
	}
	step := max(1, len(codes)/max(1, sample))
	for i := 0; i < len(codes); i += step {
		e := x.Do(Request{Method: "GET", Target: "/" + codes[i]})
		want := args["prefix"] + strconv.Itoa(i)
		if got := e.Got.Header.Get("Location"); got != want {
			return &Failure{What: "target of code " + codes[i], Expected: want, Actual: strconv.Quote(got) + " " + e.Got.Err, Exchange: &e,
				Hint: "Two links made at the same moment got mixed up."}
		}
	}
	return nil
}
