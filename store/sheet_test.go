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

// A sheet says of a running attempt what the whole attempt says. The last slot
// is answered first, so that their order is not that of the writes.
func TestSheet(t *testing.T) {
	t.Parallel()
	s, yes, note := storetest.New(t), true, "look again"
	learner := visitor(t, s)
	id := start(t, s, learner, noon, choices(5)...).ID
	save(t, s, learner, id, pick(5, 0, "e5", "b"), noon.Add(time.Minute))
	flag := pick(3, 0, "e3", "a")
	flag.Flagged, flag.Note = &yes, &note
	save(t, s, learner, id, flag, noon.Add(2*time.Minute))
	save(t, s, learner, id, exam.Change{Slot: 4, Event: "e4", Client: "tab", Flagged: &yes}, noon.Add(3*time.Minute))
	fine(t, s.SeeSlot(t.Context(), learner, id, 2, noon.Add(4*time.Minute)))
	if _, err := s.ExtendAttempt(t.Context(), id, 10, "the fire alarm", noon.Add(5*time.Minute)); err != nil {
		t.Fatal(err)
	}

	a := attempt(t, s, learner, id, noon)
	given, err := s.Extensions(t.Context(), learner, id)
	fine(t, err)
	for _, slot := range a.Slots {
		got, err := s.Sheet(t.Context(), learner, id, slot.N, noon)
		fine(t, err)
		slot.Points, slot.Client = 0, ""
		want := store.Sheet{Attempt: id, State: exam.InProgress, Started: a.Started, Deadline: a.Deadline, Slot: slot, Standing: a.Standing(), Given: given}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("sheet %d (-want +got):\n%s", slot.N, diff)
		}
	}
	standing := exam.Standing{
		Slots:    []exam.SlotStanding{{Seen: true}, {Seen: true}, {Answered: true, Seen: true, Flagged: true}, {Seen: true, Flagged: true}, {Answered: true, Seen: true}},
		Seen:     noon.Add(4 * time.Minute),
		Answered: noon.Add(2 * time.Minute),
	}
	if diff := cmp.Diff(standing, a.Standing()); diff != "" {
		t.Errorf("standing (-want +got):\n%s", diff)
	}
}

func TestSheetThatIsNotThere(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	learner, other := visitor(t, s), visitor(t, s)
	id := start(t, s, learner, noon, choices(2)...).ID
	for _, tt := range []struct {
		name    string
		learner store.LearnerID
		n       int
		want    error
	}{
		{"somebody else's", other, 1, store.ErrNotFound},
		{"slot 0", learner, 0, exam.ErrNotOnForm},
		{"a slot too many", learner, 3, exam.ErrNotOnForm},
	} {
		if got, err := s.Sheet(t.Context(), tt.learner, id, tt.n, noon); !errors.Is(err, tt.want) || got.Attempt != "" {
			t.Errorf("%s: %+v, %v, want %v", tt.name, got, err, tt.want)
		}
	}
	fine(t, func() error { _, err := s.SubmitAttempt(t.Context(), learner, id, noon); return err }())
	for _, n := range []int{1, 3} {
		got, err := s.Sheet(t.Context(), learner, id, n, noon)
		if diff := cmp.Diff(store.Sheet{Attempt: id, State: exam.Graded, ClosedBy: exam.ByLearner}, got); diff != "" || err != nil {
			t.Errorf("sheet %d of one that is over: %v (-want +got):\n%s", n, err, diff)
		}
	}
}
