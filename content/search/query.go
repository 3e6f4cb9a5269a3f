package search

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Query is a query as the index understands it. Like the index it never
// changes and may be used by any number of goroutines.
type Query struct {
	index      *Index
	units      []unit
	suggestion string
	matcher    matcher
}

// A Word is a word of a query that says something: no stop word, each once.
type Word struct {
	Text   string  // as the index compares it: lower case, a compound whole
	Weight float64 // how much it says: inverse document frequency, 0.1 to about 8; most for words the material does not have
	Known  bool    // the material has it, perhaps corrected or as a synonym
	Fix    string  // the spelling it was found in, if only in another
	Edits  int     // from Text to Fix: 1 or 2, or 0 without Fix
}

// A unit is one word of a query and all it finds.
type unit struct {
	Word
	at   int // place in the query, stop words counted
	alts []alternative
}

// An alternative is one thing a unit finds: a term, or a phrase of terms.
type alternative struct {
	stems    []string
	weight   float64 // 1 for the word itself
	postings []posting
}

// What is found instead of the word itself counts for less.
const (
	weightPhrase    = 0.9 // the parts of a compound side by side
	weightPart      = 0.35
	weightLower     = 0.5 // of a word that was typed in capitals
	weightSynonym   = 0.7
	weightCorrected = 0.8
	weightPrefix    = 0.8 // of a word the material does not have
	weightLonger    = 0.4 // of a word it has
)

const (
	maxUnits       = 24 // words of a query that are searched
	maxCorrections = 6  // words of a query that are corrected
	maxExpansions  = 40 // spellings a prefix stands for
)

// Parse reads query, of which it takes 500 runes, for use with several texts,
// or for its words. Search, Suggest and Highlight are Parse and a method of
// Query.
func (x *Index) Parse(query string) *Query {
	query = clean(query, maxParse)
	p := parser{index: x, text: query}
	if last, _ := utf8.DecodeLastRuneInString(query); wordRune(last) {
		p.typing = len(query)
	}
	eachChunk(query, p.chunk)
	p.resolve()
	q := &Query{index: x, units: p.units, suggestion: p.suggestion()}
	q.matcher = newMatcher(q.units)
	return q
}

// Words returns what the query asks for, in its order.
func (q *Query) Words() []Word {
	words := make([]Word, len(q.units))
	for i, u := range q.units {
		words[i] = u.Word
	}
	return words
}

// Suggestion returns the query with corrected words, or "" if none was.
func (q *Query) Suggestion() string { return q.suggestion }

// An item is a word of a query before it is looked up.
type item struct {
	start, end int
	word       string   // folded
	capitals   string   // the word in capitals, if it was typed so and the material has it so
	stop       bool     // a stop word, or meant for one
	whole      []string // of a compound: stems of the joined forms
	parts      []string // of a compound: stems of its parts
	fix        string   // the corrected spelling
}

// A parser turns a query into units.
type parser struct {
	index  *Index
	text   string
	typing int // end of the word being typed, 0 if there is none
	items  []item
	units  []unit
	fixed  int // words for which a correction was sought
}

// chunk takes a chunk in: a compound the material knows as one item, anything
// else as its parts.
func (p *parser) chunk(c *chunk) {
	if len(c.pieces) > 1 {
		it := item{start: c.start, end: c.end}
		for _, piece := range c.pieces {
			it.parts = append(it.parts, stem(piece.word))
		}
		for _, j := range c.joined {
			it.word = j.word // the last is the longest
			if _, ok := p.index.terms[stem(j.word)]; ok && j.first == 0 {
				it.whole = append(it.whole, stem(j.word))
			}
		}
		if it.word == "" {
			it.word = fold(p.text[c.start:c.end])
		}
		if len(it.whole) > 0 || len(p.index.phrase(it.parts)) > 0 || len(p.index.synonyms[stem(it.word)]) > 0 {
			p.items = append(p.items, it)
			return
		}
	}
	for i, piece := range c.pieces {
		it := item{start: piece.start, end: piece.end, word: piece.word}
		for _, capitals := range c.capitals {
			if _, ok := p.index.terms[capitals.word]; ok && capitals.first == i {
				it.capitals = capitals.word
			}
		}
		it.stop = it.capitals == "" && (stopWords[piece.word] || len(c.pieces) > 1 && utf8.RuneCountInString(piece.word) < 2)
		p.items = append(p.items, it)
	}
}

// resolve makes units of the items.
func (p *parser) resolve() {
	for i := range p.items {
		it := &p.items[i]
		if it.stop || len(p.units) == maxUnits || p.has(it.word) {
			continue
		}
		u := unit{Word: Word{Text: it.word}, at: i}
		if it.parts != nil {
			p.compound(&u, it)
		} else {
			p.capitals(&u, it)
			p.closed(&u, i-1)
			p.closed(&u, i)
		}
		p.synonyms(&u, i)
		if it.parts == nil {
			p.prefixes(&u, it)
		}
		if len(u.alts) == 0 && !p.respell(&u, it) {
			continue // it was meant for a stop word
		}
		u.Known = len(u.alts) > 0
		u.Weight = p.index.idf(u.alts)
		p.units = append(p.units, u)
	}
}

func (p *parser) has(word string) bool {
	s := stem(word)
	for _, u := range p.units {
		if stem(u.Text) == s {
			return true
		}
	}
	return false
}

// term adds the postings of a term, if there are any, to u.
func (p *parser) term(u *unit, weight float64, stem string) {
	t, ok := p.index.terms[stem]
	if !ok {
		return
	}
	for _, a := range u.alts {
		if len(a.stems) == 1 && a.stems[0] == stem {
			return
		}
	}
	u.alts = append(u.alts, alternative{stems: []string{stem}, weight: weight, postings: p.index.lists[t]})
}

// phrase adds the places where stems stand side by side to u.
func (p *parser) phrase(u *unit, weight float64, stems []string) {
	if len(stems) == 1 {
		p.term(u, weight, stems[0])
	} else if list := p.index.phrase(stems); len(list) > 0 {
		u.alts = append(u.alts, alternative{stems: stems, weight: weight, postings: list})
	}
}

func (p *parser) compound(u *unit, it *item) {
	for _, whole := range it.whole {
		p.term(u, 1, whole)
	}
	p.phrase(u, weightPhrase, it.parts)
	for _, part := range it.parts {
		if len(part) > 1 && !stopWords[part] {
			p.term(u, weightPart, part)
		}
	}
}

// capitals adds the item's term. If it was typed in capitals, and the material
// has it so, that is what was meant, and lower case counts for half.
func (p *parser) capitals(u *unit, it *item) {
	if it.capitals == "" {
		p.term(u, 1, stem(it.word))
		return
	}
	p.term(u, 1, it.capitals)
	p.term(u, weightLower, stem(it.word))
}

// closed adds item i and the next, written as one word, to u: back end finds
// back-end and backend.
func (p *parser) closed(u *unit, i int) {
	if i < 0 || i+1 >= len(p.items) || p.items[i].parts != nil || p.items[i+1].parts != nil {
		return
	}
	if s := p.items[i].word + p.items[i+1].word; len(s) <= maxJoined {
		p.term(u, weightPhrase, stem(s))
	}
}

// synonyms adds what the table has for the item, alone or with those around it.
func (p *parser) synonyms(u *unit, at int) {
	if it := p.items[at]; it.parts != nil {
		for _, phrase := range p.index.synonyms[stem(it.word)] {
			p.phrase(u, weightSynonym, phrase)
		}
	}
	for n := 1; n <= p.index.longest; n++ {
		for from := max(0, at-n+1); from <= at; from++ {
			for _, phrase := range p.index.synonyms[p.key(from, n)] {
				p.phrase(u, weightSynonym, phrase)
			}
		}
	}
}

// key returns the stems of items that have n words from item from on, the
// form in which synonyms are filed, or "" if they do not come out at n.
func (p *parser) key(from, n int) string {
	var stems []string
	for i := from; i < len(p.items) && len(stems) < n; i++ {
		if parts := p.items[i].parts; parts != nil {
			stems = append(stems, parts...)
		} else {
			stems = append(stems, stem(p.items[i].word))
		}
	}
	if len(stems) != n {
		return ""
	}
	return strings.Join(stems, " ")
}

// suggestion puts the corrections into the query.
func (p *parser) suggestion() string {
	var b strings.Builder
	done := 0
	for _, it := range p.items {
		if it.fix != "" {
			b.WriteString(p.text[done:it.start])
			b.WriteString(it.fix)
			done = it.end
		}
	}
	if done == 0 {
		return ""
	}
	b.WriteString(p.text[done:])
	return strings.Join(strings.FieldsFunc(b.String(), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
}

// idf returns how much is known of a section by its having one of alts.
func (x *Index) idf(alts []alternative) float64 {
	n, df := float64(len(x.docs)), 0.0
	for _, a := range alts {
		df = max(df, float64(len(a.postings))*a.weight)
	}
	return max(0.1, math.Log(1+(n-df+0.5)/(df+0.5)))
}

// phrase returns where stems stand side by side, weighed like a term that
// has the weight of its rarest part.
func (x *Index) phrase(stems []string) []posting {
	lists := make([][]posting, len(stems))
	for i, s := range stems {
		t, ok := x.terms[s]
		if !ok {
			return nil
		}
		lists[i] = x.lists[t]
	}
	if len(lists) == 0 {
		return nil
	}
	var found []posting
	for _, p := range lists[0] {
		positions, weight := p.positions, p.weight
		for i := 1; i < len(lists) && len(positions) > 0; i++ {
			next := postingOf(lists[i], p.doc)
			positions = followed(positions, next.positions, uint32(i))
			weight = min(weight, next.weight)
		}
		if len(positions) > 0 {
			found = append(found, posting{doc: p.doc, weight: weight, positions: positions})
		}
	}
	return found
}
