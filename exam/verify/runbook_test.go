package verify

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestReadRunbook(t *testing.T) {
	dir := write(t, map[string]string{
		"docs/runbook.md": "# Links\n\nSee [this](guide.md), [that](../main.go#L3), [gone](gone.md), [web](https://example.test/x), [below](#run).\n\n" +
			"## Run\n\n```console\n$ make run PORT=80\n$ sudo ./bin/up.sh\nlistening\n```\n\n```json\n{\"make\": \"make nothing\"}\n```\n\n" +
			"```sh\ncurl -s localhost | jq . && make gone\ndocker compose logs --tail 100 db web\ndocker compose exec db psql -U links\nkubectl rollout undo deploy/links\n```\n\n" +
			"Last reviewed: **2026-01-20**. TODO. password=hunter22 and PASSWORD=$FROM_VAULT, api_key=<from the vault>.\n",
		"docs/guide.md": "x", "main.go": "x", "bin/up.sh": "x",
		"Makefile":           "PORT := 8080\n.PHONY: run\nrun: build\n\tgo run .\nbuild:\n\tgo build .\n",
		"docker-compose.yml": "services:\n  db: {image: postgres}\n",
	})
	got, err := readRunbook(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := runbook{
		File: "docs/runbook.md", Title: "Links", Words: got.Words, Blocks: 3,
		Sections: []section{{Level: 2, Title: "Run", Words: got.Sections[0].Words, Block: true, Act: got.Sections[0].Act}},
		Missing:  []string{"link to gone.md", "make gone", "docker compose logs web"},
		Gaps:     []string{"TODO"}, Secrets: []string{"password=hun…"}, Reviewed: "2026-01-20",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("runbook (-want +got):\n%s", diff)
	}
}

func TestRunbookStale(t *testing.T) {
	now := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	for day, want := range map[string]string{
		"2026-07-01": "", "2026-01-03": "", "2026-01-01": "2026-01-01, 181 days ago", "2027-01-01": "2027-01-01 is in the future",
		"2026-13-01": "2026-13-01 is no date", "": "no such line",
	} {
		if got := (runbook{Reviewed: day}).stale(now); got != want {
			t.Errorf("stale(%q) = %q, want %q", day, got, want)
		}
	}
}

// Headings in other words are as good.
func TestRunbookParts(t *testing.T) {
	for _, headings := range [][]string{
		{"Overview", "Deployment", "Monitoring", "Troubleshooting", "Rollback", "Escalation"},
		{"About the service", "How to start and stop it", "Health checks and dashboards", "Known problems", "Rolling back a release", "Who to call"},
		{"Purpose and ownership", "Releases", "Logs and metrics", "Incidents", "Undo a release", "On-call"},
	} {
		var r runbook
		for _, h := range headings {
			r.Sections = append(r.Sections, section{Level: 2, Title: h, Words: 20})
		}
		if got := r.missingParts(); got != "" {
			t.Errorf("%s: %s", strings.Join(headings, ", "), got)
		}
		for i := range r.Sections {
			less := runbook{Sections: append(append([]section{}, r.Sections[:i]...), r.Sections[i+1:]...)}
			if less.missingParts() == "" {
				t.Errorf("%s: nothing is missed without %s", strings.Join(headings, ", "), headings[i])
			}
		}
	}
}
