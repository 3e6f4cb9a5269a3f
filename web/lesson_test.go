package web

import (
	"net/http"
	"net/url"
	"strconv"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// An answer to a question comes back with its reasons, without scripts and
// without a trace.
func TestCheckYourself(t *testing.T) {
	t.Parallel()
	b := newSite(t).browser(t)
	const path = "/lesson/foundations/request"
	lesson := theContent().Library.Lesson("foundations/request")
	part := lesson.Parts[len(lesson.Parts)-1]
	question := part.Checks[1]
	key, wrong := 0, 1
	for i, o := range question.Options {
		if o.Key {
			key = i
		}
	}
	if key == wrong {
		wrong = 0
	}
	tests := []struct {
		name    string
		query   url.Values
		verdict string // "" for none
		chosen  []string
	}{
		{"nothing asked", url.Values{}, "", nil},
		{"right", url.Values{"q": {question.ID}, "a": {strconv.Itoa(key)}}, "Right.", []string{strconv.Itoa(key)}},
		{"wrong", url.Values{"q": {question.ID}, "a": {strconv.Itoa(wrong)}}, "Not this time.", []string{strconv.Itoa(wrong)}},
		{"nothing chosen", url.Values{"q": {question.ID}}, "", nil},
		{"no such option", url.Values{"q": {question.ID}, "a": {"9"}}, "", nil},
		{"no such question", url.Values{"q": {"made-up"}, "a": {"0"}}, "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := b.do(path+"?"+tt.query.Encode(), nil)
			doc := r.doc(t)
			if got := text(doc.Find("form.check .reveal .tagline")); r.status != http.StatusOK || got != tt.verdict {
				t.Errorf("%d, verdict %q, want %q", r.status, got, tt.verdict)
			}
			chosen := doc.Find("form.check input[checked]").Map(func(_ int, i *goquery.Selection) string { return i.AttrOr("value", "") })
			if diff := cmp.Diff(tt.chosen, chosen, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("chosen (-want +got):\n%s", diff)
			}
			reasons := doc.Find("form.check .reasons > li").Length()
			if want := len(question.Options); (tt.verdict != "") != (reasons == want) {
				t.Errorf("%d reasons of %d options", reasons, want)
			}
			if tt.verdict != "" && doc.Find(".reveal[open]").Closest("form").AttrOr("id", "") != question.ID {
				t.Error("the reasons stand at another question")
			}
			if len(r.header.Values("Set-Cookie")) > 0 {
				t.Error("checking oneself leaves a cookie")
			}
		})
	}
}

func TestLessonPage(t *testing.T) {
	t.Parallel()
	b := newSite(t).browser(t)
	lib := theContent().Library
	for _, sk := range lib.Skills {
		for i, l := range sk.Lessons {
			doc := b.open(l.URL())
			var want []string
			for _, p := range l.Parts {
				if p.Heading != "" {
					want = append(want, "#"+p.ID)
				}
			}
			toc := doc.Find(".toc a").Map(func(_ int, a *goquery.Selection) string { return a.AttrOr("href", "") })
			if diff := cmp.Diff(want, toc); diff != "" {
				t.Errorf("%s: contents (-want +got):\n%s", l.URL(), diff)
			}
			pager := doc.Find(".pager a").Length()
			if wantLinks := min(2, i+1); pager != wantLinks {
				t.Errorf("%s has %d links in its pager, want %d", l.URL(), pager, wantLinks)
			}
			if got := doc.Find("form.check").Length(); got != 3 {
				t.Errorf("%s asks %d questions", l.URL(), got)
			}
			sources := doc.Find("section[aria-labelledby=sources] a").Length()
			if sources != len(l.Sources) {
				t.Errorf("%s shows %d of %d sources", l.URL(), sources, len(l.Sources))
			}
		}
	}
	for _, path := range []string{"/lesson/api/nothing", "/lesson/nothing/errors", "/lesson/api", "/skill/nothing", "/project/nothing"} {
		if r := b.do(path, nil); r.status != http.StatusNotFound {
			t.Errorf("GET %s = %d, want 404", path, r.status)
		}
	}
}
