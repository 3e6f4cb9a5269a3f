package web

import (
	"net/url"
	"testing"
)

// Your work says where the exam stands: none yet, one open, one handed in.
func TestDashboardOfExams(t *testing.T) {
	t.Parallel()
	b := newSite(t).browser(t)
	says := func(want string) {
		t.Helper()
		if got := text(b.open("/me").Find("#at")); got != want {
			t.Errorf("the heading about exams is %q, want %q", got, want)
		}
	}
	says("No exam yet")
	attempt := b.begin()
	says("Your first exam is open")
	b.do(attempt+"/submit", url.Values{})
	says("Exam attempts")
}
