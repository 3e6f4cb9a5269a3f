package feed

import (
	"encoding/json"
	"slices"
	"strconv"
	"sync"
	"time"

	"groundwork/exam/verify/ref/journal"
)

type user struct {
	ID     string `json:"id"`
	Handle string `json:"handle"`
	Token  string `json:"token,omitempty"`
}

type post struct {
	ID     string    `json:"id"`
	Author string    `json:"author_id"`
	Text   string    `json:"text"`
	At     time.Time `json:"created_at"`
}

// after is the order of feeds: newest first, and the larger id first at one instant.
func (p post) after(o post) bool {
	if !p.At.Equal(o.At) {
		return p.At.After(o.At)
	}
	return number(p.ID) > number(o.ID)
}

func number(id string) int { n, _ := strconv.Atoi(id); return n }

// An edge is who follows whom, or no longer does.
type edge struct {
	Reader string `json:"reader"`
	Author string `json:"author"`
	Gone   bool   `json:"gone,omitempty"`
}

// A delivery puts posts into feeds: the handling of one event, or a backfill.
type delivery struct {
	Posts   []string `json:"posts"`
	Readers []string `json:"readers"`
	Event   bool     `json:"event"`
	Again   bool     `json:"again,omitempty"` // mutants: also where the post is already
}

// A line is one transaction in the journal.
type line struct {
	User     *user     `json:"user,omitempty"`
	Edge     *edge     `json:"edge,omitempty"`
	Post     *post     `json:"post,omitempty"`
	Deleted  string    `json:"deleted,omitempty"`
	Delivery *delivery `json:"delivery,omitempty"`
}

// store is the store of record. It is safe for concurrent use.
type store struct {
	mu        sync.Mutex
	log       *journal.Journal
	users     map[string]user
	tokens    map[string]string   // token -> id
	followers map[string][]string // author -> readers
	posts     map[string]post
	by        map[string][]string // author -> posts, oldest first
	feeds     map[string][]string // reader -> posts, as they arrived
	pending   map[string]bool     // posts whose event is not handled
	last      int                 // number of the last user or post
}

func openStore(path string) (*store, error) {
	s := &store{users: map[string]user{}, tokens: map[string]string{}, followers: map[string][]string{}, posts: map[string]post{},
		by: map[string][]string{}, feeds: map[string][]string{}, pending: map[string]bool{}}
	log, err := journal.Open(path, func(b []byte) error {
		var l line
		if err := json.Unmarshal(b, &l); err != nil {
			return err
		}
		s.apply(l)
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.log = log
	return s, nil
}

// write makes one transaction of what make returns; nil is nothing to write.
func (s *store) write(make func() []line) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range make() {
		if err := s.log.Append(l); err != nil {
			return err
		}
		s.apply(l)
	}
	return nil
}

func (s *store) apply(l line) {
	switch {
	case l.User != nil:
		s.users[l.User.ID], s.tokens[l.User.Token] = *l.User, l.User.ID
		s.last = max(s.last, number(l.User.ID))
	case l.Edge != nil:
		s.applyEdge(*l.Edge)
	case l.Post != nil:
		p := *l.Post
		s.posts[p.ID], s.pending[p.ID] = p, true
		s.by[p.Author] = append(s.by[p.Author], p.ID)
		s.last = max(s.last, number(p.ID))
	case l.Deleted != "":
		delete(s.posts, l.Deleted)
	case l.Delivery != nil:
		s.applyDelivery(*l.Delivery)
	}
}

func (s *store) applyEdge(e edge) {
	readers := s.followers[e.Author]
	if !e.Gone {
		s.followers[e.Author] = append(readers, e.Reader)
		return
	}
	s.followers[e.Author] = slices.DeleteFunc(slices.Clone(readers), func(r string) bool { return r == e.Reader })
	s.feeds[e.Reader] = slices.DeleteFunc(slices.Clone(s.feeds[e.Reader]), func(id string) bool { return s.posts[id].Author == e.Author })
}

func (s *store) applyDelivery(d delivery) {
	for _, reader := range d.Readers {
		for _, id := range d.Posts {
			if d.Again || !slices.Contains(s.feeds[reader], id) {
				s.feeds[reader] = append(s.feeds[reader], id)
			}
		}
	}
	if d.Event {
		for _, id := range d.Posts {
			delete(s.pending, id)
		}
	}
}

func (s *store) byToken(token string) (user, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, known := s.users[s.tokens[token]]
	return u, known
}

// nextID is called inside write.
func (s *store) nextID() string { return strconv.Itoa(s.last + 1) }

func (s *store) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log.Close()
}
