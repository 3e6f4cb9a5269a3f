package web

import (
	"net/http"
	"strings"
	"unicode"

	"groundwork/web/ui"
)

// A lostView is the page for an address that leads nowhere.
type lostView struct {
	Frame   ui.Frame
	Outcome outcome
	Path    string
	Guess   []ui.Link // what may have been meant
	Query   string    // to search for it
}

// newLostView says what may have been meant by the address of the request.
func (s *Server) newLostView(r *http.Request, f ui.Frame, o outcome) lostView {
	v := lostView{Frame: f, Outcome: o, Path: clip(r.URL.Path, 80), Query: clip(pathWords(r.URL.Path), 80)}
	site := s.site.Load()
	query := v.Query
	if better := site.index.Suggest(query); better != "" {
		query = better
	}
	seen := map[string]bool{}
	for _, h := range site.index.Search(query, 6) {
		page, _, _ := strings.Cut(h.URL, "#")
		if !seen[page] && len(v.Guess) < 3 {
			v.Guess = append(v.Guess, ui.Link{Text: h.Page, URL: page})
		}
		seen[page] = true
	}
	return v
}

// pathWords turns the last piece of a path into words to search for:
// /skills/load-balancing becomes "load balancing".
func pathWords(path string) string {
	path = strings.TrimRight(path, "/")
	last := path[strings.LastIndexByte(path, '/')+1:]
	return strings.Join(strings.FieldsFunc(last, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), " ")
}
