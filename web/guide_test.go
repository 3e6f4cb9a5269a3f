package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// texts lists the words of every element of a selection.
func texts(s *goquery.Selection) []string {
	return s.Map(func(_ int, s *goquery.Selection) string { return text(s) })
}

func TestSelfCheck(t *testing.T) {
	t.Parallel()
	b := newSite(t).browser(t)
	tests := []struct {
		name    string
		form    url.Values
		shown   []string // the lessons pointed to
		verdict string
	}{
		{"nothing answered", url.Values{}, nil, "Answer the questions above"},
		{"all of it", url.Values{"http": {"yes"}, "git": {"yes"}, "program": {"yes"}}, nil, "You have what this guide builds on"},
		{"one gap", url.Values{"http": {"yes"}, "git": {"no"}, "program": {"yes"}}, []string{"/lesson/foundations/git"}, "Each “not yet” has its lesson"},
		{"two gaps, one blank", url.Values{"http": {"no"}, "program": {"no"}}, []string{"/lesson/foundations/request", "/lesson/foundations/small-service"}, "Each “not yet”"},
		{"one yes, the rest blank", url.Values{"git": {"yes"}}, nil, "Answer the questions above"},
		{"made up", url.Values{"http": {"<b>"}, "other": {"no"}}, nil, "Answer the questions above"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := b.do("/self-check", tt.form)
			doc := r.doc(t)
			shown := doc.Find(".selfcheck .shown a").Map(func(_ int, a *goquery.Selection) string { return a.AttrOr("href", "") })
			if diff := cmp.Diff(tt.shown, shown, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("lessons pointed to (-want +got):\n%s", diff)
			}
			if got := text(doc.Find("form [role=status]")); !strings.HasPrefix(got, tt.verdict) {
				t.Errorf("verdict %q, want it to begin with %q", got, tt.verdict)
			}
			checked := url.Values{}
			doc.Find(".selfcheck input[checked]").Each(func(_ int, i *goquery.Selection) {
				checked.Set(i.AttrOr("name", ""), i.AttrOr("value", ""))
			})
			for name := range checked {
				if checked.Get(name) != tt.form.Get(name) {
					t.Errorf("%s is checked as %q", name, checked.Get(name))
				}
			}
			if r.status != http.StatusOK || len(r.header.Values("Set-Cookie")) > 0 {
				t.Errorf("status %d, cookies %q; want 200 and none", r.status, r.header.Values("Set-Cookie"))
			}
		})
	}
}

func TestGuidePages(t *testing.T) {
	t.Parallel()
	b := newSite(t).browser(t)
	tests := []struct {
		name, path string
		status     int
		h1         string
	}{
		{"a page of Markdown", "/guide/next-steps", 200, "Next steps"},
		{"a page with a form of its own", "/guide/mistakes", 200, "Mistakes"},
		{"the fit test lives elsewhere", "/guide/fit", 404, "This page is not on the plan"},
		{"the exam lives elsewhere", "/guide/exam", 404, "This page is not on the plan"},
		{"the overview is the front page", "/guide/overview", 404, "This page is not on the plan"},
		{"no such page", "/guide/nothing", 404, "This page is not on the plan"},
		{"no page above it", "/guide/", 404, "This page is not on the plan"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := b.do(tt.path, nil)
			if got := text(r.doc(t).Find("h1")); r.status != tt.status || got != tt.h1 {
				t.Errorf("GET %s = %d %q, want %d %q", tt.path, r.status, got, tt.status, tt.h1)
			}
		})
	}
}

func TestLevels(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	doc := b.open("/guide/levels")
	if diff := cmp.Diff([]string{"Junior", "Mid-level", "Senior"}, texts(doc.Find(".levels thead th"))); diff != "" {
		t.Errorf("columns (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"Owns", "Builds", "Works with others", "Is known by"}, texts(doc.Find(".levels tbody th"))); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if n := doc.Find(".levels tbody td").FilterFunction(func(_ int, td *goquery.Selection) bool { return td.Find("a[href^='/skill/']").Length() > 0 }).Length(); n != 12 {
		t.Errorf("%d cells name their skills, want 12", n)
	}
	want := "Junior 55 to 90, Mid-level 85 to 140, Senior 130 to 200 or more, in thousands of US dollars a year."
	if got := text(doc.Find("#salary-caption")); got != want {
		t.Errorf("caption %q, want %q", got, want)
	}
	if n := doc.Find(".note.look").Length(); n != 0 {
		t.Error("figures of this year are called old")
	}
	s.pass(365 * 24 * time.Hour)
	if n := b.open("/guide/levels").Find(".note.look").Length(); n != 1 {
		t.Error("figures of more than a year ago are not called old")
	}
}

// A tick is saved, shown with its day, counted, and can be taken back.
func TestTicks(t *testing.T) {
	t.Parallel()
	b := newSite(t).browser(t)
	tests := []struct {
		name, page, ref string
		counted         string // in the title block
	}{
		{"a topic of the interview checklist", "/guide/interview", "interview/read-heavy", "1 of 7"},
		{"a point of the rubric", "/guide/interview", "rubric/caching", "1 of 11"},
		{"a criterion of a mini task", "/path", "task/mini-users/duplicate", "1 of 16"},
		{"a criterion of a project", "/project/feed", "project/feed/cursor", "1 of 9"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			state := func(doc *goquery.Document) []string {
				row := doc.Find("#" + refID(tt.ref))
				return []string{row.Find("button").AttrOr("aria-pressed", ""), text(row.Find(".by"))}
			}
			press := func(doc *goquery.Document) *goquery.Document {
				form := url.Values{}
				row := doc.Find("#" + refID(tt.ref) + " form")
				row.Find("input, button").Each(func(_ int, i *goquery.Selection) { form.Set(i.AttrOr("name", ""), i.AttrOr("value", "")) })
				r := b.do(row.AttrOr("action", ""), form)
				if r.status != http.StatusOK || r.at != tt.page {
					t.Fatalf("ticking ended with %d at %s, want 200 at %s", r.status, r.at, tt.page)
				}
				return r.doc(t)
			}
			doc := b.open(tt.page)
			if diff := cmp.Diff([]string{"false", "open"}, state(doc)); diff != "" {
				t.Errorf("before (-want +got):\n%s", diff)
			}
			doc = press(doc)
			if diff := cmp.Diff([]string{"true", "ticked by you, 14 June"}, state(doc)); diff != "" {
				t.Errorf("ticked (-want +got):\n%s", diff)
			}
			if got := texts(doc.Find(".tblock dd")); !strings.Contains(strings.Join(got, "\n"), tt.counted) {
				t.Errorf("title block %q does not say %q", got, tt.counted)
			}
			if diff := cmp.Diff([]string{"false", "open"}, state(press(doc))); diff != "" {
				t.Errorf("taken back (-want +got):\n%s", diff)
			}
		})
	}
}

// The worked answer stands last and is folded away; the place to write comes
// before it.
func TestInterviewOrder(t *testing.T) {
	t.Parallel()
	doc := newSite(t).browser(t).open("/guide/interview")
	ids := doc.Find("main .row > h2").Map(func(_ int, s *goquery.Selection) string { return s.AttrOr("id", "") })
	if diff := cmp.Diff([]string{"how", "checklist", "prompt", "rubric", "answer"}, ids); diff != "" {
		t.Errorf("order of the page (-want +got):\n%s", diff)
	}
	if n := doc.Find("#answer").Parent().Find("details:not([open]) .code").Length(); n == 0 {
		t.Error("the worked answer is not folded away")
	}
	if got := text(doc.Find("#prompt").Parent().Find("h3")); !strings.HasSuffix(got, ", 45 minutes") {
		t.Errorf("the prompt is headed %q", got)
	}
}

func TestNotes(t *testing.T) {
	t.Parallel()
	b := newSite(t).browser(t)
	for _, page := range []string{"/skill/api", "/path", "/project/feed", "/guide/interview"} {
		t.Run(page, func(t *testing.T) {
			form := b.open(page).Find("form[action='/notes']").First()
			sent := url.Values{"body": {"# Mine\n\n**bold** <script>alert(1)</script> [x](javascript:alert(1))\n\n```go\nx := 1\n```"}}
			form.Find("input[type=hidden]").Each(func(_ int, i *goquery.Selection) { sent.Set(i.AttrOr("name", ""), i.AttrOr("value", "")) })
			r := b.do("/notes", sent)
			doc := r.doc(t)
			if r.status != http.StatusOK || r.at != page {
				t.Fatalf("saving ended with %d at %s", r.status, r.at)
			}
			if got := form.Parent(); got.Length() == 0 || doc.Find("h1").Length() != 1 {
				t.Errorf("%d h1 on the page", doc.Find("h1").Length())
			}
			if page != "/guide/interview" { // there the note is the text area alone
				note := doc.Find("#" + refID(sent.Get("ref")) + "-note .prose")
				if note.Find("b").Length() == 0 || note.Find("strong").Length() != 1 || note.Find("script, h1, a[href^=javascript]").Length() != 0 {
					h, _ := note.Html()
					t.Errorf("the note is shown as\n%s", h)
				}
				if got := note.Find("pre").AttrOr("aria-label", ""); got != "In your note: Code 1" {
					t.Errorf("code in the note is named %q", got)
				}
			}
			box := doc.Find("textarea[name=body]").First()
			if got := strings.TrimPrefix(box.Text(), "\n"); got != sent.Get("body") {
				t.Errorf("the form holds %q, want what was sent", got)
			}
			if got := box.Closest("form").Find("input[name=base]").AttrOr("value", ""); got != "1" {
				t.Errorf("the form is based on revision %q, want 1", got)
			}
		})
	}
}
