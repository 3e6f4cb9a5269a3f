package web

import (
	"net/url"
	"strings"
	"testing"

	"groundwork/exam"
	"groundwork/store"
)

// corrected shows the site with an item of which change was made a copy.
func corrected(t *testing.T, s *site, id exam.ItemID, change func(*exam.Item)) *exam.Item {
	t.Helper()
	site := theContent()
	var items []*exam.Item
	var out *exam.Item
	for _, it := range site.Bank.All() {
		one := *it
		if one.ID == id {
			one.Options = append([]exam.Option(nil), one.Options...)
			change(&one)
			out = &one
		}
		items = append(items, &one)
	}
	site.Bank, _ = exam.NewBank(items)
	s.web.SetSite(site)
	return out
}

// singleItem is a single choice of the exam pool.
func singleItem() *exam.Item {
	for _, it := range theContent().Bank.Pool(exam.ExamPool) {
		if it.Type == exam.Single && it.StimulusID == "" {
			return it
		}
	}
	return nil
}

// otherKey makes another option the key.
func otherKey(it *exam.Item) {
	it.Changed = exam.KeyChanged
	key := -1
	for i := range it.Options {
		if it.Options[i].Key {
			key = i
		}
	}
	it.Options[key].Key = false
	it.Options[(key+1)%len(it.Options)].Key = true
}

// answeredAs lets somebody who was not there before, and so is the learner
// given, sit a form of one item and answer it with the option so many places
// after the key.
func answeredAs(t *testing.T, s *site, b *browser, learner store.LearnerID, it *exam.Item, after int) string {
	t.Helper()
	b.do("/progress", url.Values{"ref": {theContent().Library.Skills[0].Lessons[0].Ref()}, "done": {"1"}}) // makes them a learner
	a, _, err := s.store.StartAttempt(t.Context(), learner, store.Start{Exam: examName, Rules: exam.Rules{Minutes: 90, Pass: 70, Strong: 85}, Now: s.now(),
		Draw: func(exam.History) ([]exam.Place, error) {
			return []exam.Place{{Item: it, Order: exam.Shuffle(it, 1)}}, nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	key := 0
	for i, o := range it.Options {
		if o.Key {
			key = i
		}
	}
	r := exam.Response{Choice: []exam.OptionID{it.Options[(key+after)%len(it.Options)].ID}}
	if _, err := s.store.SaveAnswer(t.Context(), learner, a.ID, exam.Change{Slot: 1, Event: "e", Response: &r}, s.now()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.store.SubmitAttempt(t.Context(), learner, a.ID, s.now()); err != nil {
		t.Fatal(err)
	}
	return attemptURL(a.ID)
}

// The operator sees what a correction does, applies it, and those whom it
// concerns read why; nobody loses a pass.
func TestRegradePages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	olga, ada, eve := operatorBrowser(t, s), s.browser(t), s.browser(t)
	it := singleItem()
	right := answeredAs(t, s, ada, 2, it, 0)
	wrong := answeredAs(t, s, eve, 3, it, 1)
	page := "/operator/regrade/" + string(it.ID)
	if words := text(olga.open("/operator/regrade").Find("main")); !strings.Contains(words, "Nothing to decide") {
		t.Errorf("before anything is corrected: %s", words)
	}
	corrected(t, s, it.ID, otherKey)
	if words := text(olga.open("/operator/regrade").Find("main")); !strings.Contains(words, "1 item is to be decided.") || !strings.Contains(words, "Its key was corrected") {
		t.Errorf("the list says %s", words)
	}
	wellFormed(t, olga, "/operator/regrade")
	wellFormed(t, olga, page)
	doc := olga.open(page)
	dry := text(doc.Find("#dry").Parent().Parent())
	for _, want := range []string{"Of 2 graded attempts with the item, 2 would change.", "The score rises in 1 and falls in 1.", "New passes and strong passes: 1.", "no longer reaches: 1.", "not passed → strong pass", "strong pass, kept"} {
		if !strings.Contains(dry, want) {
			t.Errorf("the dry run lacks %q: %s", want, dry)
		}
	}
	seen := doc.Find(`input[name="seen"]`).AttrOr("value", "")
	form := url.Values{"policy": {"rescore"}, "seen": {seen}, "sure": {"yes"}, "reason": {"The key was a slip of the pen."}}
	without := func(key string) url.Values {
		f := url.Values{}
		for k, v := range form {
			if k != key {
				f[k] = v
			}
		}
		return f
	}
	refusals := []struct {
		name   string
		form   url.Values
		status int
		says   string
	}{
		{"no reason", without("reason"), 422, "Say why"},
		{"not sure", without("sure"), 422, "Tick this"},
		{"another dry run", func() url.Values { f := without("seen"); f.Set("seen", "1"); return f }(), 409, "Results have changed"},
		{"no such policy", func() url.Values { f := without("policy"); f.Set("policy", "x"); return f }(), 400, "missing or odd"},
	}
	for _, tt := range refusals {
		if r := olga.do(page, tt.form); r.status != tt.status || !strings.Contains(r.body, tt.says) {
			t.Errorf("%s: %d, want %d with %q", tt.name, r.status, tt.status, tt.says)
		}
	}
	if r := ada.do(right+"/result", nil); strings.Contains(r.body, "marked anew") {
		t.Error("a refused form has changed a result")
	}
	if r := olga.do(page, form); r.status != 200 || !strings.Contains(r.body, "2 results were marked anew.") || !strings.Contains(r.body, "0 would change") {
		t.Errorf("applying: %d", r.status)
	}
	for _, tt := range []struct {
		b     *browser
		path  string
		wants []string
	}{
		{ada, right + "/result", []string{"This result was marked anew", "Its key was corrected; it is marked by the new key.", "The reason: The key was a slip of the pen.", "counts 0 in place of 1", "went from 100 to 0%", "14 June 2026", "Your result, strong pass, stays"}},
		{eve, wrong + "/result", []string{"counts 1 in place of 0", "The result was “not passed” and is “strong pass” now."}},
		{ada, "/me", []string{"Attempt 1 was marked anew on 14 June 2026", "Its key was corrected"}},
		{ada, right + "/log", []string{"Marked anew: worth 1 to 0"}},
	} {
		words := text(tt.b.open(tt.path).Find("main"))
		for _, want := range tt.wants {
			if !strings.Contains(words, want) {
				t.Errorf("%s lacks %q: %s", tt.path, want, words)
			}
		}
	}
	if words := text(eve.open(wrong + "/result?show=right").Find("ol.review")); !strings.Contains(words, "Right, your answer") {
		t.Errorf("the item is explained by its old key: %s", words)
	}
	if words := text(olga.open("/operator/regrade").Find("main")); !strings.Contains(words, "0 items are to be decided.") || !strings.Contains(words, "marked by the new key since 14 June 2026") {
		t.Errorf("the list after it: %s", words)
	}
}

// A policy that cannot be applied says so and offers no form; an item that does
// not say what changed asks.
func TestRegradePagesThatRefuse(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	olga, ada := operatorBrowser(t, s), s.browser(t)
	it := singleItem()
	answeredAs(t, s, ada, 2, it, 0)
	page := "/operator/regrade/" + string(it.ID)
	corrected(t, s, it.ID, func(it *exam.Item) { it.Options = it.Options[:2]; it.Changed = exam.OptionsChanged })
	doc := olga.open(page)
	if !strings.Contains(text(doc.Find("main")), "This cannot be done.") || doc.Find(`form[action="`+page+`"]`).Length() != 0 {
		t.Error("a policy that cannot be applied is offered")
	}
	if r := olga.do(page, url.Values{"policy": {"either"}, "sure": {"yes"}, "seen": {"0"}, "reason": {"r"}}); r.status != 409 {
		t.Errorf("applying it: %d", r.status)
	}
	corrected(t, s, it.ID, func(it *exam.Item) { otherKey(it); it.Changed = "" })
	if doc = olga.open(page); !strings.Contains(text(doc.Find("main")), "does not say what was wrong") || doc.Find("#dry").Length() != 0 {
		t.Error("an item that does not say what changed is judged all the same")
	}
	corrected(t, s, it.ID, func(it *exam.Item) { it.Changed = exam.Dropped })
	if doc = olga.open(page); strings.Contains(text(doc.Find("#policy").Parent()), "new key") || !strings.Contains(text(doc.Find("#dry").Parent().Parent()), "1 → nothing either way") {
		t.Errorf("a withdrawn item: %s", text(doc.Find("main")))
	}
}
