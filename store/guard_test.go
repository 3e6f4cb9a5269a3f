package store_test

import (
	"testing"
	"time"

	"groundwork/store"
	"groundwork/store/storetest"
)

func TestWaitsBetweenFailures(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	ctx := t.Context()
	now := noon
	ada, eve, net := store.OneGuesser("ada"), store.OneGuesser("eve"), store.ManyGuessers("net")
	waits := func(guards ...store.Guard) time.Duration {
		t.Helper()
		d, err := s.MayTry(ctx, now, guards...)
		fine(t, err)
		return d
	}
	if got := waits(ada, net); got != 0 {
		t.Errorf("before any failure the wait is %v", got)
	}
	want := []time.Duration{0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900} // seconds, after each failure
	for i, w := range want {
		fine(t, s.AddFailure(ctx, now, ada, net))
		if got := waits(ada); got != w*time.Second {
			t.Errorf("after %d failures the wait is %v, want %v", i+1, got, w*time.Second)
		}
		now = now.Add(time.Millisecond) // whoever does not keep to it fails again
	}
	if got := waits(eve, net); got != 0 {
		t.Errorf("somebody else in the same network waits %v", got)
	}
	for i := len(want); i < 120; i++ {
		if got := waits(eve, net); i < 100 && got != 0 || i > 105 && got != 30*time.Second {
			t.Errorf("after %d failures in the network somebody else there waits %v", i, got)
		}
		fine(t, s.AddFailure(ctx, now, store.OneGuesser("tom"), net))
	}
	if got := waits(eve); got != 0 {
		t.Errorf("somebody else elsewhere waits %v", got)
	}
	fine(t, s.ForgetFailures(ctx, ada))
	if got := waits(ada); got != 0 {
		t.Errorf("after a success the wait is %v", got)
	}
}

func TestWaitsPass(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	ctx := t.Context()
	for range 6 { // a wait of two seconds
		fine(t, s.AddFailure(ctx, noon, store.OneGuesser("ada")))
	}
	for after, want := range map[time.Duration]time.Duration{
		0: 2 * time.Second, 500 * time.Millisecond: 1500 * time.Millisecond, 2 * time.Second: 0, time.Hour: 0,
	} {
		if got, err := s.MayTry(ctx, noon.Add(after), store.OneGuesser("ada")); got != want || err != nil {
			t.Errorf("%v later the wait is %v, %v; want %v", after, got, err, want)
		}
	}
}

// S9, R13: failures that were counted while the clock was ahead make nobody wait
// until then, and guesses that overtake each other are counted.
func TestFailuresOfAWrongClock(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		ahead time.Duration
		want  time.Duration // after six failures, and after a seventh by the right clock
		again time.Duration
	}{
		{"two guesses at once", time.Millisecond, 2 * time.Second, 4 * time.Second},
		{"a minute", time.Minute, 2 * time.Second, 4 * time.Second},
		{"a quarter of an hour", 15 * time.Minute, 2 * time.Second, 4 * time.Second},
		{"a little more", 15*time.Minute + time.Millisecond, 0, 0},
		{"a year", 365 * 24 * time.Hour, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := storetest.New(t)
			for range 6 {
				fine(t, s.AddFailure(t.Context(), noon.Add(tt.ahead), store.OneGuesser("ada")))
			}
			if got, err := s.MayTry(t.Context(), noon, store.OneGuesser("ada")); got != tt.want || err != nil {
				t.Errorf("the wait is %v, %v; want %v", got, err, tt.want)
			}
			fine(t, s.AddFailure(t.Context(), noon, store.OneGuesser("ada")))
			if got, err := s.MayTry(t.Context(), noon, store.OneGuesser("ada")); got != tt.again || err != nil {
				t.Errorf("after one more it is %v, %v; want %v", got, err, tt.again)
			}
		})
	}
}

// A quarter of an hour of peace after the wait forgets the count, and not less.
func TestFailuresAreForgotten(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		after time.Duration
		want  time.Duration // after one more failure
	}{
		{"as soon as the wait is over", 2 * time.Second, 4 * time.Second},
		{"after a quarter of an hour and the wait", 15*time.Minute + 2*time.Second, 4 * time.Second},
		{"a little later", 15*time.Minute + 2*time.Second + time.Millisecond, 0},
		{"after a day", 24 * time.Hour, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := storetest.New(t)
			for range 6 {
				fine(t, s.AddFailure(t.Context(), noon, store.OneGuesser("ada")))
			}
			now := noon.Add(tt.after)
			fine(t, s.AddFailure(t.Context(), now, store.OneGuesser("ada")))
			if got, err := s.MayTry(t.Context(), now, store.OneGuesser("ada")); got != tt.want || err != nil {
				t.Errorf("the wait is %v, %v; want %v", got, err, tt.want)
			}
		})
	}
}
