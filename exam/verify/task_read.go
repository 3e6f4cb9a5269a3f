package verify

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"

	"groundwork/content/source"
)

// checkTime is how long a check may take if it does not say.
const checkTime = 30 * time.Second

// taskParser walks the body of a task file from heading to heading.
type taskParser struct {
	task     *Task
	src      []byte
	seen     map[string]bool // ids of checks and self-checks
	problems source.Problems

	contract int // offset behind the heading Contract; 0 before it
	stage    *Stage
	current  *Check
	self     *SelfCheck
	selfAt   int // offset behind its heading
	fixture  *Fixture
}

func (p *taskParser) bad(line int, what, mend string) {
	p.problems.Add(p.task.File, line, what, mend)
}

func (p *taskParser) line(offset int) int { return 1 + bytes.Count(p.src[:offset], []byte("\n")) }

// lineOf returns the line on which a block begins.
func (p *taskParser) lineOf(n ast.Node) int {
	if n.Lines().Len() == 0 {
		return 0
	}
	return p.line(n.Lines().At(0).Start)
}

// read walks the blocks of the body.
func (p *taskParser) read(src []byte) {
	p.src = src
	root := goldmark.New().Parser().Parse(text.NewReader(src))
	for n := root.FirstChild(); n != nil; n = n.NextSibling() {
		switch x := n.(type) {
		case *ast.Heading:
			p.heading(x)
		case *ast.Paragraph:
			p.paragraph(x)
		case *ast.FencedCodeBlock:
			p.fence(x)
		}
	}
	p.rubric(len(src))
}

// rubric ends a self-check: all that stands below its heading but for the
// lines of facts is its rubric.
func (p *taskParser) rubric(end int) {
	if p.self == nil {
		return
	}
	var lines []string
	for l := range strings.Lines(strings.TrimRight(string(p.src[p.selfAt:end]), "# \n")) {
		if !strings.HasPrefix(l, "Covers: ") && !strings.HasPrefix(l, "Lesson: ") {
			lines = append(lines, l)
		}
	}
	p.self.Rubric = strings.TrimSpace(strings.Join(lines, ""))
}

func (p *taskParser) heading(h *ast.Heading) {
	if h.Lines().Len() == 0 {
		p.bad(p.line(max(0, h.Pos())), "the heading has no words", "write what it begins, or take it away")
		return
	}
	title, line := plain(h, p.src), p.lineOf(h)
	p.rubric(h.Lines().At(0).Start)
	p.current, p.self, p.fixture = nil, nil, nil
	if p.contract > 0 && p.task.Contract == "" && h.Level <= 2 {
		start := h.Lines().At(0).Start
		p.task.Contract = strings.TrimSpace(strings.TrimRight(string(p.src[p.contract:start]), "# \n"))
	}
	switch {
	case h.Level == 1 && title == "Contract":
		p.contract = h.Lines().At(0).Stop
	case h.Level == 2:
		p.stage = nil
		if _, name, ok := strings.Cut(title, ": "); ok && strings.HasPrefix(title, "Stage ") {
			p.stage = &Stage{Title: name, Line: line}
			p.task.Stages = append(p.task.Stages, p.stage)
		}
	case h.Level == 3 && strings.HasPrefix(title, "fixture "):
		name := strings.TrimPrefix(title, "fixture ")
		if p.task.Fixtures[name] != nil {
			p.bad(line, "the fixture "+name+" stands twice", "give one another name")
		}
		p.fixture = &Fixture{Name: name, Line: line}
		p.task.Fixtures[name] = p.fixture
	case h.Level == 3:
		p.head(title, line, h.Lines().At(0).Stop)
	}
}

// head begins a check or a self-check.
func (p *taskParser) head(title string, line, end int) {
	rest, isSelf := strings.CutPrefix(title, "self ")
	m := headForm.FindStringSubmatch(rest)
	if m == nil {
		p.bad(line, "the heading "+title+" names no check", "write ### id — title, ### self id — title or ### fixture name")
		return
	}
	if p.seen[m[1]] {
		p.bad(line, "the check "+m[1]+" stands twice", "give one another id")
	}
	p.seen[m[1]] = true
	switch {
	case isSelf:
		p.task.SelfChecks = append(p.task.SelfChecks, SelfCheck{ID: m[1], Title: m[2], Line: line})
		p.self = &p.task.SelfChecks[len(p.task.SelfChecks)-1]
		p.selfAt = end
	case p.stage == nil:
		p.bad(line, "the check "+m[1]+" stands in no stage", "write ## Stage 1: title above it")
	default:
		p.current = &Check{ID: m[1], Title: m[2], Level: Must, Timeout: checkTime, Head: line}
		p.stage.Checks = append(p.stage.Checks, p.current)
	}
}

// paragraph takes what a check or self-check says of itself.
func (p *taskParser) paragraph(n *ast.Paragraph) {
	words := plain(n, p.src)
	key, value, _ := strings.Cut(words, ": ")
	switch {
	case p.self != nil && key == "Covers":
		p.self.Covers = ids(value)
	case p.self != nil && key == "Lesson":
		p.self.Lesson = value
	case p.self != nil || p.current == nil:
	case key == "Why":
		p.current.Why = value
	case key == "Hint":
		p.current.Hint = value
	case key == "Covers":
		p.current.Covers = ids(value)
	case key == "Skill":
		p.current.Skill = value
	case key == "Lesson":
		p.current.Lesson = value
		if p.current.Skill == "" {
			p.current.Skill, _, _ = strings.Cut(value, "/")
		}
	}
}

// ids splits a list such as "auth, pagination".
func ids(list string) (out []string) {
	for id := range strings.SplitSeq(list, ",") {
		out = append(out, strings.TrimSpace(id))
	}
	return out
}

// fence takes the steps of a check or fixture. Other fences are prose.
func (p *taskParser) fence(n *ast.FencedCodeBlock) {
	var info []string
	if n.Info != nil {
		info = strings.Fields(string(n.Info.Segment.Value(p.src)))
	}
	if len(info) == 0 || info[0] != "steps" {
		return
	}
	line := p.lineOf(n)
	steps, problems := parseSteps(p.task.File, string(n.Lines().Value(p.src)), line)
	p.problems = append(p.problems, problems...)
	switch {
	case p.fixture != nil && p.fixture.Steps == nil:
		p.fixture.Steps, p.fixture.Source = append([]Step{}, steps...), string(n.Lines().Value(p.src))
	case p.current != nil && p.current.Steps == nil:
		c := p.current
		c.Steps, c.Line = append([]Step{}, steps...), line
		c.Source = string(n.Lines().Value(p.src))
		for _, w := range info[1:] {
			p.setting(c, w)
		}
	default:
		p.bad(line, "a steps block outside a check or fixture, or a second one", "write one below each heading")
	}
}

// setting reads a word behind ```steps.
func (p *taskParser) setting(c *Check, word string) {
	switch k, v, _ := strings.Cut(word, "="); {
	case word == Should, word == Stretch:
		c.Level = word
	case word == "timing":
		c.Timing = true
	case k == "needs" && v != "":
		c.Needs = strings.Split(v, ",")
	case k == "after" && v != "":
		c.After = strings.Split(v, ",")
	case k == "timeout":
		d, err := time.ParseDuration(v)
		if err != nil || d <= 0 || d > 5*time.Minute {
			p.bad(c.Line-1, "timeout="+v+" is no duration up to five minutes", "write timeout=60s")
		}
		c.Timeout = d
	default:
		p.bad(c.Line-1, "the word "+word+" is not known behind steps", "write "+strings.Join(slices.Concat([]string{Should, Stretch, "timing"}, []string{"needs=…", "after=…", "timeout=…"}), ", "))
	}
}
