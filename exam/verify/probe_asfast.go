package verify

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// probeAsFast posts body= to path= times= times with each of two bearer tokens,
// in turn, and compares the medians: that of token= is at most factor= times
// that of than=, and plus= more.
func probeAsFast(x *Ctx, args map[string]string) error {
	times, err := strconv.Atoi(args["times"])
	if err != nil || times < 1 {
		return fmt.Errorf("times=%s is no number of requests", args["times"])
	}
	factor, err := strconv.ParseFloat(args["factor"], 64)
	if err != nil {
		return fmt.Errorf("factor=: %w", err)
	}
	plus, err := time.ParseDuration(args["plus"])
	if err != nil {
		return fmt.Errorf("plus=: %w", err)
	}
	var took [2][]time.Duration
	for range times {
		for i, token := range []string{args["token"], args["than"]} {
			e := x.Do(Request{Method: "POST", Target: args["path"], Body: args["body"], Header: asUser(token)})
			if e.Got.Err != "" || e.Got.Status/100 != 2 {
				return &Failure{What: "POST " + args["path"], Expected: "2xx", Actual: fmt.Sprint(e.Got.Status, " ", e.Got.Err), Exchange: &e}
			}
			took[i] = append(took[i], e.Got.Time)
		}
	}
	slices.Sort(took[0])
	slices.Sort(took[1])
	a, b := took[0][times/2], took[1][times/2]
	x.Note("median_ms", float64(a.Microseconds())/1000)
	x.Note("median_alone_ms", float64(b.Microseconds())/1000)
	if limit := time.Duration(factor*float64(b)) + plus; a > limit {
		return &Failure{What: fmt.Sprintf("median time of %d POST %s", times, args["path"]), Expected: "at most " + limit.Round(time.Millisecond).String(),
			Actual: fmt.Sprintf("%v (%v by somebody without followers)", a.Round(100*time.Microsecond), b.Round(100*time.Microsecond)), Exchange: x.last(), Timing: true}
	}
	return nil
}
