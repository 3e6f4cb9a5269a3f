package store

import (
	"context"
	"database/sql"
	"time"
)

// MostPasskeys is how many passkeys an account may have.
const MostPasskeys = 20

// A Passkey signs in to an account in place of its password. Only its public
// half is here; the private one never leaves the device.
type Passkey struct {
	ID      string // base64url
	Name    string // for its owner
	Data    string // what is needed to check a signature; the store does not read it
	Created time.Time
	Used    time.Time // zero if never
}

// AddPasskey gives an account a passkey. It returns [ErrTaken] if there is one
// with this id, and [ErrConflict] if the account has [MostPasskeys].
func (s *Store) AddPasskey(ctx context.Context, learner LearnerID, p Passkey) error {
	return s.update(ctx, "add passkey", func(t *tx) error {
		var n int
		if err := t.row(`SELECT count(*) FROM passkeys WHERE learner_id = $1`, learner).Scan(&n); err != nil {
			return err
		}
		if n >= MostPasskeys {
			return ErrConflict
		}
		_, err := t.exec(`INSERT INTO passkeys (id, learner_id, name, data, created_at) VALUES ($1, $2, $3, $4, $5)`,
			p.ID, learner, p.Name, p.Data, millis(p.Created))
		return err
	})
}

// Passkeys returns the passkeys of an account, oldest first.
func (s *Store) Passkeys(ctx context.Context, learner LearnerID) (list []Passkey, err error) {
	err = s.view(ctx, "read passkeys", func(t *tx) error {
		list, err = passkeys(t, learner)
		return err
	})
	return list, err
}

func passkeys(t *tx, learner LearnerID) (list []Passkey, err error) {
	err = t.each(func(r *sql.Rows) error {
		var p Passkey
		var created, used sql.NullInt64
		err := r.Scan(&p.ID, &p.Name, &p.Data, &created, &used)
		p.Created, p.Used = fromMillis(created), fromMillis(used)
		list = append(list, p)
		return err
	}, `SELECT id, name, data, created_at, used_at FROM passkeys WHERE learner_id = $1 ORDER BY created_at, id`, learner)
	return list, err
}

// PasskeyOwner returns whose passkey id is, or [ErrNotFound].
func (s *Store) PasskeyOwner(ctx context.Context, id string) (learner LearnerID, err error) {
	err = s.view(ctx, "read passkey", func(t *tx) error {
		return t.row(`SELECT learner_id FROM passkeys WHERE id = $1`, id).Scan(&learner)
	})
	return learner, err
}

// UsePasskey notes that a passkey of an account signed in at now, and keeps
// what its device said: data. One that was removed meanwhile is [ErrNotFound].
func (s *Store) UsePasskey(ctx context.Context, learner LearnerID, id, data string, now time.Time) error {
	return s.update(ctx, "use passkey", func(t *tx) error {
		return t.one(`UPDATE passkeys SET data = $3, used_at = $4 WHERE learner_id = $1 AND id = $2`, learner, id, data, millis(now))
	})
}

// RemovePasskey takes a passkey from an account, or returns [ErrNotFound]. It is
// [ErrConflict] if nothing would be left to get in by.
func (s *Store) RemovePasskey(ctx context.Context, learner LearnerID, id string) error {
	return s.update(ctx, "remove passkey", func(t *tx) error {
		if err := t.one(`DELETE FROM passkeys WHERE learner_id = $1 AND id = $2`, learner, id); err != nil {
			return err
		}
		w, err := ways(t, learner)
		if err == nil && !w.Password && w.Passkeys == 0 && len(w.Identities) == 0 {
			return ErrConflict // which takes it back
		}
		return err
	})
}
