package store_test

import (
	"fmt"
	"testing"
	"time"

	"groundwork/exam"
	"groundwork/store"
)

// rules are those of the attempts in these tests.
var rules = exam.Rules{Minutes: 90, Pass: 70, Strong: 85}

// deadline is when an attempt that began at noon ends.
var deadline = noon.Add(90 * time.Minute)

// choice is a single choice among a, b and c, of which a is right.
func choice(id string) *exam.Item {
	return &exam.Item{
		ID: exam.ItemID(id), Title: "About " + id, Skill: "api", Lesson: "api/errors", Level: exam.Junior, Pool: exam.ExamPool, Type: exam.Single, Stem: "Which?",
		Options: []exam.Option{{ID: "a", Text: "this", Reason: "it is", Key: true}, {ID: "b", Text: "that", Reason: "not"}, {ID: "c", Text: "none", Reason: "no"}},
	}
}

func choices(n int) (items []*exam.Item) {
	for i := range n {
		items = append(items, choice(fmt.Sprintf("api-e%02d", i+1)))
	}
	return items
}

// beginning is a Start at the exam "backend" whose form is items.
func beginning(now time.Time, items ...*exam.Item) store.Start {
	return store.Start{Exam: "backend", Seed: 7, Rules: rules, Now: now, Draw: func(exam.History) (form []exam.Place, err error) {
		for _, it := range items {
			form = append(form, exam.Place{Item: it, Order: exam.Shuffle(it, 1)})
		}
		return form, nil
	}}
}

// start begins an attempt on items at now.
func start(t *testing.T, s *store.Store, learner store.LearnerID, now time.Time, items ...*exam.Item) *exam.Attempt {
	t.Helper()
	a, begun, err := s.StartAttempt(t.Context(), learner, beginning(now, items...))
	fine(t, err)
	if !begun {
		t.Fatal("there was an attempt already")
	}
	return a
}

// pick is a change that answers a slot with an option.
func pick(slot, base int, event string, option exam.OptionID) exam.Change {
	return exam.Change{Slot: slot, Event: event, Client: "tab", BaseRev: base, Response: &exam.Response{Choice: []exam.OptionID{option}}}
}

// save stores a change that must be taken.
func save(t *testing.T, s *store.Store, learner store.LearnerID, id exam.AttemptID, c exam.Change, now time.Time) store.Saved {
	t.Helper()
	saved, err := s.SaveAnswer(t.Context(), learner, id, c, now)
	fine(t, err)
	return saved
}

// attempt reads an attempt at now.
func attempt(t *testing.T, s *store.Store, learner store.LearnerID, id exam.AttemptID, now time.Time) *exam.Attempt {
	t.Helper()
	a, err := s.Attempt(t.Context(), learner, id, now)
	fine(t, err)
	return a
}

// events reads the log of an attempt.
func events(t *testing.T, s *store.Store, learner store.LearnerID, id exam.AttemptID) []store.Event {
	t.Helper()
	list, err := s.Events(t.Context(), learner, id, 1_000_000)
	fine(t, err)
	return list
}

// kinds lists the kinds of events in their order.
func kinds(list []store.Event) (out []string) {
	for _, e := range list {
		out = append(out, e.Kind)
	}
	return out
}

func ref[T any](v T) *T { return &v }
