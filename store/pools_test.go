package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// newStore is storetest.New, which tests within the package cannot use.
func newStore(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "test.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// settings are read from one connection.
func settings(t *testing.T, c *sql.Conn) map[string]string {
	t.Helper()
	got := map[string]string{}
	for _, name := range []string{
		"journal_mode", "synchronous", "foreign_keys", "busy_timeout", "query_only", "trusted_schema", "temp_store", "cache_size", "journal_size_limit",
	} {
		var v string
		if err := c.QueryRowContext(t.Context(), "PRAGMA "+name).Scan(&v); err != nil {
			t.Fatal(err)
		}
		got[name] = v
	}
	return got
}

// Every connection of both pools has the settings, not just the first.
func TestSettingsOfEveryConnection(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	if got := s.write.Stats().MaxOpenConnections; got != 1 {
		t.Errorf("%d connections may write, want 1", got)
	}
	want := map[string]string{
		"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000", "query_only": "0",
		"trusted_schema": "0", "temp_store": "2", "cache_size": "-8000", "journal_size_limit": "67108864",
	}
	check := func(pool *sql.DB, name string) {
		c, err := pool.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() }) // held until the end, so that the next is another one
		if diff := cmp.Diff(want, settings(t, c)); diff != "" {
			t.Errorf("%s connection (-want +got):\n%s", name, diff)
		}
		if _, err := c.ExecContext(t.Context(), `SELECT "no such column"`); err == nil {
			t.Errorf("%s connection: a name in double quotes that does not exist is taken for a text", name)
		}
		var defended bool
		if _, err := c.ExecContext(t.Context(), `PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'reports'`); err != nil {
			defended = true
		}
		if !defended {
			t.Errorf("%s connection: the schema can be written to", name)
		}
	}
	check(s.write, "writing")
	want["query_only"] = "1"
	for i := range 3 {
		check(s.read, fmt.Sprintf("reading %d", i))
	}
}

func TestReadersCannotWrite(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	err := s.view(t.Context(), "try", func(t *tx) error {
		_, err := t.exec(`INSERT INTO reports (page, text, created_at) VALUES ('/', 'x', 1)`)
		return err
	})
	if !errors.Is(err, ErrFull) { // what SQLite says of it: read only
		t.Errorf("a view that writes gives %v, want ErrFull", err)
	}
}

// A change locks before it reads. With a lock taken at its first write only,
// two processes that read first would fail each other.
func TestChangesLockBeforeTheyRead(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	other, err := sql.Open("sqlite", dsn(s.path, false))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	begin := func(wait time.Duration) error {
		ctx, cancel := context.WithTimeout(t.Context(), wait)
		defer cancel()
		begun, err := other.BeginTx(ctx, nil)
		if err == nil {
			err = begun.Rollback()
		}
		return err
	}
	err = s.update(t.Context(), "hold", func(t *tx) error {
		var n int
		if err := t.row(`SELECT count(*) FROM learners`).Scan(&n); err != nil {
			return err
		}
		if begin(50*time.Millisecond) == nil {
			return errors.New("a second writer could begin")
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if err := begin(10 * time.Second); err != nil {
		t.Errorf("a second writer cannot begin after the first: %v", err)
	}
}

func TestForeignKeysHold(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	err := s.SetProgress(t.Context(), 12345, "lesson/api/errors", true, time.Now())
	var driver *sqlite.Error
	if !errors.As(err, &driver) || driver.Code() != sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY {
		t.Errorf("progress of a learner who does not exist: %v, want a foreign key to refuse it", err)
	}
}

// A disk that is full costs the change and nothing else.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	add := func(text string) error {
		return s.AddReport(t.Context(), FaultReport{Page: "/", Text: text, At: time.Now()})
	}
	limit := func(pages int) {
		if _, err := s.write.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", pages)); err != nil {
			t.Fatal(err)
		}
	}
	limit(1) // SQLite makes of it what is in use
	if err := add(string(make([]byte, 1<<20))); !errors.Is(err, ErrFull) {
		t.Errorf("a change without room gives %v, want ErrFull", err)
	}
	limit(1 << 30)
	if err := add("room again"); err != nil {
		t.Fatal(err)
	}
	list, err := s.Reports(t.Context(), 10)
	if err != nil || len(list) != 1 || list[0].Text != "room again" {
		t.Errorf("reports = %d, %v; want the one that was acknowledged", len(list), err)
	}
}
