package content

import (
	"html"
	"regexp"
	"strings"
)

// plain returns the words of Markdown without markup, in one line.
func plain(src string) string {
	return strings.Join(strings.Fields(plainHTML(string(render(src, nil)))), " ")
}

// Plain returns the words of Markdown without markup, in one line, for labels
// and other places that take no markup.
func Plain(src string) string { return words.get(src, plain) }

var (
	unseen   = regexp.MustCompile(`(?s)<svg\b.*?</svg>|<figcaption\b.*?</figcaption>|<span class="ln">[^<]*</span>`)
	markupOf = regexp.MustCompile(`<(/?[a-zA-Z][a-zA-Z0-9]*)[^>]*>`)
)

// plainHTML returns the words of what render wrote, for search and Ask: blocks
// separated by blank lines, a block of code as one paragraph with its lines, a
// table as one paragraph with a row a line and " | " between cells. Pictures
// and captions are left out.
func plainHTML(s string) string {
	s = unseen.ReplaceAllString(s, "")
	var p plainText
	at := 0
	for _, m := range markupOf.FindAllStringSubmatchIndex(s, -1) {
		p.text.WriteString(s[at:m[0]])
		p.tag(s[m[2]:m[3]])
		at = m[1]
	}
	p.text.WriteString(s[at:])
	p.flush()
	return strings.Join(p.blocks, "\n\n")
}

// plainText gathers the blocks of a text.
type plainText struct {
	blocks []string
	text   strings.Builder // since the last block or cell
	rows   []string        // of the table
	cells  []string        // of its row
	table  bool
	code   bool
}

// tag does what a tag means for the text around it.
func (p *plainText) tag(name string) {
	switch name {
	case "pre", "/pre":
		p.flush()
		p.code = name == "pre"
	case "table":
		p.flush()
		p.table = true
	case "/th", "/td":
		if cell := p.take(); cell != "" {
			p.cells = append(p.cells, cell)
		}
	case "/tr":
		if len(p.cells) > 0 {
			p.rows = append(p.rows, strings.Join(p.cells, " | "))
		}
		p.cells = nil
	case "/table":
		p.table = false
		p.block(strings.Join(p.rows, "\n"))
		p.rows = nil
	case "br":
		p.text.WriteByte('\n')
	case "p", "/p", "li", "/li", "ul", "/ul", "ol", "/ol", "blockquote", "/blockquote", "div", "/div",
		"h1", "/h1", "h2", "/h2", "h3", "/h3", "h4", "/h4", "h5", "/h5", "h6", "/h6", "figure", "/figure", "hr":
		if !p.table {
			p.flush()
		}
	}
}

// take returns what stands since the last block or cell. Code keeps its lines,
// without the blank ones, which would make several paragraphs of it.
func (p *plainText) take() string {
	s := html.UnescapeString(p.text.String())
	p.text.Reset()
	if !p.code {
		return strings.Join(strings.Fields(s), " ")
	}
	var lines []string
	for line := range strings.Lines(s) {
		if line = strings.TrimRight(line, " \t\r\n"); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

func (p *plainText) flush() { p.block(p.take()) }

func (p *plainText) block(s string) {
	if s != "" {
		p.blocks = append(p.blocks, s)
	}
}
