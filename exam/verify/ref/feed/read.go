package feed

import (
	"cmp"
	"encoding/base64"
	"errors"
	"hash/fnv"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// load reads the feed of a user from the store, newest first.
func (s *service) load(reader string) []post {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	var list []post
	for _, id := range s.store.feeds[reader] {
		if p, there := s.store.posts[id]; there || s.bug == "deleted-stays" {
			p.ID = id
			list = append(list, p)
		}
	}
	switch s.bug {
	case "arrival-order":
		slices.Reverse(list)
	case "oldest-first":
		slices.SortStableFunc(list, func(a, b post) int { return order(b, a) })
	case "grouped-by-author":
		slices.SortStableFunc(list, func(a, b post) int {
			return cmp.Or(cmp.Compare(taste(reader, a.Author), taste(reader, b.Author)), order(a, b))
		})
	default:
		slices.SortStableFunc(list, order)
	}
	return list
}

func order(a, b post) int {
	switch {
	case a.after(b):
		return -1
	case b.after(a):
		return 1
	}
	return 0
}

// taste is how the mutant grouped-by-author sorts authors for each reader.
func taste(reader, author string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(reader + "/" + author))
	return h.Sum32()
}

func (s *service) feed(w http.ResponseWriter, r *http.Request, me user) {
	list := s.cache.get(me.ID)
	if s.bug != "deleted-stays" { // the cache may still hold what was deleted
		s.store.mu.Lock()
		list = slices.DeleteFunc(slices.Clone(list), func(p post) bool { _, there := s.store.posts[p.ID]; return !there })
		s.store.mu.Unlock()
	}
	s.page(w, r, list)
}

func (s *service) ownPosts(w http.ResponseWriter, r *http.Request, _ user) {
	author := r.PathValue("id")
	s.store.mu.Lock()
	_, known := s.store.users[author]
	list := []post{}
	for _, id := range s.store.by[author] {
		if p, there := s.store.posts[id]; there && (s.bug != "own-list-late" || time.Since(p.At) > 1500*time.Millisecond) {
			list = append(list, p)
		}
	}
	s.store.mu.Unlock()
	if !known {
		problem(w, 404, "No such user")
		return
	}
	slices.SortStableFunc(list, order)
	s.page(w, r, list)
}

// page answers the part of list that limit and cursor ask for.
func (s *service) page(w http.ResponseWriter, r *http.Request, list []post) {
	limit := 20
	if v := r.URL.Query().Get("limit"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 {
			problem(w, 400, "limit is a whole number from 1 to 100")
			return
		}
		limit = n
		if s.bug != "no-cap" {
			limit = min(n, 100)
		}
	}
	rest, err := s.behind(list, r.URL.Query().Get("cursor"))
	if err != nil {
		status := 400
		if s.bug == "bad-cursor-500" {
			status = 500
		}
		problem(w, status, "This cursor is not one of ours")
		return
	}
	part := rest[:min(limit, len(rest))]
	var next *string
	if len(part) < len(rest) {
		c := s.cursor(part[len(part)-1], len(list)-len(rest)+len(part))
		next = &c
	}
	if part == nil {
		part = []post{}
	}
	send(w, 200, map[string]any{"items": part, "next_cursor": next})
}

// cursor names the last post of a page, or, in the mutant offset, its number.
func (s *service) cursor(p post, at int) string {
	text := strconv.FormatInt(p.At.UnixNano(), 10) + " " + p.ID
	if s.bug == "offset" {
		text = strconv.Itoa(at) + " 0"
	}
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

var errCursor = errors.New("bad cursor")

// behind is what of list comes after the post that a cursor names, which need
// not be there any more.
func (s *service) behind(list []post, cursor string) ([]post, error) {
	if cursor == "" || s.bug == "bad-cursor-ignored" && len(cursor) < 12 {
		return list, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	at, id, ok := strings.Cut(string(b), " ")
	nanos, err2 := strconv.ParseInt(at, 10, 64)
	if err != nil || err2 != nil || !ok {
		return nil, errCursor
	}
	mark := post{ID: id, At: time.Unix(0, nanos)}
	past := func(p post) bool { return mark.after(p) }
	switch s.bug {
	case "offset":
		return list[min(int(nanos), len(list)):], nil
	case "cursor-inclusive":
		past = func(p post) bool { return !p.after(mark) }
	case "cursor-by-time":
		past = func(p post) bool { return p.At.Before(mark.At) }
	case "cursor-row-must-exist":
		if !slices.ContainsFunc(list, func(p post) bool { return p.ID == id }) {
			return nil, nil
		}
	}
	if i := slices.IndexFunc(list, past); i >= 0 {
		return list[i:], nil
	}
	return nil, nil
}
