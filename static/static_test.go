package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func newAssets(t testing.TB) *Assets {
	t.Helper()
	a, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func request(a *Assets, method, url, accept string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, url, nil)
	if accept != "" {
		r.Header.Set("Accept-Encoding", accept)
	}
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	return w
}

func TestURLChangesWithContent(t *testing.T) {
	load1 := func(body string) *Assets {
		a, err := load(fstest.MapFS{
			"a.css":     {Data: []byte(`b { background: url("img/x.svg") }`)},
			"img/x.svg": {Data: []byte(body)},
		})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	one, two := load1("<svg/>"), load1("<svg></svg>")
	for _, name := range []string{"a.css", "img/x.svg"} {
		if one.URL(name) == two.URL(name) {
			t.Errorf("URL(%q) stayed %s though the picture changed", name, one.URL(name))
		}
		if got := load1("<svg/>").URL(name); got != one.URL(name) {
			t.Errorf("URL(%q) = %s, then %s for the same content", name, one.URL(name), got)
		}
	}
	sum := sha256.Sum256([]byte("<svg/>"))
	want := "/static/img/x." + base64.RawURLEncoding.EncodeToString(sum[:9]) + ".svg"
	if got := one.URL("img/x.svg"); got != want {
		t.Errorf("URL = %s, want %s", got, want)
	}
}

func TestURLPanicsOnUnknownName(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("URL of an unknown file did not panic")
		}
	}()
	newAssets(t).URL("nothing.css")
}

func TestReferencesOfStyleSheets(t *testing.T) {
	picture := &fstest.MapFile{Data: []byte("<svg/>")}
	tests := []struct {
		name    string
		css     string
		want    string // with the picture's address as PICTURE
		wantErr error
	}{
		{name: "bare", css: "a{b:url(x.svg)}", want: "a{b:url(PICTURE)}"},
		{name: "in double quotes", css: `a{b:url("x.svg")}`, want: "a{b:url(PICTURE)}"},
		{name: "in single quotes and with spaces", css: `a{b:url( 'x.svg' )}`, want: "a{b:url(PICTURE)}"},
		{name: "in front of more", css: "a{b:url(./x.svg) c, url(x.svg)}", want: "a{b:url(PICTURE) c, url(PICTURE)}"},
		{name: "data stays", css: "a{b:url(data:image/png;base64,AA)}", want: "a{b:url(data:image/png;base64,AA)}"},
		{name: "a fragment stays", css: "a{b:url(#f)}", want: "a{b:url(#f)}"},
		{name: "a missing file", css: "a{b:url(y.svg)}", wantErr: ErrReference},
		{name: "another host", css: "a{b:url(https://example.org/x.svg)}", wantErr: ErrReference},
		{name: "another host without scheme", css: "a{b:url(//example.org/x.svg)}", wantErr: ErrReference},
		{name: "outside the folder", css: "a{b:url(../x.svg)}", wantErr: ErrReference},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, err := load(fstest.MapFS{"a.css": {Data: []byte(tt.css)}, "x.svg": picture})
			if !errors.Is(err, tt.wantErr) {
				t.Fatalf("load: %v, want %v", err, tt.wantErr)
			}
			if err != nil {
				return
			}
			got := request(a, "GET", a.URL("a.css"), "").Body.String()
			want := strings.ReplaceAll(tt.want, "PICTURE", a.URL("x.svg"))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("style sheet (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUnknownExtensionIsRefused(t *testing.T) {
	if _, err := load(fstest.MapFS{"a.exe": {}}); err == nil {
		t.Error("load took a file without a content type")
	}
}

func TestServe(t *testing.T) {
	a := newAssets(t)
	type answer struct {
		Status                            int
		Type, Keep, Encoding, Vary, Allow string
	}
	packed := func(kind string) answer {
		return answer{Status: 200, Type: kind, Keep: forEver[0], Encoding: "gzip", Vary: "Accept-Encoding"}
	}
	flat := func(kind string) answer {
		return answer{Status: 200, Type: kind, Keep: forEver[0], Vary: "Accept-Encoding"}
	}
	missing := answer{Status: 404, Type: "text/plain; charset=utf-8", Keep: "no-store"}
	refused := answer{Status: 405, Type: "text/plain; charset=utf-8", Allow: "GET, HEAD"}
	tests := []struct {
		name, method, url, accept string
		want                      answer
	}{
		{"style sheet, packed", "GET", a.URL("style.css"), "gzip, br", packed("text/css; charset=utf-8")},
		{"style sheet, flat", "GET", a.URL("style.css"), "", flat("text/css; charset=utf-8")},
		{"style sheet, gzip forbidden", "GET", a.URL("style.css"), "gzip;q=0, *", flat("text/css; charset=utf-8")},
		{"script", "GET", a.URL("app.js"), "gzip", packed("text/javascript; charset=utf-8")},
		{"script, head only", "HEAD", a.URL("app.js"), "gzip", packed("text/javascript; charset=utf-8")},
		{"icon", "GET", a.URL("favicon.svg"), "gzip", packed("image/svg+xml")},
		{"icon at its old place", "GET", "/favicon.svg", "", answer{Status: 200, Type: "image/svg+xml", Keep: forADay[0], Vary: "Accept-Encoding"}},
		{"font is never packed", "GET", a.URL("fonts/literata.woff2"), "gzip", flat("font/woff2")},
		{"licence", "GET", a.URL("fonts/literata.LICENSE.txt"), "", flat("text/plain; charset=utf-8")},
		{"no hash", "GET", "/static/style.css", "", missing},
		{"old hash", "GET", "/static/style.AAAAAAAAAAAA.css", "", missing},
		{"folder", "GET", "/static/fonts/", "", missing},
		{"root", "GET", "/static/", "", missing},
		{"source of this package", "GET", "/static/static.go", "", missing},
		{"outside", "GET", "/static/../go.mod", "", missing},
		{"post", "POST", a.URL("app.js"), "", refused},
		{"post to nothing", "POST", "/static/x", "", refused},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := request(a, tt.method, tt.url, tt.accept)
			h := w.Header()
			got := answer{w.Code, h.Get("Content-Type"), h.Get("Cache-Control"), h.Get("Content-Encoding"), h.Get("Vary"), h.Get("Allow")}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
			checkLength(t, tt.method, w)
		})
	}
}

// checkLength checks that an answer is as long as it says, or empty for HEAD.
func checkLength(t testing.TB, method string, w *httptest.ResponseRecorder) {
	t.Helper()
	length := w.Header().Get("Content-Length")
	if method == "GET" && w.Code == http.StatusOK && length != strconv.Itoa(w.Body.Len()) {
		t.Errorf("Content-Length = %s, body has %d bytes", length, w.Body.Len())
	}
	if method == "HEAD" && (w.Body.Len() > 0 || length == "" || length == "0") {
		t.Errorf("HEAD sent %d bytes and Content-Length %q", w.Body.Len(), length)
	}
}

func TestPackedIsTheSame(t *testing.T) {
	a := newAssets(t)
	for name, url := range a.urls {
		if a.files[url].body.gzip.encoding == nil {
			continue
		}
		z, err := gzip.NewReader(request(a, "GET", url, "gzip").Body)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		unpacked, err := io.ReadAll(z)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !bytes.Equal(unpacked, request(a, "GET", url, "").Body.Bytes()) {
			t.Errorf("%s: packed and flat differ", name)
		}
	}
}

func TestAcceptsGzip(t *testing.T) {
	tests := []struct {
		header string
		want   bool
	}{
		{"", false},
		{"gzip", true},
		{"GZIP", true},
		{"deflate, gzip;q=1.0, *;q=0.5", true},
		{"br", false},
		{"*", true},
		{"*;q=0", false},
		{"gzip;q=0", false},
		{"gzip; q = 0.000", false},
		{"*, gzip;q=0", false},
		{"gzip;q=0.001", true},
		{"gzip;q=much", false},
		{"identity", false},
		{"xgzip", false},
	}
	for _, tt := range tests {
		if got := AcceptsGzip([]string{tt.header}); got != tt.want {
			t.Errorf("AcceptsGzip(%q) = %t, want %t", tt.header, got, tt.want)
		}
	}
}

// Our pages load nothing from anywhere else, so no file may name another host.
// The namespaces of SVG are names, not addresses.
func TestNoOtherHost(t *testing.T) {
	address := regexp.MustCompile(`(?i)(?:[a-z]+:)?//[a-z0-9-]+(?:\.[a-z0-9-]+)+[^\s"')]*|@import`)
	eachFile(t, func(name string, body []byte) {
		if ext := path.Ext(name); ext != ".css" && ext != ".js" && ext != ".svg" {
			return
		}
		for _, found := range address.FindAll(body, -1) {
			if string(found) != "http://www.w3.org/2000/svg" {
				t.Errorf("%s refers to %s", name, found)
			}
		}
	})
}

func TestEveryFontHasItsLicence(t *testing.T) {
	a := newAssets(t)
	for name := range a.urls {
		if font, ok := strings.CutSuffix(name, ".woff2"); ok && a.urls[font+".LICENSE.txt"] == "" {
			t.Errorf("%s: no licence beside it", name)
		}
	}
}

func TestStyleSheetNamesServedFonts(t *testing.T) {
	a := newAssets(t)
	refs := reference.FindAllSubmatch(a.files[a.URL("style.css")].body.plain.body, -1)
	if len(refs) != 3 {
		t.Errorf("style.css refers to %d files, want the three fonts", len(refs))
	}
	for _, ref := range refs {
		if w := request(a, "GET", string(ref[1]), ""); w.Code != http.StatusOK {
			t.Errorf("style.css refers to %s: %d", ref[1], w.Code)
		}
	}
}

func eachFile(t testing.TB, visit func(name string, body []byte)) {
	t.Helper()
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := files.ReadFile(name)
		visit(name, body)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
