package verify_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"groundwork/exam/verify"
)

var update = flag.Bool("update", false, "write the golden files anew")

// normal takes what differs between two runs out of a report.
var normal = []struct {
	re *regexp.Regexp
	by string
}{
	{regexp.MustCompile(`127\.0\.0\.1:\d+`), "HOST"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`), "DATE"},
	{regexp.MustCompile(`\d+(\.\d+)?(µs|ms|s)\b`), "TIME"},
	{regexp.MustCompile(`\.md:\d+`), ".md:LINE"},
	{regexp.MustCompile(`(hit_ms|miss_ms) [0-9.e+-]+`), "$1 FIGURE"},
}

// What people read: one pass, and failures of four kinds, as golden files.
func TestReportsForPeople(t *testing.T) {
	tests := []struct {
		name string
		s    subject
		bug  string
		term verify.Term
		only []string
	}{
		{"pass", m1Version, "", verify.Term{}, []string{"version.answers", "version.json", "time.utc", "routes.unknown"}},
		{"header missing", m2Users, "no-location", verify.Term{}, nil},
		{"upstream asked twice", m3Cache, "no-cache", verify.Term{Plain: true}, nil},
		{"several", m2Users, "plain-errors", verify.Term{Verbose: 2, Width: 70}, []string{"users.get", "errors.json", "errors.problem"}},
		{"in colour", m1Version, "cacheable", verify.Term{Color: true, Live: true}, []string{"routes.method", "cache.nostore"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			task, digest := load(t, tt.s.task)
			app := start(t, tt.s, tt.bug)
			var out bytes.Buffer
			term := tt.term
			term.W = &out
			r := &verify.Runner{App: app, Bench: app.bench, Seed: 1, Only: tt.only,
				OnStart: func(stage int, c *verify.Check) { term.Start(task, stage, c) },
				OnDone:  func(c verify.CheckResult) { term.Done(task, c) }}
			term.Head(task, app.URL(), 1)
			term.Details(task, r.Run(task, digest))
			got := out.Bytes()
			for _, n := range normal {
				got = n.re.ReplaceAll(got, []byte(n.by))
			}
			golden(t, tt.name+".txt", got)
		})
	}
}

// golden compares got with a file in testdata/report.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", "report", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("report (-want +got); go test -update writes it anew:\n%s", diff)
	}
}

func TestExitCode(t *testing.T) {
	check := func(level string, s verify.Status) verify.CheckResult {
		return verify.CheckResult{Level: level, Status: s}
	}
	tests := []struct {
		name         string
		checks       []verify.CheckResult
		code, strict int
	}{
		{"all pass", []verify.CheckResult{check("must", "pass"), check("should", "pass")}, 0, 0},
		{"advice not followed", []verify.CheckResult{check("must", "pass"), check("should", "fail")}, 0, 1},
		{"a must fails", []verify.CheckResult{check("must", "fail"), check("must", "unsure")}, 1, 1},
		{"a must is skipped", []verify.CheckResult{check("must", "skipped")}, 1, 1},
		{"a must is unsure", []verify.CheckResult{check("must", "pass"), check("must", "unsure")}, 5, 5},
		{"a stretch is unsure", []verify.CheckResult{check("must", "pass"), check("stretch", "unsure")}, 0, 5},
		{"an error of ours", []verify.CheckResult{check("must", "fail"), check("should", "error")}, 4, 4},
	}
	for _, tt := range tests {
		r := &verify.Result{Checks: tt.checks, Passed: true, Advised: true, Stretch: true}
		for _, c := range tt.checks {
			if c.Status != verify.Pass {
				r.Passed = r.Passed && c.Level != verify.Must
				r.Advised = r.Advised && c.Level != verify.Should
				r.Stretch = r.Stretch && c.Level != verify.Stretch
			}
		}
		if got := r.ExitCode(false); got != tt.code {
			t.Errorf("%s: exit code %d, want %d", tt.name, got, tt.code)
		}
		if got := r.ExitCode(true); got != tt.strict {
			t.Errorf("%s: strict exit code %d, want %d", tt.name, got, tt.strict)
		}
	}
}
