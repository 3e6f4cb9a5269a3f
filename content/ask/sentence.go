package ask

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxQuestion = 500 // runes
	maxQuote    = 400 // runes, without the dots where a sentence is cut
)

// A sentence is a stretch of a text.
type sentence struct {
	start, end int // bytes, without the blanks around it
	paragraph  int
	cutBefore  bool // it is a part of a sentence too long to be quoted whole
	cutAfter   bool
}

// shown returns the sentence as it is quoted.
func (s sentence) shown(text string) string {
	shown := flatten(text[s.start:s.end])
	if s.cutBefore {
		shown = "… " + shown
	}
	if s.cutAfter {
		shown += " …"
	}
	return shown
}

// sentences cuts text. A sentence ends at a mark before a blank and something
// that can begin one, at an empty line, and at a line's end after a colon or
// in lists.
func sentences(text string) []sentence {
	var all []sentence
	start, paragraph := 0, 0
	add := func(end int) {
		from := end - len(strings.TrimLeftFunc(text[start:end], unicode.IsSpace))
		from += listMark(text[from:end])
		if cut := strings.TrimSpace(text[from:end]); cut != "" {
			from += strings.Index(text[from:end], cut)
			all = append(all, parts(text, sentence{start: from, end: from + len(cut), paragraph: paragraph})...)
		}
		start = end
	}
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\n':
			if rest := strings.TrimLeft(text[i+1:], " \t\r"); rest == "" || rest[0] == '\n' {
				add(i)
				paragraph++
			} else if strings.HasSuffix(strings.TrimRight(text[start:i], " \t\r"), ":") || listMark(rest) > 0 {
				add(i)
			}
		case '.', '!', '?':
			if end := i + 1 + closing(text[i+1:]); endsHere(text[start:i+1], text[end:]) {
				add(end)
				i = end - 1
			}
		}
	}
	add(len(text))
	return all
}

// parts cuts a sentence that is too long to be quoted into parts that are not.
func parts(text string, s sentence) []sentence {
	var all []sentence
	for utf8.RuneCountInString(text[s.start:s.end]) > maxQuote {
		part := s
		cut := len(firstRunes(text[s.start:s.end], maxQuote))
		if i := strings.LastIndexAny(text[s.start:s.start+cut], " \t\n"); i > cut/2 {
			cut = i
		}
		part.end, part.cutAfter = s.start+cut, true
		all = append(all, part)
		rest := strings.TrimLeftFunc(text[part.end:s.end], unicode.IsSpace)
		s.start, s.cutBefore = s.end-len(rest), true
	}
	return append(all, s)
}

// closing returns the length of the quotes and brackets that close before a
// blank.
func closing(rest string) int {
	n := 0
	for _, r := range rest {
		if !strings.ContainsRune(`"')]”’»`, r) {
			break
		}
		n += utf8.RuneLen(r)
	}
	return n
}

// endsHere reports whether a mark between before, which has it, and rest ends
// a sentence.
func endsHere(before, rest string) bool {
	if rest == "" {
		return true
	}
	next := strings.TrimLeftFunc(rest, unicode.IsSpace)
	if len(next) == len(rest) {
		return false // 99.9, main.go
	}
	if r, _ := utf8.DecodeRuneInString(next); unicode.IsLower(r) {
		return false
	}
	last := before[strings.LastIndexAny(before, " \n\t(")+1:]
	return !abbreviations[strings.ToLower(last)]
}

var abbreviations = map[string]bool{
	"e.g.": true, "i.e.": true, "vs.": true, "cf.": true, "approx.": true, "no.": true, "fig.": true, "dr.": true, "mr.": true, "mrs.": true,
}

// listMark returns the length of what begins a line that is an entry of a
// list: "- ", "3. ".
func listMark(line string) int {
	for _, mark := range []string{"- ", "* ", "• "} {
		if strings.HasPrefix(line, mark) {
			return len(mark)
		}
	}
	digits := len(line) - len(strings.TrimLeft(line, "0123456789"))
	if rest := line[digits:]; digits > 0 && digits < 4 && (strings.HasPrefix(rest, ". ") || strings.HasPrefix(rest, ") ")) {
		return digits + 2
	}
	return 0
}

// prose reports whether s reads like language. Code, tables and traces, which
// stand in sections too, are no quotations.
func prose(s string) bool {
	letters, all := 0, 0
	for _, r := range s {
		if unicode.IsLetter(r) || r == ' ' {
			letters++
		}
		all++
	}
	if letters*100 < all*65 || !strings.Contains(strings.TrimSpace(s), " ") {
		return false
	}
	marks := 0
	for _, m := range codeMarks {
		if marks += strings.Count(s, m); marks > 1 {
			return false
		}
	}
	return true
}

// codeMarks are what code has and language seldom has: more than one is code.
var codeMarks = []string{
	"{", "}", ":=", "==", "!=", "<=", ">=", "&&", "||", "->", "=>", "();", ");", ".(", "](", `": `, "func ", "import (",
	"//", "/*", "*/", "-- ", "CREATE TABLE", "INSERT INTO", "SELECT ",
}

// flatten collapses blanks.
func flatten(s string) string {
	return strings.Join(strings.Fields(s), " ")
}

// clean returns s as valid UTF-8 without control characters, blanks
// collapsed, cut at limit runes.
func clean(s string, limit int) string {
	if most := 8 * limit; len(s) > most {
		s = s[:most]
	}
	s = strings.ToValidUTF8(s, " ")
	s = flatten(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r):
			return ' '
		case unicode.Is(unicode.Cf, r):
			return -1 // what is not seen: directions, soft hyphens
		}
		return r
	}, s))
	return strings.TrimSpace(firstRunes(s, limit))
}

// firstRunes returns the first n runes of s.
func firstRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
