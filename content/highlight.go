package content

import (
	"go/scanner"
	"go/token"
	"html"
	"slices"
	"strings"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
)

// lexerFor names chroma's lexer of each language that is highlighted besides
// Go. It is a closed list because learners name languages too, and some lexers
// are slow.
var lexerFor = map[string]string{
	"sql": "sql", "http": "http", "json": "json", "yaml": "yaml", "sh": "bash", "bash": "bash",
	"js": "javascript", "javascript": "javascript", "python": "python", "java": "java",
}

// highlight returns the text as escaped HTML with at most the classes k
// (keyword), c (comment) and s (string). No span crosses a line end.
func (b Block) highlight() string {
	var out highlighted
	name, ok := lexerFor[b.Lang]
	switch {
	case b.Lang == "go":
		out.golang(b.Text)
	case !ok: // and do not ask for it: a name that chroma does not know costs half a millisecond
		out.add("", b.Text)
	default:
		it, err := chroma.Coalesce(lexers.Get(name)).Tokenise(nil, b.Text)
		if err != nil {
			return html.EscapeString(b.Text)
		}
		for t := it(); t != chroma.EOF; t = it() {
			out.add(tokenClass(t.Type), t.Value)
		}
	}
	return out.String()
}

func tokenClass(t chroma.TokenType) string {
	switch {
	case t.InCategory(chroma.Keyword) && t != chroma.KeywordType:
		return "k"
	case t.InCategory(chroma.Comment):
		return "c"
	case t.InSubCategory(chroma.LiteralString):
		return "s"
	}
	return ""
}

// highlighted is HTML in the making.
type highlighted struct{ strings.Builder }

// add writes text, each line of it in a span of the class if there is one.
func (h *highlighted) add(class, text string) {
	first := true
	for line := range strings.SplitSeq(text, "\n") {
		if !first {
			h.WriteByte('\n')
		}
		first = false
		switch {
		case line == "":
		case class == "":
			h.WriteString(html.EscapeString(line))
		default:
			h.WriteString(`<span class="` + class + `">` + html.EscapeString(line) + `</span>`)
		}
	}
}

// golang writes Go, or a piece of it, as the language's own scanner cuts it:
// that is a hundred times as fast as chroma's patterns.
func (h *highlighted) golang(src string) {
	file := token.NewFileSet().AddFile("", -1, len(src))
	var s scanner.Scanner
	s.Init(file, []byte(src), func(token.Position, string) {}, scanner.ScanComments) // what is no Go stays as it is
	done := 0
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			break
		}
		class := goClass(tok, lit)
		at := file.Offset(pos)
		if class == "" || at < done || !strings.HasPrefix(src[at:], lit) {
			continue
		}
		h.add("", src[done:at])
		h.add(class, lit)
		done = at + len(lit)
	}
	h.add("", src[done:])
}

// constants are written as keywords are.
var constants = []string{"true", "false", "nil", "iota"}

func goClass(tok token.Token, lit string) string {
	switch {
	case tok.IsKeyword(), tok == token.IDENT && slices.Contains(constants, lit):
		return "k"
	case tok == token.COMMENT:
		return "c"
	case tok == token.STRING, tok == token.CHAR:
		return "s"
	}
	return ""
}
