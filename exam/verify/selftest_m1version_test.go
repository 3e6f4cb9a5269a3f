package verify_test

import (
	"net/http"
	"os"
	"path/filepath"

	"groundwork/exam/verify"
	"groundwork/exam/verify/ref/version"
)

var m1Version = subject{
	task: "m1-version",
	serve: func(w place, bug string) (http.Handler, func(kill bool), error) {
		return version.New(bug), func(bool) {}, nil
	},
	files: func(dir, bug string) error {
		code, test := "version 1.4.0\n", "grep -q 'version 1.4.0' code && echo ok 1 - version\n"
		switch bug {
		case "no-tests":
			test = "true\n"
		case "tests-fail":
			test = "echo ok 1 - version; exit 1\n"
		case "assert-nothing":
			test = "echo ok 1 - version\n"
		}
		if err := os.WriteFile(filepath.Join(dir, "code"), []byte(code), 0o600); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, "test.sh"), []byte(test), 0o600)
	},
	runner: func(_ place, _ string, r *verify.Runner) {
		r.Tests, r.Break = "sh test.sh", "sed -i.was s/version/build/ code"
	},
	mutants: []mutant{
		{"no-tests", "unit.run"},
		{"tests-fail", "unit.run"},
		{"assert-nothing", "unit.bites"},

		{"slow", "version.answers"},
		{"text-plain", "version.json"},
		{"array", "version.json"},
		{"version-empty", "version.field"},
		{"version-random", "version.field"},
		{"time-millis", "time.utc"},
		{"time-offset", "time.utc"},
		{"time-at-boot", "time.now"},
		{"time-local-as-z", "time.now"},
		{"catch-all", "routes.unknown"},
		{"post-accepted", "routes.method"},
		{"cacheable", "cache.nostore"},
	},
}
