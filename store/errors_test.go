package store_test

import (
	"context"
	"errors"
	"groundwork/store"
	"strings"
	"testing"
	"time"

	"groundwork/exam"
	"groundwork/store/storetest"
)

// Every method says what it was doing, and does nothing for who has left.
func TestWhoHasLeft(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	learner := visitor(t, s)
	a := start(t, s, learner, noon, choices(2)...)
	ctx, leave := context.WithCancel(t.Context())
	leave()
	ignore := func(_ any, err error) error { return err }
	sessions := s.Sessions(signInOwner, func() time.Time { return noon })
	for what, err := range map[string]error{
		"start attempt":     func() error { _, _, err := s.StartAttempt(ctx, learner, beginning(noon, choices(1)...)); return err }(),
		"read attempt":      ignore(s.Attempt(ctx, learner, a.ID, noon)),
		"read attempts":     ignore(s.Attempts(ctx, learner, "backend", noon)),
		"read open attempt": ignore(s.OpenAttempt(ctx, learner, "backend", noon)),
		"close attempt":     ignore(s.SubmitAttempt(ctx, learner, a.ID, noon)),
		"read due attempts": ignore(s.CloseDue(ctx, deadline.Add(time.Hour))),
		"save answer":       ignore(s.SaveAnswer(ctx, learner, a.ID, pick(1, 0, "e", "a"), noon)),
		"see slot":          s.SeeSlot(ctx, learner, a.ID, 2, noon),
		"extend attempt":    ignore(s.ExtendAttempt(ctx, a.ID, 5, "x", noon)),
		"read events":       ignore(s.Events(ctx, learner, a.ID, 1_000_000)),
		"read extensions":   ignore(s.Extensions(ctx, learner, a.ID)),
		"read outcome":      ignore(s.Outcome(ctx, learner, a.ID, noon)),
		"read sheet":        ignore(s.Sheet(ctx, learner, a.ID, 1, noon)),
		"read work":         ignore(s.Work(ctx, learner, "backend", noon, noon, learnNothing)),
		"read item version": ignore(s.Item(ctx, "none")),
		"create visitor":    func() error { _, _, err := s.CreateVisitor(ctx, noon); return err }(),
		"delete learner":    s.DeleteLearner(ctx, learner),
		"delete visitors":   ignore(s.DeleteVisitors(ctx, noon.AddDate(1, 0, 0))),
		"merge":             ignore(s.Merge(ctx, learner, learner+1, noon)),
		"add failure":       s.AddFailure(ctx, noon, store.OneGuesser("ada")),
		"read failures":     ignore(s.MayTry(ctx, noon, store.OneGuesser("ada"))),
		"save note":         ignore(s.SaveNote(ctx, learner, "x", "x", 0, noon)),
		"set progress":      s.SetProgress(ctx, learner, "x", true, noon),
		"read session":      func() error { _, _, err := sessions.FindCtx(ctx, "t"); return err }(),
		"write session":     sessions.CommitCtx(ctx, "t", []byte("{}"), noon.Add(time.Hour)),
	} {
		if !errors.Is(err, context.Canceled) || !strings.HasPrefix(err.Error(), what+": ") {
			t.Errorf("%s: %v, want Canceled", what, err)
		}
	}
	if got := attempt(t, s, learner, a.ID, noon); got.State != exam.InProgress || len(events(t, s, learner, a.ID)) != 1 {
		t.Errorf("something was done all the same: %+v", got)
	}
	if _, err := s.Learner(t.Context(), learner); err != nil {
		t.Errorf("the learner: %v", err)
	}
}
