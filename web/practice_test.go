package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"groundwork/content"
	"groundwork/exam"
)

// drillAt is the drill that a browser is at, from its form.
func drillAt(t *testing.T, b *browser, path string) (form url.Values, it *exam.Item) {
	t.Helper()
	doc := b.open(path)
	form = url.Values{}
	doc.Find("main form input[type=hidden]").Each(func(_ int, i *goquery.Selection) {
		form.Add(i.AttrOr("name", ""), i.AttrOr("value", ""))
	})
	stem := text(doc.Find("main form .stem"))
	if it = itemsByStem()[stem]; it == nil {
		t.Fatalf("%s asks nothing that is in the bank: %q", path, stem)
	}
	return form, it
}

// itemsByStem finds an item of the bank by all that it asks.
var itemsByStem = sync.OnceValue(func() map[string]*exam.Item {
	items := map[string]*exam.Item{}
	for _, it := range theContent().Bank.All() {
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(content.Render(it.Stimulus)) + " " + string(stemHTML(it))))
		if err != nil {
			panic(err) // a strings.Reader does not fail
		}
		items[text(doc.Selection)] = it
	}
	return items
})

// rightAnswer fills a form in as the key has it.
func rightAnswer(it *exam.Item, form url.Values) {
	form.Del("a")
	switch it.Type {
	case exam.Single, exam.Multiple:
		for _, o := range it.Keys() {
			form.Add("a", string(o.ID))
		}
	case exam.Ordering:
		for _, o := range it.Options {
			form.Add("a", string(o.ID))
		}
	case exam.Matching:
		for _, o := range it.Options {
			form.Set("p-"+string(o.ID), string(o.Match))
		}
	case exam.Cloze:
		for i, b := range it.Blanks {
			o := b.Options[slices.IndexFunc(b.Options, func(o exam.Option) bool { return o.Key })]
			value := string(o.ID)
			if b.Typed {
				value = strings.Trim(o.Text, "`*/")
			}
			form.Set("p-"+string(rune('1'+i)), value)
		}
	case exam.SQL:
		form.Set("text", it.Query.Key)
	default:
		form.Set("text", strings.Trim(it.Keys()[0].Text, "`*/"))
	}
}

// Every practice item can be asked and answered, and comes with its reasons.
func TestPracticeItems(t *testing.T) {
	t.Parallel()
	b := newSite(t).browser(t)
	for _, sk := range theContent().Library.Skills {
		items := practiceItems(theContent().Bank, sk.ID)
		rd := drill{Skill: sk, Items: items, Seed: 1}
		for n := range items {
			rd.N = n
			form, it := drillAt(t, b, rd.url())
			if it.Pool != exam.PracticePool || it.Skill != sk.ID {
				t.Fatalf("%s asks %s of pool %s", rd.url(), it.ID, it.Pool)
			}
			form.Set("show", "1")
			doc := b.do("/practice/"+sk.ID, form).doc(t)
			if got := text(doc.Find(".note h2")); got != "No answer given" {
				t.Errorf("%s, shown without an answer, says %q", it.ID, got)
			}
			if doc.Find(".reasons > li").Length() == 0 || doc.Find(".note a[href^='/lesson/']").Length() != 1 {
				t.Errorf("%s comes without reasons or without its lesson", it.ID)
			}
			if it.Type == exam.Short { // its key is a pattern
				continue
			}
			form.Del("show")
			rightAnswer(it, form)
			r := b.do("/practice/"+sk.ID, form)
			if got := text(r.doc(t).Find(".note h2")); r.status != http.StatusOK || got != "Right" {
				t.Errorf("%s answered by its key %v: %d %q", it.ID, form, r.status, got)
			}
		}
	}
}

// A round has five items, then a summary with what was not right and where to
// go on. Nothing of it is stored.
func TestPracticeRound(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	r := b.do("/practice/api", nil)
	if r.at != "/practice/api?n=0&seed=1" {
		t.Fatalf("a new drill begins at %s", r.at)
	}
	at := r.at
	for n := range practiceRound {
		form, it := drillAt(t, b, at)
		want := "Not this time"
		if n%2 == 0 {
			rightAnswer(it, form)
			want = "Right"
		} else {
			form.Del("a")
			form.Set("show", "1")
			want = "No answer given"
		}
		r := b.do("/practice/api", form)
		doc := r.doc(t)
		if got := text(doc.Find(".note h2")); it.Type != exam.Short && got != want {
			t.Errorf("item %d, %s: %q, want %q", n+1, it.ID, got, want)
		}
		at = doc.Find("main .btn").First().AttrOr("href", "")
		if len(r.header.Values("Set-Cookie")) > 0 {
			t.Error("practising leaves a cookie")
		}
	}
	doc := b.open(at)
	if got := text(doc.Find("h1")); got != "3 of 5 right" {
		t.Errorf("the summary is headed %q", got)
	}
	if diff := cmp.Diff([]string{"right", "not right", "right", "not right", "right"}, texts(doc.Find("main .criteria .by"))); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
	if n := doc.Find("main .criteria a[href^='/lesson/']").Length(); n != 2 {
		t.Errorf("%d lessons to go to, want 2", n)
	}
	if got := doc.Find("main .btn.go").AttrOr("href", ""); got != "/practice/api?n=5&seed=1" {
		t.Errorf("the next round is at %s", got)
	}
	if doc := b.open("/practice/api?n=5&seed=1"); !strings.Contains(text(doc.Find("main")), "Item 1 of 5 in this round") {
		t.Error("the next round does not begin at its first item")
	}
}

func TestPracticeForms(t *testing.T) {
	t.Parallel()
	b := newSite(t).browser(t)
	bank := theContent().Bank
	// where finds an item of a type: the address at which it is asked.
	where := func(typ exam.Type) (skill string, form url.Values, it *exam.Item) {
		for _, sk := range theContent().Library.Skills {
			for n := range practiceItems(bank, sk.ID) {
				rd := drill{Skill: sk, Seed: 1, N: n}
				if form, it := drillAt(t, b, rd.url()); it.Type == typ {
					return sk.ID, form, it
				}
			}
		}
		t.Fatalf("no practice item of type %s", typ)
		return "", nil, nil
	}
	t.Run("nothing answered", func(t *testing.T) {
		skill, form, _ := where(exam.Single)
		r := b.do("/practice/"+skill, form)
		if r.status != http.StatusUnprocessableEntity || r.doc(t).Find("[role=alert]").Length() != 1 || r.doc(t).Find(".reasons").Length() != 0 {
			t.Errorf("%d, or the reasons are shown", r.status)
		}
	})
	t.Run("an option that is not there", func(t *testing.T) {
		skill, form, _ := where(exam.Single)
		form.Set("a", "z")
		if r := b.do("/practice/"+skill, form); r.status != http.StatusUnprocessableEntity {
			t.Errorf("%d, want 422", r.status)
		}
	})
	t.Run("not a number", func(t *testing.T) {
		skill, form, _ := where(exam.Numeric)
		form.Set("text", "about ten")
		r := b.do("/practice/"+skill, form)
		if got := r.doc(t).Find("#answer").AttrOr("value", ""); r.status != http.StatusUnprocessableEntity || got != "about ten" {
			t.Errorf("%d, the form holds %q", r.status, got)
		}
	})
	t.Run("moving an entry by its button", func(t *testing.T) {
		skill, form, it := where(exam.Ordering)
		before := form["a"]
		form.Set("move", before[0]+":down")
		r := b.do("/practice/"+skill, form)
		after := r.doc(t).Find("input[name=a]").Map(func(_ int, i *goquery.Selection) string { return i.AttrOr("value", "") })
		want := slices.Clone(before)
		want[0], want[1] = want[1], want[0]
		if diff := cmp.Diff(want, after); r.status != http.StatusOK || diff != "" {
			t.Errorf("%s, %d: order (-want +got):\n%s", it.ID, r.status, diff)
		}
	})
	for _, tt := range []struct {
		name, path string
		status     int
	}{
		{"no such skill", "/practice/nothing", 404},
		{"a seed that is none", "/practice/api?seed=x", 400},
		{"a seed out of range", "/practice/api?seed=-1", 400},
		{"a place out of range starts again", "/practice/api?seed=1&n=99", 200},
		{"results that are none are dropped", "/practice/api?seed=1&n=3&done=1x", 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if r := b.do(tt.path, nil); r.status != tt.status {
				t.Errorf("GET %s = %d, want %d", tt.path, r.status, tt.status)
			}
		})
	}
}

// One seed gives one order, another another; an ordering item never comes
// solved.
func TestPracticeOrder(t *testing.T) {
	t.Parallel()
	b := newSite(t).browser(t)
	order := func(seed int64) (ids []exam.ItemID) {
		for n := range practiceRound {
			rd := drill{Skill: theContent().Library.Skill("database"), Seed: seed, N: n}
			_, it := drillAt(t, b, rd.url())
			ids = append(ids, it.ID)
		}
		return ids
	}
	one, again, other := order(1), order(1), order(2)
	if !slices.Equal(one, again) || slices.Equal(one, other) {
		t.Errorf("seed 1: %v and %v; seed 2: %v", one, again, other)
	}
	for _, it := range theContent().Bank.Pool(exam.PracticePool) {
		if it.Type != exam.Ordering {
			continue
		}
		for seed := range int64(200) {
			rd := drill{Items: []*exam.Item{it}, Seed: seed}
			if order := rd.order(); slices.EqualFunc(order, it.Options, func(id exam.OptionID, o exam.Option) bool { return id == o.ID }) {
				t.Errorf("%s comes solved with seed %d", it.ID, seed)
			}
		}
	}
}
