package store

import (
	"context"
	"database/sql"
	"strings"
	"time"
)

// An Identity is whom an OpenID Connect provider knows an account as. Issuer
// and Subject name them for good.
type Identity struct {
	Issuer    string
	Subject   string
	Label     string // for its owner to recognise
	Connected time.Time
	Used      time.Time // zero if never
}

// Ways are the ways into an account.
type Ways struct {
	Password   bool
	Passkeys   int
	Identities []Identity // by issuer
}

// Ways returns the ways into an account.
func (s *Store) Ways(ctx context.Context, learner LearnerID) (w Ways, err error) {
	err = s.view(ctx, "read ways in", func(t *tx) error {
		w, err = ways(t, learner)
		return err
	})
	return w, err
}

func ways(t *tx, learner LearnerID) (w Ways, err error) {
	err = t.row(`SELECT coalesce(password_hash, '') <> '', (SELECT count(*) FROM passkeys WHERE learner_id = $1) FROM learners WHERE id = $1`,
		learner).Scan(&w.Password, &w.Passkeys)
	if err != nil {
		return w, err
	}
	w.Identities, err = identities(t, learner)
	return w, err
}

func identities(t *tx, learner LearnerID) (list []Identity, err error) {
	err = t.each(func(r *sql.Rows) error {
		var i Identity
		var connected, used sql.NullInt64
		err := r.Scan(&i.Issuer, &i.Subject, &i.Label, &connected, &used)
		i.Connected, i.Used = fromMillis(connected), fromMillis(used)
		list = append(list, i)
		return err
	}, `SELECT issuer, subject, label, created_at, used_at FROM identities WHERE learner_id = $1 ORDER BY issuer`, learner)
	return list, err
}

// RegisterIdentity gives a learner without an account one that has no password
// and is opened by an identity. It returns [ErrTaken] if the address has an
// account or the identity opens one, and [ErrNotFound] if the learner has one.
func (s *Store) RegisterIdentity(ctx context.Context, id LearnerID, email, name string, i Identity) error {
	return s.update(ctx, "register by identity", func(t *tx) error {
		err := t.one(`UPDATE learners SET email = $2, name = $3, password_hash = '' WHERE id = $1 AND email IS NULL`, id, strings.ToLower(email), name)
		if err != nil {
			return err
		}
		return connect(t, id, i)
	})
}

// Connect lets an identity open an account too. It returns [ErrTaken] if the
// identity opens an account, or the account has one of this issuer, and
// [ErrNotFound] if the learner has no account.
func (s *Store) Connect(ctx context.Context, learner LearnerID, i Identity) error {
	return s.update(ctx, "connect identity", func(t *tx) error {
		if err := t.row(`SELECT id FROM learners WHERE id = $1 AND email IS NOT NULL`, learner).Scan(&learner); err != nil {
			return err
		}
		return connect(t, learner, i)
	})
}

func connect(t *tx, learner LearnerID, i Identity) error {
	_, err := t.exec(`INSERT INTO identities (issuer, subject, learner_id, label, created_at) VALUES ($1, $2, $3, $4, $5)`,
		i.Issuer, i.Subject, learner, i.Label, millis(i.Connected))
	return err
}

// IdentityOwner returns whose account an identity opens, or [ErrNotFound].
func (s *Store) IdentityOwner(ctx context.Context, issuer, subject string) (learner LearnerID, err error) {
	err = s.view(ctx, "read identity", func(t *tx) error {
		return t.row(`SELECT learner_id FROM identities WHERE issuer = $1 AND subject = $2`, issuer, subject).Scan(&learner)
	})
	return learner, err
}

// UseIdentity notes that an identity signed in at now. One that was
// disconnected meanwhile is [ErrNotFound].
func (s *Store) UseIdentity(ctx context.Context, learner LearnerID, issuer, subject string, now time.Time) error {
	return s.update(ctx, "use identity", func(t *tx) error {
		return t.one(`UPDATE identities SET used_at = $4 WHERE issuer = $2 AND subject = $3 AND learner_id = $1`, learner, issuer, subject, millis(now))
	})
}

// Disconnect takes the identity of an issuer from an account, or returns
// [ErrNotFound]. It is [ErrConflict] if neither a password nor a passkey would
// be left to get in by.
func (s *Store) Disconnect(ctx context.Context, learner LearnerID, issuer string) error {
	return s.update(ctx, "disconnect identity", func(t *tx) error {
		if err := t.one(`DELETE FROM identities WHERE learner_id = $1 AND issuer = $2`, learner, issuer); err != nil {
			return err
		}
		w, err := ways(t, learner)
		if err == nil && !w.Password && w.Passkeys == 0 {
			return ErrConflict // which takes it back
		}
		return err
	})
}
