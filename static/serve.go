package static

import "net/http"

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
	h["Content-Type"] = f.kind
	h["Cache-Control"] = f.keep
	h["Vary"] = byEncoding
	f.body.Send(w, r)
}

var byEncoding = []string{"Accept-Encoding"}
