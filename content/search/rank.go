package search

import (
	"cmp"
	"slices"
	"strings"
)

const (
	saturation  = 1.2  // BM25's k1: how soon more of the same word stops to count
	side        = 0.6  // what a pair of words side by side adds, of the rarer one's weight
	sideReach   = 8    // words apart at which a pair adds nothing any more
	sideBest    = 64   // hits whose pairs are looked at
	coverageTop = 0.8  // share of the score that depends on how much of the query is there
	coverageCut = 0.34 // a hit with less than this share of the best one's coverage is dropped
)

// A scored is a section that has something of the query.
type scored struct {
	doc      uint32
	score    float64
	coverage float64 // share of the query's weight that is there
}

// Hits returns the best hits, as Search does.
func (q *Query) Hits(limit int) []Hit {
	if limit < 1 {
		return nil
	}
	ranked := q.rank()
	chosen := q.choose(ranked, limit)
	hits := make([]Hit, len(chosen))
	for i, s := range chosen {
		section := q.index.sections[s.doc]
		hits[i] = Hit{Section: section, Score: s.score, Snippet: q.snippet(section.Text)}
	}
	return hits
}

// Ranked returns the best hits, at most limit, in order of score, however many
// are of one page, and without snippets: for who looks into the sections
// anyway.
func (q *Query) Ranked(limit int) []Hit {
	ranked := q.rank()
	hits := make([]Hit, 0, max(0, min(limit, len(ranked))))
	for _, s := range ranked[:cap(hits)] {
		hits = append(hits, Hit{Section: q.index.sections[s.doc], Score: s.score})
	}
	return hits
}

// rank scores all sections that have something of the query, best first.
func (q *Query) rank() []scored {
	all := q.score()
	order := func(a, b scored) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.doc, b.doc))
	}
	slices.SortFunc(all, order)
	for i := range all[:min(sideBest, len(all))] {
		all[i].score += q.pairs(all[i].doc)
	}
	best := 0.0
	for i := range all {
		s := &all[i]
		s.score *= 1 - coverageTop + coverageTop*s.coverage*s.coverage
		best = max(best, s.coverage)
	}
	all = slices.DeleteFunc(all, func(s scored) bool { return s.coverage < coverageCut*best })
	slices.SortFunc(all, order)
	return all
}

// score adds up BM25F and coverage over the units.
func (q *Query) score() []scored {
	n := len(q.index.docs)
	var total float64
	tf, share := make([]float64, n), make([]float64, n)
	score, coverage := make([]float64, n), make([]float64, n)
	for _, u := range q.units {
		total += u.Weight
		var touched []uint32
		for _, a := range u.alts {
			for _, p := range a.postings {
				if tf[p.doc] == 0 {
					touched = append(touched, p.doc)
				}
				tf[p.doc] += a.weight * float64(p.weight)
				share[p.doc] += a.weight
			}
		}
		for _, d := range touched {
			score[d] += u.Weight * tf[d] / (saturation + tf[d])
			coverage[d] += u.Weight * min(1, share[d])
			tf[d], share[d] = 0, 0
		}
	}
	var all []scored
	for d := range score {
		if score[d] > 0 {
			all = append(all, scored{doc: uint32(d), score: score[d], coverage: coverage[d] / total})
		}
	}
	return all
}

// pairs returns what doc gains by words that stand near each other in it as
// they do in the query.
func (q *Query) pairs(doc uint32) float64 {
	var sum float64
	var last []uint32
	for i := range q.units {
		here := q.units[i].positions(doc)
		if i > 0 && len(last) > 0 && len(here) > 0 {
			weight := min(q.units[i-1].Weight, q.units[i].Weight)
			if d := distance(last, here); d < sideReach {
				sum += weight * side / float64(d)
			}
		}
		last = here
	}
	return sum
}

// positions returns where in doc the unit stands, ascending.
func (u *unit) positions(doc uint32) []uint32 {
	var all []uint32
	lists := 0
	for _, a := range u.alts {
		if p := postingOf(a.postings, doc); len(p.positions) > 0 {
			if lists == 0 {
				all = p.positions
			} else {
				all = append(slices.Clip(all), p.positions...)
			}
			lists++
		}
	}
	if lists > 1 {
		slices.Sort(all)
	}
	return all
}

// distance returns the fewest words between a place of a and one of b, plus
// one; the wrong way round costs one more. Both are ascending.
func distance(a, b []uint32) int {
	best := sideReach
	for i, j := 0, 0; i < len(a) && j < len(b); {
		if a[i] < b[j] {
			best = min(best, int(b[j]-a[i]))
			i++
		} else {
			best = min(best, max(1, int(a[i]-b[j])+1))
			j++
		}
	}
	return best
}

// choose takes the first limit of ranked, at most three of a page, and puts
// those of one page together.
func (q *Query) choose(ranked []scored, limit int) []scored {
	count := make(map[uint32]int)
	place := make(map[uint32]int) // of the page's best hit
	var chosen []scored
	for _, s := range ranked {
		page := q.index.docs[s.doc].page
		if count[page] == maxPerPage {
			continue
		}
		if count[page] == 0 {
			place[page] = len(chosen)
		}
		count[page]++
		if chosen = append(chosen, s); len(chosen) == limit {
			break
		}
	}
	slices.SortStableFunc(chosen, func(a, b scored) int {
		return cmp.Compare(place[q.index.docs[a.doc].page], place[q.index.docs[b.doc].page])
	})
	return chosen
}

// OnPage returns how often the texts and headings of the page at url have each
// of Words, all that the word finds counted: a page has the words it is about
// more often than those it mentions. A page that is not in the index has none.
func (q *Query) OnPage(url string) []int {
	counts := make([]int, len(q.units))
	url, _, _ = strings.Cut(url, "#")
	page, ok := q.index.pages[url]
	if !ok {
		return counts
	}
	for i, u := range q.units {
		for _, a := range u.alts {
			for _, p := range a.postings {
				if q.index.docs[p.doc].page == page {
					title, _ := slices.BinarySearch(p.positions, fieldRoom*inHeading)
					counts[i] += len(p.positions) - title
				}
			}
		}
	}
	return counts
}

// postingOf returns the posting of doc, or an empty one.
func postingOf(list []posting, doc uint32) posting {
	i, ok := slices.BinarySearchFunc(list, doc, func(p posting, d uint32) int { return cmp.Compare(p.doc, d) })
	if !ok {
		return posting{}
	}
	return list[i]
}

// followed returns the positions of first that have one in next at the
// distance.
func followed(first, next []uint32, distance uint32) []uint32 {
	var found []uint32
	for _, p := range first {
		if _, ok := slices.BinarySearch(next, p+distance); ok {
			found = append(found, p)
		}
	}
	return found
}
