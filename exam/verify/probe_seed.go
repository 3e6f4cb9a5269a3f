package verify

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"
)

// A commandRun is what a command of the learner did.
type commandRun struct {
	Exit   int    // -1 if it was ended or could not start
	Output string // the last 4 KB
}

// runCommand runs a command that the learner typed, in dir, until ctx ends.
func runCommand(ctx context.Context, dir, command string) commandRun {
	c := shell(command)
	c.Dir = dir
	c.WaitDelay = time.Second // for what keeps its output open
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Start(); err != nil {
		return commandRun{-1, err.Error()}
	}
	stop := context.AfterFunc(ctx, func() { killAll(c) })
	err := c.Wait()
	stop()
	text := out.String()
	r := commandRun{c.ProcessState.ExitCode(), strings.ToValidUTF8(text[max(0, len(text)-4096):], "")}
	if err != nil && r.Exit == 0 {
		r.Exit = -1
	}
	return r
}

// probeSeed runs the command given by -seed-cmd in the learner's folder.
func probeSeed(x *Ctx, _ map[string]string) error {
	run, err := Observe(x, "seed", func() (commandRun, error) {
		if x.R.Seeder == "" {
			return commandRun{}, skipBecause("needs -seed-cmd COMMAND: the command that fills your database")
		}
		return runCommand(x.ctx, x.R.Repo, x.R.Seeder), nil
	})
	if err != nil {
		return err
	}
	if run.Exit != 0 {
		return &Failure{What: "the seed command", Expected: "exit code 0", Actual: fmt.Sprintf("%d; its last output:\n%s", run.Exit, tail(run.Output, 12))}
	}
	return nil
}
