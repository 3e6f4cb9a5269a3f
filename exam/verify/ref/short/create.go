package short

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

func (s *srv) create(w http.ResponseWriter, r *http.Request) {
	l, refusal := s.readLink(w, r)
	if refusal != nil {
		s.refuse(w, *refusal)
		return
	}
	l.Code = s.newCode()
	s.keep(event{Link: l})
	s.answerCreated(w, r, l)
}

// readLink reads the link that is to be made, without a code yet, or says what
// is wrong with the request.
func (s *srv) readLink(w http.ResponseWriter, r *http.Request) (*link, *problem) {
	var in struct {
		URL     string `json:"url"`
		Expires int    `json:"expires_in"`
		Domain  string `json:"domain"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(&in); err != nil {
		return nil, &problem{400, "The body is not JSON"}
	}
	if !s.leads(in.URL) {
		return nil, &problem{422, "url must be an absolute http or https address"}
	}
	l := &link{Domain: in.Domain, URL: in.URL, Created: time.Now().UTC()}
	if s.bug == "domain-ignored" {
		l.Domain = ""
	}
	if in.Expires > 0 {
		t := l.Created.Add(time.Duration(in.Expires) * time.Second)
		l.Expires = &t
	}
	return l, nil
}

// leads says whether a link may lead to address: an absolute one of the web, of
// at most 2048 bytes.
func (s *srv) leads(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	web, short := (u.Scheme == "http" || u.Scheme == "https") && u.Host != "", len(address) <= 2048
	switch s.bug {
	case "any-scheme":
		return u.Scheme != "" && short
	case "no-length":
		return web
	}
	return web && short
}

// newCode is a code that nobody can guess, whatever others they know.
func (s *srv) newCode() string {
	switch s.bug {
	case "code-race", "code-race-1ms": // read, think, write
		n := s.readSeq()
		if s.bug == "code-race-1ms" {
			time.Sleep(time.Millisecond)
		}
		code := "c" + strconv.FormatInt(int64(100000+n*7919%900000), 36)
		s.writeSeq(n + 1)
		return code
	case "sequential":
		s.mu.Lock()
		defer s.mu.Unlock()
		s.seq = max(s.seq, len(s.links)) + 1 // goes on after a restart
		return strconv.Itoa(100000 + s.seq)
	}
	return rand.Text()[:8]
}

func (s *srv) readSeq() int   { s.mu.Lock(); defer s.mu.Unlock(); return s.seq }
func (s *srv) writeSeq(n int) { s.mu.Lock(); defer s.mu.Unlock(); s.seq = n }

func (s *srv) answerCreated(w http.ResponseWriter, r *http.Request, l *link) {
	host := r.Host
	if l.Domain != "" {
		host = l.Domain
	}
	status := 201
	if s.bug == "status-200" {
		status = 200
	}
	w.Header().Set("Location", "/"+l.Code)
	send(w, status, map[string]any{"code": l.Code, "short_url": "http://" + host + "/" + l.Code, "url": l.URL, "created_at": l.Created, "expires_at": l.Expires})
}
