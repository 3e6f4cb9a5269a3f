package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"groundwork/exam"
	"groundwork/exam/sqlrun"
	"groundwork/store"
)

// attemptCommand finds attempts, gives minutes back to one, voids one or takes
// that back.
func attemptCommand(ctx context.Context, args []string, w world) error {
	if len(args) > 0 {
		switch args[0] {
		case "list":
			return attemptList(ctx, args[1:], w)
		case "extend":
			return attemptExtend(ctx, args[1:], w)
		case "void":
			return attemptDecide(ctx, "void", args[1:], w, (*store.Store).VoidAttempt, "the attempt is voided: it counts for nothing until it is restored")
		case "restore":
			return attemptDecide(ctx, "restore", args[1:], w, (*store.Store).RestoreAttempt, "the attempt counts again")
		}
	}
	return errors.New(`want one of
  groundwork attempt list [-find TEXT] [-state STATE]
  groundwork attempt extend -minutes N -reason TEXT ID
  groundwork attempt void -reason TEXT ID
  groundwork attempt restore -reason TEXT ID`)
}

// byCommand is who decides where the command line does.
const byCommand = "command line"

// attemptDecide voids an attempt or takes that back.
func attemptDecide(ctx context.Context, name string, args []string, w world, do func(*store.Store, context.Context, exam.AttemptID, string, string, time.Time) error, said string) error {
	flags := flag.NewFlagSet("attempt "+name, flag.ContinueOnError)
	db := flags.String("db", "groundwork.db", "database `file`")
	reason := flags.String("reason", "", "why, in a `sentence` that the learner is shown")
	if err := parseWords(flags, args, w); err != nil {
		return err
	}
	switch {
	case flags.NArg() != 1:
		return errors.New("want the id of one attempt; groundwork attempt list -find TEXT finds it")
	case strings.TrimSpace(*reason) == "":
		return errors.New("-reason: say why; the learner is shown it")
	}
	return withStore(ctx, *db, func(st *store.Store) error {
		err := do(st, ctx, exam.AttemptID(flags.Arg(0)), strings.TrimSpace(*reason), byCommand, time.Now())
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("there is no attempt %q", flags.Arg(0))
		}
		if err == nil {
			fmt.Fprintln(w.stdout, said)
		}
		return err
	})
}

// withStore opens the database for the time of one command. It does not bring an
// older one up to date: an older site may be running on it.
func withStore(ctx context.Context, file string, do func(*store.Store) error) (err error) {
	have, err := store.FileVersion(ctx, file)
	if err != nil {
		return err
	}
	if want := store.SchemaVersion(); have > 0 && have < want {
		return fmt.Errorf("the schema of %s has version %d and this program needs %d: start groundwork serve of this version on it once", file, have, want)
	}
	st, err := store.Open(ctx, file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	st.SetRunner(sqlrun.New(sqlrun.Options{})) // looking at an attempt may close it
	return do(st)
}

func attemptList(ctx context.Context, args []string, w world) error {
	flags := flag.NewFlagSet("attempt list", flag.ContinueOnError)
	db := flags.String("db", "groundwork.db", "database `file`")
	find := flags.String("find", "", "part of an address, visitor, or the beginning of an id; finds attempts that are over as well")
	state := flags.String("state", "", "in_progress, graded or voided")
	if err := parse(flags, args, w); err != nil {
		return err
	}
	if *state != "" && !slices.Contains([]exam.State{exam.InProgress, exam.Graded, exam.Voided}, exam.State(*state)) {
		return fmt.Errorf("-state: there is no state %q; want in_progress, graded or voided", *state)
	}
	return withStore(ctx, *db, func(st *store.Store) error {
		if *find != "" || *state != "" {
			return attemptFind(ctx, st, store.Search{Text: *find, State: exam.State(*state), Limit: 200}, w)
		}
		list, err := st.Running(ctx, time.Now())
		if err != nil {
			return err
		}
		tw := tabwriter.NewWriter(w.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(tw, "attempt\tlearner\tstarted\tends\tanswered")
		for _, a := range list {
			fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%d of %d\n", a.ID, a.Who, a.Started.Format(time.DateTime), a.Deadline.Format(time.DateTime), a.Answered, a.Items)
		}
		return tw.Flush()
	})
}

// attemptFind prints the attempts that a search finds.
func attemptFind(ctx context.Context, st *store.Store, q store.Search, w world) error {
	list, more, err := st.FindAttempts(ctx, q)
	if err != nil {
		return err
	}
	tw := tabwriter.NewWriter(w.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "attempt\tlearner\tnumber\tstarted\tstate\tscore")
	for _, a := range list {
		score := "-"
		if a.State != exam.InProgress {
			score = fmt.Sprintf("%.1f%%", a.Percent())
		}
		fmt.Fprintf(tw, "%s\t%s\t%d\t%s\t%s\t%s\n", a.ID, a.Who, a.Number, a.Started.Format(time.DateTime), a.State, score)
	}
	if more {
		fmt.Fprintf(tw, "there are more than %d; say more with -find\n", q.Limit)
	}
	return tw.Flush()
}

func attemptExtend(ctx context.Context, args []string, w world) error {
	flags := flag.NewFlagSet("attempt extend", flag.ContinueOnError)
	db := flags.String("db", "groundwork.db", "database `file`")
	minutes := flags.Int("minutes", 0, "how many `minutes` to give back, 1 to 600")
	reason := flags.String("reason", "", "why, in a `sentence` that the learner is shown")
	if err := parseWords(flags, args, w); err != nil {
		return err
	}
	switch {
	case flags.NArg() != 1:
		return errors.New("want the id of one attempt; groundwork attempt list shows them")
	case *minutes < 1 || *minutes > 600:
		return errors.New("-minutes: want 1 to 600")
	case *reason == "":
		return errors.New("-reason: say why; the learner is shown it")
	}
	return withStore(ctx, *db, func(st *store.Store) error {
		deadline, err := st.ExtendAttempt(ctx, exam.AttemptID(flags.Arg(0)), *minutes, *reason, time.Now())
		switch {
		case errors.Is(err, store.ErrNotFound):
			return fmt.Errorf("there is no attempt %q", flags.Arg(0))
		case errors.Is(err, exam.ErrClosed):
			return errors.New("the attempt is over; only a running one can be given time")
		case err != nil:
			return err
		}
		fmt.Fprintf(w.stdout, "it now ends at %s\n", deadline.Format(time.DateTime+" MST"))
		return nil
	})
}

// reports prints the faults that readers reported, newest first.
func reports(ctx context.Context, args []string, w world) error {
	flags := flag.NewFlagSet("reports", flag.ContinueOnError)
	db := flags.String("db", "groundwork.db", "database `file`")
	limit := flags.Int("limit", 100, "how many at most")
	if err := parse(flags, args, w); err != nil {
		return err
	}
	return withStore(ctx, *db, func(st *store.Store) error {
		list, err := st.Reports(ctx, *limit)
		if err != nil {
			return err
		}
		for _, r := range list {
			fmt.Fprintf(w.stdout, "%s  %q %q\n    %q\n", r.At.Format(time.DateTime), r.Page, r.Ref, r.Text)
		}
		return nil
	})
}
