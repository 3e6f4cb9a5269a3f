package web

import (
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"groundwork/content"
	"groundwork/web/ui"
)

// A glossaryView is the glossary, letter by letter.
type glossaryView struct {
	Frame   ui.Frame
	Page    content.Page
	Cells   []ui.Cell
	Letters []letterView
}

// A letterView is the terms that begin with one letter.
type letterView struct {
	Letter string
	Terms  []content.Part
}

func (v letterView) id() string { return "letter-" + strings.ToLower(v.Letter) }

// glossary shows the terms of the field: GET /guide/glossary.
func (s *Server) glossary(w http.ResponseWriter, r *http.Request) error {
	page := s.site.Load().Library.Glossary.Page
	if page.File == "" {
		return errNoPage
	}
	v := glossaryView{
		Frame: s.guideFrame(r, page.Title, page.Description), Page: page,
		Cells: reviewed(page.Meta), Letters: letters(page.Parts),
	}
	return show(w, r, http.StatusOK, glossaryPage(v))
}

// letters groups parts, which are sorted, by the letter they begin with.
func letters(parts []content.Part) []letterView {
	var out []letterView
	for _, p := range parts {
		first, _ := utf8.DecodeRuneInString(p.Heading)
		letter := string(unicode.ToUpper(first))
		if n := len(out); n == 0 || out[n-1].Letter != letter {
			out = append(out, letterView{Letter: letter})
		}
		last := &out[len(out)-1]
		last.Terms = append(last.Terms, p)
	}
	return out
}
