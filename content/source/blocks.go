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

// Text joins lines again.
func Text(lines []Line) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(l.Text)
		b.WriteByte('\n')
	}
	return strings.Trim(b.String(), "\n")
}

// A Section is a heading and what stands under it, up to the next heading of
// the same level or a higher one.
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
	m := fenceMark.FindStringSubmatch(text)
	switch {
	case f.open == "" && m != nil:
		f.open = m[1]
		return true
	case f.open == "":
		return false
	case m != nil && strings.HasPrefix(m[1], f.open) && strings.TrimSpace(strings.TrimLeft(text, " ")[len(m[1]):]) == "":
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
		if strings.TrimSpace(lines[i].Text) == "" {
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
	var text, reason []Line
	var fence fences
	for i, l := range body {
		inside := fence.next(l.Text)
		if q, ok := strings.CutPrefix(l.Text, ">"); ok && !inside {
			reason = append(reason, Line{l.N, strings.TrimPrefix(q, " ")})
			continue
		}
		if i > 0 && !inside && IsEntry(l.Text) && len(reason) == 0 {
			e.Sub, _ = Entries(body[i:])
			break
		}
		text = append(text, l)
	}
	e.Text, e.Reason = Text(text), Text(reason)
	return e
}

func dedent(text string, n int) string {
	for n > 0 && strings.HasPrefix(text, " ") {
		text, n = text[1:], n-1
	}
	return text
}
