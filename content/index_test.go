package content

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"groundwork/content/search"
)

func TestPlainHTML(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, src, want string }{
		{"paragraphs", "One *two*\nthree.\n\nFour `<five>`.", "One two three.\n\nFour <five>."},
		{"a list", "Before:\n\n- one\n- two\n  - three\n\nAfter.", "Before:\n\none\n\ntwo\n\nthree\n\nAfter."},
		{"a loose list", "1. one\n\n   more\n2. two", "one\n\nmore\n\ntwo"},
		{"headings", "### One\nTwo", "One\n\nTwo"},
		{"an aside", "> [!NOTE]\n> **A.** B.", "A. B."},
		{"a table", "| | a b |\n|-|-|\n| c | `d` |\n| e | |\n\nAfter", "a b\nc | d\ne\n\nAfter"},
		{"code is a paragraph", "Before\n\n```go title=\"caption.go\"\nfunc f() {\n\n\treturn \"a  b\"\n}\n```\n\nAfter", "Before\n\nfunc f() {\n\treturn \"a  b\"\n}\n\nAfter"},
		{"lines without numbers", "```log\na\nb\n```", "a\nb"},
		{"a diagram without its picture", "```diagram sequence title=\"A title\"\nApp -> Shop: POST /orders\n```", "App to Shop: POST /orders."},
		{"line ends", "a\\\nb", "a b"},
		{"entities", "a &lt;b&gt; &amp;lt;", "a <b> &lt;"},
		{"raw HTML is text", "<p>a</p>", "<p>a</p>"},
		{"nothing", "", ""},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, plainHTML(string(Render(tt.src)))); diff != "" {
			t.Errorf("%s: %q (-want +got):\n%s", tt.name, tt.src, diff)
		}
	}
}

var (
	leftover = regexp.MustCompile(`</?(?:p|li|ul|ol|figure|figcaption|pre|code|span|strong|em|table|tr|td|th|svg|h\d)\b[^>]*>|&(?:lt|gt|amp|quot|#\d+);`)
	svgWords = regexp.MustCompile(`viewBox|font-size|fig-[0-9a-f]{8}|compiled and run by this site|not run: `)
)

func TestSections(t *testing.T) {
	t.Parallel()
	lib := ours(t)
	seen := map[string]bool{}
	for _, s := range lib.Sections() {
		seen[s.URL] = true
		if s.Page == "" || s.Kind == "" || strings.TrimSpace(s.Text) == "" || s.Text != strings.TrimSpace(s.Text) {
			t.Errorf("%s: page %q, kind %q, text %q", s.URL, s.Page, s.Kind, s.Text)
		}
		if strings.HasSuffix(s.URL, "#") || !strings.HasPrefix(s.URL, "/") {
			t.Errorf("%q is no address", s.URL)
		}
		if m := svgWords.FindString(s.Text); m != "" {
			t.Errorf("%s has %q of a picture or caption", s.URL, m)
		}
		if strings.Contains(s.Text, "\n\n\n") {
			t.Errorf("%s has an empty paragraph", s.URL)
		}
		for _, paragraph := range strings.Split(s.Text, "\n\n") {
			if m := leftover.FindString(paragraph); m != "" && !strings.ContainsAny(paragraph, "{}\"") { // or it is code
				t.Errorf("%s has markup left: %s", s.URL, m)
			}
		}
	}
	for _, l := range lib.Lessons() {
		for _, id := range append([]string{""}, lessonParts...) {
			if url := strings.TrimSuffix(l.URL()+"#"+id, "#"); !seen[url] {
				t.Errorf("%s cannot be found", url)
			}
		}
	}
	for _, s := range lib.Skills {
		for _, id := range []string{"", "#what", "#why", "#levels"} {
			if !seen[s.URL()+id] {
				t.Errorf("%s%s cannot be found", s.URL(), id)
			}
		}
	}
}

// What stands in the sections of a small folder, to the letter.
func TestSectionsOfFolder(t *testing.T) {
	t.Parallel()
	lib, ps := Load(mapFS(folder()))
	if len(ps) > 0 {
		t.Fatal(ps)
	}
	var got []search.Section
	for _, s := range lib.Sections() {
		if strings.HasPrefix(s.URL, "/lesson/base/one") || strings.HasPrefix(s.URL, "/project/shop#s") || strings.HasPrefix(s.URL, "/guide/levels") || s.URL == "/skill/api#levels" {
			got = append(got, s)
		}
	}
	lesson := func(id, heading, text string) search.Section {
		return search.Section{URL: strings.TrimSuffix("/lesson/base/one#"+id, "#"), Page: "One", Kind: "Lesson", Heading: heading, Text: text}
	}
	want := []search.Section{
		{URL: "/guide/levels#levels", Page: "Levels", Kind: "Guide", Heading: "Junior: hiring expectations", Text: "Tasks.\n\nHandlers."},
		{URL: "/guide/levels#salary", Page: "Levels", Kind: "Guide", Heading: "Junior: salary, rough range", Text: "Junior salary: roughly $50k to $90k a year, in dollars."},
		{URL: "/guide/levels#caveat", Page: "Levels", Kind: "Guide", Heading: "Caveat", Text: "Rough."},
		lesson("", "", "One idea."),
		lesson("idea", "Idea", "See the why."),
		lesson("why", "Why", "Because."),
		lesson("example", "Example", "a()\nb()\n\nDetail\n\nMore."),
		lesson("trade", "Trade-off", "Costs."),
		lesson("fails", "Failure", "Fails."),
		lesson("try", "Try", "Try."),
		lesson("check", "Check", "What of first?\n\nWhat of second?\n\nWhat of third?"),
		{URL: "/skill/api#levels", Page: "API", Kind: "Skill", Heading: "What each level is expected to know", Text: "Junior: Knows it.\n\nMid-level: Does it.\n\nSenior: Teaches it."},
		{URL: "/project/shop#scope", Page: "Shop", Kind: "Project", Heading: "Scope", Text: "Buy."},
		{URL: "/project/shop#stretch", Page: "Shop", Kind: "Project", Heading: "Stretch", Text: "Gift."},
		{URL: "/project/shop#show", Page: "Shop", Kind: "Project", Heading: "Show", Text: "D."},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sections (-want +got):\n%s", diff)
	}
}

// The words of code can be found; the wrong options of questions are not
// material.
func TestWhatIsFound(t *testing.T) {
	t.Parallel()
	lib := ours(t)
	index := search.Build(lib.Sections())
	for query, url := range map[string]string{"FieldError": "/lesson/api/errors#example", "synctest.Test": "/lesson/performance/breakers#example"} {
		found := false
		for _, hit := range index.Search(query, 10) {
			found = found || hit.URL == url
		}
		if !found {
			t.Errorf("%q does not find %s", query, url)
		}
	}
	for _, l := range lib.Lessons() {
		for _, p := range l.Parts {
			for _, c := range p.Checks {
				for _, s := range lib.Sections() {
					if s.URL == l.URL()+"#check" && strings.Contains(s.Text, plainHTML(string(c.Options[0].Reason))) {
						t.Errorf("%s holds the reason of an option of %s", s.URL, c.ID)
					}
				}
			}
		}
	}
}
