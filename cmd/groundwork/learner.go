package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"groundwork/exam"
	"groundwork/store"
	"groundwork/store/password"
	"groundwork/web"
)

// learnerCommands are what the operator can do to an account.
var learnerCommands = []struct {
	name, args string
	words      int // after the flags
	run        func(context.Context, *learnerCall) error
}{
	{"list", "", 0, learnerList},
	{"reset", "[-ask] EMAIL", 1, learnerReset},
	{"role", "EMAIL operator|learner", 2, learnerRole},
	{"time", "-percent N -reason TEXT EMAIL", 1, learnerTime},
	{"export", "[-out FILE] EMAIL", 1, learnerExport},
	{"delete", "-yes EMAIL", 1, learnerDelete},
}

// A learnerCall is one call of such a command.
type learnerCall struct {
	store *store.Store
	world world
	words []string
	ask   bool
	yes   bool
	out   string

	percent int
	reason  string
}

func (c *learnerCall) email() string { return c.words[0] }

func (c *learnerCall) say(format string, args ...any) {
	fmt.Fprintf(c.world.stdout, format+"\n", args...)
}

// learner looks after accounts: list, reset, role, time, export, delete. It may run
// beside the server, which notices at once.
func learner(ctx context.Context, args []string, w world) error {
	var usage []string
	for _, c := range learnerCommands {
		if len(args) > 0 && args[0] == c.name {
			call := &learnerCall{world: w}
			flags := flag.NewFlagSet("learner "+c.name, flag.ContinueOnError)
			db := flags.String("db", "groundwork.db", "database `file`")
			switch c.name {
			case "reset":
				flags.BoolVar(&call.ask, "ask", false, "read the new password from the terminal, where it can be seen, in place of making one")
			case "time":
				flags.IntVar(&call.percent, "percent", -1, "how much more time in each exam, in `per cent` of its minutes; 0 takes it back")
				flags.StringVar(&call.reason, "reason", "", "why, in a `sentence` that the learner is shown")
			case "export":
				flags.StringVar(&call.out, "out", "groundwork-data.zip", "`file` to write; it must not exist")
			case "delete":
				flags.BoolVar(&call.yes, "yes", false, "do it; without this only what would go is told")
			}
			if err := parseWords(flags, args[1:], w); err != nil {
				return err
			}
			if call.words = flags.Args(); len(call.words) != c.words {
				return fmt.Errorf("want groundwork learner %s -db FILE %s", c.name, c.args)
			}
			if _, err := os.Stat(*db); err != nil {
				return fmt.Errorf("-db: %w", err) // opening would make an empty one
			}
			return withStore(ctx, *db, func(st *store.Store) error {
				call.store = st
				return c.run(ctx, call)
			})
		}
		usage = append(usage, strings.TrimSpace("  groundwork learner "+c.name+" -db FILE "+c.args))
	}
	return errors.New("want one of\n  " + strings.Join(usage, "\n  "))
}

// account returns the learner with the address that was given.
func (c *learnerCall) account(ctx context.Context) (store.LearnerID, error) {
	id, _, err := c.store.Credentials(ctx, c.email())
	if errors.Is(err, store.ErrNotFound) {
		return 0, fmt.Errorf("nobody has an account with the address %q", c.email())
	}
	return id, err
}

func learnerList(ctx context.Context, c *learnerCall) error {
	list, err := c.store.Accounts(ctx, time.Now())
	if err != nil {
		return err
	}
	tw := tabwriter.NewWriter(c.world.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "address\tname\trole\tsince\tattempts\tsign-ins")
	for _, a := range list {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%d\t%d\n", a.Email, a.Name, a.Role, a.Created.Format(time.DateOnly), a.Attempts, a.SignIns)
	}
	return tw.Flush()
}

// learnerReset sets a new password for somebody who has lost theirs and ends
// all of their sign-ins.
func learnerReset(ctx context.Context, c *learnerCall) error {
	id, err := c.account(ctx)
	if err != nil {
		return err
	}
	secret := newPassword()
	if c.ask {
		if secret, err = c.askPassword(); err != nil {
			return err
		}
	}
	hash, err := password.New().Hash(ctx, secret)
	if err != nil {
		return err
	}
	if err := c.store.SetPassword(ctx, id, hash, ""); err != nil {
		return err
	}
	if !c.ask {
		c.say("the new password is %s", secret)
	}
	c.say("%s is signed out everywhere; tell them to change the password under Settings", c.email())
	return nil
}

// newPassword returns 80 random bits that can be read out over a telephone.
func newPassword() string {
	t := strings.ToLower(rand.Text())
	return strings.Join([]string{t[0:4], t[4:8], t[8:12], t[12:16]}, "-")
}

func (c *learnerCall) askPassword() (string, error) {
	fmt.Fprintf(c.world.stderr, "New password for %s (it can be seen): ", c.email())
	line, err := bufio.NewReader(c.world.stdin).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	password := strings.TrimRight(line, "\r\n")
	if fault := web.PasswordFault(password, c.email()); fault != "" {
		return "", errors.New("nothing was changed: " + fault)
	}
	return password, nil
}

// learnerRole makes somebody an operator, or a learner again.
func learnerRole(ctx context.Context, c *learnerCall) error {
	role := c.words[1]
	if role != "operator" && role != "learner" {
		return fmt.Errorf("there is no role %q; want operator or learner", role)
	}
	if _, err := c.account(ctx); err != nil {
		return err
	}
	if err := c.store.SetRole(ctx, c.email(), role); err != nil {
		return err
	}
	c.say("%s has the role %s", c.email(), role)
	return nil
}

// learnerTime grants somebody extra time in exams, or takes it back.
func learnerTime(ctx context.Context, c *learnerCall) error {
	switch {
	case c.percent < 0 || c.percent > exam.MaxExtra:
		return fmt.Errorf("-percent: want 0 to %d", exam.MaxExtra)
	case c.percent > 0 && strings.TrimSpace(c.reason) == "":
		return errors.New("-reason: say why; the learner is shown it")
	}
	if _, err := c.account(ctx); err != nil {
		return err
	}
	if err := c.store.GrantTime(ctx, c.email(), c.percent, strings.TrimSpace(c.reason), time.Now()); err != nil {
		return err
	}
	if c.percent == 0 {
		c.say("%s has no extra time", c.email())
		return nil
	}
	c.say("%s has %d%% more time, in an exam that runs as well", c.email(), c.percent)
	return nil
}

// learnerExport writes what the person could download themselves.
func learnerExport(ctx context.Context, c *learnerCall) (err error) {
	id, err := c.account(ctx)
	if err != nil {
		return err
	}
	now := time.Now()
	if _, err := c.store.CloseDue(ctx, now); err != nil {
		return err
	}
	e, err := c.store.Export(ctx, id)
	if err != nil {
		return err
	}
	e.Taken = now
	f, err := os.OpenFile(c.out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("-out: %w", err)
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			err = errors.Join(err, os.Remove(c.out)) // half an archive is worse than none
		}
	}()
	if err := web.WriteExport(f, e, e.Item); err != nil {
		return err
	}
	c.say("wrote %s", c.out)
	return nil
}

// learnerDelete removes an account with everything in it, if it is sure.
func learnerDelete(ctx context.Context, c *learnerCall) error {
	id, err := c.account(ctx)
	if err != nil {
		return err
	}
	e, err := c.store.Export(ctx, id)
	if err != nil {
		return err
	}
	what := fmt.Sprintf("%s with %d attempts, %d ticks, %d notes and %d sign-ins", c.email(), len(e.Attempts), len(e.Progress), len(e.Notes), len(e.SignIns))
	if !c.yes {
		return fmt.Errorf("this would delete %s for good; add -yes to do it", what)
	}
	if err := c.store.DeleteLearner(ctx, id); err != nil {
		return err
	}
	c.say("deleted %s", what)
	return nil
}
