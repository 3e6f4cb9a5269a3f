package feed

import (
	"crypto/rand"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

func (s *service) newUser(w http.ResponseWriter, r *http.Request) {
	var in struct{ Handle string }
	if err := decode(w, r, &in); err != nil {
		problem(w, 400, "The body is not JSON")
		return
	}
	if n := utf8.RuneCountInString(strings.TrimSpace(in.Handle)); n < 1 || n > 40 {
		problem(w, 422, "handle has 1 to 40 characters")
		return
	}
	u := user{Handle: in.Handle, Token: rand.Text()}
	err := s.store.write(func() []line {
		u.ID = s.store.nextID()
		return []line{{User: &u}}
	})
	s.reply(w, err, 201, u)
}

// reply sends v with status, or 204 without it, unless the store failed.
func (s *service) reply(w http.ResponseWriter, err error, status int, v any) {
	switch {
	case err != nil:
		problem(w, 500, "Internal error")
	case v == nil:
		w.WriteHeader(status)
	default:
		send(w, status, v)
	}
}

func (s *service) follow(w http.ResponseWriter, r *http.Request, me user) {
	author, status := r.PathValue("id"), 204
	err := s.store.write(func() []line {
		_, known := s.store.users[author]
		follows := slices.Contains(s.store.followers[author], me.ID)
		switch {
		case !known && s.bug != "unknown-followed":
			status = 404
		case author == me.ID && s.bug != "self-followed":
			status = 422
		case follows && s.bug == "follow-again-409":
			status = 409
		case !follows || s.bug == "edge-doubled":
			lines := []line{{Edge: &edge{Reader: me.ID, Author: author}}}
			if ids := s.newest(author); len(ids) > 0 && s.bug != "no-backfill" {
				lines = append(lines, line{Delivery: &delivery{Posts: ids, Readers: []string{me.ID}}})
			}
			return lines
		}
		return nil
	})
	s.cache.drop(me.ID)
	if err == nil && status != 204 {
		problem(w, status, "You cannot follow this user")
		return
	}
	s.reply(w, err, 204, nil)
}

func (s *service) unfollow(w http.ResponseWriter, r *http.Request, me user) {
	author := r.PathValue("id")
	err := s.store.write(func() []line {
		if !slices.Contains(s.store.followers[author], me.ID) || s.bug == "unfollow-ignored" {
			return nil
		}
		return []line{{Edge: &edge{Reader: me.ID, Author: author, Gone: true}}}
	})
	s.cache.drop(me.ID)
	s.reply(w, err, 204, nil)
}

func (s *service) newPost(w http.ResponseWriter, r *http.Request, me user) {
	var in struct{ Text string }
	if err := decode(w, r, &in); err != nil {
		problem(w, 400, "The body is not JSON")
		return
	}
	n := utf8.RuneCountInString(in.Text)
	switch {
	case s.bug == "bytes-counted":
		n = len(in.Text)
	case s.bug == "empty-post" && n == 0:
		n = 1
	}
	if n < 1 || n > 500 {
		problem(w, 422, "text has 1 to 500 characters")
		return
	}
	p := post{Author: me.ID, Text: in.Text}
	exact := s.exactly()
	err := s.store.write(func() []line {
		p.ID, p.At = s.store.nextID(), time.Now().UTC()
		if !exact {
			p.At = p.At.Truncate(100 * time.Millisecond)
		}
		return []line{{Post: &p}}
	})
	if err == nil {
		s.publish(p)
	}
	status := 201
	if s.bug == "post-200" {
		status = 200
	}
	s.reply(w, err, status, p)
}

// exactly is true but in the mutant cursor-by-time, where posts of one burst
// get one time.
func (s *service) exactly() bool {
	if s.bug != "cursor-by-time" {
		return true
	}
	s.posting.Add(1)
	defer s.posting.Add(-1)
	time.Sleep(3 * time.Millisecond)
	return s.posting.Load() == 1
}

func (s *service) deletePost(w http.ResponseWriter, r *http.Request, me user) {
	id, status := r.PathValue("id"), 204
	err := s.store.write(func() []line {
		p, known := s.store.posts[id]
		if !known || p.Author != me.ID && s.bug != "delete-anybody" {
			status = 404
			return nil
		}
		return []line{{Deleted: id}}
	})
	if err == nil && status == 404 {
		problem(w, 404, "No such post of yours")
		return
	}
	s.reply(w, err, 204, nil)
}
