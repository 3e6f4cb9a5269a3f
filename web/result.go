package web

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"groundwork/content"
	"groundwork/exam"
	"groundwork/store"
	"groundwork/web/ui"
)

// A graded is everything that the report of an attempt is made of.
type graded struct {
	store.Outcome
	Report *exam.Report
	Used   map[int]time.Duration // by slot
	Past   []*exam.Attempt       // graded before it, the oldest first, without slots
}

// graded returns the attempt in the address with its report. The report of one
// that is in progress is nil.
func (s *Server) graded(r *http.Request) (g graded, err error) {
	if learner(r.Context()) == 0 {
		return g, errNoPage
	}
	g.Outcome, err = s.store.Outcome(r.Context(), learner(r.Context()), exam.AttemptID(r.PathValue("id")), s.now())
	if err != nil || g.State == exam.InProgress {
		return g, err
	}
	g.Report = exam.NewReport(g.Attempt, g.Items)
	g.Used = exam.TimeUsed(g.Started, g.Looks)
	if g.State == exam.Voided {
		return g, nil // it is compared with nothing
	}
	for _, p := range g.All {
		if p.State == exam.Graded && p.ID != g.ID && !p.Finished.After(g.Finished) {
			g.Past = append(g.Past, p)
		}
	}
	return g, nil
}

// resultView is the report of a graded attempt.
type resultView struct {
	Frame   ui.Frame
	Attempt *exam.Attempt
	Report  *exam.Report
	Notice  string
	Score   ui.Score
	Verdict string
	Story   string // what the score means, in words
	Truth   string // how far it may be from the truth
	New     int    // items the learner had not had before
	Skills  []bandView
	Few     []string // skills with too few items to say much
	Ladder  []rungView
	Lessons []lessonGain
	Trend   *ui.Trend
	Past    []pastView
	Time    timeView
	Tabs    []tabView
	Items   []resultItem
	Account bool
	Given   []store.Extension
	Changed affectedView // what operators have decided about it since
}

// bandView is the skills of one band.
type bandView struct {
	Title, Says string
	Bars        []ui.Bar
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
	Review  reviewView
}

// result shows the report of a graded attempt: GET /exam/{id}/result.
func (s *Server) result(w http.ResponseWriter, r *http.Request) error {
	g, err := s.graded(r)
	if err != nil {
		return err
	}
	if g.Report == nil {
		return redirect(w, r, attemptURL(g.ID))
	}
	v := s.newResultView(r, g)
	v.Notice = s.notice(w, r)
	return show(w, r, http.StatusOK, resultPage(v))
}

func (s *Server) newResultView(r *http.Request, g graded) resultView {
	a, rep := g.Attempt, g.Report
	v := resultView{
		Frame:   s.described(r, fmt.Sprintf("Result of attempt %d", a.Number), "The report of an exam: the score with its margin, each skill and level, and every item with the reasons for its options.", "/exam"),
		Attempt: a, Report: rep, Verdict: verdict(a), Account: whoami(r.Context()).Registered(),
		New: g.New, Given: g.Given, Changed: newAffectedView(g.Outcome),
	}
	v.Story, v.Truth = scoreWords(a, rep)
	v.Score = ui.Score{
		Value: round(rep.Percent), Low: round(rep.Low), High: round(rep.High),
		Gates: []ui.Gate{{At: a.Rules.Pass, Text: "pass"}, {At: a.Rules.Strong, Text: "strong"}},
		Label: fmt.Sprintf("%.0f of 100, likely between %.0f and %.0f. The pass line is at %g, the strong pass at %g.", rep.Percent, rep.Low, rep.High, a.Rules.Pass, a.Rules.Strong),
	}
	lib := s.site.Load().Library
	v.Skills, v.Few = bands(a, rep, lib)
	v.Ladder = ladder(rep, lib)
	v.Lessons = gains(rep, lib)
	v.compare(g)
	if a.Rules.Review.Items() {
		v.Time = newTimeView(g)
		s.resultItems(&v, r, g)
	}
	return v
}

// scoreWords says what a score means: Lord's standard error and whether the
// pass line lies within it, then the Wilson interval. At nothing and at
// everything right the standard error is no measure and is left out.
func scoreWords(a *exam.Attempt, rep *exam.Report) (story, truth string) {
	truth = fmt.Sprintf("Asked everything that the exam may ask, you would get between %.0f and %.0f%% of the points. That range holds the truth in 19 of 20 cases.", rep.WilsonLo, rep.WilsonHi)
	if rep.Error == 0 {
		return "", truth
	}
	story = fmt.Sprintf("%.0f ± %.0f; the pass line, %g, is outside.", rep.Percent, rep.Error, a.Rules.Pass)
	if rep.Border {
		story = fmt.Sprintf("It was close: %.0f ± %.0f; the pass line, %g, is inside, so a second attempt may differ.", rep.Percent, rep.Error, a.Rules.Pass)
	}
	return story + fmt.Sprintf(" Two out of three other sets of %d items would put you between %.0f and %.0f.", rep.Items, rep.Low, rep.High), truth
}

// bands sorts the skills of a report into three bands, the strongest first, and
// names those of which there were too few items to say much.
func bands(a *exam.Attempt, rep *exam.Report, lib *content.Library) (out []bandView, few []string) {
	in := map[exam.Band][]ui.Bar{}
	for _, t := range rep.Skills {
		bar := ui.Bar{Name: t.Key, Got: int(100 * t.Points), Of: 100 * t.Items, Gate: a.Rules.Pass, Text: fmt.Sprintf("%s of %d", short(t.Points), t.Items)}
		if sk := lib.Skill(t.Key); sk != nil {
			bar.Name, bar.URL = sk.Title, sk.URL()
		}
		if t.Items < 4 {
			few = append(few, bar.Name)
		}
		in[t.Band()] = append(in[t.Band()], bar)
	}
	for _, b := range []struct {
		band exam.Band
		says string
	}{{exam.StrongBand, "four fifths of the points, or more"}, {exam.Mixed, "three fifths, or more"}, {exam.NeedsWork, "less than three fifths"}} {
		if bars := in[b.band]; len(bars) > 0 {
			out = append(out, bandView{upperFirst(b.band.String()) + ": " + plural(len(bars), "skill", "skills"), b.says, bars})
		}
	}
	return out, few
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

// helpful is how many lessons a report names.
const helpful = 3

// gains names the lessons that cost the most points.
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
		if out = append(out, g); len(out) == helpful {
			break
		}
	}
	return out
}

// short writes a number with at most two decimals: 1.5, 2.
func short(x float64) string { return strconv.FormatFloat(math.Round(x*100)/100, 'f', -1, 64) }

// resultItems lists the items under the chosen tab.
func (s *Server) resultItems(v *resultView, r *http.Request, g graded) {
	shown := r.FormValue("show")
	if shown == "" {
		shown = "wrong"
	}
	count := map[string]int{}
	for _, slot := range v.Attempt.Slots {
		it, answer, _ := slot.Shown(g.Items)
		if it == nil {
			continue
		}
		m := exam.Score(it, answer, nil)
		m.Fraction = slot.Fraction
		in := map[string]bool{"all": true, "right": m.Right(), "wrong": !m.Right() && !slot.Dropped, "flagged": slot.Flagged}
		for tab, ok := range in {
			if ok {
				count[tab]++
			}
		}
		if !in[shown] {
			continue
		}
		v.Items = append(v.Items, s.newResultItem(g, slot, m))
	}
	for _, tab := range []struct{ key, text string }{{"wrong", "Not fully right"}, {"flagged", "Flagged"}, {"right", "Right"}, {"all", "All"}} {
		v.Tabs = append(v.Tabs, tabView{fmt.Sprintf("%s, %d", tab.text, count[tab.key]), "?show=" + tab.key + "#its", tab.key == shown})
	}
}

// newResultItem tells of one item what was answered and what is right.
func (s *Server) newResultItem(g graded, slot exam.Slot, m exam.Mark) resultItem {
	lib := s.site.Load().Library
	it, answer, order := slot.Shown(g.Items)
	item := resultItem{
		N: slot.N, Title: it.Title, Good: m.Right(), Flagged: slot.Flagged, Note: slot.Note,
		Report: "/report?page=" + attemptURL(g.ID) + "&ref=" + string(slot.Item) + "+" + string(slot.Version),
		Review: newReviewView(it, order, answer, m).within(fmt.Sprintf("Item %d", slot.N)),
	}
	item.Where = it.Skill + ", " + string(it.Level)
	if sk := lib.Skill(it.Skill); sk != nil {
		item.Where = sk.Title + ", " + string(it.Level)
	}
	if used := g.Used[slot.N]; used > 0 {
		item.Where += ", " + brief(used) + " of " + brief(time.Duration(it.Seconds)*time.Second)
	}
	switch {
	case slot.Dropped:
		item.Where += ", not counted"
	case m.Blank:
		item.Where += ", blank"
	case m.Partly():
		item.Where += ", partly right"
	}
	if slot.Ruling != nil {
		item.Where += ", corrected since"
	}
	if l := lib.Lesson(it.Lesson); l != nil {
		item.Lesson = ui.Link{Text: "Lesson: " + l.Title, URL: l.URL()}
	}
	return item
}

// compare sets the attempt beside the earlier ones and says whether the
// difference is more than the error of two such results.
func (v *resultView) compare(g graded) {
	if len(g.Past) == 0 {
		return
	}
	v.Trend = &ui.Trend{Gates: v.Score.Gates}
	for _, p := range append(slices.Clone(g.Past), g.Attempt) {
		rep := briefReport(p)
		v.Trend.Points = append(v.Trend.Points, ui.TrendPoint{When: p.Finished.Format("2 Jan"), Value: round(rep.Percent), Low: round(rep.Low), High: round(rep.High)})
	}
	v.Trend.Label = trendLabel(*v.Trend)
	for _, p := range g.Past {
		past, before := newPastView(p), briefReport(p)
		past.Since = fmt.Sprintf("%+.0f, within the error of %.0f", g.Report.Percent-before.Percent, exam.ChangeError(g.Report, before))
		if exam.RealChange(g.Report, before) {
			past.Since = fmt.Sprintf("%+.0f, more than the error of %.0f", g.Report.Percent-before.Percent, exam.ChangeError(g.Report, before))
		}
		v.Past = append(v.Past, past)
	}
	last := g.Past[len(g.Past)-1]
	before := briefReport(last)
	diff := g.Report.Percent - before.Percent
	v.Story = strings.TrimSpace(v.Story + fmt.Sprintf(" You are %.0f points %s on the attempt of %s", math.Abs(diff), map[bool]string{true: "up", false: "down"}[diff >= 0], shortDay(last.Finished)))
	if exam.RealChange(g.Report, before) {
		v.Story += fmt.Sprintf(", which is more than chance explains: by that alone, two such results differ by up to %.0f.", exam.ChangeError(g.Report, before))
	} else {
		v.Story += fmt.Sprintf("; by chance alone two such results differ by up to %.0f, so that may be luck.", exam.ChangeError(g.Report, before))
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
