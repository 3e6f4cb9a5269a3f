package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"groundwork/exam"
	"groundwork/exam/analysis"
	"groundwork/store"
)

// statsFlags are the settings of groundwork stats.
type statsFlags struct {
	db, exam, which, item string
	json, csv             bool
}

// stats prints what graded attempts say about an exam and its items.
func stats(ctx context.Context, args []string, w world) error {
	var o statsFlags
	flags := flag.NewFlagSet("stats", flag.ContinueOnError)
	flags.StringVar(&o.db, "db", "groundwork.db", "database `file`")
	flags.StringVar(&o.exam, "exam", "backend", "`name` of the exam")
	flags.StringVar(&o.which, "attempts", string(store.First), "which graded attempts of each person: first, last, highest or all; all but first flatter the items")
	flags.StringVar(&o.item, "item", "", "tell of one item, by its `id`")
	flags.BoolVar(&o.json, "json", false, "print everything as JSON")
	flags.BoolVar(&o.csv, "csv", false, "print the items, or the choices of one item, as CSV")
	if err := parse(flags, args, w); err != nil {
		return err
	}
	switch {
	case o.json && o.csv:
		return errors.New("-json and -csv: want one of them")
	}
	if _, err := os.Stat(o.db); err != nil {
		return fmt.Errorf("-db: %w", err) // and not a new, empty one
	}
	return withStore(ctx, o.db, func(st *store.Store) error { return o.print(ctx, st, w.stdout) })
}

// print counts the attempts and writes what was asked for.
func (o *statsFlags) print(ctx context.Context, st *store.Store, out io.Writer) error {
	if _, err := st.CloseDue(ctx, time.Now()); err != nil { // those that nobody came back to count as well
		return err
	}
	stream := analysis.NewStream()
	if err := st.Responses(ctx, o.exam, store.Which(o.which), stream.Slot); err != nil {
		return err
	}
	r, err := stream.Report()
	if err != nil {
		return err
	}
	r.Exam, r.Which, r.Counted = o.exam, o.which, time.Now().UTC().Truncate(time.Second)
	if o.item != "" {
		return o.printItem(ctx, st, r, out)
	}
	switch {
	case o.json:
		return writeJSON(out, r)
	case o.csv:
		return analysis.WriteItems(out, r.Items)
	}
	printWhole(out, r)
	return printItems(out, r)
}

// printItem writes what is known of one item.
func (o *statsFlags) printItem(ctx context.Context, st *store.Store, r *analysis.Report, out io.Writer) error {
	items := r.Find(exam.ItemID(o.item))
	if len(items) == 0 {
		return fmt.Errorf("-item: no graded attempt at %s has an item %q", o.exam, o.item)
	}
	switch {
	case o.json:
		return writeJSON(out, items)
	case o.csv:
		return analysis.WriteChoices(out, &items[0])
	}
	uses, err := st.Uses(ctx)
	if err != nil {
		return err
	}
	use := uses[exam.ItemID(o.item)]
	fmt.Fprintf(out, "%s: %s\n", o.item, items[0].Source.Title)
	fmt.Fprintf(out, "on %d forms, the last on %s\n", use.Times, use.Last.Format(time.DateOnly))
	for i := range items {
		if items[i].Earlier {
			fmt.Fprintln(out, "\nas it was before its key or its options changed:")
		}
		if err := printOne(out, &items[i]); err != nil {
			return err
		}
	}
	return nil
}

func writeJSON(out io.Writer, v any) error {
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// printWhole writes the exam as a whole.
func printWhole(out io.Writer, r *analysis.Report) {
	form, unit := "forms drawn at random", "per cent of the form"
	if r.Fixed {
		form, unit = "one fixed form", fmt.Sprintf("points of %s", r.Points.Text(0))
	}
	fmt.Fprintf(out, "Exam %s, %s attempts: %d people, %s", r.Exam, r.Which, r.Attempts, form)
	if r.Empty > 0 {
		fmt.Fprintf(out, "; %d more answered nothing and are left out", r.Empty)
	}
	fmt.Fprintln(out)
	switch r.Standing {
	case analysis.Hidden:
		fmt.Fprintf(out, "Too few to say anything: numbers are shown from %d people on.\n", analysis.ShowFrom)
		return
	case analysis.TooFew:
		fmt.Fprintf(out, "Too few to act on: that takes %d people.\n", analysis.EnoughFrom)
	}
	fmt.Fprintf(out, "mean %s, median %s, sd %s (%s); skewness %s, kurtosis %s; passed %s%%\n",
		r.Mean.Text(1), r.Median.Text(1), r.SD.Text(1), unit, r.Skewness.Text(2), r.Kurtosis.Text(2), (100 * r.Passed).Text(0))
	fmt.Fprintf(out, "mean standard error of a person %s per cent points; %s%% of the people lie within one of the pass mark\n",
		r.ConditionalSEM.Text(1), (100 * r.Near).Text(0))
	if r.Fixed {
		fmt.Fprintf(out, "alpha %s%%, error ratio %s%%, standard error %s points\n", r.Alpha.Text(1), r.ErrorRatio.Text(1), r.SEM.Text(2))
	} else {
		fmt.Fprintln(out, "alpha: not defined for forms drawn at random")
	}
}

// printItems writes the table of items, and under it what was flagged.
func printItems(out io.Writer, r *analysis.Report) error {
	fmt.Fprintln(out)
	tw := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "item\tpeople\tfacility\t95% of the time\tdiscrimination\tefficiency\tblank\tmedian\tflags")
	for i := range r.Items {
		it := &r.Items[i]
		flags := it.FlagList()
		if it.Standing != analysis.Enough {
			flags = "too few"
		}
		if it.Earlier {
			flags = strings.TrimPrefix(flags+", earlier meaning", ", ")
		}
		fmt.Fprintf(tw, "%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", it.Item, it.N, it.Facility.Text(2), interval(it),
			it.Discrimination.Text(0), it.Efficiency.Text(0), it.Blank.Text(2), seconds(it.Seconds), flags)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	for i := range r.Items {
		if len(r.Items[i].Flags) > 0 && !r.Items[i].Earlier {
			fmt.Fprintf(out, "\n%s: %s\n", r.Items[i].Item, r.Items[i].Source.Title)
			printFlags(out, &r.Items[i])
		}
	}
	return nil
}

func printFlags(out io.Writer, it *analysis.ItemReport) {
	for _, f := range it.Flags {
		fmt.Fprintf(out, "  %s: %s", f.Kind, f.Text)
		if !f.Firm {
			fmt.Fprintf(out, " With %d people that may be chance.", it.N)
		}
		fmt.Fprintf(out, "\n    %s\n", f.Act)
	}
}

// printOne writes one item: its numbers, its choices, its flags.
func printOne(out io.Writer, it *analysis.ItemReport) error {
	fmt.Fprintf(out, "%d people, %d of its versions", it.N, len(it.Versions))
	switch it.Standing {
	case analysis.Hidden:
		fmt.Fprintf(out, ": too few to say anything; numbers are shown from %d on\n", analysis.ShowFrom)
		return nil
	case analysis.TooFew:
		fmt.Fprintf(out, ": too few to act on; that takes %d", analysis.EnoughFrom)
	}
	fmt.Fprintf(out, "\nfacility %s (%s), guessing gives %s; discrimination %s, efficiency %s; blank %s; median time %s of %d s\n\n",
		it.Facility.Text(2), interval(it), it.Guess.Text(2), it.Discrimination.Text(1), it.Efficiency.Text(1), it.Blank.Text(2), seconds(it.Seconds), it.Source.Seconds)
	tw := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "picked\t\tpeople\tshare\tmean of the rest\tlowest third\thighest third\tcorrelation")
	for _, c := range it.Choices {
		key := ""
		if c.Key {
			key = "key"
		}
		fmt.Fprintf(tw, "%s\t%s\t%d\t%s\t%s\t%s\t%s\t%s\n", c.Label, key, c.N, c.Share.Text(2), c.Mean.Text(1), c.Lowest.Text(2), c.Highest.Text(2), c.Biserial.Text(2))
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(out)
	printFlags(out, it)
	return nil
}

func interval(it *analysis.ItemReport) string {
	if !it.Low.Defined() {
		return "–"
	}
	return it.Low.Text(2) + " to " + it.High.Text(2)
}

func seconds(v analysis.Value) string {
	if !v.Defined() {
		return "–"
	}
	return v.Text(0) + " s"
}
