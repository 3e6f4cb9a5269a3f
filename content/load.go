package content

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"groundwork/content/source"
)

// loader reads a folder and collects what is wrong with it.
type loader struct {
	fsys     fs.FS
	lib      *Library
	problems source.Problems
	links    []link // to be checked once everything is known
	anchors  map[string]map[string]bool
}

// Load reads all pages of a content folder. It reports all the mistakes it
// finds, so that an author can mend them in one go; if there are any, the
// library is incomplete and must not be served. Items of the bank are package
// exam's, the fit test is package quiz's; see [Library.CheckItems].
func Load(fsys fs.FS) (*Library, source.Problems) {
	l := &loader{fsys: fsys, anchors: map[string]map[string]bool{}, lib: &Library{
		Pages: map[string]*Page{}, skills: map[string]*Skill{}, lessons: map[string]*Lesson{},
		projects: map[string]*Project{}, refs: map[string]string{},
	}}
	l.guide()
	l.skills()
	l.lessons()
	l.projects()
	l.join()
	l.check()
	l.checkLinks()
	l.index()
	return l.lib, l.problems
}

func (l *loader) add(file string, line int, what, mend string) {
	l.problems.Add(file, line, what, mend)
}

// glob returns the files of a pattern, sorted.
func (l *loader) glob(pattern string) []string {
	names, err := fs.Glob(l.fsys, pattern)
	if err != nil {
		l.add(pattern, 0, err.Error(), "")
	}
	return names
}

// open reads a file, decodes its front matter into v and renders its body into
// page. It returns nil if the file is not there or cannot be split.
func (l *loader) open(name string, v any, page *Page) *source.File {
	if _, err := fs.Stat(l.fsys, name); err != nil {
		l.add(name, 0, "is missing", "write it; content/README.md says what it holds")
		return nil
	}
	f, ps := source.Read(l.fsys, name)
	l.problems = append(l.problems, ps...)
	if f == nil {
		return nil
	}
	if v != nil {
		l.problems = append(l.problems, f.Decode(v)...)
	}
	page.File, page.Slug = name, strings.TrimSuffix(path.Base(name), ".md")
	l.meta(f, page)
	l.body(f, page)
	return f
}

// meta reports what a page does not say of itself.
func (l *loader) meta(f *source.File, p *Page) {
	need := func(ok bool, key, mend string) {
		if !ok {
			l.add(f.Name, f.Line(key+":"), "has no proper "+key, mend)
		}
	}
	need(p.Title != "", "title", "write title: and the page's name")
	n := len([]rune(p.Description))
	need(n >= 50 && n <= 160, "description", fmt.Sprintf("write description: and one sentence of 50 to 160 characters (it has %d)", n))
	need(!p.Reviewed.IsZero(), "reviewed", "write reviewed: and the day somebody last read it through, as 2026-01-20")
	need(p.ReviewedBy != "", "reviewed-by", "write reviewed-by: and who that was")
	if p.Reviewed.After(l.lib.Updated) {
		l.lib.Updated = p.Reviewed.Time
	}
}

// body renders the sections of a page.
func (l *loader) body(f *source.File, p *Page) {
	n := new(counter)
	seen := map[string]bool{}
	for _, s := range source.Sections(f.Lines(), 2) {
		if s.ID == "" {
			s.ID = string((&headingIDs{seen: map[string]bool{}}).Generate([]byte(s.Heading), 0))
		}
		if s.Heading != "" && seen[s.ID] {
			l.add(f.Name, s.Line, fmt.Sprintf("the id %q stands at two headings", s.ID), "give one of them another {#id}")
		}
		seen[s.ID] = true
		part := Part{ID: s.ID, Heading: s.Heading}
		if s.ID == "check" || s.ID == "rehearsal" {
			part.HTML, part.Checks = l.checks(f, s, n)
		} else {
			part.HTML = render(s.Text(), n)
			l.collect(f, s, part.HTML)
		}
		p.Parts = append(p.Parts, part)
	}
}

// checks reads the questions under a heading, and what stands before them.
func (l *loader) checks(f *source.File, s source.Section, n *counter) (intro HTML, list []Check) {
	for _, q := range source.Sections(s.Lines, 3) {
		if q.Heading == "" {
			intro = render(q.Text(), n)
			continue
		}
		if q.ID == "" {
			l.add(f.Name, q.Line, "a question has no id", "end its heading with an id that never changes: {#second-call}")
		}
		first := slices.IndexFunc(q.Lines, func(line source.Line) bool { return source.IsEntry(line.Text) })
		if first < 0 {
			l.add(f.Name, q.Line, "a question has no options", "write them as - [ ] and - [x]")
			continue
		}
		c := Check{ID: q.ID, Question: Inline(q.Heading), Body: render(source.Text(q.Lines[:first]), n)}
		entries, rest := source.Entries(q.Lines[first:])
		if text := source.Text(rest); text != "" {
			l.add(f.Name, rest[0].N, "text after the options of a question", "move it before them, or into a reason")
		}
		keys := 0
		for _, e := range entries {
			c.Options = append(c.Options, CheckOption{Inline(e.Text), Inline(e.Reason), e.Mark == source.Checked})
			if e.Mark == source.Checked {
				keys++
			}
			if e.Reason == "" {
				l.add(f.Name, e.Line, fmt.Sprintf("the option %q has no reason", e.Text), "write it under the option as an indented block quote: >")
			}
		}
		if keys != 1 || len(entries) < 3 {
			l.add(f.Name, q.Line, fmt.Sprintf("the question has %d options and %d keys", len(entries), keys), "write at least three options, one of them - [x]")
		}
		list = append(list, c)
	}
	return intro, list
}

// guide reads the guidance pages. The fit test and the exam's blueprint are
// read strictly by quiz and exam; here only their words count.
func (l *loader) guide() {
	lib := l.lib
	lib.Overview, lib.Levels, lib.SkillMap = new(Overview), new(Levels), new(Page)
	lib.Path, lib.Interview, lib.Mistakes = new(Path), new(Interview), new(Mistakes)
	l.open("guide/overview.md", lib.Overview, &lib.Overview.Page)
	l.open("guide/levels.md", lib.Levels, &lib.Levels.Page)
	l.open("guide/skill-map.md", lib.SkillMap, lib.SkillMap)
	l.open("guide/path.md", lib.Path, &lib.Path.Page)
	l.open("guide/interview.md", lib.Interview, &lib.Interview.Page)
	l.open("guide/mistakes.md", lib.Mistakes, &lib.Mistakes.Page)
	lib.Interview.Prompt.HTML = Render(lib.Interview.Prompt.Text)
	own := []string{"overview", "levels", "skill-map", "path", "interview", "mistakes"}
	for _, name := range l.glob("guide/*.md") {
		slug := strings.TrimSuffix(path.Base(name), ".md")
		if slices.Contains(own, slug) {
			continue
		}
		p := new(Page)
		lib.Pages[slug] = p
		if slug == "fit" || slug == "exam" {
			l.loose(name, p)
		} else {
			l.open(name, p, p)
		}
	}
	for _, slug := range []string{"next-steps", "fit", "exam", "scoring", "fit-method", "privacy", "accessibility"} {
		if lib.Pages[slug] == nil {
			l.add("guide/"+slug+".md", 0, "is missing", "write it; content/README.md says what it holds")
			lib.Pages[slug] = new(Page)
		}
	}
}

// loose reads a page whose front matter holds keys of another package.
func (l *loader) loose(name string, p *Page) {
	f, ps := source.Read(l.fsys, name)
	if f == nil {
		l.problems = append(l.problems, ps...)
		return
	}
	if err := f.DecodeSome(p); err != nil {
		return // whoever owns the other keys reports it with its line
	}
	p.File, p.Slug = name, strings.TrimSuffix(path.Base(name), ".md")
	l.meta(f, p)
	l.body(f, p)
}

func (l *loader) skills() {
	for _, name := range l.glob("skill/*.md") {
		s := new(Skill)
		if l.open(name, s, &s.Page) != nil {
			s.ID = s.Slug
			l.lib.skills[s.ID] = s
			l.lib.Skills = append(l.lib.Skills, s)
		}
	}
	slices.SortFunc(l.lib.Skills, func(a, b *Skill) int { return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.ID, b.ID)) })
}

func (l *loader) lessons() {
	for _, name := range l.glob("lesson/*/*.md") {
		lesson := new(Lesson)
		f := l.open(name, lesson, &lesson.Page)
		if f == nil {
			continue
		}
		lesson.Skill = path.Base(path.Dir(name))
		lesson.ID = lesson.Skill + "/" + lesson.Slug
		lesson.measure(f)
		l.lib.lessons[lesson.ID] = lesson
	}
}

// measure counts words and lines of code, and from them the minutes to read:
// 130 words a minute, since this is not a novel, and 15 lines of code.
func (l *Lesson) measure(f *source.File) {
	code := 0
	words := 0
	inFence := map[int]bool{}
	for _, fence := range source.Fences(f.Lines()) {
		b := parseInfo(fence.Info)
		b.Line, b.Text = fence.Line, fence.Body
		l.Blocks = append(l.Blocks, b)
		n := strings.Count(fence.Body, "\n")
		code += n
		for i := fence.Line; i <= fence.Line+n+1; i++ {
			inFence[i] = true
		}
	}
	for _, line := range f.Lines() {
		if !inFence[line.N] {
			words += len(strings.Fields(line.Text))
		}
	}
	l.Words = words
	l.Minutes = max(1, (words+129)/130+code/15)
}

func (l *loader) projects() {
	for _, name := range l.glob("project/*.md") {
		p := new(Project)
		if l.open(name, p, &p.Page) != nil {
			p.ID = p.Slug
			l.lib.projects[p.ID] = p
			l.lib.Projects = append(l.lib.Projects, p)
		}
	}
	slices.SortFunc(l.lib.Projects, func(a, b *Project) int { return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.ID, b.ID)) })
}

// join gives everything its refs and skills their lessons.
func (l *loader) join() {
	lib := l.lib
	ref := func(ref, title string) { lib.refs[ref] = title }
	for _, s := range lib.Skills {
		ref(s.Ref(), s.Title)
		for _, slug := range s.Slugs {
			if lesson := lib.lessons[s.ID+"/"+slug]; lesson != nil {
				s.Lessons = append(s.Lessons, lesson)
				ref(lesson.Ref(), lesson.Title)
			}
		}
	}
	for i := range lib.Path.Steps {
		s := &lib.Path.Steps[i]
		ref(s.Ref(), s.Title)
		for j := range s.Task.Criteria {
			c := &s.Task.Criteria[j]
			c.Ref = "task/" + s.Task.ID + "/" + c.ID
			ref(c.Ref, c.Text.Plain())
		}
	}
	for _, p := range lib.Projects {
		ref(p.Ref(), p.Title)
		for _, list := range [][]Criterion{p.Scope, p.Acceptance, p.Stretch} {
			for i := range list {
				list[i].Ref = p.Ref() + "/" + list[i].ID
				ref(list[i].Ref, list[i].Text.Plain())
			}
		}
	}
	for _, t := range lib.Interview.Checklist {
		ref(t.Ref(), t.Text.Plain())
	}
	for i := range lib.Interview.Prompt.Rubric {
		c := &lib.Interview.Prompt.Rubric[i]
		c.Ref = "rubric/" + c.ID
		ref(c.Ref, c.Text.Plain())
	}
	ref(PromptRef, "Practice prompt")
	if lib.Updated.IsZero() {
		lib.Updated = time.Unix(0, 0).UTC()
	}
}

// PromptRef is where a learner's answer to the practice prompt is kept.
const PromptRef = "interview/prompt"
