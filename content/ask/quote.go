package ask

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"groundwork/content/search"
)

const (
	maxPassages = 4
	maxNearest  = 3
	perPage     = 2  // passages of one page
	looked      = 60 // sections that are looked into
)

// What decides whether a question is answered. The figures come from the
// tables in quote_test.go and material_test.go; move them only with those in
// view. Shares are of the question's weight.
const (
	leastWeight = 1.0 // of a question, for it to ask anything
	mostWeight  = 5.0 // of a word

	weakShare   = 0.4 // of a weak verb's weight that counts; of a filler's nothing does
	sureLength  = 6   // runes from which a corrected word is likely to be what was meant
	unsurePart  = 0.4 // coverage by the correction of a shorter one, or by a bold one
	headingPart = 0.9 // coverage by the heading alone
	titlePart   = 0.8 // coverage by the page's title alone

	// A passage fits the question as far as it covers it, as the page is
	// about it, and as one sentence alone covers it: words of a question can
	// meet by chance in any text, but seldom in one sentence and on a page
	// that has them often.
	fitCoverage = 0.5
	fitAbout    = 0.25 // of 1.2 times the share, since few pages are about all words
	fitSentence = 0.25

	enough     = 0.66 // how far a passage has to fit
	ownEnough  = 0.25 // what one sentence of it has to cover, whatever else fits
	headEnough = 0.6  // unless the heading covers that much
	loneAbout  = 0.3  // what the page has to be about if it has one word of the question alone
	alsoEnough = 0.8  // of the best passage's fit, for another beside it
	nearEnough = 0.25 // coverage for a section to be named as near
)

// An inquiry is a question as it is looked up.
type inquiry struct {
	query   *search.Query
	weights []float64 // of the query's words
	trust   []float64 // in what they were corrected to
	total   float64
	about   map[string][]float64 // by page: how much of each word it is about
	defines bool                 // it asks what something is
}

// A candidate is a section with its best quote.
type candidate struct {
	section  search.Section
	quote    []sentence // in a row
	key      int        // index into quote of the one that bears most
	coverage float64    // of the question, by quote, heading and title
	own      float64    // by the quote alone
	single   float64    // by one sentence of it
	heading  float64    // by the heading alone
	about    float64    // share that the page is about
	lone     bool       // one word makes up nearly all of the coverage
	defines  bool       // the quote says what the thing asked about is
	value    float64    // orders windows of a section, and sections
}

func newInquiry(index *search.Index, question string) *inquiry {
	q := &inquiry{query: index.Parse(question + " "), about: make(map[string][]float64), defines: definition(question)} // the blank: no word is being typed
	for _, w := range q.query.Words() {
		weight, trust := min(mostWeight, w.Weight), trusted(w)
		switch {
		case fillers[w.Text]:
			weight = 0
		case weak[w.Text]:
			weight *= weakShare
		case w.Edits > 0:
			weight = mostWeight
		}
		q.weights = append(q.weights, weight)
		q.trust = append(q.trust, trust)
		q.total += weight
	}
	return q
}

// trusted returns how far to trust that a word was meant as it was corrected:
// idempotnecy, but not life to lie, gaming to naming or inflation to isolation.
func trusted(w search.Word) float64 {
	if w.Edits == 0 || strings.HasPrefix(w.Text, w.Fix) || strings.HasPrefix(w.Fix, w.Text) {
		return 1 // eventual, eventually
	}
	if n := min(len(w.Text), len(w.Fix)) - 2; n >= sureLength && w.Text[:n] == w.Fix[:n] {
		return 1 // transactional, transactions
	}
	meant, _ := utf8.DecodeRuneInString(w.Fix)
	first, _ := utf8.DecodeRuneInString(w.Text)
	if w.Edits > 1 || first != meant || utf8.RuneCountInString(w.Text) < sureLength {
		return unsurePart
	}
	return 1
}

// candidates returns the sections that come into question, each with its best
// quote, the best first.
func (q *inquiry) candidates() []candidate {
	if q.total < leastWeight {
		return nil
	}
	hits := q.query.Ranked(looked)
	var top float64
	for _, h := range hits {
		top = max(top, h.Score)
	}
	var all []candidate
	for _, h := range hits {
		c, ok := q.best(h.Section)
		if !ok {
			continue
		}
		c.value = c.coverage + 0.15*c.own + 0.2*c.about + 0.3*h.Score/top + anchors[anchor(h.URL)]
		if c.defines {
			c.value += 0.15
		}
		all = append(all, c)
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(b.value, a.value) })
	return all
}

// anchors prefers some sections of a page: the first one says what a thing
// is, exercises seldom do. The names are those of the content's format.
var anchors = map[string]float64{"idea": 0.1, "what": 0.05, "why": 0.02, "try": -0.1, "check": -0.3}

func anchor(url string) string {
	_, anchor, _ := strings.Cut(url, "#")
	return anchor
}

// answering returns those of the candidates that answer the question.
func (q *inquiry) answering(all []candidate) []candidate {
	least := enough
	for _, c := range all {
		least = max(least, alsoEnough*c.fit())
	}
	var found []candidate
	pages, quotes := make(map[string]int), make(map[string]bool)
	for _, c := range all {
		page, _, _ := strings.Cut(c.section.URL, "#")
		text := flatten(c.text())
		if c.fit() < least || pages[page] == perPage || quotes[text] {
			continue
		}
		pages[page]++
		quotes[text] = true
		if found = append(found, c); len(found) == maxPassages {
			break
		}
	}
	return found
}

// fit returns how far the passage answers what was asked, 0 to 1.
func (c *candidate) fit() float64 {
	if c.single < ownEnough && c.heading < headEnough || c.lone && c.about < loneAbout {
		return 0
	}
	return fitCoverage*c.coverage + fitAbout*min(1, 1.2*c.about) + fitSentence*c.single
}

// nearest returns the sections that have something of the question.
func (q *inquiry) nearest(all []candidate) []search.Section {
	var found []search.Section
	pages := make(map[string]bool)
	for _, c := range all {
		page, _, _ := strings.Cut(c.section.URL, "#")
		if c.coverage >= nearEnough && !pages[page] && len(found) < maxNearest {
			pages[page] = true
			found = append(found, c.section)
		}
	}
	return found
}

// covers returns how much of each word of the question text has, 0 to 1.
func (q *inquiry) covers(text string) []float64 {
	c := make([]float64, len(q.weights))
	for _, m := range q.query.Find(text) {
		c[m.Word] = max(c[m.Word], m.Weight*q.trust[m.Word])
	}
	return c
}

// share returns what the covered words weigh, of all.
func (q *inquiry) share(covered []float64) float64 {
	var sum float64
	for i, c := range covered {
		sum += c * q.weights[i]
	}
	return sum / q.total
}

// text returns the quote as it stands in the section.
func (c *candidate) text() string {
	return c.section.Text[c.quote[0].start:c.quote[len(c.quote)-1].end]
}

// passage returns c as it is shown.
func (c *candidate) passage() Passage {
	var before, key, after []string
	for i, s := range c.quote {
		shown := s.shown(c.section.Text)
		switch {
		case i < c.key:
			before = append(before, shown)
		case i == c.key:
			key = append(key, shown)
		default:
			after = append(after, shown)
		}
	}
	p := Passage{Section: c.section, Quote: strings.Join(slices.Concat(before, key, after), " ")}
	if len(before) > 0 {
		p.Marked = append(p.Marked, search.Span{Text: strings.Join(before, " ") + " "})
	}
	p.Marked = append(p.Marked, search.Span{Text: key[0], Match: len(c.quote) > 1})
	if len(after) > 0 {
		p.Marked = append(p.Marked, search.Span{Text: " " + strings.Join(after, " ")})
	}
	return p
}
