package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"groundwork/exam"
	"groundwork/store"
	"groundwork/store/storetest"
)

func TestExtendAttempt(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	learner := visitor(t, s)
	a := start(t, s, learner, noon, choices(1)...)
	at := deadline.Add(exam.Allowance) // as long as it is open
	for i, minutes := range []int{5, 10} {
		got, err := s.ExtendAttempt(t.Context(), a.ID, minutes, "the network was down", at)
		want := deadline.Add(time.Duration([]int{5, 15}[i]) * time.Minute)
		if !got.Equal(want) || err != nil {
			t.Errorf("ExtendAttempt = %v, %v; want %v", got, err, want)
		}
	}
	list, err := s.Extensions(t.Context(), learner, a.ID)
	want := []store.Extension{{Minutes: 5, Reason: "the network was down", Given: at}, {Minutes: 10, Reason: "the network was down", Given: at}}
	if diff := cmp.Diff(want, list); diff != "" || err != nil {
		t.Errorf("Extensions: %v (-want +got):\n%s", err, diff)
	}
	log := events(t, s, learner, a.ID)
	if diff := cmp.Diff([]string{"start", "extend", "extend"}, kinds(log)); diff != "" || log[2].Data != "10 minutes: the network was down" {
		t.Errorf("log ends with %q (-want +got):\n%s", log[len(log)-1].Data, diff)
	}
	// The new end is the end everywhere.
	end := deadline.Add(15 * time.Minute)
	saved := save(t, s, learner, a.ID, pick(1, 0, "e", "a"), end)
	if !saved.Deadline.Equal(end) || saved.State != exam.InProgress {
		t.Errorf("an answer at the new end = %+v", saved)
	}
	if n, err := s.CloseDue(t.Context(), end.Add(exam.Allowance)); n != 0 || err != nil {
		t.Errorf("CloseDue = %d, %v before the new end", n, err)
	}
	got := attempt(t, s, learner, a.ID, end.Add(exam.Allowance+time.Millisecond))
	if got.State != exam.Graded || !got.Finished.Equal(end) || got.Score != 1 {
		t.Errorf("after the new end: %+v", got)
	}
}

func TestExtendRefuses(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	learner := visitor(t, s)
	a := start(t, s, learner, noon, choices(1)...)
	if _, err := s.ExtendAttempt(t.Context(), "none", 5, "x", noon); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an attempt that there is not: %v, want ErrNotFound", err)
	}
	late := deadline.Add(exam.Allowance + time.Millisecond)
	if d, err := s.ExtendAttempt(t.Context(), a.ID, 5, "x", late); !errors.Is(err, exam.ErrClosed) || !d.IsZero() {
		t.Errorf("after the end: %v, %v; want ErrClosed", d, err)
	}
	_, err := s.SubmitAttempt(t.Context(), learner, a.ID, noon)
	fine(t, err)
	if _, err := s.ExtendAttempt(t.Context(), a.ID, 5, "x", noon); !errors.Is(err, exam.ErrClosed) {
		t.Errorf("after handing in: %v, want ErrClosed", err)
	}
	list, err := s.Extensions(t.Context(), learner, a.ID)
	if len(list) > 0 || err != nil {
		t.Errorf("extensions = %v, %v; want none", list, err)
	}
}

// At the end of the allowance the operator gives time back, while everybody
// else finds that it is over. Either the attempt goes on with the new end, or
// it is graded and the operator is told so; never both.
func TestRaceExtendAgainstTheEnd(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	open, over := deadline.Add(exam.Allowance), deadline.Add(exam.Allowance+time.Millisecond)
	extended, all := 0, 0
	rounds(t, func(round int) error {
		all++
		learner := visitor(t, s)
		a := start(t, s, learner, noon, choices(1)...)
		enders := []func() error{
			func() error { _, err := s.CloseDue(t.Context(), over); return err },
			func() error { _, err := s.Attempt(t.Context(), learner, a.ID, over); return err },
			func() error { _, err := s.Attempts(t.Context(), learner, "backend", over); return err },
			func() error {
				_, err := s.SaveAnswer(t.Context(), learner, a.ID, pick(1, 0, "e", "a"), over)
				if errors.Is(err, exam.ErrClosed) {
					return nil
				}
				return err
			},
		}
		end := enders[round%len(enders)]
		errs := atOnce(func() error { _, err := s.ExtendAttempt(t.Context(), a.ID, 10, "x", open); return err }, end)
		extendErr := errs[0]
		fine(t, errs[1])
		got := attempt(t, s, learner, a.ID, noon)
		switch {
		case extendErr == nil && got.State == exam.InProgress && got.Deadline.Equal(deadline.Add(10*time.Minute)):
			extended++
		case errors.Is(extendErr, exam.ErrClosed) && got.State == exam.Graded && got.ClosedBy == exam.ByDeadline && got.Deadline.Equal(deadline):
		default:
			return fmt.Errorf("extending gave %v, and the attempt is %s by %q, deadline %v", extendErr, got.State, got.ClosedBy, got.Deadline)
		}
		return nil
	})
	t.Logf("%d of %d attempts were extended in time", extended, all)
}
