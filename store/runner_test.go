package store_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"groundwork/exam"
	"groundwork/store"
	"groundwork/store/storetest"
)

// runs is a runner that takes the key's text for the only right answer, and
// does what a test asks of it before it says so.
type runs struct {
	mu    sync.Mutex
	asked []string
	do    func(answer string) error
}

func (r *runs) Equal(q *exam.Query, answer string) (bool, error) {
	r.mu.Lock()
	r.asked = append(r.asked, answer)
	do := r.do
	r.mu.Unlock()
	if do != nil {
		if err := do(answer); err != nil {
			return false, err
		}
	}
	return answer == q.Key, nil
}

// query is an SQL item.
func query(id string) *exam.Item {
	return &exam.Item{
		ID: exam.ItemID(id), Title: "About " + id, Skill: "database", Lesson: "database/sql", Level: exam.Mid, Pool: exam.ExamPool, Type: exam.SQL, Stem: "Write it.",
		Query: &exam.Query{Schema: "CREATE TABLE t (x)", Data: []string{"", ""}, Key: "SELECT 1"},
	}
}

// write is a change that answers a slot with a text.
func write(slot, base int, event, text string) exam.Change {
	return exam.Change{Slot: slot, Event: event, Client: "tab", BaseRev: base, Response: &exam.Response{Text: text}}
}

// answeredSQL begins an attempt on three queries, of which one is right, one
// wrong and one blank.
func answeredSQL(t *testing.T, s *store.Store, learner store.LearnerID) *exam.Attempt {
	t.Helper()
	a := start(t, s, learner, noon, query("db-e01"), query("db-e02"), query("db-e03"))
	save(t, s, learner, a.ID, write(1, 0, "one", "SELECT 1"), noon)
	save(t, s, learner, a.ID, write(2, 0, "two", "SELECT 2"), noon)
	return a
}

// However an attempt ends, its SQL answers are run, each once.
func TestSQLAnswersAreGraded(t *testing.T) {
	late := deadline.Add(time.Hour)
	tests := []struct {
		name string
		end  func(*store.Store, store.LearnerID, exam.AttemptID) error
	}{
		{"handed in", func(s *store.Store, l store.LearnerID, id exam.AttemptID) error {
			_, err := s.SubmitAttempt(t.Context(), l, id, noon)
			return err
		}},
		{"looked at after the end", func(s *store.Store, l store.LearnerID, id exam.AttemptID) error {
			_, err := s.Attempt(t.Context(), l, id, late)
			return err
		}},
		{"listed after the end", func(s *store.Store, l store.LearnerID, _ exam.AttemptID) error {
			_, err := s.Attempts(t.Context(), l, "backend", late)
			return err
		}},
		{"swept", func(s *store.Store, _ store.LearnerID, _ exam.AttemptID) error {
			_, err := s.CloseDue(t.Context(), late)
			return err
		}},
		{"followed by another", func(s *store.Store, l store.LearnerID, _ exam.AttemptID) error {
			_, _, err := s.StartAttempt(t.Context(), l, beginning(late, query("db-e01")))
			return err
		}},
		{"answered too late", func(s *store.Store, l store.LearnerID, id exam.AttemptID) error {
			if _, err := s.SaveAnswer(t.Context(), l, id, write(3, 0, "late", "SELECT 1"), late); !errors.Is(err, exam.ErrClosed) {
				return err
			}
			return nil
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, r := storetest.New(t), new(runs)
			s.SetRunner(r)
			learner := visitor(t, s)
			a := answeredSQL(t, s, learner)
			fine(t, tt.end(s, learner, a.ID))
			if diff := cmp.Diff([]string{"SELECT 1", "SELECT 2"}, r.asked); diff != "" {
				t.Errorf("answers that were run (-want +got):\n%s", diff)
			}
			got := attempt(t, s, learner, a.ID, late)
			if got.State != exam.Graded || got.Score != 1 || got.Max != 3 {
				t.Errorf("the attempt is %s with %g of %g points, want 1 of 3", got.State, got.Score, got.Max)
			}
			if diff := cmp.Diff([]float64{1, 0, 0}, []float64{got.Slots[0].Fraction, got.Slots[1].Fraction, got.Slots[2].Fraction}); diff != "" {
				t.Errorf("points of the slots (-want +got):\n%s", diff)
			}
			if n := len(events(t, s, learner, a.ID)); n != 4 {
				t.Errorf("%d events, want start, two answers, close", n)
			}
		})
	}
}

func TestSQLAnswersWithoutRunner(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	learner := visitor(t, s)
	a := answeredSQL(t, s, learner)
	got, err := s.SubmitAttempt(t.Context(), learner, a.ID, noon)
	fine(t, err)
	if got.Score != 0 || got.State != exam.Graded {
		t.Errorf("the attempt is %s with %g points, want 0", got.State, got.Score)
	}
}

// While answers run, everybody else can save.
func TestSQLAnswersHoldNobodyUp(t *testing.T) {
	t.Parallel()
	s, r := storetest.New(t), new(runs)
	s.SetRunner(r)
	learner, other := visitor(t, s), visitor(t, s)
	a := answeredSQL(t, s, learner)
	b := start(t, s, other, noon, choices(2)...)
	r.do = func(string) error {
		done := make(chan error, 1)
		go func() {
			_, err := s.SaveAnswer(t.Context(), other, b.ID, exam.Change{Slot: 1, BaseRev: attempt(t, s, other, b.ID, noon).Slots[0].Rev, Flagged: ref(true)}, noon)
			done <- err
		}()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("save beside a query that runs: %v", err)
			}
		case <-time.After(10 * time.Second):
			t.Error("nobody can save while a query runs")
		}
		return nil
	}
	got, err := s.SubmitAttempt(t.Context(), learner, a.ID, noon)
	fine(t, err)
	if got.Score != 1 {
		t.Errorf("%g points, want 1", got.Score)
	}
	if rev := attempt(t, s, other, b.ID, noon).Slots[0].Rev; rev != 2 {
		t.Errorf("the other's slot was changed %d times, want 2", rev)
	}
}

// An answer that is changed while the old one runs counts as it is stored.
func TestSQLAnswerChangesWhileItRuns(t *testing.T) {
	t.Parallel()
	s, r := storetest.New(t), new(runs)
	s.SetRunner(r)
	learner := visitor(t, s)
	a := answeredSQL(t, s, learner)
	r.do = func(answer string) error {
		if answer == "SELECT 2" {
			_, err := s.SaveAnswer(t.Context(), learner, a.ID, write(2, 1, "changed", "SELECT 3"), noon)
			return err
		}
		return nil
	}
	got, err := s.SubmitAttempt(t.Context(), learner, a.ID, noon)
	fine(t, err)
	if diff := cmp.Diff([]string{"SELECT 1", "SELECT 2", "SELECT 3"}, r.asked); diff != "" {
		t.Errorf("answers that were run (-want +got):\n%s", diff)
	}
	if got.Slots[1].Response.Text != "SELECT 3" || got.Slots[1].Fraction != 0 {
		t.Errorf("slot 2 is %+v", got.Slots[1])
	}
}

// An answer that cannot be run keeps its error to itself; a runner without
// room leaves the attempt as it is.
func TestSQLAnswersThatDoNotRun(t *testing.T) {
	t.Parallel()
	s, r := storetest.New(t), new(runs)
	s.SetRunner(r)
	learner := visitor(t, s)
	a := answeredSQL(t, s, learner)
	r.do = func(string) error { return exam.ErrBusy }
	if _, err := s.SubmitAttempt(t.Context(), learner, a.ID, noon); !errors.Is(err, exam.ErrBusy) {
		t.Errorf("handing in while the runner has no room: %v, want ErrBusy", err)
	}
	if got := attempt(t, s, learner, a.ID, noon); got.State != exam.InProgress {
		t.Errorf("the attempt is %s, want in progress", got.State)
	}
	if n, err := s.CloseDue(t.Context(), deadline.Add(time.Hour)); n != 0 || !errors.Is(err, exam.ErrBusy) {
		t.Errorf("the sweeper closed %d, %v, want ErrBusy", n, err)
	}
	r.do = func(string) error { return errors.New("no such table: tt") }
	got, err := s.SubmitAttempt(t.Context(), learner, a.ID, noon)
	fine(t, err)
	if got.State != exam.Graded || got.Score != 0 {
		t.Errorf("the attempt is %s with %g points, want 0", got.State, got.Score)
	}
}

// Handing in ten times at once gives one result, also where queries run.
func TestSQLAnswersHandedInAtOnce(t *testing.T) {
	t.Parallel()
	s, r := storetest.New(t), new(runs)
	s.SetRunner(r)
	r.do = func(string) error { time.Sleep(time.Millisecond); return nil }
	learner := visitor(t, s)
	a := answeredSQL(t, s, learner)
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			got, err := s.SubmitAttempt(t.Context(), learner, a.ID, noon)
			if err != nil || got.Score != 1 {
				t.Errorf("SubmitAttempt = %+v, %v", got, err)
			}
		})
	}
	wg.Wait()
	if n := len(events(t, s, learner, a.ID)); n != 4 {
		t.Errorf("%d events, want start, two answers, close", n)
	}
}
