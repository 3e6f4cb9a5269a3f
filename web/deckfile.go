package web

import (
	"bytes"
	"cmp"
	"net/http"
	"slices"
	"strings"

	"groundwork/content"
	"groundwork/exam"
	"groundwork/quiz/practice"
	"groundwork/quiz/practice/anki"
)

// exportText gives the reader's cards as text: GET /practice/export.txt.
func (s *Server) exportText(w http.ResponseWriter, r *http.Request) error {
	d, err := s.ankiDeck(r)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := anki.WriteText(&b, d); err != nil {
		return err
	}
	return download(w, "text/plain; charset=utf-8", "groundwork-cards.txt", b.Bytes())
}

// exportAnki gives the reader's cards as a package for Anki: GET
// /practice/export.apkg.
func (s *Server) exportAnki(w http.ResponseWriter, r *http.Request) error {
	d, err := s.ankiDeck(r)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := anki.Write(r.Context(), &b, d, s.now()); err != nil {
		return err
	}
	return download(w, "application/octet-stream", "groundwork-cards.apkg", b.Bytes())
}

func download(w http.ResponseWriter, kind, name string, data []byte) error {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Cache-Control", "no-store")
	_, _ = w.Write(data) // the reader went away: nobody to tell
	return nil
}

// ankiDeck is the reader's cards as notes, sorted by id.
func (s *Server) ankiDeck(r *http.Request) (anki.Deck, error) {
	if learner(r.Context()) == 0 {
		return anki.Deck{}, errNoPage
	}
	h, err := s.hand(r.Context())
	if err != nil {
		return anki.Deck{}, err
	}
	d := anki.Deck{Name: "Groundwork"}
	slices.SortFunc(h.Cards, func(a, b practice.Card) int { return cmp.Compare(a.ID, b.ID) })
	for _, c := range h.Cards {
		d.Notes = append(d.Notes, h.faces[c.ID].note(c.ID))
	}
	return d, nil
}

// note is a card for Anki: the question with its options, then the key with
// the reasons.
func (f face) note(id practice.ID) anki.Note {
	v := f.review(f.order(practice.Card{ID: id}), exam.Response{}, exam.Mark{Blank: true})
	front := string(v.Stimulus) + string(v.Stem)
	var options, reasons []string
	for _, l := range v.Lines {
		mark := "✗ "
		if l.Good {
			mark = "✓ "
		}
		options = append(options, "<li>"+string(l.Text)+"</li>")
		reasons = append(reasons, "<li>"+mark+string(l.Text)+" "+string(l.Reason)+"</li>")
	}
	if f.Item.Type == exam.Single || f.Item.Type == exam.Multiple {
		front += "<ul>" + strings.Join(options, "") + "</ul>"
	}
	if f.Item.Type == exam.Ordering {
		options = nil
		for _, o := range inOrder(f.Item.Options, f.order(practice.Card{ID: id})) {
			options = append(options, "<li>"+string(richHTML(o.Text))+"</li>")
		}
		front += "<ul>" + strings.Join(options, "") + "</ul>"
	}
	if f.Item.Type == exam.Matching {
		front += matchFront(f.Item)
	}
	back := "<ul>" + strings.Join(reasons, "") + "</ul>" + string(v.More)
	return anki.Note{ID: string(id), Front: front, Back: back, Tags: []string{"groundwork", "skill::" + f.Item.Skill}}
}

// matchFront lists both sides of a match, the right one sorted.
func matchFront(it *exam.Item) string {
	var left, right []string
	for _, o := range it.Options {
		left = append(left, "<li>"+string(content.Inline(o.Text))+"</li>")
	}
	for _, o := range it.Choices {
		right = append(right, "<li>"+string(content.Inline(o.Text))+"</li>")
	}
	slices.Sort(right)
	return "<ul>" + strings.Join(left, "") + "</ul><ul>" + strings.Join(right, "") + "</ul>"
}
