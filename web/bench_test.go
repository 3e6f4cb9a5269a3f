//go:build unix

package web

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"
	"time"

	"github.com/a-h/templ"

	"groundwork/exam"
	"groundwork/store"
)

// A reading is a request of somebody who has handed in an attempt and sits
// another one.
type reading struct {
	*http.Request
	site         *site
	open, graded *exam.Attempt
}

func newReading(b *testing.B) reading {
	s := newSite(b)
	ctx := b.Context()
	id, _, err := s.store.CreateVisitor(ctx, s.now())
	if err != nil {
		b.Fatal(err)
	}
	content := theContent()
	begin := func(seed int64) *exam.Attempt {
		a, _, err := s.store.StartAttempt(ctx, id, store.Start{
			Exam: examName, Seed: seed, Rules: content.Blueprint.Rules, Now: s.now(),
			Draw: func(h exam.History) ([]exam.Place, error) {
				return exam.Assemble(content.Bank, content.Blueprint, h, seed)
			},
		})
		if err != nil {
			b.Fatal(err)
		}
		return a
	}
	graded, err := s.store.SubmitAttempt(ctx, id, begin(1).ID, s.now().Add(time.Hour))
	if err != nil {
		b.Fatal(err)
	}
	who := context.WithValue(ctx, learnerContext, store.Learner{ID: id})
	return reading{httptest.NewRequestWithContext(who, "GET", "/", nil), s, begin(2), graded}
}

// BenchmarkRender renders pages from memory: what is left of a page of
// somebody's own when session, queries and sending cost nothing.
func BenchmarkRender(b *testing.B) {
	r := newReading(b)
	s := r.site.web
	pages := []struct {
		name string
		page func() (templ.Component, error)
	}{
		{"Item", func() (templ.Component, error) {
			v, err := s.newSittingView(r.Request, r.open, "1")
			return sittingPage(v), err
		}},
		{"Result", func() (templ.Component, error) {
			r.SetPathValue("id", string(r.graded.ID))
			g, err := s.graded(r.Request)
			return resultPage(s.newResultView(r.Request, g)), err
		}},
		{"Dashboard", func() (templ.Component, error) {
			states, err := s.skillStates(r.Context())
			v := dashboardView{Frame: s.frame(r.Request, "Your work", ""), Hello: "Your work"}
			s.dashboardPlan(&v, states, nil)
			s.dashboardWork(&v, nil)
			s.dashboardExams(&v, []*exam.Attempt{r.graded})
			return dashboardPage(v), err
		}},
	}
	for _, p := range pages {
		b.Run(p.name, func(b *testing.B) {
			c, err := p.page()
			if err != nil {
				b.Fatal(err)
			}
			var buf bytes.Buffer
			b.ReportAllocs()
			begun := cpu()
			for b.Loop() {
				buf.Reset()
				if err := c.Render(r.Context(), &buf); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(cpu()-begun)/float64(b.N), "cpu-ns/op") // what a busy machine does not stretch
			b.ReportMetric(float64(buf.Len()), "bytes")
		})
	}
}

// cpu is the processor time that the tests have used.
func cpu() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
