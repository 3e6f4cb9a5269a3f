package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"
)

// A SelfTest says whether everything that is stored could be taken out and put
// into an empty store, and was the same there.
type SelfTest struct {
	At      time.Time
	Took    time.Duration
	Records int64  // rows in all tables
	Digest  string // SHA-256 of all of them in hexadecimal; empty if it failed
	Fault   string // what was wrong; empty if nothing
}

// selfTests is how many results are kept.
const selfTests = 30

// SelfTest exports the database as it is now, imports that row by row into an
// empty store beside it, with all its constraints, and compares the number of
// rows and a hash of each table. The result is stored. What it finds wrong is
// the result's Fault; an error means that the result could not be stored. It
// needs room for two copies and removes them.
func (s *Store) SelfTest(ctx context.Context, now time.Time) (SelfTest, error) {
	begin := time.Now()
	r := SelfTest{At: stored(now)}
	records, digest, err := s.roundTrip(ctx)
	if r.Took = time.Since(begin).Truncate(time.Millisecond); err != nil {
		r.Fault = err.Error()
	} else {
		r.Records, r.Digest = records, digest
	}
	return r, s.update(ctx, "store self-test", func(t *tx) error {
		_, err := t.exec(`INSERT INTO self_tests (at, took, records, digest, fault) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (at) DO NOTHING`, millis(r.At), r.Took.Milliseconds(), r.Records, r.Digest, r.Fault)
		if err != nil {
			return err
		}
		_, err = t.exec(`DELETE FROM self_tests WHERE at NOT IN (SELECT at FROM self_tests ORDER BY at DESC LIMIT $1)`, selfTests)
		return err
	})
}

// SelfTests returns the last results, newest first.
func (s *Store) SelfTests(ctx context.Context) (list []SelfTest, err error) {
	err = s.view(ctx, "read self-tests", func(t *tx) error {
		return t.each(func(r *sql.Rows) error {
			var st SelfTest
			var at sql.NullInt64
			var took int64
			err := r.Scan(&at, &took, &st.Records, &st.Digest, &st.Fault)
			st.At, st.Took = fromMillis(at), time.Duration(took)*time.Millisecond
			list = append(list, st)
			return err
		}, `SELECT at, took, records, digest, fault FROM self_tests ORDER BY at DESC`)
	})
	return list, err
}

// roundTrip takes everything out of the store and into another one.
func (s *Store) roundTrip(ctx context.Context) (records int64, digest string, err error) {
	out, in := s.path+".selftest-out", s.path+".selftest-in"
	defer func() { err = errors.Join(err, removeDatabase(out), removeDatabase(in)) }()
	if err := errors.Join(removeDatabase(out), removeDatabase(in)); err != nil {
		return 0, "", err // left over from one that was killed
	}
	if err := s.roomForCopies(2); err != nil {
		return 0, "", err
	}
	if err := copyInto(ctx, s.path, out); err != nil {
		return 0, "", fmt.Errorf("export: %w", err)
	}
	db, err := sql.Open("sqlite", dsn(in, false))
	if err != nil {
		return 0, "", err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1) // what is attached hangs on one connection
	p, err := provider(db)
	if err != nil {
		return 0, "", err
	}
	if _, err := p.Up(ctx); err != nil {
		return 0, "", fmt.Errorf("make an empty store: %w", err)
	}
	if _, err := db.ExecContext(ctx, `PRAGMA foreign_keys = off`); err != nil { // tables come in any order; they are checked at the end
		return 0, "", err
	}
	if _, err := db.ExecContext(ctx, `ATTACH $1 AS exported`, out); err != nil {
		return 0, "", err
	}
	t, err := db.BeginTx(ctx, nil)
	if err != nil {
		return 0, "", err
	}
	defer t.Rollback() // the copy is thrown away
	return (&tx{Tx: t, ctx: ctx}).importAll()
}

// importAll copies each table of the attached database and compares the two.
func (t *tx) importAll() (records int64, digest string, err error) {
	names, err := t.tables("exported")
	if err != nil {
		return 0, "", err
	}
	all := sha256.New()
	for _, name := range names {
		n, sum, err := t.importTable(name)
		if err != nil {
			return 0, "", fmt.Errorf("table %s: %w", name, err)
		}
		records += n
		all.Write(sum)
	}
	if err := t.sound(); err != nil {
		return 0, "", fmt.Errorf("the imported copy: %w", err)
	}
	return records, hex.EncodeToString(all.Sum(nil)), nil
}

// importTable copies one table and returns how many rows it has and their hash.
func (t *tx) importTable(name string) (rows int64, sum []byte, err error) {
	columns, order, err := t.columns(name)
	if err != nil {
		return 0, nil, err
	}
	_, err = t.exec(fmt.Sprintf(`INSERT INTO main."%s" (%s) SELECT %s FROM exported."%s"`, name, columns, columns, name))
	if err != nil {
		return 0, nil, fmt.Errorf("import: %w", err)
	}
	was, wasSum, err := t.hashTable("exported", name, columns, order)
	if err != nil {
		return 0, nil, err
	}
	is, isSum, err := t.hashTable("main", name, columns, order)
	switch {
	case err != nil:
		return 0, nil, err
	case was != is:
		return 0, nil, fmt.Errorf("%d rows were exported and %d imported", was, is)
	case string(wasSum) != string(isSum):
		return 0, nil, fmt.Errorf("its %d rows are not the same after export and import", was)
	}
	return is, isSum, nil
}

// columns returns the columns of a table for a SELECT, and those to order by.
func (t *tx) columns(table string) (columns, order string, err error) {
	var all, key []string
	err = t.each(func(r *sql.Rows) error {
		var name string
		var pk int
		err := r.Scan(&name, &pk)
		all = append(all, `"`+name+`"`)
		if pk > 0 {
			key = append(key, `"`+name+`"`)
		}
		return err
	}, `SELECT name, pk FROM pragma_table_info($1, 'exported')`, table)
	if len(key) == 0 {
		key = all
	}
	return strings.Join(all, ", "), strings.Join(key, ", "), err
}

// hashTable hashes the rows of a table, each value with its type and length.
func (t *tx) hashTable(schema, table, columns, order string) (rows int64, sum []byte, err error) {
	h := sha256.New()
	var values, into []any
	err = t.each(func(r *sql.Rows) error {
		if values == nil {
			names, err := r.Columns()
			if err != nil {
				return err
			}
			values, into = make([]any, len(names)), make([]any, len(names))
			for i := range values {
				into[i] = &values[i]
			}
		}
		rows++
		err := r.Scan(into...)
		for _, v := range values {
			hashValue(h, v)
		}
		return err
	}, fmt.Sprintf(`SELECT %s FROM %s."%s" ORDER BY %s`, columns, schema, table, order))
	return rows, h.Sum(nil), err
}

func hashValue(h io.Writer, v any) {
	switch v := v.(type) {
	case []byte:
		fmt.Fprintf(h, "b%d:", len(v))
		_, _ = h.Write(v) // a hash never fails
	case string:
		fmt.Fprintf(h, "s%d:%s", len(v), v)
	default: // nil, int64, float64: Go prints each differently, and floats in full
		fmt.Fprintf(h, "%T%v;", v, v)
	}
}

// roomForCopies returns an error unless the disk has room for n copies of the
// database and a tenth more.
func (s *Store) roomForCopies(n int64) error {
	info, err := os.Stat(s.path)
	if err != nil {
		return err
	}
	need := n * info.Size() * 11 / 10
	if free, err := Room(s.path); err == nil && free < need {
		return fmt.Errorf("it takes %d MB beside the database and %d MB are free", need>>20, free>>20)
	}
	return nil
}

// removeDatabase removes a database file and what belongs to it.
func removeDatabase(file string) error {
	var errs []error
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(file + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
