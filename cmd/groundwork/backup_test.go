package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"groundwork/store"
)

// R21, through the front door: back up a database with accounts, restore it
// elsewhere, and find the people and the secrets there.
func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	db := withAccounts(t)
	if err := os.WriteFile(keysOf(db), make([]byte, 3*keyLen), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	saved, restored := filepath.Join(dir, "saved.db"), filepath.Join(dir, "restored.db")
	out, err := groundwork(t, "", "backup", "-db", db, saved)
	if err != nil || !strings.Contains(out, "opened again and sound") || !strings.Contains(out, "learners  2") {
		t.Fatalf("backup says %v:\n%s", err, out)
	}
	if _, err := groundwork(t, "", "backup", "-db", db, saved); err == nil || !strings.Contains(err.Error(), "give the backup another name") {
		t.Errorf("a second backup to the same name says %v", err)
	}
	if out, err := groundwork(t, "", "restore", "-db", restored, saved); err != nil || !strings.Contains(out, "restored") {
		t.Fatalf("restore says %v:\n%s", err, out)
	}
	if _, err := groundwork(t, "", "restore", "-db", restored, saved); err == nil || !strings.Contains(err.Error(), "-force keeps it") {
		t.Errorf("a restore over a database says %v", err)
	}
	if out, err := groundwork(t, "", "restore", "-force", "-db", restored, saved); err != nil || !strings.Contains(out, "what was there before is now "+restored+".before-") {
		t.Errorf("a forced restore says %v:\n%s", err, out)
	}
	inStore(t, restored, func(ctx context.Context, st *store.Store) error {
		list, err := st.Accounts(ctx, time.Now())
		if len(list) != 2 {
			t.Errorf("%d accounts are restored", len(list))
		}
		return err
	})
	if keys, err := os.ReadFile(keysOf(restored)); err != nil || len(keys) != 3*keyLen {
		t.Errorf("the secrets are not restored: %d bytes, %v", len(keys), err)
	}
}

// A backup without the secrets is none: who gave -keys to serve gives it here.
// A restore says what became of them.
func TestBackupOfSecretsElsewhere(t *testing.T) {
	t.Parallel()
	db, dir := withAccounts(t), t.TempDir()
	keys, saved := filepath.Join(dir, "secrets"), filepath.Join(dir, "saved.db")
	if err := os.WriteFile(keys, bytes.Repeat([]byte("k"), 3*keyLen), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := groundwork(t, "", "backup", "-db", db, saved); err == nil || !strings.Contains(err.Error(), "say where they are with -keys") {
		t.Errorf("a backup without secrets says %v", err)
	}
	if _, err := os.Stat(saved); err == nil {
		t.Error("there is a backup without secrets")
	}
	if out, err := groundwork(t, "", "backup", "-db", db, "-keys", keys, saved); err != nil || !strings.Contains(out, saved+".keys") {
		t.Fatalf("backup says %v:\n%s", err, out)
	}
	there, own := filepath.Join(dir, "there.db"), filepath.Join(dir, "own")
	if out, err := groundwork(t, "", "restore", "-db", there, "-keys", own, saved); err != nil || !strings.Contains(out, "restored the secrets into "+own) {
		t.Errorf("restore says %v:\n%s", err, out)
	}
	if data, err := os.ReadFile(own); err != nil || len(data) != 3*keyLen {
		t.Errorf("the secrets are %q, %v", data, err)
	}
	if err := errors.Join(os.Remove(saved+".keys"), os.WriteFile(own, bytes.Repeat([]byte("n"), 3*keyLen), 0o600)); err != nil {
		t.Fatal(err)
	}
	if out, err := groundwork(t, "", "restore", "-force", "-db", there, "-keys", own, saved); err != nil || !strings.Contains(out, "there is no "+saved+".keys") {
		t.Errorf("restore of a backup without secrets says %v:\n%s", err, out)
	}
	if data, err := os.ReadFile(own); err != nil || data[0] != 'n' {
		t.Errorf("the secrets that were there are %q, %v", data, err)
	}
}

// The doctor changes nothing, and no other command brings a database up to date
// under a site that runs on it.
func TestLookingChangesNothing(t *testing.T) {
	t.Parallel()
	db, dir := withAccounts(t), t.TempDir()
	saved := filepath.Join(dir, "saved.db")
	if err := os.WriteFile(keysOf(db), make([]byte, 3*keyLen), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := groundwork(t, "", "backup", "-db", db, saved); err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	before, err := os.ReadFile(saved)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := groundwork(t, "", "doctor", "-db", saved); err != nil {
		t.Errorf("%v:\n%s", err, out)
	}
	if after, err := os.ReadFile(saved); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the doctor changed the file, %v", err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*")); len(left) != 2 || err != nil {
		t.Errorf("the doctor left %v, %v", left, err)
	}
	old, err := sql.Open("sqlite", "file:"+db)
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	if _, err := old.Exec(`DELETE FROM goose_db_version WHERE version_id = $1`, store.SchemaVersion()); err != nil {
		t.Fatal(err)
	}
	if _, err := groundwork(t, "", "learner", "list", "-db", db); err == nil || !strings.Contains(err.Error(), "start groundwork serve of this version on it once") {
		t.Errorf("a command on an older database says %v", err)
	}
}

// What cannot be a database of ours is left alone, with a word on how to mend it.
func TestOpeningOthers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	foreign := filepath.Join(dir, "foreign.db")
	other, err := sql.Open("sqlite", "file:"+foreign)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Exec(`CREATE TABLE t (x)`); err != nil {
		t.Fatal(err)
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	text, torn := filepath.Join(dir, "text.db"), withAccounts(t)
	if err := os.WriteFile(text, []byte(strings.Repeat("no database\n", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(torn)
	if err != nil {
		t.Fatal(err)
	}
	copy(data[100:], bytes.Repeat([]byte{0xff}, 4096)) // the page with the schema
	if err := os.WriteFile(torn, data, 0o600); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{foreign: "the database of another program", text: "name another file, or restore a backup", torn: "restore the last good backup"} {
		before, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := groundwork(t, "", "serve", "-addr", "127.0.0.1:0", "-db", file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("serve on %s says %v, want %q", filepath.Base(file), err, want)
		}
		if after, err := os.ReadFile(file); file != foreign && !bytes.Equal(before, after) || err != nil {
			t.Errorf("serve changed %s, %v", filepath.Base(file), err)
		}
	}
}

func TestDoctor(t *testing.T) {
	t.Parallel()
	well := withAccounts(t)
	if err := os.WriteFile(keysOf(well), make([]byte, 3*keyLen), 0o600); err != nil {
		t.Fatal(err)
	}
	open := withAccounts(t)
	if err := os.WriteFile(keysOf(open), make([]byte, 3*keyLen), 0o644); err != nil {
		t.Fatal(err)
	}
	failed := withAccounts(t)
	inStore(t, failed, func(ctx context.Context, st *store.Store) error {
		return st.SetProgress(ctx, 1, "lesson/gone/away", true, time.Now())
	})
	torn := withAccounts(t)
	if err := os.WriteFile(torn, []byte(strings.Repeat("no database\n", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, db string
		want     []string
		bad      bool
	}{
		{"all is well", well, []string{"ok   database", "ok   secrets", "ok   schema", "ok   self-test  none yet", "ok   progress", "60 lessons and 480 items"}, false},
		{"others can read the secrets", open, []string{"BAD  secrets", "chmod 600"}, true},
		{"content that people have progress on is gone", failed, []string{"lesson/gone/away: 1 learners have progress on it", "BAD  progress", "BAD  secrets"}, true},
		{"the file is torn", torn, []string{"BAD  database", "file is not a database"}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, err := groundwork(t, "", "doctor", "-db", tt.db)
			if (err != nil) != tt.bad {
				t.Errorf("doctor says %v", err)
			}
			for _, want := range tt.want {
				if !strings.Contains(out, want) {
					t.Errorf("doctor does not say %q:\n%s", want, out)
				}
			}
		})
	}
}

// Who has a large database looked at is told that it takes long.
func TestDoctorOfALargeFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "large.db")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(file, 3e9); err != nil { // a hole: it takes no room
		t.Fatal(err)
	}
	var out, told bytes.Buffer
	err := run(t.Context(), []string{"doctor", "-db", file}, world{func(string) string { return "" }, strings.NewReader(""), &out, &told, ""})
	if err == nil || !strings.Contains(told.String(), "reading all 3.0 GB") {
		t.Errorf("doctor = %v, and says %q first, then:\n%s", err, told.String(), out.String())
	}
}

// Who brings a large database up to date is told why the start takes long.
func TestOlderDatabaseIsTold(t *testing.T) {
	t.Parallel()
	file := withAccounts(t)
	db, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`DELETE FROM goose_db_version WHERE version_id = $1`, store.SchemaVersion()); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	var told bytes.Buffer
	_, _, err = openOwn(t.Context(), file, slog.New(slog.NewTextHandler(&told, nil)))
	if err == nil || !strings.Contains(told.String(), "bringing the database up to date") { // it fails: the tables are there already
		t.Errorf("openOwn = %v, and says %q", err, told.String())
	}
}

// R24: one site has a database for itself.
func TestSecondSiteIsRefused(t *testing.T) {
	t.Parallel()
	db := withAccounts(t)
	release, err := store.Own(db)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if _, err := groundwork(t, "", "serve", "-addr", "127.0.0.1:0", "-db", db); err == nil || !strings.Contains(err.Error(), "stop that one first") {
		t.Errorf("serve beside another says %v", err)
	}
	if _, err := groundwork(t, "", "restore", "-force", "-db", db, db); err == nil || !strings.Contains(err.Error(), "stop it first") {
		t.Errorf("restore beside a site says %v", err)
	}
}

func TestNightlyIsDue(t *testing.T) {
	t.Parallel()
	var at hour
	if err := at.Set("03:30"); err != nil {
		t.Fatal(err)
	}
	day := func(d, h, m int) time.Time { return time.Date(2026, 11, d, h, m, 0, 0, time.UTC) }
	tests := []struct {
		name      string
		last, now time.Time
		want      bool
	}{
		{"never done", time.Time{}, day(23, 1, 0), true},
		{"before the hour", day(22, 3, 31), day(23, 3, 29), false},
		{"at the hour", day(22, 3, 31), day(23, 3, 30), true},
		{"done tonight", day(23, 3, 30), day(23, 3, 31), false},
		{"nobody was there at the hour", day(22, 3, 31), day(23, 6, 0), true},
		{"nobody was there all night", day(22, 3, 31), day(23, 9, 0), false},
		{"nobody is ever there at night", day(20, 3, 31), day(23, 9, 0), true},
		{"the clock jumped back", day(23, 3, 30), day(22, 12, 0), false},
		{"the clock was years ahead", day(365*3, 3, 30), day(22, 3, 31), true},
		{"the clock jumped a month", day(1, 3, 30), day(23, 3, 29), true},
	}
	for _, tt := range tests {
		if got := at.due(tt.last, tt.now); got != tt.want {
			t.Errorf("%s: due = %v", tt.name, got)
		}
	}
	if err := at.Set("never"); err != nil || at.due(time.Time{}, day(23, 4, 0)) {
		t.Errorf("never is due, %v", err)
	}
	if err := at.Set("25:00"); err == nil {
		t.Error("25:00 is a time of day")
	}
}
