package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"groundwork/exam"
	"groundwork/store"
	"groundwork/store/storetest"
)

// learnNothing makes no cards.
func learnNothing(*exam.Attempt, func(exam.VersionID) *exam.Item, *store.Deck) error { return nil }

// workOf returns the work of a learner at now.
func workOf(t *testing.T, s *store.Store, learner store.LearnerID, now time.Time) store.Work {
	t.Helper()
	w, err := s.Work(t.Context(), learner, "backend", time.Time{}, now, learnNothing)
	fine(t, err)
	return w
}

// A Work says what the methods that read one thing each say.
func TestWork(t *testing.T) {
	t.Parallel()
	s, ctx := storetest.New(t), t.Context()
	learner, other := visitor(t, s), visitor(t, s)
	for _, id := range []store.LearnerID{learner, other} {
		fine(t, s.SetProgress(ctx, id, "lesson/api", true, noon))
		_, err := s.SaveNote(ctx, id, "skill/api", "mine", 0, noon)
		fine(t, err)
		sit(t, s, id, noon, "a", choices(2)...)
	}
	w := workOf(t, s, learner, noon)
	done, err := s.Progress(ctx, learner)
	fine(t, err)
	attempts, err := s.Attempts(ctx, learner, "backend", noon)
	fine(t, err)
	p, err := s.Practice(ctx, learner, noon)
	fine(t, err)
	want := store.Work{Done: done, Attempts: attempts, Marks: w.Marks, Practice: p, Notes: []store.Note{{Ref: "skill/api", Body: "mine", Rev: 1, Saved: noon}}}
	if diff := cmp.Diff(want, w, cmp.AllowUnexported(store.Work{})); diff != "" || len(w.Marks) != 2 || len(done) != 1 || len(attempts) != 1 {
		t.Errorf("work with %d marks (-want +got):\n%s", len(w.Marks), diff)
	}
}

// Cards are made of an attempt that was graded without, once.
func TestWorkLearns(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	learner := visitor(t, s)
	a := sit(t, s, learner, noon, "a", choices(1)...)
	var learned []exam.AttemptID
	for range 2 {
		_, err := s.Work(t.Context(), learner, "backend", noon, noon, func(a *exam.Attempt, _ func(exam.VersionID) *exam.Item, _ *store.Deck) error {
			learned = append(learned, a.ID)
			return nil
		})
		fine(t, err)
	}
	if diff := cmp.Diff([]exam.AttemptID{a.ID}, learned); diff != "" {
		t.Errorf("learned from (-want +got):\n%s", diff)
	}
}

func TestMarks(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	learner := visitor(t, s)
	e, day := choices(4), 24*time.Hour
	first := sit(t, s, learner, noon, "a", e[0])
	second := sit(t, s, learner, noon.Add(day), "a", e[1], e[2])
	third := sit(t, s, learner, noon.Add(2*day), "b", e[3])
	start(t, s, learner, noon.Add(3*day), e[0]) // in progress: not yet
	want := []store.Marked{
		{Attempt: third.ID, Finished: noon.Add(2*day + time.Hour), Item: "api-e04", Version: e[3].Version(), Fraction: 0},
		{Attempt: second.ID, Finished: noon.Add(day + time.Hour), Item: "api-e02", Version: e[1].Version(), Fraction: 1},
		{Attempt: second.ID, Finished: noon.Add(day + time.Hour), Item: "api-e03", Version: e[2].Version(), Fraction: 1},
		{Attempt: first.ID, Finished: noon.Add(time.Hour), Item: "api-e01", Version: e[0].Version(), Fraction: 1},
	}
	if diff := cmp.Diff(want, workOf(t, s, learner, noon.Add(3*day)).Marks); diff != "" {
		t.Errorf("marks (-want +got):\n%s", diff)
	}
	for n := range 4 {
		sit(t, s, learner, noon.Add(time.Duration(4+n)*day), "a", e[0])
	}
	if got := len(workOf(t, s, learner, noon.Add(9*day)).Marks); got != 5 {
		t.Errorf("marks of %d attempts with an item each, want the last 5", got)
	}
}
