package practice

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var noon = time.Date(2026, 6, 14, 12, 0, 0, 0, time.UTC)

// known returns a card that was last answered days ago with the given
// stability, due when it fell to 0.9.
func known(id ID, days int, stability float64) Card {
	last := noon.AddDate(0, 0, -days)
	return Card{
		ID: id, Phase: Known, Last: last, Stability: stability, Difficulty: 5, Days: int(stability), Reps: 3,
		Due: last.AddDate(0, 0, int(stability)), Created: last, Skill: "api", Seconds: 30,
	}
}

func fresh(id ID) Card {
	c := NewCard(id, noon.AddDate(0, 0, -1), noon.AddDate(0, 0, -1))
	c.Skill, c.Seconds = "api", 60
	return c
}

func ids(cards []Card) (out []ID) {
	for _, c := range cards {
		out = append(out, c.ID)
	}
	return out
}

func TestToday(t *testing.T) {
	step := must(t, fresh("step"), Again, noon.Add(-2*time.Minute)) // due a minute ago
	soon := must(t, fresh("soon"), Good, noon)                      // due in ten minutes
	aside := known("aside", 90, 5)
	aside.Aside = true
	missed := fresh("missed")
	missed.Missed, missed.Due = true, noon
	tonight := known("tonight", 5, 5)
	tonight.Due = noon.Add(11 * time.Hour)
	tests := []struct {
		name   string
		cards  []Card
		budget Budget
		want   []ID
	}{
		{"nothing", nil, Budget{Cards: 20, New: 10}, nil},
		{"what is most nearly forgotten first", []Card{known("a", 10, 9), known("b", 40, 9), known("c", 20, 9)}, Budget{Cards: 20, New: 10}, []ID{"b", "c", "a"}},
		{"what is not due stays out", []Card{known("a", 3, 9), known("b", 9, 9)}, Budget{Cards: 20, New: 10}, []ID{"b"}},
		{"a day is a day", []Card{tonight}, Budget{Cards: 20, New: 10}, []ID{"tonight"}},
		{"set aside", []Card{aside}, Budget{Cards: 20, New: 10}, nil},
		{"no more than the budget", []Card{known("a", 10, 9), known("b", 40, 9), known("c", 20, 9)}, Budget{Cards: 2, New: 10}, []ID{"b", "c"}},
		{"what was done counts", []Card{known("a", 10, 9), known("b", 40, 9)}, Budget{Cards: 5, New: 10, Done: 4}, []ID{"b"}},
		{"more done than planned", []Card{known("a", 10, 9)}, Budget{Cards: 5, Done: 9}, nil},
		{"new ones between", []Card{known("a", 10, 9), known("b", 40, 9), known("c", 20, 9), known("d", 15, 9), fresh("n1"), fresh("n2")}, Budget{Cards: 20, New: 10}, []ID{"b", "n1", "c", "d", "n2", "a"}},
		{"not too many new ones", []Card{fresh("n1"), fresh("n2"), fresh("n3")}, Budget{Cards: 20, New: 3, DoneNew: 1}, []ID{"n1", "n2"}},
		{"those an exam asks for first", []Card{fresh("n1"), missed}, Budget{Cards: 20, New: 1}, []ID{"missed"}},
		{"steps of minutes on top", []Card{soon, known("a", 10, 9), step}, Budget{Cards: 3, Done: 2}, []ID{"step", "a", "soon"}},
		{"steps of minutes when the day is done", []Card{soon, step}, Budget{Cards: 2, Done: 2}, []ID{"step", "soon"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, ids(Today(tt.cards, tt.budget, noon).Cards)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestMinutes(t *testing.T) {
	d := Today([]Card{known("a", 10, 9), known("b", 40, 9), fresh("n")}, Budget{Cards: 20, New: 10}, noon)
	if d.Seconds() != 120 || d.Minutes() != 2 || d.New != 1 {
		t.Errorf("%d seconds, %d minutes, %d new; want 120, 2, 1", d.Seconds(), d.Minutes(), d.New)
	}
	if (Dose{}).Minutes() != 1 {
		t.Error("less than a minute is told as none")
	}
}

// Whatever lies there: a dose has no card twice, none set aside, none of
// another day, and no more than the budget besides steps of minutes.
func TestTodayProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var cards []Card
		now := noon
		for i := range rapid.IntRange(0, 60).Draw(t, "cards") {
			c, last := drawn(t, ID(fmt.Sprint(i)))
			if last.After(now) {
				now = last
			}
			c.Aside = rapid.Bool().Draw(t, "aside")
			cards = append(cards, c)
		}
		now = now.Add(time.Duration(rapid.IntRange(0, 800*24).Draw(t, "hours")) * time.Hour)
		b := Budget{Cards: rapid.IntRange(0, 30).Draw(t, "budget"), New: rapid.IntRange(0, 12).Draw(t, "new")}
		d := Today(cards, b, now)
		charged, seen := 0, map[ID]bool{}
		for _, c := range d.Cards {
			if seen[c.ID] || c.Aside || startOfDay(c.Due).After(now) {
				t.Fatalf("%+v in the dose of %v", c, now)
			}
			seen[c.ID] = true
			if !c.stepping(now) {
				charged++
			}
		}
		if charged > b.Cards || d.New > b.New {
			t.Fatalf("%d cards, %d new; the budget is %+v", charged, d.New, b)
		}
		back := slices.Clone(cards)
		slices.Reverse(back)
		if diff := cmp.Diff(ids(d.Cards), ids(Today(back, b, now).Cards)); d.New == 0 && diff != "" {
			t.Fatalf("the order in which cards are kept makes a difference:\n%s", diff)
		}
		b.Done, b.DoneNew = rapid.IntRange(0, 20).Draw(t, "done"), rapid.IntRange(0, 8).Draw(t, "done new")
		if diff := cmp.Diff(dayByDay(cards, b, now, 7), Forecast(cards, b, now, 7)); diff != "" {
			t.Fatalf("the forecast is not what the days bring (-want +got):\n%s", diff)
		}
	})
}

// dayByDay is what each day brings to somebody who takes the whole dose of each
// and never sees a card again.
func dayByDay(cards []Card, b Budget, now time.Time, days int) (out []int) {
	left := slices.Clone(cards)
	for range days {
		dose := ids(Today(left, b, now).Cards)
		left = slices.DeleteFunc(left, func(c Card) bool { return slices.Contains(dose, c.ID) })
		out = append(out, len(dose))
		now = startOfDay(now).AddDate(0, 0, 1).Add(12 * time.Hour)
		b.Done, b.DoneNew = 0, 0
	}
	return out
}

// A hundred cards that came due during a break are five days of twenty, the
// weakest first, and the break is told.
func TestAfterABreak(t *testing.T) {
	var cards []Card
	for i := range 100 {
		cards = append(cards, known(ID(fmt.Sprintf("c%03d", i)), 16+i%30, 9))
	}
	b := Budget{Cards: 20, New: 10}
	if diff := cmp.Diff([]int{20, 20, 20, 20, 20, 0, 0}, Forecast(cards, b, noon, 7)); diff != "" {
		t.Errorf("forecast (-want +got):\n%s", diff)
	}
	first := Today(cards, b, noon).Cards
	if !slices.IsSortedFunc(first, func(a, b Card) int { return int(1e9 * (a.Recall(noon) - b.Recall(noon))) }) || first[0].Last != noon.AddDate(0, 0, -45) {
		t.Error("the first day does not begin with what is most nearly forgotten")
	}
	got, ok := Replanned(cards, b, noon.AddDate(0, 0, -16), noon)
	if want := (Break{Away: 16, Days: 5}); !ok || got != want {
		t.Errorf("break %+v, %t; want %+v", got, ok, want)
	}
	for name, tt := range map[string]struct {
		cards []Card
		last  time.Time
	}{
		"never practised":     {cards, time.Time{}},
		"practised yesterday": {cards, noon.AddDate(0, 0, -1)},
		"fits into a day":     {cards[:20], noon.AddDate(0, 0, -16)},
	} {
		if _, ok := Replanned(tt.cards, b, tt.last, noon); ok {
			t.Errorf("%s: told as a break", name)
		}
	}
}

func TestStrength(t *testing.T) {
	fades := known("a", 30, 3)
	other := known("b", 1, 30)
	other.Skill = "database"
	got := Strength([]Card{fades, known("c", 0, 9), other, fresh("n")}, noon)
	want := map[string]Memory{
		"api":      {Recall: (fades.Recall(noon) + 1) / 2, Cards: 2},
		"database": {Recall: other.Recall(noon), Cards: 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCalibrate(t *testing.T) {
	var log []Review
	for i := range 12 {
		log = append(log, Review{Sure: Sure, Right: i < 9}, Review{Sure: NotSure, Right: i < 3, Undone: i > 7}, Review{Right: true})
	}
	log = append(log, Review{Sure: Sure, Source: "attempt/x/1"})
	got := Calibrate(log)
	if want := (Calibration{Sure: 12, SureRight: 9, Unsure: 8, UnsureRight: 3}); got != want || !got.Enough() {
		t.Errorf("%+v, want %+v, enough", got, want)
	}
	if sure, unsure := got.Kinds(); !sure || unsure {
		t.Errorf("kinds %t and %t, want only sure", sure, unsure)
	}
}

func TestIn(t *testing.T) {
	for after, want := range map[time.Duration]string{
		-time.Hour: "now", time.Minute: "in 1 minute", 9*time.Minute + time.Second: "in 10 minutes", 3 * time.Hour: "later today",
		14 * time.Hour: "tomorrow", 6 * 24 * time.Hour: "in 6 days", 90 * 24 * time.Hour: "in 3 months", 800 * 24 * time.Hour: "in 2 years",
	} {
		if got := In(noon.Add(after), noon); got != want {
			t.Errorf("%v: %q, want %q", after, got, want)
		}
	}
}
