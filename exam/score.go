package exam

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/unicode/norm"
)

// A Mark is the score of one response.
type Mark struct {
	Fraction float64 // of the points, 0 to 1
	Blank    bool    // nothing was answered

	// Known is the listed answer that a typed response matched, right or
	// wrong: its reason tells the learner what happened. Nil if none did.
	Known *Option
}

// Right reports whether the response got all of the points. Fractions are
// compared with 1e-6, as in EXAM.md b.
func (m Mark) Right() bool { return m.Fraction > 1-1e-6 }

// Partly reports whether the response got some of the points.
func (m Mark) Partly() bool { return !m.Right() && m.Fraction > 1e-6 }

// A Runner runs the query of an SQL item against all of its data sets and
// reports whether the result is the key's. The error is for the learner.
type Runner interface {
	Equal(q *Query, answer string) (bool, error)
}

// Score marks a response. It depends on the item version and the response
// only. The rules are those of EXAM.md b:
//
//   - single: all or nothing
//   - multiple: +1/C for each right option chosen, -1/W for each wrong one,
//     C right and W wrong options in all; not below 0
//   - ordering: entries in their place / entries ([Absolute])
//   - matching: right pairs / stems; cloze: right blanks / blanks
//   - numeric: within the tolerance, after conversion to the key's unit
//   - short: the first pattern in the author's order that matches decides
//   - sql: what run says; 0 without run
//
// A response that does not fit the item scores 0.
func Score(it *Item, r Response, run Runner) Mark {
	if it.Type == Single && len(r.Choice) == 1 { // most responses, and nothing in them to make normal
		o := it.option(r.Choice[0])
		return Mark{Fraction: all(o != nil && o.Key)}
	}
	n, err := it.Normal(r)
	switch {
	case err != nil:
		return Mark{}
	case n.empty():
		return Mark{Blank: true}
	}
	switch it.Type {
	case Single:
		return Mark{Fraction: all(it.option(n.Choice[0]).Key)}
	case Multiple:
		return Mark{Fraction: scoreMultiple(it, n)}
	case Ordering:
		return Mark{Fraction: scoreOrder(it, n)}
	case Matching:
		return Mark{Fraction: scorePairs(it, n)}
	case Cloze:
		return Mark{Fraction: scoreBlanks(it, n)}
	case Numeric:
		return scoreNumber(it, n.Text)
	case Short:
		return scoreText(it.Options, n.Text, it.Case)
	case SQL:
		if run == nil {
			return Mark{}
		}
		same, err := run.Equal(it.Query, n.Text)
		return Mark{Fraction: all(same && err == nil)}
	}
	return Mark{}
}

func all(ok bool) float64 {
	if ok {
		return 1
	}
	return 0
}

func scoreMultiple(it *Item, r Response) float64 {
	right := 0.0
	for i := range it.Options {
		right += all(it.Options[i].Key)
	}
	wrong := float64(len(it.Options)) - right
	sum := 0.0
	for _, id := range r.Choice {
		if it.option(id).Key {
			sum += 1 / right
		} else {
			sum -= 1 / wrong
		}
	}
	return min(max(sum, 0), 1)
}

func scoreOrder(it *Item, r Response) float64 {
	order := make([]int, len(r.Choice))
	for place := range it.Options {
		order[slices.Index(r.Choice, it.Options[place].ID)] = place // normal: each is there once
	}
	return ScoreOrder(Absolute, len(it.Options), order)
}

func scorePairs(it *Item, r Response) float64 {
	hits := 0
	for i := range it.Options {
		hits += count(OptionID(r.Pairs[it.Options[i].ID]) == it.Options[i].Match)
	}
	return float64(hits) / float64(len(it.Options))
}

func scoreBlanks(it *Item, r Response) float64 {
	sum := 0.0
	for i := range it.Blanks {
		answer := r.Pairs[blankKey(i)]
		b := &it.Blanks[i]
		switch {
		case answer == "":
		case b.Typed:
			sum += scoreText(b.Options, answer, it.Case).Fraction
		default:
			sum += all(choice(b.Options, OptionID(answer)).Key)
		}
	}
	return sum / float64(len(it.Blanks))
}

func scoreNumber(it *Item, text string) Mark {
	v, err := it.Number.parse(text)
	if err != nil {
		return Mark{}
	}
	m := Mark{Fraction: all(it.Number.within(it.Number.Value, v))}
	for i, o := range it.Options {
		known, err := ParseNumber(o.Text)
		if err == nil && o.Key == m.Right() && it.Number.within(known, v) {
			m.Known = &it.Options[i]
			break
		}
	}
	return m
}

func scoreText(options []Option, text string, sensitive bool) Mark {
	text = norm.NFC.String(strings.TrimSpace(text))
	for i, o := range options {
		if re, err := pattern(o.Text, sensitive); err == nil && re.MatchString(text) {
			return Mark{Fraction: all(o.Key), Known: &options[i]}
		}
	}
	return Mark{}
}

// patterns are the accepted forms that answers were compared with, compiled:
// form and whether capitals matter, to *regexp.Regexp. There are as many as
// authors have written.
var patterns sync.Map

type patternKey struct {
	form      string
	sensitive bool
}

// pattern is compile for a form of an item, which is compiled once.
func pattern(form string, sensitive bool) (*regexp.Regexp, error) {
	key := patternKey{form, sensitive}
	if re, ok := patterns.Load(key); ok {
		return re.(*regexp.Regexp), nil
	}
	re, err := compile(form, sensitive)
	if err == nil {
		patterns.Store(key, re)
	}
	return re, err
}

// compile reads an accepted form: /RE2/, anchored, or text in which * is
// any run of characters but a line end and \* is a star. Backquotes around
// the whole are for show and do not count.
func compile(form string, sensitive bool) (*regexp.Regexp, error) {
	form = norm.NFC.String(strings.TrimSpace(form))
	if len(form) > 1 && form[0] == '`' && form[len(form)-1] == '`' {
		form = form[1 : len(form)-1]
	}
	flags := "(?i)"
	if sensitive {
		flags = ""
	}
	if len(form) > 2 && form[0] == '/' && form[len(form)-1] == '/' {
		inner := form[1 : len(form)-1]
		if _, err := regexp.Compile(inner); err != nil {
			return nil, err // a)|(b is none, though it would be one between brackets
		}
		return regexp.Compile(flags + `\A(?:` + inner + `)\z`)
	}
	var b strings.Builder
	for i, part := range strings.Split(form, `\*`) {
		if i > 0 {
			b.WriteString(`\*`)
		}
		for j, text := range strings.Split(part, "*") {
			if j > 0 {
				b.WriteString(`.*`)
			}
			b.WriteString(regexp.QuoteMeta(text))
		}
	}
	return regexp.Compile(flags + `\A` + b.String() + `\z`)
}
