package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// ErrOwned means that a running site has the database for itself.
var ErrOwned = errors.New("another groundwork serve has this database open")

// Own claims the database at path for one running site, until release is
// called or the process ends. It returns [ErrOwned] if another process has
// it. Commands that only change a row need no claim: SQLite makes writers of
// several processes take turns. (Where there is no flock it claims nothing.)
func Own(path string) (release func(), err error) {
	release, err = claimFile(real(path) + ".lock")
	if err != nil {
		return nil, fmt.Errorf("open store %s: %w", path, err)
	}
	return release, nil
}

// A Snapshot says what a database file holds.
type Snapshot struct {
	File    string
	Bytes   int64
	Version int64 // of its schema
	Tables  []TableCount
}

// A TableCount is how many rows a table has.
type TableCount struct {
	Name string
	Rows int64
}

// Rows is the sum over all tables.
func (s Snapshot) Rows() (n int64) {
	for _, t := range s.Tables {
		n += t.Rows
	}
	return n
}

// Backup writes what the database at from holds at this moment into a new file
// at to, flushes it to disk, opens it again and checks it. It may run beside a
// server, whose writers do not wait for it. A file at to that exists is
// refused with [fs.ErrExist]; a backup that fails leaves none.
func Backup(ctx context.Context, from, to string) (_ Snapshot, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("back up %s: %w", from, err)
		}
	}()
	if err := mustExist(from); err != nil {
		return Snapshot{}, err
	}
	if err := mustBeFree(to); err != nil {
		return Snapshot{}, err
	}
	part := to + ".part"
	defer os.Remove(part) // it is renamed when all went well
	if err := copyInto(ctx, from, part); err != nil {
		return Snapshot{}, err
	}
	s, err := Verify(ctx, part)
	if err != nil {
		return Snapshot{}, err
	}
	s.File = to
	return s, Settle(part, to)
}

// Verify reads the whole database file without changing it: its pages, its
// indexes, its foreign keys, its schema version and how many rows it has. It
// returns an error that says what is wrong.
func Verify(ctx context.Context, file string) (s Snapshot, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("check %s: %w", file, err)
		}
	}()
	info, err := os.Stat(file)
	if err != nil {
		return s, err
	}
	s = Snapshot{File: file, Bytes: info.Size()}
	db, err := sql.Open("sqlite", readOnly(file))
	if err != nil {
		return s, err
	}
	defer db.Close()
	t, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return s, err
	}
	defer t.Rollback()
	x := &tx{Tx: t, ctx: ctx}
	if err := x.sound(); err != nil {
		return s, err
	}
	if err := x.row(schemaVersion).Scan(&s.Version); err != nil {
		return s, fmt.Errorf("it is no database of groundwork: %w", err)
	}
	s.Tables, err = x.counts()
	return s, err
}

// sound returns the first ten faults that SQLite finds.
func (t *tx) sound() error {
	var faults []string
	err := t.each(func(r *sql.Rows) error {
		var line string
		err := r.Scan(&line)
		if line != "ok" {
			faults = append(faults, line)
		}
		return err
	}, `PRAGMA integrity_check(10)`)
	if err != nil {
		return err
	}
	err = t.each(func(r *sql.Rows) error {
		var table, parent string
		var row, key sql.NullInt64
		err := r.Scan(&table, &row, &parent, &key)
		if len(faults) < 10 {
			faults = append(faults, fmt.Sprintf("row %d of %s refers to a row of %s that is not there", row.Int64, table, parent))
		}
		return err
	}, `PRAGMA foreign_key_check`)
	if err == nil && len(faults) > 0 {
		err = fmt.Errorf("the database is damaged: %s", strings.Join(faults, "; "))
	}
	return err
}

// tables returns the names of our tables.
func (t *tx) tables(schema string) (names []string, err error) {
	err = t.each(func(r *sql.Rows) error {
		var name string
		err := r.Scan(&name)
		names = append(names, name)
		return err
	}, `SELECT name FROM `+schema+`.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'goose_db_version' ORDER BY name`)
	return names, err
}

func (t *tx) counts() ([]TableCount, error) {
	names, err := t.tables("main")
	if err != nil {
		return nil, err
	}
	counts := make([]TableCount, len(names))
	for i, name := range names {
		counts[i].Name = name
		if err := t.row(`SELECT count(*) FROM "` + name + `"`).Scan(&counts[i].Rows); err != nil {
			return nil, err
		}
	}
	return counts, nil
}

// copyInto writes a compact copy of one moment of the database at from.
func copyInto(ctx context.Context, from, to string) error {
	if err := os.Remove(to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err // left over from an attempt that was killed
	}
	if err := private(to); err != nil { // for its owner's eyes from the first byte on
		return err
	}
	db, err := sql.Open("sqlite", readOnly(from))
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, `VACUUM INTO $1`, to)
	return known(err)
}

// readOnly is the name of a database file that is not to be changed.
func readOnly(file string) string {
	q := url.Values{"mode": {"ro"}, "_busy_timeout": {"5000"}}
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: file}).EscapedPath(), RawQuery: q.Encode()}).String()
}

// Settle flushes a file that is complete, gives it its name and flushes that, so
// that a power cut leaves it whole or not there. It is for its owner's eyes
// only: what is settled holds what people wrote, or secrets.
func Settle(part, name string) error {
	f, err := os.OpenFile(part, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Chmod(0o600), f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(part, name); err != nil {
		return err
	}
	return syncDir(filepath.Dir(name))
}

// real is the file that path leads to: a database has one lock, whatever it is
// called by.
func real(path string) string {
	if p, err := filepath.EvalSymlinks(path); err == nil {
		return p
	}
	return path
}

func mustExist(file string) error {
	_, err := os.Stat(file)
	return err
}

func mustBeFree(file string) error {
	if _, err := os.Stat(file); err == nil {
		return fmt.Errorf("%s: %w", file, fs.ErrExist)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
