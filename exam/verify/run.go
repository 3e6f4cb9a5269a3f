package verify

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"time"
)

// Runner runs a task against a program. Set App at least. A Runner is for one
// run.
type Runner struct {
	App    App
	Bench  *Bench          // nil: checks that need it are skipped
	Seed   uint64          // of all values
	Issued RunID           // from a site; salts the values
	CLI    string          // version of the program, for the result
	Slow   float64         // multiplies every time limit; 1 if zero
	All    bool            // go on after a failed stage
	Only   []string        // run these checks only
	From   int             // begin with this stage, from 1
	Repo   string          // the learner's folder, for probes that look at files
	Tests  string          // command that runs the learner's tests
	Break  string          // command that breaks a copy of the learner's code
	Seeder string          // command that fills the learner's database
	Ctx    context.Context // ends the run early; nil for none

	OnStart func(stage int, c *Check) // before each check that is run; may be nil
	OnDone  func(CheckResult)         // after each check; may be nil

	started time.Time
	env     Env
	answers []Exch
	secrets *secrets
}

// slowed returns a time limit on this machine.
func (r *Runner) slowed(d time.Duration) time.Duration {
	return time.Duration(float64(d) * r.Slow)
}

// Run runs the checks of a task, whose file has the given digest, and records
// what it did. It returns early only if the runner's context ends; the checks
// that were not run are blocked then.
func (r *Runner) Run(t *Task, digest string) *Result {
	if r.Slow <= 0 {
		r.Slow = 1
	}
	if r.Ctx == nil {
		r.Ctx = context.Background()
	}
	r.started = time.Now()
	r.secrets = newSecrets(fmt.Sprint(r.Seed, r.Issued.Nonce))
	r.env = r.environment()
	res := &Result{
		Schema: Schema, Task: t.ID, Version: t.Version, Digest: digest, CLI: r.CLI, Target: r.App.URL(), Seed: r.Seed, Run: r.Issued,
		Started: r.started.UTC(), Slow: r.Slow, Env: r.env,
	}
	r.stages(t, res)
	res.Duration = time.Since(r.started)
	res.secrets = r.secrets
	res.sum()
	return res
}

func (r *Runner) environment() Env {
	_, remote := r.App.(Remote)
	return Env{
		OS: runtime.GOOS, Arch: runtime.GOARCH, Cmd: !remote, Bench: r.Bench != nil,
		Repo: r.Repo != "", Tests: r.Tests != "", Break: r.Break != "", Seeder: r.Seeder != "",
	}
}

// stageStops begins the reason why a whole stage is not run.
const stageStops = "stage "

// stages runs the checks in their order. After a stage with a failed must the
// later ones are not run.
func (r *Runner) stages(t *Task, res *Result) {
	verdicts := map[string]Status{}
	stopped := ""
	for i, stage := range t.Stages {
		failed := false
		for _, c := range stage.Checks {
			if len(r.Only) > 0 && !slices.Contains(r.Only, c.ID) || i+1 < r.From {
				continue
			}
			cr := newCheckResult(c, i+1)
			switch why := r.blocked(c, stopped, verdicts); {
			case why != "":
				cr.Status, cr.Note, cr.At = Blocked, "not run: "+why, time.Since(r.started)
			default:
				if r.OnStart != nil {
					r.OnStart(i+1, c)
				}
				var entries []Entry
				cr, entries = r.check(t, c, i+1)
				res.Transcript = append(res.Transcript, entries...)
			}
			verdicts[c.ID] = cr.Status
			failed = failed || c.Level == Must && cr.Status == Fail
			res.Checks = append(res.Checks, cr)
			if r.OnDone != nil {
				r.OnDone(cr)
			}
		}
		if failed && stopped == "" && !r.All && len(r.Only) == 0 {
			stopped = fmt.Sprintf("%s%d has failing checks", stageStops, i+1)
		}
	}
}

func newCheckResult(c *Check, stage int) CheckResult {
	return CheckResult{ID: c.ID, Stage: stage, Title: c.Title, Level: c.Level, Status: Pass}
}

// blocked says why a check is not run, or "".
func (r *Runner) blocked(c *Check, stopped string, verdicts map[string]Status) string {
	if r.Ctx.Err() != nil {
		return "the run was ended"
	}
	if stopped != "" {
		return stopped
	}
	return c.waits(verdicts)
}

// waits names a check that has to pass first and did not, or "".
func (c *Check) waits(verdicts map[string]Status) string {
	for _, id := range c.After {
		if s, ran := verdicts[id]; ran && s != Pass {
			return id + " comes first"
		}
	}
	return ""
}

// chance is the stream of chance of one check.
func (r *Runner) chance(t *Task, c *Check) *rand.Rand {
	salt := sha256.Sum256(fmt.Appendf(nil, "%d/%s/%s/%s/%s", r.Seed, r.Issued.ID, r.Issued.Nonce, t.ID, c.ID))
	return rand.New(rand.NewChaCha8(salt)) // #nosec G404 -- a replay has to draw the same
}

// check runs one check live and returns its entries, with secrets hidden.
func (r *Runner) check(t *Task, c *Check, stage int) (CheckResult, []Entry) {
	avoidMidnight(c)
	ctx, cancel := context.WithTimeout(r.Ctx, r.slowed(c.Timeout))
	defer cancel()
	x := &Ctx{R: r, T: t, C: c, Rand: r.chance(t, c), ctx: ctx, client: newClient()}
	defer x.hangUp()
	cr := newCheckResult(c, stage)
	cr.At = time.Since(r.started)
	if r.Bench != nil {
		r.Bench.Reset()
	}
	noise := watchNoise()
	err := x.start(cr.At)
	cr.Duration, cr.Late = time.Since(r.started)-cr.At, noise()
	x.verdict(&cr, err)
	return cr, r.secrets.file(x.entries)
}

// avoidMidnight waits where the day would change during a check that says
// today.
func avoidMidnight(c *Check) {
	now := time.Now().UTC()
	left := now.Truncate(24 * time.Hour).Add(24 * time.Hour).Sub(now)
	if left < 15*time.Second && strings.Contains(c.Source, "{{today}}") {
		time.Sleep(left + time.Second)
	}
}

// watchNoise notes how late this machine wakes a sleeper until the function it
// returns is called.
func watchNoise() func() time.Duration {
	stop, out := make(chan struct{}), make(chan time.Duration)
	go func() {
		var worst time.Duration
		for {
			t := time.Now()
			select {
			case <-stop:
				out <- worst
				return
			case <-time.After(10 * time.Millisecond):
				worst = max(worst, time.Since(t)-10*time.Millisecond)
			}
		}
	}()
	return func() time.Duration { close(stop); return <-out }
}

// start begins the check at a moment of the run and runs its steps. A panic of
// the engine or a probe becomes an error of the verifier.
func (x *Ctx) start(at time.Duration) (err error) {
	defer func() {
		if p := recover(); p != nil {
			if r, ok := p.(*Refusal); ok {
				panic(r)
			}
			err = &ended{Errored, fmt.Sprint("the verifier broke: ", p)}
		}
	}()
	x.begin = x.R.started.Add(at)
	x.clock = x.begin
	x.Vars = map[string]any{"today": x.begin.UTC().Format(time.DateOnly)}
	if err := x.needs(); err != nil {
		return err
	}
	return x.steps(x.C.Steps)
}

// lateness over which a verdict that rests on a time is unsure.
const lateMost = 50 * time.Millisecond

// verdict turns how a check ended into its result. cr has its times already.
func (x *Ctx) verdict(cr *CheckResult, err error) {
	cr.Requests, cr.Observed = x.N, x.observed
	if err == nil {
		return
	}
	var end *ended
	var f *Failure
	var given *notGiven
	if errors.As(err, &end) {
		cr.Status, cr.Note = end.Status, end.Why
		return
	}
	if !errors.As(err, &f) {
		if !errors.Is(err, errLimit) {
			cr.Status, cr.Note = Errored, err.Error()
			return
		}
		f = &Failure{Line: x.line, What: x.C.Title, Expected: "a verdict within " + x.C.Timeout.String(), Actual: "the check took longer"}
	}
	if cr.Duration >= x.R.slowed(x.C.Timeout) {
		f.Actual += fmt.Sprintf(" (the check's limit of %v was reached)", x.C.Timeout)
		f.Timing = true
	}
	if f.Hint == "" {
		f.Hint = x.C.Hint
	}
	cr.Status, cr.Failure = Fail, f
	switch {
	case x.fixture != "":
		cr.Status, cr.Note = Blocked, "could not prepare: "+x.fixture
	case errors.As(err, &given):
		cr.Status, cr.Note = Blocked, "could not test: a precondition was not met"
	case (f.Timing || x.C.Timing) && cr.Late > lateMost:
		cr.Status, cr.Note = Unsure, fmt.Sprintf("this machine was busy (a sleep came back %v late), so the time says nothing; run again", cr.Late.Round(time.Millisecond))
	}
}
