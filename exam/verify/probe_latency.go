package verify

import (
	"fmt"
	"slices"
	"strconv"
)

// probeLatency compares the median time of N requests for new keys (path= with
// a number behind it) with that of asking again: times=9 factor=5.
func probeLatency(x *Ctx, args map[string]string) error {
	n, err := strconv.Atoi(args["times"])
	if err != nil || n < 1 {
		return fmt.Errorf("times=%s: want a number from 1", args["times"])
	}
	factor, err := strconv.ParseFloat(args["factor"], 64)
	if err != nil {
		return err
	}
	var miss, hit []float64
	var last Exch
	for i := range n {
		path := args["path"] + "-" + strconv.Itoa(i)
		for _, times := range []*[]float64{&miss, &hit} {
			last = x.Do(Request{Method: "GET", Target: path})
			if last.Got.Status != 200 {
				return &Failure{What: "GET " + path, Expected: "200", Actual: strconv.Itoa(last.Got.Status) + " " + last.Got.Err, Exchange: &last}
			}
			*times = append(*times, last.Got.Time.Seconds()*1000)
		}
	}
	slices.Sort(miss)
	slices.Sort(hit)
	m, h := miss[n/2], hit[n/2]
	x.Note("miss_ms", m)
	x.Note("hit_ms", h)
	if h*factor > m {
		return &Failure{What: "median time of a hit against a miss", Expected: fmt.Sprintf("at least %g times faster", factor),
			Actual: fmt.Sprintf("miss %.1f ms, hit %.1f ms", m, h), Exchange: &last, Timing: true}
	}
	return nil
}
