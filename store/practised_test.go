package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"groundwork/quiz/practice"
	"groundwork/store"
	"groundwork/store/storetest"
)

// Cards are counted over all learners; what was taken back is no answer, and
// neither is what an exam told.
func TestPractised(t *testing.T) {
	t.Parallel()
	ctx, s, now := t.Context(), storetest.New(t), exportStart
	ada, bob := visitorOf(t, s), visitorOf(t, s)
	for i := range 40 { // known, then lost
		at := now.AddDate(0, 0, 30*i)
		answer(t, s, ada, "slips", []practice.Rating{practice.Good, practice.Again}[i%2], at)
		answer(t, s, ada, "slips", practice.Good, at.Add(time.Hour))
	}
	answer(t, s, bob, "slips", practice.Good, now)
	answer(t, s, bob, "holds", practice.Good, now.Add(time.Minute))
	_, err := s.UndoReview(ctx, bob, now.Add(2*time.Minute))
	fine(t, err)
	fine(t, s.AddCards(ctx, bob, []practice.ID{"new"}, now, now))
	got, err := s.Practised(ctx)
	fine(t, err)
	want := map[practice.ID]store.Practised{
		"slips": {People: 2, Slipping: 1, Answers: 81, Right: 61},
		"holds": {People: 1},
		"new":   {People: 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Practised (-want +got):\n%s", diff)
	}
}
