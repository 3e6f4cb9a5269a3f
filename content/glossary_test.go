package content

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"groundwork/content/source"
)

// Our own glossary: its page is made of its terms.
func TestGlossary(t *testing.T) {
	t.Parallel()
	lib, problems := Load(FS())
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	if n := len(lib.Glossary.Terms); n < 80 || n > 140 {
		t.Errorf("%d terms; it is meant to hold 80 to 140", n)
	}
	page := lib.Pages["glossary"]
	if len(page.Parts) != len(lib.Glossary.Terms) {
		t.Errorf("%d sections for %d terms", len(page.Parts), len(lib.Glossary.Terms))
	}
	const want = "<p>Having the same effect when done again as when done once. What is idempotent may be repeated after an answer was lost.</p>\n" +
		`<p>In the lessons: <a href="/lesson/api/resources">Resources and HTTP semantics</a> · <a href="/lesson/microservices/outbox">Idempotency and the outbox</a></p>` + "\n"
	if diff := cmp.Diff(want, string(page.Part("idempotent").HTML)); diff != "" {
		t.Errorf("idempotent (-want +got):\n%s", diff)
	}
	last := ""
	for _, p := range page.Parts {
		if strings.ToLower(p.Heading) < last {
			t.Errorf("%q stands after %q", p.Heading, last)
		}
		last = strings.ToLower(p.Heading)
	}
	found := false
	for _, s := range lib.Sections() {
		found = found || s.URL == "/guide/glossary#write-skew" && s.Heading == "write skew"
	}
	if !found {
		t.Error("search does not know the term write skew")
	}
}

// glossed loads our content with another glossary and returns what is wrong.
func glossed(terms string) []string {
	l := &loader{counters: map[string]*counter{}, lib: &Library{Glossary: new(Glossary), lessons: map[string]*Lesson{}}}
	l.fsys = fstest.MapFS{
		"guide/glossary.md": {Data: []byte("---\nterms:\n" + terms + "---\n")},
		"lesson/api/a.md":   {Data: []byte("---\nsummary: Caches.\n---\nA *Queue* is full.\n")},
	}
	l.lib.lessons["api/a"] = &Lesson{ID: "api/a", Page: Page{Meta: Meta{File: "lesson/api/a.md"}}}
	f, _ := source.Read(l.fsys, "guide/glossary.md")
	l.problems = f.Decode(l.lib.Glossary)
	l.lib.Glossary.File = "guide/glossary.md"
	l.glossary()
	var out []string
	for _, p := range l.problems.Sorted() {
		out = append(out, fmt.Sprintf("%d: %s", p.Line, p.What))
	}
	return out
}

func TestGlossaryMistakes(t *testing.T) {
	t.Parallel()
	const queue = "  - {term: queue, text: A line., lessons: [api/a]}\n"
	tests := []struct {
		name, terms string
		want        []string
	}{
		{"none", queue + "  - {term: caching, also: [cache], not: [cacheing], text: A copy., lessons: [api/a]}\n", nil},
		{"no terms", "", []string{"2: the list terms is missing or empty"}},
		{"no text and no lessons", queue + "  - {term: cache}\n", []string{"4: the term \"cache\" lacks its name, text or lessons"}},
		{"a lesson that is not there", "  - {term: queue, text: A line., lessons: [api/b]}\n", []string{"3: there is no lesson \"api/b\""}},
		{"a lesson that does not use it", queue + "  - {term: caching, text: A copy., lessons: [api/a]}\n", []string{"4: the lesson api/a does not use the term \"caching\""}},
		{"right and wrong", "  - {term: queue, also: [queues], not: [queues], text: A line., lessons: [api/a]}\n", []string{"3: \"queues\" is a form of \"queue\" and a wrong spelling of it"}},
		{"twice", queue + "  - {term: Queue, text: A row., lessons: [api/a]}\n", []string{"4: \"Queue\" has the same id as \"queue\""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, glossed(tt.terms)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSpelling(t *testing.T) {
	t.Parallel()
	lib := &Library{Glossary: &Glossary{Terms: []GlossaryTerm{
		{Term: "idempotent", Also: []string{"idempotency"}, Not: []string{"idempotant"}},
		{Term: "runbook", Not: []string{"run book", "run-book"}},
		{Term: "gRPC", Not: []string{"GRPC", "Grpc"}},
		{Term: "N+1", Not: []string{"n+1"}},
	}}}
	const front = "---\ntitle: A Run-Book\nsources:\n  - {title: \"The run book\", url: \"https://x/run-book\"}\nharness: |\n  // run book\nlede: idempotant\n---\n"
	fsys := fstest.MapFS{
		"lesson/api/a.md": {Data: []byte(front + strings.Join([]string{
			"The run book, and the runbook.",
			"Two run books; a drun book and a run bookend.",
			"`run book` and [a page](/guide/run-book) and https://example.org/run-book {#run-book}",
			"```text", "run book", "```",
			"**Idempotant** handlers, gRPC, and GRPC too.",
			"grpc in lower case is a package; n+1 is N+1.",
		}, "\n"))},
		"item/api/exam.md":  {Data: []byte("---\nskill: api\n---\n\n- [ ] A run-book\n")},
		"guide/glossary.md": {Data: []byte("---\nterms:\n  - term: runbook\n    not: [run book]\n    text: No run book.\n---\n")},
		"guide/torn.md":     {Data: []byte("run book")},
	}
	var got []string
	for _, p := range lib.Spelling(fsys).Sorted() {
		got = append(got, p.String())
	}
	want := []string{
		`guide/glossary.md:5: writes "run book"; write "runbook", as the glossary does`,
		`item/api/exam.md:5: writes "run-book"; write "runbook", as the glossary does`,
		`lesson/api/a.md:2: writes "Run-Book"; write "runbook", as the glossary does`,
		`lesson/api/a.md:7: writes "idempotant"; write "idempotent", as the glossary does`,
		`lesson/api/a.md:9: writes "run book"; write "runbook", as the glossary does`,
		`lesson/api/a.md:10: writes "run books"; write "runbook", as the glossary does`,
		`lesson/api/a.md:15: writes "GRPC"; write "gRPC", as the glossary does`,
		`lesson/api/a.md:15: writes "Idempotant"; write "idempotent", as the glossary does`,
		`lesson/api/a.md:16: writes "n+1"; write "N+1", as the glossary does`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Spelling (-want +got):\n%s", diff)
	}
}
