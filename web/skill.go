package web

import (
	"net/http"
	"strconv"
	"time"

	"groundwork/content"
	"groundwork/exam"
	"groundwork/web/ui"
)

// A skillView is the page of one skill.
type skillView struct {
	Frame    ui.Frame
	Skill    *content.Skill
	Number   int
	Of       int
	Topics   string
	State    skillState
	Cells    []ui.Cell
	BuildsOn []prerequisiteView
	Lessons  []lessonLine
	Next     ui.Link // the lesson to read now
	Practice ui.Link
	Levels   []content.Term
	Step     ui.Link
	Projects []useView
	Note     noteView
}

// A prerequisiteView is a skill that another builds on.
type prerequisiteView struct {
	ui.Link
	State skillState
}

// A lessonLine is a lesson in a list, with what is known of it.
type lessonLine struct {
	ui.Link
	By   string // "11 min to read", "read 14 June"
	Read bool
}

// A useView is where a skill is used, and for what.
type useView struct {
	ui.Link
	Why content.Text
}

// skill shows one skill: GET /skill/{id}.
func (s *Server) skill(w http.ResponseWriter, r *http.Request) error {
	lib := s.site.Load().Library
	sk := lib.Skill(r.PathValue("id"))
	if sk == nil {
		return errNoPage
	}
	states, err := s.skillStates(r.Context())
	if err != nil {
		return err
	}
	done, err := s.ticked(r.Context())
	if err != nil {
		return err
	}
	note, err := s.note(r.Context(), sk.Ref(), "Your notes on "+sk.Title, sk.URL())
	if err != nil {
		return err
	}
	v := skillView{
		Frame: s.described(r, sk.Title, sk.Description, "/map"),
		Skill: sk, Of: len(lib.Skills), Topics: topics(sk), State: states[sk.ID], Note: note,
		Lessons: lessonLines(sk.Lessons, done), Practice: s.practiceLink(sk.ID),
	}
	v.place(lib, states)
	v.cells(s.site.Load().Blueprint)
	v.next(done)
	return show(w, r, http.StatusOK, skillPage(v))
}

// place says where the skill stands among others: before, after, in use.
func (v *skillView) place(lib *content.Library, states map[string]skillState) {
	for i, other := range lib.Skills {
		if other == v.Skill {
			v.Number = i + 1
		}
	}
	for _, id := range v.Skill.BuildsOn {
		v.BuildsOn = append(v.BuildsOn, prerequisiteView{ui.Link{Text: lib.Skill(id).Title, URL: lib.Skill(id).URL()}, states[id]})
	}
	for _, level := range lib.Levels.Levels {
		v.Levels = append(v.Levels, content.Term{Title: content.Text(level.Title), Text: v.Skill.Levels[level.ID]})
	}
	for i, step := range lib.Path.Steps {
		if step.ID == v.Skill.Step {
			v.Step = ui.Link{Text: "Step " + strconv.Itoa(i+1) + ", " + step.Title, URL: "/path#" + step.ID}
		}
	}
	for _, use := range v.Skill.Projects {
		if p := lib.Project(use.ID); p != nil {
			v.Projects = append(v.Projects, useView{ui.Link{Text: p.Title, URL: p.URL()}, use.Why})
		}
	}
}

// cells is the title block: where the learner stands, and what there is.
func (v *skillView) cells(b *exam.Blueprint) {
	read := 0
	for _, l := range v.Lessons {
		if l.Read {
			read++
		}
	}
	items := 0
	for _, c := range b.Cells {
		if c.Skill == v.Skill.ID {
			items = c.Total()
		}
	}
	v.Cells = []ui.Cell{
		{Term: "State", Text: v.State.State.String()},
		{Term: "Lessons read", Text: strconv.Itoa(read) + " of " + strconv.Itoa(len(v.Lessons))},
		{Term: "In the exam", Text: strconv.Itoa(items) + " of " + strconv.Itoa(b.Items()) + " items"},
		{Term: "Reviewed", Text: v.Skill.Reviewed.Long(), Time: v.Skill.Reviewed.ISO()},
	}
}

// next picks the lesson for the one yellow button.
func (v *skillView) next(done map[string]time.Time) {
	lesson := firstUnread(v.Skill, done)
	for i, l := range v.Skill.Lessons {
		if l == lesson {
			verb := "Read on: lesson "
			if i == 0 {
				verb = "Start lesson "
			}
			v.Next = ui.Link{Text: verb + strconv.Itoa(i+1), URL: l.URL()}
		}
	}
}

// lessonLines lists lessons with their length and what has been read.
func lessonLines(lessons []*content.Lesson, done map[string]time.Time) []lessonLine {
	lines := make([]lessonLine, len(lessons))
	for i, l := range lessons {
		lines[i] = lessonLine{Link: ui.Link{Text: l.Title, URL: l.URL()}, By: strconv.Itoa(l.Minutes) + " min to read"}
		if at := done[l.Ref()]; !at.IsZero() {
			lines[i].Read, lines[i].By = true, "read "+shortDay(at)
		}
	}
	return lines
}

// practiceLink leads to the practice items of a skill, if it has any.
func (s *Server) practiceLink(skill string) ui.Link {
	n := len(practiceItems(s.site.Load().Bank, skill))
	if n == 0 {
		return ui.Link{}
	}
	return ui.Link{Text: "Practise, " + plural(n, "item", "items"), URL: "/practice/" + skill}
}
