package web

import (
	"net/http"

	"groundwork/content"
	"groundwork/web/ui"
)

// guideRoutes lists the URLs of what is read: guidance, the map, lessons, the
// path, projects, practice, and the ways to find something in them.
func (s *Server) guideRoutes(handle, read func(string, page)) {
	read("GET /{$}", s.overview)
	handle("POST /self-check", s.selfCheck)
	read("GET /guide/levels", s.levels)
	read("GET /guide/interview", s.interview)
	read("GET /guide/mistakes", s.mistakes)
	read("GET /guide/glossary", s.glossary)
	read("GET /guide/{slug}", s.guidePage)

	read("GET /map", s.skillMap)
	read("GET /skill/{id}", s.skill)
	read("GET /lesson/{skill}/{slug}", s.lesson)
	read("GET /path", s.path)
	read("GET /projects", s.projects)
	read("GET /project/{id}", s.project)
	read("GET /verify", s.tasks)
	read("GET /verify/{task}", s.task)
	s.practiceRoutes(handle)

	handle("GET /download", s.downloads)
	handle("GET /download/{file}", s.downloadFile)
	handle("GET /search", s.search)
	handle("GET /ask", s.ask)
	handle("POST /ask", s.askComposed)
	handle("GET /ask/stream", s.askStream)
	handle("GET /report", s.report)
	handle("POST /report", s.reportSend)
	handle("GET /report/thanks", s.reportThanks)
}

// A guideView is a guidance page that is nothing but its Markdown.
type guideView struct {
	Frame ui.Frame
	*content.Page
	Cells []ui.Cell
}

// guidePage shows a guidance page: GET /guide/{slug}. The fit test and the exam
// have addresses of their own.
func (s *Server) guidePage(w http.ResponseWriter, r *http.Request) error {
	slug := r.PathValue("slug")
	p := s.site.Load().Library.Pages[slug]
	if p == nil || p.File == "" || slug == "fit" || slug == "exam" {
		return errNoPage
	}
	v := guideView{Frame: s.guideFrame(r, p.Title, p.Description), Page: p, Cells: reviewed(p.Meta)}
	return show(w, r, http.StatusOK, guidePage(v))
}

// reviewed is the title block of a page of which nothing else is to be told:
// when somebody last read it through, and who.
func reviewed(m content.Meta) []ui.Cell {
	return []ui.Cell{
		{Term: "Reviewed", Text: m.Reviewed.Long(), Time: m.Reviewed.ISO()},
		{Term: "By", Text: upperFirst(m.ReviewedBy)},
	}
}

// A mistakesView is the page of common mistakes.
type mistakesView struct {
	Frame    ui.Frame
	Page     content.Page
	Cells    []ui.Cell
	Mistakes []mistakeView
}

// A mistakeView is one mistake with the lesson that prevents it.
type mistakeView struct {
	content.Mistake
	Lesson []ui.Link
}

// mistakes shows the page of common mistakes: GET /guide/mistakes.
func (s *Server) mistakes(w http.ResponseWriter, r *http.Request) error {
	lib := s.site.Load().Library
	page := lib.Mistakes.Page
	v := mistakesView{Frame: s.guideFrame(r, page.Title, page.Description), Page: page, Cells: reviewed(page.Meta)}
	for _, m := range lib.Mistakes.Mistakes {
		v.Mistakes = append(v.Mistakes, mistakeView{m, lessonLinks(lib, m.Lesson)})
	}
	return show(w, r, http.StatusOK, mistakesPage(v))
}
