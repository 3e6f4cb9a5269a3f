package sqlrun

import (
	"errors"
	"time"

	"groundwork/exam"
)

// A lane lets so many in at once; others wait in the order in which they came.
type lane struct{ slots chan struct{} }

func newLane(n int) *lane { return &lane{make(chan struct{}, n)} }

// enter waits for a place, not longer than wait.
func (l *lane) enter(wait time.Duration) error {
	select {
	case l.slots <- struct{}{}:
		return nil
	default:
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case l.slots <- struct{}{}:
		return nil
	case <-t.C:
		return exam.ErrBusy
	}
}

func (l *lane) leave() { <-l.slots }

// What the quick lane gives. An answer of the kind that the items ask for
// takes some ten thousand instructions.
const (
	quickSteps = 300_000
	quickTime  = 100 * time.Millisecond
)

// run gives f a place in the quick lane, and if it is stopped there, one in
// the slow lane. chance reports whether chance had a part in the outcome: a
// limit on time was reached, or the wait was too long.
func (r *Runner) run(f func(limits) error) (chance bool, err error) {
	quick := min(quickTime, r.opt.Time/2)
	err = r.in(r.quick, limits{steps: min(quickSteps, r.opt.Steps), time: quick}, f)
	if endedBy(err) == byItself {
		return errors.Is(err, exam.ErrBusy), err
	}
	err = r.in(r.slow, limits{steps: r.opt.Steps, time: r.opt.Time - quick}, f)
	return errors.Is(err, exam.ErrBusy) || endedBy(err) == byTime, err
}

// endedBy returns what stopped a query that ended with err.
func endedBy(err error) ending {
	var f *Fault
	if errors.As(err, &f) {
		return f.by
	}
	return byItself
}

func (r *Runner) in(l *lane, lim limits, f func(limits) error) error {
	if err := l.enter(r.opt.Wait); err != nil {
		return err
	}
	defer l.leave()
	lim.until = time.Now().Add(lim.time)
	return f(lim)
}
