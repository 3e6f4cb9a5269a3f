package static

import (
	"net/http"
	"strconv"
	"strings"
)

// ServeHTTP answers GET and HEAD for the addresses given by URL, and for
// /favicon.svg. What has no hash, or an old one, is not found: a page and its
// files are always of one build. There is no listing.
func (a *Assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	f, ok := a.files[r.URL.Path]
	if !ok {
		w.Header().Set("Cache-Control", "no-store") // it may be there after the next deployment
		http.Error(w, "not found", http.StatusNotFound)
		return
	}
	f.send(w, r)
}

func (f file) send(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", f.keep)
	h.Set("Vary", "Accept-Encoding")
	body := f.body
	if f.packed != nil && acceptsGzip(r.Header.Values("Accept-Encoding")) {
		h.Set("Content-Encoding", "gzip")
		body = f.packed
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodGet {
		_, _ = w.Write(body) // an error means that the reader has left
	}
}

// acceptsGzip reports whether the Accept-Encoding headers allow gzip: by name,
// or by * where gzip is not named; q=0 forbids (RFC 9110, section 12.5.3).
func acceptsGzip(headers []string) bool {
	other := false
	for _, part := range strings.Split(strings.Join(headers, ","), ",") {
		coding, params, _ := strings.Cut(part, ";")
		switch strings.ToLower(strings.TrimSpace(coding)) {
		case "gzip", "x-gzip":
			return wanted(params)
		case "*":
			other = wanted(params)
		}
	}
	return other
}

// wanted reports whether the parameters of a coding have no weight of zero.
func wanted(params string) bool {
	key, value, ok := strings.Cut(strings.ReplaceAll(params, " ", ""), "=")
	if !ok || !strings.EqualFold(key, "q") {
		return true
	}
	q, err := strconv.ParseFloat(value, 64)
	return err == nil && q > 0
}
