// Package lint looks at the items of a bank the way an editor does who knows
// how test-wise people guess: does the wording give the key away, can the
// question be read in its time, is it asked twice.
//
// [Items] applies the rules of item writing to each item and compares all of
// them with each other. [Quotes] finds passages of exam items in what learners
// read at other times. [Players] lets six strategies that know nothing of the
// subject sit the bank, and [Winners] reports those to whom it pays. [Count]
// holds the bank against the plan. Problems carry the line of the item's
// heading and say how to mend them.
//
// The rules are blunt on purpose where a sharp one would need to understand
// the item, and each has a threshold below which it says nothing: an author
// who sees ten false alarms reads none. The thresholds stand beside their
// rules, with what they were tuned on. What a rule cannot see (two options that
// can be defended, a key that is wrong) needs eyes, or a sample that is run.
//
// The package reads and never changes what it is given. Its functions are pure
// and safe for concurrent use.
package lint

import (
	"groundwork/content/source"
	"groundwork/exam"
)

// A rule looks at one item and reports what is wrong with it.
type rule func(v *view, bad reporter)

// A reporter takes what is wrong with an item and how to mend it.
type reporter func(what, mend string)

// rules are what is applied to each item on its own.
var rules = []rule{
	keyLength,
	aboveOptions,
	negatives,
	absolutes,
	hedges,
	articles,
	howMany,
	plurals,
	stemWords,
	oneKind,
	readingTime,
	expression,
	computed,
}

// Items applies all rules to all items of the bank, each on its own and each
// against the others.
func Items(bank *exam.Bank) source.Problems {
	var problems source.Problems
	for _, it := range bank.All() {
		v := look(it)
		bad := func(what, mend string) { problems.Add(it.File, it.Line, string(it.ID)+" "+what, mend) }
		for _, r := range rules {
			r(v, bad)
		}
	}
	for _, p := range Pairs(bank) {
		problems = append(problems, p.problem())
	}
	return problems
}
