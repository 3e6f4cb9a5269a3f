package web

import (
	"context"
	"strings"
	"time"

	"groundwork/content"
	"groundwork/web/ui"
)

// ticked returns what the learner has marked as done, by ref, with when: lessons
// read, steps, criteria. A reader who has saved nothing has an empty map.
func (s *Server) ticked(ctx context.Context) (map[string]time.Time, error) {
	id := learner(ctx)
	if id == 0 {
		return map[string]time.Time{}, nil
	}
	return s.store.Progress(ctx, id)
}

// A tickView is one thing that a learner ticks or takes back: a criterion, a
// topic, a point of a rubric. Each is a form of its own, so that a tick is
// saved at once with scripts and without.
type tickView struct {
	Ref  string
	Text content.Text
	Help []ui.Link // lessons that teach it
	Done time.Time // zero while it is open
	Path string    // the page that it stands on, to come back to
}

// id names the row on its page.
func (v tickView) id() string { return refID(v.Ref) }

// back is where the learner goes on after ticking: to the same row.
func (v tickView) back() string { return v.Path + "#" + v.id() }

func (v tickView) mark() ui.Mark {
	if v.Done.IsZero() {
		return ui.MarkOpen
	}
	return ui.MarkTicked
}

func (v tickView) by() string {
	if v.Done.IsZero() {
		return "open"
	}
	return "ticked by you, " + shortDay(v.Done)
}

// refID turns a ref into an id: task/mini-users/duplicate becomes
// task-mini-users-duplicate.
func refID(ref string) string { return strings.ReplaceAll(ref, "/", "-") }

// criteria lists what can be ticked on the page at path, with the lesson that
// helps where there is one.
func criteria(lib *content.Library, list []content.Criterion, done map[string]time.Time, path string) []tickView {
	views := make([]tickView, len(list))
	for i, c := range list {
		views[i] = tickView{Ref: c.Ref, Text: c.Text, Help: lessonLinks(lib, c.Lesson), Done: done[c.Ref], Path: path}
	}
	return views
}

// lessonLinks links the lessons with the given ids; those that do not exist,
// and the empty id, are left out.
func lessonLinks(lib *content.Library, ids ...string) []ui.Link {
	var links []ui.Link
	for _, id := range ids {
		if l := lib.Lesson(id); l != nil {
			links = append(links, ui.Link{Text: l.Title, URL: l.URL()})
		}
	}
	return links
}

// countDone says how many of the views are ticked.
func countDone(views []tickView) int {
	n := 0
	for _, v := range views {
		if !v.Done.IsZero() {
			n++
		}
	}
	return n
}
