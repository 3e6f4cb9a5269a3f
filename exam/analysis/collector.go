package analysis

import (
	"errors"
	"fmt"
	"math"

	"groundwork/exam"
)

// ErrRow means that a row of answers makes no sense. Nothing of it is counted.
var ErrRow = errors.New("the row cannot be counted")

// A Subject is an item as statistics see it.
type Subject struct {
	ID      string
	Guess   Value    // share of the points that guessing earns
	Options []Choice // what can be picked, at most MaxChoices
}

// MaxChoices is how many choices of an item are told apart.
const MaxChoices = 63

// A Choice is one thing that can be picked in an item: an option, a choice for
// one stem of a match, an answer that was foreseen.
type Choice struct {
	ID    string
	Label string // how a sentence names it: “204 No Content”
	Group int    // from 0; of the choices of one group one is picked at most
	Key   bool   // it is right
	Shown bool   // the learner reads it, so that it can distract
}

// An Answer is what one person did with one item.
type Answer struct {
	Item    int     // as Collector.Item gave it
	Mark    float64 // points won
	Max     float64 // points there were; an answer without any is not counted
	Picks   uint64  // bit k: choice k of the subject was picked
	Seconds float64 // time it took; unknown unless above 0
	Blank   bool    // nothing was answered
}

// A Collector keeps the running sums of an exam and its items.
type Collector struct {
	items  []*item
	rows   int
	total  totals
	form   int     // items on the form of the first row
	points float64 // and what they are worth
	random bool    // a row had another form

	// What every answer needs stands together, apart from the items.
	seen    []int    // by item, the last row that held it
	pending []int    // by item, how many people of its block wait to be folded in
	blocks  []person // blockSize for each item
}

// NewCollector returns an empty collector.
func NewCollector() *Collector { return &Collector{} }

// Item adds an item and returns the number by which answers name it.
func (c *Collector) Item(s Subject) int {
	c.items = append(c.items, newItem(s))
	c.seen, c.pending = append(c.seen, 0), append(c.pending, 0)
	c.blocks = append(c.blocks, make([]person, blockSize)...)
	return len(c.items) - 1
}

// Add counts one person's answers; cut is the pass mark in per cent. It
// returns [ErrRow] if the row names an item twice or one that does not exist,
// or holds what is no number. answers may be used again afterwards.
func (c *Collector) Add(answers []Answer, cut float64) error {
	sum, points, n, err := c.check(answers)
	if err != nil || n == 0 {
		return err
	}
	c.rows++
	c.sameForm(answers, n, points)
	c.total.add(100*sum/points, float64(n), cut)
	lastRest, scale := 0.0, 0.0
	for i := range answers {
		a := &answers[i]
		if a.Max <= 0 {
			continue
		}
		if rest := points - a.Max; rest != lastRest { // a division saved where all items are worth the same
			lastRest, scale = rest, 0
			if rest > 1e-9 {
				scale = 100 / rest
			}
		}
		n := c.pending[a.Item]
		p := &c.blocks[a.Item*blockSize+n] // filled in place: to copy it there takes longer than the rest
		p.fraction, p.rest, p.picks, p.seconds, p.blank = a.Mark, (sum-a.Mark)*scale, a.Picks, float32(a.Seconds), a.Blank
		if a.Max != 1 {
			p.fraction /= a.Max
		}
		if c.pending[a.Item]++; n+1 == blockSize {
			c.fold(a.Item)
		}
	}
	return nil
}

// fold puts the people who wait into an item's sums.
func (c *Collector) fold(item int) {
	from := item * blockSize
	c.items[item].fold(c.blocks[from : from+c.pending[item]])
	c.pending[item] = 0
}

// check adds up a row and refuses it if it makes no sense. It marks the items
// it meets, and takes the marks back unless the row counts.
func (c *Collector) check(answers []Answer) (sum, points float64, n int, err error) {
	row := c.rows + 1
	for i := range answers {
		a := &answers[i]
		if a.Item < 0 || a.Item >= len(c.items) {
			err = fmt.Errorf("%w: it names item %d of %d", ErrRow, a.Item, len(c.items))
			break
		}
		if c.seen[a.Item] == row {
			err = fmt.Errorf("%w: it holds %s twice", ErrRow, c.items[a.Item].subject.ID)
			break
		}
		if !(math.Abs(a.Mark) <= 1e9) || !(a.Max <= 1e9) { // NaN is refused too
			err = fmt.Errorf("%w: %g of %g points for %s", ErrRow, a.Mark, a.Max, c.items[a.Item].subject.ID)
			break
		}
		c.seen[a.Item] = row
		if a.Max > 0 {
			sum, points, n = sum+a.Mark, points+a.Max, n+1
		}
	}
	if err != nil || n == 0 {
		for _, a := range answers {
			if a.Item >= 0 && a.Item < len(c.items) && c.seen[a.Item] == row {
				c.seen[a.Item] = 0
			}
		}
	}
	return sum, points, n, err
}

// sameForm notes whether everybody had the same items for the same points.
func (c *Collector) sameForm(answers []Answer, n int, points float64) {
	if c.random {
		return
	}
	if c.rows == 1 {
		c.form, c.points = n, points
		for _, a := range answers {
			c.items[a.Item].max = a.Max
		}
		return
	}
	same := n == c.form
	for i := range answers {
		same = same && c.items[answers[i].Item].max == answers[i].Max
	}
	c.random = !same
}

// fewTotals is up to how many people all totals are kept.
const fewTotals = 4096

// totals are the running sums of the totals, in per cent of the form.
type totals struct {
	moments
	few    []float64 // all of them, while there are few
	grid   grid      // afterwards
	bars   [20]int   // people by five per cent points
	errors float64   // sum of the standard errors of measurement
	near   int       // within one of them of the cut
	passed int
}

// add counts a total of a form of n items.
func (t *totals) add(percent, n, cut float64) {
	t.moments.add(percent)
	t.bars[min(max(int(percent/5+hair), 0), len(t.bars)-1)]++
	bounded := min(max(percent, 0), 100)
	sem := 100 * exam.LordError(bounded/100*n, n) / n
	t.errors += sem
	if math.Abs(percent-cut) <= sem+hair {
		t.near++
	}
	if percent >= cut-hair {
		t.passed++
	}
	switch {
	case t.grid.bins != nil:
		t.grid.add(percent)
	case len(t.few) < fewTotals:
		t.few = append(t.few, percent)
	default:
		t.grid = newGrid(0, 100, 512)
		for _, v := range t.few {
			t.grid.add(v)
		}
		t.few = nil
		t.grid.add(percent)
	}
}

func (t *totals) median() Value {
	if t.grid.bins != nil {
		return median(t.grid.runs())
	}
	return median(sorted(append([]float64(nil), t.few...)))
}
