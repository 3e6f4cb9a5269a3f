package web

import (
	"net/http"
	"slices"
	"strings"
	"unicode"

	"groundwork/content/search"
	"groundwork/web/ui"
)

// A lostView is the page for an address that leads nowhere.
type lostView struct {
	Frame   ui.Frame
	Outcome outcome
	Path    string
	Guess   []ui.Link // what may have been meant
	Query   string    // to search for it
	Attempt bool      // the address is one of an attempt
}

// newLostView says what may have been meant by the address of the request.
func (s *Server) newLostView(r *http.Request, f ui.Frame, o outcome) lostView {
	v := lostView{Frame: f, Outcome: o, Path: clip(r.URL.Path, 80), Query: clip(pathWords(r.URL.Path), 80)}
	if v.Attempt = strings.HasPrefix(r.URL.Path, "/exam/"); v.Attempt {
		return v
	}
	site := s.site.Load()
	query := v.Query
	if better := site.index().Suggest(query); better != "" {
		query = better
	}
	seen := map[string]bool{}
	var named, others []ui.Link // pages with the words in their title, and the rest
	for _, h := range site.index().Search(query, searchLimit) {
		page, _, _ := strings.Cut(h.URL, "#")
		if seen[page] {
			continue
		}
		seen[page] = true
		link := ui.Link{Text: h.Page, URL: page}
		if slices.ContainsFunc(site.index().Highlight(query, h.Page), func(s search.Span) bool { return s.Match }) {
			named = append(named, link)
		} else {
			others = append(others, link)
		}
	}
	if v.Guess = named; query == v.Query { // a word that was guessed itself proves little deep in a page
		v.Guess = append(v.Guess, others...)
	}
	v.Guess = v.Guess[:min(3, len(v.Guess))]
	return v
}

// pathWords turns the last piece of a path into words to search for:
// /skills/load-balancing becomes "load balancing".
func pathWords(path string) string {
	path = strings.TrimRight(path, "/")
	last := path[strings.LastIndexByte(path, '/')+1:]
	return strings.Join(strings.FieldsFunc(last, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), " ")
}
