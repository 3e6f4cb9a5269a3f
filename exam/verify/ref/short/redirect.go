package short

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"time"
)

func (s *srv) redirect(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	l := s.find(r.Host, r.PathValue("code"))
	s.mu.Unlock()
	switch {
	case l == nil:
		s.answerUnknown(w, r)
		return
	case s.expired(l):
		s.refuse(w, problem{410, "This link has expired"})
		return
	}
	e := s.click(r, l)
	if s.bug == "events-in-request" {
		s.out.post(r.Context(), []event{e})
	}
	s.count(l, e)
	s.sendOn(w, l)
}

func (s *srv) answerUnknown(w http.ResponseWriter, r *http.Request) {
	switch s.bug {
	case "unknown-home":
		http.Redirect(w, r, "/", http.StatusFound)
	case "unknown-200":
		w.Write([]byte("{}"))
	default:
		s.refuse(w, unknown)
	}
}

func (s *srv) expired(l *link) bool {
	return l.Expires != nil && time.Now().After(*l.Expires) && s.bug != "expiry-ignored"
}

// click is what is noted of a request that follows l.
func (s *srv) click(r *http.Request, l *link) event {
	now := time.Now().UTC()
	return event{ID: rand.Text(), Code: l.Domain + "/" + l.Code, At: &now, Ref: s.referrer(r), Count: s.country(r)}
}

// referrer is the host of the page that has the link; its full address may
// hold what is nobody's business.
func (s *srv) referrer(r *http.Request) string {
	from := "direct"
	if u, err := url.Parse(r.Referer()); err == nil && u.Host != "" {
		from = u.Host
		if s.bug == "referrer-full" {
			from = r.Referer()
		}
	}
	if s.bug == "referrer-nodirect" && from == "direct" {
		return ""
	}
	return from
}

func (s *srv) country(r *http.Request) string {
	c := r.Header.Get("X-Country")
	if len(c) != 2 || s.bug == "country-ignored" {
		return "ZZ"
	}
	return strings.ToUpper(c)
}

// count keeps a click of l, before the reader is sent on: what was answered
// has been counted, also if the program is killed now.
func (s *srv) count(l *link, e event) {
	switch s.bug {
	case "not-counted":
	case "click-race", "click-race-1ms":
		s.countOver(l, e)
	case "buffered":
		s.mu.Lock()
		defer s.mu.Unlock()
		s.apply(e)
		s.buf = append(s.buf, e)
	case "double":
		s.mu.Lock()
		defer s.mu.Unlock()
		s.apply(e)
		s.append(e)
		s.apply(e)
	default:
		s.keep(e)
	}
}

// countOver is what the mutants click-race do: read the number, then write it
// back, over what others have counted meanwhile.
func (s *srv) countOver(l *link, e event) {
	s.mu.Lock()
	n := l.total
	s.mu.Unlock()
	if s.bug == "click-race-1ms" {
		time.Sleep(time.Millisecond)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.apply(e)
	s.append(e)
	l.total = n + 1
}

// sendOn answers with the target exactly as it was given. Caches must ask
// again each time, or the next click would not be seen.
func (s *srv) sendOn(w http.ResponseWriter, l *link) {
	target, status := l.URL, 301
	switch s.bug {
	case "status-302":
		status = 302
	case "drops-query":
		target, _, _ = strings.Cut(target, "?")
	case "decodes":
		if u, err := url.Parse(target); err == nil {
			u.RawQuery = u.Query().Encode()
			target = u.String()
		}
	}
	w.Header()["Location"] = []string{target}
	w.Header().Set("Cache-Control", "private, max-age=0")
	w.WriteHeader(status)
}
