package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"groundwork/exam/verify"
	"groundwork/store"
)

// A trouble is an answer of the API that is no success: a problem of RFC 9457.
type trouble struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
}

func (t trouble) Error() string { return t.Detail }

// troubled returns the trouble with a status and a sentence.
func troubled(status int, detail string) trouble {
	return trouble{"about:blank", http.StatusText(status), status, detail}
}

// apiErrors maps what may go wrong to what programs are told.
var apiErrors = []struct {
	err    error
	status int
	detail string
}{
	{store.ErrNotFound, 404, "There is no such run of yours. Runs belong to the account that they were issued to."},
	{store.ErrConflict, 409, "This run has its result already. Run the task again for a new one."},
	{store.ErrTaken, 409, "This result is filed already."},
	{store.ErrLate, 410, "This run has expired: a result must come within 2 hours. Run the task again."},
	{store.ErrFull, 503, "Nothing can be saved at the moment. Try again in a minute."},
	{store.ErrLocked, 503, "Nothing can be saved at the moment. Try again in a minute."},
	{errTooLarge, 413, "The result is too large: 512 KB compressed and 8 MB unpacked are the most."},
	{errNobody, 401, "The token is missing, wrong, revoked or too old. Sign in again with groundwork login."},
}

// apiRoutes lists what groundwork verify talks to. These addresses know no
// cookies: a browser that is signed in gets no further than any other.
func (s *Server) apiRoutes(route func(string, http.Handler)) {
	open := func(pattern string, p page) { route(pattern, s.api(p)) }
	own := func(pattern string, p page) { open(pattern, s.bearer(p)) }
	open("POST /api/device/code", s.deviceCode)
	open("POST /api/device/token", s.deviceToken)
	own("GET /api/me", s.apiMe)
	own("DELETE /api/token", s.apiRevoke)
	own("POST /api/verify/runs", s.issueRun)
	own("PUT /api/verify/runs/{id}/result", s.putResult)
	own("POST /api/verify/results", s.postResult)
	open("/api/", func(http.ResponseWriter, *http.Request) error {
		return troubled(404, "There is nothing at this address for this kind of request.")
	})
}

// api turns p into a handler whose failures are problems in JSON.
func (s *Server) api(p page) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		err := p(w, r)
		if err == nil {
			return
		}
		t := s.asTrouble(w, err)
		level := s.log.InfoContext
		if t.Status >= 500 {
			level = s.log.ErrorContext
		}
		level(r.Context(), "request failed", "method", r.Method, "route", r.Pattern, "status", t.Status, "err", err.Error(), "request", requestID(r.Context()))
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(t.Status)
		_ = json.NewEncoder(w).Encode(t) // the program went away: nobody to tell
	})
}

// asTrouble says what a program is told of err.
func (s *Server) asTrouble(w http.ResponseWriter, err error) trouble {
	var t trouble
	var refused *verify.Refusal
	var wait errWait
	switch {
	case errors.As(err, &t):
		return t
	case errors.As(err, &refused):
		return troubled(422, "The result was refused: "+refused.Error()+".")
	case errors.As(err, &wait):
		w.Header().Set("Retry-After", strconv.Itoa(wait.seconds()))
		return troubled(429, "Too many requests; wait "+plural(wait.seconds(), "second", "seconds")+".")
	}
	for _, known := range apiErrors {
		if errors.Is(err, known.err) {
			if known.status == 401 {
				w.Header().Set("WWW-Authenticate", "Bearer")
			}
			return troubled(known.status, known.detail)
		}
	}
	return troubled(500, "Something broke on the side of the site. It has been noted.")
}

// tokenContext is where bearer puts the token that a program showed.
type tokenContext struct{}

// bearer lets p run for whoever's token the request has.
func (s *Server) bearer(p page) page {
	return func(w http.ResponseWriter, r *http.Request) error {
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !ok {
			return errNobody
		}
		l, tok, err := s.store.LearnerByToken(r.Context(), token, s.now())
		if errors.Is(err, store.ErrNotFound) {
			return errNobody
		} else if err != nil {
			return err
		}
		ctx := context.WithValue(context.WithValue(r.Context(), learnerContext, l), tokenContext{}, tok)
		return p(w, r.WithContext(ctx))
	}
}

// maxAsk is the longest JSON of a request that is no result, in bytes.
const maxAsk = 4 << 10

// readJSON reads a small JSON body.
func readJSON(w http.ResponseWriter, r *http.Request, v any) error {
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxAsk)).Decode(v); err != nil {
		return troubled(400, "The body is no JSON of the form that is expected here.")
	}
	return nil
}

// answer sends v as JSON.
func answer(w http.ResponseWriter, status int, v any) error {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the program went away: nobody to tell
	return nil
}

// apiMe says whose token it is: GET /api/me.
func (s *Server) apiMe(w http.ResponseWriter, r *http.Request) error {
	l, tok := whoami(r.Context()), r.Context().Value(tokenContext{}).(store.Token)
	return answer(w, http.StatusOK, map[string]any{"email": l.Email, "name": l.Name, "client": tok.Client, "expires_at": tok.Expires})
}

// apiRevoke ends the token that it is asked with: DELETE /api/token.
func (s *Server) apiRevoke(w http.ResponseWriter, r *http.Request) error {
	if err := s.store.RevokeToken(r.Context(), learner(r.Context()), r.Context().Value(tokenContext{}).(store.Token).ID); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
