package verify_test

import (
	"net"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"groundwork/exam/verify"
)

// Solutions in other languages pass the same checks, as programs of their own.
// One whose interpreter is not installed is left out.
func TestOtherLanguages(t *testing.T) {
	var trials []trial
	for _, o := range []struct{ task, interpreter, file string }{
		{"m1-version", "php", "version.php"},
		{"m2-users", "python3", "users.py"},
		{"p1-tracker", "python3", "tracker.py"},
		{"p2-shortener", "node", "short.js"},
	} {
		trials = append(trials, trial{o.task + "/" + o.interpreter, func(t *testing.T) {
			if _, err := exec.LookPath(o.interpreter); err != nil {
				t.Skip(err)
			}
			file, err := filepath.Abs(filepath.Join("ref", "other", o.file))
			if err != nil {
				t.Fatal(err)
			}
			task, digest := load(t, o.task)
			r := runProgram(t, task, o.interpreter, file)
			res := r.Run(task, digest)
			again(t, task, res)
			if failed := count(res, verify.Fail, verify.Errored); len(failed) > 0 || len(count(res, verify.Pass)) == 0 {
				t.Error("a correct solution fails:", report(res))
			}
			t.Logf("%d of %d checks passed in %v", len(count(res, verify.Pass)), len(res.Checks), res.Duration.Round(time.Millisecond))
		}})
	}
	all(t, trials)
}

// runProgram starts a solution with a file for its data, until the test ends.
func runProgram(t *testing.T, task *verify.Task, interpreter, file string) *verify.Runner {
	t.Helper()
	bench := &verify.Bench{}
	if err := bench.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(bench.Close)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	command := interpreter + " '" + file + "' '" + filepath.Join(t.TempDir(), "data") + "'"
	if interpreter == "php" {
		command = "php -S " + addr + " '" + file + "'"
	}
	app := &verify.Exec{Base: "http://" + addr, Command: command, Ready: 30 * time.Second}
	for name, role := range task.Env {
		app.Env = append(app.Env, name+"="+bench.Addr+role)
	}
	if err := app.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { app.Stop(true) })
	return &verify.Runner{App: app, Bench: bench, Seed: 5, Seeder: command + " seed"}
}
