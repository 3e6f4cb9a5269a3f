package ui

import (
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/google/go-cmp/cmp"
)

func TestTitleBlock(t *testing.T) {
	likeMock(t, "titleblock-four", draw(t, TitleBlock([]Cell{
		{Term: "Exam", Text: "60 items, version 1.4"}, {Term: "Result", Text: "44 of 60, 67 to 79 likely"},
		{Term: "Pass line", Text: "70"}, {Term: "New items", Text: "51 of 60"},
		{Term: "Junior", Text: "ready, 18 of 20"}, {Term: "Mid-level", Text: "nearly, 18 of 24"},
		{Term: "Senior", Text: "not yet, 8 of 16"}, {Term: "Sat", Text: "online, not supervised"},
		{Term: "Key", Text: "ed25519 9c:41:7e:02"}, {Term: "Verify", Text: "groundwork verify 7F3A-92KD.json"},
	}, true)))
	likeMock(t, "titleblock-full", draw(t, TitleBlock([]Cell{
		{Term: "Steps done", Text: "1 of 4"}, {Term: "Checks passed", Text: "5 of 9"}, {Term: "Last run", Text: "14 June, 18:22"},
	}, false)))
}

func TestTitleBlockCellsAreEven(t *testing.T) {
	plain, full, wide := Cell{}, Cell{Full: true}, Cell{Wide: true}
	tests := []struct {
		name    string
		cells   []Cell
		columns int
		want    string // one word a cell; "-" is a plain one
	}{
		{"none", nil, 2, ""},
		{"one of two", []Cell{plain}, 2, "full"},
		{"two of two", []Cell{plain, plain}, 2, "- -"},
		{"three of two", []Cell{plain, plain, plain}, 2, "- - full"},
		{"a full one in between", []Cell{plain, plain, full, plain}, 2, "- - full full"},
		{"one of four", []Cell{plain}, 4, "full"},
		{"two of four", []Cell{plain, plain}, 4, "wide2 wide2"},
		{"three of four", []Cell{plain, plain, plain}, 4, "- - wide2"},
		{"five of four", []Cell{plain, plain, plain, plain, plain}, 4, "- - - - full"},
		{"six of four", []Cell{plain, plain, plain, plain, plain, plain}, 4, "- - - - wide2 wide2"},
		{"after a wide one", []Cell{wide, plain}, 4, "wide2 wide2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := append([]Cell(nil), tt.cells...)
			var got []string
			for _, c := range even(tt.cells, tt.columns) {
				got = append(got, or(c.class(), "-"))
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("cells (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(before, tt.cells); diff != "" {
				t.Errorf("the argument was changed (-before +after):\n%s", diff)
			}
		})
	}
}

func TestTitleBlockWithTimeAndMarkup(t *testing.T) {
	got := tree(t, draw(t, TitleBlock([]Cell{
		{Term: "Published", Text: "20 January 2026", Time: "2026-01-20"},
		{Term: "Key", Body: templ.Raw("<code>9c:41</code>")},
	}, false)))
	want := []string{
		`dl class="tblock"`,
		`  div`, `    dt`, `      "Published"`, `    dd`, `      time datetime="2026-01-20"`, `        "20 January 2026"`,
		`  div`, `    dt`, `      "Key"`, `    dd`, `      code`, `        "9c:41"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("title block (-want +got):\n%s", diff)
	}
}

func TestBlocksOfText(t *testing.T) {
	likeMock(t, "note", draw(t, with(Note(Notice{Kind: NoticeFault, Title: "That did not match", Role: "alert", Class: "mt5"}),
		templ.Raw("<p>The email address or the password is wrong. We do not say which, so that nobody can find out who has an account.</p>"))))
	likeMock(t, "crumbs", draw(t, Crumbs([]Link{{"Your work", "dashboard.html"}, {Text: "Attempt 3, 14 June 2026"}})))
	likeMock(t, "row", draw(t, with(Row("Who it is for", "who"), templ.Raw("<p>You.</p>"))))
	likeMock(t, "widerow", draw(t, with(WideRow("Salary, rough ranges", "sal"), templ.Raw("<p>Rough.</p>"))))
	likeMock(t, "pager", draw(t, Pager("Lessons",
		PagerLink{"lesson.html", "Lesson 1", "Latency, throughput and percentiles"},
		PagerLink{"lesson.html", "Lesson 3", "Retries, backoff and jitter"})))
	likeMock(t, "blank", draw(t,
		with(Blank("No cards due", "b1"), templ.Raw("<p>Cards come from lessons you have read and exam items you missed. Read one lesson and three will appear here tomorrow.</p>")),
		with(Blank("No exam yet", "b2"), templ.Raw(`<p>You can sit it at any time, also just to see where you stand. <a href="exam-start.html">What is in it</a></p>`))))
}

func TestPagerAtTheFirstPage(t *testing.T) {
	got := tree(t, draw(t, Pager("Lessons", PagerLink{}, PagerLink{"/2", "Lesson 2", "Git"})))
	want := []string{
		`nav aria-label="Lessons" class="pager sans"`, `  span`,
		`  a href="/2"`, `    span`, `      "Lesson 2"`, `    "Git"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pager (-want +got):\n%s", diff)
	}
}

func TestPassage(t *testing.T) {
	likeMock(t, "passage", draw(t,
		Passage(Quote{
			Body:   templ.Raw("<p>Wait 100 ms, then 200, then 400, and pick a random point in each interval. <mark>Without the random part every client comes back in the same instant</mark> and the outage repeats itself.</p>"),
			Source: Link{"Retries, backoff and jitter", "lesson.html"}, Where: "Performance And Reliability, lesson 3",
		}),
		Passage(Quote{
			Body:   templ.Raw("<p>Each retry gets a fresh timeout, so three tries take three times as long as promised. <mark>Give all tries one deadline between them.</mark></p>"),
			Source: Link{"Timeouts and deadlines", "lesson.html"}, Where: "Performance And Reliability, lesson 2",
		})))
}

func TestTerm(t *testing.T) {
	pass := func(name, note string) TermLine {
		return TermLine{{"ok", "pass"}, {"", name}, {"dim", note}}
	}
	likeMock(t, "term", draw(t, Term(Terminal{
		Title: "Run 16, 14 June 2026, 18:41", Aside: "7 checks, 4.2 s", Label: "Output of run 16",
		Lines: []TermLine{
			{{"", "groundwork verify task-tracker --url http://localhost:8080"}},
			{},
			pass("  scope/crud            ", "14 requests"),
			pass("  scope/filter          ", " 9 requests"),
			pass("  acceptance/auth       ", " 4 requests"),
			pass("  acceptance/pagination ", "31 requests, rows added meanwhile"),
			{{"no", "FAIL"}, {"", "  acceptance/validation"}},
			{{"", `      POST /tasks {"title":""}`}},
			{{"", "      "}, {"dim", "expected"}, {"", ` 422 with errors[0].field = "title"`}},
			{{"", "      "}, {"dim", "got     "}, {"", " "}, {"no", `400 "bad request"`}},
			{{"", "      "}, {"try", "again:"}, {"", ` curl -sX POST localhost:8080/tasks -d '{"title":""}'`}},
			{{"ok", "pass"}, {"", "  acceptance/errors"}},
			pass("  acceptance/openapi    ", "12 paths compared"),
		},
	})))
}

func TestTermEscapes(t *testing.T) {
	got := Terminal{Lines: []TermLine{{{"no", "<script>"}, {`x" onclick="`, "a&b"}}}}.markup()
	if want := `<span class="no">&lt;script&gt;</span>a&amp;b`; got != want {
		t.Errorf("markup = %s, want %s", got, want)
	}
}

func TestCriteria(t *testing.T) {
	criterion := func(m Mark, by, text string) templ.Component { return with(Criterion(m, by), templ.Raw(text)) }
	likeMock(t, "criteria", `<ul class="criteria">`+draw(t,
		criterion(MarkVerified, "run 16", "Auth: a request without a valid token is refused"),
		criterion(MarkVerified, "run 16", "Pagination: pages do not skip or repeat while rows are added"),
		criterion(MarkFailed, "run 16, failed", `Validation: bad input is named field by field<br><span class="hint">Expected a field called <code>title</code> in the error; the body was <code>"bad request"</code>.</span>`),
		criterion(MarkVerified, "run 16", "Error handling: one shape for every error"),
		criterion(MarkVerified, "run 16", "OpenAPI spec: served, and true of the running service"),
		criterion(MarkTicked, "ticked by you", "Seed data"),
	)+`</ul>`)
	likeMock(t, "tick", `<ul class="criteria">`+draw(t,
		TickCriterion(TickBox{ID: "t1", Name: "done", Value: "t1", Text: "CI runs on every push and blocks failing merges", By: "yours to tick: we cannot see your CI"}),
		TickCriterion(TickBox{ID: "t2", Name: "done", Value: "t2", Text: "The runbook exists, and a colleague could follow it", By: "yours to tick"}),
	)+`</ul>`)
}
