package web

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"groundwork/exam"
	"groundwork/exam/analysis"
	"groundwork/store"
)

// operatorBrowser is a browser in which an operator is signed in.
func operatorBrowser(t *testing.T, s *site) *browser {
	t.Helper()
	b := s.browser(t)
	form := url.Values{"email": {"olga@example.org"}, "password": {"paper lamp river"}, "name": {"Olga"}}
	if r := b.do("/account/register", form); r.status != http.StatusOK {
		t.Fatalf("register = %d:\n%s", r.status, r.body)
	}
	if err := s.store.SetRole(t.Context(), "olga@example.org", "operator"); err != nil {
		t.Fatal(err)
	}
	return b
}

// statForm is items of the real bank, one of each kind that it has, and the
// answer that the able and the others give.
func statForm() (form []exam.Place) {
	seen := map[exam.Type]int{}
	for _, it := range theContent().Bank.Pool(exam.ExamPool) {
		if seen[it.Type]++; seen[it.Type] <= 2 && it.Type != exam.SQL {
			form = append(form, exam.Place{Item: it, Order: exam.Shuffle(it, 1)})
		}
	}
	return form
}

// handIn lets people sit the form: two of three take the key or nearly so, the
// others do not.
func handIn(t *testing.T, s *site, people int, form []exam.Place) {
	t.Helper()
	ctx := t.Context()
	for i := range people {
		id, _, err := s.store.CreateVisitor(ctx, s.now())
		if err != nil {
			t.Fatal(err)
		}
		a, _, err := s.store.StartAttempt(ctx, id, store.Start{Exam: examName, Rules: exam.Rules{Minutes: 90, Pass: 70, Strong: 85}, Now: s.now(),
			Draw: func(exam.History) ([]exam.Place, error) { return form, nil }})
		if err != nil {
			t.Fatal(err)
		}
		for n, p := range form {
			r := exam.Response{}
			switch it := p.Item; {
			case it.Type == exam.Single:
				for k, o := range it.Options {
					if o.Key == (i%3 > 0) && k%3 != i%2 || len(r.Choice) == 0 {
						r.Choice = []exam.OptionID{o.ID}
					}
				}
			case it.Type == exam.Multiple || it.Type == exam.Ordering && i%3 > 0:
				for k, o := range it.Options {
					if it.Type == exam.Ordering || o.Key == (i%3 > 0) || k == i%4 {
						r.Choice = append(r.Choice, o.ID)
					}
				}
			case it.Type == exam.Numeric:
				r.Text = fmt.Sprint(i % 5)
			}
			at := s.now().Add(time.Duration(n) * time.Minute)
			if err := s.store.SeeSlot(ctx, id, a.ID, n+1, at); err != nil {
				t.Fatal(err)
			}
			c := exam.Change{Slot: n + 1, Event: fmt.Sprint("save ", n), Response: &r}
			if _, err := s.store.SaveAnswer(ctx, id, a.ID, c, at.Add(30*time.Second)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.store.SubmitAttempt(ctx, id, a.ID, s.now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	s.pass(2 * time.Hour) // what was counted before is too old now
}

// Operators see statistics; others do not, and learn nothing.
func TestWhoSeesStatistics(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	olga, reader, ilse := operatorBrowser(t, s), s.browser(t), s.browser(t)
	ilse.do("/account/register", url.Values{"email": {"ilse@example.org"}, "password": {"paper lamp river"}})
	for _, path := range []string{"/operator/stats", "/operator/stats.csv", "/operator/stats.json", "/operator/stats/api-e11"} {
		for name, tt := range map[string]struct {
			b      *browser
			status int
		}{"operator": {olga, 200}, "visitor": {reader, 401}, "learner": {ilse, 403}} {
			r := tt.b.do(path, nil)
			if r.status != tt.status || r.header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: GET %s = %d, %q; want %d, no-store", name, path, r.status, r.header.Get("Cache-Control"), tt.status)
			}
		}
	}
	for _, path := range []string{"/account", "/me"} {
		if got := olga.open(path).Find(`a[href="/operator/stats"]`).Length(); got != 1 {
			t.Errorf("the operator's page %s has %d links to the statistics", path, got)
		}
		for _, b := range []*browser{ilse, reader} {
			if got := b.open(path).Find(`a[href^="/operator"]`).Length(); got != 0 {
				t.Errorf("%s links others to the operators' pages", path)
			}
		}
	}
	for path, status := range map[string]int{"/operator/stats?attempts=best": 400, "/operator/stats/nothing": 404, "/operator/stats/nothing?attempts=x": 400} {
		if r := olga.do(path, nil); r.status != status {
			t.Errorf("GET %s = %d, want %d", path, r.status, status)
		}
	}
}

// wellFormed holds what every one of these pages must hold.
func wellFormed(t *testing.T, b *browser, path string) {
	t.Helper()
	doc := b.open(path)
	if n := doc.Find("h1").Length(); n != 1 {
		t.Errorf("%s has %d h1", path, n)
	}
	for _, table := range doc.Find("table").EachIter() {
		if table.Find("caption").Length() != 1 || table.Find("thead th:not([scope])").Length() != 0 || table.Find("tbody tr > th[scope=row]").Length() != table.Find("tbody tr").Length() {
			t.Errorf("%s: a table without caption or scopes: %.200s", path, text(table))
		}
		if wrap := table.Parent(); wrap.AttrOr("tabindex", "") != "0" || wrap.AttrOr("role", "") != "region" || wrap.AttrOr("aria-label", "") == "" {
			t.Errorf("%s: a table that cannot be scrolled by keyboard: %.200s", path, text(table))
		}
	}
	if n := doc.Find("svg.chart:not([role=img]):not([aria-hidden=true])").Length(); n > doc.Find("[aria-hidden=true] svg.chart").Length() {
		t.Errorf("%s: %d charts without a name", path, n)
	}
	r := b.do(path, nil)
	c := &crawler{t: t, b: b, ids: map[string]map[string]bool{}}
	c.checkIDs(path, doc)
	c.checkPolicy(path, doc)
	if tags := unknownTags(r.body); len(tags) > 0 {
		t.Errorf("%s has elements %q", path, tags)
	}
}

func TestStatistics(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b, form := operatorBrowser(t, s), statForm()
	main := func() string { return text(b.open("/operator/stats").Find("main")) }
	if got := main(); !strings.Contains(got, "Too few to say anything0 people have handed in so far.") {
		t.Errorf("with nobody it says %.400q", got)
	}
	handIn(t, s, 12, form)
	if got := main(); !strings.Contains(got, "Too few to act on. 12 people have handed in; conclusions take 30.") || strings.Contains(got, "negative") {
		t.Errorf("with 12 people it says %.600q", got)
	}
	handIn(t, s, 24, form)
	for _, want := range []string{"People36", "FormOne, the same for all", "Alpha", "Mean and median", "Items to look at"} {
		if got := main(); !strings.Contains(got, want) {
			t.Errorf("with 36 people it does not say %q: %.800q", want, got)
		}
	}
	doc := b.open("/operator/stats")
	if n := doc.Find(".table.scrolls tbody tr").Length(); n != len(form) {
		t.Errorf("%d items in the table, want %d", n, len(form))
	}
	wellFormed(t, b, "/operator/stats")
	wellFormed(t, b, "/operator/stats?attempts=all")
	for _, p := range form {
		path := "/operator/stats/" + string(p.Item.ID)
		wellFormed(t, b, path)
		got := text(b.open(path).Find("main"))
		for _, want := range []string{string(p.Item.ID), "On forms36 times", "People counted36", "is the present one", "30 s"} {
			if p.Item.Type == exam.Single && !strings.Contains(got, want) {
				t.Errorf("%s does not say %q: %.600q", path, want, got)
			}
		}
		if n := b.open(path).Find("#chose").Length(); n != 1 {
			t.Errorf("%s: no table of choices", path)
		}
	}
	unused := "/operator/stats/" + string(theContent().Bank.Pool(exam.ExamPool)[100].ID)
	wellFormed(t, b, unused)
	if got := text(b.open(unused).Find("main")); !strings.Contains(got, "Nobody has handed in an exam with the item as it is now.") {
		t.Errorf("of an item that nobody had it says %.300q", got)
	}
}

// What is taken away are files, with no formula in them.
func TestStatisticsAsFiles(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b, form := operatorBrowser(t, s), statForm()[:4]
	evil := *form[0].Item
	evil.ID, evil.Title = "evil-e01", `=HYPERLINK("http://example.org","x")`
	form[0].Item = &evil
	handIn(t, s, 30, form)
	r := b.do("/operator/stats.csv?attempts=all", nil)
	rows, err := csv.NewReader(strings.NewReader(r.body)).ReadAll()
	if err != nil || len(rows) != 5 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, row := range rows {
		for _, cell := range row[:5] {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
				t.Errorf("a cell begins a formula: %q", cell)
			}
		}
	}
	if got := r.header.Get("Content-Disposition"); got != `attachment; filename="items-all.csv"` || !strings.HasPrefix(r.header.Get("Content-Type"), "text/csv") {
		t.Errorf("%q, %q", got, r.header.Get("Content-Type"))
	}
	r = b.do("/operator/stats.json", nil)
	var rep analysis.Report
	if err := json.Unmarshal([]byte(r.body), &rep); err != nil || rep.Attempts != 30 || !rep.Fixed || rep.Exam != examName || len(rep.Items) != 4 {
		t.Errorf("%v: %.300s", err, r.body)
	}
	if got := b.open("/operator/stats/evil-e01").Find("h1"); !strings.HasPrefix(text(got), "=HYPERLINK(") {
		t.Errorf("the title is %q", text(got))
	}
}

// Looking twice counts once; what is older than it should be is counted again.
func TestStatisticsAreKept(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b, form := operatorBrowser(t, s), statForm()[:2]
	people := func() string { return text(b.open("/operator/stats").Find(".tblock dd").First()) }
	handIn(t, s, 1, form)
	first := people()
	handInAtOnce := func() { handIn(t, s, 1, form); s.pass(-2 * time.Hour) }
	handInAtOnce()
	second := people()
	s.pass(24 * time.Hour)
	if got, want := fmt.Sprint(first, second, people()), "112"; got != want {
		t.Errorf("people counted: %s, want %s", got, want)
	}
}

// With nobody to sweep, attempts that nobody came back to count in the
// statistics all the same.
func TestStatisticsWithoutSweeper(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	olga, ada := operatorBrowser(t, s), s.browser(t)
	attempt := ada.begin()
	s.pass(24 * time.Hour)
	olga.open("/operator/stats")
	f, err := s.store.FoundAttempt(t.Context(), exam.AttemptID(strings.TrimPrefix(attempt, "/exam/")), start) // a time at which it would not be closed by looking
	if err != nil || f.State != exam.Graded || f.ClosedBy != exam.ByDeadline || !f.Finished.Equal(start.Add(90*time.Minute)) {
		t.Errorf("the attempt is %s by %q at %v: %v", f.State, f.ClosedBy, f.Finished, err)
	}
}
