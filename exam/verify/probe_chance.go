package verify

import (
	"fmt"
	"math"
	"strconv"
)

// probeChance asks for path= times= times, one after the other, and looks
// whether rate= of the answers are 5xx, by chance: the number of failures and
// the number of runs (stretches of equal outcomes) are each within five
// standard deviations of what independent chance gives (Wald and Wolfowitz).
// A true coin fails that about once in a million.
func probeChance(x *Ctx, args map[string]string) error {
	times, err := strconv.Atoi(args["times"])
	if err != nil || times < 100 {
		return fmt.Errorf("times=%s: want a number from 100", args["times"])
	}
	rate, err := strconv.ParseFloat(args["rate"], 64)
	if err != nil || rate <= 0 || rate >= 1 {
		return fmt.Errorf("rate=%s: want a number between 0 and 1", args["rate"])
	}
	failed, runs := 0, 0
	var last bool
	for n := range times {
		e := x.Do(Request{Method: "GET", Target: args["path"]})
		if e.Got.Err != "" || e.Got.Status != 200 && e.Got.Status/100 != 5 {
			return &Failure{What: "GET " + args["path"], Expected: "200 or 5xx", Actual: fmt.Sprint(e.Got.Status, " ", e.Got.Err), Exchange: &e}
		}
		now := e.Got.Status/100 == 5
		if now {
			failed++
		}
		if n == 0 || now != last {
			runs++
		}
		last = now
	}
	n := float64(times)
	x.Note("failed", failed)
	x.Note("runs", runs)
	if err := near(x, fmt.Sprintf("failures among %d answers", times), failed, n*rate, math.Sqrt(n*rate*(1-rate))); err != nil {
		return err
	}
	bad, good := float64(failed), n-float64(failed)
	mean := 2*bad*good/n + 1
	return near(x, "stretches of equal outcomes among them", runs, mean, (mean-1)/math.Sqrt(n-1))
}

// near fails if got is more than five deviations from mean.
func near(x *Ctx, what string, got int, mean, deviation float64) error {
	low, high := int(math.Ceil(mean-5*deviation)), int(math.Floor(mean+5*deviation))
	if got < low || got > high {
		return &Failure{What: what, Expected: fmt.Sprintf("%d to %d, if it is chance", low, high), Actual: strconv.Itoa(got), Exchange: x.last()}
	}
	return nil
}
