package verify_test

import (
	"net/http"

	"groundwork/exam/verify/ref/version"
)

var m1Version = subject{
	task: "m1-version",
	serve: func(w place, bug string) (http.Handler, func(kill bool), error) {
		return version.New(bug), func(bool) {}, nil
	},
	mutants: []mutant{
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
