package verify_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"groundwork/exam/verify/ref/users"
)

var m2Users = subject{
	task: "m2-users",
	serve: func(w place, bug string) (http.Handler, func(kill bool), error) {
		h, stop, err := users.New(filepath.Join(w.dir, "users.db"), bug)
		return h, func(bool) { stop() }, err
	},
	files: func(dir, bug string) error {
		schema := "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL, name TEXT NOT NULL);\nCREATE UNIQUE INDEX users_email ON users (lower(email));\n"
		if bug == "index-not-unique" {
			schema = strings.Replace(schema, "UNIQUE INDEX", "INDEX", 1)
		}
		return os.WriteFile(filepath.Join(dir, "schema.sql"), []byte(schema), 0o600)
	},
	mutants: []mutant{
		{"abrupt", "stop.graceful"},
		{"index-not-unique", "index.file"},

		{"status-200", "users.create"},
		{"created-unix", "users.create"},
		{"no-location", "users.location"},
		{"bad-location", "users.location"},
		{"get-other", "users.get"},
		{"missing-200", "users.missing"},
		{"missing-500", "users.missing"},
		{"filter-ignored", "users.by-email"},
		{"empty-404", "users.by-email"},
		{"no-email-check", "validate.email"},
		{"email-unlimited", "validate.email"},
		{"name-blank", "validate.name"},
		{"badjson-500", "errors.json"},
		{"plain-errors", "errors.problem"},
		{"problem-status", "errors.problem"},
		{"problem-nofield", "errors.problem"},
		{"plain-404", "errors.problem404"},
		{"injection", "errors.injection"},
		{"no-unique", "unique.same"},
		{"dup-500", "unique.same"},
		{"case", "unique.case"},
		{"race-1ms", "unique.race"},
		{"memory", "store.restart"},
		{"cursor-inclusive", "pages.walk"},
		{"cursor-time-only", "pages.walk"},
		{"oldest-first", "pages.walk"},
		{"limit-ignored", "pages.walk"},
		{"cursor-never-null", "pages.end"},
		{"no-cap", "pages.cap"},
		{"limit-500", "pages.cap"},
	},
}
