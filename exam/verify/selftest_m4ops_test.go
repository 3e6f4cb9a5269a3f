package verify_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"groundwork/exam/verify"
)

// m4Ops looks at a folder: testdata/ops is the one that passes, and a mutant
// has one text of one of its files replaced.
var m4Ops = subject{
	task: "m4-ops",
	files: func(dir, bug string) error {
		if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "ops"))); err != nil {
			return err
		}
		if err := edit(dir, opsEdit{"RUNBOOK.md", "2026-01-20", time.Now().AddDate(0, 0, -10).Format(time.DateOnly)}); err != nil {
			return err
		}
		for _, e := range opsBugs[bug] {
			if err := edit(dir, e); err != nil {
				return err
			}
		}
		return nil
	},
	runner: func(_ place, bug string, r *verify.Runner) {
		if bug == "" || slices.Contains([]string{"no-tests-found", "tests-fail", "assert-nothing"}, bug) {
			r.Tests, r.Break = "go test ./...", "sed -i s/ToLower/ToUpper/ links.go"
		}
	},
	mutants: []mutant{
		{"no-ci", "ci.file"},
		{"ci-tab", "ci.file"},
		{"build-only", "ci.tests"},
		{"make-target-missing", "ci.tests"},
		{"tests-left-out", "ci.tests"},
		{"push-main-only", "ci.push"},
		{"paths-ignore-src", "ci.push"},
		{"no-pr", "ci.pr"},
		{"or-true", "ci.nobypass"},
		{"continue-on-error", "ci.nobypass"},
		{"lost-in-pipe", "ci.nobypass"},
		{"goes-on", "ci.nobypass"},
		{"no-tests-found", "ci.local"},
		{"tests-fail", "ci.local"},
		{"assert-nothing", "ci.bites"},
		{"unpinned", "ci.care"},
		{"no-timeout", "ci.care"},
		{"all-rights", "ci.care"},

		{"rule-missing", "merge.rule"},
		{"rule-other-job", "merge.rule"},
		{"rule-without-checks", "merge.rule"},

		{"runbook-missing", "runbook.file"},
		{"runbook-nameless", "runbook.file"},
		{"runbook-no-rollback", "runbook.parts"},
		{"runbook-diary", "runbook.symptoms"},
		{"runbook-dead-target", "runbook.commands"},
		{"runbook-dead-script", "runbook.commands"},
		{"runbook-dead-service", "runbook.commands"},
		{"runbook-dead-link", "runbook.commands"},
		{"runbook-todo", "runbook.done"},
		{"runbook-secret", "runbook.done"},
		{"runbook-old", "runbook.fresh"},
		{"runbook-undated", "runbook.fresh"},
	},
}

// An opsEdit replaces was by is in a file; with was "" the file goes.
type opsEdit struct{ file, was, is string }

const workflow = ".github/workflows/test.yml"

var opsBugs = map[string][]opsEdit{
	"no-ci":               {{workflow, "", ""}},
	"ci-tab":              {{workflow, "      - run: make test", "\t- run: make test"}},
	"build-only":          {{workflow, "make test", "go build ./..."}},
	"make-target-missing": {{workflow, "make test", "make tests"}},
	"tests-left-out":      {{"Makefile", "go test ./...", "go test -run '^$$' ./..."}},
	"push-main-only":      {{workflow, "on: [push, pull_request]", "on: {push: {branches: [main]}, pull_request: }"}},
	"paths-ignore-src":    {{workflow, "on: [push, pull_request]", "on: {push: {paths-ignore: ['**.md', 'scripts/**']}, pull_request: }"}},
	"no-pr":               {{workflow, "on: [push, pull_request]", "on: push"}},
	"or-true":             {{workflow, "make test", "make test || true"}},
	"continue-on-error":   {{workflow, "      - run: make test", "      - run: make test\n        continue-on-error: true"}},
	"lost-in-pipe":        {{workflow, "make test", "make test | tee log.txt"}},
	"goes-on":             {{workflow, "make test", "|\n          set +e\n          make test\n          echo done"}},
	"no-tests-found":      {{"links_test.go", "func Test", "func check"}},
	"tests-fail":          {{"links.go", "ToLower", "ToUpper"}},
	"assert-nothing":      {{"links_test.go", "t.Errorf(", "t.Logf("}, {"links_test.go", "t.Error(", "t.Log("}},
	"unpinned":            {{workflow, "actions/setup-go@v5", "actions/setup-go@main"}},
	"no-timeout":          {{workflow, "    timeout-minutes: 10\n    steps:\n      - uses: actions/checkout@v4\n      - uses", "    steps:\n      - uses: actions/checkout@v4\n      - uses"}},
	"all-rights":          {{workflow, "permissions:\n  contents: read\n", ""}},

	"rule-missing":        {{"docs/branch-rule.json", "", ""}},
	"rule-other-job":      {{"docs/branch-rule.json", `"context": "test"`, `"context": "lint"`}},
	"rule-without-checks": {{"docs/branch-rule.json", `"type": "required_status_checks"`, `"type": "pull_request"`}},

	"runbook-missing":      {{"RUNBOOK.md", "", ""}},
	"runbook-nameless":     {{"RUNBOOK.md", "# Runbook: links, the short link service", "# Runbook"}},
	"runbook-no-rollback":  {{"RUNBOOK.md", "## Roll back", "## Earlier versions"}},
	"runbook-diary":        {{"RUNBOOK.md", "1. Check whether a deployment happened in the last hour.\n2. If so, roll back first and think later.\n3. If not, see whether the database accepts connections; restart it when it does not.", "This happened twice in spring, at night, and went away by itself."}},
	"runbook-dead-target":  {{"RUNBOOK.md", "make deploy", "make ship"}},
	"runbook-dead-script":  {{"RUNBOOK.md", "./scripts/rollback.sh", "./scripts/undo.sh"}},
	"runbook-dead-service": {{"RUNBOOK.md", "docker compose up -d links", "docker compose up -d web"}},
	"runbook-dead-link":    {{"RUNBOOK.md", "docs/architecture.md", "docs/design.md"}},
	"runbook-todo":         {{"RUNBOOK.md", "The phone rings after five minutes.", "TODO: the phone number."}},
	"runbook-secret":       {{"RUNBOOK.md", "is in the vault, entry `links/db`.", "is in the environment: `PASSWORD=correct-horse`."}},
	"runbook-old":          {{"RUNBOOK.md", "Last reviewed: 20", "Last reviewed: 2019-01-20, before 20"}},
	"runbook-undated":      {{"RUNBOOK.md", "Last reviewed:", "Written"}},
}

func edit(dir string, e opsEdit) error {
	file := filepath.Join(dir, filepath.FromSlash(e.file))
	if e.was == "" {
		return os.Remove(file)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if !strings.Contains(string(b), e.was) {
		return fmt.Errorf("%s has no %q", e.file, e.was)
	}
	return os.WriteFile(file, []byte(strings.ReplaceAll(string(b), e.was, e.is)), 0o644)
}
