package incident

import (
	"context"
	"math/rand/v2"
	"net/http"
	"time"
)

const (
	attempts   = 3
	perAttempt = 300 * time.Millisecond
	baseWait   = 100 * time.Millisecond
)

// call is GET /call: the dependency is asked, with all protection.
func (s *service) call(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	if !s.breaker.allow() {
		s.window.note(false)
		w.Header().Set("Retry-After", "1")
		problem(w, 503, "The circuit breaker is open")
		return
	}
	code, n := s.ask()
	ok := code == 200
	s.breaker.report(ok || code >= 400 && code < 500)
	s.numbers.note(ok, time.Since(start), n-1)
	s.window.note(ok)
	switch {
	case ok:
		send(w, 200, map[string]any{"ok": true, "attempts": n})
	case code == 0:
		problem(w, 504, "The dependency did not answer in time")
	default:
		problem(w, 502, "The dependency failed")
	}
}

// ask tries until it works, cannot get better, or was tried often enough; it
// returns the last status (0: no answer) and the number of attempts.
func (s *service) ask() (code, n int) {
	limit := attempts
	switch s.bug {
	case "no-retry":
		limit = 1
	case "retry-forever":
		limit = 12
	}
	for n = 1; ; n++ {
		code = s.attempt(false)
		final := code == 200 || code >= 400 && code < 500 && s.bug != "retries-4xx"
		if final || n >= limit || code == 0 && n >= attempts {
			return code, n
		}
		s.pause(n)
	}
}

// attempt asks once. The caller's context is not used: it ends by the deadline.
func (s *service) attempt(synthetic bool) (code int) {
	limit := perAttempt
	if s.bug == "no-timeout" && !synthetic {
		limit = time.Minute
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	sent := ctx
	if s.bug == "leaks" { // stops waiting, and lets the request hang
		sent = context.Background()
	}
	req, err := http.NewRequestWithContext(sent, "GET", s.at.Upstream+"/thing", nil)
	if err != nil {
		return 0
	}
	if synthetic {
		req.Header.Set("X-Synthetic", "1")
	}
	answer := make(chan int, 1)
	go func() {
		resp, err := s.client.Do(req)
		if err != nil {
			answer <- 0
			return
		}
		resp.Body.Close()
		answer <- resp.StatusCode
	}()
	select {
	case code = <-answer:
		return code
	case <-ctx.Done():
	case <-s.ctx.Done():
	}
	return 0
}

// pause waits before the attempt that follows attempt n: half of it is fixed,
// half is chance.
func (s *service) pause(n int) {
	wait := baseWait << min(n-1, 1)
	switch s.bug {
	case "no-jitter":
		time.Sleep(wait)
	case "jitter-25": // 75 % to 125 %, the least the contract allows
		time.Sleep(wait*3/4 + rand.N(wait/2))
	case "no-wait":
	default:
		time.Sleep(wait/2 + rand.N(wait))
	}
}
