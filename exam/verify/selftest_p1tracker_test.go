package verify_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"groundwork/exam/verify"
	"groundwork/exam/verify/ref/tracker"
)

var p1Tracker = subject{
	task: "p1-tracker",
	serve: func(w place, bug string) (http.Handler, func(kill bool), error) {
		h, stop, err := tracker.New(filepath.Join(w.dir, "t.db"), w.bench+"/notify", bug)
		return h, func(bool) { stop() }, err
	},
	runner: func(w place, bug string, r *verify.Runner) {
		r.Seeder = "SEED_TRACKER='" + filepath.Join(w.dir, "t.db") + "' SEED_BUG='" + bug + "' '" + os.Args[0] + "' -test.run=^TestSeedTracker$"
	},
	mutants: []mutant{
		{"abrupt", "stop.graceful"},
		{"health-401", "health.open"},
		{"register-200", "auth.register"},
		{"password-any", "auth.rules"},
		{"email-case", "auth.rules"},
		{"register-race-1ms", "auth.race"},
		{"expires-unix", "auth.login"},
		{"enumerating", "auth.wrong"},
		{"wrong-400", "auth.wrong"},
		{"token-not-checked-on-delete", "auth.required"},
		{"token-signature-ignored", "auth.required"},
		{"no-www-authenticate", "auth.required"},
		{"hash-in-answer", "auth.secret"},

		{"no-location", "projects.crud"},
		{"orphans", "projects.crud"},
		{"orphan-task-500", "tasks.crud"},
		{"patch-clears", "tasks.partial"},
		{"null-ignored", "tasks.partial"},
		{"complete-moves-time", "tasks.complete"},
		{"complete-409", "tasks.complete"},
		{"filter-or", "tasks.filter"},
		{"filter-any-value", "tasks.filter"},
		{"due-ignored", "tasks.filter"},

		{"idor-get", "own.read"},
		{"idor-delete", "own.write"},
		{"list-all-owners", "own.list"},
		{"move-foreign", "own.move"},

		{"due-any-text", "validate.task"},
		{"title-unlimited", "validate.task"},
		{"errors-without-field", "validate.task"},
		{"patch-unchecked", "validate.patch"},
		{"plain-errors", "errors.problem"},
		{"badjson-500", "errors.json"},
		{"put-accepted", "errors.method"},
		{"huge-id-500", "errors.ids"},
		{"stack-trace", "errors.leak"},

		{"cursor-inclusive", "pages.walk"},
		{"cursor-time-only", "pages.walk"},
		{"oldest-first", "pages.walk"},
		{"offset-paging", "pages.stable"},
		{"cursor-drops-filter", "pages.filter"},
		{"no-cap", "pages.cap"},
		{"bad-cursor-500", "pages.bad"},

		{"spec-invalid", "openapi.doc"},
		{"spec-missing-path", "openapi.covers"},
		{"no-401-documented", "openapi.errors"},
		{"spec-says-int-is-text", "openapi.truth"},
		{"spec-status-missing", "openapi.truth"},
		{"null-body-500", "openapi.fuzz"},

		{"seed-nothing-done", "seed.data"},
		{"seed-doubles", "seed.twice"},

		{"remind-never", "remind.sent"},
		{"remind-late", "remind.sent"},
		{"remind-early", "remind.sent"},
		{"remind-done", "remind.skip"},
		{"remind-twice", "remind.once"},
		{"remind-memory", "remind.restart"},
		{"no-limit", "rate.limit"},
		{"no-retry-after", "rate.limit"},
		{"limit-for-ever", "rate.after"},
		{"limit-global", "rate.own"},
		{"no-cache", "cache.hit"},
		{"cache-stale", "cache.fresh"},
		{"cache-shared", "cache.private"},
	},
}

// TestSeedTracker is the seed command of the tracker, not a test: the checks
// run this program again with a database to fill.
func TestSeedTracker(t *testing.T) {
	path := os.Getenv("SEED_TRACKER")
	if path == "" {
		t.Skip("only the checks of p1-tracker call this")
	}
	if err := tracker.Seed(path, os.Getenv("SEED_BUG")); err != nil {
		t.Fatal(err)
	}
}
