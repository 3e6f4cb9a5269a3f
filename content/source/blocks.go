package source

import (
	"regexp"
	"strings"
)

// A Line is one line of a body with its number in the file.
type Line struct {
	N    int
	Text string
}

// Lines returns the lines of the body.
func (f *File) Lines() []Line {
	texts := strings.Split(strings.TrimSuffix(f.Body, "\n"), "\n")
	lines := make([]Line, len(texts))
	for i, t := range texts {
		lines[i] = Line{f.BodyLine + i, t}
	}
	return lines
}

// Text joins lines again, without the blank ones at both ends.
func Text(lines []Line) string {
	for len(lines) > 0 && blank(lines[0]) {
		lines = lines[1:]
	}
	for len(lines) > 0 && blank(lines[len(lines)-1]) {
		lines = lines[:len(lines)-1]
	}
	texts := make([]string, len(lines))
	for i, l := range lines {
		texts[i] = l.Text
	}
	return strings.Join(texts, "\n")
}

func blank(l Line) bool { return strings.TrimSpace(l.Text) == "" }

// A Section is a heading and what stands under it, up to the next heading of
// the same level.
type Section struct {
	Line    int    // of the heading
	Heading string // without its marks and its id
	ID      string // from {#id}, or empty
	Lines   []Line
}

// Text returns the section's Markdown without its heading.
func (s Section) Text() string { return Text(s.Lines) }

var headingID = regexp.MustCompile(`^(.*?)\s*\{#([^\s{}]+)\}\s*$`)

// Sections splits lines at the headings of one level: 2 for ##, 3 for ###.
// What stands before the first heading comes as a section of its own without
// heading, if it is not blank. Lines inside fences are never headings.
func Sections(lines []Line, level int) []Section {
	mark := strings.Repeat("#", level) + " "
	var out []Section
	cur := Section{}
	if len(lines) > 0 {
		cur.Line = lines[0].N
	}
	flush := func() {
		if cur.Heading != "" || Text(cur.Lines) != "" {
			out = append(out, cur)
		}
	}
	var fence fences
	for _, l := range lines {
		if inside := fence.next(l.Text); !inside && strings.HasPrefix(l.Text, mark) {
			flush()
			cur = Section{Line: l.N, Heading: strings.TrimSpace(l.Text[len(mark):])}
			if m := headingID.FindStringSubmatch(cur.Heading); m != nil {
				cur.Heading, cur.ID = m[1], m[2]
			}
			continue
		}
		cur.Lines = append(cur.Lines, l)
	}
	flush()
	return out
}

// fences follows fenced code blocks line by line.
type fences struct{ open string }

var fenceMark = regexp.MustCompile("^ {0,12}(`{3,}|~{3,})")

// next reports whether the line is part of a fenced block, its marks included.
func (f *fences) next(text string) bool {
	if !strings.Contains(text, "```") && !strings.Contains(text, "~~~") { // most lines, and far cheaper to see
		return f.open != ""
	}
	m := fenceMark.FindStringSubmatch(text)
	if m == nil {
		return f.open != ""
	}
	mark, info := m[1], text[len(m[0]):]
	switch {
	case f.open == "" && mark[0] == '`' && strings.Contains(info, "`"):
		return false // code within a line
	case f.open == "":
		f.open = mark
	case strings.HasPrefix(mark, f.open) && strings.TrimSpace(info) == "":
		f.open = ""
	}
	return true
}

// A Fence is a fenced code block at the outer level of a body.
type Fence struct {
	Line int    // of the opening mark
	Info string // what follows the mark
	Body string
	Rest []Line // what follows the block
}

// Fences returns the fenced blocks among lines, in order.
func Fences(lines []Line) []Fence {
	var out []Fence
	var f fences
	for i, l := range lines {
		was := f.open
		f.next(l.Text)
		switch {
		case was == "" && f.open != "":
			out = append(out, Fence{Line: l.N, Info: strings.TrimSpace(strings.TrimLeft(l.Text, " `~"))})
		case was != "" && f.open != "":
			out[len(out)-1].Body += l.Text + "\n"
		case was != "" && f.open == "":
			out[len(out)-1].Rest = lines[i+1:]
		}
	}
	return out
}

// Facts decodes the YAML of a fence into v, strictly, with its lines.
func (f Fence) Facts(name string, v any) Problems {
	ps := decodeYAML(name, []byte(f.Body), f.Line+1, v)
	for i := range ps {
		ps[i].What = strings.Replace(ps[i].What, "front matter", "block of facts", 1)
	}
	return ps
}

// Mark says how an entry of a list begins.
type Mark int

// The marks of list entries.
const (
	Plain    Mark = iota // "- text"
	Open                 // "- [ ] text"
	Checked              // "- [x] text"
	Numbered             // "1. text"
)

// An Entry is one entry of a list, with the reason that stands under it as a
// block quote and the list nested in it.
type Entry struct {
	Line   int
	Mark   Mark
	Text   string // Markdown, several lines if there is code
	Reason string // Markdown
	Sub    []Entry
}

var entryMark = regexp.MustCompile(`^(?:[-*] \[( |x|X)\]|[-*]|\d{1,2}[.)])(?: +|$)`)

// Entries reads the list that begins at the first of lines and returns what
// follows it. Lines that continue an entry are indented by two blanks or more.
func Entries(lines []Line) (entries []Entry, rest []Line) {
	for i := 0; i < len(lines); {
		if blank(lines[i]) {
			i++
			continue
		}
		if !IsEntry(lines[i].Text) {
			return entries, lines[i:]
		}
		end := entryEnd(lines, i)
		entries = append(entries, entry(lines[i:end]))
		i = end
	}
	return entries, nil
}

// IsEntry reports whether text begins an entry of a list at the outer level.
func IsEntry(text string) bool { return entryMark.MatchString(text) }

// entryEnd returns the index after the last line of the entry at lines[i].
func entryEnd(lines []Line, i int) int {
	end := i + 1
	for j := i + 1; j < len(lines); j++ {
		t := lines[j].Text
		if strings.TrimSpace(t) == "" {
			continue
		}
		if !strings.HasPrefix(t, "  ") {
			break
		}
		end = j + 1
	}
	return end
}

// entry reads one entry from its lines.
func entry(lines []Line) Entry {
	first := lines[0]
	m := entryMark.FindStringSubmatch(first.Text)
	e := Entry{Line: first.N, Mark: Plain}
	switch {
	case m[1] == " ":
		e.Mark = Open
	case m[1] != "":
		e.Mark = Checked
	case first.Text[0] >= '0' && first.Text[0] <= '9':
		e.Mark = Numbered
	}
	body := []Line{{first.N, first.Text[len(m[0]):]}}
	indent := 0
	for _, l := range lines[1:] {
		if indent == 0 && strings.TrimSpace(l.Text) != "" {
			indent = len(l.Text) - len(strings.TrimLeft(l.Text, " "))
		}
		body = append(body, Line{l.N, dedent(l.Text, indent)})
	}
	e.fill(body)
	return e
}

// fill sorts the lines of an entry, without their indent, into text, reason
// and nested list.
func (e *Entry) fill(body []Line) {
	var text, reason []Line
	var fence fences
	quoted := false // the line before belongs to a quote and is not blank
	for i := 0; i < len(body); i++ {
		l := body[i]
		inside := fence.next(l.Text)
		q, quote := strings.CutPrefix(l.Text, ">")
		switch {
		case quote && !inside:
			reason = append(reason, Line{l.N, strings.TrimPrefix(q, " ")})
			quoted = strings.TrimSpace(q) != ""
			continue
		case i > 0 && !inside && IsEntry(l.Text):
			sub, rest := Entries(body[i:])
			e.Sub = append(e.Sub, sub...)
			i = len(body) - len(rest) - 1
		case quoted && !inside && strings.TrimSpace(l.Text) != "":
			reason = append(reason, l) // Markdown lets the > of a paragraph's later lines be left out
			continue
		default:
			text = append(text, l)
		}
		quoted = false
	}
	e.Text, e.Reason = Text(text), Text(reason)
}

func dedent(text string, n int) string {
	for n > 0 && strings.HasPrefix(text, " ") {
		text, n = text[1:], n-1
	}
	return text
}
