package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"groundwork/exam"
)

// A Merged says what a visitor's work added to an account.
type Merged struct {
	Progress int // lessons, steps and criteria that the account did not have
	Attempts int // exam attempts
	Notes    int // notes that the account did not have
	Joined   int // notes that both had: both texts stand in one note now
	Cards    int // practice cards that the account did not have
	Closed   int // attempts in progress that were graded, because only one can be open
}

// Empty reports whether nothing was added.
func (m Merged) Empty() bool { return m == Merged{} }

// Merge moves the work of a visitor into another learner's and removes the
// visitor, in one transaction. Nothing is lost: what only one side has is
// kept, of a date the earlier counts, of two notes on one thing both texts
// stay, and attempts stand side by side so that the better result counts. If
// both have an open attempt at one exam, the one with more answers goes on and
// the other is graded with what it holds.
func (s *Store) Merge(ctx context.Context, visitor, into LearnerID, now time.Time) (m Merged, err error) {
	err = s.update(ctx, "merge", func(t *tx) error {
		m, err = s.merge(t, visitor, into, now)
		return err
	})
	return m, err
}

func (s *Store) merge(t *tx, visitor, into LearnerID, now time.Time) (m Merged, err error) {
	if visitor == into {
		return m, nil
	}
	now = stored(now)
	if err := t.row(`SELECT id FROM learners WHERE id = $1 AND email IS NULL`, visitor).Scan(&visitor); err != nil {
		return m, err // only what has no owner yet can be taken over
	}
	if err := t.row(`SELECT id FROM learners WHERE id = $1`, into).Scan(&into); err != nil {
		return m, err
	}
	if m.Progress, err = mergeProgress(t, visitor, into); err != nil {
		return m, err
	}
	if err := mergeNotes(t, visitor, into, &m); err != nil {
		return m, err
	}
	if err := s.mergeOpen(t, visitor, into, now, &m); err != nil {
		return m, err
	}
	if m.Attempts, err = mergeAttempts(t, visitor, into); err != nil {
		return m, err
	}
	if m.Cards, err = mergePractice(t, visitor, into); err != nil {
		return m, err
	}
	return m, t.one(`DELETE FROM learners WHERE id = $1`, visitor)
}

func mergeProgress(t *tx, visitor, into LearnerID) (added int, err error) {
	err = t.row(`
		SELECT count(*) FROM progress v WHERE learner_id = $1
		AND NOT EXISTS (SELECT 1 FROM progress a WHERE a.learner_id = $2 AND a.ref = v.ref)`, visitor, into).Scan(&added)
	if err != nil {
		return 0, err
	}
	_, err = t.exec(`
		INSERT INTO progress (learner_id, ref, done_at) SELECT $2, ref, done_at FROM progress WHERE learner_id = $1
		ON CONFLICT (learner_id, ref) DO UPDATE SET done_at = CASE WHEN excluded.done_at < progress.done_at THEN excluded.done_at ELSE progress.done_at END`, visitor, into)
	return added, err
}

func mergeNotes(t *tx, visitor, into LearnerID, m *Merged) error {
	var theirs []Note
	err := t.each(func(r *sql.Rows) error {
		n, err := scanNote(r)
		theirs = append(theirs, n)
		return err
	}, `SELECT ref, body, rev, saved_at FROM notes WHERE learner_id = $1 AND body <> '' ORDER BY ref`, visitor)
	if err != nil {
		return err
	}
	for _, n := range theirs {
		own, err := note(t, into, n.Ref)
		if err != nil {
			return err
		}
		switch {
		case own.Body == n.Body:
			continue
		case own.Body == "":
			m.Notes++
		default:
			m.Joined++
			n.Body = own.Body + "\n\n---\n\n" + n.Body
		}
		if own.Saved.After(n.Saved) {
			n.Saved = own.Saved
		}
		_, err = t.exec(`
			INSERT INTO notes (learner_id, ref, body, rev, saved_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (learner_id, ref) DO UPDATE SET body = excluded.body, rev = excluded.rev, saved_at = excluded.saved_at`,
			into, n.Ref, n.Body, own.Rev+1, millis(n.Saved))
		if err != nil {
			return err
		}
	}
	return nil
}

// mergeOpen sees to it that at most one of the two learners has an attempt in
// progress at each exam. One whose time is over is graded as ever, and does not
// make the other end.
func (s *Store) mergeOpen(t *tx, visitor, into LearnerID, now time.Time, m *Merged) error {
	var exams []string
	err := t.each(func(r *sql.Rows) error {
		var name string
		err := r.Scan(&name)
		exams = append(exams, name)
		return err
	}, `SELECT exam FROM attempts WHERE learner_id = $1 AND state = 'in_progress'`, visitor)
	if err != nil {
		return err
	}
	for _, name := range exams {
		theirs, err := s.running(t, visitor, name, now)
		if err != nil {
			return err
		}
		own, err := s.running(t, into, name, now)
		if err != nil {
			return err
		}
		if own == nil || theirs == nil {
			continue
		}
		ending := own
		if answered(own) > answered(theirs) {
			ending = theirs
		}
		if err := s.grade(t, ending, exam.ByLearner, now); err != nil {
			return err
		}
		m.Closed++
	}
	return nil
}

// running returns the attempt of learner that goes on at now, or nil. One
// whose time is over is graded.
func (s *Store) running(t *tx, learner LearnerID, name string, now time.Time) (*exam.Attempt, error) {
	a, err := s.openAttempt(t, learner, name)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, err
	case a.Due(now):
		return nil, s.grade(t, a, exam.ByDeadline, now)
	}
	return a, nil
}

func answered(a *exam.Attempt) (n int) {
	for _, s := range a.Slots {
		if !s.Response.Blank() {
			n++
		}
	}
	return n
}

// mergeAttempts gives the visitor's attempts to the other learner, numbered
// after those that are there.
func mergeAttempts(t *tx, visitor, into LearnerID) (moved int, err error) {
	type old struct {
		id   exam.AttemptID
		exam string
	}
	var list []old
	err = t.each(func(r *sql.Rows) error {
		var o old
		err := r.Scan(&o.id, &o.exam)
		list = append(list, o)
		return err
	}, `SELECT id, exam FROM attempts WHERE learner_id = $1 ORDER BY started_at, number`, visitor)
	if err != nil {
		return 0, err
	}
	for _, o := range list {
		err := t.one(`
			UPDATE attempts SET learner_id = $2,
				number = (SELECT coalesce(max(number), 0) + 1 FROM attempts WHERE learner_id = $2 AND exam = $3)
			WHERE id = $1`, o.id, into, o.exam)
		if err != nil {
			return 0, fmt.Errorf("attempt %s: %w", o.id, err)
		}
	}
	return len(list), nil
}
