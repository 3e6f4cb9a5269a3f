package store_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"groundwork/exam"
	"groundwork/store"
	"groundwork/store/storetest"
)

func TestStartAttempt(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	learner := visitor(t, s)
	items := choices(3)
	at := noon.Add(123456 * time.Nanosecond) // more than the database keeps
	a, begun, err := s.StartAttempt(t.Context(), learner, beginning(at, items...))
	fine(t, err)
	want := &exam.Attempt{
		ID: a.ID, Exam: "backend", Number: 1, Seed: 7, Started: noon, Deadline: deadline, State: exam.InProgress, Rules: rules,
		Slots: []exam.Slot{
			{N: 1, Item: "api-e01", Version: items[0].Version(), Order: exam.Shuffle(items[0], 1), Points: 1, Seen: noon},
			{N: 2, Item: "api-e02", Version: items[1].Version(), Order: exam.Shuffle(items[1], 1), Points: 1},
			{N: 3, Item: "api-e03", Version: items[2].Version(), Order: exam.Shuffle(items[2], 1), Points: 1},
		},
	}
	if diff := cmp.Diff(want, a); diff != "" || !begun {
		t.Errorf("StartAttempt: begun %t (-want +got):\n%s", begun, diff)
	}
	if diff := cmp.Diff(want, attempt(t, s, learner, a.ID, noon)); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
	again, begun, err := s.StartAttempt(t.Context(), learner, beginning(noon.Add(time.Hour), choices(2)...))
	if diff := cmp.Diff(want, again); diff != "" || begun || err != nil {
		t.Errorf("starting again: begun %t, %v (-want +got):\n%s", begun, err, diff)
	}
	if len(a.ID) != 26 {
		t.Errorf("the id %q has %d characters of five bits each, want 26", a.ID, len(a.ID))
	}
	other := start(t, s, visitor(t, s), noon, items...)
	if other.ID == a.ID || other.Number != 1 {
		t.Errorf("another learner's attempt is %s, number %d", other.ID, other.Number)
	}
}

func TestStartThatCannotDraw(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	learner := visitor(t, s)
	st := beginning(noon)
	st.Draw = func(exam.History) ([]exam.Place, error) { return nil, exam.ErrBlueprint }
	if a, begun, err := s.StartAttempt(t.Context(), learner, st); !errors.Is(err, exam.ErrBlueprint) || begun {
		t.Errorf("StartAttempt = %v, %t, %v; want ErrBlueprint", a, begun, err)
	}
	if _, err := s.OpenAttempt(t.Context(), learner, "backend", noon); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("OpenAttempt = %v, want ErrNotFound", err)
	}
	if _, _, err := s.StartAttempt(t.Context(), 99, beginning(noon, choices(1)...)); err == nil {
		t.Error("somebody who does not exist began an attempt")
	}
}

// R11: many starts are one.
func TestFiftyStartsGiveOneAttempt(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	learner := visitor(t, s)
	ids := make([]exam.AttemptID, 50)
	begun := make([]bool, len(ids))
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			a, b, err := s.StartAttempt(t.Context(), learner, beginning(noon, choices(3)...))
			if err != nil {
				t.Error(err)
				return
			}
			ids[i], begun[i] = a.ID, b
		})
	}
	wg.Wait()
	first := 0
	for i, id := range ids {
		if id != ids[0] {
			t.Errorf("start %d gave %s and start 0 gave %s", i, id, ids[0])
		}
		if begun[i] {
			first++
		}
	}
	list, err := s.Attempts(t.Context(), learner, "backend", noon)
	if first != 1 || len(list) != 1 || err != nil {
		t.Errorf("%d of 50 starts began an attempt and %d are stored: %v", first, len(list), err)
	}
	if refs, err := s.ItemRefs(t.Context()); err != nil || refs["api-e01"] != 1 {
		t.Errorf("the item counts as used %d times: %v", refs["api-e01"], err)
	}
}

// An open attempt whose time is over is graded, and a new one begins.
func TestStartAfterTheEnd(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	learner := visitor(t, s)
	first := start(t, s, learner, noon, choices(2)...)
	save(t, s, learner, first.ID, pick(1, 0, "e", "a"), noon)
	last := deadline.Add(exam.Allowance)
	if a, begun, err := s.StartAttempt(t.Context(), learner, beginning(last, choices(2)...)); err != nil || begun || a.ID != first.ID {
		t.Errorf("within the allowance: %v, begun %t, %v; want the open one", a, begun, err)
	}
	late := last.Add(time.Millisecond)
	second := start(t, s, learner, late, choices(2)...)
	if second.ID == first.ID || second.Number != 2 || !second.Started.Equal(late) {
		t.Errorf("after the end: %s, number %d, began %v", second.ID, second.Number, second.Started)
	}
	old := attempt(t, s, learner, first.ID, noon) // even for whoever looks with an older clock
	got := []any{old.State, old.ClosedBy, old.Finished, old.Score, old.Max}
	if diff := cmp.Diff([]any{exam.Graded, exam.ByDeadline, deadline, 1.0, 2.0}, got); diff != "" {
		t.Errorf("the first attempt (-want +got):\n%s", diff)
	}
}

func TestSubmit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		at       time.Time
		by       exam.ClosedBy
		finished time.Time
	}{
		{"in time", deadline.Add(-time.Millisecond), exam.ByLearner, deadline.Add(-time.Millisecond)},
		{"at the deadline", deadline, exam.ByDeadline, deadline},
		{"within the allowance", deadline.Add(exam.Allowance), exam.ByDeadline, deadline},
		{"long after", deadline.Add(time.Hour), exam.ByDeadline, deadline},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := storetest.New(t)
			learner := visitor(t, s)
			a := start(t, s, learner, noon, choices(4)...)
			for slot, option := range []exam.OptionID{"a", "b", "a"} {
				save(t, s, learner, a.ID, pick(slot+1, 0, fmt.Sprint(slot), option), noon)
			}
			got, err := s.SubmitAttempt(t.Context(), learner, a.ID, tt.at)
			fine(t, err)
			result := []any{got.State, got.ClosedBy, got.Finished, got.Score, got.Max, got.Slots[0].Fraction, got.Slots[1].Fraction, got.Slots[3].Fraction}
			if diff := cmp.Diff([]any{exam.Graded, tt.by, tt.finished, 2.0, 4.0, 1.0, 0.0, 0.0}, result); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(got, attempt(t, s, learner, a.ID, tt.at)); diff != "" {
				t.Errorf("returned and stored (-returned +stored):\n%s", diff)
			}
			again, err := s.SubmitAttempt(t.Context(), learner, a.ID, tt.at.Add(time.Hour))
			if diff := cmp.Diff(got, again); diff != "" || err != nil {
				t.Errorf("handing in again: %v (-first +second):\n%s", err, diff)
			}
		})
	}
}

// R8: handing in happens once.
func TestFiftySubmitsGiveOneResult(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	learner := visitor(t, s)
	a := start(t, s, learner, noon, choices(2)...)
	save(t, s, learner, a.ID, pick(1, 0, "e", "a"), noon)
	results := make([]*exam.Attempt, 50)
	var wg sync.WaitGroup
	for i := range results {
		wg.Go(func() {
			got, err := s.SubmitAttempt(t.Context(), learner, a.ID, noon.Add(time.Duration(i)*time.Second))
			if err != nil {
				t.Error(err)
			}
			results[i] = got
		})
	}
	wg.Wait()
	for i, r := range results[1:] {
		if diff := cmp.Diff(results[0], r); diff != "" {
			t.Errorf("result 0 and %d (-want +got):\n%s", i+1, diff)
		}
	}
	closed := 0
	for _, e := range events(t, s, learner, a.ID) {
		if e.Kind == "close" {
			closed++
		}
	}
	if closed != 1 {
		t.Errorf("it was closed %d times", closed)
	}
}

// looks are the ways to come upon an attempt after its end.
func looks(ctx context.Context, late time.Time) map[string]look {
	return map[string]look{
		"Attempt": func(s *store.Store, learner store.LearnerID, id exam.AttemptID) error {
			_, err := s.Attempt(ctx, learner, id, late)
			return err
		},
		"Attempts": func(s *store.Store, learner store.LearnerID, _ exam.AttemptID) error {
			list, err := s.Attempts(ctx, learner, "backend", late)
			if err == nil && (len(list) != 1 || list[0].State != exam.Graded || list[0].Score != 1 || list[0].Slots != nil) {
				return fmt.Errorf("Attempts = %+v", list)
			}
			return err
		},
		"Outcome": func(s *store.Store, learner store.LearnerID, id exam.AttemptID) error {
			o, err := s.Outcome(ctx, learner, id, late)
			if err == nil && (o.State != exam.Graded || o.New != 2 || len(o.All) != 1) {
				return fmt.Errorf("Outcome = %+v", o)
			}
			return err
		},
		"Work": func(s *store.Store, learner store.LearnerID, _ exam.AttemptID) error {
			w, err := s.Work(ctx, learner, "backend", noon, late, learnNothing)
			if err == nil && (len(w.Attempts) != 1 || w.Attempts[0].State != exam.Graded || len(w.Marks) != 2) {
				return fmt.Errorf("Work = %+v", w)
			}
			return err
		},
		"Sheet": func(s *store.Store, learner store.LearnerID, id exam.AttemptID) error {
			sh, err := s.Sheet(ctx, learner, id, 1, late)
			if err == nil && sh.State != exam.Graded {
				return fmt.Errorf("Sheet = %+v", sh)
			}
			return err
		},
		"SubmitAttempt": func(s *store.Store, learner store.LearnerID, id exam.AttemptID) error {
			_, err := s.SubmitAttempt(ctx, learner, id, late)
			return err
		},
		"SaveAnswer": func(s *store.Store, learner store.LearnerID, id exam.AttemptID) error {
			saved, err := s.SaveAnswer(ctx, learner, id, pick(2, 0, "late", "a"), late)
			if !errors.Is(err, exam.ErrClosed) || saved.State != exam.Graded || saved.EventRev != 0 {
				return fmt.Errorf("SaveAnswer = %+v, %w; want ErrClosed", saved, err)
			}
			return nil
		},
		"CloseDue": func(s *store.Store, _ store.LearnerID, _ exam.AttemptID) error {
			n, err := s.CloseDue(ctx, late)
			if n != 1 {
				return fmt.Errorf("CloseDue = %d, %w", n, err)
			}
			return err
		},
	}
}

type look func(s *store.Store, learner store.LearnerID, id exam.AttemptID) error

// The sweeper is off in this test: whoever looks closes.
func TestLookingCloses(t *testing.T) {
	t.Parallel()
	for name, look := range looks(t.Context(), deadline.Add(exam.Allowance+time.Millisecond)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := storetest.New(t)
			learner := visitor(t, s)
			a := start(t, s, learner, noon, choices(2)...)
			save(t, s, learner, a.ID, pick(1, 0, "e", "a"), noon)
			fine(t, look(s, learner, a.ID))
			got := attempt(t, s, learner, a.ID, noon)
			result := []any{got.State, got.ClosedBy, got.Finished, got.Score, got.Slots[1].Response.Blank()}
			if diff := cmp.Diff([]any{exam.Graded, exam.ByDeadline, deadline, 1.0, true}, result); diff != "" {
				t.Errorf("after %s (-want +got):\n%s", name, diff)
			}
			if diff := cmp.Diff([]string{"start", "save", "close"}, kinds(events(t, s, learner, a.ID))); diff != "" {
				t.Errorf("log (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOpenAttempt(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	learner := visitor(t, s)
	look := func(who store.LearnerID, name string, now time.Time) string {
		a, err := s.OpenAttempt(t.Context(), who, name, now)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return "none"
		case err != nil:
			t.Fatal(err)
		}
		return string(a.ID)
	}
	if got := look(learner, "backend", noon); got != "none" {
		t.Errorf("before the start there is %s", got)
	}
	a := start(t, s, learner, noon, choices(1)...)
	for name, got := range map[string]string{
		"at the start": look(learner, "backend", noon), "at the end of the allowance": look(learner, "backend", deadline.Add(exam.Allowance)),
	} {
		if got != string(a.ID) {
			t.Errorf("%s there is %s, want %s", name, got, a.ID)
		}
	}
	for name, got := range map[string]string{
		"after that": look(learner, "backend", deadline.Add(exam.Allowance+1)), "at another exam": look(learner, "frontend", noon), "of another learner": look(visitor(t, s), "backend", noon),
	} {
		if got != "none" {
			t.Errorf("%s there is %s, want none", name, got)
		}
	}
}

func TestCloseDue(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	var due []exam.AttemptID
	learners := map[exam.AttemptID]store.LearnerID{}
	for i := range 5 {
		learner := visitor(t, s)
		a := start(t, s, learner, noon.Add(time.Duration(i)*time.Minute), choices(1)...)
		due = append(due, a.ID)
		learners[a.ID] = learner
	}
	last := deadline.Add(exam.Allowance)
	for _, tt := range []struct {
		now  time.Time
		want int
	}{{last, 0}, {last.Add(time.Millisecond), 1}, {last.Add(time.Millisecond), 0}, {last.Add(2*time.Minute + time.Second), 2}, {last.Add(time.Hour), 2}} {
		if n, err := s.CloseDue(t.Context(), tt.now); n != tt.want || err != nil {
			t.Errorf("at %v: CloseDue = %d, %v; want %d", tt.now, n, err, tt.want)
		}
	}
	for i, id := range due {
		a := attempt(t, s, learners[id], id, noon)
		if want := deadline.Add(time.Duration(i) * time.Minute); a.State != exam.Graded || !a.Finished.Equal(want) {
			t.Errorf("attempt %d is %s and was finished at %v, want %v", i, a.State, a.Finished, want)
		}
	}
}

// One attempt that cannot be graded does not keep the sweeper from the others.
func TestCloseDueGoesOn(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "damaged.db")
	s := open(t, path)
	bad := start(t, s, visitor(t, s), noon, choice("bad"))
	learner := visitor(t, s)
	good := start(t, s, learner, noon.Add(time.Second), choice("good"))
	fine(t, s.Close())
	_, err := raw(t, path).Exec(`UPDATE item_versions SET body = '{' WHERE item_id = 'bad'`)
	fine(t, err)
	s = open(t, path)
	defer s.Close()
	n, err := s.CloseDue(t.Context(), deadline.Add(time.Hour))
	if n != 1 || err == nil {
		t.Errorf("CloseDue = %d, %v; want 1 and what is wrong with %s", n, err, bad.ID)
	}
	if a := attempt(t, s, learner, good.ID, noon); a.State != exam.Graded {
		t.Errorf("the sound attempt is %s", a.State)
	}
}

// R12, R13: the end of an attempt is a stored time of the server. A clock that
// is turned back gives no time that was over again, and does not open what was
// graded.
func TestClockTurnedBack(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	learner := visitor(t, s)
	a := start(t, s, learner, noon, choices(2)...)
	save(t, s, learner, a.ID, pick(1, 0, "e", "a"), noon.Add(time.Minute))
	for _, now := range []time.Time{noon.Add(-24 * time.Hour), noon, noon.Add(time.Hour)} {
		again, begun, err := s.StartAttempt(t.Context(), learner, beginning(now, choices(2)...))
		if err != nil || begun || again.ID != a.ID || !again.Deadline.Equal(deadline) {
			t.Errorf("starting at %v: begun %t, ends %v, %v; want the one that ends %v", now, begun, again.Deadline, err, deadline)
		}
	}
	_, err := s.SubmitAttempt(t.Context(), learner, a.ID, noon.Add(time.Hour))
	fine(t, err)
	for _, now := range []time.Time{noon.Add(-24 * time.Hour), noon, noon.Add(2 * time.Minute)} {
		if _, err := s.SaveAnswer(t.Context(), learner, a.ID, pick(2, 0, "late", "a"), now); !errors.Is(err, exam.ErrClosed) {
			t.Errorf("an answer at %v, when it was handed in an hour after noon: %v, want ErrClosed", now, err)
		}
		if got := attempt(t, s, learner, a.ID, now); got.State != exam.Graded || got.Score != 1 {
			t.Errorf("seen at %v it is %s with %v", now, got.State, got.Score)
		}
	}
}

// R13: 2038, when seconds outgrow 32 bits, and the years after it are ordinary.
func TestAfter2038(t *testing.T) {
	t.Parallel()
	for _, now := range []time.Time{time.Date(2038, 1, 19, 3, 0, 0, 0, time.UTC), time.Date(2106, 2, 7, 6, 0, 0, 0, time.UTC), time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC)} {
		s := storetest.New(t)
		learner := visitor(t, s)
		a := start(t, s, learner, now, choices(2)...)
		end := now.Add(90 * time.Minute)
		save(t, s, learner, a.ID, pick(1, 0, "e", "a"), now.Add(time.Hour))
		late := end.Add(exam.Allowance + time.Millisecond)
		if _, err := s.SaveAnswer(t.Context(), learner, a.ID, pick(2, 0, "late", "a"), late); !errors.Is(err, exam.ErrClosed) {
			t.Errorf("%v: an answer after the end: %v", now, err)
		}
		got := attempt(t, s, learner, a.ID, late)
		if diff := cmp.Diff([]any{exam.Graded, now, end, end, 1.0}, []any{got.State, got.Started, got.Deadline, got.Finished, got.Score}); diff != "" {
			t.Errorf("%v (-want +got):\n%s", now, diff)
		}
	}
}
