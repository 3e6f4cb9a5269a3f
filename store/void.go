package store

import (
	"context"
	"fmt"
	"time"

	"groundwork/exam"
)

// VoidAttempt takes an attempt out of everything that is counted, for a reason
// that its learner is shown. One in progress ends. It takes no learner: it is
// for operators, of whom by says which. Voiding twice keeps the first reason.
func (s *Store) VoidAttempt(ctx context.Context, id exam.AttemptID, reason, by string, now time.Time) error {
	now = stored(now)
	return s.decide(ctx, "void attempt", id, func(t *tx, a *exam.Attempt) error {
		if a.State == exam.Voided {
			return nil
		}
		if a.State == exam.InProgress {
			if err := s.grade(t, a, exam.ByOperator, now); err != nil {
				return err
			}
		}
		a.Cancel(reason, now, s.items.get, t.runner())
		if err := storeGrades(t, a); err != nil {
			return err
		}
		return logNext(t, id, event{kind: "void", client: by, at: now, data: reason})
	})
}

// RestoreAttempt takes the voiding of an attempt back, for a reason that its
// learner is shown. What was ruled on its items meanwhile is applied. An
// attempt that is not voided stays as it is.
func (s *Store) RestoreAttempt(ctx context.Context, id exam.AttemptID, reason, by string, now time.Time) error {
	now = stored(now)
	return s.decide(ctx, "restore attempt", id, func(t *tx, a *exam.Attempt) error {
		if a.State != exam.Voided {
			return nil
		}
		a.Restore()
		if err := storeGrades(t, a); err != nil {
			return err
		}
		if err := logNext(t, id, event{kind: "restore", client: by, at: now, data: reason}); err != nil {
			return err
		}
		var items []exam.ItemID
		for _, slot := range a.Slots {
			if slot.Ruling != nil {
				items = append(items, slot.Item)
			}
		}
		return s.regradeOne(t, id, items, now)
	})
}

// decide lets an operator's decision work on an attempt with its slots and
// their versions.
func (s *Store) decide(ctx context.Context, what string, id exam.AttemptID, do func(*tx, *exam.Attempt) error) error {
	return s.update(ctx, what, func(t *tx) error {
		a, err := scanAttempt(t.row(attemptColumns+` WHERE id = $1`, id))
		if err != nil {
			return err
		}
		if a.Slots, err = slots(t, id); err != nil {
			return err
		}
		if err := s.load(t, a.Slots); err != nil {
			return err
		}
		return do(t, a)
	})
}

// logNext appends an event of a kind that may come again, and numbers it.
func logNext(t *tx, id exam.AttemptID, e event) error {
	var n int
	if err := t.row(`SELECT count(*) + 1 FROM events WHERE attempt_id = $1 AND kind = $2`, id, e.kind).Scan(&n); err != nil {
		return err
	}
	e.id = fmt.Sprintf("%s %d", e.kind, n)
	return log(t, id, e)
}
