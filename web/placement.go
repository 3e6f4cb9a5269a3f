package web

import (
	"encoding/json"

	"groundwork/store"
	"groundwork/web/ui"
)

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
	return &placementView{Skill: ui.Link{Text: sk.Title, URL: sk.URL()}, Lesson: ui.Link{Text: l.Title, URL: l.URL()}, Day: day(p.Placed)}
}
