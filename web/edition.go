package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"groundwork/static"
)

// An edition is a page as every visitor reads it, rendered and compressed once.
// It is of one day, since pages show what day it is and what has grown old.
type edition struct {
	day  int64    // on which it was rendered: days since 1970, UTC
	etag []string // of both codings, hence weak
	body static.Packed
}

// editions keeps the editions of one state of the content, by address and
// theme: those are all that visitors' pages differ by. Only pages that exist
// are kept, so there are at most three for each.
type editions struct {
	kept sync.Map // editionKey to *edition
}

type editionKey struct{ path, theme string }

// guidance serves p to visitors from its edition, at the price of no session,
// no query and no template. Whoever has a cookie that says who they are gets a
// page of their own, and so does who adds parameters.
func (s *Server) guidance(p page) http.Handler {
	own := s.personal(p)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery != "" || s.introduced(r) {
			own.ServeHTTP(w, r)
			return
		}
		kept := &s.site.Load().editions.kept // before p looks at the site: what is new must not be kept as old
		key, today := editionKey{r.URL.Path, theme(r)}, s.now().Unix()/int64(24*time.Hour/time.Second)
		if e, ok := kept.Load(key); ok && e.(*edition).day == today {
			e.(*edition).send(w, r)
			return
		}
		var rec recorder
		get := r.WithContext(r.Context())
		get.Method = http.MethodGet // HEAD would render nothing
		get.Header = maps.Clone(r.Header)
		get.Header.Del("Accept-Encoding") // it is compressed once, and further
		s.serve(p).ServeHTTP(&rec, get)
		if rec.status != http.StatusOK {
			rec.replay(w)
			return
		}
		e := newEdition(today, rec.body.Bytes())
		kept.Store(key, e)
		e.send(w, r)
	})
}

// introduced reports whether a request carries a cookie that may lead to a
// learner.
func (s *Server) introduced(r *http.Request) bool {
	if len(r.Header["Cookie"]) == 0 {
		return false
	}
	for _, name := range []string{loginCookie, visitorCookie} {
		if _, err := r.Cookie(s.cookieName(name)); err == nil {
			return true
		}
	}
	return false
}

func newEdition(day int64, body []byte) *edition {
	sum := sha256.Sum256(body)
	return &edition{day, []string{`W/"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}, static.Pack(body)}
}

// Headers of every edition, made once. Caches may keep it and have to ask each
// time: signing in gives the same address another page.
var (
	htmlType    = []string{"text/html; charset=utf-8"}
	askAgain    = []string{"no-cache"}
	editionVary = []string{"Accept-Encoding, Cookie"}
)

func (e *edition) send(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h["Cache-Control"] = askAgain
	h["Vary"] = editionVary
	h["Etag"] = e.etag
	if matches(r.Header["If-None-Match"], e.etag[0]) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h["Content-Type"] = htmlType
	e.body.Send(w, r)
}

// matches reports whether the If-None-Match headers name the entity tag, by
// weak comparison (RFC 9110, section 13.1.2). Ours hold no comma.
func matches(headers []string, etag string) bool {
	for _, header := range headers {
		for tag := range strings.SplitSeq(header, ",") {
			tag = strings.TrimSpace(tag)
			if tag == "*" || strings.TrimPrefix(tag, "W/") == strings.TrimPrefix(etag, "W/") {
				return true
			}
		}
	}
	return false
}

// A recorder keeps a response in memory.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (r *recorder) Header() http.Header {
	if r.header == nil {
		r.header = http.Header{}
	}
	return r.header
}

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) { r.status = status }

// Write implements http.ResponseWriter.
func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.body.Write(b)
}

// replay sends what was recorded.
func (r *recorder) replay(w http.ResponseWriter) {
	maps.Copy(w.Header(), r.header)
	w.WriteHeader(r.status)
	_, _ = r.body.WriteTo(w) // the reader went away: nobody to tell
}
