package search

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Match is a place in a text that a query finds.
type Match struct {
	Start, End int     // bytes of the text
	Word       int     // index into Query.Words
	Weight     float64 // 1 for the word itself, less for synonyms, corrections and parts
}

// A matcher finds the alternatives of units in texts that are not indexed.
type matcher map[string][]pattern // by the first stem

// A pattern is an alternative of a unit.
type pattern struct {
	rest   []string // stems that have to follow
	unit   int
	weight float64
}

func newMatcher(units []unit) matcher {
	m := make(matcher)
	for i, u := range units {
		for _, a := range u.alts {
			m[a.stems[0]] = append(m[a.stems[0]], pattern{rest: a.stems[1:], unit: i, weight: a.weight})
		}
	}
	return m
}

// A stemmed is a piece of a text with its stem.
type stemmed struct {
	start, end int
	stem       string
}

// Find returns where text has what the query asks for, in order of Start.
// Matches of different words may overlap: CI/CD is ci and ci/cd.
func (q *Query) Find(text string) []Match {
	if len(q.matcher) == 0 {
		return nil
	}
	var pieces []stemmed
	var joined []int // indices into pieces of joined words and capitals
	var order []int  // of plain ones
	eachChunk(text, func(c *chunk) {
		for _, j := range append(c.joined, c.capitals...) {
			joined = append(joined, len(pieces))
			pieces = append(pieces, stemmed{j.start, j.end, stem(j.word)})
		}
		for _, p := range c.pieces {
			if len(c.pieces) == 1 && stopWords[p.word] {
				p.word = ""
			}
			order = append(order, len(pieces))
			pieces = append(pieces, stemmed{p.start, p.end, stem(p.word)})
		}
	})
	found := q.matcher.find(pieces, order, joined)
	slices.SortStableFunc(found, func(a, b Match) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End))
	})
	return found
}

// find returns the matches of the plain pieces, as order has them, and of the
// joined ones.
func (m matcher) find(pieces []stemmed, order, joined []int) []Match {
	var found []Match
	for _, at := range joined {
		p := pieces[at]
		for _, pattern := range m[p.stem] {
			if len(pattern.rest) == 0 {
				found = append(found, Match{p.start, p.end, pattern.unit, pattern.weight})
			}
		}
	}
	for i, at := range order {
		p := pieces[at]
		for _, pattern := range m[p.stem] {
			if end, ok := follows(pieces, order[i:], pattern.rest); ok {
				found = append(found, Match{p.start, end, pattern.unit, pattern.weight})
			}
		}
	}
	return found
}

// follows reports whether rest stands after the first of order, and where it
// ends.
func follows(pieces []stemmed, order []int, rest []string) (int, bool) {
	if len(rest) >= len(order) {
		return 0, false
	}
	for i, s := range rest {
		if pieces[order[i+1]].stem != s {
			return 0, false
		}
	}
	return pieces[order[len(rest)]].end, true
}

// Highlight splits text at the words the query finds. The texts of the spans
// in a row are text again; there are none for an empty text.
func (q *Query) Highlight(text string) []Span {
	return spans(text, 0, len(text), q.Find(text))
}

// spans cuts text[start:end] at the matches that lie in it whole.
func spans(text string, start, end int, matches []Match) []Span {
	var out []Span
	add := func(from, to int, match bool) {
		switch {
		case from >= to:
		case len(out) > 0 && out[len(out)-1].Match == match:
			out[len(out)-1].Text += text[from:to]
		default:
			out = append(out, Span{Text: text[from:to], Match: match})
		}
	}
	done := start
	for _, m := range matches {
		if m.Start < start || m.End > end || m.End <= done {
			continue
		}
		add(done, m.Start, false)
		add(max(done, m.Start), m.End, true)
		done = m.End
	}
	add(done, end, false)
	return out
}

// snippet returns the stretch of text that says most about the query.
func (q *Query) snippet(text string) []Span {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, " ")), " ")
	if text == "" {
		return nil
	}
	matches := q.Find(text)
	start, end := widen(text, q.window(text, matches))
	out := spans(text, start, end, matches)
	if start > 0 {
		out = append([]Span{{Text: "… "}}, out...)
	}
	if end < len(text) {
		out = append(out, Span{Text: " …"})
	}
	return mergeSpans(out)
}

// mergeSpans joins neighbours of one kind.
func mergeSpans(in []Span) []Span {
	var out []Span
	for _, s := range in {
		if n := len(out); n > 0 && out[n-1].Match == s.Match {
			out[n-1].Text += s.Text
		} else {
			out = append(out, s)
		}
	}
	return out
}

// window returns the matches, as first and one after the last byte, that fit
// a snippet and say most; each word counts fully once.
func (q *Query) window(text string, matches []Match) (best [2]int) {
	bestGain := 0.0
	for i, first := range matches {
		gain, seen := 0.0, make(map[int]bool)
		for _, m := range matches[i:] {
			if m.End-first.Start > snippetRunes-20 {
				break
			}
			w := q.units[m.Word].Weight * m.Weight
			if seen[m.Word] {
				w /= 10
			}
			seen[m.Word] = true
			if gain += w; gain > bestGain {
				bestGain, best = gain, [2]int{first.Start, m.End}
			}
		}
	}
	return best
}

// widen grows a stretch of text to about the length of a snippet and to whole
// words: back to the beginning of its sentence if that is near, else by a few
// words, then forward.
func widen(text string, stretch [2]int) (start, end int) {
	from, to := wholeWords(text, stretch)
	room := max(0, snippetRunes-utf8.RuneCountInString(text[from:to]))
	start = back(text, from, room)
	if i := strings.LastIndexAny(text[start:from], ".!?"); i >= 0 && text[start+i+1] == ' ' {
		start += i + 2
	} else if start > 0 {
		start = wordStart(text, back(text, from, room/3), from)
	}
	end = to
	for room -= utf8.RuneCountInString(text[start:from]); room > 0 && end < len(text); room-- {
		_, size := utf8.DecodeRuneInString(text[end:])
		end += size
	}
	if end < len(text) && text[end] != ' ' {
		if i := strings.LastIndexByte(text[to:end], ' '); i >= 0 {
			end = to + i
		} else if to > start {
			end = to
		}
	}
	return start, end
}

// wholeWords grows a stretch to the blanks around it, if they are near.
func wholeWords(text string, stretch [2]int) (from, to int) {
	const near = 60
	from, to = stretch[0], stretch[1]
	if to == 0 {
		return 0, 0
	}
	if i := strings.LastIndexByte(text[:from], ' '); from-i <= near {
		from = i + 1
	}
	if i := strings.IndexByte(text[to:], ' '); i >= 0 && i <= near {
		to += i
	} else if i < 0 && len(text)-to <= near {
		to = len(text)
	}
	return from, to
}

// back returns the place n runes before at.
func back(text string, at, n int) int {
	for n > 0 && at > 0 {
		_, size := utf8.DecodeLastRuneInString(text[:at])
		at -= size
		n--
	}
	return at
}

// wordStart returns the first beginning of a word from at on, at most limit.
func wordStart(text string, at, limit int) int {
	if at == 0 || text[at-1] == ' ' {
		return at
	}
	if i := strings.IndexByte(text[at:limit], ' '); i >= 0 {
		return at + i + 1
	}
	return limit
}
