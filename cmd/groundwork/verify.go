package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"groundwork/content"
	"groundwork/exam/verify"
)

// verifyOptions are the settings of groundwork verify.
type verifyOptions struct {
	task, file            string
	url, cmd, repo, log   string
	tests, breaks, seeder string
	bench                 string
	only                  string
	from                  int
	all, v, vv            bool
	watch, strict, plain  bool
	list                  bool
	explain               string
	json, junit           string
	seed                  uint64
	slow                  float64
	own                   bool
	upload, dryRun        bool
	site                  string
}

func (o *verifyOptions) flags() *flag.FlagSet {
	f := flag.NewFlagSet("verify", flag.ContinueOnError)
	f.StringVar(&o.file, "file", "", "a task `file` of your own in place of a task of the program")
	f.StringVar(&o.url, "url", "http://localhost:8080", "`address` of your service")
	f.StringVar(&o.cmd, "cmd", "", "`command` that starts your service; it must listen on $PORT, which is the port of -url")
	f.StringVar(&o.repo, "repo", "", "`folder` of your code, for the checks that look at files; -cmd and -tests run there")
	f.StringVar(&o.log, "log", "", "`file` that your service writes its log to, if it is not started by -cmd")
	f.StringVar(&o.tests, "tests", "", "`command` that runs your tests")
	f.StringVar(&o.breaks, "break", "", "`command` that breaks the code in a copy of your folder, to see your tests fail")
	f.StringVar(&o.seeder, "seed-cmd", "", "`command` that fills your database with sample data")
	f.StringVar(&o.bench, "bench", "127.0.0.1:9099", "`address` for the verifier's own upstream")
	f.StringVar(&o.only, "only", "", "run these checks only (`ids` with commas between)")
	f.IntVar(&o.from, "from", 1, "begin with this `stage`")
	f.BoolVar(&o.all, "all", false, "go on after a stage with failures")
	f.BoolVar(&o.v, "v", false, "show every failure in full")
	f.BoolVar(&o.vv, "vv", false, "show every exchange, too")
	f.BoolVar(&o.watch, "watch", false, "run again whenever a source file changes")
	f.BoolVar(&o.strict, "strict", false, "exit code 0 only if every should and stretch passes, too")
	f.BoolVar(&o.plain, "plain", false, "no colours and no signs beyond ASCII")
	f.BoolVar(&o.list, "list", false, "list the tasks, or the checks of a task")
	f.StringVar(&o.explain, "explain", "", "print the contract and the steps of one check (`id`)")
	f.StringVar(&o.json, "json", "", "write the result to this `file`; - is the standard output")
	f.StringVar(&o.junit, "junit", "", "write the result as JUnit XML to this `file`")
	f.Uint64Var(&o.seed, "seed", 0, "`number` from an earlier run, to send the same values again")
	f.Float64Var(&o.slow, "slow", 1, "`factor` for all time limits, on a slow machine")
	f.BoolVar(&o.upload, "upload", false, "file the result at the site where you are signed in; it chooses the seed")
	f.BoolVar(&o.dryRun, "dry-run", false, "print what -upload would send, and send nothing")
	f.StringVar(&o.site, "site", "", "`address` of the site for -upload (default: the one you are signed in at)")
	f.BoolVar(&o.own, "i-own-this-host", false, "the service is not on this machine, and it is yours to test")
	return f
}

// verifyCommand checks a learner's service. It needs no network but the way to
// that service, and no account.
func verifyCommand(ctx context.Context, args []string, w world) error {
	var o verifyOptions
	flags := o.flags()
	flags.Usage = func() { fmt.Fprint(w.stderr, verifyHelp) }
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		o.task, args = args[0], args[1:]
	}
	if err := parseWords(flags, args, w); errors.Is(err, flag.ErrHelp) {
		return err
	} else if err != nil {
		return &exitError{verify.ExitUse, err.Error()}
	}
	words := flags.Args()
	if o.task == "" && len(words) > 0 {
		o.task, words = words[0], words[1:]
	}
	if len(words) > 0 {
		return &exitError{verify.ExitUse, fmt.Sprintf("%q is no flag, and nothing after it is read; groundwork help verify lists the flags", words[0])}
	}
	return o.run(ctx, w)
}

// run does what the options ask for.
func (o *verifyOptions) run(ctx context.Context, w world) error {
	if o.list && o.task == "" && o.file == "" {
		return listTasks(w.stdout)
	}
	task, digest, err := o.load()
	if err == nil {
		err = o.check(ctx, task)
	}
	if err != nil {
		return &exitError{verify.ExitUse, err.Error()}
	}
	switch {
	case o.list:
		listChecks(w.stdout, task)
		return nil
	case o.explain != "":
		explain(w.stdout, task, o.explain)
		return nil
	case o.watch:
		return o.watching(ctx, w, task, digest)
	}
	code, err := o.once(ctx, w, task, digest)
	if err == nil && code != verify.ExitPassed {
		err = &exitError{code, ""}
	}
	return err
}

// load reads the task that was asked for.
func (o *verifyOptions) load() (*verify.Task, string, error) {
	name, fsys := "task/"+o.task+".md", content.FS()
	switch {
	case o.file != "" && o.task != "":
		return nil, "", errors.New("give a task or -file, not both")
	case o.file != "":
		name, fsys = filepath.Base(o.file), os.DirFS(filepath.Dir(o.file))
	case o.task == "":
		return nil, "", errors.New("name a task, such as groundwork verify m1-version; groundwork verify -list shows them")
	}
	src, err := fs.ReadFile(fsys, name)
	if errors.Is(err, fs.ErrNotExist) && o.file == "" {
		return nil, "", fmt.Errorf("there is no task %q; groundwork verify -list shows them", o.task)
	} else if err != nil {
		return nil, "", err
	}
	task, err := verify.ParseTask(name, src)
	return task, verify.Digest(src), err
}

// check says what is wrong with the options for a task.
func (o *verifyOptions) check(ctx context.Context, task *verify.Task) error {
	for _, id := range o.ids() {
		if task.Check(id) == nil {
			return fmt.Errorf("-only: %s has no check %q; groundwork verify %s -list shows them", task.ID, id, task.ID)
		}
	}
	switch {
	case o.explain != "" && task.Check(o.explain) == nil:
		return fmt.Errorf("-explain: %s has no check %q", task.ID, o.explain)
	case o.from < 1 || o.from > len(task.Stages):
		return fmt.Errorf("-from: %s has the stages 1 to %d", task.ID, len(task.Stages))
	case o.upload && (o.watch || o.file != "" || o.seed != 0):
		return errors.New("-upload files one run of a task of the program, with a seed of the site: leave out -watch, -file and -seed")
	case o.slow < 1 || o.slow > 10:
		return errors.New("-slow: give a factor from 1 to 10")
	}
	if o.repo != "" {
		if info, err := os.Stat(o.repo); err != nil || !info.IsDir() {
			return fmt.Errorf("-repo: %s is no folder", o.repo)
		}
	}
	return verify.CheckTarget(ctx, o.url, o.own)
}

func (o *verifyOptions) ids() []string {
	if o.only == "" {
		return nil
	}
	return strings.Split(o.only, ",")
}

// once runs the task and reports it. The error is one that is told in a
// sentence; everything else is in the report and the code.
func (o *verifyOptions) once(ctx context.Context, w world, task *verify.Task, digest string) (code int, err error) {
	runner := &verify.Runner{
		Seed: o.seed, CLI: version, Slow: o.slow, All: o.all, Only: o.ids(), From: o.from, Ctx: ctx,
		Repo: o.repo, Tests: o.tests, Break: o.breaks, Seeder: o.seeder,
	}
	if runner.Repo == "" && o.tests+o.seeder != "" {
		runner.Repo = "."
	}
	if runner.Repo != "" {
		if runner.Repo, err = filepath.Abs(runner.Repo); err != nil {
			return 0, err
		}
	}
	if runner.Seed == 0 {
		runner.Seed = newSeed()
	}
	site, err := o.issued(ctx, w, task, runner)
	if err != nil {
		return 0, &exitError{verify.ExitUse, err.Error()}
	}
	closeBench, err := o.openBench(task, runner)
	if err != nil {
		return 0, &exitError{verify.ExitBroken, err.Error()}
	}
	defer closeBench()
	stop, err := o.startApp(task, runner)
	if err != nil {
		return 0, &exitError{verify.ExitAway, err.Error()}
	}
	defer stop()
	res := o.report(w, task, digest, runner)
	if err := o.write(w, res); err != nil {
		return 0, &exitError{verify.ExitBroken, err.Error()}
	}
	if err := o.filing(ctx, w, site, res); err != nil {
		return 0, &exitError{verify.ExitBroken, err.Error()}
	}
	return res.ExitCode(o.strict), nil
}

// newSeed returns a random seed that is easily typed.
func newSeed() uint64 {
	var b [4]byte
	rand.Read(b[:]) // never fails
	return uint64(binary.LittleEndian.Uint32(b[:]))
}

// openBench opens the verifier's upstream if the task needs it.
func (o *verifyOptions) openBench(task *verify.Task, r *verify.Runner) (close func(), err error) {
	if !task.Requires("bench") {
		return func() {}, nil
	}
	r.Bench = &verify.Bench{}
	if err := r.Bench.Start(o.bench); err != nil {
		return nil, fmt.Errorf("the verifier's own upstream cannot listen: %w; end what listens there, or give another -bench and tell your service", err)
	}
	return r.Bench.Close, nil
}

// startApp starts the learner's service, or waits for one that they started.
func (o *verifyOptions) startApp(task *verify.Task, r *verify.Runner) (stop func(), err error) {
	if o.cmd == "" {
		r.App = verify.Remote{Base: o.url, Log: o.log}
		if !task.Talks() {
			return func() {}, nil
		}
		return func() {}, verify.Reach(o.url)
	}
	app := &verify.Exec{Base: o.url, Command: o.cmd, Dir: o.repo, Ready: time.Duration(o.slow * float64(time.Minute))}
	for name, role := range task.Env {
		if r.Bench != nil {
			app.Env = append(app.Env, name+"="+r.Bench.Addr+role)
		}
	}
	r.App = app
	if err := app.Start(); err != nil {
		return nil, fmt.Errorf("your service: %w", err)
	}
	return func() { app.Stop(false) }, nil
}

// report runs the task with a report for people.
func (o *verifyOptions) report(w world, task *verify.Task, digest string, r *verify.Runner) *verify.Result {
	out := w.stdout
	if o.json == "-" || o.dryRun {
		out = w.stderr
	}
	tty := isTerminal(out)
	term := &verify.Term{W: out, Plain: o.plain, Color: tty && !o.plain && w.getenv("NO_COLOR") == "" && w.getenv("TERM") != "dumb", Live: tty && !o.plain}
	if runtime.GOOS == "windows" && w.getenv("WT_SESSION") == "" {
		term.Color, term.Live, term.Plain = false, false, true // an old console knows neither
	}
	term.Width, _ = strconv.Atoi(w.getenv("COLUMNS"))
	if o.v {
		term.Verbose = 1
	}
	if o.vv {
		term.Verbose = 2
	}
	r.OnStart = func(stage int, c *verify.Check) { term.Start(task, stage, c) }
	r.OnDone = func(c verify.CheckResult) { term.Done(task, c) }
	term.Head(task, o.url, r.Seed)
	res := r.Run(task, digest)
	term.Details(task, res)
	return res
}

// isTerminal says whether out is a terminal.
func isTerminal(out io.Writer) bool {
	f, ok := out.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// write writes the files that were asked for.
func (o *verifyOptions) write(w world, res *verify.Result) error {
	for _, f := range []struct {
		name  string
		write func(io.Writer) error
	}{{o.json, res.JSON}, {o.junit, res.JUnit}} {
		if f.name == "" {
			continue
		}
		var b bytes.Buffer
		if err := f.write(&b); err != nil {
			return err
		}
		if f.name == "-" {
			if _, err := w.stdout.Write(b.Bytes()); err != nil {
				return err
			}
			continue
		}
		if err := os.WriteFile(f.name, b.Bytes(), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// listTasks lists the tasks of the program.
func listTasks(out io.Writer) error {
	tasks, problems := verify.LoadTasks(content.FS())
	if err := problems.Err(); err != nil {
		return &exitError{verify.ExitBroken, err.Error()}
	}
	for _, t := range tasks {
		n := 0
		for _, s := range t.Stages {
			n += len(s.Checks)
		}
		fmt.Fprintf(out, "%-14s v%d  %d stages, %2d checks  %s\n", t.ID, t.Version, len(t.Stages), n, t.Title)
	}
	return nil
}

// listChecks lists the checks of a task.
func listChecks(out io.Writer, t *verify.Task) {
	for i, s := range t.Stages {
		fmt.Fprintf(out, "Stage %d: %s\n", i+1, s.Title)
		for _, c := range s.Checks {
			words := slices.Clone(c.Needs)
			if c.Level != verify.Must {
				words = append(words, c.Level)
			}
			needs := ""
			if len(words) > 0 {
				needs = " (" + strings.Join(words, ", ") + ")"
			}
			fmt.Fprintf(out, "  %-20s %s%s\n", c.ID, c.Title, needs)
		}
	}
	for _, s := range t.SelfChecks {
		fmt.Fprintf(out, "By yourself: %s — %s\n", s.ID, s.Title)
	}
}

// explain prints all that there is to know about one check.
func explain(out io.Writer, t *verify.Task, id string) {
	c := t.Check(id)
	fmt.Fprintf(out, "%s\n\n%s — %s (%s)\n\nWhy: %s\n\nHint: %s\n\nLesson: %s\n\nSteps (%s:%d):\n\n%s", t.Contract, c.ID, c.Title, c.Level, c.Why, c.Hint, c.Lesson, t.File, c.Line, c.Source)
}
