//go:build browser

package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// key presses a key where the focus is.
func (b *tab) key(k string) {
	b.t.Helper()
	b.must(chromedp.KeyEvent(k))
}

// follow clicks the first link of main whose words begin so.
func (b *tab) follow(words string) {
	b.t.Helper()
	eval[bool](b, `([...document.querySelectorAll('a')].find(a => a.textContent.trim().startsWith(`+quote(words)+`)) ?? (() => { throw new Error('no link ' + `+quote(words)+`); })()).click(), true`)
	b.wait("the page behind "+words, `document.readyState === 'complete'`)
}

// A reader's way: the guide, the map, a skill, a lesson, its questions, search
// and Ask; light and dark.
func TestBrowserBrowse(t *testing.T) {
	site := start(t, "")
	b := site.open(t, 1280, 900)
	b.listen()
	b.goTo("/")
	b.follow("Skill map")
	b.wait("the map", `location.pathname === '/map'`)
	eval[bool](b, `document.querySelector('svg.map a[href="/skill/performance"]').dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true})), true`)
	b.wait("the skill", `location.pathname === '/skill/performance'`)
	b.follow("Timeouts and deadlines")
	b.wait("the lesson", `location.pathname === '/lesson/performance/timeouts'`)
	eval[bool](b, `(() => { const f = document.querySelector('form.check'); f.querySelector('input[type=radio]').click(); f.requestSubmit(); return true; })()`)
	b.wait("the reasons", `document.querySelector('form.check details[open] .reasons, form.check .reasons')`)
	b.examineHere("lesson-answered")
	eval[bool](b, `[...document.querySelectorAll('button')].find(x => x.textContent.includes('as read')).click(), true`)
	b.wait("the lesson marked", `document.body.innerText.includes('Mark as unread')`)
	b.goTo("/search?q=idempotancy") // a slip of the finger
	if n := eval[int](b, `document.querySelectorAll('main a[href^="/lesson/"]').length`); n == 0 {
		t.Error("a misspelt search finds nothing")
	}
	b.examineHere("search-typo")
	b.goTo("/ask?q=" + "When+should+a+client+retry+a+request%3F")
	if n := eval[int](b, `document.querySelectorAll('.passage').length`); n == 0 {
		t.Error("Ask quotes nothing on retries")
	}
	b.examineHere("ask-answered")
	b.goTo("/ask?q=" + "Who+won+the+world+cup%3F")
	if !strings.Contains(eval[string](b, `document.querySelector('main').innerText`), "ot in this") {
		t.Error("Ask does not say that football is not in this material")
	}
	b.goTo("/")
	eval[bool](b, `document.querySelector('[data-theme-toggle]').click(), true`)
	b.wait("the other theme", `['dark','light'].includes(document.documentElement.dataset.theme)`)
	theme := eval[string](b, `document.documentElement.dataset.theme`)
	b.wait("the theme kept", `fetch('/map').then(r => r.text()).then(t => t.includes('data-theme="`+theme+`"'))`)
	for _, c := range b.complaints() {
		t.Error("console: " + c)
	}
}

// The fit test by keys alone, with a look back, a closed browser in between,
// and a link that shows the same to somebody else.
func TestBrowserFit(t *testing.T) {
	site := start(t, "")
	b := site.open(t, 390, 844)
	b.listen()
	b.goTo("/fit/1")
	for n := 1; n <= 10; n++ {
		b.wait(fmt.Sprintf("question %d", n), fmt.Sprintf(`location.pathname === '/fit/%d' && document.querySelector('.statement') && document.documentElement.classList.contains('js') && document.readyState === 'complete'`, n))
		if n == 4 { // back, change, and on
			b.key(kb.ArrowLeft)
			b.wait("question 3", `location.pathname === '/fit/3' && document.readyState === 'complete'`)
			b.key("2")
			b.wait("2 chosen", `document.querySelector('input[value="2"]').checked`)
			b.key(kb.Enter)
			b.wait("question 4 again", `location.pathname === '/fit/4' && document.readyState === 'complete'`)
			b.examineHere("fit-question")
			b.look(390, 844, "light")
		}
		if n == 7 { // come back later
			b.goTo("/fit")
			if !strings.Contains(eval[string](b, `document.querySelector('.btn.go').textContent`), "question 7") {
				t.Error("the start page does not offer to go on with question 7")
			}
			b.follow("Go on with question 7")
			b.wait("question 7", `location.pathname === '/fit/7' && document.readyState === 'complete'`)
		}
		k := fmt.Sprint(1 + n%5)
		b.key(k)
		b.wait("an answer", `document.querySelector('input[value="`+k+`"]').checked`)
		b.key(kb.Enter)
	}
	b.wait("the result", `location.pathname === '/fit/result'`)
	if n := eval[int](b, `document.querySelectorAll('.trait').length`); n != 5 {
		t.Errorf("%d traits, want 5", n)
	}
	b.examineHere("fit-result")
	link := eval[string](b, `document.querySelector('#lnk').value`)
	verdict := eval[string](b, `document.querySelector('h1').textContent`)
	other := site.open(t, 1280, 900)
	other.must(chromedp.Navigate(link))
	if got := eval[string](other, `document.querySelector('h1').textContent`); got != verdict {
		t.Errorf("the link shows %q to somebody else, want %q", got, verdict)
	}
	for _, c := range b.complaints() {
		t.Error("console: " + c)
	}
}
