// Package feed is the reference solution of p4-feed; bug plants one defect.
//
// A post and the event that announces it are one line of the journal: a post
// that no delivery follows is an event still to be handled, also after a crash.
// One worker handles events in order and writes, in one line each, which feeds
// got the post. Reading sorts a feed's entries and keeps the result until an
// event arrives or two seconds have passed.
package feed

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

type service struct {
	store *store
	cache *cache
	bug   string
	queue chan string // ids of posts to deliver
	done  chan struct{}
	work  sync.WaitGroup

	published, processed atomic.Int64
	posting              atomic.Int64 // for the mutant cursor-by-time
}

// New serves the feeds whose journal is at path. The function it returns stops
// the worker and closes the journal.
func New(path, bug string) (http.Handler, func(kill bool), error) {
	st, err := openStore(path)
	if err != nil {
		return nil, nil, err
	}
	s := &service{store: st, bug: bug, queue: make(chan string, 1<<16), done: make(chan struct{})}
	s.cache = newCache(s.load, bug)
	s.resume()
	s.work.Go(s.deliverAll)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /users", s.newUser)
	mux.HandleFunc("PUT /follows/{id}", s.signedIn(s.follow))
	mux.HandleFunc("DELETE /follows/{id}", s.signedIn(s.unfollow))
	mux.HandleFunc("POST /posts", s.signedIn(s.newPost))
	mux.HandleFunc("DELETE /posts/{id}", s.signedIn(s.deletePost))
	mux.HandleFunc("GET /users/{id}/posts", s.signedIn(s.ownPosts))
	mux.HandleFunc("GET /feed", s.signedIn(s.feed))
	mux.HandleFunc("GET /stats", s.stats)
	mux.HandleFunc("POST /admin/backfill", s.backfillJob)
	mux.HandleFunc("POST /admin/cache/flush", func(w http.ResponseWriter, r *http.Request) {
		s.cache.flush()
		w.WriteHeader(204)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { problem(w, 404, "No such address") })
	return mux, func(kill bool) {
		if kill { // nothing that still runs may write
			st.close()
		}
		close(s.done)
		s.work.Wait()
		st.close()
	}, nil
}

// signedIn hands the user of the bearer token to h.
func (s *service) signedIn(h func(w http.ResponseWriter, r *http.Request, me user)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		me, known := s.store.byToken(token)
		if !known && !(s.bug == "anonymous-feed" && r.URL.Path == "/feed") {
			w.Header().Set("WWW-Authenticate", "Bearer")
			problem(w, 401, "No valid token")
			return
		}
		h(w, r, me)
	}
}

func send(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

func problem(w http.ResponseWriter, status int, title string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]any{"type": "about:blank", "title": title, "status": status})
}

func decode(w http.ResponseWriter, r *http.Request, v any) error {
	return json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(v)
}

func (s *service) stats(w http.ResponseWriter, r *http.Request) {
	published, processed := s.published.Load(), s.processed.Load()
	if s.bug == "events-not-counted" {
		published = 0
	}
	send(w, 200, map[string]any{
		"events_published": published, "events_processed": processed, "queue_depth": len(s.queue),
		"feed_cache_hits": s.cache.hits.Load(), "feed_cache_misses": s.cache.misses.Load(), "store_reads": s.cache.reads.Load(),
	})
}

// pause waits unless the service ends first.
func (s *service) pause(d time.Duration) {
	select {
	case <-s.done:
	case <-time.After(d):
	}
}
