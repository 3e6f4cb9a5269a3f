package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"groundwork/content"
	"groundwork/exam"
	"groundwork/store"
	"groundwork/web/ui"
)

// examName is the exam's name in the database. There is one today; its title
// comes from the blueprint and may change.
const examName = "backend"

// examRoutes lists the URLs of the exam, the fit test and progress.
func (s *Server) examRoutes(handle func(string, page)) {
	handle("GET /exam", s.examStart)
	handle("POST /exam", s.examBegin)
	handle("GET /exam/rehearsal", s.rehearsal)
	handle("POST /exam/resume", s.examResume)
	handle("GET /exam/{id}", s.sitting)
	handle("GET /exam/{id}/{n}", s.sittingItem)
	handle("POST /exam/{id}/{n}", s.sittingSave)
	handle("GET /exam/{id}/items", s.sittingItems)
	handle("PUT /exam/{id}/slots/{n}", s.slotSave)
	handle("GET /exam/{id}/clock", s.sittingClock)
	handle("GET /exam/{id}/review", s.sittingReview)
	handle("POST /exam/{id}/submit", s.sittingSubmit)
	handle("GET /exam/{id}/over", s.sittingOver)
	handle("GET /exam/{id}/result", s.result)
	handle("GET /exam/{id}/result.json", s.resultJSON)
	handle("GET /exam/{id}/result.csv", s.resultCSV)
	handle("GET /exam/{id}/log", s.sittingLog)

	s.fitRoutes(handle)
	s.progressRoutes(handle)
}

// startView is the page before the exam.
type startView struct {
	Frame     ui.Frame
	Blueprint *exam.Blueprint
	Page      *content.Page
	Skills    []startSkill
	Open      *exam.Attempt
	Left      time.Duration
	Past      []pastView
	Pool      int
	Account   bool
	Notice    string
	Code      ui.Field // to go on with an attempt of another browser
	Retakes   retakeView
	Extra     extraView
}

type startSkill struct {
	Title, URL string
	Cells      exam.SkillCells
}

// pastView is an earlier attempt in a list.
type pastView struct {
	URL     string
	Number  int
	Day     string
	Percent float64
	Verdict string
	Void    bool
	Since   string // in a report: how it compares with this one
}

// examStart says what the exam is before anything begins: GET /exam.
func (s *Server) examStart(w http.ResponseWriter, r *http.Request) error {
	v, err := s.newStartView(r)
	if err != nil {
		return err
	}
	v.Notice = s.notice(w, r)
	return show(w, r, http.StatusOK, examStartPage(v))
}

func (s *Server) newStartView(r *http.Request) (startView, error) {
	site := s.site.Load()
	p := site.Library.Pages["exam"]
	v := startView{
		Frame:     s.described(r, p.Title, p.Description, "/exam"),
		Blueprint: site.Blueprint, Page: p, Pool: len(site.Bank.Pool(exam.ExamPool)),
		Account: whoami(r.Context()).Registered(),
	}
	for _, c := range site.Blueprint.Cells {
		skill := startSkill{Title: c.Skill, Cells: c}
		if sk := site.Library.Skill(c.Skill); sk != nil {
			skill.Title, skill.URL = sk.Title, sk.URL()
		}
		v.Skills = append(v.Skills, skill)
	}
	list, err := s.attempts(r.Context())
	if err != nil {
		return v, err
	}
	v.Code = ui.Field{ID: "code", Label: "Resume code", Class: "num", Hint: "Twelve characters, from the attempt's page in the other browser.", Required: true,
		Attrs: map[string]any{"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "maxlength": "20"}}
	v.Retakes = newRetakeView(site.Blueprint.Rules.Retakes, list, s.now())
	if v.Extra, err = s.extraTime(r.Context(), site.Blueprint.Rules); err != nil {
		return v, err
	}
	for _, a := range list {
		if a.State == exam.InProgress {
			v.Open, v.Left = a, a.Left(s.now())
			v.Retakes.Next = cmp.Or(v.Retakes.Next, "When this one is handed in")
		} else {
			v.Past = append(v.Past, newPastView(a))
		}
	}
	return v, nil
}

// score is the score in per cent; one that was voided has none.
func (p pastView) score() string {
	if p.Void {
		return "–"
	}
	return fmt.Sprintf("%.0f", p.Percent)
}

func newPastView(a *exam.Attempt) pastView {
	return pastView{
		URL: attemptURL(a.ID) + "/result", Number: a.Number, Day: day(a.Finished),
		Percent: a.Percent(), Verdict: verdict(a), Void: a.State == exam.Voided,
	}
}

func verdict(a *exam.Attempt) string {
	switch {
	case a.State == exam.Voided:
		return "Voided"
	case a.Strong():
		return "Strong pass"
	case a.Passed():
		return "Passed"
	}
	return "Not passed"
}

// attempts returns the attempts of who is asking, oldest first.
func (s *Server) attempts(ctx context.Context) ([]*exam.Attempt, error) {
	if learner(ctx) == 0 {
		return nil, nil
	}
	return s.store.Attempts(ctx, learner(ctx), examName, s.now())
}

// examBegin starts an attempt or goes on with the one that is open: POST /exam.
func (s *Server) examBegin(w http.ResponseWriter, r *http.Request) error {
	extra, err := chosenExtra(r)
	if err != nil {
		return err
	}
	id, err := s.ensureLearner(w, r)
	if err != nil {
		return err
	}
	site, seed := s.site.Load(), s.cfg.Seed()
	a, _, err := s.store.StartAttempt(r.Context(), id, store.Start{
		Exam: examName, Seed: seed, Rules: site.Blueprint.Rules, Now: s.now(),
		Code: s.resumeCode, Extra: extra,
		Draw: func(h exam.History) ([]exam.Place, error) { return exam.Assemble(site.Bank, site.Blueprint, h, seed) },
	})
	if errors.Is(err, exam.ErrTooSoon) {
		v, err := s.newStartView(r) // it says when
		if err != nil {
			return err
		}
		return show(w, r, http.StatusConflict, examStartPage(v))
	}
	if err != nil {
		return err
	}
	return redirect(w, r, attemptURL(a.ID))
}

// examResume opens the attempt that a resume code names, for a visitor in
// another browser: POST /exam/resume.
func (s *Server) examResume(w http.ResponseWriter, r *http.Request) error {
	if err := s.limits.code(s.network(r), s.now()); err != nil {
		return err
	}
	var own store.LearnerID
	if l := whoami(r.Context()); !l.Registered() {
		own = l.ID
	}
	id, key, err := s.store.Resume(r.Context(), r.PostFormValue("code"), own, s.now())
	if errors.Is(err, store.ErrNotFound) {
		v, err := s.newStartView(r)
		if err != nil {
			return err
		}
		v.Code.Value = r.PostFormValue("code")
		v.Code.Err = "No attempt has this code. It has twelve characters in three groups; 0, 1, 8 and 9 do not occur. If you have made an account since, sign in instead."
		focusFault(&v.Code)
		return show(w, r, http.StatusUnprocessableEntity, examStartPage(v))
	}
	if err != nil {
		return err
	}
	if err := s.keepKey(w, r, key); err != nil {
		return err
	}
	return redirect(w, r, attemptURL(id))
}

// rehearsalView is the page that lets one try the form before the clock runs.
type rehearsalView struct {
	Frame  ui.Frame
	Checks []content.Check
	Chosen map[string]string // question to option
}

// rehearsal shows two questions that count for nothing: GET /exam/rehearsal.
func (s *Server) rehearsal(w http.ResponseWriter, r *http.Request) error {
	v := rehearsalView{
		Frame:  s.described(r, "Rehearsal", "Two questions that count for nothing, to see how answering works before the clock runs. Nothing is stored.", "/exam"),
		Checks: s.site.Load().Library.Pages["exam"].Part("rehearsal").Checks,
		Chosen: map[string]string{},
	}
	for _, c := range v.Checks {
		v.Chosen[c.ID] = r.FormValue(c.ID)
	}
	return show(w, r, http.StatusOK, rehearsalPage(v))
}

func attemptURL(id exam.AttemptID) string { return "/exam/" + string(id) }

func itemURL(id exam.AttemptID, n int) string { return fmt.Sprintf("/exam/%s/%d", id, n) }
