package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// An Owner says whose sign-in a session is, for the list of sign-ins.
type Owner struct {
	Learner LearnerID // 0 while nobody is signed in
	Agent   string    // what the browser calls itself, shortened
}

// Sessions returns the sign-ins as a store for scs.SessionManager. The manager
// is to hash tokens (HashTokenInStore), so that a copy of the database signs
// nobody in. owner reads whose a session is from its encoded data; now is the
// clock.
func (s *Store) Sessions(owner func(data []byte) Owner, now func() time.Time) *Sessions {
	return &Sessions{s, owner, now}
}

// Sessions implements scs.CtxStore.
type Sessions struct {
	s     *Store
	owner func([]byte) Owner
	now   func() time.Time
}

// FindCtx returns the data of a live session.
func (t *Sessions) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	err = t.s.lookup(ctx, "read session", func(r scanner) error { return r.Scan(&data) },
		`SELECT data FROM sessions WHERE token_hash = $1 AND expires_at > $2`, token, t.now().UnixMilli())
	if errors.Is(err, ErrNotFound) {
		return nil, false, nil
	}
	return data, err == nil, err
}

// CommitCtx stores a session. It also drops those that have expired, so that
// no goroutine has to.
func (t *Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	o := t.owner(data)
	return t.s.update(ctx, "write session", func(tx *tx) error {
		if _, err := tx.exec(`DELETE FROM sessions WHERE expires_at <= $1`, t.now().UnixMilli()); err != nil {
			return err
		}
		_, err := tx.exec(`
			INSERT INTO sessions (token_hash, data, learner_id, agent, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (token_hash) DO UPDATE SET data = excluded.data, learner_id = excluded.learner_id,
				agent = excluded.agent, expires_at = excluded.expires_at`,
			token, data, sql.NullInt64{Int64: int64(o.Learner), Valid: o.Learner != 0}, o.Agent, t.now().UnixMilli(), expiry.UnixMilli())
		return err
	})
}

// DeleteCtx removes a session; removing one that is gone is no error.
func (t *Sessions) DeleteCtx(ctx context.Context, token string) error {
	return t.s.update(ctx, "delete session", func(tx *tx) error {
		_, err := tx.exec(`DELETE FROM sessions WHERE token_hash = $1`, token)
		return err
	})
}

// Find is FindCtx for callers without a context; scs asks for it.
func (t *Sessions) Find(token string) ([]byte, bool, error) {
	return t.FindCtx(context.Background(), token)
}

// Commit is CommitCtx for callers without a context; scs asks for it.
func (t *Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return t.CommitCtx(context.Background(), token, data, expiry)
}

// Delete is DeleteCtx for callers without a context; scs asks for it.
func (t *Sessions) Delete(token string) error {
	return t.DeleteCtx(context.Background(), token)
}

// A SignIn is one live sign-in of a learner.
type SignIn struct {
	TokenHash string
	Agent     string
	Began     time.Time
	Expires   time.Time
}

// SignIns returns the live sign-ins of learner, newest first.
func (s *Store) SignIns(ctx context.Context, learner LearnerID, now time.Time) (list []SignIn, err error) {
	err = s.view(ctx, "read sign-ins", func(t *tx) error {
		list = nil
		return t.each(func(r *sql.Rows) error {
			var in SignIn
			var began, expires sql.NullInt64
			err := r.Scan(&in.TokenHash, &in.Agent, &began, &expires)
			in.Began, in.Expires = fromMillis(began), fromMillis(expires)
			list = append(list, in)
			return err
		}, `SELECT token_hash, agent, created_at, expires_at FROM sessions
			WHERE learner_id = $1 AND expires_at > $2 ORDER BY created_at DESC, token_hash`, learner, millis(now))
	})
	return list, err
}

// EndSignIn ends one sign-in of learner.
func (s *Store) EndSignIn(ctx context.Context, learner LearnerID, tokenHash string) error {
	return s.update(ctx, "end sign-in", func(t *tx) error {
		return t.one(`DELETE FROM sessions WHERE learner_id = $1 AND token_hash = $2`, learner, tokenHash)
	})
}

// EndSignIns ends all sign-ins of learner.
func (s *Store) EndSignIns(ctx context.Context, learner LearnerID) error {
	return s.update(ctx, "end sign-ins", func(t *tx) error {
		_, err := t.exec(`DELETE FROM sessions WHERE learner_id = $1`, learner)
		return err
	})
}
