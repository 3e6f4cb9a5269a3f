package web

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"

	"groundwork/content"
	"groundwork/exam"
	"groundwork/store"
	"groundwork/web/ui"
)

// resultView is the report of a graded attempt.
type resultView struct {
	Frame    ui.Frame
	Attempt  *exam.Attempt
	Report   *exam.Report
	Notice   string
	Score    ui.Score
	Verdict  string
	Story    string // what the score means, in words
	New      int    // items the learner had not had before
	Skills   []ui.Bar
	Few      []string // skills with too few items to say much
	Ladder   []rungView
	Lessons  []lessonGain
	Trend    *ui.Trend
	Past     []pastView
	Tabs     []tabView
	Items    []resultItem
	Account  bool
	Given    []store.Extension
	Code     string
	Expected string // how long the items should take together
}

type rungView struct {
	Title, Standing, Text string
	Right, Items          int
	State                 ui.State
}

type lessonGain struct {
	Title, URL, Skill string
	Lost              string
}

type tabView struct {
	Text, URL string
	Current   bool
}

type resultItem struct {
	N       int
	Title   string
	Where   string
	Good    bool
	Flagged bool
	Note    string
	Lesson  ui.Link
	Report  string // where a fault in it is reported
	Open    bool
	Review  reviewView
}

// result shows the report of a graded attempt: GET /exam/{id}/result.
func (s *Server) result(w http.ResponseWriter, r *http.Request) error {
	a, err := s.attempt(r)
	if err != nil {
		return err
	}
	if a.State == exam.InProgress {
		return redirect(w, r, attemptURL(a.ID))
	}
	items, err := s.store.Items(r.Context(), a)
	if err != nil {
		return err
	}
	past, err := s.attempts(r.Context())
	if err != nil {
		return err
	}
	v := s.newResultView(r, a, items)
	v.Notice = s.notice(w, r)
	s.compare(&v, a, past)
	if v.Given, err = s.store.Extensions(r.Context(), learner(r.Context()), a.ID); err != nil {
		return err
	}
	if v.New, err = s.store.NewItems(r.Context(), learner(r.Context()), a.ID); err != nil {
		return err
	}
	return show(w, r, http.StatusOK, resultPage(v))
}

func (s *Server) newResultView(r *http.Request, a *exam.Attempt, items func(exam.VersionID) *exam.Item) resultView {
	title := fmt.Sprintf("Result of attempt %d", a.Number)
	v := resultView{
		Frame:   s.described(r, title, "The report of an exam: the score with its margin, each skill and level, and every item with the reasons for its options.", "/exam"),
		Attempt: a, Report: exam.NewReport(a, items), Verdict: verdict(a), Account: whoami(r.Context()).Registered(),
	}
	rep := v.Report
	v.Score = ui.Score{
		Value: round(rep.Percent), Low: round(rep.Low), High: round(rep.High),
		Gates: []ui.Gate{{At: a.Rules.Pass, Text: "pass"}, {At: a.Rules.Strong, Text: "strong"}},
		Label: fmt.Sprintf("%.0f of 100, likely between %.0f and %.0f. The pass line is at %g, the strong pass at %g.", rep.Percent, rep.Low, rep.High, a.Rules.Pass, a.Rules.Strong),
	}
	lib := s.site.Load().Library
	for _, t := range rep.Skills {
		bar := ui.Bar{Name: t.Key, Got: t.Right(), Of: t.Items, Gate: a.Rules.Pass}
		if sk := lib.Skill(t.Key); sk != nil {
			bar.Name, bar.URL = sk.Title, sk.URL()
		}
		if t.Items < 4 {
			v.Few = append(v.Few, bar.Name)
		}
		v.Skills = append(v.Skills, bar)
	}
	v.Ladder = ladder(rep, lib)
	v.Lessons = gains(rep, lib)
	if a.Rules.Review.Items() {
		s.resultItems(&v, r, items)
	}
	return v
}

func round(x float64) float64 { return math.Round(x) }

// ladder says where the learner stands on the ladder of hiring expectations.
func ladder(rep *exam.Report, lib *content.Library) []rungView {
	words := map[exam.Band]struct {
		standing string
		state    ui.State
	}{exam.StrongBand: {"ready", ui.Mastered}, exam.Mixed: {"nearly", ui.Practised}, exam.NeedsWork: {"not yet", ui.Learning}}
	var out []rungView
	for _, t := range rep.Levels {
		if t.Items == 0 {
			continue
		}
		w := words[t.Band()]
		rung := rungView{Title: t.Key, Standing: w.standing, State: w.state, Right: t.Right(), Items: t.Items}
		for _, l := range lib.Levels.Levels {
			if l.ID != t.Key {
				continue
			}
			rung.Title = l.Title
			var expect []string
			for _, e := range l.Expectations {
				expect = append(expect, e.Text.Plain())
			}
			rung.Text = "Expected: " + strings.Join(expect, "; ") + "."
		}
		out = append(out, rung)
	}
	return out
}

// gains names the three lessons that cost the most points.
func gains(rep *exam.Report, lib *content.Library) []lessonGain {
	var out []lessonGain
	for _, t := range rep.Lessons {
		l := lib.Lesson(t.Key)
		if l == nil {
			continue
		}
		g := lessonGain{Title: l.Title, URL: l.URL(), Lost: fmt.Sprintf("%s points lost on %s", short(float64(t.Items)-t.Points), plural(t.Items, "item", "items"))}
		if sk := lib.Skill(l.Skill); sk != nil {
			g.Skill = sk.Title
		}
		if out = append(out, g); len(out) == 3 {
			break
		}
	}
	return out
}

// short writes a number with at most two decimals: 1.5, 2.
func short(x float64) string { return strconv.FormatFloat(math.Round(x*100)/100, 'f', -1, 64) }

// resultItems lists the items under the chosen tab, ten at a time.
func (s *Server) resultItems(v *resultView, r *http.Request, items func(exam.VersionID) *exam.Item) {
	shown := r.FormValue("show")
	if shown == "" {
		shown = "wrong"
	}
	lib := s.site.Load().Library
	count := map[string]int{}
	for _, slot := range v.Attempt.Slots {
		it := items(slot.Version)
		if it == nil {
			continue
		}
		m := exam.Score(it, slot.Response, nil)
		m.Fraction = slot.Fraction
		in := map[string]bool{"all": true, "right": m.Right(), "wrong": !m.Right(), "flagged": slot.Flagged}
		for tab, ok := range in {
			if ok {
				count[tab]++
			}
		}
		if !in[shown] {
			continue
		}
		item := resultItem{
			N: slot.N, Title: it.Title, Good: m.Right(), Flagged: slot.Flagged, Note: slot.Note,
			Report: "/report?page=" + attemptURL(v.Attempt.ID) + "&ref=" + string(slot.Item) + "+" + string(slot.Version),
			Review: newReviewView(it, slot.Order, slot.Response, m),
		}
		item.Where = it.Skill + ", " + string(it.Level)
		if sk := lib.Skill(it.Skill); sk != nil {
			item.Where = sk.Title + ", " + string(it.Level)
		}
		switch {
		case m.Blank:
			item.Where += ", blank"
		case m.Partly():
			item.Where += ", partly right"
		}
		if l := lib.Lesson(it.Lesson); l != nil {
			item.Lesson = ui.Link{Text: "Lesson: " + l.Title, URL: l.URL()}
		}
		v.Items = append(v.Items, item)
	}
	for _, tab := range []struct{ key, text string }{{"wrong", "Wrong or blank"}, {"flagged", "Flagged"}, {"right", "Right"}, {"all", "All"}} {
		v.Tabs = append(v.Tabs, tabView{fmt.Sprintf("%s, %d", tab.text, count[tab.key]), "?show=" + tab.key + "#its", tab.key == shown})
	}
}

// compare sets the attempt beside the earlier ones.
func (s *Server) compare(v *resultView, a *exam.Attempt, past []*exam.Attempt) {
	rep := v.Report
	v.Story = fmt.Sprintf("Two out of three other sets of %d items would put you between %.0f and %.0f.", len(a.Slots), rep.Low, rep.High)
	if rep.Border {
		v.Story = "It was close. " + v.Story + fmt.Sprintf(" The pass line, %g, lies inside that range, so a second attempt may differ.", a.Rules.Pass)
	}
	trend := ui.Trend{Gates: v.Score.Gates}
	var before *exam.Attempt
	for _, p := range past {
		if p.State != exam.Graded || p.Finished.After(a.Finished) {
			continue
		}
		pr := briefReport(p)
		trend.Points = append(trend.Points, ui.TrendPoint{When: p.Finished.Format("2 Jan"), Value: round(pr.Percent), Low: round(pr.Low), High: round(pr.High)})
		if p.ID != a.ID {
			before = p
			v.Past = append(v.Past, newPastView(p))
		}
	}
	if before == nil {
		return
	}
	v.Trend = &trend
	v.Trend.Label = trendLabel(trend)
	diff := rep.Percent - before.Percent()
	words := fmt.Sprintf(" You are %.0f points %s on the attempt of %s", math.Abs(diff), map[bool]string{true: "up", false: "down"}[diff >= 0], shortDay(before.Finished))
	if exam.RealChange(rep, briefReport(before)) {
		v.Story += words + ", which is more than luck explains."
	} else {
		v.Story += words + "; with two results this rough, that may be luck."
	}
}

// briefReport is the score of an attempt with its error, without its slots.
func briefReport(a *exam.Attempt) *exam.Report {
	n := a.Max
	rep := &exam.Report{Percent: a.Percent()}
	rep.Error = 100 * exam.LordError(a.Score, n) / max(n, 1)
	rep.Low, rep.High = max(0, rep.Percent-rep.Error), min(100, rep.Percent+rep.Error)
	return rep
}

func trendLabel(t ui.Trend) string {
	var words []string
	for _, p := range t.Points {
		words = append(words, fmt.Sprintf("%s: %.0f, likely between %.0f and %.0f", p.When, p.Value, p.Low, p.High))
	}
	return plural(len(words), "attempt", "attempts") + ". " + strings.Join(words, ". ") + "."
}

// countWords says how many items were right: "44 of 60 right, 5 partly, 2 blank".
func countWords(rep *exam.Report, of int) string {
	words := fmt.Sprintf("%d of %d right", rep.Right, of)
	if rep.Partly > 0 {
		words += fmt.Sprintf(", %d partly", rep.Partly)
	}
	if rep.Blank > 0 {
		words += fmt.Sprintf(", %d blank", rep.Blank)
	}
	return words
}
