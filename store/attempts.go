package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"groundwork/exam"
)

// Attempt returns one attempt of learner. If its time is over and nobody has
// closed it yet, it is closed and graded first, so that what is returned is
// always true at now.
func (s *Store) Attempt(ctx context.Context, learner LearnerID, id exam.AttemptID, now time.Time) (a *exam.Attempt, err error) {
	err = s.view(ctx, "read attempt", func(t *tx) error {
		a, err = s.attempt(t, learner, id)
		return err
	})
	if err != nil || !a.Due(now) {
		return a, err
	}
	return s.closeAttempt(ctx, learner, id, exam.ByDeadline, now)
}

// OpenAttempt returns the attempt of learner at an exam that is in progress at
// now, without looking at its slots, or [ErrNotFound].
func (s *Store) OpenAttempt(ctx context.Context, learner LearnerID, name string, now time.Time) (a *exam.Attempt, err error) {
	err = s.view(ctx, "read open attempt", func(t *tx) error {
		a, err = scanAttempt(t.row(attemptColumns+` WHERE learner_id = $1 AND exam = $2 AND state = 'in_progress'`, learner, name))
		if err == nil && a.Due(now) {
			return sql.ErrNoRows
		}
		return err
	})
	return a, err
}

// Attempts returns the attempts of learner at an exam, oldest first, without
// their slots. Those whose time is over are graded first.
func (s *Store) Attempts(ctx context.Context, learner LearnerID, name string, now time.Time) (list []*exam.Attempt, err error) {
	err = s.view(ctx, "read attempts", func(t *tx) error {
		list, err = attempts(t, learner, name)
		return err
	})
	if err != nil {
		return nil, err
	}
	for i, a := range list {
		if a.Due(now) {
			if list[i], err = s.closeAttempt(ctx, learner, a.ID, exam.ByDeadline, now); err != nil {
				return nil, err
			}
			list[i].Slots = nil
		}
	}
	return list, nil
}

// attempts returns the attempts of learner at an exam, oldest first, without
// their slots.
func attempts(t *tx, learner LearnerID, name string) (list []*exam.Attempt, err error) {
	err = t.each(func(r *sql.Rows) error {
		a, err := scanAttempt(r)
		list = append(list, a)
		return err
	}, attemptColumns+` WHERE learner_id = $1 AND exam = $2 ORDER BY number`, learner, name)
	return list, err
}

// SubmitAttempt hands an attempt in and grades it. Handing in twice, even at
// once, gives one result: the later caller gets the attempt as it was graded.
func (s *Store) SubmitAttempt(ctx context.Context, learner LearnerID, id exam.AttemptID, now time.Time) (*exam.Attempt, error) {
	return s.closeAttempt(ctx, learner, id, exam.ByLearner, now)
}

// closeAttempt closes an attempt. If it is to be closed by its deadline it
// looks again whether that has passed: the operator may have moved it since the
// caller looked.
func (s *Store) closeAttempt(ctx context.Context, learner LearnerID, id exam.AttemptID, by exam.ClosedBy, now time.Time) (a *exam.Attempt, err error) {
	err = s.update(ctx, "close attempt", func(t *tx) (err error) {
		a, err = s.attempt(t, learner, id)
		if err != nil || by == exam.ByDeadline && !a.Due(now) {
			return err
		}
		return s.grade(t, a, by, stored(now))
	})
	if err != nil {
		return nil, err
	}
	return a, nil
}

// gradeDue grades an attempt that its deadline has ended.
func (s *Store) gradeDue(t *tx, learner LearnerID, id exam.AttemptID, now time.Time) error {
	a, err := s.attempt(t, learner, id)
	if err != nil {
		return err
	}
	return s.grade(t, a, exam.ByDeadline, now)
}

// grade closes a, if it is open, and stores the result.
func (s *Store) grade(t *tx, a *exam.Attempt, by exam.ClosedBy, now time.Time) error {
	if a.State != exam.InProgress {
		return nil
	}
	if err := s.load(t, a.Slots); err != nil {
		return err
	}
	a.Close(by, now, s.items.get, t.runner())
	if err := t.missed(); err != nil {
		return err
	}
	if err := storeGrades(t, a); err != nil {
		return err
	}
	if err := s.learnNow(t, a, now); err != nil {
		return err
	}
	return log(t, a.ID, event{kind: "close", id: "close", at: now, data: string(a.ClosedBy)})
}

// storeGrades stores how an attempt stands once it is over, and what its slots
// are worth.
func storeGrades(t *tx, a *exam.Attempt) error {
	err := t.one(`
		UPDATE attempts SET state = $2, closed_by = $3, finished_at = $4, score = $5, max_score = $6, held = $7, void_reason = $8, voided_at = $9
		WHERE id = $1`,
		a.ID, a.State, a.ClosedBy, millis(a.Finished), a.Score, a.Max, a.Held, a.Void.Reason, millis(a.Void.At))
	if err != nil {
		return err
	}
	rows := make([][]any, len(a.Slots))
	for i, slot := range a.Slots {
		rows[i] = []any{a.ID, slot.N, slot.Fraction, slot.Dropped}
	}
	n, err := t.all(`
		UPDATE slots SET fraction = CAST(v.column3 AS DOUBLE PRECISION), dropped = CAST(v.column4 AS INTEGER)
		FROM (VALUES ($1, $2, $3, $4)) AS v
		WHERE slots.attempt_id = v.column1 AND slots.n = CAST(v.column2 AS INTEGER)`, rows)
	if err == nil && n != len(rows) {
		err = fmt.Errorf("%d of %d slots of attempt %s were graded", n, len(rows), a.ID)
	}
	return err
}

// CloseDue grades every attempt whose time was over at now and returns how
// many there were. Nothing depends on it: whoever looks at such an attempt
// closes it. It takes them one by one, so that nobody waits long; one that
// cannot be graded does not keep it from the others.
func (s *Store) CloseDue(ctx context.Context, now time.Time) (int, error) {
	type due struct {
		learner LearnerID
		id      exam.AttemptID
	}
	var list []due
	err := s.view(ctx, "read due attempts", func(t *tx) error {
		return t.each(func(r *sql.Rows) error {
			var d due
			err := r.Scan(&d.learner, &d.id)
			list = append(list, d)
			return err
		}, `SELECT learner_id, id FROM attempts WHERE state = 'in_progress' AND deadline_at < $1 ORDER BY deadline_at LIMIT 1000`,
			now.Add(-exam.Allowance).UnixMilli())
	})
	if err != nil {
		return 0, err
	}
	closed := 0
	for _, d := range list {
		a, cerr := s.closeAttempt(ctx, d.learner, d.id, exam.ByDeadline, now)
		if cerr != nil {
			err = errors.Join(err, fmt.Errorf("attempt %s: %w", d.id, cerr))
		} else if a.State == exam.Graded {
			closed++
		}
	}
	return closed, err
}

// openAttempt returns the attempt in progress with its slots.
func (s *Store) openAttempt(t *tx, learner LearnerID, name string) (*exam.Attempt, error) {
	a, err := scanAttempt(t.row(attemptColumns+` WHERE learner_id = $1 AND exam = $2 AND state = 'in_progress'`, learner, name))
	if err != nil {
		return nil, err
	}
	a.Slots, err = slots(t, a.ID)
	return a, err
}

// attempt returns one attempt of learner with its slots.
func (s *Store) attempt(t *tx, learner LearnerID, id exam.AttemptID) (*exam.Attempt, error) {
	a, err := scanAttempt(t.row(attemptColumns+` WHERE id = $1 AND learner_id = $2`, id, learner))
	if err != nil {
		return nil, err
	}
	a.Slots, err = slots(t, id)
	return a, err
}

const attemptColumns = `
	SELECT id, exam, number, seed, rules, state, closed_by, started_at, deadline_at, finished_at, score, max_score,
		held, void_reason, voided_at
	FROM attempts`

// scanner is a row of either kind.
type scanner interface{ Scan(...any) error }

func scanAttempt(row scanner) (*exam.Attempt, error) {
	var (
		a                           exam.Attempt
		rules                       string
		started, deadline, finished sql.NullInt64
		voided                      sql.NullInt64
		score, top                  sql.NullFloat64
	)
	err := row.Scan(&a.ID, &a.Exam, &a.Number, &a.Seed, &rules, &a.State, &a.ClosedBy, &started, &deadline, &finished, &score, &top,
		&a.Held, &a.Void.Reason, &voided)
	if err != nil {
		return nil, err
	}
	a.Started, a.Deadline, a.Finished = fromMillis(started), fromMillis(deadline), fromMillis(finished)
	a.Score, a.Max, a.Void.At = score.Float64, top.Float64, fromMillis(voided)
	return &a, json.Unmarshal([]byte(rules), &a.Rules)
}

// hash is how secrets that need no slow hash (random ones) are stored: as
// SHA-256 in hex. The empty secret is NULL.
func hash(secret string) sql.NullString {
	sum := sha256.Sum256([]byte(secret))
	return sql.NullString{String: hex.EncodeToString(sum[:]), Valid: secret != ""}
}
