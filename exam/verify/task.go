package verify

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/yuin/goldmark/ast"

	"groundwork/content/source"
)

// A Task is one file: the contract, and the checks in stages. It is read-only
// and safe for concurrent use.
type Task struct {
	ID      string            `yaml:"id"`
	Title   string            `yaml:"title"`
	Of      string            `yaml:"of"`      // project/<slug>, or path/<id of the mini task>
	Version int               `yaml:"version"` // counts changes that can change a verdict
	Env     map[string]string `yaml:"env"`     // variable -> role of the bench, such as UPSTREAM_URL: /origin

	Trivial []string `yaml:"trivial"` // checks that a server may pass which knows nothing: reviewed

	File       string              `yaml:"-"`
	Digest     string              `yaml:"-"` // of the file, see the function
	Contract   string              `yaml:"-"` // Markdown under # Contract
	Stages     []*Stage            `yaml:"-"`
	Fixtures   map[string]*Fixture `yaml:"-"`
	SelfChecks []SelfCheck         `yaml:"-"`
}

// A Stage is a group of checks; the next is run when its musts hold.
type Stage struct {
	Title  string // without "Stage N: "
	Line   int
	Checks []*Check
}

// A Check is one thing that must be so.
type Check struct {
	ID, Title     string
	Why, Hint     string
	Level         string // Must, Should or Stretch
	Lesson, Skill string // what to learn when it fails
	Covers        []string
	Needs, After  []string
	Timing        bool // every failure on a busy machine is unsure
	Timeout       time.Duration
	Steps         []Step
	Source        string // the text of the steps
	Line          int    // of the first step
	Head          int    // line of the heading
}

// A Fixture is steps that several checks begin with.
type Fixture struct {
	Name   string
	Line   int
	Steps  []Step
	Source string // the text of the steps
}

// A SelfCheck is for the learner to judge, by a rubric.
type SelfCheck struct {
	ID, Title string
	Rubric    string // Markdown
	Lesson    string
	Covers    []string
	Line      int
}

// Check returns the check with an id, or nil.
func (t *Task) Check(id string) *Check {
	for _, s := range t.Stages {
		for _, c := range s.Checks {
			if c.ID == id {
				return c
			}
		}
	}
	return nil
}

// Requires says whether any check needs what the word after needs= stands for.
func (t *Task) Requires(word string) bool {
	for _, s := range t.Stages {
		for _, c := range s.Checks {
			if slices.Contains(c.Needs, word) {
				return true
			}
		}
	}
	return false
}

// LoadTasks reads all tasks of a content folder, in the order of their ids,
// and every mistake in them.
func LoadTasks(fsys fs.FS) ([]*Task, source.Problems) {
	names, err := fs.Glob(fsys, "task/*.md")
	if err != nil {
		panic(err) // the pattern is good
	}
	var tasks []*Task
	var problems source.Problems
	for _, name := range names {
		src, err := fs.ReadFile(fsys, name)
		if err != nil {
			problems.Add(name, 0, "cannot be read: "+err.Error(), "check its name and rights")
			continue
		}
		t, ps := parseTask(name, src)
		problems = append(problems, ps...)
		if len(ps) == 0 {
			if path.Base(name) != t.ID+".md" {
				problems.Add(name, 2, fmt.Sprintf("the id %q is not the name of the file", t.ID), "give both the same name")
			}
			tasks = append(tasks, t)
		}
	}
	return tasks, append(problems, checkReleased(fsys, tasks)...)
}

// ParseTask reads the task file called name. The error is [source.Problems],
// with every mistake as file:line and how to mend it.
func ParseTask(name string, src []byte) (*Task, error) {
	t, problems := parseTask(name, src)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	return t, nil
}

func parseTask(name string, src []byte) (*Task, source.Problems) {
	f, problems := source.Split(name, src)
	if f == nil {
		return nil, problems
	}
	p := &taskParser{task: new(Task), seen: map[string]bool{}}
	p.problems = f.Decode(p.task)
	t := p.task
	t.File, t.Digest, t.Fixtures = name, Digest(src), map[string]*Fixture{} // decoding nothing would empty them
	if len(p.problems) == 0 && (!idForm.MatchString(t.ID) || t.Title == "" || !ofForm.MatchString(t.Of) || t.Version < 1) {
		p.problems.Add(name, 2, "the front matter lacks id, title, of (project/… or path/…) or version (from 1), or has a wrong one", "see content/README.md")
	}
	// The text before the body becomes blank lines, so that lines keep their numbers.
	p.read([]byte(strings.Repeat("\n", f.BodyLine-1) + f.Body))
	p.whole()
	return t, p.problems
}

var (
	idForm   = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	ofForm   = regexp.MustCompile(`^(project|path)/[a-z0-9-]+$`)
	headForm = regexp.MustCompile(`^([a-z0-9]+(?:[.-][a-z0-9]+)*) — (.+)$`)
)

// whole checks what can be seen only when everything was read.
func (p *taskParser) whole() {
	for _, f := range p.task.Fixtures {
		if f.Steps == nil {
			p.bad(f.Line, "the fixture "+f.Name+" has no steps", "write a ```steps block below it")
		}
		p.scope(f.Steps, nil, f.Line)
	}
	for _, s := range p.task.Stages {
		if len(s.Checks) == 0 {
			p.bad(s.Line, "a stage without checks", "write ### id — title below it")
		}
		for _, c := range s.Checks {
			p.check(c)
		}
	}
	for _, s := range p.task.SelfChecks {
		if s.Rubric == "" || s.Lesson == "" {
			p.bad(s.Line, "the self-check "+s.ID+" lacks its rubric or Lesson:", "say how the learner looks for themselves, and name a lesson")
		}
	}
	if len(p.task.Stages) == 0 {
		p.bad(0, "no stages", "write ## Stage 1: title and checks below it")
	}
}

func (p *taskParser) check(c *Check) {
	for _, lack := range []struct{ name, value string }{{"Why:", c.Why}, {"Hint:", c.Hint}, {"Lesson:", c.Lesson}} {
		if lack.value == "" {
			p.bad(c.Head, "the check "+c.ID+" has no "+lack.name, "write a paragraph that begins with it")
		}
	}
	if c.Lesson != "" && strings.Count(c.Lesson, "/") != 1 {
		p.bad(c.Head, fmt.Sprintf("%q is no lesson", c.Lesson), "name it as skill/slug")
	}
	if c.Steps == nil {
		p.bad(c.Head, "the check "+c.ID+" has no steps", "write a ```steps block below it")
	}
	for _, id := range c.After {
		if before := p.task.Check(id); before == nil || before.Head >= c.Head {
			p.bad(c.Line-1, "after="+id+": no such check before this one", "name one that stands above")
		}
	}
	for _, n := range c.Needs {
		if flags[n] == "" {
			p.bad(c.Line-1, "needs="+n+" is not known", "write "+strings.Join(slices.Sorted(maps.Keys(flags)), ", "))
		}
	}
	p.scope(c.Steps, c, c.Head)
}

// scope checks that steps use what there is: values made above, fixtures,
// probes with their arguments, and what the check says that it needs.
func (p *taskParser) scope(steps []Step, c *Check, line int) {
	s := &scope{p: p, check: c, line: line, names: map[string]bool{"today": true}}
	for _, step := range steps {
		s.step(step)
	}
}

type scope struct {
	p     *taskParser
	check *Check // nil in a fixture
	line  int    // of the heading; fixtures stand above who uses them
	names map[string]bool
}

func (s *scope) step(step Step) {
	switch x := step.(type) {
	case *Let:
		s.text(x.Line, strings.Join(x.Args, " "), false)
		s.names[x.Name] = true
	case *Use:
		f := s.p.task.Fixtures[x.Fixture]
		if f == nil || f.Line >= s.line {
			s.p.bad(x.Line, "there is no fixture "+x.Fixture+" above", "write ### fixture "+x.Fixture+" above, or mend the name")
			return
		}
		for _, name := range s.p.names(f) {
			s.names[x.Prefix+name] = true
		}
	case *Control:
		s.need(x.Line, "cmd")
	case *Call:
		s.call(x)
	case *Exchange:
		s.exchange(x)
	}
}

func (s *scope) need(line int, word string) {
	if s.check != nil && !slices.Contains(s.check.Needs, word) {
		s.p.bad(line, "this step needs="+word, "write it behind ```steps")
	}
}

func (s *scope) call(x *Call) {
	for _, v := range x.Args {
		s.text(x.Line, v, false)
	}
	if x.Kind == "bench" {
		s.need(x.Line, "bench")
		return
	}
	pr, ok := probes()[x.Name]
	if !ok {
		s.p.bad(x.Line, "there is no probe "+x.Name, "mend the name; exam/verify/probes.go lists them")
	} else if err := pr.checkArgs(x.Args); err != nil {
		s.p.bad(x.Line, "probe "+x.Name+": "+err.Error(), "mend its arguments")
	}
	for _, name := range pr.makes(x.Args) {
		s.names[name] = true
	}
}

func (s *scope) exchange(x *Exchange) {
	many := x.size() > 1 || x.Rounds > 1
	if x.Stopping {
		s.need(x.Line, "cmd")
	}
	s.text(x.Line, x.Target, many)
	s.text(x.Line, x.Body, many)
	for _, h := range x.Headers {
		s.text(x.Line, h[1], many)
	}
	for _, a := range x.Asserts {
		s.text(a.Line, a.Arg+" "+a.Value, many)
	}
	for _, v := range x.Saves {
		s.names[v.Name] = true
	}
}

// text reports values that are not made above.
func (s *scope) text(line int, text string, many bool) {
	for _, g := range placeholder.FindAllStringSubmatch(text, -1) {
		if !s.names[g[1]] && g[1] != "i" && g[1] != "round" {
			s.p.bad(line, "there is no value {{"+g[1]+"}} here", "make it above with let, save or use")
		}
		if g[2] != "" && !many {
			s.p.bad(line, g[0]+" stands in one request only", "write parallel or repeat above it")
		}
	}
}

// names are the values that a fixture makes.
func (p *taskParser) names(f *Fixture) (out []string) {
	for _, step := range f.Steps {
		switch x := step.(type) {
		case *Let:
			out = append(out, x.Name)
		case *Exchange:
			for _, s := range x.Saves {
				out = append(out, s.Name)
			}
		case *Use:
			if inner := p.task.Fixtures[x.Fixture]; inner != nil && inner.Line < f.Line {
				for _, name := range p.names(inner) {
					out = append(out, x.Prefix+name)
				}
			}
		}
	}
	return out
}

// plain returns the text of a heading or paragraph without its marks.
func plain(n ast.Node, src []byte) string {
	var b strings.Builder
	ast.Walk(n, func(n ast.Node, in bool) (ast.WalkStatus, error) {
		if t, ok := n.(*ast.Text); ok && in {
			b.Write(t.Segment.Value(src))
			if t.SoftLineBreak() {
				b.WriteByte(' ')
			}
		} else if s, ok := n.(*ast.String); ok && in {
			b.Write(s.Value)
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}
