package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"groundwork/exam"
)

// An Outcome is everything that the report of an attempt is made of, read at
// one moment.
type Outcome struct {
	*exam.Attempt
	Items    func(exam.VersionID) *exam.Item // of its slots
	Looks    []exam.Look                     // in the order of their times
	All      []*exam.Attempt                 // of the learner at this exam, the oldest first, without slots
	New      int                             // items that stood in none of the learner's earlier attempts
	Given    []Extension
	Regrades []exam.Regrade // the oldest first
}

// Outcome returns what came of an attempt of learner. If its time is over and
// nobody has closed it yet, it is closed and graded first. Of one that is in
// progress there is nothing but the attempt.
func (s *Store) Outcome(ctx context.Context, learner LearnerID, id exam.AttemptID, now time.Time) (o Outcome, err error) {
	read := func(t *tx) error {
		o, err = s.outcome(t, learner, id)
		return err
	}
	if err := s.view(ctx, "read outcome", read); err != nil || !o.Due(now) {
		return o, err
	}
	if _, err := s.closeAttempt(ctx, learner, id, exam.ByDeadline, now); err != nil {
		return o, err
	}
	return o, s.view(ctx, "read outcome", read)
}

func (s *Store) outcome(t *tx, learner LearnerID, id exam.AttemptID) (o Outcome, err error) {
	if o.Attempt, err = s.attempt(t, learner, id); err != nil || o.State == exam.InProgress {
		return o, err
	}
	o.Items = s.items.get
	if err := s.load(t, o.Slots); err != nil {
		return o, err
	}
	if o.Looks, err = looks(t, id); err != nil {
		return o, fmt.Errorf("looks: %w", err)
	}
	if o.All, err = attempts(t, learner, o.Exam); err != nil {
		return o, fmt.Errorf("all attempts: %w", err)
	}
	if o.New, err = newItems(t, learner, o.Attempt); err != nil {
		return o, fmt.Errorf("new items: %w", err)
	}
	if o.Given, err = extensions(t, id); err != nil {
		return o, fmt.Errorf("extensions: %w", err)
	}
	if o.Regrades, err = regrades(t, id); err != nil {
		return o, fmt.Errorf("regrades: %w", err)
	}
	return o, nil
}

// looks reads from the log of an attempt when which item was looked at.
func looks(t *tx, id exam.AttemptID) (list []exam.Look, err error) {
	err = t.each(func(r *sql.Rows) error {
		var l exam.Look
		var at sql.NullInt64
		err := r.Scan(&l.Slot, &l.Saved, &at)
		l.At = fromMillis(at)
		list = append(list, l)
		return err
	}, `SELECT slot, kind = 'save', server_at FROM events WHERE attempt_id = $1 AND kind IN ('seen', 'save') ORDER BY seq`, id)
	return list, err
}

// newItems counts the items of an attempt that stood in none of the learner's
// earlier ones.
func newItems(t *tx, learner LearnerID, a *exam.Attempt) (n int, err error) {
	if a.Number == 1 {
		return len(a.Slots), nil
	}
	err = t.row(`
		SELECT count(*) FROM slots WHERE attempt_id = $1 AND item_id NOT IN (
			SELECT o.item_id FROM attempts b JOIN slots o ON o.attempt_id = b.id
			WHERE b.learner_id = $2 AND b.exam = $3 AND b.number < $4)`,
		a.ID, learner, a.Exam, a.Number).Scan(&n)
	return n, err
}
