package content

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"groundwork/content/diagram"
	"groundwork/content/source"
)

// parts are the sections that each kind of page must have, in this order.
var (
	lessonParts  = []string{"idea", "why", "example", "trade", "fails", "try", "check"}
	skillParts   = []string{"what", "why"}
	projectParts = []string{"learn", "begin", "wrong", "show"}
)

// check reports what is missing from pages, and names that lead nowhere.
func (l *loader) check() {
	l.checkOverview()
	l.checkLevels()
	l.checkPath()
	for _, s := range l.lib.Skills {
		l.checkSkill(s)
	}
	for _, name := range sortedKeys(l.lib.lessons) {
		l.checkLesson(l.lib.lessons[name])
	}
	for _, p := range l.lib.Projects {
		l.checkProject(p)
	}
	l.checkLists()
	l.checkIDs()
}

// find returns the line of the file's front matter that holds text, or its
// last word after a slash, for a message.
func (l *loader) find(file, text string) int {
	f, _ := source.Read(l.fsys, file)
	if f == nil {
		return 0
	}
	if !strings.Contains(string(f.Front), text) {
		text = text[strings.LastIndexByte(text, '/')+1:]
	}
	return f.Line(text)
}

// count reports a list that does not have the wanted length. Another folder
// than ours may have other numbers of everything, but none may be empty.
func (l *loader) count(file, key string, have int) {
	if have == 0 {
		l.add(file, l.find(file, key), fmt.Sprintf("the list %s is missing or empty", key), "write it; content/README.md shows the form")
	}
}

// terms reports entries that lack their title or text.
func (l *loader) terms(file, key string, list []Term) {
	l.count(file, key, len(list))
	for i, t := range list {
		if t.Title == "" || t.Text == "" {
			l.add(file, l.find(file, key+":"), fmt.Sprintf("entry %d of %s lacks its title or text", i+1, key), "write both")
		}
	}
}

func (l *loader) checkOverview() {
	o, file := l.lib.Overview, "guide/overview.md"
	if o.File == "" {
		return
	}
	for key, n := range map[string]int{
		"audience": len(o.Audience), "prerequisites": len(o.Prerequisites), "self-check": len(o.SelfCheck),
		"industries": len(o.Industries), "teams": len(o.Teams), "companies": len(o.Companies),
	} {
		l.count(file, key, n)
	}
	l.terms(file, "duties", o.Duties)
	l.terms(file, "day", o.Day)
	if o.Tagline == "" || o.Role == "" || o.Published.IsZero() || o.Updated.IsZero() {
		l.add(file, 2, "lacks tagline, role, published or updated", "write all four")
	}
	for _, q := range o.SelfCheck {
		l.lesson(file, q.Lesson)
	}
}

func (l *loader) checkLevels() {
	v, file := l.lib.Levels, "guide/levels.md"
	if v.File == "" {
		return
	}
	l.count(file, "rows", len(v.Rows))
	l.count(file, "levels", len(v.Levels))
	for _, level := range v.Levels {
		if len(level.Expectations) != len(v.Rows) {
			l.add(file, l.find(file, "id: "+level.ID), fmt.Sprintf("%s has %d expectations for %d rows", level.ID, len(level.Expectations), len(v.Rows)), "write one for each row")
		}
		for _, e := range level.Expectations {
			for _, s := range e.Skills {
				l.skill(file, s)
			}
		}
		if r := level.Salary; r.From <= 0 || r.To <= r.From || r.To > v.Salary.AxisMax || r.From < v.Salary.AxisMin {
			l.add(file, l.find(file, "id: "+level.ID), fmt.Sprintf("%s is paid %d to %d", level.ID, r.From, r.To), "write from below to, both within the axis")
		}
	}
	if s := v.Salary; s.Currency == "" || s.Symbol == "" || s.Stated.IsZero() || s.Source == "" || len(s.Axis) == 0 {
		l.add(file, l.find(file, "\nsalary:"), "the salary figures lack currency, symbol, stated, source or axis", "write all of them: a figure without source and date says nothing")
	}
}

func (l *loader) checkPath() {
	p, file := l.lib.Path, "guide/path.md"
	if p.File == "" {
		return
	}
	l.count(file, "steps", len(p.Steps))
	for _, s := range p.Steps {
		for _, id := range s.Skills {
			l.skill(file, id)
		}
		for _, id := range s.Lessons {
			l.lesson(file, id)
		}
		if s.Title == "" || s.Text == "" || s.Task.ID == "" || len(s.Task.Criteria) == 0 {
			l.add(file, l.find(file, "id: "+s.ID), "step "+s.ID+" lacks title, text, or a task with criteria", "write them")
		}
	}
}

func (l *loader) checkSkill(s *Skill) {
	l.wantParts(s.File, s.Parts, skillParts)
	if s.Lede == "" || s.Short == "" || strings.Count(s.MapName, "|") != 1 {
		l.add(s.File, 2, "lacks lede or short, or its map-name has not two lines", "write them; map-name splits at one |")
	}
	l.count(s.File, "topics", len(s.Topics))
	l.count(s.File, "lessons", len(s.Slugs))
	for _, level := range []string{"junior", "mid", "senior"} {
		if s.Levels[level] == "" {
			l.add(s.File, l.find(s.File, "levels:"), "does not say what is expected of "+level, "write levels: with junior, mid and senior")
		}
	}
	for _, id := range s.BuildsOn {
		l.skill(s.File, id)
	}
	for _, slug := range s.Slugs {
		l.lesson(s.File, s.ID+"/"+slug)
	}
	for _, p := range s.Projects {
		if l.lib.projects[p.ID] == nil {
			l.add(s.File, l.find(s.File, p.ID), fmt.Sprintf("there is no project %q", p.ID), "name one of the files in project/")
		}
	}
	if !slices.ContainsFunc(l.lib.Path.Steps, func(st Step) bool { return st.ID == s.Step }) {
		l.add(s.File, l.find(s.File, "step:"), fmt.Sprintf("there is no step %q", s.Step), "name a step of guide/path.md")
	}
	if l.circular(s.ID, s.BuildsOn, map[string]bool{}) {
		l.add(s.File, l.find(s.File, "builds-on"), "builds on itself by a detour", "take one of the prerequisites out")
	}
}

// circular reports whether one of ids leads back to start.
func (l *loader) circular(start string, ids []string, seen map[string]bool) bool {
	for _, id := range ids {
		if id == start {
			return true
		}
		if s := l.lib.skills[id]; s != nil && !seen[id] {
			seen[id] = true
			if l.circular(start, s.BuildsOn, seen) {
				return true
			}
		}
	}
	return false
}

func (l *loader) checkLesson(lesson *Lesson) {
	l.wantParts(lesson.File, lesson.Parts, lessonParts)
	skill := l.lib.skills[lesson.Skill]
	switch {
	case skill == nil:
		l.add(lesson.File, 0, fmt.Sprintf("stands in the folder of %q, which is no skill", lesson.Skill), "move it, or write skill/"+lesson.Skill+".md")
	case !slices.Contains(skill.Slugs, lesson.Slug):
		l.add(lesson.File, 0, "is not in the list lessons of "+skill.File, "add "+lesson.Slug+" there, in its place")
	}
	if lesson.Summary == "" || lesson.TryMinutes <= 0 {
		l.add(lesson.File, 2, "lacks summary or try-minutes", "write both")
	}
	for _, id := range lesson.BuildsOn {
		l.lesson(lesson.File, id)
	}
	if lesson.Next != "" {
		l.lesson(lesson.File, lesson.Next)
	}
	for _, b := range lesson.Blocks {
		if b.Lang == "diagram" {
			l.checkDiagram(lesson.File, b)
		}
	}
	for _, p := range lesson.Parts {
		if p.ID == "check" && len(p.Checks) != 3 {
			l.add(lesson.File, 0, fmt.Sprintf("has %d questions to check oneself by", len(p.Checks)), "write three under ## … {#check}")
		}
	}
}

// checkDiagram reports a diagram that cannot be drawn, at its wrong line, and
// one that does not say what it shows.
func (l *loader) checkDiagram(file string, b Block) {
	if b.Marks["title"] == "" {
		l.add(file, b.Line, "the diagram has no title", `write title="…" with one sentence on what it shows`)
	}
	_, err := b.diagram()
	if bad := (*diagram.Error)(nil); errors.As(err, &bad) {
		l.add(file, b.Line+bad.Line, bad.What, bad.Mend)
	}
}

func (l *loader) checkProject(p *Project) {
	l.wantParts(p.File, p.Parts, projectParts)
	l.count(p.File, "scope", len(p.Scope))
	l.count(p.File, "acceptance", len(p.Acceptance))
	l.count(p.File, "stretch", len(p.Stretch))
	for _, id := range p.Skills {
		l.skill(p.File, id)
	}
	for _, c := range p.Criteria() {
		if c.Text == "" || c.ID == "" {
			l.add(p.File, 2, "a criterion lacks its id or text", "write - {id: cursor, text: \"…\"}")
		}
		if c.Lesson != "" {
			l.lesson(p.File, c.Lesson)
		}
	}
}

// checkLists looks at the interview page and the page of mistakes.
func (l *loader) checkLists() {
	in, mi := l.lib.Interview, l.lib.Mistakes
	if in.File != "" {
		l.count(in.File, "checklist", len(in.Checklist))
		l.count(in.File, "rubric", len(in.Prompt.Rubric))
		l.wantParts(in.File, in.Parts, []string{"how", "answer"})
		for _, t := range in.Checklist {
			for _, id := range t.Lessons {
				l.lesson(in.File, id)
			}
		}
		for _, c := range in.Prompt.Rubric {
			if c.Lesson != "" {
				l.lesson(in.File, c.Lesson)
			}
		}
	}
	if mi.File != "" {
		l.count(mi.File, "mistakes", len(mi.Mistakes))
		for _, m := range mi.Mistakes {
			l.lesson(mi.File, m.Lesson)
			if m.Title == "" || m.Avoid == "" || m.Example == "" {
				l.add(mi.File, l.find(mi.File, "id: "+m.ID), "the mistake "+m.ID+" lacks title, avoid or example", "write all three")
			}
		}
	}
}

// wantParts reports sections that are missing or out of order.
func (l *loader) wantParts(file string, parts []Part, want []string) {
	var have []string
	for _, p := range parts {
		if slices.Contains(want, p.ID) {
			have = append(have, p.ID)
		}
		if p.Heading != "" && p.HTML == "" && len(p.Checks) == 0 {
			l.add(file, 0, fmt.Sprintf("the section %q is empty", p.Heading), "write it")
		}
	}
	for _, id := range want {
		if !slices.Contains(have, id) {
			l.add(file, 0, "has no section {#"+id+"}", fmt.Sprintf("write ## a heading {#%s}; the sections are %s", id, strings.Join(want, ", ")))
		}
	}
	sorted := slices.IsSortedFunc(have, func(a, b string) int { return slices.Index(want, a) - slices.Index(want, b) })
	if !sorted {
		l.add(file, 0, "has its sections in the order "+strings.Join(have, ", "), "put them in the order "+strings.Join(want, ", "))
	}
}

var goodID = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// checkIDs reports ids of a wrong form, and ids that stand twice in one list.
func (l *loader) checkIDs() {
	lists := map[string][]string{}
	for _, s := range l.lib.Path.Steps {
		lists["guide/path.md"] = append(lists["guide/path.md"], s.ID, s.Task.ID)
		for _, c := range s.Task.Criteria {
			lists["guide/path.md#"+s.Task.ID] = append(lists["guide/path.md#"+s.Task.ID], c.ID)
		}
	}
	for _, p := range l.lib.Projects {
		for _, c := range p.Criteria() {
			lists[p.File] = append(lists[p.File], c.ID)
		}
	}
	for _, t := range l.lib.Interview.Checklist {
		lists["guide/interview.md"] = append(lists["guide/interview.md"], t.ID)
	}
	for _, c := range l.lib.Interview.Prompt.Rubric {
		lists["guide/interview.md#rubric"] = append(lists["guide/interview.md#rubric"], c.ID)
	}
	for _, lesson := range l.lib.lessons {
		for _, p := range lesson.Parts {
			for _, c := range p.Checks {
				lists[lesson.File] = append(lists[lesson.File], c.ID)
			}
		}
	}
	for key, ids := range lists {
		file, _, _ := strings.Cut(key, "#")
		seen := map[string]bool{}
		for _, id := range ids {
			if !goodID.MatchString(id) {
				l.add(file, l.find(file, id), fmt.Sprintf("%q is not an id", id), "write lower-case words joined by hyphens")
			}
			if seen[id] {
				l.add(file, l.find(file, id), fmt.Sprintf("the id %q stands twice in one list", id), "give the newer one another")
			}
			seen[id] = true
		}
	}
}

func (l *loader) lesson(file, id string) {
	if l.lib.lessons[id] == nil {
		l.add(file, l.find(file, id), fmt.Sprintf("there is no lesson %q", id), "name one as skill/slug")
	}
}

func (l *loader) skill(file, id string) {
	if l.lib.skills[id] == nil {
		l.add(file, l.find(file, id), fmt.Sprintf("there is no skill %q", id), "name one of "+strings.Join(sortedKeys(l.lib.skills), ", "))
	}
}
