package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"groundwork/exam"
	"groundwork/store"
	"groundwork/store/storetest"
)

// A voided attempt counts for nothing until the voiding is taken back; its
// learner can read why.
func TestVoidAttempt(t *testing.T) {
	t.Parallel()
	s, ctx := storetest.New(t), t.Context()
	learner := visitor(t, s)
	a := sit(t, s, learner, noon, "a", choices(2)...)
	at := noon.Add(2 * time.Hour)
	fine(t, s.VoidAttempt(ctx, a.ID, "two people sat it", "operator 7", at))
	fine(t, s.VoidAttempt(ctx, a.ID, "another reason", "operator 7", at.Add(time.Hour)))
	got := attempt(t, s, learner, a.ID, at)
	if got.State != exam.Voided || got.Passed() || got.Void != (exam.Void{Reason: "two people sat it", At: at}) || got.Score != 2 {
		t.Errorf("voided: %+v", got)
	}
	counted := 0
	fine(t, s.Responses(ctx, "backend", store.All, func(*exam.Attempt, exam.Slot, *exam.Item) error { counted++; return nil }))
	if marks := workOf(t, s, learner, at).Marks; counted+len(marks) > 0 {
		t.Errorf("%d answers and %d marks of it still count", counted, len(marks))
	}
	again, err := s.SubmitAttempt(ctx, learner, a.ID, at)
	if err != nil || again.State != exam.Voided {
		t.Errorf("handing it in again makes it %s: %v", again.State, err)
	}

	// A ruling that came meanwhile is applied when it counts again.
	_, err = s.Regrade(ctx, store.Correction{Item: mended("api-e01"), Policy: exam.Rescore, Reason: "x"}, at)
	fine(t, err)
	if got := attempt(t, s, learner, a.ID, at); got.Score != 2 {
		t.Errorf("a voided attempt was regraded to %g", got.Score)
	}
	fine(t, s.RestoreAttempt(ctx, a.ID, "it was the same person", "operator 7", at.Add(time.Minute)))
	fine(t, s.RestoreAttempt(ctx, a.ID, "twice", "operator 7", at.Add(time.Minute)))
	got = attempt(t, s, learner, a.ID, at)
	if got.State != exam.Graded || got.Score != 1 || !got.Passed() || got.Void != (exam.Void{}) {
		t.Errorf("restored: %+v", got)
	}
	want := []string{"start", "save", "save", "close", "void", "restore", "regrade"}
	log := events(t, s, learner, a.ID)
	if diff := cmp.Diff(want, kinds(log)); diff != "" || log[4].Data != "two people sat it" || log[5].Data != "it was the same person" {
		t.Errorf("log (-want +got):\n%s\n%+v", diff, log[4:])
	}
	if err := s.VoidAttempt(ctx, "none", "x", "y", at); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an attempt that there is not: %v", err)
	}
}

// Voiding an attempt in progress ends it, and another may begin.
func TestVoidRunningAttempt(t *testing.T) {
	t.Parallel()
	s, ctx := storetest.New(t), t.Context()
	learner := visitor(t, s)
	a := start(t, s, learner, noon, choices(1)...)
	save(t, s, learner, a.ID, pick(1, 0, "e", "a"), noon)
	fine(t, s.VoidAttempt(ctx, a.ID, "begun by mistake", "command", noon.Add(time.Minute)))
	if _, err := s.SaveAnswer(ctx, learner, a.ID, pick(1, 1, "e2", "b"), noon.Add(2*time.Minute)); !errors.Is(err, exam.ErrClosed) {
		t.Errorf("an answer after it: %v, want ErrClosed", err)
	}
	if n, err := s.CloseDue(ctx, deadline.Add(time.Hour)); n != 0 || err != nil {
		t.Errorf("the sweeper closes it again: %d, %v", n, err)
	}
	st := beginning(noon.Add(3*time.Minute), choices(1)...)
	st.Rules.Review, st.Rules.Retakes = exam.Secure, exam.Retakes{WaitHours: 24, Most: 1, WindowDays: 30}
	b, begun, err := s.StartAttempt(ctx, learner, st)
	if err != nil || !begun || b.Number != 2 {
		t.Errorf("another attempt: %+v, begun %t, %v", b, begun, err)
	}
	fine(t, s.RestoreAttempt(ctx, a.ID, "it counts after all", "command", noon.Add(4*time.Minute)))
	if got := attempt(t, s, learner, a.ID, noon); got.State != exam.Graded || got.Score != 1 || got.ClosedBy != exam.ByOperator || !got.Finished.Equal(noon.Add(time.Minute)) {
		t.Errorf("restored: %+v", got)
	}
}
