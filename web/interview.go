package web

import (
	"net/http"
	"strconv"

	"groundwork/content"
	"groundwork/web/ui"
)

const interviewURL = "/guide/interview"

// An interviewView is the page that prepares for an interview.
type interviewView struct {
	Frame  ui.Frame
	Page   *content.Interview
	Cells  []ui.Cell
	Topics []tickView
	Rubric []tickView
	Note   noteView
	How    content.Part // how to use the list
	Answer content.Part // the worked answer, revealed last
	Others []content.Part
}

// interview shows the interview page: GET /guide/interview.
func (s *Server) interview(w http.ResponseWriter, r *http.Request) error {
	lib := s.site.Load().Library
	p := lib.Interview
	done, err := s.ticked(r.Context())
	if err != nil {
		return err
	}
	v := interviewView{Frame: s.guideFrame(r, p.Title, p.Description), Page: p, Rubric: criteria(lib, p.Prompt.Rubric, done, interviewURL)}
	for _, t := range p.Checklist {
		v.Topics = append(v.Topics, tickView{
			Ref: t.Ref(), Text: t.Text, Help: lessonLinks(lib, t.Lessons...), Done: done[t.Ref()], Path: interviewURL,
		})
	}
	if v.Note, err = s.note(r.Context(), content.PromptRef, "Your answer", interviewURL); err != nil {
		return err
	}
	v.Note.Rows, v.Note.Thing = 18, "answer"
	for _, part := range p.Parts {
		switch part.ID {
		case "how":
			v.How = part
		case "answer":
			v.Answer = part
		default:
			v.Others = append(v.Others, part)
		}
	}
	v.Cells = []ui.Cell{
		{Term: "Topics ticked", Text: strconv.Itoa(countDone(v.Topics)) + " of " + strconv.Itoa(len(v.Topics))},
		{Term: "Rubric", Text: strconv.Itoa(countDone(v.Rubric)) + " of " + strconv.Itoa(len(v.Rubric))},
		{Term: "Reviewed", Text: p.Reviewed.Long(), Time: p.Reviewed.ISO(), Full: true},
	}
	return show(w, r, http.StatusOK, interviewPage(v))
}
