package store

import (
	"runtime"
	"sync"
	"testing"
	"time"

	"groundwork/exam"
)

// Somebody sees that an attempt is over, and before its turn to close it comes
// the operator has given time back. Then it goes on.
func TestExtendedBetweenLookingAndClosing(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 1, 20, 12, 0, 0, 0, time.UTC)
	open := noon.Add(time.Hour + exam.Allowance)
	over := open.Add(time.Millisecond)
	looks := map[string]func(s *Store, learner LearnerID, id exam.AttemptID) (exam.State, error){
		"Attempt": func(s *Store, learner LearnerID, id exam.AttemptID) (exam.State, error) {
			a, err := s.Attempt(t.Context(), learner, id, over)
			return a.State, err
		},
		"Attempts": func(s *Store, learner LearnerID, _ exam.AttemptID) (exam.State, error) {
			list, err := s.Attempts(t.Context(), learner, "backend", over)
			return list[0].State, err
		},
		"CloseDue": func(s *Store, _ LearnerID, _ exam.AttemptID) (exam.State, error) {
			n, err := s.CloseDue(t.Context(), over)
			return map[int]exam.State{0: exam.InProgress, 1: exam.Graded}[n], err
		},
	}
	for name, look := range looks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			learner, _, err := s.CreateVisitor(t.Context(), noon)
			if err != nil {
				t.Fatal(err)
			}
			a, _, err := s.StartAttempt(t.Context(), learner, Start{Exam: "backend", Rules: exam.Rules{Minutes: 60}, Now: noon, Draw: func(exam.History) ([]exam.Place, error) { return nil, nil }})
			if err != nil {
				t.Fatal(err)
			}
			inOrder(t, s, func() {
				if _, err := s.ExtendAttempt(t.Context(), a.ID, 10, "x", open); err != nil {
					t.Error(err)
				}
			}, func() {
				if state, err := look(s, learner, a.ID); state != exam.InProgress || err != nil {
					t.Errorf("%s found it %s, %v", name, state, err)
				}
			})
			got, err := s.Attempt(t.Context(), learner, a.ID, over)
			if err != nil || got.State != exam.InProgress || !got.Deadline.Equal(noon.Add(70*time.Minute)) {
				t.Errorf("the attempt is %s until %v: %v", got.State, got.Deadline, err)
			}
		})
	}
}

// inOrder holds the writer up until each of calls waits to write, in their
// order; what they read first they read before any of them writes.
func inOrder(t *testing.T, s *Store, calls ...func()) {
	t.Helper()
	held, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := s.update(t.Context(), "hold", func(*tx) error { close(held); <-release; return nil }); err != nil {
			t.Error(err)
		}
	})
	<-held
	for i, call := range calls {
		wg.Go(call)
		waitFor(s, i+1)
	}
	close(release)
	wg.Wait()
}

// waitFor waits until n changes wait for the writer.
func waitFor(s *Store, n int) {
	for len(s.jobs) < n {
		runtime.Gosched()
	}
}
