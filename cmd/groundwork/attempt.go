package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"text/tabwriter"
	"time"

	"groundwork/exam"
	"groundwork/exam/sqlrun"
	"groundwork/store"
)

// attemptCommand lists running attempts or gives minutes back to one.
func attemptCommand(ctx context.Context, args []string, w world) error {
	if len(args) > 0 {
		switch args[0] {
		case "list":
			return attemptList(ctx, args[1:], w)
		case "extend":
			return attemptExtend(ctx, args[1:], w)
		}
	}
	return errors.New("want groundwork attempt list, or groundwork attempt extend -minutes N -reason TEXT ID")
}

// withStore opens the database for the time of one command.
func withStore(ctx context.Context, file string, do func(*store.Store) error) (err error) {
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
	if err := parse(flags, args, w); err != nil {
		return err
	}
	return withStore(ctx, *db, func(st *store.Store) error {
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

func attemptExtend(ctx context.Context, args []string, w world) error {
	flags := flag.NewFlagSet("attempt extend", flag.ContinueOnError)
	db := flags.String("db", "groundwork.db", "database `file`")
	minutes := flags.Int("minutes", 0, "how many `minutes` to give back, 1 to 600")
	reason := flags.String("reason", "", "why, in a `sentence` that the learner is shown")
	if err := parse(flags, args, w); err != nil {
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
			fmt.Fprintf(w.stdout, "%s  %s %s\n    %q\n", r.At.Format(time.DateTime), r.Page, r.Ref, r.Text)
		}
		return nil
	})
}
