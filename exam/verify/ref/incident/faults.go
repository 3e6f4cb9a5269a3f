package incident

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// A fault is what is wrong with the built-in dependency on purpose.
type fault struct {
	Latency int     `json:"latency_ms"`
	Errors  float64 `json:"error_rate"`
	Silent  float64 `json:"timeout_rate"`
}

type faults struct {
	mu  sync.Mutex
	now fault
	n   atomic.Int64 // requests, for the mutant errors-in-turn
}

func (f *faults) get() fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

func (f *faults) set(to fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = to
}

func (s *service) getFaults(w http.ResponseWriter, r *http.Request) { send(w, 200, s.faults.get()) }

func (s *service) putFaults(w http.ResponseWriter, r *http.Request) {
	var f fault
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<12)).Decode(&f); err != nil {
		problem(w, 422, "latency_ms is a whole number, error_rate and timeout_rate are numbers")
		return
	}
	share := func(v float64) bool { return v >= 0 && v <= 1 }
	if ok := share(f.Errors) && share(f.Silent) && f.Latency >= 0 && f.Latency <= 60_000; !ok && s.bug != "rates-unchecked" {
		if s.bug == "bad-clears" {
			s.faults.set(fault{})
		}
		problem(w, 422, "A rate is from 0 to 1, latency_ms from 0 to 60000")
		return
	}
	s.faults.set(f)
	send(w, 200, f)
}

func (s *service) deleteFaults(w http.ResponseWriter, r *http.Request) {
	if s.bug != "faults-stick" {
		s.faults.set(fault{})
	}
	w.WriteHeader(204)
}

// dep is GET /dep, the built-in dependency.
func (s *service) dep(w http.ResponseWriter, r *http.Request) {
	f := s.faults.get()
	if s.bug == "latency-ignored" {
		f.Latency = 0
	}
	if rand.Float64() < f.Silent {
		if s.bug == "timeout-answers" {
			problem(w, 504, "Timeout")
			return
		}
		select { // until the caller gives up
		case <-r.Context().Done():
		case <-s.ctx.Done():
		case <-time.After(time.Minute):
		}
		return
	}
	time.Sleep(time.Duration(f.Latency) * time.Millisecond)
	fails := rand.Float64() < f.Errors
	switch s.bug {
	case "errors-in-turn":
		fails = f.Errors > 0 && s.faults.n.Add(1)%2 == 0
	case "errors-always":
		fails = f.Errors > 0
	}
	if fails {
		problem(w, 503, "A fault, on purpose")
		return
	}
	send(w, 200, map[string]bool{"ok": true})
}
