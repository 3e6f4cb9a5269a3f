package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"groundwork/exam"
)

// LearnerID names a learner. 0 is nobody.
type LearnerID int64

// A Learner is anyone who has saved something, with or without an account.
type Learner struct {
	ID      LearnerID
	Email   string // empty without an account
	Name    string
	Role    string // learner or operator
	Created time.Time
}

// Registered reports whether the learner has an account.
func (l Learner) Registered() bool { return l.Email != "" }

// VisitorDays is how long the work of a visitor without an account is kept
// after it was last used.
const VisitorDays = 90

// CreateVisitor makes a learner without an account and returns the key for its
// browser's cookie. Only a hash of the key is stored.
func (s *Store) CreateVisitor(ctx context.Context, now time.Time) (id LearnerID, key string, err error) {
	key = rand.Text()
	err = s.update(ctx, "create visitor", func(t *tx) error {
		err := t.row(`INSERT INTO learners (created_at, seen_at) VALUES ($1, $1) RETURNING id`, millis(now)).Scan(&id)
		if err != nil {
			return err
		}
		return addKey(t, id, key, now)
	})
	return id, key, err
}

func addKey(t *tx, id LearnerID, key string, now time.Time) error {
	_, err := t.exec(`INSERT INTO visitor_keys (key_hash, learner_id, created_at) VALUES ($1, $2, $3)`, hash(key), id, millis(now))
	return err
}

// LearnerByKey returns the learner that a visitor's cookie names, if it still
// has no account: who has one must sign in.
func (s *Store) LearnerByKey(ctx context.Context, key string) (l Learner, err error) {
	err = s.lookup(ctx, "read visitor", func(r scanner) error {
		l, err = scanLearner(r)
		return err
	}, learnerColumns+`
		JOIN visitor_keys k ON k.learner_id = l.id
		WHERE k.key_hash = $1 AND l.email IS NULL`, hash(key))
	return l, err
}

// Learner returns a learner.
func (s *Store) Learner(ctx context.Context, id LearnerID) (l Learner, err error) {
	err = s.lookup(ctx, "read learner", func(r scanner) error {
		l, err = scanLearner(r)
		return err
	}, learnerColumns+` WHERE l.id = $1`, id)
	return l, err
}

const learnerColumns = `SELECT l.id, coalesce(l.email, ''), l.name, l.role, l.created_at FROM learners l`

func scanLearner(row scanner) (l Learner, err error) {
	var created sql.NullInt64
	err = row.Scan(&l.ID, &l.Email, &l.Name, &l.Role, &created)
	l.Created = fromMillis(created)
	return l, err
}

// Register gives a learner without an account one. It returns [ErrTaken] if
// the address has an account, and [ErrNotFound] if the learner has one.
func (s *Store) Register(ctx context.Context, id LearnerID, email, name, passwordHash string) error {
	return s.update(ctx, "register", func(t *tx) error {
		return t.one(`UPDATE learners SET email = $2, name = $3, password_hash = $4 WHERE id = $1 AND email IS NULL`,
			id, strings.ToLower(email), name, passwordHash)
	})
}

// Credentials returns the learner with the given address and the hash of the
// password, or [ErrNotFound].
func (s *Store) Credentials(ctx context.Context, email string) (id LearnerID, passwordHash string, err error) {
	err = s.view(ctx, "read credentials", func(t *tx) error {
		return t.row(`SELECT id, password_hash FROM learners WHERE email = $1`, strings.ToLower(email)).Scan(&id, &passwordHash)
	})
	return id, passwordHash, err
}

// SetPassword changes the password, revokes all tokens and ends all sign-ins of
// the learner but the one whose hashed token is keep ("" keeps none).
func (s *Store) SetPassword(ctx context.Context, id LearnerID, passwordHash, keep string) error {
	return s.update(ctx, "set password", func(t *tx) error {
		if err := t.one(`UPDATE learners SET password_hash = $2 WHERE id = $1 AND email IS NOT NULL`, id, passwordHash); err != nil {
			return err
		}
		if _, err := t.exec(`DELETE FROM api_tokens WHERE learner_id = $1`, id); err != nil {
			return err
		}
		_, err := t.exec(`DELETE FROM sessions WHERE learner_id = $1 AND token_hash <> $2`, id, keep)
		return err
	})
}

// Rename changes the name of a learner with an account.
func (s *Store) Rename(ctx context.Context, id LearnerID, name string) error {
	return s.update(ctx, "rename", func(t *tx) error {
		return t.one(`UPDATE learners SET name = $2 WHERE id = $1 AND email IS NOT NULL`, id, name)
	})
}

// SetRole makes the learner with the given address an operator, or a learner
// again.
func (s *Store) SetRole(ctx context.Context, email, role string) error {
	return s.update(ctx, "set role", func(t *tx) error {
		return t.one(`UPDATE learners SET role = $2 WHERE email = $1`, strings.ToLower(email), role)
	})
}

// DeleteLearner removes a learner with everything that is theirs, at once. How
// often each item was used stays, which names nobody.
func (s *Store) DeleteLearner(ctx context.Context, id LearnerID) error {
	return s.update(ctx, "delete learner", func(t *tx) error {
		return t.one(`DELETE FROM learners WHERE id = $1`, id)
	})
}

// DeleteVisitors removes visitors without an account whom nobody has seen for
// [VisitorDays] and returns how many.
func (s *Store) DeleteVisitors(ctx context.Context, now time.Time) (n int64, err error) {
	err = s.update(ctx, "delete visitors", func(t *tx) error {
		res, err := t.exec(`DELETE FROM learners WHERE email IS NULL AND seen_at < $1`, millis(now.AddDate(0, 0, -VisitorDays)))
		if err != nil {
			return err
		}
		n, err = res.RowsAffected()
		return err
	})
	return n, err
}

// Touch notes that a visitor was here, so that the 90 days begin again. It is
// called when something is saved, not when a page is read.
func (s *Store) Touch(ctx context.Context, id LearnerID, now time.Time) error {
	return s.update(ctx, "touch", func(t *tx) error {
		_, err := t.exec(`UPDATE learners SET seen_at = $2 WHERE id = $1 AND seen_at < $3`, id, millis(now), millis(now.Add(-24*time.Hour)))
		return err
	})
}

// Resume finds the attempt that a resume code names and gives the browser that
// sent it a key of its own to the visitor who sat it. If that browser had work
// of its own as a visitor (own, 0 if none), it is merged in. An attempt whose
// learner has an account is [ErrNotFound]: its owner signs in.
func (s *Store) Resume(ctx context.Context, code string, own LearnerID, now time.Time) (id exam.AttemptID, key string, err error) {
	key = rand.Text()
	err = s.update(ctx, "resume", func(t *tx) error {
		var learner LearnerID
		err := t.row(`
			SELECT a.id, a.learner_id FROM attempts a JOIN learners l ON l.id = a.learner_id
			WHERE a.resume_hash = $1 AND l.email IS NULL`, hash(NormalCode(code))).Scan(&id, &learner)
		if err != nil {
			return err
		}
		if own != 0 && own != learner {
			if _, err := s.merge(t, own, learner, now); err != nil {
				return fmt.Errorf("merge: %w", err)
			}
		}
		return addKey(t, learner, key, now)
	})
	return id, key, err
}

// NormalCode returns a resume code, however it was typed, in the form in which
// it is shown and hashed: KTQF-2MXA-7TPD.
func NormalCode(code string) string {
	var b strings.Builder
	for _, r := range strings.ToUpper(code) {
		if r >= 'A' && r <= 'Z' || r >= '2' && r <= '7' {
			if n := b.Len(); n == 4 || n == 9 {
				b.WriteByte('-')
			}
			b.WriteRune(r)
		}
	}
	return b.String()
}
