package content

import (
	"cmp"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"groundwork/content/source"
)

// A Glossary is the terms of the field as this site uses and spells them. It is
// a page like others, whose sections are made of the terms.
type Glossary struct {
	Page  `yaml:",inline"`
	Terms []GlossaryTerm `yaml:"terms"` // sorted
}

// A GlossaryTerm is one term with what it means and where it is used.
type GlossaryTerm struct {
	Term    string   `yaml:"term"`
	Also    []string `yaml:"also"` // other forms of it that the site uses
	Not     []string `yaml:"not"`  // spellings that it does not use
	Text    Text     `yaml:"text"`
	Lessons []string `yaml:"lessons"`
}

// ID is the anchor of the term on its page.
func (t GlossaryTerm) ID() string { return string(new(headingIDs).Generate([]byte(t.Term), 0)) }

// glossary makes the sections of the glossary's page, once lessons are known,
// and reports what is wrong with its terms.
func (l *loader) glossary() {
	g := l.lib.Glossary
	if g.File == "" {
		return
	}
	l.count(g.File, "terms", len(g.Terms))
	slices.SortFunc(g.Terms, func(a, b GlossaryTerm) int {
		return cmp.Compare(strings.ToLower(a.Term), strings.ToLower(b.Term))
	})
	seen := map[string]string{}
	for _, p := range g.Parts {
		seen[p.ID] = p.Heading
	}
	for _, t := range g.Terms {
		if other, twice := seen[t.ID()]; twice {
			l.add(g.File, l.find(g.File, "term: "+t.Term), fmt.Sprintf("%q has the same id as %q", t.Term, other), "name one of them otherwise")
			continue
		}
		seen[t.ID()] = t.Term
		l.term(t)
		g.Parts = append(g.Parts, Part{ID: t.ID(), Heading: t.Term, Line: l.find(g.File, "term: "+t.Term), HTML: l.termHTML(t)})
	}
}

// term reports what is wrong with one term: no text, a form that is right and
// wrong, a lesson that does not use it.
func (l *loader) term(t GlossaryTerm) {
	file := l.lib.Glossary.File
	line := l.find(file, "term: "+t.Term)
	if t.Term == "" || t.Text == "" || len(t.Lessons) == 0 {
		l.add(file, line, fmt.Sprintf("the term %q lacks its name, text or lessons", t.Term), "write all three")
	}
	forms := append([]string{t.Term}, t.Also...)
	for _, not := range t.Not {
		if slices.Contains(forms, not) {
			l.add(file, line, fmt.Sprintf("%q is a form of %q and a wrong spelling of it", not, t.Term), "take one of them out")
		}
	}
	for _, id := range t.Lessons {
		lesson := l.lib.lessons[id]
		if lesson == nil {
			l.lesson(file, id)
			continue
		}
		f, _ := l.read(lesson.File)
		if f != nil && !uses(string(f.Front)+f.Body, forms) {
			l.add(file, line, fmt.Sprintf("the lesson %s does not use the term %q", id, t.Term), "name lessons that do, or add the form they use to also")
		}
	}
}

// uses reports whether a text holds one of the forms of a term.
func uses(text string, forms []string) bool {
	text = strings.ToLower(text)
	return slices.ContainsFunc(forms, func(form string) bool { return strings.Contains(text, strings.ToLower(form)) })
}

// termHTML renders a term: what it means, and links to the lessons.
func (l *loader) termHTML(t GlossaryTerm) HTML {
	var links []string
	for _, id := range t.Lessons {
		if lesson := l.lib.lessons[id]; lesson != nil {
			links = append(links, fmt.Sprintf("[%s](%s)", lesson.Title, lesson.URL()))
		}
	}
	return render(string(t.Text)+"\n\nIn the lessons: "+strings.Join(links, " · ")+"\n", l.counters[l.lib.Glossary.File])
}

// A misspelling is a spelling that the site does not use.
type misspelling struct {
	term    string
	lower   string // of the spelling; what does not hold it cannot match
	pattern *regexp.Regexp
}

// in returns how the line is misspelt, or "".
func (m misspelling) in(line, lower string) string {
	if !strings.Contains(lower, m.lower) {
		return ""
	}
	if found := m.pattern.FindStringSubmatch(line); found != nil {
		return found[1]
	}
	return ""
}

// Spelling reports spellings that the glossary rules out, wherever prose is:
// in the pages and in the items of the folder that the library was loaded
// from. Code, addresses and the glossary's own lists do not count.
func (lib *Library) Spelling(fsys fs.FS) source.Problems {
	var wrong []misspelling
	for _, t := range lib.Glossary.Terms {
		for _, not := range t.Not {
			wrong = append(wrong, misspelling{t.Term, strings.ToLower(not), spelled(not, append([]string{t.Term}, t.Also...))})
		}
	}
	var problems source.Problems
	for _, pattern := range []string{"guide/*.md", "skill/*.md", "lesson/*/*.md", "project/*.md", "item/*/*.md"} {
		names, err := fs.Glob(fsys, pattern)
		if err != nil {
			problems.Add(pattern, 0, err.Error(), "")
		}
		for _, name := range names {
			f, _ := source.Read(fsys, name)
			if f == nil {
				continue // whoever loads it reports why
			}
			problems = append(problems, misspelt(f, wrong)...)
		}
	}
	return problems
}

// misspelt reports the misspellings in one file.
func misspelt(f *source.File, wrong []misspelling) source.Problems {
	var problems source.Problems
	for _, line := range proseLines(f) {
		lower := strings.ToLower(line.Text)
		for _, w := range wrong {
			if found := w.in(line.Text, lower); found != "" {
				problems.Add(f.Name, line.N, fmt.Sprintf("writes %q", found), fmt.Sprintf("write %q, as the glossary does", w.term))
			}
		}
	}
	return problems
}

// spelled matches a wrong spelling as a word of its own, also in the plural.
// Capitals matter if they are all that tells it from a right form.
func spelled(not string, forms []string) *regexp.Regexp {
	flags := "(?i)"
	if slices.ContainsFunc(forms, func(form string) bool { return strings.EqualFold(form, not) }) {
		flags = ""
	}
	return regexp.MustCompile(flags + `(?:^|[^\pL\pN_/-])(` + regexp.QuoteMeta(not) + `(?:e?s)?)(?:$|[^\pL\pN_/-])`)
}

var notProse = regexp.MustCompile("`[^`]*`|\\]\\([^)]*\\)|\\{#[^}]*\\}|https?://\\S+")

// proseLines returns the lines of a file in which words are written: no code,
// no addresses, no ids, no titles of what others wrote, and in the front
// matter of the glossary no spellings to avoid.
func proseLines(f *source.File) []source.Line {
	inFence := map[int]bool{}
	for _, fence := range source.Fences(f.Lines()) {
		for i := range strings.Count(fence.Body, "\n") + 2 {
			inFence[fence.Line+i] = true
		}
	}
	var out []source.Line
	add := func(n int, text string) {
		out = append(out, source.Line{N: n, Text: notProse.ReplaceAllString(text, " ")})
	}
	key := ""
	for i, text := range strings.Split(string(f.Front), "\n") {
		if name, _, ok := strings.Cut(text, ":"); ok && !strings.HasPrefix(text, " ") {
			key = name
		}
		trimmed := strings.TrimLeft(text, " -")
		switch {
		case key == "sources", key == "harness", key == "lessons", key == "builds-on":
		case strings.HasPrefix(trimmed, "not:"), strings.HasPrefix(trimmed, "lessons:"), strings.HasPrefix(trimmed, "id:"):
		default:
			add(i+2, text)
		}
	}
	for _, l := range f.Lines() {
		if !inFence[l.N] {
			add(l.N, l.Text)
		}
	}
	return out
}
