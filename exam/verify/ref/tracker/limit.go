package tracker

import (
	"sync"
	"time"
)

// limits is a bucket of requests for each account. The zero value is ready.
type limits struct {
	mu      sync.Mutex
	buckets map[int64]*bucket
	closed  time.Time // until then nobody gets in (a planted defect)
}

type bucket struct {
	left  float64
	since time.Time
}

// take lets one request of an account through, or says how long to wait.
func (l *limits) take(account int64, now time.Time, bug string) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.buckets == nil {
		l.buckets = map[int64]*bucket{}
	}
	b := l.buckets[account]
	if b == nil {
		b = &bucket{left: rateLimit, since: now}
		l.buckets[account] = b
	}
	perSecond := rateLimit / rateWindow.Seconds()
	if bug == "limit-for-ever" && b.left < 1 {
		perSecond = 0
	}
	b.left = min(rateLimit, b.left+now.Sub(b.since).Seconds()*perSecond)
	b.since = now
	if bug == "limit-global" && now.Before(l.closed) {
		return l.closed.Sub(now)
	}
	if b.left >= 1 || bug == "no-limit" {
		b.left--
		return 0
	}
	l.closed = now.Add(500 * time.Millisecond)
	return time.Duration((1 - b.left) / (rateLimit / rateWindow.Seconds()) * float64(time.Second))
}

// cache keeps the first lists of projects. The zero value is ready.
type cache struct {
	mu    sync.Mutex
	lists map[cacheKey][]byte
	turn  map[int64]int // changes of an account so far: a list read before a change is not kept
}

type cacheKey struct {
	account int64
	query   string
}

// get returns a kept list, or the turn to hand to put.
func (c *cache) get(k cacheKey) (list []byte, turn int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lists[k], c.turn[k.account]
}

func (c *cache) put(k cacheKey, turn int, list []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.turn[k.account] != turn {
		return
	}
	if c.lists == nil {
		c.lists = map[cacheKey][]byte{}
	}
	c.lists[k] = list
}

// drop forgets the lists of one account.
func (c *cache) drop(account int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.turn == nil {
		c.turn = map[int64]int{}
	}
	c.turn[account]++
	for k := range c.lists {
		if k.account == account {
			delete(c.lists, k)
		}
	}
}
