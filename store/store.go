// Package store keeps learners, their attempts, their progress and their
// sign-ins in SQLite.
//
// Four rules hold for every method. It takes a context first. If the data
// belongs to a learner it takes the learner next, and another learner's row is
// [ErrNotFound]. Rules are the domain's: the store lends a transaction to a
// method of exam or content and saves what it did. And what a method returned
// without error survives a power cut.
//
// # How it writes
//
// One goroutine owns the one connection that writes. It takes all changes that
// wait, runs each between savepoints in one transaction, commits once with
// synchronous=FULL, and only then tells the callers. So a change is never
// acknowledged before it is on disk, and many small ones share the price of
// one flush. Reads have connections of their own that cannot write and never
// wait for the writer (write-ahead log).
//
// SQL stands where it runs, with $1 placeholders and in the subset that
// PostgreSQL shares. Times are Unix milliseconds.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"groundwork/exam"
)

var (
	// ErrNotFound means there is no such record, or it is someone else's.
	ErrNotFound = errors.New("not found")

	// ErrTaken means a value that must be unique is in use already.
	ErrTaken = errors.New("already taken")

	// ErrConflict means the record was changed since the caller read it.
	ErrConflict = errors.New("changed elsewhere")

	// ErrFull means that the disk has no room or cannot be written to. Nothing
	// was saved; it may work again later.
	ErrFull = errors.New("the database cannot be written to")

	// ErrLocked means that another process has kept the database to itself for
	// five seconds. Nothing was saved; it may work again later.
	ErrLocked = errors.New("another process has the database locked")
)

// A Store is a database. It is safe for concurrent use.
type Store struct {
	path  string
	read  *sql.DB // many connections, none of which can write
	write *sql.DB // one connection, owned by the writer
	jobs  chan *job
	done  chan struct{} // closed when the writer has ended

	reading, writing statements // of the two pools

	mu     sync.RWMutex // held for reading while a change is handed to the writer
	closed bool

	failed atomic.Int64 // when a commit failed last, in Unix nanoseconds; 0 if none has
	watch  func(changes int, took time.Duration, err error)
	items  versions            // item versions seen so far; they never change
	kept   sync.Map            // the ids of those that are certainly stored
	uses   map[exam.ItemID]int // the table exposures, for the writer alone; nil until it is needed
	runner exam.Runner         // of SQL answers; nil runs none
	learn  Learn               // makes cards of graded attempts; nil leaves them
}

// Open opens the database file at path, creating it if need be, and brings
// its schema up to date. Close it when done.
func Open(ctx context.Context, path string) (_ *Store, err error) {
	s := &Store{path: path, jobs: make(chan *job, maxBatch), done: make(chan struct{})}
	defer func() {
		if err != nil {
			s.closePools()
			err = fmt.Errorf("open store %s: %w", path, unopened(err))
		}
	}()
	if err = private(path); err != nil {
		return nil, err
	}
	if s.write, err = sql.Open("sqlite", dsn(path, false)); err != nil {
		return nil, err
	}
	s.write.SetMaxOpenConns(1)
	s.write.SetMaxIdleConns(1)
	if err = migrate(ctx, path, s.write); err != nil {
		return nil, err
	}
	if s.read, err = sql.Open("sqlite", dsn(path, true)); err != nil {
		return nil, err
	}
	s.reading.pool, s.writing.pool = s.read, s.write
	readers := max(4, runtime.NumCPU())
	s.read.SetMaxOpenConns(readers)
	s.read.SetMaxIdleConns(readers)
	go s.writer()
	return s, nil
}

// Look opens the database file at path to read it, and changes neither it nor
// its schema, which has to be this program's. Every change is refused with
// [ErrFull].
func Look(path string) (_ *Store, err error) {
	s := &Store{path: path, jobs: make(chan *job, maxBatch), done: make(chan struct{})}
	s.read, err = sql.Open("sqlite", readOnly(path))
	if err == nil {
		s.write, err = sql.Open("sqlite", readOnly(path))
	}
	if err != nil {
		return nil, fmt.Errorf("look into %s: %w", path, err)
	}
	s.reading.pool, s.writing.pool = s.read, s.write
	go s.writer()
	return s, nil
}

// unopened says how to mend what keeps a database from being opened.
func unopened(err error) error {
	var driver *sqlite.Error
	if !errors.As(err, &driver) {
		return err
	}
	switch driver.Code() & 0xff {
	case sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("it is no database; name another file, or restore a backup: %w", err)
	case sqlite3.SQLITE_CORRUPT:
		return fmt.Errorf("it is damaged; keep it, restore the last good backup, and see what groundwork doctor says of it: %w", err)
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR:
		return fmt.Errorf("%w; is the disk full? Make room and start again: %w", ErrFull, err)
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fmt.Errorf("%w; end that one first: %w", ErrLocked, err)
	}
	return err
}

// Watch has f called after every commit, with how many changes it had, how
// long it took and its error. f is called by one goroutine and must be quick.
// Call it before the store is used.
func (s *Store) Watch(f func(changes int, took time.Duration, err error)) { s.watch = f }

// private makes an empty file at path, if there is none, that only its owner can
// read: SQLite would let everybody.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// dsn puts the settings into the name, so that every connection of a pool gets
// them; a PRAGMA statement would reach only one.
func dsn(path string, readOnly bool) string {
	q := url.Values{}
	q.Set("_busy_timeout", "5000")
	q.Set("_foreign_keys", "on")
	q.Set("_journal_mode", "WAL")
	q.Set("_synchronous", "FULL")
	q.Set("_txlock", "immediate")
	q.Set("_dqs", "0")
	q.Set("_defensive", "1")
	q.Add("_pragma", "temp_store(memory)")
	q.Add("_pragma", "cache_size(-8000)")
	q.Add("_pragma", "journal_size_limit(67108864)")
	q.Add("_pragma", "trusted_schema(off)")
	if readOnly {
		q.Set("_txlock", "deferred")
		q.Set("_query_only", "on")
	}
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}).String()
}

// Close ends the writer after the changes that wait, and closes the database.
// What is called later fails; closing again does nothing.
func (s *Store) Close() error {
	s.mu.Lock()
	closed := s.closed
	if s.closed = true; !closed {
		close(s.jobs)
	}
	s.mu.Unlock()
	<-s.done
	if closed {
		return nil
	}
	return s.closePools()
}

func (s *Store) closePools() error {
	var err error
	if s.read != nil {
		err = s.read.Close()
	}
	if s.write != nil {
		err = errors.Join(err, s.write.Close())
	}
	return err
}

// view runs f on a consistent snapshot. what names the operation in errors.
func (s *Store) view(ctx context.Context, what string, f func(*tx) error) error {
	t, err := s.read.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("%s: begin: %w", what, known(err))
	}
	defer t.Rollback() // there is nothing to commit
	v := &tx{Tx: t, ctx: ctx, prepared: &s.reading}
	if err := f(v); err != nil {
		return fmt.Errorf("%s: %w", what, known(err))
	}
	if len(v.fresh) > 0 {
		_ = t.Rollback() // gives its connection back before another is asked for
		s.reading.prepare(ctx, v.fresh)
	}
	return nil
}

// known turns the driver's errors that callers act on into the store's own.
func known(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	var driver *sqlite.Error
	if !errors.As(err, &driver) {
		return err
	}
	switch code := driver.Code(); {
	case code == sqlite3.SQLITE_CONSTRAINT_UNIQUE, code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return ErrTaken
	case code == sqlite3.SQLITE_FULL, code&0xff == sqlite3.SQLITE_IOERR, code&0xff == sqlite3.SQLITE_READONLY:
		return fmt.Errorf("%w: %w", ErrFull, err)
	case code&0xff == sqlite3.SQLITE_BUSY, code&0xff == sqlite3.SQLITE_LOCKED:
		return fmt.Errorf("%w: %w", ErrLocked, err)
	}
	return err
}

// millis is how times are stored; the zero time is NULL.
func millis(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: t.UnixMilli(), Valid: !t.IsZero()}
}

// stored returns t as it comes back from the database, so that what a method
// returns is what is stored.
func stored(t time.Time) time.Time { return fromMillis(millis(t)) }

// fromMillis is the reverse of millis, in UTC.
func fromMillis(ms sql.NullInt64) time.Time {
	if !ms.Valid {
		return time.Time{}
	}
	return time.UnixMilli(ms.Int64).UTC()
}
