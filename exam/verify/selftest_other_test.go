package verify_test

import (
	"net"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"groundwork/exam/verify"
)

// Solutions in other languages, on servers of another kind (HTTP/1.0, one
// thread, another order of headers), pass every must under -cmd. Those whose
// language is not installed are left out.
func TestOtherLanguages(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes minutes")
	}
	var trials []trial
	for _, o := range []struct{ name, task, needs, command string }{
		{"Python", "m2-users", "python3", "python3 users.py $DATA"},
		{"Python with seed data", "p1-tracker", "python3", "python3 tracker.py $DATA"},
		{"Python with workers", "p3-checkout", "python3", "python3 checkout.py $DATA"},
		{"Node", "p2-shortener", "node", "node short.js $DATA"},
		{"PHP", "m1-version", "php", "php -S 127.0.0.1:$PORT version.php"},
	} {
		trials = append(trials, trial{o.name, func(t *testing.T) {
			if exec.Command(o.needs, "--version").Run() != nil {
				t.Skip(o.needs + " is not installed")
			}
			dir, err := filepath.Abs(filepath.Join("ref", "other"))
			if err != nil {
				t.Fatal(err)
			}
			bench := &verify.Bench{}
			if err := bench.Start("127.0.0.1:0"); err != nil {
				t.Fatal(err)
			}
			defer bench.Close()
			task, digest := load(t, o.task)
			data := filepath.Join(t.TempDir(), "data")
			app := &verify.Exec{Base: freeAddress(t), Command: o.command, Dir: dir, Ready: time.Minute, Env: []string{"DATA=" + data}}
			for name, role := range task.Env {
				app.Env = append(app.Env, name+"="+bench.Addr+role)
			}
			if err := app.Start(); err != nil {
				t.Fatal(err)
			}
			defer app.Stop(true)
			res := (&verify.Runner{App: app, Bench: bench, Seed: 11, Slow: 2, Repo: dir, Seeder: o.command[:len(o.command)-len("$DATA")] + "'" + data + "' seed"}).Run(task, digest)
			for _, c := range res.Checks {
				if c.Level == verify.Must && !slices.Contains([]verify.Status{verify.Pass, verify.Unsure}, c.Status) || c.Status == verify.Errored {
					t.Errorf("%s %s %s %v", c.ID, c.Status, c.Note, c.Failure)
				}
			}
			t.Logf("%d checks in %v, did not pass:%s", len(res.Checks), res.Duration.Round(10*time.Millisecond), report(res))
			again(t, task, res)
		}})
	}
	all(t, trials)
}

// freeAddress is an address at which nothing listens.
func freeAddress(t testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return "http://" + l.Addr().String()
}
