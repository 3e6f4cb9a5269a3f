package checkout

import (
	"net/http"
	"slices"
)

func (s *shop) putProduct(w http.ResponseWriter, r *http.Request) {
	var p product
	if err := decode(w, r, &p); err != nil {
		problem(400, "The body is not a product").send(w)
		return
	}
	p.SKU = r.PathValue("sku")
	if p.Price < 0 || p.Stock < 0 {
		invalid("stock", "price_cents and stock are not negative").send(w)
		return
	}
	err := s.store.update(func(t tx) error { t.new.Products[p.SKU] = p; return nil })
	s.reply(w, err, ok(200, p))
}

// reply sends a unless the store failed.
func (s *shop) reply(w http.ResponseWriter, err error, a answer) {
	if err != nil {
		a = problem(500, "Internal error")
	}
	a.send(w)
}

func (s *shop) getProduct(w http.ResponseWriter, r *http.Request) {
	a := problem(404, "No such product")
	s.store.view(func(t tx) {
		if p, found := t.product(r.PathValue("sku")); found {
			a = ok(200, p)
		}
	})
	a.send(w)
}

func (s *shop) newCart(w http.ResponseWriter, r *http.Request) {
	c := cart{ID: newID()}
	var a answer
	err := s.store.update(func(t tx) error {
		t.new.Carts[c.ID] = c
		a = s.showCart(t, 201, c)
		return nil
	})
	s.reply(w, err, a)
}

func (s *shop) getCart(w http.ResponseWriter, r *http.Request) {
	a := problem(404, "No such cart")
	s.store.view(func(t tx) {
		if c, found := t.cart(r.PathValue("id")); found {
			a = s.showCart(t, 200, c)
		}
	})
	a.send(w)
}

// showCart answers a cart at today's prices.
func (s *shop) showCart(t tx, status int, c cart) answer {
	lines := s.priced(t, c)
	return ok(status, map[string]any{"id": c.ID, "items": lines, "total_cents": s.total(lines)})
}

func (s *shop) priced(t tx, c cart) []line {
	lines := make([]line, 0, len(c.Lines))
	for _, l := range c.Lines {
		if l.Price == 0 { // only the mutant client-price has one here
			p, _ := t.product(l.SKU)
			l.Price = p.Price
		}
		lines = append(lines, l)
	}
	return lines
}

func (s *shop) total(lines []line) int64 {
	sum, euros := int64(0), 0.0
	for _, l := range lines {
		sum += l.Quantity * l.Price
		euros += float64(l.Quantity) * (float64(l.Price) / 100)
	}
	if s.bug == "float-money" {
		return int64(euros * 100)
	}
	return sum
}

// The largest quantity of one product in a cart.
const maxQuantity = 1000

func (s *shop) putItem(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Quantity *int64 `json:"quantity"`
		Price    int64  `json:"price_cents"`
	}
	if err := decode(w, r, &in); err != nil || in.Quantity == nil {
		invalid("quantity", "a whole number from 0 to 1000").send(w)
		return
	}
	low, high := int64(0), int64(maxQuantity)
	switch s.bug {
	case "negative-quantity":
		low = -maxQuantity
	case "quantity-unlimited":
		high = 1 << 40
	}
	if *in.Quantity < low || *in.Quantity > high {
		invalid("quantity", "a whole number from 0 to 1000").send(w)
		return
	}
	l := line{SKU: r.PathValue("sku"), Quantity: *in.Quantity}
	if s.bug == "client-price" {
		l.Price = in.Price
	}
	var a answer
	err := s.store.update(func(t tx) error { a = s.setLine(t, r.PathValue("id"), l); return nil })
	s.reply(w, err, a)
}

func (s *shop) setLine(t tx, id string, l line) answer {
	c, found := t.cart(id)
	if !found {
		return problem(404, "No such cart")
	}
	if _, found := t.product(l.SKU); !found && s.bug != "any-sku" {
		return problem(404, "No such product", "sku", l.SKU)
	}
	if c.Order != "" {
		return problem(409, "This cart has been bought")
	}
	lines := slices.Clone(c.Lines)
	at := slices.IndexFunc(lines, func(o line) bool { return o.SKU == l.SKU })
	switch {
	case at < 0 && l.Quantity != 0:
		lines = append(lines, l)
	case at >= 0 && l.Quantity == 0 && s.bug != "zero-kept":
		lines = slices.Delete(lines, at, at+1)
	case at >= 0 && s.bug == "adds-up":
		lines[at].Quantity += l.Quantity
	case at >= 0:
		lines[at] = l
	}
	c.Lines = lines
	t.new.Carts[c.ID] = c
	return s.showCart(t, 200, c)
}
