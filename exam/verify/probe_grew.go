package verify

import (
	"fmt"
	"strconv"
)

// probeGrew compares a number with what it was: field= (a path in the JSON of
// GET path=) is at least min= and at most max= larger than from=; within= how
// long it may take to become so.
func probeGrew(x *Ctx, args map[string]string) error {
	from, err := strconv.ParseFloat(args["from"], 64)
	if err != nil {
		return &Failure{What: args["field"] + " before", Expected: "a number", Actual: strconv.Quote(clip(args["from"], 80)), Exchange: x.last()}
	}
	least, err := count(args["min"], 0)
	if err != nil {
		return fmt.Errorf("min=: %w", err)
	}
	most, err := count(args["max"], 1<<40)
	if err != nil {
		return fmt.Errorf("max=: %w", err)
	}
	want := fmt.Sprintf("at least %d more", least)
	if args["max"] != "" {
		want = fmt.Sprintf("%d to %d more", least, most)
	}
	return x.until(args["within"], func() error {
		e := x.Do(Request{Method: "GET", Target: args["path"]})
		found, _, err := e.Got.Lookup(args["field"])
		if err != nil {
			return err
		}
		fail := func(got string) error {
			return &Failure{What: args["field"] + " of GET " + args["path"], Expected: want + " than " + args["from"], Actual: got, Exchange: &e}
		}
		if e.Got.Status != 200 || len(found) != 1 {
			return fail(fmt.Sprint("nothing there, status ", e.Got.Status, " ", e.Got.Err))
		}
		now, isNumber := found[0].(float64)
		if !isNumber || now < from+float64(least) || now > from+float64(most) {
			return fail(show(found[0]))
		}
		return nil
	})
}
