package verify

import (
	"fmt"
	"strconv"
	"time"
)

// probeGone waits up to a second for every caller of a hanging role of the
// bench to close its request: of=ROLE.
func probeGone(x *Ctx, args map[string]string) error {
	for try := 0; ; try++ {
		hits, err := x.Hits(args["of"], "")
		if err != nil {
			return err
		}
		gone := 0
		for _, h := range hits {
			if h.Gone {
				gone++
			}
		}
		if len(hits) > 0 && gone == len(hits) {
			return nil
		}
		if try > 20 {
			return &Failure{What: "requests to the hanging upstream that your service gave up", Expected: fmt.Sprintf("all %d", len(hits)), Actual: strconv.Itoa(gone), Exchange: x.last()}
		}
		if err := x.Sleep(50 * time.Millisecond); err != nil {
			return err
		}
	}
}
