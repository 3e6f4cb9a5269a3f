package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

var noon = time.Date(2026, 1, 20, 12, 0, 0, 0, time.UTC)

// killed makes a database as a server leaves it that was killed: n visitors are
// in it, and as many in its log.
func killed(t *testing.T, file string, n int) {
	t.Helper()
	live := filepath.Join(t.TempDir(), "live.db")
	s, err := Open(t.Context(), live)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	visit(t, s, n)
	if _, err := s.read.Exec(`PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		t.Fatal(err)
	}
	visit(t, s, n)
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile(live + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file+suffix, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func visit(t *testing.T, s *Store, n int) {
	t.Helper()
	for range n {
		if _, _, err := s.CreateVisitor(t.Context(), noon); err != nil {
			t.Fatal(err)
		}
	}
}

// learnersIn counts who is in a database file, which must be sound.
func learnersIn(t *testing.T, file string) int64 {
	t.Helper()
	s, err := Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	snap, err := Verify(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range snap.Tables {
		if table.Name == "learners" {
			return table.Rows
		}
	}
	t.Fatal("no table of learners")
	return 0
}

// backupOf makes a backup with n visitors.
func backupOf(t *testing.T, n int) string {
	t.Helper()
	dir := t.TempDir()
	s, err := Open(t.Context(), filepath.Join(dir, "g.db"))
	if err != nil {
		t.Fatal(err)
	}
	visit(t, s, n)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "backup.db")
	if _, err := Backup(t.Context(), filepath.Join(dir, "g.db"), file); err != nil {
		t.Fatal(err)
	}
	return file
}

// R3, R21: the logs of a killed server are not applied to what is restored in
// its place, and what it held is whole under its other name.
func TestRestoreBesideLogs(t *testing.T) {
	t.Parallel()
	backup := backupOf(t, 1)
	tests := []struct {
		name      string
		moved     bool // away by hand, and its log forgotten
		force     bool
		refused   bool
		wantAside int64
	}{
		{"over it", false, true, false, 6},
		{"over it, not asked for", false, false, true, 0},
		{"where it was", true, true, false, 0},
		{"where it was, not asked for", true, false, true, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "g.db")
			killed(t, file, 3)
			if tt.moved {
				if err := os.Rename(file, file+".broken"); err != nil {
					t.Fatal(err)
				}
			}
			aside := ""
			if tt.force {
				aside = file + ".before"
			}
			_, err := Restore(t.Context(), backup, file, aside)
			if errors.Is(err, fs.ErrExist) != tt.refused || !tt.refused && err != nil {
				t.Fatalf("Restore = %v", err)
			}
			if tt.refused {
				return
			}
			if got := learnersIn(t, file); got != 1 {
				t.Errorf("the restored database has %d learners, want 1", got)
			}
			if tt.wantAside > 0 {
				if got := learnersIn(t, aside); got != tt.wantAside {
					t.Errorf("what was there before has %d learners, want %d", got, tt.wantAside)
				}
			}
		})
	}
}

// Killed after the old database has its second name and before the new one has
// its place: the site starts with the old one, whole.
func TestRestoreKilledHalfWay(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "g.db")
	killed(t, file, 3)
	if err := putAside(t.Context(), file, file+".before"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{file, file + ".before"} {
		if got := learnersIn(t, name); got != 6 {
			t.Errorf("%s has %d learners, want 6", filepath.Base(name), got)
		}
	}
}

// A database that cannot be read any more is kept with its log.
func TestRestoreOverDamage(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "g.db")
	for name, text := range map[string]string{file: strings.Repeat("damage ", 4096), file + "-wal": "a log", file + "-journal": "another"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Restore(t.Context(), backupOf(t, 2), file, file+".before"); err != nil {
		t.Fatal(err)
	}
	if got := learnersIn(t, file); got != 2 {
		t.Errorf("the restored database has %d learners, want 2", got)
	}
	for suffix, want := range map[string]string{"": "damage ", "-wal": "a log", "-journal": "another"} {
		if data, err := os.ReadFile(file + ".before" + suffix); err != nil || !strings.HasPrefix(string(data), want) {
			t.Errorf("%q is not kept: %v", suffix, err)
		}
	}
}

// What root restores is the site's to open; a link to a database is that
// database.
func TestRestoreBelongsToTheSite(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	const site = 54321
	uid := func(file string) uint32 {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		return info.Sys().(*syscall.Stat_t).Uid
	}
	dir := t.TempDir()
	file, link := filepath.Join(dir, "g.db"), filepath.Join(dir, "link.db")
	if err := errors.Join(os.Chown(dir, site, site), os.Symlink(file, link)); err != nil {
		t.Fatal(err)
	}
	for i, to := range []string{file, link} { // into the folder, then over what is there
		if _, err := Restore(t.Context(), backupOf(t, 1), to, filepath.Join(dir, "before.db")); err != nil {
			t.Fatal(i, err)
		}
		for _, name := range []string{file, file + ".lock"} {
			if got := uid(name); got != site {
				t.Errorf("round %d: %s belongs to %d, want %d", i, name, got, site)
			}
		}
		if err := os.Chown(dir, 0, 0); err != nil { // from now on the file says whose it is
			t.Fatal(err)
		}
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v", err)
	}
	if release, err := Own(file); err != nil {
		t.Error(err)
	} else {
		defer release()
	}
	if _, err := Restore(context.Background(), backupOf(t, 1), link, file+".other"); !errors.Is(err, ErrOwned) {
		t.Errorf("over a database that a server has open by another name: %v", err)
	}
}
