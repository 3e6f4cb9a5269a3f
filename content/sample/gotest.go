package sample

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
)

// An event is one line of go test -json.
type event struct {
	Action     string
	Package    string
	ImportPath string
	Test       string
	Output     string
}

// test runs the test files.
func (m *module) test(ctx context.Context) error {
	args := []string{"test", "-json", "-vet=off", "-timeout=" + testTime}
	at := map[string]int{} // import path to sample
	for _, i := range m.packages[Test] {
		args = append(args, "./"+m.name(i))
		at["samples/"+m.name(i)] = i
	}
	if len(at) == 0 {
		return nil
	}
	out, err := m.gocmd(ctx, args...)
	if err != nil {
		return fmt.Errorf("go test: %w: %s", err, out)
	}
	said := map[int]string{}  // what each package printed
	ended := map[int]string{} // pass, fail or skip
	var all strings.Builder
	for line := range strings.Lines(out) {
		var e event
		if json.Unmarshal([]byte(line), &e) != nil {
			all.WriteString(line) // from before the tests: all that goes wrong there
			continue
		}
		all.WriteString(e.Output)
		i, ok := at[e.Package]
		switch {
		case !ok:
		case e.Action == "output":
			said[i] += e.Output
		case e.Test == "" && (e.Action == "pass" || e.Action == "fail" || e.Action == "skip"):
			ended[i] = e.Action
		}
	}
	m.complaints(all.String())
	for _, i := range m.packages[Test] {
		m.verdict(i, ended[i], said[i])
	}
	return nil
}

// verdict reports a test that did not pass.
func (m *module) verdict(i int, action, said string) {
	s := m.set.Samples[i]
	switch {
	case m.broken[i]:
		return
	case action == "":
		return // it did not run: the report counts one less
	case action != "pass":
		m.bad(s.File, s.Line, fmt.Sprintf("the test does not pass: %s", gist(said)), "mend the code or the test")
	case strings.Contains(said, "no tests to run"):
		m.bad(s.File, s.Line, "there is no test in the block", "name it TestXxx(t *testing.T), or mark the block as program")
	}
	m.ran(i, said)
}

// gist returns the first lines of what a failed test says.
func gist(said string) string {
	var out []string
	for line := range strings.Lines(said) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "===") || strings.HasPrefix(line, "---") || strings.HasPrefix(line, "FAIL") {
			continue
		}
		if out = append(out, line); len(out) == 3 {
			break
		}
	}
	return strings.Join(out, "; ")
}
