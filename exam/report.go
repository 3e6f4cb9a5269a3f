package exam

import (
	"cmp"
	"math"
	"slices"
)

// A Tally counts items and the points won on them.
type Tally struct {
	Key    string  // a skill, a level or a lesson
	Items  int     // how many
	Points float64 // won; one an item
}

// Right returns the points as a whole number, rounded.
func (t Tally) Right() int { return int(math.Round(t.Points)) }

// Share returns the share of the points won, 0 to 1.
func (t Tally) Share() float64 {
	if t.Items == 0 {
		return 0
	}
	return t.Points / float64(t.Items)
}

// A Report is what a graded attempt says about the learner.
type Report struct {
	Items    int // that count; those that were dropped do not
	Percent  float64
	Error    float64 // standard error of measurement, in per cent points
	Low      float64 // Percent - Error, not below 0
	High     float64 // Percent + Error, not above 100
	Right    int     // items with all of their points
	Partly   int
	Wrong    int
	Blank    int
	Skills   []Tally // in the order of the form
	Levels   []Tally // lowest first
	Lessons  []Tally // those that cost points, most first
	Border   bool    // the pass mark lies within one standard error
	WilsonLo float64 // 95 per cent, in per cent
	WilsonHi float64
}

// NewReport works out the report of a graded attempt. The standard error is
// Lord's, sqrt(x(n-x)/(n-1)) items of n with x right (EXAM.md f.3); the Wilson
// interval has z = 1.96.
func NewReport(a *Attempt, items func(VersionID) *Item) *Report {
	r := &Report{Percent: a.Percent()}
	var skills, levels, lessons tallies
	for _, l := range Levels {
		levels.add(string(l), 0, 0)
	}
	for _, s := range a.Slots {
		it := items(s.Version)
		if it == nil || s.Dropped {
			continue
		}
		r.Items++
		m := Mark{Fraction: s.Fraction, Blank: s.Response.Blank()}
		switch {
		case m.Right():
			r.Right++
		case m.Blank:
			r.Blank++
		case m.Partly():
			r.Partly++
		default:
			r.Wrong++
		}
		skills.add(it.Skill, 1, s.Fraction)
		levels.add(string(it.Level), 1, s.Fraction)
		lessons.add(it.Lesson, 1, s.Fraction)
	}
	r.Skills, r.Levels = skills, levels
	for _, t := range lessons {
		if float64(t.Items)-t.Points > 1e-6 {
			r.Lessons = append(r.Lessons, t)
		}
	}
	slices.SortStableFunc(r.Lessons, func(x, y Tally) int {
		return cmp.Compare(float64(y.Items)-y.Points, float64(x.Items)-x.Points)
	})
	n := float64(r.Items)
	r.Error = 100 * LordError(r.Percent/100*n, n) / max(n, 1)
	r.Low, r.High = max(0, r.Percent-r.Error), min(100, r.Percent+r.Error)
	r.WilsonLo, r.WilsonHi = Wilson(r.Percent/100*n, n)
	r.WilsonLo, r.WilsonHi = 100*r.WilsonLo, 100*r.WilsonHi
	r.Border = math.Abs(r.Percent-a.Rules.Pass) <= r.Error
	return r
}

type tallies []Tally

func (ts *tallies) add(key string, items int, points float64) {
	for i := range *ts {
		if (*ts)[i].Key == key {
			(*ts)[i].Items += items
			(*ts)[i].Points += points
			return
		}
	}
	*ts = append(*ts, Tally{key, items, points})
}

// LordError returns Lord's standard error of measurement of a score of x out
// of n items, in items: sqrt(x(n-x)/(n-1)). It is 0 for n < 2.
func LordError(x, n float64) float64 {
	if n < 2 {
		return 0
	}
	return math.Sqrt(max(0, x*(n-x)) / (n - 1)) // a sum of fractions may be a hair over n
}

// Wilson returns the 95 per cent score interval of x successes in n trials,
// as shares (Wilson 1927, z = 1.959964). Without trials it is 0 to 1.
func Wilson(x, n float64) (lo, hi float64) {
	if n == 0 {
		return 0, 1
	}
	const z = 1.959963984540054
	p, zz := min(max(x/n, 0), 1), z*z
	mid := (p + zz/(2*n)) / (1 + zz/n)
	half := z / (1 + zz/n) * math.Sqrt(p*(1-p)/n+zz/(4*n*n))
	return max(0, mid-half), min(1, mid+half)
}

// ChangeError returns by how many per cent points two results differ through
// chance alone in 19 of 20 cases: 1.96 standard errors of the difference.
func ChangeError(a, b *Report) float64 { return 1.96 * math.Hypot(a.Error, b.Error) }

// RealChange reports whether the difference between two percentages exceeds
// what their standard errors explain; see ChangeError.
func RealChange(a, b *Report) bool { return math.Abs(a.Percent-b.Percent) > ChangeError(a, b) }

// A Band is the coarse standing in one skill or level.
type Band int

// The bands.
const (
	NeedsWork Band = iota
	Mixed
	StrongBand
)

// Band sorts the tally into three bands: under three fifths of the points, up to
// four fifths, above. Few items do not carry more than that.
func (t Tally) Band() Band {
	switch s := t.Share(); {
	case s < 0.6:
		return NeedsWork
	case s < 0.8:
		return Mixed
	}
	return StrongBand
}

// String names the band: "needs work", "mixed", "strong".
func (b Band) String() string { return [...]string{"needs work", "mixed", "strong"}[b] }
