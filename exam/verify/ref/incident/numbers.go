package incident

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"
)

// numbers are of the calls since the last reset.
type numbers struct {
	bug     string
	mu      sync.Mutex
	took    []float64 // milliseconds
	errors  int
	retries int
	last    time.Time
}

func (n *numbers) note(ok bool, took time.Duration, retries int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.took = append(n.took, float64(took.Microseconds())/1000)
	n.retries += retries
	n.last = time.Now()
	if !ok {
		n.errors++
	}
}

// quiet is how long there was no call.
func (n *numbers) quiet() time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	return time.Since(n.last)
}

func (n *numbers) reset() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.took, n.errors, n.retries, n.last = nil, 0, 0, time.Now()
}

// A summary is what GET /stats answers and what the page shows.
type summary struct {
	Requests int     `json:"requests"`
	Errors   int     `json:"errors"`
	Rate     float64 `json:"error_rate"`
	P50      float64 `json:"p50_ms"`
	P95      float64 `json:"p95_ms"`
	Breaker  string  `json:"breaker"`
	Retries  int     `json:"retries"`
}

func (s *service) summary() summary {
	n := &s.numbers
	n.mu.Lock()
	defer n.mu.Unlock()
	sorted := slices.Sorted(slices.Values(n.took))
	quantile := func(p float64) float64 {
		if len(sorted) == 0 {
			return 0
		}
		return sorted[min(len(sorted)-1, int(p*float64(len(sorted))))]
	}
	m := summary{Requests: len(n.took), Errors: n.errors, P50: quantile(.5), P95: quantile(.95), Breaker: s.breaker.state(), Retries: n.retries}
	if m.Requests > 0 {
		m.Rate = float64(m.Errors) / float64(m.Requests)
	}
	switch s.bug {
	case "rate-wrong":
		m.Rate = float64(m.Errors)
	case "latency-zero":
		m.P95 = 0
	}
	return m
}

// dashboard renders the page from the same summary as GET /stats.
func (s *service) dashboard(w http.ResponseWriter, r *http.Request) {
	m := s.summary()
	if s.bug == "page-counts-itself" { // numbers of its own: errors over errors and retries
		m.Rate = float64(m.Errors) / float64(max(1, m.Errors+m.Retries))
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "<!doctype html><title>Incident simulator</title><h1>Incident simulator</h1>\n")
	fmt.Fprintf(&b, "<p>Error rate <b>%.1f %%</b></p><p>p95 <b>%.0f ms</b></p><p>Breaker <b>%s</b></p>\n", m.Rate*100, m.P95, m.Breaker)
	page := b.Bytes()
	if s.bug == "page-static" {
		s.numbers.mu.Lock()
		if s.page == nil {
			s.page = page
		}
		page = s.page
		s.numbers.mu.Unlock()
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Write(page)
}
