package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"groundwork/exam"
	"groundwork/store"
	"groundwork/store/storetest"
)

func TestVisitors(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	id, key, err := s.CreateVisitor(t.Context(), noon)
	fine(t, err)
	want := store.Learner{ID: id, Role: "learner", Created: noon}
	l, err := s.LearnerByKey(t.Context(), key)
	if diff := cmp.Diff(want, l); diff != "" || err != nil || l.Registered() {
		t.Errorf("LearnerByKey: %v (-want +got):\n%s", err, diff)
	}
	for name, k := range map[string]string{"no key": "", "another key": key + "x", "a hash of the key": "x"} {
		if l, err := s.LearnerByKey(t.Context(), k); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s gives %+v, %v; want ErrNotFound", name, l, err)
		}
	}
	fine(t, s.Register(t.Context(), id, "Ada@Example.org", "Ada", "hash"))
	if _, err := s.LearnerByKey(t.Context(), key); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the key opens an account: %v", err)
	}
	if _, other, _ := s.CreateVisitor(t.Context(), noon); other == key {
		t.Error("two visitors have one key")
	}
}

func TestRegister(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	ctx := t.Context()
	ada, bob := visitor(t, s), visitor(t, s)
	fine(t, s.Register(ctx, ada, "Ada@Example.org", "Ada", "hash one"))
	if err := s.Register(ctx, bob, "ADA@example.ORG", "Bob", "hash"); !errors.Is(err, store.ErrTaken) {
		t.Errorf("an address that is taken: %v, want ErrTaken", err)
	}
	if err := s.Register(ctx, ada, "other@example.org", "Ada", "hash"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("registering twice: %v, want ErrNotFound", err)
	}
	id, hash, err := s.Credentials(ctx, "aDa@example.org")
	if id != ada || hash != "hash one" || err != nil {
		t.Errorf("Credentials = %d, %q, %v; want %d", id, hash, err, ada)
	}
	if _, _, err := s.Credentials(ctx, "nobody@example.org"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an unknown address: %v, want ErrNotFound", err)
	}
	fine(t, s.Rename(ctx, ada, "Countess"))
	fine(t, s.SetRole(ctx, "ADA@example.org", "operator"))
	l, err := s.Learner(ctx, ada)
	want := store.Learner{ID: ada, Email: "ada@example.org", Name: "Countess", Role: "operator", Created: noon}
	if diff := cmp.Diff(want, l); diff != "" || err != nil || !l.Registered() {
		t.Errorf("Learner: %v (-want +got):\n%s", err, diff)
	}
	for name, err := range map[string]error{
		"renaming a visitor": s.Rename(ctx, bob, "Bob"), "a role for nobody": s.SetRole(ctx, "nobody@example.org", "operator"), "a visitor's password": s.SetPassword(ctx, bob, "x", ""),
	} {
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %v, want ErrNotFound", name, err)
		}
	}
	if err := s.SetRole(ctx, "ada@example.org", "king"); err == nil {
		t.Error("there is a king")
	}
}

func TestDeleteLearner(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	ctx := t.Context()
	ada := account(t, s, "ada@example.org")
	other := visitor(t, s)
	a := sit(t, s, ada, noon, "a", choices(2)...)
	fine(t, s.SetProgress(ctx, ada, "lesson/x", true, noon))
	fine(t, s.SetProgress(ctx, other, "lesson/x", true, noon))
	_, err := s.SaveNote(ctx, ada, "skill/x", "text", 0, noon)
	fine(t, err)
	fine(t, s.DeleteLearner(ctx, ada))
	if _, err := s.Attempt(ctx, ada, a.ID, noon); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the attempt is there still: %v", err)
	}
	refs, err := s.ProgressRefs(ctx)
	if diff := cmp.Diff(map[string]int{"lesson/x": 1}, refs); diff != "" || err != nil {
		t.Errorf("what is left: %v (-want +got):\n%s", err, diff)
	}
	if items, err := s.ItemRefs(ctx); items["api-e01"] != 1 || err != nil {
		t.Errorf("the item counts as used %d times, %v; that names nobody and stays", items["api-e01"], err)
	}
	if err := s.DeleteLearner(ctx, ada); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("deleting twice: %v, want ErrNotFound", err)
	}
	if id := account(t, s, "ada@example.org"); id == 0 {
		t.Error("the address cannot be used again")
	}
}

// The work of a visitor goes 90 days after it was last used, an account's never.
func TestDeleteVisitors(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	ctx := t.Context()
	gone, kept, touched := visitor(t, s), visitor(t, s), visitor(t, s)
	ada := account(t, s, "ada@example.org")
	start(t, s, gone, noon, choices(1)...)
	fine(t, s.Touch(ctx, kept, noon.Add(23*time.Hour))) // within a day nothing is written
	fine(t, s.Touch(ctx, touched, noon.Add(25*time.Hour)))
	there := func(id store.LearnerID) bool {
		_, err := s.Learner(ctx, id)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			t.Fatal(err)
		}
		return err == nil
	}
	for _, tt := range []struct {
		now     time.Time
		deleted int64
		there   [4]bool // gone, kept, touched, ada
	}{
		{noon.AddDate(0, 0, 90), 0, [4]bool{true, true, true, true}},
		{noon.AddDate(0, 0, 90).Add(time.Millisecond), 2, [4]bool{false, false, true, true}},
		{noon.AddDate(0, 0, 91).Add(time.Hour), 0, [4]bool{false, false, true, true}},
		{noon.AddDate(0, 0, 91).Add(time.Hour + time.Millisecond), 1, [4]bool{false, false, false, true}},
	} {
		n, err := s.DeleteVisitors(ctx, tt.now)
		got := [4]bool{there(gone), there(kept), there(touched), there(ada)}
		if n != tt.deleted || err != nil || got != tt.there {
			t.Errorf("at %v: %d deleted, %v; there are %v, want %d and %v", tt.now, n, err, got, tt.deleted, tt.there)
		}
	}
}

// coded is a Start whose attempt can be resumed with a code.
func coded(code string, items ...*exam.Item) store.Start {
	st := beginning(noon, items...)
	st.Code = func(exam.AttemptID) string { return code }
	return st
}

func TestResume(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	ctx := t.Context()
	learner := visitor(t, s)
	a, _, err := s.StartAttempt(ctx, learner, coded("KTQF-2MXA-7TPD", choices(2)...))
	fine(t, err)
	for _, typed := range []string{"KTQF-2MXA-7TPD", " ktqf 2mxa 7tpd\n", "ktqf2mxa7tpd"} {
		id, key, err := s.Resume(ctx, typed, 0, noon)
		if id != a.ID || err != nil {
			t.Errorf("Resume(%q) = %s, %v; want %s", typed, id, err, a.ID)
		}
		if l, err := s.LearnerByKey(ctx, key); l.ID != learner || err != nil {
			t.Errorf("the new key names %d, %v; want %d", l.ID, err, learner)
		}
	}
	for _, typed := range []string{"", "KTQF-2MXA-7TPE", "KTQF-2MXA", "----"} {
		if id, _, err := s.Resume(ctx, typed, 0, noon); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("Resume(%q) = %s, %v; want ErrNotFound", typed, id, err)
		}
	}
	// A browser with work of its own brings it along.
	own := visitor(t, s)
	fine(t, s.SetProgress(ctx, own, "lesson/x", true, noon))
	if id, _, err := s.Resume(ctx, "KTQF-2MXA-7TPD", own, noon); id != a.ID || err != nil {
		t.Errorf("Resume with work of one's own = %s, %v", id, err)
	}
	if done, err := s.Progress(ctx, learner); len(done) != 1 || err != nil {
		t.Errorf("progress = %v, %v; want what the browser brought along", done, err)
	}
	if id, _, err := s.Resume(ctx, "KTQF-2MXA-7TPD", learner, noon); id != a.ID || err != nil {
		t.Errorf("Resume in the same browser = %s, %v", id, err)
	}
	fine(t, s.Register(ctx, learner, "ada@example.org", "Ada", "hash"))
	if id, _, err := s.Resume(ctx, "KTQF-2MXA-7TPD", 0, noon); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the code opens an account: %s, %v", id, err)
	}
}

func TestAttemptsWithoutCode(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	for i := range 3 { // no code is no code of two attempts
		a, _, err := s.StartAttempt(t.Context(), visitor(t, s), coded("", choice(fmt.Sprint(i))))
		if err != nil || a == nil {
			t.Errorf("attempt %d without a code: %v", i, err)
		}
	}
	_, _, err := s.StartAttempt(t.Context(), visitor(t, s), coded("KTQF-2MXA-7TPD", choice("x")))
	fine(t, err)
	if _, _, err := s.StartAttempt(t.Context(), visitor(t, s), coded("KTQF-2MXA-7TPD", choice("x"))); !errors.Is(err, store.ErrTaken) {
		t.Errorf("two attempts with one code: %v, want ErrTaken", err)
	}
}

func TestNormalCode(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"ktqf2mxa7tpd": "KTQF-2MXA-7TPD", "KTQF-2MXA-7TPD": "KTQF-2MXA-7TPD", " k t q f — 2mxa.7tpd ": "KTQF-2MXA-7TPD",
		"": "", "-": "", "01 89": "", "KTQF": "KTQF", "KTQF2": "KTQF-2",
	} {
		if got := store.NormalCode(typed); got != want {
			t.Errorf("NormalCode(%q) = %q, want %q", typed, got, want)
		}
	}
}
