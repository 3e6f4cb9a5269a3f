package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"groundwork/store"
)

// errWrong means that address and password do not belong together. Forms turn
// it into a sentence; it does not say which half was wrong.
var errWrong = errors.New("the address or the password is wrong")

// admit returns the learner to whom address and password belong, or [errWrong],
// or errWait if there were too many failures lately: on this account from this
// network, or many more on the one or from the other. An unknown address takes as long as a wrong password.
func (s *Server) admit(r *http.Request, email, password string) (store.LearnerID, error) {
	email = strings.ToLower(email)
	network := s.guarded("network", s.network(r))
	if err := s.limits.take("password "+network, rate.Every(time.Second), 60, s.now()); err != nil {
		return 0, err
	}
	return s.check(r, email, password, store.OneGuesser(s.guarded("pair", email+" "+s.network(r))),
		store.ManyGuessers(s.guarded("account", email)), store.ManyGuessers(network))
}

// check is admit for who is counted by these guards, of which a success makes
// the first one forget.
func (s *Server) check(r *http.Request, email, password string, one store.Guard, many ...store.Guard) (store.LearnerID, error) {
	ctx, now, guards := r.Context(), s.now(), append([]store.Guard{one}, many...)
	if err := s.mayTry(r, one, many...); err != nil {
		return 0, err
	}
	id, hash, err := s.store.Credentials(ctx, email)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return 0, err
	}
	ok, err := s.cfg.Passwords.Check(ctx, hash, password)
	if err != nil {
		return 0, err
	}
	if !ok {
		if err := s.store.AddFailure(ctx, now, guards...); err != nil {
			return 0, err
		}
		s.log.InfoContext(ctx, "wrong password", "account", s.guarded("account", email)[:12], "network", s.guarded("network", s.network(r))[:12], "request", requestID(ctx))
		return 0, errWrong
	}
	return id, s.store.ForgetFailures(ctx, one)
}

// mayTry returns errWait if a password may not be tried yet. What the store
// counts slows down one guess after the other. The bucket in memory slows down
// guesses that come all at once, before the first of them has failed.
func (s *Server) mayTry(r *http.Request, one store.Guard, many ...store.Guard) error {
	now := s.now()
	wait, err := s.store.MayTry(r.Context(), now, append(many, one)...)
	if err != nil {
		return err
	}
	if wait > 0 {
		return errWait{wait}
	}
	return s.limits.take("password "+one.Name, rate.Every(time.Second), 10, now)
}

// guarded names an account or a network in the store's count of failures, so
// that neither addresses nor networks stand there.
func (s *Server) guarded(kind, name string) string {
	mac := hmac.New(sha256.New, s.cfg.Keys.Code)
	mac.Write([]byte("guard " + kind + " " + name))
	return hex.EncodeToString(mac.Sum(nil))
}

// refusal turns what admit returned into the sentence that a form shows, and
// its status. Any other error is not for a form: then the sentence is empty.
func refusal(w http.ResponseWriter, err error, wrong string) (sentence string, status int) {
	var wait errWait
	switch {
	case errors.As(err, &wait):
		w.Header().Set("Retry-After", strconv.Itoa(wait.seconds()))
		return fmt.Sprintf("There were too many tries. Wait %s, then send it again. Nothing is locked.", plural(wait.seconds(), "second", "seconds")), http.StatusTooManyRequests
	case errors.Is(err, errWrong):
		return wrong, http.StatusUnprocessableEntity
	case errors.Is(err, errStale):
		return "Nothing was changed. You signed in more than five minutes ago: sign in again first.", http.StatusUnprocessableEntity
	}
	return "", 0
}
