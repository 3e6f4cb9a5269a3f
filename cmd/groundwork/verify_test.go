package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"groundwork/exam/verify"
	reference "groundwork/exam/verify/ref/version"
)

// runVerify runs groundwork verify and returns its exit code, what it wrote and
// what it complained of.
func runVerify(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, complaints bytes.Buffer
	w := world{getenv: func(string) string { return "" }, stdout: &out, stderr: &complaints}
	err := run(t.Context(), append([]string{"verify"}, args...), w)
	var coded *exitError
	switch {
	case errors.As(err, &coded):
		code = coded.code
		complaints.WriteString(coded.text)
	case err != nil:
		t.Fatal(err)
	}
	return code, out.String(), complaints.String()
}

// free returns an address at which nothing listens.
func free(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return "http://" + l.Addr().String()
}

func TestVerifyExitCodes(t *testing.T) {
	good := httptest.NewServer(reference.New(""))
	defer good.Close()
	bad := httptest.NewServer(reference.New("array"))
	defer bad.Close()
	tests := []struct {
		name string
		args []string
		code int
		out  string // in the report or the complaint
	}{
		{"a check passes", []string{"m1-version", "-url", good.URL, "-only", "version.json"}, 0, "PASSED"},
		{"with two dashes", []string{"m1-version", "--url", good.URL, "--only", "version.json,time.utc"}, 0, "2 passed"},
		{"a check fails", []string{"m1-version", "-url", bad.URL, "-only", "version.json"}, 1, "expected  is object"},
		{"nothing listens", []string{"m1-version", "-url", free(t)}, 3, "nothing answers at"},
		{"another machine", []string{"m1-version", "-url", "http://192.0.2.1"}, 2, "is not this machine"},
		{"no such task", []string{"m9"}, 2, "there is no task"},
		{"no task", nil, 2, "name a task"},
		{"no such check", []string{"m1-version", "-only", "x"}, 2, `no check "x"`},
		{"no such flag", []string{"m1-version", "-urk", "x"}, 2, "not defined"},
		{"a stage too many", []string{"m1-version", "-from", "9"}, 2, "stages 1 to"},
		{"a command that ends", []string{"m1-version", "-url", free(t), "-cmd", "echo no luck"}, 3, "no luck"},
		{"a port that is taken", []string{"m1-version", "-url", good.URL, "-cmd", "true"}, 3, "listens at"},
		{"the list", []string{"-list"}, 0, "m2-users"},
		{"the checks of a task", []string{"m2-users", "-list"}, 0, "unique.race"},
		{"a check explained", []string{"m2-users", "-explain", "unique.race"}, 0, "parallel 10 rounds 100"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			code, out, complaint := runVerify(t, tt.args...)
			if code != tt.code || !strings.Contains(out+complaint, tt.out) {
				t.Errorf("code %d, want %d; want %q in:\n%s%s", code, tt.code, tt.out, out, complaint)
			}
		})
	}
}

func TestVerifyWritesFiles(t *testing.T) {
	s := httptest.NewServer(reference.New(""))
	defer s.Close()
	junit := filepath.Join(t.TempDir(), "junit.xml")
	code, out, report := runVerify(t, "m1-version", "-url", s.URL, "-only", "version.json", "-seed", "7", "-json", "-", "-junit", junit)
	var res verify.Result
	if err := json.Unmarshal([]byte(out), &res); err != nil || code != 0 {
		t.Fatalf("code %d, JSON: %v\n%s", code, err, out)
	}
	if res.Task != "m1-version" || res.Seed != 7 || len(res.Checks) != 1 || !res.Passed || len(res.Transcript) == 0 {
		t.Errorf("result: %+v", res)
	}
	if !strings.Contains(report, "PASSED") {
		t.Errorf("with -json - the report goes to the standard error:\n%s", report)
	}
	if b, err := os.ReadFile(junit); err != nil || !strings.Contains(string(b), `testcase name="version.json`) {
		t.Errorf("JUnit: %v\n%s", err, b)
	}
}

func TestVerifyOwnFile(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("hello")) }))
	defer s.Close()
	file := filepath.Join(t.TempDir(), "mine.md")
	write := func(steps string) {
		text := "---\nid: mine\ntitle: Mine\nof: project/mine\nversion: 1\n---\n\n# Contract\n\nHello.\n\n## Stage 1: One\n\n### hello — it greets\n\nWhy: w.\n\nHint: h.\n\nLesson: api/errors\n\n```steps\n" + steps + "```\n"
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("GET /\n=> 200\nbody == hello\n")
	if code, out, complaint := runVerify(t, "-file", file, "-url", s.URL); code != 0 {
		t.Errorf("code %d:\n%s%s", code, out, complaint)
	}
	write("GET /\n=> 200\nbody equals hello\nwait long\n")
	code, _, complaint := runVerify(t, "-file", file, "-url", s.URL)
	if code != 2 || !strings.Contains(complaint, "mine.md:25: ") || !strings.Contains(complaint, "mine.md:26: ") {
		t.Errorf("code %d, want 2 and both lines:\n%s", code, complaint)
	}
}
