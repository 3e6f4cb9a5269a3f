package verify_test

import (
	"net/http"

	"groundwork/exam/verify/ref/incident"
)

var p5Incident = subject{
	task: "p5-incident",
	serve: func(w place, bug string) (http.Handler, func(kill bool), error) {
		return incident.New(incident.Addresses{Upstream: w.bench + "/dep", Alerts: w.bench + "/alerts"}, bug)
	},
	mutants: []mutant{
		{"rates-unchecked", "inject.rules"},
		{"bad-clears", "inject.rules"},
		{"errors-in-turn", "inject.error"},
		{"errors-always", "inject.error"},
		{"latency-ignored", "inject.latency"},
		{"timeout-answers", "inject.timeout"},
		{"faults-stick", "inject.reset"},
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
		{"page-counts-itself", "dash.page"},
		{"page-static", "dash.live"},
		{"no-synthetic", "synth.runs"},
		{"synthetic-counted", "synth.apart"},
		{"never-alerts", "alert.fires"},
		{"page-per-failure", "alert.once"},
		{"never-resolves", "alert.clears"},
	},
}
