//go:build browser

package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// answer gives an answer to the item in the page, whatever its type, as
// somebody with a mouse and a keyboard would.
const answer = `(() => {
	const f = document.querySelector('form[data-autosave]'), t = f.dataset.type;
	const put = (el, v) => { el.focus(); el.value = v; el.dispatchEvent(new Event('input', {bubbles: true})); el.dispatchEvent(new Event('change', {bubbles: true})); };
	const all = q => [...f.querySelectorAll(q)];
	if (t === 'single') all('[name=a]')[1].click();
	else if (t === 'multiple') { all('[name=a]')[0].click(); all('[name=a]')[2].click(); }
	else if (t === 'ordering') all('[data-move=down]')[0].click();
	else if (t === 'matching' || t === 'cloze') all('select[name^="p-"], input[name^="p-"]').forEach(s => put(s, s.tagName === 'SELECT' ? s.options[1].value : 'now'));
	else if (t === 'numeric') put(f.querySelector('[name=text]'), '42');
	else if (t === 'sql') put(f.querySelector('[name=text]'), 'SELECT 1');
	else put(f.querySelector('[name=text]'), 'retry');
	return t;
})()`

// given reads the answer to the item in the page.
const given = `(() => {
	const f = document.querySelector('form[data-autosave]'), t = f.dataset.type;
	if (t === 'ordering') return [...f.querySelectorAll('[name=a]')].map(i => i.value).join();
	return [...f.querySelectorAll('[name=a]:checked, [name=text], [name^="p-"]')].map(i => i.value).join();
})()`

// press clicks the button of the item's form with the given name and value.
func (b *tab) press(name, value string) {
	b.t.Helper()
	eval[bool](b, fmt.Sprintf(`(document.querySelector('form[data-autosave] .actions [name=%s][value="%s"]') ?? document.querySelector('form[data-autosave] [name=%s][value="%s"]')).click(), true`, name, value, name, value))
}

// A line is the connection between browser and server, which can be cut.
type line struct {
	net.Listener
	mu    sync.Mutex
	down  bool
	conns map[net.Conn]bool
}

// through puts a line before a running site and returns the site as it is
// reached through it.
func through(t *testing.T, site *running) (*running, *line) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &line{Listener: ln, conns: map[net.Conn]bool{}}
	t.Cleanup(func() { ln.Close(); l.cut(true) })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go l.carry(c, strings.TrimPrefix(site.url, "http://"))
		}
	}()
	return &running{url: "http://" + ln.Addr().String(), db: site.db, stop: site.stop}, l
}

// carry copies between browser and server until one of them closes.
func (l *line) carry(c net.Conn, to string) {
	defer c.Close()
	s, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer s.Close()
	l.mu.Lock()
	l.conns[c] = true
	down := l.down
	l.mu.Unlock()
	if down {
		return
	}
	go func() { _, _ = io.Copy(s, c); s.Close() }()
	_, _ = io.Copy(c, s)
}

// cut breaks all connections and lets no new one through, or mends the line.
func (l *line) cut(down bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = down
	for c := range l.conns {
		c.Close()
		delete(l.conns, c)
	}
}

// startExam begins an attempt and returns its path.
func (b *tab) startExam() string {
	b.t.Helper()
	b.goTo("/exam")
	eval[bool](b, `document.querySelector('form[action="/exam"] button').click(), true`)
	b.wait("the first item", `document.querySelector('form[data-autosave]')`)
	return strings.TrimSuffix(b.path(), "/1")
}

// R14: the whole exam with a script: answers save by themselves, survive a reload
// and a lost connection, and are all in the report; then an account keeps it.
func TestBrowserExam(t *testing.T) {
	site, line := through(t, start(t, ""))
	b := site.open(t, 1280, 900)
	b.listen()
	attempt := b.startExam()
	b.wait("all items loaded ahead", `document.documentElement.dataset.ahead === '60'`)
	b.shot("exam-item-1280-light")
	answers := map[int]string{}
	for n := 1; n <= 60; n++ {
		b.wait(fmt.Sprintf("item %d", n), fmt.Sprintf(`document.querySelector('form[data-autosave]').dataset.slot === '%d'`, n))
		kind := eval[string](b, answer)
		answers[n] = eval[string](b, given)
		switch n {
		case 5:
			b.reloadKeeps(answers[n])
		case 9:
			b.lostLine(line)
			n = 10 // moved on while the line was down
			answers[n] = eval[string](b, given)
		case 12:
			eval[bool](b, `document.querySelector('[name=flag]').click(), true`)
		}
		if n < 60 {
			b.press("goto", fmt.Sprint(n+1))
		}
		_ = kind
	}
	b.wait("the last answer saved", `document.querySelector('[data-save] span').textContent.startsWith('Saved')`)
	for _, n := range []int{1, 9, 10, 30, 60} { // from the server, in a fresh page
		b.goTo(fmt.Sprintf("%s/%d", attempt, n))
		if got := eval[string](b, given); got != answers[n] {
			t.Errorf("item %d has %q on the server, want %q", n, got, answers[n])
		}
	}
	b.goTo(attempt + "/12")
	b.press("goto", "review")
	b.wait("the overview", `location.pathname.endsWith('/review')`)
	if h := eval[string](b, `document.querySelector('h1').textContent`); h != "Nothing is blank" {
		t.Errorf("overview says %q, want that nothing is blank", h)
	}
	b.examineHere("exam-review")
	eval[bool](b, `document.querySelector('[data-submit] button').click(), true`)
	b.wait("the report", `location.pathname.endsWith('/result')`)
	b.examineHere("exam-result")
	if got := eval[int](b, `Number(document.querySelector('.tabs a:last-child').textContent.match(/\d+/)[0])`); got != 60 {
		t.Errorf("the report lists %d items, want 60", got)
	}
	b.keepIt()
	for _, c := range b.complaints("ERR_CONNECTION", "ERR_EMPTY_RESPONSE", "ERR_SOCKET") {
		t.Error("console: " + c)
	}
}

// reloadKeeps reloads the page and wants the answer to be there.
func (b *tab) reloadKeeps(want string) {
	b.t.Helper()
	b.must(chromedp.Reload())
	b.wait("the item again", `document.querySelector('form[data-autosave]')`)
	if got := eval[string](b, given); got != want {
		b.t.Errorf("after a reload the answer is %q, want %q", got, want)
	}
	b.wait("all items loaded ahead", `document.documentElement.dataset.ahead === '60'`)
}

// lostLine cuts the line on item 9, answers, moves on to item 10 and answers
// there: nothing is shown as saved, a banner says what waits, and everything
// goes out by itself when the line is back.
func (b *tab) lostLine(line *line) {
	b.t.Helper()
	b.wait("item 9 saved", `document.querySelector('[data-save] span').textContent.startsWith('Saved')`)
	line.cut(true)
	eval[bool](b, `document.querySelector('[name=flag]').click(), true`)
	b.press("goto", "10")
	b.wait("item 10 without a line", `document.querySelector('form[data-autosave]').dataset.slot === '10'`)
	eval[string](b, answer)
	b.wait("the banner", `document.querySelector('#lost .note')?.textContent.includes('No connection since')`)
	if s := eval[string](b, `document.querySelector('[data-save]').textContent`); !strings.Contains(s, "Not saved") {
		b.t.Errorf("without a line the bar says %q", s)
	}
	b.examineHere("exam-offline")
	line.cut(false)
	b.wait("everything saved", `document.querySelector('#lost').hidden && document.querySelector('[data-save] span').textContent.startsWith('Saved')`)
}

// examineHere looks at the page as it stands, without loading it anew.
func (b *tab) examineHere(name string) {
	b.t.Helper()
	for _, l := range looks {
		b.look(l.width, l.height, l.theme)
		for _, v := range b.axe() {
			b.t.Errorf("%s at %s: %s", name, l.name, v)
		}
		if over := eval[int](b, "document.documentElement.scrollWidth - innerWidth"); over > 0 {
			b.t.Errorf("%s at %s is %d px wider than the screen", name, l.name, over)
		}
		b.shot(name + "-" + l.name)
	}
	b.look(1280, 900, "light")
}

// keepIt registers after the exam and finds the attempt on the dashboard.
func (b *tab) keepIt() {
	b.t.Helper()
	b.goTo("/account/register")
	eval[bool](b, `(() => { const put = (n, v) => { const i = document.querySelector('[name=' + n + ']'); if (i) i.value = v; }; put('email', 'ilse@example.org'); put('name', 'Ilse Brandt'); put('password', 'a long enough password'); document.querySelector('main form').requestSubmit(); return true; })()`)
	b.wait("the account", `!location.pathname.endsWith('/register')`)
	b.goTo("/me")
	if text := eval[string](b, `document.querySelector('main').innerText`); !strings.Contains(text, "Ilse") || !strings.Contains(text, "Attempt 1") {
		b.t.Errorf("the dashboard after registering lacks the name or the attempt: %.400s", text)
	}
	b.examineHere("dashboard")
	for _, path := range []string{"/account", "/map", "/exam"} {
		b.goTo(path)
		b.examineHere("signed-in" + strings.ReplaceAll(path, "/", "-"))
	}
}

// R15: the same exam through plain forms, without a script, on a phone.
func TestBrowserExamWithoutScript(t *testing.T) {
	site := start(t, "")
	b := site.open(t, 390, 844)
	b.must(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
	attempt := b.startExam()
	b.shot("exam-item-noscript-390-light")
	for n := 1; n <= 60; n++ {
		b.arrive(fmt.Sprintf("%s/%d", attempt, n))
		kind := eval[string](b, answer)
		if kind == "ordering" { // the button has sent the form; the order is kept by then
			time.Sleep(300 * time.Millisecond)
			b.arrive(fmt.Sprintf("%s/%d", attempt, n))
		}
		next := fmt.Sprint(n + 1)
		if n == 60 {
			next = "review"
		}
		b.press("goto", next)
	}
	b.arrive(attempt + "/review")
	if h := eval[string](b, `document.querySelector('h1').textContent`); h != "Nothing is blank" {
		t.Errorf("overview says %q, want that nothing is blank", h)
	}
	eval[bool](b, `document.querySelector('form[action$="/submit"] button').click(), true`)
	b.arrive(attempt + "/result")
	if text := eval[string](b, `document.querySelector('main').innerText`); !strings.Contains(text, "of 60 right") {
		t.Errorf("the report lacks the count: %.300s", text)
	}
	b.shot("exam-result-noscript-390-light")
}

// arrive waits until the tab has loaded the page at path.
func (b *tab) arrive(path string) {
	b.t.Helper()
	b.wait("the page "+path, `location.pathname === `+quote(path)+` && document.readyState === 'complete'`)
}
