package ask

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"groundwork/content/search"
)

const (
	maxComposed = 2000 // runes
	leastShared = 0.25 // share of the answer's words that the passages have
	leakWords   = 7    // words in a row of the system message that give it away
)

// check holds a complete answer against the passages it was to be written
// from.
func check(text string, answer Answer) (Composed, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return Composed{}, fmt.Errorf("%w: it is empty", ErrRejected)
	}
	if err := checkPart(text, len(answer.Passages)); err != nil {
		return Composed{}, err
	}
	sources, _ := citations(text, len(answer.Passages))
	if len(sources) == 0 {
		return Composed{}, fmt.Errorf("%w: it cites nothing", ErrRejected)
	}
	if leaks(text) {
		return Composed{}, fmt.Errorf("%w: it repeats its instructions", ErrRejected)
	}
	if shared(text, answer) < leastShared {
		return Composed{}, fmt.Errorf("%w: it is not about what the passages say", ErrRejected)
	}
	return Composed{Text: text, Sources: sources}, nil
}

// checkPart holds a complete or incomplete answer against what no answer may
// have.
func checkPart(text string, passages int) error {
	if utf8.RuneCountInString(text) > maxComposed {
		return fmt.Errorf("%w: it is too long", ErrRejected)
	}
	for _, r := range text {
		if r == utf8.RuneError || unicode.IsControl(r) && !strings.ContainsRune("\n\r\t", r) || bidirectional(r) {
			return fmt.Errorf("%w: it is not plain text", ErrRejected)
		}
	}
	if link.MatchString(text) {
		return fmt.Errorf("%w: it has a link", ErrRejected)
	}
	if _, err := citations(text, passages); err != nil {
		return err
	}
	return nil
}

// bidirectional reports whether r changes the direction of what follows.
func bidirectional(r rune) bool {
	return '\u202a' <= r && r <= '\u202e' || '\u2066' <= r && r <= '\u2069'
}

var (
	link     = regexp.MustCompile(`(?i)\b(https?|ftp|javascript|data|mailto):\S|\bwww\.\w|\]\(`)
	citation = regexp.MustCompile(`\[(\s*\d[\d\s,;–-]*)\]`)
	numbers  = regexp.MustCompile(`(\d+)\s*(?:[–-]\s*(\d+))?`)
)

// citations returns the passages cited as [1], [1, 3] or [1-3], each once, in
// order of first mention, or ErrRejected if there is one that does not exist.
func citations(text string, passages int) ([]int, error) {
	var all []int
	for _, group := range citation.FindAllStringSubmatch(text, -1) {
		for _, m := range numbers.FindAllStringSubmatch(group[1], -1) {
			from, err := strconv.Atoi(m[1])
			to := from
			if m[2] != "" && err == nil {
				to, err = strconv.Atoi(m[2])
			}
			if err != nil || from < 1 || to > passages || to < from {
				return nil, fmt.Errorf("%w: it cites what it was not given", ErrRejected)
			}
			for n := from; n <= to; n++ {
				if !slices.Contains(all, n) {
					all = append(all, n)
				}
			}
		}
	}
	return all, nil
}

// refuses reports whether text is the reply for passages without the answer.
func refuses(text string) bool {
	text = strings.TrimLeftFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
	return len(text) >= len(noAnswer) && strings.EqualFold(text[:len(noAnswer)], noAnswer)
}

// shared returns the share of text's words that the passages or the question
// have.
func shared(text string, answer Answer) float64 {
	known := make(map[string]bool)
	for _, p := range answer.Passages {
		for _, t := range search.Terms(p.Section.Page + "\n" + p.Section.Heading + "\n" + p.Quote) {
			known[t] = true
		}
	}
	for _, t := range search.Terms(answer.Question) {
		known[t] = true
	}
	terms := search.Terms(citation.ReplaceAllString(text, " "))
	hits := 0
	for _, t := range terms {
		if known[t] {
			hits++
		}
	}
	if len(terms) == 0 {
		return 0
	}
	return float64(hits) / float64(len(terms))
}

// leaks reports whether text repeats a stretch of the system message.
func leaks(text string) bool {
	said := " " + strings.Join(words(text), " ") + " "
	own := words(system)
	for i := 0; i+leakWords <= len(own); i++ {
		if strings.Contains(said, " "+strings.Join(own[i:i+leakWords], " ")+" ") {
			return true
		}
	}
	return false
}

// words returns the words of s in lower case.
func words(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}
