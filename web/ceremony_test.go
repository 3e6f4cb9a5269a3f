package web

import (
	"fmt"
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
		c.begin(name, "what "+name, start, end)
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
	for n := range mostCeremonies + 10 { // a flood
		c.begin(fmt.Sprint("flood ", n), "", start, end)
		if len(c.open) > mostCeremonies {
			t.Fatalf("%d ceremonies are kept, at most %d should be", len(c.open), mostCeremonies)
		}
	}
	c.begin("somebody else", "theirs", start, end)
	if what, err := c.take("somebody else", end); what != "theirs" || err != nil {
		t.Errorf("a flood keeps others from beginning: %q, %v", what, err)
	}
	c.begin("room", "", end.Add(time.Millisecond), end)
	if len(c.open) > mostCeremonies {
		t.Errorf("%d ceremonies are kept", len(c.open))
	}
}
