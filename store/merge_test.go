package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"groundwork/exam"
	"groundwork/store"
	"groundwork/store/storetest"
)

// account makes a learner with an account.
func account(t *testing.T, s *store.Store, email string) store.LearnerID {
	t.Helper()
	id := visitor(t, s)
	fine(t, s.Register(t.Context(), id, email, "Name", "hash"))
	return id
}

func day(n int) time.Time { return noon.AddDate(0, 0, n) }

func TestMergeProgressAndNotes(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	v, into := visitor(t, s), account(t, s, "ada@example.org")
	ctx := t.Context()
	tick := func(who store.LearnerID, ref string, at time.Time) { fine(t, s.SetProgress(ctx, who, ref, true, at)) }
	tick(v, "lesson/new", day(1))
	tick(v, "lesson/earlier", day(1))
	tick(into, "lesson/earlier", day(5))
	tick(v, "lesson/later", day(9))
	tick(into, "lesson/later", day(2))
	tick(into, "lesson/own", day(3))
	write := func(who store.LearnerID, ref, body string, base int, at time.Time) {
		writeNote(t, s, who, ref, body, base, at)
	}
	write(v, "new", "theirs", 0, day(1))
	write(v, "same", "text", 0, day(1))
	write(into, "same", "text", 0, day(2))
	write(v, "both", "theirs", 0, day(8))
	write(into, "both", "own", 0, day(2))
	write(v, "both, own later", "theirs", 0, day(1))
	write(into, "both, own later", "own", 0, day(4))
	write(v, "emptied here", "theirs", 0, day(6))
	write(into, "emptied here", "x", 0, day(2))
	write(into, "emptied here", "", 1, day(3))
	write(v, "emptied there", "", 0, day(6))
	write(into, "emptied there", "own", 0, day(3))
	m, err := s.Merge(ctx, v, into, day(10))
	if diff := cmp.Diff(store.Merged{Progress: 1, Notes: 2, Joined: 2}, m); diff != "" || err != nil || m.Empty() {
		t.Errorf("Merge: %v (-want +got):\n%s", err, diff)
	}
	done, err := s.Progress(ctx, into)
	wantDone := map[string]time.Time{"lesson/new": day(1), "lesson/earlier": day(1), "lesson/later": day(2), "lesson/own": day(3)}
	if diff := cmp.Diff(wantDone, done); diff != "" || err != nil {
		t.Errorf("progress: %v (-want +got):\n%s", err, diff)
	}
	notes := workOf(t, s, into, noon).Notes
	want := []store.Note{
		{Ref: "both", Body: "own\n\n---\n\ntheirs", Rev: 2, Saved: day(8)},
		{Ref: "emptied here", Body: "theirs", Rev: 3, Saved: day(6)},
		{Ref: "both, own later", Body: "own\n\n---\n\ntheirs", Rev: 2, Saved: day(4)},
		{Ref: "emptied there", Body: "own", Rev: 1, Saved: day(3)},
		{Ref: "same", Body: "text", Rev: 1, Saved: day(2)},
		{Ref: "new", Body: "theirs", Rev: 1, Saved: day(1)},
	}
	if diff := cmp.Diff(want, notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

func writeNote(t *testing.T, s *store.Store, who store.LearnerID, ref, body string, base int, at time.Time) {
	t.Helper()
	_, err := s.SaveNote(t.Context(), who, ref, body, base, at)
	fine(t, err)
}

func TestMergeAttempts(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	v, into := visitor(t, s), account(t, s, "ada@example.org")
	own := sit(t, s, into, day(1), "b", choices(2)...)
	better := sit(t, s, v, day(0), "a", choices(2)...)
	later := sit(t, s, v, day(2), "b", choices(2)...)
	open := start(t, s, v, day(3), choices(2)...)
	m, err := s.Merge(t.Context(), v, into, day(3))
	if diff := cmp.Diff(store.Merged{Attempts: 3}, m); diff != "" || err != nil {
		t.Errorf("Merge: %v (-want +got):\n%s", err, diff)
	}
	list, err := s.Attempts(t.Context(), into, "backend", day(3))
	fine(t, err)
	type row struct {
		ID     exam.AttemptID
		Number int
		State  exam.State
		Score  float64
	}
	var got []row
	best := 0.0
	for _, a := range list {
		got = append(got, row{a.ID, a.Number, a.State, a.Score})
		best = max(best, a.Percent())
	}
	want := []row{{own.ID, 1, exam.Graded, 0}, {better.ID, 2, exam.Graded, 2}, {later.ID, 3, exam.Graded, 0}, {open.ID, 4, exam.InProgress, 0}}
	if diff := cmp.Diff(want, got); diff != "" || best != 100 {
		t.Errorf("the best is %g per cent; attempts (-want +got):\n%s", best, diff)
	}
	// The one that is open goes on under its new owner, log and all.
	save(t, s, into, open.ID, pick(1, 0, "e", "a"), day(3))
	if a := attempt(t, s, into, better.ID, day(3)); a.Slots[0].Fraction != 1 || len(events(t, s, into, better.ID)) != 4 {
		t.Errorf("a merged attempt lost something: %+v", a)
	}
}

func TestMergeWithBothOpen(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name               string
		ownAnswers, theirs int
		ownStart, theirsAt time.Time
		now                time.Time
		closed             int
		ownEnds, theirEnds exam.ClosedBy // empty: it goes on
	}{
		{name: "more answers here", ownAnswers: 2, theirs: 1, ownStart: noon, theirsAt: noon, now: noon, closed: 1, theirEnds: exam.ByLearner},
		{name: "more answers there", ownAnswers: 1, theirs: 2, ownStart: noon, theirsAt: noon, now: noon, closed: 1, ownEnds: exam.ByLearner},
		{name: "as many: the one of this browser goes on", ownAnswers: 1, theirs: 1, ownStart: noon, theirsAt: noon, now: noon, closed: 1, ownEnds: exam.ByLearner},
		{name: "time is over here", ownAnswers: 2, theirs: 1, ownStart: noon, theirsAt: deadline, now: deadline.Add(time.Hour), ownEnds: exam.ByDeadline},
		{name: "time is over there", ownAnswers: 1, theirs: 2, ownStart: deadline, theirsAt: noon, now: deadline.Add(time.Hour), theirEnds: exam.ByDeadline},
		{name: "time is over for both", ownAnswers: 1, theirs: 2, ownStart: noon, theirsAt: noon, now: deadline.Add(time.Hour), ownEnds: exam.ByDeadline, theirEnds: exam.ByDeadline},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := storetest.New(t)
			v, into := visitor(t, s), account(t, s, "ada@example.org")
			begin := func(who store.LearnerID, at time.Time, answers int) exam.AttemptID {
				a := start(t, s, who, at, choices(3)...)
				for n := range answers {
					save(t, s, who, a.ID, pick(n+1, 0, string(a.Slots[n].Item), "a"), at)
				}
				return a.ID
			}
			own, theirs := begin(into, tt.ownStart, tt.ownAnswers), begin(v, tt.theirsAt, tt.theirs)
			m, err := s.Merge(t.Context(), v, into, tt.now)
			if diff := cmp.Diff(store.Merged{Attempts: 1, Closed: tt.closed}, m); diff != "" || err != nil {
				t.Errorf("Merge: %v (-want +got):\n%s", err, diff)
			}
			for _, want := range []struct {
				id      exam.AttemptID
				by      exam.ClosedBy
				answers int
			}{{own, tt.ownEnds, tt.ownAnswers}, {theirs, tt.theirEnds, tt.theirs}} {
				a := attempt(t, s, into, want.id, noon)
				if a.ClosedBy != want.by || (a.State == exam.Graded) != (want.by != "") || want.by != "" && a.Score != float64(want.answers) {
					t.Errorf("attempt %d is %s by %q with %g points, want %q with %d", a.Number, a.State, a.ClosedBy, a.Score, want.by, want.answers)
				}
			}
		})
	}
}

func TestMergeRefuses(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	v, ada, bob := visitor(t, s), account(t, s, "ada@example.org"), account(t, s, "bob@example.org")
	fine(t, s.SetProgress(t.Context(), v, "lesson/x", true, noon))
	for name, tt := range map[string][2]store.LearnerID{
		"an account into another": {ada, bob}, "nobody": {99, ada}, "into nobody": {v, 99},
	} {
		if m, err := s.Merge(t.Context(), tt[0], tt[1], noon); !errors.Is(err, store.ErrNotFound) || !m.Empty() {
			t.Errorf("%s: %+v, %v; want ErrNotFound", name, m, err)
		}
	}
	if m, err := s.Merge(t.Context(), v, v, noon); err != nil || !m.Empty() {
		t.Errorf("a visitor into itself: %+v, %v", m, err)
	}
	if done, err := s.Progress(t.Context(), v); len(done) != 1 || err != nil {
		t.Errorf("the visitor has %v, %v after merges that failed", done, err)
	}
	if m, err := s.Merge(t.Context(), v, ada, noon); m != (store.Merged{Progress: 1}) || err != nil {
		t.Errorf("Merge = %+v, %v", m, err)
	}
	if _, err := s.Learner(t.Context(), v); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the visitor is there still: %v", err)
	}
	if _, err := s.Merge(t.Context(), v, ada, noon); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("merging twice: %v, want ErrNotFound", err)
	}
}
