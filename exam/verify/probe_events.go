package verify

import (
	"fmt"
	"strconv"
)

// probeEvents looks at the metrics service: it was told of n= different events
// of the link code=, within= a duration; told twice counts once.
func probeEvents(x *Ctx, args map[string]string) error {
	n, err := strconv.Atoi(args["n"])
	if err != nil {
		return fmt.Errorf("n=: %w", err)
	}
	return x.until(args["within"], func() error {
		got, err := Observe(x, "events "+args["code"], func() (int, error) { return len(x.R.Bench.Events(args["code"])), nil })
		if err == nil && got != n {
			err = &Failure{What: "different events that the metrics service took for this link", Expected: args["n"], Actual: strconv.Itoa(got), Exchange: x.last()}
		}
		return err
	})
}
