package analysis

import (
	"math"
	"math/bits"
	"slices"
)

// An item keeps its first fewAnswers people one by one, so that its columns
// are exact as long as there are few. Later ones are kept in blocks, which are
// folded into sums and histograms together: one by one, each person would have
// to fetch those from memory.
const (
	fewAnswers = 256
	blockSize  = 64
)

// An item keeps the running sums of one item. Its two columns are the fraction
// of the points that each person won on it, and the person's rest score: what
// they won on the rest of the form, in per cent.
type item struct {
	row   int      // the last row that held it
	block []person // those who are not in the sums yet
	max   float64  // its points on the form of the first row

	subject Subject
	pair    joint
	blanks  int
	bands   [bands]uint32 // people by their rest score
	choices []choice

	columns *columns // once there are too many to keep them
}

// columns are an item's columns as histograms. 120 steps hold halves, thirds,
// quarters, fifths, sixths, eighths and tenths of the points apart.
type columns struct {
	fractions, rests grid
	clock            clock
}

// A person is one row of an item's columns.
type person struct {
	fraction, rest float64
	picks          uint64  // one bit a choice
	seconds        float32 // 0 if unknown
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
	return &item{subject: s, choices: make([]choice, len(s.Options))}
}

// add counts one answer.
func (it *item) add(a *Answer, rest float64) {
	if len(it.block) == cap(it.block) {
		it.turn()
	}
	it.block = append(it.block, person{a.Mark / a.Max, rest, a.Picks, float32(a.Seconds), a.Blank})
}

// turn makes room for the next person.
func (it *item) turn() {
	switch {
	case it.block == nil:
		it.block = make([]person, 0, 16)
	case it.columns == nil && cap(it.block) < fewAnswers:
		it.block = append(make([]person, 0, 2*cap(it.block)), it.block...)
	default:
		it.fold()
		if cap(it.block) > blockSize {
			it.block = make([]person, 0, blockSize)
		}
	}
}

// fold puts the people of the block into the columns and the sums.
func (it *item) fold() {
	if it.columns == nil {
		it.columns = &columns{fractions: newGrid(0, 1, 120), rests: newGrid(0, 100, 256)}
	}
	c := it.columns
	for i := range it.block {
		p := &it.block[i]
		c.fractions.add(p.fraction)
		c.rests.add(p.rest)
		if p.seconds > 0 {
			c.clock.add(p.seconds)
		}
	}
	it.sum()
	it.block = it.block[:0]
}

// sum puts the people of the block into the sums.
func (it *item) sum() {
	it.pair.fold(it.block)
	all := uint64(1)<<len(it.choices) - 1
	for i := range it.block {
		p := &it.block[i]
		b := band(p.rest)
		it.bands[b]++
		if p.blank {
			it.blanks++
		}
		for picks := p.picks & all; picks != 0; picks &= picks - 1 {
			it.choices[bits.TrailingZeros64(picks)].add(p.rest, b)
		}
	}
}

// summed returns the item with everybody in its sums: as it is, with its block
// folded in early, or a copy as long as the block holds everybody and has to.
func (it *item) summed() *item {
	if it.columns != nil {
		it.fold()
		return it
	}
	c := *it
	c.choices = slices.Clone(it.choices)
	c.sum()
	return &c
}

// sorted are the two columns, each sorted.
func (it *item) sorted() (fractions, rests []run) {
	if it.columns != nil {
		return it.columns.fractions.runs(), it.columns.rests.runs()
	}
	x, y := make([]float64, len(it.block)), make([]float64, len(it.block))
	for i, p := range it.block {
		x[i], y[i] = p.fraction, p.rest
	}
	return sorted(x), sorted(y)
}

// seconds is the median time of those whose time is known.
func (it *item) seconds() Value {
	if it.columns != nil {
		return median(it.columns.clock.runs())
	}
	var known []float64
	for _, p := range it.block {
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
