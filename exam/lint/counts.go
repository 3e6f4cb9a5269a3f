package lint

import (
	"fmt"
	"math"
	"slices"

	"groundwork/content/source"
	"groundwork/exam"
)

// Pools are the pools in the order in which they are reported.
var Pools = []exam.Pool{exam.ExamPool, exam.PracticePool}

// A Plan says of what the bank is to consist.
type Plan struct {
	Items    map[exam.Pool]int // of each skill; none says nothing of their number
	Band     float64           // points by which a level's share of a skill may be off a third
	NotPlain float64           // per cent of a pool that are more than a plain single choice, at least
	Lesson   int               // items that test a lesson, at least
}

// House is the plan of content/README.md.
var House = Plan{
	Items: map[exam.Pool]int{exam.ExamPool: 30, exam.PracticePool: 18},
	Band:  10, NotPlain: 40, Lesson: 4,
}

// A Row is how many items a skill has in a pool, by level and by type.
type Row struct {
	Skill  string
	Pool   exam.Pool
	Items  int
	Levels map[exam.Level]int
	Types  map[exam.Type]int
	Plain  int // plain single choices
}

// add counts an item.
func (r *Row) add(it *exam.Item) {
	r.Items++
	r.Levels[it.Level]++
	r.Types[it.Type]++
	if it.Plain() {
		r.Plain++
	}
}

// NotPlain returns the share of items that are more than a plain single
// choice, in per cent.
func (r *Row) NotPlain() float64 {
	if r.Items == 0 {
		return 0
	}
	return 100 * float64(r.Items-r.Plain) / float64(r.Items)
}

// Counts is what a bank consists of.
type Counts struct {
	Rows    []*Row // skill by skill in the order asked for, pool by pool
	Totals  []*Row // of each pool, with no skill
	Lessons map[string]int
}

// Count counts the items of the given skills.
func Count(bank *exam.Bank, skills []string) *Counts {
	c := &Counts{Lessons: map[string]int{}}
	row := func(skill string, p exam.Pool) *Row {
		return &Row{Skill: skill, Pool: p, Levels: map[exam.Level]int{}, Types: map[exam.Type]int{}}
	}
	for _, p := range Pools {
		c.Totals = append(c.Totals, row("", p))
	}
	for _, skill := range skills {
		for i, p := range Pools {
			r := row(skill, p)
			for _, it := range bank.Pool(p) {
				if it.Skill == skill {
					r.add(it)
					c.Totals[i].add(it)
					c.Lessons[it.Lesson]++
				}
			}
			c.Rows = append(c.Rows, r)
		}
	}
	return c
}

// Check reports where the counts differ from the plan: the number of items of
// a skill, the share of a level or of plain single choices, lessons that too
// few items test. File lines do not apply: what is missing stands nowhere.
func (c *Counts) Check(plan Plan, lessons []string) source.Problems {
	var problems source.Problems
	for _, r := range c.Rows {
		where := "item/" + r.Skill
		if want := plan.Items[r.Pool]; want > 0 && r.Items != want {
			problems.Add(where, 0, fmt.Sprintf("has %d %s items where the plan has %d", r.Items, r.Pool, want), "write the missing ones, or mark what is too many as dropped")
		}
		for _, l := range exam.Levels {
			share := 100 * float64(r.Levels[l]) / float64(max(r.Items, 1))
			if r.Items > 0 && math.Abs(share-100.0/3) > plan.Band {
				problems.Add(where, 0, fmt.Sprintf("%d of its %d %s items are for %s, %.0f%%", r.Levels[l], r.Items, r.Pool, l, share),
					fmt.Sprintf("bring each level to a third, give or take %g points", plan.Band))
			}
		}
	}
	for _, r := range c.Totals {
		if r.Items > 0 && r.NotPlain() < plan.NotPlain {
			problems.Add("item", 0, fmt.Sprintf("%.0f%% of the %s pool are more than a plain single choice", r.NotPlain(), r.Pool),
				fmt.Sprintf("turn some into another type, or let them read code, a plan or a log; the plan has at least %g%%", plan.NotPlain))
		}
	}
	for _, lesson := range lessons {
		if n := c.Lessons[lesson]; n < plan.Lesson {
			problems.Add("lesson/"+lesson+".md", 0, fmt.Sprintf("is tested by %d items", n), fmt.Sprintf("write items with lesson: %s, at least %d", lesson, plan.Lesson))
		}
	}
	for lesson := range c.Lessons {
		if !slices.Contains(lessons, lesson) {
			problems.Add("item", 0, fmt.Sprintf("there are %d items for the lesson %q, which there is not", c.Lessons[lesson], lesson), "name one as skill/slug")
		}
	}
	return problems
}
