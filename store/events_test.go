package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"groundwork/exam"
	"groundwork/store"
	"groundwork/store/storetest"
)

func TestEvents(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	learner := visitor(t, s)
	a := start(t, s, learner, noon, choices(2)...)
	minute := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Minute) }
	c := pick(2, 0, "e1", "b")
	c.At = noon.Add(-time.Hour) // by a clock that is wrong
	save(t, s, learner, a.ID, c, minute(1))
	save(t, s, learner, a.ID, exam.Change{Slot: 2, Event: "e2", BaseRev: 1, Flagged: ref(true)}, minute(2))
	fine(t, s.SeeSlot(t.Context(), learner, a.ID, 2, minute(3))) // saving has shown it
	save(t, s, learner, a.ID, exam.Change{Slot: 1, Event: "e3", Client: "tab", Response: &exam.Response{}}, deadline.Add(1500*time.Millisecond))
	_, err := s.SubmitAttempt(t.Context(), learner, a.ID, deadline.Add(2*time.Second))
	fine(t, err)
	want := []store.Event{
		{Seq: 1, Kind: "start", At: noon, Data: "seed 7"},
		{Seq: 2, Kind: "save", Slot: 2, Rev: 1, Client: "tab", At: minute(1), Data: `{"choice":["b"]}`},
		{Seq: 3, Kind: "save", Slot: 2, Rev: 2, At: minute(2), Data: "flag true"},
		{Seq: 4, Kind: "save", Slot: 1, Rev: 1, Client: "tab", At: deadline.Add(1500 * time.Millisecond), Late: 1500 * time.Millisecond},
		{Seq: 5, Kind: "close", At: deadline.Add(2 * time.Second), Data: "deadline"},
	}
	if diff := cmp.Diff(want, events(t, s, learner, a.ID)); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}

// An operation is one thing that a browser may send.
type operation struct {
	Slot, Behind int // how many revisions the browser is behind
	Event        int // of a few, so that they repeat
	Do           int
	Option       exam.OptionID
}

func drawOperation(t *rapid.T) operation {
	return operation{
		Slot: rapid.IntRange(1, 4).Draw(t, "slot"), Behind: rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(t, "behind"), Event: rapid.IntRange(0, 25).Draw(t, "event"),
		Do: rapid.IntRange(0, 5).Draw(t, "do"), Option: rapid.SampledFrom([]exam.OptionID{"a", "b", "c", "z"}).Draw(t, "option"),
	}
}

// Replaying the log of an attempt gives its stored responses, whatever was
// sent in whatever order, and what was acknowledged is what is stored.
func TestReplayingTheLog(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	ctx := t.Context()
	rapid.Check(t, func(t *rapid.T) {
		learner, _, err := s.CreateVisitor(ctx, noon)
		if err != nil {
			t.Fatal(err)
		}
		a, _, err := s.StartAttempt(ctx, learner, beginning(noon, choices(3)...))
		if err != nil {
			t.Fatal(err)
		}
		now := noon
		revs := map[int]int{}
		for _, op := range rapid.SliceOfN(rapid.Custom(drawOperation), 1, 30).Draw(t, "operations") {
			now = now.Add(time.Second)
			switch op.Do {
			case 0:
				err = s.SeeSlot(ctx, learner, a.ID, op.Slot, now)
			case 1:
				c := exam.Change{Slot: op.Slot, Event: fmt.Sprint(op.Event), BaseRev: revs[op.Slot] - op.Behind, Flagged: ref(op.Option == "a")}
				err = apply(ctx, s, learner, a.ID, c, now, revs)
			case 2:
				c := exam.Change{Slot: op.Slot, Event: fmt.Sprint(op.Event), BaseRev: revs[op.Slot] - op.Behind, Response: &exam.Response{}}
				err = apply(ctx, s, learner, a.ID, c, now, revs)
			default:
				err = apply(ctx, s, learner, a.ID, pick(op.Slot, revs[op.Slot]-op.Behind, fmt.Sprint(op.Event), op.Option), now, revs)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := replay(ctx, s, learner, a.ID, revs); err != nil {
			t.Fatal(err)
		}
	})
}

// apply sends a change and keeps count of the revisions that were acknowledged.
func apply(ctx context.Context, s *store.Store, learner store.LearnerID, id exam.AttemptID, c exam.Change, now time.Time, revs map[int]int) error {
	saved, err := s.SaveAnswer(ctx, learner, id, c, now)
	switch {
	case errors.Is(err, exam.ErrConflict), errors.Is(err, exam.ErrResponse), errors.Is(err, exam.ErrNotOnForm):
		return nil
	case err != nil:
		return err
	}
	if !saved.Repeat {
		revs[c.Slot]++
		if saved.EventRev != revs[c.Slot] || saved.Slot.Rev != saved.EventRev {
			return fmt.Errorf("change %+v was acknowledged as %+v, want revision %d", c, saved, revs[c.Slot])
		}
	}
	return nil
}

// replay compares the log of an attempt with its slots.
func replay(ctx context.Context, s *store.Store, learner store.LearnerID, id exam.AttemptID, revs map[int]int) error {
	log, err := s.Events(ctx, learner, id, 1_000_000)
	if err != nil {
		return err
	}
	a, err := s.Attempt(ctx, learner, id, noon)
	if err != nil {
		return err
	}
	replayed := map[int]exam.Slot{}
	for i, e := range log {
		if e.Seq != i+1 {
			return fmt.Errorf("line %d of the log has the number %d", i+1, e.Seq)
		}
		slot := replayed[e.Slot]
		switch {
		case e.Kind != "save":
			continue
		case e.Rev != slot.Rev+1:
			return fmt.Errorf("slot %d goes from revision %d to %d", e.Slot, slot.Rev, e.Rev)
		case strings.HasPrefix(e.Data, "flag "):
			slot.Flagged = e.Data == "flag true"
		default:
			if slot.Response, err = exam.DecodeResponse(e.Data); err != nil {
				return err
			}
		}
		slot.Rev++
		replayed[e.Slot] = slot
	}
	for _, got := range a.Slots {
		want := replayed[got.N]
		diff := cmp.Diff([]any{want.Response, want.Flagged, want.Rev}, []any{got.Response, got.Flagged, got.Rev})
		if diff != "" || got.Rev != revs[got.N] {
			return fmt.Errorf("slot %d: %d acknowledged; replayed and stored (-replayed +stored):\n%s", got.N, revs[got.N], diff)
		}
	}
	return nil
}
