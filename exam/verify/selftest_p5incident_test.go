package verify_test

import (
	"net/http"

	"groundwork/exam/verify/ref/incident"
)

var p5Incident = subject{
	task: "p5-incident",
	serve: func(w place, bug string) (http.Handler, func(kill bool), error) {
		return incident.New(w.bench+"/dep", bug), func(bool) {}, nil
	},
	mutants: []mutant{
		{"no-timeout", "timeout.bounded"},
		{"leaks", "timeout.cancels"},
		{"no-retry", "retry.recovers"},
		{"retry-forever", "retry.bounded"},
		{"retries-4xx", "retry.client"},
		{"no-jitter", "retry.jitter"},
		{"no-wait", "retry.backoff"},
		{"no-breaker", "breaker.opens"},
		{"never-closes", "breaker.closes"},
		{"halfopen-flood", "breaker.trial"},
		{"no-reopen", "breaker.reopens"},
		{"rate-wrong", "dash.rate"},
		{"latency-zero", "dash.latency"},
	},
}
