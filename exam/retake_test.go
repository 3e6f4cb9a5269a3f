package exam

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// sat is a graded attempt that began and ended so many hours after noon.
func sat(began, ended float64) *Attempt {
	at := func(h float64) time.Time { return noon.Add(time.Duration(h * float64(time.Hour))) }
	return &Attempt{State: Graded, Started: at(began), Finished: at(ended)}
}

// S5: how often one may sit is limited, so that the score is no oracle.
func TestRetakes(t *testing.T) {
	t.Parallel()
	voided := sat(0, 1)
	voided.State = Voided
	open := &Attempt{State: InProgress, Started: noon}
	wait, most := Retakes{WaitHours: 24}, Retakes{Most: 2, WindowDays: 10}
	both := Retakes{WaitHours: 48, Most: 2, WindowDays: 1}
	tests := []struct {
		name   string
		policy Retakes
		past   []*Attempt
		now    float64 // hours after noon
		next   float64 // hours after noon; 0 if at once
		left   int
	}{
		{"no limit", Retakes{}, []*Attempt{sat(0, 1), sat(1, 2)}, 2, 0, 0},
		{"the first", wait, nil, 0, 0, 0},
		{"too soon", wait, []*Attempt{sat(0, 1)}, 2, 25, 0},
		{"the last moment of waiting", wait, []*Attempt{sat(0, 1)}, 25 - 1.0/3600, 25, 0},
		{"waited long enough", wait, []*Attempt{sat(0, 1)}, 25, 0, 0},
		{"the latest counts, whatever the order", wait, []*Attempt{sat(10, 11), sat(0, 1)}, 12, 35, 0},
		{"one voided does not count", wait, []*Attempt{voided}, 2, 0, 0},
		{"one in progress is gone on with", wait, []*Attempt{open}, 2, 0, 0},
		{"room in the window", most, []*Attempt{sat(0, 1)}, 2, 0, 1},
		{"the window is full", most, []*Attempt{sat(0, 1), sat(5, 6)}, 7, 240, 0},
		{"the first has left the window", most, []*Attempt{sat(0, 1), sat(5, 6)}, 240, 0, 1},
		{"more than are allowed, as they were when there was no limit", most, []*Attempt{sat(0, 1), sat(5, 6), sat(7, 8)}, 9, 245, 0},
		{"both limits: the later counts", both, []*Attempt{sat(0, 1), sat(5, 6)}, 7, 54, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			now := noon.Add(time.Duration(tt.now * float64(time.Hour)))
			var want time.Time
			if tt.next > 0 {
				want = noon.Add(time.Duration(tt.next * float64(time.Hour)))
			}
			if got := tt.policy.Next(tt.past, now); !got.Equal(want) {
				t.Errorf("Next = %v, want %v", got, want)
			}
			if got := tt.policy.Left(tt.past, now); got != tt.left {
				t.Errorf("Left = %d, want %d", got, tt.left)
			}
		})
	}
	err := fmt.Errorf("start: %w", TooSoonError{noon})
	var soon TooSoonError
	if !errors.Is(err, ErrTooSoon) || !errors.As(err, &soon) || !soon.Next.Equal(noon) {
		t.Errorf("%v does not say when", err)
	}
}

func TestRetakesOfABlueprint(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, front, fault string }{
		{"both limits", "review: exam\nretakes: {wait-hours: 24, most: 3, window-days: 30}", ""},
		{"an exam for study", "retakes: {wait-hours: 24}", "an exam for self-study has retakes"},
		{"a window without a number", "review: exam\nretakes: {window-days: 30}", "retakes allow 0 in 30 days"},
		{"a number without a window", "review: exam\nretakes: {most: 3}", "retakes allow 3 in 0 days"},
		{"less than nothing", "review: exam\nretakes: {wait-hours: -1}", "wait-hours is -1"},
		{"a word too many", "review: exam\nretakes: {wait: 24}", "wait"},
	}
	for _, tt := range tests {
		b, problems := loadBlueprint(goodBlueprint + "\n" + tt.front)
		if (tt.fault == "") != (problems == "") || !strings.Contains(problems, tt.fault) {
			t.Errorf("%s: problems %q, want %q", tt.name, problems, tt.fault)
		}
		if want := (Retakes{24, 3, 30}); tt.fault == "" && b.Rules.Retakes != want {
			t.Errorf("%s: %+v, want %+v", tt.name, b.Rules.Retakes, want)
		}
	}
}

func TestExtraTime(t *testing.T) {
	t.Parallel()
	grant := Extra{Percent: 50, By: Granted, Reason: "r"}
	tests := []struct {
		name    string
		review  Review
		chosen  int
		granted Extra
		want    Extra
		minutes time.Duration
	}{
		{"none", Study, 0, Extra{}, Extra{}, 90},
		{"chosen for study", Study, 25, Extra{}, Extra{Percent: 25, By: OwnChoice}, 112*time.Minute + 30*time.Second},
		{"chosen where nobody may", Secure, 25, Extra{}, Extra{}, 90},
		{"granted", Secure, 25, grant, grant, 135},
		{"granted more than chosen", Study, 25, grant, grant, 135},
		{"chosen more than granted", Study, 100, grant, Extra{Percent: 100, By: OwnChoice}, 180},
		{"nonsense", Study, -50, Extra{}, Extra{}, 90},
	}
	for _, tt := range tests {
		r := Rules{Minutes: 90, Review: tt.review, Extra: Extra{Percent: 7}}.WithExtra(tt.chosen, tt.granted)
		if tt.minutes < time.Minute {
			tt.minutes *= time.Minute
		}
		if r.Extra != tt.want || r.Duration() != tt.minutes {
			t.Errorf("%s: %+v of %v, want %+v of %v", tt.name, r.Extra, r.Duration(), tt.want, tt.minutes)
		}
	}
}
