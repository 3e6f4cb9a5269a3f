// Package analysis works out from the answers of many people what an exam and
// its items are worth: how hard an item is, whether it tells the able from the
// rest, which wrong option nobody takes, which one the best people take.
//
// # How to use it
//
// A [Stream] takes the slots of graded attempts one after the other, as the
// store yields them, and gives a [Report]:
//
//	s := analysis.NewStream()
//	err := st.Responses(ctx, "backend", store.First, s.Slot)
//	report := s.Report()
//
// Below it a [Collector] takes rows of marks that need not come from attempts.
// Both make one pass and keep running sums, histograms and nothing else, so
// that memory depends on the number of items and not of people. Neither may be
// used by two goroutines at once.
//
// # What the numbers mean
//
// Everything about an item compares it with the rest of the form: a person's
// points on all other items in per cent of the most that could be had there.
// So forms drawn at random, on which everybody has other items, can be
// compared as long as they are alike; the statistics of an item are those of
// the people who had it (pairwise data). If everybody had the same items the
// form is fixed, and what needs a fixed form is reported as well: the weight of
// each item and Cronbach's alpha. For forms drawn at random the error of
// measurement is Lord's, person by person.
//
// Means, variances and covariances are exact to rounding, whatever the number
// of people. What needs sorted columns is exact as long as there are few:
//
//   - the median of the totals up to 4,096 people; then to a fifth of a per
//     cent point, and still exact where the totals in one bin are equal
//   - discriminative efficiency and median time up to 256 people an item; then
//     from histograms: of the efficiency no more than 0.02 points are lost in
//     any case tried, of a time no more than 3.2 per cent
//   - the lowest and highest third, in bands of 3.1 per cent points
//
// # What is not said
//
// Of an item that fewer than [ShowFrom] people had, nothing is reported but
// their number; with fewer than [EnoughFrom] the numbers are there, their
// [Standing] says that they are too few, and nothing is flagged. The same holds
// for the exam as a whole. An undefined number is a [Value] that says so, not
// a zero.
//
// Sources: the formulas of items and tests are those of Moodle's quiz
// statistics (docs.moodle.org/dev/Quiz_statistics_calculations) as EXAM.md c
// gives them; others are named where they stand.
package analysis

import (
	"math"
	"strconv"
	"strings"
)

// The numbers of people from which statistics are shown, and from which they
// are acted on (EXAM.md c).
const (
	ShowFrom   = 10
	EnoughFrom = 30
)

// A Standing says how far the numbers carry.
type Standing string

// The standings.
const (
	Hidden Standing = "hidden"  // fewer than ShowFrom people: nothing is reported
	TooFew Standing = "too few" // fewer than EnoughFrom: shown, not to be acted on
	Enough Standing = "enough"
)

func standing(n int) Standing {
	switch {
	case n < ShowFrom:
		return Hidden
	case n < EnoughFrom:
		return TooFew
	}
	return Enough
}

// A Value is a number that may be undefined, which is NaN in Go and null in
// JSON.
type Value float64

// undefined is the Value that is none.
var undefined = Value(math.NaN())

// Defined reports whether there is a number.
func (v Value) Defined() bool { return !math.IsNaN(float64(v)) && !math.IsInf(float64(v), 0) }

// MarshalJSON writes the number, or null.
func (v Value) MarshalJSON() ([]byte, error) {
	if !v.Defined() {
		return []byte("null"), nil
	}
	return strconv.AppendFloat(nil, float64(v), 'g', 10, 64), nil
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (v *Value) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*v = undefined
		return nil
	}
	x, err := strconv.ParseFloat(string(data), 64)
	*v = Value(x)
	return err
}

// Text writes the number with so many digits after the point, for people: the
// minus is a minus and no hyphen, and an undefined one is a dash.
func (v Value) Text(digits int) string {
	if !v.Defined() {
		return "–"
	}
	s := strconv.FormatFloat(float64(v), 'f', digits, 64)
	if zero, err := strconv.ParseFloat(s, 64); err == nil && zero == 0 {
		return strconv.FormatFloat(0, 'f', digits, 64) // not "-0.0"
	}
	return strings.Replace(s, "-", "\u2212", 1)
}

// ratio is a/b, undefined where b is not above zero.
func ratio(a, b float64) Value {
	if !(b > 0) {
		return undefined
	}
	return Value(a / b)
}
