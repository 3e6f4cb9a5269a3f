package web

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"groundwork/content"
	"groundwork/exam"
	"groundwork/exam/analysis"
	"groundwork/store"
	"groundwork/web/ui"
)

// The measure of a placement (EXAM.md f.3): so many items of each skill, so
// many in all, enough once a skill's error is small, one of the best so many.
const (
	placeLeast  = 3
	placeMost   = 5
	placeItems  = 40
	placeError  = 0.5
	placeChoice = 5
	placeAge    = 24 * time.Hour

	placeCookie = "placement"
)

// placedEnough is the ability from which a skill counts as held: one that gets
// half of the items of the middle level right.
const placedEnough = 0.0

// A placementRun is a placement in progress. It travels in a signed cookie.
type placementRun struct {
	Seed    int64
	Answers []placementAnswer
}

// A placementAnswer is one item that was answered in a placement.
type placementAnswer struct {
	Item  exam.ItemID
	Right bool
}

// of returns the models and marks of the answers of one skill.
func (p placementRun) of(site *Site, skill string, difficulties map[string]store.Estimate) (models []analysis.Model, right []bool) {
	for _, a := range p.Answers {
		if it := site.Bank.Item(a.Item); it != nil && it.Skill == skill {
			models = append(models, itemModel(it, difficulties[string(it.ID)]))
			right = append(right, a.Right)
		}
	}
	return models, right
}

// next picks the item to ask: of the skills in their order, each first with
// three items, then the one known least exactly, up to five. A skill that
// builds on one clearly not held is left out. Of the skill's items one of the
// five that tell most at its ability is taken. It returns nil when nothing is
// left to ask.
func (p placementRun) next(site *Site, difficulties map[string]store.Estimate) *exam.Item {
	if len(p.Answers) >= placeItems {
		return nil
	}
	var at *content.Skill
	theta, worst := 0.0, placeError
	failed := map[string]bool{}
	for _, sk := range site.Library.Skills {
		models, right := p.of(site, sk.ID, difficulties)
		t, se := analysis.EAP(models, right)
		failed[sk.ID] = len(models) >= placeLeast && t+se/2 < placedEnough
		if slices.ContainsFunc(sk.BuildsOn, func(id string) bool { return failed[id] }) && len(models) == 0 {
			failed[sk.ID] = true // what builds on it is not asked either
			continue
		}
		if len(models) < placeLeast && p.pick(site, sk.ID, t, difficulties) != nil {
			return p.pick(site, sk.ID, t, difficulties)
		}
		if len(models) < placeMost && se > worst && !failed[sk.ID] && p.pick(site, sk.ID, t, difficulties) != nil {
			at, theta, worst = sk, t, se
		}
	}
	if at == nil {
		return nil
	}
	return p.pick(site, at.ID, theta, difficulties)
}

// pick takes one of the items of a skill that tell most at an ability. Writing
// a query takes too long for a run that is to be short.
func (p placementRun) pick(site *Site, skill string, theta float64, difficulties map[string]store.Estimate) *exam.Item {
	items := slices.DeleteFunc(practiceItems(site.Bank, skill), func(it *exam.Item) bool {
		return it.Type == exam.SQL || slices.ContainsFunc(p.Answers, func(a placementAnswer) bool { return a.Item == it.ID })
	})
	if len(items) == 0 {
		return nil
	}
	slices.SortStableFunc(items, func(a, b *exam.Item) int {
		x := itemModel(a, difficulties[string(a.ID)]).Information(theta)
		y := itemModel(b, difficulties[string(b.ID)]).Information(theta)
		switch {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return strings.Compare(string(a.ID), string(b.ID))
	})
	chance := rand.New(rand.NewPCG(uint64(p.Seed), uint64(len(p.Answers)))) // #nosec G404 -- a page that is opened again asks the same
	return items[chance.IntN(min(placeChoice, len(items)))]
}

// outcome says where to start: at the first skill that is not held, with the
// lesson of its first wrong answer.
func (p placementRun) outcome(site *Site, difficulties map[string]store.Estimate) placement {
	var out placement
	for _, sk := range site.Library.Skills {
		models, right := p.of(site, sk.ID, difficulties)
		line := placementSkill{Skill: sk.ID, Items: len(models)}
		for _, ok := range right {
			if ok {
				line.Right++
			}
		}
		line.Theta, line.Error = analysis.EAP(models, right)
		out.Skills = append(out.Skills, line)
		if out.Skill == "" && line.Theta < placedEnough || line.Items == 0 && out.Skill == "" {
			out.Skill, out.Lesson = sk.ID, p.firstWrong(site, sk)
		}
	}
	if out.Skill == "" { // everything is held: the one known least
		low := slices.MinFunc(out.Skills, func(a, b placementSkill) int { return int(1e6 * (a.Theta - b.Theta)) })
		out.Skill = low.Skill
		out.Lesson = p.firstWrong(site, site.Library.Skill(low.Skill))
	}
	return out
}

// firstWrong is the earliest lesson of a skill with a wrong answer, or its
// first one.
func (p placementRun) firstWrong(site *Site, sk *content.Skill) string {
	for _, l := range sk.Lessons {
		for _, a := range p.Answers {
			if it := site.Bank.Item(a.Item); it != nil && !a.Right && it.Lesson == l.ID {
				return l.ID
			}
		}
	}
	if len(sk.Lessons) == 0 {
		return ""
	}
	return sk.Lessons[0].ID
}

// A placementPage is the page before a placement, one of its items, or its
// outcome.
type placementPage struct {
	Frame   ui.Frame
	Item    *itemView
	ID      exam.ItemID
	N       int
	Skill   string
	Err     string
	Outcome *placementView
	Begun   bool
}

// placementShow shows where the reader stands in the placement: GET
// /practice/placement.
func (s *Server) placementShow(w http.ResponseWriter, r *http.Request) error {
	run, begun := s.placementRun(r)
	v := placementPage{Frame: s.described(r, "Find where to start", "A short run of practice questions that suggests a skill and a lesson to start with. It is no exam.", "/practice"), Begun: begun}
	v.Frame.Main = "wrap narrow"
	if begun {
		difficulties, err := s.store.Difficulties(r.Context())
		if err != nil {
			return err
		}
		if it := run.next(s.site.Load(), difficulties); it != nil {
			s.ask1(&v, run, it, exam.Response{})
			return show(w, r, http.StatusOK, placementItemPage(v))
		}
	}
	if id := learner(r.Context()); id != 0 {
		p, err := s.store.Practice(r.Context(), id, s.now())
		if err != nil {
			return err
		}
		v.Outcome = s.placed(p)
	}
	return show(w, r, http.StatusOK, placementStartPage(v))
}

// ask1 fills in the item that is asked.
func (s *Server) ask1(v *placementPage, run placementRun, it *exam.Item, r exam.Response) {
	item := newItemView(it, itemOrder(it, uint64(run.Seed), uint64(len(run.Answers))+1), r)
	v.Item, v.ID, v.N, v.Skill = &item, it.ID, len(run.Answers)+1, it.Skill
	if sk := s.site.Load().Library.Skill(it.Skill); sk != nil {
		v.Skill = sk.Title
	}
	v.Frame.Title = "Find where to start, item " + strconv.Itoa(v.N)
}

// placementAnswer takes an answer of a placement, or begins one: POST
// /practice/placement. With the last answer the reader becomes a learner and
// the outcome is kept.
func (s *Server) placementAnswer(w http.ResponseWriter, r *http.Request) error {
	run, begun := s.placementRun(r)
	if !begun || r.PostFormValue("begin") != "" {
		return s.keepRun(w, r, placementRun{Seed: s.cfg.Seed()})
	}
	site := s.site.Load()
	difficulties, err := s.store.Difficulties(r.Context())
	if err != nil {
		return err
	}
	it := run.next(site, difficulties)
	if it == nil || string(it.ID) != r.PostFormValue("item") {
		return redirect(w, r, "/practice/placement") // sent twice, or of an older page
	}
	resp := readResponse(it, r.PostForm)
	v := placementPage{Frame: s.described(r, "", "", "/practice"), Begun: true}
	v.Frame.Main = "wrap narrow"
	if m := r.PostFormValue("move"); m != "" {
		resp.Choice = moved(resp.Choice, m)
		s.ask1(&v, run, it, resp)
		return show(w, r, http.StatusOK, placementItemPage(v))
	}
	if r.PostFormValue("skip") != "" {
		resp = exam.Response{}
	} else if normal, err := it.Normal(resp); err != nil || normal.Blank() {
		s.ask1(&v, run, it, resp)
		v.Err = "Give an answer first, or say that you do not know."
		return show(w, r, http.StatusUnprocessableEntity, placementItemPage(v))
	}
	run.Answers = append(run.Answers, placementAnswer{it.ID, exam.Score(it, resp, nil).Right()})
	if run.next(site, difficulties) != nil {
		return s.keepRun(w, r, run)
	}
	return s.finishPlacement(w, r, run.outcome(site, difficulties))
}

// finishPlacement keeps the outcome and takes the cookie away.
func (s *Server) finishPlacement(w http.ResponseWriter, r *http.Request, out placement) error {
	id, err := s.ensureLearner(w, r)
	if err != nil {
		return err
	}
	data, err := json.Marshal(out)
	if err != nil {
		return fmt.Errorf("placement: %w", err)
	}
	if err := s.store.SetPlacement(r.Context(), id, string(data), s.now()); err != nil {
		return err
	}
	cookie, _ := s.places.New(r, placeCookie)
	cookie.Options.MaxAge = -1
	if err := cookie.Save(r, w); err != nil {
		return err
	}
	return redirect(w, r, "/practice/placement")
}

// placementRun reads the placement in progress from its cookie.
func (s *Server) placementRun(r *http.Request) (run placementRun, begun bool) {
	if _, err := r.Cookie(placeCookie); err != nil {
		return run, false
	}
	cookie, _ := s.places.Get(r, placeCookie) // one we cannot read is as good as none
	data, _ := cookie.Values["run"].(string)
	return run, data != "" && json.Unmarshal([]byte(data), &run) == nil
}

// keepRun writes the placement in progress and goes on with it.
func (s *Server) keepRun(w http.ResponseWriter, r *http.Request, run placementRun) error {
	data, err := json.Marshal(run)
	if err != nil {
		return fmt.Errorf("placement: %w", err)
	}
	cookie, _ := s.places.New(r, placeCookie)
	cookie.Values["run"] = string(data)
	if err := cookie.Save(r, w); err != nil {
		return err
	}
	return redirect(w, r, "/practice/placement")
}

// placementOf returns the placement that somebody took, if they did.
func placementOf(p store.Practice) (out placement, ok bool) {
	if p.Placement == "" || json.Unmarshal([]byte(p.Placement), &out) != nil {
		return placement{}, false
	}
	return out, true
}

// placed tells the outcome of a placement; nil if there was none, or if the
// content has moved on so far that it suggests nothing any more.
func (s *Server) placed(p store.Practice) *placementView {
	out, ok := placementOf(p)
	lib := s.site.Load().Library
	sk, l := lib.Skill(out.Skill), lib.Lesson(out.Lesson)
	if !ok || sk == nil || l == nil {
		return nil
	}
	v := &placementView{Skill: ui.Link{Text: sk.Title, URL: sk.URL()}, Lesson: ui.Link{Text: l.Title, URL: l.URL()}, Day: day(p.Placed)}
	for _, line := range out.Skills {
		if sk := lib.Skill(line.Skill); sk != nil {
			text := "not asked, since it builds on what comes first"
			if line.Items > 0 {
				text = fmt.Sprintf("%d of %d", line.Right, line.Items)
			}
			v.Shown = append(v.Shown, placementLine{ui.Link{Text: sk.Title, URL: sk.URL()}, text})
		}
	}
	return v
}
