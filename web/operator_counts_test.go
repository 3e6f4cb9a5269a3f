package web

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"groundwork/exam/analysis"
	"groundwork/store"
)

// Counting that takes longer than a page waits goes on without its reader; until
// it has ended, readers get the numbers of last time or are told to come back.
func TestCountsThatTakeLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var failing atomic.Bool
		var begun atomic.Int64
		c := &counts{now: time.Now, patience: 20 * time.Second, last: map[store.Which]*counting{}}
		c.count = func(ctx context.Context, _ store.Which) (*analysis.Report, error) {
			n := begun.Add(1)
			time.Sleep(time.Minute)
			if failing.Load() {
				return nil, errors.New("the disk is gone")
			}
			return &analysis.Report{Attempts: int(n)}, ctx.Err()
		}
		look := func(what string, want int, wantErr error) {
			t.Helper()
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			r, err := c.report(ctx, store.First)
			if !errors.Is(err, wantErr) || err == nil && r.Attempts != want {
				t.Errorf("%s: %+v, %v; want count %d, %v", what, r, err, want, wantErr)
			}
		}
		look("the first reader", 0, errCounting)
		look("the second, while it runs", 0, errCounting)
		time.Sleep(time.Minute)
		look("after it", 1, nil)
		time.Sleep(19 * time.Minute)
		look("while it is good", 1, nil)
		time.Sleep(2 * time.Minute)
		look("while it is counted again", 1, nil)
		failing.Store(true)
		time.Sleep(time.Minute)
		look("after that failed", 1, nil) // which begins another one
		failing.Store(false)
		time.Sleep(time.Minute)
		look("after the next", 3, nil)
		if n := begun.Load(); n != 3 {
			t.Errorf("counted %d times, want 3", n)
		}
	})
}

// A reader who leaves does not wait, and a count that goes wrong altogether
// does not end the program.
func TestCountsThatFail(t *testing.T) {
	t.Parallel()
	c := &counts{now: time.Now, patience: time.Minute, last: map[store.Which]*counting{}}
	hold := make(chan struct{})
	c.count = func(context.Context, store.Which) (*analysis.Report, error) { <-hold; panic("odd") }
	ctx, leave := context.WithCancel(t.Context())
	leave()
	if _, err := c.report(ctx, store.First); !errors.Is(err, context.Canceled) {
		t.Errorf("who left gets %v", err)
	}
	close(hold)
	if r, err := c.report(t.Context(), store.First); err == nil {
		t.Errorf("a panic gives %+v", r)
	}
}
