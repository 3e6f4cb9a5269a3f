package web

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"groundwork/exam"
	"groundwork/store"
	"groundwork/web/ui"
)

// sittingView is one item of an attempt in progress.
type sittingView struct {
	Frame   ui.ExamFrame
	Attempt exam.AttemptID
	Ends    time.Time
	Of      int // items of the attempt
	Slot    *exam.Slot
	Skill   string
	Item    itemView
	Event   string // of the next change, so that sending a form twice stores it once
	Code    string // by which a visitor resumes; empty with an account
	Given   []store.Extension
	Away    string        // how long nobody was here, on coming back
	Clash   *clashView    // the answer was changed in another window
	Fault   string        // why what was sent was not saved
	Nav     navView       // all items
	Now     time.Time     // the server's clock
	Limit   time.Duration // of the whole exam
}

// clashView offers both of two answers.
type clashView struct {
	Saved string // when the other one was
	Sent  []hidden
}

type hidden struct{ Name, Value string }

// navView is the grid of all items.
type navView struct {
	Cells           []navCell
	Answered, Flags int
	Blank           int
	Current         int
}

type navCell struct {
	N       int
	State   string // done, seen, new
	Flagged bool
	Words   string // ", seen, no answer, flagged"
}

// attempt returns the attempt in the address if it belongs to who is asking.
func (s *Server) attempt(r *http.Request) (*exam.Attempt, error) {
	if learner(r.Context()) == 0 {
		return nil, errNoPage
	}
	return s.store.Attempt(r.Context(), learner(r.Context()), exam.AttemptID(r.PathValue("id")), s.now())
}

// running is attempt for a page that is there only while it runs. If it is
// over, the reader was sent on and done is true.
func (s *Server) running(w http.ResponseWriter, r *http.Request) (a *exam.Attempt, done bool, err error) {
	a, err = s.attempt(r)
	if err != nil || a.State == exam.InProgress {
		return a, false, err
	}
	return a, true, sendOn(w, r, a.ID, a.State, a.ClosedBy)
}

// sendOn sends whoever looks for an attempt that is over to where it is told of.
func sendOn(w http.ResponseWriter, r *http.Request, id exam.AttemptID, state exam.State, by exam.ClosedBy) error {
	if state == exam.Graded && by == exam.ByDeadline {
		return redirect(w, r, attemptURL(id)+"/over")
	}
	return redirect(w, r, attemptURL(id)+"/result")
}

// sheet returns the item in the address with what its page shows around it.
func (s *Server) sheet(r *http.Request) (store.Sheet, error) {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || learner(r.Context()) == 0 {
		return store.Sheet{}, errNoPage
	}
	return s.store.Sheet(r.Context(), learner(r.Context()), exam.AttemptID(r.PathValue("id")), n, s.now())
}

// sitting goes on with an attempt where it was left, at the first item that is
// not answered: GET /exam/{id}.
func (s *Server) sitting(w http.ResponseWriter, r *http.Request) error {
	a, done, err := s.running(w, r)
	if err != nil || done {
		return err
	}
	for _, slot := range a.Slots {
		if slot.Response.Blank() {
			return redirect(w, r, itemURL(a.ID, slot.N))
		}
	}
	return redirect(w, r, attemptURL(a.ID)+"/review")
}

// sittingItem shows one item: GET /exam/{id}/{n}.
func (s *Server) sittingItem(w http.ResponseWriter, r *http.Request) error {
	sh, err := s.sheet(r)
	if err != nil {
		return err
	}
	if sh.State != exam.InProgress {
		return sendOn(w, r, sh.Attempt, sh.State, sh.ClosedBy)
	}
	v, err := s.newSittingView(r, sh)
	if err != nil {
		return err
	}
	return show(w, r, http.StatusOK, sittingPage(v))
}

func (s *Server) newSittingView(r *http.Request, sh store.Sheet) (sittingView, error) {
	slot, of := &sh.Slot, len(sh.Standing.Slots)
	it, err := s.store.Item(r.Context(), slot.Version)
	if err != nil {
		return sittingView{}, err
	}
	v := sittingView{
		Attempt: sh.Attempt, Ends: sh.Deadline, Of: of, Slot: slot, Event: newEvent(), Now: s.now(), Limit: sh.Deadline.Sub(sh.Started),
		Item: runnable(newItemView(it, slot.Order, slot.Response)), Skill: it.Skill, Given: sh.Given,
		Nav: newNavView(sh.Standing, slot.N), Frame: s.examFrame(r, sh.Deadline, sh.Standing, fmt.Sprintf("Item %d of %d", slot.N, of)),
	}
	if sk := s.site.Load().Library.Skill(it.Skill); sk != nil {
		v.Skill = sk.Title
	}
	if !whoami(r.Context()).Registered() {
		v.Code = s.resumeCode(sh.Attempt)
	}
	v.Away = away(sh, v.Now)
	if v.Item.Query != nil && r.Method == http.MethodGet && r.FormValue("run") != "" {
		v.Item.Query.Result = s.runQuery(r.Context(), it.Query, slot.Response.Text)
	}
	return v, nil
}

// away says how long nobody was here, if that was long enough to wonder.
func away(sh store.Sheet, now time.Time) string {
	last := sh.Started
	for _, t := range []time.Time{sh.Standing.Seen, sh.Standing.Answered} {
		if t.After(last) {
			last = t
		}
	}
	if gap := now.Sub(last); gap >= 10*time.Minute {
		return plural(int(gap.Minutes()), "minute", "minutes")
	}
	return ""
}

func newEvent() string { return strings.ToLower(rand.Text()) }

// examFrame fills the exam bar.
func (s *Server) examFrame(r *http.Request, ends time.Time, st exam.Standing, title string) ui.ExamFrame {
	f := ui.ExamFrame{Frame: s.frame(r, title, ""), Where: s.site.Load().Blueprint.Title}
	f.Description = "One item of the exam. Answers are saved as you go, and the clock is the server's."
	f.Scripts = []string{"exam.js"}
	left := max(0, ends.Sub(s.now()))
	f.Clock = ui.Clock{Seconds: int(left / time.Second), Left: minutes(left) + " left", EndsAt: clockTime(ends)}
	f.Saved = "Nothing to save yet"
	if !st.Answered.IsZero() {
		f.Saved = "Saved " + st.Answered.Format("15:04:05 UTC")
	}
	return f
}

func newNavView(st exam.Standing, current int) navView {
	v := navView{Current: current, Cells: make([]navCell, len(st.Slots))}
	for i, s := range st.Slots {
		c := &v.Cells[i]
		*c = navCell{N: i + 1, State: "new", Words: ", not seen yet", Flagged: s.Flagged}
		switch {
		case s.Answered:
			c.State, c.Words = "done", ", answered"
			v.Answered++
		case s.Seen:
			c.State, c.Words = "seen", ", seen, no answer"
		}
		if s.Flagged {
			c.Words += ", flagged"
			v.Flags++
		}
	}
	v.Blank = len(v.Cells) - v.Answered
	return v
}

// sittingSave saves an item from its form and goes where the pressed button
// says: POST /exam/{id}/{n}. It is what every button of the page sends, so
// that moving on saves, with or without a script.
func (s *Server) sittingSave(w http.ResponseWriter, r *http.Request) error {
	a, err := s.attempt(r)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil {
		return errNoPage
	}
	slot := a.Slot(n)
	if slot == nil {
		return fmt.Errorf("%w: %d", exam.ErrNotOnForm, n)
	}
	it, err := s.store.Item(r.Context(), slot.Version)
	if err != nil {
		return err
	}
	c, err := formChange(r, it, slot)
	if err != nil {
		return err
	}
	if c != nil {
		if err := s.limits.save(a.ID, s.network(r), s.cfg.SaveRate, s.now()); err != nil {
			return err
		}
		_, err := s.store.SaveAnswer(r.Context(), learner(r.Context()), a.ID, *c, s.now())
		switch {
		case errors.Is(err, exam.ErrConflict), errors.Is(err, exam.ErrResponse):
			return s.refused(w, r, a.ID, err)
		case errors.Is(err, exam.ErrClosed):
			return redirect(w, r, attemptURL(a.ID)+"/over?late=1")
		case err != nil:
			return err
		}
	}
	return s.goOn(w, r, a, n)
}

// formChange reads what a form changes of its slot; nil if nothing.
func formChange(r *http.Request, it *exam.Item, slot *exam.Slot) (*exam.Change, error) {
	form := r.PostForm
	rev, err := strconv.Atoi(form.Get("base"))
	if err != nil || form.Get("event") == "" || len(form.Get("event")) > 64 {
		return nil, errBadInput
	}
	resp := readResponse(it, form)
	if m := form.Get("move"); m != "" {
		resp.Choice = moved(resp.Choice, m)
	}
	if it.Type == exam.Ordering && form.Get("move") == "" && slot.Response.Blank() && sameOrder(resp.Choice, slot.Order) {
		resp = exam.Response{} // the order as first shown is no answer
	}
	if form.Get("clear") != "" {
		resp = exam.Response{}
	}
	flagged, note := form.Get("flag") != "", strings.TrimSpace(form.Get("note"))
	if normal, err := it.Normal(resp); err == nil {
		resp = normal
	}
	if resp.Encode() == slot.Response.Encode() && flagged == slot.Flagged && note == slot.Note {
		return nil, nil
	}
	c := &exam.Change{Slot: slot.N, Event: form.Get("event"), Client: "form", BaseRev: rev, Flagged: &flagged, Note: &note}
	if resp.Encode() != slot.Response.Encode() {
		c.Response = &resp
	}
	return c, nil
}

func sameOrder(a, b []exam.OptionID) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// refused shows the item again when what was sent could not be saved: with
// both answers if it was changed elsewhere, with the reason if it does not fit.
func (s *Server) refused(w http.ResponseWriter, r *http.Request, id exam.AttemptID, cause error) error {
	sh, err := s.sheet(r)
	if err != nil {
		return err
	}
	if sh.State != exam.InProgress {
		return sendOn(w, r, sh.Attempt, sh.State, sh.ClosedBy)
	}
	v, err := s.newSittingView(r, sh)
	if err != nil {
		return err
	}
	if errors.Is(cause, exam.ErrConflict) {
		v.Clash = &clashView{Saved: clockTime(v.Slot.Answered)}
		for key, values := range r.PostForm {
			if key == "a" || key == "text" || key == "flag" || key == "note" || strings.HasPrefix(key, "p-") {
				for _, value := range values {
					v.Clash.Sent = append(v.Clash.Sent, hidden{key, value})
				}
			}
		}
		return show(w, r, http.StatusConflict, sittingPage(v))
	}
	v.Fault = cause.Error()[strings.LastIndex(cause.Error(), ": ")+2:]
	if it, err := s.store.Item(r.Context(), v.Slot.Version); err == nil {
		v.Item = runnable(newItemView(it, v.Slot.Order, readResponse(it, r.PostForm))) // what was typed stays on the page
	}
	return show(w, r, http.StatusUnprocessableEntity, sittingPage(v))
}

// goOn redirects to where the button of an item's form leads.
func (s *Server) goOn(w http.ResponseWriter, r *http.Request, a *exam.Attempt, n int) error {
	to := r.PostFormValue("goto")
	if r.PostFormValue("run") != "" {
		return redirect(w, r, itemURL(a.ID, n)+"?run=1#result")
	}
	if to == "review" {
		return redirect(w, r, attemptURL(a.ID)+"/review")
	}
	if next, err := strconv.Atoi(to); err == nil && a.Slot(next) != nil {
		n = next
		if err := s.store.SeeSlot(r.Context(), learner(r.Context()), a.ID, n, s.now()); err != nil {
			return err
		}
	}
	return redirect(w, r, itemURL(a.ID, n))
}

// sittingItems gives the script all items at once, so that moving between them
// needs no connection: GET /exam/{id}/items.
func (s *Server) sittingItems(w http.ResponseWriter, r *http.Request) error {
	a, err := s.attempt(r)
	if err != nil {
		return err
	}
	if a.State != exam.InProgress {
		return exam.ErrClosed
	}
	var views []sittingView
	for _, slot := range a.Slots {
		it, err := s.store.Item(r.Context(), slot.Version)
		if err != nil {
			return err
		}
		v := sittingView{Attempt: a.ID, Ends: a.Deadline, Of: len(a.Slots), Slot: a.Slot(slot.N), Event: newEvent(), Now: s.now(), Limit: a.Deadline.Sub(a.Started), Item: runnable(newItemView(it, slot.Order, slot.Response)), Skill: it.Skill}
		if sk := s.site.Load().Library.Skill(it.Skill); sk != nil {
			v.Skill = sk.Title
		}
		views = append(views, v)
	}
	return show(w, r, http.StatusOK, sittingFragments(views))
}

// reviewPageView is the page before handing in.
type overview struct {
	Frame                 ui.ExamFrame
	Attempt               *exam.Attempt
	Nav                   navView
	Left                  string
	Blank, Flagged, Clear []overviewRow
	Groups                []overviewGroup
}

type overviewRow struct {
	N       int
	Title   string
	Skill   string
	Flagged bool
	Note    string
}

type overviewGroup struct {
	Skill string
	Cells []navCell
}

// sittingReview lists what is blank and what is flagged before handing in:
// GET /exam/{id}/review.
func (s *Server) sittingReview(w http.ResponseWriter, r *http.Request) error {
	a, done, err := s.running(w, r)
	if err != nil || done {
		return err
	}
	st := a.Standing()
	v := overview{Frame: s.examFrame(r, a.Deadline, st, "Look over and hand in"), Attempt: a, Nav: newNavView(st, 0), Left: minutes(a.Left(s.now()))}
	for i, slot := range a.Slots {
		it, err := s.store.Item(r.Context(), slot.Version)
		if err != nil {
			return err
		}
		row := overviewRow{N: slot.N, Title: it.Title, Skill: it.Skill, Flagged: slot.Flagged, Note: slot.Note}
		if sk := s.site.Load().Library.Skill(it.Skill); sk != nil {
			row.Skill = sk.Title
		}
		switch {
		case slot.Response.Blank():
			v.Blank = append(v.Blank, row)
		case slot.Flagged:
			v.Flagged = append(v.Flagged, row)
		}
		if g := len(v.Groups); g == 0 || v.Groups[g-1].Skill != row.Skill {
			v.Groups = append(v.Groups, overviewGroup{Skill: row.Skill})
		}
		g := &v.Groups[len(v.Groups)-1]
		g.Cells = append(g.Cells, v.Nav.Cells[i])
	}
	return show(w, r, http.StatusOK, overviewPage(v))
}

// clockSlack is how far a page's clock may be ahead of ours.
const clockSlack = 2 * time.Second

// sittingSubmit hands in: POST /exam/{id}/submit. However often it is sent,
// there is one result. A page that hands in because its clock has
// run out says so; if there is time left after all it goes on.
func (s *Server) sittingSubmit(w http.ResponseWriter, r *http.Request) error {
	if learner(r.Context()) == 0 {
		return errNoPage
	}
	if r.PostFormValue("timeup") != "" {
		a, err := s.attempt(r)
		if err != nil {
			return err
		}
		if a.State == exam.InProgress && a.Left(s.now()) > clockSlack {
			return redirect(w, r, attemptURL(a.ID)) // the end was moved since the page last heard
		}
	}
	a, err := s.store.SubmitAttempt(r.Context(), learner(r.Context()), exam.AttemptID(r.PathValue("id")), s.now())
	if err != nil {
		return err
	}
	if a.ClosedBy == exam.ByDeadline {
		return redirect(w, r, attemptURL(a.ID)+"/over")
	}
	return redirect(w, r, attemptURL(a.ID)+"/result")
}

// overView is the page after time has run out.
type overView struct {
	Frame           ui.Frame
	Attempt         *exam.Attempt
	Answered, Blank int
	Last            string
	Late            bool // an answer came too late and was not taken
}

// sittingOver says that time is up and what was handed in: GET /exam/{id}/over.
func (s *Server) sittingOver(w http.ResponseWriter, r *http.Request) error {
	a, err := s.attempt(r)
	if err != nil {
		return err
	}
	late := r.FormValue("late") != ""
	switch {
	case a.State == exam.InProgress:
		return redirect(w, r, attemptURL(a.ID))
	case a.State == exam.Voided || a.ClosedBy != exam.ByDeadline:
		if late {
			if err := s.notify(w, r, "The attempt had ended before your last answer came; that answer was not taken."); err != nil {
				return err
			}
		}
		return redirect(w, r, attemptURL(a.ID)+"/result")
	}
	f := s.described(r, "Time is up", "The exam has ended. What you had answered was handed in and graded; the report is ready.", "/exam")
	f.Scripts = []string{"exam.js"}
	v := overView{Frame: f, Attempt: a, Late: late}
	var last time.Time
	for _, slot := range a.Slots {
		if slot.Response.Blank() {
			v.Blank++
			continue
		}
		v.Answered++
		if slot.Answered.After(last) {
			last = slot.Answered
		}
	}
	if !last.IsZero() {
		v.Last = last.Format("15:04:05 UTC")
	}
	return show(w, r, http.StatusOK, overPage(v))
}
