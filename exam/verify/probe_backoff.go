package verify

import (
	"fmt"
	"strconv"
	"time"
)

// probeBackoff looks at the tries to tell a failing metrics service of the
// clicks on code=: there are at most n= different event ids among them, and the
// event that was tried most often was tried at least three times, not more than
// max= times, and with pauses that grow by half and more from the first to the
// last.
func probeBackoff(x *Ctx, args map[string]string) error {
	n, err := strconv.Atoi(args["n"])
	if err != nil {
		return fmt.Errorf("n=: %w", err)
	}
	limit, err := strconv.Atoi(args["max"])
	if err != nil {
		return fmt.Errorf("max=: %w", err)
	}
	tries, err := Observe(x, "tries "+args["code"], func() (map[string][]time.Time, error) {
		tries := map[string][]time.Time{}
		for _, h := range x.R.Bench.Hits("events", "") {
			for _, e := range eventsIn(h) {
				if e.Code == args["code"] {
					tries[e.ID] = append(tries[e.ID], h.At)
				}
			}
		}
		return tries, nil
	})
	if err != nil {
		return err
	}
	var most []time.Time
	for _, at := range tries {
		if len(at) > len(most) || len(at) == len(most) && len(at) > 0 && at[0].Before(most[0]) {
			most = at
		}
	}
	if len(tries) > n {
		return &Failure{What: "different event_ids in the tries", Expected: "at most " + args["n"] + ", one for each click", Actual: strconv.Itoa(len(tries)), Exchange: x.last()}
	}
	if len(most) < 3 || len(most) > limit {
		return &Failure{What: "tries for one event while the metrics service failed", Expected: "3 to " + args["max"], Actual: strconv.Itoa(len(most)), Exchange: x.last()}
	}
	first, last := most[1].Sub(most[0]), most[len(most)-1].Sub(most[len(most)-2])
	if last < first*3/2 {
		return &Failure{What: fmt.Sprintf("pauses between %d tries for one event", len(most)), Expected: "growing", Actual: fmt.Sprintf("the first is %v, the last %v", first.Round(time.Millisecond), last.Round(time.Millisecond)), Exchange: x.last(), Timing: true}
	}
	return nil
}
