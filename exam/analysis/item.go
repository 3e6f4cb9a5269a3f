package analysis

import (
	"math"
	"math/bits"
	"slices"
)

// People are taken in blocks of blockSize an item, which are folded into its
// sums and histograms together: one by one, each person would have to fetch
// those from memory. The first fewAnswers people are kept besides, so that the
// columns are exact as long as there are few.
const (
	blockSize  = 64
	fewAnswers = 256
)

// An item keeps the running sums of one item. Its two columns are the fraction
// of the points that each person won on it, and the person's rest score: what
// they won on the rest of the form, in per cent.
type item struct {
	subject Subject
	max     float64 // its points on the form of the first row
	pair    joint
	blanks  int
	choices []choice

	few              []person // everybody, or nil if there are too many
	fractions, rests grid
	clock            clock
}

// A person is one row of an item's columns.
type person struct {
	fraction, rest float64
	picks          uint64  // one bit a choice
	seconds        float32 // unknown unless above 0
	blank          bool
}

// A choice keeps the running sums of one choice of an item. Rest scores lie in
// 0 to 100, so taking 50 off bounds what is lost when the sum of squares is
// turned into a variance to one decimal digit.
type choice struct {
	n            uint32
	bands        [bands]uint32
	sum, squares float64 // of rest scores less 50
}

func (c *choice) add(rest float64, band int) {
	d := rest - 50
	c.n++
	c.sum += d
	c.squares += d * d
	c.bands[band]++
}

// with is c and o together, for means and variances.
func (c *choice) with(o *choice) *choice {
	return &choice{n: c.n + o.n, sum: c.sum + o.sum, squares: c.squares + o.squares}
}

// mean is the mean rest score of those who picked it.
func (c *choice) mean() Value {
	if c.n == 0 {
		return undefined
	}
	return Value(50 + c.sum/float64(c.n))
}

// variance is that of their rest scores.
func (c *choice) variance() Value {
	if c.n < 2 {
		return undefined
	}
	n := float64(c.n)
	return Value(max(0, (c.squares-c.sum*c.sum/n)/(n-1)))
}

func newItem(s Subject) *item {
	s.Options = s.Options[:min(len(s.Options), MaxChoices)]
	// 120 steps hold halves, thirds, quarters, fifths, sixths, eighths and tenths of the points apart.
	return &item{subject: s, choices: make([]choice, len(s.Options)), few: []person{}, fractions: newGrid(0, 1, 120), rests: newGrid(0, 100, restSteps)}
}

// fold puts people into the sums and the histograms.
func (it *item) fold(block []person) {
	it.pair.fold(block)
	fractions, rests, choices := it.fractions, it.rests, it.choices
	all := uint64(1)<<len(choices) - 1
	for i := range block {
		p := &block[i]
		fractions.add(p.fraction)
		b := rests.add(p.rest) / stepsPerBand
		if p.seconds > 0 {
			it.clock.add(p.seconds)
		}
		if p.blank {
			it.blanks++
		}
		for picks := p.picks & all; picks != 0; picks &= picks - 1 {
			choices[bits.TrailingZeros64(picks)].add(p.rest, b)
		}
	}
	switch {
	case it.few == nil:
	case len(it.few)+len(block) > fewAnswers:
		it.few = nil
	case len(block) == blockSize && len(it.few) > 0: // more are coming: make room for all that will be kept
		it.few = append(slices.Grow(it.few, fewAnswers-len(it.few)), block...)
	default:
		it.few = append(it.few, block...)
	}
}

// sorted are the two columns, each sorted.
func (it *item) sorted() (fractions, rests []run) {
	if it.few == nil {
		return it.fractions.runs(), it.rests.runs()
	}
	x, y := make([]float64, len(it.few)), make([]float64, len(it.few))
	for i, p := range it.few {
		x[i], y[i] = p.fraction, p.rest
	}
	return sorted(x), sorted(y)
}

// seconds is the median time of those whose time is known.
func (it *item) seconds() Value {
	if it.few == nil {
		return median(it.clock.runs())
	}
	var known []float64
	for _, p := range it.few {
		if p.seconds > 0 {
			known = append(known, float64(p.seconds))
		}
	}
	return median(sorted(known))
}

// efficiency is the discriminative efficiency: the covariance of the columns in
// per cent of the largest that their values allow (EXAM.md c).
func (it *item) efficiency() Value {
	x, y := it.sorted()
	most := largestCov(x, y)
	if !(most > 1e-9) {
		return undefined
	}
	return 100 * it.pair.cov() / most
}

// biserial is the point-biserial correlation of picking a choice with the rest
// score: (M1 - M) / s sqrt(p/(1-p)), M1 the mean of those who picked it, M and
// s mean and standard deviation of all (Lord and Novick, Statistical Theories
// of Mental Test Scores, 1968, 15.5).
func (it *item) biserial(c *choice) Value {
	n := it.pair.n
	sd := math.Sqrt(it.pair.syy / n)
	p := float64(c.n) / n
	if p <= 0 || p >= 1 || !(sd > 1e-9) {
		return undefined
	}
	return Value(min(max((float64(c.mean())-it.pair.my)/sd*math.Sqrt(p/(1-p)), -1), 1))
}
