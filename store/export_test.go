package store_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"groundwork/exam"
	"groundwork/store"
	"groundwork/store/storetest"
)

var exportStart = time.Date(2026, 6, 14, 14, 0, 0, 0, time.UTC)

// exportItem is a single choice whose key is the first option.
func exportItem(id string) *exam.Item {
	return &exam.Item{
		ID: exam.ItemID(id), Title: "About " + id, Skill: "api", Pool: exam.ExamPool, Level: exam.Junior, Type: exam.Single, Seconds: 60, Stem: "Which?",
		Options: []exam.Option{{ID: "a", Text: "this", Reason: "it is", Key: true}, {ID: "b", Text: "that", Reason: "it is not"}},
	}
}

// sitExam begins an attempt on the given items.
func sitExam(t *testing.T, s *store.Store, learner store.LearnerID, now time.Time, items ...*exam.Item) *exam.Attempt {
	t.Helper()
	a, _, err := s.StartAttempt(t.Context(), learner, store.Start{
		Exam: "backend", Seed: 7, Rules: exam.Rules{Minutes: 90, Pass: 70, Strong: 85}, Now: now,
		Draw: func(exam.History) (form []exam.Place, err error) {
			for _, it := range items {
				form = append(form, exam.Place{Item: it, Order: []exam.OptionID{"b", "a"}})
			}
			return form, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func fine(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// signInOwner reads the owner of a session whose data is JSON.
func signInOwner(data []byte) (o store.Owner) {
	if err := json.Unmarshal(data, &o); err != nil {
		panic(err)
	}
	return o
}

// TestExportHoldsAllRows fills every table with rows of two learners and wants
// all of the one and none of the other.
func TestExportHoldsAllRows(t *testing.T) {
	ctx, s, now := t.Context(), storetest.New(t), exportStart
	id, _, err := s.CreateVisitor(ctx, now)
	fine(t, err)
	fine(t, s.Register(ctx, id, "Ilse@example.org", "Ilse Brandt", "the hash of a password"))
	other, _, err := s.CreateVisitor(ctx, now)
	fine(t, err)

	for _, learner := range []store.LearnerID{id, other} {
		fine(t, s.SetProgress(ctx, learner, "lesson/api/errors", true, now.Add(time.Minute)))
		_, err = s.SaveNote(ctx, learner, "skill/api", "*mine*", 0, now.Add(2*time.Minute))
		fine(t, err)
	}
	a := sitExam(t, s, id, now, exportItem("api-e01"), exportItem("api-e02"))
	sitExam(t, s, other, now, exportItem("api-e03"))
	saved, err := s.SaveAnswer(ctx, id, a.ID, exam.Change{
		Slot: 1, Event: "e1", Client: "tab", At: now.Add(-time.Second), Response: &exam.Response{Choice: []exam.OptionID{"a"}},
	}, now.Add(3*time.Minute))
	fine(t, err)
	_, err = s.ExtendAttempt(ctx, a.ID, 10, "the power failed", now.Add(4*time.Minute))
	fine(t, err)
	graded, err := s.SubmitAttempt(ctx, id, a.ID, now.Add(5*time.Minute))
	fine(t, err)
	owner, err := json.Marshal(store.Owner{Learner: id, Agent: "Firefox on Linux"})
	fine(t, err)
	fine(t, s.Sessions(signInOwner, func() time.Time { return now }).CommitCtx(ctx, "token", owner, now.Add(time.Hour)))

	got, err := s.Export(ctx, id)
	fine(t, err)
	event := func(seq int, id, kind string, slot int, after time.Duration, data string) store.ExportedEvent {
		return store.ExportedEvent{ID: id, Event: store.Event{Seq: seq, Kind: kind, Slot: slot, At: now.Add(after), Data: data}}
	}
	save := event(2, "e1", "save", 1, 3*time.Minute, `{"choice":["a"]}`)
	save.Rev, save.Client, save.ClientAt = saved.Slot.Rev, "tab", now.Add(-time.Second)
	extend := event(3, "extend 1", "extend", 0, 4*time.Minute, "10 minutes: the power failed")
	want := store.Export{
		Learner:  store.Learner{ID: id, Email: "ilse@example.org", Name: "Ilse Brandt", Role: "learner", Created: now},
		Seen:     now,
		Browsers: []time.Time{now},
		SignIns:  []store.SignIn{{Agent: "Firefox on Linux", Began: now, Expires: now.Add(time.Hour)}},
		Progress: []store.Done{{Ref: "lesson/api/errors", At: now.Add(time.Minute)}},
		Notes:    []store.Note{{Ref: "skill/api", Body: "*mine*", Rev: 1, Saved: now.Add(2 * time.Minute)}},
		Attempts: []store.ExportedAttempt{{
			Attempt:    *graded,
			Extensions: []store.Extension{{Minutes: 10, Reason: "the power failed", Given: now.Add(4 * time.Minute)}},
			Events: []store.ExportedEvent{
				event(1, "start", "start", 0, 0, "seed 7"), save, extend,
				event(4, "close", "close", 0, 5*time.Minute, "learner"),
			},
		}},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(store.Export{})); diff != "" {
		t.Errorf("Export (-want +got):\n%s", diff)
	}
	if graded.Slots[0].Fraction != 1 || graded.Slots[1].Fraction != 0 {
		t.Errorf("fractions %v and %v, want 1 and 0", graded.Slots[0].Fraction, graded.Slots[1].Fraction)
	}
	for _, slot := range got.Attempts[0].Slots {
		if it := got.Item(slot.Version); it == nil || it.ID != slot.Item {
			t.Errorf("Item(%s) = %v, want %s", slot.Version, it, slot.Item)
		}
	}
	if it := got.Item(exportItem("api-e03").Version()); it != nil {
		t.Errorf("the export has an item that only somebody else had: %s", it.ID)
	}
}

// TestExportHoldsNoSecret looks for every hash that is stored of a learner.
func TestExportHoldsNoSecret(t *testing.T) {
	ctx, s := t.Context(), storetest.New(t)
	id, key, err := s.CreateVisitor(ctx, exportStart)
	fine(t, err)
	fine(t, s.Register(ctx, id, "ilse@example.org", "", "$argon2id$secret"))
	owner, err := json.Marshal(store.Owner{Learner: id})
	fine(t, err)
	fine(t, s.Sessions(signInOwner, func() time.Time { return exportStart }).CommitCtx(ctx, "hashedtoken", owner, exportStart.Add(time.Hour)))
	e, err := s.Export(ctx, id)
	fine(t, err)
	text, err := json.Marshal(e)
	fine(t, err)
	if !strings.Contains(string(text), "ilse@example.org") {
		t.Fatalf("the export lacks the address:\n%s", text)
	}
	for _, secret := range []string{"$argon2id", "hashedtoken", key} {
		if strings.Contains(string(text), secret) {
			t.Errorf("the export holds %q", secret)
		}
	}
}

func TestExportOfNobody(t *testing.T) {
	_, err := storetest.New(t).Export(t.Context(), 1)
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Export of a learner that there is not: %v, want ErrNotFound", err)
	}
}

func TestAccounts(t *testing.T) {
	ctx, s := t.Context(), storetest.New(t)
	var ids []store.LearnerID
	for range 3 { // the last one stays a visitor
		id, _, err := s.CreateVisitor(ctx, exportStart)
		fine(t, err)
		ids = append(ids, id)
	}
	fine(t, s.Register(ctx, ids[0], "tom@example.org", "Tom", "hash"))
	fine(t, s.Register(ctx, ids[1], "ilse@example.org", "", "hash"))
	fine(t, s.SetRole(ctx, "ilse@example.org", "operator"))
	sitExam(t, s, ids[0], exportStart, exportItem("api-e01"))
	owner, err := json.Marshal(store.Owner{Learner: ids[1]})
	fine(t, err)
	sessions := s.Sessions(signInOwner, func() time.Time { return exportStart })
	fine(t, sessions.CommitCtx(ctx, "live", owner, exportStart.Add(time.Hour)))
	fine(t, sessions.CommitCtx(ctx, "over", owner, exportStart.Add(time.Minute)))

	got, err := s.Accounts(ctx, exportStart.Add(2*time.Minute))
	fine(t, err)
	want := []store.Account{
		{Learner: store.Learner{ID: ids[1], Email: "ilse@example.org", Role: "operator", Created: exportStart}, SignIns: 1},
		{Learner: store.Learner{ID: ids[0], Email: "tom@example.org", Name: "Tom", Role: "learner", Created: exportStart}, Attempts: 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Accounts (-want +got):\n%s", diff)
	}
}
