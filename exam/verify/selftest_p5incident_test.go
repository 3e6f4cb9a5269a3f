package verify_test

import (
	"net/http"
	"os"
	"path/filepath"

	"groundwork/exam/verify"
	"groundwork/exam/verify/ref/incident"
)

var p5Incident = subject{
	task: "p5-incident",
	serve: func(w place, bug string) (http.Handler, func(kill bool), error) {
		return incident.New(incident.Addresses{Upstream: w.bench + "/dep", Alerts: w.bench + "/alerts"}, bug)
	},
	files: func(dir, bug string) error {
		if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "incident"))); err != nil {
			return err
		}
		for _, e := range runbookBugs[bug] {
			if err := edit(dir, e); err != nil {
				return err
			}
		}
		return nil
	},
	// A defect of the runbook changes nothing in the program, which takes long to watch.
	runner: func(_ place, bug string, r *verify.Runner) {
		if runbookBugs[bug] != nil {
			r.Only = []string{"runbook.file", "runbook.parts", "runbook.faults", "runbook.commands", "runbook.done"}
		}
	},
	mutants: []mutant{
		{"abrupt", "stop.graceful"},
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
		{"runbook-missing", "runbook.file"},
		{"runbook-no-owner", "runbook.parts"},
		{"runbook-no-breaker", "runbook.faults"},
		{"runbook-errors-diary", "runbook.faults"},
		{"runbook-dead-target", "runbook.commands"},
		{"runbook-gap", "runbook.done"},
		{"no-synthetic", "synth.runs"},
		{"synthetic-counted", "synth.apart"},
		{"never-alerts", "alert.fires"},
		{"page-per-failure", "alert.once"},
		{"never-resolves", "alert.clears"},
	},
}

var runbookBugs = map[string][]opsEdit{
	"runbook-missing":    {{"RUNBOOK.md", "", ""}},
	"runbook-no-owner":   {{"RUNBOOK.md", "## What it is, and who owns it", "## Prices"}},
	"runbook-no-breaker": {{"RUNBOOK.md", "### Breaker open for", "### Answers 503 for"}},
	"runbook-errors-diary": {{"RUNBOOK.md", "1. Check which status the price service sends: 4xx is ours, 5xx is theirs.\n2. For 4xx, roll back our last release.\n3. For 5xx, leave the breaker to its work and call the owner.",
		"We had this in spring, on two nights, and it went away."}},
	"runbook-dead-target": {{"RUNBOOK.md", "make rollback", "make undo"}},
	"runbook-gap":         {{"RUNBOOK.md", "is in the on-call plan, first line", "is TBD"}},
}
