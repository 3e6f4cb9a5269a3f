package ui

import (
	"html"
	"strings"

	"github.com/a-h/templ"
)

// Cell is one field of a title block.
type Cell struct {
	Term string
	Text string
	Time string          // if set, Text stands in a time element with this datetime
	Body templ.Component // takes the place of Text where markup is needed
	Full bool            // spans the block
	Wide bool            // spans two columns
}

func (c Cell) class() string {
	switch {
	case c.Full:
		return "full"
	case c.Wide:
		return "wide2"
	}
	return ""
}

func (c Cell) span(columns int) int {
	switch {
	case c.Full:
		return columns
	case c.Wide:
		return 2
	}
	return 1
}

// even widens the last cells so that no place of the block stays empty.
func even(cells []Cell, columns int) []Cell {
	used := 0
	for _, c := range cells {
		span := c.span(columns)
		if used%columns+span > columns { // does not fit the line: starts the next
			used += columns - used%columns
		}
		used += span
	}
	cells = append([]Cell(nil), cells...)
	last := len(cells) - 1
	if last < 0 || cells[last].span(columns) != 1 {
		return cells
	}
	switch used % columns {
	case 1:
		cells[last].Full = true
	case 3:
		cells[last].Wide = true
	case 2:
		cells[last].Wide = columns == 4
		if last > 0 && columns == 4 && cells[last-1].span(columns) == 1 {
			cells[last-1].Wide = true
		}
	}
	return cells
}

// NoticeKind is the colour of a notice's edge, always with words that say the
// same.
type NoticeKind string

// The four kinds of notice.
const (
	NoticePlain NoticeKind = ""
	NoticeLook  NoticeKind = "look"  // what is due or next
	NoticeFault NoticeKind = "fault" // what went wrong
	NoticeDone  NoticeKind = "done"  // what went right
)

// Notice is what Note draws around its children.
type Notice struct {
	Kind  NoticeKind
	Title string // a heading; without one the children start with a bold sentence
	// Role is "alert" for a fault that has just come up, "status" for "saved",
	// and empty for everything else.
	Role  string
	Class string
}

// PagerLink is one side of a Pager; it is left out if it has no URL.
type PagerLink struct {
	URL    string
	Kicker string // small, above: "Lesson 3"
	Text   string
}

// Terminal is what Term draws: the output of a command.
type Terminal struct {
	Title string // left in the caption: "Run 16, 14 June 2026"
	Aside string // right in the caption: "7 checks, 4.2 s"
	Label string // the region's name: "Output of run 16"
	Lines []TermLine
	Class string
}

// TermLine is one line, in pieces.
type TermLine []TermSpan

// TermSpan is a piece of a line. Kind is "" or one of ok, no, dim, try; the
// words must say the same.
type TermSpan struct {
	Kind, Text string
}

// markup is the output as escaped HTML: in a pre every space counts.
func (t Terminal) markup() string {
	var b strings.Builder
	for i, line := range t.Lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		for _, s := range line {
			text := html.EscapeString(s.Text)
			switch s.Kind {
			case "ok", "no", "dim", "try":
				text = `<span class="` + s.Kind + `">` + text + `</span>`
			}
			b.WriteString(text)
		}
	}
	return b.String()
}

// Mark is what stands before a criterion. Its String is the word for it.
type Mark int

// The four marks, each with a shape of its own.
const (
	MarkOpen     Mark = iota // an empty square
	MarkTicked               // a thin tick: claimed, not proved
	MarkVerified             // a full square with a tick: proved
	MarkFailed               // a cross
)

func (m Mark) String() string {
	return [...]string{"open", "ticked", "verified", "failed"}[m]
}

// TickBox is a criterion that the reader ticks.
type TickBox struct {
	ID, Name, Value string
	Checked         bool
	Text            string
	By              string // who says so
}

// Quote is what Passage draws: words of a page, with where they stand.
type Quote struct {
	Body   templ.Component // paragraphs, with mark around what was looked for
	Source Link
	Where  string // "Performance And Reliability, lesson 3"
}
