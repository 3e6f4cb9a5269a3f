package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"groundwork/exam"
	"groundwork/exam/lint"
)

// print prints what there is, how far it carries an exam, and what guessing
// would win.
func (a *audit) print(s *site, w world) {
	out := w.stdout
	fmt.Fprintf(out, "%d lessons, %d items\n", len(s.lib.Lessons()), len(s.bank.All()))
	fmt.Fprintf(out, "%d skills, %d projects, %d terms in the glossary\n", len(s.lib.Skills), len(s.lib.Projects), len(s.lib.Glossary.Terms))
	checks, selfs := s.countChecks()
	fmt.Fprintf(out, "%d tasks to verify, with %d checks and %d self-checks\n\n", len(s.tasks), checks, selfs)
	a.printCounts(out)
	printCells(out, s)
	a.printPlayers(out)
	fmt.Fprintf(out, "test-wise players over %d points above chance: %d\n", lint.MostOver, len(lint.Winners(a.players)))
	fmt.Fprintf(out, "near-duplicates %d\n", len(a.pairs))
	fmt.Fprintf(out, "SQL items run %d of %d\n", a.queries, a.queries)
	switch {
	case a.ran != nil:
		fmt.Fprintln(out, a.ran)
	default:
		fmt.Fprintf(out, "samples %d, run by go test ./cmd/groundwork and by groundwork check -samples\n", len(a.samples.Samples))
	}
	fmt.Fprintf(out, "not run: %d blocks that say why, %d that are there to be looked at\n", len(a.samples.Excused), a.samples.Shown)
}

// table returns a writer that lines up cells separated by tabs; done prints
// them and an empty line.
func table(out io.Writer) (tw *tabwriter.Writer, done func()) {
	tw = tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	return tw, func() {
		_ = tw.Flush() // to stdout: nobody to tell
		fmt.Fprintln(out)
	}
}

// printCounts prints the items of each skill and pool by level and type.
func (a *audit) printCounts(out io.Writer) {
	tw, done := table(out)
	defer done()
	fmt.Fprint(tw, "items\tall\t")
	for _, l := range exam.Levels {
		fmt.Fprintf(tw, "%s\t", l)
	}
	for _, t := range exam.Types {
		fmt.Fprintf(tw, "%s\t", t)
	}
	fmt.Fprintln(tw, "not plain\t")
	for _, r := range append(a.counts.Rows, a.counts.Totals...) {
		name := r.Skill
		if name == "" {
			name = "all skills"
		}
		fmt.Fprintf(tw, "%s, %s\t%d\t", name, r.Pool, r.Items)
		for _, l := range exam.Levels {
			fmt.Fprintf(tw, "%d\t", r.Levels[l])
		}
		for _, t := range exam.Types {
			fmt.Fprintf(tw, "%d\t", r.Types[t])
		}
		fmt.Fprintf(tw, "%.0f%%\t\n", r.NotPlain())
	}
}

// printCells prints how far the exam pool carries each cell of the blueprint.
func printCells(out io.Writer, s *site) {
	tw, done := table(out)
	fmt.Fprintln(tw, "cell\twanted\titems\tforms without repetition\tshared by two forms\t")
	for _, c := range s.blueprint.Supply(s.bank) {
		fmt.Fprintf(tw, "%s, %s\t%d\t%d\t%d\t%.1f\t\n", c.Skill, c.Level, c.Wanted, c.Items, c.Fresh(), c.Overlap())
	}
	done()
	fmt.Fprintf(out, "about 10^%.0f different forms\n\n", s.blueprint.Forms(s.bank))
}

// printPlayers prints what the test-wise strategies win in each pool.
func (a *audit) printPlayers(out io.Writer) {
	tw, done := table(out)
	fmt.Fprintln(tw, "whoever takes the option\tpool\titems\tscore\tchance\tover\t")
	for _, p := range a.players {
		fmt.Fprintf(tw, "%s\t%s\t%d\t%.1f%%\t%.1f%%\t%+.1f\t\n", p.Player, p.Pool, p.Items, p.Score, p.Chance, p.Over())
	}
	done()
}
