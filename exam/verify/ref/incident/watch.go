package incident

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"
)

// synthetic does what a customer does, when no customer does it, and leaves no
// trace in the numbers, the breaker and the alerts.
func (s *service) synthetic() {
	if s.bug == "no-synthetic" {
		return
	}
	start := time.Now()
	code := s.attempt(true)
	if s.bug == "synthetic-counted" && s.numbers.quiet() > time.Second {
		s.numbers.note(code == 200, time.Since(start), 0)
	}
}

const (
	alertWindow = 3 * time.Second
	alertLeast  = 5   // calls in the window, to judge them
	alertFrom   = 0.5 // share of failed calls that fires
	alertUntil  = 0.1 // and under which it is resolved
)

// window holds the calls of the last seconds, those that an open breaker
// refused among them, and whether an alert is out.
type window struct {
	mu     sync.Mutex
	calls  []answered
	firing bool
}

type answered struct {
	at time.Time
	ok bool
}

func (w *window) note(ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = append(w.calls, answered{time.Now(), ok})
}

func (w *window) reset() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls, w.firing = nil, false
}

// turn looks at the window and returns "firing" or "resolved" when the alert
// is to change to that, else "".
func (w *window) turn(bug string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.calls) > 0 && time.Since(w.calls[0].at) > alertWindow {
		w.calls = w.calls[1:]
	}
	failed := 0.0
	for _, c := range w.calls {
		if !c.ok {
			failed++
		}
	}
	n := float64(len(w.calls))
	switch {
	case n >= alertLeast && failed >= n*alertFrom && (!w.firing || bug == "page-per-failure"):
		w.firing = true
		return "firing"
	case w.firing && failed <= n*alertUntil && bug != "never-resolves":
		w.firing = false
		return "resolved"
	}
	return ""
}

// alert tells whoever is on call when the state of the alert changes.
func (s *service) alert() {
	status := s.window.turn(s.bug)
	if status == "" || s.bug == "never-alerts" {
		return
	}
	body, err := json.Marshal(map[string]string{"alert": "calls-fail", "status": status})
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(s.ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "POST", s.at.Alerts, bytes.NewReader(body))
	if err != nil {
		return
	}
	req.Header.Set("Content-Type", "application/json")
	if resp, err := s.client.Do(req); err == nil {
		resp.Body.Close()
	}
}
