package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"groundwork/exam"
	"groundwork/store"
	"groundwork/store/storetest"
)

// EXAM.md a.10 and g: the answer that comes at the end.
func TestSaveAtTheEnd(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		at   time.Time
		late time.Duration
		err  error
	}{
		{name: "a millisecond before the deadline", at: deadline.Add(-time.Millisecond)},
		{name: "at the deadline", at: deadline},
		{name: "a second after it", at: deadline.Add(time.Second), late: time.Second},
		{name: "at the end of the allowance", at: deadline.Add(exam.Allowance), late: exam.Allowance},
		{name: "a millisecond after that", at: deadline.Add(exam.Allowance + time.Millisecond), err: exam.ErrClosed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := storetest.New(t)
			learner := visitor(t, s)
			a := start(t, s, learner, noon, choices(1)...)
			saved, err := s.SaveAnswer(t.Context(), learner, a.ID, pick(1, 0, "e", "a"), tt.at)
			want := store.Saved{Slot: a.Slots[0], State: exam.Graded, Deadline: deadline}
			log := []string{"start", "close"}
			if tt.err == nil {
				want.State, want.EventRev = exam.InProgress, 1
				want.Slot.Response, want.Slot.Rev, want.Slot.Client, want.Slot.Answered = exam.Response{Choice: []exam.OptionID{"a"}}, 1, "tab", tt.at
				log = []string{"start", "save"}
			}
			if diff := cmp.Diff(want, saved); diff != "" || !errors.Is(err, tt.err) {
				t.Errorf("SaveAnswer: %v, want %v (-want +got):\n%s", err, tt.err, diff)
			}
			list := events(t, s, learner, a.ID)
			if diff := cmp.Diff(log, kinds(list)); diff != "" {
				t.Errorf("log (-want +got):\n%s", diff)
			}
			if got := list[1].Late; got != tt.late {
				t.Errorf("the log says %v late, want %v", got, tt.late)
			}
			stored := attempt(t, s, learner, a.ID, noon)
			if stored.State != want.State || stored.Slots[0].Response.Blank() != (tt.err != nil) {
				t.Errorf("stored: %s, %+v", stored.State, stored.Slots[0])
			}
			// Whenever it came, what is stored counts in the end.
			if result, err := s.SubmitAttempt(t.Context(), learner, a.ID, tt.at); err != nil || (result.Score == 1) != (tt.err == nil) {
				t.Errorf("the result is %+v, %v", result, err)
			}
		})
	}
}

func TestStaleRevision(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	learner := visitor(t, s)
	a := start(t, s, learner, noon, choices(2)...)
	first := pick(1, 0, "one", "b")
	first.Client = "tab one"
	save(t, s, learner, a.ID, first, noon.Add(time.Minute))
	before := attempt(t, s, learner, a.ID, noon)
	stale := pick(1, 0, "two", "a")
	stale.Client, stale.Flagged = "tab two", ref(true)
	saved, err := s.SaveAnswer(t.Context(), learner, a.ID, stale, noon.Add(2*time.Minute))
	want := store.Saved{Slot: before.Slots[0], State: exam.InProgress, Deadline: deadline}
	if diff := cmp.Diff(want, saved); diff != "" || !errors.Is(err, exam.ErrConflict) {
		t.Errorf("SaveAnswer: %v, want ErrConflict and what is stored (-want +got):\n%s", err, diff)
	}
	if saved.Slot.Client != "tab one" || saved.Slot.Rev != 1 || !saved.Slot.Answered.Equal(noon.Add(time.Minute)) {
		t.Errorf("stored is %+v, want the answer of tab one", saved.Slot)
	}
	if diff := cmp.Diff(before, attempt(t, s, learner, a.ID, noon)); diff != "" {
		t.Errorf("a refused change changed something (-before +after):\n%s", diff)
	}
	// On the revision that it was told of, it is taken; the refused event was not used up.
	stale.BaseRev = saved.Slot.Rev
	if saved := save(t, s, learner, a.ID, stale, noon.Add(3*time.Minute)); saved.Repeat || saved.EventRev != 2 || !saved.Slot.Flagged {
		t.Errorf("the second try = %+v, want revision 2", saved)
	}
}

func TestSameEventTwice(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	learner := visitor(t, s)
	a := start(t, s, learner, noon, choices(2)...)
	save(t, s, learner, a.ID, pick(1, 0, "one", "b"), noon)
	two := save(t, s, learner, a.ID, pick(1, 1, "two", "c"), noon.Add(time.Minute))
	// The answer to "one" was lost on its way; it comes again, after "two".
	got := save(t, s, learner, a.ID, pick(1, 0, "one", "b"), noon.Add(2*time.Minute))
	want := store.Saved{Slot: two.Slot, EventRev: 1, State: exam.InProgress, Deadline: deadline, Repeat: true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the first event again (-want +got):\n%s", diff)
	}
	// And even when all is over, so that the browser may forget it.
	_, err := s.SubmitAttempt(t.Context(), learner, a.ID, noon.Add(3*time.Minute))
	fine(t, err)
	got = save(t, s, learner, a.ID, pick(1, 1, "two", "c"), deadline.Add(time.Hour))
	want.EventRev, want.State = 2, exam.Graded
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the second event again, after the end (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"start", "save", "save", "close"}, kinds(events(t, s, learner, a.ID))); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
	// The same name in another attempt is another event.
	other := visitor(t, s)
	b := start(t, s, other, noon, choices(1)...)
	if saved := save(t, s, other, b.ID, pick(1, 0, "one", "a"), noon); saved.Repeat || saved.EventRev != 1 {
		t.Errorf("another attempt's event = %+v", saved)
	}
}

func TestSameEventFiftyTimesAtOnce(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	learner := visitor(t, s)
	a := start(t, s, learner, noon, choices(2)...)
	repeats := make([]bool, 50)
	var wg sync.WaitGroup
	for i := range repeats {
		wg.Go(func() {
			saved, err := s.SaveAnswer(t.Context(), learner, a.ID, pick(1, 0, "one", "b"), noon)
			if err != nil || saved.EventRev != 1 || saved.Slot.Rev != 1 {
				t.Errorf("SaveAnswer = %+v, %v", saved, err)
			}
			repeats[i] = saved.Repeat
		})
	}
	wg.Wait()
	stored := 0
	for _, r := range repeats {
		if !r {
			stored++
		}
	}
	if n := len(events(t, s, learner, a.ID)); stored != 1 || n != 2 {
		t.Errorf("%d of 50 were stored, and the log has %d lines, want 1 and 2", stored, n)
	}
}

// A browser may call its events what it likes: no name meets the store's own.
func TestNamesOfEvents(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	learner := visitor(t, s)
	a := start(t, s, learner, noon, choices(2)...)
	names := []string{"start", "close", "seen 2", "extend 1", "", ""} // without a name it is new every time
	for rev, name := range names {
		if saved := save(t, s, learner, a.ID, pick(1, rev, name, "b"), noon); saved.Repeat || saved.EventRev != rev+1 {
			t.Errorf("event %q = %+v, want revision %d", name, saved, rev+1)
		}
	}
	fine(t, s.SeeSlot(t.Context(), learner, a.ID, 2, noon))
	_, err := s.ExtendAttempt(t.Context(), a.ID, 5, "a test", noon)
	fine(t, err)
	_, err = s.SubmitAttempt(t.Context(), learner, a.ID, noon)
	fine(t, err)
	for rev, name := range names[:4] {
		if saved := save(t, s, learner, a.ID, pick(1, rev, name, "b"), noon); !saved.Repeat || saved.EventRev != rev+1 {
			t.Errorf("event %q again = %+v, want a repeat of revision %d", name, saved, rev+1)
		}
	}
	want := []string{"start", "save", "save", "save", "save", "save", "save", "seen", "extend", "close"}
	if diff := cmp.Diff(want, kinds(events(t, s, learner, a.ID))); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}

func TestTwoTabsOnDifferentSlots(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	learner := visitor(t, s)
	a := start(t, s, learner, noon, choices(20)...)
	var wg sync.WaitGroup
	for tab := range 2 {
		wg.Go(func() {
			for slot := tab + 1; slot <= 20; slot += 2 {
				for rev, option := range []exam.OptionID{"b", "c", "a"} {
					c := pick(slot, rev, fmt.Sprintf("%d-%d", slot, rev), option)
					if _, err := s.SaveAnswer(t.Context(), learner, a.ID, c, noon); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	got, err := s.SubmitAttempt(t.Context(), learner, a.ID, noon)
	fine(t, err)
	if got.Score != 20 || len(events(t, s, learner, a.ID)) != 62 {
		t.Errorf("%g of 20 answers are stored, in %d events", got.Score, len(events(t, s, learner, a.ID)))
	}
}

func TestSaveRefuses(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	learner := visitor(t, s)
	a := start(t, s, learner, noon, choices(2)...)
	closed := start(t, s, visitor(t, s), noon, choices(1)...)
	before := attempt(t, s, learner, a.ID, noon)
	tests := []struct {
		name    string
		learner store.LearnerID
		id      exam.AttemptID
		c       exam.Change
		want    error
	}{
		{"another learner's attempt", learner, closed.ID, pick(1, 0, "e", "a"), store.ErrNotFound},
		{"nobody", 0, a.ID, pick(1, 0, "e", "a"), store.ErrNotFound},
		{"an attempt that there is not", learner, "none", pick(1, 0, "e", "a"), store.ErrNotFound},
		{"a slot that there is not", learner, a.ID, pick(3, 0, "e", "a"), exam.ErrNotOnForm},
		{"slot 0", learner, a.ID, pick(0, 0, "e", "a"), exam.ErrNotOnForm},
		{"an option that there is not", learner, a.ID, pick(1, 0, "e", "z"), exam.ErrResponse},
		{"a revision of the future", learner, a.ID, pick(1, 1, "e", "a"), exam.ErrConflict},
	}
	for _, tt := range tests {
		saved, err := s.SaveAnswer(t.Context(), tt.learner, tt.id, tt.c, noon)
		if !errors.Is(err, tt.want) || saved.EventRev != 0 || saved.Repeat {
			t.Errorf("%s: %+v, %v; want %v", tt.name, saved, err, tt.want)
		}
	}
	if diff := cmp.Diff(before, attempt(t, s, learner, a.ID, noon)); diff != "" {
		t.Errorf("something was changed (-before +after):\n%s", diff)
	}
}

// Flag and note are changes like any other, and leave the answer alone.
func TestFlagAndNote(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	learner := visitor(t, s)
	a := start(t, s, learner, noon, choices(2)...)
	save(t, s, learner, a.ID, pick(2, 0, "e1", "b"), noon)
	save(t, s, learner, a.ID, exam.Change{Slot: 2, Event: "e2", Client: "other", BaseRev: 1, Flagged: ref(true), Note: ref("look again")}, noon.Add(time.Minute))
	want := a.Slots[1]
	want.Response, want.Rev, want.Flagged, want.Note = exam.Response{Choice: []exam.OptionID{"b"}}, 2, true, "look again"
	want.Client, want.Answered, want.Seen = "tab", noon, noon
	if diff := cmp.Diff(want, attempt(t, s, learner, a.ID, noon).Slots[1]); diff != "" {
		t.Errorf("slot (-want +got):\n%s", diff)
	}
	save(t, s, learner, a.ID, exam.Change{Slot: 2, Event: "e3", BaseRev: 2, Response: &exam.Response{}, Flagged: ref(false)}, noon.Add(time.Hour))
	got := attempt(t, s, learner, a.ID, noon).Slots[1]
	if !got.Response.Blank() || got.Flagged || got.Note != "look again" || got.Rev != 3 {
		t.Errorf("after taking the answer back: %+v", got)
	}
}

func TestSeeSlot(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	learner := visitor(t, s)
	a := start(t, s, learner, noon, choices(3)...)
	for _, minute := range []time.Duration{5, 9} { // the second time counts for nothing
		fine(t, s.SeeSlot(t.Context(), learner, a.ID, 2, noon.Add(minute*time.Minute)))
	}
	fine(t, s.SeeSlot(t.Context(), learner, a.ID, 1, noon.Add(time.Hour))) // seen at the start
	fine(t, s.SeeSlot(t.Context(), learner, a.ID, 77, noon))
	fine(t, s.SeeSlot(t.Context(), learner, a.ID, 3, deadline.Add(exam.Allowance+time.Millisecond))) // too late
	if err := s.SeeSlot(t.Context(), visitor(t, s), a.ID, 3, noon); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("another learner saw a slot: %v", err)
	}
	var got []time.Time
	for _, slot := range attempt(t, s, learner, a.ID, noon).Slots {
		got = append(got, slot.Seen)
	}
	if diff := cmp.Diff([]time.Time{noon, noon.Add(5 * time.Minute), {}}, got); diff != "" {
		t.Errorf("seen (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"start", "seen"}, kinds(events(t, s, learner, a.ID))); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
	_, err := s.SubmitAttempt(t.Context(), learner, a.ID, noon)
	fine(t, err)
	fine(t, s.SeeSlot(t.Context(), learner, a.ID, 3, noon))
	if seen := attempt(t, s, learner, a.ID, noon).Slots[2].Seen; !seen.IsZero() {
		t.Errorf("a slot was first seen at %v, after the end", seen)
	}
}

func TestOthersAttemptsAreNotThere(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	learner, eve := visitor(t, s), visitor(t, s)
	a := start(t, s, learner, noon, choices(1)...)
	ctx := t.Context()
	_, attemptErr := s.Attempt(ctx, eve, a.ID, noon)
	_, lateErr := s.Attempt(ctx, eve, a.ID, deadline.Add(time.Hour))
	_, submitErr := s.SubmitAttempt(ctx, eve, a.ID, noon)
	_, eventsErr := s.Events(ctx, eve, a.ID, 1_000_000)
	_, extensionsErr := s.Extensions(ctx, eve, a.ID)
	_, outcomeErr := s.Outcome(ctx, eve, a.ID, noon)
	for name, err := range map[string]error{"Attempt": attemptErr, "Attempt, late": lateErr, "SubmitAttempt": submitErr, "Events": eventsErr, "Extensions": extensionsErr, "Outcome": outcomeErr} {
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s of another learner's attempt: %v, want ErrNotFound", name, err)
		}
	}
	list, err := s.Attempts(ctx, eve, "backend", noon)
	if marks := workOf(t, s, eve, noon).Marks; len(list)+len(marks) > 0 || err != nil {
		t.Errorf("another learner has %d attempts and %d marks: %v", len(list), len(marks), err)
	}
	if got := attempt(t, s, learner, a.ID, noon); got.State != exam.InProgress {
		t.Errorf("the attempt is %s after somebody else tried", got.State)
	}
}
