package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"groundwork/exam"
	"groundwork/store"
)

// Only operators get to what operators decide, and nobody else is shown the
// way.
func TestWhoDecides(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	olga, reader, ilse := operatorBrowser(t, s), s.browser(t), s.browser(t)
	ilse.do("/account/register", url.Values{"email": {"ilse@example.org"}, "password": {"paper lamp river"}})
	attempt := ilse.begin()
	id := strings.TrimPrefix(attempt, "/exam/")
	own := "/operator/attempts/" + id
	why := url.Values{"reason": {"because"}, "minutes": {"10"}, "sure": {"yes"}, "seen": {"0"}, "policy": {"full"}, "email": {"ilse@example.org"}, "percent": {"50"}}
	calls := []struct {
		path string
		form url.Values
	}{
		{"/operator/attempts", nil}, {own, nil}, {"/operator/regrade", nil}, {"/operator/regrade/api-e11", nil}, {"/operator/time", nil},
		{own + "/extend", why}, {own + "/void", why}, {own + "/restore", why}, {"/operator/regrade/api-e11", why}, {"/operator/time", why},
	}
	for _, c := range calls {
		for _, who := range []struct {
			name   string
			b      *browser
			status int
		}{{"visitor", reader, 401}, {"learner", ilse, 403}} {
			if r := who.b.do(c.path, c.form); r.status != who.status || r.header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: %s = %d, %q; want %d, no-store", who.name, c.path, r.status, r.header.Get("Cache-Control"), who.status)
			}
		}
		if c.form == nil {
			wellFormed(t, olga, c.path)
		}
	}
	if a, err := s.store.FoundAttempt(t.Context(), exam.AttemptID(id), s.now()); err != nil || a.State != exam.InProgress || !a.Deadline.Equal(start.Add(90*time.Minute)) {
		t.Errorf("somebody else has changed the attempt: %+v, %v", a, err)
	}
	for path, status := range map[string]int{"/operator/attempts/none": 404, "/operator/attempts?state=x": 400, "/operator/attempts?page=0": 400, "/operator/regrade/none": 404, "/operator/regrade/api-e11?policy=x": 400} {
		if r := olga.do(path, nil); r.status != status {
			t.Errorf("GET %s = %d, want %d", path, r.status, status)
		}
	}
	if r := olga.do(own+"/pardon", why); r.status != 404 {
		t.Errorf("an action that there is not: %d", r.status)
	}
	for _, b := range []*browser{ilse, reader} {
		if n := b.open("/me").Find(`a[href^="/operator"]`).Length(); n != 0 {
			t.Error("others are shown the way")
		}
	}
}

// An operator finds an attempt, gives time back, voids it and takes that back;
// its learner reads each reason.
func TestOperatorDecidesAboutAnAttempt(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	olga, ada := operatorBrowser(t, s), s.browser(t)
	ada.do("/account/register", url.Values{"email": {"ada@example.org"}, "password": {"paper lamp river"}})
	attempt := ada.begin()
	s.browser(t).begin()
	doc := olga.open("/operator/attempts?q=ADA@")
	link := doc.Find("tbody a")
	if link.Length() != 1 {
		t.Fatalf("%d attempts found, want Ada's", link.Length())
	}
	page := link.AttrOr("href", "")
	if n := olga.open("/operator/attempts").Find("tbody tr").Length(); n != 2 {
		t.Errorf("%d attempts in all, want 2", n)
	}
	steps := []struct {
		name, action string
		form         url.Values
		status       int
		says         string // on the operator's page
		learner      string // the page of the learner to look at
		reads        string // what stands there
	}{
		{"no reason", "extend", url.Values{"minutes": {"10"}}, 422, "Say why", "/1", "Item 1"},
		{"no minutes", "extend", url.Values{"minutes": {"x"}, "reason": {"The power was out."}}, 422, "Write a number from 1 to 600", "/1", "Item 1"},
		{"too many", "extend", url.Values{"minutes": {"601"}, "reason": {"The power was out."}}, 422, "Write a number from 1 to 600", "/1", "Item 1"},
		{"too long a reason", "void", url.Values{"reason": {strings.Repeat("é", maxReason+1)}}, 422, "Say it in 300 characters", "/1", "Item 1"},
		{"time back", "extend", url.Values{"minutes": {"10"}, "reason": {"The power was out."}}, 200, "It now ends at 14 June 2026, 15:40 UTC.", "/1", "The power was out."},
		{"voided", "void", url.Values{"reason": {"Begun by mistake."}}, 200, "The attempt is voided.", "/1", "Begun by mistake."},
		{"time for one that is over", "extend", url.Values{"minutes": {"10"}, "reason": {"Late."}}, 409, "Take the voiding back", "/result", "This attempt was voided"},
		{"counted again", "restore", url.Values{"reason": {"It was no mistake."}}, 200, "The attempt counts again.", "/log", "Voiding taken back: It was no mistake."},
	}
	for _, st := range steps {
		r := olga.do(page+"/"+st.action, st.form)
		if r.status != st.status || !strings.Contains(r.body, st.says) {
			t.Errorf("%s: %d, want %d with %q", st.name, r.status, st.status, st.says)
		}
		if r := ada.do(attempt+st.learner, nil); !strings.Contains(r.body, st.reads) {
			t.Errorf("%s: the learner's page %s does not say %q", st.name, r.at, st.reads)
		}
	}
	if r := ada.do(attempt+"/result", nil); strings.Contains(r.body, "This attempt was voided") || r.status != 200 {
		t.Error("the result still says that it is voided")
	}
	if words := text(olga.open(page).Find("#log").Parent().Parent()); !strings.Contains(words, "Time given back: 10 minutes: The power was out.") || !strings.Contains(words, "Voided: Begun by mistake.") {
		t.Errorf("the log lacks what was decided: %s", words)
	}
}

// A learner sees on their own page that an attempt was voided.
func TestVoidedOnTheDashboard(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.browser(t)
	attempt := ada.begin()
	if err := s.store.VoidAttempt(t.Context(), exam.AttemptID(strings.TrimPrefix(attempt, "/exam/")), "Two people sat it.", "test", s.now()); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"/me": "Attempt 1 was voided", "/exam": "Voided", attempt + "/result": "Two people sat it.", attempt + "/over?late=1": "that answer was not taken"} {
		if r := ada.do(path, nil); !strings.Contains(r.body, want) {
			t.Errorf("%s does not say %q", path, want)
		}
	}
	if code, reply := ada.put(attempt+"/slots/1", slotRequest{EventID: "x", Flagged: new(bool)}); code != http.StatusGone {
		t.Errorf("an answer after it: %d, %+v", code, reply)
	}
	s.pass((changedDays + 1) * 24 * time.Hour)
	if r := ada.do("/me", nil); strings.Contains(r.body, "Attempt 1 was voided") {
		t.Error("one's own page tells of it for good")
	}
}

// Extra time: granted by the operator, or one's own choice in a study exam.
func TestExtraTimeOnPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	olga, ada := operatorBrowser(t, s), s.browser(t)
	ada.do("/account/register", url.Values{"email": {"ada@example.org"}, "password": {"paper lamp river"}})
	for _, bad := range []url.Values{
		{"email": {"nobody@example.org"}, "percent": {"50"}, "reason": {"r"}}, {"email": {"ada@example.org"}, "percent": {"301"}, "reason": {"r"}}, {"email": {"ada@example.org"}, "percent": {"50"}},
	} {
		if r := olga.do("/operator/time", bad); r.status != 422 {
			t.Errorf("%v: %d, want 422", bad, r.status)
		}
	}
	if r := olga.do("/operator/time", url.Values{"email": {"Ada@example.org"}, "percent": {"50"}, "reason": {"A screen reader."}}); r.status != 200 || !strings.Contains(r.body, "A screen reader.") {
		t.Errorf("granting: %d", r.status)
	}
	doc := ada.open("/exam")
	if words := text(doc.Find("#start").Parent()); !strings.Contains(words, "You have 50% more time, granted by the operator: A screen reader.") || !strings.Contains(words, "It ends 135 minutes from now") {
		t.Errorf("the start page says %s", words)
	}
	values := doc.Find(`input[name="extra"]`)
	if values.Length() != 2 { // none, and more than was granted
		t.Errorf("%d choices of time, want 2", values.Length())
	}
	if r := ada.do("/exam", url.Values{"extra": {"7"}}); r.status != 400 {
		t.Errorf("a choice that there is not: %d", r.status)
	}
	ends := func(b *browser, form url.Values, want time.Duration, says string) {
		t.Helper()
		r := b.do("/exam", form)
		attempt := strings.TrimSuffix(r.at, "/1")
		a, err := s.store.FoundAttempt(t.Context(), exam.AttemptID(strings.TrimPrefix(attempt, "/exam/")), s.now())
		if err != nil || a.Deadline.Sub(a.Started) != want {
			t.Errorf("%v gives %v, %v; want %v", form, a.Deadline.Sub(a.Started), err, want)
		}
		if r := b.do(attempt+"/submit", url.Values{}); !strings.Contains(r.body, says) {
			t.Errorf("the result does not say %q", says)
		}
	}
	ends(ada, url.Values{"extra": {"0"}}, 135*time.Minute, "Sat with 50% more time, granted by the operator.")
	ends(s.browser(t), url.Values{"extra": {"25"}}, 112*time.Minute+30*time.Second, "Sat with 25% more time, by the learner’s own choice.")
	olga.do("/operator/time", url.Values{"email": {"ada@example.org"}, "percent": {"0"}})
	if e, err := s.store.ExtraTime(t.Context(), 2); err != nil || e.Percent != 0 {
		t.Errorf("taken back: %+v, %v", e, err)
	}
}

// A supervised exam says when the next attempt may begin, and does not let it
// begin sooner.
func TestRetakePolicyOnPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	site := theContent()
	b := *site.Blueprint
	b.Rules.Review, b.Rules.Retakes = exam.Secure, exam.Retakes{WaitHours: 24, Most: 2, WindowDays: 30}
	site.Blueprint = &b
	s.web.SetSite(site)
	ada := s.browser(t)
	doc := ada.open("/exam")
	if words := text(doc.Find("dl.tblock").First()); !strings.Contains(words, "2 of 2 in 30 days") || !strings.Contains(words, "Next possibleNow") {
		t.Errorf("before the first: %s", words)
	}
	if doc.Find(`input[name="extra"]`).Length() != 0 {
		t.Error("one may choose one's own time")
	}
	attempt := ada.begin()
	ada.do(attempt+"/submit", url.Values{})
	doc = ada.open("/exam")
	const next = "15 June 2026, 14:00 UTC"
	if words := text(doc.Find("main")); !strings.Contains(words, "1 of 2 in 30 days") || !strings.Contains(words, "Your next attempt can begin on "+next) || doc.Find(`form[action="/exam"]`).Length() != 0 {
		t.Errorf("after it: %s", words)
	}
	if r := ada.do("/exam", url.Values{}); r.status != http.StatusConflict || !strings.Contains(r.body, next) {
		t.Errorf("too soon: %d", r.status)
	}
	s.pass(24 * time.Hour)
	if again := ada.begin(); again == attempt {
		t.Error("there is no second attempt")
	}
}

// The page asks for the clock: minutes given back reach one that saves nothing.
func TestClock(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada, eve := s.browser(t), s.browser(t)
	attempt := ada.begin()
	eve.begin()
	id := exam.AttemptID(strings.TrimPrefix(attempt, "/exam/"))
	clock := func() (c clockReply) {
		t.Helper()
		r := ada.do(attempt+"/clock", nil)
		if err := json.Unmarshal([]byte(r.body), &c); err != nil || r.header.Get("Cache-Control") != "no-store" {
			t.Fatalf("%v: %s", err, r.body)
		}
		return c
	}
	want := start.Add(90 * time.Minute).UnixMilli()
	if c := clock(); c.Deadline != want || len(c.Given) != 0 || c.State != exam.InProgress || c.Limit != (90*time.Minute).Milliseconds() {
		t.Errorf("at first: %+v", c)
	}
	if _, err := s.store.ExtendAttempt(t.Context(), id, 10, "The power was out.", s.now()); err != nil {
		t.Fatal(err)
	}
	if c := clock(); c.Deadline != want+600_000 || len(c.Given) != 1 || c.Given[0] != (clockGift{10, "The power was out."}) {
		t.Errorf("with more time: %+v", c)
	}
	for name, b := range map[string]*browser{"another learner": eve, "nobody": s.browser(t)} {
		if r := b.do(attempt+"/clock", nil); r.status != 404 {
			t.Errorf("%s: %d", name, r.status)
		}
	}
	// A page that has not heard of it hands in too soon, and goes on.
	s.pass(90*time.Minute + time.Second)
	if r := ada.do(attempt+"/submit", url.Values{"timeup": {"1"}}); r.at != attempt+"/1" {
		t.Errorf("it ends at %s", r.at)
	}
	s.pass(10*time.Minute - time.Second)
	if r := ada.do(attempt+"/submit", url.Values{"timeup": {"1"}}); r.at != attempt+"/over" {
		t.Errorf("at the end: %s", r.at)
	}
	if c := clock(); c.State != exam.Graded {
		t.Errorf("after the end: %+v", c)
	}
}

// The list has pages.
func TestAttemptListPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	olga := operatorBrowser(t, s)
	for range foundPage + 1 {
		id, _, err := s.store.CreateVisitor(t.Context(), s.now())
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = s.store.StartAttempt(t.Context(), id, store.Start{Exam: examName, Rules: exam.Rules{Minutes: 90}, Now: s.now(), Draw: func(exam.History) ([]exam.Place, error) { return nil, nil }})
		if err != nil {
			t.Fatal(err)
		}
	}
	doc := olga.open("/operator/attempts?state=in_progress")
	next := doc.Find("nav.pager a").AttrOr("href", "")
	if n := doc.Find("tbody tr").Length(); n != foundPage || next == "" {
		t.Fatalf("%d attempts on the first page, next %q", n, next)
	}
	doc = olga.open(next)
	if n := doc.Find("tbody tr").Length(); n != 1 || doc.Find("#state option[selected]").AttrOr("value", "") != "in_progress" {
		t.Errorf("%s attempts on the second page", strconv.Itoa(n))
	}
}
