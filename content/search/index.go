package search

import (
	"cmp"
	"slices"
	"strings"
)

// An Index answers queries over the sections it was built from. It never
// changes, so that any number of goroutines may use it at the same time.
type Index struct {
	sections []Section
	docs     []doc
	pages    map[string]uint32 // URL without # to number
	terms    map[string]uint32 // stem to number
	lists    [][]posting       // by term, in order of section
	words    []word            // every spelling, in alphabetical order
	synonyms map[string][][]string
	longest  int // words in the longest key of synonyms
}

// A doc is what ranking needs to know of a section.
type doc struct {
	page    uint32 // number of the page it belongs to
	lengths [fields]uint32
}

// A posting says where a term stands in a section.
type posting struct {
	doc       uint32
	weight    float32  // occurrences, by field and its length: BM25F's weighted tf
	positions []uint32 // ascending; title, heading and text have ranges of their own
}

// A word is a spelling that occurs.
type word struct {
	text  string // folded, or in capitals
	term  uint32
	count uint32
	mask  uint64 // letters in it, a bit each: sorts out most words before edits are counted
}

// The fields of a section. Their weights say how much more a word means there
// than in the text; their slack, how much a long field dilutes it.
const (
	inTitle = iota
	inHeading
	inText
	fields
)

var (
	fieldWeight = [fields]float64{4.5, 3, 1}
	fieldSlack  = [fields]float64{0.3, 0.3, 0.6}
)

// Positions of the fields: titles and headings are indexed up to 240 words,
// and 16 stay free so that no phrase reaches from one field into the next.
const (
	fieldRoom = 256
	fieldMost = 240
)

func fieldOf(position uint32) int {
	return int(min(position/fieldRoom, inText))
}

// An Option changes how Build works.
type Option func(*Index)

// WithSynonyms lets words of a query find other words as well, at a discount.
// Keys and values may have several words; a value of several words is found
// as a phrase. It goes one way: "k8s": {"kubernetes"} does not let kubernetes
// find k8s. Given twice, the tables are joined.
func WithSynonyms(table map[string][]string) Option {
	return func(x *Index) {
		for key, values := range table {
			stems := phraseStems(key)
			x.longest = max(x.longest, len(stems))
			k := strings.Join(stems, " ")
			for _, v := range values {
				if p := phraseStems(v); len(p) > 0 && k != "" {
					x.synonyms[k] = append(x.synonyms[k], p)
				}
			}
		}
		for _, list := range x.synonyms {
			slices.SortFunc(list, slices.Compare[[]string])
		}
	}
}

// phraseStems returns the stems of all words of s, stop words too.
func phraseStems(s string) []string {
	var stems []string
	eachChunk(s, func(c *chunk) {
		for _, p := range c.pieces {
			stems = append(stems, stem(p.word))
		}
	})
	return stems
}

// Build makes an index of sections. It keeps sections' strings, not the
// slice. Texts may be any bytes; what is not UTF-8 is not found.
func Build(sections []Section, options ...Option) *Index {
	b := builder{
		index: &Index{
			sections: slices.Clone(sections),
			docs:     make([]doc, len(sections)),
			pages:    make(map[string]uint32),
			terms:    make(map[string]uint32),
			synonyms: make(map[string][][]string),
		},
		words: make(map[string]*word),
	}
	for _, option := range options {
		option(b.index)
	}
	for i, s := range sections {
		b.section(uint32(i), s)
	}
	b.finish()
	return b.index
}

// A builder holds what only building needs.
type builder struct {
	index *Index
	words map[string]*word
}

func (b *builder) section(n uint32, s Section) {
	page, _, _ := strings.Cut(s.URL, "#")
	pages := b.index.pages
	if _, ok := pages[page]; !ok {
		pages[page] = uint32(len(pages))
	}
	d := &b.index.docs[n]
	d.page = pages[page]
	for field, text := range [fields]string{s.Page, s.Heading, s.Text} {
		d.lengths[field] = b.field(n, field, text)
	}
}

// field indexes one field of section n and returns how many words it has.
// Stop words are counted, and are indexed only as parts of compounds
// (read-only).
func (b *builder) field(n uint32, field int, text string) uint32 {
	var at uint32
	base := uint32(field * fieldRoom)
	eachChunk(text, func(c *chunk) {
		if field != inText && at >= fieldMost {
			return
		}
		for i, p := range c.pieces {
			if len(c.pieces) > 1 || !stopWords[p.word] {
				b.add(n, base+at+uint32(i), p.word)
			}
		}
		for _, p := range c.joined {
			b.add(n, base+at+uint32(p.first), p.word)
		}
		for _, p := range c.capitals {
			b.add(n, base+at+uint32(p.first), p.word)
		}
		at += uint32(len(c.pieces))
	})
	return at
}

func (b *builder) add(n, position uint32, text string) {
	w := b.words[text]
	if w == nil {
		w = &word{text: strings.Clone(text), term: b.term(stem(text)), mask: letters(text)}
		b.words[w.text] = w
	}
	w.count++
	list := b.index.lists[w.term]
	if len(list) == 0 || list[len(list)-1].doc != n {
		list = append(list, posting{doc: n})
	}
	last := &list[len(list)-1]
	last.positions = append(last.positions, position)
	b.index.lists[w.term] = list
}

func (b *builder) term(stem string) uint32 {
	if t, ok := b.index.terms[stem]; ok {
		return t
	}
	t := uint32(len(b.index.lists))
	b.index.terms[strings.Clone(stem)] = t
	b.index.lists = append(b.index.lists, nil)
	return t
}

// finish packs the lists, weighs the postings and sorts the words.
func (b *builder) finish() {
	x := b.index
	scale := fieldScales(x.docs)
	var total int
	for _, list := range x.lists {
		for _, p := range list {
			total += len(p.positions)
		}
	}
	all := make([]uint32, 0, total)
	for t, list := range x.lists {
		for i := range list {
			p := &list[i]
			start := len(all)
			all = append(all, p.positions...)
			p.positions = all[start:len(all):len(all)]
			slices.Sort(p.positions) // a joined word comes after its parts
			p.weight = x.docs[p.doc].weigh(p.positions, scale)
		}
		x.lists[t] = slices.Clip(list)
	}
	x.words = make([]word, 0, len(b.words))
	for _, w := range b.words {
		x.words = append(x.words, *w)
	}
	slices.SortFunc(x.words, func(a, b word) int { return cmp.Compare(a.text, b.text) })
}

// fieldScales returns one over the average length of each field.
func fieldScales(docs []doc) [fields]float64 {
	var sum [fields]float64
	for _, d := range docs {
		for f, n := range d.lengths {
			sum[f] += float64(n)
		}
	}
	for f := range sum {
		if sum[f] > 0 {
			sum[f] = float64(len(docs)) / sum[f]
		}
	}
	return sum
}

// weigh returns BM25F's weighted count of a term that stands at positions.
func (d *doc) weigh(positions []uint32, scale [fields]float64) float32 {
	var sum float64
	for _, p := range positions {
		f := fieldOf(p)
		sum += fieldWeight[f] / (1 - fieldSlack[f] + fieldSlack[f]*float64(d.lengths[f])*scale[f])
	}
	return float32(sum)
}
