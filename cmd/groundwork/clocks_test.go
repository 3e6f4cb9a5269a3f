package main

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"
)

// clocks hold how long requests took, by kind. A nil one holds nothing.
type clocks struct {
	mu   sync.Mutex
	took map[string][]time.Duration
}

// note keeps what something of a kind took that began at begin.
func (c *clocks) note(kind string, begin time.Time) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.took == nil {
		c.took = map[string][]time.Duration{}
	}
	c.took[kind] = append(c.took[kind], time.Since(begin))
}

// take returns what was noted and forgets it.
func (c *clocks) take() (took map[string][]time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	took, c.took = c.took, nil
	return took
}

// quantile is the value below which the share q of list lies; 0 if it is empty.
func quantile[T int | time.Duration](list []T, q float64) T {
	if len(list) == 0 {
		return 0
	}
	list = slices.Sorted(slices.Values(list))
	return list[min(int(q*float64(len(list))), len(list)-1)]
}

// summary is a line for each kind.
func summary(took map[string][]time.Duration) string {
	var b strings.Builder
	for _, kind := range slices.Sorted(maps.Keys(took)) {
		list := took[kind]
		fmt.Fprintf(&b, "\n%-9s %6d requests, p50 %v, p95 %v, p99 %v, slowest %v", kind, len(list),
			quantile(list, .5).Round(10*time.Microsecond), quantile(list, .95).Round(10*time.Microsecond), quantile(list, .99).Round(10*time.Microsecond), slices.Max(list).Round(10*time.Microsecond))
	}
	return b.String()
}

// wait pauses for about as long and reports whether to go on.
func wait(ctx context.Context, pause time.Duration) bool {
	if pause > 0 {
		select {
		case <-ctx.Done():
		case <-time.After(pause/2 + rand.N(pause)):
		}
	}
	return ctx.Err() == nil
}
