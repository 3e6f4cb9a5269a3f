package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"groundwork/exam"
	"groundwork/store"
)

// regradeFlags are the settings of groundwork regrade.
type regradeFlags struct {
	db, content, item, policy, reason string
	apply                             bool
}

// regrade says what correcting items does to results that exist, and does it
// with -apply. It may run beside the server.
func regrade(ctx context.Context, args []string, w world) error {
	var o regradeFlags
	flags := flag.NewFlagSet("regrade", flag.ContinueOnError)
	flags.StringVar(&o.db, "db", "groundwork.db", "database `file`")
	flags.StringVar(&o.content, "content", "", "content `folder`; what the program carries unless given")
	flags.StringVar(&o.item, "item", "", "one item, by its `id`; all that were corrected and not decided yet unless given")
	flags.StringVar(&o.policy, "policy", "", "how earlier answers are marked: rescore (by the new key), either (old key or new), full (all points) or drop (not counted); by what changed unless given")
	flags.StringVar(&o.reason, "reason", "", "why, in a `sentence` that everybody whose result changes is shown")
	flags.BoolVar(&o.apply, "apply", false, "do it; without this only what would change is told")
	if err := parse(flags, args, w); err != nil {
		return err
	}
	if err := o.check(); err != nil {
		return err
	}
	fsys, err := folder(o.content)
	if err != nil {
		return err
	}
	site, problems := load(fsys)
	if len(problems) > 0 {
		return fmt.Errorf("the content has mistakes; groundwork check lists them\n%w", problems)
	}
	return withStore(ctx, o.db, func(st *store.Store) error { return o.run(ctx, st, site.bank, w.stdout) })
}

// check refuses flags that do not go together.
func (o *regradeFlags) check() error {
	switch {
	case o.policy != "" && !slices.Contains(exam.Policies, exam.Policy(o.policy)):
		return fmt.Errorf("-policy: there is no policy %q; want rescore, either, full or drop", o.policy)
	case o.policy != "" && o.item == "":
		return errors.New("-policy: want -item with it; each item is decided for itself")
	case o.apply && strings.TrimSpace(o.reason) == "":
		return errors.New("-reason: say why; everybody whose result changes is shown it")
	}
	if _, err := os.Stat(o.db); err != nil {
		return fmt.Errorf("-db: %w", err) // opening would make an empty one
	}
	return nil
}

// run goes through the items that were asked for.
func (o *regradeFlags) run(ctx context.Context, st *store.Store, bank *exam.Bank, out io.Writer) error {
	items := bank.All()
	if o.item != "" {
		it := bank.Item(exam.ItemID(o.item))
		if it == nil {
			return fmt.Errorf("-item: the content has no item %q; to withdraw one, keep it in its file with changed: dropped", o.item)
		}
		items = []*exam.Item{it}
	}
	list, err := st.Outdated(ctx, items)
	if err != nil {
		return err
	}
	todo := slices.DeleteFunc(list, func(c store.Outdated) bool { return c.Open == 0 && o.item == "" })
	if len(todo) == 0 {
		fmt.Fprintln(out, "nothing to regrade: no graded attempt has an item whose key or options changed since, or that is withdrawn")
		return nil
	}
	var failed []error
	for _, c := range todo {
		if err := o.one(ctx, st, c.Item, out); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", c.Item.ID, err))
		}
	}
	if !o.apply {
		fmt.Fprintln(out, "\nthis was a dry run: nothing is changed. Add -apply -reason TEXT to do it.")
	}
	return errors.Join(failed...)
}

// one tells of one item, and regrades it if that is asked for.
func (o *regradeFlags) one(ctx context.Context, st *store.Store, it *exam.Item, out io.Writer) error {
	c := store.Correction{Item: it, Policy: exam.Policy(o.policy), Reason: strings.TrimSpace(o.reason), By: byCommand}
	if c.Policy == "" {
		c.Policy = it.Changed.Policy()
	}
	if c.Policy == "" {
		return errors.New("it does not say what was wrong with it; write changed: key, options or dropped into its file, or choose with -item and -policy")
	}
	do := st.PlanRegrade
	if o.apply {
		do = func(ctx context.Context, c store.Correction) (store.Regrading, error) {
			return st.Regrade(ctx, c, time.Now())
		}
	}
	g, err := do(ctx, c)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s  %s\n  policy %s: %d of %d graded attempts change\n", it.ID, it.Title, c.Policy, len(g.Changes), g.Attempts)
	tw := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, ch := range g.Changes {
		result := ch.After.Result.String()
		switch {
		case ch.Before.Result != ch.After.Result:
			result = ch.Before.Result.String() + " -> " + result
		case ch.Kept:
			result += ", kept"
		}
		fmt.Fprintf(tw, "  %s\t%s\titem %s -> %s\tscore %.1f%% -> %.1f%%\t%s\n", ch.Who, ch.Attempt, counts(ch.Before), counts(ch.After), ch.Before.Percent(), ch.After.Percent(), result)
	}
	return tw.Flush()
}

// counts says what a slot counts.
func counts(g exam.Grade) string {
	if g.Dropped {
		return "not counted"
	}
	return fmt.Sprintf("%.4g", g.Fraction)
}
