package verify

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// probeAttempts looks at the tries to charge token=: at least one, at most
// max=, and all with one Idempotency-Key.
func probeAttempts(x *Ctx, args map[string]string) error {
	limit, err := strconv.Atoi(args["max"])
	if err != nil {
		return fmt.Errorf("max=: %w", err)
	}
	hits, err := x.Hits("payments", "/charges")
	if err != nil {
		return err
	}
	n, keys := 0, map[string]bool{}
	for _, h := range hits {
		var in struct{ Token string }
		if json.Unmarshal([]byte(h.Body), &in) == nil && in.Token == args["token"] {
			n++
			keys[h.Header.Get("Idempotency-Key")] = true
		}
	}
	if n < 1 || n > limit {
		return &Failure{What: "attempts to charge", Expected: "1 to " + args["max"], Actual: strconv.Itoa(n), Exchange: x.last()}
	}
	if len(keys) != 1 || keys[""] {
		return &Failure{What: "Idempotency-Keys of the attempts to charge", Expected: "one for all", Actual: fmt.Sprintf("%d different ones in %d attempts", len(keys), n), Exchange: x.last()}
	}
	return nil
}
