package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"groundwork/store"
	"groundwork/store/storetest"
)

// Of programs the ten used last stay, and of transcripts the ten newest; both
// go with the learner.
func TestFilingIsBounded(t *testing.T) {
	t.Parallel()
	ctx, s, now := t.Context(), storetest.New(t), time.Date(2026, 6, 14, 14, 0, 0, 0, time.UTC)
	id, _, err := s.CreateVisitor(ctx, now)
	if err != nil {
		t.Fatal(err)
	}
	var first string
	for i := range store.MaxTokens + 2 {
		at := now.Add(time.Duration(i) * time.Minute)
		device, user, err := s.CreateDeviceCode(ctx, store.DeviceRequest{Client: fmt.Sprint("program ", i), Asked: at})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.DecideDevice(ctx, id, user, true, at); err != nil {
			t.Fatal(err)
		}
		token, _, err := s.TakeToken(ctx, device, at)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = token
		}
		run, err := s.IssueRun(ctx, id, "m2-users", 1, "digest", at)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.FinishRun(ctx, id, run.ID, store.Verdict{Level: store.SelfRun, Checks: map[string]string{"a": "pass"}}, []byte("x"), at); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := s.LearnerByToken(ctx, first, now); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the oldest token: %v", err)
	}
	count := func() (tokens, runs, kept int) {
		list, err := s.Tokens(ctx, id, now)
		if err != nil {
			t.Fatal(err)
		}
		all, err := s.Runs(ctx, id, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range all {
			if r.Kept {
				kept++
			}
		}
		return len(list), len(all), kept
	}
	if a, b, c := count(); a != store.MaxTokens || b != store.MaxTokens+2 || c != store.TranscriptsKept {
		t.Errorf("%d tokens, %d runs, %d transcripts", a, b, c)
	}
	if _, err := s.ForgetRuns(ctx, now.Add(store.TranscriptLife+time.Hour)); err != nil {
		t.Fatal(err)
	}
	if a, b, c := count(); a != store.MaxTokens || b != store.MaxTokens+2 || c != 0 {
		t.Errorf("after a month %d tokens, %d runs, %d transcripts", a, b, c)
	}
	e, err := s.Export(ctx, id)
	if err != nil || len(e.Tokens) != store.MaxTokens || len(e.Runs) != store.MaxTokens+2 {
		t.Errorf("the export has %d tokens and %d runs, %v", len(e.Tokens), len(e.Runs), err)
	}
	if err := s.DeleteLearner(ctx, id); err != nil {
		t.Fatal(err)
	}
	if a, b, c := count(); a != 0 || b != 0 || c != 0 {
		t.Errorf("deleted: %d tokens, %d runs, %d transcripts", a, b, c)
	}
}
