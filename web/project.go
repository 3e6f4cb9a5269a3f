package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"groundwork/content"
	"groundwork/web/ui"
)

const projectsDescription = "Five portfolio projects for backend engineers, each with its scope, what it must do before you may call it finished, and ways to go on."

// A projectsView is the list of projects.
type projectsView struct {
	Frame    ui.Frame
	Projects []projectLine
}

// A projectLine is one project in the list.
type projectLine struct {
	*content.Project
	Skills  []ui.Link
	Ticked  int
	OfTicks int
}

// A projectView is the page of one project.
type projectView struct {
	Frame   ui.Frame
	Project *content.Project
	Number  int
	Of      int
	Cells   []ui.Cell
	Lists   []criteriaView
	Skills  []ui.Link
	Tasks   []ui.Link // the contract and its checks, if there is a task
	Note    noteView
}

// A criteriaView is a list of a project's criteria under a heading.
type criteriaView struct {
	ID, Title string
	Ticks     []tickView
}

// projects lists the projects: GET /projects.
func (s *Server) projects(w http.ResponseWriter, r *http.Request) error {
	lib := s.site.Load().Library
	done, err := s.ticked(r.Context())
	if err != nil {
		return err
	}
	v := projectsView{Frame: s.described(r, "Projects", projectsDescription, "/projects")}
	for _, p := range lib.Projects {
		ticks := criteria(lib, p.Criteria(), done, p.URL())
		v.Projects = append(v.Projects, projectLine{p, skillLinks(lib, p.Skills), countDone(ticks), len(ticks)})
	}
	return show(w, r, http.StatusOK, projectsPage(v))
}

// project shows one project: GET /project/{id}.
func (s *Server) project(w http.ResponseWriter, r *http.Request) error {
	lib := s.site.Load().Library
	p := lib.Project(r.PathValue("id"))
	if p == nil {
		return errNoPage
	}
	done, err := s.ticked(r.Context())
	if err != nil {
		return err
	}
	v := projectView{
		Frame: s.described(r, p.Title, p.Description, "/projects"), Project: p, Of: len(lib.Projects), Skills: skillLinks(lib, p.Skills),
		Tasks: s.site.Load().taskLinks(p.Ref()),
	}
	if v.Note, err = s.note(r.Context(), p.Ref(), "Your notes on "+p.Title, p.URL()); err != nil {
		return err
	}
	v.criteria(lib, done)
	return show(w, r, http.StatusOK, projectPage(v))
}

// criteria fills the lists to tick and the title block.
func (v *projectView) criteria(lib *content.Library, done map[string]time.Time) {
	p := v.Project
	for i, other := range lib.Projects {
		if other == p {
			v.Number = i + 1
		}
	}
	v.Lists = []criteriaView{
		{"scope", "Scope", criteria(lib, p.Scope, done, p.URL())},
		{"acceptance", "Acceptance", criteria(lib, p.Acceptance, done, p.URL())},
		{"stretch", "Stretch", criteria(lib, p.Stretch, done, p.URL())},
	}
	ticked, of := 0, 0
	for _, l := range v.Lists {
		ticked += countDone(l.Ticks)
		of += len(l.Ticks)
	}
	var short []string
	for _, id := range p.Skills {
		if sk := lib.Skill(id); sk != nil {
			short = append(short, sk.Short)
		}
	}
	v.Cells = []ui.Cell{
		{Term: "Ticked by you", Text: strconv.Itoa(ticked) + " of " + strconv.Itoa(of)},
		{Term: "Effort", Text: upperFirst(p.Effort)},
		{Term: "Skills", Text: strings.Join(short, ", "), Full: true},
		{Term: "Reviewed", Text: p.Reviewed.Long(), Time: p.Reviewed.ISO(), Full: true},
	}
}

// skillLinks links the skills with the given ids by their titles.
func skillLinks(lib *content.Library, ids []string) []ui.Link {
	var list []ui.Link
	for _, id := range ids {
		if sk := lib.Skill(id); sk != nil {
			list = append(list, ui.Link{Text: sk.Title, URL: sk.URL()})
		}
	}
	return list
}

// upperFirst begins a sentence with s.
func upperFirst(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
