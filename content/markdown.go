package content

import (
	"bytes"
	"fmt"
	"html"
	"html/template"
	"regexp"
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

// markdown is set up once. Raw HTML stays off. Tables do not align by style
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
		util.Prioritized(codeRenderer{}, 100), util.Prioritized(asideRenderer{}, 100), util.Prioritized(tableRenderer{}, 100))),
)

// quotes keeps typographic quotes and apostrophes and leaves dashes and dots
// as they were written.
var quotes = map[extension.TypographicPunctuation]string{
	extension.LeftSingleQuote: "‘", extension.RightSingleQuote: "’",
	extension.LeftDoubleQuote: "“", extension.RightDoubleQuote: "”",
	extension.Apostrophe: "’", extension.EnDash: "--", extension.EmDash: "---", extension.Ellipsis: "...",
	extension.LeftAngleQuote: "<<", extension.RightAngleQuote: ">>",
}

// A counter numbers what needs a name of its own on a page.
type counter struct{ code, table int }

var counterKey = parser.NewContextKey()

// render turns Markdown into HTML. n counts across the parts of one page; nil
// starts anew.
func render(src string, n *counter) HTML {
	if n == nil {
		n = new(counter)
	}
	pc := parser.NewContext(parser.WithIDs(&headingIDs{seen: map[string]bool{}}))
	pc.Set(counterKey, n)
	var b bytes.Buffer
	if err := markdown.Convert([]byte(src), &b, parser.WithContext(pc)); err != nil {
		panic(fmt.Sprintf("content: markdown to memory: %v", err)) // a bytes.Buffer does not fail
	}
	return template.HTML(b.String())
}

// Render turns Markdown into HTML: items of the bank, notes of learners. Raw
// HTML and dangerous links in it come out as text.
func Render(src string) HTML { return render(src, nil) }

// inline renders Markdown and takes the paragraph around it away.
func inline(src string) string {
	s := strings.TrimSpace(string(render(src, nil)))
	if in, ok := strings.CutPrefix(s, "<p>"); ok && strings.Count(s, "<p>") == 1 {
		return strings.TrimSuffix(in, "</p>")
	}
	return s
}

// Inline renders one line of Markdown without a paragraph around it.
func Inline(src string) HTML { return template.HTML(inline(src)) }

var tags = regexp.MustCompile(`<[^>]*>`)

// plain returns the words of Markdown without markup.
func plain(src string) string { return plainHTML(string(render(src, nil))) }

// Plain returns the words of Markdown without markup, in one line.
func Plain(src string) string { return plain(src) }

func plainHTML(s string) string {
	s = regexp.MustCompile(`</(p|li|h\d|tr|pre|td|th)>`).ReplaceAllString(s, " ")
	return strings.Join(strings.Fields(html.UnescapeString(tags.ReplaceAllString(s, ""))), " ")
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
	h.seen[id] = true
	return []byte(id)
}

// Put implements parser.IDs.
func (h *headingIDs) Put(value []byte) { h.seen[string(value)] = true }

// numbering gives code blocks and tables the numbers by which assistive
// technology tells them apart.
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
