package web

import (
	"encoding/json"
	"net/http"

	"groundwork/exam"
)

// clockReply is the time of an attempt as the exam page asks for it.
type clockReply struct {
	State    exam.State  `json:"state"`
	Now      int64       `json:"server_now"`  // Unix milliseconds
	Deadline int64       `json:"deadline_at"` // Unix milliseconds
	Limit    int64       `json:"limit"`       // of the whole exam, milliseconds
	Given    []clockGift `json:"given"`       // in order; it only grows
}

// A clockGift is time that the operator gave back.
type clockGift struct {
	Minutes int    `json:"minutes"`
	Reason  string `json:"reason"`
}

// sittingClock tells a page that is being answered when the attempt ends: GET
// /exam/{id}/clock. Pages ask every few seconds, so that minutes given back
// reach one that has nothing to save.
func (s *Server) sittingClock(w http.ResponseWriter, r *http.Request) error {
	if learner(r.Context()) == 0 {
		return errNoPage
	}
	a, given, err := s.store.Clock(r.Context(), learner(r.Context()), exam.AttemptID(r.PathValue("id")))
	if err != nil {
		return err
	}
	out := clockReply{State: a.State, Now: s.now().UnixMilli(), Deadline: a.Deadline.UnixMilli(), Limit: a.Deadline.Sub(a.Started).Milliseconds(), Given: []clockGift{}}
	for _, e := range given {
		out.Given = append(out.Given, clockGift{e.Minutes, e.Reason})
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(out) // the reader went away: nobody to tell
	return nil
}
