package practice

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/open-spaced-repetition/go-fsrs/v4"
	"pgregory.net/rapid"
)

// near reports whether two figures agree to a relative 1e-9.
func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(1, math.Abs(a), math.Abs(b)) }

// TestVectors repeats the 720 recorded reviews.
func TestVectors(t *testing.T) {
	data, err := os.ReadFile("testdata/vectors_go-fsrs_v4.0.0.json")
	if err != nil {
		t.Fatal(err)
	}
	var corpus struct {
		Histories []struct {
			ID    int
			Steps []struct {
				At         time.Time
				Rating     Rating
				State      Phase
				Stability  float64
				Difficulty float64
				Days       int       `json:"scheduled_days"`
				Due        time.Time `json:"due"`
				Recall     float64   `json:"retrievability_before"`
			}
		}
	}
	if err := json.Unmarshal(data, &corpus); err != nil {
		t.Fatal(err)
	}
	reviews := 0
	for _, h := range corpus.Histories {
		c := NewCard("x", h.Steps[0].At, h.Steps[0].At)
		for i, s := range h.Steps {
			if got := c.Recall(s.At); !near(got, s.Recall) {
				t.Errorf("history %d, step %d: recall %v, want %v", h.ID, i, got, s.Recall)
			}
			if c, err = Next(c, s.Rating, s.At); err != nil {
				t.Fatal(err)
			}
			if c.Phase != s.State || !near(c.Stability, s.Stability) || !near(c.Difficulty, s.Difficulty) || c.Days != s.Days || !c.Due.Equal(s.Due) || c.Reps != i+1 {
				t.Errorf("history %d, step %d: %+v, want %+v", h.ID, i, c, s)
			}
			reviews++
		}
	}
	if reviews != 720 {
		t.Errorf("%d reviews in the corpus, want 720", reviews)
	}
}

// The two sequences that all implementations are tested with (FORMATS.md e.1).
func TestSharedSequences(t *testing.T) {
	start := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	c, at := NewCard("x", start, start), start
	for i, r := range []Rating{1, 3, 3, 3, 3, 3} {
		at = at.AddDate(0, 0, []int{0, 0, 1, 3, 8, 21}[i])
		c = must(t, c, r, at)
	}
	if math.Abs(c.Stability-53.62691) > 1e-5 || math.Abs(c.Difficulty-6.3574867) > 1e-6 {
		t.Errorf("S %v, D %v; want 53.62691, 6.3574867", c.Stability, c.Difficulty)
	}

	c = NewCard("x", start, start)
	var days []int
	for _, r := range []Rating{3, 3, 3, 3, 3, 3, 1, 1, 3, 3, 3, 3, 3} {
		c = must(t, c, r, c.Due)
		days = append(days, c.Days)
	}
	if diff := cmp.Diff([]int{0, 2, 11, 46, 163, 498, 0, 0, 2, 4, 7, 12, 21}, days); diff != "" {
		t.Errorf("intervals (-want +got):\n%s", diff)
	}
}

func must(t testing.TB, c Card, r Rating, at time.Time) Card {
	t.Helper()
	next, err := Next(c, r, at)
	if err != nil {
		t.Fatal(err)
	}
	return next
}

// Days between answers are UTC calendar days: from 23:00 to 01:00 is one, in
// whatever zone the times are written; from 01:00 to 23:00 is none.
func TestDaysAreUTC(t *testing.T) {
	start := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	c := must(t, must(t, NewCard("x", start, start), Good, start), Good, start.Add(10*time.Minute))
	base := must(t, c, Good, c.Due)
	late := base
	late.Last = time.Date(2026, 1, 9, 23, 0, 0, 0, time.UTC)
	overnight := must(t, late, Good, time.Date(2026, 1, 10, 1, 0, 0, 0, time.UTC))
	elsewhere := must(t, late, Good, time.Date(2026, 1, 10, 9, 0, 0, 0, time.FixedZone("", 8*3600)))
	early := base
	early.Last = time.Date(2026, 1, 10, 1, 0, 0, 0, time.UTC)
	within := must(t, early, Good, time.Date(2026, 1, 10, 23, 0, 0, 0, time.UTC))
	if diff := cmp.Diff(overnight, elsewhere); diff != "" {
		t.Errorf("the zone makes a difference (-UTC +other):\n%s", diff)
	}
	if overnight.Stability <= within.Stability {
		t.Errorf("S %v over midnight, %v within a day: two hours over midnight are to count as a day, 22 within one as none", overnight.Stability, within.Stability)
	}
	if late.Recall(time.Date(2026, 1, 10, 1, 0, 0, 0, time.UTC)) != 1 {
		t.Error("recall counts whole 24 hours: after two it is still 1")
	}
}

func TestNextRefuses(t *testing.T) {
	now := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	for _, r := range []Rating{-1, 0, 5} {
		if _, err := Next(NewCard("x", now, now), r, now); !errors.Is(err, ErrRating) {
			t.Errorf("rating %d: %v, want ErrRating", r, err)
		}
	}
	c := must(t, NewCard("x", now, now), Good, now)
	if got := must(t, c, Good, now.Add(-time.Hour)); got.Last.Before(c.Last) {
		t.Error("an answer before the last one moved the card back in time")
	}
}

func TestRate(t *testing.T) {
	usual := time.Minute
	for _, tt := range []struct {
		name string
		e    Evidence
		want Rating
	}{
		{"wrong", Evidence{Elapsed: time.Second, Sure: Sure, Usual: usual}, Again},
		{"right", Evidence{Right: true, Elapsed: time.Second, Usual: usual}, Good},
		{"right, not sure", Evidence{Right: true, Sure: NotSure, Elapsed: time.Second, Usual: usual}, Hard},
		{"right at the second try", Evidence{Right: true, Sure: Sure, Second: true, Elapsed: time.Second, Usual: usual}, Hard},
		{"right, sure, quick", Evidence{Right: true, Sure: Sure, Elapsed: 30 * time.Second, Usual: usual}, Easy},
		{"right, sure, not quick", Evidence{Right: true, Sure: Sure, Elapsed: 31 * time.Second, Usual: usual}, Good},
		{"right, sure, time not known", Evidence{Right: true, Sure: Sure, Usual: usual}, Good},
	} {
		if got := Rate(tt.e); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// drawn is a card with a history of chance.
func drawn(t *rapid.T, id ID) (Card, time.Time) {
	now := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	c := NewCard(id, now, now)
	for range rapid.IntRange(0, 12).Draw(t, "reviews") {
		now = now.Add(time.Duration(rapid.IntRange(0, 60*24*60).Draw(t, "minutes")) * time.Minute)
		next, err := Next(c, Rating(rapid.IntRange(1, 4).Draw(t, "rating")), now)
		if err != nil {
			t.Fatal(err)
		}
		c = next
	}
	return c, now
}

// Whatever was answered: better ratings never give an earlier date, the memory
// stays within its bounds, the same answer gives the same card, and undoing
// brings the card back.
func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, now := drawn(t, "x")
		var before Card
		for r := Again; r <= Easy; r++ {
			next, err := Next(c, r, now)
			again, _ := Next(c, r, now)
			if err != nil || next != again {
				t.Fatalf("%v: %v, or not the same twice", r, err)
			}
			if r > Again && next.Due.Before(before.Due) {
				t.Fatalf("%v is due %v, before %v", r, next.Due, before.Due)
			}
			if next.Stability < 0.001 || next.Stability > 36500 || next.Difficulty < 1 || next.Difficulty > 10 || !next.Due.After(now) {
				t.Fatalf("%v: %+v", r, next)
			}
			if p := next.Recall(now.AddDate(0, 0, 30)); p <= 0 || p > 1 {
				t.Fatalf("recall %v", p)
			}
			if back := Undo(Review{Before: c}); back != c {
				t.Fatal("undone, the card is another one")
			}
			before = next
		}
	})
}

// What Undo restores agrees with FSRS's own Rollback in the memory, for all
// but the day on which the card was due, which Rollback does not know.
func TestUndoAndRollback(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, now := drawn(t, "x")
		info, err := scheduler.Next(c.memory(), now, fsrs.Rating(rapid.IntRange(1, 4).Draw(t, "rating")))
		if err != nil {
			t.Fatal(err)
		}
		back, err := scheduler.Rollback(info.Card, info.ReviewLog)
		if err != nil {
			t.Fatal(err)
		}
		want, got := c.memory(), back
		want.Due, got.Due, want.LastReview, got.LastReview = time.Time{}, time.Time{}, time.Time{}, time.Time{}
		if want != got {
			t.Fatalf("rolled back %+v, want %+v", got, want)
		}
	})
}

// At the eighth lapse a card is set aside, at the ninth not, at the sixteenth
// again.
func TestLeech(t *testing.T) {
	now := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	c := NewCard("x", now, now)
	var at []int
	for c.Lapses < 17 {
		for c.Phase != Known {
			c = must(t, c, Good, c.Due)
		}
		c.Aside = false
		if c = must(t, c, Again, c.Due); c.Aside {
			at = append(at, c.Lapses)
		}
	}
	if diff := cmp.Diff([]int{8, 16}, at); diff != "" {
		t.Errorf("set aside at lapses (-want +got):\n%s", diff)
	}
	c.Lapses, c.Phase = 8, Relearning
	if got := must(t, c, Again, c.Due); got.Aside {
		t.Error("a further wrong answer that is no lapse sets it aside again")
	}
}

func TestMiss(t *testing.T) {
	now := time.Date(2026, 6, 14, 22, 0, 0, 0, time.UTC)
	tomorrow := time.Date(2026, 6, 15, 0, 0, 0, 0, time.UTC)
	known := NewCard("x", now, now)
	for range 4 {
		known = must(t, known, Good, known.Due)
	}
	for _, tt := range []struct {
		name   string
		card   Card
		due    time.Time
		lapses int
	}{
		{"never answered, due later", NewCard("x", now.AddDate(0, 0, 9), now), tomorrow, 0},
		{"never answered, due before", NewCard("x", now.AddDate(0, 0, -9), now), now.AddDate(0, 0, -9), 0},
		{"known", known, startOfDay(known.Last.AddDate(0, 0, 1)), 1},
	} {
		at := now
		if tt.card.Last.After(at) {
			at = tt.card.Last
		}
		got, err := Miss(tt.card, at)
		if err != nil || !got.Due.Equal(tt.due) || got.Lapses != tt.lapses || !got.Missed {
			t.Errorf("%s: due %v, %d lapses, missed %t, %v; want %v, %d", tt.name, got.Due, got.Lapses, got.Missed, err, tt.due, tt.lapses)
		}
	}
}
