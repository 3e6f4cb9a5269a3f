package users

import (
	"encoding/json"
	"errors"
	"net/http"
)

// A problem is an error that the client is told.
type problem struct {
	status int
	title  string
	fields []field
}

// A field is what is wrong with one field of the request.
type field struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

func (p problem) Error() string { return p.title }

var (
	errInternal = problem{status: 500, title: "Internal error"}
	errUnknown  = problem{status: 404, title: "No such user"}
	errTaken    = problem{status: 409, title: "Email already registered"}
	errBody     = problem{status: 400, title: "The body is not JSON"}
	errLimit    = problem{status: 400, title: "limit must be a number above 0"}
	errCursor   = problem{status: 400, title: "bad cursor"}
)

// refuse answers err as a problem. Of an error that is none, such as the
// database's, the client learns only that there was one.
func (s *srv) refuse(w http.ResponseWriter, err error) {
	p := errInternal
	errors.As(err, &p)
	if s.bug == "plain-errors" && len(p.fields) > 0 || s.bug == "plain-404" && p.status == 404 {
		http.Error(w, p.title, p.status)
		return
	}
	told := p.status
	if s.bug == "problem-status" && len(p.fields) > 0 {
		told = 500
	}
	if s.bug == "problem-nofield" {
		p.fields = nil
	}
	body := map[string]any{"type": "about:blank", "title": p.title, "status": told}
	if p.fields != nil {
		body["errors"] = p.fields
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.status)
	json.NewEncoder(w).Encode(body)
}
