package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"groundwork/store"
	"groundwork/store/storetest"
)

func TestProgress(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	ctx := t.Context()
	ada, bob := visitor(t, s), visitor(t, s)
	set := func(who store.LearnerID, ref string, done bool, at time.Time) {
		fine(t, s.SetProgress(ctx, who, ref, done, at))
	}
	set(ada, "lesson/a", true, noon)
	set(ada, "lesson/a", true, noon.Add(time.Hour)) // the first date stays
	set(ada, "lesson/b", true, noon)
	set(ada, "lesson/b", false, noon)
	set(ada, "lesson/b", false, noon) // taking back what is not there
	set(bob, "lesson/a", true, noon.Add(time.Hour))
	done, err := s.Progress(ctx, ada)
	if diff := cmp.Diff(map[string]time.Time{"lesson/a": noon}, done); diff != "" || err != nil {
		t.Errorf("Progress: %v (-want +got):\n%s", err, diff)
	}
	set(ada, "lesson/b", true, noon.Add(2*time.Hour)) // done anew
	done, err = s.Progress(ctx, ada)
	if diff := cmp.Diff(map[string]time.Time{"lesson/a": noon, "lesson/b": noon.Add(2 * time.Hour)}, done); diff != "" || err != nil {
		t.Errorf("Progress: %v (-want +got):\n%s", err, diff)
	}
}

func TestProgressRefs(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	ctx := t.Context()
	ada, bob := visitor(t, s), visitor(t, s)
	fine(t, s.SetProgress(ctx, ada, "skill/api", true, noon))
	fine(t, s.SetProgress(ctx, bob, "skill/api", true, noon))
	fine(t, s.SetProgress(ctx, bob, "lesson/a", true, noon))
	for _, who := range []store.LearnerID{ada, bob} {
		_, err := s.SaveNote(ctx, who, "skill/api", "text", 0, noon) // counted once with the tick
		fine(t, err)
	}
	_, err := s.SaveNote(ctx, ada, "path/x", "text", 0, noon)
	fine(t, err)
	refs, err := s.ProgressRefs(ctx)
	if diff := cmp.Diff(map[string]int{"skill/api": 2, "lesson/a": 1, "path/x": 1}, refs); diff != "" || err != nil {
		t.Errorf("ProgressRefs: %v (-want +got):\n%s", err, diff)
	}
}

func TestNotes(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	ctx := t.Context()
	ada := visitor(t, s)
	empty, err := s.Note(ctx, ada, "skill/api")
	if diff := cmp.Diff(store.Note{Ref: "skill/api"}, empty); diff != "" || err != nil {
		t.Errorf("before there is one: %v (-want +got):\n%s", err, diff)
	}
	first, err := s.SaveNote(ctx, ada, "skill/api", "one", 0, noon)
	want := store.Note{Ref: "skill/api", Body: "one", Rev: 1, Saved: noon}
	if diff := cmp.Diff(want, first); diff != "" || err != nil {
		t.Errorf("SaveNote: %v (-want +got):\n%s", err, diff)
	}
	for _, base := range []int{0, 2} {
		stored, err := s.SaveNote(ctx, ada, "skill/api", "from another window", base, noon.Add(time.Hour))
		if diff := cmp.Diff(want, stored); diff != "" || !errors.Is(err, store.ErrConflict) {
			t.Errorf("on revision %d: %v, want ErrConflict and what is stored (-want +got):\n%s", base, err, diff)
		}
	}
	at := noon.Add(time.Hour + 999*time.Microsecond)
	second, err := s.SaveNote(ctx, ada, "skill/api", "two", 1, at)
	fine(t, err)
	read, err := s.Note(ctx, ada, "skill/api")
	if diff := cmp.Diff(second, read); diff != "" || err != nil || read.Rev != 2 || read.Body != "two" {
		t.Errorf("Note: %v (-returned +stored):\n%s", err, diff)
	}
	_, err = s.SaveNote(ctx, ada, "path/x", "", 0, noon)
	fine(t, err)
	if diff := cmp.Diff([]store.Note{second}, workOf(t, s, ada, noon).Notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
	if list := workOf(t, s, visitor(t, s), noon).Notes; len(list) > 0 {
		t.Errorf("somebody else's notes are %v", list)
	}
}

func TestReports(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	var want []store.FaultReport
	for i, page := range []string{"/a", "/b", "/c"} {
		r := store.FaultReport{Page: page, Ref: "api-e01", Text: "wrong", At: noon.Add(time.Duration(i) * time.Minute)}
		fine(t, s.AddReport(t.Context(), r))
		want = append([]store.FaultReport{r}, want...)
	}
	got, err := s.Reports(t.Context(), 2)
	if diff := cmp.Diff(want[:2], got); diff != "" || err != nil {
		t.Errorf("Reports: %v (-want +got):\n%s", err, diff)
	}
}
