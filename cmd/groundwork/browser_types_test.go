//go:build browser

package main

import (
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"groundwork/content"
	"groundwork/exam"
)

// typeSkills are the skills whose exam items testdata/every-type.md stands in
// for: four times fifteen items are sixty.
var typeSkills = []string{"foundations", "api", "database", "security"}

// everyType writes our content with another exam: 60 items that are the same
// for everybody but for their order and hold every type of item. It returns
// the folder and the items by id.
func everyType(t *testing.T) (dir string, items map[exam.ItemID]*exam.Item) {
	t.Helper()
	fsys, _ := plant(t, nil)
	for name := range fsys {
		if strings.HasPrefix(name, "item/") && strings.Contains(name, "/exam") {
			delete(fsys, name)
		}
	}
	template, err := os.ReadFile("testdata/every-type.md")
	if err != nil {
		t.Fatal(err)
	}
	lib, _ := content.Load(fsys)
	cells := "cells:\n"
	for _, skill := range typeSkills {
		cells += "  " + skill + ": {junior: 5, mid: 5, senior: 5}\n"
		text := strings.NewReplacer("SKILL", skill, "LESSON", lib.Skill(skill).Lessons[0].ID).Replace(string(template))
		fsys["item/"+skill+"/exam.md"] = &fstest.MapFile{Data: []byte(text)}
	}
	page := fsys[exam.BlueprintFile]
	page.Data = regexp.MustCompile(`(?m)^cells:\n(?:  .*\n)+`).ReplaceAll(page.Data, []byte(cells))
	s, problems := load(fsys)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	items = map[exam.ItemID]*exam.Item{}
	types := map[exam.Type]int{}
	for _, it := range s.bank.Pool(exam.ExamPool) {
		items[it.ID] = it
		types[it.Type]++
	}
	for _, kind := range exam.Types {
		if types[kind] == 0 {
			t.Errorf("the exam has no item of type %s", kind)
		}
	}
	dir = t.TempDir()
	if err := os.CopyFS(dir, fs.FS(fsys)); err != nil {
		t.Fatal(err)
	}
	return dir, items
}

// partial is the item that every run answers with one box too many: one of two
// wrong boxes takes half of the point.
const partial exam.ItemID = "api-t03"

// typed are answers in another form than the key's.
var typed = map[string]string{"t04": "0.24 s", "t05": "Defer", "t14": "SELECT title FROM task WHERE NOT done"}

// box is a script that finds an input of the item in the page.
func box(name, value string) string {
	return `document.querySelector('form[data-autosave] [name=` + quote(name) + `][value=` + quote(value) + `]')`
}

func field(name string) string {
	return `document.querySelector('form[data-autosave] [name=` + quote(name) + `]')`
}

// answerItem answers an item rightly, or partly if it is to be.
func (h *hand) answerItem(it *exam.Item) {
	h.t.Helper()
	_, number, _ := strings.Cut(string(it.ID), "-")
	switch it.Type {
	case exam.Single:
		h.pick(box("a", string(it.Keys()[0].ID)))
	case exam.Multiple:
		wrong := it.ID != partial
		for _, o := range it.Options {
			if o.Key || !wrong {
				h.push(box("a", string(o.ID)))
			}
			wrong = wrong || !o.Key
		}
	case exam.Ordering:
		h.arrange(it)
	case exam.Matching:
		for _, o := range it.Options {
			h.choose(field("p-"+string(o.ID)), string(o.Match))
		}
	case exam.Cloze:
		for i, b := range it.Blanks {
			key := b.Options[slices.IndexFunc(b.Options, func(o exam.Option) bool { return o.Key })]
			if b.Typed {
				h.write(field(fmt.Sprint("p-", i+1)), key.Text)
			} else {
				h.choose(field(fmt.Sprint("p-", i+1)), string(key.ID))
			}
		}
	case exam.SQL:
		h.write(field("text"), typed[number])
		h.push(field("run"))
		h.wait("the rows of the query", `document.querySelector('[aria-label="Result of your query"]')?.innerText.includes('Fonts')`)
		h.ahead()
	default:
		text := typed[number]
		if text == "" {
			text = it.Keys()[0].Text
		}
		h.write(field("text"), text)
	}
}

// arrange brings the entries of an ordering item into their order, each by
// buttons or, where the hand can, by drawing it to its place.
func (h *hand) arrange(it *exam.Item) {
	h.t.Helper()
	const now = `[...document.querySelectorAll('form[data-autosave] .order [name=a]')].map(i => i.value)`
	for place, o := range it.Options {
		for {
			order := eval[[]string](h.tab, now)
			at := slices.Index(order, string(o.ID))
			if at == place {
				break
			}
			if h.draw != nil && strings.HasPrefix(string(it.ID), typeSkills[0]) {
				row := func(n int) string {
					return fmt.Sprintf(`document.querySelectorAll('form[data-autosave] .order > li')[%d]`, n)
				}
				h.draw(row(at)+`.querySelector('.grip')`, row(place))
			} else {
				h.push(box("move", string(o.ID)+":up"))
			}
			h.wait("the entry to move", `String(`+now+`) !== `+quote(strings.Join(order, ",")))
			if h.script {
				h.heard("Moved to place ")
			}
		}
	}
}

// itemHere is the id of the item in the page, which its link for faults names.
func (h *hand) itemHere() exam.ItemID {
	h.t.Helper()
	return exam.ItemID(eval[string](h.tab, `document.querySelector('form[data-autosave] a[href^="/report?"]').href.match(/ref=([a-z0-9-]+)/)[1]`))
}

// sitEveryType sits the exam and hands in.
func (h *hand) sitEveryType(items map[exam.ItemID]*exam.Item) (attempt string) {
	h.t.Helper()
	h.goTo("/exam")
	h.push(`document.querySelector('form[action="/exam"] button')`)
	h.wait("the first item", `document.querySelector('form[data-autosave]')`)
	attempt = strings.TrimSuffix(h.path(), "/1")
	looked := map[string]bool{}
	for n := 1; n <= 60; n++ {
		h.comeTo(attempt, n)
		it := items[h.itemHere()]
		if it == nil {
			h.t.Fatalf("item %d is %q, which the exam does not have", n, h.itemHere())
		}
		h.answerItem(it)
		if kind := fmt.Sprint(it.Type, it.Reads, len(it.Blanks) > 0 && it.Blanks[0].Typed); h.looks && !looked[kind] {
			looked[kind] = true
			h.examineItem(kind)
		}
		if over := eval[int](h.tab, "document.documentElement.scrollWidth - innerWidth"); over > 0 {
			h.t.Errorf("%s is %d px wider than the screen", it.ID, over)
		}
		if n < 60 {
			h.next(fmt.Sprint(n + 1))
		}
	}
	h.next("review")
	h.wait("the overview", `location.pathname.endsWith('/review')`)
	if got := eval[string](h.tab, `document.querySelector('h1').textContent`); got != "Nothing is blank" {
		h.t.Errorf("the overview says %q", got)
	}
	h.push(`document.querySelector('form[action$="/submit"] button')`)
	h.wait("the report", `location.pathname.endsWith('/result')`)
	return attempt
}

// An answer that the server refuses is nowhere shown as given: the cell and the
// line say that it is not saved, and looking over waits until it is mended.
func TestBrowserRefusedAnswer(t *testing.T) {
	dir, _ := everyType(t)
	b := start(t, "", "-content", dir).open(t, 390, 844)
	b.listen()
	attempt := b.startExam()
	b.wait("all items loaded ahead", `document.documentElement.dataset.ahead === '60'`)
	here := func(n int) string {
		return fmt.Sprintf(`document.querySelector('form[data-autosave]').dataset.slot === '%d'`, n)
	}
	n := 1
	for ; eval[string](b, `document.querySelector('form[data-autosave]').dataset.type`) != "numeric"; n++ {
		b.press("goto", fmt.Sprint(n+1))
		b.wait("the next item", here(n+1))
	}
	put := func(v string) {
		eval[bool](b, fmt.Sprintf(`(() => { const i = document.querySelector('form[data-autosave] [name=text]'); i.focus(); i.value = %q; i.dispatchEvent(new Event('input', {bubbles: true})); i.dispatchEvent(new Event('change', {bubbles: true})); return true; })()`, v))
	}
	put("12,5")
	b.press("goto", fmt.Sprint(n+1))
	b.wait("the next item", here(n+1))
	b.wait("the line", fmt.Sprintf(`document.querySelector('[data-save] span').textContent === 'Not saved: item %d'`, n))
	cell := fmt.Sprintf(`document.querySelector('.nav60 [value="%d"]').innerText`, n)
	if got := eval[string](b, fmt.Sprintf(`document.querySelector('.nav60 [value="%d"]').textContent`, n)); !strings.Contains(got, "no answer, not saved") {
		t.Errorf("the cell of the refused answer says %q (%s)", got, eval[string](b, cell))
	}
	if got := eval[string](b, `document.querySelector('[data-count]').textContent`); got != "0 answered, 0 flagged" {
		t.Errorf("the count says %q", got)
	}
	b.examineHere("exam-refused")
	b.press("goto", "review")
	b.wait("the refused item again", here(n))
	if got := eval[string](b, `document.querySelector('form[data-autosave] .faults').innerText + document.activeElement.value`); !strings.Contains(got, "Not saved") || !strings.HasSuffix(got, "12,5") {
		t.Errorf("at the refused item stands %q", got)
	}
	put("12.5")
	b.wait("it to be saved", `document.querySelector('[data-save] span').textContent.startsWith('Saved')`)
	b.press("goto", "review")
	b.wait("the overview", `location.pathname.endsWith('/review')`)
	b.goTo(fmt.Sprintf("%s/%d", attempt, n))
	if got := eval[string](b, given); got != "12.5" {
		t.Errorf("the server has %q, want 12.5", got)
	}
	for _, c := range b.complaints("422") {
		t.Error("console: " + c)
	}
}

// comeTo waits for item n.
func (h *hand) comeTo(attempt string, n int) {
	h.t.Helper()
	if !h.script {
		h.arrive(fmt.Sprintf("%s/%d", attempt, n))
		return
	}
	h.wait(fmt.Sprintf("item %d", n), fmt.Sprintf(`document.querySelector('form[data-autosave]')?.dataset.slot === '%d'`, n))
	h.ahead()
	if n > 1 && eval[string](h.tab, `document.activeElement.id`) != "it" {
		h.t.Errorf("on coming to item %d the focus is not on its heading", n)
	}
}

// ahead waits until the script has all items, so that moving on loads no page.
func (h *hand) ahead() {
	h.t.Helper()
	if h.script {
		h.wait("all items loaded ahead", `document.documentElement.dataset.ahead === '60'`)
	}
}

// examineItem looks at an item as it stands.
func (h *hand) examineItem(kind string) {
	h.t.Helper()
	for _, v := range h.axe() {
		h.t.Errorf("%s: %s", kind, v)
	}
	h.shot("type-" + h.name + "-" + kind)
}

// checkResult compares the report with what was answered.
func (h *hand) checkResult(attempt string, items map[exam.ItemID]*exam.Item) {
	h.t.Helper()
	if got, want := eval[string](h.tab, `document.querySelector('.scorehead').innerText.replace(/\s+/g, ' ')`), "99% Strong pass 59 of 60 right, 1 partly"; !strings.Contains(got, want) {
		h.t.Errorf("the report says %.120q, want %q", got, want)
	}
	h.shot("report-" + h.name)
	h.goTo(attempt + "/result?show=all")
	type reviewed struct{ Href, Text string }
	list := eval[[]reviewed](h.tab, `[...document.querySelectorAll('ol.review > li')].map(li => ({href: li.querySelector('a[href^="/report?"]').href, text: li.textContent.replace(/\s+/g, ' ')}))`)
	if len(list) != 60 {
		h.t.Fatalf("the report lists %d items, want 60", len(list))
	}
	for _, r := range list {
		id := exam.ItemID(regexp.MustCompile(`ref=([a-z0-9-]+)`).FindStringSubmatch(r.Href)[1])
		for _, want := range reviewTells(items[id]) {
			if !strings.Contains(r.Text, want) {
				h.t.Errorf("the review of %s lacks %q: %s", id, want, r.Text)
			}
		}
		if got := strings.Contains(r.Text, "Partly right: 50% of the point."); got != (id == partial) {
			h.t.Errorf("the review of %s says partly right: %t", id, got)
		}
	}
	h.setScript(true) // for the next line only
	got := eval[struct{ Points, Max, Percent float64 }](h.tab, `fetch(`+quote(attempt+"/result.json")+`).then(r => r.json()).then(r => r.score)`)
	if got.Points != 59.5 || got.Max != 60 || got.Percent != 99.166667 {
		h.t.Errorf("%v of %v points, %v%%; want 59.5 of 60, 99.166667%%", got.Points, got.Max, got.Percent)
	}
}

// reviewTells is what the review of an item has to say: the learner's answer, the key,
// and the reason of every option.
func reviewTells(it *exam.Item) (want []string) {
	_, number, _ := strings.Cut(string(it.ID), "-")
	if text := typed[number]; text != "" {
		want = append(want, "Right, your answer: "+text)
	}
	add := func(options []exam.Option) {
		for _, o := range options {
			if o.Reason != "" {
				want = append(want, content.Plain(o.Reason))
			}
			if o.Key && (it.Type == exam.Single || it.Type == exam.Multiple) {
				want = append(want, "Right, your answer:")
			}
		}
	}
	add(it.Options)
	add(it.Choices)
	for _, b := range it.Blanks {
		add(b.Options)
	}
	for i, o := range it.Options {
		switch it.Type {
		case exam.Ordering:
			want = append(want, fmt.Sprintf("Place %d: %s", i+1, content.Plain(o.Text)))
		case exam.Matching:
			c := slices.IndexFunc(it.Choices, func(c exam.Option) bool { return c.ID == o.Match })
			want = append(want, fmt.Sprintf("Right: %s → %s", content.Plain(o.Text), it.Choices[c].Text))
		}
	}
	if it.ID == partial {
		want = append(want, "Your answer: Five")
	}
	return want
}

// One exam of 60 items that holds every type of item, sat by mouse, by the
// keyboard alone, on a phone, and without a script. Every run comes to the same
// total, and its review tells the answer, the key and the reasons.
func TestBrowserEveryType(t *testing.T) {
	dir, items := everyType(t)
	site := start(t, "", "-content", dir)
	for _, way := range []struct {
		name string
		hand func(*testing.T, *running) *hand
	}{{"mouse", byMouse}, {"keyboard", byKeyboard}, {"touch", byTouch}, {"no script", withoutScript}} {
		t.Run(way.name, func(t *testing.T) {
			h := way.hand(t, site)
			h.listen()
			h.checkResult(h.sitEveryType(items), items)
			for _, c := range h.complaints() {
				t.Error("console: " + c)
			}
		})
	}
}
