package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"groundwork/exam"
)

// An Allowance is extra time that the operator granted to a person.
type Allowance struct {
	Learner LearnerID
	Email   string
	Percent int // of the minutes of an exam
	Reason  string
	Given   time.Time
}

// GrantTime gives the account with an address extra time in each exam that it
// begins, for a reason that its owner is shown; 0 per cent takes it back. It
// takes the place of what was granted before. An attempt that runs gets the
// difference if that is more than it has; nothing is taken from it. It is for
// operators.
func (s *Store) GrantTime(ctx context.Context, email string, percent int, reason string, now time.Time) error {
	now = stored(now)
	return s.update(ctx, "grant time", func(t *tx) error {
		var learner LearnerID
		if err := t.row(`SELECT id FROM learners WHERE email = $1`, strings.ToLower(email)).Scan(&learner); err != nil {
			return err
		}
		if percent == 0 {
			_, err := t.exec(`DELETE FROM allowances WHERE learner_id = $1`, learner)
			return err
		}
		_, err := t.exec(`
			INSERT INTO allowances (learner_id, percent, reason, given_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (learner_id) DO UPDATE SET percent = excluded.percent, reason = excluded.reason, given_at = excluded.given_at`,
			learner, percent, reason, millis(now))
		if err != nil {
			return err
		}
		return extendRunning(t, learner, percent, reason, now)
	})
}

// extendRunning gives the attempts in progress of a learner what they lack of
// the extra time.
func extendRunning(t *tx, learner LearnerID, percent int, reason string, now time.Time) error {
	var running []*exam.Attempt
	err := t.each(func(r *sql.Rows) error {
		a, err := scanAttempt(r)
		running = append(running, a)
		return err
	}, attemptColumns+` WHERE learner_id = $1 AND state = 'in_progress'`, learner)
	if err != nil {
		return err
	}
	for _, a := range running {
		rules := a.Rules
		rules.Extra = rules.Extra.More(exam.Extra{Percent: percent, By: exam.Granted, Reason: reason})
		minutes := int((rules.Duration() - a.Rules.Duration()) / time.Minute)
		if !a.Open(now) || minutes <= 0 {
			continue
		}
		text, err := json.Marshal(rules)
		if err != nil {
			return err
		}
		if err := t.one(`UPDATE attempts SET rules = $2 WHERE id = $1`, a.ID, string(text)); err != nil {
			return err
		}
		if _, err := extend(t, a, minutes, fmt.Sprintf("%d%% more time: %s", percent, reason), now); err != nil {
			return err
		}
	}
	return nil
}

// allowance returns the extra time that was granted to a learner.
func allowance(t *tx, learner LearnerID) (e exam.Extra, err error) {
	e.By = exam.Granted
	err = t.row(`SELECT percent, reason FROM allowances WHERE learner_id = $1`, learner).Scan(&e.Percent, &e.Reason)
	if errors.Is(err, sql.ErrNoRows) {
		return exam.Extra{}, nil
	}
	return e, err
}

// ExtraTime returns the extra time that was granted to a learner; zero if none
// was.
func (s *Store) ExtraTime(ctx context.Context, learner LearnerID) (e exam.Extra, err error) {
	err = s.view(ctx, "read extra time", func(t *tx) error {
		e, err = allowance(t, learner)
		return err
	})
	return e, err
}

// Allowances returns the extra time of everybody, by address. It is for
// operators.
func (s *Store) Allowances(ctx context.Context) (list []Allowance, err error) {
	err = s.view(ctx, "read extra time", func(t *tx) error {
		list = nil
		return t.each(func(r *sql.Rows) error {
			var a Allowance
			var at sql.NullInt64
			err := r.Scan(&a.Learner, &a.Email, &a.Percent, &a.Reason, &at)
			a.Given = fromMillis(at)
			list = append(list, a)
			return err
		}, `SELECT p.learner_id, coalesce(l.email, 'visitor'), p.percent, p.reason, p.given_at
			FROM allowances p CROSS JOIN learners l WHERE l.id = p.learner_id ORDER BY l.email`)
	})
	return list, err
}
