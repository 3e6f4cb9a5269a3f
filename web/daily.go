package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"groundwork/quiz/practice"
	"groundwork/web/ui"
)

// A practiceView is the page of the day: what to practise today, and the rest
// of practice.
type practiceView struct {
	Frame   ui.Frame
	Notice  string
	Cards   int // today, still to come
	Minutes int
	New     int
	Done    int // cards answered today
	Break   practice.Break
	Due     dueView
	Leeches []leechView
	Daily   ui.Field
	Skills  []practiceSkill
	Export  bool // there are cards to take away
	Placed  *placementView
	Nobody  bool // the reader has saved nothing yet
}

// A dueView is what comes when, never more than the cards of a day each.
type dueView struct {
	Today, Tomorrow, Week int
	Daily                 int
	Any                   bool // there are cards at all
	Skills                []dueSkill
}

// A dueSkill is how many cards of the day are of one skill.
type dueSkill struct {
	ui.Link
	Count int
}

// A leechView is a card that was set aside.
type leechView struct {
	ID     practice.ID
	Title  string
	Lapses int
	Lesson []ui.Link
}

// A practiceSkill is one skill with the number of its practice items.
type practiceSkill struct {
	ui.Link
	Topics string
	Count  int
	State  skillState
}

// practice shows what to practise today: GET /practice.
func (s *Server) practice(w http.ResponseWriter, r *http.Request) error {
	return s.showPractice(w, r, http.StatusOK, "")
}

// showPractice shows the page of the day; daily is a number of cards that was
// refused.
func (s *Server) showPractice(w http.ResponseWriter, r *http.Request, status int, daily string) error {
	h, err := s.fullHand(r.Context())
	if err != nil {
		return err
	}
	states, err := s.skillStates(r.Context())
	if err != nil {
		return err
	}
	d := h.today(s.now())
	v := practiceView{
		Frame: s.described(r, "Practice", practiceDescription, "/practice"), Cards: len(d.Cards), Minutes: d.Minutes(), New: d.New,
		Done: h.Budget.Done, Due: s.due(h), Leeches: s.leeches(h), Daily: dailyField(h.Budget.Cards, daily),
		Export: len(h.Cards) > 0, Nobody: learner(r.Context()) == 0, Placed: s.placed(h.Practice),
	}
	if status == http.StatusOK {
		v.Notice = s.notice(w, r)
	}
	if b, ok := practice.Replanned(h.Cards, h.Budget, h.Last, s.now()); ok {
		v.Break = b
	}
	site := s.site.Load()
	for _, sk := range site.Library.Skills {
		v.Skills = append(v.Skills, practiceSkill{
			ui.Link{Text: sk.Title, URL: "/practice/" + sk.ID}, topics(sk), len(practiceItems(site.Bank, sk.ID)), states[sk.ID],
		})
	}
	return show(w, r, status, practicePage(v))
}

func dailyField(daily int, refused string) ui.Field {
	f := ui.Field{ID: "daily", Label: "Cards a day, at most", Value: strconv.Itoa(daily), Class: "num short",
		Hint: fmt.Sprintf("From %d to %d. Ten of them are new at most.", practice.MinDaily, practice.MaxDaily), Attrs: map[string]any{"inputmode": "numeric", "autocomplete": "off"}}
	if refused != "" {
		f.Value, f.Err = refused, fmt.Sprintf("Write a number from %d to %d.", practice.MinDaily, practice.MaxDaily)
	}
	return f
}

// due says what comes when, of the cards that are there.
func (s *Server) due(h hand) dueView {
	plan := practice.Forecast(h.Cards, h.Budget, s.now(), 7)
	v := dueView{Today: plan[0], Tomorrow: plan[1], Daily: h.Budget.Cards, Any: len(h.Cards) > 0}
	for _, n := range plan {
		v.Week += n
	}
	count := map[string]int{}
	for _, c := range practice.Today(h.Cards, h.Budget, s.now()).Cards {
		count[c.Skill]++
	}
	for _, sk := range s.site.Load().Library.Skills {
		if n := count[sk.ID]; n > 0 {
			v.Skills = append(v.Skills, dueSkill{ui.Link{Text: sk.Title, URL: sk.URL()}, n})
		}
	}
	return v
}

// leeches lists the cards that were set aside, with the lesson to go back to.
func (s *Server) leeches(h hand) (out []leechView) {
	for _, c := range h.Cards {
		if c.Aside {
			f := h.faces[c.ID]
			out = append(out, leechView{c.ID, f.Item.Title, c.Lapses, lessonLinks(s.site.Load().Library, f.Item.Lesson)})
		}
	}
	return out
}

// A doneView sums the day up.
type doneView struct {
	Frame       ui.Frame
	Text        string
	Plan        ui.Drawing
	PlanText    string
	Fading      []ui.Link // skills that need review
	Calibration []ui.Bar
	Words       string // what the calibration says
	Next        nextView
	None        bool // nothing was practised today
	Left        bool // there are cards left
}

// calibrationDays is how far back certainty is looked at.
const calibrationDays = 90

// sessionDone sums the day up when nothing is left: GET /practice/done.
func (s *Server) sessionDone(w http.ResponseWriter, r *http.Request) error {
	h, err := s.fullHand(r.Context())
	if err != nil {
		return err
	}
	states, err := s.skillStates(r.Context())
	if err != nil {
		return err
	}
	done, err := s.ticked(r.Context())
	if err != nil {
		return err
	}
	var log []practice.Review
	if id := learner(r.Context()); id != 0 {
		if log, err = s.store.Reviews(r.Context(), id, s.now().AddDate(0, 0, -calibrationDays)); err != nil {
			return err
		}
	}
	v := doneView{Frame: s.described(r, "Practice, done for today", practiceDescription, "/practice"), Next: s.next(states, done, nil)}
	v.Frame.Main = "wrap narrow"
	v.Left = len(h.today(s.now()).Cards) > 0
	v.Text, v.None = s.dayWords(log, practice.Forecast(h.Cards, h.Budget, s.now(), 2)[1])
	lib := s.site.Load().Library
	v.Plan = planOf(lib, states, nextLesson(lib, states, done))
	v.PlanText = "Your plan, with what fades: " + strconv.Itoa(count(states, ui.Review)) + " of " + strconv.Itoa(len(states)) + " skills."
	for _, sk := range lib.Skills {
		if states[sk.ID].State == ui.Review {
			v.Fading = append(v.Fading, ui.Link{Text: sk.Title, URL: sk.URL()})
		}
	}
	v.Calibration, v.Words = calibration(practice.Calibrate(log))
	return show(w, r, http.StatusOK, sessionDonePage(v))
}

// dayWords says what was done today: "9 cards in 5 minutes 40 seconds, 7 of
// them known. 4 are due tomorrow."
func (s *Server) dayWords(log []practice.Review, tomorrow int) (words string, none bool) {
	first := map[practice.ID]bool{}
	known := 0
	var spent time.Duration
	for _, rv := range log {
		if rv.Undone || rv.Source != "" || !s.sameDay(rv.At) {
			continue
		}
		spent += rv.Elapsed
		if !first[rv.Card] && rv.Right {
			known++
		}
		first[rv.Card] = true
	}
	words = "Nothing was answered today."
	if n := len(first); n > 0 {
		words = plural(n, "card", "cards")
		if spent >= time.Second {
			words += " in " + span(spent)
		}
		words += fmt.Sprintf(", %d of them known at once.", known)
	}
	switch tomorrow {
	case 0:
	case 1:
		words += " 1 is due tomorrow."
	default:
		words += fmt.Sprintf(" %d are due tomorrow.", tomorrow)
	}
	return words, len(first) == 0
}

// span writes a time as people say it: 5 minutes 40 seconds.
func span(d time.Duration) string {
	m, sec := int(d.Minutes()), int(d.Seconds())%60
	switch {
	case m == 0:
		return plural(sec, "second", "seconds")
	case sec == 0:
		return plural(m, "minute", "minutes")
	}
	return plural(m, "minute", "minutes") + " " + plural(sec, "second", "seconds")
}

// calibration draws how often somebody was right when sure and when not, as
// far as there are enough answers of each.
func calibration(c practice.Calibration) (bars []ui.Bar, words string) {
	sure, unsure := c.Kinds()
	if sure {
		bars = append(bars, ui.Bar{Name: "When sure", Got: c.SureRight, Of: c.Sure})
		words = "When sure, right " + percent(float64(c.SureRight)/float64(c.Sure)) + ". "
	}
	if unsure {
		bars = append(bars, ui.Bar{Name: "When not sure", Got: c.UnsureRight, Of: c.Unsure})
		words += "When not sure, right " + percent(float64(c.UnsureRight)/float64(c.Unsure)) + "."
	}
	return bars, words
}

// dashboardDue fills what is due on the page of one's own work.
func (s *Server) dashboardDue(ctx context.Context, v *dashboardView, h hand) practice.Dose {
	if learner(ctx) == 0 {
		return practice.Dose{}
	}
	v.Due = s.due(h)
	v.Placed = s.placed(h.Practice)
	return practice.Today(h.Cards, h.Budget, s.now())
}

// dueNext is what to do next while cards are due.
func dueNext(d practice.Dose, due dueView, otherwise nextView) nextView {
	v := nextView{Title: fmt.Sprintf("%s due, about %s", plural(len(d.Cards), "card is", "cards are"), plural(d.Minutes(), "minute", "minutes")),
		Text: "A few minutes now keep what you have learned.", Button: "Review them", URL: "/practice/today", Other: "or " + lowerFirst(otherwise.short()), OtherURL: otherwise.URL}
	if len(due.Skills) == 1 {
		v.Text = "All from " + due.Skills[0].Text + "."
	}
	return v
}

// short is the title for a link or a button: what to do, without what is.
func (v nextView) short() string {
	if _, what, ok := strings.Cut(v.Title, "start with "); ok {
		return "Start with " + what
	}
	if v.URL == "/exam" {
		return v.Button
	}
	return v.Title
}

func lowerFirst(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// count is how many skills have a state.
func count(states map[string]skillState, st ui.State) (n int) {
	for _, s := range states {
		if s.State == st {
			n++
		}
	}
	return n
}

// placementView is the outcome of a placement, as pages tell it.
type placementView struct {
	Skill, Lesson ui.Link
	Day           string
	Shown         []placementLine
}

// A placementLine is what a placement showed of one skill.
type placementLine struct {
	ui.Link
	Text string
}

// A placement is the outcome of a placement as it is stored.
type placement struct {
	Skill  string           `json:"skill"`
	Lesson string           `json:"lesson"`
	Skills []placementSkill `json:"skills"`
}

// A placementSkill is what was shown of one skill.
type placementSkill struct {
	Skill string  `json:"skill"`
	Right int     `json:"right"`
	Items int     `json:"items"` // 0 if it was not asked
	Theta float64 `json:"theta"`
	Error float64 `json:"error"`
}
