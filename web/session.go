package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"groundwork/content"
	"groundwork/exam"
	"groundwork/quiz/practice"
	"groundwork/store"
	"groundwork/web/ui"
)

// errPracticeOpen keeps practice closed while an exam is open: it asks about
// the same lessons and gives the reasons.
var errPracticeOpen = errors.New("practice is closed during an exam")

// practiceRoutes lists the URLs of practice. All of it is closed while an exam
// of the reader is open.
func (s *Server) practiceRoutes(handle func(string, page)) {
	closed := func(pattern string, p page) {
		handle(pattern, func(w http.ResponseWriter, r *http.Request) error {
			if err := s.askOpen(r.Context()); errors.Is(err, errExamOpen) {
				return errPracticeOpen
			} else if err != nil {
				return err
			}
			return p(w, r)
		})
	}
	closed("GET /practice", s.practice)
	closed("POST /practice", s.practiceSet)
	closed("GET /practice/today", s.session)
	closed("POST /practice/today", s.sessionAnswer)
	closed("GET /practice/today/{line}", s.sessionReview)
	closed("POST /practice/undo", s.sessionUndo)
	closed("POST /practice/take-up", s.sessionTakeUp)
	closed("GET /practice/done", s.sessionDone)

	closed("GET /practice/export.txt", s.exportText)
	closed("GET /practice/export.apkg", s.exportAnki)
	closed("GET /practice/placement", s.placementShow)
	closed("POST /practice/placement", s.placementAnswer)
	closed("GET /practice/{skill}", s.practiceItem)
	closed("POST /practice/{skill}", s.practiceAnswer)
}

// A sessionView is one card, asked or answered.
type sessionView struct {
	Frame   ui.Frame
	Card    practice.Card
	N, Of   int // cards of the day; one that comes once more is not counted twice
	Done    int
	Repeats int // of them that come once more after this one
	Minutes int // left
	Skill   ui.Link
	Origin  string
	Item    itemView
	Asked   string // when it was shown, in Unix milliseconds
	Sure    string
	Err     string

	Review *reviewView // after the answer
	Lesson []ui.Link
	Again  string // when it comes again
	Leech  bool
	Last   bool // nothing is left after it
	Undo   bool
}

// session asks the next card of the day: GET /practice/today. With ?card= it
// is that one, if it is among them.
func (s *Server) session(w http.ResponseWriter, r *http.Request) error {
	h, err := s.fullHand(r.Context())
	if err != nil {
		return err
	}
	d := h.today(s.now())
	if len(d.Cards) == 0 {
		return redirect(w, r, "/practice/done")
	}
	c := d.Cards[0]
	for _, other := range d.Cards {
		if string(other.ID) == r.FormValue("card") {
			c = other
		}
	}
	v := s.newSessionView(r, h, d, c)
	v.Asked = strconv.FormatInt(s.now().UnixMilli(), 10)
	f := h.faces[c.ID]
	v.Item = runnable(f.view(f.order(c), exam.Response{}))
	return show(w, r, http.StatusOK, sessionPage(v))
}

// fullHand is hand with suggestions.
func (s *Server) fullHand(ctx context.Context) (hand, error) {
	h, err := s.hand(ctx)
	if err != nil {
		return h, err
	}
	return h, s.suggest(ctx, &h)
}

func (s *Server) newSessionView(r *http.Request, h hand, d practice.Dose, c practice.Card) sessionView {
	f := h.faces[c.ID]
	v := sessionView{
		Frame: s.described(r, "Practice, a card", practiceDescription, "/practice"), Card: c,
		Done: h.Budget.Done, N: h.Budget.Done, Of: h.Budget.Done, Minutes: d.Minutes(),
		Skill: ui.Link{Text: f.Skill.Title, URL: f.Skill.URL()}, Origin: s.cardFrom(f, c),
	}
	for _, other := range d.Cards {
		if !s.sameDay(other.Last) {
			v.Of++
		} else if other.ID != c.ID {
			v.Repeats++
		}
	}
	if !s.sameDay(c.Last) {
		v.N++
	}
	v.Frame.Title = fmt.Sprintf("Practice, card %d of %d", v.N, max(v.N, v.Of))
	v.Of = max(v.N, v.Of)
	v.Frame.Main = "wrap narrow"
	if f.Lesson != nil {
		v.Lesson = []ui.Link{{Text: f.Lesson.Title, URL: f.Lesson.URL()}}
	}
	return v
}

// cardFrom says where a card comes from.
func (s *Server) cardFrom(f face, c practice.Card) string {
	switch {
	case s.sameDay(c.Last):
		return "asked once more"
	case c.Missed:
		return "because of an exam item you missed"
	case f.Check != nil:
		return "a question of the lesson"
	case c.Reps == 0:
		return "new"
	}
	return "last answered on " + shortDay(c.Last)
}

// A given is an answer to a card as a form sends it.
type given struct {
	id       practice.ID
	face     face
	reps     int // answers to the card when it was shown
	elapsed  time.Duration
	sure     practice.Certainty
	response exam.Response
	shown    bool // asked for the reasons without an answer
}

// anyReps in a given stands for however many answers there were before.
const anyReps = -1

// longest is how long an answer takes at most; above, somebody was away.
const longest = 15 * time.Minute

func (s *Server) readGiven(r *http.Request) (given, error) {
	g := given{id: practice.ID(r.PostFormValue("card")), shown: r.PostFormValue("show") != ""}
	g.face = s.site.Load().faces[g.id]
	reps, err := strconv.Atoi(r.PostFormValue("reps"))
	if g.face.Item == nil || err != nil {
		return g, fmt.Errorf("%w: card or reps", errBadInput)
	}
	g.reps = reps
	if ms, err := strconv.ParseInt(r.PostFormValue("asked"), 10, 64); err == nil {
		if d := s.now().Sub(time.UnixMilli(ms)); d > 0 && d <= longest {
			g.elapsed = d
		}
	}
	switch r.PostFormValue("sure") {
	case "yes":
		g.sure = practice.Sure
	case "no":
		g.sure = practice.NotSure
	}
	g.response = readResponse(g.face.Item, r.PostForm)
	return g, nil
}

// sessionAnswer marks an answer and keeps it: POST /practice/today. The reader
// becomes a learner with the first one. A form sent twice counts once.
func (s *Server) sessionAnswer(w http.ResponseWriter, r *http.Request) error {
	g, err := s.readGiven(r)
	if err != nil {
		return err
	}
	if move := r.PostFormValue("move"); move != "" {
		g.response.Choice = moved(g.response.Choice, move)
		return s.sessionAgain(w, r, g, http.StatusOK, "")
	}
	if g.face.Item.Type == exam.SQL && r.PostFormValue("run") != "" {
		return s.sessionAgain(w, r, g, http.StatusOK, "")
	}
	if g.shown {
		g.response, g.sure = exam.Response{}, practice.Unsaid
	} else if g.response.Blank() {
		return s.sessionAgain(w, r, g, http.StatusUnprocessableEntity, "Give an answer first, or say that you do not know.")
	} else if g.response, err = g.face.Item.Normal(g.response); err != nil {
		return s.sessionAgain(w, r, g, http.StatusUnprocessableEntity, practiceError(g.face.Item, err))
	}
	id, err := s.ensureLearner(w, r)
	if err != nil {
		return err
	}
	line, err := s.keepAnswer(r.Context(), id, g)
	if errors.Is(err, store.ErrConflict) { // it was sent twice: the first one counts
		line, err = s.store.LastReview(r.Context(), id, g.id)
	}
	if errors.Is(err, store.ErrNotFound) {
		return redirect(w, r, "/practice/today")
	}
	if err != nil {
		return err
	}
	return redirect(w, r, "/practice/today/"+strconv.FormatInt(line, 10))
}

// keepAnswer schedules the card by an answer and notes it. It returns
// [store.ErrConflict] if the card was answered since it was shown.
func (s *Server) keepAnswer(ctx context.Context, id store.LearnerID, g given) (line int64, err error) {
	now, it := s.now(), g.face.Item
	mark, err := s.score(it, g.response)
	if err != nil {
		return 0, err
	}
	return s.store.AnswerCard(ctx, id, g.id, now, func(a *store.Answered) error {
		switch {
		case g.reps == anyReps && a.Card.Reps > 0 && s.sameDay(a.Card.Last):
			return errTwice
		case g.reps != anyReps && a.Card.Reps != g.reps:
			return store.ErrConflict
		}
		v := &a.Review
		v.Right, v.Sure, v.Elapsed, v.Answer = mark.Right(), g.sure, g.elapsed, g.response.Encode()
		v.Rating = practice.Rate(practice.Evidence{Right: v.Right, Sure: g.sure, Elapsed: g.elapsed, Usual: time.Duration(it.Seconds) * time.Second})
		if a.Card.Reps == 0 && g.face.Check == nil {
			a.Ability, a.Difficulty = rated(it, a.Ability, a.Difficulty, mark.Fraction)
		}
		a.Card.Aside = false
		a.Card, err = practice.Next(a.Card, v.Rating, now)
		return err
	})
}

// sessionAgain shows a card again with what was entered.
func (s *Server) sessionAgain(w http.ResponseWriter, r *http.Request, g given, status int, fault string) error {
	h, err := s.fullHand(r.Context())
	if err != nil {
		return err
	}
	c := practice.Card{ID: g.id, Reps: g.reps}
	for _, known := range h.Cards {
		if known.ID == g.id {
			c = known
		}
	}
	v := s.newSessionView(r, h, h.today(s.now()), c)
	v.Err, v.Asked, v.Sure = fault, r.PostFormValue("asked"), r.PostFormValue("sure")
	v.Item = runnable(g.face.view(g.face.order(c), g.response))
	if v.Item.Query != nil && r.PostFormValue("run") != "" {
		v.Item.Query.Result = s.runQuery(r.Context(), g.face.Item.Query, g.response.Text)
	}
	return show(w, r, status, sessionPage(v))
}

// sessionReview shows an answer with the reasons and says when the card comes
// again: GET /practice/today/{line}.
func (s *Server) sessionReview(w http.ResponseWriter, r *http.Request) error {
	line, err := strconv.ParseInt(r.PathValue("line"), 10, 64)
	if err != nil || learner(r.Context()) == 0 {
		return errNoPage
	}
	rv, err := s.store.Review(r.Context(), learner(r.Context()), line)
	if err != nil {
		return err
	}
	h, err := s.fullHand(r.Context())
	if err != nil {
		return err
	}
	f := h.faces[rv.Card]
	if f.Item == nil || rv.Source != "" || rv.Undone {
		return errNoPage
	}
	given, err := exam.DecodeResponse(rv.Answer)
	if err != nil {
		return err
	}
	d := h.today(s.now())
	v := s.newSessionView(r, h, d, rv.Before)
	v.N, v.Last = h.Budget.Done, len(d.Cards) == 0
	v.Of = max(v.N, v.Of)
	mark, err := s.score(f.Item, given)
	if err != nil {
		return err
	}
	review := f.review(f.order(rv.Before), given, mark)
	v.Review = &review
	for _, c := range h.Cards {
		if c.ID == rv.Card && c.Last.Equal(rv.At) {
			v.Again, v.Leech, v.Undo = practice.In(c.Due, s.now()), c.Aside, s.sameDay(rv.At)
		}
	}
	return show(w, r, http.StatusOK, sessionAnswerPage(v))
}

func (s *Server) sameDay(t time.Time) bool {
	return t.UTC().Format(time.DateOnly) == s.now().UTC().Format(time.DateOnly)
}

// sessionUndo takes the last answer back and asks its card again: POST
// /practice/undo.
func (s *Server) sessionUndo(w http.ResponseWriter, r *http.Request) error {
	if learner(r.Context()) == 0 {
		return errNoPage
	}
	rv, err := s.store.UndoReview(r.Context(), learner(r.Context()), s.now())
	if errors.Is(err, store.ErrNotFound) {
		return redirect(w, r, "/practice")
	}
	if err != nil {
		return err
	}
	return redirect(w, r, "/practice/today?card="+string(rv.Card))
}

// sessionTakeUp asks a card again that was set aside: POST /practice/take-up.
func (s *Server) sessionTakeUp(w http.ResponseWriter, r *http.Request) error {
	id := practice.ID(r.PostFormValue("card"))
	if learner(r.Context()) == 0 || s.site.Load().faces[id].Item == nil {
		return fmt.Errorf("%w: card", errBadInput)
	}
	if err := s.store.TakeUpCards(r.Context(), learner(r.Context()), []practice.ID{id}, s.now()); err != nil {
		return err
	}
	return redirect(w, r, "/practice")
}

// practiceSet keeps how many cards a day somebody wants: POST /practice.
func (s *Server) practiceSet(w http.ResponseWriter, r *http.Request) error {
	n, err := strconv.Atoi(strings.TrimSpace(r.PostFormValue("daily")))
	if err != nil || n < practice.MinDaily || n > practice.MaxDaily {
		return s.showPractice(w, r, http.StatusUnprocessableEntity, r.PostFormValue("daily"))
	}
	id, err := s.ensureLearner(w, r)
	if err != nil {
		return err
	}
	if err := s.store.SetDaily(r.Context(), id, n); err != nil {
		return err
	}
	if err := s.notify(w, r, fmt.Sprintf("Saved. Cards a day is now %d.", n)); err != nil {
		return err
	}
	return redirect(w, r, "/practice")
}

// addLessonCards makes cards of the questions of a lesson that was read. They
// come on the next day: today they were just answered. Cards of the lesson that
// were set aside are taken up again.
func (s *Server) addLessonCards(ctx context.Context, id store.LearnerID, l *content.Lesson) error {
	var ids []practice.ID
	for _, p := range l.Parts {
		for _, c := range p.Checks {
			ids = append(ids, checkID(l, c))
		}
	}
	if err := s.store.AddCards(ctx, id, ids, s.now().AddDate(0, 0, 1), s.now()); err != nil {
		return err
	}
	ids = nil
	for _, it := range s.site.Load().Bank.Lesson(exam.PracticePool, l.ID) {
		ids = append(ids, practice.ID(it.ID))
	}
	return s.store.TakeUpCards(ctx, id, ids, s.now())
}
