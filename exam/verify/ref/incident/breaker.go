package incident

import (
	"sync"
	"time"
)

const (
	threshold = 5           // failed calls in a row that open the breaker
	openFor   = time.Second // and for how long
)

// breaker is closed, open, or half open with one trial under way.
type breaker struct {
	bug    string
	mu     sync.Mutex
	fails  int // in a row
	open   bool
	openAt time.Time
	trial  bool
}

// allow says whether a call may be made. Whoever may must report.
func (b *breaker) allow() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.open || b.bug == "no-breaker" {
		return true
	}
	if time.Since(b.openAt) < openFor || b.bug == "never-closes" {
		return false
	}
	if b.trial && b.bug != "halfopen-flood" {
		return false
	}
	b.trial = true
	return true
}

func (b *breaker) report(ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	trial := b.trial
	b.trial = false
	if ok {
		b.fails, b.open = 0, false
		return
	}
	b.fails++
	if b.fails >= threshold || trial {
		b.open, b.openAt = true, time.Now()
	}
	if trial && b.bug == "no-reopen" {
		b.open, b.fails = false, 0
	}
}

func (b *breaker) state() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open {
		return "open"
	}
	return "closed"
}

func (b *breaker) reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fails, b.open, b.trial = 0, false, false
}
