package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"groundwork/exam"
	"groundwork/store"
	"groundwork/store/storetest"
)

// mended is choice(id) with b as its key in place of a.
func mended(id string) *exam.Item {
	it := choice(id)
	it.Options[0].Key, it.Options[1].Key, it.Changed = false, true, exam.KeyChanged
	return it
}

// changes sums a regrading up: who gains or loses how many points.
func changes(g store.Regrading) map[store.LearnerID]float64 {
	out := map[store.LearnerID]float64{}
	for _, c := range g.Changes {
		out[c.Learner] += c.After.Score - c.Before.Score
	}
	return out
}

// stable is a regrading without when it was stored.
func stable(g store.Regrading) store.Regrading {
	out := g
	out.Changes = nil
	for _, c := range g.Changes {
		c.Made, c.Ruling = time.Time{}, nil
		out.Changes = append(out.Changes, c)
	}
	return out
}

// The dry run says what applying does; applying again does nothing; an attempt
// that ends later is marked by the ruling; those who are affected can read why.
func TestRegrade(t *testing.T) {
	t.Parallel()
	s, ctx := storetest.New(t), t.Context()
	old, corrected := choices(2), mended("api-e01")
	passed, failed, blank, open := visitor(t, s), visitor(t, s), visitor(t, s), visitor(t, s)
	a := sit(t, s, passed, noon, "a", old...)
	b := sit(t, s, failed, noon, "b", old...)
	sit(t, s, blank, noon, "c", old...)
	late := start(t, s, open, noon, old...)
	save(t, s, open, late.ID, pick(1, 0, "e", "b"), noon)

	c := store.Correction{Item: corrected, Policy: exam.Rescore, Reason: "the key was a slip", By: "command"}
	outdated, err := s.Outdated(ctx, []*exam.Item{corrected, old[1]})
	fine(t, err)
	if diff := cmp.Diff([]store.Outdated{{Item: corrected, Attempts: 3, Open: 1}}, outdated); diff != "" {
		t.Errorf("Outdated (-want +got):\n%s", diff)
	}
	plan, err := s.PlanRegrade(ctx, c)
	fine(t, err)
	want := map[store.LearnerID]float64{passed: -1, failed: 1}
	if diff := cmp.Diff(want, changes(plan)); diff != "" || plan.Attempts != 3 {
		t.Errorf("dry run of %d attempts (-want +got):\n%s", plan.Attempts, diff)
	}
	if got := attempt(t, s, passed, a.ID, noon); got.Score != 2 {
		t.Errorf("the dry run has stored %g", got.Score)
	}
	at := noon.Add(48 * time.Hour)
	done, err := s.Regrade(ctx, c, at)
	fine(t, err)
	if diff := cmp.Diff(stable(plan), stable(done)); diff != "" {
		t.Errorf("applying does something else (-dry run +applied):\n%s", diff)
	}
	again, err := s.Regrade(ctx, c, at.Add(time.Hour))
	if len(again.Changes) > 0 || err != nil {
		t.Errorf("applying again changes %+v, %v", again.Changes, err)
	}

	got := attempt(t, s, passed, a.ID, noon)
	if got.Score != 1 || !got.Passed() || !got.Kept() {
		t.Errorf("who passed has %g, passed %t, kept %t", got.Score, got.Passed(), got.Kept())
	}
	if got := attempt(t, s, failed, b.ID, noon); got.Score != 1 || got.Passed() {
		t.Errorf("who failed has %g, passed %t", got.Score, got.Passed())
	}
	submitted, err := s.SubmitAttempt(ctx, open, late.ID, noon.Add(time.Hour))
	if err != nil || submitted.Score != 1 {
		t.Errorf("who hands in later has %g: %v", submitted.Score, err)
	}
	why, err := regradesOf(s, passed, a.ID)
	fine(t, err)
	rule := &exam.Ruling{Item: "api-e01", Old: old[0].Version(), New: corrected.Version(), Change: exam.KeyChanged, Policy: exam.Rescore, Reason: c.Reason, Made: at}
	wantWhy := []exam.Regrade{{Slot: 1, Item: "api-e01", Made: at, Ruling: rule,
		Before: exam.Grade{Fraction: 1, Score: 2, Max: 2, Result: exam.StrongPass}, After: exam.Grade{Score: 1, Max: 2, Result: exam.StrongPass}}}
	if diff := cmp.Diff(wantWhy, why); diff != "" {
		t.Errorf("Regrades (-want +got):\n%s", diff)
	}
	log := events(t, s, passed, a.ID)
	if last := log[len(log)-1]; last.Kind != "regrade" || last.Data != "1 to 0" || last.Slot != 1 || !last.At.Equal(at) {
		t.Errorf("the log ends with %+v", last)
	}
	outdated, err = s.Outdated(ctx, []*exam.Item{corrected})
	if err != nil || len(outdated) != 1 || outdated[0].Open != 0 || outdated[0].Ruling.Policy != exam.Rescore || outdated[0].By != "command" {
		t.Errorf("after it: %+v, %v", outdated, err)
	}
}

// The four policies, one after the other on the same attempts: each comes to
// the same as if it had been the first.
func TestPoliciesInAnyOrder(t *testing.T) {
	t.Parallel()
	s, ctx := storetest.New(t), t.Context()
	old, corrected := choices(3), mended("api-e01")
	a := sit(t, s, visitor(t, s), noon, "b", old...)
	right := visitor(t, s)
	b := sit(t, s, right, noon, "a", old...)
	want := map[exam.Policy][2]exam.Grade{ // by the answers b and a
		exam.Rescore: {{Fraction: 1, Score: 1, Max: 3}, {Score: 2, Max: 3}},
		exam.Either:  {{Fraction: 1, Score: 1, Max: 3}, {Fraction: 1, Score: 3, Max: 3}},
		exam.Full:    {{Fraction: 1, Score: 1, Max: 3}, {Fraction: 1, Score: 3, Max: 3}},
		exam.Drop:    {{Dropped: true, Score: 0, Max: 2}, {Dropped: true, Score: 2, Max: 2}},
	}
	order := []exam.Policy{exam.Drop, exam.Full, exam.Rescore, exam.Drop, exam.Either, exam.Rescore, exam.Full, exam.Either}
	for i, policy := range order {
		_, err := s.Regrade(ctx, store.Correction{Item: corrected, Policy: policy, Reason: "x"}, noon.Add(time.Duration(i)*time.Hour))
		fine(t, err)
		for n, id := range []exam.AttemptID{a.ID, b.ID} {
			f, err := s.FoundAttempt(ctx, id, noon)
			fine(t, err)
			full := attempt(t, s, f.Learner, id, noon)
			got := exam.Grade{Fraction: full.Slots[0].Fraction, Dropped: full.Slots[0].Dropped, Score: full.Score, Max: full.Max}
			if diff := cmp.Diff(want[policy][n], got); diff != "" {
				t.Errorf("%d. %s, attempt %d (-want +got):\n%s", i+1, policy, n+1, diff)
			}
		}
	}
	why, err := regradesOf(s, right, b.ID)
	fine(t, err)
	for i := 1; i < len(why); i++ {
		if why[i].Before.Score != why[i-1].After.Score {
			t.Errorf("regrade %d begins with %g, the one before ended with %g", i, why[i].Before.Score, why[i-1].After.Score)
		}
	}
	if why[0].Before.Score != 3 {
		t.Errorf("the grade of the day is lost: %+v", why[0])
	}
}

// A correction that turns out wrong is corrected itself: the first version is
// right again.
func TestRegradeAndBack(t *testing.T) {
	t.Parallel()
	s, ctx := storetest.New(t), t.Context()
	learner := visitor(t, s)
	first, second := choice("api-e01"), mended("api-e01")
	a := sit(t, s, learner, noon, "a", first)
	for i, it := range []*exam.Item{second, first} {
		_, err := s.Regrade(ctx, store.Correction{Item: it, Policy: exam.Rescore, Reason: "x"}, noon.Add(time.Duration(i)*time.Hour))
		fine(t, err)
		if got := attempt(t, s, learner, a.ID, noon); got.Score != float64(i) || !got.Passed() {
			t.Errorf("after correction %d: %g, passed %t", i+1, got.Score, got.Passed())
		}
	}
	why, err := regradesOf(s, learner, a.ID)
	if err != nil || len(why) != 2 || why[1].Ruling != nil {
		t.Errorf("%d regrades, the last by %+v: %v", len(why), why[1].Ruling, err)
	}
}

// A version that was right but for its words is left alone, whatever is ruled
// on those that were wrong.
func TestRegradeLeavesRightVersions(t *testing.T) {
	t.Parallel()
	s, ctx := storetest.New(t), t.Context()
	wrong, right, now := choice("api-e01"), mended("api-e01"), mended("api-e01")
	now.Stem, now.Changed = "Which of them?", exam.TextChanged
	had, hadRight := visitor(t, s), visitor(t, s)
	sit(t, s, had, noon, "c", wrong)
	sit(t, s, hadRight, noon, "c", right)
	g, err := s.Regrade(ctx, store.Correction{Item: now, Policy: exam.Full, Reason: "x"}, noon)
	fine(t, err)
	if diff := cmp.Diff(map[store.LearnerID]float64{had: 1}, changes(g)); diff != "" {
		t.Errorf("who changes (-want +got):\n%s", diff)
	}
}

// A withdrawn item is dropped from all attempts, whatever version they had.
func TestRegradeWithdrawn(t *testing.T) {
	t.Parallel()
	s, ctx := storetest.New(t), t.Context()
	gone := choice("api-e01")
	learner := visitor(t, s)
	a := sit(t, s, learner, noon, "b", choices(2)...)
	gone.Changed = exam.Dropped
	list, err := s.Outdated(ctx, []*exam.Item{gone})
	if err != nil || len(list) != 1 || list[0].Open != 1 {
		t.Fatalf("Outdated = %+v, %v", list, err)
	}
	_, err = s.Regrade(ctx, store.Correction{Item: gone, Policy: gone.Changed.Policy(), Reason: "nobody could know"}, noon)
	fine(t, err)
	got := attempt(t, s, learner, a.ID, noon)
	if got.Score != 0 || got.Max != 1 || !got.Slots[0].Dropped {
		t.Errorf("%g of %g", got.Score, got.Max)
	}
	if marks := workOf(t, s, learner, noon).Marks; len(marks) != 1 || marks[0].Item != "api-e02" {
		t.Errorf("marks that count: %+v", marks)
	}
	if list, err = s.Outdated(ctx, []*exam.Item{gone}); err != nil || list[0].Open != 0 {
		t.Errorf("after it: %+v, %v", list, err)
	}
}

func TestRegradeRefuses(t *testing.T) {
	t.Parallel()
	s, ctx := storetest.New(t), t.Context()
	sit(t, s, visitor(t, s), noon, "c", choice("api-e01"))
	other := mended("api-e01")
	other.Options = other.Options[:2]
	for _, policy := range []exam.Policy{exam.Rescore, exam.Either} {
		c := store.Correction{Item: other, Policy: policy, Reason: "x"}
		if _, err := s.PlanRegrade(ctx, c); !errors.Is(err, exam.ErrCarry) {
			t.Errorf("%s, dry run: %v, want ErrCarry", policy, err)
		}
		if _, err := s.Regrade(ctx, c, noon); !errors.Is(err, exam.ErrCarry) {
			t.Errorf("%s: %v, want ErrCarry", policy, err)
		}
	}
	plan, err := s.PlanRegrade(ctx, store.Correction{Item: other, Policy: exam.Full})
	if err != nil || len(plan.Changes) != 1 {
		t.Errorf("all points: %+v, %v", plan, err)
	}
}

// Statistics count what was marked anew under the version that marks it, and
// nothing that was dropped.
func TestStatisticsAfterRegrading(t *testing.T) {
	t.Parallel()
	s, ctx := storetest.New(t), t.Context()
	sit(t, s, visitor(t, s), noon, "b", choices(2)...)
	type counted struct {
		Version  exam.VersionID
		Choice   exam.OptionID
		Fraction float64
	}
	count := func() (list []counted) {
		fine(t, s.Responses(ctx, "backend", store.First, func(a *exam.Attempt, slot exam.Slot, it *exam.Item) error {
			if it.Version() != slot.Version {
				t.Errorf("slot %d comes with another version", slot.N)
			}
			list = append(list, counted{slot.Version, slot.Response.Choice[0], slot.Fraction})
			return nil
		}))
		return list
	}
	corrected := mended("api-e01")
	swapped := corrected.Options
	swapped[0], swapped[1] = exam.Option{ID: "a", Text: "that", Key: true}, exam.Option{ID: "b", Text: "this"} // ids go with the texts
	second := counted{choice("api-e02").Version(), "b", 0}
	for policy, want := range map[exam.Policy][]counted{
		exam.Rescore: {{corrected.Version(), "a", 1}, second},
		exam.Drop:    {second},
		exam.Full:    {{choice("api-e01").Version(), "b", 1}, second},
	} {
		_, err := s.Regrade(ctx, store.Correction{Item: corrected, Policy: policy, Reason: "x"}, noon)
		fine(t, err)
		if diff := cmp.Diff(want, count()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", policy, diff)
		}
	}
}

// SQL answers are run again by the new key, in a dry run as well.
func TestRegradeSQL(t *testing.T) {
	t.Parallel()
	s, ctx := storetest.New(t), t.Context()
	s.SetRunner(&runs{})
	learner := visitor(t, s)
	a := answeredSQL(t, s, learner)
	_, err := s.SubmitAttempt(ctx, learner, a.ID, noon)
	fine(t, err)
	corrected := query("db-e02")
	corrected.Query.Key = "SELECT 2"
	c := store.Correction{Item: corrected, Policy: exam.Rescore, Reason: "x"}
	plan, err := s.PlanRegrade(ctx, c)
	fine(t, err)
	done, err := s.Regrade(ctx, c, noon)
	fine(t, err)
	if diff := cmp.Diff(stable(plan), stable(done)); diff != "" || len(done.Changes) != 1 {
		t.Errorf("%d changes (-dry run +applied):\n%s", len(done.Changes), diff)
	}
	if got := attempt(t, s, learner, a.ID, noon); got.Score != 2 {
		t.Errorf("the score is %g, want 2", got.Score)
	}
}

// What operators have decided is in the export of whom it concerns, and goes
// with them.
func TestExportHoldsDecisions(t *testing.T) {
	t.Parallel()
	s, ctx := storetest.New(t), t.Context()
	ada, other := visitor(t, s), visitor(t, s)
	fine(t, s.Register(ctx, ada, "ada@example.org", "Ada", "hash"))
	a := sit(t, s, ada, noon, "a", choices(2)...)
	sit(t, s, other, noon, "b", choices(2)...)
	fine(t, s.GrantTime(ctx, "ada@example.org", 50, "a screen reader", noon))
	_, err := s.Regrade(ctx, store.Correction{Item: mended("api-e01"), Policy: exam.Rescore, Reason: "a slip"}, noon)
	fine(t, err)
	fine(t, s.VoidAttempt(ctx, a.ID, "two people", "test", noon))
	e, err := s.Export(ctx, ada)
	fine(t, err)
	got := e.Attempts[0]
	if e.Extra != (exam.Extra{Percent: 50, By: exam.Granted, Reason: "a screen reader"}) || got.Void.Reason != "two people" || len(got.Regrades) != 1 || got.Regrades[0].Ruling.Reason != "a slip" {
		t.Errorf("the export has %+v and %+v", e.Extra, got)
	}
	if e.Item(mended("api-e01").Version()) == nil {
		t.Error("the version by which it is marked is not there")
	}
	if e, err := s.Export(ctx, other); err != nil || e.Extra != (exam.Extra{}) || e.Attempts[0].Void.Reason != "" {
		t.Errorf("somebody else's export has it: %+v, %v", e, err)
	}
	fine(t, s.DeleteLearner(ctx, ada))
	if list, err := s.Allowances(ctx); err != nil || len(list) > 0 {
		t.Errorf("after they are gone: %+v, %v", list, err)
	}
}

// regradesOf returns what regrading changed of an attempt.
func regradesOf(s *store.Store, learner store.LearnerID, id exam.AttemptID) ([]exam.Regrade, error) {
	o, err := s.Outcome(context.Background(), learner, id, noon)
	return o.Regrades, err
}
