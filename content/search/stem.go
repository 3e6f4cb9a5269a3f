package search

import "strings"

// stem returns the form under which word is filed, so that caches, caching,
// cached and cache meet, and behaviour and behavior do. It is light: it knows
// the endings of English inflection and of the two spellings, not of word
// families (server and serve stay apart). A stem need not be a word.
func stem(word string) string {
	if base, ok := irregular[word]; ok {
		word = base
	}
	if len(word) < 4 || invariable[word] || !lowerASCII(word) {
		return word
	}
	w := singular(word)
	if invariable[w] {
		return w
	}
	w = spelling(suffixes(w))
	if n := len(w); n > 3 && w[n-1] == w[n-2] && !vowel(w, n-1) {
		w = w[:n-1] // roll, install and fulfill like rol, instal, fulfil
	}
	return w
}

func lowerASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 'a' || s[i] > 'z' {
			return false
		}
	}
	return true
}

// singular takes a plural s off.
func singular(w string) string {
	if !strings.HasSuffix(w, "s") || len(w) < 4 {
		return w
	}
	switch {
	case strings.HasSuffix(w, "ss"), strings.HasSuffix(w, "us"), strings.HasSuffix(w, "is"):
		return w
	case strings.HasSuffix(w, "ases") && invariable[w[:len(w)-2]]:
		return w[:len(w)-2] // aliases
	case strings.HasSuffix(w, "ies") && len(w) > 4:
		return w[:len(w)-3] + "y"
	case strings.HasSuffix(w, "oes"):
		return w[:len(w)-2]
	}
	return w[:len(w)-1]
}

// suffixes takes -ing, -ed and -ion off, and the e at the end that these
// endings would have replaced.
func suffixes(w string) string {
	switch {
	case strings.HasSuffix(w, "ied") && len(w) > 4:
		return w[:len(w)-3] + "y"
	case strings.HasSuffix(w, "ie") && len(w) > 4:
		return w[:len(w)-2] + "y" // cookie like cookies
	case strings.HasSuffix(w, "ing"):
		if base := w[:len(w)-3]; len(base) > 2 && hasVowel(base) {
			return restore(base)
		}
		return w
	case strings.HasSuffix(w, "ed") && !strings.HasSuffix(w, "eed"):
		if base := w[:len(w)-2]; len(base) > 2 && hasVowel(base) {
			return restore(base)
		}
		return w
	case len(w) > 7 && (strings.HasSuffix(w, "ation") || strings.HasSuffix(w, "etion") ||
		strings.HasSuffix(w, "ption") || strings.HasSuffix(w, "ction")):
		return w[:len(w)-3]
	}
	return dropE(w)
}

// restore mends what is left when -ing or -ed is gone: runn is run, cod is
// code.
func restore(base string) string {
	n := len(base)
	if base[n-1] == base[n-2] && !vowel(base, n-1) && !strings.ContainsRune("lsz", rune(base[n-1])) {
		return base[:n-1]
	}
	if shortSyllable(base) {
		return base + "e"
	}
	return dropE(base)
}

// dropE takes a final e off, but not from code, rate or state, which would
// then be other words.
func dropE(w string) string {
	if n := len(w); n > 3 && w[n-1] == 'e' && !shortSyllable(w[:n-1]) {
		return w[:n-1]
	}
	return w
}

// shortSyllable reports whether w is one syllable that ends in a single
// consonant after a single vowel: cod, stat, not test, load or delet.
func shortSyllable(w string) bool {
	n := len(w)
	if n < 3 || vowel(w, n-1) || !vowel(w, n-2) || vowel(w, n-3) || strings.ContainsRune("wxy", rune(w[n-1])) {
		return false
	}
	return !hasVowel(w[:n-2])
}

func hasVowel(w string) bool {
	for i := range len(w) {
		if vowel(w, i) {
			return true
		}
	}
	return false
}

// vowel reports whether letter i of w is one; y is, except at the front and
// after another vowel.
func vowel(w string, i int) bool {
	switch w[i] {
	case 'a', 'e', 'i', 'o', 'u':
		return true
	case 'y':
		return i > 0 && !vowel(w, i-1)
	}
	return false
}

// british maps endings of British spelling, as they are left by suffixes, to
// the American ones. The order matters: the first that fits is taken.
var british = []struct{ from, to string }{
	{"isat", "iz"}, {"izat", "iz"}, {"iser", "izer"}, {"is", "iz"}, {"ys", "yz"},
	{"ourit", "orit"}, {"oural", "oral"}, {"our", "or"},
	{"tr", "ter"}, {"br", "ber"},
	{"ogu", "og"}, {"fenc", "fens"},
}

// spelling brings the British and the American form of a stem together.
func spelling(w string) string {
	for _, s := range british {
		if len(w) > len(s.from)+1 && strings.HasSuffix(w, s.from) { // not four and hour
			return w[:len(w)-len(s.from)] + s.to
		}
	}
	return w
}

// irregular maps forms the rules do not reach to the word they belong to.
var irregular = map[string]string{
	"analysis": "analyse", "analyses": "analyse", "indices": "index", "vertices": "vertex", "matrices": "matrix",
	"hypotheses": "hypothesis", "criteria": "criterion", "schemata": "schema", "children": "child",
	"apis": "api", "wikis": "wiki", "cpus": "cpu", "gpus": "gpu", "menus": "menu",
	"artifact": "artefact", "artifacts": "artefact", "judgement": "judgment", "judgements": "judgment", "gray": "grey", "licence": "license", "licences": "license",
	"practice": "practise", "practices": "practise", "practiced": "practise", "practicing": "practise",
	"deployment": "deploy", "deployments": "deploy", "paid": "pay",
	"wrote": "write", "written": "write", "ran": "run", "sent": "send", "kept": "keep", "broke": "break", "broken": "break",
	"chose": "choose", "chosen": "choose", "lost": "lose", "built": "build", "caught": "catch", "woke": "wake",
	"froze": "freeze", "frozen": "freeze", "went": "go", "gone": "go", "goes": "go", "grew": "grow", "grown": "grow",
	"held": "hold", "told": "tell", "found": "find", "began": "begin", "begun": "begin", "fell": "fall", "fallen": "fall",
	"slower": "slow", "slowest": "slow", "faster": "fast", "fastest": "fast", "larger": "large", "largest": "large",
	"bigger": "big", "biggest": "big", "smaller": "small", "smallest": "small", "cheaper": "cheap", "cheapest": "cheap",
	"safer": "safe", "safest": "safe", "longer": "long", "longest": "long", "shorter": "short", "shortest": "short",
	"older": "old", "oldest": "old", "newer": "new", "newest": "new", "higher": "high", "highest": "high", "lower": "low",
	"taken": "take", "took": "take", "gave": "give", "given": "give", "hidden": "hide", "hid": "hide", "spoke": "speak",
}

// invariable are words that end like an inflection and are none, and those
// that would run into another word.
var invariable = setOf(`alias canvas bias atlas saas paas iaas chaos kubernetes
embed nothing something anything everything production direction news lens redis`)
