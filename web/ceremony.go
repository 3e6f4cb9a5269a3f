package web

import (
	"errors"
	"sync"
	"time"
)

// mostCeremonies bounds what beginning costs those who never end.
const mostCeremonies = 10_000

var errCeremony = errors.New("no such ceremony")

// ceremonies are what has begun at one request and ends at another, by a secret
// that both know: a challenge, a cookie. They are kept in memory: each is good
// once, for a while, and not after a restart.
type ceremonies[T any] struct {
	mu   sync.Mutex
	open map[string]begun[T]
}

type begun[T any] struct {
	what  T
	until time.Time
}

func newCeremonies[T any]() *ceremonies[T] { return &ceremonies[T]{open: map[string]begun[T]{}} }

// begin keeps what has begun until it is taken, or until that time has come.
func (c *ceremonies[T]) begin(secret string, what T, now, until time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.open) >= mostCeremonies {
		for k, b := range c.open {
			if now.After(b.until) {
				delete(c.open, k)
			}
		}
	}
	for k := range c.open { // too many in no time: somebody floods; any of them goes, most likely one of theirs
		if len(c.open) < mostCeremonies {
			break
		}
		delete(c.open, k)
	}
	c.open[secret] = begun[T]{what, until}
}

// take returns what has begun once: whoever comes second finds nothing.
func (c *ceremonies[T]) take(secret string, now time.Time) (T, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b, ok := c.open[secret]
	delete(c.open, secret)
	if !ok || now.After(b.until) {
		var none T
		return none, errCeremony
	}
	return b.what, nil
}
