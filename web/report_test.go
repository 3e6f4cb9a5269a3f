package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"groundwork/store"
)

func TestReport(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	form := b.open("/report?page=/practice/api&ref=api-p07").Find("form[action='/report']")
	for name, want := range map[string]string{"page": "/practice/api", "ref": "api-p07"} {
		if got := form.Find("input[name="+name+"]").AttrOr("value", ""); got != want {
			t.Errorf("the form has the %s %q, want %q", name, got, want)
		}
	}
	tests := []struct {
		name string
		form url.Values
		at   string
		want int
	}{
		{"nothing said", url.Values{"page": {"/path"}, "text": {"  \n "}}, "/report", 422},
		{"far too much", url.Values{"text": {strings.Repeat("é", maxReport+1)}}, "/report", 422},
		{"as much as may be", url.Values{"text": {strings.Repeat("é", maxReport)}}, "/report/thanks", 200},
		{"a fault", url.Values{"page": {"/lesson/api/errors"}, "ref": {"api-p07"}, "text": {"The status is 422, not 400."}}, "/report/thanks", 200},
		{"another site's page", url.Values{"page": {"//evil.example/x"}, "ref": {"a b"}, "text": {"x"}}, "/report/thanks", 200},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := b.do("/report", tt.form)
			if r.status != tt.want || r.at != tt.at {
				t.Errorf("%d at %s, want %d at %s", r.status, r.at, tt.want, tt.at)
			}
			if doc := r.doc(t); tt.want == 422 && (doc.Find("#text-error").Length() != 1 || doc.Find("#text").AttrOr("aria-invalid", "") != "true") {
				t.Error("the field does not say what is wrong")
			}
			if len(r.header.Values("Set-Cookie")) > 0 {
				t.Error("a report leaves a cookie")
			}
		})
	}
	got, err := s.store.Reports(t.Context(), 10)
	if err != nil {
		t.Fatal(err)
	}
	want := []store.FaultReport{
		{Text: "x", At: start},
		{Page: "/lesson/api/errors", Ref: "api-p07", Text: "The status is 422, not 400.", At: start},
		{Text: strings.Repeat("é", maxReport), At: start},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
}

// A network that reports without end has to wait, and may go on later.
func TestReportLimit(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	send := func() reply { return b.do("/report", url.Values{"text": {"x"}}) }
	for range 10 {
		if r := send(); r.status != http.StatusOK {
			t.Fatalf("refused with %d", r.status)
		}
	}
	if r := send(); r.status != http.StatusTooManyRequests || r.header.Get("Retry-After") != "60" {
		t.Errorf("the eleventh: %d, Retry-After %q", r.status, r.header.Get("Retry-After"))
	}
	s.pass(time.Minute)
	if r := send(); r.status != http.StatusOK {
		t.Errorf("a minute later: %d", r.status)
	}
}
