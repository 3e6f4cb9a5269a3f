package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"groundwork/store"
	"groundwork/store/password"
)

// withAccounts makes a database with two accounts, Ilse's with one sign-in.
func withAccounts(t *testing.T) (db string) {
	t.Helper()
	db = filepath.Join(t.TempDir(), "g.db")
	inStore(t, db, func(ctx context.Context, st *store.Store) error {
		for _, email := range []string{"ilse@example.org", "tom@example.org"} {
			hash, err := password.New().Hash(ctx, "paper lamp river")
			if err != nil {
				return err
			}
			id, _, err := st.CreateVisitor(ctx, time.Now())
			if err != nil {
				return err
			}
			if err := st.Register(ctx, id, email, "", hash); err != nil {
				return err
			}
			if err := st.SetProgress(ctx, id, "lesson/api/errors", true, time.Now()); err != nil {
				return err
			}
			owner := func([]byte) store.Owner { return store.Owner{Learner: id, Agent: "Firefox on Linux"} }
			if err := st.Sessions(owner, time.Now).CommitCtx(ctx, "token of "+email, []byte{}, time.Now().Add(time.Hour)); err != nil {
				return err
			}
		}
		return nil
	})
	return db
}

func inStore(t *testing.T, db string, do func(context.Context, *store.Store) error) {
	t.Helper()
	if err := withStore(t.Context(), db, func(st *store.Store) error { return do(t.Context(), st) }); err != nil {
		t.Fatal(err)
	}
}

// groundwork runs the program and returns what it printed.
func groundwork(t *testing.T, stdin string, args ...string) (stdout string, err error) {
	t.Helper()
	var out, errs bytes.Buffer
	err = run(t.Context(), args, world{func(string) string { return "" }, strings.NewReader(stdin), &out, &errs, ""})
	return out.String(), err
}

// accounts is what the list command tells, without the dates.
func accounts(t *testing.T, db string) []string {
	t.Helper()
	out, err := groundwork(t, "", "learner", "list", "-db", db)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, line := range strings.Split(strings.TrimSpace(out), "\n")[1:] {
		lines = append(lines, strings.Join(strings.Fields(regexp.MustCompile(`\d{4}-\d\d-\d\d`).ReplaceAllString(line, "")), " "))
	}
	return lines
}

func fits(t *testing.T, db, email, secret string) (ok bool) {
	t.Helper()
	inStore(t, db, func(ctx context.Context, st *store.Store) error {
		_, hash, err := st.Credentials(ctx, email)
		if err != nil {
			return err
		}
		ok, err = password.New().Check(ctx, hash, secret)
		return err
	})
	return ok
}

func TestLearnerList(t *testing.T) {
	want := []string{"ilse@example.org learner 0 1", "tom@example.org learner 0 1"}
	if diff := cmp.Diff(want, accounts(t, withAccounts(t))); diff != "" {
		t.Errorf("learner list (-want +got):\n%s", diff)
	}
}

func TestLearnerResetMakesAPassword(t *testing.T) {
	db := withAccounts(t)
	out, err := groundwork(t, "", "learner", "reset", "-db", db, "Ilse@example.org")
	if err != nil {
		t.Fatal(err)
	}
	made := regexp.MustCompile(`the new password is ([a-z2-7]{4}(-[a-z2-7]{4}){3})\n`).FindStringSubmatch(out)
	if made == nil {
		t.Fatalf("no password in %q", out)
	}
	if !fits(t, db, "ilse@example.org", made[1]) {
		t.Errorf("the password that was printed does not fit")
	}
	if fits(t, db, "ilse@example.org", "paper lamp river") {
		t.Errorf("the old password still fits")
	}
	if !fits(t, db, "tom@example.org", "paper lamp river") {
		t.Errorf("somebody else's password was changed")
	}
	want := []string{"ilse@example.org learner 0 0", "tom@example.org learner 0 1"}
	if diff := cmp.Diff(want, accounts(t, db)); diff != "" {
		t.Errorf("sign-ins after the reset (-want +got):\n%s", diff)
	}
}

func TestLearnerResetAsksForAPassword(t *testing.T) {
	db := withAccounts(t)
	if out, err := groundwork(t, "password123\n", "learner", "reset", "-db", db, "-ask", "ilse@example.org"); err == nil {
		t.Errorf("one of the most common passwords was taken: %s", out)
	}
	if !fits(t, db, "ilse@example.org", "paper lamp river") {
		t.Fatal("a refused password changed the old one")
	}
	out, err := groundwork(t, "kettle moss fence\r\n", "learner", "reset", "-db", db, "-ask", "ilse@example.org")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out, "kettle") {
		t.Errorf("the password was printed: %s", out)
	}
	if !fits(t, db, "ilse@example.org", "kettle moss fence") {
		t.Error("the password that was typed does not fit")
	}
}

func TestLearnerRole(t *testing.T) {
	db := withAccounts(t)
	if _, err := groundwork(t, "", "learner", "role", "-db", db, "ilse@example.org", "operator"); err != nil {
		t.Fatal(err)
	}
	want := []string{"ilse@example.org operator 0 1", "tom@example.org learner 0 1"}
	if diff := cmp.Diff(want, accounts(t, db)); diff != "" {
		t.Errorf("after making Ilse an operator (-want +got):\n%s", diff)
	}
}

func TestLearnerExport(t *testing.T) {
	db, out := withAccounts(t), filepath.Join(t.TempDir(), "ilse.zip")
	if _, err := groundwork(t, "", "learner", "export", "-db", db, "-out", out, "ilse@example.org"); err != nil {
		t.Fatal(err)
	}
	z, err := zip.OpenReader(out)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
	}
	if diff := cmp.Diff([]string{"data.json", "data.html"}, names); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	f, err := z.Open("data.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var data struct {
		Learner  struct{ Email string }
		Progress []struct{ Ref string }
	}
	if err := json.NewDecoder(f).Decode(&data); err != nil {
		t.Fatal(err)
	}
	if data.Learner.Email != "ilse@example.org" || len(data.Progress) != 1 || data.Progress[0].Ref != "lesson/api/errors" {
		t.Errorf("data.json holds %+v", data)
	}
	before, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := groundwork(t, "", "learner", "export", "-db", db, "-out", out, "tom@example.org"); !errors.Is(err, os.ErrExist) {
		t.Errorf("writing over a file: %v, want ErrExist", err)
	}
	after, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before, after) {
		t.Error("the file that was there is changed")
	}
}

func TestLearnerDelete(t *testing.T) {
	db := withAccounts(t)
	_, err := groundwork(t, "", "learner", "delete", "-db", db, "ilse@example.org")
	if err == nil || !strings.Contains(err.Error(), "1 ticks") || !strings.Contains(err.Error(), "-yes") {
		t.Errorf("delete without -yes: %v, want what would go and how to do it", err)
	}
	if got := len(accounts(t, db)); got != 2 {
		t.Fatalf("%d accounts after a delete without -yes, want 2", got)
	}
	if _, err := groundwork(t, "", "learner", "delete", "-db", db, "-yes", "ilse@example.org"); err != nil {
		t.Fatal(err)
	}
	want := []string{"tom@example.org learner 0 1"}
	if diff := cmp.Diff(want, accounts(t, db)); diff != "" {
		t.Errorf("after the delete (-want +got):\n%s", diff)
	}
}

func TestLearnerRefusals(t *testing.T) {
	db := withAccounts(t)
	missing := filepath.Join(t.TempDir(), "missing.db")
	tests := []struct {
		args, want string
	}{
		{"learner", "groundwork learner reset"},
		{"learner dance", "groundwork learner reset"},
		{"learner reset -db " + db, "want groundwork learner reset"},
		{"learner reset -db " + db + " a@b.org c@d.org", "want groundwork learner reset"},
		{"learner reset -db " + db + " nobody@example.org", `"nobody@example.org"`},
		{"learner role -db " + db + " nobody@example.org operator", `"nobody@example.org"`},
		{"learner role -db " + db + " ilse@example.org king", `"king"`},
		{"learner export -db " + db + " nobody@example.org", `"nobody@example.org"`},
		{"learner delete -yes -db " + db + " nobody@example.org", `"nobody@example.org"`},
		{"learner list -db " + missing, "missing.db"},
	}
	for _, tt := range tests {
		_, err := groundwork(t, "", strings.Fields(tt.args)...)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("groundwork %s: %v, want an error with %q", tt.args, err, tt.want)
		}
	}
	if _, err := os.Stat(missing); !errors.Is(err, os.ErrNotExist) {
		t.Error("a database was made where there was none")
	}
	if got := len(accounts(t, db)); got != 2 {
		t.Errorf("%d accounts at the end, want 2", got)
	}
}
