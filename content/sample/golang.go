package sample

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// What a program gets.
const (
	programTime = 10 * time.Second // content/README.md promises two; a busy machine is slower
	testTime    = "30s"
	mostOutput  = 1 << 20
)

// A module is the temporary module into which all Go samples are written: one
// package each, p007 for a program, f007 for a fragment, t007 for a test,
// where 7 is the sample's place in the set.
type module struct {
	*run
	dir      string
	packages map[Kind][]int
	broken   map[int]bool // samples that do not compile
}

// golang builds and runs the Go samples. Without the go command it notes that
// and does nothing.
func (r *run) golang(ctx context.Context) error {
	m := &module{run: r, packages: map[Kind][]int{}, broken: map[int]bool{}}
	for i, s := range r.set.Samples {
		if s.Kind.Go() {
			m.packages[s.Kind] = append(m.packages[s.Kind], i)
		}
	}
	if len(m.packages) == 0 {
		return nil
	}
	if _, err := exec.LookPath("go"); err != nil {
		r.report.NoGo = true
		return nil
	}
	dir, err := os.MkdirTemp("", "groundwork-samples-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	m.dir = dir
	for _, step := range []func(context.Context) error{m.write, m.build, m.test, m.programs} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// name returns the package of a sample.
func (m *module) name(i int) string { return fmt.Sprintf("%c%03d", m.set.Samples[i].Kind[0], i) }

// write writes the module.
func (m *module) write(context.Context) error {
	if err := m.put("go.mod", fmt.Sprintf("module samples\n\ngo %s\n", goVersion())); err != nil {
		return err
	}
	for i, s := range m.set.Samples {
		dir := m.name(i)
		var err error
		switch s.Kind {
		case Program:
			err = m.put(dir+"/main.go", s.Text)
		case Test:
			err = m.put(dir+"/sample_test.go", s.Text)
		case Fragment:
			src, wrong := wrap(dir, s)
			if wrong != nil {
				m.bad(s.File, s.Line+wrong.line, wrong.what, "write whole declarations or whole statements")
				m.broken[i] = true
				m.ran(i, "")
				continue
			}
			if err = m.put(dir+"/fragment.go", src.text); err == nil && s.Harness != "" {
				err = m.put(dir+"/harness.go", src.harness)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (m *module) put(name, text string) error {
	name = filepath.Join(m.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, []byte(text), 0o644)
}

var goNumber = regexp.MustCompile(`^go(\d+\.\d+)`)

// goVersion returns the language that this program was built with, for go.mod.
func goVersion() string {
	if m := goNumber.FindStringSubmatch(runtime.Version()); m != nil {
		return m[1]
	}
	return "1.26"
}

// gocmd runs the go command in the module and returns all it says.
func (m *module) gocmd(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = m.dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "GO111MODULE=on", "GOTOOLCHAIN=local", "GOPROXY=off")
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) && ctx.Err() == nil {
		return string(out), nil // what is wrong stands in the output
	}
	return string(out), err
}

// build compiles programs, then fragments, and reports what does not compile.
// With -o the go command builds programs alone, so it takes two invocations.
func (m *module) build(ctx context.Context) error {
	args := []string{"build", "-ldflags=-s -w", "-o", "bin/"}
	if err := m.compile(ctx, Program, args); err != nil {
		return err
	}
	return m.compile(ctx, Fragment, []string{"build"})
}

// compile builds all samples of one kind.
func (m *module) compile(ctx context.Context, kind Kind, args []string) error {
	for _, i := range m.packages[kind] {
		if !m.broken[i] {
			args = append(args, "./"+m.name(i))
		}
	}
	if !strings.HasPrefix(args[len(args)-1], "./") {
		return nil // there are none
	}
	out, err := m.gocmd(ctx, args...)
	if err != nil {
		return fmt.Errorf("go build: %w: %s", err, out)
	}
	if known := m.complaints(out); out != "" && !known {
		return fmt.Errorf("go build says what cannot be understood: %s", out)
	}
	for _, i := range m.packages[kind] {
		if kind == Fragment && !m.broken[i] {
			m.ran(i, "")
		}
	}
	return nil
}

func (m *module) bin(i int) string { return filepath.Join(m.dir, "bin", m.name(i)+exe()) }

func exe() string {
	if runtime.GOOS == "windows" {
		return ".exe"
	}
	return ""
}

// complaint is what the compiler says: a package, a file, a place, a text.
var complaint = regexp.MustCompile(`(?m)^(?:vet: )?(?:\./|\.\\)?([pft])(\d{3,})[/\\](\w+\.go):(\d+)(?::\d+)?: (.*)$`)

// complaints reports the compiler's errors at the lines of their blocks, and
// whether there were any.
func (m *module) complaints(out string) bool {
	found := complaint.FindAllStringSubmatch(out, -1)
	for _, c := range found {
		i, _ := strconv.Atoi(c[2])    // digits
		line, _ := strconv.Atoi(c[4]) // digits
		if i >= len(m.set.Samples) {
			continue
		}
		s := m.set.Samples[i]
		at, what := s.Line+line, "the code does not compile: "
		switch c[3] {
		case "fragment.go":
			at-- // the line that wrap puts before it
		case "harness.go":
			at, what = s.HarnessLine+line-1, fmt.Sprintf("the harness for line %d does not compile: ", s.Line)
		}
		m.bad(s.File, at, what+c[5], "mend it; what a fragment leaves out goes into the lesson's harness")
		if !m.broken[i] {
			m.broken[i] = true
			m.ran(i, "")
		}
	}
	return len(found) > 0
}

// programs runs the programs in parallel.
func (m *module) programs(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.NumCPU())
	for _, i := range m.packages[Program] {
		if m.broken[i] {
			continue
		}
		g.Go(func() error { m.program(ctx, i); return nil })
	}
	return g.Wait()
}

// program runs one program, twice if something is expected of its output: what
// it prints must be the same every time.
func (m *module) program(ctx context.Context, i int) {
	s := m.set.Samples[i]
	out, err := m.execute(ctx, i)
	defer func() { m.ran(i, out) }()
	if err != nil {
		m.bad(s.File, s.Line, fmt.Sprintf("the program fails: %v", err), "mend it; a program ends by itself and without an error")
		return
	}
	if s.Want == nil && !m.claimed[i] {
		return
	}
	if again, err := m.execute(ctx, i); err != nil || again != out {
		m.bad(s.File, s.Line, "the program does not print the same every time", "keep the clock, maps and chance out of what it prints")
		return
	}
	m.compare(s, out)
}

// execute runs a program in a folder of its own.
func (m *module) execute(ctx context.Context, i int) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, programTime)
	defer cancel()
	dir, err := os.MkdirTemp(m.dir, "work-")
	if err != nil {
		return "", err
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, m.bin(i))
	cmd.Dir = dir
	cmd.Env = []string{"HOME=" + dir, "TMPDIR=" + dir, "TZ=UTC", "PATH=" + os.Getenv("PATH")}
	cmd.Stdout, cmd.Stderr = &capped{&stdout}, &capped{&stderr}
	cmd.WaitDelay = time.Second
	err = cmd.Run()
	switch {
	case ctx.Err() != nil:
		return stdout.String(), fmt.Errorf("it has not ended after %v", programTime)
	case err != nil:
		first, _, _ := strings.Cut(strings.TrimSpace(stderr.String()), "\n")
		return stdout.String(), fmt.Errorf("%w: %s", err, first)
	}
	return stdout.String(), nil
}

// capped keeps the first [mostOutput] bytes and lets the rest go.
type capped struct{ *bytes.Buffer }

func (c *capped) Write(p []byte) (int, error) {
	if room := mostOutput - c.Len(); room > 0 {
		c.Buffer.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}
