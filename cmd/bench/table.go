package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A side measures one thing for about so long.
type side func(d time.Duration) (sample, error)

// A scenario is something that people do, and what its cost is compared with.
type scenario struct {
	name    string
	against string // what the baseline is
	site    func(b *bench, p *process) (side, error)
	base    func(b *bench) (side, error) // nil compares with nothing
	goals   []goal
	grows   bool // is measured on a full store too
}

// A goal bounds a number made of two sides.
type goal struct {
	what  string
	value func(site, base sample) float64
	least bool // the number must not be below the limit; else not above
	limit float64
}

func (g goal) met(v float64) bool {
	if g.least {
		return v >= g.limit
	}
	return v <= g.limit
}

func (g goal) String() string {
	sign := "≤"
	if g.least {
		sign = "≥"
	}
	return fmt.Sprintf("%s %s %g", g.what, sign, g.limit)
}

func rateOf(least float64) goal {
	return goal{"rate", func(a, b sample) float64 { return a.rate() / b.rate() }, true, least}
}

func cpuOf(most float64) goal {
	return goal{"CPU", func(a, b sample) float64 { return a.each() / b.each() }, false, most}
}

func p99Of(most float64) goal {
	return goal{"p99", func(a, b sample) float64 { return float64(a.p99) / float64(b.p99) }, false, most}
}

// bench is one run of this program.
type bench struct {
	ctx  context.Context
	set  settings
	dir  string
	site *process
	made map[string]any // what scenarios share: people, accounts

	after []func() // ends what scenarios have started
}

func newBench(ctx context.Context, o settings) (_ *bench, err error) {
	b := &bench{ctx: ctx, set: o, made: map[string]any{}}
	if b.dir, err = os.MkdirTemp("", "bench"); err != nil {
		return nil, err
	}
	if b.site, err = startSite(ctx, o.binary, filepath.Join(b.dir, "bench.db")); err != nil {
		return b, err
	}
	if err := firstLearner(b.site); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

// firstLearner makes the learner whose id is 1, as whoever installs a site is:
// SQLite plans a query anew where a value turns to 0 or 1, so that one of
// sixteen people would cost what one of thousands does.
func firstLearner(p *process) error {
	c, err := dial(p.addr)
	if err != nil {
		return err
	}
	defer c.close()
	_, err = begin(c)
	return err
}

func (b *bench) close() {
	for _, end := range b.after {
		end()
	}
	if b.site != nil {
		b.site.stop()
	}
	_ = os.RemoveAll(b.dir)
}

// all runs every wanted scenario beside its baseline and prints the table.
func (b *bench) all() error {
	fmt.Print(head)
	list := scenarios()
	if b.set.pocketbase != "" {
		list = append(list, besidePocketBase(b.set.pocketbase))
	}
	for _, sc := range list {
		if !b.set.wanted(sc.name) {
			continue
		}
		site, err := sc.site(b, b.site)
		if err != nil {
			return fmt.Errorf("%s: %w", sc.name, err)
		}
		var base side
		if sc.base != nil {
			if base, err = sc.base(b); err != nil {
				return fmt.Errorf("%s: baseline: %w", sc.name, err)
			}
		}
		if err := b.measure(sc, site, base); err != nil {
			return fmt.Errorf("%s: %w", sc.name, err)
		}
	}
	return b.singles()
}

// growth runs the scenarios that a full store may slow down on a full one, with
// an empty one as the baseline.
func (b *bench) growth() error {
	full, err := startSite(b.ctx, b.set.binary, b.set.full)
	if err != nil {
		return err
	}
	defer full.stop()
	fmt.Print(head)
	for _, sc := range scenarios() {
		if !sc.grows || !b.set.wanted(sc.name) {
			continue
		}
		site, err := sc.site(b, full)
		if err != nil {
			return fmt.Errorf("%s: %w", sc.name, err)
		}
		base, err := sc.site(b, b.site)
		if err != nil {
			return fmt.Errorf("%s: %w", sc.name, err)
		}
		sc.against, sc.goals = "the same on an empty store", []goal{cpuOf(1.3)}
		if err := b.measure(sc, site, base); err != nil {
			return fmt.Errorf("%s: %w", sc.name, err)
		}
	}
	return nil
}

const head = `| scenario | req/s (min–max) | CPU µs/req (min–max) | p50 / p99 ms | RSS MB | baseline | its req/s | its CPU µs | its p99 ms | ratios, median (min–max) and goal | met |
|---|---|---|---|---|---|---|---|---|---|---|
`

// measure runs the rounds of one scenario and prints its line.
func (b *bench) measure(sc scenario, site, base side) error {
	var ours, theirs []sample
	for range b.set.rounds {
		s, err := site(b.set.each)
		if err != nil {
			return err
		}
		ours = append(ours, s)
		if base == nil {
			continue
		}
		if s, err = base(b.set.each); err != nil {
			return err
		}
		theirs = append(theirs, s)
	}
	fmt.Println(line(sc, ours, theirs))
	return b.ctx.Err()
}

// line writes what the rounds of a scenario came to.
func line(sc scenario, ours, theirs []sample) string {
	cells := []string{
		sc.name, spread(ours, "%.0f", sample.rate), spread(ours, "%.0f", sample.each),
		fmt.Sprintf("%.1f / %.1f", median(ours, millis50), median(ours, millis99)),
		fmt.Sprintf("%.0f", median(ours, func(s sample) float64 { return s.rss })),
		sc.against, "", "", "", "", "",
	}
	if len(theirs) > 0 {
		cells[6] = spread(theirs, "%.0f", sample.rate)
		cells[7] = spread(theirs, "%.0f", sample.each)
		cells[8] = fmt.Sprintf("%.1f", median(theirs, millis99))
	}
	var ratios, met []string
	for _, g := range sc.goals {
		values := make([]float64, len(ours))
		for i := range ours {
			var base sample
			if len(theirs) > 0 {
				base = theirs[i]
			}
			values[i] = g.value(ours[i], base)
		}
		slices.Sort(values)
		mid := values[len(values)/2]
		ratios = append(ratios, fmt.Sprintf("%s: %.2f (%.2f–%.2f)", g, mid, values[0], values[len(values)-1]))
		met = append(met, map[bool]string{true: "yes", false: "**no**"}[g.met(mid)])
	}
	cells[9], cells[10] = strings.Join(ratios, "; "), strings.Join(met, ", ")
	for _, s := range append(slices.Clone(ours), theirs...) {
		if s.failed > 0 || s.requests == 0 {
			cells[10] = fmt.Sprintf("**failed**: %d of %d requests, first: %v", s.failed, s.requests+s.failed, s.why)
		}
	}
	return "| " + strings.Join(cells, " | ") + " |"
}

func millis50(s sample) float64 { return s.p50.Seconds() * 1000 }
func millis99(s sample) float64 { return s.p99.Seconds() * 1000 }

func sortedBy(list []sample, f func(sample) float64) []float64 {
	values := make([]float64, len(list))
	for i, s := range list {
		values[i] = f(s)
	}
	slices.SortFunc(values, cmp.Compare)
	return values
}

func median(list []sample, f func(sample) float64) float64 { return sortedBy(list, f)[len(list)/2] }

func spread(list []sample, verb string, f func(sample) float64) string {
	v := sortedBy(list, f)
	return fmt.Sprintf(verb+" ("+verb+"–"+verb+")", v[len(v)/2], v[0], v[len(v)-1])
}
