package lint

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"groundwork/content/search"
	"groundwork/content/source"
	"groundwork/exam"
)

// From where two items are called near-duplicates. Copied sentences are found
// by common runs of words, reworded ones by common rare terms. In our bank of
// 480 items that all differ no two reach 0.1 and 0.6; an item that is copied
// and given other figures or another order of sentences is far above.
const (
	shingle     = 5    // words in a run
	sameRuns    = 0.25 // share of all runs that both have
	sameTerms   = 0.7  // cosine of their terms, rare ones counting more
	fewestTerms = 8    // of an item, for its terms to say what it is about
)

// A Pair is two items that are near-duplicates.
type Pair struct {
	A, B  *exam.Item // A comes first in the bank
	Runs  float64    // share of common runs of words, 0 to 1
	Terms float64    // likeness of their terms, 0 to 1
}

// problem reports the pair at its second item.
func (p Pair) problem() source.Problem {
	return source.Problem{
		File: p.B.File, Line: p.B.Line,
		What: fmt.Sprintf("%s is a near-duplicate of %s (%s:%d): %.0f%% of their runs of %d words and %.0f%% of their terms are the same",
			p.B.ID, p.A.ID, p.A.File, p.A.Line, 100*p.Runs, shingle, 100*p.Terms),
		Mend: "ask something else in one of them",
	}
}

// Pairs returns the items that are near-duplicates of each other, most alike
// first, in whatever pools they stand. Stem and key are compared: two
// questions about one log differ if they ask for different things, so a shared
// stimulus does not count.
func Pairs(bank *exam.Bank) []Pair {
	items := bank.All()
	runs := make([]map[string]bool, len(items))
	terms := vectors(items)
	for i, it := range items {
		runs[i] = shingles(gist(it), shingle)
	}
	var out []Pair
	for i := range items {
		for j := i + 1; j < len(items); j++ {
			p := Pair{items[i], items[j], jaccard(runs[i], runs[j]), cosine(terms[i], terms[j])}
			if p.Runs >= sameRuns || p.Terms >= sameTerms {
				out = append(out, p)
			}
		}
	}
	slices.SortFunc(out, func(a, b Pair) int {
		return cmp.Or(cmp.Compare(b.Runs, a.Runs), cmp.Compare(b.Terms, a.Terms), cmp.Compare(a.A.ID, b.A.ID), cmp.Compare(a.B.ID, b.B.ID))
	})
	return out
}

// gist returns the words of stem and key.
func gist(it *exam.Item) []string {
	text := words(it.Stem)
	add := func(options []exam.Option, all bool) {
		for _, o := range options {
			if o.Key || all {
				text = append(text, words(o.Text)...)
			}
		}
	}
	add(it.Options, it.Type == exam.Matching)
	add(it.Choices, true)
	for _, b := range it.Blanks {
		add(b.Options, false)
	}
	if it.Query != nil {
		text = append(text, words(it.Query.Key)...)
	}
	return text
}

// shingles returns the runs of n words of a text.
func shingles(text []string, n int) map[string]bool {
	set := map[string]bool{}
	for i := 0; i+n <= len(text); i++ {
		set[strings.Join(text[i:i+n], " ")] = true
	}
	return set
}

// jaccard returns the share of all members of two sets that are in both.
func jaccard(a, b map[string]bool) float64 {
	if len(a) > len(b) {
		a, b = b, a
	}
	n := 0
	for s := range a {
		if b[s] {
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return float64(n) / float64(len(a)+len(b)-n)
}

// vectors returns for each item the weights of its terms: the logarithm of
// their number, times that of their rarity in the bank, brought to length 1.
// Items of few terms get none.
func vectors(items []*exam.Item) []map[string]float64 {
	counts := make([]map[string]float64, len(items))
	in := map[string]float64{}
	for i, it := range items {
		counts[i] = map[string]float64{}
		for _, t := range search.Terms(strings.Join(gist(it), " ")) {
			counts[i][t]++
		}
		for t := range counts[i] {
			in[t]++
		}
	}
	for i, c := range counts {
		if len(c) < fewestTerms {
			counts[i] = nil
			continue
		}
		sum := 0.0
		for t, n := range c {
			c[t] = math.Log(1+n) * math.Log(1+float64(len(items))/in[t])
			sum += c[t] * c[t]
		}
		for t := range c {
			c[t] /= math.Sqrt(sum)
		}
	}
	return counts
}

// cosine returns how alike two vectors of length 1 are. The terms are added up
// in any order, so it is rounded to what the order cannot change.
func cosine(a, b map[string]float64) float64 {
	if len(a) > len(b) {
		a, b = b, a
	}
	sum := 0.0
	for t, w := range a {
		sum += w * b[t]
	}
	return math.Round(sum*1e9) / 1e9
}
