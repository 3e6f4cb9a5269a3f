package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"groundwork/content"
	"groundwork/exam"
)

// begin starts an attempt and returns its address.
func (b *browser) begin() string {
	b.t.Helper()
	r := b.do("/exam", url.Values{})
	if r.status != http.StatusOK || !strings.HasSuffix(r.at, "/1") {
		b.t.Fatalf("begin: %d at %s", r.status, r.at)
	}
	return strings.TrimSuffix(r.at, "/1")
}

// put sends one change as the script does.
func (b *browser) put(path string, req slotRequest) (int, slotReply) {
	b.t.Helper()
	body, err := json.Marshal(req)
	if err != nil {
		b.t.Fatal(err)
	}
	r, err := http.NewRequest(http.MethodPut, b.base+path, bytes.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	resp, err := b.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	var out slotReply
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		b.t.Fatalf("PUT %s: %d, no JSON: %v", path, resp.StatusCode, err)
	}
	return resp.StatusCode, out
}

// slotOf returns the number of the first item of a type on the form.
func (b *browser) slotOf(attempt string, kind exam.Type) int {
	b.t.Helper()
	n, ok := b.open(attempt + "/items").Find(`form[data-type="` + string(kind) + `"]`).First().Attr("data-slot")
	if !ok {
		b.t.Skipf("no %s item on this form", kind)
	}
	i, err := strconv.Atoi(n)
	if err != nil {
		b.t.Fatal(err)
	}
	return i
}

// formOf returns the fields of the item's form as a browser would send them.
func formOf(doc *goquery.Document) url.Values {
	form := url.Values{}
	doc.Find("form[data-autosave] input, form[data-autosave] select, form[data-autosave] textarea").Each(func(_ int, s *goquery.Selection) {
		name, kind := s.AttrOr("name", ""), s.AttrOr("type", "text")
		_, checked := s.Attr("checked")
		switch {
		case name == "", (kind == "radio" || kind == "checkbox") && !checked:
		case goquery.NodeName(s) == "select":
			form.Add(name, s.Find("option[selected]").AttrOr("value", ""))
		case goquery.NodeName(s) == "textarea":
			form.Add(name, strings.TrimPrefix(s.Text(), "\n"))
		default:
			form.Add(name, s.AttrOr("value", ""))
		}
	})
	return form
}

// choices are the values of an item's options in the order shown.
func choices(doc *goquery.Document) []string {
	return doc.Find(`form[data-autosave] input[name="a"]`).Map(func(_ int, s *goquery.Selection) string { return s.AttrOr("value", "") })
}

// R15: the form carries all answers.
func TestSittingByForms(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada, eve := s.browser(t), s.browser(t)
	attempt := ada.begin()
	n := ada.slotOf(attempt, exam.Single)
	page := fmt.Sprintf("%s/%d", attempt, n)
	doc := ada.open(page)
	all := choices(doc)
	fields := func(change map[string]string) url.Values {
		f := formOf(ada.open(page))
		for k, v := range change {
			f.Set(k, v)
		}
		return f
	}
	steps := []struct {
		name   string
		who    *browser
		path   string
		form   func() url.Values
		status int
		at     string // where it ends
		want   string // in the body
	}{
		{"answer and go on", ada, page, func() url.Values { return fields(map[string]string{"a": all[1], "goto": "2"}) }, 200, attempt + "/2", "Item 2"},
		{"it is there", ada, page, nil, 200, page, `value="` + all[1] + `" checked data-key="2"`},
		{"flag it with a reason", ada, page, func() url.Values {
			return fields(map[string]string{"flag": "1", "note": "read again", "goto": "review"})
		}, 200, attempt + "/review", "read again"},
		{"an option it does not have", ada, page, func() url.Values { return fields(map[string]string{"a": "z"}) }, 422, page, "Not saved"},
		{"no base revision", ada, page, func() url.Values { return url.Values{"a": {all[0]}} }, 400, page, "missing or odd"},
		{"clear", ada, page, func() url.Values { return fields(map[string]string{"clear": "1"}) }, 200, page, "Item"},
		{"someone else looks", eve, page, nil, 404, page, "not on the plan"},
		{"someone else answers", eve, page, func() url.Values { return url.Values{"base": {"0"}, "event": {"x"}, "a": {all[0]}} }, 404, page, "not on the plan"},
		{"someone else hands in", eve, attempt + "/submit", func() url.Values { return url.Values{} }, 404, attempt + "/submit", "not on the plan"},
		{"someone else reads the log", eve, attempt + "/log", nil, 404, attempt + "/log", "not on the plan"},
		{"an item that is none", ada, attempt + "/61", nil, 404, attempt + "/61", "not on your form"},
		{"a number that is none", ada, attempt + "/x", nil, 404, attempt + "/x", "not on the plan"},
		{"start again goes on", ada, "/exam", func() url.Values { return url.Values{} }, 200, attempt + "/1", "Item 1"},
		{"the result before the end", ada, attempt + "/result", nil, 200, attempt + "/1", "Item 1"},
		{"hand in", ada, attempt + "/submit", func() url.Values { return url.Values{} }, 200, attempt + "/result", "of 60 right"},
		{"hand in twice", ada, attempt + "/submit", func() url.Values { return url.Values{} }, 200, attempt + "/result", "of 60 right"},
		{"an item after the end", ada, page, nil, 200, attempt + "/result", "of 60 right"},
		{"someone else reads the result", eve, attempt + "/result", nil, 404, attempt + "/result", "not on the plan"},
	}
	for _, st := range steps { // in order: each builds on the one before
		var form url.Values
		if st.form != nil {
			form = st.form()
		}
		r := st.who.do(st.path, form)
		if r.status != st.status || r.at != st.at || !strings.Contains(r.body, st.want) {
			t.Errorf("%s: %d at %s, want %d at %s with %q", st.name, r.status, r.at, st.status, st.at, st.want)
		}
	}
}

// Two windows change one item: the second one is told, sees both, and may put
// its own in place.
func TestSittingConflict(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.browser(t)
	attempt := ada.begin()
	n := ada.slotOf(attempt, exam.Single)
	page := fmt.Sprintf("%s/%d", attempt, n)
	doc := ada.open(page)
	all, stale := choices(doc), formOf(doc)

	first := formOf(ada.open(page))
	first.Set("a", all[0])
	ada.do(page, first)

	stale.Set("a", all[1])
	r := ada.do(page, stale)
	if r.status != http.StatusConflict || !strings.Contains(r.body, "Changed in another window") {
		t.Fatalf("a stale form: %d", r.status)
	}
	doc = r.doc(t)
	if v := doc.Find(`input[name="a"][checked]`).AttrOr("value", ""); v != all[0] {
		t.Errorf("the page shows %q, want what is stored, %q", v, all[0])
	}
	mine := url.Values{}
	doc.Find("form#mine input").Each(func(_ int, i *goquery.Selection) { mine.Add(i.AttrOr("name", ""), i.AttrOr("value", "")) })
	if r := ada.do(page, mine); r.status != http.StatusOK {
		t.Fatalf("keeping one's own: %d", r.status)
	}
	if v := ada.open(page).Find(`input[name="a"][checked]`).AttrOr("value", ""); v != all[1] {
		t.Errorf("after keeping one's own there is %q, want %q", v, all[1])
	}
}

func TestSlotSave(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada, eve := s.browser(t), s.browser(t)
	attempt := ada.begin()
	n := ada.slotOf(attempt, exam.Single)
	all := choices(ada.open(fmt.Sprintf("%s/%d", attempt, n)))
	path := fmt.Sprintf("%s/slots/%d", attempt, n)
	choose := func(i int) *exam.Response { return &exam.Response{Choice: []exam.OptionID{exam.OptionID(all[i])}} }
	end := s.now().Add(90 * time.Minute)
	type want struct {
		Status, Rev int
		State       exam.State
		Error       string
	}
	steps := []struct {
		name string
		who  *browser
		at   time.Time // by the server's clock
		req  slotRequest
		want want
	}{
		{"first answer", ada, end.Add(-time.Hour), slotRequest{EventID: "1", Response: choose(0)}, want{200, 1, exam.InProgress, ""}},
		{"the same event again", ada, end.Add(-time.Hour), slotRequest{EventID: "1", Response: choose(0)}, want{200, 1, exam.InProgress, ""}},
		{"a stale one", ada, end.Add(-time.Hour), slotRequest{EventID: "2", BaseRev: 0, Response: choose(1)}, want{409, 1, exam.InProgress, "conflict"}},
		{"the next", ada, end.Add(-time.Hour), slotRequest{EventID: "3", BaseRev: 1, Response: choose(1)}, want{200, 2, exam.InProgress, ""}},
		{"somebody else", eve, end.Add(-time.Hour), slotRequest{EventID: "4", BaseRev: 2, Response: choose(0)}, want{404, 0, "", "not_found"}},
		{"no event", ada, end.Add(-time.Hour), slotRequest{BaseRev: 2, Response: choose(0)}, want{400, 0, "", "invalid"}},
		{"an option that is none", ada, end.Add(-time.Hour), slotRequest{EventID: "5", BaseRev: 2, Response: &exam.Response{Choice: []exam.OptionID{"z"}}}, want{422, 2, exam.InProgress, "invalid"}},
		{"a millisecond before the end", ada, end.Add(-time.Millisecond), slotRequest{EventID: "6", BaseRev: 2, Response: choose(0)}, want{200, 3, exam.InProgress, ""}},
		{"at the end", ada, end, slotRequest{EventID: "7", BaseRev: 3, Response: choose(1)}, want{200, 4, exam.InProgress, ""}},
		{"at the end of the allowance", ada, end.Add(exam.Allowance), slotRequest{EventID: "8", BaseRev: 4, Response: choose(0)}, want{200, 5, exam.InProgress, ""}},
		{"after it", ada, end.Add(exam.Allowance + time.Millisecond), slotRequest{EventID: "9", BaseRev: 5, Response: choose(1)}, want{410, 5, exam.Graded, "closed"}},
		{"long after", ada, end.Add(time.Hour), slotRequest{EventID: "10", BaseRev: 5, Response: choose(1)}, want{410, 5, exam.Graded, "closed"}},
	}
	for _, st := range steps { // in order
		s.clock.Store(st.at.UnixMilli())
		status, r := st.who.put(path, st.req)
		got := want{status, r.Rev, r.State, r.Error}
		if diff := cmp.Diff(st.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", st.name, diff)
		}
		if r.Now != st.at.UnixMilli() {
			t.Errorf("%s: server_now = %d, want %d", st.name, r.Now, st.at.UnixMilli())
		}
	}
	r := ada.do(fmt.Sprintf("%s/%d", attempt, n), nil)
	if r.at != attempt+"/over" || !strings.Contains(r.body, "Time is up") {
		t.Errorf("after the end the item leads to %s", r.at)
	}
}

// Starting from fifty windows at once gives one attempt, handing in from fifty
// one result.
func TestSittingAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.browser(t)
	ada.do("/progress", url.Values{"ref": {"lesson/api/errors"}, "done": {"1"}}) // has the cookie from here on
	many := func(path string) []string {
		var mu sync.Mutex
		var ends []string
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				r := ada.do(path, url.Values{})
				mu.Lock()
				defer mu.Unlock()
				ends = append(ends, fmt.Sprint(r.status, " ", r.at))
			})
		}
		wg.Wait()
		slices.Sort(ends)
		return slices.Compact(ends)
	}
	starts := many("/exam")
	if len(starts) != 1 || !strings.HasPrefix(starts[0], "200 /exam/") {
		t.Fatalf("fifty starts ended at %v, want one attempt", starts)
	}
	attempt := strings.TrimSuffix(strings.TrimPrefix(starts[0], "200 "), "/1")
	if ends := many(attempt + "/submit"); len(ends) != 1 || ends[0] != "200 "+attempt+"/result" {
		t.Errorf("fifty hand-ins ended at %v, want one result", ends)
	}
	if rows := ada.open("/exam").Find("#past").Parent().Find("tbody tr").Length(); rows != 1 {
		t.Errorf("%d attempts are listed, want 1", rows)
	}
}

// S2: nothing that tells right from wrong leaves the server before the attempt is
// over: every response of a whole attempt is searched for every reason.
func TestNothingLeaks(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.browser(t)
	attempt := ada.begin()
	id := exam.AttemptID(strings.TrimPrefix(attempt, "/exam/"))
	secrets := s.secrets(t, id)
	if len(secrets) < 150 {
		t.Fatalf("only %d secrets to look for", len(secrets))
	}
	look := func(what, body string) {
		plain := wordsOf(t, body)
		for _, secret := range secrets {
			if strings.Contains(plain, secret) || strings.Contains(body, secret) {
				t.Errorf("%s holds the reason %q", what, secret)
			}
		}
	}
	pages := []string{attempt + "/items", attempt + "/review", attempt + "/log", "/exam", "/me", "/search?q=timeout", "/account/data"}
	for n := 1; n <= 60; n++ {
		pages = append(pages, fmt.Sprintf("%s/%d", attempt, n))
	}
	for n := 1; n <= 60; n++ {
		path := fmt.Sprintf("%s/%d", attempt, n)
		form := formOf(ada.open(path))
		form.Set("a", "b")
		form.Set("text", "12")
		look("POST "+path, ada.do(path, form).body)
		_, reply := ada.put(fmt.Sprintf("%s/slots/%d", attempt, n), slotRequest{EventID: fmt.Sprint("e", n), BaseRev: 99, Response: &exam.Response{Choice: []exam.OptionID{"a"}}})
		out, _ := json.Marshal(reply)
		look(fmt.Sprint("PUT ", n), string(out))
	}
	for _, p := range pages {
		look("GET "+p, ada.do(p, nil).body)
	}
	ada.do(attempt+"/submit", url.Values{})
	found := 0
	body := wordsOf(t, ada.do(attempt+"/result?show=all", nil).body)
	for _, secret := range secrets {
		if strings.Contains(body, secret) {
			found++
		}
	}
	if found < len(secrets)/8 { // 60 of 300 items; else the search above finds nothing because it looks wrongly
		t.Errorf("the report shows %d of the bank's %d reasons; the search is blind", found, len(secrets))
	}
}

// wordsOf are the words of a page, without markup.
func wordsOf(t *testing.T, page string) string {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return text(doc.Selection)
}

// secrets are the reasons of all items of the exam pool, as words.
func (s *site) secrets(t *testing.T, id exam.AttemptID) []string {
	t.Helper()
	running, err := s.store.Running(t.Context(), s.now())
	if err != nil || len(running) != 1 || running[0].ID != id {
		t.Fatalf("running attempts: %v, %v", running, err)
	}
	var out []string
	for _, it := range s.web.site.Load().Bank.Pool(exam.ExamPool) {
		options := slices.Clone(it.Options)
		for _, b := range it.Blanks {
			options = append(options, b.Options...)
		}
		for _, o := range options {
			if words := content.Plain(o.Reason); len(words) > 25 {
				out = append(out, words)
			}
		}
	}
	return out
}

// S2: the page of an item does not depend on its key.
func TestPageIsTheSameForAnyKey(t *testing.T) {
	t.Parallel()
	for _, it := range theContent().Bank.Pool(exam.ExamPool) {
		if it.Type != exam.Single && it.Type != exam.Multiple {
			continue
		}
		order := exam.Shuffle(it, 7)
		other := *it
		other.Options = slices.Clone(it.Options)
		for i := range other.Options {
			other.Options[i].Key, other.Options[i].Reason = !other.Options[i].Key, "another reason"
		}
		other.Explanation = "something else"
		draw := func(it *exam.Item) string {
			var b bytes.Buffer
			if err := itemForm(newItemView(it, order, exam.Response{})).Render(t.Context(), &b); err != nil {
				t.Fatal(err)
			}
			return b.String()
		}
		if draw(it) != draw(&other) {
			t.Errorf("%s: the form differs when the key does", it.ID)
		}
	}
}

// S2: the values in a form tell nothing of the order in the file, which for an
// ordering item is the key, and for a match pairs the two sides.
func TestOptionIDsTellNothing(t *testing.T) {
	t.Parallel()
	items, inPlace, matched, stems := 0, 0, 0, 0
	for _, it := range theContent().Bank.All() {
		switch it.Type {
		case exam.Ordering:
			for i, o := range it.Options {
				items++
				if int(o.ID[0]-'a') == i {
					inPlace++
				}
			}
		case exam.Matching:
			for _, o := range it.Options {
				stems++
				if o.ID == o.Match {
					matched++
				}
			}
		}
	}
	if share := float64(inPlace) / float64(items); share > 0.35 || items < 100 {
		t.Errorf("%d of %d entries of ordering items carry the letter of their place", inPlace, items)
	}
	if share := float64(matched) / float64(stems); share > 0.45 || stems < 60 {
		t.Errorf("%d of %d stems carry the letter of their match", matched, stems)
	}
}

// A visitor goes on in another browser with the code, and only with the code.
func TestResumeCode(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada, laptop := s.browser(t), s.browser(t)
	attempt := ada.begin()
	code := text(ada.open(attempt + "/1").Find("details.reveal b.num"))
	if len(code) != 14 {
		t.Fatalf("the code is %q", code)
	}
	if r := laptop.do("/exam/resume", url.Values{"code": {"AAAA-AAAA-AAAA"}}); r.status != 422 || !strings.Contains(r.body, "No attempt has this code") {
		t.Errorf("a wrong code: %d", r.status)
	} else if in := r.doc(t).Find("#code"); in.AttrOr("value", "") != "AAAA-AAAA-AAAA" || in.AttrOr("autofocus", "no") == "no" {
		t.Errorf("after a wrong code the field is %v", in.Nodes)
	}
	if r := laptop.do(attempt+"/1", nil); r.status != 404 || !strings.Contains(r.body, `href="/exam#resume"`) || strings.Contains(r.body, "Perhaps you meant") {
		t.Errorf("the page of the attempt in another browser is %d and does not say how to get in", r.status)
	}
	r := laptop.do("/exam/resume", url.Values{"code": {strings.ToLower(strings.ReplaceAll(code, "-", " "))}})
	if r.status != 200 || r.at != attempt+"/1" {
		t.Errorf("the code leads to %d at %s, want %s/1", r.status, r.at, attempt)
	}
	if r := ada.do(attempt+"/1", nil); r.status != 200 {
		t.Errorf("the first browser has lost the attempt: %d", r.status)
	}
	for range 12 {
		r = laptop.do("/exam/resume", url.Values{"code": {"BBBB-BBBB-BBBB"}})
	}
	if r.status != http.StatusTooManyRequests || !strings.Contains(r.body, "seconds") {
		t.Errorf("the thirteenth guess: %d, want 429 with the seconds left", r.status)
	}
}

// Minutes that the operator gives back reach the page at once, with the reason.
func TestExtension(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.browser(t)
	attempt := ada.begin()
	id := exam.AttemptID(strings.TrimPrefix(attempt, "/exam/"))
	before := s.now().Add(90 * time.Minute)
	if _, err := s.store.ExtendAttempt(t.Context(), id, 10, "The power was out.", s.now()); err != nil {
		t.Fatal(err)
	}
	_, r := ada.put(attempt+"/slots/1", slotRequest{EventID: "x", Seen: true})
	if want := before.Add(10 * time.Minute).UnixMilli(); r.Deadline != want {
		t.Errorf("the next reply has the deadline %d, want %d", r.Deadline, want)
	}
	if body := ada.do(attempt+"/1", nil).body; !strings.Contains(body, "You were given 10 minutes more.") || !strings.Contains(body, "The power was out.") {
		t.Error("the page does not say what was given back and why")
	}
}

// Questions may not be asked while an exam is open.
func TestAskIsClosedDuringExam(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.browser(t)
	attempt := ada.begin()
	if r := ada.do("/ask?q=what+is+idempotency", nil); r.status != http.StatusForbidden || !strings.Contains(r.body, "closed while your exam is open") {
		t.Errorf("Ask during the exam: %d", r.status)
	}
	ada.do(attempt+"/submit", url.Values{})
	if r := ada.do("/ask?q=what+is+idempotency", nil); r.status != http.StatusOK {
		t.Errorf("Ask after the exam: %d", r.status)
	}
}

// A script that changes an answer over and over does not fill the disk: what is
// too much has to wait, is not stored, and is taken a second later. Another
// attempt is not concerned, and the log shows the last of many changes.
func TestChangesAreLimited(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *Config) { c.SaveRate = 5 })
	ada, eve := s.browser(t), s.browser(t)
	attempt, other := ada.begin(), eve.begin()
	save := func(b *browser, attempt string, rev int) int {
		note := fmt.Sprint("note ", rev)
		status, reply := b.put(attempt+"/slots/1", slotRequest{EventID: fmt.Sprint("event ", rev), BaseRev: rev, Note: &note})
		if status == http.StatusTooManyRequests && (reply.Rev != 0 || !strings.Contains(reply.Text, "will be sent again")) {
			t.Errorf("a change that has to wait is answered with %+v", reply)
		}
		return status
	}
	taken := 0
	for ; save(ada, attempt, taken) == http.StatusOK; taken++ {
		if taken > 1000 {
			t.Fatal("any number of changes is taken at once")
		}
	}
	if taken != 500 {
		t.Errorf("%d changes are taken at once, want 500", taken)
	}
	if got := save(eve, other, 0); got != http.StatusOK {
		t.Errorf("somebody else's change is answered with %d", got)
	}
	s.pass(time.Second)
	for range 5 {
		if got := save(ada, attempt, taken); got != http.StatusOK {
			t.Errorf("a second later change %d is answered with %d", taken, got)
		}
		taken++
	}
	if got := save(ada, attempt, taken); got != http.StatusTooManyRequests {
		t.Errorf("the sixth change in a second is answered with %d", got)
	}
	if text := ada.open(attempt + "/log").Text(); !strings.Contains(text, "change 505") {
		t.Errorf("the log lacks the last change:\n%.500s", text)
	}
}
