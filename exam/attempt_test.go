package exam

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// sitting is an attempt of three items that began at noon and ends at half
// past one, and the lookup of their versions.
func sitting(t testing.TB) (*Attempt, func(VersionID) *Item) {
	t.Helper()
	all := allItems(t)
	items := map[VersionID]*Item{}
	var form []Place
	for _, typ := range []Type{Single, Ordering, Short} {
		it := all[typ]
		items[it.Version()] = it
		form = append(form, Place{Item: it, Order: Shuffle(it, 3)})
	}
	a := Begin("id", "backend", 2, form, 3, Rules{Minutes: 90, Pass: 70, Strong: 85}, noon)
	return a, func(id VersionID) *Item { return items[id] }
}

func ref[T any](v T) *T { return &v }

func TestBegin(t *testing.T) {
	t.Parallel()
	a, items := sitting(t)
	want := &Attempt{
		ID: "id", Exam: "backend", Number: 2, Seed: 3, Started: noon, Deadline: noon.Add(90 * time.Minute), State: InProgress,
		Rules: Rules{Minutes: 90, Pass: 70, Strong: 85},
		Slots: []Slot{
			{N: 1, Item: "api-e01", Version: a.Slots[0].Version, Order: []OptionID{"a", "b", "c"}, Points: 1},
			{N: 2, Item: "api-e04", Version: a.Slots[1].Version, Order: a.Slots[1].Order, Points: 1},
			{N: 3, Item: "api-e06", Version: a.Slots[2].Version, Points: 1},
		},
	}
	if diff := cmp.Diff(want, a); diff != "" {
		t.Errorf("Begin (-want +got):\n%s", diff)
	}
	for _, s := range a.Slots {
		if it := items(s.Version); it == nil || it.ID != s.Item {
			t.Errorf("slot %d has the version %s of no item", s.N, s.Version)
		}
	}
	if a.Slot(0) != nil || a.Slot(4) != nil || a.Slot(2) != &a.Slots[1] {
		t.Error("Slot does not go by number")
	}
}

func TestSaveAtTheEnd(t *testing.T) {
	t.Parallel()
	deadline := noon.Add(90 * time.Minute)
	tests := []struct {
		name    string
		at      time.Time
		late    time.Duration
		wantErr error
	}{
		{name: "a millisecond before the deadline", at: deadline.Add(-time.Millisecond)},
		{name: "at the deadline", at: deadline},
		{name: "a millisecond after it", at: deadline.Add(time.Millisecond), late: time.Millisecond},
		{name: "at the end of the allowance", at: deadline.Add(Allowance), late: Allowance},
		{name: "a nanosecond after that", at: deadline.Add(Allowance + 1), wantErr: ErrClosed},
		{name: "a millisecond after that", at: deadline.Add(Allowance + time.Millisecond), wantErr: ErrClosed},
		{name: "a day later", at: deadline.Add(24 * time.Hour), wantErr: ErrClosed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, items := sitting(t)
			before := a.Slots[0]
			late, err := a.Save(Change{Slot: 1, Response: ref(choose("b"))}, items(a.Slots[0].Version), tt.at)
			if late != tt.late || !errors.Is(err, tt.wantErr) {
				t.Errorf("Save = %v, %v; want %v, %v", late, err, tt.late, tt.wantErr)
			}
			want := before
			if tt.wantErr == nil {
				want.Response, want.Answered, want.Rev = choose("b"), tt.at, 1
			}
			if diff := cmp.Diff(want, a.Slots[0]); diff != "" {
				t.Errorf("slot (-want +got):\n%s", diff)
			}
			if open := tt.wantErr == nil; a.Open(tt.at) != open || a.Due(tt.at) != !open {
				t.Errorf("open %t, due %t; want open %t", a.Open(tt.at), a.Due(tt.at), open)
			}
		})
	}
}

func TestLeft(t *testing.T) {
	t.Parallel()
	a, _ := sitting(t)
	for after, want := range map[time.Duration]time.Duration{
		0: 90 * time.Minute, 89 * time.Minute: time.Minute, 90 * time.Minute: 0, 95 * time.Minute: 0,
	} {
		if got := a.Left(noon.Add(after)); got != want {
			t.Errorf("after %v there are %v left, want %v", after, got, want)
		}
	}
}

func TestSave(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ä", 250)
	tests := []struct {
		name    string
		c       Change
		want    func(*Slot)
		wantErr error
	}{
		{
			name: "an answer", c: Change{Slot: 1, BaseRev: 4, Client: "tab", Response: ref(choose("b"))},
			want: func(s *Slot) { s.Response, s.Client, s.Answered = choose("b"), "tab", noon },
		},
		{
			name: "an answer taken back", c: Change{Slot: 1, BaseRev: 4, Client: "tab", Response: &Response{}},
			want: func(s *Slot) { s.Response, s.Client, s.Answered = Response{}, "tab", noon },
		},
		{name: "a flag alone leaves answer and time", c: Change{Slot: 1, BaseRev: 4, Client: "tab", Flagged: ref(true)}, want: func(s *Slot) { s.Flagged = true }},
		{name: "a note alone", c: Change{Slot: 1, BaseRev: 4, Note: ref("why")}, want: func(s *Slot) { s.Note = "why" }},
		{name: "a note that is too long", c: Change{Slot: 1, BaseRev: 4, Note: &long}, want: func(s *Slot) { s.Note = long[:400] }},
		{
			name: "all three", c: Change{Slot: 1, BaseRev: 4, Response: ref(choose("c", "c")), Flagged: ref(false), Note: ref("")},
			want: func(s *Slot) { s.Response, s.Answered, s.Client, s.Note = choose("c"), noon, "", "" },
		},
		{name: "an older revision", c: Change{Slot: 1, BaseRev: 3, Response: ref(choose("b"))}, wantErr: ErrConflict},
		{name: "a revision of the future", c: Change{Slot: 1, BaseRev: 5, Response: ref(choose("b"))}, wantErr: ErrConflict},
		{name: "another slot's option", c: Change{Slot: 1, BaseRev: 4, Response: ref(choose("z")), Flagged: ref(true)}, wantErr: ErrResponse},
		{name: "a slot that there is not", c: Change{Slot: 4, Response: ref(choose("b"))}, wantErr: ErrNotOnForm},
		{name: "slot 0", c: Change{Response: ref(choose("b"))}, wantErr: ErrNotOnForm},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, items := sitting(t)
			s := &a.Slots[0]
			s.Rev, s.Response, s.Client, s.Answered, s.Note = 4, choose("a"), "old", noon.Add(-time.Minute), "old"
			want := *s
			if tt.want != nil {
				tt.want(&want)
				want.Rev = 5
			}
			_, err := a.Save(tt.c, items(s.Version), noon)
			if !errors.Is(err, tt.wantErr) {
				t.Errorf("Save error = %v, want %v", err, tt.wantErr)
			}
			if diff := cmp.Diff(want, *s); diff != "" {
				t.Errorf("slot (-want +got):\n%s", diff)
			}
		})
	}
}

// R10: nothing changes after the end.
func TestSaveAfterClosing(t *testing.T) {
	t.Parallel()
	for _, state := range []State{Graded, Voided} {
		a, items := sitting(t)
		a.State = state
		if _, err := a.Save(Change{Slot: 1, Response: ref(choose("b"))}, items(a.Slots[0].Version), noon); !errors.Is(err, ErrClosed) {
			t.Errorf("%s: Save error = %v, want ErrClosed", state, err)
		}
		if a.Open(noon) || a.Due(noon.Add(24*time.Hour)) {
			t.Errorf("%s: it is open or due", state)
		}
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	deadline := noon.Add(90 * time.Minute)
	tests := []struct {
		name     string
		by       ClosedBy
		at       time.Time
		wantBy   ClosedBy
		finished time.Time
	}{
		{name: "in time", by: ByLearner, at: noon.Add(time.Hour), wantBy: ByLearner, finished: noon.Add(time.Hour)},
		{name: "by the operator", by: ByOperator, at: noon.Add(time.Hour), wantBy: ByOperator, finished: noon.Add(time.Hour)},
		{name: "just before the deadline", by: ByLearner, at: deadline.Add(-1), wantBy: ByLearner, finished: deadline.Add(-1)},
		{name: "at the deadline", by: ByLearner, at: deadline, wantBy: ByDeadline, finished: deadline},
		{name: "within the allowance", by: ByLearner, at: deadline.Add(Allowance), wantBy: ByDeadline, finished: deadline},
		{name: "long after", by: ByLearner, at: deadline.Add(72 * time.Hour), wantBy: ByDeadline, finished: deadline},
		{name: "by the sweeper", by: ByDeadline, at: deadline.Add(time.Minute), wantBy: ByDeadline, finished: deadline},
		{name: "by the operator, too late", by: ByOperator, at: deadline.Add(time.Minute), wantBy: ByDeadline, finished: deadline},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, items := sitting(t)
			a.Slots[0].Response, a.Slots[1].Response, a.Slots[1].Points = choose("b"), choose("b", "a", "c"), 3
			want := *a
			want.Slots = append([]Slot(nil), a.Slots...)
			want.Slots[0].Fraction, want.Slots[1].Fraction = 1, 1.0/3
			want.State, want.ClosedBy, want.Finished, want.Score, want.Max = Graded, tt.wantBy, tt.finished, 2, 5
			a.Close(tt.by, tt.at, items, nil)
			if diff := cmp.Diff(&want, a); diff != "" {
				t.Errorf("Close (-want +got):\n%s", diff)
			}
			if got, want := a.Used(), tt.finished.Sub(noon); got != want {
				t.Errorf("it took %v, want %v", got, want)
			}
			a.Slots[0].Response = Response{}
			a.Close(ByOperator, tt.at.Add(-time.Minute), items, nil)
			want.Slots[0].Response = Response{}
			if diff := cmp.Diff(&want, a); diff != "" {
				t.Errorf("closing again changed it (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPercentAndPass(t *testing.T) {
	t.Parallel()
	third := 1.0 / 3
	tests := []struct {
		name           string
		score, max     float64
		pass, strong   bool
		percent        float64
		passAt, goodAt float64
	}{
		{name: "exactly the mark", score: 42, max: 60, percent: 70, pass: true, passAt: 70, goodAt: 85},
		{name: "a hundredth of an item below", score: 41.99, max: 60, percent: 41.99 / 0.6, passAt: 70, goodAt: 85},
		{name: "exactly the strong mark", score: 51, max: 60, percent: 85, pass: true, strong: true, passAt: 70, goodAt: 85},
		{name: "just below the strong mark", score: 50.9, max: 60, percent: 50.9 / 0.6, pass: true, passAt: 70, goodAt: 85},
		{name: "the mark in thirds", score: third + third + third + 6, max: 10, percent: 70, pass: true, passAt: 70, goodAt: 85},
		{name: "the mark as a sum of tenths", score: 0.1 + 0.2 + 0.3 + 0.1, max: 1, percent: 70, pass: true, passAt: 70, goodAt: 85},
		{name: "everything", score: 60, max: 60, percent: 100, pass: true, strong: true, passAt: 100, goodAt: 100},
		{name: "nothing to win", passAt: 70, goodAt: 85},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := &Attempt{State: Graded, Score: tt.score, Max: tt.max, Rules: Rules{Pass: tt.passAt, Strong: tt.goodAt}}
			if got := a.Percent(); got-tt.percent > 1e-9 || tt.percent-got > 1e-9 {
				t.Errorf("percent = %v, want %v", got, tt.percent)
			}
			if a.Passed() != tt.pass || a.Strong() != tt.strong {
				t.Errorf("passed %t, strong %t; want %t, %t", a.Passed(), a.Strong(), tt.pass, tt.strong)
			}
			a.State = InProgress
			if a.Passed() || a.Strong() {
				t.Error("what is in progress is passed")
			}
		})
	}
}
