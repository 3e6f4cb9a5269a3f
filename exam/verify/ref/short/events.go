package short

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

const (
	batch      = 100
	firstPause = 100 * time.Millisecond
	lastPause  = 2 * time.Second
)

// An outbox holds the clicks that the metrics service has not taken yet. The
// lock of its owner guards it; the log makes it last.
type outbox struct {
	to, bug string
	waiting []event
	tries   int // of the first batch, for the mutant events-dropped
}

func (o *outbox) add(e event) {
	if o.to != "" {
		o.waiting = append(o.waiting, e)
	}
}

// taken forgets clicks. They are taken in the order in which they came.
func (o *outbox) taken(ids []string) {
	o.waiting = o.waiting[min(len(ids), len(o.waiting)):]
}

// post sends clicks and says whether the metrics service took them.
func (o *outbox) post(ctx context.Context, clicks []event) bool {
	type item struct {
		ID   string    `json:"event_id"`
		Code string    `json:"code"`
		At   time.Time `json:"at"`
	}
	items := []item{}
	for _, e := range clicks {
		_, code, _ := strings.Cut(e.Code, "/")
		if o.bug == "new-id-per-try" {
			e.ID = rand.Text()
		}
		items = append(items, item{e.ID, code, *e.At})
	}
	body, err := json.Marshal(map[string]any{"events": items})
	if err != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "POST", o.to, bytes.NewReader(body))
	if err != nil {
		return false
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode/100 == 2
}

// sendEvents works off the outbox until ctx ends; then done is closed. While
// the metrics service fails, the pauses between tries double.
func (s *srv) sendEvents(ctx context.Context) (done chan struct{}) {
	done = make(chan struct{})
	go func() {
		defer close(done)
		pause := firstPause
		for ctx.Err() == nil {
			s.mu.Lock()
			next := s.out.waiting[:min(batch, len(s.out.waiting))]
			s.mu.Unlock()
			wait := 20 * time.Millisecond
			switch {
			case len(next) == 0:
			case s.out.post(ctx, next):
				s.sent(next)
				pause, wait = firstPause, 0
			default:
				wait = pause
				pause = min(2*pause, lastPause)
				s.failed(next, &wait)
			}
			select {
			case <-ctx.Done():
			case <-time.After(wait):
			}
		}
	}()
	return done
}

// sent notes in the log that clicks were taken.
func (s *srv) sent(clicks []event) {
	var e event
	for _, c := range clicks {
		e.Sent = append(e.Sent, c.ID)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.out.tries = 0
	s.out.taken(e.Sent)
	s.append(e)
}

// failed does nothing in the reference.
func (s *srv) failed(clicks []event, wait *time.Duration) {
	switch s.bug {
	case "events-dropped": // after three tries
		s.out.tries++
		if s.out.tries >= 3 {
			s.sent(clicks)
		}
	case "events-hammer":
		*wait = 40 * time.Millisecond
	}
}
