//go:build unix

package web

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/a-h/templ"

	"groundwork/exam"
	"groundwork/store"
)

// readings are requests of as many people as the scenarios of cmd/bench have, each
// with another form, all of which they have answered. If they are to be graded,
// they have handed in.
func readings(b *testing.B, s *site, graded bool) (list []*http.Request) {
	for seed := range int64(16) {
		ctx := b.Context()
		id, _, err := s.store.CreateVisitor(ctx, s.now())
		if err != nil {
			b.Fatal(err)
		}
		a, _, err := s.store.StartAttempt(ctx, id, store.Start{
			Exam: examName, Seed: seed, Rules: theContent().Blueprint.Rules, Now: s.now(),
			Draw: func(h exam.History) ([]exam.Place, error) {
				return exam.Assemble(theContent().Bank, theContent().Blueprint, h, seed)
			},
		})
		if err != nil {
			b.Fatal(err)
		}
		answerAll(b, s, id, a)
		if graded {
			if _, err := s.store.SubmitAttempt(ctx, id, a.ID, s.now()); err != nil {
				b.Fatal(err)
			}
		}
		r := httptest.NewRequestWithContext(context.WithValue(ctx, learnerContext, store.Learner{ID: id}), "GET", "/", nil)
		r.SetPathValue("id", string(a.ID))
		r.SetPathValue("n", "1")
		list = append(list, r)
	}
	return list
}

// answerAll answers every item but queries, as cmd/bench does.
func answerAll(b *testing.B, s *site, id store.LearnerID, a *exam.Attempt) {
	for i, slot := range a.Slots {
		resp := anyAnswer(theContent().Bank.Item(slot.Item), slot.Order)
		if resp.Blank() {
			continue
		}
		at := s.now().Add(time.Duration(i) * time.Second)
		if _, err := s.store.SaveAnswer(b.Context(), id, a.ID, exam.Change{Slot: slot.N, Event: fmt.Sprint(i), Response: &resp}, at); err != nil {
			b.Fatal(err)
		}
	}
}

// anyAnswer is an answer that the item takes, right or wrong.
func anyAnswer(it *exam.Item, order []exam.OptionID) (r exam.Response) {
	switch it.Type {
	case exam.Single, exam.Multiple:
		r.Choice = order[:1]
	case exam.Ordering:
		r.Choice = order
	case exam.Numeric, exam.Short:
		r.Text = "40"
	case exam.Matching:
		r.Pairs = map[exam.OptionID]string{}
		for _, o := range it.Options {
			r.Pairs[o.ID] = string(it.Choices[0].ID)
		}
	case exam.Cloze:
		r.Pairs = map[exam.OptionID]string{}
		for i, blank := range it.Blanks {
			r.Pairs[exam.OptionID(strconv.Itoa(i+1))] = string(blank.Options[0].ID)
		}
	}
	return r
}

// BenchmarkRender renders the pages of the scenarios of cmd/bench from memory:
// what is left of them when session, queries and sending cost nothing.
func BenchmarkRender(b *testing.B) {
	s := newSite(b)
	for _, p := range []struct {
		name   string
		graded bool
		page   func(*http.Request) (templ.Component, error)
	}{
		{"Item", false, func(r *http.Request) (templ.Component, error) {
			sh, err := s.web.sheet(r)
			if err != nil {
				return nil, err
			}
			v, err := s.web.newSittingView(r, sh)
			return sittingPage(v), err
		}},
		{"Result", true, func(r *http.Request) (templ.Component, error) {
			g, err := s.web.graded(r)
			return resultPage(s.web.newResultView(r, g)), err
		}},
		{"Dashboard", true, func(r *http.Request) (templ.Component, error) {
			v, err := s.web.newDashboardView(r)
			return dashboardPage(v), err
		}},
	} {
		b.Run(p.name, func(b *testing.B) {
			var pages []templ.Component
			list := readings(b, s, p.graded)
			for _, r := range list {
				c, err := p.page(r)
				if err != nil {
					b.Fatal(err)
				}
				pages = append(pages, c)
			}
			renderAll(b, list[0].Context(), pages)
		})
	}
}

// renderAll renders one page after the other.
func renderAll(b *testing.B, ctx context.Context, pages []templ.Component) {
	var buf bytes.Buffer
	size, turn := 0, 0
	b.ReportAllocs()
	begun := cpu()
	for b.Loop() {
		buf.Reset()
		if err := pages[turn%len(pages)].Render(ctx, &buf); err != nil {
			b.Fatal(err)
		}
		turn++
		size += buf.Len()
	}
	b.ReportMetric(float64(cpu()-begun)/float64(b.N), "cpu-ns/op") // what a busy machine does not stretch
	b.ReportMetric(float64(size)/float64(b.N), "bytes")
}

// cpu is the processor time that the tests have used.
func cpu() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
