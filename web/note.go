package web

import (
	"context"
	"regexp"
	"strconv"
	"strings"

	"groundwork/content"
	"groundwork/store"
)

// A noteView is a learner's own text on a skill, a step, a project or the
// interview prompt, and the form to change it.
type noteView struct {
	store.Note
	Label string // of the text area: "Your notes on API Development"
	Back  string // where saving leads
	Rows  int    // of the text area; 6 unless given
	Thing string // what is saved; "note" unless given
}

// note returns the note of whoever asks, to be shown and changed on the page
// at back. A reader who has saved nothing gets an empty form.
func (s *Server) note(ctx context.Context, ref, label, back string) (noteView, error) {
	v := noteView{Note: store.Note{Ref: ref}, Label: label, Back: back + "#" + refID(ref) + "-note"}
	if id := learner(ctx); id != 0 {
		n, err := s.store.Note(ctx, id, ref)
		if err != nil {
			return v, err
		}
		v.Note = n
	}
	return v, nil
}

func (v noteView) id() string   { return refID(v.Ref) + "-note" }
func (v noteView) base() string { return strconv.Itoa(v.Rev) }

var (
	noteHeading = regexp.MustCompile(`<h[1-6][^>]*>(.*?)</h[1-6]>`)
	region      = regexp.MustCompile(`aria-label="((?:[^":]*: )?(?:Code|Table) )`)
)

// html renders the note. Its headings become bold lines and its code and
// tables are named as the note's, since they stand in the middle of a page that
// has headings, anchors and regions of its own.
func (v noteView) html() content.HTML {
	s := string(content.Render(v.Body))
	s = noteHeading.ReplaceAllString(s, "<p><b>$1</b></p>")
	return within("In your note", content.HTML(s))
}

// within names the code and tables of markup as those of a part of the page,
// which may hold others of the same number.
func within(part string, s content.HTML) content.HTML {
	if !strings.Contains(string(s), `" role="region"`) {
		return s // as most texts of a long report; an expression takes its time to find nothing
	}
	return content.HTML(region.ReplaceAllString(string(s), `aria-label="`+part+`: $1`))
}

func (v noteView) rows() int {
	if v.Rows > 0 {
		return v.Rows
	}
	return 6
}

func (v noteView) thing() string {
	if v.Thing != "" {
		return v.Thing
	}
	return "note"
}

func (v noteView) summary() string {
	if v.Body == "" {
		return "Write a note"
	}
	return "Change the note"
}
