package checkout

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

type purchase struct {
	Cart  string `json:"cart_id"`
	Token string `json:"payment_token"`
	key   string
	hash  string
	sight sight // mutants: what was read before the transaction
}

func (s *shop) newOrder(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<16))
	var p purchase
	if err != nil || json.Unmarshal(body, &p) != nil {
		problem(400, "The body is not JSON").send(w)
		return
	}
	sum := sha256.Sum256(body)
	p.key, p.hash = r.Header.Get("Idempotency-Key"), hex.EncodeToString(sum[:])
	switch {
	case p.key == "" && s.bug == "key-optional":
		p.key = newID()
	case p.key == "":
		problem(400, "The header Idempotency-Key is missing").send(w)
		return
	case p.Token == "":
		invalid("payment_token", "is missing").send(w)
		return
	}
	if s.bug == "key-ignored" {
		p.key = newID()
	}
	s.buy(p).send(w)
}

// buy makes one order of a cart, or says why not.
func (s *shop) buy(p purchase) answer {
	release, err := s.lockBadly(&p)
	switch {
	case err != nil && s.bug == "one-at-a-time":
		return problem(409, "Somebody else is buying this")
	case err != nil:
		return problem(500, "Deadlock")
	}
	var a answer
	var o order
	err = s.store.update(func(t tx) error { a, o = s.open(t, p); return nil })
	release()
	if err != nil {
		return problem(500, "Internal error")
	}
	if o.ID == "" {
		return a
	}
	known := s.bank.charge(s.ctx, o)
	if err := s.store.update(func(t tx) error { a = s.close(t, o.ID, known); return nil }); err != nil {
		return problem(500, "Internal error")
	}
	if known == charged && s.bug == "mail-in-request" {
		s.post()
	}
	return a
}

// open takes key, cart and stock in one transaction. Without an order the
// answer is final.
func (s *shop) open(t tx, p purchase) (answer, order) {
	if old, used := t.press(p.key); used && old.Status != forgotten && !p.sight.keyFree {
		switch {
		case old.Hash != p.hash && s.bug != "body-not-compared":
			return problem(422, "This Idempotency-Key was used with another body"), order{}
		case old.Status == 0:
			return problem(409, "The first request with this key still runs"), order{}
		}
		return answer{old.Status, old.Body}, order{}
	}
	o, refusal := s.reserve(t, p)
	now := press{Hash: p.hash}
	if refusal.status != 0 {
		now.Status, now.Body = refusal.status, refusal.body
	}
	t.new.Presses[p.key] = now
	return refusal, o
}

// reserve makes the order and takes its goods from the stock.
func (s *shop) reserve(t tx, p purchase) (order, answer) {
	c, found := t.cart(p.Cart)
	switch {
	case !found:
		return order{}, problem(404, "No such cart")
	case c.Order != "" && s.bug != "cart-reusable" && !p.sight.keyFree:
		return order{}, problem(409, "This cart has been bought")
	case len(c.Lines) == 0 && s.bug != "empty-order":
		return order{}, problem(422, "The cart is empty")
	}
	o := order{ID: newID(), Cart: c.ID, Key: p.key, Token: p.Token, State: reserved, Lines: s.priced(t, c)}
	o.Total = s.total(o.Lines)
	for i, l := range o.Lines {
		g, _ := t.product(l.SKU)
		if seen, read := p.sight.stock[l.SKU]; read {
			g.Stock = seen
		}
		if g.Stock < l.Quantity {
			s.refuse(t, o, i, g)
			return order{}, problem(409, "Out of stock", "sku", l.SKU)
		}
		g.Stock -= l.Quantity
		t.new.Products[l.SKU] = g
	}
	c.Order = o.ID
	o.Steps = []step{{reserved, time.Now().UTC()}}
	t.new.Carts[c.ID], t.new.Orders[o.ID] = c, o
	return o, answer{}
}

// refuse undoes what reserve took before line i, of which only g is there.
func (s *shop) refuse(t tx, o order, i int, g product) {
	switch {
	case s.bug == "line-by-line":
		return
	case s.bug == "refund-missing" && g.Stock > 0: // charged first, and for a part that is there nobody gave it back
		s.bank.charge(s.ctx, o)
	}
	clear(t.new.Products)
}

// close ends an order after the bank was asked, and keeps the answer.
func (s *shop) close(t tx, id string, known outcome) answer {
	o, _ := t.order(id)
	if o.State != reserved {
		return problem(500, "Internal error")
	}
	var a answer
	switch known {
	case charged:
		o.State = confirmed
		o.note("charged", confirmed)
		if s.bug == "saga-silent" {
			o.Steps = slices.DeleteFunc(o.Steps, func(st step) bool { return st.Step == "charged" })
		}
		a = ok(201, s.show(t, o))
		if s.bug == "status-paid" {
			a = answer{201, []byte(strings.Replace(string(a.body), `"confirmed"`, `"paid"`, 1))}
		}
	case declined:
		o.note("declined")
		a = problem(402, "The card was declined", "order_id", id)
	case failed:
		a = problem(502, "The payment service fails", "order_id", id)
	case silent:
		a = problem(504, "The payment service does not answer", "order_id", id)
	}
	if known != charged {
		s.release(t, &o, known)
	}
	t.new.Orders[id] = o
	if was, _ := t.press(o.Key); known == charged || s.bug != "failures-not-kept" {
		t.new.Presses[o.Key] = press{was.Hash, a.status, a.body}
	} else {
		t.new.Presses[o.Key] = press{Hash: was.Hash, Status: forgotten}
	}
	return a
}

// release cancels o: goods and cart are free again, and unless the bank has
// refused, money is looked for.
func (s *shop) release(t tx, o *order, known outcome) {
	o.State, o.Unsure = cancelled, known != declined && s.bug != "lost-answer-forgotten"
	if s.bug != "undo-unwritten" {
		o.note("released")
	}
	for _, l := range o.Lines {
		back := l.Quantity
		switch {
		case s.bug == "declined-keeps-stock" && known == declined,
			s.bug == "error-keeps-stock" && known == failed,
			s.bug == "hang-keeps-stock" && known == silent:
			back = 0
		case s.bug == "releases-one":
			back = 1
		}
		g, _ := t.product(l.SKU)
		g.Stock += back
		t.new.Products[l.SKU] = g
	}
	c, _ := t.cart(o.Cart)
	c.Order = ""
	t.new.Carts[c.ID] = c
}

func (o *order) note(steps ...string) {
	o.Steps = slices.Clone(o.Steps)
	for _, name := range steps {
		o.Steps = append(o.Steps, step{name, time.Now().UTC()})
	}
}

func (s *shop) show(t tx, o order) map[string]any {
	lines, total := o.Lines, o.Total
	if s.bug == "live-price" {
		c, _ := t.cart(o.Cart)
		lines = s.priced(t, c)
		total = s.total(lines)
	}
	return map[string]any{"id": o.ID, "status": o.State, "items": lines, "total_cents": total}
}

func (s *shop) getOrder(w http.ResponseWriter, r *http.Request) {
	a := problem(404, "No such order")
	s.store.view(func(t tx) {
		if o, found := t.order(r.PathValue("id")); found {
			if s.bug == "read-without-items" {
				o.Lines = []line{}
			}
			a = ok(200, s.show(t, o))
		}
	})
	a.send(w)
}

func (s *shop) getEvents(w http.ResponseWriter, r *http.Request) {
	a := problem(404, "No such order")
	s.store.view(func(t tx) {
		if o, found := t.order(r.PathValue("id")); found {
			a = ok(200, map[string]any{"items": o.Steps})
		}
	})
	a.send(w)
}

// forgotten is the status that the mutant failures-not-kept notes.
const forgotten = -1

// A sight is what a mutant read before its transaction and still believes in it.
type sight struct {
	keyFree bool
	stock   map[string]int64
}

var errDeadlock = errors.New("waited too long for a lock")

// lockBadly does nothing in the reference; mutants read or lock here what they
// should read and lock in the transaction, with a database's millisecond between.
func (s *shop) lockBadly(p *purchase) (release func(), err error) {
	release = func() {}
	var lines []line
	free := false
	s.store.view(func(t tx) {
		c, _ := t.cart(p.Cart)
		_, used := t.press(p.key)
		lines, free = c.Lines, !used && c.Order == ""
		if s.bug == "stock-read-then-write" {
			p.sight.stock = map[string]int64{}
			for _, l := range lines {
				g, _ := t.product(l.SKU)
				p.sight.stock[l.SKU] = g.Stock
			}
		}
	})
	switch s.bug {
	case "key-check-then-insert":
		p.sight.keyFree = free
		time.Sleep(time.Millisecond)
	case "stock-read-then-write":
		time.Sleep(time.Millisecond)
	case "one-at-a-time": // whoever does not get the lock at once is sent away
		return s.lock(lines, 0)
	case "unsorted-locks":
		return s.lock(lines, 2*time.Second)
	}
	return release, nil
}

// lock takes the lock of each line in the order of the cart.
func (s *shop) lock(lines []line, wait time.Duration) (func(), error) {
	var held []*sync.Mutex
	release := func() {
		for _, m := range held {
			m.Unlock()
		}
	}
	for _, l := range lines {
		v, _ := s.locks.LoadOrStore(l.SKU, &sync.Mutex{})
		m, end := v.(*sync.Mutex), time.Now().Add(wait)
		for !m.TryLock() {
			if time.Now().After(end) {
				release()
				return nil, errDeadlock
			}
			time.Sleep(time.Millisecond)
		}
		held = append(held, m)
		time.Sleep(time.Millisecond)
	}
	return release, nil
}
