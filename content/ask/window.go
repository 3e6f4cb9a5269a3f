package ask

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"groundwork/content/search"
)

const (
	mostSentences = 6   // in a quote
	shortQuote    = 120 // runes; a shorter quote takes the next sentence in
)

// A reading is a section cut into sentences, with what each has of a question.
type reading struct {
	q         *inquiry
	section   search.Section
	sentences []sentence
	prose     []bool      // by sentence: it is known to be prose, so that it may be quoted
	covered   [][]float64 // by sentence and word
	context   []float64   // by word: what heading and title have
	heading   float64     // share of the question in the heading
	about     float64     // that the page is about, going by all of it
}

// best returns the stretch of s that bears most on the question. It is false
// if s has no prose.
func (q *inquiry) best(s search.Section) (candidate, bool) {
	r := q.read(s)
	var best candidate
	for i := range r.sentences {
		if i > 0 && r.q.share(r.covered[i]) == 0 {
			continue // a quote begins with what was asked, or where the section does
		}
		for n := 1; n <= mostSentences && i+n <= len(r.sentences) && r.fits(i, n); n++ {
			if c := r.window(i, n); c.value > best.value || best.quote == nil {
				best = c
			}
		}
	}
	if best.quote == nil {
		return candidate{}, false
	}
	r.lengthen(&best)
	return best, true
}

func (q *inquiry) read(s search.Section) *reading {
	r := &reading{q: q, section: s, sentences: sentences(s.Text)}
	heading, title := q.covers(s.Heading), q.covers(s.Page)
	r.heading = q.share(heading)
	r.context = make([]float64, len(heading))
	r.about = q.share(larger(q.onPage(s.URL), larger(heading, title)))
	for i := range r.context {
		r.context[i] = max(heading[i]*headingPart, title[i]*titlePart)
	}
	r.covered, r.prose = make([][]float64, len(r.sentences)), make([]bool, len(r.sentences))
	for i, sentence := range r.sentences {
		r.covered[i] = q.covers(s.Text[sentence.start:sentence.end])
	}
	return r
}

// onPage returns how much of each word the page at url is about, going by how
// often it has it.
func (q *inquiry) onPage(url string) []float64 {
	page, _, _ := strings.Cut(url, "#")
	if about, ok := q.about[page]; ok {
		return about
	}
	about := make([]float64, len(q.weights))
	for i, n := range q.query.OnPage(page) {
		about[i] = min(1, max(0, float64(n-1)/3)) * q.trust[i]
	}
	q.about[page] = about
	return about
}

// larger returns the larger of each a[i] and b[i].
func larger(a, b []float64) []float64 {
	all := make([]float64, len(a))
	for i := range all {
		all[i] = max(a[i], b[i])
	}
	return all
}

// fits reports whether n sentences from the i-th on can be quoted as one, if
// one less could.
func (r *reading) fits(i, n int) bool {
	first, last := r.sentences[i], r.sentences[i+n-1]
	if !r.prose[i+n-1] {
		if r.prose[i+n-1] = prose(r.section.Text[last.start:last.end]); !r.prose[i+n-1] {
			return false
		}
	}
	if n == 1 {
		return true
	}
	if first.cutBefore || first.cutAfter || last.cutBefore || last.cutAfter {
		return false
	}
	text := r.section.Text[first.start:last.end]
	return len(text) <= maxQuote || utf8.RuneCountInString(text) <= maxQuote
}

// window judges n sentences from the i-th on as a quote.
func (r *reading) window(i, n int) candidate {
	c := candidate{section: r.section, quote: r.sentences[i : i+n], heading: r.heading, about: r.about}
	own := make([]float64, len(r.context))
	whole := make([]float64, len(r.context))
	copy(whole, r.context)
	most := -1.0
	for k, s := range c.quote {
		for w, covered := range r.covered[i+k] {
			own[w] = max(own[w], covered)
			whole[w] = max(whole[w], covered)
		}
		if share := r.q.share(r.covered[i+k]); share > most {
			c.key, most = k, share
			c.single = share
		}
		c.defines = c.defines || r.q.definedBy(r.section.Text[s.start:s.end])
	}
	c.own, c.coverage = r.q.share(own), r.q.share(whole)
	c.lone = r.q.lone(whole)
	c.value = c.own + 0.5*c.coverage - 0.04*float64(n-1) -
		0.04*float64(c.quote[n-1].paragraph-c.quote[0].paragraph)
	if i == 0 {
		c.value += 0.1 * r.heading
	}
	if c.defines {
		c.value += 0.2
	}
	return c
}

// lone reports whether one word makes up nearly all of what is covered.
func (q *inquiry) lone(covered []float64) bool {
	var most, sum float64
	for i, c := range covered {
		most = max(most, c*q.weights[i])
		sum += c * q.weights[i]
	}
	return most > 0.8*sum
}

// lengthen lets a short quote go on to the next sentence.
func (r *reading) lengthen(c *candidate) {
	i := 0
	for r.sentences[i].start != c.quote[0].start {
		i++
	}
	for n := len(c.quote) + 1; i+n <= len(r.sentences) && len(flatten(c.text())) < shortQuote && r.fits(i, n); n++ {
		c.quote = r.sentences[i : i+n]
	}
}

var (
	asksWhat = regexp.MustCompile(`(?i)^(so,? )?what(’s|'s| is| are| does| do)\b|\b(mean|means|meant|define|definition|explain)\b`)
	saysWhat = regexp.MustCompile(`^[”"')*]* (is|are|says|means|holds|describes)\b`)
)

// definition reports whether question asks what something is.
func definition(question string) bool { return asksWhat.MatchString(question) }

// definedBy reports whether a sentence begins by saying what the weightiest
// word of the question is: "A timeout says …".
func (q *inquiry) definedBy(sentence string) bool {
	if !q.defines {
		return false
	}
	heaviest := 0
	for i, w := range q.weights {
		if w > q.weights[heaviest] {
			heaviest = i
		}
	}
	for _, m := range q.query.Find(sentence) {
		if m.Word == heaviest && strings.Count(sentence[:m.Start], " ") <= 4 && saysWhat.MatchString(sentence[m.End:]) {
			return true
		}
	}
	return false
}

// fillers are words of questions that say next to nothing about what is
// asked, in the spelling of search.Word.
var fillers = wordSet(`
	best better good bad right wrong proper properly correct correctly way ways thing things something anything stuff
	difference differences different differ between versus vs compare compared explain tell describe define definition mean means meant
	example examples work works working happen happens happened need needs needed want wants wanted know learn understand
	help helps make makes made making give gives given take takes taken go goes going come comes try tries trying
	start begin long much many often big small little time times one two three first ever always never
	people person someone somebody everyone anyone really important importance matter matters reason purpose point idea
	think like look looks looking keep keeps put say says said see seen find deal handle cause causes
	question questions answer answers kind kinds sort type types main basic basics common typical usual usually
	problem problems issue issues possible exactly actually simply simple easy hard difficult new old own
	today now currently im hello hi hey thanks allow allows allowed require requires required provide provides contain contains
	backend engineer engineers engineering developer developers software`)

// weak are verbs of questions that the answer need not repeat: what prevents
// injection seldom says so.
var weak = wordSet(`
	prevent prevents avoid avoids stop stops choose decide pick ensure achieve improve reduce implement create add
	fix solve protect recommend suggest require involve consider apply call called return returns send down against cost costs`)

func wordSet(words string) map[string]bool {
	set := make(map[string]bool)
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}
