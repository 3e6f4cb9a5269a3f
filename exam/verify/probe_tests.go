package verify

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// ranTests are lines in which test runners say how many tests ran. Where there
// is no number, each line is one.
var ranTests = []*regexp.Regexp{
	regexp.MustCompile(`(?m)^\s*--- PASS: `),                                          // go test -v
	regexp.MustCompile(`(?m)^ok\s+\S+\s+(?:\(cached\)|[0-9.]+s)(?:\s+coverage:.*)?$`), // go test, without [no tests to run]
	regexp.MustCompile(`(?m)^\s*Tests:?\s.*?\b(\d+) passed`),                          // jest, vitest
	regexp.MustCompile(`(?m)^\s*(\d+) passing`),                                       // mocha
	regexp.MustCompile(`(?m)^[#ℹ] (?:tests|pass) (\d+)`),                              // node --test
	regexp.MustCompile(`(?m)\b(\d+) passed\b.* in [0-9.]+s`),                          // pytest
	regexp.MustCompile(`(?m)^Ran (\d+) tests? in`),                                    // unittest
	regexp.MustCompile(`(?m)^test result: ok\. (\d+) passed`),                         // cargo
	regexp.MustCompile(`(?m)Passed:\s+(\d+)`),                                         // dotnet
	regexp.MustCompile(`(?m)Tests run:\s*(\d+)`),                                      // JUnit, Maven
	regexp.MustCompile(`(?m)^\S+ > .+ PASSED$`),                                       // Gradle with testLogging
	regexp.MustCompile(`(?m)^OK \((\d+) tests?`),                                      // PHPUnit
	regexp.MustCompile(`(?m)^\s*Tests:\s+(\d+) passed`),                               // Pest
	regexp.MustCompile(`(?m)^(\d+) (?:examples?|tests?|runs), `),                      // RSpec, ExUnit, Minitest
	regexp.MustCompile(`(?m)^ok (?:\d+)\b`),                                           // TAP
	regexp.MustCompile(`(?m)(\d+) tests? passed`),                                     // Deno, CTest and others
	regexp.MustCompile(`(?m)^100% tests passed, 0 tests failed out of (\d+)`),
}

// countTests is the number of tests that a runner's output speaks of.
func countTests(output string) (n int) {
	for _, re := range ranTests {
		for _, m := range re.FindAllStringSubmatch(output, -1) {
			if len(m) == 1 {
				n++
				continue
			}
			if k, err := strconv.Atoi(m[1]); err == nil {
				n += k
			}
		}
	}
	return n
}

// A biteRun is what happened to a copy of the folder.
type biteRun struct {
	Whole   commandRun // the tests, before
	Break   commandRun
	Changed []string // files that the break command changed
	Broken  commandRun
}

// probeTests looks= whether the tests pass and are some (pass), or whether they
// fail in a copy of the folder after the break command changed it (bite).
func probeTests(x *Ctx, args map[string]string) error {
	switch args["look"] {
	case "pass":
		return testsPass(x)
	case "bite":
		return testsBite(x)
	}
	return fmt.Errorf("look=%s: want pass or bite", args["look"])
}

func testsPass(x *Ctx) error {
	type facts struct {
		commandRun
		Count int
	}
	run, err := Observe(x, "tests", func() (facts, error) {
		r := runCommand(x.ctx, x.R.Repo, x.R.Tests)
		return facts{r, countTests(r.Output)}, nil
	})
	switch {
	case err != nil:
		return err
	case run.Exit != 0:
		return &Failure{What: "the tests: " + x.R.Tests, Expected: "exit code 0", Actual: fmt.Sprintf("%d; the last output:\n%s", run.Exit, tail(run.Output, 12))}
	case run.Count == 0:
		return &Failure{What: "the tests: " + x.R.Tests, Expected: "an output that says that at least one test ran", Actual: "exit code 0 and\n" + tail(run.Output, 12)}
	}
	x.Note("tests", run.Count)
	return nil
}

func testsBite(x *Ctx) error {
	run, err := Observe(x, "bite", func() (r biteRun, err error) {
		dir, err := os.MkdirTemp("", "groundwork-break")
		if err != nil {
			return r, err
		}
		defer os.RemoveAll(dir)
		if err := copyFolder(dir, x.R.Repo); err != nil {
			return r, skipBecause("cannot copy your folder: %v", err)
		}
		if r.Whole = runCommand(x.ctx, dir, x.R.Tests); r.Whole.Exit != 0 {
			return r, nil
		}
		if r.Break = runCommand(x.ctx, dir, x.R.Break); r.Break.Exit != 0 {
			return r, nil
		}
		if r.Changed, err = changedFiles(dir, x.R.Repo); err != nil {
			return r, err
		}
		r.Broken = runCommand(x.ctx, dir, x.R.Tests)
		return r, nil
	})
	switch {
	case err != nil:
		return err
	case run.Whole.Exit != 0:
		return skipBecause("your tests pass in your folder and not in a copy of it, so breaking the copy would prove nothing; the last output:\n%s", tail(run.Whole.Output, 12))
	case run.Break.Exit != 0:
		return &Failure{What: "the break command: " + x.R.Break, Expected: "exit code 0", Actual: fmt.Sprintf("%d: %s", run.Break.Exit, tail(run.Break.Output, 6))}
	case len(run.Changed) == 0:
		return &Failure{What: "the break command: " + x.R.Break, Expected: "a change of some file", Actual: "nothing is different"}
	case run.Broken.Exit == 0:
		return &Failure{What: "the tests after " + x.R.Break + " (it changed " + strings.Join(run.Changed, ", ") + ")", Expected: "they fail", Actual: "they pass"}
	}
	return nil
}

// heavyFolders hold what tools can make again: they are linked, not copied.
var heavyFolders = []string{"node_modules", ".venv", "venv", "vendor", "target", ".gradle"}

// maxCopy is the size of a folder up to which it is copied.
const maxCopy = 500 << 20

// copyFolder copies what a project needs to run its tests. Neither side is left
// by a link that appears meanwhile.
func copyFolder(to, from string) error {
	from, err := filepath.Abs(from)
	if err != nil {
		return err
	}
	src, err := os.OpenRoot(from)
	if err != nil {
		return err
	}
	defer src.Close()
	dst, err := os.OpenRoot(to)
	if err != nil {
		return err
	}
	defer dst.Close()
	var size int64
	return fs.WalkDir(src.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains(heavyFolders, d.Name()):
			if err := dst.Symlink(filepath.Join(from, name), name); err != nil {
				return err
			}
			return fs.SkipDir
		case d.IsDir():
			return dst.MkdirAll(name, 0o755)
		case info.Mode()&fs.ModeSymlink != 0:
			link, err := src.Readlink(name)
			if err != nil {
				return err
			}
			return dst.Symlink(link, name)
		case !info.Mode().IsRegular():
			return nil
		}
		if size += info.Size(); size > maxCopy {
			return fmt.Errorf("it is larger than %d MB", maxCopy>>20)
		}
		b, err := src.ReadFile(name)
		if err != nil {
			return err
		}
		return dst.WriteFile(name, b, info.Mode().Perm())
	})
}

// changedFiles are those of a copy that differ from the folder it was made of.
func changedFiles(folder, from string) (names []string, err error) {
	src, err := os.OpenRoot(from)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	err = fs.WalkDir(src.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && slices.Contains(append(heavyFolders, ".git"), d.Name()) {
			return fs.SkipDir
		}
		if !d.Type().IsRegular() {
			return nil
		}
		was, err := src.ReadFile(name)
		if err != nil {
			return err
		}
		if is, err := os.ReadFile(filepath.Join(folder, name)); err != nil || string(is) != string(was) {
			names = append(names, name)
		}
		return nil
	})
	return names, err
}
