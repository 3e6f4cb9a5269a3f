package web

import (
	"fmt"
	"net/http/httptest"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"groundwork/exam"
	"groundwork/store"
)

// A page that asks for patience says how long, and what was asked for is one
// step away with its choices.
func TestTryAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	type said struct {
		Status      int
		After, Link string
	}
	for _, c := range []struct {
		err  error
		want said
	}{
		{errCounting, said{503, "20", "/operator/stats?which=all"}},
		{fmt.Errorf("save: %w", store.ErrFull), said{503, "60", "/"}},
		{exam.ErrBusy, said{503, "3", "/exam"}},
		{exam.ErrClosed, said{409, "", "/exam"}},
		{errWait{1}, said{429, "1", "/"}},
	} {
		w := httptest.NewRecorder()
		s.web.fail(w, httptest.NewRequest("GET", "/operator/stats?which=all", nil), c.err)
		doc, err := goquery.NewDocumentFromReader(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		got := said{w.Code, w.Header().Get("Retry-After"), doc.Find("main a.btn").AttrOr("href", "none")}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%v (-want +got):\n%s", c.err, diff)
		}
	}
}
