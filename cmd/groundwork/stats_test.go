package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"groundwork/exam"
	"groundwork/exam/analysis"
	"groundwork/store"
)

// graded makes a database in which people have sat a form of four items, the
// third of which has the wrong key: who does well takes option c.
func graded(t *testing.T, people int) (db string) {
	t.Helper()
	db = filepath.Join(t.TempDir(), "g.db")
	begin := time.Now().UTC().AddDate(0, 0, -1).Truncate(time.Second) // a site forgets visitors after some months
	var form []exam.Place
	for i := range 4 {
		it := &exam.Item{ID: exam.ItemID(fmt.Sprintf("api-e%02d", i+1)), Title: fmt.Sprint("=Item ", i+1), Skill: "api", Level: exam.Mid, Type: exam.Single, Seconds: 60, Stem: "Which?"}
		for _, id := range []exam.OptionID{"a", "b", "c", "d"} {
			it.Options = append(it.Options, exam.Option{ID: id, Text: "text " + string(id), Key: id == "a"})
		}
		form = append(form, exam.Place{Item: it, Order: []exam.OptionID{"a", "b", "c", "d"}})
	}
	inStore(t, db, func(ctx context.Context, st *store.Store) error {
		for i := range people {
			id, _, err := st.CreateVisitor(ctx, begin)
			if err != nil {
				return err
			}
			a, _, err := st.StartAttempt(ctx, id, store.Start{Exam: "backend", Rules: exam.Rules{Minutes: 90, Pass: 70, Strong: 85}, Now: begin,
				Draw: func(exam.History) ([]exam.Place, error) { return form, nil }})
			if err != nil {
				return err
			}
			for n := 1; n <= 4; n++ {
				pick := exam.OptionID("a")
				switch able := i%3 > 0; {
				case n == 3 && able:
					pick = "c"
				case !able && i%4 != n-1:
					pick = []exam.OptionID{"b", "c", "d"}[i%7%3]
				}
				r := exam.Response{Choice: []exam.OptionID{pick}}
				if _, err := st.SaveAnswer(ctx, id, a.ID, exam.Change{Slot: n, Event: fmt.Sprint("save ", n), Response: &r}, begin.Add(time.Duration(n)*time.Minute)); err != nil {
					return err
				}
			}
			if _, err := st.SubmitAttempt(ctx, id, a.ID, begin.Add(5*time.Minute)); err != nil {
				return err
			}
		}
		return nil
	})
	return db
}

func TestStats(t *testing.T) {
	t.Parallel()
	db := graded(t, 60)
	out, err := groundwork(t, "", "stats", "-db", db)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Exam backend, first attempts: 60 people, one fixed form\n", "points of 4", "alpha ", "api-e03  60 ", "wrong key c, negative",
		"\napi-e03: =Item 3\n  wrong key: Those who took “text c” have ", "Check the key: “text c” may be the right answer. If so, mend it and regrade.",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %q:\n%s", want, out)
		}
	}
	out, err = groundwork(t, "", "stats", "-db", db, "-item", "api-e03")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"on 60 forms, the last on " + time.Now().UTC().AddDate(0, 0, -1).Format(time.DateOnly) + "\n", "60 people, 1 of its versions\n", "“text a”  key  ", "“text c”", "  wrong key: "} {
		if !strings.Contains(out, want) {
			t.Errorf("of the item it does not say %q:\n%s", want, out)
		}
	}
}

func TestStatsAsData(t *testing.T) {
	t.Parallel()
	db := graded(t, 31)
	out, err := groundwork(t, "", "stats", "-db", db, "-json")
	if err != nil {
		t.Fatal(err)
	}
	var r analysis.Report
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	if r.Exam != "backend" || r.Which != "first" || r.Attempts != 31 || !r.Fixed || len(r.Items) != 4 || !r.Items[0].Facility.Defined() || r.Counted.IsZero() {
		t.Errorf("%+v", r)
	}
	out, err = groundwork(t, "", "stats", "-db", db, "-csv")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || len(rows) != 5 || rows[1][1][:6] != "'=Item" {
		t.Errorf("%v: %q", err, rows)
	}
	out, err = groundwork(t, "", "stats", "-db", db, "-csv", "-item", "api-e01")
	if rows, _ := csv.NewReader(strings.NewReader(out)).ReadAll(); err != nil || len(rows) != 5 || rows[1][4] != "true" {
		t.Errorf("%v: %q", err, rows)
	}
	out, err = groundwork(t, "", "stats", "-db", db, "-json", "-item", "api-e01")
	if err != nil || !strings.Contains(out, `"median_seconds": `) {
		t.Errorf("%v:\n%s", err, out)
	}
}

// Below the thresholds it says so, and nothing else.
func TestStatsOfFew(t *testing.T) {
	t.Parallel()
	for people, want := range map[int][]string{
		0:  {"0 people", "Too few to say anything: numbers are shown from 10 people on."},
		9:  {"9 people", "Too few to say anything", "api-e01  9       –         –"},
		12: {"12 people", "Too few to act on: that takes 30 people.", "too few"},
	} {
		db := graded(t, people)
		out, err := groundwork(t, "", "stats", "-db", db)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if !strings.Contains(out, w) {
				t.Errorf("of %d people it does not say %q:\n%s", people, w, out)
			}
		}
		if strings.Contains(out, "wrong key") || people < 10 && strings.Contains(out, "mean") {
			t.Errorf("of %d people it says too much:\n%s", people, out)
		}
	}
}

func TestStatsRefuses(t *testing.T) {
	t.Parallel()
	db := graded(t, 1)
	for name, args := range map[string][]string{
		"two formats":         {"-db", db, "-json", "-csv"},
		"no such file":        {"-db", filepath.Join(t.TempDir(), "none.db")},
		"no such attempts":    {"-db", db, "-attempts", "best"},
		"no such item":        {"-db", db, "-item", "nothing"},
		"a word too many":     {"-db", db, "backend"},
		"a flag that is none": {"-db", db, "-xml"},
	} {
		if out, err := groundwork(t, "", append([]string{"stats"}, args...)...); err == nil {
			t.Errorf("%s: it prints %q", name, out)
		}
	}
}
