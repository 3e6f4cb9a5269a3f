package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"groundwork/exam"
)

// statItem is a single choice with the key b.
func statItem(id string) *exam.Item {
	return &exam.Item{ID: exam.ItemID(id), Title: id, Skill: "api", Type: exam.Single, Seconds: 60, Stem: "Which?",
		Options: []exam.Option{{ID: "a", Text: "A"}, {ID: "b", Text: "B", Key: true}, {ID: "c", Text: "C"}}}
}

// sat lets learner sit an exam of three items at once, so many of them right,
// and hands it in if it is to be graded.
func sat(t *testing.T, s *Store, learner LearnerID, name string, at time.Time, right int, handIn bool) exam.AttemptID {
	t.Helper()
	ctx := t.Context()
	a, _, err := s.StartAttempt(ctx, learner, Start{Exam: name, Rules: exam.Rules{Minutes: 10, Pass: 60}, Now: at,
		Draw: func(exam.History) (form []exam.Place, err error) {
			for _, id := range []string{"api-e01", "api-e02", "api-e03"} {
				form = append(form, exam.Place{Item: statItem(id), Order: []exam.OptionID{"a", "b", "c"}})
			}
			return form, nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 3; n++ {
		r := exam.Response{Choice: []exam.OptionID{"c"}}
		if n <= right {
			r.Choice[0] = "b"
		}
		c := exam.Change{Slot: n, Event: fmt.Sprint("e", n), Response: &r}
		if _, err := s.SaveAnswer(ctx, learner, a.ID, c, at.Add(time.Duration(n)*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	if handIn {
		if _, err := s.SubmitAttempt(ctx, learner, a.ID, at.Add(5*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	return a.ID
}

// statStore is an empty store, and a learner to sit exams.
func statStore(t *testing.T, learners int) (*Store, []LearnerID) {
	t.Helper()
	s, err := Open(t.Context(), t.TempDir()+"/s.db")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	var ids []LearnerID
	for range learners {
		id, _, err := s.CreateVisitor(t.Context(), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return s, ids
}

// Of each learner the attempts that are asked for come, slot by slot, and none
// that is open, voided or of another exam.
func TestResponses(t *testing.T) {
	s, who := statStore(t, 3)
	at := func(hours int) time.Time {
		return time.Date(2026, 6, 14, 9, 0, 0, 0, time.UTC).Add(time.Duration(hours) * time.Hour)
	}
	names := map[exam.AttemptID]string{
		sat(t, s, who[0], "backend", at(0), 1, true): "0 first", sat(t, s, who[0], "backend", at(1), 3, true): "0 best",
		sat(t, s, who[0], "backend", at(2), 3, true): "0 last", sat(t, s, who[0], "backend", at(3), 3, false): "0 open",
		sat(t, s, who[1], "backend", at(1), 2, true): "1 only", sat(t, s, who[2], "frontend", at(0), 3, true): "2 elsewhere",
	}
	void := sat(t, s, who[2], "backend", at(0), 3, true)
	names[void], names[sat(t, s, who[2], "backend", at(4), 0, true)] = "2 voided", "2 after"
	err := s.update(t.Context(), "void", func(t *tx) error { return t.one(`UPDATE attempts SET state = 'voided' WHERE id = $1`, void) })
	if err != nil {
		t.Fatal(err)
	}
	want := map[Which]string{
		First:   "0 first 1/3, 1 only 2/3, 2 after 0/3",
		Last:    "0 last 3/3, 1 only 2/3, 2 after 0/3",
		Highest: "0 best 3/3, 1 only 2/3, 2 after 0/3",
		All:     "0 first 1/3, 0 best 3/3, 0 last 3/3, 1 only 2/3, 2 after 0/3",
	}
	for _, which := range Whiches {
		var got []string
		var seen []int
		right := 0.0
		err := s.Responses(t.Context(), "backend", which, func(a *exam.Attempt, slot exam.Slot, it *exam.Item) error {
			seen = append(seen, slot.N)
			right += slot.Fraction
			if it.ID != slot.Item || it.Version() != slot.Version || slot.Seen.IsZero() || slot.Answered.IsZero() || a.Rules.Pass != 60 || slot.Points != 1 {
				t.Errorf("%s: slot %+v of %+v with item %s", which, slot, a, it.ID)
			}
			if slot.N == 3 {
				got = append(got, fmt.Sprintf("%s %g/%g", names[a.ID], right, a.Max))
				if right != a.Score || fmt.Sprint(seen) != "[1 2 3]" {
					t.Errorf("%s: %s: slots %v with %g of %g points", which, names[a.ID], seen, right, a.Score)
				}
				right, seen = 0, nil
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want[which], strings.Join(got, ", ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", which, diff)
		}
	}
	stop := errors.New("enough")
	if err := s.Responses(t.Context(), "backend", First, func(*exam.Attempt, exam.Slot, *exam.Item) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("an error of yield came back as %v", err)
	}
	if err := s.Responses(t.Context(), "backend", "best", nil); err == nil {
		t.Error("the choice best is taken")
	}
}

// A visitor's earlier attempt is the first, also after it has moved into an
// account and has a later number.
func TestFirstAfterMerge(t *testing.T) {
	s, who := statStore(t, 2)
	noon := time.Date(2026, 6, 14, 12, 0, 0, 0, time.UTC)
	earlier := sat(t, s, who[0], "backend", noon.Add(-time.Hour), 1, true)
	if err := s.Register(t.Context(), who[1], "ilse@example.org", "", "hash"); err != nil {
		t.Fatal(err)
	}
	sat(t, s, who[1], "backend", noon, 2, true)
	if _, err := s.Merge(t.Context(), who[0], who[1], noon.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	n := 0
	err := s.Responses(t.Context(), "backend", First, func(a *exam.Attempt, _ exam.Slot, _ *exam.Item) error {
		if n++; a.ID != earlier {
			t.Errorf("attempt number %d counts as the first", a.Number)
		}
		return nil
	})
	if err != nil || n != 3 {
		t.Errorf("%d slots, %v", n, err)
	}
}

// Reading responses follows the indexes and sorts nothing but the slots of one
// attempt: it costs no more memory, however many there are.
func TestResponsesPlan(t *testing.T) {
	s, _ := statStore(t, 0)
	for _, which := range Whiches {
		query, err := responsesQuery(which)
		if err != nil {
			t.Fatal(err)
		}
		var plan []string
		err = s.view(context.Background(), "plan", func(t *tx) error {
			return t.each(func(r *sql.Rows) error {
				var id, parent, unused int
				var detail string
				err := r.Scan(&id, &parent, &unused, &detail)
				plan = append(plan, detail)
				return err
			}, "EXPLAIN QUERY PLAN "+query, "backend")
		})
		if err != nil {
			t.Fatal(err)
		}
		all := strings.Join(plan, "\n")
		if !strings.Contains(all, "SEARCH a USING INDEX attempts_graded (exam=?)") && !strings.Contains(all, "SEARCH a USING COVERING INDEX attempts_graded (exam=?)") ||
			!strings.Contains(all, "SEARCH s USING PRIMARY KEY (attempt_id=?)") || strings.Contains(strings.ReplaceAll(all, "TEMP B-TREE FOR LAST TERM", ""), "TEMP B-TREE") || strings.Contains(all, "SCAN") {
			t.Errorf("%s:\n%s", which, all)
		}
	}
}

// How often and when items stood on forms, and which versions there are.
func TestUsesAndVersions(t *testing.T) {
	s, who := statStore(t, 2)
	noon := time.Date(2026, 6, 14, 12, 0, 0, 0, time.UTC)
	sat(t, s, who[0], "backend", noon, 1, true)
	sat(t, s, who[1], "backend", noon.Add(time.Hour), 1, false)
	uses, err := s.Uses(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := map[exam.ItemID]Use{}
	for _, id := range []exam.ItemID{"api-e01", "api-e02", "api-e03"} {
		want[id] = Use{2, noon.Add(time.Hour)}
	}
	if diff := cmp.Diff(want, uses); diff != "" {
		t.Errorf("uses (-want +got):\n%s", diff)
	}
	list, err := s.Versions(t.Context(), "api-e02")
	if err != nil || len(list) != 1 || list[0].ID != statItem("api-e02").Version() || !list[0].Stored.Equal(noon) || list[0].Item.Stem != "Which?" {
		t.Errorf("versions %+v, %v", list, err)
	}
}
