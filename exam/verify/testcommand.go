package verify

import (
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// testCommand is a command that runs tests, by itself.
var testCommand = regexp.MustCompile(`\b(go test|gotestsum|` +
	`jest|vitest|mocha|ava|karma start|playwright test|cypress run|node --test|deno test|bun test|` +
	`pytest|py\.test|-m unittest|manage\.py test|tox|nox|` +
	`gradlew?\b.*\b(test|check|build)|mvnw?\b.*\b(test|verify|package|install)|sbt test|lein test|` +
	`cargo (test|nextest)|dotnet test|phpunit|pest|artisan test|composer (run )?test|` +
	`rspec|rake( test| spec)?|rails test|mix test|ctest|swift test|stack test|cabal test|dune test|zig build test|bats)\b`)

// namedCommand runs tests if a file of the folder says so.
var namedCommand = regexp.MustCompile(`\b(make|npm|pnpm|yarn)\s+(?:-\S+\s+)*(?:run(?:-script)?\s+)?([A-Za-z0-9_.:-]+)`)

// skipsTests are options that leave the tests out.
var skipsTests = regexp.MustCompile(`-DskipTests|-Dmaven\.test\.skip|-x test\b|-run[= ]['"]?\^\$|--collect-only|--no-run\b`)

// A testRun is the command of a step that runs tests.
type testRun struct {
	command string
	bypass  string // what hides its failure from the step
	almost  []string
}

// expression is a value that the CI host puts in: ${{ matrix.go }}.
var expression = regexp.MustCompile(`\$\{\{[^}]*\}\}`)

// testsIn finds the command of a step that runs tests, the first that can fail
// the step if there are several.
func testsIn(folder string, s ciStep) (found testRun) {
	script := expression.ReplaceAllString(s.run, "X")
	file, err := syntax.NewParser().Parse(strings.NewReader(script), "")
	if err != nil {
		return testsInLines(folder, script)
	}
	w := &shellWalk{folder: folder, errexit: s.errexit, pipefail: s.pipefail}
	w.stmts(file.Stmts, nil)
	found.almost = w.almost
	for _, run := range w.found {
		if found.command == "" || run.bypass == "" {
			found.command, found.bypass = run.command, run.bypass
		}
		if run.bypass == "" {
			return found
		}
	}
	return found
}

// testsInLines is for shells that are no Bourne shell.
func testsInLines(folder, script string) (found testRun) {
	for line := range strings.Lines(script) {
		ok, why := runsTests(folder, strings.TrimSpace(line), 0)
		if why != "" {
			found.almost = append(found.almost, why)
		}
		if ok && found.command == "" {
			found.command = strings.TrimSpace(line)
		}
	}
	return found
}

// deepest is how far a command is followed from one name to the next.
const deepest = 3

// runsTests says whether a command runs tests, and if it only looks so, why not.
func runsTests(folder, command string, depth int) (ok bool, why string) {
	first, _, _ := strings.Cut(strings.TrimLeft(command, "@- "), " ")
	switch {
	case first == "echo" || first == "printf" || strings.HasPrefix(first, "#"):
		return false, ""
	case testCommand.MatchString(command) && skipsTests.MatchString(command):
		return false, command + ": an option leaves the tests out"
	case testCommand.MatchString(command):
		return true, ""
	}
	m := namedCommand.FindStringSubmatch(command)
	if m == nil || depth > deepest {
		return false, ""
	}
	if m[1] == "make" {
		return makeTests(folder, m[2], depth)
	}
	return packageTests(folder, m[1], m[2], depth)
}

// makeTests says whether a target of the Makefile runs tests, by its recipe or
// by what it needs first.
func makeTests(folder, target string, depth int) (ok bool, why string) {
	var text string
	var err error = fs.ErrNotExist
	for _, name := range []string{"GNUmakefile", "Makefile", "makefile"} {
		if text, err = readText(filepath.Join(folder, name)); err == nil {
			break
		}
	}
	if err != nil {
		return false, "make " + target + ": there is no Makefile"
	}
	needs, recipe, exists := makeTarget(text, target)
	if !exists {
		return false, "make " + target + ": the Makefile has no target " + target
	}
	for _, line := range recipe {
		ok, why := runsTests(folder, line, depth+1)
		if ok || why != "" {
			return ok, why
		}
	}
	for _, need := range needs {
		if depth > deepest {
			break
		}
		if ok, _ := makeTests(folder, need, depth+1); ok {
			return true, ""
		}
	}
	return false, "make " + target + ": its recipe runs no tests"
}

// makeTarget finds a target of a Makefile: what it needs, and its recipe.
func makeTarget(text, target string) (needs, recipe []string, exists bool) {
	inside := false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(line, "\t") {
			if inside {
				recipe = append(recipe, strings.TrimSpace(line))
			}
			continue
		}
		names, rest, isRule := strings.Cut(line, ":")
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		inside = false
		if !isRule || strings.HasPrefix(rest, "=") || strings.HasPrefix(names, ".") {
			continue
		}
		for _, name := range strings.Fields(names) {
			if name == target {
				inside, exists = true, true
				needs = append(needs, strings.Fields(rest)...)
			}
		}
	}
	return needs, recipe, exists
}

// packageTests says whether a script of package.json runs tests. A project
// whose package.json is in another folder is believed.
func packageTests(folder, tool, script string, depth int) (ok bool, why string) {
	if script == "t" {
		script = "test"
	}
	text, err := readText(filepath.Join(folder, "package.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return strings.Contains(script, "test"), ""
	}
	var pkg struct{ Scripts map[string]string }
	if err != nil || json.Unmarshal([]byte(text), &pkg) != nil {
		return false, tool + " " + script + ": package.json cannot be read"
	}
	command, exists := pkg.Scripts[script]
	switch {
	case !exists && strings.Contains(script, "test"):
		return false, tool + " " + script + ": package.json has no script " + script
	case !exists:
		return false, ""
	case strings.Contains(command, "no test specified"):
		return false, tool + " " + script + ": the script of package.json only says that there is no test"
	}
	if ok, _ := runsTests(folder, command, depth+1); ok {
		return true, ""
	}
	return strings.Contains(script, "test"), ""
}
