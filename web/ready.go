package web

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

const (
	readyFor  = time.Second     // how long an answer is good for others who ask
	readyWait = 2 * time.Second // how long a write may take
)

var (
	errSlow    = errors.New("a write takes longer than two seconds")
	errFailing = errors.New("a change could not be saved a moment ago")
)

// readiness finds out whether the store can save. However many ask, it writes
// once a second at most.
type readiness struct {
	group singleflight.Group
	mu    sync.Mutex
	asked time.Time
	last  error
}

// alive answers as long as the process does: GET /healthz.
func alive(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) }

// ready answers whether this process can do its work: the content is loaded
// (or there would be no Server) and the store can save. GET /readyz.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if err := s.canSave(r.Context()); err != nil {
		s.log.ErrorContext(r.Context(), "not ready", "err", err.Error(), "request", requestID(r.Context()))
		http.Error(w, "not ready: nothing can be saved", http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ready\n"))
}

func (s *Server) canSave(ctx context.Context) error {
	p := &s.readiness
	result := p.group.DoChan("", func() (any, error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if time.Since(p.asked) < readyFor {
			return nil, p.last
		}
		p.last = s.store.Ready(context.WithoutCancel(ctx), s.now())
		if ago, ok := s.store.Failed(); p.last == nil && ok && ago < 2*readyFor {
			p.last = errFailing // on a full disk this one row may fit where answers do not
		}
		p.asked = time.Now()
		return nil, p.last
	})
	select {
	case r := <-result:
		return r.Err
	case <-time.After(readyWait):
		return errSlow
	}
}
