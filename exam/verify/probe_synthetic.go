package verify

import (
	"fmt"
	"strconv"
)

// probeSynthetic waits for calls with X-Synthetic at the role of= of the bench:
// min= of them within= a duration.
func probeSynthetic(x *Ctx, args map[string]string) error {
	least, err := strconv.Atoi(args["min"])
	if err != nil {
		return fmt.Errorf("min=: %w", err)
	}
	return x.until(args["within"], func() error {
		hits, err := x.Hits(args["of"]+synthetic, "")
		if err == nil && len(hits) < least {
			err = &Failure{What: "calls with X-Synthetic at the verifier's upstream", Expected: "at least " + args["min"], Actual: strconv.Itoa(len(hits)), Exchange: x.last()}
		}
		return err
	})
}
