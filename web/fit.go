package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"groundwork/content"
	"groundwork/quiz"
	"groundwork/web/ui"
)

func (s *Server) fitRoutes(handle func(string, page)) {
	handle("GET /fit", s.fitStart)
	handle("GET /fit/{n}", s.fitQuestion)
	handle("POST /fit/{n}", s.fitAnswer)
	handle("GET /fit/result", s.fitResult)
	handle("POST /fit/again", s.fitAgain)
}

// The answers to a test that is not finished stay in a signed cookie of the
// browser, so that it can be taken up again without anything being stored
// here. A finished result is its link: the answers themselves.

type fitStartView struct {
	Frame   ui.Frame
	Fit     *quiz.Fit
	Page    *content.Page
	Done    int // statements answered so far
	Next    string
	Results string // where the result is, if all are answered
}

// fitStart says what the test is: GET /fit.
func (s *Server) fitStart(w http.ResponseWriter, r *http.Request) error {
	site := s.site.Load()
	p := site.Library.Pages["fit"]
	v := fitStartView{Frame: s.guideFrame(r, p.Title, p.Description), Fit: site.Fit, Page: p, Next: fitURL(1)}
	a := s.draft(r)
	for _, n := range a {
		if n > 0 {
			v.Done++
		}
	}
	if next := a.Next(); next >= 0 {
		v.Next = fitURL(next + 1)
	} else {
		v.Results = resultURL(a)
	}
	w.Header().Set("Cache-Control", "no-store")
	return show(w, r, http.StatusOK, fitStartPage(v))
}

type fitView struct {
	Frame     ui.Frame
	N, Of     int
	Statement quiz.Statement
	List      ui.ChoiceList
	From      string // the answers in the address, if a result is being changed
	Fault     string
	Last      bool
	Done      bool // everything is answered: the result can be seen from here
	Result    string
}

// fitQuestion shows one statement: GET /fit/{n}. The answers may come in the
// address, from a result that is being changed; otherwise the browser's own
// draft counts.
func (s *Server) fitQuestion(w http.ResponseWriter, r *http.Request) error {
	a, err := s.answers(r)
	if err != nil {
		return err
	}
	v, err := s.newFitView(r, a)
	if err != nil {
		return err
	}
	private(w)
	return show(w, r, http.StatusOK, fitPage(v))
}

func (s *Server) newFitView(r *http.Request, a quiz.Answers) (fitView, error) {
	fit := s.site.Load().Fit
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 1 || n > len(fit.Statements) {
		return fitView{}, errNoPage
	}
	st := fit.Statements[n-1]
	v := fitView{
		Frame: s.described(r, fmt.Sprintf("Fit test, question %d of %d", n, len(fit.Statements)), "One of ten statements about yourself. There are no right answers, and nothing is stored on the server.", "/"),
		N:     n, Of: len(fit.Statements), Statement: st, From: r.FormValue("from"), Last: n == len(fit.Statements), Done: a.Next() < 0,
		List: ui.ChoiceList{Name: "a", Legend: st.Text},
	}
	if v.Done {
		v.Result = resultURL(a)
	}
	for i, text := range fit.Scale {
		value := strconv.Itoa(i + 1)
		v.List.Choices = append(v.List.Choices, ui.Choice{Value: value, Text: text, Key: value, Checked: a[n-1] == i+1})
	}
	return v, nil
}

// fitAnswer takes one answer and goes on: POST /fit/{n}.
func (s *Server) fitAnswer(w http.ResponseWriter, r *http.Request) error {
	a, err := s.answers(r)
	if err != nil {
		return err
	}
	v, err := s.newFitView(r, a)
	if err != nil {
		return err
	}
	given, err := strconv.Atoi(r.PostFormValue("a"))
	if err != nil || given < 1 || given > len(v.List.Choices) {
		v.Fault = "Choose one of the five, or go back."
		private(w)
		return show(w, r, http.StatusUnprocessableEntity, fitPage(v))
	}
	a[v.N-1] = given
	if err := s.keepDraft(w, r, a); err != nil {
		return err
	}
	switch next := a.Next(); {
	case next < 0 && (v.Last || v.Done):
		return redirect(w, r, resultURL(a))
	case v.Last:
		return redirect(w, r, fitURL(next+1))
	}
	return redirect(w, r, fitURL(v.N+1))
}

// fitAgain forgets the draft: POST /fit/again.
func (s *Server) fitAgain(w http.ResponseWriter, r *http.Request) error {
	cookie, _ := s.drafts.New(r, draftCookie)
	cookie.Options.MaxAge = -1
	if err := cookie.Save(r, w); err != nil {
		return err
	}
	return redirect(w, r, fitURL(1))
}

type fitResultView struct {
	Frame   ui.Frame
	Result  *quiz.Result
	Fit     *quiz.Fit
	Traits  []fitTrait
	Try     *quiz.Step
	Roles   []quiz.Role
	Link    string
	Answers string
	Rests   string
}

type fitTrait struct {
	quiz.TraitResult
	Chart  ui.Trait
	Word   string
	Behind []fitBehind
}

// Words says where the trait lies, and whether its answers agree on it.
func (t fitTrait) Words() string {
	if t.Apart() {
		return t.Word + ", but your two answers lie far apart"
	}
	return t.Word
}

// fitBehind is one answer behind a trait, with what another answer would show.
type fitBehind struct {
	Text, Given, Change string
	Reversed            bool
}

// fitResult works out a result from the answers in the link: GET
// /fit/result?a=5-4-… . Nothing is stored, and the address is not passed on.
func (s *Server) fitResult(w http.ResponseWriter, r *http.Request) error {
	fit := s.site.Load().Fit
	a, err := fit.ParseAnswers(r.FormValue("a"))
	if err != nil {
		return err
	}
	res, err := fit.Result(a)
	if errors.Is(err, quiz.ErrAnswers) {
		return redirect(w, r, "/fit")
	}
	if err != nil {
		return err
	}
	v := fitResultView{
		Frame:  s.guideFrame(r, "Your fit test result", "Five traits from ten answers, each with what the daily work of a backend engineer gives and asks. Self-reflection, not a verdict."),
		Result: res, Fit: fit, Answers: a.String(), Link: s.origin(r) + resultURL(a),
	}
	for _, t := range res.Traits {
		v.Traits = append(v.Traits, newFitTrait(fit, a, t))
	}
	if res.Lowest != nil {
		v.Try = &res.Lowest.Trait.Try
	}
	for _, t := range res.Traits {
		if t.Place == quiz.Low {
			v.Roles = append(v.Roles, t.Trait.Roles...)
		}
	}
	private(w)
	return show(w, r, http.StatusOK, fitResultPage(v))
}

func newFitTrait(fit *quiz.Fit, a quiz.Answers, t quiz.TraitResult) fitTrait {
	v := fitTrait{TraitResult: t, Word: [...]string{"Low", "In the middle", "High"}[t.Place]}
	v.Chart = ui.Trait{Value: t.Mean, Min: 1, Max: float64(len(fit.Scale)), Left: "drains you", Right: "feeds you"}
	words := ""
	for _, answer := range t.Answers {
		v.Chart.Answers = append(v.Chart.Answers, float64(answer.Turned))
		words += fmt.Sprintf("%d, ", answer.Turned)
		v.Behind = append(v.Behind, fitBehind{
			Text: answer.Statement.Text, Given: fit.Scale[answer.Given-1], Reversed: answer.Statement.Reversed,
			Change: fitURL(answer.Index+1) + "?from=" + url.QueryEscape(a.String()),
		})
	}
	v.Chart.Text = fmt.Sprintf("%s: answers, turned the same way round, %smean %g of %d.", t.Trait.Title, words, t.Mean, len(fit.Scale))
	return v
}

// draft returns the answers that this browser has given so far.
func (s *Server) draft(r *http.Request) quiz.Answers {
	fit := s.site.Load().Fit
	cookie, _ := s.drafts.New(r, draftCookie) // one we cannot read is as good as none
	text, _ := cookie.Values["a"].(string)
	a, err := fit.ParseAnswers(text)
	if err != nil {
		a, _ = fit.ParseAnswers("")
	}
	return a
}

// answers returns the answers in the address or form, else the draft.
func (s *Server) answers(r *http.Request) (quiz.Answers, error) {
	if from := r.FormValue("from"); from != "" {
		return s.site.Load().Fit.ParseAnswers(from)
	}
	return s.draft(r), nil
}

func (s *Server) keepDraft(w http.ResponseWriter, r *http.Request, a quiz.Answers) error {
	cookie, _ := s.drafts.New(r, draftCookie)
	cookie.Values["a"] = a.String()
	return cookie.Save(r, w)
}

// private keeps a page that shows somebody's answers out of caches, and its
// address from the pages it links to.
func private(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
}

func fitURL(n int) string { return "/fit/" + strconv.Itoa(n) }

func resultURL(a quiz.Answers) string { return "/fit/result?a=" + a.String() }
