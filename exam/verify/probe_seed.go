package verify

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// A commandRun is what a command of the learner did.
type commandRun struct {
	Exit   int    // -1 if it was ended or could not start
	Output string // the last 4 KB
}

// runCommand runs a command that the learner typed, in dir, until ctx ends.
func runCommand(ctx context.Context, dir, command string) commandRun {
	c := exec.CommandContext(ctx, "sh", "-c", command)
	c.Dir, c.Env = dir, os.Environ()
	c.WaitDelay = time.Second
	out, err := c.CombinedOutput()
	r := commandRun{Exit: c.ProcessState.ExitCode(), Output: string(out[max(0, len(out)-4096):])}
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
