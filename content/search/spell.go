package search

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"
)

// prefixes adds the words that begin with the word being typed to u.
func (p *parser) prefixes(u *unit, it *item) {
	if it.end != p.typing {
		return
	}
	weight, least := weightPrefix, 2
	if len(u.alts) > 0 {
		weight, least = weightLonger, 4
	}
	if utf8.RuneCountInString(it.word) < least {
		return
	}
	for _, w := range p.index.beginning(it.word) {
		p.term(u, weight, stem(w.text))
	}
}

// beginning returns the most frequent words that begin with prefix.
func (x *Index) beginning(prefix string) []word {
	from, _ := slices.BinarySearchFunc(x.words, prefix, func(w word, s string) int { return cmp.Compare(w.text, s) })
	to := from
	for to < len(x.words) && strings.HasPrefix(x.words[to].text, prefix) {
		to++
	}
	found := x.words[from:to]
	if len(found) > maxExpansions {
		found = slices.Clone(found)
		slices.SortStableFunc(found, func(a, b word) int { return cmp.Compare(b.count, a.count) })
		found = found[:maxExpansions]
	}
	return found
}

// respell looks for what a word that finds nothing was meant to be: two words,
// or another spelling. It reports false if it was meant for a stop word.
func (p *parser) respell(u *unit, it *item) bool {
	if it.parts != nil || p.splitWord(u, it) {
		return true
	}
	if p.fixed == maxCorrections {
		return true
	}
	p.fixed++
	best, edits := p.index.nearest(it.word)
	if len(best) == 0 {
		return true
	}
	it.fix = best[0]
	if stopWords[best[0]] {
		it.stop = true
		return false
	}
	u.Fix, u.Edits = best[0], edits
	for _, w := range best {
		p.term(u, weightCorrected, stem(w))
	}
	return true
}

// splitWord takes the item as two words that stand side by side somewhere:
// "ratelimit".
func (p *parser) splitWord(u *unit, it *item) bool {
	if len(it.word) > maxJoined || !lowerASCII(it.word) {
		return false
	}
	for cut := 2; cut <= len(it.word)-2; cut++ {
		p.phrase(u, weightPhrase, []string{stem(it.word[:cut]), stem(it.word[cut:])})
	}
	return len(u.alts) > 0
}

// nearest returns the spellings with the fewest edits from text, the most
// likely first, at most three, and that number. A stop word comes alone.
func (x *Index) nearest(text string) (found []string, edits int) {
	size := utf8.RuneCountInString(text)
	limit := 1
	switch {
	case size < 4 || size > maxJoined || strings.ContainsAny(text, "0123456789+#"):
		return nil, 0
	case size >= 8:
		limit = 2
	}
	c := speller{text: []rune(text), mask: letters(text), limit: limit}
	for i := range x.words {
		c.try(&x.words[i])
	}
	edits = c.limit
	if len(c.best) > 0 {
		c.limit-- // a stop word has to be nearer
	}
	if stop := c.nearestStopWord(); stop != "" {
		return []string{stop}, 1
	}
	slices.SortFunc(c.best, func(a, b *word) int {
		return cmp.Or(cmp.Compare(c.rank(a.text), c.rank(b.text)), cmp.Compare(b.count, a.count), cmp.Compare(a.text, b.text))
	})
	for _, w := range c.best[:min(3, len(c.best))] {
		found = append(found, w.text)
	}
	return found, edits
}

// nearestStopWord returns the stop word within the limit, or "". It has to
// begin with the same letter: light is not might.
func (s *speller) nearestStopWord() string {
	best, least := "", s.limit+1
	for text := range stopWords {
		if s.rank(text) > 0 {
			continue
		}
		if d := s.edits([]rune(text)); d < least || d == least && text < best {
			best, least = text, d
		}
	}
	return best
}

// A speller keeps the words nearest to one text.
type speller struct {
	text  []rune
	mask  uint64
	limit int // edits allowed; falls as nearer words are found
	best  []*word
	rows  [3][]int
}

func (s *speller) try(w *word) {
	if bits.OnesCount64(s.mask^w.mask) > 2*s.limit || strings.ContainsAny(w.text, "0123456789") {
		return
	}
	if n := len(w.text) - len(s.text); n < -s.limit || n > s.limit+len(w.text)-utf8.RuneCountInString(w.text) {
		return
	}
	d := s.edits([]rune(w.text))
	if d > s.limit {
		return
	}
	if d < s.limit {
		s.best, s.limit = s.best[:0], d
	}
	s.best = append(s.best, w)
}

// rank prefers words with the same first letter, which people seldom mistake.
func (s *speller) rank(text string) int {
	if first, _ := utf8.DecodeRuneInString(text); first == s.text[0] {
		return 0
	}
	return 1
}

// edits returns the Damerau-Levenshtein distance (no stretch edited twice)
// between the text and w.
func (s *speller) edits(w []rune) int {
	for i := range s.rows {
		s.rows[i] = slices.Grow(s.rows[i][:0], len(w)+1)[:len(w)+1]
	}
	before, last, row := s.rows[0], s.rows[1], s.rows[2]
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(s.text); i++ {
		row[0] = i
		least := i
		for j := 1; j <= len(w); j++ {
			d := last[j-1]
			if s.text[i-1] != w[j-1] {
				d = 1 + min(d, last[j], row[j-1])
				if i > 1 && j > 1 && s.text[i-1] == w[j-2] && s.text[i-2] == w[j-1] {
					d = min(d, 1+before[j-2])
				}
			}
			row[j] = d
			least = min(least, d)
		}
		if least > s.limit+1 {
			return least
		}
		before, last, row = last, row, before
	}
	return last[len(w)]
}

// letters returns a set of the letters in text. Words a few edits apart have
// sets that differ in few bits.
func letters(text string) uint64 {
	var set uint64
	for _, r := range text {
		if 'a' <= r && r <= 'z' {
			set |= 1 << (r - 'a')
		} else {
			set |= 1 << (26 + r%38)
		}
	}
	return set
}
