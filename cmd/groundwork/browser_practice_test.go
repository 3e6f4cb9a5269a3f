//go:build browser

package main

import (
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// TestBrowserPractice does a few cards with the keyboard and looks at every
// page of practice, wide and narrow, light and dark.
func TestBrowserPractice(t *testing.T) {
	r := start(t, "")
	b := r.open(t, 1280, 900)
	b.listen()
	look := func(name string) {
		t.Helper()
		for _, v := range []struct {
			name, theme   string
			width, height int
		}{{"1280l", "light", 1280, 900}, {"1280d", "dark", 1280, 900}, {"390l", "light", 390, 844}, {"390d", "dark", 390, 844}} {
			b.look(v.width, v.height, v.theme)
			if eval[bool](b, "document.documentElement.scrollWidth > innerWidth") {
				t.Errorf("%s at %s is wider than the window", name, v.name)
			}
			for _, fault := range b.axe() {
				t.Errorf("%s at %s: %s", name, v.name, fault)
			}
			b.shot("practice-" + name + "-" + v.name)
		}
		b.look(1280, 900, "light")
	}
	b.goTo("/practice")
	look("day")
	b.goTo("/practice/today")
	look("front")
	for range 12 {
		b.goTo("/practice/today")
		if b.path() == "/practice/done" {
			break
		}
		b.key("1")
		if eval[bool](b, "document.querySelector('input[name=a]:checked') !== null") {
			b.key(kb.Enter)
		} else {
			eval[bool](b, "document.querySelector('button[name=show]').click() || true")
		}
		b.wait("the answer", "location.pathname.startsWith('/practice/today/')")
	}
	look("answer")
	b.goTo("/practice/placement")
	look("placement")
	eval[bool](b, `(document.querySelector('button[name=begin]').click(), true)`)
	for range 45 {
		b.wait("an item or the outcome", `document.querySelector('button[name=skip], button[name=begin]')`)
		if eval[bool](b, `document.querySelector('button[name=begin]') !== null`) {
			break
		}
		n := eval[string](b, `document.querySelector('input[name=item]').value`)
		eval[bool](b, `(document.querySelector('button[name=skip]').click(), true)`)
		b.wait("what comes after "+n, `document.querySelector('input[name=item]')?.value !== `+quote(n))
	}
	look("placed")
	b.goTo("/practice/done")
	look("done")
	b.goTo("/me")
	look("work")
	b.goTo("/practice")
	look("later")
	if got := b.complaints(); len(got) > 0 {
		t.Errorf("the console complains: %v", got)
	}
}
