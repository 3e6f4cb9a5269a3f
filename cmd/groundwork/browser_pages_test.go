//go:build browser

package main

import (
	"fmt"
	"strings"
	"testing"
)

// looks are the devices and themes in which every page is examined.
var looks = []struct {
	name          string
	width, height int
	theme         string
}{
	{"1280-light", 1280, 900, "light"},
	{"1280-dark", 1280, 900, "dark"},
	{"390-light", 390, 844, "light"},
	{"390-dark", 390, 844, "dark"},
}

// crawl returns the pages that can be reached from / by links.
func (b *tab) crawl() []string {
	b.t.Helper()
	var pages []string
	seen := map[string]bool{"/": true}
	for todo := []string{"/"}; len(todo) > 0; todo = todo[1:] {
		path := todo[0]
		pages = append(pages, path)
		links := eval[[]string](b, `fetch(`+quote(path)+`).then(r => r.text()).then(t => [...new DOMParser().parseFromString(t, 'text/html').querySelectorAll('a[href]')].map(a => a.getAttribute('href')))`)
		for _, l := range links {
			l, _, _ = strings.Cut(l, "#")
			p, _, _ := strings.Cut(l, "?")
			if !strings.HasPrefix(l, "/") || seen[p] || strings.HasPrefix(p, "/report") && seen["/report"] {
				continue
			}
			seen[p] = true
			todo = append(todo, p)
		}
	}
	return pages
}

// examine looks at one page in every look: no violation, nothing wider than
// the screen, no complaint of the console.
func (b *tab) examine(path string, widths ...int) {
	b.t.Helper()
	b.goTo(path)
	name := strings.Trim(strings.NewReplacer("/", "-", "?", "-", "=", "-").Replace(path), "-")
	if name == "" {
		name = "overview"
	}
	for _, l := range looks {
		b.look(l.width, l.height, l.theme)
		if over := eval[int](b, "document.documentElement.scrollWidth - innerWidth"); over > 0 {
			b.t.Errorf("%s at %s is %d px wider than the screen", path, l.name, over)
		}
		for _, v := range b.axe() {
			b.t.Errorf("%s at %s: %s", path, l.name, v)
		}
		b.shot(name + "-" + l.name)
	}
	for _, w := range []int{320, 768, 1920} {
		b.look(w, 900, "light")
		if over := eval[int](b, "document.documentElement.scrollWidth - innerWidth"); over > 0 {
			b.t.Errorf("%s at %d is %d px wider than the screen", path, w, over)
		}
	}
}

// Every page that a visitor can reach is accessible, light and dark, on a
// phone and on a desktop.
func TestBrowserPages(t *testing.T) {
	site := start(t, "")
	b := site.open(t, 1280, 900)
	b.listen()
	b.goTo("/")
	pages := b.crawl()
	if len(pages) < 90 {
		t.Errorf("the crawl found %d pages; want at least 90", len(pages))
	}
	for _, p := range pages {
		b.examine(p)
	}
	for _, c := range b.complaints() {
		t.Error("console: " + c)
	}
	fmt.Println("pages examined:", len(pages))
}
