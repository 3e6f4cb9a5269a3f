package analysis

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"
)

// table is a million responses as plain arrays: row i, column j of a form is
// at i*formItems+j.
type table struct {
	item    []uint16
	mark    []float32
	pick    []uint8 // the option chosen; 255 is a blank
	seconds []float32
}

const (
	formItems = 60
	bankItems = 400
	optionsOf = 4
	cut       = 70
)

// subjects are what the items of the bank look like to statistics.
var subjects = func() (list [bankItems]Subject) {
	for k := range list {
		list[k] = Subject{ID: fmt.Sprint(k), Guess: 0.25}
		for o := range optionsOf {
			list[k].Options = append(list[k].Options, Choice{fmt.Sprint(o), fmt.Sprint("option ", o), 0, o == 0, true})
		}
	}
	return list
}()

// newTable draws people who answer forms of 60 items out of 400 of four
// options each; one item in five gives credit in quarters.
func newTable(people int) *table {
	rng := rand.New(rand.NewPCG(1, 2))
	n := people * formItems
	d := &table{make([]uint16, 0, n), make([]float32, 0, n), make([]uint8, 0, n), make([]float32, 0, n)}
	difficulty := make([]float64, bankItems)
	for i := range difficulty {
		difficulty[i] = rng.NormFloat64()
	}
	order := rng.Perm(bankItems)
	for range people {
		theta := rng.NormFloat64()
		rng.Shuffle(bankItems, func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, k := range order[:formItems] {
			m := Model{1, difficulty[k], 0.2, 1}
			mark, pick := float32(0), uint8(1+rng.IntN(optionsOf-1))
			switch right := rng.Float64() < m.P(theta); {
			case right:
				mark, pick = 1, 0
			case k%5 == 0:
				mark = float32(rng.IntN(4)) / 4
			case rng.IntN(20) == 0:
				pick = 255
			}
			d.item, d.mark, d.pick = append(d.item, uint16(k)), append(d.mark, mark), append(d.pick, pick)
			d.seconds = append(d.seconds, float32(20+80*rng.Float64()))
		}
	}
	return d
}

func (d *table) people() int { return len(d.item) / formItems }

// collect computes the full statistics.
func (d *table) collect(b testing.TB) *Report { return d.collector(b).Report() }

func (d *table) collector(b testing.TB) *Collector {
	c := NewCollector()
	for _, s := range subjects {
		c.Item(s)
	}
	row := make([]Answer, formItems)
	for i := range d.people() {
		for j := range row {
			at, a := i*formItems+j, &row[j]
			a.Item, a.Mark, a.Max, a.Seconds = int(d.item[at]), float64(d.mark[at]), 1, float64(d.seconds[at])
			p := d.pick[at]
			a.Picks, a.Blank = 1<<p, p == 255 // a shift by 255 leaves nothing
		}
		if err := c.Add(row, cut); err != nil {
			b.Fatal(err)
		}
	}
	return c
}

// sums is what the plain loop keeps of an item: the powers and products from
// which textbooks compute the same means, variances and correlations.
type sums struct {
	n, x, xx, r, rr, xr, blank, seconds float64
	option                              [optionsOf]struct{ n, r, rr float64 }
}

// loop is the plain loop over the same arrays. It gives means, variances and
// correlations of items and options, and nothing that needs an order: no
// medians, thirds or efficiency, and nothing of it is safe against
// cancellation.
func (d *table) loop() [bankItems]sums {
	var out [bankItems]sums
	for i := range d.people() {
		total := 0.0
		from, to := i*formItems, (i+1)*formItems
		for _, m := range d.mark[from:to] {
			total += float64(m)
		}
		for at := from; at < to; at++ {
			s, x := &out[d.item[at]], float64(d.mark[at])
			r := total - x
			s.n++
			s.x += x
			s.xx += x * x
			s.r += r
			s.rr += r * r
			s.xr += x * r
			s.seconds += float64(d.seconds[at])
			if p := d.pick[at]; p == 255 {
				s.blank++
			} else {
				o := &s.option[p]
				o.n++
				o.r += r
				o.rr += r * r
			}
		}
	}
	return out
}

// counts is what a plain loop keeps of an item for the numbers that need an
// order: how often each value came, in bins.
type counts struct {
	sums
	marks   [121]uint32
	rests   [257]uint32
	times   [256]uint32
	options [optionsOf][33]uint32
}

// countingLoop is the plain loop that leaves enough for every number that full
// statistics give, though to the width of a bin only and unsafe against
// cancellation.
func (d *table) countingLoop() *[bankItems]counts {
	out := new([bankItems]counts)
	for i := range d.people() {
		total := 0.0
		from, to := i*formItems, (i+1)*formItems
		for _, m := range d.mark[from:to] {
			total += float64(m)
		}
		for at := from; at < to; at++ {
			s, x := &out[d.item[at]], float64(d.mark[at])
			r := total - x
			s.n++
			s.x += x
			s.xx += x * x
			s.r += r
			s.rr += r * r
			s.xr += x * r
			s.marks[int(x*120)]++
			rest := int(r * 256 / (formItems - 1))
			s.rests[rest]++
			s.times[int(d.seconds[at])&255]++
			if p := d.pick[at]; p == 255 {
				s.blank++
			} else {
				o := &s.option[p]
				o.n++
				o.r += r
				o.rr += r * r
				s.options[p][rest/8]++
			}
		}
	}
	return out
}

// columns computes from the whole arrays, column by column, the same statistics
// as textbooks do, those that need sorted columns included.
func (d *table) columns() (sum float64) {
	x, rest, seconds := make([][]float64, bankItems), make([][]float64, bankItems), make([][]float64, bankItems)
	var picked [bankItems][optionsOf][]float64
	totals := make([]float64, d.people())
	for i := range totals {
		from, to := i*formItems, (i+1)*formItems
		for _, m := range d.mark[from:to] {
			totals[i] += float64(m)
		}
		for at := from; at < to; at++ {
			k, r := d.item[at], totals[i]-float64(d.mark[at])
			x[k], rest[k], seconds[k] = append(x[k], float64(d.mark[at])), append(rest[k], r), append(seconds[k], float64(d.seconds[at]))
			if p := d.pick[at]; p != 255 {
				picked[k][p] = append(picked[k][p], r)
			}
		}
	}
	for k := range x {
		var j joint
		for i := range x[k] {
			j.fold([]person{{fraction: x[k][i], rest: rest[k][i]}})
		}
		for _, p := range picked[k] {
			var m moments
			for _, r := range p {
				m.add(r)
			}
			sum += m.mean
		}
		sum += float64(j.corr()) + float64(largestCov(sorted(x[k]), sorted(rest[k]))) + float64(median(sorted(seconds[k])))
	}
	return sum + float64(median(sorted(totals)))
}

// BenchmarkMillion computes full statistics over 1,000,000 responses and gives
// the time beside that of plain loops over the same arrays: one that adds up,
// one that counts what the other numbers need as well, one that computes the
// same from whole columns. They take turns, and of each the fastest run counts,
// since a busy machine only ever makes a run slower. Memory is to be the same
// for a tenth of the people.
func BenchmarkMillion(b *testing.B) {
	d, tenth := newTable(1_000_000/formItems), newTable(100_000/formItems)
	runs := []struct {
		name string
		run  func() float64
		best time.Duration
	}{
		{"full", func() float64 { return float64(d.collect(b).Attempts) }, time.Hour},
		{"adding", func() float64 { all := d.loop(); return all[0].n }, time.Hour},
		{"counting", func() float64 { return d.countingLoop()[0].n }, time.Hour},
		{"columns", d.columns, time.Hour},
	}
	sink := 0.0
	for b.Loop() {
		for i := range runs {
			begin := time.Now()
			sink += runs[i].run()
			runs[i].best = min(runs[i].best, time.Since(begin))
		}
	}
	for _, r := range runs {
		b.ReportMetric(float64(r.best.Microseconds())/1000, r.name+"-ms")
		if r.name != "full" {
			b.ReportMetric(float64(runs[0].best)/float64(r.best), "full/"+r.name)
		}
	}
	for unit, d := range map[string]*table{"": d, "/tenth": tenth} {
		all, held := memory(b, d)
		b.ReportMetric(all, "MB-in-all"+unit)
		b.ReportMetric(held, "MB-held"+unit)
	}
	b.ReportMetric(float64(len(d.item)*(2+4+1+4))/1e6, "MB-arrays")
	runtime.KeepAlive(sink)
}

// memory is how many bytes full statistics ask for in all, and how many of them
// are still in use at the end: its peak lies between the two.
func memory(b *testing.B, d *table) (all, held float64) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	c := d.collector(b)
	r := c.Report()
	runtime.ReadMemStats(&after)
	all = float64(after.TotalAlloc - before.TotalAlloc)
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(c)
	runtime.KeepAlive(r)
	return all / 1e6, float64(after.HeapAlloc-before.HeapAlloc) / 1e6
}
