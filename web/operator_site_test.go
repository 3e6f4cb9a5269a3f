package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func TestOperatorSite(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	op := operatorBrowser(t, s)
	before := op.do("/operator/site", nil)
	wants(t, before, "works", "none yet", "None yet.")
	if _, err := s.store.SelfTest(t.Context(), s.now()); err != nil {
		t.Fatal(err)
	}
	after := op.do("/operator/site", nil)
	wants(t, after, "good", dayTime(s.now()), "rows out and in again, the same")
	if r := op.do("/operator", nil); r.at != "/account" {
		t.Errorf("the pages for operators are listed at %s", r.at)
	}
	if r := s.browser(t).do("/operator/site", nil); r.status != http.StatusUnauthorized {
		t.Errorf("a visitor gets %d", r.status)
	}
}

// wants ends the test unless a page holds each text.
func wants(t *testing.T, r reply, texts ...string) {
	t.Helper()
	if r.status != http.StatusOK {
		t.Fatalf("the page is %d:\n%s", r.status, r.body)
	}
	for _, text := range texts {
		if !strings.Contains(r.body, text) {
			t.Errorf("the page does not say %q", text)
		}
	}
}

func TestReadyAndAlive(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	if r := b.do("/readyz", nil); r.status != http.StatusOK || r.body != "ready\n" {
		t.Errorf("readyz is %d %q", r.status, r.body)
	}
	if err := s.store.Close(); err != nil {
		t.Fatal(err)
	}
	s.web.readiness.asked = time.Time{} // the answer from before is too old
	if r := b.do("/readyz", nil); r.status != http.StatusServiceUnavailable || !strings.Contains(r.body, "nothing can be saved") {
		t.Errorf("with a store that cannot save readyz is %d %q", r.status, r.body)
	}
	if r := b.do("/healthz", nil); r.status != http.StatusOK {
		t.Errorf("healthz is %d", r.status)
	}
}

// Requests are counted by route, not by address, and saves by commit.
func TestMetrics(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	m := NewMetrics(registry)
	s := newSite(t, func(c *Config) { c.Metrics = m })
	b := s.browser(t)
	b.do("/lesson/api/errors", nil)
	b.do("/lesson/api/pagination", nil)
	b.do("/no/such/page", nil)
	m.Commit(3, time.Millisecond, nil)
	m.Commit(2, time.Millisecond, http.ErrBodyNotAllowed)
	if n := testutil.CollectAndCount(m.requests); n != 2 {
		t.Errorf("there are %d series for three requests of two routes", n)
	}
	if got := testutil.ToFloat64(m.changes); got != 3 {
		t.Errorf("%v changes are counted after three that were committed and two that were not", got)
	}
	if n := testutil.CollectAndCount(m.commits); n != 2 {
		t.Errorf("commits have %d outcomes, want ok and failed", n)
	}
}
