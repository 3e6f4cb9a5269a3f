package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"groundwork/content"
	"groundwork/exam"
	"groundwork/quiz/practice"
	"groundwork/store"
	"groundwork/web/ui"
)

func (s *Server) progressRoutes(handle func(string, page)) {
	handle("POST /progress", s.setProgress)
	handle("POST /notes", s.saveNote)
	handle("GET /me", s.dashboard)
}

// setProgress notes that something is done, or takes that back: POST
// /progress. Only refs of the content can be noted.
func (s *Server) setProgress(w http.ResponseWriter, r *http.Request) error {
	ref := r.PostFormValue("ref")
	if _, ok := s.site.Load().refs[ref]; !ok {
		return fmt.Errorf("%w: ref", errBadInput)
	}
	id, err := s.ensureLearner(w, r)
	if err != nil {
		return err
	}
	if err := s.store.SetProgress(r.Context(), id, ref, r.PostFormValue("done") == "1", s.now()); err != nil {
		return err
	}
	if l := s.site.Load().Library.Lesson(strings.TrimPrefix(ref, "lesson/")); l != nil && l.Ref() == ref && r.PostFormValue("done") == "1" {
		if err := s.addLessonCards(r.Context(), id, l); err != nil {
			return err
		}
	}
	return redirect(w, r, back(r, "/me"))
}

// clashingNote is a note that was changed in another window: both texts.
type clashingNote struct {
	Frame  ui.Frame
	Stored store.Note
	Sent   string
	Back   string
	Title  string
}

// saveNote stores a note: POST /notes. A note that was changed in another
// window meanwhile is not overwritten; the page then shows both texts.
func (s *Server) saveNote(w http.ResponseWriter, r *http.Request) error {
	ref := r.PostFormValue("ref")
	title, ok := s.site.Load().refs[ref]
	base, err := strconv.Atoi(r.PostFormValue("base"))
	if !ok || err != nil {
		return fmt.Errorf("%w: ref or base", errBadInput)
	}
	body := strings.ToValidUTF8(strings.ReplaceAll(r.PostFormValue("body"), "\x00", ""), "\ufffd")
	body = strings.ReplaceAll(body, "\r\n", "\n")
	if len(body) > store.MaxNote {
		return errTooLarge
	}
	id, err := s.ensureLearner(w, r)
	if err != nil {
		return err
	}
	stored, err := s.store.SaveNote(r.Context(), id, ref, body, base, s.now())
	if errors.Is(err, store.ErrConflict) {
		f := s.described(r, "Changed in another window", "A note was changed in another window at the same time. Both texts are here; choose what to keep.", "")
		return show(w, r, http.StatusConflict, clashingNotePage(clashingNote{f, stored, body, back(r, "/me"), title}))
	}
	if err != nil {
		return err
	}
	return redirect(w, r, back(r, "/me"))
}

// skillState is where a learner stands with a skill, with the evidence in
// words.
type skillState struct {
	State    ui.State
	Text     string
	Evidence []ui.Link // each leads to where it comes from
}

// work is what who is asking has done, with what they practise.
type work struct {
	store.Work
	Hand hand
}

// work returns the work of who is asking. Somebody who has saved nothing has
// the zero work.
func (s *Server) work(ctx context.Context) (wk work, err error) {
	if id := learner(ctx); id != 0 {
		wk.Work, err = s.store.Work(ctx, id, examName, s.now().AddDate(0, 0, -changedDays), s.now(), s.learn)
	} else {
		wk.Practice.Budget = practice.Budget{Cards: practice.DailyCards, New: practice.DailyNew}
	}
	wk.Hand = s.newHand(wk.Practice)
	return wk, err
}

// skillStates works out the state of every skill from what the learner has
// done. It is the one place where evidence becomes a state.
func (s *Server) skillStates(ctx context.Context) (map[string]skillState, error) {
	wk, err := s.work(ctx)
	if err != nil {
		return nil, err
	}
	return s.statesFrom(ctx, wk)
}

// statesFrom is skillStates where the work has been read.
func (s *Server) statesFrom(ctx context.Context, wk work) (map[string]skillState, error) {
	lib := s.site.Load().Library
	best, err := s.bestMarks(ctx, wk.Marks)
	if err != nil {
		return nil, err
	}
	built := s.site.Load().shownBySkill(wk.Runs)
	memory := practice.Strength(wk.Hand.Cards, s.now())
	out := map[string]skillState{}
	for _, sk := range lib.Skills {
		e := best[sk.ID]
		e.Cards, e.Recall = memory[sk.ID].Cards, memory[sk.ID].Recall
		e.Read, e.Lessons = sk.LessonsRead(wk.Done), len(sk.Lessons)
		e.Passed, e.Checks = built[sk.ID].passed, built[sk.ID].of
		st := newSkillState(sk.ID, e)
		st.Evidence = append(st.Evidence, built[sk.ID].links...)
		out[sk.ID] = st
	}
	return out, nil
}

func newSkillState(skill string, e content.Evidence) skillState {
	st := skillState{State: [...]ui.State{ui.NotStarted, ui.Learning, ui.Practised, ui.Mastered, ui.Review}[e.Standing()]}
	st.Text = st.State.String()
	if e.Items > 0 {
		st.Evidence = append(st.Evidence, ui.Link{Text: fmt.Sprintf("%s of %d in the exam on %s", short(e.Right), e.Items, day(e.At)), URL: "/exam"})
	}
	if e.Read > 0 {
		st.Evidence = append(st.Evidence, ui.Link{Text: fmt.Sprintf("%d of %d lessons read", e.Read, e.Lessons), URL: "/skill/" + skill})
	}
	if e.Cards > 0 {
		words := plural(e.Cards, "card", "cards") + " practised"
		if e.Fades() {
			words += ", fading"
		}
		st.Evidence = append(st.Evidence, ui.Link{Text: words, URL: "/practice#due"})
	}
	return st
}

// bestMarks returns for each skill the attempt that showed most of it.
func (s *Server) bestMarks(ctx context.Context, marks []store.Marked) (map[string]content.Evidence, error) {
	best := map[string]content.Evidence{}
	type key struct {
		attempt exam.AttemptID
		skill   string
	}
	sums := map[key]content.Evidence{}
	for _, m := range marks {
		it := s.site.Load().Bank.Item(m.Item)
		if it == nil {
			var err error
			if it, err = s.store.Item(ctx, m.Version); err != nil {
				return nil, err
			}
		}
		k := key{m.Attempt, it.Skill}
		e := sums[k]
		e.Items, e.Right, e.At = e.Items+1, e.Right+m.Fraction, m.Finished
		sums[k] = e
	}
	for k, e := range sums {
		b, ok := best[k.skill]
		share, old := e.Right/float64(e.Items), 0.0
		if ok {
			old = b.Right / float64(b.Items)
		}
		if !ok || share > old || share == old && e.At.After(b.At) {
			best[k.skill] = e
		}
	}
	return best, nil
}

// dashboardView is one's own work.
type dashboardView struct {
	Frame    ui.Frame
	Hello    string
	Notice   string
	Visitor  bool
	Operator bool
	Next     nextView
	Due      dueView
	Placed   *placementView
	Plan     ui.Drawing
	PlanText string
	Counts   []ui.Cell
	Left     []leftView
	ExamOpen bool
	Trend    *ui.Trend
	Past     []pastView
	Steps    []stepRow
	Projects []projectRow
	Verified []workLine
	Notes    []noteRow
	Changed  []changedView // results that operators have changed lately
	Nothing  bool
}

// nextView is the one thing to do next.
type nextView struct{ Title, Text, Button, URL, Other, OtherURL string }

// leftView is what is left of one kind of work.
type leftView struct {
	Text, URL string
	Count     string
}

type stepRow struct {
	Title, URL, Text string
	Done             bool
	Begun            bool
}

type projectRow struct {
	Title, URL   string
	Ticked, Open int
	Of           int
}

type noteRow struct{ Title, URL, Text, Saved string }

// dashboard shows the learner's own work: GET /me.
func (s *Server) dashboard(w http.ResponseWriter, r *http.Request) error {
	v, err := s.newDashboardView(r)
	if err != nil {
		return err
	}
	v.Notice = s.notice(w, r)
	return show(w, r, http.StatusOK, dashboardPage(v))
}

func (s *Server) newDashboardView(r *http.Request) (v dashboardView, err error) {
	l := whoami(r.Context())
	v.Frame = s.described(r, "Your work", "Your progress: the skill map filled from evidence, what to do next, exam attempts, the path, projects and notes.", "")
	v.Hello, v.Visitor, v.Operator = "Your work", !l.Registered(), l.Role == operatorRole
	if l.Name != "" {
		v.Hello = "Hello, " + l.Name
	}
	wk, err := s.work(r.Context())
	if err != nil {
		return v, err
	}
	states, err := s.statesFrom(r.Context(), wk)
	if err != nil {
		return v, err
	}
	s.dashboardPlan(&v, states, wk.Done)
	s.dashboardWork(&v, wk.Done)
	s.dashboardExams(&v, wk.Attempts)
	v.ExamOpen = examOpen(wk.Attempts)
	v.Verified = s.site.Load().verifiedWork(wk.Runs)
	v.Changed = changedResults(wk.Work, s.now())
	v.Next = s.next(states, wk.Done, wk.Attempts)
	d := s.dashboardDue(r.Context(), &v, wk.Hand)
	if len(d.Cards) > 0 && !v.ExamOpen {
		v.Next = dueNext(d, v.Due, v.Next)
	}
	v.Nothing = len(wk.Done) == 0 && len(wk.Attempts) == 0 && !v.Due.Any
	s.dashboardNotes(&v, wk.Notes)
	return v, nil
}

// dashboardPlan fills the map.
func (s *Server) dashboardPlan(v *dashboardView, states map[string]skillState, done map[string]time.Time) {
	lib := s.site.Load().Library
	v.Plan = planOf(lib, states, nextLesson(lib, states, done))
	count := map[ui.State]int{}
	for _, st := range states {
		count[st.State]++
	}
	v.PlanText = fmt.Sprintf("Your plan: of %d skills %d mastered, %d practised, %d being learned, %d to review, %d not started.",
		len(states), count[ui.Mastered], count[ui.Practised], count[ui.Learning], count[ui.Review], count[ui.NotStarted])
	for _, st := range []ui.State{ui.Mastered, ui.Practised, ui.Learning, ui.Review} {
		v.Counts = append(v.Counts, ui.Cell{Term: st.String(), Text: strconv.Itoa(count[st])})
	}
}

// dashboardWork fills the path, the projects and what is left.
func (s *Server) dashboardWork(v *dashboardView, done map[string]time.Time) {
	lib := s.site.Load().Library
	read, steps, topics := 0, 0, 0
	for _, sk := range lib.Skills {
		read += sk.LessonsRead(done)
	}
	for _, st := range lib.Path.Steps {
		sv := stepRow{Title: st.Title, URL: "/path#" + st.ID, Done: st.Done(done)}
		ticked := 0
		for _, c := range st.Task.Criteria {
			if !done[c.Ref].IsZero() {
				ticked++
			}
		}
		sv.Begun = ticked > 0
		switch {
		case sv.Done:
			sv.Text = "done, by your own tick"
			steps++
		case sv.Begun:
			sv.Text = fmt.Sprintf("%d of %d ticked", ticked, len(st.Task.Criteria))
		}
		v.Steps = append(v.Steps, sv)
	}
	for _, p := range lib.Projects {
		row := projectRow{Title: p.Title, URL: p.URL(), Of: len(p.Criteria())}
		for _, c := range p.Criteria() {
			if !done[c.Ref].IsZero() {
				row.Ticked++
			}
		}
		row.Open = row.Of - row.Ticked
		v.Projects = append(v.Projects, row)
	}
	for _, t := range lib.Interview.Checklist {
		if !done[t.Ref()].IsZero() {
			topics++
		}
	}
	v.Left = []leftView{
		{"Lessons read", "/map", fmt.Sprintf("%d of %d", read, len(lib.Lessons()))},
		{"Steps of the path", "/path", fmt.Sprintf("%d of %d", steps, len(lib.Path.Steps))},
		{"Interview checklist", "/guide/interview", fmt.Sprintf("%d of %d", topics, len(lib.Interview.Checklist))},
	}
}

// dashboardExams fills the attempts and their trend.
func (s *Server) dashboardExams(v *dashboardView, attempts []*exam.Attempt) {
	rules := s.site.Load().Blueprint.Rules
	trend := ui.Trend{Gates: []ui.Gate{{At: rules.Pass, Text: "pass"}, {At: rules.Strong, Text: "strong pass"}}}
	for _, a := range attempts {
		if a.State != exam.InProgress {
			v.Past = append(v.Past, newPastView(a))
		}
		if a.State != exam.Graded {
			continue
		}
		rep := briefReport(a)
		trend.Points = append(trend.Points, ui.TrendPoint{When: a.Finished.Format("2 Jan"), Value: round(rep.Percent), Low: round(rep.Low), High: round(rep.High)})
	}
	if len(trend.Points) > 0 {
		trend.Label = trendLabel(trend)
		v.Trend = &trend
	}
}

// dashboardNotes fills the notes.
func (s *Server) dashboardNotes(v *dashboardView, notes []store.Note) {
	refs := s.site.Load().refs
	for _, n := range notes {
		text := []rune(content.Plain(n.Body))
		if len(text) > 120 {
			text = append(text[:120], '…')
		}
		v.Notes = append(v.Notes, noteRow{Title: refs[n.Ref], URL: refURL(n.Ref), Text: string(text), Saved: day(n.Saved)})
	}
}

// refURL is the page on which a note stands.
func refURL(ref string) string {
	kind, id, _ := strings.Cut(ref, "/")
	switch kind {
	case "path":
		return "/path#" + id
	case "interview":
		return "/guide/interview#" + id
	}
	return "/" + ref
}

// examOpen reports whether one of the attempts is in progress.
func examOpen(attempts []*exam.Attempt) bool {
	return slices.ContainsFunc(attempts, func(a *exam.Attempt) bool { return a.State == exam.InProgress })
}

// next is the one thing to do next: an open attempt, else a lesson, else the
// exam.
func (s *Server) next(states map[string]skillState, done map[string]time.Time, attempts []*exam.Attempt) nextView {
	for _, a := range attempts {
		if a.State == exam.InProgress {
			return nextView{Title: "Your exam is open, " + minutes(a.Left(s.now())) + " left", Text: "It ends at " + clockTime(a.Deadline) + ". What you had saved is there.", Button: "Go on with it", URL: attemptURL(a.ID)}
		}
	}
	lib := s.site.Load().Library
	if l := nextLesson(lib, states, done); l != nil {
		v := nextView{Title: "Read on: " + l.Title, Text: fmt.Sprintf("Lesson %d of %s. About %s.", l.Order, lib.Skill(l.Skill).Title, plural(l.Minutes, "minute", "minutes")), Button: "Read it", URL: l.URL()}
		if len(done) == 0 && len(attempts) == 0 {
			v.Title = "Nothing laid yet: start with " + l.Title
		}
		return v
	}
	return nextView{Title: "All lessons are read", Text: "The exam shows what has stayed.", Button: "Look at the exam", URL: "/exam"}
}
