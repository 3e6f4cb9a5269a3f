package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// insert adds a report with the given text.
func insert(t *tx, text string) error {
	_, err := t.exec(`INSERT INTO reports (page, text, created_at) VALUES ('/', $1, 1)`, text)
	return err
}

// texts returns the texts of all reports, in the order of their ids.
func texts(t *testing.T, s *Store) (list []string) {
	t.Helper()
	reports, err := s.Reports(t.Context(), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(reports) - 1; i >= 0; i-- {
		list = append(list, reports[i].Text)
	}
	return list
}

func TestEveryChangeOfManyIsStored(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	const writers, each = 64, 20
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				text := fmt.Sprintf("%d-%d", w, i)
				if err := s.update(t.Context(), "add", func(t *tx) error { return insert(t, text) }); err != nil {
					t.Error(err)
				}
				var n int // whoever was told reads it on any connection
				err := s.view(t.Context(), "look", func(t *tx) error { return t.row(`SELECT count(*) FROM reports WHERE text = $1`, text).Scan(&n) })
				if n != 1 || err != nil {
					t.Errorf("%s was acknowledged and is there %d times: %v", text, n, err)
				}
			}
		})
	}
	wg.Wait()
	if got := len(texts(t, s)); got != writers*each {
		t.Errorf("%d changes are stored, want %d", got, writers*each)
	}
}

// A queued is a change that waits behind one that holds the writer up.
type queued struct {
	ctx context.Context
	run func(*tx) error
	err error
}

// together runs changes in one batch, in their order.
func together(t *testing.T, s *Store, changes ...*queued) {
	t.Helper()
	var calls []func()
	for _, c := range changes {
		if c.ctx == nil {
			c.ctx = t.Context()
		}
		calls = append(calls, func() { c.err = s.update(c.ctx, "change", c.run) })
	}
	inOrder(t, s, calls...)
}

func add(text string) *queued {
	return &queued{run: func(t *tx) error { return insert(t, text) }}
}

var errBoom = errors.New("boom")

// failing are changes that write and then fail, with the error that their
// callers get.
var failing = []struct {
	name  string
	fails func(*tx) error
	want  string
}{
	{"an error", func(t *tx) error { return errors.Join(insert(t, "undone"), errBoom) }, "change: boom"},
	{"a panic", func(t *tx) error { _ = insert(t, "undone"); panic("boom") }, "change: panic: boom"},
	{"an index out of range", func(t *tx) error { var list []int; _ = insert(t, "undone"); list[len(list)]++; return nil }, "change: panic: runtime error: index out of range"},
	{"a constraint", func(t *tx) error {
		if err := insert(t, "undone"); err != nil {
			return err
		}
		_, err := t.exec(`INSERT INTO reports (id, page, text, created_at) SELECT id, 'x', 'x', 1 FROM reports LIMIT 1`)
		return err
	}, "change: already taken"},
	{"a statement that is none", func(t *tx) error {
		_ = insert(t, "undone")
		_, err := t.exec(`SELEC`)
		return err
	}, "change: SQL logic error: near \"SELEC\": syntax error"},
	{"rows left open", func(t *tx) error {
		if err := insert(t, "undone"); err != nil {
			return err
		}
		rows, err := t.QueryContext(t.ctx, `SELECT id FROM reports`)
		if err != nil {
			return err
		}
		rows.Next() // and not closed
		return errBoom
	}, "change: boom"},
}

func TestOneFailureUndoesItselfAlone(t *testing.T) {
	t.Parallel()
	for _, tt := range failing {
		t.Run(tt.name, func(t *testing.T) {
			s := newStore(t)
			first, bad, last := add("first"), &queued{run: tt.fails}, add("last")
			together(t, s, first, bad, last)
			if first.err != nil || last.err != nil {
				t.Errorf("the others failed: %v, %v", first.err, last.err)
			}
			if bad.err == nil || !strings.HasPrefix(bad.err.Error(), tt.want) {
				t.Errorf("the failure is %v, want %s", bad.err, tt.want)
			}
			if got, want := strings.Join(texts(t, s), " "), "first last"; got != want {
				t.Errorf("stored: %s; want %s", got, want)
			}
			if err := s.update(t.Context(), "after", func(t *tx) error { return insert(t, "after") }); err != nil {
				t.Errorf("the writer is gone: %v", err)
			}
		})
	}
}

// If the transaction itself is lost, nobody is told that anything is stored.
func TestLostTransaction(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	first, bad, last := add("first"), &queued{run: func(t *tx) error { _, err := t.exec(`ROLLBACK`); return err }}, add("last")
	together(t, s, first, bad, last)
	for i, c := range []*queued{first, bad, last} {
		if !errors.Is(c.err, errLost) {
			t.Errorf("change %d: %v, want errLost", i+1, c.err)
		}
	}
	if err := s.update(t.Context(), "after", func(t *tx) error { return insert(t, "after") }); err != nil {
		t.Errorf("the writer is gone: %v", err)
	}
	if got, want := strings.Join(texts(t, s), " "), "after"; got != want {
		t.Errorf("stored: %s; want %s", got, want)
	}
}

// If the commit fails, a change that failed over what its neighbour wrote must
// not tell its caller so: what the neighbour wrote is not there.
func TestFailedCommit(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	taken := func(t *tx) error {
		_, err := t.exec(`INSERT INTO reports (id, page, text, created_at) VALUES (7, 'x', 'x', 1)`)
		return err
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	changes := []*queued{
		{run: func(t *tx) error { // found out at the end of the transaction only
			if _, err := t.exec(`PRAGMA defer_foreign_keys = ON`); err != nil {
				return err
			}
			_, err := t.exec(`INSERT INTO progress (learner_id, ref, done_at) VALUES (12345, 'x', 1)`)
			return err
		}},
		{run: taken},
		{run: taken},
		{run: func(*tx) error { return ErrConflict }},
		{ctx: gone, run: taken},
	}
	together(t, s, changes...)
	for i, c := range changes[:4] {
		if c.err == nil || !strings.Contains(c.err.Error(), "FOREIGN KEY") || errors.Is(c.err, ErrTaken) || errors.Is(c.err, ErrConflict) {
			t.Errorf("change %d: %v, want the failure of the commit", i+1, c.err)
		}
	}
	if !errors.Is(changes[4].err, context.Canceled) {
		t.Errorf("who had left is told %v", changes[4].err)
	}
	if got := texts(t, s); len(got) > 0 {
		t.Errorf("stored: %s", got)
	}
	if ago, ok := s.Failed(); !ok || ago > time.Minute {
		t.Errorf("a commit failed %v ago, %t", ago, ok)
	}
	if _, ok := newStore(t).Failed(); ok {
		t.Error("a new store has failed")
	}
}

func TestWhoLeftIsNotServed(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	gone, leave := context.WithCancel(t.Context())
	ran := false
	stays := &queued{run: func(t *tx) error { leave(); return insert(t, "stays") }}
	left := &queued{ctx: gone, run: func(t *tx) error { ran = true; return insert(t, "left") }}
	together(t, s, stays, left)
	if stays.err != nil || !errors.Is(left.err, context.Canceled) || ran {
		t.Errorf("who stayed: %v; who left: %v, want Canceled; it ran: %t", stays.err, left.err, ran)
	}
	// Once it runs it is brought to its end, and its caller is told the truth.
	halfway, leave := context.WithCancel(t.Context())
	late := &queued{ctx: halfway, run: func(t *tx) error { leave(); return insert(t, "late") }}
	together(t, s, late)
	if late.err != nil {
		t.Errorf("who left while it ran: %v", late.err)
	}
	if got, want := strings.Join(texts(t, s), " "), "stays late"; got != want {
		t.Errorf("stored: %s; want %s", got, want)
	}
}

func TestCloseWaitsForChanges(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	held, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		err := s.update(t.Context(), "hold", func(t *tx) error { close(held); <-release; return insert(t, "held") })
		if err != nil {
			t.Error(err)
		}
	})
	<-held
	for i := range 10 {
		wg.Go(func() {
			if err := s.update(t.Context(), "wait", func(t *tx) error { return insert(t, "waits") }); err != nil {
				t.Error(err)
			}
		})
		waitFor(s, i+1)
	}
	closed := make(chan error)
	go func() { closed <- s.Close() }()
	select {
	case err := <-closed:
		t.Errorf("Close returned %v before the changes that wait were stored", err)
	case <-time.After(20 * time.Millisecond): // a Close that does not wait would have returned; one that does cannot
	}
	close(release)
	wg.Wait()
	if err := <-closed; err != nil {
		t.Error(err)
	}
	again, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if got := len(texts(t, again)); got != 11 {
		t.Errorf("%d changes are stored, want 11", got)
	}
}

// Requests that outlive the server's patience meet a closed store: each of
// them is told whether its change is stored, and none of them ends the program.
func TestCloseUnderLoad(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	var told, refused atomic.Int64
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			for {
				switch err := s.update(t.Context(), "add", func(t *tx) error { return insert(t, "x") }); {
				case errors.Is(err, errClosed):
					refused.Add(1)
					return
				case err != nil:
					t.Error(err)
					return
				}
				told.Add(1)
			}
		})
	}
	for told.Load() < 100 {
		runtime.Gosched()
	}
	for range 2 {
		wg.Go(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if _, err := s.Learner(t.Context(), 1); err == nil {
		t.Error("a closed store can be read")
	}
	again, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if got := int64(len(texts(t, again))); got != told.Load() || refused.Load() != 50 {
		t.Errorf("%d changes are stored and %d were acknowledged; %d of 50 were refused in the end", got, told.Load(), refused.Load())
	}
}

// More changes than one batch takes.
func TestManyBatches(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	var changes []*queued
	for i := range maxBatch {
		changes = append(changes, add(fmt.Sprint(i)))
	}
	together(t, s, changes...)
	for i, c := range changes {
		if c.err != nil {
			t.Errorf("change %d: %v", i, c.err)
		}
	}
	if got := len(texts(t, s)); got != maxBatch {
		t.Errorf("%d changes are stored, want %d", got, maxBatch)
	}
}
