//go:build browser

package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A hand is a way of working in a tab. Elements are named by scripts that find
// them.
type hand struct {
	*tab
	name   string
	script bool // the page's scripts run
	looks  bool // each type of item is looked at

	push   func(el string)        // a button or a checkbox
	pick   func(el string)        // a radio button
	choose func(el, value string) // an option of a select
	write  func(el, text string)  // into a field
	draw   func(from, to string)  // a grip to another row; nil if that cannot be done
	next   func(to string)        // moves on by the button with this value
}

// button is the button at the end of an item that leads on.
func button(to string) string {
	return `document.querySelector('form[data-autosave] .actions [name=goto][value="` + to + `"]')`
}

// spot scrolls an element, or its label, into view and returns a point on it
// that nothing covers.
func (b *tab) spot(el string) (x, y float64) {
	b.t.Helper()
	at := eval[[]float64](b, `(() => {
		const el = `+el+`, target = el.closest('label') ?? el;
		target.scrollIntoView({block: 'center', behavior: 'instant'});
		const r = target.getBoundingClientRect(), x = r.left + r.width / 2, y = r.top + r.height / 2;
		const hit = document.elementFromPoint(x, y);
		return target.contains(hit) || hit?.contains(target) && hit.tagName === 'LABEL' ? [x, y] : [];
	})()`)
	if len(at) != 2 {
		b.t.Fatalf("%s is covered, or off the screen", el)
	}
	return at[0], at[1]
}

// list chooses an option of a select. The list that it opens is drawn by the
// system, where no test can click; the choice is made as the browser then
// makes it.
func (b *tab) list(el, value string) {
	b.t.Helper()
	eval[bool](b, `(el => { el.value = `+quote(value)+`; el.dispatchEvent(new Event('input', {bubbles: true})); el.dispatchEvent(new Event('change', {bubbles: true})); return true; })(`+el+`)`)
}

// insert types a text where the focus is, in one go.
func (b *tab) insert(text string) {
	b.t.Helper()
	b.must(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, input.InsertText, input.InsertTextParams{Text: text})
		return err
	}))
}

// setScript lets the pages' scripts run, or not.
func (b *tab) setScript(on bool) {
	b.t.Helper()
	b.must(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
		return err
	}))
}

// clicking is a hand that points and clicks, with the mouse.
func clicking(t *testing.T, site *running, name string) *hand {
	h := &hand{tab: site.open(t, 1280, 900), name: name, script: true}
	h.still("light")
	h.push = func(el string) {
		t.Helper()
		x, y := h.spot(el)
		h.must(chromedp.MouseClickXY(x, y))
	}
	h.pick, h.choose = h.push, h.list
	h.write = func(el, text string) {
		t.Helper()
		h.push(el)
		h.insert(text)
	}
	h.next = func(to string) {
		t.Helper()
		h.push(button(to))
	}
	return h
}

func byMouse(t *testing.T, site *running) *hand {
	h := clicking(t, site, "mouse")
	h.looks = true
	h.draw = func(from, to string) {
		t.Helper()
		x, y := h.spot(from)
		top := eval[float64](h.tab, to+`.getBoundingClientRect().top + 3`)
		left := func(p *input.DispatchMouseEventParams) { p.Button, p.Buttons = input.MouseButtonLeft, 1 }
		h.must(chromedp.MouseEvent(input.DispatchMouseEventTypeMousePressed, x, y, left, chromedp.ClickCount(1)),
			chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, x, (y+top)/2, left),
			chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, x, top, left),
			chromedp.MouseEvent(input.DispatchMouseEventTypeMouseReleased, x, top, left, chromedp.ClickCount(1)))
	}
	return h
}

func withoutScript(t *testing.T, site *running) *hand {
	h := clicking(t, site, "noscript")
	h.script = false
	h.setScript(false)
	return h
}

// byTouch is a finger on a phone.
func byTouch(t *testing.T, site *running) *hand {
	h := clicking(t, site, "touch")
	h.looks = true
	h.must(chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateTouch))
	h.push = func(el string) {
		t.Helper()
		x, y := h.spot(el)
		h.must(chromedp.TapXY(x, y))
	}
	h.pick = h.push
	h.next = func(to string) {
		t.Helper()
		const here = `document.querySelector('form[data-autosave]')?.dataset.slot ?? ''`
		from := eval[string](h.tab, here)
		h.push(button(to))
		if to == "review" { // a page of its own
			return
		}
		for range 20 {
			time.Sleep(50 * time.Millisecond)
			if eval[string](h.tab, here) != from {
				return
			}
		}
		if eval[bool](h.tab, `Boolean(`+button(to)+`)`) { // the tap has ended a fling, as after a draw on a busy machine: people tap again
			h.push(button(to))
		}
	}
	touch := func(kind input.DispatchTouchEventType, at ...*input.TouchPoint) {
		t.Helper()
		h.must(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			_, err := cdp.Call(ctx, target, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, TouchPoints: append([]*input.TouchPoint{}, at...)})
			return err
		}))
	}
	h.draw = func(from, to string) {
		t.Helper()
		x, y := h.spot(from)
		top := eval[float64](h.tab, to+`.getBoundingClientRect().top + 3`)
		touch(input.DispatchTouchEventTypeTouchStart, &input.TouchPoint{X: x, Y: y})
		for _, at := range []float64{y - 8, (y + top) / 2, top, top} {
			touch(input.DispatchTouchEventTypeTouchMove, &input.TouchPoint{X: x, Y: at})
			time.Sleep(30 * time.Millisecond) // a finger that comes to rest; one that flies is taken for a fling, and the next tap for its end
		}
		touch(input.DispatchTouchEventTypeTouchEnd)
	}
	return h
}

// tabTo presses Tab until the focus is on an element, or on another radio
// button of its group, as a group has one stop.
func (b *tab) tabTo(el string) {
	b.t.Helper()
	for range 150 {
		if eval[bool](b, `(el => document.activeElement === el || el.type === 'radio' && document.activeElement.name === el.name)(`+el+`)`) {
			return
		}
		b.key(kb.Tab)
	}
	b.t.Fatalf("Tab does not come to %s", el)
}

// byKeyboard never touches the mouse. What is reached by Tab has to show that
// it has the focus.
func byKeyboard(t *testing.T, site *running) *hand {
	h := &hand{tab: site.open(t, 1280, 900), name: "keyboard", script: true}
	h.still("light")
	h.push = func(el string) {
		t.Helper()
		h.tabTo(el)
		if !eval[bool](h.tab, `(s => s.outlineStyle !== 'none' || s.boxShadow !== 'none' || getComputedStyle(document.activeElement.closest('label') ?? document.body).outlineStyle !== 'none')(getComputedStyle(document.activeElement))`) {
			t.Errorf("the focus on %s is not to be seen", el)
		}
		h.key(" ")
	}
	h.pick = func(el string) {
		t.Helper()
		h.tabTo(el)
		for range 10 {
			if eval[bool](h.tab, `document.activeElement === `+el) {
				break
			}
			h.key(kb.ArrowDown)
		}
		if !eval[bool](h.tab, el+`.checked`) {
			h.key(" ")
		}
	}
	h.choose = func(el, value string) {
		t.Helper()
		h.tabTo(el)
		for range 10 {
			if eval[string](h.tab, el+`.value`) == value {
				return
			}
			h.key(kb.ArrowDown)
		}
		t.Fatalf("the arrow does not come to %s of %s", value, el)
	}
	h.write = func(el, text string) {
		t.Helper()
		h.tabTo(el)
		h.key(text)
	}
	h.next = func(to string) {
		t.Helper()
		if eval[bool](h.tab, `document.activeElement.matches('select, textarea, input:not([type=radio]):not([type=checkbox])')`) {
			h.tabTo(button(to))
			h.key(kb.Enter)
			return
		}
		h.key("n")
	}
	return h
}

// heard waits until the page has said something to those who listen to it.
func (b *tab) heard(words string) {
	b.t.Helper()
	b.wait("the voice: "+words, `document.querySelector('#voice').textContent.startsWith(`+quote(strings.TrimSpace(words))+`)`)
}
