package tracker

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// rounds is far too small for a service that strangers use; a run of the checks
// makes some two hundred accounts, and the self-test has some sixty such runs.
const rounds = 500

func (s *server) register(w http.ResponseWriter, r *http.Request) error {
	in, err := s.body(w, r)
	if err != nil {
		return err
	}
	var bad []field
	email, ok := in.text("email")
	if !ok || !strings.Contains(email, "@") || utf8.RuneCountInString(email) > 254 {
		bad = append(bad, field{"email", "must be an email address"})
	}
	password, ok := in.text("password")
	if !ok || len(password) < 8 && s.bug != "password-any" {
		bad = append(bad, field{"password", "must have at least 8 characters"})
	}
	if bad != nil {
		return problem{code: 422, title: "This account cannot be made", fields: bad}
	}
	hash := hashOf(password)
	if s.bug == "register-race-1ms" {
		var n int
		if err := s.db.QueryRow(`SELECT count(*) FROM users WHERE lower(email) = lower(?)`, email).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			return errTaken
		}
		time.Sleep(time.Millisecond) // the way to a database server and back
	}
	res, err := s.db.Exec(`INSERT INTO users (email, hash) VALUES (?, ?)`, email, hash)
	if isTaken(err) {
		return errTaken
	}
	if err != nil {
		return err
	}
	id, err := res.LastInsertId()
	if err != nil {
		return err
	}
	out := map[string]any{"id": id, "email": email}
	if s.bug == "hash-in-answer" {
		out["hash"] = hash
	}
	code := 201
	if s.bug == "register-200" {
		code = 200
	}
	return send(w, code, out)
}

var errTaken = problem{code: 409, title: "This address has an account"}

func isTaken(err error) bool { return err != nil && strings.Contains(err.Error(), "UNIQUE") }

var errLogin = problem{code: 401, title: "Address or password is wrong"}

func (s *server) login(w http.ResponseWriter, r *http.Request) error {
	in, err := s.body(w, r)
	if err != nil {
		return err
	}
	email, _ := in.text("email")
	password, _ := in.text("password")
	var id int64
	hash := hashOf("") // compared when there is no account, so that both ways take the same time
	err = s.db.QueryRow(`SELECT id, hash FROM users WHERE lower(email) = lower(?)`, email).Scan(&id, &hash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	fits := matches(password, hash)
	w.Header().Set("WWW-Authenticate", "Bearer")
	switch {
	case id == 0 && s.bug == "enumerating":
		return problem{code: 401, title: "Nobody has this address"}
	case (id == 0 || !fits) && s.bug == "wrong-400":
		return problem{code: 400, title: errLogin.title}
	case id == 0 || !fits:
		return errLogin
	}
	w.Header().Del("WWW-Authenticate")
	until := time.Now().Add(24 * time.Hour).UTC()
	out := map[string]any{"token": s.token(id, until), "expires_at": until.Format(time.RFC3339)}
	if s.bug == "expires-unix" {
		out["expires_at"] = until.Unix()
	}
	return send(w, 200, out)
}

func hashOf(password string) string {
	salt := make([]byte, 16)
	rand.Read(salt)
	return "pbkdf2$" + base64.RawStdEncoding.EncodeToString(salt) + "$" + derive(password, salt)
}

func derive(password string, salt []byte) string {
	key, err := pbkdf2.Key(sha256.New, password, salt, rounds, 32)
	if err != nil {
		panic(err) // only for lengths that FIPS forbids
	}
	return base64.RawStdEncoding.EncodeToString(key)
}

func matches(password, hash string) bool {
	part := strings.Split(hash, "$")
	if len(part) != 3 {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(part[1])
	return err == nil && subtle.ConstantTimeCompare([]byte(derive(password, salt)), []byte(part[2])) == 1
}

// token is account.expiry.signature.
func (s *server) token(id int64, until time.Time) string {
	claim := fmt.Sprintf("%d.%d", id, until.Unix())
	return claim + "." + s.sign(claim)
}

func (s *server) sign(claim string) string {
	m := hmac.New(sha256.New, s.key)
	m.Write([]byte(claim))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// account returns whose token this is, and false if it is not a good one.
func (s *server) account(token string) (int64, bool) {
	part := strings.Split(token, ".")
	if len(part) != 3 {
		return 0, false
	}
	right := hmac.Equal([]byte(part[2]), []byte(s.sign(part[0]+"."+part[1])))
	id, err1 := strconv.ParseInt(part[0], 10, 64)
	until, err2 := strconv.ParseInt(part[1], 10, 64)
	right = right || s.bug == "token-signature-ignored"
	return id, right && err1 == nil && err2 == nil && time.Now().Unix() < until
}

// guard lets in who shows a good token and is within the limit.
func (s *server) guard(h private) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		me, good := s.account(token)
		if s.bug == "token-not-checked-on-delete" && r.Method == "DELETE" && !good {
			return send(w, 200, "gone")
		}
		if !ok || !good {
			if s.bug != "no-www-authenticate" {
				w.Header().Set("WWW-Authenticate", "Bearer")
			}
			return problem{code: 401, title: "A valid token is needed"}
		}
		if wait := s.limits.take(me, time.Now(), s.bug); wait > 0 {
			if s.bug != "no-retry-after" {
				w.Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())+1))
			}
			return problem{code: 429, title: "Too many requests"}
		}
		return h(w, r, me)
	}
}
