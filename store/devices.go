package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"strings"
	"time"
)

// The life of what programs sign in with.
const (
	DeviceCodeLife = 10 * time.Minute    // to type a code
	DevicePause    = 5 * time.Second     // between two questions for a token
	TokenLife      = 90 * 24 * time.Hour // after its last use
	MaxTokens      = 10                  // of one learner

	tokenPrefix = "gwv_"
	tokenTouch  = time.Hour // how exactly the last use is known
)

var (
	// ErrPending means that nobody has decided about a device code yet.
	ErrPending = errors.New("not decided yet")

	// ErrTooSoon means that a program asks for its token too often.
	ErrTooSoon = errors.New("asked too soon")

	// ErrDenied means that a device code was refused by its owner.
	ErrDenied = errors.New("denied")
)

// A DeviceRequest is a program that asks to file results for somebody.
type DeviceRequest struct {
	Client  string // what it calls itself
	Network string // where it asked from
	Asked   time.Time
}

// A Token is a program that may file results for its learner.
type Token struct {
	ID      string
	Client  string
	Created time.Time
	Used    time.Time // to the hour
	Expires time.Time
}

// userLetters have no vowels, so that codes spell no words: 20^8 are 34 bits.
const userLetters = "BCDFGHJKLMNPQRSTVWXZ"

// newUserCode returns a code for people to compare and type: WDJBMJHT.
func newUserCode() string {
	code := make([]byte, 0, 8)
	for len(code) < cap(code) {
		var b [1]byte
		rand.Read(b[:]) // never fails
		if int(b[0]) < 256-256%len(userLetters) {
			code = append(code, userLetters[int(b[0])%len(userLetters)])
		}
	}
	return string(code)
}

// NormalUserCode is a user code as it is hashed: capitals without a hyphen.
func NormalUserCode(code string) string {
	return strings.Map(func(r rune) rune {
		if !strings.ContainsRune(userLetters, r) {
			return -1
		}
		return r
	}, strings.ToUpper(code))
}

// CreateDeviceCode notes a program that asks to sign in. It keeps device and
// shows user to the person before it. Only hashes are stored.
func (s *Store) CreateDeviceCode(ctx context.Context, r DeviceRequest) (device, user string, err error) {
	device, user = rand.Text()+rand.Text(), newUserCode()
	err = s.update(ctx, "create device code", func(t *tx) error {
		_, err := t.exec(`INSERT INTO device_codes (code_hash, user_hash, client, network, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`,
			hash(device), hash(user), r.Client, r.Network, millis(r.Asked), millis(r.Asked.Add(DeviceCodeLife)))
		return err
	})
	return device, user, err
}

// DeviceRequest returns the program that shows a code. It is [ErrNotFound] when
// the code is wrong, too old or decided about.
func (s *Store) DeviceRequest(ctx context.Context, user string, now time.Time) (r DeviceRequest, err error) {
	err = s.view(ctx, "read device code", func(t *tx) error {
		var asked sql.NullInt64
		err := t.row(`SELECT client, network, created_at FROM device_codes WHERE user_hash = $1 AND expires_at > $2 AND allowed IS NULL`,
			hash(NormalUserCode(user)), millis(now)).Scan(&r.Client, &r.Network, &asked)
		r.Asked = fromMillis(asked)
		return err
	})
	return r, err
}

// DecideDevice has learner allow or deny the program that shows a code.
func (s *Store) DecideDevice(ctx context.Context, learner LearnerID, user string, allow bool, now time.Time) error {
	return s.update(ctx, "decide device code", func(t *tx) error {
		return t.one(`UPDATE device_codes SET learner_id = $2, allowed = $3 WHERE user_hash = $1 AND expires_at > $4 AND allowed IS NULL`,
			hash(NormalUserCode(user)), learner, allow, millis(now))
	})
}

// TakeToken gives a program the token that it was allowed, once; only its hash
// is stored. Until somebody decides it is [ErrPending], or [ErrTooSoon] if the
// program asks more often than every [DevicePause]; then [ErrDenied], and
// [ErrNotFound] when the code is too old, used or wrong. Of more than
// [MaxTokens] the one unused for longest goes.
func (s *Store) TakeToken(ctx context.Context, device string, now time.Time) (token string, who Learner, err error) {
	token = tokenPrefix + rand.Text() + rand.Text()
	early := false
	err = s.update(ctx, "take token", func(t *tx) error {
		var learner, allowed, asked sql.NullInt64
		var client string
		err := t.row(`SELECT client, learner_id, allowed, asked_at FROM device_codes WHERE code_hash = $1 AND expires_at > $2`,
			hash(device), millis(now)).Scan(&client, &learner, &allowed, &asked)
		if err != nil {
			return err
		}
		if !allowed.Valid {
			early = asked.Valid && now.Sub(fromMillis(asked)) < DevicePause
			_, err := t.exec(`UPDATE device_codes SET asked_at = $2 WHERE code_hash = $1`, hash(device), millis(now))
			return err // kept, so that the pause counts from now
		}
		if allowed.Int64 == 0 {
			return ErrDenied
		}
		if err := t.one(`DELETE FROM device_codes WHERE code_hash = $1`, hash(device)); err != nil {
			return err
		}
		if who, err = scanLearner(t.row(learnerColumns+` WHERE l.id = $1`, learner.Int64)); err != nil {
			return err
		}
		return addToken(t, who.ID, token, client, now)
	})
	switch {
	case err != nil:
		return "", Learner{}, err
	case early:
		return "", Learner{}, ErrTooSoon
	case who.ID == 0:
		return "", Learner{}, ErrPending
	}
	return token, who, nil
}

// addToken stores a token and makes room for it.
func addToken(t *tx, learner LearnerID, token, client string, now time.Time) error {
	_, err := t.exec(`DELETE FROM api_tokens WHERE id IN (
		SELECT id FROM api_tokens WHERE learner_id = $1 ORDER BY used_at DESC, id LIMIT 1000 OFFSET $2)`, learner, MaxTokens-1)
	if err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO api_tokens (id, token_hash, learner_id, client, created_at, used_at, expires_at) VALUES ($1, $2, $3, $4, $5, $5, $6)`,
		rand.Text(), hash(token), learner, client, millis(now), millis(now.Add(TokenLife)))
	return err
}

// LearnerByToken returns whose token it is, and makes it live on. It is
// [ErrNotFound] when the token is wrong, too old or revoked.
func (s *Store) LearnerByToken(ctx context.Context, token string, now time.Time) (l Learner, tok Token, err error) {
	err = s.view(ctx, "read token", func(t *tx) error {
		var who LearnerID
		tok, who, err = scanToken(t.row(`SELECT id, client, created_at, used_at, expires_at, learner_id FROM api_tokens WHERE token_hash = $1 AND expires_at > $2`,
			hash(token), millis(now)))
		if err != nil {
			return err
		}
		l, err = scanLearner(t.row(learnerColumns+` WHERE l.id = $1`, who))
		return err
	})
	if err != nil || now.Sub(tok.Used) < tokenTouch {
		return l, tok, err
	}
	tok.Used, tok.Expires = stored(now), stored(now.Add(TokenLife))
	return l, tok, s.update(ctx, "use token", func(t *tx) error {
		return t.one(`UPDATE api_tokens SET used_at = $2, expires_at = $3 WHERE id = $1`, tok.ID, millis(tok.Used), millis(tok.Expires))
	})
}

func scanToken(row scanner) (tok Token, learner LearnerID, err error) {
	var created, used, expires sql.NullInt64
	err = row.Scan(&tok.ID, &tok.Client, &created, &used, &expires, &learner)
	tok.Created, tok.Used, tok.Expires = fromMillis(created), fromMillis(used), fromMillis(expires)
	return tok, learner, err
}

// Tokens returns the live tokens of learner, last used first.
func (s *Store) Tokens(ctx context.Context, learner LearnerID, now time.Time) (list []Token, err error) {
	err = s.view(ctx, "read tokens", func(t *tx) error {
		list, err = tokens(t, learner, now)
		return err
	})
	return list, err
}

func tokens(t *tx, learner LearnerID, now time.Time) (list []Token, err error) {
	err = t.each(func(r *sql.Rows) error {
		tok, _, err := scanToken(r)
		list = append(list, tok)
		return err
	}, `SELECT id, client, created_at, used_at, expires_at, learner_id FROM api_tokens
		WHERE learner_id = $1 AND expires_at > $2 ORDER BY used_at DESC, id`, learner, millis(now))
	return list, err
}

// RevokeToken ends a token of learner.
func (s *Store) RevokeToken(ctx context.Context, learner LearnerID, id string) error {
	return s.update(ctx, "revoke token", func(t *tx) error {
		return t.one(`DELETE FROM api_tokens WHERE learner_id = $1 AND id = $2`, learner, id)
	})
}
