package store_test

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"groundwork/exam"
	"groundwork/quiz/practice"
	"groundwork/store"
	"groundwork/store/storetest"
)

// answer answers a card of learner with a rating.
func answer(t *testing.T, s *store.Store, learner store.LearnerID, id practice.ID, r practice.Rating, now time.Time) int64 {
	t.Helper()
	line, err := s.AnswerCard(t.Context(), learner, id, now, func(a *store.Answered) (err error) {
		a.Review.Rating, a.Review.Right, a.Review.Sure = r, r > practice.Again, practice.Sure
		a.Review.Elapsed, a.Review.Answer = 1500*time.Millisecond, `{"choice":["a"]}`
		a.Card, err = practice.Next(a.Card, r, now)
		a.Ability = store.Estimate{Value: a.Ability.Value + 0.5, N: a.Ability.N + 1}
		a.Difficulty = store.Estimate{Value: -0.25, N: a.Difficulty.N + 1}
		return err
	})
	fine(t, err)
	return line
}

func visitorOf(t *testing.T, s *store.Store) store.LearnerID {
	t.Helper()
	id, _, err := s.CreateVisitor(t.Context(), exportStart)
	fine(t, err)
	return id
}

func practiceOf(t *testing.T, s *store.Store, learner store.LearnerID, now time.Time) store.Practice {
	t.Helper()
	p, err := s.Practice(t.Context(), learner, now)
	fine(t, err)
	return p
}

func TestAnswerCard(t *testing.T) {
	t.Parallel()
	ctx, s, now := t.Context(), storetest.New(t), exportStart
	id, other := visitorOf(t, s), visitorOf(t, s)
	want := store.Practice{Budget: practice.Budget{Cards: 20, New: 10}}
	if diff := cmp.Diff(want, practiceOf(t, s, id, now)); diff != "" {
		t.Errorf("somebody who never practised (-want +got):\n%s", diff)
	}
	first := answer(t, s, id, "api-p01", practice.Good, now)
	answer(t, s, id, "api-p01", practice.Again, now.Add(time.Minute))
	line := answer(t, s, id, "api-p02", practice.Easy, now.Add(2*time.Minute))

	c, err := practice.Next(practice.NewCard("api-p01", now, now), practice.Good, now)
	fine(t, err)
	if c, err = practice.Next(c, practice.Again, now.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	d, err := practice.Next(practice.NewCard("api-p02", now.Add(2*time.Minute), now.Add(2*time.Minute)), practice.Easy, now.Add(2*time.Minute))
	fine(t, err)
	want = store.Practice{
		Cards: []practice.Card{c, d}, Budget: practice.Budget{Cards: 20, New: 10, Done: 2, DoneNew: 2}, Ability: store.Estimate{Value: 1.5, N: 3},
	}
	if diff := cmp.Diff(want, practiceOf(t, s, id, now.Add(time.Hour))); diff != "" {
		t.Errorf("practice (-want +got):\n%s", diff)
	}
	tomorrow := practiceOf(t, s, id, now.AddDate(0, 0, 1))
	if tomorrow.Budget.Done != 0 || !tomorrow.Last.Equal(now.Add(2*time.Minute)) {
		t.Errorf("on the next day %d are done, the last at %v", tomorrow.Budget.Done, tomorrow.Last)
	}
	r, err := s.Review(ctx, id, line)
	fine(t, err)
	log := practice.Review{
		Card: "api-p02", At: now.Add(2 * time.Minute), Rating: practice.Easy, Right: true, Sure: practice.Sure, Elapsed: 1500 * time.Millisecond,
		Answer: `{"choice":["a"]}`, Before: practice.NewCard("api-p02", now.Add(2*time.Minute), now.Add(2*time.Minute)),
	}
	if diff := cmp.Diff(log, r); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
	if _, err := s.Review(ctx, other, first); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("somebody else's line of the log: %v, want ErrNotFound", err)
	}
	if p := practiceOf(t, s, other, now); len(p.Cards) > 0 || p.Budget.Done > 0 {
		t.Errorf("another learner has %+v", p)
	}
	diffs, err := s.Difficulties(ctx)
	fine(t, err)
	if diff := cmp.Diff(map[string]store.Estimate{"api-p01": {Value: -0.25, N: 2}, "api-p02": {Value: -0.25, N: 1}}, diffs); diff != "" {
		t.Errorf("difficulties (-want +got):\n%s", diff)
	}
	refusal := errors.New("no")
	if _, err := s.AnswerCard(ctx, id, "api-p03", now, func(*store.Answered) error { return refusal }); !errors.Is(err, refusal) {
		t.Errorf("%v, want the refusal", err)
	}
	if p := practiceOf(t, s, id, now.Add(time.Hour)); len(p.Cards) != 2 {
		t.Errorf("%d cards after a refusal, want 2", len(p.Cards))
	}
}

// What was answered can be taken back one by one, as long as it is of the day
// and nothing came after it.
func TestUndoReview(t *testing.T) {
	t.Parallel()
	ctx, s, now := t.Context(), storetest.New(t), exportStart
	id := visitorOf(t, s)
	fine(t, s.AddCards(ctx, id, []practice.ID{"a"}, now.AddDate(0, 0, -3), now))
	before := practiceOf(t, s, id, now).Cards
	answer(t, s, id, "a", practice.Good, now)
	middle := practiceOf(t, s, id, now).Cards
	answer(t, s, id, "a", practice.Again, now.Add(time.Minute))
	for _, want := range [][]practice.Card{middle, before} {
		r, err := s.UndoReview(ctx, id, now.Add(time.Hour))
		if err != nil || !r.Undone || r.Card != "a" {
			t.Fatalf("undo: %+v, %v", r, err)
		}
		if diff := cmp.Diff(want, practiceOf(t, s, id, now).Cards); diff != "" {
			t.Errorf("cards (-want +got):\n%s", diff)
		}
	}
	if _, err := s.UndoReview(ctx, id, now.Add(time.Hour)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("nothing to undo: %v, want ErrNotFound", err)
	}
	if p := practiceOf(t, s, id, now); p.Budget.Done != 0 {
		t.Errorf("%d done, want 0", p.Budget.Done)
	}
	list, err := s.Reviews(ctx, id, time.Time{})
	if err != nil || len(list) != 2 || !list[0].Undone || !list[1].Undone {
		t.Errorf("the log holds %+v, %v; want both answers, undone", list, err)
	}
	answer(t, s, id, "a", practice.Good, now)
	if _, err := s.UndoReview(ctx, id, now.AddDate(0, 0, 1)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("undo of yesterday: %v, want ErrNotFound", err)
	}
}

func TestAddCards(t *testing.T) {
	t.Parallel()
	ctx, s, now := t.Context(), storetest.New(t), exportStart
	id := visitorOf(t, s)
	fine(t, s.AddCards(ctx, id, []practice.ID{"a", "b"}, now.AddDate(0, 0, 1), now))
	answer(t, s, id, "a", practice.Good, now)
	fine(t, s.SetDaily(ctx, id, 35))
	for lapses := 0; lapses < practice.LeechLapses; lapses++ {
		at := now.AddDate(0, 0, lapses+1)
		_, err := s.AnswerCard(ctx, id, "b", at, func(a *store.Answered) error {
			a.Card.Phase, a.Card.Lapses, a.Card.Stability, a.Card.Difficulty = practice.Known, lapses, 5, 5
			var err error
			a.Card, err = practice.Next(a.Card, practice.Again, at)
			return err
		})
		fine(t, err)
	}
	p := practiceOf(t, s, id, now)
	if !p.Cards[1].Aside || p.Budget.Cards != 35 {
		t.Fatalf("aside %t, %d a day; want true, 35", p.Cards[1].Aside, p.Budget.Cards)
	}
	later := now.AddDate(0, 0, 20)
	fine(t, s.AddCards(ctx, id, []practice.ID{"a", "b"}, later, later))
	fine(t, s.TakeUpCards(ctx, id, []practice.ID{"a", "b"}, later))
	again := practiceOf(t, s, id, now)
	if diff := cmp.Diff(p.Cards[0], again.Cards[0]); diff != "" {
		t.Errorf("adding a card that is there changed it:\n%s", diff)
	}
	if again.Cards[1].Aside || !again.Cards[1].Due.Equal(later) {
		t.Error("a card set aside was not taken up again")
	}
}

// An attempt is learned from once, also when many ask at once.
func TestLearnFromExams(t *testing.T) {
	t.Parallel()
	ctx, s, now := t.Context(), storetest.New(t), exportStart
	id := visitorOf(t, s)
	a := sitExam(t, s, id, now, exportItem("api-e01"), exportItem("api-e02"))
	calls := 0
	learn := func(got *exam.Attempt, items func(exam.VersionID) *exam.Item, d *store.Deck) error {
		calls++ // the writer runs one at a time
		if got.ID != a.ID || !d.First || items(got.Slots[0].Version) == nil || d.Told("slot 1") {
			t.Errorf("attempt %v, first %t", got.ID, d.First)
		}
		d.Difficulties["api-e01"] = store.Estimate{Value: 1, N: 1}
		d.Ability = store.Estimate{Value: -1, N: 2}
		c, err := practice.Miss(practice.NewCard("api-p01", now, now), now)
		d.Put(c, practice.Review{Card: c.ID, At: now, Source: "slot 1"})
		return err
	}
	fine(t, s.LearnFromExams(ctx, id, "backend", now, learn))
	if calls != 0 {
		t.Fatal("an attempt in progress was learned from")
	}
	_, err := s.SubmitAttempt(ctx, id, a.ID, now)
	fine(t, err)
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			if err := s.LearnFromExams(ctx, id, "backend", now, learn); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	p := practiceOf(t, s, id, now)
	if calls != 1 || len(p.Cards) != 1 || !p.Cards[0].Missed || p.Ability != (store.Estimate{Value: -1, N: 2}) || p.Budget.Done != 0 {
		t.Errorf("%d calls, %+v", calls, p)
	}
	if e, _ := s.Difficulties(ctx); e["api-e01"].N != 1 || len(e) != 1 {
		t.Errorf("difficulties %+v", e)
	}
}

// Cards are saved together with the result, or neither is; a result does not
// wait for cards that cannot be made, which then come later.
func TestLearnWhileGrading(t *testing.T) {
	t.Parallel()
	ctx, s, now := t.Context(), storetest.New(t), exportStart
	id, calls, fault := visitorOf(t, s), 0, errors.New("no such lesson")
	learn := func(a *exam.Attempt, items func(exam.VersionID) *exam.Item, d *store.Deck) error {
		calls++
		if a.State != exam.Graded || items(a.Slots[0].Version) == nil {
			t.Errorf("learning from %+v", a)
		}
		card := practice.ID(fmt.Sprint("api-p0", a.Number))
		c, err := practice.Miss(practice.NewCard(card, now, now), now)
		d.Put(c, practice.Review{Card: c.ID, At: now, Source: fmt.Sprint("attempt ", a.Number)})
		d.Ability = store.Estimate{Value: -1, N: a.Number}
		return errors.Join(err, fault)
	}
	s.SetLearn(learn)
	sit := func() {
		a := sitExam(t, s, id, now, exportItem("api-e01"))
		if got, err := s.SubmitAttempt(ctx, id, a.ID, now); err != nil || got.State != exam.Graded {
			t.Fatalf("handed in: %+v, %v", got, err)
		}
	}
	sit()
	if p := practiceOf(t, s, id, now); calls != 1 || len(p.Cards) != 0 || p.Ability.N != 0 {
		t.Errorf("after a fault: %d calls, %+v", calls, p)
	}
	fault = nil
	sit()
	if p := practiceOf(t, s, id, now); calls != 2 || len(p.Cards) != 1 || p.Cards[0].ID != "api-p02" || p.Ability.N != 2 {
		t.Errorf("with the result: %d calls, %+v", calls, p)
	}
	fine(t, s.LearnFromExams(ctx, id, "backend", now, learn))
	if p := practiceOf(t, s, id, now); calls != 3 || len(p.Cards) != 2 {
		t.Errorf("what was left: %d calls, %+v", calls, p)
	}
	s.SetLearn(func(*exam.Attempt, func(exam.VersionID) *exam.Item, *store.Deck) error { calls++; return nil })
	a := sitExam(t, s, id, now, exportItem("api-e01")) // nobody hands it in
	if n, err := s.CloseDue(ctx, a.Deadline.Add(time.Hour)); err != nil || n != 1 || calls != 4 {
		t.Errorf("the sweeper closed %d, %v, %d calls", n, err, calls)
	}
}

func TestMergePractice(t *testing.T) {
	t.Parallel()
	ctx, s, now := t.Context(), storetest.New(t), exportStart
	visitor, account := visitorOf(t, s), visitorOf(t, s)
	fine(t, s.Register(ctx, account, "a@example.org", "", "x"))
	answer(t, s, visitor, "both", practice.Good, now)
	answer(t, s, visitor, "both", practice.Good, now.Add(time.Minute))
	answer(t, s, visitor, "theirs", practice.Good, now.Add(2*time.Minute))
	answer(t, s, account, "both", practice.Again, now.Add(3*time.Minute))
	answer(t, s, account, "own", practice.Easy, now.Add(4*time.Minute))
	fine(t, s.SetDaily(ctx, visitor, 40))
	fine(t, s.SetDaily(ctx, account, 10))
	fine(t, s.SetPlacement(ctx, visitor, `{"v":1}`, now))
	want := practiceOf(t, s, visitor, now).Cards
	own := practiceOf(t, s, account, now).Cards[1]

	m, err := s.Merge(ctx, visitor, account, now)
	if err != nil || m.Cards != 1 {
		t.Fatalf("merged %+v, %v; want one card", m, err)
	}
	p := practiceOf(t, s, account, now)
	if diff := cmp.Diff([]practice.Card{want[0], own, want[1]}, p.Cards, cmpopts.IgnoreFields(practice.Card{}, "Created")); diff != "" {
		t.Errorf("cards (-want +got):\n%s", diff)
	}
	if p.Budget.Cards != 10 || p.Placement != `{"v":1}` || p.Budget.Done != 3 {
		t.Errorf("%+v, placement %q", p.Budget, p.Placement)
	}
	if log, err := s.Reviews(ctx, account, time.Time{}); err != nil || len(log) != 5 {
		t.Errorf("%d lines in the log, %v; want 5", len(log), err)
	}
}

func TestExportAndDeletePractice(t *testing.T) {
	t.Parallel()
	ctx, s, now := t.Context(), storetest.New(t), exportStart
	id := visitorOf(t, s)
	answer(t, s, id, "a", practice.Good, now)
	e, err := s.Export(ctx, id)
	fine(t, err)
	log, err := s.Reviews(ctx, id, time.Time{})
	fine(t, err)
	want := store.Export{
		Cards: practiceOf(t, s, id, now).Cards, Reviews: log,
		Practice: &store.Practice{Budget: practice.Budget{Cards: 20, New: 10}, Ability: store.Estimate{Value: 0.5, N: 1}},
	}
	if diff := cmp.Diff(want, e, cmpopts.IgnoreUnexported(store.Export{}), cmpopts.IgnoreFields(store.Export{}, "Learner", "Seen", "Browsers")); diff != "" {
		t.Errorf("export (-want +got):\n%s", diff)
	}
	fine(t, s.DeleteLearner(ctx, id))
	if p := practiceOf(t, s, id, now); len(p.Cards) > 0 || p.Ability.N > 0 {
		t.Errorf("after deletion there is %+v", p)
	}
	if log, _ := s.Reviews(ctx, id, time.Time{}); len(log) > 0 {
		t.Errorf("after deletion the log holds %d lines", len(log))
	}
}

// The questions that pages ask use an index.
func TestPracticeIndexes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "plan.db")
	s, err := store.Open(t.Context(), path)
	fine(t, err)
	defer s.Close()
	db, err := sql.Open("sqlite", path)
	fine(t, err)
	defer db.Close()
	for query, index := range map[string]string{
		`SELECT card_id FROM cards WHERE learner_id = 1 ORDER BY card_id`:                                                                             "PRIMARY KEY",
		`SELECT card_id FROM cards WHERE learner_id = 1 AND card_id = 'a'`:                                                                            "PRIMARY KEY",
		`SELECT count(DISTINCT card_id) FROM reviews WHERE learner_id = 1 AND at >= 5 AND source = '' AND undone_at IS NULL`:                          "reviews_learner",
		`SELECT max(at) FROM reviews WHERE learner_id = 1 AND at < 5 AND source = '' AND undone_at IS NULL`:                                           "reviews_learner",
		`SELECT id FROM reviews WHERE learner_id = 1 AND at >= 5 AND source = '' AND undone_at IS NULL ORDER BY at DESC, id DESC LIMIT 1`:             "reviews_learner",
		`SELECT source FROM reviews WHERE learner_id = 1 AND source <> ''`:                                                                            "reviews_source",
		`SELECT id FROM attempts a WHERE learner_id = 1 AND exam = 'x' AND NOT EXISTS (SELECT 1 FROM practised_attempts p WHERE p.attempt_id = a.id)`: "sqlite_autoindex_attempts",
		`SELECT 1 FROM practised_attempts p WHERE p.attempt_id = 'x'`:                                                                                 "PRIMARY KEY",
	} {
		rows, err := db.Query("EXPLAIN QUERY PLAN " + query)
		fine(t, err)
		var plan []string
		for rows.Next() {
			var id, parent, x int
			var detail string
			fine(t, rows.Scan(&id, &parent, &x, &detail))
			plan = append(plan, detail)
		}
		fine(t, rows.Close())
		if all := strings.Join(plan, "; "); strings.Contains(all, "SCAN") || !strings.Contains(all, index) {
			t.Errorf("%s\nis answered by %s, want %s", query, all, index)
		}
	}
}
