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

	"github.com/google/go-cmp/cmp"

	"groundwork/exam"
	"groundwork/store"
)

// resultForm is ten items of two skills and all levels, single choices with
// the key first; the title and the skill of the first would be a formula.
func resultForm() (form []exam.Place) {
	for i := range 10 {
		it := &exam.Item{
			ID: exam.ItemID(fmt.Sprintf("api-r%02d", i+1)), Title: fmt.Sprintf("Question %d", i+1), Skill: "api", Lesson: "api/errors",
			Pool: exam.ExamPool, Level: exam.Levels[i%3], Type: exam.Single, Seconds: 60, Stem: "Which?",
			Options: []exam.Option{{ID: "a", Text: "=right", Reason: "It is.", Key: true}, {ID: "b", Text: "wrong", Reason: "It is not."}},
		}
		if i >= 6 {
			it.Skill, it.Lesson = "database", "database/sql"
		}
		if i == 0 {
			it.Title = "=1+1"
		}
		form = append(form, exam.Place{Item: it, Order: []exam.OptionID{"a", "b"}})
	}
	return form
}

// sitResult lets the only learner sit the form: the first right items are
// right, one is left blank if blank is its number, the others are wrong. Each
// takes 40 seconds but for the third, which takes five minutes.
func sitResult(t *testing.T, s *site, review exam.Review, right, blank int) exam.AttemptID {
	t.Helper()
	ctx, form, at := t.Context(), resultForm(), s.now()
	a, _, err := s.store.StartAttempt(ctx, onlyLearner, store.Start{Exam: examName, Rules: exam.Rules{Minutes: 30, Pass: 70, Strong: 85, Review: review}, Now: at,
		Draw: func(exam.History) ([]exam.Place, error) { return form, nil }})
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= len(form); n++ {
		if err := s.store.SeeSlot(ctx, onlyLearner, a.ID, n, at); err != nil {
			t.Fatal(err)
		}
		at = at.Add(40 * time.Second)
		if n == 3 {
			at = at.Add(260 * time.Second)
		}
		if n == blank {
			continue
		}
		r := exam.Response{Choice: []exam.OptionID{"b"}}
		if n <= right {
			r.Choice = []exam.OptionID{"a"}
		}
		flag, note := n == 2, "@look again"
		c := exam.Change{Slot: n, Event: fmt.Sprint("save ", n), Response: &r}
		if flag {
			c.Flagged, c.Note = &flag, &note
		}
		if _, err := s.store.SaveAnswer(ctx, onlyLearner, a.ID, c, at); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.store.SubmitAttempt(ctx, onlyLearner, a.ID, at); err != nil {
		t.Fatal(err)
	}
	s.pass(24 * time.Hour)
	return a.ID
}

// resultSite is a site with one visitor.
func resultSite(t *testing.T) (*site, *browser) {
	t.Helper()
	s := newSite(t)
	b := s.browser(t)
	b.do("/progress", url.Values{"ref": {theContent().Library.Skills[0].Lessons[0].Ref()}, "done": {"1"}, "back": {"/me"}})
	return s, b
}

// What the report says of a result and of two results, in words. The numbers:
// Lord's error of 8 of 10 is sqrt(8*2/9) = 1.333 items and that of 3 of 10
// sqrt(3*7/9) = 1.528, together 1.96*hypot = 3.97; Wilson's interval of 8 of 10
// is 49.0 to 94.3.
func TestResultInWords(t *testing.T) {
	t.Parallel()
	s, b := resultSite(t)
	sitResult(t, s, exam.Study, 3, 9)
	second := sitResult(t, s, exam.Study, 8, 9)
	page := b.open(attemptURL(second) + "/result?show=flagged")
	for selector, want := range map[string]string{
		"p.lede": "It was close: 80 ± 13; the pass line, 70, is inside, so a second attempt may differ. Two out of three other sets of 10 items would put you between 67 and 93." +
			" You are 50 points up on the attempt of 14 June, which is more than chance explains: by that alone, two such results differ by up to 40.",
		"p.lede + p.read":                      "Asked everything that the exam may ask, you would get between 49 and 94% of the points. That range holds the truth in 19 of 20 cases.",
		"[aria-labelledby=ps] h3":              "Strong: 1 skill four fifths of the points, or moreNeeds work: 1 skill less than three fifths",
		"[aria-labelledby=ps] .v":              "6 of 62 of 4",
		"[aria-labelledby=time] p:first-child": "The items had you for 11 minutes; they should take 10 minutes together. 1 item took more than twice the time expected, and you lost points on none of them.",
		"[aria-labelledby=past] td":            "14 June 202630Not passed+50, more than the error of 40",
		"ol.review .sub":                       "API Development, mid, 40 s of 1 min flagged @look again",
		"[aria-labelledby=lad] h3 .num":        "3 of 43 of 32 of 3",
		"ol.ledger li:first-child .hint":       "Database Design And Access, 2 points lost on 4 items",
	} {
		if got := text(page.Find(selector)); got != want {
			t.Errorf("%s:\n got %q\nwant %q", selector, got, want)
		}
	}
	if got := page.Find("svg.times .pipe").Length(); got != 10 {
		t.Errorf("%d bars of time, want 10", got)
	}
	if got := text(page.Find("svg.times").Parent().Parent().Find("tbody tr").Eq(2)); got != "3Question 35 min1 minright" {
		t.Errorf("the line of the third item is %q", got)
	}
}

// A change within the error, and a score without one.
func TestResultAtTheEnds(t *testing.T) {
	t.Parallel()
	s, b := resultSite(t)
	first := sitResult(t, s, exam.Study, 10, 0)
	if got := text(b.open(attemptURL(first) + "/result").Find(".scorechart + p")); got != "Asked everything that the exam may ask, you would get between 72 and 100% of the points. That range holds the truth in 19 of 20 cases." {
		t.Errorf("everything right: %q", got)
	}
	second := sitResult(t, s, exam.Study, 9, 0)
	if got := text(b.open(attemptURL(second) + "/result").Find("p.lede")); !strings.HasSuffix(got, "You are 10 points down on the attempt of 14 June; by chance alone two such results differ by up to 20, so that may be luck.") ||
		!strings.HasPrefix(got, "90 ± 10; the pass line, 70, is outside.") {
		t.Errorf("one wrong: %q", got)
	}
}

// The file for programs holds what the page says.
func TestResultJSON(t *testing.T) {
	t.Parallel()
	s, b := resultSite(t)
	first := sitResult(t, s, exam.Study, 3, 9)
	id := sitResult(t, s, exam.Study, 8, 9)
	r := b.do(attemptURL(id)+"/result.json", nil)
	if got := r.header.Get("Content-Disposition"); r.status != http.StatusOK || got != `attachment; filename="groundwork-result-2.json"` || r.header.Get("Content-Type") != "application/json" {
		t.Fatalf("%d, %v", r.status, r.header)
	}
	var got resultFile
	dec := json.NewDecoder(strings.NewReader(r.body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&got); err != nil {
		t.Fatal(err)
	}
	begun := start.Add(24 * time.Hour)
	want := resultFile{
		Format: "groundwork result 1", Exam: examName, Title: theContent().Blueprint.Title, ID: id, Number: 2, Started: begun, Finished: begun.Add(11 * time.Minute),
		ClosedBy: exam.ByLearner, Verdict: "passed",
		Score:  fileScore{Points: 8, Max: 10, Percent: 80, Error: 13.333333, Low: 66.666667, High: 93.333333, WilsonLow: 49.016248, WilsonHigh: 94.331785, Pass: 70, Strong: 85, Near: true},
		Counts: fileCounts{Items: 10, Right: 8, Wrong: 1, Blank: 1}, Seconds: fileSeconds{660, 1800},
		Skills:  []fileTally{{"api", "API Development", 6, 6, "strong"}, {"database", "Database Design And Access", 4, 2, "needs work"}},
		Levels:  []fileTally{{"junior", "junior", 4, 3, "mixed"}, {"mid", "mid", 3, 3, "strong"}, {"senior", "senior", 3, 2, "mixed"}},
		Lessons: []fileLesson{{"database/sql", "", "", 4, 2}},
		Earlier: []fileEarlier{{first, start.Add(11 * time.Minute), 30, 50, 39.740715, true}},
	}
	for i := range got.Items {
		if it := got.Items[i]; it.N != i+1 || it.Version == "" {
			t.Errorf("item %d: %+v", i+1, it)
		}
		got.Items[i].Version = ""
	}
	for _, i := range []int{8, 7, 6, 5, 4, 3} { // the first three and the last
		got.Items = append(got.Items[:i], got.Items[i+1:]...)
	}
	item := func(n int, title string, level exam.Level, seconds int) fileItem {
		return fileItem{N: n, Item: exam.ItemID(fmt.Sprintf("api-r%02d", n)), Title: title, Skill: "api", Level: level, Type: exam.Single, Lesson: "api/errors",
			Result: "right", Points: 1, Max: 1, Answer: "=right", Seconds: seconds, Expected: 60}
	}
	second, last := item(2, "Question 2", exam.Mid, 40), item(10, "Question 10", exam.Junior, 40)
	second.Flagged, second.Note = true, "@look again"
	last.Skill, last.Lesson, last.Result, last.Points, last.Answer = "database", "database/sql", "wrong", 0, "wrong"
	want.Items = []fileItem{item(1, "=1+1", exam.Junior, 40), second, item(3, "Question 3", exam.Senior, 300), last}
	if l := theContent().Library.Lesson("database/sql"); l != nil {
		want.Lessons[0].Title, want.Lessons[0].Path = l.Title, l.URL()
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b float64) bool { return a-b < 1e-6 && b-a < 1e-6 })); diff != "" {
		t.Errorf("result.json (-want +got):\n%s", diff)
	}
}

// S16: no cell of the items begins a formula.
func TestResultCSV(t *testing.T) {
	t.Parallel()
	s, b := resultSite(t)
	id := sitResult(t, s, exam.Study, 8, 9)
	r := b.do(attemptURL(id)+"/result.csv", nil)
	rows, err := csv.NewReader(strings.NewReader(r.body)).ReadAll()
	if err != nil || len(rows) != 11 || r.header.Get("Content-Disposition") != `attachment; filename="groundwork-result-1.csv"` {
		t.Fatalf("%d rows, %v, %v", len(rows), err, r.header)
	}
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
				t.Errorf("a cell begins a formula: %q", cell)
			}
		}
	}
	rows[2][2] = "version"
	want := []string{"2", "api-r02", "version", "Question 2", "api", "mid", "single", "api/errors", "right", "1", "1", "'=right", "40", "60", "true", "'@look again"}
	if diff := cmp.Diff(want, rows[2]); diff != "" {
		t.Errorf("the second item (-want +got):\n%s", diff)
	}
}

// What the exam keeps back is in no file, and nobody gets another's.
func TestResultFilesKeepBack(t *testing.T) {
	t.Parallel()
	s, b := resultSite(t)
	study, secure, archived := sitResult(t, s, exam.Study, 8, 0), sitResult(t, s, exam.Secure, 8, 0), sitResult(t, s, exam.Archived, 8, 0)
	open, _, err := s.store.StartAttempt(t.Context(), onlyLearner, store.Start{Exam: examName, Rules: exam.Rules{Minutes: 30, Pass: 70}, Now: s.now(),
		Draw: func(exam.History) ([]exam.Place, error) { return resultForm(), nil }})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name      string
		who       *browser
		path      string
		status    int
		has, lack string
	}{
		{"all of it", b, attemptURL(study) + "/result.json", 200, `"answer": "=right"`, "nothing"},
		{"no items, but skills", b, attemptURL(secure) + "/result.json", 200, `"skills"`, `"items": [`},
		{"no items to list", b, attemptURL(secure) + "/result.csv", 404, "", "api-r01"},
		{"the page offers no list", b, attemptURL(secure) + "/result", 200, "result.json", "result.csv"},
		{"the score alone", b, attemptURL(archived) + "/result.json", 200, `"percent": 80`, "skills"},
		{"while it runs", b, attemptURL(open.ID) + "/result.json", 404, "", "api-r01"},
		{"while it runs, the list", b, attemptURL(open.ID) + "/result.csv", 404, "", "api-r01"},
		{"somebody else's", s.browser(t), attemptURL(study) + "/result.json", 404, "", "api-r01"},
		{"somebody else's list", s.browser(t), attemptURL(study) + "/result.csv", 404, "", "api-r01"},
	}
	for _, tt := range tests {
		r := tt.who.do(tt.path, nil)
		if r.status != tt.status || !strings.Contains(r.body, tt.has) || strings.Contains(r.body, tt.lack) {
			t.Errorf("%s: %d; want %d with %q, without %q: %.300s", tt.name, r.status, tt.status, tt.has, tt.lack, r.body)
		}
	}
}
