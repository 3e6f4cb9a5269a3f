package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// A piece is a word, or a part of one, and the bytes of the text it covers.
type piece struct {
	start, end int
	word       string // folded, but for capitals; the stem is made of it
	first      int    // of a joined piece or capitals: the index of the first part
}

// A chunk is what stands between two blanks or marks. Most chunks are one
// piece. A compound has several: "CI/CD" is ci and cd, joined cicd; camelCase
// is camel and case, joined camelcase. Finding either way is the point.
type chunk struct {
	start, end int
	pieces     []piece
	joined     []piece
	capitals   []piece // of pieces in capitals, as they are written: EXPLAIN is not explain
}

const (
	maxParts  = 4  // of a compound that is joined; longer ones are paths
	maxJoined = 32 // bytes of a joined word
)

// eachChunk calls f with every chunk of text. The chunk is valid only during
// the call. Bytes that are not UTF-8 separate words.
func eachChunk(text string, f func(*chunk)) {
	var c chunk
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !wordRune(r) || unicode.Is(unicode.Mn, r) {
			i += size
			continue
		}
		end := chunkEnd(text, i)
		c.start, c.end = i, end
		c.pieces, c.joined, c.capitals = c.pieces[:0], c.joined[:0], c.capitals[:0]
		c.split(text)
		if len(c.pieces) > 0 {
			f(&c)
		}
		i = end
	}
}

// wordRune reports whether r is part of words.
func wordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '_'
	}
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r))
}

// joiner reports whether r between two word runes holds them together.
func joiner(r, before, after rune) bool {
	switch r {
	case '-', '\u2010', '\u2011', '/', '+', '.', '\'', '\u2019', '\u00ad':
		return true
	case ',':
		return unicode.IsDigit(before) && unicode.IsDigit(after)
	}
	return false
}

// chunkEnd returns where the chunk that begins at start ends.
func chunkEnd(text string, start int) int {
	var before rune
	i := start
	for i < len(text) {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !wordRune(r) {
			after, _ := utf8.DecodeRuneInString(text[i+size:])
			if !wordRune(after) || !joiner(r, before, after) {
				break
			}
		}
		before = r
		i += size
	}
	return i + sharpOrPlus(text[start:i], text[i:])
}

// sharpOrPlus keeps the marks of C++, C# and F#: short names that would mean
// something else without them.
func sharpOrPlus(word, rest string) int {
	if len(word) > 1 {
		return 0
	}
	for _, mark := range []string{"++", "#"} {
		if after, ok := strings.CutPrefix(rest, mark); ok {
			if r, _ := utf8.DecodeRuneInString(after); !wordRune(r) {
				return len(mark)
			}
		}
	}
	return 0
}

// split fills in the pieces of c.
func (c *chunk) split(text string) {
	segments, digits := 0, false
	begin := c.start
	var before rune
	for i, r := range text[c.start:c.end] {
		at := c.start + i
		if wordRune(r) || !splits(r, before, text[at:c.end]) {
			before = r
			continue
		}
		after, _ := utf8.DecodeRuneInString(text[at+utf8.RuneLen(r):])
		if r != ',' && unicode.IsDigit(before) && unicode.IsDigit(after) {
			digits = true
		}
		c.segment(text, begin, at)
		begin = at + utf8.RuneLen(r)
		segments++
		before = r
	}
	c.segment(text, begin, c.end)
	if segments > 0 && !digits && len(c.pieces) <= maxParts {
		c.join(0, c.start, c.end)
	}
}

// splits reports whether r, with which rest begins, separates two parts.
// Apostrophes and the point or plus within 99.9 and C++ do not.
func splits(r, before rune, rest string) bool {
	switch r {
	case '\'', '\u2019', '\u00ad', '#':
		return false
	case '.':
		after, _ := utf8.DecodeRuneInString(rest[1:])
		return !unicode.IsDigit(before) || !unicode.IsDigit(after)
	case '+':
		return rest != "++" && rest != "+"
	}
	return true
}

// segment adds text[start:end], which has no joiner in it, as one piece, or
// as several where case or an underscore separates them.
func (c *chunk) segment(text string, start, end int) {
	first := len(c.pieces)
	begin := start
	for at := start; at < end; {
		r, size := utf8.DecodeRuneInString(text[at:])
		if r == '_' {
			c.add(text, begin, at)
			begin = at + size
		} else if at > begin && humpAt(text[begin:end], at-begin) {
			c.add(text, begin, at)
			begin = at
		}
		at += size
	}
	c.add(text, begin, end)
	if n := len(c.pieces) - first; n > 1 && n <= maxParts {
		c.join(first, c.pieces[first].start, end)
	}
}

// humpAt reports whether a new word of camelCase begins at byte i of s:
// before the C of camelCase and the S of HTTPServer, not in APIs.
func humpAt(s string, i int) bool {
	r, size := utf8.DecodeRuneInString(s[i:])
	if !unicode.IsUpper(r) {
		return false
	}
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	if unicode.IsLower(before) {
		return true
	}
	after, _ := utf8.DecodeRuneInString(s[i+size:])
	return unicode.IsUpper(before) && unicode.IsLower(after) && s[i+size:] != "s"
}

func (c *chunk) add(text string, start, end int) {
	word := fold(text[start:end])
	if word == "" {
		return
	}
	if inCapitals(text[start:end]) {
		c.capitals = append(c.capitals, piece{start: start, end: end, word: text[start:end], first: len(c.pieces)})
	}
	c.pieces = append(c.pieces, piece{start: start, end: end, word: word})
}

// inCapitals reports whether s is a word of three capitals or more, such as a
// keyword of SQL or a method of HTTP.
func inCapitals(s string) bool {
	for i := range len(s) {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return len(s) >= 3
}

// join adds the pieces from first on as one word.
func (c *chunk) join(first, start, end int) {
	parts := c.pieces[first:]
	if len(parts) < 2 {
		return
	}
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(p.word)
	}
	if b.Len() <= maxJoined {
		c.joined = append(c.joined, piece{start: start, end: end, word: b.String(), first: first})
	}
}

// fold returns s as words are compared: without case, accents, apostrophes
// and possessive s, composed and decomposed letters alike.
func fold(s string) string {
	ascii, lower := true, true
	for i := 0; i < len(s); i++ {
		ascii = ascii && s[i] < utf8.RuneSelf
		lower = lower && ('a' <= s[i] && s[i] <= 'z' || '0' <= s[i] && s[i] <= '9')
	}
	if lower {
		return s
	}
	if ascii {
		s = strings.ToLower(s)
	} else {
		s = foldUnicode(s)
	}
	s = strings.TrimSuffix(strings.ReplaceAll(s, "\u2019", "'"), "'s")
	return strings.ReplaceAll(s, "'", "")
}

func foldUnicode(s string) string {
	s = cases.Fold().String(norm.NFKD.String(s))
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) || r == '\u00ad' {
			return -1
		}
		return r
	}, s)
	return norm.NFC.String(s)
}

// clean returns s as valid UTF-8 in NFC, cut to at most limit runes.
func clean(s string, limit int) string {
	if most := limit * utf8.UTFMax; len(s) > most {
		s = s[:most]
	}
	s = norm.NFC.String(strings.ToValidUTF8(s, " "))
	n := 0
	for i := range s {
		if n == limit {
			return s[:i]
		}
		n++
	}
	return s
}

// Terms returns what text is filed under, in the order of its words: stems,
// without stop words, compounds by their parts. Two texts about one thing
// have many terms in common.
func Terms(text string) []string {
	var terms []string
	eachChunk(text, func(c *chunk) {
		for _, p := range c.pieces {
			if !stopWords[p.word] {
				terms = append(terms, stem(p.word))
			}
		}
	})
	return terms
}
