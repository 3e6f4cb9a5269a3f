package web

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"groundwork/exam/analysis"
	"groundwork/store"
)

// errCounting means that there are no statistics yet.
var errCounting = errors.New("the statistics are still being counted")

// counts keeps the statistics that were counted last. Counting reads every
// answer that was ever given, and on a site with millions of them it takes
// minutes: it goes on when the reader has left, and readers see the last
// numbers meanwhile.
type counts struct {
	count    func(context.Context, store.Which) (*analysis.Report, error)
	now      func() time.Time
	patience time.Duration // how long a page waits for new numbers

	turn sync.Mutex // held while counting: one at a time, whichever attempts are chosen
	mu   sync.Mutex // guards last
	last map[store.Which]*counting
}

// counting is one count, which may still be running.
type counting struct {
	before *analysis.Report // what was counted before; nil if nothing was
	done   chan struct{}    // closed when the rest is set
	report *analysis.Report
	err    error
	until  time.Time // when the report is too old
}

// report returns the statistics of the exam. If counting them takes longer than
// a page can wait it returns the numbers of last time, or errCounting.
func (c *counts) report(ctx context.Context, which store.Which) (*analysis.Report, error) {
	n := c.current(ctx, which)
	waited := time.NewTimer(c.patience)
	defer waited.Stop()
	select {
	case <-n.done:
		return n.report, n.err
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-waited.C:
	}
	if n.before == nil {
		return nil, errCounting
	}
	return n.before, nil
}

// current returns the count that runs or whose numbers are still good, else one
// that it begins. They are good for ten seconds, or for twenty times as long as
// counting took, so that looking at them never takes more than a twentieth of
// the machine.
func (c *counts) current(ctx context.Context, which store.Which) *counting {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := &counting{done: make(chan struct{})}
	if old := c.last[which]; old != nil {
		if !old.ended() || old.err == nil && c.now().Before(old.until) {
			return old
		}
		if n.before = old.report; old.err != nil {
			n.before = old.before
		}
	}
	c.last[which] = n
	go c.run(context.WithoutCancel(ctx), n, which)
	return n
}

func (n *counting) ended() bool {
	select {
	case <-n.done:
		return true
	default:
		return false
	}
}

// run counts when its turn has come.
func (c *counts) run(ctx context.Context, n *counting, which store.Which) {
	c.turn.Lock()
	defer c.turn.Unlock()
	defer close(n.done)
	defer func() {
		if p := recover(); p != nil { // no request is there to recover it
			n.err = fmt.Errorf("count statistics: panic: %v\n%s", p, debug.Stack())
		}
	}()
	begun := time.Now()
	n.report, n.err = c.count(ctx, which)
	n.until = c.now().Add(max(10*time.Second, 20*time.Since(begun)))
}
