package ui

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// draw renders components one after the other.
func draw(t testing.TB, components ...templ.Component) string {
	t.Helper()
	var b strings.Builder
	for _, c := range components {
		if err := c.Render(context.Background(), &b); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// with is c with its children.
func with(c templ.Component, children ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return c.Render(templ.WithChildren(ctx, templ.Join(children...)), w)
	})
}

// likeMock checks that got is, as a tree, what the mock screen has.
func likeMock(t testing.TB, mock, got string) {
	t.Helper()
	want, err := os.ReadFile(filepath.Join("testdata", "mock", mock+".html"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(tree(t, string(want)), tree(t, got)); diff != "" {
		t.Errorf("%s (-mock +got):\n%s", mock, diff)
	}
}

// tree writes markup as one line an element or text, indented, with sorted
// attributes. White space around text and zeros after a decimal point do not
// count, and hidden inputs are left out: the mocks have none.
func tree(t testing.TB, markup string) []string {
	t.Helper()
	var lines []string
	for _, n := range parse(t, markup) {
		lines = outline(lines, n, 0, false)
	}
	return lines
}

func parse(t testing.TB, markup string) []*html.Node {
	t.Helper()
	if strings.HasPrefix(strings.ToLower(markup), "<!doctype") {
		doc, err := html.Parse(strings.NewReader(markup))
		if err != nil {
			t.Fatal(err)
		}
		return []*html.Node{doc}
	}
	nodes, err := html.ParseFragment(strings.NewReader(markup), &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body})
	if err != nil {
		t.Fatal(err)
	}
	return nodes
}

func outline(lines []string, n *html.Node, depth int, verbatim bool) []string {
	indent := strings.Repeat("  ", depth)
	switch n.Type {
	case html.TextNode:
		text := n.Data
		if !verbatim {
			text = strings.Join(strings.Fields(text), " ")
		}
		if text == "" {
			return lines
		}
		return append(lines, indent+fmt.Sprintf("%q", text))
	case html.ElementNode:
		line, hidden := element(n)
		if hidden {
			return lines
		}
		lines = append(lines, indent+line)
		verbatim = verbatim || n.Data == "pre" || n.Data == "textarea"
		depth++
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		lines = outline(lines, c, depth, verbatim)
	}
	return lines
}

var decimals = regexp.MustCompile(`\d+\.\d+`)

func element(n *html.Node) (line string, hidden bool) {
	var attrs []string
	for _, a := range n.Attr {
		value := decimals.ReplaceAllStringFunc(a.Val, func(s string) string {
			return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
		})
		attrs = append(attrs, fmt.Sprintf(" %s=%q", a.Key, strings.TrimSpace(value)))
		hidden = hidden || a.Key == "type" && a.Val == "hidden"
	}
	slices.Sort(attrs)
	return n.Data + strings.Join(attrs, ""), hidden
}
