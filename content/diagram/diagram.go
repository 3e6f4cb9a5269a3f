// Package diagram draws pictures from a few lines of text.
//
// A lesson holds the text in a fence; nobody places a box by hand, and nothing
// is drawn in the browser. There are four kinds:
//
//	sequence   Client -> API: POST /orders      who asks whom, downwards in time
//	           API --> Client: 201              a dashed answer
//	           note API: looks up the key
//	state      closed -> open: 5 failures       the first state named is where it starts
//	timeline   unit ms                          optional, first
//	           0-300 Orders: waits              start-end, lane, label; in one lane as often as needed
//	           at 200: client gives up
//	tree       orders                           two spaces a level
//	             partition 12: customer-1       a colon sets off what explains the name
//
// In every kind the words after the first colon are what is written beside the
// line, and may contain colons themselves. Blank lines do not count.
//
// [Parse] reads the text. What it refuses comes back as an [*Error] that names
// the line and how to mend it: unknown arrows, ends before starts, levels that
// were skipped, and pictures with more in them than a reader can hold.
//
// [Diagram.SVG] draws. The picture has no style of its own, only classes whose
// colours are the site's tokens (.diagram in static/style.css), so that it
// follows the theme. Text stands at fixed sizes, 13.5 and 15 px. It is laid
// out twice where that helps, once for a column of 600 px and once for a phone
// of 340 px, and a container query shows one of the two. Where even the
// smaller one is wider than a phone, [Diagram.Width] says so and the caller
// puts it into a box that scrolls.
//
// [Diagram.Text] says the same in words, for readers who do not see it.
//
// Everything in this package is a function of its arguments: the same text
// gives the same bytes.
package diagram

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The widths that a picture is laid out for, in px: a reading column, and a
// phone of 390 px less its margins.
const (
	column = 600.0
	phone  = 340.0
)

// A Diagram is a picture that has been read and can be drawn. It never
// changes. The zero Diagram is empty.
type Diagram struct {
	kind        Kind
	body        body
	wide, small *scene // laid out for a column and for a phone; the same if that will do
}

// A Kind is one of the four kinds of diagram.
type Kind string

// The kinds, as they are written after the word diagram.
const (
	Sequence Kind = "sequence"
	State    Kind = "state"
	Timeline Kind = "timeline"
	Tree     Kind = "tree"
)

// A body is what a kind has to offer.
type body interface {
	// draw lays the picture out, no wider than most if that can be done.
	draw(most float64) *scene
	// sentences says what the picture shows.
	sentences() []string
}

// An Error says which line of a diagram's text is wrong, and how to mend it.
type Error struct {
	Line int // from 1, in the text given to Parse; 0 if it is the kind
	What string
	Mend string
}

// Error returns the line, what is wrong and how to mend it.
func (e *Error) Error() string {
	return fmt.Sprintf("line %d: %s; %s", e.Line, e.What, e.Mend)
}

// A line is one line of the text that is not blank.
type line struct {
	n    int    // from 1
	text string // without blanks at the end
}

// fault is an error at this line.
func (l line) fault(mend, what string, args ...any) error {
	return &Error{Line: l.n, What: fmt.Sprintf(what, args...), Mend: mend}
}

// longest is how many bytes a line may have: more does not fit beside an arrow.
const longest = 160

// apostrophe finds the straight marks that stand for a typographic one.
var apostrophe = regexp.MustCompile(`(\pL)'(\pL)`)

// Parse reads the text of a diagram. Its errors are all of type *Error.
func Parse(kind, src string) (Diagram, error) {
	b, err := parse(kind, src)
	if err != nil {
		return Diagram{}, err
	}
	d := Diagram{Kind(kind), b, b.draw(column), b.draw(phone)}
	if d.wide.w <= max(phone, d.small.w) {
		d.small = d.wide
	}
	return d, nil
}

// Check returns the error that Parse would return, without drawing.
func Check(kind, src string) error {
	_, err := parse(kind, src)
	return err
}

func parse(kind, src string) (body, error) {
	var lines []line
	for i, text := range strings.Split(src, "\n") {
		l := line{i + 1, strings.TrimRight(text, " \t\r")}
		switch {
		case len(l.text) > longest:
			return nil, l.fault("say it in fewer words", "the line has %d bytes, which is more than fits", len(l.text))
		case !utf8.ValidString(l.text) || strings.ContainsFunc(strings.TrimLeft(l.text, "\t"), unicode.IsControl):
			return nil, l.fault("write plain UTF-8 text", "the line holds something else than text")
		case l.text != "" && !strings.ContainsFunc(l.text, visible):
			return nil, l.fault("write a name, or take the line away", "the line holds nothing that can be seen")
		}
		if l.text != "" {
			l.text = apostrophe.ReplaceAllString(l.text, "$1’$2")
			lines = append(lines, l)
		}
	}
	read := map[Kind]func([]line) (body, error){
		Sequence: parseSequence, State: parseState, Timeline: parseTimeline, Tree: parseTree,
	}[Kind(kind)]
	switch {
	case read == nil:
		return nil, &Error{What: fmt.Sprintf("there is no diagram of the kind %q", kind), Mend: "write diagram sequence, diagram state, diagram timeline or diagram tree"}
	case len(lines) == 0:
		return nil, &Error{Line: 1, What: "the diagram is empty", Mend: "write a line for each thing it shows"}
	}
	return read(lines)
}

// visible reports whether r shows by itself, as an accent without a letter does
// not.
func visible(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) }

// SVG returns the picture as one or two svg elements, of which the style sheet
// shows the one that fits. Its accessible name is title, or the element of the
// page that has the given id and says the same. The markup has neither style
// nor ids, so that any number of pictures can stand on one page.
func (d Diagram) SVG(id, title string) string {
	if d.body == nil {
		return ""
	}
	var b strings.Builder
	if d.wide == d.small {
		d.wide.markup(&b, "chart diagram", id, title)
		return b.String()
	}
	d.wide.markup(&b, "chart diagram column", id, title)
	d.small.markup(&b, "chart diagram phone", id, title)
	return b.String()
}

// Width returns how wide the picture is where it is smallest, in px. Above 340
// the caller has to let it scroll, since shrunk it could not be read.
func (d Diagram) Width() int {
	if d.body == nil {
		return 0
	}
	return int(math.Ceil(d.small.w))
}

// Text returns what the picture shows, one sentence a line.
func (d Diagram) Text() string {
	if d.body == nil {
		return ""
	}
	return strings.Join(d.body.sentences(), "\n")
}

// sentence ends s with a full stop if it has no end of its own.
func sentence(s string) string {
	s = strings.TrimRight(s, " :,;")
	if s == "" || strings.HasSuffix(s, ".") || strings.HasSuffix(s, "?") || strings.HasSuffix(s, "!") {
		return s
	}
	return s + "."
}

// list joins words as one says them: a, b and c.
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	n := len(words) - 1
	return strings.Join(words[:n], ", ") + " and " + words[n]
}
