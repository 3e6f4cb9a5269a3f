package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"groundwork/exam"
	"groundwork/exam/sqlrun"
	"groundwork/store"
)

// queryItem is an SQL item whose key and second data set hold words that no
// page may show before the end.
func queryItem() *exam.Item {
	return &exam.Item{
		ID: "t-e09", Title: "Names", Skill: "database", Lesson: "database/sql", Pool: exam.ExamPool, Level: exam.Junior, Type: exam.SQL, Seconds: 120,
		Stem: "A team.\n\nWhich query returns every name?", Explanation: "Because of the keyword secretreason.",
		Query: &exam.Query{
			Schema: "CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT, hours REAL);",
			Data:   []string{"INSERT INTO person VALUES (1, 'Ilse', 40), (2, 'Bram', NULL);", "INSERT INTO person VALUES (1, 'Hiddenname', 1);"},
			Key:    "SELECT name AS secretkey FROM person",
		},
		Options: []exam.Option{{ID: "a", Text: "`SELECT secretwrong FROM person`", Reason: "No."}},
	}
}

// sitQuery begins an attempt on one SQL item and returns the address of it.
func sitQuery(t *testing.T, s *site, learner store.LearnerID) string {
	t.Helper()
	a, _, err := s.store.StartAttempt(t.Context(), learner, store.Start{
		Exam: examName, Seed: 1, Rules: exam.Rules{Minutes: 90, Pass: 70, Strong: 85}, Now: s.now(), Code: s.web.resumeCode,
		Draw: func(exam.History) ([]exam.Place, error) { return []exam.Place{{Item: queryItem()}}, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return itemURL(a.ID, 1)
}

func withSQL(c *Config) { c.SQL = sqlrun.New(sqlrun.Options{}) }

// The Run button saves the query and shows what it returns on the rows shown.
func TestRunQuery(t *testing.T) {
	tests := []struct {
		name, query      string
		head, rows       []string
		note, more, fine string
	}{
		{"rows", "SELECT name, hours, id FROM person ORDER BY id", []string{"name", "hours", "id"}, []string{"Ilse | 40.0 | 1", "Bram | NULL | 2"}, "", "", "Ran at 14:00:00: 2 rows, "},
		{"no rows", "SELECT name FROM person WHERE 0", []string{"name"}, nil, "", "", "0 rows"},
		{"what looks like markup", "SELECT '<b>x</b>' AS \"<i>\"", []string{"<i>"}, []string{"<b>x</b>"}, "", "", "1 row,"},
		{"many rows", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 432) SELECT i FROM n LIMIT 432", []string{"i"}, nil, "", "and 412 more rows", "432 rows"},
		{"a mistake", "SELECT name,\n mail FROM person", nil, nil, "Line 2: no such column: mail", "", ""},
		{"a forbidden thing", "DROP TABLE person", nil, nil, "Only a query runs here", "", ""},
		{"nothing", " ", nil, nil, "There is no query yet", "", ""},
		{"endless", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n", nil, nil, "The query was stopped", "", ""},
	}
	s := newSite(t, withSQL)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, learner := s.visitor(t)
			at := sitQuery(t, s, learner)
			form := formOf(b.open(at))
			form.Set("text", tt.query)
			form.Set("run", "1")
			r := b.do(at, form)
			if r.status != http.StatusOK || r.at != at+"?run=1" {
				t.Fatalf("running ends with %d at %s", r.status, r.at)
			}
			doc := r.doc(t)
			if got := doc.Find("textarea[name=text]").Text(); strings.TrimSpace(got) != strings.TrimSpace(tt.query) {
				t.Errorf("the box holds %q", got)
			}
			var head, rows []string
			doc.Find("table.data th").Each(func(_ int, c *goquery.Selection) { head = append(head, text(c)) })
			doc.Find("table.data tbody tr").Each(func(_ int, c *goquery.Selection) { rows = append(rows, cells(c)) })
			if tt.more != "" {
				if len(rows) != 20 {
					t.Errorf("%d rows, want 20", len(rows))
				}
				rows = nil
			}
			if diff := cmp.Diff(tt.head, head); diff != "" {
				t.Errorf("columns (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.rows, rows); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
			for _, want := range []string{tt.note, tt.more, tt.fine} {
				if !strings.Contains(text(doc.Find("main")), want) {
					t.Errorf("the page does not say %q", want)
				}
			}
			for _, secret := range []string{"secretkey", "secretwrong", "secretreason", "Hiddenname"} {
				if strings.Contains(r.body, secret) {
					t.Errorf("the page gives %q away", secret)
				}
			}
		})
	}
}

// A form that is sent again, with the query as it is stored and an old
// revision, is no conflict: so the script and the form may both have sent it.
func TestRunQueryTwice(t *testing.T) {
	t.Parallel()
	s := newSite(t, withSQL)
	b, learner := s.visitor(t)
	at := sitQuery(t, s, learner)
	form := formOf(b.open(at))
	form.Set("text", "SELECT 1")
	form.Set("run", "1")
	for range 2 {
		if r := b.do(at, form); r.status != http.StatusOK || r.doc(t).Find("table.data").Length() != 1 {
			t.Fatalf("running ends with %d at %s", r.status, r.at)
		}
	}
	form.Set("text", "SELECT 2")
	form.Set("event", "another")
	if r := b.do(at, form); r.status != http.StatusConflict {
		t.Errorf("another query on an old revision ends with %d, want 409", r.status)
	}
}

// Before anything is run the item shows its tables, the first rows and the
// button.
func TestQueryItem(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b, learner := s.visitor(t)
	at := sitQuery(t, s, learner)
	for _, page := range []string{at, at + "?run=", strings.TrimSuffix(at, "1") + "items"} {
		doc := b.open(page)
		words := text(doc.Find("form"))
		for _, want := range []string{"CREATE TABLE person", "INSERT INTO person VALUES (1, 'Ilse', 40)", "Your query"} {
			if !strings.Contains(words, want) {
				t.Errorf("%s does not show %q", page, want)
			}
		}
		if n := doc.Find("button[name=run]").Length(); n != 1 {
			t.Errorf("%s has %d buttons to run the query, want one", page, n)
		}
		if doc.Find("table.data").Length() != 0 {
			t.Errorf("%s shows a result", page)
		}
	}
	if r := b.do(at, url.Values{"base": {"0"}, "event": {"long"}, "run": {"1"}, "text": {strings.Repeat("x", exam.MaxText+1)}}); r.status != http.StatusUnprocessableEntity || r.doc(t).Find("button[name=run]").Length() != 1 {
		t.Errorf("a query that is too long ends with %d", r.status)
	}
}

// In practice a query can be run before it is checked, and is marked by what
// it returns: in a round, and as a card.
func TestPractiseQuery(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b, _ := s.visitor(t)
	var form url.Values
	var it *exam.Item
	for n := 0; it == nil || it.Type != exam.SQL; n++ {
		form, it = drillAt(t, b, fmt.Sprintf("/practice/database?seed=1&n=%d", n))
	}
	post := func(path string, form url.Values, text, button string) *goquery.Document {
		t.Helper()
		form.Set("text", text)
		form.Set(button, "1")
		r := b.do(path, form)
		form.Del(button)
		if r.status != http.StatusOK {
			t.Fatalf("%s of %q ends with %d:\n%s", button, text, r.status, r.body)
		}
		return r.doc(t)
	}
	doc := post("/practice/database", form, "SELECT 4711", "run")
	if got := text(doc.Find("table.data td")); got != "4711" || doc.Find("textarea").Text() != "SELECT 4711" {
		t.Errorf("running it returns %q and leaves %q in the box", got, doc.Find("textarea").Text())
	}
	if strings.Contains(doc.Text(), it.Query.Key) {
		t.Error("running it gives the key away")
	}
	wrong := text(post("/practice/database", form, "SELECT 4711", "check").Find("main"))
	if !strings.Contains(wrong, "It does not return what is asked for") {
		t.Errorf("a wrong query: %s", wrong)
	}
	right := text(post("/practice/database", form, it.Query.Key, "check").Find("main"))
	if !strings.Contains(right, "Right") || strings.Contains(right, "It does not return") {
		t.Errorf("the key itself: %s", right)
	}
}

// A graded attempt has the points of its SQL answers, and a result page that
// says so.
func TestQueryIsGraded(t *testing.T) {
	t.Parallel()
	s := newSite(t, withSQL)
	s.store.SetRunner(sqlrun.New(sqlrun.Options{}))
	b, learner := s.visitor(t)
	at := sitQuery(t, s, learner)
	form := formOf(b.open(at))
	form.Set("text", "SELECT p.name FROM person p")
	b.do(at, form)
	attempt := strings.TrimSuffix(at, "/1")
	if r := b.do(attempt+"/submit", url.Values{}); r.status != http.StatusOK {
		t.Fatalf("handing in ends with %d at %s", r.status, r.at)
	}
	list, err := s.store.Attempts(t.Context(), learner, examName, s.now())
	if err != nil || len(list) != 1 || list[0].Score != 1 {
		t.Fatalf("attempts = %+v, %v, want one with a point", list, err)
	}
	words := text(b.open(attempt + "/result?show=all").Find("main"))
	for _, want := range []string{"SELECT name AS secretkey FROM person", "secretreason"} {
		if !strings.Contains(words, want) {
			t.Errorf("the result does not show %q", want)
		}
	}
}
