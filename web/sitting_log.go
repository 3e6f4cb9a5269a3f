package web

import (
	"fmt"
	"net/http"
	"strconv"

	"groundwork/content"
	"groundwork/exam"
	"groundwork/store"
	"groundwork/web/ui"
)

// logView is everything that the server has of an attempt.
type logView struct {
	Frame   ui.Frame
	Attempt *exam.Attempt
	Events  []logRow
	Given   []store.Extension
}

type logRow struct {
	At, What, Slot string
	Text           content.HTML
}

// logMost is how many lines of a log a page shows, the last of them.
const logMost = 1000

// sittingLog shows the owner what the server has of an attempt, line by line:
// GET /exam/{id}/log.
func (s *Server) sittingLog(w http.ResponseWriter, r *http.Request) error {
	a, err := s.attempt(r)
	if err != nil {
		return err
	}
	events, err := s.store.Events(r.Context(), learner(r.Context()), a.ID, logMost)
	if err != nil {
		return err
	}
	v := logView{Frame: s.described(r, "What the server has", "Every change of this attempt that the server has stored, with its time: the answer to what happened to an answer.", "/exam"), Attempt: a}
	if v.Given, err = s.store.Extensions(r.Context(), learner(r.Context()), a.ID); err != nil {
		return err
	}
	for _, e := range events {
		row := logRow{At: e.At.Format("15:04:05 UTC"), What: eventWords(e)}
		if e.Slot > 0 {
			row.Slot = strconv.Itoa(e.Slot)
			row.Text = content.HTML(s.answerText(r, a, e))
		}
		v.Events = append(v.Events, row)
	}
	return show(w, r, http.StatusOK, logPage(v))
}

func eventWords(e store.Event) string {
	switch e.Kind {
	case "start":
		return "Started"
	case "seen":
		return "First shown"
	case "extend":
		return "Time given back: " + e.Data
	case "regrade":
		return "Marked anew: worth " + e.Data
	case "void":
		return "Voided: " + e.Data
	case "restore":
		return "Voiding taken back: " + e.Data
	case "close":
		return map[string]string{"learner": "Handed in", "deadline": "Time was up: handed in for you", "operator": "Closed by the operator"}[e.Data]
	}
	words := fmt.Sprintf("Saved, change %d", e.Rev)
	if e.Late > 0 {
		words += fmt.Sprintf(", %.1f s after the end", e.Late.Seconds())
	}
	return words
}

// answerText writes a stored answer in words.
func (s *Server) answerText(r *http.Request, a *exam.Attempt, e store.Event) string {
	if e.Kind != "save" {
		return ""
	}
	switch e.Data {
	case "":
		return "blank"
	case "flag true":
		return "flagged"
	case "flag false":
		return "flag taken away"
	}
	resp, err := exam.DecodeResponse(e.Data)
	slot := a.Slot(e.Slot)
	if err != nil || slot == nil {
		return ""
	}
	it, err := s.store.Item(r.Context(), slot.Version)
	if err != nil {
		return ""
	}
	return string(responseText(it, resp))
}
