package exam

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// check reports what is wrong with one item on its own.
func (p *parser) check(it *Item) {
	bad := func(what, mend string) { p.add(it.Line, string(it.ID)+" "+what, mend) }
	if !has(Types, it.Type) {
		bad(fmt.Sprintf("has the type %q", it.Type), fmt.Sprintf("write one of %v", Types))
		return
	}
	if !has(Levels, it.Level) {
		bad(fmt.Sprintf("has the level %q", it.Level), "write junior, mid or senior")
	}
	if it.Lesson == "" {
		bad("names no lesson", "write lesson: skill/slug, the lesson it tests")
	}
	if it.Seconds < 20 || it.Seconds > 300 {
		bad(fmt.Sprintf("should take %d seconds", it.Seconds), "write seconds between 20 and 300")
	}
	if it.Reads != "" && !has([]string{"code", "plan", "log"}, it.Reads) {
		bad(fmt.Sprintf("reads %q", it.Reads), "write reads: code, plan or log")
	}
	if it.Changed != "" && !has(Kinds, it.Changed) {
		bad(fmt.Sprintf("is changed %q", it.Changed), "write changed: text, key, options or dropped")
	}
	if it.Stem == "" {
		bad("has no stem", "write the situation and, as its last paragraph, the question")
	}
	p.checkKey(it, bad)
	p.checkReasons(it, bad)
}

// checkFacts reports facts that say nothing for the type of an item, or
// nothing at all.
func (p *parser) checkFacts(it *Item, f facts) {
	idle := func(key string, set bool, types ...Type) {
		if set && has(Types, it.Type) && !has(types, it.Type) {
			p.add(it.Line, fmt.Sprintf("%s has the fact %s, which says nothing for the type %s", it.ID, key, it.Type), "take it out, or mend the type")
		}
	}
	idle("expr", f.Expr != "", Numeric)
	idle("tolerance", f.Tolerance != "", Numeric)
	idle("unit", f.Unit != "", Numeric)
	idle("units", f.Units != nil, Numeric)
	idle("case", f.Case, Short, Cloze)
	idle("entry", f.Entry != "", Cloze)
	idle("ordered", f.Ordered, SQL)
	idle("fixed", f.Fixed, Single, Multiple, Matching)
	if f.Entry != "" && f.Entry != "text" {
		p.add(it.Line, fmt.Sprintf("%s has the entry %q", it.ID, f.Entry), "write entry: text, or leave it out for a list to choose from")
	}
	if f.Run != "" && f.Run != "go" && f.Run != "sql" {
		p.add(it.Line, fmt.Sprintf("%s is run by %q", it.ID, f.Run), "write run: go or run: sql")
	}
}

// checkKey reports what keeps the item from having a key of the right form.
func (p *parser) checkKey(it *Item, bad func(what, mend string)) {
	options, keys := len(it.Options), len(it.Keys())
	switch it.Type {
	case Single:
		if keys != 1 || options > 5 || options < 3 && !trueFalse(it.Options) {
			bad(fmt.Sprintf("has %d options and %d keys", options, keys), "write 3 to 5 options, or True and False, of which one is - [x]")
		}
	case Multiple:
		if keys < 1 || options < 4 || options > 7 || keys == options {
			bad(fmt.Sprintf("has %d options and %d keys", options, keys), "write 4 to 7 options of which some but not all are - [x]")
		}
	case Numeric, Short:
		if keys < 1 || it.Type == Numeric && keys != 1 {
			bad(fmt.Sprintf("has %d keys", keys), "write the right answer as - [x]")
		}
		if keys == options {
			bad("has no known wrong answer", "write at least one - [ ] with what was done wrong")
		}
		p.checkPatterns(it, it.Options, bad)
		p.checkWrongValues(it, bad)
	case Ordering:
		if options < 3 || options > 7 {
			bad(fmt.Sprintf("has %d entries", options), "write 3 to 7 entries as a numbered list in the right order")
		}
	case Matching:
		if options < 3 || len(it.Choices) < 2 {
			bad(fmt.Sprintf("has %d matches and %d choices", options, len(it.Choices)), "write at least three - stem -> choice with at least two choices")
		}
	case Cloze:
		p.checkBlanks(it, bad)
	case SQL:
		q := it.Query
		if q.Schema == "" || len(q.Data) < 2 || q.Key == "" {
			bad(fmt.Sprintf("lacks a schema, two data sets or a key (it has %d data sets)", len(q.Data)), "write sql schema, sql data twice or more, sql key")
		}
	}
}

func (p *parser) checkBlanks(it *Item, bad func(what, mend string)) {
	if len(it.Blanks) == 0 {
		bad("has no blanks", "write [[1]] in the stem and a numbered list with a task list for each blank")
	}
	if n := len(blankMark.FindAllString(it.Stem, -1)); n != len(it.Blanks) {
		bad(fmt.Sprintf("has %d gaps in the stem and %d blanks", n, len(it.Blanks)), "write one numbered entry for each gap")
	}
	for i, b := range it.Blanks {
		keys := 0
		for _, o := range b.Options {
			if o.Key {
				keys++
			}
		}
		if keys < 1 || !b.Typed && (keys != 1 || len(b.Options) < 2) {
			bad(fmt.Sprintf("has %d keys among %d options in blank %d", keys, len(b.Options), i+1), "write one - [x] and at least one - [ ]")
		}
		if b.Typed {
			p.checkPatterns(it, b.Options, bad)
		}
	}
}

// checkPatterns reports patterns of a short text that are no regular expression.
func (p *parser) checkPatterns(it *Item, options []Option, bad func(what, mend string)) {
	if it.Type == Numeric {
		return
	}
	for _, o := range options {
		if _, err := compile(o.Text, it.Case); err != nil {
			bad(fmt.Sprintf("has the pattern %q: %v", o.Text, err), "write RE2 between slashes, or plain text with * for any run of characters")
		}
	}
}

// checkWrongValues reports known wrong values that would be marked right.
func (p *parser) checkWrongValues(it *Item, bad func(what, mend string)) {
	if it.Number == nil {
		return
	}
	for _, o := range it.Options {
		if v, err := ParseNumber(o.Text); err == nil && !o.Key && it.Number.within(it.Number.Value, v) {
			bad(fmt.Sprintf("has the wrong answer %q, which lies within the tolerance of the key", o.Text), "narrow the tolerance or take it out")
		}
	}
}

// trueFalse reports whether the options are True and False: the only two that
// are enough, since nothing else is left to be said.
func trueFalse(options []Option) bool {
	texts := make([]string, len(options))
	for i, o := range options {
		texts[i] = strings.ToLower(o.Text)
	}
	slices.Sort(texts)
	return slices.Equal(texts, []string{"false", "true"})
}

// checkReasons reports options without a reason.
func (p *parser) checkReasons(it *Item, bad func(what, mend string)) {
	missing := func(options []Option, where string) {
		for _, o := range options {
			if strings.TrimSpace(o.Text) == "" {
				bad("has an option without text"+where, "write it after the mark")
			}
			if o.Reason == "" {
				bad(fmt.Sprintf("gives no reason for %q%s", clip(o.Text), where), "write it under the option as an indented block quote: >")
			}
		}
	}
	missing(it.Options, "")
	for _, c := range it.Choices {
		if !slices.ContainsFunc(it.Options, func(o Option) bool { return o.Match == c.ID }) {
			missing([]Option{c}, " of the choices")
		}
	}
	for i, b := range it.Blanks {
		missing(b.Options, fmt.Sprintf(" of blank %d", i+1))
	}
	if it.Type == SQL && it.Explanation == "" {
		bad("gives no reason for its key", "write it under the sql key fence as a block quote: >")
	}
}

// clip shortens text for a message.
func clip(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return text
}

var blankMark = regexp.MustCompile(`\[\[\d+\]\]`)
