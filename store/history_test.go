package store_test

import (
	"errors"
	"maps"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"groundwork/exam"
	"groundwork/store"
	"groundwork/store/storetest"
)

// An attempt is shown and graded as it was taken, after the item has changed
// and the program was started again.
func TestItemChangesDuringAnAttempt(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	s := open(t, path)
	learner := visitor(t, s)
	old, changed := choice("api-e01"), choice("api-e01")
	a := start(t, s, learner, noon, old)
	save(t, s, learner, a.ID, pick(1, 0, "e", "a"), noon)
	changed.Stem, changed.Options[0].Key, changed.Options[1].Key = "Which not?", false, true
	other := visitor(t, s)
	b := start(t, s, other, noon, changed)
	save(t, s, other, b.ID, pick(1, 0, "e", "a"), noon)
	fine(t, s.Close())

	s = open(t, path)
	defer s.Close()
	for _, tt := range []struct {
		learner store.LearnerID
		id      exam.AttemptID
		it      *exam.Item
		score   float64
	}{{learner, a.ID, old, 1}, {other, b.ID, changed, 0}} {
		_, err := s.SubmitAttempt(t.Context(), tt.learner, tt.id, noon)
		fine(t, err)
		got, err := s.Outcome(t.Context(), tt.learner, tt.id, noon)
		fine(t, err)
		if diff := cmp.Diff(tt.it, got.Items(got.Slots[0].Version)); diff != "" || got.Score != tt.score {
			t.Errorf("score %g, want %g; item as it was taken (-want +got):\n%s", got.Score, tt.score, diff)
		}
		it, err := s.Item(t.Context(), tt.it.Version())
		if diff := cmp.Diff(tt.it, it); diff != "" || err != nil {
			t.Errorf("Item: %v (-want +got):\n%s", err, diff)
		}
	}
	if it, err := s.Item(t.Context(), "none"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Item of no version = %v, %v; want ErrNotFound", it, err)
	}
}

// The rules of a running attempt are its own.
func TestRulesChangeDuringAnAttempt(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	learner := visitor(t, s)
	a := start(t, s, learner, noon, choices(2)...)
	st := beginning(noon.Add(time.Minute), choices(2)...)
	st.Rules = exam.Rules{Minutes: 1, Pass: 100, Strong: 100}
	again, begun, err := s.StartAttempt(t.Context(), learner, st)
	if err != nil || begun || again.Rules != rules || !again.Deadline.Equal(deadline) {
		t.Errorf("the open attempt has the rules %+v and ends at %v: %v", again.Rules, again.Deadline, err)
	}
	save(t, s, learner, a.ID, pick(1, 0, "e1", "a"), noon)
	save(t, s, learner, a.ID, pick(2, 0, "e2", "b"), noon)
	got, err := s.SubmitAttempt(t.Context(), learner, a.ID, noon.Add(time.Hour))
	if err != nil || got.ClosedBy != exam.ByLearner || got.Percent() != 50 || got.Passed() {
		t.Errorf("the result is %g per cent, passed %t, by %s: %v", got.Percent(), got.Passed(), got.ClosedBy, err)
	}
}

// sit sits a whole exam on items at now and answers them all with option.
func sit(t *testing.T, s *store.Store, learner store.LearnerID, now time.Time, option exam.OptionID, items ...*exam.Item) *exam.Attempt {
	t.Helper()
	a := start(t, s, learner, now, items...)
	for i := range items {
		save(t, s, learner, a.ID, pick(i+1, 0, string(a.Slots[i].Item), option), now)
	}
	a, err := s.SubmitAttempt(t.Context(), learner, a.ID, now.Add(time.Hour))
	fine(t, err)
	return a
}

func TestHistoryForTheNextForm(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	learner := visitor(t, s)
	e := choices(5)
	sit(t, s, learner, noon, "a", e[0], e[1])
	sit(t, s, learner, noon.Add(24*time.Hour), "a", e[1], e[2])
	sit(t, s, learner, noon.Add(48*time.Hour), "a", e[1], e[3])
	sit(t, s, visitor(t, s), noon, "a", e[3], e[4])
	var got exam.History
	st := beginning(noon.Add(72*time.Hour), e[0])
	draw := st.Draw
	st.Draw = func(h exam.History) ([]exam.Place, error) {
		got = h
		got.Uses = maps.Clone(h.Uses) // the store's own, and it goes on counting
		return draw(h)
	}
	a, _, err := s.StartAttempt(t.Context(), learner, st)
	fine(t, err)
	want := exam.History{
		Seen:   map[exam.ItemID]int{"api-e01": 1, "api-e02": 3, "api-e03": 1, "api-e04": 1},
		Recent: map[exam.ItemID]bool{"api-e02": true, "api-e03": true, "api-e04": true},
		Uses:   map[exam.ItemID]int{"api-e01": 1, "api-e02": 3, "api-e03": 1, "api-e04": 2, "api-e05": 1},
	}
	if diff := cmp.Diff(want, got); diff != "" || a.Number != 4 {
		t.Errorf("attempt %d; history (-want +got):\n%s", a.Number, diff)
	}
	refs, err := s.ItemRefs(t.Context())
	if diff := cmp.Diff(map[exam.ItemID]int{"api-e01": 2, "api-e02": 3, "api-e03": 1, "api-e04": 2, "api-e05": 1}, refs); diff != "" || err != nil {
		t.Errorf("ItemRefs: %v (-want +got):\n%s", err, diff)
	}
}

func TestNewItems(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	learner := visitor(t, s)
	e := choices(6)
	sit(t, s, visitor(t, s), noon, "a", e...) // somebody else's
	first := sit(t, s, learner, noon, "a", e[0], e[1], e[2])
	changed := choice("api-e01")
	changed.Stem = "Which, then?"
	second := sit(t, s, learner, noon.Add(24*time.Hour), "a", changed, e[2], e[3], e[4])
	for _, tt := range []struct {
		id   exam.AttemptID
		want int
	}{{first.ID, 3}, {second.ID, 2}} { // another version of an item is no new item
		if o, err := s.Outcome(t.Context(), learner, tt.id, noon); o.New != tt.want || err != nil {
			t.Errorf("%d new items, %v; want %d", o.New, err, tt.want)
		}
	}
}

func TestAttemptsInOrder(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	learner := visitor(t, s)
	var want []*exam.Attempt
	for day := range 3 {
		a := sit(t, s, learner, noon.Add(time.Duration(day)*24*time.Hour), "a", choices(2)...)
		a.Slots = nil
		want = append(want, a)
	}
	got, err := s.Attempts(t.Context(), learner, "backend", noon)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("Attempts: %v (-want +got):\n%s", err, diff)
	}
	if got, err := s.Attempts(t.Context(), learner, "frontend", noon); len(got) > 0 || err != nil {
		t.Errorf("attempts at another exam = %v, %v", got, err)
	}
}

func TestRunning(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	ada, bob := visitor(t, s), visitor(t, s)
	fine(t, s.Register(t.Context(), ada, "ada@example.org", "Ada", "hash"))
	a := start(t, s, ada, noon.Add(time.Minute), choices(3)...)
	b := start(t, s, bob, noon, choices(2)...)
	sit(t, s, visitor(t, s), noon, "a", choices(1)...)
	save(t, s, ada, a.ID, pick(1, 0, "e1", "a"), noon.Add(time.Minute))
	save(t, s, ada, a.ID, pick(2, 0, "e2", "a"), noon.Add(time.Minute))
	save(t, s, ada, a.ID, exam.Change{Slot: 2, Event: "e3", BaseRev: 1, Response: &exam.Response{}}, noon.Add(time.Minute))
	rowA := store.Running{ID: a.ID, Who: "ada@example.org", Started: noon.Add(time.Minute), Deadline: deadline.Add(time.Minute), Answered: 1, Items: 3}
	rowB := store.Running{ID: b.ID, Who: "visitor", Started: noon, Deadline: deadline, Answered: 0, Items: 2}
	for _, tt := range []struct {
		now  time.Time
		want []store.Running
	}{
		{noon.Add(time.Hour), []store.Running{rowB, rowA}},
		{deadline.Add(exam.Allowance), []store.Running{rowB, rowA}},
		{deadline.Add(exam.Allowance + time.Millisecond), []store.Running{rowA}},
		{deadline.Add(24 * time.Hour), nil},
	} {
		got, err := s.Running(t.Context(), tt.now)
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("at %v: %v (-want +got):\n%s", tt.now, err, diff)
		}
	}
}
