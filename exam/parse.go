package exam

import (
	"fmt"
	"io/fs"
	"math"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"groundwork/content/source"
)

// facts are what the fence "item" says of an item.
type facts struct {
	Type      Type               `yaml:"type"`
	Level     Level              `yaml:"level"`
	Lesson    string             `yaml:"lesson"`
	Seconds   int                `yaml:"seconds"`
	Reads     string             `yaml:"reads"`
	Stimulus  string             `yaml:"stimulus"`
	Enemies   []ItemID           `yaml:"enemies"`
	Fixed     bool               `yaml:"fixed"`
	Run       string             `yaml:"run"`
	Expr      string             `yaml:"expr"`
	Tolerance string             `yaml:"tolerance"`
	Unit      string             `yaml:"unit"`
	Units     map[string]float64 `yaml:"units"`
	Case      bool               `yaml:"case"`
	Entry     string             `yaml:"entry"`
	Ordered   bool               `yaml:"ordered"`
	Changed   Kind               `yaml:"changed"`
}

// A parser reads one file of items.
type parser struct {
	file     *source.File
	skill    string
	pool     Pool
	stimuli  map[string]string
	items    []*Item
	problems source.Problems
}

// LoadItems reads every file item/<skill>/*.md of fsys. It reports all the
// mistakes it finds; items are complete only if there are none. The ids of
// their options tell nothing of their order in the file, since they stand in
// the forms that learners get.
func LoadItems(fsys fs.FS) ([]*Item, source.Problems) {
	names, err := fs.Glob(fsys, "item/*/*.md")
	if err != nil {
		return nil, source.Problems{{File: "item", What: err.Error()}}
	}
	var items []*Item
	var problems source.Problems
	for _, name := range names {
		f, ps := source.Read(fsys, name)
		problems = append(problems, ps...)
		if f == nil {
			continue
		}
		its, ps := ParseItems(f)
		for _, it := range its {
			it.nameOptions()
		}
		items = append(items, its...)
		problems = append(problems, ps...)
	}
	return items, problems
}

// ParseItems reads the items of one file, with options called a, b, c in the
// order of the file.
func ParseItems(f *source.File) ([]*Item, source.Problems) {
	p := &parser{file: f, stimuli: map[string]string{}}
	var front struct {
		Skill string `yaml:"skill"`
		Pool  Pool   `yaml:"pool"`
	}
	p.problems = f.Decode(&front)
	p.skill, p.pool = front.Skill, front.Pool
	if want := path.Base(path.Dir(f.Name)); front.Skill != want {
		p.add(f.Line("skill"), fmt.Sprintf("skill is %q in the folder %q", front.Skill, want), "let the two agree")
	}
	if front.Pool != ExamPool && front.Pool != PracticePool {
		p.add(f.Line("pool"), fmt.Sprintf("pool is %q", front.Pool), "write pool: exam or pool: practice")
	}
	for _, s := range source.Sections(f.Lines(), 2) {
		switch {
		case s.Heading == "":
			p.add(s.Line, "there is text before the first item", "move it under a heading ## id Title")
		case strings.HasPrefix(s.Heading, "@"):
			p.stimulus(s)
		default:
			p.item(s)
		}
	}
	return p.items, p.problems
}

func (p *parser) add(line int, what, mend string) { p.problems.Add(p.file.Name, line, what, mend) }

// stimulus keeps a text that several items share.
func (p *parser) stimulus(s source.Section) {
	id, _, _ := strings.Cut(s.Heading[1:], " ")
	switch {
	case !itemID.MatchString(id) || s.Text() == "":
		p.add(s.Line, fmt.Sprintf("the stimulus %q has no id or no text", s.Heading), "write ## @id Title and the text under it")
	case p.stimuli[id] != "":
		p.add(s.Line, fmt.Sprintf("the stimulus %q stands in this file twice", id), "give this one another id")
	default:
		p.stimuli[id] = s.Text()
	}
}

var itemID = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// item reads the item of one section.
func (p *parser) item(s source.Section) {
	id, title, _ := strings.Cut(s.Heading, " ")
	if !itemID.MatchString(id) || strings.TrimSpace(title) == "" {
		p.add(s.Line, fmt.Sprintf("the heading %q is not an id and a title", s.Heading), "write ## api-e01 A short title")
		return
	}
	fences := source.Fences(s.Lines)
	if len(fences) == 0 || fences[0].Info != "item" || source.Text(before(s.Lines, fences[0].Line)) != "" {
		p.add(s.Line, "item "+id+" does not begin with a fence named item", "put ```item with type, level, lesson and seconds under the heading")
		return
	}
	var f facts
	p.problems = append(p.problems, fences[0].Facts(p.file.Name, &f)...)
	it := &Item{
		ID: ItemID(id), Title: strings.TrimSpace(title), Skill: p.skill, Pool: p.pool,
		Lesson: f.Lesson, Level: f.Level, Type: f.Type, Reads: f.Reads, Seconds: f.Seconds,
		Case: f.Case, Fixed: f.Fixed, Enemies: f.Enemies, Changed: f.Changed, Run: f.Run, Expr: f.Expr,
		File: p.file.Name, Line: s.Line,
	}
	if f.Stimulus != "" {
		it.StimulusID, it.Stimulus = f.Stimulus, p.stimuli[f.Stimulus]
		if it.Stimulus == "" {
			p.add(fences[0].Line, fmt.Sprintf("stimulus %q is not in this file", f.Stimulus), "write it above the item as ## @"+f.Stimulus+" Title")
		}
	}
	stem, rest := split(fences[0].Rest)
	it.Stem = source.Text(stem)
	p.answers(it, f, rest)
	p.items = append(p.items, it)
	p.check(it)
	p.checkFacts(it, f)
}

// before returns the lines above line n.
func before(lines []source.Line, n int) []source.Line {
	i := slices.IndexFunc(lines, func(l source.Line) bool { return l.N == n })
	return lines[:i]
}

// split divides the lines under the facts into the stem, which ends with the
// last paragraph at the outer level, and the options after it.
func split(lines []source.Line) (stem, rest []source.Line) {
	end := len(lines)
	inFence := map[int]bool{}
	for _, f := range source.Fences(lines) {
		n := strings.Count(f.Body, "\n") + 1
		for i := f.Line; i <= f.Line+n; i++ {
			inFence[i] = true
		}
	}
	last := -1
	for i, l := range lines {
		t := l.Text
		outer := t != "" && t[0] != ' ' && t[0] != '>' && !inFence[l.N] && !source.IsEntry(t)
		if outer {
			last = i
		}
	}
	for i := last + 1; i < len(lines); i++ {
		t := lines[i].Text
		if source.IsEntry(t) || strings.HasPrefix(t, ">") || inFence[lines[i].N] {
			end = i
			break
		}
	}
	return lines[:end], lines[end:]
}

// answers reads what follows the stem.
func (p *parser) answers(it *Item, f facts, lines []source.Line) {
	if it.Type == SQL {
		lines = p.query(it, f, lines)
	}
	entries, rest := source.Entries(lines)
	switch it.Type {
	case Matching:
		p.matching(it, entries)
	case Cloze:
		p.cloze(it, f, entries)
	default:
		p.marks(it, entries, it.Type == Ordering)
		for i, e := range entries {
			it.Options = append(it.Options, Option{optionID(i), e.Text, e.Reason, e.Mark == source.Checked || e.Mark == source.Numbered, ""})
		}
	}
	if it.Type == Numeric {
		p.number(it, f)
	}
	p.trailer(it, rest)
}

// marks reports entries that do not begin as those of their kind do, so that
// a forgotten mark is not taken for a wrong option, and lists within options,
// which would be lost.
func (p *parser) marks(it *Item, entries []source.Entry, ordered bool) {
	for _, e := range entries {
		task := e.Mark == source.Checked || e.Mark == source.Open
		switch {
		case ordered && e.Mark != source.Numbered:
			p.add(e.Line, "an entry of "+string(it.ID)+" has no number", "write the entries as a numbered list in the right order")
		case !ordered && !task:
			p.add(e.Line, "an option of "+string(it.ID)+" has no box", "write - [x] before what is right and - [ ] before what is wrong")
		}
		if len(e.Sub) > 0 {
			p.add(e.Sub[0].Line, "there is a list within an option of "+string(it.ID), "write it as a sentence")
		}
	}
}

// trailer reads what follows the options: a block quote, or nothing.
func (p *parser) trailer(it *Item, rest []source.Line) {
	var quote []source.Line
	for _, l := range rest {
		q, ok := strings.CutPrefix(l.Text, ">")
		if !ok && strings.TrimSpace(l.Text) != "" {
			p.add(l.N, "text after the options of "+string(it.ID), "put it into the stem, or into a block quote with >")
			return
		}
		quote = append(quote, source.Line{N: l.N, Text: strings.TrimPrefix(q, " ")})
	}
	it.Explanation = strings.TrimSpace(strings.Join([]string{it.Explanation, source.Text(quote)}, "\n\n"))
}

// matching reads "- stem -> choice"; equal choices are one choice.
func (p *parser) matching(it *Item, entries []source.Entry) {
	ids := map[string]OptionID{}
	for _, e := range entries {
		stem, choice, ok := cutArrow(e.Text)
		if !ok || choice == "" {
			p.add(e.Line, "an entry of "+string(it.ID)+" is not a match", "write - stem -> choice")
			continue
		}
		id, known := ids[choice]
		if !known {
			id = optionID(len(ids))
			ids[choice] = id
			it.Choices = append(it.Choices, Option{ID: id, Text: choice})
		}
		if stem == "" {
			if known {
				p.add(e.Line, "the extra choice of "+string(it.ID)+" fits a stem too", "take it out")
			}
			it.Choices[len(it.Choices)-1].Reason = e.Reason
			continue
		}
		it.Options = append(it.Options, Option{optionID(len(it.Options)), stem, e.Reason, true, id})
	}
}

// cutArrow cuts text at the first -> that is not code.
func cutArrow(text string) (before, after string, ok bool) {
	code := false
	for i := range text {
		switch {
		case text[i] == '`':
			code = !code
		case !code && strings.HasPrefix(text[i:], "->"):
			return strings.TrimSpace(text[:i]), strings.TrimSpace(text[i+2:]), true
		}
	}
	return text, "", false
}

// cloze reads one numbered entry a blank, with its options nested.
func (p *parser) cloze(it *Item, f facts, entries []source.Entry) {
	for n, e := range entries {
		if e.Mark != source.Numbered {
			p.add(e.Line, fmt.Sprintf("blank %d of %s has no number", n+1, it.ID), "write the blanks as a numbered list, the options of each under it")
		}
		p.marks(it, e.Sub, false)
		b := Blank{Name: e.Text, Typed: f.Entry == "text"}
		for i, sub := range e.Sub {
			b.Options = append(b.Options, Option{optionID(i), sub.Text, sub.Reason, sub.Mark == source.Checked, ""})
		}
		it.Blanks = append(it.Blanks, b)
		if mark := fmt.Sprintf("[[%d]]", n+1); strings.Count(it.Stem, mark) != 1 {
			p.add(e.Line, fmt.Sprintf("blank %d of %s does not stand once in the stem", n+1, it.ID), "write "+mark+" where the gap is")
		}
	}
}

// number reads the key of a numeric item and its tolerance.
func (p *parser) number(it *Item, f facts) {
	n := &Number{Unit: f.Unit, Units: f.Units}
	it.Number = n
	t, relative := strings.CutSuffix(strings.TrimSpace(f.Tolerance), "%")
	if t != "" {
		v, err := strconv.ParseFloat(strings.TrimSpace(t), 64)
		if err != nil || !(v >= 0 && v <= math.MaxFloat64) {
			p.add(it.Line, fmt.Sprintf("tolerance %q of %s is not a number", f.Tolerance, it.ID), "write tolerance: 0.5 or tolerance: 2%")
			v = 0
		}
		n.Tolerance, n.Relative = v, relative
		if relative {
			n.Tolerance /= 100
		}
	}
	for name, factor := range f.Units {
		if name == "" || !(factor > 0 && factor <= math.MaxFloat64) {
			p.add(it.Line, fmt.Sprintf("the unit %q of %s has the factor %g", name, it.ID, factor), "write what one of it is in the key's unit, as in units: {s: 1000}")
			n.Units = nil // nothing can be reckoned with it
		}
	}
	for i, o := range it.Options {
		v, err := ParseNumber(o.Text)
		if err != nil {
			p.add(it.Line, fmt.Sprintf("%q among the answers of %s is not a number", o.Text, it.ID), "write the bare number, the unit goes into the facts")
		} else if o.Key {
			n.Value = v
		}
		it.Options[i].Text = strings.TrimSpace(o.Text)
	}
}

// query reads the SQL fences of an item and the reason of the key.
func (p *parser) query(it *Item, f facts, lines []source.Line) []source.Line {
	q := &Query{Ordered: f.Ordered}
	it.Query = q
	for _, fence := range source.Fences(lines) {
		switch fence.Info {
		case "sql schema":
			q.Schema = fence.Body
		case "sql data":
			q.Data = append(q.Data, fence.Body)
		case "sql key":
			q.Key = strings.TrimSpace(fence.Body)
		default:
			p.add(fence.Line, fmt.Sprintf("the fence %q has no place in an SQL item", fence.Info), "use sql schema, sql data and sql key")
		}
		lines = fence.Rest
	}
	var quote []source.Line
	for len(lines) > 0 && !source.IsEntry(lines[0].Text) {
		quote = append(quote, source.Line{N: lines[0].N, Text: strings.TrimPrefix(strings.TrimPrefix(lines[0].Text, ">"), " ")})
		lines = lines[1:]
	}
	it.Explanation = source.Text(quote)
	return lines
}

// has reports whether list holds v.
func has[T comparable](list []T, v T) bool { return slices.Contains(list, v) }
