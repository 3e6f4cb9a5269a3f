package main

import (
	"context"
	"flag"
	"fmt"
	"runtime/debug"
	"text/tabwriter"
)

// version is the program's own; the build's commit is added where it is known.
const version = "1.0"

// showVersion prints the version, the commit it was built from and the Go
// version.
func showVersion(_ context.Context, args []string, w world) error {
	if err := parse(flag.NewFlagSet("version", flag.ContinueOnError), args, w); err != nil {
		return err
	}
	fmt.Fprint(w.stdout, "groundwork "+version)
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				fmt.Fprintf(w.stdout, ", commit %.12s", s.Value)
			}
		}
		fmt.Fprint(w.stdout, ", ", info.GoVersion)
	}
	fmt.Fprintln(w.stdout)
	return nil
}

// help prints what the program can do.
func help(_ context.Context, args []string, w world) error {
	if len(args) > 0 && args[0] == "verify" {
		_, err := fmt.Fprint(w.stdout, verifyHelp)
		return err
	}
	fmt.Fprint(w.stdout, `Groundwork is a learning platform and exam engine for backend engineers.

Usage: groundwork COMMAND [FLAGS]

`)
	tw := tabwriter.NewWriter(w.stdout, 0, 0, 2, ' ', 0)
	for _, c := range commands() {
		fmt.Fprintf(tw, "  %s\t%s\t%s\n", c.name, c.args, c.does)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	fmt.Fprint(w.stdout, `
Run a command with -h for its flags. Each flag can be given as an environment
variable as well: -ask-url is GROUNDWORK_ASK_URL. What stands on the command line
wins.

Everything is in one database file and, beside it, one file with the secrets of
the site. groundwork serve makes both on its first start. How to write content
is told in content/README.md, how to run the site in README.md.
`)
	return nil
}
