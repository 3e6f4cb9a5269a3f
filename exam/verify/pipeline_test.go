package verify

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// write makes a folder with files.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestTestsIn(t *testing.T) {
	plain := ciStep{errexit: true}
	strict := ciStep{errexit: true, pipefail: true}
	loose := ciStep{}
	const on = "the script goes on after it fails, and ends with another command"
	tests := []struct {
		name   string
		step   ciStep
		run    string
		files  map[string]string
		want   string
		bypass string
	}{
		{name: "go", step: plain, run: "go vet ./...\ngo test -race ./...", want: "go test -race ./..."},
		{name: "only said", step: plain, run: "echo go test ./..."},
		{name: "build", step: plain, run: "go build ./..."},
		{name: "an expression of the host", step: plain, run: "GOFLAGS=${{ matrix.flags }} go test ./${{ matrix.dir }}/...", want: "GOFLAGS=X go test ./X/..."},
		{name: "maven without tests", step: plain, run: "mvn -B package -DskipTests"},
		{name: "maven", step: plain, run: "./mvnw -B verify", want: "./mvnw -B verify"},
		{name: "gradle", step: plain, run: "./gradlew check", want: "./gradlew check"},
		{name: "in a container", step: plain, run: "docker compose run --rm app pytest -q", want: "docker compose run --rm app pytest -q"},
		{name: "powershell", step: plain, run: "if ($x) { dotnet test }\nWrite-Host 'a", want: "if ($x) { dotnet test }"},

		{name: "or true", step: strict, run: "go test ./... || true", want: "go test ./...", bypass: "|| true takes its failure away"},
		{name: "or echo", step: strict, run: "go test ./... || echo failed", want: "go test ./...", bypass: "|| echo failed takes its failure away"},
		{name: "or exit 1", step: strict, run: "go test ./... || { cat log; exit 1; }", want: "go test ./..."},
		{name: "or exit", step: strict, run: "go test ./... || exit", want: "go test ./..."},
		{name: "pipe", step: plain, run: "go test ./... | tee log", want: "go test ./...", bypass: "its failure is lost in the pipe (set -o pipefail, or shell: bash)"},
		{name: "pipe, strict", step: strict, run: "go test ./... | tee log", want: "go test ./..."},
		{name: "pipe, made strict", step: plain, run: "set -euo pipefail\ngo test ./... | tee log", want: "go test ./..."},
		{name: "goes on", step: strict, run: "set +e\ngo test ./...\necho done", want: "go test ./...", bypass: on},
		{name: "goes on and remembers", step: strict, run: "set +e\ngo test ./...\nrc=$?\ncat log\nexit $rc", want: "go test ./..."},
		{name: "last without errexit", step: loose, run: "cd app\nnpm ci\nnpm test", want: "npm test"},
		{name: "not last without errexit", step: loose, run: "npm test\nnpm run coverage-report", want: "npm test", bypass: on},
		{name: "background", step: strict, run: "go test ./... &", want: "go test ./...", bypass: "& sends it to the background"},
		{name: "if without end", step: strict, run: "if go test ./...; then echo ok; fi", want: "go test ./...", bypass: "if asks for its result, and nothing ends the script"},
		{name: "if with end", step: strict, run: "if ! go test ./...; then\n  echo no\n  exit 1\nfi", want: "go test ./..."},
		{name: "in a loop", step: strict, run: "for d in a b; do (cd $d && go test ./...); done", want: "go test ./..."},
		{name: "left of and", step: strict, run: "go test ./... && echo good\necho end", want: "go test ./...", bypass: "the script goes on after a failure to the left of &&"},
		{name: "left of and, last", step: strict, run: "go test ./... && echo good", want: "go test ./..."},
		{name: "one that counts beside one that does not", step: strict, run: "go test ./slow || true\ngo test ./...", want: "go test ./..."},

		{name: "make", step: plain, run: "make test", files: map[string]string{"Makefile": "test: unit\n\nunit:\n\t@go test ./...\n"}, want: "make test"},
		{name: "make without target", step: plain, run: "make test", files: map[string]string{"Makefile": "check:\n\tgo test ./...\n"}},
		{name: "make that only builds", step: plain, run: "make test", files: map[string]string{"Makefile": "test:\n\tgo build ./...\n"}},
		{name: "make in a circle", step: plain, run: "make a", files: map[string]string{"Makefile": "a: b\nb: a\n"}},
		{name: "npm", step: plain, run: "npm test", files: map[string]string{"package.json": `{"scripts": {"test": "jest"}}`}, want: "npm test"},
		{name: "npm, none", step: plain, run: "npm test", files: map[string]string{"package.json": `{"scripts": {"test": "echo \"Error: no test specified\" && exit 1"}}`}},
		{name: "npm, no script", step: plain, run: "npm run test:unit", files: map[string]string{"package.json": `{"scripts": {"start": "node ."}}`}},
		{name: "npm elsewhere", step: plain, run: "npm run test", want: "npm run test"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.step.run = tt.run
			got := testsIn(write(t, tt.files), tt.step)
			if got.command != tt.want || got.bypass != tt.bypass {
				t.Errorf("testsIn(%q) = %q, bypass %q; want %q, %q (almost: %q)", tt.run, got.command, got.bypass, tt.want, tt.bypass, got.almost)
			}
		})
	}
}

func TestPipelines(t *testing.T) {
	tests := []struct {
		name, file, text string
		want             pipeline
	}{
		{"gitlab", ".gitlab-ci.yml", "image: golang:1.26\nstages: [test]\nunit:\n  timeout: 10m\n  script:\n    - go test ./...\n.hidden:\n  script: x\n",
			pipeline{Host: "gitlab", Jobs: []ciJob{{ID: "unit", Tests: "go test ./..."}}}},
		{"gitlab, main only", ".gitlab-ci.yml", "unit:\n  image: golang\n  only: [main]\n  script: go test ./...\n",
			pipeline{Host: "gitlab", Push: "unit: only runs for some branches", PR: "no rule for merge requests, and unit: only runs for some branches",
				Jobs: []ciJob{{ID: "unit", Tests: "go test ./...", Careless: []string{"image: golang has no fixed version", "the job has no timeout"}}}}},
		{"gitlab, merge requests only", ".gitlab-ci.yml", "unit:\n  timeout: 5m\n  rules:\n    - if: $CI_PIPELINE_SOURCE == \"merge_request_event\"\n  script: [go test ./...]\n  allow_failure: true\n",
			pipeline{Host: "gitlab", Push: "unit: no rule lets every pushed branch through (if: $CI_COMMIT_BRANCH)",
				Jobs: []ciJob{{ID: "unit", Tests: "go test ./...", Bypass: "allow_failure of the job"}}}},
		{"circle", ".circleci/config.yml", "version: 2.1\njobs:\n  unit:\n    docker:\n      - image: cimg/go:1.26\n    steps:\n      - checkout\n      - run: go test ./...\nworkflows:\n  all:\n    jobs: [unit]\n",
			pipeline{Host: "circle", Jobs: []ciJob{{ID: "unit", Tests: "go test ./..."}}}},
		{"circle, filtered", ".circleci/config.yml", "jobs:\n  unit:\n    steps:\n      - run: {name: t, command: go test ./...}\nworkflows:\n  all:\n    jobs:\n      - unit: {filters: {branches: {only: main}}}\n",
			pipeline{Host: "circle", Push: "the workflow all filters the branches of unit", PR: "the workflow all filters the branches of unit", Jobs: []ciJob{{ID: "unit", Tests: "go test ./..."}}}},
		{"azure", "azure-pipelines.yml", "pool: {vmImage: ubuntu-24.04}\ntimeoutInMinutes: 10\nsteps:\n  - script: npm ci\n  - script: npm test\n",
			pipeline{Host: "azure", Jobs: []ciJob{{ID: "job", Tests: "npm test"}}}},
		{"azure, main only", "azure-pipelines.yml", "trigger: [main]\npr: none\njobs:\n  - job: unit\n    timeoutInMinutes: 5\n    steps:\n      - script: npm test\n        continueOnError: true\n",
			pipeline{Host: "azure", Push: "trigger: runs only for some branches (* is all of them)", PR: "pr: none", Jobs: []ciJob{{ID: "unit", Tests: "npm test", Bypass: "continueOnError: true"}}}},
		{"forgejo", ".forgejo/workflows/ci.yaml", "on:\n  push: {branches: ['**'], paths-ignore: ['docs/**']}\n  pull_request: {types: [opened]}\njobs:\n  t:\n    name: Tests\n    permissions: {}\n    timeout-minutes: 5\n    steps:\n      - run: cargo test\n        shell: bash\n",
			pipeline{Host: "actions", PR: "on.pull_request does not run when the pull request changes (types: synchronize)", Jobs: []ciJob{{ID: "t", Name: "Tests", Tests: "cargo test"}}}},
		{"gitea, never", ".gitea/workflows/ci.yml", "on: [push, pull_request]\npermissions: write-all\njobs:\n  t:\n    if: ${{ false }}\n    timeout-minutes: 5\n    steps:\n      - uses: docker://golang\n      - run: cargo test\n",
			pipeline{Host: "actions", Jobs: []ciJob{{ID: "t", Tests: "cargo test", Bypass: "if: false of the job",
				Careless: []string{"uses: docker://golang has no fixed version", "no permissions: the token of the job may do more than it needs"}}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found, faults, err := pipelines(write(t, map[string]string{tt.file: tt.text}))
			if err != nil || len(faults) > 0 || len(found) != 1 {
				t.Fatalf("pipelines: %v, faults %q, %d found", err, faults, len(found))
			}
			tt.want.File = tt.file
			if diff := cmp.Diff(tt.want, found[0]); diff != "" {
				t.Errorf("pipeline (-want +got):\n%s", diff)
			}
		})
	}
}

// What is no pipeline is said to be none, whatever stands in it.
func TestPipelineFaults(t *testing.T) {
	for _, text := range []string{"", "[]", "a: b", "jobs: 1", "jobs: {a: }", "on: push\njobs: [x]", "\t", "jobs:\n  a:\n  b:\n c", "unit: {script: {a: b}}", "42", "stages: {a: 1}\njobs: \"\""} {
		for _, h := range hosts {
			name := filepath.FromSlash(filepath.Join(filepath.Dir(h.glob), "x.yml"))
			if filepath.Base(h.glob)[0] != '*' {
				name = h.glob
			}
			found, _, err := pipelines(write(t, map[string]string{name: text}))
			if err != nil {
				t.Errorf("%s with %q: %v", name, text, err)
			}
			for _, p := range found {
				for _, j := range p.Jobs {
					if j.Tests != "" {
						t.Errorf("%s with %q runs tests: %+v", name, text, p)
					}
				}
			}
		}
	}
}

func TestMergeRule(t *testing.T) {
	const ci = "on: [push]\njobs:\n  test: {steps: [{run: go test ./...}]}\n  unit: {name: Unit tests, steps: [{run: go test ./...}]}\n  lint: {steps: [{run: golangci-lint run}]}\n"
	tests := []struct {
		name, json string
		want       bool
	}{
		{"ruleset", `{"enforcement": "active", "rules": [{"type": "required_status_checks", "parameters": {"required_status_checks": [{"context": "test"}]}}]}`, true},
		{"ruleset that only evaluates", `{"enforcement": "evaluate", "rules": [{"type": "required_status_checks", "parameters": {"required_status_checks": [{"context": "test"}]}}]}`, false},
		{"by its name", `[{"type": "required_status_checks", "parameters": {"required_status_checks": [{"context": "Unit tests"}]}}]`, true},
		{"of a matrix", `[{"type": "required_status_checks", "parameters": {"required_status_checks": [{"context": "test (1.26, linux)"}]}}]`, true},
		{"another job", `[{"type": "required_status_checks", "parameters": {"required_status_checks": [{"context": "lint"}]}}]`, false},
		{"a longer name", `[{"type": "required_status_checks", "parameters": {"required_status_checks": [{"context": "testimony"}]}}]`, false},
		{"protection", `{"required_status_checks": {"strict": true, "contexts": ["test"], "checks": [{"context": "test", "app_id": 1}]}}`, true},
		{"gitea", `{"branch_name": "main", "enable_status_check": true, "status_check_contexts": ["CI / test (push)"]}`, true},
		{"gitea, off", `{"branch_name": "main", "enable_status_check": false, "status_check_contexts": ["CI / test (push)"]}`, false},
		{"gitlab", `{"id": 1, "only_allow_merge_if_pipeline_succeeds": true}`, true},
		{"gitlab, off", `{"id": 1, "only_allow_merge_if_pipeline_succeeds": false}`, false},
		{"nothing", `[]`, false},
		{"no JSON", `<html>`, false},
		{"odd", `{"rules": [[1, "a", null]], "required_status_checks": 3}`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := write(t, map[string]string{".github/workflows/ci.yml": ci, "docs/branch-rule.json": tt.json})
			rule, err := readRule(dir, "docs/branch-rule.json")
			if err != nil {
				t.Fatal(err)
			}
			if _, got := rule.weak(); (got == "") != tt.want {
				t.Errorf("weak() = %q, want a rule that blocks: %v", got, tt.want)
			}
		})
	}
}

func TestCountTests(t *testing.T) {
	tests := []struct {
		output string
		want   bool
	}{
		{"ok  \tlinks\t0.003s\n", true},
		{"ok  \tlinks\t(cached)\n", true},
		{"ok  \tlinks\t0.003s [no tests to run]\n", false},
		{"?   \tlinks\t[no test files]\n", false},
		{"=== RUN   TestA\n--- PASS: TestA (0.00s)\n", true},
		{"Tests:       1 failed, 12 passed, 13 total\n", true},
		{"      Tests  7 passed (7)\n", true},
		{"  5 passing (12ms)\n", true},
		{"  0 passing (1ms)\n", false},
		{"# tests 4\n# pass 4\n", true},
		{"===== 3 passed in 0.12s =====\n", true},
		{"collected 0 items\n\n===== no tests ran in 0.01s =====\n", false},
		{"Ran 0 tests in 0.000s\n\nOK\n", false},
		{"Ran 2 tests in 0.001s\n\nOK\n", true},
		{"test result: ok. 0 passed; 0 failed; 0 ignored\n", false},
		{"test result: ok. 8 passed; 0 failed; 0 ignored\n", true},
		{"Tests run: 6, Failures: 0, Errors: 0, Skipped: 0\n", true},
		{"OK (9 tests, 12 assertions)\n", true},
		{"4 examples, 0 failures\n", true},
		{"AppTest > works() PASSED\n", true},
		{"BUILD SUCCESSFUL in 1s\n", false},
		{"", false},
	}
	for _, tt := range tests {
		if got := countTests(tt.output); (got > 0) != tt.want {
			t.Errorf("countTests(%q) = %d, want some: %v", tt.output, got, tt.want)
		}
	}
}
