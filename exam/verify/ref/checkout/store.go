package checkout

import (
	"encoding/json"
	"maps"
	"sync"
	"time"

	"groundwork/exam/verify/ref/journal"
)

type product struct {
	SKU   string `json:"sku"`
	Name  string `json:"name"`
	Price int64  `json:"price_cents"`
	Stock int64  `json:"stock"`
}

// A line names a quantity of one product. In a cart its price is zero: a cart
// shows today's. In an order it is the price of the moment of buying.
type line struct {
	SKU      string `json:"sku"`
	Quantity int64  `json:"quantity"`
	Price    int64  `json:"price_cents"`
}

type cart struct {
	ID    string `json:"id"`
	Lines []line `json:"lines"`
	Order string `json:"order"` // that bought it or is about to
}

// The states of an order. It moves from reserved to one of the other two.
const (
	reserved  = "reserved"
	confirmed = "confirmed"
	cancelled = "cancelled"
)

type step struct {
	Step string    `json:"step"`
	At   time.Time `json:"at"`
}

type order struct {
	ID     string `json:"id"`
	Cart   string `json:"cart"`
	Key    string `json:"key"`
	Token  string `json:"token"`
	State  string `json:"state"`
	Lines  []line `json:"lines"`
	Total  int64  `json:"total"`
	Steps  []step `json:"steps"`
	Unsure bool   `json:"unsure"` // cancelled, and the bank may hold money for it
	Mailed bool   `json:"mailed"`
}

// A press is what is known under one idempotency key.
type press struct {
	Hash   string          `json:"hash"` // of the request
	Status int             `json:"status"`
	Body   json.RawMessage `json:"body"`
}

// A state is everything there is, or, as a line of the journal, everything
// that one transaction changed.
type state struct {
	Products map[string]product `json:"products,omitempty"`
	Carts    map[string]cart    `json:"carts,omitempty"`
	Orders   map[string]order   `json:"orders,omitempty"`
	Presses  map[string]press   `json:"presses,omitempty"`
}

func empty() state {
	return state{map[string]product{}, map[string]cart{}, map[string]order{}, map[string]press{}}
}

func (s state) add(change state) {
	maps.Copy(s.Products, change.Products)
	maps.Copy(s.Carts, change.Carts)
	maps.Copy(s.Orders, change.Orders)
	maps.Copy(s.Presses, change.Presses)
}

type store struct {
	mu     sync.Mutex
	all    state
	log    *journal.Journal
	forget bool // mutant keys-in-memory: presses do not reach the journal
}

func openStore(path string) (*store, error) {
	s := &store{all: empty()}
	log, err := journal.Open(path, func(line []byte) error {
		var change state
		if err := json.Unmarshal(line, &change); err != nil {
			return err
		}
		s.all.add(change)
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.log = log
	return s, nil
}

// A tx reads the state and collects what is to change.
type tx struct{ old, new state }

func (t tx) product(sku string) (product, bool) { return look(t.old.Products, t.new.Products, sku) }
func (t tx) cart(id string) (cart, bool)        { return look(t.old.Carts, t.new.Carts, id) }
func (t tx) order(id string) (order, bool)      { return look(t.old.Orders, t.new.Orders, id) }
func (t tx) press(key string) (press, bool)     { return look(t.old.Presses, t.new.Presses, key) }

func look[T any](old, new map[string]T, id string) (T, bool) {
	if v, ok := new[id]; ok {
		return v, true
	}
	v, ok := old[id]
	return v, ok
}

// update runs f alone. All that f changed happens when it returns nil, else none of it.
func (s *store) update(f func(tx) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := tx{s.all, empty()}
	if err := f(t); err != nil {
		return err
	}
	kept := t.new
	if s.forget {
		kept.Presses = nil
	}
	if err := s.log.Append(kept); err != nil {
		return err
	}
	s.all.add(t.new)
	return nil
}

// view runs f alone; f must not change anything.
func (s *store) view(f func(tx)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(tx{s.all, state{}})
}

func (s *store) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log.Close()
}
