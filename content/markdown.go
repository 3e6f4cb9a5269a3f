package content

import (
	"bytes"
	"fmt"
	"html"
	"html/template"
	"strings"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// markdown is set up once. Raw HTML is shown, not used. Tables do not align by style
// attributes, which the Content-Security-Policy forbids.
var markdown = goldmark.New(
	goldmark.WithExtensions(
		extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)),
		extension.Strikethrough, extension.Linkify,
		extension.NewTypographer(extension.WithTypographicSubstitutions(quotes)),
	),
	goldmark.WithParserOptions(
		parser.WithAutoHeadingID(), parser.WithAttribute(),
		parser.WithASTTransformers(util.Prioritized(asides{}, 100), util.Prioritized(numbering{}, 200)),
	),
	goldmark.WithRendererOptions(renderer.WithNodeRenderers(
		util.Prioritized(codeRenderer{}, 100), util.Prioritized(asideRenderer{}, 100), util.Prioritized(tableRenderer{}, 100), util.Prioritized(rawRenderer{}, 100))),
)

// quotes keeps typographic quotes and apostrophes and leaves dashes and dots
// as they were written.
var quotes = map[extension.TypographicPunctuation]string{
	extension.LeftSingleQuote: "‘", extension.RightSingleQuote: "’",
	extension.LeftDoubleQuote: "“", extension.RightDoubleQuote: "”",
	extension.Apostrophe: "’", extension.EnDash: "--", extension.EmDash: "---", extension.Ellipsis: "...",
	extension.LeftAngleQuote: "&lt;&lt;", extension.RightAngleQuote: "&gt;&gt;", // they are written as they stand
}

// A counter numbers what needs a name of its own on a page, and knows which ids
// its headings have.
type counter struct {
	code, table int
	ids         headingIDs
}

var counterKey = parser.NewContextKey()

// render turns Markdown into HTML. n counts across the parts of one page; nil
// starts anew.
func render(src string, n *counter) HTML {
	if n == nil {
		n = new(counter)
	}
	src = strings.ToValidUTF8(src, "\uFFFD")
	pc := parser.NewContext(parser.WithIDs(&n.ids))
	pc.Set(counterKey, n)
	var b buffer
	if err := markdown.Convert([]byte(src), &b, parser.WithContext(pc)); err != nil {
		panic(fmt.Sprintf("content: markdown to memory: %v", err)) // a bytes.Buffer does not fail
	}
	return template.HTML(b.String())
}

// buffer is a bytes.Buffer that goldmark writes to without one of its own
// before it, which for a line of text would be larger than all the rest.
type buffer struct{ bytes.Buffer }

// Buffered implements util.BufWriter.
func (*buffer) Buffered() int { return 0 }

// Flush implements util.BufWriter.
func (*buffer) Flush() error { return nil }

// Render turns Markdown into HTML: items of the bank, notes of learners. Raw
// HTML and dangerous links in it come out as text.
func Render(src string) HTML {
	return HTML(blocks.get(src, func(src string) string { return string(render(src, nil)) }))
}

// inline renders Markdown and takes the paragraph around it away, if it is one
// paragraph.
func inline(src string, n *counter) HTML {
	s := strings.TrimSpace(string(render(src, n)))
	if in, ok := strings.CutPrefix(s, "<p>"); ok && strings.Count(s, "<p>") == 1 {
		if in, ok = strings.CutSuffix(in, "</p>"); ok {
			s = in
		}
	}
	return template.HTML(s)
}

// Inline renders one line of Markdown without a paragraph around it.
func Inline(src string) HTML {
	return HTML(lines.get(src, func(src string) string { return string(inline(src, nil)) }))
}

// headingIDs makes ids of headings that keep letters of every script.
type headingIDs struct{ seen map[string]bool }

// Generate implements parser.IDs.
func (h *headingIDs) Generate(value []byte, _ ast.NodeKind) []byte {
	var b strings.Builder
	dash := false
	for _, r := range strings.ToLower(string(value)) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			if dash && b.Len() > 0 {
				b.WriteByte('-')
			}
			b.WriteRune(r)
			dash = false
			continue
		}
		dash = true
	}
	id := b.String()
	if id == "" {
		id = "part"
	}
	for base, n := id, 2; h.seen[id]; n++ {
		id = fmt.Sprintf("%s-%d", base, n)
	}
	h.Put([]byte(id))
	return []byte(id)
}

// Put implements parser.IDs.
func (h *headingIDs) Put(value []byte) {
	if h.seen == nil {
		h.seen = map[string]bool{}
	}
	h.seen[string(value)] = true
}

// numbering gives code blocks and tables the numbers by which assistive
// technology tells them apart, and leaves headings no attribute but the id.
type numbering struct{}

// Transform implements parser.ASTTransformer.
func (numbering) Transform(doc *ast.Document, _ text.Reader, pc parser.Context) {
	n := pc.Get(counterKey).(*counter)
	_ = ast.Walk(doc, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch node.Kind().String() {
		case "FencedCodeBlock", "CodeBlock":
			n.code++
			node.SetAttributeString("number", n.code)
		case "Table":
			n.table++
			node.SetAttributeString("number", n.table)
		case "Heading":
			id, _ := node.AttributeString("id")
			node.RemoveAttributes()
			if id, ok := id.([]byte); ok && len(id) > 0 && !bytes.ContainsAny(id, " \t\n") {
				node.SetAttributeString("id", id)
			}
		}
		return ast.WalkContinue, nil
	})
}

// number returns what numbering gave the node.
func number(n ast.Node) int {
	v, _ := n.AttributeString("number")
	i, _ := v.(int)
	return i
}

// rawRenderer shows raw HTML as the text that it was written as.
type rawRenderer struct{}

// RegisterFuncs implements renderer.NodeRenderer.
func (rawRenderer) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindRawHTML, func(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		_, err := w.WriteString(html.EscapeString(string(n.(*ast.RawHTML).Segments.Value(src))))
		return ast.WalkSkipChildren, err
	})
	r.Register(ast.KindHTMLBlock, func(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		block := n.(*ast.HTMLBlock)
		text := string(block.Lines().Value(src))
		if block.HasClosure() {
			text += string(block.ClosureLine.Value(src))
		}
		_, err := w.WriteString("<p>" + html.EscapeString(strings.TrimSpace(text)) + "</p>\n")
		return ast.WalkSkipChildren, err
	})
}
