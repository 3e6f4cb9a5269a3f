// Groundwork serves the learning platform and helps those who run it and those
// who write for it. Run groundwork help for its commands.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"groundwork/store/password"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	if err := run(ctx, os.Args[1:], world{os.Getenv, os.Stdin, os.Stdout, os.Stderr, self()}); err != nil {
		code := 1
		var coded *exitError
		if errors.As(err, &coded) {
			code = coded.code
		}
		if text := err.Error(); text != "" {
			fmt.Fprintln(os.Stderr, "groundwork:", text)
		}
		os.Exit(code)
	}
}

// exitError is an error with an exit code of its own. Without a text all is
// said already.
type exitError struct {
	code int
	text string
}

func (e *exitError) Error() string { return e.text }

// world is what a command knows of the process around it.
type world struct {
	getenv func(string) string
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
	self   string // the file of this program, to start it again; empty if that is not to be
}

// A command is one thing the program does.
type command struct {
	name, args, does string
	run              func(context.Context, []string, world) error
}

// commands lists all commands in the order in which help shows them.
func commands() []command {
	return []command{
		{"serve", "[-addr HOST:PORT] [-db FILE]", "run the site", serve},
		{"check", "[-content DIR] [-samples] [-tasks] [-against FILE]", "check all content and report every mistake as file:line", check},
		{"attempt", "list | extend | void | restore [-db FILE] …", "find attempts, give minutes back to one, void one or take that back", attemptCommand},
		{"regrade", "[-db FILE] [-content DIR] [-item ID] [-policy POLICY] [-apply -reason TEXT]", "say what correcting items does to results, and do it", regrade},
		{"learner", "list | reset | role | time | export | delete [-db FILE] …", "look after accounts: list them, reset a password, grant extra time, take data away, delete", learner},
		{"reports", "[-db FILE]", "print the faults that readers reported", reports},
		{"stats", "[-db FILE] [-exam NAME] [-attempts WHICH] [-json | -csv] [-item ID]", "tell how good an exam and its items are", stats},
		{"backup", "[-db FILE] [-keys FILE] NEW-FILE", "copy the database while the site runs, open the copy and check it", backup},
		{"restore", "[-db FILE] [-force] BACKUP", "make a database from a backup", restore},
		{"doctor", "[-db FILE] [-keys FILE] [-content DIR]", "say what is wrong with the database, disk, secrets and content", doctor},
		{"verify", "TASK [-url URL | -cmd COMMAND] …", "check a service you built, stage by stage; groundwork help verify tells more", verifyCommand},
		{"login", "-site URL", "sign this program in, so that it may file your results; logout ends that, whoami tells", login},
		{"logout", "[-site URL]", "end that", logout},
		{"whoami", "[-site URL]", "say as whom results are filed", whoIs},
		{"upload", "[-site URL] [-dry-run] FILE", "file a result that verify -json wrote", upload},
		{"version", "", "print the version", showVersion},
		{"help", "[verify]", "print this, or more about a command", help},
	}
}

// run is main without the process: all it knows of the world are its arguments.
func run(ctx context.Context, args []string, w world) error {
	name := "help"
	if len(args) > 0 {
		name, args = args[0], args[1:]
	}
	if name == hashing {
		return password.Serve(w.stdin, w.stdout)
	}
	for _, c := range commands() {
		if c.name == name {
			if err := c.run(ctx, args, w); !errors.Is(err, flag.ErrHelp) {
				return err
			}
			return nil
		}
	}
	return fmt.Errorf("there is no command %q; groundwork help lists them", name)
}

// parse reads args into fs, after filling it from the environment: the flag
// -dev-mode is GROUNDWORK_DEV_MODE too. It refuses words that are no flags: what
// follows them would not be read.
func parse(fs *flag.FlagSet, args []string, w world) error {
	if err := parseWords(fs, args, w); err != nil {
		return err
	}
	if fs.NArg() > 0 {
		return fmt.Errorf("%q is no flag, and nothing after it is read; groundwork %s -h lists the flags", fs.Arg(0), fs.Name())
	}
	return nil
}

// parseWords is parse for a command that takes words after its flags.
func parseWords(fs *flag.FlagSet, args []string, w world) error {
	fs.SetOutput(w.stderr)
	var errs []error
	fs.VisitAll(func(f *flag.Flag) {
		name := "GROUNDWORK_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		if v := w.getenv(name); v != "" {
			if err := f.Value.Set(v); err != nil {
				errs = append(errs, fmt.Errorf("%s=%q: %w", name, v, err))
			}
		}
	})
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return fs.Parse(args)
}
