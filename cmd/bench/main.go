// Bench measures groundwork as its learners meet it: the real binary, over
// loopback, with a real store, and beside each figure that of something
// simpler that does the least that has to be done. Both sides take turns, round
// by round, because a machine with other work drifts by a factor of two from
// minute to minute; what counts is the ratio, and CPU time of the server a
// request. `bench -h` lists what can be set, README.md says how to read the
// table.
//
//	go build -o groundwork ./cmd/groundwork
//	go run ./cmd/bench -binary ./groundwork                     # all scenarios
//	go run ./cmd/bench -binary ./groundwork -only browse,save   # some
//	go run ./cmd/bench fill -store /tmp/full.db -attempts 1000000
//	go run ./cmd/bench -binary ./groundwork -full /tmp/full.db  # does cost grow?
//
// Load comes from this program itself: one goroutine and one connection a
// client, requests as ready bytes, answers read by net/http. A generator with
// connection pools of its own costs more than the server that it is to load,
// and here both share the processors. An answer that is not the expected one
// is counted, and its scenario is reported as failed.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// settings are what the command line sets.
type settings struct {
	binary, full, only string
	pocketbase         string
	rounds             int
	each               time.Duration
	sitters            int
	sit                time.Duration
}

func run(ctx context.Context, args []string) error {
	if len(args) > 0 {
		switch args[0] {
		case "fill":
			return fill(ctx, args[1:])
		case "baseline": // what a round starts as a process of its own
			return serveBaseline(ctx, args[1:])
		}
	}
	var o settings
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.StringVar(&o.binary, "binary", "./groundwork", "the `program` to measure")
	f.StringVar(&o.only, "only", "", "comma-separated `names`, or beginnings of names, of the scenarios to run (default: all)")
	f.StringVar(&o.full, "full", "", "database `file` made by fill: run scenarios on it beside an empty one, in place of their baselines")
	f.StringVar(&o.pocketbase, "pocketbase", "", "the `program` that make pocketbase builds: save answers beside it")
	f.IntVar(&o.rounds, "rounds", 5, "`number` of rounds; each measures both sides once")
	f.DurationVar(&o.each, "each", 2*time.Second, "how `long` each side runs in a round")
	f.IntVar(&o.sitters, "sitters", 10_000, "`number` of people in the scenario sitters")
	f.DurationVar(&o.sit, "sit", time.Minute, "how `long` they are watched")
	if err := f.Parse(args); err != nil {
		return err
	}
	b, err := newBench(ctx, o)
	if err != nil {
		return err
	}
	defer b.close()
	if o.full != "" {
		return b.growth()
	}
	return b.all()
}

// wanted reports whether -only names the scenario.
func (o settings) wanted(name string) bool {
	if o.only == "" {
		return true
	}
	for part := range strings.SplitSeq(o.only, ",") {
		if strings.HasPrefix(name, part) {
			return true
		}
	}
	return false
}
