package verify_test

import (
	"net/http"
	"path/filepath"

	"groundwork/exam/verify/ref/short"
)

var p2Shortener = subject{
	task: "p2-shortener",
	serve: func(w place, bug string) (http.Handler, func(kill bool), error) {
		return short.New(filepath.Join(w.dir, "clicks.log"), w.bench+"/events", bug)
	},
	mutants: []mutant{
		{"abrupt", "stop.graceful"},
		{"status-200", "links.create"},
		{"status-302", "redirect.status"},
		{"drops-query", "redirect.exact"},
		{"decodes", "redirect.exact"},
		{"unknown-home", "redirect.unknown"},
		{"unknown-200", "redirect.unknown"},
		{"any-scheme", "validate.url"},
		{"no-length", "validate.url"},
		{"plain-errors", "errors.problem"},
		{"code-race-1ms", "codes.race"},
		{"sequential", "codes.guess"},
		{"not-counted", "clicks.total"},
		{"double", "clicks.total"},
		{"global-total", "clicks.total"},
		{"click-race-1ms", "clicks.race"},
		{"day-local", "clicks.day"},
		{"referrer-full", "clicks.referrer"},
		{"referrer-nodirect", "clicks.referrer"},
		{"country-ignored", "clicks.country"},
		{"expiry-ignored", "expire.gone"},
		{"domain-ignored", "domain.scope"},
		{"home-serves-all", "domain.host"},
		{"buffered", "wal.crash"},
		{"events-dropped", "metrics.retry"},
		{"events-hammer", "metrics.retry"},
		{"new-id-per-try", "metrics.retry"},
		{"events-in-request", "metrics.nonblock"},
		{"events-in-memory", "metrics.crash"},
	},
}
