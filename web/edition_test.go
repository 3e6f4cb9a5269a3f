package web

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"groundwork/content"
)

// editionAnswer is what a test looks at in an answer.
type editionAnswer struct {
	Status                        int
	Cache, Vary, Encoding, Cookie string
}

// ask sends one request without a browser around it and returns the answer with
// its body, unpacked.
func (s *site) ask(t *testing.T, method, path string, header map[string]string) (editionAnswer, string, http.Header) {
	t.Helper()
	req, err := http.NewRequest(method, s.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	resp, err := (&http.Transport{DisableCompression: true, DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body := io.Reader(resp.Body)
	if resp.Header.Get("Content-Encoding") == "gzip" && method != http.MethodHead {
		if body, err = gzip.NewReader(resp.Body); err != nil {
			t.Fatal(err)
		}
	}
	data, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	h := resp.Header
	return editionAnswer{resp.StatusCode, h.Get("Cache-Control"), strings.Join(h.Values("Vary"), "; "), h.Get("Content-Encoding"), h.Get("Set-Cookie")}, string(data), h
}

func TestEditions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	_, plain, header := s.ask(t, "GET", "/guide/scoring", nil)
	etag := header.Get("Etag")
	flat := editionAnswer{200, "no-cache", "Accept-Encoding, Cookie", "", ""}
	packed := flat
	packed.Encoding = "gzip"
	unchanged := flat
	unchanged.Status = 304
	own := editionAnswer{200, "", "Cookie; Accept-Encoding", "", ""}
	ownPacked := own
	ownPacked.Encoding = "gzip"
	tests := []struct {
		name   string
		method string
		path   string
		header map[string]string
		want   editionAnswer
		body   bool // the page's words come with it
	}{
		{"flat", "GET", "/guide/scoring", nil, flat, true},
		{"packed", "GET", "/guide/scoring", map[string]string{"Accept-Encoding": "br, gzip;q=0.5"}, packed, true},
		{"gzip refused", "GET", "/guide/scoring", map[string]string{"Accept-Encoding": "gzip;q=0, *"}, flat, true},
		{"head", "HEAD", "/guide/scoring", nil, flat, false},
		{"head of a page that nobody has read yet", "HEAD", "/guide/privacy", map[string]string{"Accept-Encoding": "gzip"}, packed, false},
		{"known", "GET", "/guide/scoring", map[string]string{"If-None-Match": etag}, unchanged, false},
		{"known, among others", "GET", "/guide/scoring", map[string]string{"If-None-Match": `"x", ` + etag, "Accept-Encoding": "gzip"}, unchanged, false},
		{"any will do", "GET", "/guide/scoring", map[string]string{"If-None-Match": "*"}, unchanged, false},
		{"an old one", "GET", "/guide/scoring", map[string]string{"If-None-Match": `W/"x"`}, flat, true},
		{"known in another theme", "GET", "/guide/scoring", map[string]string{"If-None-Match": etag, "Cookie": "theme=dark"}, flat, true},
		{"with parameters", "GET", "/guide/scoring?q=1", nil, own, true},
		{"a cookie that leads to nobody", "GET", "/guide/scoring", map[string]string{"Cookie": "visitor=x"}, own, true},
		{"a page of one's own, packed", "GET", "/guide/scoring", map[string]string{"Cookie": "visitor=x", "Accept-Encoding": "gzip"}, ownPacked, true},
		{"its head", "HEAD", "/guide/scoring", map[string]string{"Cookie": "visitor=x", "Accept-Encoding": "gzip"}, ownPacked, false},
		{"a cookie of somebody else", "GET", "/guide/scoring", map[string]string{"Cookie": "_ga=x"}, flat, true},
		{"no such page", "GET", "/guide/nothing", nil, editionAnswer{404, "no-store", "Accept-Encoding", "", ""}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, body, _ := s.ask(t, tt.method, tt.path, tt.header)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
			if strings.Contains(body, "How scoring works</h1>") != tt.body {
				t.Errorf("page sent: %t, want %t (%d bytes)", !tt.body, tt.body, len(body))
			}
		})
	}
	for theme, want := range map[string]string{"": "<html lang=\"en\">", "dark": `data-theme="dark"`, "light": `data-theme="light"`, "pink": "<html lang=\"en\">"} {
		if _, body, _ := s.ask(t, "GET", "/guide/scoring", map[string]string{"Cookie": "theme=" + theme}); !strings.Contains(body[:200], want) {
			t.Errorf("theme %q: the page begins %q, want %q", theme, body[:200], want)
		}
	}
	if _, again, _ := s.ask(t, "GET", "/guide/scoring", map[string]string{"Accept-Encoding": "gzip"}); again != plain {
		t.Error("the packed page differs from the flat one")
	}
	if _, own, _ := s.ask(t, "GET", "/guide/scoring", map[string]string{"Cookie": "visitor=x", "Accept-Encoding": "gzip"}); own != plain {
		t.Error("the page of one's own, packed, differs from the flat one")
	}
}

// What a visitor gets from an edition is what the page itself would have been.
func TestEditionsAreThePages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	lib := theContent().Library
	paths := []string{"/", "/map", "/path", "/projects", "/guide/levels", "/guide/interview", "/guide/mistakes", "/guide/glossary", "/guide/next-steps",
		lib.Skills[0].URL(), lib.Lessons()[0].URL(), lib.Projects[0].URL()}
	for _, path := range paths {
		s.ask(t, "GET", path, nil)
		_, kept, _ := s.ask(t, "GET", path, nil)
		answer, own, _ := s.ask(t, "GET", path, map[string]string{"Cookie": "visitor=x"}) // leads to nobody, past the editions
		if answer.Vary != "Cookie; Accept-Encoding" || kept != own {
			t.Errorf("%s: the edition differs from the page (-page +edition):\n%s", path, cmp.Diff(own, kept))
		}
	}
}

// Somebody who has saved something never gets or leaves what is not theirs.
func TestEditionsAreForVisitorsOnly(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.browser(t)
	ref := theContent().Library.Lessons()[0].Ref()
	url := theContent().Library.Lessons()[0].URL()
	before := ada.do(url, nil)
	ada.do("/progress", map[string][]string{"ref": {ref}, "done": {"1"}, "back": {url}})
	after := ada.do(url, nil)
	if after.body == before.body || after.header.Get("Etag") != "" || after.header.Get("Cache-Control") != "no-store" {
		t.Errorf("after reading: same page %t, Etag %q, Cache-Control %q; want a page of her own, not to be kept",
			after.body == before.body, after.header.Get("Etag"), after.header.Get("Cache-Control"))
	}
	if r := s.browser(t).do(url, nil); r.body != before.body {
		t.Errorf("a visitor gets what was made for somebody else (-want +got):\n%s", cmp.Diff(before.body, r.body))
	}
}

// An edition lasts until the content changes or the day ends.
func TestEditionsEnd(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	_, first, _ := s.ask(t, "GET", "/map", nil)
	s.pass(24 * time.Hour)
	_, next, _ := s.ask(t, "GET", "/map", nil)
	if !strings.Contains(first, "14 June 2026") || !strings.Contains(next, "15 June 2026") {
		t.Error("the map does not tell the day of the reader")
	}
	changed := theContent()
	lib := *changed.Library
	page := *lib.Pages["scoring"]
	page.Title = "Scoring, rewritten"
	lib.Pages = map[string]*content.Page{"scoring": &page, "exam": lib.Pages["exam"]}
	changed.Library = &lib
	s.ask(t, "GET", "/guide/scoring", nil)
	s.web.SetSite(changed)
	if _, body, _ := s.ask(t, "GET", "/guide/scoring", nil); !strings.Contains(body, "Scoring, rewritten") {
		t.Error("after a change of the content visitors read the old page")
	}
}

// Reading costs no look into the database, the first time or later.
func TestEditionsNeedNoStore(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if err := s.store.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got, _, _ := s.ask(t, "GET", theContent().Library.Lessons()[0].URL(), nil); got.Status != 200 || got.Cookie != "" {
			t.Errorf("with the store closed a lesson is %d with cookie %q, want 200 and none", got.Status, got.Cookie)
		}
	}
}

// The files that a page names are there, and may be kept for ever.
func TestPagesFindTheirFiles(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	_, page, _ := s.ask(t, "GET", "/", nil)
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	files := doc.Find("head link[href^='/static/'], script[src^='/static/']")
	if files.Length() < 4 {
		t.Errorf("the page names %d files, want its style, script, font and icon", files.Length())
	}
	files.Each(func(_ int, file *goquery.Selection) {
		at := file.AttrOr("href", file.AttrOr("src", ""))
		got, _, h := s.ask(t, "GET", at, nil)
		want := editionAnswer{200, "public, max-age=31536000, immutable", "Accept-Encoding", "", ""}
		if diff := cmp.Diff(want, got); diff != "" || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s, nosniff %q (-want +got):\n%s", at, h.Get("X-Content-Type-Options"), diff)
		}
	})
}
