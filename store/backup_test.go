package store_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"groundwork/store"
)

// R21: a backup that is taken while people write holds everything that was
// acknowledged before it began, and a restore of it is a store that works.
func TestBackupUnderLoad(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := filepath.Join(dir, "g.db")
	s := open(t, db)
	defer s.Close()
	id := visitor(t, s)
	for i := range 50 {
		fine(t, s.SetProgress(t.Context(), id, fmt.Sprint("before-", i), true, noon))
	}
	stop := writeOn(t, s, id)
	backup := filepath.Join(dir, "backup.db")
	snap, err := store.Backup(t.Context(), db, backup)
	stop()
	fine(t, err)
	if info, err := os.Stat(backup); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup is %v, %v; want it for its owner only", info, err)
	}
	restored := filepath.Join(dir, "restored.db")
	again, err := store.Restore(t.Context(), backup, restored, "")
	fine(t, err)
	if diff := cmp.Diff(snap.Tables, again.Tables); diff != "" {
		t.Errorf("rows backed up and restored (-want +got):\n%s", diff)
	}
	r := open(t, restored)
	defer r.Close()
	done, err := r.Progress(t.Context(), id)
	fine(t, err)
	for i := range 50 {
		if done[fmt.Sprint("before-", i)].IsZero() {
			t.Errorf("line %d was acknowledged before the backup and is not in it", i)
		}
	}
	fine(t, r.SetProgress(t.Context(), id, "after", true, noon))
}

// writeOn changes the store until the function it returns is called.
func writeOn(t *testing.T, s *store.Store, id store.LearnerID) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				if err := s.SetProgress(context.WithoutCancel(ctx), id, fmt.Sprintf("during-%d-%d", w, i), true, noon); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	return func() { cancel(); wg.Wait() }
}

func TestBackupRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, there := filepath.Join(dir, "g.db"), filepath.Join(dir, "there.db")
	fine(t, open(t, db).Close())
	fine(t, os.WriteFile(there, []byte("mine"), 0o600))
	if _, err := store.Backup(t.Context(), db, there); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over a file that exists: %v", err)
	}
	if data, _ := os.ReadFile(there); string(data) != "mine" {
		t.Errorf("the file that was there is now %q", data)
	}
	if _, err := store.Backup(t.Context(), filepath.Join(dir, "none.db"), filepath.Join(dir, "b.db")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("of a file that is not there: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.part")); left != nil {
		t.Errorf("left over: %v", left)
	}
}

func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, backup := filepath.Join(dir, "g.db"), filepath.Join(dir, "b.db")
	s := open(t, db)
	id := visitor(t, s)
	fine(t, s.SetProgress(t.Context(), id, "x", true, noon))
	fine(t, s.Close())
	_, err := store.Backup(t.Context(), db, backup)
	fine(t, err)

	if _, err := store.Restore(t.Context(), backup, db, ""); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over a database that exists: %v", err)
	}
	release, err := store.Own(db)
	fine(t, err)
	if _, err := store.Restore(t.Context(), backup, db, filepath.Join(dir, "aside.db")); !errors.Is(err, store.ErrOwned) {
		t.Errorf("over a database that a server has open: %v", err)
	}
	release()
	_, err = store.Restore(t.Context(), backup, db, filepath.Join(dir, "aside.db"))
	fine(t, err)
	if _, err := store.Verify(t.Context(), filepath.Join(dir, "aside.db")); err != nil {
		t.Errorf("what was there before is not aside: %v", err)
	}
}

// A backup with a flipped page or a row without its parent is not restored.
func TestVerifyFindsDamage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	torn, orphan, text := filepath.Join(dir, "torn.db"), filepath.Join(dir, "orphan.db"), filepath.Join(dir, "text.db")
	for _, path := range []string{torn, orphan} {
		s := open(t, path)
		id := visitor(t, s)
		for i := range 400 {
			fine(t, s.SetProgress(t.Context(), id, fmt.Sprint("a rather long name of something that was done ", i), true, noon))
			if i > 20 && path == orphan {
				break
			}
		}
		fine(t, s.Close())
	}
	data, err := os.ReadFile(torn)
	fine(t, err)
	for i := len(data) / 2; i < len(data)/2+4096; i++ {
		data[i] ^= 0x5a
	}
	fine(t, os.WriteFile(torn, data, 0o600))
	_, err = raw(t, orphan).Exec(`INSERT INTO progress (learner_id, ref, done_at) VALUES (4711, 'x', 1)`)
	fine(t, err)
	fine(t, os.WriteFile(text, []byte(strings.Repeat("this is no database\n", 100)), 0o600))
	tests := []struct{ path, want string }{
		{torn, "malformed|is damaged"}, // as the torn page is of the schema or of a table
		{orphan, "row 0 of progress refers to a row of learners that is not there"},
		{text, "file is not a database"},
	}
	for _, tt := range tests {
		if _, err := store.Verify(t.Context(), tt.path); err == nil || !regexp.MustCompile(tt.want).MatchString(err.Error()) {
			t.Errorf("%s: %v; want %q", filepath.Base(tt.path), err, tt.want)
		}
		if _, err := store.Restore(t.Context(), tt.path, filepath.Join(dir, "new.db"), ""); err == nil {
			t.Errorf("%s was restored", filepath.Base(tt.path))
		}
	}
}
