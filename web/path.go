package web

import (
	"net/http"
	"strconv"
	"time"

	"groundwork/content"
	"groundwork/web/ui"
)

// A pathView is the learning path.
type pathView struct {
	Frame ui.Frame
	Path  *content.Path
	Cells []ui.Cell
	Steps []stepView
}

// A stepView is one step with its mini task.
type stepView struct {
	content.Step
	Number  int
	State   ui.State // not started, learning, or practised: a tick proves nothing
	Done    bool     // ticked as a whole
	Skills  []ui.Link
	Lessons []lessonLine
	Next    ui.Link // the one lesson to read now, on the first step that is not done
	Ticks   []tickView
	Verify  []ui.Link // the contract and checks of the mini task
	Note    noteView
}

// stands says how far the step is, by its ticks and by the lessons that were
// read; what the skills are is said elsewhere.
func (s stepView) stands() string {
	switch s.State {
	case ui.Practised:
		return "This step is done, by your own tick."
	case ui.Learning:
		return "This step is begun."
	}
	return "This step is not begun."
}

// path shows the learning path: GET /path.
func (s *Server) path(w http.ResponseWriter, r *http.Request) error {
	lib := s.site.Load().Library
	done, err := s.ticked(r.Context())
	if err != nil {
		return err
	}
	v := pathView{Frame: s.described(r, lib.Path.Title, lib.Path.Description, "/path"), Path: lib.Path}
	for i, step := range lib.Path.Steps {
		sv := newStepView(lib, step, done)
		sv.Number, sv.Verify = i+1, s.site.Load().taskLinks("path/"+step.Task.ID)
		sv.Note, err = s.note(r.Context(), step.Ref(), "Your notes on step "+strconv.Itoa(i+1), "/path")
		if err != nil {
			return err
		}
		v.Steps = append(v.Steps, sv)
	}
	v.cells()
	v.next()
	return show(w, r, http.StatusOK, pathPage(v))
}

func newStepView(lib *content.Library, step content.Step, done map[string]time.Time) stepView {
	v := stepView{
		Step: step, Done: !done[step.Ref()].IsZero(),
		Skills: skillLinks(lib, step.Skills), Ticks: criteria(lib, step.Task.Criteria, done, "/path"),
	}
	var lessons []*content.Lesson
	for _, id := range step.Lessons {
		if l := lib.Lesson(id); l != nil {
			lessons = append(lessons, l)
		}
	}
	v.Lessons = lessonLines(lessons, done)
	begun := countDone(v.Ticks) > 0
	for _, l := range v.Lessons {
		begun = begun || l.Read
	}
	switch {
	case step.Done(done):
		v.State = ui.Practised
	case begun:
		v.State = ui.Learning
	}
	return v
}

// cells is the title block of the path.
func (v *pathView) cells() {
	steps, ticked, of := 0, 0, 0
	for _, s := range v.Steps {
		if s.State == ui.Practised {
			steps++
		}
		ticked += countDone(s.Ticks)
		of += len(s.Ticks)
	}
	v.Cells = []ui.Cell{
		{Term: "Steps done", Text: strconv.Itoa(steps) + " of " + strconv.Itoa(len(v.Steps))},
		{Term: "Ticked by you", Text: strconv.Itoa(ticked) + " of " + strconv.Itoa(of)},
		{Term: "Reviewed", Text: v.Path.Reviewed.Long(), Time: v.Path.Reviewed.ISO()},
	}
}

// next picks the lesson for the one yellow button.
func (v *pathView) next() {
	for i := range v.Steps {
		s := &v.Steps[i]
		if s.State == ui.Practised {
			continue
		}
		for _, l := range s.Lessons {
			if !l.Read {
				s.Next = ui.Link{Text: "Read: " + l.Text, URL: l.URL}
				return
			}
		}
		return
	}
}

// class draws the pipe to the next step: laid, being dug, or dashed.
func (v stepView) class() string {
	switch v.State {
	case ui.Practised:
		return "row laid"
	case ui.Learning:
		return "row dug"
	}
	return "row"
}
