package web

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/gorilla/securecookie"
	"github.com/gorilla/sessions"

	"groundwork/exam"
	"groundwork/store"
)

// Two cookies say who is asking. The visitor's is signed and encrypted, lives
// in the browser and carries a random key; it proves that this browser saved
// something before. The sign-in is a session in the database that the server
// can end at any time. Both lead to a learner, and learners are all that
// handlers know. Readers get neither.
const (
	visitorCookie = "visitor"
	loginCookie   = "login"
	draftCookie   = "fit" // the answers to a fit test that is not finished
	noticeCookie  = "notice"
	openidCookie  = "openid" // names a crossing; holds nothing

	visitorAge = 365 * 24 * time.Hour
	draftAge   = 30 * 24 * time.Hour
	loginAge   = 30 * 24 * time.Hour

	keyKey     = "key"     // in the visitor's cookie
	learnerKey = "learner" // in a sign-in
	agentKey   = "agent"   // in a sign-in
	provenKey  = "proven"  // in a sign-in: when its owner showed who they are
)

// Keys are the secrets of a site. They are made once and kept beside the
// database.
type Keys struct {
	Sign    []byte // 32 bytes; signs cookies
	Encrypt []byte // 32 bytes; encrypts cookies
	Code    []byte // 32 bytes; resume codes are made from it
}

func (s *Server) newLogins() *scs.SessionManager {
	m := scs.New()
	m.Store = s.store.Sessions(sessionOwner, s.now)
	m.HashTokenInStore = true
	m.Lifetime = loginAge // and no IdleTimeout, which would write on every page view
	m.Cookie.Name = s.cookieName(loginCookie)
	m.Cookie.Secure = s.cfg.Secure
	m.ErrorFunc = s.fail
	return m
}

// sessionOwner reads from a session's data whose it is.
func sessionOwner(data []byte) store.Owner {
	_, values, err := scs.GobCodec{}.Decode(data)
	if err != nil {
		return store.Owner{}
	}
	id, _ := values[learnerKey].(int64)
	agent, _ := values[agentKey].(string)
	return store.Owner{Learner: store.LearnerID(id), Agent: agent}
}

// newCookies returns a store of signed and encrypted cookies.
func (s *Server) newCookies(age time.Duration, path string) *sessions.CookieStore {
	c := sessions.NewCookieStore(s.cfg.Keys.Sign, s.cfg.Keys.Encrypt)
	for _, codec := range c.Codecs {
		codec.(*securecookie.SecureCookie).SetSerializer(cookieTexts{})
	}
	c.MaxAge(int(age / time.Second))
	c.Options.Path = path
	c.Options.HttpOnly = true
	c.Options.Secure = s.cfg.Secure
	c.Options.SameSite = http.SameSiteLaxMode
	return c
}

// cookieTexts writes the values of a cookie, all of which are texts, as JSON. The
// library's own way reads what types there are anew from each cookie, which
// took an eighth of the time of saving an answer.
type cookieTexts struct{}

// Serialize implements securecookie.Serializer.
func (cookieTexts) Serialize(src any) ([]byte, error) {
	values := map[string]string{}
	for k, v := range src.(map[any]any) {
		values[k.(string)] = v.(string)
	}
	return json.Marshal(values)
}

// Deserialize implements securecookie.Serializer.
func (cookieTexts) Deserialize(data []byte, dst any) error {
	var values map[string]string
	if err := json.Unmarshal(data, &values); err != nil {
		return err
	}
	for k, v := range values {
		(*dst.(*map[any]any))[k] = v
	}
	return nil
}

// cookieName gives a cookie the prefix by which browsers pin it to this host,
// where the site is served over TLS.
func (s *Server) cookieName(name string) string {
	if s.cfg.Secure {
		return "__Host-" + name
	}
	return name
}

type contextKey int

const (
	learnerContext contextKey = iota
	requestContext
)

// identify finds out who is asking, if anybody has saved anything, and puts it
// into the request's context.
func (s *Server) identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l, err := s.lookup(r)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		if l.ID != 0 {
			w.Header().Set("Cache-Control", "no-store")
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), learnerContext, l)))
	})
}

func (s *Server) lookup(r *http.Request) (store.Learner, error) {
	if id := s.logins.GetInt64(r.Context(), learnerKey); id != 0 {
		l, err := s.store.Learner(r.Context(), store.LearnerID(id))
		if errors.Is(err, store.ErrNotFound) {
			return store.Learner{}, nil // deleted in another window
		}
		return l, err
	}
	return s.visitor(r)
}

// visitor returns the learner that the visitor's cookie names.
func (s *Server) visitor(r *http.Request) (store.Learner, error) {
	if _, err := r.Cookie(s.cookieName(visitorCookie)); err != nil {
		return store.Learner{}, nil
	}
	cookie, _ := s.visitors.Get(r, s.cookieName(visitorCookie)) // one we cannot read is as good as none
	key, _ := cookie.Values[keyKey].(string)
	if key == "" {
		return store.Learner{}, nil
	}
	l, err := s.store.LearnerByKey(r.Context(), key)
	if errors.Is(err, store.ErrNotFound) {
		return store.Learner{}, nil
	}
	return l, err
}

// whoami returns who is asking; the zero Learner has saved nothing yet.
func whoami(ctx context.Context) store.Learner {
	l, _ := ctx.Value(learnerContext).(store.Learner)
	return l
}

// learner returns the id of who is asking, or 0.
func learner(ctx context.Context) store.LearnerID { return whoami(ctx).ID }

// ensureLearner is learner for a request that is about to save something: a
// new visitor becomes a learner and gets the cookie.
func (s *Server) ensureLearner(w http.ResponseWriter, r *http.Request) (store.LearnerID, error) {
	if l := whoami(r.Context()); l.ID != 0 {
		if !l.Registered() {
			return l.ID, s.store.Touch(r.Context(), l.ID, s.now())
		}
		return l.ID, nil
	}
	if err := s.limits.visitor(s.network(r), s.now()); err != nil {
		return 0, err
	}
	id, key, err := s.store.CreateVisitor(r.Context(), s.now())
	if err != nil {
		return 0, err
	}
	return id, s.keepKey(w, r, key)
}

// keepKey gives the browser the visitor's cookie.
func (s *Server) keepKey(w http.ResponseWriter, r *http.Request, key string) error {
	cookie, _ := s.visitors.New(r, s.cookieName(visitorCookie))
	cookie.Values[keyKey] = key
	w.Header().Set("Cache-Control", "no-store")
	return cookie.Save(r, w)
}

// forgetKey takes the visitor's cookie away.
func (s *Server) forgetKey(w http.ResponseWriter, r *http.Request) error {
	cookie, _ := s.visitors.New(r, s.cookieName(visitorCookie))
	cookie.Options.MaxAge = -1
	return cookie.Save(r, w)
}

// resumeCode returns the code by which a visitor finds an attempt again in
// another browser. It is made from the attempt's id, so that it can be shown
// at any time although only its hash is stored.
func (s *Server) resumeCode(id exam.AttemptID) string {
	mac := hmac.New(sha256.New, s.cfg.Keys.Code)
	mac.Write([]byte("resume " + id))
	return store.NormalCode(base32.StdEncoding.EncodeToString(mac.Sum(nil))[:12])
}
