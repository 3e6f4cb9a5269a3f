package store

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"
)

// maxBatch is how many changes share one commit at most.
const maxBatch = 256

// errLost means that SQLite ended the transaction under a batch; none of its
// changes is stored.
var errLost = errors.New("the transaction was lost")

// errClosed means that a change came after Close.
var errClosed = errors.New("the store is closed")

// A job is one change waiting for the writer.
type job struct {
	ctx  context.Context
	what string
	run  func(*tx) error
	err  error
	done chan struct{}
}

// update runs f in a write transaction and returns after it is on disk, or
// with f's error after everything f did is undone. f must not call other
// methods of the store that write: the one writer is busy with it. Where f
// grades SQL answers it is undone, they are run while others write, and f runs
// once more.
func (s *Store) update(ctx context.Context, what string, f func(*tx) error) error {
	run, answers := f, (*memo)(nil)
	if s.runner != nil {
		answers = new(memo)
		run = func(t *tx) error {
			t.answers = answers
			return f(t)
		}
	}
	for {
		j := &job{ctx: ctx, what: what, run: run, done: make(chan struct{})}
		if err := s.hand(j); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		<-j.done // even if ctx ends: f may be running and refers to the caller's variables
		if errors.Is(j.err, errNotRun) {
			j.err = answers.fetch(ctx, s.runner)
			if j.err == nil {
				continue
			}
		}
		if j.err != nil {
			return fmt.Errorf("%s: %w", what, known(j.err))
		}
		return nil
	}
}

// hand gives a job to the writer, unless the store is closed.
func (s *Store) hand(j *job) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return errClosed
	}
	s.jobs <- j
	return nil
}

// writer is the goroutine that owns the write connection.
func (s *Store) writer() {
	defer close(s.done)
	for first := range s.jobs {
		batch, begin := s.waiting([]*job{first}), time.Now()
		err := s.commit(batch)
		if err != nil {
			s.failed.Store(time.Now().UnixNano())
		}
		if s.watch != nil {
			s.watch(len(batch), time.Since(begin), err)
		}
		for _, j := range batch {
			if err != nil {
				j.lose(err)
			}
			close(j.done)
		}
	}
}

// lose says that the batch of j is not stored. Its own failure no longer counts:
// it may rest on what a neighbour wrote, which is not stored either.
func (j *job) lose(err error) {
	switch {
	case j.err == nil:
		j.err = err
	case j.ctx.Err() == nil:
		j.err = fmt.Errorf("%w; before that: %v", err, j.err)
	}
}

// waiting adds to batch what else waits at this moment.
func (s *Store) waiting(batch []*job) []*job {
	for len(batch) < maxBatch {
		select {
		case j, ok := <-s.jobs:
			if !ok {
				return batch
			}
			batch = append(batch, j)
		default:
			return batch
		}
	}
	return batch
}

// commit runs the jobs of a batch in one transaction. A job's own failure
// stays in the job; an error returned here concerns all of them.
func (s *Store) commit(batch []*job) error {
	ctx := context.Background() // an interrupted statement would undo the whole batch
	t, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer t.Rollback() // does nothing after Commit
	w := &tx{Tx: t, ctx: ctx, prepared: &s.writing}
	stored := false
	for _, j := range batch {
		if j.err = j.ctx.Err(); j.err != nil {
			continue // the caller has left
		}
		if err := w.step(j); err != nil {
			return err
		}
		stored = stored || j.err == nil
	}
	if !stored {
		return nil
	}
	if err := t.Commit(); err != nil {
		return err
	}
	for _, id := range w.kept {
		s.kept.Store(id, true)
	}
	for _, id := range w.exposed {
		s.uses[id]++
	}
	s.writing.prepare(ctx, w.fresh)
	return nil
}

// step runs one job between savepoints, so that its failure undoes it alone.
// It returns an error only if the transaction itself is gone.
func (t *tx) step(j *job) error {
	if _, err := t.exec("SAVEPOINT job"); err != nil {
		return err
	}
	own := &tx{Tx: t.Tx, ctx: context.WithoutCancel(j.ctx), prepared: t.prepared}
	j.err = guarded(j.run, own)
	t.fresh = append(t.fresh, own.fresh...)
	end := "RELEASE job"
	if j.err != nil {
		end = "ROLLBACK TO job"
	}
	if _, err := t.exec(end); err != nil {
		return errors.Join(errLost, j.err, err)
	}
	if j.err == nil {
		t.kept, t.exposed = append(t.kept, own.kept...), append(t.exposed, own.exposed...)
		return nil
	}
	if _, err := t.exec("RELEASE job"); err != nil {
		return errors.Join(errLost, j.err, err)
	}
	return nil
}

// guarded runs f and turns a panic into an error: one change that goes wrong
// must not end the writer for all.
func guarded(f func(*tx) error, t *tx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return f(t)
}
