package sample

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"groundwork/content/source"
)

// A Claim says that the key of an item is what a sample yields: the last
// program or SQL of the item.
type Claim struct {
	File    string
	Line    int    // of the item's heading
	Name    string // of the item, for messages
	Key     string // for messages
	Accepts func(output string) bool
}

// A Report is what came of a run.
type Report struct {
	Total    int  // samples
	Ran      int  // samples that were run or parsed, whatever came of it
	Keys     int  // claims that were looked at
	NoGo     bool // the go command is not there, and Go samples did not run
	Problems source.Problems
}

// String says how many samples ran.
func (r *Report) String() string {
	s := fmt.Sprintf("samples run %d of %d, keys computed %d", r.Ran, r.Total, r.Keys)
	if r.NoGo {
		s += "; the rest needs the go command, which is not here"
	}
	return s
}

// A run is one run of a set.
type run struct {
	set     *Set
	claimed map[int]bool // samples whose output a claim rests on

	mu     sync.Mutex
	done   []bool
	output []string // of programs and SQL
	report *Report
}

// Run runs all samples and compares what they yield with what is shown and
// claimed. Mistakes are in the report; an error means that the run itself
// could not be made.
func (s *Set) Run(ctx context.Context, claims []Claim) (*Report, error) {
	r := &run{
		set: s, claimed: map[int]bool{}, report: &Report{Total: len(s.Samples)},
		done: make([]bool, len(s.Samples)), output: make([]string, len(s.Samples)),
	}
	of := make([]int, len(claims))
	for i, c := range claims {
		of[i] = r.find(c)
		if of[i] >= 0 {
			r.claimed[of[i]] = true
		}
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(1 + runtime.NumCPU())
	g.Go(func() error { return r.golang(ctx) })
	for _, group := range r.databases() {
		g.Go(func() error { return r.sql(ctx, group) })
	}
	for i, sm := range s.Samples {
		if parse := parsers[sm.Kind]; parse != nil {
			g.Go(func() error { r.parsed(i, parse); return nil })
		}
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	for i, done := range r.done {
		switch sm := s.Samples[i]; {
		case done:
			r.report.Ran++
		case !r.report.NoGo || !sm.Kind.Go():
			r.bad(sm.File, sm.Line, "was not run", "see what go test says of the block on its own")
		}
	}
	for i, c := range claims {
		r.claim(c, of[i])
	}
	r.report.Problems = r.report.Problems.Sorted()
	return r.report, nil
}

// bad reports a mistake.
func (r *run) bad(file string, line int, what, mend string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report.Problems.Add(file, line, what, mend)
}

// ran notes that a sample was run, and what it printed.
func (r *run) ran(i int, output string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done[i], r.output[i] = true, output
}

// find returns the sample that a claim rests on, or -1.
func (r *run) find(c Claim) int {
	found := -1
	for i, s := range r.set.Samples {
		if s.File == c.File && s.Group == c.Line && (s.Kind == Program || s.Kind == SQL) {
			found = i
		}
	}
	return found
}

// claim compares the key of an item with what its sample yielded.
func (r *run) claim(c Claim, i int) {
	if i < 0 {
		r.bad(c.File, c.Line, c.Name+" says that its key is computed and shows no program or SQL", "take run out of its facts, or mark the block as program")
		return
	}
	if !r.done[i] {
		return
	}
	r.report.Keys++
	if out := r.output[i]; !c.Accepts(out) {
		r.bad(c.File, c.Line, fmt.Sprintf("%s has the key %q, and its code yields %q", c.Name, c.Key, strings.TrimSpace(out)), "mend the key, or the code")
	}
}

// compare reports where the output of a sample differs from what is shown.
func (r *run) compare(s Sample, got string) {
	if s.Want == nil {
		return
	}
	have := strings.Split(strings.TrimRight(got, "\n"), "\n")
	want := strings.Split(strings.TrimRight(s.Want.Text, "\n"), "\n")
	at := func(lines []string, i int) string {
		if i < len(lines) {
			return fmt.Sprintf("%q", lines[i])
		}
		return "nothing more"
	}
	for i := range max(len(have), len(want)) {
		if at(have, i) != at(want, i) {
			r.bad(s.File, s.Want.Line+1+i, fmt.Sprintf("the block shows %s and the code of line %d yields %s", at(want, i), s.Line, at(have, i)), "show what it yields")
			return
		}
	}
}

// parsed parses a sample.
func (r *run) parsed(i int, parse func(text string) (line int, err error)) {
	s := r.set.Samples[i]
	if line, err := parse(s.Text); err != nil {
		r.bad(s.File, s.Line+line, fmt.Sprintf("is not %s: %v", s.Kind, err), "mend it, or give norun=\"and why\"")
	}
	r.ran(i, "")
}
