package content

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"groundwork/content/source"
)

// body renders the sections of a page.
func (l *loader) body(f *source.File, p *Page) {
	n := new(counter)
	l.counters[f.Name] = n
	l.blocks(f)
	sections := source.Sections(f.Lines(), 2)
	for i := range sections {
		if s := &sections[i]; s.ID == "" {
			s.ID = string(new(headingIDs).Generate([]byte(s.Heading), 0))
		}
	}
	l.ids(f, sections, n)
	for _, s := range sections {
		part := Part{ID: s.ID, Heading: s.Heading, Line: s.Line}
		if s.ID == "check" || s.ID == "rehearsal" {
			part.HTML, part.Checks = l.checks(f, s, n)
		} else {
			part.HTML = render(s.Text(), n)
			l.collect(f, s, part.HTML)
		}
		if part.HTML == "" && len(part.Checks) == 0 {
			l.add(f.Name, s.Line, fmt.Sprintf("the section %q is empty", s.Heading), "write it")
		}
		p.Parts = append(p.Parts, part)
	}
}

// ids reports ids that stand twice on a page, and tells n which are taken, so
// that ids made from headings differ from them.
func (l *loader) ids(f *source.File, sections []source.Section, n *counter) {
	claim := func(s source.Section) {
		if n.ids.seen[s.ID] {
			l.add(f.Name, s.Line, fmt.Sprintf("the id %q stands at two headings", s.ID), "give one of them another {#id}")
		}
		n.ids.Put([]byte(s.ID))
	}
	for _, s := range sections {
		if s.Heading != "" {
			claim(s)
		}
	}
	for _, s := range sections {
		for level := 3; level <= 6; level++ {
			for _, sub := range source.Sections(s.Lines, level) {
				if sub.Heading != "" && sub.ID != "" {
					claim(sub)
				}
			}
		}
	}
}

var wrongNote = regexp.MustCompile(`^\s*> *\[!`)

// blocks reports blocks that do not end, mark lines they do not have, or draw
// nothing, and marks of another level than a body has.
func (l *loader) blocks(f *source.File) {
	lines := f.Lines()
	for _, s := range source.Sections(lines, 1) {
		if s.Heading != "" {
			l.add(f.Name, s.Line, "a heading of the first level", "begin it with ##; the title is the only one of the first")
		}
	}
	for _, fence := range source.Fences(lines) {
		if fence.Rest == nil {
			l.add(f.Name, fence.Line, "the block of code does not end", "write a line with the same marks after it")
		}
	}
	for _, b := range Blocks(lines) {
		if b.Lang == "diagram" {
			l.checkDiagram(f.Name, b)
		}
		if mark, ok := b.Marks["hot"]; ok {
			if _, ok := hotLines(mark, strings.Count(b.Text, "\n")); !ok {
				l.add(f.Name, b.Line, fmt.Sprintf("hot=%s does not mark lines of this block", mark), "write hot=3, hot=3-5 or hot=3,7-9, counted from the block's first line")
			}
		}
	}
	for _, line := range lines {
		if wrongNote.MatchString(line.Text) && strings.Trim(line.Text, "> ") != "[!NOTE]" {
			l.add(f.Name, line.N, "a mark of an aside that is none", "write > [!NOTE] on a line of its own")
		}
	}
}

// checks reads the questions under a heading, and what stands before them.
func (l *loader) checks(f *source.File, s source.Section, n *counter) (intro HTML, list []Check) {
	for _, q := range source.Sections(s.Lines, 3) {
		if q.Heading == "" {
			intro = render(q.Text(), n)
			l.collect(f, q, intro)
			continue
		}
		c := l.question(f, q, n)
		list = append(list, c)
		all := c.Question + c.Body
		for _, o := range c.Options {
			all += o.Text + o.Reason
		}
		q.Lines = append([]source.Line{{N: q.Line, Text: q.Heading}}, q.Lines...)
		l.collect(f, q, all)
	}
	return intro, list
}

// question reads one question under its heading.
func (l *loader) question(f *source.File, q source.Section, n *counter) Check {
	switch {
	case q.ID == "":
		l.add(f.Name, q.Line, "a question has no id", "end its heading with an id that never changes: {#second-call}")
	case !goodID.MatchString(q.ID):
		l.add(f.Name, q.Line, fmt.Sprintf("%q is not an id", q.ID), "write lower-case words joined by hyphens")
	}
	c := Check{ID: q.ID, Question: inline(q.Heading, n)}
	first := slices.IndexFunc(q.Lines, func(line source.Line) bool { return source.IsEntry(line.Text) })
	if first < 0 {
		l.add(f.Name, q.Line, "a question has no options", "write them as - [ ] and - [x]")
		return c
	}
	c.Body = render(source.Text(q.Lines[:first]), n)
	entries, rest := source.Entries(q.Lines[first:])
	if text := source.Text(rest); text != "" {
		l.add(f.Name, rest[0].N, "text after the options of a question", "move it before them, or into a reason")
	}
	keys := 0
	for _, e := range entries {
		c.Options = append(c.Options, CheckOption{inline(e.Text, n), inline(e.Reason, n), e.Mark == source.Checked})
		switch e.Mark {
		case source.Checked:
			keys++
		case source.Plain, source.Numbered:
			l.add(f.Name, e.Line, fmt.Sprintf("the option %q has no box", e.Text), "begin it with - [ ], or - [x] if it is the key")
		}
		if e.Text == "" {
			l.add(f.Name, e.Line, "an option has no text", "write it after its box")
		}
		if e.Reason == "" {
			l.add(f.Name, e.Line, fmt.Sprintf("the option %q has no reason", e.Text), "write it under the option as an indented block quote: >")
		}
	}
	if keys != 1 || len(entries) < 3 {
		l.add(f.Name, q.Line, fmt.Sprintf("the question has %d options and %d keys", len(entries), keys), "write at least three options, one of them - [x]")
	}
	return c
}
