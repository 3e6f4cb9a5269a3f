package store_test

import (
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"groundwork/store"
)

var noon = time.Date(2026, 1, 20, 12, 0, 0, 0, time.UTC)

// raw opens a database file without the store.
func raw(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	fine(t, err)
	t.Cleanup(func() { fine(t, db.Close()) })
	return db
}

// open opens a store that the test closes itself.
func open(t *testing.T, path string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), path)
	fine(t, err)
	return s
}

func visitor(t *testing.T, s *store.Store) store.LearnerID {
	t.Helper()
	id, _, err := s.CreateVisitor(t.Context(), noon)
	fine(t, err)
	return id
}

func TestOpenTwice(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a b", "ü%20#x?.db")
	fine(t, os.Mkdir(filepath.Dir(path), 0o700))
	s := open(t, path)
	id := visitor(t, s)
	fine(t, s.Close())
	fine(t, s.Close()) // closing twice does nothing the second time
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the file does not have the name that was given: %v", err)
	}
	s = open(t, path)
	defer s.Close()
	if l, err := s.Learner(t.Context(), id); err != nil || !l.Created.Equal(noon) {
		t.Errorf("after opening again the learner is %+v, %v", l, err)
	}
	if other := visitor(t, s); other == id {
		t.Errorf("two visitors have the id %d", id)
	}
}

// R22: a newer schema is refused.
func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	newer := filepath.Join(t.TempDir(), "newer.db")
	fine(t, open(t, newer).Close())
	_, err := raw(t, newer).Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)`)
	fine(t, err)
	text := filepath.Join(t.TempDir(), "text.db")
	fine(t, os.WriteFile(text, []byte(strings.Repeat("this is no database\n", 100)), 0o600))
	tests := []struct{ name, path, want string }{
		{"a newer schema", newer, "its schema has version 999 and this program knows "},
		{"a file that is no database", text, "file is not a database"},
		{"a folder that is not there", filepath.Join(t.TempDir(), "none", "x.db"), "no such file or directory"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := store.Open(t.Context(), tt.path)
			if err == nil {
				s.Close()
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "open store "+tt.path+": ") {
				t.Errorf("Open = %v, want an error with %q", err, tt.want)
			}
		})
	}
	if _, err := os.ReadFile(text); err != nil {
		t.Error(err)
	}
}

// Processes that start at once on a new file take turns making its schema.
func TestProcessesOpenAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "new.db")
	children := make([]*exec.Cmd, 4)
	for i := range children {
		children[i] = child(t, "open", path)
		children[i].Stderr = new(strings.Builder)
		fine(t, children[i].Start())
	}
	for _, c := range children {
		if err := c.Wait(); err != nil {
			t.Errorf("a process failed: %v: %s", err, c.Stderr)
		}
	}
	var visitors int
	fine(t, raw(t, path).QueryRow(`SELECT count(*) FROM learners`).Scan(&visitors))
	if visitors != len(children) {
		t.Errorf("%d visitors were made by %d processes", visitors, len(children))
	}
}

// child is this test program again, as a process of its own that does what
// mode says; see TestMain.
func child(t *testing.T, mode string, args ...string) *exec.Cmd {
	c := exec.CommandContext(t.Context(), os.Args[0], args...)
	c.Env = append(os.Environ(), "GROUNDWORK_STORE_CHILD="+mode)
	return c
}

func TestMain(m *testing.M) {
	if mode := os.Getenv("GROUNDWORK_STORE_CHILD"); mode != "" {
		if err := children[mode](os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// children are what this program does as a process of its own.
var children = map[string]func(args []string) error{"open": openChild, "save": saveChild}
