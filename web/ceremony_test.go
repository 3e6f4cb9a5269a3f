package web

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// S23: what has begun is good once, also for many who come at once, and until
// its time has come.
func TestCeremoniesAreGoodOnce(t *testing.T) {
	t.Parallel()
	c, end := newCeremonies[string](), start.Add(ceremonyAge)
	for _, name := range []string{"raced", "late"} {
		if err := c.begin(name, "what "+name, start, end); err != nil {
			t.Fatal(err)
		}
	}
	var good atomic.Int32
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if what, err := c.take("raced", end); err == nil && what == "what raced" {
				good.Add(1)
			}
		})
	}
	wg.Wait()
	if good.Load() != 1 {
		t.Errorf("a ceremony is good %d times", good.Load())
	}
	if _, err := c.take("late", end.Add(time.Millisecond)); err == nil {
		t.Error("a ceremony is good after its time")
	}
	for n := range mostCeremonies + 1 {
		err := c.begin(string(rune(n+1000)), "", start, end)
		if full := n == mostCeremonies; full != (err != nil) {
			t.Fatalf("beginning number %d: %v", n+1, err)
		}
	}
	if err := c.begin("room", "", end.Add(time.Millisecond), end); err != nil {
		t.Errorf("those whose time is over leave no room: %v", err)
	}
}
