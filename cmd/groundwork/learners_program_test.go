package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"groundwork/content"
)

// S2, S3: the program that anybody may download verifies tasks and carries no
// item of the exam: its key could be read out of it.
func TestLearnersProgram(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "groundwork")
	build := exec.Command("go", "build", "-tags", "learner", "-o", binary, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	data, err := os.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	s, problems := load(content.FS())
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	text, carried := string(data), 0
	for _, it := range s.bank.All() {
		for _, o := range it.Options {
			if len(o.Reason) > 40 && strings.Contains(text, o.Reason) {
				carried++
			}
		}
	}
	if carried > 0 {
		t.Errorf("it carries %d reasons of items", carried)
	}
	if out, err := exec.Command(binary, "verify", "-list").CombinedOutput(); err != nil || !strings.Contains(string(out), s.tasks[0].ID) {
		t.Errorf("verify -list: %v\n%s", err, out)
	}
	for _, args := range [][]string{{"serve", "-db", filepath.Join(t.TempDir(), "g.db")}, {"check"}, {"doctor", "-db", binary}} {
		if out, err := exec.Command(binary, args...).CombinedOutput(); err == nil || !strings.Contains(string(out), "the program for learners") {
			t.Errorf("%s: %v\n%s", args[0], err, out)
		}
	}
	if make, err := os.ReadFile(filepath.Join(root, "Makefile")); err != nil || !strings.Contains(string(make), "go build -tags learner") {
		t.Errorf("make release does not build it: %v", err)
	}
}
