package store_test

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"groundwork/exam"
	"groundwork/store"
	"groundwork/store/storetest"
)

// raceRounds is how often each race is run; with -short it is a tenth.
var raceRounds = flag.Int("race.rounds", 200, "how often each race is run")

// rounds runs a race as often as was asked for. Its error says what came out of
// it that may not; every error of the store that a race does not expect is one,
// so a lock that was not waited for would show.
func rounds(t *testing.T, race func(round int) error) {
	t.Helper()
	n := *raceRounds
	if testing.Short() {
		n = max(1, n/10)
	}
	for round := range n {
		if err := race(round); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
	}
}

// atOnce runs all of calls at the same time, begun in any order, and returns
// their errors in theirs.
func atOnce(calls ...func() error) []error {
	errs := make([]error, len(calls))
	ready := make(chan struct{})
	var wg sync.WaitGroup
	for _, i := range rand.Perm(len(calls)) {
		wg.Go(func() { <-ready; errs[i] = calls[i]() })
	}
	close(ready)
	wg.Wait()
	return errs
}

// R9: two tabs answer the same item. One of them is told of the other's answer;
// what is stored is the one that was acknowledged, once.
func TestRaceTwoTabs(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	rounds(t, func(int) error {
		learner := visitor(t, s)
		a := start(t, s, learner, noon, choices(1)...)
		saved := make([]store.Saved, 2)
		errs := atOnce(
			func() (err error) {
				saved[0], err = s.SaveAnswer(t.Context(), learner, a.ID, pick(1, 0, "one", "a"), noon)
				return err
			},
			func() (err error) {
				saved[1], err = s.SaveAnswer(t.Context(), learner, a.ID, pick(1, 0, "two", "b"), noon)
				return err
			})
		won := 0
		if errs[0] != nil {
			won = 1
		}
		if lost := errs[1-won]; errs[won] != nil || !errors.Is(lost, exam.ErrConflict) {
			return fmt.Errorf("the tabs got %v", errs)
		}
		want := []exam.OptionID{"a", "b"}[won]
		got := attempt(t, s, learner, a.ID, noon).Slots[0]
		if shown := saved[1-won].Slot.Response.Choice; len(shown) != 1 || shown[0] != want || got.Response.Choice[0] != want || got.Rev != 1 {
			return fmt.Errorf("tab %d was acknowledged; the other sees %v, stored is %v", won+1, shown, got.Response)
		}
		if n := len(events(t, s, learner, a.ID)); n != 2 {
			return fmt.Errorf("%d events, want a start and a save", n)
		}
		return nil
	})
}

// Two devices press start at once and then answer at once, the one sending
// everything twice. There is one attempt, and each answer is there once.
func TestRaceTwoDevices(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	rounds(t, func(int) error {
		learner := visitor(t, s)
		var ids [2]exam.AttemptID
		begin := func(i int) func() error {
			return func() error {
				a, _, err := s.StartAttempt(t.Context(), learner, beginning(noon, choices(4)...))
				if err == nil {
					ids[i] = a.ID
				}
				return err
			}
		}
		if err := errors.Join(atOnce(begin(0), begin(1))...); err != nil || ids[0] != ids[1] {
			return fmt.Errorf("two starts gave %v: %w", ids, err)
		}
		answer := func(slot int) func() error {
			return func() error {
				_, err := s.SaveAnswer(t.Context(), learner, ids[0], pick(slot, 0, fmt.Sprint("slot ", slot), "a"), noon)
				return err
			}
		}
		if err := errors.Join(atOnce(answer(1), answer(3), answer(2), answer(4), answer(1), answer(2))...); err != nil {
			return err
		}
		got, err := s.SubmitAttempt(t.Context(), learner, ids[0], noon)
		if err != nil || got.Score != 4 {
			return fmt.Errorf("%g of 4 answers count: %w", got.Score, err)
		}
		if n := len(events(t, s, learner, ids[0])); n != 6 {
			return fmt.Errorf("%d events, want 6", n)
		}
		return nil
	})
}

// R10: an answer and handing in come at once. An answer that was acknowledged
// counts; one that was refused does not.
func TestRaceSaveAgainstSubmit(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	taken := 0
	rounds(t, func(int) error {
		learner := visitor(t, s)
		a := start(t, s, learner, noon, choices(1)...)
		errs := atOnce(
			func() error {
				_, err := s.SaveAnswer(t.Context(), learner, a.ID, pick(1, 0, "e", "a"), noon)
				return err
			},
			func() error { _, err := s.SubmitAttempt(t.Context(), learner, a.ID, noon); return err },
			func() error { _, err := s.SubmitAttempt(t.Context(), learner, a.ID, noon); return err })
		if err := errors.Join(errs[1:]...); err != nil {
			return err
		}
		got := attempt(t, s, learner, a.ID, noon)
		switch {
		case errs[0] == nil && got.Score == 1 && got.Slots[0].Rev == 1:
			taken++
		case errors.Is(errs[0], exam.ErrClosed) && got.Score == 0 && got.Slots[0].Rev == 0:
		default:
			return fmt.Errorf("the answer got %v, and the score is %g", errs[0], got.Score)
		}
		if list := kinds(events(t, s, learner, a.ID)); list[len(list)-1] != "close" || len(list) != 2+got.Slots[0].Rev {
			return fmt.Errorf("the log is %v", list)
		}
		return nil
	})
	t.Logf("%d answers came in time", taken)
}

// The operator corrects an item while its learner hands in. Whichever is
// first, the attempt is marked by the ruling, and applying that again changes
// nothing.
func TestRaceRegradeAgainstSubmit(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	after := 0
	rounds(t, func(round int) error {
		id := fmt.Sprintf("api-e%04d", round)
		learner := visitor(t, s)
		a := start(t, s, learner, noon, choice(id), choice("api-other"))
		save(t, s, learner, a.ID, pick(1, 0, "e", "b"), noon)
		c := store.Correction{Item: mended(id), Policy: exam.Policies[round%len(exam.Policies)], Reason: "x"}
		errs := atOnce(
			func() error { _, err := s.Regrade(t.Context(), c, noon); return err },
			func() error { _, err := s.SubmitAttempt(t.Context(), learner, a.ID, noon); return err },
			func() error { _, err := s.Regrade(t.Context(), c, noon); return err })
		if err := errors.Join(errs...); err != nil {
			return err
		}
		want := 1.0
		if c.Policy == exam.Drop {
			want = 0
		}
		got := attempt(t, s, learner, a.ID, noon)
		if got.State != exam.Graded || got.Score != want || got.Slots[0].Dropped != (c.Policy == exam.Drop) {
			return fmt.Errorf("%s: %s with %g", c.Policy, got.State, got.Score)
		}
		why, err := regradesOf(s, learner, a.ID)
		if err != nil || len(why) > 1 {
			return fmt.Errorf("regraded %d times: %w", len(why), err)
		}
		after += len(why)
		again, err := s.Regrade(t.Context(), c, noon)
		if err != nil || len(again.Changes) > 0 {
			return fmt.Errorf("applying again changes %+v: %w", again.Changes, err)
		}
		return nil
	})
	t.Logf("%d attempts were handed in before they were regraded", after)
}

// The operator voids an attempt while its learner hands it in and answers. It
// is voided in the end, it was closed once, and what was acknowledged is kept.
func TestRaceVoidAgainstSubmit(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	byOperator := 0
	rounds(t, func(int) error {
		learner := visitor(t, s)
		a := start(t, s, learner, noon, choices(1)...)
		errs := atOnce(
			func() error { return s.VoidAttempt(t.Context(), a.ID, "x", "y", noon) },
			func() error { _, err := s.SubmitAttempt(t.Context(), learner, a.ID, noon); return err },
			func() error {
				_, err := s.SaveAnswer(t.Context(), learner, a.ID, pick(1, 0, "e", "a"), noon)
				return err
			})
		if err := errors.Join(errs[:2]...); err != nil {
			return err
		}
		got := attempt(t, s, learner, a.ID, noon)
		if rev := got.Slots[0].Rev; got.State != exam.Voided || got.Void.Reason != "x" || (errs[2] == nil) != (rev == 1) || got.Score != float64(rev) {
			return fmt.Errorf("it is %s with %g points; the answer got %v", got.State, got.Score, errs[2])
		}
		if errs[2] != nil && !errors.Is(errs[2], exam.ErrClosed) {
			return errs[2]
		}
		count := map[string]int{}
		for _, kind := range kinds(events(t, s, learner, a.ID)) {
			count[kind]++
		}
		if count["close"] != 1 || count["void"] != 1 {
			return fmt.Errorf("the log has %v", count)
		}
		if got.ClosedBy == exam.ByOperator {
			byOperator++
		}
		return nil
	})
	t.Logf("%d attempts were voided before they were handed in", byOperator)
}

// R11: two devices press start while a third hands in, with one attempt allowed a
// day. There is no second attempt, whatever the order.
func TestRaceRetake(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	rounds(t, func(int) error {
		learner := visitor(t, s)
		st := beginning(noon, choices(1)...)
		st.Rules.Review, st.Rules.Retakes = exam.Secure, exam.Retakes{WaitHours: 24}
		a, _, err := s.StartAttempt(t.Context(), learner, st)
		if err != nil {
			return err
		}
		begin := func() error {
			got, begun, err := s.StartAttempt(t.Context(), learner, st)
			if errors.Is(err, exam.ErrTooSoon) || err == nil && !begun && got.ID == a.ID {
				return nil
			}
			return fmt.Errorf("another start: begun %t, %w", begun, err)
		}
		submit := func() error { _, err := s.SubmitAttempt(t.Context(), learner, a.ID, noon); return err }
		if err := errors.Join(atOnce(begin, submit, begin)...); err != nil {
			return err
		}
		list, err := s.Attempts(t.Context(), learner, "backend", noon.Add(time.Hour))
		if err != nil || len(list) != 1 {
			return fmt.Errorf("there are %d attempts: %w", len(list), err)
		}
		return nil
	})
}
