package analysis

import "math"

// fewAnswers is up to how many people an item's columns are kept.
const fewAnswers = 256

// An item keeps the running sums of one item. Its two columns are the fraction
// of the points that each person won on it, and the person's rest score: what
// they won on the rest of the form, in per cent.
type item struct {
	subject Subject
	row     int     // the last row that held it
	max     float64 // its points on the form of the first row
	pair    joint
	blanks  int
	timed   int
	bands   [bands]uint32 // people by their rest score
	choices []choice

	few       []person // all people, while there are few
	fractions *grid    // afterwards
	rests     *grid
	clock     *clock
}

// A person is one row of an item's columns.
type person struct{ fraction, rest, seconds float64 }

// A choice keeps the running sums of one choice of an item. Rest scores lie in
// 0 to 100, so taking 50 off bounds what is lost when the sum of squares is
// turned into a variance to one decimal digit.
type choice struct {
	n, sum, squares float64 // of rest scores less 50
	bands           [bands]uint32
}

func (c *choice) add(rest float64, band int) {
	d := rest - 50
	c.n++
	c.sum += d
	c.squares += d * d
	c.bands[band]++
}

// mean is the mean rest score of those who picked it.
func (c *choice) mean() Value {
	if c.n == 0 {
		return undefined
	}
	return Value(50 + c.sum/c.n)
}

// variance is that of their rest scores.
func (c *choice) variance() Value {
	if c.n < 2 {
		return undefined
	}
	return Value(max(0, (c.squares-c.sum*c.sum/c.n)/(c.n-1)))
}

func newItem(s Subject) *item {
	return &item{subject: s, choices: make([]choice, len(s.Options))}
}

// add counts one answer.
func (it *item) add(a *Answer, rest float64) {
	fraction := a.Mark / a.Max
	it.pair.add(fraction, rest)
	b := band(rest)
	it.bands[b]++
	if a.Blank {
		it.blanks++
	}
	for _, p := range a.Picks {
		if p >= 0 && p < len(it.choices) {
			it.choices[p].add(rest, b)
		}
	}
	if a.Seconds > 0 {
		it.timed++
	}
	if it.fractions == nil {
		it.keep(person{fraction, rest, a.Seconds})
		return
	}
	it.fractions.add(fraction)
	it.rests.add(rest)
	if a.Seconds > 0 {
		it.clock.add(a.Seconds)
	}
}

// keep remembers a person, and turns to histograms when there are many.
func (it *item) keep(p person) {
	it.few = append(it.few, p)
	if len(it.few) < fewAnswers {
		return
	}
	// 240 steps hold halves, thirds, quarters, fifths, sixths, eighths and tenths apart.
	it.fractions, it.rests, it.clock = newGrid(0, 1, 240), newGrid(0, 100, 512), new(clock)
	for _, p := range it.few {
		it.fractions.add(p.fraction)
		it.rests.add(p.rest)
		if p.seconds > 0 {
			it.clock.add(p.seconds)
		}
	}
	it.few = nil
}

// columns are the two columns, each sorted.
func (it *item) columns() (fractions, rests []run) {
	if it.fractions != nil {
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
	if it.clock != nil {
		return median(it.clock.runs())
	}
	var known []float64
	for _, p := range it.few {
		if p.seconds > 0 {
			known = append(known, p.seconds)
		}
	}
	return median(sorted(known))
}

// efficiency is the discriminative efficiency: the covariance of the columns in
// per cent of the largest that their values allow (EXAM.md c).
func (it *item) efficiency() Value {
	x, y := it.columns()
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
	if c.n == 0 || c.n == n || !(sd > 1e-9) {
		return undefined
	}
	p := c.n / n
	return Value(min(max((float64(c.mean())-it.pair.my)/sd*math.Sqrt(p/(1-p)), -1), 1))
}
