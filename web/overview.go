package web

import (
	"net/http"
	"strconv"
	"strings"

	"groundwork/content"
	"groundwork/web/ui"
)

// An overviewView is the front page.
type overviewView struct {
	Frame    ui.Frame
	Overview *content.Overview
	Fit      string // "2 to 3 minutes"
	Cells    []ui.Cell
	Plan     ui.Plan
	Check    []selfCheckView
	Verdict  string // what the answers to the self-check come to; "" without them
}

// A selfCheckView is one question of the self-check and the answer to it.
type selfCheckView struct {
	content.SelfQuestion
	Answer string    // "yes", "no" or ""
	Help   []ui.Link // the lesson to start with, if it is "no"
}

// overview shows the front page: GET /.
func (s *Server) overview(w http.ResponseWriter, r *http.Request) error {
	return show(w, r, http.StatusOK, frontPage(s.newOverviewView(r)))
}

// selfCheck answers the self-check with the same page: POST /self-check.
// Nothing is stored, so there is nothing to send the reader on to.
func (s *Server) selfCheck(w http.ResponseWriter, r *http.Request) error {
	v := s.newOverviewView(r)
	yes, no := 0, 0
	for i := range v.Check {
		q := &v.Check[i]
		switch q.Answer = r.PostFormValue(q.ID); q.Answer {
		case "yes":
			yes++
		case "no":
			no++
		default:
			q.Answer = ""
		}
	}
	switch {
	case no > 0:
		v.Verdict = "Each “not yet” has its lesson below it. Read that one first; it takes a quarter of an hour."
	case yes == len(v.Check):
		v.Verdict = "You have what this guide builds on. Begin with any skill of the map."
	default:
		v.Verdict = "Answer the questions above, and the lesson to start with appears here."
	}
	return show(w, r, http.StatusOK, frontPage(v))
}

func (s *Server) newOverviewView(r *http.Request) overviewView {
	site := s.site.Load()
	lib := site.Library
	o := lib.Overview
	v := overviewView{
		Frame: s.guideFrame(r, o.Title, o.Description), Overview: o,
		Fit:  strings.ReplaceAll(site.Fit.Minutes, "-", " to ") + " minutes",
		Plan: ui.Plan{Drawing: planOf(lib, nil, nil), Open: ui.Link{Text: "Open the skill map", URL: "/map"}},
		Cells: []ui.Cell{
			{Term: "Published", Text: o.Published.Long(), Time: o.Published.ISO()},
			{Term: "Updated", Text: o.Updated.Long(), Time: o.Updated.ISO()},
			{Term: "Skills", Text: strconv.Itoa(len(lib.Skills)) + ", in " + plural(len(lib.Lessons()), "lesson", "lessons")},
			{Term: "Projects", Text: strconv.Itoa(len(lib.Projects))},
			{Term: "Exam", Text: plural(site.Blueprint.Items(), "item", "items") + ", " + plural(site.Blueprint.Rules.Minutes, "minute", "minutes")},
			{Term: "Account", Text: "Only to save"},
		},
	}
	v.Frame.Path = "/" // also where the self-check is answered
	for _, q := range o.SelfCheck {
		v.Check = append(v.Check, selfCheckView{SelfQuestion: q, Help: lessonLinks(lib, q.Lesson)})
	}
	return v
}
