//go:build browser

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Browser tests drive the whole program in Debian's Chromium. They run with
// -tags browser; without Chromium they say so and skip, and in CI that is a
// failure.

const chromium = "/usr/bin/chromium"

// skip ends the test because something is missing on this machine.
func skip(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("%s, and in CI that is a failure", what)
	}
	t.Skip(what)
}

// A running is the program serving on a port of its own.
type running struct {
	url, db string
	stop    func() error
}

// start serves on an empty database, or on the one given.
func start(t *testing.T, db string, more ...string) *running {
	t.Helper()
	if db == "" {
		db = filepath.Join(t.TempDir(), "g.db")
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	logs, stderr := io.Pipe()
	done := make(chan error, 1)
	go func() {
		args := append([]string{"serve", "-addr", "127.0.0.1:0", "-db", db}, more...)
		done <- run(ctx, args, world{func(string) string { return "" }, nil, io.Discard, stderr, ""})
		stderr.Close()
	}()
	line := make([]byte, 4096)
	n, err := logs.Read(line)
	if err != nil {
		t.Fatalf("serve did not start: %v, %v", err, <-done)
	}
	go io.Copy(io.Discard, logs)
	r := &running{url: regexp.MustCompile(`http://[0-9.:]+`).FindString(string(line[:n])), db: db}
	r.stop = sync.OnceValue(func() error { cancel(); return <-done })
	t.Cleanup(func() {
		if err := r.stop(); err != nil {
			t.Errorf("serve ended with %v", err)
		}
	})
	return r
}

// A tab is one browser with cookies of its own.
type tab struct {
	t    *testing.T
	ctx  context.Context
	base string

	mu     sync.Mutex
	faults []string // what the console complained about
}

// open starts a browser of the given width.
func (r *running) open(t *testing.T, width, height int) *tab {
	t.Helper()
	if _, err := os.Stat(chromium); err != nil {
		skip(t, "there is no Chromium: apt-get install chromium")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.WindowSize(width, height),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	if os.Geteuid() == 0 {
		opts = append(opts, chromedp.NoSandbox)
	}
	actx, cancel := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), opts...)
	ctx, cancel2 := chromedp.NewContext(actx)
	ctx, cancel3 := context.WithTimeout(ctx, 8*time.Minute)
	t.Cleanup(func() { cancel3(); cancel2(); cancel() })
	b := &tab{t: t, ctx: ctx, base: r.url}
	b.must(chromedp.EmulateViewport(int64(width), int64(height)))
	return b
}

// must performs actions and ends the test if one fails.
func (b *tab) must(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// goTo opens a page of the site.
func (b *tab) goTo(path string) {
	b.t.Helper()
	b.must(chromedp.Navigate(b.base + path))
}

// eval runs a script in the page and returns what it yields.
func eval[T any](b *tab, script string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", script, err)
	}
	return v
}

// wait runs a script in the loaded page until it yields true.
func (b *tab) wait(what, script string) {
	b.t.Helper()
	for range 300 {
		v, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("document.readyState === 'complete' && Boolean("+script+")"))
		if err == nil && v {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.t.Fatalf("waited in vain for: %s; the page is %s: %.600s", what, eval[string](b, "location.pathname"), eval[string](b, "document.querySelector('main')?.innerText ?? ''"))
}

// path returns where the tab is.
func (b *tab) path() string { b.t.Helper(); return eval[string](b, "location.pathname") }

// look sets width and theme, as a reader's device would.
func (b *tab) look(width, height int, theme string) {
	b.t.Helper()
	b.must(chromedp.EmulateViewport(int64(width), int64(height)))
	b.still(theme)
}

// still sets the theme, and lets nothing move: colours must not be measured
// half-way, nor what scrolls be clicked.
func (b *tab) still(theme string) {
	b.t.Helper()
	b.must(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{
				{Name: "prefers-color-scheme", Value: theme},
				{Name: "prefers-reduced-motion", Value: "reduce"},
			},
		})
		return err
	}))
}

// listen notes everything that the console complains about.
func (b *tab) listen() {
	note := func(text string) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.faults = append(b.faults, text)
	}
	err := chromedp.Listen(b.ctx, func(ev any) {
		switch ev := ev.(type) {
		case *runtime.EventExceptionThrown:
			note(fmt.Sprint("exception: ", ev.ExceptionDetails.Text, " ", ev.ExceptionDetails.URL))
		case *log.EventEntryAdded:
			if ev.Entry.Level == log.EntryLevelError {
				note(fmt.Sprint(ev.Entry.Text, " ", ev.Entry.URL))
			}
		}
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// complaints returns what the console complained about, but for the given text.
func (b *tab) complaints(but ...string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []string
next:
	for _, f := range b.faults {
		for _, ok := range but {
			if strings.Contains(f, ok) {
				continue next
			}
		}
		out = append(out, f)
	}
	return out
}

// axeRules are the ones that every page must hold.
const axeRules = `['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']`

// axe returns the violations of the page, one a line.
func (b *tab) axe() []string {
	b.t.Helper()
	src, err := os.ReadFile("../../.ci/node_modules/axe-core/axe.min.js")
	if err != nil {
		skip(b.t, "there is no axe-core: npm ci --prefix .ci")
	}
	if !eval[bool](b, "Boolean(window.axe)") { // the page is examined in several looks
		eval[bool](b, string(src)+";true")
	}
	res := eval[struct {
		Violations []struct {
			ID    string `json:"id"`
			Help  string `json:"help"`
			Nodes []struct {
				HTML    string `json:"html"`
				Summary string `json:"failureSummary"`
			} `json:"nodes"`
		} `json:"violations"`
	}](b, `axe.run(document,{runOnly:`+axeRules+`})`)
	var out []string
	for _, v := range res.Violations {
		for _, n := range v.Nodes {
			out = append(out, fmt.Sprintf("%s: %s: %.200s (%.300s)", v.ID, v.Help, n.HTML, n.Summary))
		}
	}
	return out
}

// shot writes a picture of the whole page, if GROUNDWORK_SHOTS names a folder.
func (b *tab) shot(name string) {
	b.t.Helper()
	dir := os.Getenv("GROUNDWORK_SHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// quote writes a Go string as a JavaScript one.
func quote(s string) string { b, _ := json.Marshal(s); return string(b) }
