package exam

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"math"
	"regexp"
	"slices"
	"time"

	"groundwork/content/source"
)

// A Blueprint says of what an exam is made and by which rules it is sat. It is
// read from the front matter of guide/exam.md.
type Blueprint struct {
	Title  string       `yaml:"title"`
	Cells  []SkillCells `yaml:"-"` // in the order of the file
	Rules  Rules        `yaml:"-"`
	Points []RulePoint  `yaml:"-"` // what a learner is told before the start
}

// SkillCells says how many items of each level one skill contributes.
type SkillCells struct {
	Skill string
	Count map[Level]int
}

// Total returns the number of items of the skill.
func (c SkillCells) Total() int {
	n := 0
	for _, count := range c.Count {
		n += count
	}
	return n
}

// Rules are what an attempt is decided by. An attempt keeps its own copy, so
// that a later edit of the exam never reaches it.
type Rules struct {
	Minutes int     `json:"minutes"`
	Pass    float64 `json:"pass"`   // per cent of the points
	Strong  float64 `json:"strong"` // per cent
	Review  Review  `json:"review,omitempty"`
	Retakes Retakes `json:"retakes,omitzero"`
	Extra   Extra   `json:"extra,omitzero"`
}

// A Review says what of an attempt is shown once it is over. While it runs
// nothing is shown that tells right from wrong, whatever the policy.
type Review string

// The policies. The zero Review is Study.
const (
	Study    Review = "study"    // everything: each item with the answer, the key and the reasons
	Secure   Review = "exam"     // the score by skill, level and lesson; no item
	Archived Review = "archived" // the score alone
)

// Items reports whether the items are shown with key and reasons.
func (r Review) Items() bool { return r == "" || r == Study }

// Parts reports whether the score is broken down.
func (r Review) Parts() bool { return r != Archived }

// Duration returns the time from start to deadline, with the extra time.
func (r Rules) Duration() time.Duration {
	return time.Duration(r.Minutes) * time.Minute * time.Duration(100+r.Extra.Percent) / 100
}

// A RulePoint is one thing a learner is told before the start.
type RulePoint struct {
	Title string `yaml:"title"`
	Text  string `yaml:"text"`
}

// Items returns how many items a form has.
func (b *Blueprint) Items() int {
	n := 0
	for _, c := range b.Cells {
		n += c.Total()
	}
	return n
}

// Level returns how many items of one level a form has.
func (b *Blueprint) Level(l Level) int {
	n := 0
	for _, c := range b.Cells {
		n += c.Count[l]
	}
	return n
}

// BlueprintFile is where the blueprint stands in a content folder.
const BlueprintFile = "guide/exam.md"

// LoadBlueprint reads the blueprint of fsys.
func LoadBlueprint(fsys fs.FS) (*Blueprint, source.Problems) {
	f, problems := source.Read(fsys, BlueprintFile)
	if f == nil {
		return nil, problems
	}
	var front struct {
		Title       string                   `yaml:"title"`
		Description string                   `yaml:"description"`
		Lede        string                   `yaml:"lede"`
		Reviewed    string                   `yaml:"reviewed"`
		ReviewedBy  string                   `yaml:"reviewed-by"`
		Minutes     int                      `yaml:"minutes"`
		Pass        float64                  `yaml:"pass"`
		Strong      float64                  `yaml:"strong"`
		Review      Review                   `yaml:"review"`
		Retakes     Retakes                  `yaml:"retakes"`
		Cells       map[string]map[Level]int `yaml:"cells"`
		Rules       []RulePoint              `yaml:"rules"`
	}
	problems = f.Decode(&front)
	b := &Blueprint{Title: front.Title, Points: front.Rules,
		Rules: Rules{Minutes: front.Minutes, Pass: front.Pass, Strong: front.Strong, Review: front.Review, Retakes: front.Retakes}}
	add := func(line int, what, mend string) { problems.Add(f.Name, line, what, mend) }
	if front.Minutes < 1 || front.Minutes > 24*60 {
		add(f.Line("minutes"), fmt.Sprintf("minutes is %d", front.Minutes), "write how long the exam takes, 1 to 1440")
	}
	if !(0 < front.Pass && front.Pass <= front.Strong && front.Strong <= 100) { // so that NaN is refused too
		add(f.Line("pass"), fmt.Sprintf("pass is %g and strong %g", front.Pass, front.Strong), "write per cents with 0 < pass <= strong <= 100")
	}
	if !has([]Review{"", Study, Secure, Archived}, front.Review) {
		add(f.Line("review:"), fmt.Sprintf("review is %q", front.Review), "write study, exam or archived")
	}
	if what, mend := front.Retakes.fault(front.Review); what != "" {
		add(f.Line("retakes"), what, mend)
	}
	b.cells(f, front.Cells, add)
	return b, problems
}

var cellsKey = regexp.MustCompile(`(?m)^cells\s*:`)

// cells takes the cells over in the order of the file.
func (b *Blueprint) cells(f *source.File, cells map[string]map[Level]int, add func(line int, what, mend string)) {
	start := 0
	if place := cellsKey.FindIndex(f.Front); place != nil {
		start = place[1]
	}
	at := func(skill string) int { // where its key stands
		place := regexp.MustCompile(`[\s{,]["']?` + regexp.QuoteMeta(skill) + `["']?\s*:`).FindIndex(f.Front[start:])
		if place == nil {
			return start
		}
		return start + place[0] + 1
	}
	for skill, count := range cells {
		b.Cells = append(b.Cells, SkillCells{skill, count})
	}
	slices.SortFunc(b.Cells, func(x, y SkillCells) int {
		return cmp.Or(cmp.Compare(at(x.Skill), at(y.Skill)), cmp.Compare(x.Skill, y.Skill))
	})
	for _, c := range b.Cells {
		for level, n := range c.Count {
			if !has(Levels, level) || n < 0 {
				add(2+bytes.Count(f.Front[:at(c.Skill)], []byte("\n")), fmt.Sprintf("the cell %s: %s: %d cannot be", c.Skill, level, n),
					"write junior, mid and senior with how many items")
			}
		}
	}
	if b.Items() < 1 {
		add(f.Line("cells"), "the cells ask for no items", "write cells: with a line for each skill")
	}
}

// Satisfiable reports the cells that the exam pool of the bank cannot fill, be
// it because of enemies.
func (b *Blueprint) Satisfiable(bank *Bank) source.Problems {
	var problems source.Problems
	have := map[string]map[Level]int{}
	for _, it := range bank.Pool(ExamPool) {
		if have[it.Skill] == nil {
			have[it.Skill] = map[Level]int{}
		}
		have[it.Skill][it.Level]++
	}
	for _, c := range b.Cells {
		for _, l := range Levels {
			if n := have[c.Skill][l]; n < c.Count[l] {
				problems.Add(BlueprintFile, 0, fmt.Sprintf("the exam asks for %d %s items of %s and the bank has %d", c.Count[l], l, c.Skill, n),
					"write more items or ask for fewer")
			}
		}
	}
	if s := b.expected(bank); len(problems) == 0 && s > 0.95*b.Rules.Duration().Seconds() {
		problems.Add(BlueprintFile, 0, fmt.Sprintf("the items of a form should take %.0f minutes together and there are %d", s/60, b.Rules.Minutes),
			"give more minutes, ask for fewer items, or mend the seconds of items: going back takes time as well")
	}
	if len(problems) == 0 {
		if _, err := Assemble(bank, b, History{}, 0); err != nil {
			problems.Add(BlueprintFile, 0, err.Error(), "write more items, ask for fewer, or make fewer of them enemies")
		}
	}
	return problems
}

// expected is how many seconds the items of a form should take on average.
func (b *Blueprint) expected(bank *Bank) (total float64) {
	type cell struct {
		skill string
		level Level
	}
	seconds, items := map[cell]int{}, map[cell]int{}
	for _, it := range bank.Pool(ExamPool) {
		at := cell{it.Skill, it.Level}
		seconds[at] += it.Seconds
		items[at]++
	}
	for _, c := range b.Cells {
		for _, l := range Levels {
			if at := (cell{c.Skill, l}); items[at] > 0 {
				total += float64(c.Count[l]) * float64(seconds[at]) / float64(items[at])
			}
		}
	}
	return total
}

// A Supply says how far the bank carries one cell of the blueprint.
type Supply struct {
	Skill  string
	Level  Level
	Wanted int // items a form takes
	Items  int // items there are
}

// Fresh returns how many forms can be drawn one after the other without
// repeating an item of the cell.
func (s Supply) Fresh() int {
	if s.Wanted == 0 {
		return 0
	}
	return s.Items / s.Wanted
}

// Overlap returns how many items of the cell two forms drawn at random share
// on average: wanted squared over items (the mean of the hypergeometric
// distribution).
func (s Supply) Overlap() float64 {
	if s.Items == 0 {
		return 0
	}
	return float64(s.Wanted*s.Wanted) / float64(s.Items)
}

// Supply returns the supply of every cell, in the order of the blueprint.
func (b *Blueprint) Supply(bank *Bank) []Supply {
	var out []Supply
	for _, c := range b.Cells {
		for _, l := range Levels {
			s := Supply{Skill: c.Skill, Level: l, Wanted: c.Count[l]}
			for _, it := range bank.Pool(ExamPool) {
				if it.Skill == c.Skill && it.Level == l {
					s.Items++
				}
			}
			out = append(out, s)
		}
	}
	return out
}

// Forms returns the decimal logarithm of the number of different forms that
// the bank allows, enemies not counted: the product over all cells of the ways
// to choose wanted of items.
func (b *Blueprint) Forms(bank *Bank) float64 {
	sum := 0.0
	for _, s := range b.Supply(bank) {
		sum += logFactorial(s.Items) - logFactorial(s.Wanted) - logFactorial(s.Items-s.Wanted)
	}
	return sum / math.Ln10
}

// logFactorial returns the natural logarithm of n!, or 0 below 0.
func logFactorial(n int) float64 {
	v, _ := math.Lgamma(float64(max(n, 0)) + 1)
	return v
}
