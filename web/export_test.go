package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"groundwork/exam"
	"groundwork/store"
)

// secret is in every text of exportItems that an export must not give away.
const secret = "SECRET"

// exportItems are an item of each kind that is answered in its own way.
func exportItems() map[exam.VersionID]*exam.Item {
	why := secret + " reason"
	options := []exam.Option{{ID: "a", Text: "`first`", Reason: why, Key: true}, {ID: "b", Text: "second", Reason: why}, {ID: "c", Text: "third", Reason: why}}
	return map[exam.VersionID]*exam.Item{
		"v1": {ID: "i1", Title: "One of three", Type: exam.Single, Options: options, Explanation: why},
		"v2": {ID: "i2", Title: "All of three", Type: exam.Multiple, Options: options},
		"v3": {ID: "i3", Title: "In order", Type: exam.Ordering, Options: options},
		"v4": {ID: "i4", Title: "A `number` & more", Type: exam.Numeric, Options: []exam.Option{{ID: "a", Text: secret + " 42", Key: true}}, Number: &exam.Number{Value: 42}},
		"v5": {ID: "i5", Title: "Pairs", Type: exam.Matching, Choices: []exam.Option{{ID: "a", Text: "red"}, {ID: "b", Text: "blue"}},
			Options: []exam.Option{{ID: "a", Text: "sky", Match: "b", Reason: why}, {ID: "b", Text: "rose", Match: "a", Reason: why}}},
		"v6": {ID: "i6", Title: "Gaps", Type: exam.Cloze, Blanks: []exam.Blank{
			{Name: "x", Options: []exam.Option{{ID: "a", Text: "GET", Key: true, Reason: why}, {ID: "b", Text: "PUT", Reason: why}}},
			{Name: "y", Typed: true, Options: []exam.Option{{ID: "a", Text: secret, Key: true}}},
		}},
		"v7": {ID: "i7", Title: "Left alone", Type: exam.Single, Options: options},
	}
}

func exportSlots() []exam.Slot {
	at := start.Add(time.Minute)
	slot := func(n int, id string, fraction float64, r exam.Response) exam.Slot {
		s := exam.Slot{N: n, Item: exam.ItemID("i" + id), Version: exam.VersionID("v" + id), Order: []exam.OptionID{"c", "a", "b"}, Points: 1, Rev: 1, Response: r, Fraction: fraction, Seen: start, Answered: at}
		if r.Blank() {
			s.Rev, s.Answered = 0, time.Time{}
		}
		return s
	}
	slots := []exam.Slot{
		slot(1, "1", 1, exam.Response{Choice: []exam.OptionID{"a"}}),
		slot(2, "2", 0.5, exam.Response{Choice: []exam.OptionID{"b", "c"}}),
		slot(3, "3", 0, exam.Response{Choice: []exam.OptionID{"c", "a", "b"}}),
		slot(4, "4", 0, exam.Response{Text: "41 <i>\nor so"}),
		slot(5, "5", 1, exam.Response{Pairs: map[exam.OptionID]string{"a": "b", "b": "a"}}),
		slot(6, "6", 0.5, exam.Response{Pairs: map[exam.OptionID]string{"1": "b", "2": "HEAD"}}),
		slot(7, "7", 0, exam.Response{}),
	}
	slots[3].Flagged, slots[3].Note = true, "check the unit"
	return slots
}

// exportOf is a learner with a note, a tick and one attempt in the given state.
func exportOf(state exam.State) store.Export {
	a := store.ExportedAttempt{
		Attempt: exam.Attempt{
			ID: "attempt1", Exam: "backend", Number: 1, Seed: 4711, Started: start, Deadline: start.Add(90 * time.Minute), State: state,
			Rules: exam.Rules{Minutes: 90, Pass: 70, Strong: 85}, Slots: exportSlots(),
		},
		Extensions: []store.Extension{{Minutes: 10, Reason: "the power failed", Given: start.Add(time.Hour)}},
		Events: []store.ExportedEvent{
			{ID: "start", Event: store.Event{Seq: 1, Kind: "start", At: start, Data: "seed 4711"}},
			{ID: "e1", ClientAt: start.Add(time.Minute), Event: store.Event{Seq: 2, Kind: "save", Slot: 1, Rev: 1, Client: "tab", At: start.Add(time.Minute), Late: 2 * time.Second, Data: `{"choice":["a"]}`}},
			{ID: "x1", Event: store.Event{Seq: 3, Kind: "extend", At: start.Add(time.Hour), Data: "10 minutes: the power failed"}},
		},
	}
	if state == exam.Graded {
		a.Finished, a.ClosedBy, a.Score, a.Max = start.Add(time.Hour), exam.ByLearner, 3, 7
	}
	if state == exam.Voided {
		a.Void = exam.Void{Reason: "two people sat it", At: start.Add(22 * time.Hour)}
	}
	return store.Export{
		Taken:    start.Add(2 * time.Hour),
		Learner:  store.Learner{ID: 5, Email: ilse, Name: "Ilse <Brandt>", Role: "learner", Created: start},
		Seen:     start,
		Browsers: []time.Time{start},
		SignIns:  []store.SignIn{{Agent: "Firefox on Linux", TokenHash: secret, Began: start, Expires: start.Add(time.Hour)}},
		Progress: []store.Done{{Ref: "lesson/api/errors", At: start}},
		Notes:    []store.Note{{Ref: "skill/api", Body: "*mine* <script>x</script>", Rev: 2, Saved: start}, {Ref: "skill/database", Rev: 3, Saved: start}},
		Attempts: []store.ExportedAttempt{a},
	}
}

func export(t *testing.T, e store.Export) map[string]string {
	t.Helper()
	items := exportItems()
	var buf bytes.Buffer
	if err := WriteExport(&buf, e, func(id exam.VersionID) *exam.Item { return items[id] }); err != nil {
		t.Fatal(err)
	}
	return unzip(t, buf.Bytes())
}

func parsed(t *testing.T, html string) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(html))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// rows are the cells of a table, a line a row.
func rows(s *goquery.Selection) []string {
	return s.Find("tr").Map(func(_ int, tr *goquery.Selection) string {
		return cells(tr)
	})
}

// cells are the cells of a row or the terms and texts of a list.
func cells(s *goquery.Selection) string {
	return strings.Join(s.Find("th, td, dt, dd").Map(func(_ int, c *goquery.Selection) string { return text(c) }), " | ")
}

func TestExportPage(t *testing.T) {
	tests := []struct {
		state   exam.State
		outcome string
		rows    []string
	}{
		{exam.Graded, "Not passed: 3 of 7 points. The pass mark was 70% of the points.", []string{
			"Item | Title | Your answer | Result",
			"1 | One of three | first | right",
			"2 | All of three | second; third | partly right",
			"3 | In order | 1. third; 2. first; 3. second | wrong",
			"4 | A number & more Flagged by you: check the unit | 41 <i> or so | wrong",
			"5 | Pairs | sky → blue; rose → red | right",
			"6 | Gaps | Gap 1: PUT; Gap 2: HEAD | partly right",
			"7 | Left alone | left blank | blank",
		}},
		{exam.InProgress, "In progress until 14 June 2026, 15:30 UTC. Whether answers are right is told when it is over.", []string{
			"Item | Title | Your answer",
			"1 | One of three | first",
			"2 | All of three | second; third",
			"3 | In order | 1. third; 2. first; 3. second",
			"4 | A number & more Flagged by you: check the unit | 41 <i> or so",
			"5 | Pairs | sky → blue; rose → red",
			"6 | Gaps | Gap 1: PUT; Gap 2: HEAD",
			"7 | Left alone | left blank",
		}},
		{exam.Voided, "Voided on 15 June 2026, 12:00 UTC: two people sat it", []string{
			"Item | Title | Your answer",
			"1 | One of three | first",
			"2 | All of three | second; third",
			"3 | In order | 1. third; 2. first; 3. second",
			"4 | A number & more Flagged by you: check the unit | 41 <i> or so",
			"5 | Pairs | sky → blue; rose → red",
			"6 | Gaps | Gap 1: PUT; Gap 2: HEAD",
			"7 | Left alone | left blank",
		}},
	}
	for _, tt := range tests {
		html := export(t, exportOf(tt.state))["data.html"]
		doc := parsed(t, html)
		if got := text(doc.Find("h3").Last().Next()); got != tt.outcome {
			t.Errorf("%s: %q, want %q", tt.state, got, tt.outcome)
		}
		if diff := cmp.Diff(tt.rows, rows(doc.Find("table").Last())); diff != "" {
			t.Errorf("%s: items (-want +got):\n%s", tt.state, diff)
		}
		headings := doc.Find("h1, h2, h3").Map(func(_ int, s *goquery.Selection) string { return text(s) })
		want := []string{"Your data on groundwork", "Who you are here", "Sign-ins", "Progress", "Notes", "On skill/api", "On skill/database", "Exam attempts", "Attempt 1, 14 June 2026"}
		if diff := cmp.Diff(want, headings); diff != "" {
			t.Errorf("%s: headings (-want +got):\n%s", tt.state, diff)
		}
		if strings.Contains(html, secret) {
			t.Errorf("%s: the page gives away what it must not:\n%s", tt.state, html)
		}
	}
}

func TestExportPageOfALearner(t *testing.T) {
	doc := parsed(t, export(t, exportOf(exam.Graded))["data.html"])
	got := []string{
		text(doc.Find("main > p").First()), cells(doc.Find("dl").First()), text(doc.Find("li")), strings.Join(rows(doc.Find("table").First()), "; "),
		text(doc.Find(".note em, .note i")),
	}
	want := []string{
		"Everything that groundwork has of you on 14 June 2026, 16:00 UTC. The file data.json beside this one holds the same for programs, down to the log of every attempt.",
		"Email address | ilse@example.org | Name | Ilse <Brandt> | Role | learner | Here since | 14 June 2026, 14:00 UTC",
		"Firefox on Linux, since 14 June 2026, 14:00 UTC, ends 14 June 2026, 15:00 UTC",
		"What | When; lesson/api/errors | 14 June 2026, 14:00 UTC",
		"mine",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the page (-want +got):\n%s", diff)
	}
	if n := doc.Find("script, link, img, iframe, [src]").Length(); n != 0 {
		t.Errorf("the page asks for %d things outside", n)
	}

	empty := parsed(t, export(t, store.Export{Learner: store.Learner{ID: 6, Role: "learner", Created: start}})["data.html"])
	got = []string{text(empty.Find("main > p").First()), cells(empty.Find("dl").First()), text(empty.Find("h2 + p"))}
	want = []string{
		"Everything that groundwork has of you. The file data.json beside this one holds the same for programs, down to the log of every attempt.",
		"Account | none; this belongs to a browser | Role | learner | Here since | 14 June 2026, 14:00 UTC",
		"Nothing is ticked.You have written none.You have sat none.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the page of a visitor with nothing (-want +got):\n%s", diff)
	}
}

// TestExportData compares data.json of a graded attempt word by word.
func TestExportData(t *testing.T) {
	e := exportOf(exam.Graded)
	e.Attempts[0].Slots = e.Attempts[0].Slots[3:5]
	const want = `{
		"format": "groundwork export 1", "taken": "2026-06-14T16:00:00Z",
		"learner": {"id": 5, "email": "ilse@example.org", "name": "Ilse <Brandt>", "role": "learner", "created": "2026-06-14T14:00:00Z", "seen": "2026-06-14T14:00:00Z"},
		"browsers": ["2026-06-14T14:00:00Z"],
		"sign_ins": [{"browser": "Firefox on Linux", "began": "2026-06-14T14:00:00Z", "expires": "2026-06-14T15:00:00Z"}],
		"progress": [{"ref": "lesson/api/errors", "at": "2026-06-14T14:00:00Z"}],
		"notes": [
			{"ref": "skill/api", "text": "*mine* <script>x</script>", "revision": 2, "saved": "2026-06-14T14:00:00Z"},
			{"ref": "skill/database", "text": "", "revision": 3, "saved": "2026-06-14T14:00:00Z"}],
		"attempts": [{
			"id": "attempt1", "exam": "backend", "number": 1, "state": "graded", "closed_by": "learner", "rules": {"minutes": 90, "pass": 70, "strong": 85}, "seed": 4711,
			"started": "2026-06-14T14:00:00Z", "deadline": "2026-06-14T15:30:00Z", "finished": "2026-06-14T15:00:00Z", "score": 3, "max_score": 7,
			"extensions": [{"minutes": 10, "reason": "the power failed", "given": "2026-06-14T15:00:00Z"}],
			"slots": [
				{"n": 4, "item": "i4", "version": "v4", "title": "A number & more", "answer": "41 <i>\nor so", "option_order": ["c", "a", "b"], "response": {"text": "41 <i>\nor so"},
				 "flagged": true, "note": "check the unit", "revision": 1, "seen": "2026-06-14T14:00:00Z", "answered": "2026-06-14T14:01:00Z", "points": 1, "fraction": 0, "result": "wrong"},
				{"n": 5, "item": "i5", "version": "v5", "title": "Pairs", "answer": "sky → blue; rose → red", "option_order": ["c", "a", "b"], "response": {"pairs": {"a": "b", "b": "a"}},
				 "flagged": false, "revision": 1, "seen": "2026-06-14T14:00:00Z", "answered": "2026-06-14T14:01:00Z", "points": 1, "fraction": 1, "result": "right"}],
			"events": [
				{"seq": 1, "id": "start", "kind": "start", "at": "2026-06-14T14:00:00Z", "data": "seed 4711"},
				{"seq": 2, "id": "e1", "kind": "save", "slot": 1, "revision": 1, "client": "tab", "client_at": "2026-06-14T14:01:00Z", "at": "2026-06-14T14:01:00Z", "late_ms": 2000, "data": "{\"choice\":[\"a\"]}"},
				{"seq": 3, "id": "x1", "kind": "extend", "at": "2026-06-14T15:00:00Z", "data": "10 minutes: the power failed"}]
		}]
	}`
	if diff := cmp.Diff(decoded(t, want), decoded(t, export(t, e)["data.json"])); diff != "" {
		t.Errorf("data.json (-want +got):\n%s", diff)
	}
}

// TestExportOfARunningAttempt wants nothing in data.json from which a key could
// be told.
func TestExportOfARunningAttempt(t *testing.T) {
	text := export(t, exportOf(exam.InProgress))["data.json"]
	data := decoded(t, text).(map[string]any)
	a := data["attempts"].([]any)[0].(map[string]any)
	for _, key := range []string{"seed", "score", "max_score"} {
		if v, ok := a[key]; ok {
			t.Errorf("the attempt has %s: %v", key, v)
		}
	}
	if a["withheld"] == nil {
		t.Error("the attempt does not say that something is kept back")
	}
	for _, s := range a["slots"].([]any) {
		slot := s.(map[string]any)
		for _, key := range []string{"option_order", "response", "fraction", "result"} {
			if v, ok := slot[key]; ok {
				t.Errorf("item %v has %s: %v", slot["n"], key, v)
			}
		}
	}
	for _, secret := range []string{secret, "4711", `"choice`} {
		if strings.Contains(text, secret) {
			t.Errorf("data.json holds %q:\n%s", secret, text)
		}
	}
}

func decoded(t *testing.T, data string) (v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(data), &v); err != nil {
		t.Fatalf("%v in\n%s", err, data)
	}
	return v
}

// TestExportOfAMissingItem writes the id in place of a title.
func TestExportOfAMissingItem(t *testing.T) {
	var buf bytes.Buffer
	if err := WriteExport(&buf, exportOf(exam.Graded), func(exam.VersionID) *exam.Item { return nil }); err != nil {
		t.Fatal(err)
	}
	got := rows(parsed(t, unzip(t, buf.Bytes())["data.html"]).Find("table").Last())[1]
	if want := "1 | i1 | left blank | right"; got != want {
		t.Errorf("the row is %q, want %q", got, want)
	}
}

// A fullDisk takes so many bytes and then no more.
type fullDisk struct{ left int }

var errFullDisk = errors.New("the disk is full")

func (d *fullDisk) Write(p []byte) (int, error) {
	if len(p) > d.left {
		return 0, errFullDisk
	}
	d.left -= len(p)
	return len(p), nil
}

func TestExportToAFullDisk(t *testing.T) {
	items := exportItems()
	for _, room := range []int{0, 100, 1000} {
		err := WriteExport(&fullDisk{room}, exportOf(exam.Graded), func(id exam.VersionID) *exam.Item { return items[id] })
		if !errors.Is(err, errFullDisk) {
			t.Errorf("with room for %d bytes: %v, want the disk's error", room, err)
		}
	}
}
