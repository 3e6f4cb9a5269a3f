package checkout

import (
	"context"
	"time"
)

// recover settles the orders that a crash left between their two transactions.
func (s *shop) recover() {
	if s.bug == "saga-forgets" {
		return
	}
	var open []order
	s.store.view(func(t tx) {
		for _, o := range t.old.Orders {
			if o.State == reserved {
				open = append(open, o)
			}
		}
	})
	for _, o := range open {
		s.work.Go(func() { s.settle(o) })
	}
}

// settle asks the bank what became of an order until it answers, and ends it.
func (s *shop) settle(o order) {
	for s.ctx.Err() == nil {
		held, err := s.bank.has(s.ctx, o.ID, false)
		if err != nil {
			time.Sleep(200 * time.Millisecond)
			continue
		}
		known := failed
		if held {
			known = charged
		}
		// A store that fails here is closed: the next start tries again.
		s.store.update(func(t tx) error { s.close(t, o.ID, known); return nil })
		return
	}
}

// sweep gives back money that the bank may hold for cancelled orders.
func (s *shop) sweep() {
	for _, o := range s.orders(func(o order) bool { return o.State == cancelled && o.Unsure }) {
		if _, err := s.bank.has(s.ctx, o.ID, true); err != nil {
			return
		}
		s.mark(o.ID, func(o *order) { o.Unsure = false })
	}
}

// post sends the mails that are owed. The first that fails ends the round:
// when mail is down, waiting once is enough.
func (s *shop) post() {
	for _, o := range s.orders(func(o order) bool { return o.State == confirmed && !o.Mailed }) {
		ctx, cancel := context.WithTimeout(s.ctx, 2*time.Second)
		in := map[string]string{"order_id": o.ID, "template": "order-confirmed"}
		status := call(ctx, "POST", s.mail+"/messages", "mail-"+o.ID, in, nil)
		if status/100 == 2 && s.bug == "mail-twice" {
			call(ctx, "POST", s.mail+"/messages", "again-"+o.ID, in, nil)
		}
		cancel()
		old := time.Since(o.Steps[0].At) > 2*time.Second
		if status/100 == 2 || s.bug == "mail-gives-up" && old {
			s.mark(o.ID, func(o *order) { o.Mailed = true })
		}
		if status/100 != 2 {
			return
		}
	}
}

func (s *shop) orders(match func(order) bool) (found []order) {
	s.store.view(func(t tx) {
		for _, o := range t.old.Orders {
			if match(o) {
				found = append(found, o)
			}
		}
	})
	return found
}

func (s *shop) mark(id string, change func(*order)) {
	// A store that fails here is closed: the next start does it again.
	s.store.update(func(t tx) error {
		o, _ := t.order(id)
		change(&o)
		t.new.Orders[id] = o
		return nil
	})
}
