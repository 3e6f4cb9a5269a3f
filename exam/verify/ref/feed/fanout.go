package feed

import (
	"net/http"
	"slices"
	"time"
)

const backfilled = 20 // posts of somebody newly followed

// publish queues the event of a post. The post's line in the journal is the
// event; the queue only says that there is work.
func (s *service) publish(p post) {
	s.published.Add(1)
	if s.bug == "fan-out-in-request" {
		s.store.mu.Lock()
		n := len(s.store.followers[p.Author])
		s.store.mu.Unlock()
		time.Sleep(time.Duration(n) * time.Millisecond)
	}
	s.queue <- p.ID
}

// resume queues the events that a crash left.
func (s *service) resume() {
	if s.bug == "queue-in-memory" {
		return
	}
	ids := []string{}
	for id := range s.store.pending {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b string) int { return number(a) - number(b) })
	for _, id := range ids {
		s.published.Add(1)
		s.queue <- id
	}
}

// deliverAll handles events one after the other until the service ends.
func (s *service) deliverAll() {
	for {
		select {
		case <-s.done:
			return
		case id := <-s.queue:
			switch {
			case s.bug == "queue-in-memory":
				s.pause(300*time.Millisecond - s.age(id))
			case s.bug == "arrival-order" && s.late(id):
				s.work.Go(func() { s.pause(200 * time.Millisecond); s.deliver(id) })
				continue
			}
			s.deliver(id)
		}
	}
}

// late says for the mutant arrival-order which events take longer: each fourth of an author.
func (s *service) late(id string) bool {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	return (slices.Index(s.store.by[s.store.posts[id].Author], id)+1)%4 == 0
}

// age is how long ago a post was written.
func (s *service) age(id string) time.Duration {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	return time.Since(s.store.posts[id].At)
}

// deliver puts one post into the feeds of those who follow its author now. A
// store that fails is closed: the event stays pending for the next start.
func (s *service) deliver(id string) {
	var to []string
	err := s.store.write(func() []line {
		to = slices.Clone(s.store.followers[s.store.posts[id].Author])
		again := s.bug == "edge-doubled" || s.bug == "doubles-on-retry" && len(to) > 100
		switch {
		case s.bug == "first-100-followers":
			to = to[:min(len(to), 100)]
		case s.bug == "everybody":
			to = nil
			for u := range s.store.users {
				if earlier(u, id) { // else a late event of one check spoils another
					to = append(to, u)
				}
			}
		}
		d := delivery{Posts: []string{id}, Readers: to, Event: true, Again: again}
		if again && s.bug == "doubles-on-retry" {
			return []line{{Delivery: &d}, {Delivery: &d}}
		}
		return []line{{Delivery: &d}}
	})
	if err != nil {
		return
	}
	for _, reader := range to {
		s.cache.drop(reader)
	}
	s.processed.Add(1)
}

// earlier reports whether a was given out before b: ids count up.
func earlier(a, b string) bool {
	return len(a) < len(b) || len(a) == len(b) && a < b
}

// newest are the last posts of an author that there still are; called inside write.
func (s *service) newest(author string) []string {
	ids := slices.DeleteFunc(slices.Clone(s.store.by[author]), func(id string) bool { return s.store.posts[id].ID == "" })
	return ids[max(0, len(ids)-backfilled):]
}

// backfillJob puts into a user's feed what it should hold of those followed.
func (s *service) backfillJob(w http.ResponseWriter, r *http.Request) {
	var in struct {
		User string `json:"user_id"`
	}
	if err := decode(w, r, &in); err != nil {
		problem(w, 400, "The body is not {user_id}")
		return
	}
	status := 202
	err := s.store.write(func() (lines []line) {
		if _, known := s.store.users[in.User]; !known {
			status = 404
			return nil
		}
		for author, readers := range s.store.followers {
			if slices.Contains(readers, in.User) {
				d := delivery{Posts: s.newest(author), Readers: []string{in.User}, Again: s.bug == "backfill-doubles"}
				lines = append(lines, line{Delivery: &d})
			}
		}
		return lines
	})
	s.cache.drop(in.User)
	if err == nil && status == 404 {
		problem(w, 404, "No such user")
		return
	}
	s.reply(w, err, 202, nil)
}
