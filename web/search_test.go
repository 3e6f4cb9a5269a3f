package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

func TestSearch(t *testing.T) {
	t.Parallel()
	b := newSite(t).browser(t)
	tests := []struct {
		name, query string
		link        string // of the first hit, "" for none
		says        string // on the page
	}{
		{"the form", "", "", "Exam items are not searched"},
		{"a lesson's subject", "circuit breakers", "/lesson/performance/breakers", "mention circuit breakers"},
		{"another number of the word", "deadline", "/lesson/performance/timeouts", "mention deadline"},
		{"a slip", "idempotancy", "/lesson/", "mention idempotency, which is perhaps what you meant"},
		{"nothing of the kind", "xylophone", "", "Nothing mentions “xylophone”"},
		{"markup", "<xyzzyq onload=plughy>", "", "Nothing mentions “<xyzzyq onload=plughy>”"},
		{"blanks", "   ", "", "Exam items are not searched"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := b.do("/search?q="+url.QueryEscape(tt.query), nil)
			doc := r.doc(t)
			first, _ := doc.Find(".hits a").First().Attr("href")
			if r.status != http.StatusOK || !strings.HasPrefix(first, tt.link) || (tt.link == "") != (first == "") {
				t.Errorf("%d, first hit %q, want one under %q", r.status, first, tt.link)
			}
			if got := text(doc.Find("main")); !strings.Contains(got, tt.says) {
				t.Errorf("the page does not say %q:\n%s", tt.says, got)
			}
			if got := doc.Find("#q").AttrOr("value", ""); got != strings.TrimSpace(tt.query) {
				t.Errorf("the form holds %q", got)
			}
		})
	}
}

// Every hit of a search leads to a place that exists.
func TestSearchHits(t *testing.T) {
	t.Parallel()
	b := newSite(t).browser(t)
	pages := map[string]*goquery.Document{}
	for _, query := range []string{"index", "salary", "exam", "error handling", "queue", "interview", "privacy", "fit"} {
		doc := b.open("/search?q=" + url.QueryEscape(query))
		links := doc.Find(".hits a, #found-practice ~ div a")
		if links.Length() == 0 {
			t.Errorf("%q finds nothing", query)
		}
		links.Each(func(_ int, a *goquery.Selection) {
			page, anchor, _ := strings.Cut(a.AttrOr("href", ""), "#")
			if pages[page] == nil {
				pages[page] = b.open(page)
			}
			if anchor != "" && pages[page].Find("[id='"+anchor+"']").Length() != 1 {
				t.Errorf("%q finds %s#%s, but there is no such id", query, page, anchor)
			}
		})
		if doc.Find("mark").Length() == 0 {
			t.Errorf("%q marks nothing", query)
		}
	}
}

// All sections that can be found are there, anchors and all.
func TestSectionsExist(t *testing.T) {
	t.Parallel()
	b := newSite(t).browser(t)
	pages := map[string]*goquery.Document{}
	for _, sec := range theContent().Library.Sections() {
		page, anchor, _ := strings.Cut(sec.URL, "#")
		if pages[page] == nil {
			pages[page] = b.open(page)
		}
		if anchor != "" && pages[page].Find("[id='"+anchor+"']").Length() != 1 {
			t.Errorf("search may lead to %s, but there is no such id", sec.URL)
		}
	}
}

func TestLost(t *testing.T) {
	t.Parallel()
	b := newSite(t).browser(t)
	tests := []struct {
		name, path string
		guess      string // the first page that may have been meant
		query      string
	}{
		{"a slip in the address", "/skills/databse", "/skill/database", "databse"},
		{"an old form of address", "/lessons/circuit-breakers", "/lesson/performance/breakers", "circuit breakers"},
		{"a file of another site", "/wp-login.php", "", "wp login php"},
		{"markup", "/%3Cb%3E", "", "b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := b.do(tt.path, nil)
			doc := r.doc(t)
			if got := doc.Find(".lede a").First().AttrOr("href", ""); r.status != http.StatusNotFound || tt.guess != "" && got != tt.guess {
				t.Errorf("%d, guess %q, want 404 and %q", r.status, got, tt.guess)
			}
			if got := doc.Find("#q").AttrOr("value", ""); got != tt.query {
				t.Errorf("the form holds %q, want %q", got, tt.query)
			}
			path, _ := url.PathUnescape(tt.path)
			if got := text(doc.Find(".lede code")); got != path {
				t.Errorf("the page names %q, want %q", got, path)
			}
		})
	}
}
