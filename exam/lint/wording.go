package lint

import (
	"fmt"
	"regexp"
	"strings"

	"groundwork/exam"
)

var above = regexp.MustCompile(`(?i)\b(all|none|neither|both|any|each|some) of (the|these|those) (above|below|options|answers|others?|three|four|five)\b|^(all|none|both|neither) of (them|these|those)\.?$|\b(both|either) [a-e] (and|or) [a-e]\b|^(answers? )?[a-e] and [a-e]\.?$`)

// aboveOptions reports options that speak of the other options: they are
// shuffled, and whoever knows that one is wrong knows about two.
func aboveOptions(v *view, bad reporter) {
	for _, g := range v.groups {
		for _, o := range g.options {
			if m := above.FindString(shown(o.Text)); m != "" {
				bad(fmt.Sprintf("has the option “%s”%s, which speaks of other options", clip(o.Text), g.of), "write an option that stands by itself; use type: multiple if several are right")
			}
		}
	}
}

var negative = regexp.MustCompile(`(?i)\b(not|never|except|neither|nor|unless)\b|n['’]t\b|\bcannot\b`)

// negatives reports a negative in the question that is not set in bold. The
// situation before the question does not concern it, nor what is quoted.
func negatives(v *view, bad reporter) {
	q := own(bold.ReplaceAllString(lastSentence(v.question), " "))
	if m := negative.FindString(q); m != "" {
		bad(fmt.Sprintf("asks with “%s”, which is easily read over", m), "turn the question round, or set the word in **bold**")
	}
}

// lastSentence returns the last sentence of a paragraph.
func lastSentence(p string) string {
	p = strings.Join(strings.Fields(p), " ")
	if i := strings.LastIndex(strings.TrimRight(p, ".?! "), ". "); i >= 0 {
		return p[i+2:]
	}
	return p
}

// Words that test-wise people go by. The strong absolutes are hardly ever true
// of software; the weak ones often are.
var (
	strong = regexp.MustCompile(`(?i)\b(always|never|under no circumstances|no matter what|in every case|in all cases|at all times|guarantees?|impossible|completely|entirely|absolutely)\b`)
	weak   = regexp.MustCompile(`(?i)\b(only|all|every|must|none|nobody|everybody|everything|nothing|any)\b`)
	hedge  = regexp.MustCompile(`(?i)\b(usually|may|might|often|typically|sometimes|generally|probably|perhaps|mostly|tends? to|likely|as a rule|in most cases|normally|rarely)\b`)
)

// count returns how many options hold what re matches, in the author's own words.
func count(options []exam.Option, re *regexp.Regexp) (n int, example string) {
	for _, o := range options {
		if m := re.FindString(own(o.Text)); m != "" {
			n++
			example = m
		}
	}
	return n, example
}

// absolutes reports absolute words that stand in wrong options alone: one
// strong one, or weak ones in most of the wrong options.
func absolutes(v *view, bad reporter) {
	for _, g := range v.groups {
		keys, others := g.split()
		if n, _ := count(keys, strong); n == 0 {
			if n, m := count(others, strong); n > 0 && len(others) > 0 {
				bad(fmt.Sprintf("has “%s”%s in wrong options alone", m, g.of), "say it without the absolute word, or let the key have one too")
				continue
			}
		}
		if n, _ := count(keys, weak); n == 0 {
			if n, m := count(others, weak); n > 1 && 2*n > len(others) {
				bad(fmt.Sprintf("has words such as “%s”%s in %d of %d wrong options and not in the key", m, g.of, n, len(others)), "take some out, or let the key have one too")
			}
		}
	}
}

// hedges reports hedging words that stand in keys alone.
func hedges(v *view, bad reporter) {
	for _, g := range v.groups {
		keys, others := g.split()
		if n, _ := count(others, hedge); n > 0 {
			continue
		}
		if n, m := count(keys, hedge); n > 0 {
			bad(fmt.Sprintf("has “%s”%s in the key alone", m, g.of), "say it straight, or hedge a wrong option too")
		}
	}
}
