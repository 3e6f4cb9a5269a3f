package store

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"time"

	"groundwork/exam"
	"groundwork/quiz/practice"
)

// A Deck is the cards of somebody while an exam's answers become cards. What
// is changed in it is saved when the function that got it returns.
type Deck struct {
	Cards        map[practice.ID]practice.Card
	Ability      Estimate
	Difficulties map[exam.ItemID]Estimate // of the attempt's items
	First        bool                     // it is the learner's first attempt

	was     Estimate                 // ability
	rated   map[exam.ItemID]Estimate // difficulties as they were
	told    map[string]bool
	changed map[practice.ID]bool
	reviews []practice.Review
}

// Told reports whether what source names has been counted before.
func (d *Deck) Told(source string) bool { return d.told[source] }

// Put changes or adds a card. With a source, the change is noted in the log
// and counts as told.
func (d *Deck) Put(c practice.Card, r practice.Review) {
	d.Cards[c.ID] = c
	d.changed[c.ID] = true
	if r.Source != "" {
		d.told[r.Source] = true
		d.reviews = append(d.reviews, r)
	}
}

// Learn turns the answers of a graded attempt into cards: it changes the deck.
// It must not touch the store, which waits for it.
type Learn func(a *exam.Attempt, items func(exam.VersionID) *exam.Item, d *Deck) error

// SetLearn has learn called for every attempt that is graded from now on, so
// that its cards are saved together with its result. It must be called before
// anything is graded. An attempt that learn fails for, or that was graded
// without it, is left to LearnFromExams.
func (s *Store) SetLearn(learn Learn) { s.learn = learn }

// LearnFromExams gives learn every graded attempt of learner at an exam from
// which no cards have been made yet, oldest first, with the cards, and saves
// what it did. An attempt is given once, however often this is called and by
// how many at once; if learn fails, nothing of it is saved.
func (s *Store) LearnFromExams(ctx context.Context, learner LearnerID, name string, now time.Time, learn Learn) error {
	waiting := func(t *tx) (ids []exam.AttemptID, err error) {
		err = t.each(func(r *sql.Rows) error {
			var id exam.AttemptID
			err := r.Scan(&id)
			ids = append(ids, id)
			return err
		}, `SELECT id FROM attempts a WHERE learner_id = $1 AND exam = $2 AND state = 'graded'
			AND NOT EXISTS (SELECT 1 FROM practised_attempts p WHERE p.attempt_id = a.id) ORDER BY number`, learner, name)
		return ids, err
	}
	none := false
	err := s.view(ctx, "look for graded attempts", func(t *tx) error {
		ids, err := waiting(t)
		none = len(ids) == 0
		return err
	})
	if err != nil || none {
		return err
	}
	return s.update(ctx, "learn from exams", func(t *tx) error {
		ids, err := waiting(t)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := s.learnFrom(t, learner, id, now, learn); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Store) learnFrom(t *tx, learner LearnerID, id exam.AttemptID, now time.Time, learn Learn) error {
	a, err := s.attempt(t, learner, id)
	if err != nil {
		return err
	}
	if err := s.load(t, a.Slots); err != nil {
		return err
	}
	d, err := deck(t, learner, a)
	if err != nil {
		return err
	}
	if err := learn(a, s.items.get, d); err != nil {
		return err
	}
	return putDeck(t, learner, id, d, now)
}

// learnNow is learnFrom for an attempt that was graded in this transaction. A
// result is not refused because no cards could be made of it.
func (s *Store) learnNow(t *tx, a *exam.Attempt, now time.Time) error {
	if s.learn == nil || a.State != exam.Graded {
		return nil
	}
	var learner LearnerID
	if err := t.row(`SELECT learner_id FROM attempts WHERE id = $1`, a.ID).Scan(&learner); err != nil {
		return err
	}
	d, err := deck(t, learner, a)
	if err != nil {
		return err
	}
	if s.learn(a, s.items.get, d) != nil {
		return nil // whoever shows cards tries again, and is told
	}
	return putDeck(t, learner, a.ID, d, now)
}

// putDeck saves what was learned from an attempt.
func putDeck(t *tx, learner LearnerID, id exam.AttemptID, d *Deck, now time.Time) error {
	var changed []practice.Card
	for _, id := range slices.Sorted(maps.Keys(d.changed)) {
		changed = append(changed, d.Cards[id])
	}
	if err := putCards(t, learner, changed...); err != nil {
		return err
	}
	var reviews [][]any
	for _, r := range d.reviews {
		row, err := reviewRow(learner, r)
		if err != nil {
			return err
		}
		reviews = append(reviews, row)
	}
	if _, err := t.all(insertReview, reviews); err != nil {
		return err
	}
	maps.DeleteFunc(d.Difficulties, func(item exam.ItemID, e Estimate) bool { return e == d.rated[item] })
	if err := putDifficulties(t, d.Difficulties); err != nil {
		return err
	}
	if d.Ability != d.was {
		if err := putAbility(t, learner, d.Ability); err != nil {
			return err
		}
	}
	_, err := t.exec(`INSERT INTO practised_attempts (attempt_id, at) VALUES ($1, $2)`, id, millis(now))
	return err
}

// deck reads what learning from an attempt may change.
func deck(t *tx, learner LearnerID, a *exam.Attempt) (*Deck, error) {
	p, err := practiceSettings(t, learner)
	if err != nil {
		return nil, err
	}
	list, err := cards(t, learner)
	if err != nil {
		return nil, err
	}
	d := &Deck{
		Cards: map[practice.ID]practice.Card{}, Ability: p.Ability, was: p.Ability, Difficulties: map[exam.ItemID]Estimate{}, First: a.Number == 1,
		told: map[string]bool{}, changed: map[practice.ID]bool{},
	}
	for _, c := range list {
		d.Cards[c.ID] = c
	}
	err = t.each(func(r *sql.Rows) error {
		var item exam.ItemID
		var e Estimate
		err := r.Scan(&item, &e.Value, &e.N)
		d.Difficulties[item] = e
		return err
	}, `SELECT d.item_id, d.elo, d.n FROM slots s JOIN difficulties d ON d.item_id = s.item_id WHERE s.attempt_id = $1`, a.ID)
	if err != nil {
		return nil, err
	}
	d.rated = maps.Clone(d.Difficulties)
	err = t.each(func(r *sql.Rows) error {
		var source string
		err := r.Scan(&source)
		d.told[source] = true
		return err
	}, `SELECT source FROM reviews WHERE learner_id = $1 AND source <> ''`, learner)
	return d, err
}

// mergePractice gives what the visitor practised to the other learner: of a
// card that both have, the one with more answers stays; all answers stand in
// one log; what an exam told both of is told once; settings are the account's.
func mergePractice(t *tx, visitor, into LearnerID) (added int, err error) {
	theirs, err := cards(t, visitor)
	if err != nil {
		return 0, err
	}
	for _, c := range theirs {
		own, there, err := card(t, into, c.ID, c.Created)
		if err != nil {
			return 0, err
		}
		if there && own.Reps >= c.Reps {
			continue
		}
		if !there {
			added++
		}
		if err := putCards(t, into, c); err != nil {
			return 0, err
		}
	}
	_, err = t.exec(`
		UPDATE reviews SET learner_id = $2 WHERE learner_id = $1
		AND (source = '' OR source NOT IN (SELECT source FROM reviews WHERE learner_id = $2 AND source <> ''))`, visitor, into)
	if err != nil {
		return 0, err
	}
	_, err = t.exec(`
		INSERT INTO practice (learner_id, daily, ability, answers, placement, placed_at)
		SELECT $2, daily, ability, answers, placement, placed_at FROM practice WHERE learner_id = $1
		ON CONFLICT (learner_id) DO UPDATE SET
			ability = CASE WHEN excluded.answers > practice.answers THEN excluded.ability ELSE practice.ability END,
			answers = CASE WHEN excluded.answers > practice.answers THEN excluded.answers ELSE practice.answers END,
			placement = CASE WHEN coalesce(excluded.placed_at, 0) > coalesce(practice.placed_at, 0) THEN excluded.placement ELSE practice.placement END,
			placed_at = CASE WHEN coalesce(excluded.placed_at, 0) > coalesce(practice.placed_at, 0) THEN excluded.placed_at ELSE practice.placed_at END`,
		visitor, into)
	return added, err
}
