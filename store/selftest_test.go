package store_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"groundwork/store"
)

func TestSelfTest(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "g.db")
	s := open(t, path)
	defer s.Close()
	id := visitor(t, s)
	for i := range 20 {
		fine(t, s.SetProgress(t.Context(), id, fmt.Sprint("ref-", i), true, noon))
	}
	first, err := s.SelfTest(t.Context(), noon)
	fine(t, err)
	if first.Fault != "" || first.Records < 22 || len(first.Digest) != 64 {
		t.Errorf("the first self-test is %+v", first)
	}
	fine(t, s.SetProgress(t.Context(), id, "one more", true, noon))
	second, err := s.SelfTest(t.Context(), noon.Add(24*time.Hour))
	fine(t, err)
	if second.Fault != "" || second.Records != first.Records+2 || second.Digest == first.Digest {
		t.Errorf("with one row more, and the first result, the second is %+v after %+v", second, first)
	}
	list, err := s.SelfTests(t.Context())
	fine(t, err)
	if len(list) != 2 || list[0] != second || list[1] != first {
		t.Errorf("stored are %+v", list)
	}
	if left, _ := filepath.Glob(path + ".selftest*"); left != nil {
		t.Errorf("left over: %v", left)
	}
}

// A row that could not be put into an empty store is found, and kept results
// say which table.
func TestSelfTestFindsFaults(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "g.db")
	s := open(t, path)
	defer s.Close()
	_, err := raw(t, path).Exec(`INSERT INTO progress (learner_id, ref, done_at) VALUES (4711, 'x', 1)`)
	fine(t, err)
	r, err := s.SelfTest(t.Context(), noon)
	fine(t, err)
	if !strings.Contains(r.Fault, "progress refers to a row of learners that is not there") || r.Digest != "" {
		t.Errorf("the result is %+v", r)
	}
	list, err := s.SelfTests(t.Context())
	fine(t, err)
	if len(list) != 1 || list[0] != r {
		t.Errorf("stored are %+v", list)
	}
}

func TestSelfTestsKept(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "g.db"))
	defer s.Close()
	for day := range 32 {
		_, err := s.SelfTest(t.Context(), noon.AddDate(0, 0, day))
		fine(t, err)
	}
	list, err := s.SelfTests(t.Context())
	fine(t, err)
	if len(list) != 30 || !list[29].At.Equal(noon.AddDate(0, 0, 2)) {
		t.Errorf("%d are kept, the oldest of %s", len(list), list[len(list)-1].At)
	}
}

func TestReady(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "g.db"))
	fine(t, s.Ready(t.Context(), noon))
	fine(t, s.Ready(t.Context(), noon.Add(time.Second)))
	fine(t, s.Close())
	if err := s.Ready(t.Context(), noon); err == nil {
		t.Error("a closed store says that it is ready")
	}
}

// R22: a migration that does not work for the rows there are fails on a copy
// and leaves the database as it was.
func TestMigrationIsRehearsed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "g.db")
	s := open(t, path)
	visitor(t, s)
	fine(t, s.Close())
	before, err := store.Verify(t.Context(), path)
	fine(t, err)

	db := raw(t, path)
	_, err = db.Exec(`DELETE FROM goose_db_version WHERE version_id = $1`, before.Version)
	fine(t, err)
	for file, want := range map[string]int64{path: before.Version - 1, path + ".none": 0} {
		if have, err := store.FileVersion(t.Context(), file); err != nil || have != want {
			t.Errorf("FileVersion = %d, %v; want %d", have, err, want)
		}
	}
	_, err = store.Open(t.Context(), path) // the last migration's tables are there already
	if err == nil || !strings.Contains(err.Error(), "nothing was changed") || !strings.Contains(err.Error(), "already exists") {
		t.Fatalf("Open = %v, want the failed rehearsal", err)
	}
	after, err := store.Verify(t.Context(), path)
	fine(t, err)
	if after.Version >= before.Version || after.Rows() != before.Rows() {
		t.Errorf("after the failed rehearsal there are version %d with %d rows, want less than %d with %d", after.Version, after.Rows(), before.Version, before.Rows())
	}
	if left, _ := filepath.Glob(path + ".rehearsal*"); left != nil {
		t.Errorf("left over: %v", left)
	}
}
