package static

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
)

// A Packed is a body that is the same for everybody: it is compressed once and
// sent often. It is never changed, so many goroutines may send it at once.
type Packed struct {
	plain, gzip form
}

// form is a body in one coding, with the headers that tell of it.
type form struct {
	body     []byte
	length   []string // Content-Length
	encoding []string // Content-Encoding; nil for none
}

func newForm(body []byte, encoding []string) form {
	return form{body, []string{strconv.Itoa(len(body))}, encoding}
}

var gzipEncoding = []string{"gzip"}

// Pack compresses body as far as gzip can. Where that saves nothing it is sent
// as it is. It keeps body, which must not be changed any more.
func Pack(body []byte) Packed {
	p := Packed{plain: newForm(body, nil)}
	p.gzip = p.plain
	if packed := pack(body); len(packed) < len(body) {
		p.gzip = newForm(packed, gzipEncoding)
	}
	return p
}

// unpacked is Pack for what is compressed already.
func unpacked(body []byte) Packed {
	f := newForm(body, nil)
	return Packed{f, f}
}

func pack(body []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		panic("static: " + err.Error()) // the level exists
	}
	_, _ = w.Write(body) // a bytes.Buffer does not fail
	_ = w.Close()
	return b.Bytes()
}

// Send answers 200 with the body in the coding that the reader takes, or with
// the headers only if that is all they asked for. Content-Type, Cache-Control
// and Vary, which has to name Accept-Encoding, are the caller's.
func (p Packed) Send(w http.ResponseWriter, r *http.Request) {
	f := p.plain
	if p.gzip.encoding != nil && AcceptsGzip(r.Header["Accept-Encoding"]) {
		f = p.gzip
	}
	h := w.Header()
	if f.encoding != nil {
		h["Content-Encoding"] = f.encoding
	}
	h["Content-Length"] = f.length
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(f.body) // an error means that the reader has left
	}
}

// AcceptsGzip reports whether the Accept-Encoding headers allow gzip: by name,
// or by * where gzip is not named; q=0 forbids (RFC 9110, section 12.5.3).
func AcceptsGzip(headers []string) bool {
	other := false
	for _, header := range headers {
		for part := range strings.SplitSeq(header, ",") {
			coding, params, _ := strings.Cut(part, ";")
			switch coding = strings.TrimSpace(coding); {
			case strings.EqualFold(coding, "gzip"), strings.EqualFold(coding, "x-gzip"):
				return wanted(params)
			case coding == "*":
				other = wanted(params)
			}
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
