package content

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"html"
	"regexp"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"

	"groundwork/content/diagram"
)

// A Block is a fenced code block: its language, the marks of its info string,
// and its text.
type Block struct {
	Line  int    // of its opening mark, in the file
	Lang  string // go, sql, http, output, …
	Flags []string
	Marks map[string]string // title, hot, norun
	Text  string
}

// Is reports whether the block carries a flag, such as program.
func (b Block) Is(flag string) bool {
	for _, f := range b.Flags {
		if f == flag {
			return true
		}
	}
	return false
}

var infoWord = regexp.MustCompile(`([\w-]+)=(?:"([^"]*)"|(\S+))|(\S+)`)

// parseInfo reads an info string.
func parseInfo(info string) Block {
	b := Block{Marks: map[string]string{}}
	for i, m := range infoWord.FindAllStringSubmatch(info, -1) {
		switch {
		case m[1] != "":
			b.Marks[m[1]] = m[2] + m[3]
		case i == 0:
			b.Lang = m[4]
		default:
			b.Flags = append(b.Flags, m[4])
		}
	}
	return b
}

// codeRenderer writes code blocks as figures with a caption.
type codeRenderer struct{}

// RegisterFuncs implements renderer.NodeRenderer.
func (codeRenderer) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindFencedCodeBlock, renderFence)
	r.Register(ast.KindCodeBlock, renderFence)
}

func renderFence(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	b := Block{Marks: map[string]string{}}
	if f, ok := n.(*ast.FencedCodeBlock); ok && f.Info != nil {
		b = parseInfo(string(f.Info.Value(src)))
	}
	var text bytes.Buffer
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		text.Write(line.Value(src))
	}
	b.Text = text.String()
	_, err := w.WriteString(b.figure(number(n)))
	return ast.WalkSkipChildren, err
}

// captions say what a block is where its title does not.
var captions = map[string]string{
	"output": "What it prints", "result": "What it returns", "log": "Log", "plan": "Query plan",
}

// figure draws the block; n tells it from the others of its page.
func (b Block) figure(n int) string {
	if b.Lang == "diagram" {
		if d, err := diagram.Parse(b.diagram()); err == nil { // the loader reports the others
			return b.drawn(d)
		}
	}
	title := b.Marks["title"]
	if title == "" {
		title = captions[b.Lang]
	}
	label := fmt.Sprintf("Code %d", n)
	if title != "" {
		label += ": " + title
	}
	var s strings.Builder
	class := "code"
	if b.Lang == "output" || b.Lang == "result" {
		class += " out"
	}
	fmt.Fprintf(&s, `<figure class="%s">`, class)
	if note := b.note(); title != "" || note != "" {
		fmt.Fprintf(&s, `<figcaption><span>%s</span><span>%s</span></figcaption>`, html.EscapeString(title), html.EscapeString(note))
	}
	fmt.Fprintf(&s, `<pre tabindex="0" role="region" aria-label="%s"><code>%s</code></pre></figure>`+"\n", html.EscapeString(label), b.markup())
	return s.String()
}

var apostrophe = regexp.MustCompile(`(\pL)'(\pL)`)

// diagram returns kind and text of a block that describes a diagram.
func (b Block) diagram() (kind, src string) { return strings.Join(b.Flags, " "), b.Text }

// drawn returns a diagram with its title as the caption and, for those who do
// not see it, what it shows in words. What is wider than a phone scrolls.
func (b Block) drawn(d diagram.Diagram) string {
	title := html.EscapeString(apostrophe.ReplaceAllString(b.Marks["title"], "$1’$2"))
	id := fmt.Sprintf("fig-%08x", crc32.ChecksumIEEE([]byte(title+b.Text))) // the same wherever the diagram stands
	svg := d.SVG(id, html.UnescapeString(title))
	if d.Width() > 340 {
		svg = fmt.Sprintf(`<div class="tablewrap" tabindex="0" role="region" aria-label="Diagram: %s">%s</div>`, title, svg)
	}
	var s strings.Builder
	fmt.Fprintf(&s, `<figure class="fig"><figcaption class="hint" id="%s">%s</figcaption>`+"\n%s"+`<ul class="vh">`, id, title, svg)
	for line := range strings.Lines(d.Text()) {
		fmt.Fprintf(&s, "<li>%s</li>\n", html.EscapeString(strings.TrimSuffix(line, "\n")))
	}
	s.WriteString("</ul></figure>\n")
	return s.String()
}

// note says what the site's tests did with the block.
func (b Block) note() string {
	switch {
	case b.Marks["norun"] != "":
		return "not run: " + b.Marks["norun"]
	case b.Is("program"), b.Is("test"):
		return "compiled and run by this site’s tests"
	case b.Is("fragment"):
		return "type-checked by this site’s tests"
	}
	return ""
}

// markup highlights the text: keywords, comments and strings, and the lines
// that the author marked; logs and plans get line numbers.
func (b Block) markup() string {
	lines := strings.Split(strings.TrimSuffix(b.highlight(), "\n"), "\n")
	hot, _ := hotLines(b.Marks["hot"], len(lines)) // the loader reports what is wrong with it
	numbered := b.Lang == "log" || b.Lang == "plan"
	for i, line := range lines {
		if numbered {
			line = fmt.Sprintf(`<span class="ln">%*d</span>%s`, len(strconv.Itoa(len(lines))), i+1, line)
		}
		if hot[i+1] {
			line = `<span class="hot">` + line + `</span>`
		}
		lines[i] = line
	}
	return strings.Join(lines, "\n")
}

// hotLines reads "3", "3-5" or "3,7-9". It is false if that cannot be read or
// marks a line that a block of n lines does not have.
func hotLines(mark string, n int) (hot map[int]bool, ok bool) {
	hot = map[int]bool{}
	for _, part := range strings.Split(mark, ",") {
		a, z, isRange := strings.Cut(part, "-")
		if !isRange {
			z = a
		}
		from, err := strconv.Atoi(a)
		to, err2 := strconv.Atoi(z)
		if err != nil || err2 != nil || from < 1 || to < from || to > n {
			return nil, false
		}
		for i := from; i <= to; i++ {
			hot[i] = true
		}
	}
	return hot, true
}
