package feed

import (
	"sync"
	"sync/atomic"
	"time"
)

const cacheFor = 2 * time.Second

// cache keeps the feeds that were read lately. While one is loaded, others who
// want it wait for the same load. It is safe for concurrent use.
type cache struct {
	load                func(reader string) []post
	bug                 string
	mu                  sync.Mutex
	kept                map[string]*entry
	hits, misses, reads atomic.Int64
}

type entry struct {
	ready chan struct{} // closed when list is there
	list  []post
	until time.Time
	uses  int
	empty time.Time // for the mutant clears-first: shown empty until then
}

func newCache(load func(string) []post, bug string) *cache {
	return &cache{load: load, bug: bug, kept: map[string]*entry{}}
}

func (c *cache) get(reader string) []post {
	if c.bug == "cache-off" || c.bug == "no-singleflight" && c.missing(reader) {
		c.misses.Add(1)
		c.reads.Add(1)
		list := c.load(reader)
		if c.bug == "no-singleflight" {
			time.Sleep(20 * time.Millisecond)
			c.put(reader, list)
		}
		return list
	}
	c.mu.Lock()
	e := c.kept[reader]
	hot := e != nil && c.bug == "hot-for-ever" && e.uses > 15
	if e != nil && (time.Now().Before(e.until) || hot) {
		e.uses++
		c.mu.Unlock()
		c.hits.Add(1)
		<-e.ready
		if time.Now().Before(e.empty) {
			return nil
		}
		return e.list
	}
	fresh := &entry{ready: make(chan struct{}), until: time.Now().Add(cacheFor)}
	c.kept[reader] = fresh
	c.mu.Unlock()
	c.misses.Add(1)
	c.reads.Add(1)
	fresh.list = c.load(reader)
	close(fresh.ready)
	return fresh.list
}

func (c *cache) missing(reader string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.kept[reader]
	return e == nil || time.Now().After(e.until)
}

func (c *cache) put(reader string, list []post) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := &entry{ready: make(chan struct{}), list: list, until: time.Now().Add(cacheFor)}
	close(e.ready)
	c.kept[reader] = e
}

// drop forgets one feed. A load that runs is not disturbed, but nobody who
// comes later gets its result.
func (c *cache) drop(reader string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.kept[reader]
	switch {
	case e != nil && c.bug == "hot-for-ever" && e.uses > 15:
	case c.bug == "clears-first":
		e := &entry{ready: make(chan struct{}), until: time.Now().Add(80 * time.Millisecond), empty: time.Now().Add(80 * time.Millisecond)}
		close(e.ready)
		c.kept[reader] = e
	default:
		delete(c.kept, reader)
	}
}

func (c *cache) flush() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.kept)
}
