package store_test

import (
	"errors"
	"testing"
	"time"

	"groundwork/exam"
	"groundwork/store"
	"groundwork/store/storetest"
)

func TestRetakePolicy(t *testing.T) {
	t.Parallel()
	s, ctx := storetest.New(t), t.Context()
	learner := visitor(t, s)
	begin := func(at time.Time) (*exam.Attempt, bool, error) {
		st := beginning(at, choices(1)...)
		st.Rules.Review, st.Rules.Retakes = exam.Secure, exam.Retakes{WaitHours: 24}
		return s.StartAttempt(ctx, learner, st)
	}
	a, _, err := begin(noon)
	fine(t, err)
	if again, begun, err := begin(noon.Add(time.Minute)); err != nil || begun || again.ID != a.ID {
		t.Errorf("the open attempt is not gone on with: %t, %v", begun, err)
	}
	// Nobody closes it, and no sweeper runs: its end counts all the same.
	next := deadline.Add(24 * time.Hour)
	var soon exam.TooSoonError
	if _, _, err := begin(next.Add(-time.Second)); !errors.As(err, &soon) || !soon.Next.Equal(next) || !errors.Is(err, exam.ErrTooSoon) {
		t.Errorf("too soon: %v, want not before %v", err, next)
	}
	// What was refused has changed nothing, not even closed the attempt; that is for who looks at it.
	if list, err := s.Attempts(ctx, learner, "backend", next); err != nil || len(list) != 1 || list[0].State != exam.Graded {
		t.Errorf("there are %d attempts: %v", len(list), err)
	}
	if b, begun, err := begin(next); err != nil || !begun || b.Number != 2 {
		t.Errorf("in time: %v", err)
	}
	if _, _, err := s.StartAttempt(ctx, visitor(t, s), beginning(noon, choices(1)...)); err != nil {
		t.Errorf("another learner: %v", err)
	}
}

func TestGrantTime(t *testing.T) {
	t.Parallel()
	s, ctx := storetest.New(t), t.Context()
	ada := visitor(t, s)
	fine(t, s.Register(ctx, ada, "ada@example.org", "Ada", "hash"))
	running := start(t, s, ada, noon, choices(1)...)
	if err := s.GrantTime(ctx, "nobody@example.org", 50, "x", noon); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("nobody's time: %v", err)
	}
	for range 2 { // the second time gives nothing more
		fine(t, s.GrantTime(ctx, "Ada@Example.org", 50, "a screen reader", noon.Add(time.Minute)))
	}
	got := attempt(t, s, ada, running.ID, noon)
	if want := deadline.Add(45 * time.Minute); !got.Deadline.Equal(want) || got.Rules.Extra != (exam.Extra{Percent: 50, By: exam.Granted, Reason: "a screen reader"}) {
		t.Errorf("the running attempt ends at %v, want %v: %+v", got.Deadline, want, got.Rules)
	}
	fine(t, s.GrantTime(ctx, "ada@example.org", 100, "two screens", noon.Add(2*time.Minute)))
	if got := attempt(t, s, ada, running.ID, noon); !got.Deadline.Equal(deadline.Add(90 * time.Minute)) {
		t.Errorf("twice the time: it ends at %v", got.Deadline)
	}
	fine(t, s.GrantTime(ctx, "ada@example.org", 25, "less", noon.Add(3*time.Minute)))
	if got := attempt(t, s, ada, running.ID, noon); !got.Deadline.Equal(deadline.Add(90 * time.Minute)) {
		t.Errorf("what was given is taken back: it ends at %v", got.Deadline)
	}
	_, err := s.SubmitAttempt(ctx, ada, running.ID, noon.Add(time.Hour))
	fine(t, err)
	at := noon.Add(24 * time.Hour)
	list, err := s.Allowances(ctx)
	if err != nil || len(list) != 1 || list[0].Percent != 25 || list[0].Email != "ada@example.org" {
		t.Errorf("Allowances = %+v, %v", list, err)
	}
	secure := beginning(at, choices(1)...)
	secure.Rules.Review, secure.Extra = exam.Secure, 100
	next, _, err := s.StartAttempt(ctx, ada, secure)
	if err != nil || next.Rules.Extra.Percent != 25 || next.Deadline.Sub(at) != 112*time.Minute+30*time.Second {
		t.Errorf("the next attempt: %+v, %v", next, err)
	}
	if log := events(t, s, ada, next.ID); log[0].Data != "seed 7, 25% more time by the operator" {
		t.Errorf("the log begins with %q", log[0].Data)
	}
	fine(t, s.GrantTime(ctx, "ada@example.org", 0, "", at))
	if e, err := s.ExtraTime(ctx, ada); err != nil || e != (exam.Extra{}) {
		t.Errorf("taken back: %+v, %v", e, err)
	}
	own := beginning(at, choices(1)...)
	own.Extra = 25
	study, _, err := s.StartAttempt(ctx, visitor(t, s), own)
	if err != nil || study.Rules.Extra != (exam.Extra{Percent: 25, By: exam.OwnChoice}) {
		t.Errorf("chosen: %+v, %v", study.Rules, err)
	}
}

func TestFindAttempts(t *testing.T) {
	t.Parallel()
	s, ctx := storetest.New(t), t.Context()
	ada := visitor(t, s)
	fine(t, s.Register(ctx, ada, "ada_b@example.org", "Ada", "hash"))
	var ids []exam.AttemptID
	for i := range 3 {
		ids = append(ids, sit(t, s, ada, noon.Add(time.Duration(i)*24*time.Hour), "a", choices(2)...).ID)
	}
	open := start(t, s, visitor(t, s), noon.Add(time.Hour), choices(2)...)
	fine(t, s.VoidAttempt(ctx, ids[1], "x", "y", noon))
	tests := []struct {
		name string
		q    store.Search
		want []exam.AttemptID
		more bool
	}{
		{"all, the latest first", store.Search{}, []exam.AttemptID{ids[2], ids[1], open.ID, ids[0]}, false},
		{"part of an address", store.Search{Text: " ADA_b@"}, []exam.AttemptID{ids[2], ids[1], ids[0]}, false},
		{"what looks like a pattern is none", store.Search{Text: "ada%b"}, nil, false},
		{"an underscore is one", store.Search{Text: "a_a"}, nil, false},
		{"the beginning of an id", store.Search{Text: string(open.ID[:10])}, []exam.AttemptID{open.ID}, false},
		{"visitors", store.Search{Text: "visitor"}, []exam.AttemptID{open.ID}, false},
		{"a state", store.Search{State: exam.Voided}, []exam.AttemptID{ids[1]}, false},
		{"both", store.Search{Text: "ada", State: exam.Graded}, []exam.AttemptID{ids[2], ids[0]}, false},
		{"a page", store.Search{Limit: 2}, []exam.AttemptID{ids[2], ids[1]}, true},
		{"the next page", store.Search{Limit: 2, Skip: 2}, []exam.AttemptID{open.ID, ids[0]}, false},
	}
	for _, tt := range tests {
		list, more, err := s.FindAttempts(ctx, tt.q)
		var got []exam.AttemptID
		for _, f := range list {
			got = append(got, f.ID)
		}
		if len(got) != len(tt.want) || more != tt.more || err != nil {
			t.Errorf("%s: %v, more %t, %v; want %v, %t", tt.name, got, more, err, tt.want, tt.more)
			continue
		}
		for i := range got {
			if got[i] != tt.want[i] {
				t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
			}
		}
	}
	f, err := s.FoundAttempt(ctx, open.ID, noon.Add(24*time.Hour))
	if err != nil || f.State != exam.Graded || f.Items != 2 || f.Answered != 0 || f.Who != "visitor" {
		t.Errorf("FoundAttempt = %+v, %v", f, err)
	}
}
