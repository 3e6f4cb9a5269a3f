package exam

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// EXAM.md f.3.
func TestLordError(t *testing.T) {
	t.Parallel()
	tests := []struct {
		x, n, want, points float64
	}{
		{42, 60, 3.58, 5.97},
		{28, 40, 2.94, 7.34},
		{0, 60, 0, 0},
		{60, 60, 0, 0},
		{60.000001, 60, 0, 0}, // a sum of fractions that came out a hair too large
		{-0.000001, 60, 0, 0},
		{1, 1, 0, 0},
		{0, 0, 0, 0},
	}
	for _, tt := range tests {
		got := LordError(tt.x, tt.n)
		if math.Abs(got-tt.want) > 0.005 || tt.n > 0 && math.Abs(100*got/tt.n-tt.points) > 0.005 {
			t.Errorf("LordError(%g, %g) = %.4f items, %.4f points; want %.2f and %.2f", tt.x, tt.n, got, 100*got/tt.n, tt.want, tt.points)
		}
	}
}

// EXAM.md f.3.
func TestWilson(t *testing.T) {
	t.Parallel()
	tests := []struct{ x, n, lo, hi float64 }{
		{42, 60, 57.5, 80.1},
		{45, 60, 62.8, 84.2},
		{28, 40, 54.6, 81.9},
		{4, 6, 30.0, 90.3},
		{6, 6, 61.0, 100},
		{0, 6, 0, 39.0},
		{0, 0, 0, 100},
		{6.0000001, 6, 61.0, 100},
	}
	for _, tt := range tests {
		lo, hi := Wilson(tt.x, tt.n)
		if math.Abs(100*lo-tt.lo) > 0.05 || math.Abs(100*hi-tt.hi) > 0.05 {
			t.Errorf("Wilson(%g, %g) = %.2f..%.2f, want %.1f..%.1f", tt.x, tt.n, 100*lo, 100*hi, tt.lo, tt.hi)
		}
	}
}

func TestBands(t *testing.T) {
	t.Parallel()
	tests := []struct {
		tally Tally
		want  Band
	}{
		{Tally{Items: 10, Points: 5.99}, NeedsWork},
		{Tally{Items: 10, Points: 6}, Mixed},
		{Tally{Items: 10, Points: 7.99}, Mixed},
		{Tally{Items: 10, Points: 8}, StrongBand},
		{Tally{Items: 3, Points: 3}, StrongBand},
		{Tally{}, NeedsWork},
	}
	for _, tt := range tests {
		if got := tt.tally.Band(); got != tt.want {
			t.Errorf("%+v is in band %d, want %d", tt.tally, got, tt.want)
		}
	}
	if got := (Tally{Items: 4, Points: 2.5}).Right(); got != 3 {
		t.Errorf("2.5 points are %d right, want 3", got)
	}
}

// graded is an attempt whose slots have these fractions; -1 is a blank. The
// items belong to the given skills, levels and lessons in turn.
func graded(fractions []float64, where ...[3]string) (*Attempt, func(VersionID) *Item) {
	a := &Attempt{State: Graded, Rules: Rules{Pass: 70, Strong: 85}}
	items := map[VersionID]*Item{}
	for i, f := range fractions {
		w := where[i%len(where)]
		id := VersionID(fmt.Sprint(i))
		items[id] = &Item{Skill: w[0], Level: Level(w[1]), Lesson: w[2]}
		s := Slot{N: i + 1, Version: id, Points: 1, Fraction: max(0, f)}
		if f >= 0 {
			s.Response = choose("a")
		}
		a.Slots = append(a.Slots, s)
		a.Score += s.Fraction
		a.Max++
	}
	return a, func(id VersionID) *Item { return items[id] }
}

func TestNewReport(t *testing.T) {
	t.Parallel()
	a, items := graded([]float64{1, 0.5, 0, -1, 1, 0.9999999, 0, 1},
		[3]string{"b", "senior", "b/one"}, [3]string{"b", "junior", "b/two"}, [3]string{"a", "junior", "a/one"}, [3]string{"a", "senior", "a/two"})
	got := NewReport(a, items)
	percent := 100 * 4.4999999 / 8
	se := 100 * math.Sqrt(4.4999999*3.5000001/7) / 8
	want := &Report{
		Items: 8, Percent: percent, Error: se, Low: percent - se, High: percent + se,
		Right: 4, Partly: 1, Wrong: 2, Blank: 1,
		Skills: []Tally{{"b", 4, 3.4999999}, {"a", 4, 1}},
		Levels: []Tally{{"junior", 4, 1.4999999}, {"mid", 0, 0}, {"senior", 4, 3}},
		// Those that cost most first; where they cost the same, in the order of the form.
		Lessons:  []Tally{{"a/one", 2, 0}, {"a/two", 2, 1}, {"b/two", 2, 1.4999999}},
		Border:   true,
		WilsonLo: 25.89, WilsonHi: 82.55,
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 0.01)); diff != "" {
		t.Errorf("NewReport (-want +got):\n%s", diff)
	}
}

func TestReportOfAllAndNothing(t *testing.T) {
	t.Parallel()
	where := [3]string{"a", "mid", "a/one"}
	a, items := graded([]float64{1, 1, 1}, where)
	got := NewReport(a, items)
	want := &Report{Items: 3, Percent: 100, Low: 100, High: 100, Right: 3, Skills: []Tally{{"a", 3, 3}}, Levels: []Tally{{"junior", 0, 0}, {"mid", 3, 3}, {"senior", 0, 0}}, WilsonLo: 43.85, WilsonHi: 100}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 0.01)); diff != "" {
		t.Errorf("everything right (-want +got):\n%s", diff)
	}
	a, items = graded([]float64{-1, -1}, where)
	if got := NewReport(a, items); got.Blank != 2 || got.Percent != 0 || got.Error != 0 || got.Low != 0 || got.High != 0 || got.Border {
		t.Errorf("nothing answered: %+v", got)
	}
	a, items = graded(nil, where)
	if got := NewReport(a, items); got.Percent != 0 || got.Error != 0 || got.WilsonLo != 0 || got.WilsonHi != 100 {
		t.Errorf("no items: %+v", got)
	}
}

func TestBorder(t *testing.T) {
	t.Parallel()
	for right, want := range map[int]bool{38: false, 39: true, 42: true, 45: true, 46: false} { // of 60; one error is 5.7 to 6.2 points
		fractions := make([]float64, 60)
		for i := range right {
			fractions[i] = 1
		}
		a, items := graded(fractions, [3]string{"a", "mid", "a/one"})
		if got := NewReport(a, items); got.Border != want {
			t.Errorf("%d of 60 (%.1f ± %.1f): border %t, want %t", right, got.Percent, got.Error, got.Border, want)
		}
	}
}

func TestRealChange(t *testing.T) {
	t.Parallel()
	tests := []struct {
		a, b Report
		want bool
	}{
		{Report{Percent: 60, Error: 6}, Report{Percent: 70, Error: 6}, false}, // 1.96 · 8.49 = 16.6
		{Report{Percent: 60, Error: 6}, Report{Percent: 76.6, Error: 6}, false},
		{Report{Percent: 60, Error: 6}, Report{Percent: 76.7, Error: 6}, true},
		{Report{Percent: 76.7, Error: 6}, Report{Percent: 60, Error: 6}, true},
		{Report{Percent: 100}, Report{Percent: 100}, false},
		{Report{Percent: 100}, Report{Percent: 99}, true},
	}
	for _, tt := range tests {
		if got := RealChange(&tt.a, &tt.b); got != tt.want {
			t.Errorf("RealChange(%g±%g, %g±%g) = %t, want %t", tt.a.Percent, tt.a.Error, tt.b.Percent, tt.b.Error, got, tt.want)
		}
	}
}

func TestReportProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		fractions := rapid.SliceOfN(rapid.OneOf(rapid.Float64Range(0, 1), rapid.SampledFrom([]float64{-1, 0, 1, 1.0 / 3, 5.0 / 7})), 0, 70).Draw(t, "fractions")
		a, items := graded(fractions, [3]string{"a", "mid", "a/one"}, [3]string{"b", "mid", "b/one"})
		r := NewReport(a, items)
		if r.Right+r.Partly+r.Wrong+r.Blank != len(fractions) {
			t.Fatalf("%d + %d + %d + %d items of %d", r.Right, r.Partly, r.Wrong, r.Blank, len(fractions))
		}
		for _, v := range []float64{r.Percent, r.Error, r.Low, r.High, r.WilsonLo, r.WilsonHi} {
			if math.IsNaN(v) || v < 0 || v > 100+1e-9 {
				t.Fatalf("%+v", r)
			}
		}
		if r.Low > r.Percent || r.High < r.Percent-1e-9 || r.WilsonLo > r.Percent+1e-9 || r.WilsonHi < r.Percent-1e-9 {
			t.Fatalf("the score lies outside of its own interval: %+v", r)
		}
	})
}
