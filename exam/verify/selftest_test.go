package verify_test

// How the verifier proves itself. A subject is a task with its reference
// solution and its mutants: the same solution with one planted defect each.
// The tests below walk all subjects; to add one, write selftest_TASK_test.go
// and name it in subjects.

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"groundwork/content"
	"groundwork/exam/verify"
)

// A subject is what the self-test knows of one task.
type subject struct {
	task string
	// serve makes the reference solution, with a defect unless bug is "".
	// stop is called when the program ends; with kill, nothing may be saved.
	// nil for a task that looks at files only.
	serve func(w place, bug string) (h http.Handler, stop func(kill bool), err error)
	// files writes the folder that is given as -repo; nil if there is none.
	files func(dir, bug string) error
	// runner sets what else this task's run is given, such as Tests.
	runner  func(w place, bug string, r *verify.Runner)
	mutants []mutant
}

// place is what a solution has around it.
type place struct {
	dir   string // for its data; kept over a restart
	bench string // address of the verifier's upstream, without a role
	log   io.Writer
}

// A mutant is a planted defect and the one check that must fail.
type mutant struct{ bug, check string }

// subjects are all tasks.
func subjects() []subject {
	return []subject{
		m1Version,
		m2Users,
		m3Cache,
		m4Ops,
		p1Tracker,
		p2Shortener,
		p3Checkout,
		p4Feed,
		p5Incident,
	}
}

// atOnce is how many cases run at the same time: nearly all of it is waiting.
func atOnce() int {
	if n, err := strconv.Atoi(os.Getenv("AT_ONCE")); err == nil && n > 0 {
		return n
	}
	return 40
}

// A trial is one case of the self-test.
type trial struct {
	name string
	run  func(t *testing.T)
}

// all runs trials as subtests, a number of them at the same time whatever the
// test's -parallel is.
func all(t *testing.T, trials []trial) {
	work := make(chan trial)
	var wg sync.WaitGroup
	for range atOnce() {
		wg.Go(func() {
			for c := range work {
				t.Run(c.name, c.run)
			}
		})
	}
	for _, c := range trials {
		work <- c
	}
	close(work)
	wg.Wait()
}

func load(t testing.TB, id string) (*verify.Task, string) {
	t.Helper()
	src, err := fs.ReadFile(content.FS(), "task/"+id+".md")
	if err != nil {
		t.Fatal(err)
	}
	task, err := verify.ParseTask("task/"+id+".md", src)
	if err != nil {
		t.Fatal(err)
	}
	return task, verify.Digest(src)
}

// judge runs a task against its solution.
func judge(t testing.TB, s subject, bug string, seed uint64) *verify.Result {
	t.Helper()
	task, digest := load(t, s.task)
	app := start(t, s, bug)
	r := &verify.Runner{App: app, Bench: app.bench, Seed: seed}
	if s.files != nil {
		r.Repo = t.TempDir()
		if err := s.files(r.Repo, bug); err != nil {
			t.Fatal(err)
		}
	}
	if s.runner != nil {
		s.runner(app.place(), bug, r)
	}
	res := r.Run(task, digest)
	if len(r.Only) == 0 { // a part of a run cannot be filed
		again(t, task, res)
	}
	return res
}

// again judges the transcript of a run as the site does. The verdicts must be
// the same.
func again(t testing.TB, task *verify.Task, res *verify.Result) {
	t.Helper()
	var file bytes.Buffer
	if err := res.JSON(&file); err != nil {
		t.Fatal(err)
	}
	packed, err := res.Packed()
	if err != nil {
		t.Fatal(err)
	}
	if len(packed) > 512<<10 {
		t.Errorf("the result is %d KB packed; a site takes 512", len(packed)>>10)
	}
	t.Logf("result.json: %d KB, %d KB packed", file.Len()>>10, len(packed)>>10)
	read, err := verify.ReadResult(&file)
	if err != nil {
		t.Fatal(err)
	}
	own, err := verify.Replay(task, read, verify.Terms{Digest: res.Digest, Seed: res.Seed, Run: res.Run, Issued: res.Started, Received: res.Started.Add(res.Duration)})
	if err != nil {
		t.Errorf("replay refused: %v", err)
		return
	}
	for i, c := range res.Checks {
		if o := own.Checks[i]; o.Status != c.Status || o.Requests != c.Requests {
			t.Errorf("replay of %s: %s %s %v with %d requests, live it was %s %v with %d", c.ID, o.Status, o.Note, o.Failure, o.Requests, c.Status, c.Failure, c.Requests)
		}
	}
	if own.Passed != res.Passed || own.Stretch != res.Stretch {
		t.Errorf("replay passed %v, stretch %v; live %v, %v", own.Passed, own.Stretch, res.Passed, res.Stretch)
	}
}

func count(r *verify.Result, status ...verify.Status) (ids []string) {
	for _, c := range r.Checks {
		if slices.Contains(status, c.Status) {
			ids = append(ids, c.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// report says what did not pass, for a test's message.
func report(r *verify.Result) string {
	var b strings.Builder
	for _, c := range r.Checks {
		if c.Status != verify.Pass {
			fmt.Fprintf(&b, "\n  %s %s %s %v", c.ID, c.Status, c.Note, c.Failure)
		}
	}
	return b.String()
}

// Every reference passes every check. Unsure is a fair verdict on a busy
// machine; such a run is repeated.
func TestReferencePasses(t *testing.T) {
	t.Parallel()
	var trials []trial
	for _, s := range subjects() {
		trials = append(trials, trial{s.task, func(t *testing.T) {
			res := judge(t, s, "", 1)
			for try := 0; try < 2 && len(count(res, verify.Pass, verify.Unsure)) == len(res.Checks) && len(count(res, verify.Unsure)) > 0; try++ {
				t.Log("unsure, so again:", report(res))
				res = judge(t, s, "", 1)
			}
			if ok := len(count(res, verify.Pass, verify.Unsure)); ok != len(res.Checks) {
				t.Error("does not pass:", report(res))
			}
			n := 0
			for _, c := range res.Checks {
				n += c.Requests
			}
			t.Logf("%d checks, %d requests, %v", len(res.Checks), n, res.Duration.Round(time.Millisecond))
		}})
	}
	all(t, trials)
}

// Each mutant fails exactly its check. A run that is unsure and has no failure
// is repeated: the machine was too busy.
func TestMutants(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes minutes")
	}
	var trials []trial
	for _, s := range subjects() {
		for _, m := range s.mutants {
			trials = append(trials, trial{s.task + "/" + m.bug, func(t *testing.T) {
				for try := range 2 {
					res := judge(t, s, m.bug, uint64(7+try))
					failed := count(res, verify.Fail, verify.Errored)
					if len(failed) == 0 && len(count(res, verify.Unsure)) > 0 {
						t.Log("unsure:", report(res))
						continue
					}
					if !slices.Equal(failed, []string{m.check}) {
						t.Errorf("failed checks %v, want only %s:%s", failed, m.check, report(res))
					}
					return
				}
			}})
		}
	}
	all(t, trials)
	t.Logf("%d mutants", len(trials))
}

// A check that no mutant fails is decoration.
func TestEveryCheckHasAMutant(t *testing.T) {
	for _, s := range subjects() {
		task, _ := load(t, s.task)
		caught := map[string]bool{}
		for _, m := range s.mutants {
			caught[m.check] = true
		}
		for _, stage := range task.Stages {
			for _, c := range stage.Checks {
				if !caught[c.ID] {
					t.Errorf("%s: check %s is failed by no mutant", s.task, c.ID)
				}
				delete(caught, c.ID)
			}
		}
		for id := range caught {
			t.Errorf("%s: mutants fail %s, which is no check", s.task, id)
		}
	}
}

// No server that knows nothing of a task passes a check of it, but for the few
// that the task names as trivial.
func TestKnowNothing(t *testing.T) {
	t.Parallel()
	var trials []trial
	for _, s := range subjects() {
		trials = append(trials, trial{s.task, func(t *testing.T) {
			task, _ := load(t, s.task)
			for _, p := range verify.KnowNothing(t.Context(), task) {
				t.Error(p)
			}
		}})
	}
	all(t, trials)
}
