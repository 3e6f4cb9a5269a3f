package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"groundwork/exam"
	"groundwork/store"
)

// slotRequest is one change as the script sends it.
type slotRequest struct {
	EventID    string         `json:"event_id"`
	ClientID   string         `json:"client_id"`
	ClientTime int64          `json:"client_time"` // Unix milliseconds by the browser's clock
	BaseRev    int            `json:"base_rev"`
	Response   *exam.Response `json:"response"`
	Flagged    *bool          `json:"flagged"`
	Note       *string        `json:"note"`
	Seen       bool           `json:"seen"` // nothing but: the item was shown
}

// slotReply is what the server has after a change, or after it was refused.
type slotReply struct {
	Slot     int            `json:"slot"`
	Rev      int            `json:"rev"`
	State    exam.State     `json:"state"`
	Now      int64          `json:"server_now"`  // Unix milliseconds
	Deadline int64          `json:"deadline_at"` // Unix milliseconds
	SavedAt  int64          `json:"saved_at,omitempty"`
	Response *exam.Response `json:"response,omitempty"` // what is stored, where it is not what was sent
	Client   string         `json:"client_id,omitempty"`
	Error    string         `json:"error,omitempty"` // conflict, closed, invalid, not_found, unavailable
	Text     string         `json:"text,omitempty"`  // for the learner
}

// slotSave stores one change: PUT /exam/{id}/slots/{n}. The reply says saved
// only if it is on disk. A change that was based on an older revision is
// answered 409 with what is stored; one that comes after the end 410.
func (s *Server) slotSave(w http.ResponseWriter, r *http.Request) error {
	req, n, err := readSlotRequest(w, r)
	if err != nil {
		return s.reply(w, r, slotReply{Slot: n, Error: "invalid", Text: "The answer could not be read."}, http.StatusBadRequest)
	}
	if learner(r.Context()) == 0 {
		return s.reply(w, r, slotReply{Slot: n, Error: "not_found", Text: "This attempt belongs to somebody else, or you were signed out."}, http.StatusNotFound)
	}
	id := exam.AttemptID(r.PathValue("id"))
	if err := s.limits.save(id, s.network(r), s.cfg.SaveRate, s.now()); err != nil {
		return s.slotFailed(w, r, slotReply{Slot: n}, err)
	}
	if req.Seen {
		if err := s.store.SeeSlot(r.Context(), learner(r.Context()), id, n, s.now()); err != nil {
			return s.slotFailed(w, r, slotReply{Slot: n}, err)
		}
	}
	saved, err := s.save(r, id, n, req)
	out := slotReply{Slot: n, Rev: saved.Slot.Rev, State: saved.State, Deadline: saved.Deadline.UnixMilli(), SavedAt: saved.Slot.Answered.UnixMilli()}
	if err == nil {
		out.Rev = saved.EventRev // of this very change: a repeat must not pass for what came after it
		return s.reply(w, r, out, http.StatusOK)
	}
	out.Response, out.Client = &saved.Slot.Response, saved.Slot.Client
	return s.slotFailed(w, r, out, err)
}

// save stores the change, or, if it only says that the item was shown, reads
// what is stored.
func (s *Server) save(r *http.Request, id exam.AttemptID, n int, req slotRequest) (store.Saved, error) {
	if req.Response == nil && req.Flagged == nil && req.Note == nil {
		a, err := s.store.Attempt(r.Context(), learner(r.Context()), id, s.now())
		if err != nil {
			return store.Saved{}, err
		}
		slot := a.Slot(n)
		if slot == nil {
			return store.Saved{}, exam.ErrNotOnForm
		}
		return store.Saved{Slot: *slot, EventRev: slot.Rev, State: a.State, Deadline: a.Deadline}, nil
	}
	return s.store.SaveAnswer(r.Context(), learner(r.Context()), id, exam.Change{
		Slot: n, Event: req.EventID, Client: req.ClientID, At: time.UnixMilli(req.ClientTime), BaseRev: req.BaseRev,
		Response: req.Response, Flagged: req.Flagged, Note: req.Note,
	}, s.now())
}

// slotFailed answers a change that was not stored.
func (s *Server) slotFailed(w http.ResponseWriter, r *http.Request, out slotReply, err error) error {
	status := http.StatusServiceUnavailable
	out.Error, out.Text = "unavailable", "Nothing can be saved at the moment. The answer is kept in this page and will be sent again."
	var wait errWait
	switch {
	case errors.As(err, &wait):
		w.Header().Set("Retry-After", strconv.Itoa(wait.seconds()))
		status, out.Text = http.StatusTooManyRequests, "So many changes at once are more than this site takes. The answer is kept in this page and will be sent again."
	case errors.Is(err, exam.ErrConflict):
		status, out.Error, out.Text = http.StatusConflict, "conflict", "This item was changed in another window."
	case errors.Is(err, exam.ErrClosed):
		status, out.Error, out.Text = http.StatusGone, "closed", "The exam has ended. What was saved before has been handed in."
	case errors.Is(err, exam.ErrResponse):
		status, out.Error, out.Text = http.StatusUnprocessableEntity, "invalid", err.Error()[strings.LastIndex(err.Error(), ": ")+2:]
	case errors.Is(err, store.ErrNotFound), errors.Is(err, exam.ErrNotOnForm):
		status, out.Error, out.Text = http.StatusNotFound, "not_found", "This attempt belongs to somebody else, or you were signed out."
	default:
		s.log.ErrorContext(r.Context(), "answer not saved", "err", err.Error(), "request", requestID(r.Context()))
	}
	return s.reply(w, r, out, status)
}

// reply writes out as JSON with the server's clock.
func (s *Server) reply(w http.ResponseWriter, _ *http.Request, out slotReply, status int) error {
	out.Now = s.now().UnixMilli()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(out) // the reader went away: nobody to tell
	return nil
}

const maxAnswer = 32 << 10

func readSlotRequest(w http.ResponseWriter, r *http.Request) (req slotRequest, n int, err error) {
	n, err = strconv.Atoi(r.PathValue("n"))
	if err != nil {
		return req, 0, errBadInput
	}
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxAnswer))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&req); err != nil {
		return req, n, fmt.Errorf("%w: %w", errBadInput, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return req, n, errBadInput
	}
	if req.EventID == "" || len(req.EventID) > 64 || len(req.ClientID) > 64 {
		return req, n, errBadInput
	}
	return req, n, nil
}
