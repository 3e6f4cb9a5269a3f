package web

import (
	"bytes"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/a-h/templ"
	"github.com/klauspost/compress/gzip"

	"groundwork/static"
)

// A page is a handler that may fail. It writes nothing before it is sure to
// succeed, so that an error can still become a proper page.
type page func(w http.ResponseWriter, r *http.Request) error

// serve turns p into a handler that cannot fail.
func (s *Server) serve(p page) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := readForm(w, r); err != nil {
			s.fail(w, r, err)
			return
		}
		if err := p(w, r); err != nil {
			s.fail(w, r, err)
		}
	})
}

// maxForm is the size of the largest form that is read, in bytes.
const maxForm = 256 << 10

// readForm parses a form's body before the handler asks for its fields, so
// that one that cannot be read is an error and not an empty form.
func readForm(w http.ResponseWriter, r *http.Request) error {
	if r.Method != http.MethodPost {
		return nil
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	if kind = strings.TrimSpace(kind); kind != "" && kind != "application/x-www-form-urlencoded" {
		return errKind
	}
	if err := r.ParseForm(); err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return errTooLarge
		}
		return errors.Join(errBadInput, err)
	}
	return nil
}

// show renders c as the response, compressed for browsers that take it. Nothing
// is sent if rendering fails.
func show(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	buf := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)
	buf.Reset()
	if err := c.Render(r.Context(), buf); err != nil {
		return err
	}
	h, body := w.Header(), buf.Bytes()
	h["Content-Type"] = htmlType
	h.Add("Vary", "Accept-Encoding")
	if static.AcceptsGzip(r.Header["Accept-Encoding"]) {
		packed := buffers.Get().(*bytes.Buffer)
		defer buffers.Put(packed)
		packed.Reset()
		pack(packed, body)
		body = packed.Bytes()
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the reader went away: nobody to tell
	}
	return nil
}

// buffers are what pages were rendered into, for the next ones.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// pack compresses a page that is sent once: quickly rather than far.
func pack(to *bytes.Buffer, page []byte) {
	z := packers.Get().(*gzip.Writer)
	defer packers.Put(z)
	z.Reset(to)
	_, _ = z.Write(page) // a bytes.Buffer does not fail
	_ = z.Close()
}

var packers = sync.Pool{New: func() any {
	z, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	if err != nil {
		panic("web: " + err.Error()) // the level exists
	}
	return z
}}

// redirect sends the reader on after a form was handled. Where to is for them
// alone, as are the cookies that may come with it, so that no cache keeps it.
func redirect(w http.ResponseWriter, r *http.Request, url string) error {
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, url, http.StatusSeeOther)
	return nil
}

// back is where a form wants its sender to go on: a path of this site, or
// otherwise. Anything that a browser could take for another host is refused, and
// so is what may not stand in a header: proxies answer for it with an error.
func back(r *http.Request, otherwise string) string {
	to := r.PostFormValue("back")
	if to == "" {
		to = r.FormValue("back")
	}
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.Contains(to, "\\") || strings.ContainsFunc(to, unicode.IsControl) || len(to) > 500 {
		return otherwise
	}
	return to
}
