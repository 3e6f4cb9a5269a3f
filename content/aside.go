package content

import (
	"bytes"
	"fmt"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

var kindAside = ast.NewNodeKind("Aside")

// aside is a block quote that began with [!NOTE].
type aside struct{ ast.BaseBlock }

// Kind implements ast.Node.
func (*aside) Kind() ast.NodeKind { return kindAside }

// Dump implements ast.Node.
func (a *aside) Dump(src []byte, level int) { ast.DumpHelper(a, src, level, nil, nil) }

// asides turns block quotes that begin with [!NOTE] into asides.
type asides struct{}

var noteMark = []byte("[!NOTE]")

// Transform implements parser.ASTTransformer.
func (asides) Transform(doc *ast.Document, r text.Reader, _ parser.Context) {
	var quotes []*ast.Blockquote
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if q, ok := n.(*ast.Blockquote); ok && entering {
			quotes = append(quotes, q)
		}
		return ast.WalkContinue, nil
	})
	for _, q := range quotes {
		p, ok := q.FirstChild().(*ast.Paragraph)
		if !ok || p.Lines().Len() == 0 {
			continue
		}
		first := p.Lines().At(0)
		if !bytes.Equal(bytes.TrimSpace(first.Value(r.Source())), noteMark) {
			continue // the mark stands on a line of its own
		}
		dropFirstLine(p, first.Stop)
		a := &aside{}
		q.Parent().ReplaceChild(q.Parent(), q, a)
		for c := q.FirstChild(); c != nil; {
			next := c.NextSibling()
			if c != ast.Node(p) || p.FirstChild() != nil {
				a.AppendChild(a, c)
			}
			c = next
		}
	}
}

// dropFirstLine removes the inline nodes of a paragraph before offset stop.
func dropFirstLine(p *ast.Paragraph, stop int) {
	for c := p.FirstChild(); c != nil; {
		next := c.NextSibling()
		t, ok := c.(*ast.Text)
		if ok && t.Segment.Start >= stop || !ok {
			return
		}
		p.RemoveChild(p, c)
		c = next
	}
}

// asideRenderer writes an aside.
type asideRenderer struct{}

// RegisterFuncs implements renderer.NodeRenderer.
func (asideRenderer) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(kindAside, func(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
		s := "</div>\n"
		if entering {
			s = "<div class=\"aside\" role=\"note\">\n"
		}
		_, err := w.WriteString(s)
		return ast.WalkContinue, err
	})
}

// tableRenderer puts a table into a box that scrolls on its own.
type tableRenderer struct{}

// RegisterFuncs implements renderer.NodeRenderer.
func (tableRenderer) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(east.KindTable, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		s := "</table></div>\n"
		if entering {
			s = fmt.Sprintf("<div class=\"tablewrap\" tabindex=\"0\" role=\"region\" aria-label=\"Table %d\"><table class=\"table\">\n", number(n))
		}
		_, err := w.WriteString(s)
		return ast.WalkContinue, err
	})
	html := extension.NewTableHTMLRenderer(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute))
	html.RegisterFuncs(inTable{r})
}

// inTable registers everything but the table itself. A cell of the header that
// is empty heads nothing: it becomes a td.
type inTable struct {
	renderer.NodeRendererFuncRegisterer
}

// Register implements renderer.NodeRendererFuncRegisterer.
func (s inTable) Register(k ast.NodeKind, f renderer.NodeRendererFunc) {
	switch k {
	case east.KindTable:
	case east.KindTableCell:
		s.NodeRendererFuncRegisterer.Register(k, func(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
			if n.Parent().Kind() != east.KindTableHeader || n.HasChildren() {
				return f(w, src, n, entering)
			}
			if !entering {
				return ast.WalkContinue, nil
			}
			_, err := w.WriteString("<td></td>\n")
			return ast.WalkContinue, err
		})
	default:
		s.NodeRendererFuncRegisterer.Register(k, f)
	}
}
