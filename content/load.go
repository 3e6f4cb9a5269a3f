package content

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"regexp"
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
	urls     map[string]string   // of the page that a file becomes
	unread   map[string]bool     // files without front matter that can be checked
	counters map[string]*counter // of files
	files    map[string]readFile // what was read before
}

type readFile struct {
	file     *source.File
	front    string // its front matter after a line end, so that keys of the outer level begin with one
	problems source.Problems
}

// Load reads all pages of a content folder. It reports all the mistakes it
// finds, so that an author can mend them in one go; if there are any, the
// library is incomplete and must not be served. Items of the bank are package
// exam's, the fit test is package quiz's; see [Library.CheckItems].
func Load(fsys fs.FS) (*Library, source.Problems) {
	l := &loader{fsys: fsys, anchors: map[string]map[string]bool{}, urls: map[string]string{}, unread: map[string]bool{}, counters: map[string]*counter{}, lib: &Library{
		Pages: map[string]*Page{}, skills: map[string]*Skill{}, lessons: map[string]*Lesson{},
		projects: map[string]*Project{}, refs: map[string]string{},
	}}
	l.guide()
	l.skills()
	l.lessons()
	l.projects()
	l.strays()
	l.join()
	l.glossary()
	l.check()
	l.checkLinks()
	return l.lib, l.problems
}

func (l *loader) add(file string, line int, what, mend string) {
	l.problems.Add(file, line, what, mend)
}

// read is source.Read, once for each file.
func (l *loader) read(name string) (*source.File, source.Problems) {
	if l.files == nil {
		l.files = map[string]readFile{}
	}
	r, ok := l.files[name]
	if !ok {
		r.file, r.problems = source.Read(l.fsys, name)
		if r.file != nil {
			r.front = "\n" + string(r.file.Front)
		}
		l.files[name] = r
	}
	return r.file, r.problems
}

// glob returns the files of a pattern, sorted.
func (l *loader) glob(pattern string) []string {
	names, err := fs.Glob(l.fsys, pattern)
	if err != nil {
		l.add(pattern, 0, err.Error(), "")
	}
	return names
}

// strays reports pages that stand where nothing reads them.
func (l *loader) strays() {
	for dir, depth := range map[string]int{"guide": 1, "skill": 1, "lesson": 2, "project": 1} {
		_ = fs.WalkDir(l.fsys, dir, func(name string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && path.Ext(name) == ".md" && strings.Count(name, "/") != depth {
				l.add(name, 0, "stands where no page is looked for", "move it; content/README.md says what each folder holds")
			}
			return nil
		})
	}
}

var wrongDate = regexp.MustCompile(`"([^"]*)" is not a date`)

// open reads a file, decodes its front matter into v and renders its body into
// page. What cannot be read is noted, so that nothing follows from its absence.
func (l *loader) open(name string, v any, page *Page) *source.File {
	page.File, page.Slug = name, strings.TrimSuffix(path.Base(name), ".md")
	l.unread[name] = true
	if _, err := fs.Stat(l.fsys, name); err != nil {
		l.add(name, 0, "is missing", "write it; content/README.md says what it holds")
		return nil
	}
	if !goodID.MatchString(page.Slug) {
		l.add(name, 0, fmt.Sprintf("%q is not an id", page.Slug), "name the file in lower-case words joined by hyphens")
	}
	f, ps := l.read(name)
	l.problems = append(l.problems, ps...)
	if f == nil {
		return nil
	}
	ps = f.Decode(v)
	for _, p := range ps {
		if m := wrongDate.FindStringSubmatch(p.What); m != nil { // it comes without its line
			p.Line = l.find(name, m[1])
		}
		l.add(p.File, p.Line, strings.ReplaceAll(p.What, "content.Text", "string"), p.Mend)
	}
	if len(ps) == 0 || f.DecodeSome(v) == nil { // with an unknown key the others are there
		l.unread[name] = false
		l.meta(f, page)
	}
	l.body(f, page)
	return f
}

// meta reports what a page does not say of itself.
func (l *loader) meta(f *source.File, p *Page) {
	need := func(ok bool, key, mend string) {
		if !ok {
			l.add(f.Name, l.find(f.Name, "\n"+key+":"), "has no proper "+key, mend)
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

// guide reads the guidance pages. The fit test and the exam's blueprint are
// read strictly by quiz and exam; here only their words count.
func (l *loader) guide() {
	lib := l.lib
	lib.Overview, lib.Levels, lib.SkillMap = new(Overview), new(Levels), new(Page)
	lib.Path, lib.Interview, lib.Mistakes, lib.Glossary = new(Path), new(Interview), new(Mistakes), new(Glossary)
	l.open("guide/overview.md", lib.Overview, &lib.Overview.Page)
	l.open("guide/levels.md", lib.Levels, &lib.Levels.Page)
	l.open("guide/skill-map.md", lib.SkillMap, lib.SkillMap)
	l.open("guide/path.md", lib.Path, &lib.Path.Page)
	l.open("guide/interview.md", lib.Interview, &lib.Interview.Page)
	l.open("guide/mistakes.md", lib.Mistakes, &lib.Mistakes.Page)
	lib.Interview.Prompt.HTML = render(lib.Interview.Prompt.Text, l.counters["guide/interview.md"])
	own := []string{"overview", "levels", "skill-map", "path", "interview", "mistakes"}
	for _, name := range l.glob("guide/*.md") {
		slug := strings.TrimSuffix(path.Base(name), ".md")
		if slices.Contains(own, slug) {
			continue
		}
		p := new(Page)
		switch slug {
		case "fit", "exam":
			l.loose(name, p)
		case "glossary":
			p = &lib.Glossary.Page
			l.open(name, lib.Glossary, p)
		default:
			l.open(name, p, p)
		}
		lib.Pages[slug] = p
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
	p.File, p.Slug = name, strings.TrimSuffix(path.Base(name), ".md")
	l.unread[name] = true
	f, ps := l.read(name)
	if f == nil {
		l.problems = append(l.problems, ps...)
		return
	}
	if f.DecodeSome(p) == nil { // whoever owns the other keys reports it with its line
		l.unread[name] = false
		l.meta(f, p)
	}
	l.body(f, p)
}

func (l *loader) skills() {
	for _, name := range l.glob("skill/*.md") {
		s := new(Skill)
		l.open(name, s, &s.Page)
		s.ID = s.Slug
		l.lib.skills[s.ID] = s
		l.lib.Skills = append(l.lib.Skills, s)
	}
	slices.SortFunc(l.lib.Skills, func(a, b *Skill) int { return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.ID, b.ID)) })
}

func (l *loader) lessons() {
	for _, name := range l.glob("lesson/*/*.md") {
		lesson := new(Lesson)
		f := l.open(name, lesson, &lesson.Page)
		lesson.Skill = path.Base(path.Dir(name))
		lesson.ID = lesson.Skill + "/" + lesson.Slug
		l.lib.lessons[lesson.ID] = lesson
		if f != nil {
			lesson.measure(f)
		}
	}
}

// Blocks returns the code blocks among the lines of a file, in order, without
// the indent of the entry of a list that they may belong to.
func Blocks(lines []source.Line) []Block {
	indent := map[int]string{}
	for _, line := range lines {
		indent[line.N] = line.Text[:len(line.Text)-len(strings.TrimLeft(line.Text, " "))]
	}
	var out []Block
	for _, fence := range source.Fences(lines) {
		b := parseInfo(fence.Info)
		b.Line = fence.Line
		for line := range strings.Lines(fence.Body) {
			b.Text += strings.TrimPrefix(line, indent[fence.Line])
		}
		out = append(out, b)
	}
	return out
}

var (
	blockMarks = regexp.MustCompile(`^[\s>]*(?:#{1,6} |[-*+] (?:\[[ xX]\] )?|\d{1,3}[.)] |\[!NOTE\])?`)
	idMark     = regexp.MustCompile(`\{#[^\s{}]+\}`)
	wordSign   = regexp.MustCompile(`[\pL\pN]`)
)

// countWords counts the words of prose in a line of Markdown as an editor
// would: no marks of blocks, no ids, nothing without a letter or digit.
func countWords(line string) int {
	n := 0
	for _, word := range strings.Fields(idMark.ReplaceAllString(blockMarks.ReplaceAllString(line, ""), "")) {
		if wordSign.MatchString(word) {
			n++
		}
	}
	return n
}

// measure counts words and lines of code, and from them the minutes to read:
// 130 words a minute, since this is not a novel, and 15 lines of code.
func (l *Lesson) measure(f *source.File) {
	code := 0
	words := 0
	inFence := map[int]bool{}
	l.Blocks = Blocks(f.Lines())
	for _, b := range l.Blocks {
		n := strings.Count(b.Text, "\n")
		code += n
		for i := b.Line; i <= b.Line+n+1; i++ {
			inFence[i] = true
		}
	}
	for _, line := range f.Lines() {
		if !inFence[line.N] {
			words += countWords(line.Text)
		}
	}
	l.Words = words
	l.Minutes = max(1, (words+129)/130+code/15)
}

func (l *loader) projects() {
	for _, name := range l.glob("project/*.md") {
		p := new(Project)
		l.open(name, p, &p.Page)
		p.ID = p.Slug
		l.lib.projects[p.ID] = p
		l.lib.Projects = append(l.lib.Projects, p)
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
