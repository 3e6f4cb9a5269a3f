package sqlrun

import (
	"container/list"
	"sync"
)

// A cache keeps the newest n outcomes.
type cache[K comparable, V any] struct {
	mu    sync.Mutex
	n     int
	order *list.List // of pair, the newest first
	items map[K]*list.Element
}

type pair[K comparable, V any] struct {
	key   K
	value V
}

func newCache[K comparable, V any](n int) *cache[K, V] {
	return &cache[K, V]{n: n, order: list.New(), items: map[K]*list.Element{}}
}

func (c *cache[K, V]) get(k K) (v V, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.items[k]
	if !ok {
		return v, false
	}
	c.order.MoveToFront(e)
	return e.Value.(pair[K, V]).value, true
}

func (c *cache[K, V]) put(k K, v V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.items[k]; ok {
		c.order.Remove(e)
	}
	c.items[k] = c.order.PushFront(pair[K, V]{k, v})
	if c.order.Len() > c.n {
		last := c.order.Back()
		c.order.Remove(last)
		delete(c.items, last.Value.(pair[K, V]).key)
	}
}
