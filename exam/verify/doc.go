package verify

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"

	"groundwork/content/source"
)

// A task is one Markdown file: front matter, the contract as prose, then
//
//	## Stage N: title
//	### check-id — title
//	Why: one paragraph.   Hint: one paragraph.
//	```steps [should|stretch] [needs=cmd,bench,repo] [after=ID,ID] [timing] [timeout=20s]
//
// The site renders the same file; the program runs the fenced blocks.
type Task struct {
	ID      string            `yaml:"id"`
	Title   string            `yaml:"title"`
	Of      string            `yaml:"of"`      // project/<slug>, or path/<id of the mini task>
	Version int               `yaml:"version"` // counts changes that can change a verdict
	Env     map[string]string `yaml:"env"`     // variable -> role of the bench, such as UPSTREAM_URL: /origin

	Stages     []*Stage            `yaml:"-"`
	Fixtures   map[string]*Fixture `yaml:"-"`
	SelfChecks []SelfCheck         `yaml:"-"`
}
type Stage struct {
	Title  string
	Checks []*Check
}
type Check struct {
	ID, Title, Why, Hint, Level string
	Needs, After                []string
	Timing                      bool // every failure on a busy machine is unsure
	Timeout                     time.Duration
	Steps                       []Step
	Source                      string
	Line                        int
	Lesson, Skill               string   // what to learn when it fails
	Covers                      []string // ids of the bullets that it proves
}
type Fixture struct {
	Name  string
	Steps []Step
}
type SelfCheck struct {
	ID, Title, Rubric, Lesson string
	Covers                    []string
}

var reCheckHead = regexp.MustCompile(`^([a-z0-9][a-z0-9.-]*) — (.+)$`)

func ParseTask(name string, src []byte) (*Task, error) {
	t := &Task{Fixtures: map[string]*Fixture{}}
	f, problems := source.Split(name, src)
	if f == nil {
		return nil, problems
	}
	if problems := f.Decode(t); len(problems) > 0 {
		return nil, problems
	}
	if t.ID == "" || t.Title == "" || t.Of == "" || t.Version < 1 {
		return nil, source.Problems{{File: name, Line: 2, What: "the front matter lacks id, title, of or version", Mend: "see content/README.md"}}
	}
	// keep line numbers: blank the front matter instead of cutting it off
	md := []byte(strings.Repeat("\n", f.BodyLine-1) + f.Body)
	lineOf := func(off int) int { return 1 + strings.Count(string(md[:off]), "\n") }
	plain := func(n ast.Node) string {
		var b strings.Builder
		ast.Walk(n, func(n ast.Node, in bool) (ast.WalkStatus, error) {
			if !in {
				return ast.WalkContinue, nil
			}
			switch x := n.(type) {
			case *ast.Text:
				b.Write(x.Segment.Value(md))
				if x.SoftLineBreak() {
					b.WriteByte(' ')
				}
			case *ast.String:
				b.Write(x.Value)
			}
			return ast.WalkContinue, nil
		})
		return b.String()
	}
	root := goldmark.New().Parser().Parse(text.NewReader(md))
	var st *Stage
	var ck *Check
	var fix, self string
	seen := map[string]bool{}
	for n := root.FirstChild(); n != nil; n = n.NextSibling() {
		switch x := n.(type) {
		case *ast.Heading:
			h := plain(x)
			ck, fix, self = nil, "", ""
			switch {
			case x.Level == 2 && strings.HasPrefix(h, "Stage "):
				st = &Stage{Title: h}
				t.Stages = append(t.Stages, st)
			case x.Level == 2:
				st = nil
			case x.Level == 3 && strings.HasPrefix(h, "fixture "):
				fix = strings.TrimPrefix(h, "fixture ")
			case x.Level == 3 && strings.HasPrefix(h, "self "):
				self = strings.TrimPrefix(h, "self ")
				id, title, _ := strings.Cut(self, " — ")
				t.SelfChecks = append(t.SelfChecks, SelfCheck{ID: id, Title: title})
			case x.Level == 3 && st != nil:
				m := reCheckHead.FindStringSubmatch(h)
				if m == nil {
					return nil, fmt.Errorf("%s: heading %q: want 'id — title'", name, h)
				}
				if seen[m[1]] {
					return nil, fmt.Errorf("%s: check %s twice", name, m[1])
				}
				seen[m[1]] = true
				ck = &Check{ID: m[1], Title: m[2], Level: "must", Timeout: 30 * time.Second}
				st.Checks = append(st.Checks, ck)
			}
		case *ast.Paragraph:
			p := plain(x)
			switch {
			case self != "" && strings.HasPrefix(p, "Covers: "):
				t.SelfChecks[len(t.SelfChecks)-1].Covers = ids(p[8:])
			case self != "" && strings.HasPrefix(p, "Lesson: "):
				t.SelfChecks[len(t.SelfChecks)-1].Lesson = p[8:]
			case self != "":
				sc := &t.SelfChecks[len(t.SelfChecks)-1]
				sc.Rubric = strings.TrimSpace(sc.Rubric + "\n" + p)
			case ck != nil && strings.HasPrefix(p, "Why: "):
				ck.Why = p[5:]
			case ck != nil && strings.HasPrefix(p, "Hint: "):
				ck.Hint = p[6:]
			case ck != nil && strings.HasPrefix(p, "Covers: "):
				ck.Covers = ids(p[8:])
			case ck != nil && strings.HasPrefix(p, "Lesson: "):
				ck.Lesson = p[8:]
				if skill, _, _ := strings.Cut(ck.Lesson, "/"); ck.Skill == "" {
					ck.Skill = skill
				}
			case ck != nil && strings.HasPrefix(p, "Skill: "):
				ck.Skill = p[7:]
			}
		case *ast.FencedCodeBlock:
			info := ""
			if x.Info != nil {
				info = string(x.Info.Segment.Value(md))
			}
			f := strings.Fields(info)
			if len(f) == 0 || f[0] != "steps" {
				continue
			}
			var b strings.Builder
			line := 0
			for i := 0; i < x.Lines().Len(); i++ {
				sg := x.Lines().At(i)
				if i == 0 {
					line = lineOf(sg.Start)
				}
				b.Write(sg.Value(md))
			}
			steps, err := ParseSteps(b.String(), line)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			if fix != "" {
				t.Fixtures[fix] = &Fixture{fix, steps}
				continue
			}
			if ck == nil || ck.Steps != nil {
				return nil, fmt.Errorf("%s:%d: steps block outside a check, or a second one", name, line)
			}
			ck.Steps, ck.Source, ck.Line = steps, b.String(), line
			for _, w := range f[1:] {
				switch k, v, _ := strings.Cut(w, "="); k {
				case "should", "stretch":
					ck.Level = k
				case "needs":
					ck.Needs = strings.Split(v, ",")
				case "timing":
					ck.Timing = true
				case "after":
					ck.After = strings.Split(v, ",")
					for _, a := range ck.After {
						if !seen[a] || a == ck.ID {
							return nil, fmt.Errorf("%s:%d: after=%s: no such check before this one", name, line, a)
						}
					}
				case "timeout":
					if ck.Timeout, err = time.ParseDuration(v); err != nil {
						return nil, fmt.Errorf("%s:%d: %v", name, line, err)
					}
				default:
					return nil, fmt.Errorf("%s:%d: unknown word %q after steps", name, line, w)
				}
			}
		}
	}
	for _, s := range t.Stages {
		for _, c := range s.Checks {
			switch {
			case c.Steps == nil:
				return nil, fmt.Errorf("%s: check %s has no steps block", name, c.ID)
			case c.Why == "" || c.Hint == "" || c.Lesson == "":
				return nil, fmt.Errorf("%s: check %s needs 'Why:', 'Hint:' and 'Lesson:'", name, c.ID)
			}
			for _, s := range c.Steps {
				switch x := s.(type) {
				case *Use:
					if t.Fixtures[x.Fixture] == nil {
						return nil, fmt.Errorf("%s:%d: no fixture %q", name, x.Line, x.Fixture)
					}
				case *Call:
					if x.Kind != "probe" {
						continue
					}
					p, ok := probes()[x.Name]
					if !ok {
						return nil, fmt.Errorf("%s:%d: no probe %q", name, x.Line, x.Name)
					}
					if err := p.checkArgs(x.Args); err != nil {
						return nil, fmt.Errorf("%s:%d: probe %s: %w", name, x.Line, x.Name, err)
					}
				}
			}
		}
	}
	return t, nil
}

// ids splits a list such as "auth, pagination".
func ids(list string) (out []string) {
	for id := range strings.SplitSeq(list, ",") {
		out = append(out, strings.TrimSpace(id))
	}
	return out
}
