package main

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"groundwork/exam"
	"groundwork/store"
)

// scores are the points of the attempts in a database, by id.
func scores(t *testing.T, db string) map[exam.AttemptID]float64 {
	t.Helper()
	out := map[exam.AttemptID]float64{}
	inStore(t, db, func(ctx context.Context, st *store.Store) error {
		list, _, err := st.FindAttempts(ctx, store.Search{})
		for _, a := range list {
			out[a.ID] = a.Score
		}
		return err
	})
	return out
}

// The dry run changes nothing and says what applying does; applying twice
// changes nothing more. The form of graded has an api-e01 of its own, so the
// one of the content is a corrected version of it.
func TestRegrade(t *testing.T) {
	db := graded(t, 9)
	before := scores(t, db)
	tell := func(want string, args ...string) string {
		t.Helper()
		out, err := groundwork(t, "", append([]string{"regrade", "-db", db}, args...)...)
		if err != nil || !strings.Contains(out, want) {
			t.Errorf("regrade %q: %v, want %q:\n%s", args, err, want, out)
		}
		return out
	}
	dry := tell("this was a dry run", "-item", "api-e01", "-policy", "full")
	if !strings.Contains(dry, "item 0 -> 1 ") || strings.Contains(dry, "item 1 -> ") {
		t.Errorf("nobody gains, or somebody loses:\n%s", dry)
	}
	for id, score := range scores(t, db) {
		if score != before[id] {
			t.Errorf("the dry run has changed %s from %g to %g", id, before[id], score)
		}
	}
	done := tell("policy full", "-item", "api-e01", "-policy", "full", "-apply", "-reason", "it could not be answered")
	if strings.TrimSuffix(dry, "\nthis was a dry run: nothing is changed. Add -apply -reason TEXT to do it.\n") != done {
		t.Errorf("applying says\n%s\nthe dry run said\n%s", done, dry)
	}
	changed := 0
	for id, score := range scores(t, db) {
		if score == before[id]+1 {
			changed++
		} else if score != before[id] {
			t.Errorf("%s went from %g to %g", id, before[id], score)
		}
	}
	if want := strings.Count(done, "item 0 -> 1"); changed != want {
		t.Errorf("%d attempts changed, %d were told of", changed, want)
	}
	tell("0 of 9 graded attempts change", "-item", "api-e01", "-policy", "full", "-apply", "-reason", "again")
}

func TestRegradeRefuses(t *testing.T) {
	db := graded(t, 3)
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"an item that does not say what changed", []string{"-item", "api-e01"}, "write changed: key, options or dropped"},
		{"all items, none of which does", nil, "api-e02: it does not say"},
		{"an item that there is not", []string{"-item", "none"}, "keep it in its file with changed: dropped"},
		{"a policy that there is not", []string{"-item", "api-e01", "-policy", "kind"}, "want rescore, either, full or drop"},
		{"a policy for all", []string{"-policy", "full"}, "want -item with it"},
		{"no reason", []string{"-item", "api-e01", "-policy", "full", "-apply"}, "-reason: say why"},
		{"no database", []string{"-db", db + ".none"}, "-db"},
		{"a word", []string{"api-e01"}, "is no flag"},
	} {
		args := append([]string{"regrade", "-db", db}, tt.args...)
		if out, err := groundwork(t, "", args...); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q:\n%s", tt.name, err, tt.want, out)
		}
	}
	fresh := t.TempDir() + "/g.db"
	inStore(t, fresh, func(context.Context, *store.Store) error { return nil })
	if out, err := groundwork(t, "", "regrade", "-db", fresh); err != nil || !strings.Contains(out, "nothing to regrade") {
		t.Errorf("an empty database: %v, %s", err, out)
	}
}

// An attempt is found, voided and restored.
func TestAttemptVoid(t *testing.T) {
	db := graded(t, 2)
	find := func(state string) string {
		t.Helper()
		out, err := groundwork(t, "", "attempt", "list", "-db", db, "-state", state)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	id := regexp.MustCompile(`(?m)^[a-z2-7]{26}`).FindString(find("graded"))
	for _, tt := range []struct {
		action, want string
		voided       bool
	}{{"void", "the attempt is voided", true}, {"restore", "the attempt counts again", false}} {
		if _, err := groundwork(t, "", "attempt", tt.action, "-db", db, id); err == nil || !strings.Contains(err.Error(), "-reason: say why") {
			t.Errorf("%s without a reason: %v", tt.action, err)
		}
		out, err := groundwork(t, "", "attempt", tt.action, "-db", db, "-reason", "a test", id)
		if err != nil || !strings.Contains(out, tt.want) || strings.Contains(find("voided"), id) != tt.voided {
			t.Errorf("%s: %v, %s", tt.action, err, out)
		}
		if _, err := groundwork(t, "", "attempt", tt.action, "-db", db, "-reason", "a test", "none"); err == nil || !strings.Contains(err.Error(), `there is no attempt "none"`) {
			t.Errorf("%s of none: %v", tt.action, err)
		}
	}
	if out, err := groundwork(t, "", "attempt", "list", "-db", db, "-find", id[:6]); err != nil || strings.Count(out, "\n") != 2 {
		t.Errorf("-find: %v, %s", err, out)
	}
	if _, err := groundwork(t, "", "attempt", "list", "-db", db, "-state", "x"); err == nil {
		t.Error("a state that there is not is looked for")
	}
}

func TestLearnerTime(t *testing.T) {
	db := withAccounts(t)
	for _, tt := range []struct {
		args []string
		want string // in the output, or in the error
		fine bool
	}{
		{[]string{"ilse@example.org"}, "-percent: want 0 to 300", false},
		{[]string{"-percent", "50", "ilse@example.org"}, "-reason: say why", false},
		{[]string{"-percent", "50", "-reason", "r", "nobody@example.org"}, "nobody has an account", false},
		{[]string{"-percent", "50", "-reason", "r", "Ilse@example.org"}, "has 50% more time", true},
		{[]string{"-percent", "0", "ilse@example.org"}, "has no extra time", true},
	} {
		out, err := groundwork(t, "", append([]string{"learner", "time", "-db", db}, tt.args...)...)
		if err != nil {
			out += err.Error()
		}
		if (err == nil) != tt.fine || !strings.Contains(out, tt.want) {
			t.Errorf("learner time %q: %v, %q; want %q", tt.args, err, out, tt.want)
		}
	}
}
