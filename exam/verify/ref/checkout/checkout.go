// Package checkout is the reference solution of p3-checkout; bug plants one
// defect.
//
// An order is made by two transactions with the payment between them. The
// first (open) takes the idempotency key, the cart and the stock together; the
// second (close) confirms the order or gives everything back, and keeps the
// answer under the key. What a crash leaves between the two is settled at the
// next start, and money that may have been taken for a cancelled order is
// looked for until the bank has answered.
package checkout

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"sync"
	"time"
)

// Addresses of the services that a shop needs.
type Addresses struct{ Payments, Mail string }

type shop struct {
	store *store
	bank  bank
	mail  string
	bug   string
	ctx   context.Context
	work  sync.WaitGroup
	locks sync.Map // of skus, for the mutants that lock badly
}

// New serves the shop whose journal is at path. The function it returns stops
// the workers and closes the journal.
func New(path string, at Addresses, bug string) (http.Handler, func(kill bool), error) {
	st, err := openStore(path)
	if err != nil {
		return nil, nil, err
	}
	st.forget = bug == "keys-in-memory"
	ctx, cancel := context.WithCancel(context.Background())
	s := &shop{store: st, bank: bank{at: at.Payments, bug: bug}, mail: at.Mail, bug: bug, ctx: ctx}
	s.every(50*time.Millisecond, s.post)
	s.every(200*time.Millisecond, s.sweep)
	s.recover()
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /products/{sku}", s.putProduct)
	mux.HandleFunc("GET /products/{sku}", s.getProduct)
	mux.HandleFunc("POST /carts", s.newCart)
	mux.HandleFunc("GET /carts/{id}", s.getCart)
	mux.HandleFunc("PUT /carts/{id}/items/{sku}", s.putItem)
	mux.HandleFunc("POST /orders", s.newOrder)
	mux.HandleFunc("GET /orders/{id}", s.getOrder)
	mux.HandleFunc("GET /orders/{id}/events", s.getEvents)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { problem(404, "No such address").send(w) })
	return mux, func(kill bool) {
		if kill { // nothing that still runs may write
			st.close()
			cancel()
			return
		}
		cancel()
		s.work.Wait()
		st.close()
	}, nil
}

// every calls f with that pause until the shop is closed.
func (s *shop) every(pause time.Duration, f func()) {
	s.work.Go(func() {
		for {
			select {
			case <-s.ctx.Done():
				return
			case <-time.After(pause):
				f()
			}
		}
	})
}

// An answer can be kept under a key and sent again.
type answer struct {
	status int
	body   json.RawMessage
}

func (a answer) send(w http.ResponseWriter) {
	kind := "application/json"
	if a.status >= 400 {
		kind = "application/problem+json"
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(a.status)
	w.Write(a.body)
}

func ok(status int, v any) answer {
	b, err := json.Marshal(v)
	if err != nil {
		return problem(500, "Internal error")
	}
	return answer{status, b}
}

// problem is an RFC 9457 answer; more is pairs of further members.
func problem(status int, title string, more ...any) answer {
	m := map[string]any{"type": "about:blank", "title": title, "status": status}
	for i := 0; i+1 < len(more); i += 2 {
		m[more[i].(string)] = more[i+1]
	}
	return ok(status, m)
}

func invalid(field, message string) answer {
	return problem(422, "The request is not valid", "errors", []map[string]string{{"field": field, "message": message}})
}

func newID() string { return rand.Text()[:12] }

func decode(w http.ResponseWriter, r *http.Request, v any) error {
	return json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(v)
}
