package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	_ "modernc.org/sqlite" // to read which items are on a form

	"groundwork/content"
	"groundwork/exam"
)

// A sitter is a visitor with an attempt in progress.
type sitter struct {
	cookie  string // header line
	attempt string // its id
	slots   []slot
}

// A slot is a place on a form whose item can be answered by a browser that
// knows nothing.
type slot struct {
	n       int
	rev     int
	answers []json.RawMessage // responses that the item takes
}

var networks atomic.Uint32

// network is a header line that makes a request come from a network of its own.
func network() string {
	n := networks.Add(1)
	return fmt.Sprintf("X-Forwarded-For: 10.%d.%d.%d\r\n", n>>16&255, n>>8&255, n&255)
}

// begin starts an attempt of a new visitor.
func begin(c *client) (*sitter, error) {
	r, err := c.send(formBytes("/exam", network(), ""))
	if err := expect(r, err, 303); err != nil {
		return nil, err
	}
	s := &sitter{attempt: strings.TrimPrefix(r.header.Get("Location"), "/exam/")}
	if s.cookie = cookies(r); s.cookie == "" || s.attempt == "" {
		return nil, fmt.Errorf("no attempt was begun: %v", r.header)
	}
	return s, nil
}

// cookies are the cookies of an answer, as the line of the next request.
func cookies(r reply) string {
	var set []string
	for _, line := range r.header.Values("Set-Cookie") {
		pair, _, _ := strings.Cut(line, ";")
		set = append(set, pair)
	}
	if len(set) == 0 {
		return ""
	}
	return "Cookie: " + strings.Join(set, "; ") + "\r\n"
}

// sitters starts n attempts and finds out what can be answered in each.
func (b *bench) sitters(p *process, n int) ([]*sitter, error) {
	list := make([]*sitter, n)
	var g errgroup.Group
	for w := range min(16, n) {
		g.Go(func() error {
			c, err := dial(p.addr)
			if err != nil {
				return err
			}
			defer c.close()
			for i := w; i < n; i += min(16, n) {
				if list[i], err = begin(c); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return list, readForms(p.db, list)
}

var bank = sync.OnceValue(func() *exam.Bank {
	items, _ := exam.LoadItems(content.FS())
	b, _ := exam.NewBank(items)
	return b
})

// readForms looks up in the database what stands on the forms.
func readForms(file string, list []*sitter) error {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: file}).EscapedPath()+"?_pragma=busy_timeout(5000)&mode=ro")
	if err != nil {
		return err
	}
	defer db.Close()
	for _, s := range list {
		rows, err := db.Query(`SELECT n, item_id, option_order FROM slots WHERE attempt_id = $1 ORDER BY n`, s.attempt)
		if err != nil {
			return err
		}
		for rows.Next() {
			var n int
			var id exam.ItemID
			var order string
			if err := rows.Scan(&n, &id, &order); err != nil {
				return err
			}
			if it := bank().Item(id); it != nil {
				if answers := answersTo(it, strings.Split(order, ",")); len(answers) > 0 {
					s.slots = append(s.slots, slot{n: n, answers: answers})
				}
			}
		}
		if err := rows.Err(); err != nil {
			return err
		}
	}
	return nil
}

// answersTo returns two responses that an item takes, right or wrong; none for
// queries, which cost what their author made them cost.
func answersTo(it *exam.Item, order []string) (list []json.RawMessage) {
	for k := range 2 {
		var r exam.Response
		switch it.Type {
		case exam.Single, exam.Multiple:
			r.Choice = []exam.OptionID{exam.OptionID(order[k%len(order)])}
		case exam.Ordering:
			for i := range order {
				r.Choice = append(r.Choice, exam.OptionID(order[(i+k)%len(order)]))
			}
		case exam.Numeric, exam.Short:
			r.Text = strconv.Itoa(40 + k)
		case exam.Matching:
			r.Pairs = map[exam.OptionID]string{}
			for _, o := range it.Options {
				r.Pairs[o.ID] = string(it.Choices[k%len(it.Choices)].ID)
			}
		case exam.Cloze:
			r.Pairs = map[exam.OptionID]string{}
			for i, blank := range it.Blanks {
				r.Pairs[exam.OptionID(strconv.Itoa(i+1))] = string(blank.Options[k%len(blank.Options)].ID)
			}
		default:
			return nil
		}
		if _, err := it.Normal(r); err != nil {
			return nil
		}
		data, err := json.Marshal(r)
		if err != nil {
			return nil
		}
		list = append(list, data)
	}
	return list
}

var events atomic.Uint64

// save is the request that stores the next answer of the sitter.
func (s *sitter) save(turn int) (req []byte, at *slot) {
	at = &s.slots[turn%len(s.slots)]
	body := fmt.Appendf(nil, `{"event_id":"e%d","client_id":"bench","client_time":%d,"base_rev":%d,"response":%s}`,
		events.Add(1), time.Now().UnixMilli(), at.rev, at.answers[at.rev%2])
	req = fmt.Appendf(nil, "PUT /exam/%s/slots/%d HTTP/1.1\r\nHost: bench\r\n%sContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		s.attempt, at.n, s.cookie, len(body), body)
	return req, at
}

// saving is the task to answer one slot after the other.
func (s *sitter) saving() task {
	turn := 0
	return func(c *client) error {
		req, at := s.save(turn)
		turn++
		r, err := c.send(req)
		if err := expect(r, err, 200); err != nil {
			return err
		}
		at.rev++
		return nil
	}
}

// answer answers every item once, as a browser does.
func (s *sitter) answer(c *client) error {
	save := s.saving()
	for range s.slots {
		if err := save(c); err != nil {
			return err
		}
	}
	return nil
}

// answered fills in the forms of sitters behind the server's back, so that they
// can be handed in.
func answered(file string, list []*sitter) error {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: file}).EscapedPath()+"?_pragma=busy_timeout(20000)&_txlock=immediate")
	if err != nil {
		return err
	}
	defer db.Close()
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after Commit
	for _, s := range list {
		for i := range s.slots {
			at := &s.slots[i]
			at.rev++
			_, err := tx.Exec(`UPDATE slots SET response = $3, rev = rev + 1, answered_at = $4, seen_at = $4 WHERE attempt_id = $1 AND n = $2`,
				s.attempt, at.n, string(at.answers[i%2]), time.Now().UnixMilli())
			if err != nil {
				return err
			}
		}
	}
	return tx.Commit()
}

// An account is somebody who can sign in.
type account struct{ email, password, cookie string }

// accounts registers n people.
func (b *bench) accounts(p *process, n int) ([]account, error) {
	c, err := dial(p.addr)
	if err != nil {
		return nil, err
	}
	defer c.close()
	var list []account
	for range n {
		a := account{email: fmt.Sprintf("a%d@bench.example", events.Add(1)), password: "a long enough pass phrase"}
		r, err := c.send(formBytes("/account/register", network(), url.Values{"name": {"Ada"}, "email": {a.email}, "password": {a.password}}.Encode()))
		if err := expect(r, err, 303); err != nil {
			return nil, err
		}
		a.cookie = cookies(r)
		list = append(list, a)
	}
	return list, nil
}
