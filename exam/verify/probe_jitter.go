package verify

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// probeJitter asks path= N times (times=) while the role of= fails once each
// time, and looks whether the pauses before the second attempt differ.
//
// A busy machine only ever makes a pause longer, so the lower quarter tells
// chance from noise: (first quarter - least) / median must be spread= or more.
// A sleep of the verifier's own, taken at the same moments, tells how busy the
// machine is; over 5 % the probe is unsure.
func probeJitter(x *Ctx, args map[string]string) error {
	n, err := strconv.Atoi(args["times"])
	if err != nil || n < 8 {
		return fmt.Errorf("times=%s: want a number from 8", args["times"])
	}
	least, err := strconv.ParseFloat(args["spread"], 64)
	if err != nil {
		return err
	}
	var gaps, own []float64
	for range n {
		gap, slept, err := pauseOnce(x, args["of"], args["path"])
		if err != nil {
			return err
		}
		gaps, own = append(gaps, gap), append(own, slept)
	}
	spread := func(v []float64) float64 { slices.Sort(v); return (v[n/4] - v[0]) / v[n/2] }
	got, noise := spread(gaps), spread(own)
	x.Note("jitter_spread", got)
	x.Note("jitter_noise", noise)
	switch {
	case noise > 0.05:
		return unsureBecause("this machine is too busy to measure pauses (its own sleeps vary by %.0f %%); run again", noise*100)
	case got < least:
		return &Failure{What: fmt.Sprintf("pauses before the second attempt (%d times)", n), Expected: "pauses that differ",
			Actual: fmt.Sprintf("the shortest quarter lies between %.0f and %.0f ms, the median is %.0f ms", gaps[0], gaps[n/4], gaps[n/2])}
	}
	return nil
}

// pauseOnce returns the pause before the second attempt and how long a sleep of
// 100 ms took meanwhile, both in milliseconds.
func pauseOnce(x *Ctx, role, path string) (gap, slept float64, err error) {
	if err := x.Program(role, map[string]string{"fail": "1"}); err != nil {
		return 0, 0, err
	}
	woke := make(chan float64, 1)
	go func() {
		t := time.Now()
		time.Sleep(100 * time.Millisecond)
		woke <- time.Since(t).Seconds() * 1000
	}()
	e := x.Do(Request{Method: "GET", Target: path})
	slept, err = Observe(x, "own sleep", func() (float64, error) { return <-woke, nil })
	if err != nil {
		return 0, 0, err
	}
	hits, err := x.Hits(role, "")
	if err != nil {
		return 0, 0, err
	}
	if e.Got.Err != "" || len(hits) < 2 {
		return 0, 0, &Failure{What: "a second attempt after one failure", Expected: "2 calls upstream",
			Actual: fmt.Sprintf("%d calls, answer %d %s", len(hits), e.Got.Status, e.Got.Err), Exchange: &e}
	}
	return hits[1].At.Sub(hits[0].At).Seconds() * 1000, slept, nil
}
