package lint

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"groundwork/content/search"
	"groundwork/exam"
)

var (
	endArticle = regexp.MustCompile(`(?i)\b(an?)[:,…. ]*$`)
	gapArticle = regexp.MustCompile(`(?i)\b(an?) \**\[\[(\d+)\]\]`)
)

// articles reports a or an before the options or before a blank, if not all
// of the options go with it.
func articles(v *view, bad reporter) {
	if m := endArticle.FindStringSubmatch(v.question); m != nil {
		for _, g := range v.groups {
			fits(g, m[1], bad)
		}
	}
	for _, m := range gapArticle.FindAllStringSubmatch(v.prose, -1) {
		for i, b := range v.Blanks {
			if m[2] == fmt.Sprint(i+1) && !b.Typed {
				fits(group{" of the blank “" + b.Name + "”", b.Options}, m[1], bad)
			}
		}
	}
}

// fits reports options of g that do not go with the article.
func fits(g group, article string, bad reporter) {
	for _, o := range g.options {
		r, _ := utf8.DecodeRuneInString(strings.ToLower(shown(o.Text)))
		if vowel := strings.ContainsRune("aeio", r); vowel != strings.EqualFold(article, "an") && r >= 'a' && r <= 'z' && r != 'u' && r != 'h' {
			bad(fmt.Sprintf("has “%s” before “%s”%s", article, clip(o.Text), g.of), "move the article into the options, or write a or an where it fits all of them")
			return
		}
	}
}

var (
	asksTwo  = regexp.MustCompile(`(?i)\b(?:which|what|name|choose|pick|select)(?: are)?(?: the)? (two|three|four|five)\b`)
	numerals = map[string]int{"two": 2, "three": 3, "four": 4, "five": 5}
	asksOne  = regexp.MustCompile(`(?i)\b(which|what) (one|is the)\b`)
)

// howMany reports a question that asks for another number of options than are
// right.
func howMany(v *view, bad reporter) {
	keys := len(v.Keys())
	if v.Type != exam.Single && v.Type != exam.Multiple {
		return
	}
	if m := asksTwo.FindStringSubmatch(v.question); m != nil && v.Type == exam.Multiple && numerals[strings.ToLower(m[1])] != keys {
		bad(fmt.Sprintf("asks for %s and has %d keys", m[1], keys), "let the question and the keys agree")
	}
	if m := asksOne.FindString(v.question); m != "" && v.Type == exam.Multiple && keys > 1 {
		bad(fmt.Sprintf("asks “%s” and has %d keys", m, keys), "ask in the plural")
	}
}

var (
	asksMany   = regexp.MustCompile(`(?i)\b(?:which|what)(?: [\w-]+){0,4} (?:are|were|have|do)\b`)
	asksSingle = regexp.MustCompile(`(?i)\b(?:which|what)(?: [\w-]+){0,4} (?:is|was|has|does)\b`)
)

// plurals reports a question in the plural of which the key alone is one among
// short options, or one in the singular.
func plurals(v *view, bad reporter) {
	many, one := asksMany.MatchString(v.question), asksSingle.MatchString(v.question)
	if v.Type != exam.Single || many == one {
		return
	}
	for _, o := range v.Options {
		if n := len(words(o.Text)); n > shortOption || kind(o) != "prose" || (plural(o) == many) != o.Key {
			return
		}
	}
	number := "singular"
	if many {
		number = "plural"
	}
	bad(fmt.Sprintf("asks in the %s, which its key alone is in", number), "put a wrong option into the same number, or ask in a way that fits both")
}

// shortOption is up to how many words an option is a name rather than a
// sentence, whose number would say nothing.
const shortOption = 4

// plural reports whether a name is in the plural.
func plural(o exam.Option) bool {
	text := words(shown(o.Text))
	if len(text) == 0 {
		return false
	}
	last := text[len(text)-1]
	for _, end := range []string{"ss", "us", "is"} {
		if strings.HasSuffix(last, end) {
			return false
		}
	}
	return strings.HasSuffix(last, "s") || slices.Contains(text, "and")
}

// stemWords reports a key that repeats words of the stem which no wrong option
// has: whoever looks for them finds it without knowing anything.
func stemWords(v *view, bad reporter) {
	if v.Type != exam.Single {
		return
	}
	stem := search.Terms(own(v.prose))
	for _, g := range v.groups {
		keys, others := g.split()
		var shared, most []string
		for _, o := range others {
			if s := common(stem, o); len(s) > len(most) {
				most = s
			}
		}
		for _, t := range common(stem, keys[0]) {
			if len(t) > 1 && !slices.ContainsFunc(others, func(o exam.Option) bool { return slices.Contains(search.Terms(o.Text), t) }) {
				shared = append(shared, t)
			}
		}
		if len(shared) >= stemWordsFrom && len(common(stem, keys[0])) > len(most) {
			bad(fmt.Sprintf("has words of the stem in its key alone: %s", strings.Join(shared, ", ")), "use other words in the key, or the same in a wrong option")
		}
	}
}

// stemWordsFrom is how many words of the stem the key alone must hold before
// stemWords speaks: one is there in many a key that is to the point.
const stemWordsFrom = 2

// common returns the terms of stem that the option holds too.
func common(stem []string, o exam.Option) []string {
	var out []string
	for _, t := range search.Terms(own(o.Text)) {
		if slices.Contains(stem, t) && !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

// oneKind reports options of different kinds: a key in code among prose, one
// number among sentences.
func oneKind(v *view, bad reporter) {
	for _, g := range v.groups {
		kinds := map[string]int{}
		for _, o := range g.options {
			kinds[kind(o)]++
		}
		keys, _ := g.split()
		if len(kinds) < 2 || len(keys) != 1 {
			continue
		}
		if k := kind(keys[0]); kinds[k] == 1 {
			bad(fmt.Sprintf("has a key%s that is %s among options that are not", g.of, k), "write all options as one kind, or a wrong one of the key's kind too")
		}
	}
}

var number = regexp.MustCompile(`^[-+−~≈]?\d[\p{L}\d.,:]*([\s\d.,]*\d)?\s?[\p{L}%µ/]*$`)

// kind says what an option is: code, a number or prose.
func kind(o exam.Option) string {
	text := strings.TrimSpace(o.Text)
	bare := strings.TrimSpace(spans.ReplaceAllString(text, ""))
	switch {
	case strings.HasPrefix(text, "```"), bare == "" || len(words(bare)) == 0 && text != bare:
		return "code"
	case number.MatchString(shown(text)):
		return "a number"
	}
	return "prose"
}
