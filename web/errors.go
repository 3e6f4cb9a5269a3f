package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"groundwork/exam"
	"groundwork/quiz"
	"groundwork/store"
)

var (
	errNoPage    = errors.New("no such page")
	errBadInput  = errors.New("the form was not filled in as expected")
	errTooLarge  = errors.New("the form is too large")
	errKind      = errors.New("the form has an unexpected type")
	errNobody    = errors.New("nobody is signed in")
	errForbidden = errors.New("not allowed")
	errExamOpen  = errors.New("an exam is open")
	errMethod    = errors.New("method not allowed")
)

// errWait refuses a try that comes too soon.
type errWait struct{ left time.Duration }

func (e errWait) Error() string {
	return "too many tries; wait " + strconv.Itoa(e.seconds()) + " seconds"
}

func (e errWait) seconds() int { return int((e.left + time.Second - 1) / time.Second) }

// An outcome says what an error looks like from outside: what happened, what is
// safe, and where to go.
type outcome struct {
	err    error
	status int
	title  string
	text   string
	link   string // empty: the address that was asked for
	label  string
	retry  int // seconds until it is worth trying again; 0 if that is not known
}

// outcomes is the one place that maps errors to pages. What is not listed is
// our fault: 500, and logged as an error.
var outcomes = []outcome{
	{errNoPage, 404, "This page is not on the plan", "Either the address is wrong or the page has gone. Nothing of yours is lost.", "/map", "Open the skill map", 0},
	{store.ErrNotFound, 404, "This page is not on the plan", "Either the address is wrong or the page has gone. Nothing of yours is lost.", "/map", "Open the skill map", 0},
	{exam.ErrNotOnForm, 404, "This item is not on your form", "The form has fewer items than that. Your answers are safe.", "/exam", "Go to the exam", 0},
	{errMethod, 405, "That cannot be done here", "The address exists, but not for this kind of request. Nothing was changed.", "/", "Go to the guide", 0},
	{exam.ErrResponse, 422, "That answer does not fit the question", "It was not saved. What you had before is safe.", "/exam", "Go to the exam", 0},
	{exam.ErrClosed, 409, "This attempt is closed", "Your answers up to then are safe and graded.", "/exam", "See your results", 0},
	{exam.ErrConflict, 409, "Changed in another window", "The other change is kept. Open the item again to see it.", "/exam", "Go to the exam", 0},
	{exam.ErrBusy, 503, "Too many queries are running at the moment", "Your answers are safe. Go back and try once more in a few seconds.", "/exam", "Go to the exam", 3},
	{exam.ErrBlueprint, 503, "No exam can be drawn at the moment", "The question bank does not hold enough items. Nothing of yours is lost.", "/", "Go to the guide", 0},
	{store.ErrConflict, 409, "Changed in another window", "The other change is kept. Open the page again to see it.", "/me", "Your work", 0},
	{store.ErrFull, 503, "Nothing can be saved at the moment", "The disk of this site is full or failing. What was saved before is safe; what you just sent was not saved. Try again in a minute.", "/", "Go to the guide", 60},
	{store.ErrLocked, 503, "Nothing can be saved at the moment", "Another program is busy with the database of this site. What was saved before is safe; what you just sent was not saved. Try again in a minute.", "/", "Go to the guide", 60},
	{quiz.ErrAnswers, 400, "This link holds no result", "It may have been cut short. The test takes three minutes.", "/fit", "Take the fit test", 0},
	{errExamOpen, 403, "Ask is closed while your exam is open", "It opens again when you have handed in.", "/exam", "Back to the exam", 0},
	{errPracticeOpen, 403, "Practice is closed while your exam is open", "It asks about the same lessons and gives the reasons. It opens again when you have handed in, and your cards wait.", "/exam", "Back to the exam", 0},
	{errBadInput, 400, "Something in this form is missing or odd", "Nothing was changed. Go back and try once more.", "/", "Go to the guide", 0},
	{errTooLarge, 413, "That is too long", "Nothing was changed. Go back, shorten it and send it again.", "/", "Go to the guide", 0},
	{errKind, 415, "This form was sent in a way we do not read", "Nothing was changed.", "/", "Go to the guide", 0},
	{errNobody, 401, "This page belongs to an account", "Sign in to see it. Reading, the fit test and the exam need no account.", "/account/sign-in", "Sign in", 0},
	{errForbidden, 403, "You may not do that", "The page belongs to somebody else or the form came from another site. Nothing was changed.", "/", "Go to the guide", 0},
	{errCounting, 503, "The statistics are being counted", "So many answers take minutes to read. Counting goes on by itself; look again in a while.", "", "Look again", 20},
	{context.Canceled, 499, "Cancelled", "", "/", "Go to the guide", 0}, // the reader left; nginx's code
}

var ours = outcome{nil, 500, "Something broke on our side", "It is our fault and it has been noted. What you had saved before is safe.", "/", "Go to the guide", 0}

// fail responds with the page for err and logs it, once. The log gets the words
// of an error only where the fault may be ours: those of a refusal may repeat
// what was sent.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	o := ours
	var wait errWait
	if errors.As(err, &wait) {
		o = outcome{nil, http.StatusTooManyRequests, "A moment, please", err.Error() + ". Nothing was changed and nobody is locked out.", back(r, "/"), "Back", wait.seconds()}
	}
	for _, known := range outcomes {
		if errors.Is(err, known.err) {
			o = known
			break
		}
	}
	if o.link == "" {
		o.link = r.URL.RequestURI()
	}
	if o.retry > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(o.retry))
	}
	level, what := s.log.InfoContext, o.title
	if o.status >= 500 {
		level, what = s.log.ErrorContext, err.Error()
	}
	level(r.Context(), "request failed", "method", r.Method, "route", r.Pattern, "status", o.status, "err", what, "request", requestID(r.Context()))
	w.Header().Set("Cache-Control", "no-store")
	f := s.frame(r, o.title, "")
	page := errorPage(f, o, requestID(r.Context()))
	if o.err == errNoPage || o.err == store.ErrNotFound {
		page = lostPage(s.newLostView(r, f, o))
	}
	if err := show(w, r, o.status, page); err != nil {
		http.Error(w, o.title, o.status)
	}
}
