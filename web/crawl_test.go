package web

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// A crawler follows every internal link from the front page and remembers what
// it needs to check anchors when it has seen everything.
type crawler struct {
	t       *testing.T
	b       *browser
	todo    []string
	known   map[string]bool              // paths with query that were put on todo
	ids     map[string]map[string]bool   // by the same
	anchors map[string]map[string]string // page and anchor to where the link stands
	titles  map[string]string            // to the page that has it
}

// Every link from the front page onwards leads to a page, every anchor to a
// place on it, and every page is well-formed.
func TestCrawl(t *testing.T) {
	t.Parallel()
	c := &crawler{
		t: t, b: newSite(t).browser(t), known: map[string]bool{}, ids: map[string]map[string]bool{},
		anchors: map[string]map[string]string{}, titles: map[string]string{},
	}
	c.add("/", "the start")
	for len(c.todo) > 0 {
		at := c.todo[0]
		c.todo = c.todo[1:]
		c.visit(at)
	}
	for page, anchors := range c.anchors {
		for id, from := range anchors {
			if !c.ids[page][id] {
				t.Errorf("%s links to %s#%s, but there is no such id", from, page, id)
			}
		}
	}
	c.reached()
}

// reached reports content that no link leads to.
func (c *crawler) reached() {
	lib := theContent().Library
	var want []string
	for _, s := range lib.Skills {
		want = append(want, s.URL())
	}
	for _, l := range lib.Lessons() {
		want = append(want, l.URL())
	}
	for _, p := range lib.Projects {
		want = append(want, p.URL())
	}
	for slug := range lib.Pages {
		if slug != "fit" && slug != "exam" {
			want = append(want, "/guide/"+slug)
		}
	}
	for _, path := range append(want, "/fit", "/exam", "/practice", "/search", "/ask") {
		if !c.known[path] {
			c.t.Errorf("no link leads to %s", path)
		}
	}
}

// add notes a link that stands on the page from.
func (c *crawler) add(link, from string) {
	u, err := url.Parse(link)
	if err != nil {
		c.t.Errorf("%s: the link %q cannot be read: %v", from, link, err)
		return
	}
	page := u.RequestURI()
	if u.Path == "" { // an anchor of this page
		page = from
	}
	if u.Fragment != "" {
		if c.anchors[page] == nil {
			c.anchors[page] = map[string]string{}
		}
		c.anchors[page][u.Fragment] = from
	}
	if !c.known[page] {
		c.known[page] = true
		c.todo = append(c.todo, page)
	}
}

func (c *crawler) visit(at string) {
	r := c.b.do(at, nil)
	if r.status != http.StatusOK {
		c.t.Errorf("GET %s = %d", at, r.status)
		return
	}
	if kind := r.header.Get("Content-Type"); !strings.HasPrefix(kind, "text/html") {
		return
	}
	doc := r.doc(c.t)
	c.checkHead(r.at, doc)
	c.checkIDs(at, doc)
	c.checkPolicy(at, doc)
	if diff := cmp.Diff(structure(r.body), structure(reserialised(c.t, r.body))); diff != "" {
		c.t.Errorf("%s is not nested as it is written (-written +understood):\n%s", at, diff)
	}
	for _, tag := range unknownTags(r.body) {
		c.t.Errorf("%s has an element %q", at, tag)
	}
	doc.Find("a[href]").Each(func(_ int, a *goquery.Selection) {
		href := a.AttrOr("href", "")
		switch {
		case strings.HasPrefix(href, "/") && !strings.HasPrefix(href, "//"), strings.HasPrefix(href, "#"):
			c.add(href, at)
		case a.Closest("section[aria-labelledby=sources]").Length() == 1 && strings.HasPrefix(href, "https://"):
		default:
			c.t.Errorf("%s links to %s", at, href)
		}
	})
}

func (c *crawler) checkHead(at string, doc *goquery.Document) {
	if n := doc.Find("h1").Length(); n != 1 {
		c.t.Errorf("%s has %d h1", at, n)
	}
	title := doc.Find("head > title").Text()
	if name, ok := strings.CutSuffix(title, " · groundwork"); !ok || name == "" {
		c.t.Errorf("%s has the title %q", at, title)
	}
	path, _, _ := strings.Cut(at, "?")
	if other := c.titles[title]; other != "" && other != path {
		c.t.Errorf("%s and %s have one title, %q", other, path, title)
	}
	c.titles[title] = path
	description := doc.Find("head > meta[name=description]").AttrOr("content", "")
	if n := utf8.RuneCountInString(description); n < 50 || n > 160 {
		c.t.Errorf("%s has a description of %d characters: %q", at, n, description)
	}
	if lang := doc.Find("html").AttrOr("lang", ""); lang != "en" {
		c.t.Errorf("%s is in the language %q", at, lang)
	}
}

// checkIDs reports ids that stand twice and references to ids that are not there.
func (c *crawler) checkIDs(at string, doc *goquery.Document) {
	ids := map[string]bool{}
	doc.Find("[id]").Each(func(_ int, s *goquery.Selection) {
		id := s.AttrOr("id", "")
		if ids[id] || id == "" || strings.ContainsAny(id, " \t\n") {
			c.t.Errorf("%s has the id %q twice, or it is none", at, id)
		}
		ids[id] = true
	})
	for _, attr := range []string{"for", "aria-labelledby", "aria-describedby", "aria-controls"} {
		doc.Find("[" + attr + "]").Each(func(_ int, s *goquery.Selection) {
			for _, id := range strings.Fields(s.AttrOr(attr, "")) {
				if !ids[id] {
					c.t.Errorf("%s: %s=%q names no element", at, attr, id)
				}
			}
		})
	}
	c.ids[at] = ids
}

// checkPolicy reports what the Content-Security-Policy would refuse: inline
// style and script, and files of other hosts.
func (c *crawler) checkPolicy(at string, doc *goquery.Document) {
	doc.Find("style, script:not([src]), [style], base, iframe, object, embed").Each(func(_ int, s *goquery.Selection) {
		c.t.Errorf("%s has an inline %s", at, goquery.NodeName(s))
	})
	doc.Find("*").Each(func(_ int, s *goquery.Selection) {
		for _, a := range s.Nodes[0].Attr {
			switch {
			case strings.HasPrefix(a.Key, "on"):
				c.t.Errorf("%s has the handler %s", at, a.Key)
			case slices.Contains([]string{"src", "action", "formaction"}, a.Key), a.Key == "href" && s.Is("link"):
				if !strings.HasPrefix(a.Val, "/") || strings.HasPrefix(a.Val, "//") {
					c.t.Errorf("%s has %s=%q, which is not of this site", at, a.Key, a.Val)
				}
			}
		}
	})
}

// reserialised is a page as a browser understands it.
func reserialised(t *testing.T, body string) string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := html.Render(&b, root); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// voidTags have no end.
var voidTags = map[string]bool{"br": true, "hr": true, "img": true, "input": true, "link": true, "meta": true, "wbr": true, "col": true, "source": true}

// structure lists the elements of a page with how deep they stand. What a
// parser has to move, close or invent changes it.
func structure(body string) []string {
	var out []string
	depth := 0
	eachTag(body, func(tag string, kind html.TokenType) {
		switch {
		case kind == html.EndTagToken:
			depth--
			out = append(out, fmt.Sprintf("%d /%s", depth, tag))
			return
		case voidTags[tag]:
			out = append(out, fmt.Sprintf("%d %s", depth, tag))
			return
		}
		out = append(out, fmt.Sprintf("%d %s", depth, tag))
		if kind == html.SelfClosingTagToken { // of a drawing
			out = append(out, fmt.Sprintf("%d /%s", depth, tag))
			return
		}
		depth++
	})
	return out
}

// svgTags are the elements of our drawings.
var svgTags = []string{"svg", "g", "path", "circle", "rect", "line", "text", "tspan", "polyline", "polygon", "ellipse", "title", "desc"}

// unknownTags lists elements that HTML and our drawings do not have.
func unknownTags(body string) []string {
	var unknown []string
	eachTag(body, func(tag string, kind html.TokenType) {
		if kind != html.EndTagToken && atom.Lookup([]byte(tag)) == 0 && !slices.Contains(svgTags, tag) {
			unknown = append(unknown, tag)
		}
	})
	return unknown
}

func eachTag(body string, f func(tag string, kind html.TokenType)) {
	z := html.NewTokenizer(strings.NewReader(body))
	for {
		kind := z.Next()
		switch kind {
		case html.ErrorToken:
			if z.Err() != io.EOF {
				panic(z.Err()) // a strings.Reader has no other
			}
			return
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			f(string(name), kind)
		}
	}
}

// The crawl's own eyes: what it must see.
func TestStructureSeesMisnesting(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, body string
		same       bool
	}{
		{"proper", `<!DOCTYPE html><html><head><title>x</title></head><body><p>a <b>b</b><br></p><svg><path d="M0"/></svg></body></html>`, true},
		{"a block in a paragraph", `<!DOCTYPE html><html><head></head><body><p>a<div>b</div></p></body></html>`, false},
		{"crossed", `<!DOCTYPE html><html><head></head><body><b><i>a</b></i></body></html>`, false},
		{"not closed", `<!DOCTYPE html><html><head></head><body><ul><li>a<li>b</ul></body></html>`, false},
		{"a row without body", `<!DOCTYPE html><html><head></head><body><table><tr><td>a</td></tr></table></body></html>`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := cmp.Equal(structure(tt.body), structure(reserialised(t, tt.body))); got != tt.same {
				t.Errorf("structure is kept = %v, want %v", got, tt.same)
			}
		})
	}
	if got := unknownTags("<p><bold>x</bold></p>"); !slices.Equal(got, []string{"bold"}) {
		t.Errorf("unknownTags = %q", got)
	}
}
