package content

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"groundwork/content/diagram"
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
	orders := map[int]string{}
	for _, s := range l.lib.Skills {
		if !l.unread[s.File] {
			l.checkSkill(s)
			l.order(s.File, s.Order, orders)
		}
		l.wantParts(s.File, s.Parts, skillParts)
	}
	for _, name := range sortedKeys(l.lib.lessons) {
		l.checkLesson(l.lib.lessons[name])
	}
	orders = map[int]string{}
	for _, p := range l.lib.Projects {
		if !l.unread[p.File] {
			l.checkProject(p)
			l.order(p.File, p.Order, orders)
		}
		l.wantParts(p.File, p.Parts, projectParts)
	}
	if len(l.lib.Skills) == 0 {
		l.add("skill", 0, "holds no skill", "write one file for each")
	}
	l.checkInterview()
	l.checkMistakes()
	l.checkIDs()
}

// need reports a key that is missing or empty: of the page, or of the entry
// that where leads to.
func (l *loader) need(ok bool, file, key string, where ...string) {
	if ok {
		return
	}
	if len(where) == 0 {
		where = []string{"\n" + key + ":"}
	}
	l.add(file, l.find(file, where...), "has no "+key, "write "+key+"; content/README.md shows the form")
}

// count reports a list that is missing. Another folder than ours may have
// other numbers of everything, but none may be empty.
func (l *loader) count(file, key string, have int) {
	if have == 0 {
		l.add(file, l.find(file, key+":"), fmt.Sprintf("the list %s is missing or empty", key), "write it; content/README.md shows the form")
	}
}

// order reports a place in a list that is none or taken.
func (l *loader) order(file string, order int, taken map[int]string) {
	switch other := taken[order]; {
	case order < 1:
		l.add(file, l.find(file, "\norder:"), "has no order", "write order: and its place in lists, from 1")
	case other != "":
		l.add(file, l.find(file, "\norder:"), fmt.Sprintf("has the order %d, as %s has", order, other), "give each a place of its own")
	default:
		taken[order] = file
	}
}

// terms reports entries that lack their title or text.
func (l *loader) terms(file, key string, list []Term) {
	l.count(file, key, len(list))
	for i, t := range list {
		if t.Title == "" || t.Text == "" {
			l.add(file, l.find(file, "\n"+key+":"), fmt.Sprintf("entry %d of %s lacks its title or text", i+1, key), "write both")
		}
	}
}

func (l *loader) checkOverview() {
	o, file := l.lib.Overview, "guide/overview.md"
	if l.unread[file] {
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
	l.need(o.Tagline != "", file, "tagline")
	l.need(o.Role != "", file, "role")
	l.need(!o.Published.IsZero(), file, "published")
	l.need(!o.Updated.IsZero(), file, "updated")
	for _, q := range o.SelfCheck {
		l.need(q.Question != "", file, "question", "\nself-check:", "id: "+q.ID)
		l.lesson(file, q.Lesson, "\nself-check:")
	}
}

func (l *loader) checkLevels() {
	v, file := l.lib.Levels, "guide/levels.md"
	if l.unread[file] {
		return
	}
	l.count(file, "rows", len(v.Rows))
	l.count(file, "levels", len(v.Levels))
	for _, level := range v.Levels {
		at := l.find(file, "\nlevels:", "id: "+level.ID)
		if len(level.Expectations) != len(v.Rows) {
			l.add(file, at, fmt.Sprintf("%s has %d expectations for %d rows", level.ID, len(level.Expectations), len(v.Rows)), "write one for each row")
		}
		l.need(level.Title != "", file, "title", "\nlevels:", "id: "+level.ID)
		for _, e := range level.Expectations {
			if e.Text == "" {
				l.add(file, at, level.ID+" has an expectation without text", "write what is expected")
			}
			for _, s := range e.Skills {
				l.skill(file, s, "\nlevels:", "id: "+level.ID)
			}
		}
		if r := level.Salary; r.From <= 0 || r.To <= r.From || r.To > v.Salary.AxisMax || r.From < v.Salary.AxisMin {
			l.add(file, l.find(file, "\nlevels:", "id: "+level.ID, "salary:"), fmt.Sprintf("%s is paid %d to %d", level.ID, r.From, r.To), "write from below to, both within the axis")
		}
	}
	if s := v.Salary; s.Currency == "" || s.Symbol == "" || s.Stated.IsZero() || s.Source == "" || len(s.Axis) == 0 {
		l.add(file, l.find(file, "\nsalary:"), "the salary figures lack currency, symbol, stated, source or axis", "write all of them: a figure without source and date says nothing")
	}
}

func (l *loader) checkPath() {
	p, file := l.lib.Path, "guide/path.md"
	if l.unread[file] {
		return
	}
	l.count(file, "steps", len(p.Steps))
	for _, s := range p.Steps {
		where := []string{"\nsteps:", "id: " + s.ID}
		for _, id := range s.Skills {
			l.skill(file, id, append(where, "skills:")...)
		}
		for _, id := range s.Lessons {
			l.lesson(file, id, append(where, "lessons:")...)
		}
		if s.Title == "" || s.Text == "" || s.Task.ID == "" || s.Task.Title == "" || s.Task.Text == "" || len(s.Task.Criteria) == 0 {
			l.add(file, l.find(file, where...), "step "+s.ID+" lacks title, text, or a task with id, title, text and criteria", "write them")
		}
		l.criteria(file, s.Task.Criteria, append(where, "criteria:")...)
	}
}

// criteria reports entries without a text, or with a lesson that is none. An
// entry without an id is reported with the other ids.
func (l *loader) criteria(file string, list []Criterion, where ...string) {
	for _, c := range list {
		at := append(where[:len(where):len(where)], "id: "+c.ID)
		if c.Text == "" {
			l.add(file, l.find(file, at...), fmt.Sprintf("the entry %q has no text", c.ID), "write - {id: cursor, text: \"…\"}")
		}
		if c.Lesson != "" {
			l.lesson(file, c.Lesson, at...)
		}
	}
}

func (l *loader) checkSkill(s *Skill) {
	l.need(s.Lede != "", s.File, "lede")
	l.need(s.Short != "", s.File, "short")
	if strings.Count(s.MapName, "|") != 1 {
		l.add(s.File, l.find(s.File, "\nmap-name:"), "the map-name has not two lines", "split it at one |")
	}
	l.count(s.File, "topics", len(s.Topics))
	l.count(s.File, "lessons", len(s.Slugs))
	for _, level := range []string{"junior", "mid", "senior"} {
		if s.Levels[level] == "" {
			l.add(s.File, l.find(s.File, "\nlevels:", level+":"), "does not say what is expected of "+level, "write levels: with junior, mid and senior")
		}
	}
	for _, id := range s.BuildsOn {
		l.skill(s.File, id, "\nbuilds-on:")
	}
	for i, slug := range s.Slugs {
		if slices.Contains(s.Slugs[:i], slug) {
			l.add(s.File, l.find(s.File, "\nlessons:", slug, slug), fmt.Sprintf("lists the lesson %q twice", slug), "take one out")
		} else if l.lib.lessons[s.ID+"/"+slug] == nil {
			l.add(s.File, l.find(s.File, "\nlessons:", slug), fmt.Sprintf("there is no lesson %q", s.ID+"/"+slug), "write lesson/"+s.ID+"/"+slug+".md, or take it out")
		}
	}
	for _, p := range s.Projects {
		if l.lib.projects[p.ID] == nil {
			l.add(s.File, l.find(s.File, "\nprojects:", p.ID), fmt.Sprintf("there is no project %q", p.ID), "name one of the files in project/")
		}
		l.need(p.Why != "", s.File, "why", "\nprojects:", "id: "+p.ID)
	}
	if !l.unread["guide/path.md"] && !slices.ContainsFunc(l.lib.Path.Steps, func(st Step) bool { return st.ID == s.Step }) {
		l.add(s.File, l.find(s.File, "\nstep:"), fmt.Sprintf("there is no step %q", s.Step), "name a step of guide/path.md")
	}
	if circular(s.ID, func(id string) []string {
		if s := l.lib.skills[id]; s != nil {
			return s.BuildsOn
		}
		return nil
	}) {
		l.add(s.File, l.find(s.File, "\nbuilds-on:"), "builds on itself, perhaps by a detour", "take one of the prerequisites out")
	}
}

// circular reports whether what start builds on leads back to it.
func circular(start string, buildsOn func(id string) []string) bool {
	seen := map[string]bool{}
	var leads func(id string) bool
	leads = func(id string) bool {
		for _, next := range buildsOn(id) {
			if next == start {
				return true
			}
			if !seen[next] {
				seen[next] = true
				if leads(next) {
					return true
				}
			}
		}
		return false
	}
	return leads(start)
}

func (l *loader) checkLesson(lesson *Lesson) {
	file := lesson.File
	l.wantParts(file, lesson.Parts, lessonParts)
	for _, p := range lesson.Parts {
		if n := len(p.Checks); p.ID == "check" && n != 3 && (n > 0 || p.HTML != "") {
			l.add(file, p.Line, fmt.Sprintf("has %d questions to check oneself by", n), "write three under ## … {#check}")
		}
	}
	l.place(lesson)
	if l.unread[file] {
		return
	}
	l.need(lesson.Summary != "", file, "summary")
	l.need(lesson.TryMinutes > 0, file, "try-minutes")
	for _, id := range lesson.BuildsOn {
		l.lesson(file, id, "\nbuilds-on:")
	}
	if lesson.Next != "" {
		l.lesson(file, lesson.Next, "\nnext:")
	}
	for _, s := range lesson.Sources {
		if s.Title == "" || !strings.HasPrefix(s.URL, "https://") && !strings.HasPrefix(s.URL, "http://") {
			l.add(file, l.find(file, "\nsources:", cmp.Or(s.Title, s.URL)), "a source lacks its title or its whole address", "write - {title: \"…\", url: \"https://…\"}")
		}
	}
	if circular(lesson.ID, func(id string) []string {
		if other := l.lib.lessons[id]; other != nil {
			return other.BuildsOn
		}
		return nil
	}) {
		l.add(file, l.find(file, "\nbuilds-on:"), "builds on itself, perhaps by a detour", "take one of the prerequisites out")
	}
}

// place reports a lesson that its skill does not know, or knows elsewhere.
func (l *loader) place(lesson *Lesson) {
	skill := l.lib.skills[lesson.Skill]
	if skill == nil {
		l.add(lesson.File, 0, fmt.Sprintf("stands in the folder of %q, which is no skill", lesson.Skill), "move it, or write skill/"+lesson.Skill+".md")
		return
	}
	if l.unread[skill.File] {
		return
	}
	at := slices.Index(skill.Slugs, lesson.Slug) + 1
	switch {
	case at == 0:
		l.add(lesson.File, 0, "is not in the list lessons of "+skill.File, "add "+lesson.Slug+" there, in its place")
	case lesson.Order != at && !l.unread[lesson.File]:
		l.add(lesson.File, l.find(lesson.File, "\norder:"), fmt.Sprintf("has the order %d, but is number %d of %s", lesson.Order, at, skill.File), fmt.Sprintf("write order: %d, or move it in the list", at))
	}
}

// checkDiagram reports a diagram that cannot be drawn, at its wrong line, and
// one that does not say what it shows.
func (l *loader) checkDiagram(file string, b Block) {
	if b.Marks["title"] == "" {
		l.add(file, b.Line, "the diagram has no title", `write title="…" with one sentence on what it shows`)
	}
	err := diagram.Check(b.diagram())
	if bad := (*diagram.Error)(nil); errors.As(err, &bad) {
		l.add(file, b.Line+bad.Line, bad.What, bad.Mend)
	}
}

func (l *loader) checkProject(p *Project) {
	l.need(p.Lede != "", p.File, "lede")
	l.need(p.Effort != "", p.File, "effort")
	l.count(p.File, "skills", len(p.Skills))
	for _, id := range p.Skills {
		l.skill(p.File, id, "\nskills:")
	}
	for key, list := range map[string][]Criterion{"scope": p.Scope, "acceptance": p.Acceptance, "stretch": p.Stretch} {
		l.count(p.File, key, len(list))
		l.criteria(p.File, list, "\n"+key+":")
	}
}

func (l *loader) checkInterview() {
	in, file := l.lib.Interview, "guide/interview.md"
	if in.Parts != nil || !l.unread[file] {
		l.wantParts(file, in.Parts, []string{"how", "answer"})
	}
	if l.unread[file] {
		return
	}
	l.count(file, "checklist", len(in.Checklist))
	for _, t := range in.Checklist {
		l.need(t.Text != "", file, "text", "\nchecklist:", "id: "+t.ID)
		for _, id := range t.Lessons {
			l.lesson(file, id, "\nchecklist:", "id: "+t.ID)
		}
	}
	if p := in.Prompt; p.Title == "" || p.Minutes <= 0 || p.Text == "" {
		l.add(file, l.find(file, "\nprompt:"), "the prompt lacks title, minutes or text", "write all three")
	}
	l.count(file, "rubric", len(in.Prompt.Rubric))
	l.criteria(file, in.Prompt.Rubric, "\nprompt:", "rubric:")
}

func (l *loader) checkMistakes() {
	mi, file := l.lib.Mistakes, "guide/mistakes.md"
	if l.unread[file] {
		return
	}
	l.count(file, "mistakes", len(mi.Mistakes))
	for _, m := range mi.Mistakes {
		l.lesson(file, m.Lesson, "\nmistakes:", "id: "+m.ID)
		if m.Title == "" || m.Avoid == "" || m.Example == "" {
			l.add(file, l.find(file, "\nmistakes:", "id: "+m.ID), "the mistake "+m.ID+" lacks title, avoid or example", "write all three")
		}
	}
}

// wantParts reports sections that are missing, that do not belong to this kind
// of page, or that stand out of order. Of a file that could not be split
// nothing is known.
func (l *loader) wantParts(file string, parts []Part, want []string) {
	if parts == nil && l.unread[file] {
		return
	}
	var have []string
	line := 0 // of the first that stands after one it should precede
	for _, p := range parts {
		switch at := slices.Index(want, p.ID); {
		case p.Heading == "":
			l.add(file, p.Line, "text before the first section", "move it under a heading")
			continue
		case at < 0:
			l.add(file, p.Line, "has a section {#"+p.ID+"}, which this kind of page has not", "the sections are "+strings.Join(want, ", "))
			continue
		case line == 0 && len(have) > 0 && at < slices.Index(want, have[len(have)-1]):
			line = p.Line
		}
		have = append(have, p.ID)
	}
	for _, id := range want {
		if !slices.Contains(have, id) {
			l.add(file, 0, "has no section {#"+id+"}", fmt.Sprintf("write ## a heading {#%s}; the sections are %s", id, strings.Join(want, ", ")))
		}
	}
	if line > 0 {
		l.add(file, line, "has its sections in the order "+strings.Join(have, ", "), "put them in the order "+strings.Join(want, ", "))
	}
}

func (l *loader) lesson(file, id string, where ...string) {
	if l.lib.lessons[id] == nil {
		l.add(file, l.find(file, append(where, id)...), fmt.Sprintf("there is no lesson %q", id), "name one as skill/slug")
	}
}

func (l *loader) skill(file, id string, where ...string) {
	if l.lib.skills[id] == nil {
		l.add(file, l.find(file, append(where, id)...), fmt.Sprintf("there is no skill %q", id), "name one of "+strings.Join(sortedKeys(l.lib.skills), ", "))
	}
}
