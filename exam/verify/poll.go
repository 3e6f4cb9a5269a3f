package verify

import (
	"errors"
	"fmt"
	"time"
)

// until calls try until it no longer fails, at most for the duration within
// ("" for once), with pauses that grow: what takes long need not be looked at
// often. What it returns is the last answer of try; an error that is no
// [*Failure] ends it at once.
func (x *Ctx) until(within string, try func() error) error {
	limit, err := durationOr0(within)
	if err != nil {
		return err
	}
	end := x.Now().Add(time.Duration(float64(limit) * x.R.Slow))
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, 800*time.Millisecond) {
		err := try()
		var f *Failure
		if err == nil || !errors.As(err, &f) || limit == 0 {
			return err
		}
		if x.Now().After(end) {
			f.Actual += fmt.Sprintf(" (looked at for %v)", limit)
			return f
		}
		if err := x.Sleep(pause); err != nil {
			return f
		}
	}
}

// settleTime is what a service gets for what it does after its answer, where
// nothing can be polled for. A slower one is only tested less sharply.
const settleTime = 300 * time.Millisecond

// durationOr0 is a duration, or 0 for "".
func durationOr0(s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	return time.ParseDuration(s)
}

// count is the whole number that a probe is given, or less if it is given none.
func count(s string, less int) (int, error) {
	if s == "" {
		return less, nil
	}
	var n int
	if _, err := fmt.Sscan(s, &n); err != nil {
		return 0, fmt.Errorf("%q is no whole number", s)
	}
	return n, nil
}
