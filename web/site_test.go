package web

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"groundwork/content"
	"groundwork/exam"
	"groundwork/exam/verify"
	"groundwork/quiz"
	"groundwork/store"
	"groundwork/store/storetest"
)

// theContent is the embedded content, read once for all tests. What is wrong
// with it is `groundwork check`'s to say; here it has to be servable only.
var theContent = sync.OnceValue(func() Site {
	var s Site
	fsys := content.FS()
	s.Library, _ = content.Load(fsys)
	items, _ := exam.LoadItems(fsys)
	s.Bank, _ = exam.NewBank(items)
	s.Blueprint, _ = exam.LoadBlueprint(fsys)
	s.Fit, _ = quiz.LoadFit(fsys)
	s.Tasks, _ = verify.LoadTasks(fsys)
	return s
})

// A site is a running server with a clock that the test sets and a store that
// it may look into.
type site struct {
	*httptest.Server
	web   *Server
	store *store.Store
	clock atomic.Int64 // Unix milliseconds
}

// start is when the clock of every site begins.
var start = time.Date(2026, 6, 14, 14, 0, 0, 0, time.UTC)

// newSite starts a server on the embedded content and an empty store. Each
// change is made to its Config before it starts.
func newSite(t testing.TB, changes ...func(*Config)) *site {
	t.Helper()
	s := &site{store: storetest.New(t)}
	s.clock.Store(start.UnixMilli())
	cfg := Config{
		Keys:    Keys{Sign: key('s'), Encrypt: key('e'), Code: key('c')},
		Now:     s.now,
		Seed:    func() int64 { return 1 },
		Version: "test",
	}
	for _, change := range changes {
		change(&cfg)
	}
	var err error
	s.web, err = New(s.store, theContent(), slog.New(slog.DiscardHandler), cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.Server = httptest.NewServer(s.web)
	t.Cleanup(s.Close)
	return s
}

func key(b byte) []byte { return []byte(strings.Repeat(string(rune(b)), 32)) }

func (s *site) now() time.Time { return time.UnixMilli(s.clock.Load()).UTC() }

// pass lets time go by.
func (s *site) pass(d time.Duration) { s.clock.Add(d.Milliseconds()) }

// A browser keeps cookies and follows redirects.
type browser struct {
	t    testing.TB
	base string
	http.Client
}

func (s *site) browser(t testing.TB) *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, base: s.URL, Client: http.Client{Jar: jar}}
}

// A reply is what came back in the end.
type reply struct {
	status int
	at     string // path and query of the page on which it ended
	header http.Header
	body   string
}

// do sends a request, a POST if there is a form, and returns where it ended.
func (b *browser) do(path string, form url.Values) reply {
	b.t.Helper()
	var resp *http.Response
	var err error
	if form == nil {
		resp, err = b.Get(b.base + path)
	} else {
		resp, err = b.PostForm(b.base+path, form)
	}
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Request.URL.RequestURI(), resp.Header, string(data)}
}

// open is do for a page that has to be there, parsed.
func (b *browser) open(path string) *goquery.Document {
	b.t.Helper()
	r := b.do(path, nil)
	if r.status != http.StatusOK {
		b.t.Fatalf("GET %s = %d:\n%s", path, r.status, r.body)
	}
	return r.doc(b.t)
}

// doc parses the page.
func (r reply) doc(t testing.TB) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(r.body))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// text is the words of a selection, blanks collapsed.
func text(s *goquery.Selection) string { return strings.Join(strings.Fields(s.Text()), " ") }
