package analysis

import (
	"cmp"
	"math"
	"slices"
	"time"

	"groundwork/exam"
)

// A Report is what a collector knows. Totals are in points for a fixed form and
// in per cent of the form otherwise.
type Report struct {
	Exam    string    `json:"exam,omitempty"`   // set by who asked, as are
	Which   string    `json:"which,omitempty"`  // which attempts were counted,
	Counted time.Time `json:"counted,omitzero"` // and when

	Attempts int      `json:"attempts"` // counted
	Empty    int      `json:"empty"`    // left out: nothing at all was answered
	Standing Standing `json:"standing"`
	Fixed    bool     `json:"fixed_form"`
	Points   Value    `json:"points"` // of the form: 100 where it is not fixed

	Mean     Value `json:"mean"`
	Median   Value `json:"median"`
	SD       Value `json:"sd"`
	Skewness Value `json:"skewness"`
	Kurtosis Value `json:"kurtosis"` // excess
	Passed   Value `json:"passed"`   // share of people

	// Alpha is Cronbach's, in per cent (Moodle's CIC); the error ratio and the
	// standard error follow from it. All three need a fixed form.
	Alpha      Value `json:"alpha"`
	ErrorRatio Value `json:"error_ratio"`
	SEM        Value `json:"standard_error"`

	// ConditionalSEM is the mean of the people's own standard errors (Lord,
	// EXAM.md f.3), in per cent of the form. Near is the share of people whose
	// total lies within one of them of the pass mark.
	ConditionalSEM Value `json:"conditional_standard_error"`
	Near           Value `json:"near_cut"`

	Totals []int        `json:"totals,omitempty"` // people by five per cent of the form
	Items  []ItemReport `json:"items"`            // present meanings first, of these the flagged ones, then by id
}

// An ItemReport is what is known of one item. Shares lie in 0 to 1;
// discrimination, efficiency and weights are in per cent, as is usual.
type ItemReport struct {
	Item     exam.ItemID    `json:"item"`
	Meaning  string         `json:"meaning,omitempty"` // see exam.Item.Meaning
	Versions []VersionCount `json:"versions,omitempty"`
	Earlier  bool           `json:"earlier,omitempty"` // the item means something else by now
	N        int            `json:"n"`                 // people who had it
	Standing Standing       `json:"standing"`

	Facility       Value `json:"facility"` // mean share of the points
	Low            Value `json:"facility_low"`
	High           Value `json:"facility_high"` // Wilson interval, 95 per cent
	SD             Value `json:"sd"`            // of the share of the points
	Guess          Value `json:"guess"`
	Discrimination Value `json:"discrimination"`
	Efficiency     Value `json:"efficiency"`
	Blank          Value `json:"blank"`
	Seconds        Value `json:"median_seconds"`

	// For fixed forms only.
	Intended     Value `json:"intended_weight"`
	Effective    Value `json:"effective_weight"`
	AlphaWithout Value `json:"alpha_without"` // what alpha would be without the item

	Flags   []Flag         `json:"flags,omitempty"` // firm ones first, the gravest first
	Choices []ChoiceReport `json:"choices,omitempty"`

	Source *exam.Item `json:"-"` // the newest version that was counted
}

// A VersionCount says how many of the people had one version of an item.
type VersionCount struct {
	ID exam.VersionID `json:"id"`
	N  int            `json:"n"`
}

// A ChoiceReport says who picked one choice of an item.
type ChoiceReport struct {
	ID       string `json:"id"`
	Label    string `json:"label"`
	Group    int    `json:"group"`
	Key      bool   `json:"key"`
	N        int    `json:"n"`
	Share    Value  `json:"share"`
	Mean     Value  `json:"mean_rest"`   // of those who picked it, on the rest of the form, per cent
	Lowest   Value  `json:"lowest"`      // share of the lowest third that picked it
	Highest  Value  `json:"highest"`     // share of the highest third
	Biserial Value  `json:"correlation"` // point-biserial, with the rest of the form
}

// Report returns what is known so far. The collector may go on afterwards.
func (c *Collector) Report() *Report { return c.report(func(int, *ItemReport) {}) }

// report lets add fill in what the collector does not know of an item.
func (c *Collector) report(add func(int, *ItemReport)) *Report {
	r := c.total.report()
	r.Attempts, r.Standing = c.rows, standing(c.rows)
	r.Fixed = c.rows > 1 && !c.random // one attempt says nothing of the next
	items := c.summed()
	for _, it := range items {
		r.Items = append(r.Items, it.report())
	}
	if r.Fixed {
		c.fixed(r, items)
	}
	if r.Standing == Hidden {
		*r = Report{Attempts: r.Attempts, Standing: Hidden, Fixed: r.Fixed, Items: r.Items}
		r.undefine()
	}
	for i, it := range items {
		r.Items[i].finish(it)
		add(i, &r.Items[i])
	}
	slices.SortStableFunc(r.Items, func(a, b ItemReport) int {
		return cmp.Or(order(a.Earlier, b.Earlier), cmp.Compare(a.rank(), b.rank()), cmp.Compare(a.Item, b.Item))
	})
	return r
}

// Find returns what is known of an item: its present meaning first, then the
// earlier ones.
func (r *Report) Find(id exam.ItemID) (list []ItemReport) {
	for _, it := range r.Items {
		if it.Item == id {
			list = append(list, it)
		}
	}
	slices.SortStableFunc(list, func(a, b ItemReport) int { return order(a.Earlier, b.Earlier) })
	return list
}

// order sorts what is not so before what is.
func order(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// undefine takes every number of the exam as a whole out.
func (r *Report) undefine() {
	for _, v := range []*Value{&r.Points, &r.Mean, &r.Median, &r.SD, &r.Skewness, &r.Kurtosis, &r.Passed,
		&r.Alpha, &r.ErrorRatio, &r.SEM, &r.ConditionalSEM, &r.Near} {
		*v = undefined
	}
}

// report gives the totals in per cent.
func (t *totals) report() *Report {
	r := &Report{}
	r.undefine()
	if t.n == 0 {
		return r
	}
	r.Points, r.Mean, r.Median = 100, Value(t.mean), t.median()
	r.SD = Value(math.Sqrt(float64(t.variance())))
	r.Skewness, r.Kurtosis = t.skewness(), t.kurtosis()
	r.Passed, r.Near = Value(float64(t.passed)/t.n), Value(float64(t.near)/t.n)
	r.ConditionalSEM = Value(t.errors / t.n)
	r.Totals = slices.Clone(t.bars[:])
	return r
}

// fixed adds what only a fixed form has, and turns per cents into points. With
// x an item's points and T the total, cov(x, T) = var(x) + cov(x, T - x)
// (EXAM.md c).
func (c *Collector) fixed(r *Report, items []*item) {
	scale := c.points / 100
	r.Points = Value(c.points)
	r.Mean, r.Median, r.SD = r.Mean*Value(scale), r.Median*Value(scale), r.SD*Value(scale)
	total, inner, roots := float64(r.SD*r.SD), 0.0, 0.0
	for _, it := range items {
		v, cov, _ := it.inPoints(c.points)
		inner += v
		roots += math.Sqrt(max(0, settle(v+cov, c.points)))
	}
	for i, it := range items {
		if it.max == 0 {
			continue
		}
		v, cov, rest := it.inPoints(c.points)
		r.Items[i].Intended = Value(100 * it.max / c.points)
		if with := settle(v+cov, c.points); with >= 0 {
			r.Items[i].Effective = ratio(100*math.Sqrt(with), roots)
		}
		r.Items[i].AlphaWithout = alpha(c.form-1, c.rows, inner-v, rest)
	}
	r.Alpha = alpha(c.form, c.rows, inner, total)
	if r.Alpha.Defined() {
		r.ErrorRatio = Value(100 * math.Sqrt(1-float64(r.Alpha)/100))
		r.SEM = r.ErrorRatio / 100 * r.SD
	}
}

// alpha is Cronbach's alpha in per cent for p items, the sum of their variances
// and that of the totals of n people; undefined below two items or three
// people.
func alpha(p, n int, inner, total float64) Value {
	if p < 2 || n < 3 || !(total > 1e-12) {
		return undefined
	}
	return Value(100 * float64(p) / float64(p-1) * (1 - inner/total))
}

// inPoints returns the variance of the item's points, their covariance with the
// points on the rest of a fixed form, and the variance of those.
func (it *item) inPoints(points float64) (v, cov, rest float64) {
	if it.max == 0 || it.pair.n < 2 {
		return 0, 0, 0
	}
	scale := (points - it.max) / 100
	return float64(it.pair.varX()) * it.max * it.max, float64(it.pair.cov()) * it.max * scale, float64(it.pair.varY()) * scale * scale
}

// summed folds in everybody who waits, and returns the items.
func (c *Collector) summed() []*item {
	for i := range c.items {
		c.fold(i)
	}
	return c.items
}

// report gives what holds of an item on any form.
func (it *item) report() ItemReport {
	p := &it.pair
	r := ItemReport{Item: exam.ItemID(it.subject.ID), N: int(p.n), Standing: standing(int(p.n))}
	r.undefine()
	r.Guess = it.subject.Guess
	if p.n == 0 {
		return r
	}
	r.Facility, r.SD = Value(p.mx), Value(math.Sqrt(float64(p.varX())))
	lo, hi := exam.Wilson(min(max(p.mx, 0), 1)*p.n, p.n)
	r.Low, r.High = Value(lo), Value(hi)
	r.Discrimination, r.Efficiency = 100*p.corr(), it.efficiency()
	r.Blank, r.Seconds = Value(float64(it.blanks)/p.n), it.seconds()
	split := thirds(&it.rests)
	r.Choices = make([]ChoiceReport, 0, len(it.choices))
	for i := range it.choices {
		ch, s := &it.choices[i], it.subject.Options[i]
		cr := ChoiceReport{ID: s.ID, Label: s.Label, Group: s.Group, Key: s.Key, N: int(ch.n),
			Share: Value(float64(ch.n) / p.n), Mean: ch.mean(), Biserial: it.biserial(ch)}
		cr.Lowest, cr.Highest = split.of(&ch.bands, p.n)
		r.Choices = append(r.Choices, cr)
	}
	return r
}

func (r *ItemReport) undefine() {
	for _, v := range []*Value{&r.Facility, &r.Low, &r.High, &r.SD, &r.Guess, &r.Discrimination, &r.Efficiency,
		&r.Blank, &r.Seconds, &r.Intended, &r.Effective, &r.AlphaWithout} {
		*v = undefined
	}
}

// finish flags an item that enough people had, and hides one that too few had.
func (r *ItemReport) finish(it *item) {
	switch r.Standing {
	case Enough:
		r.Flags = it.flags(r)
		slices.SortStableFunc(r.Flags, func(a, b Flag) int {
			return cmp.Or(order(!a.Firm, !b.Firm), cmp.Compare(slices.Index(kinds, a.Kind), slices.Index(kinds, b.Kind)))
		})
	case Hidden:
		r.undefine()
		r.Choices = nil
	}
}

// rank sorts flagged items to the front, the gravest first.
func (r *ItemReport) rank() int {
	if len(r.Flags) == 0 {
		return 2 * len(kinds)
	}
	rank := slices.Index(kinds, r.Flags[0].Kind)
	if !r.Flags[0].Firm {
		rank += len(kinds)
	}
	return rank
}
