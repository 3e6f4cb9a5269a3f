package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"groundwork/exam/verify"
	"groundwork/store"
	"groundwork/web/ui"
)

// verified returns the runs of whoever asks, newest first.
func (s *Server) verified(ctx context.Context) ([]store.Run, error) {
	if learner(ctx) == 0 {
		return nil, nil
	}
	return s.store.Runs(ctx, learner(ctx), store.WorkRuns)
}

// newest returns the last run of a task among runs, or nil.
func newest(runs []store.Run, task string) *store.Run {
	for i := range runs {
		if runs[i].Task == task {
			return &runs[i]
		}
	}
	return nil
}

// A runLine is one run in a list.
type runLine struct {
	store.Run
	URL  string
	When string
	Text string // "passed, 18 of 18 checks, self-run"
}

// passedOf counts the checks that a run passed.
func passedOf(r store.Run) (passed int) {
	for _, v := range r.Checks {
		if v == string(verify.Pass) {
			passed++
		}
	}
	return passed
}

func newRunLine(r store.Run) runLine {
	l := runLine{Run: r, When: day(r.Finished) + ", " + clockTime(r.Finished)}
	if r.Kept {
		l.URL = "/verify/" + r.Task + "/runs/" + r.ID
	}
	word := "not yet"
	if r.Passed {
		word = "passed"
	}
	l.Text = fmt.Sprintf("%s, %d of %d checks, checks v%d, %s", word, passedOf(r), len(r.Checks), r.Version, r.Level)
	return l
}

// taskRuns fills the stages with what the newest run showed, and the runs.
func (s *Server) taskRuns(ctx context.Context, v *taskView) error {
	all, err := s.verified(ctx)
	if err != nil {
		return err
	}
	for _, r := range all {
		if r.Task == v.Task.ID {
			v.Runs = append(v.Runs, newRunLine(r))
		}
	}
	last := newest(all, v.Task.ID)
	fresh := v.stages(s.site.Load(), last)
	v.Cells = []ui.Cell{
		{Term: "Checks", Text: strconv.Itoa(checksOf(v.Task))}, {Term: "By yourself", Text: strconv.Itoa(len(v.Task.SelfChecks))},
		{Term: "Version of the checks", Text: strconv.Itoa(v.Task.Version)},
	}
	if last != nil {
		v.Last = says(*last)
		v.Cells = append(v.Cells, ui.Cell{Term: "Your last run", Text: fmt.Sprintf("%d of %d", passedOf(*last), len(last.Checks))})
	}
	if last != nil && last.Version != v.Task.Version {
		v.New = fmt.Sprintf("The checks are v%d now, with %s since that run. It stays valid for its version; run again to see.", v.Task.Version, plural(fresh, "new check", "new checks"))
	}
	return nil
}

// stages fills the checks with the verdicts of a run, nil if there is none, and
// returns how many of them that run did not know.
func (v *taskView) stages(site *Site, last *store.Run) (fresh int) {
	opened := false
	for i, st := range v.Task.Stages {
		sv := stageView{Title: st.Title, Number: i + 1, Count: plural(len(st.Checks), "check", "checks")}
		passed := 0
		for _, c := range st.Checks {
			p := proofView{Check: c, By: "not run", Lesson: lessonLinks(site.Library, c.Lesson)}
			if last != nil {
				verdict, known := last.Checks[c.ID]
				if !known {
					fresh++
				}
				p.Mark, p.By = verdictMark(verify.Status(verdict))
			}
			if p.Mark == ui.MarkVerified {
				passed++
			}
			sv.Checks = append(sv.Checks, p)
		}
		if last != nil {
			sv.Count = fmt.Sprintf("%d of %d passed", passed, len(st.Checks))
		}
		sv.Open = !opened && passed < len(st.Checks)
		opened = opened || sv.Open
		v.Stages = append(v.Stages, sv)
	}
	return fresh
}

// verdictMark is how a verdict is drawn, and in words.
func verdictMark(st verify.Status) (ui.Mark, string) {
	switch st {
	case verify.Pass:
		return ui.MarkVerified, "passed"
	case verify.Fail:
		return ui.MarkFailed, "failed"
	case verify.Blocked:
		return ui.MarkOpen, "blocked"
	case verify.Skipped:
		return ui.MarkOpen, "skipped"
	case verify.Unsure:
		return ui.MarkOpen, "unsure, run again"
	case verify.Errored:
		return ui.MarkOpen, "error of the verifier"
	}
	return ui.MarkOpen, "new, not run yet"
}

// A runView is one run with its transcript.
type runView struct {
	Frame   ui.Frame
	Task    *verify.Task
	Run     runLine
	Says    string
	Seed    string
	Results []provedView
}

// A provedView is one check of a run.
type provedView struct {
	verify.CheckResult
	Why, Hint string
	Mark      ui.Mark
	By        string
	Lines     []ui.TermLine // what was sent and came back
}

// run shows one run to its owner: GET /verify/{task}/runs/{run}.
func (s *Server) taskRun(w http.ResponseWriter, r *http.Request) error {
	t := s.site.Load().task(r.PathValue("task"))
	if t == nil || learner(r.Context()) == 0 {
		return errNoPage
	}
	run, data, err := s.store.Transcript(r.Context(), learner(r.Context()), r.PathValue("run"))
	if err != nil {
		return err
	}
	if run.Task != t.ID {
		return errNoPage
	}
	res, err := unpacked(data)
	if err != nil {
		return fmt.Errorf("read transcript %s: %w", run.ID, err)
	}
	v := runView{Frame: s.described(r, "A run of "+t.ID, "What was sent and came back in one run of groundwork verify.", ""), Task: t, Run: newRunLine(run), Says: says(run), Seed: strconv.FormatUint(run.Seed, 10)}
	for _, c := range res.Checks {
		rv := provedView{CheckResult: c, Lines: exchangeLines(res.Transcript, c.ID)}
		if check := t.Check(c.ID); check != nil {
			rv.Why, rv.Hint = check.Why, check.Hint
		}
		rv.Mark, rv.By = verdictMark(c.Status)
		v.Results = append(v.Results, rv)
	}
	w.Header().Set("Cache-Control", "no-store")
	return show(w, r, http.StatusOK, runPage(v))
}

// exchangeLines are the requests of a check with their answers.
func exchangeLines(entries []verify.Entry, check string) (lines []ui.TermLine) {
	for _, e := range entries {
		if e.Check != check {
			continue
		}
		for _, ex := range e.Exchanges {
			got := strconv.Itoa(ex.Got.Status)
			if ex.Got.Err != "" {
				got = ex.Got.Err
			}
			lines = append(lines, ui.TermLine{{Text: ex.Sent.Method + " " + ex.Sent.URL}})
			if ex.Sent.Body != "" {
				lines = append(lines, ui.TermLine{{Text: "  " + ex.Sent.Body}})
			}
			lines = append(lines, ui.TermLine{{Kind: "dim", Text: "  → " + got + " " + ex.Got.Body}})
		}
	}
	return lines
}

// A workLine is one task on the page of one's own work.
type workLine struct{ Title, URL, Text string }

// verifiedWork lists the tasks that were run, each with its newest run.
func (s *Site) verifiedWork(runs []store.Run) (list []workLine) {
	for _, t := range s.Tasks {
		if last := newest(runs, t.ID); last != nil {
			list = append(list, workLine{t.Title, taskURL(t) + "#runs", fmt.Sprintf("%d of %d checks. %s", passedOf(*last), len(last.Checks), says(*last))})
		}
	}
	return list
}

// A shown is how many checks of a skill one's programs have passed.
type shown struct {
	passed, of int
	links      []ui.Link
}

// shownBySkill counts checks by skill in the newest run of each task that the
// site has issued; advice and extras count only when they pass.
func (s *Site) shownBySkill(runs []store.Run) map[string]shown {
	var issued []store.Run
	for _, r := range runs {
		if r.Level == store.SelfRun {
			issued = append(issued, r)
		}
	}
	out := map[string]shown{}
	for _, t := range s.Tasks {
		last := newest(issued, t.ID)
		if last == nil {
			continue
		}
		here := map[string]shown{}
		for _, st := range t.Stages {
			for _, c := range st.Checks {
				h, passed := here[c.Skill], last.Checks[c.ID] == string(verify.Pass)
				if passed {
					h.passed++
				}
				if passed || c.Level == verify.Must {
					h.of++
				}
				here[c.Skill] = h
			}
		}
		for skill, h := range here {
			if h.passed == 0 {
				continue
			}
			o := out[skill]
			o.passed, o.of = o.passed+h.passed, o.of+h.of
			o.links = append(o.links, ui.Link{Text: fmt.Sprintf("%d of %d checks of %s passed by a self-run on %s", h.passed, h.of, t.ID, day(last.Finished)), URL: taskURL(t) + "#runs"})
			out[skill] = o
		}
	}
	return out
}
