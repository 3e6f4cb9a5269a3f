package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"groundwork/exam"
	"groundwork/quiz/practice"
)

// An Estimate is a figure that answers move, with how many there were.
type Estimate struct {
	Value float64
	N     int
}

// A Practice is what the database has of somebody's practice.
type Practice struct {
	Cards     []practice.Card
	Budget    practice.Budget
	Ability   Estimate
	Last      time.Time // of the last answer before the day asked for
	Placement string    // JSON; empty if they were never placed
	Placed    time.Time
}

// Practice returns what learner practises, with what was done on the day of
// now. Somebody who never practised has the zero Practice with the budget that
// everybody begins with.
func (s *Store) Practice(ctx context.Context, learner LearnerID, now time.Time) (p Practice, err error) {
	err = s.view(ctx, "read practice", func(t *tx) error {
		p, err = practised(t, learner, now)
		return err
	})
	return p, err
}

func practised(t *tx, learner LearnerID, now time.Time) (p Practice, err error) {
	if p, err = practiceSettings(t, learner); err != nil {
		return p, err
	}
	if p.Cards, err = cards(t, learner); err != nil {
		return p, err
	}
	var last sql.NullInt64
	err = t.row(`
		SELECT count(DISTINCT card_id), count(DISTINCT CASE WHEN before ->> 'Reps' = 0 THEN card_id END),
			(SELECT max(at) FROM reviews WHERE learner_id = $1 AND at < $2 AND source = '' AND undone_at IS NULL)
		FROM reviews WHERE learner_id = $1 AND at >= $2 AND source = '' AND undone_at IS NULL`,
		learner, millis(now.UTC().Truncate(24*time.Hour))).Scan(&p.Budget.Done, &p.Budget.DoneNew, &last)
	p.Last = fromMillis(last)
	return p, err
}

// practiceSettings reads all of a Practice that is no card and no count.
func practiceSettings(t *tx, learner LearnerID) (p Practice, err error) {
	p.Budget = practice.Budget{Cards: practice.DailyCards, New: practice.DailyNew}
	var placed sql.NullInt64
	err = t.row(`SELECT daily, ability, answers, placement, placed_at FROM practice WHERE learner_id = $1`, learner).
		Scan(&p.Budget.Cards, &p.Ability.Value, &p.Ability.N, &p.Placement, &placed)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	p.Placed = fromMillis(placed)
	return p, err
}

// SetDaily notes how many cards a day learner wants.
func (s *Store) SetDaily(ctx context.Context, learner LearnerID, daily int) error {
	return s.update(ctx, "set daily cards", func(t *tx) error {
		_, err := t.exec(`
			INSERT INTO practice (learner_id, daily) VALUES ($1, $2)
			ON CONFLICT (learner_id) DO UPDATE SET daily = excluded.daily`, learner, daily)
		return err
	})
}

// SetPlacement keeps the outcome of a placement, as JSON. A later one takes its
// place.
func (s *Store) SetPlacement(ctx context.Context, learner LearnerID, placement string, now time.Time) error {
	return s.update(ctx, "set placement", func(t *tx) error {
		_, err := t.exec(`
			INSERT INTO practice (learner_id, daily, placement, placed_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (learner_id) DO UPDATE SET placement = excluded.placement, placed_at = excluded.placed_at`,
			learner, practice.DailyCards, placement, millis(now))
		return err
	})
}

// AddCards makes cards of learner, due at due. Those that are there stay as
// they are.
func (s *Store) AddCards(ctx context.Context, learner LearnerID, ids []practice.ID, due, now time.Time) error {
	return s.update(ctx, "add cards", func(t *tx) error {
		for _, id := range ids {
			_, there, err := card(t, learner, id, now)
			if err == nil && !there {
				err = putCards(t, learner, practice.NewCard(id, due, now))
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// TakeUpCards makes those of the cards that were set aside due at now.
func (s *Store) TakeUpCards(ctx context.Context, learner LearnerID, ids []practice.ID, now time.Time) error {
	return s.update(ctx, "take up cards", func(t *tx) error {
		for _, id := range ids {
			_, err := t.exec(`UPDATE cards SET aside = 0, due_at = $3 WHERE learner_id = $1 AND card_id = $2 AND aside = 1`, learner, id, millis(now))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// An Answered is what one answer changes: the card, the line in the log, how
// able the learner seems and how hard the item does. Estimates without answers
// have N 0 and are the caller's to begin.
type Answered struct {
	Card       practice.Card
	Review     practice.Review
	Ability    Estimate
	Difficulty Estimate
}

// AnswerCard lets grade work on a card of learner, which is made if there is
// none, and saves what it did. It returns the number of the line in the log.
// If grade fails, nothing is saved and its error is returned.
func (s *Store) AnswerCard(ctx context.Context, learner LearnerID, id practice.ID, now time.Time, grade func(*Answered) error) (line int64, err error) {
	err = s.update(ctx, "answer card", func(t *tx) error {
		c, _, err := card(t, learner, id, now)
		if err != nil {
			return err
		}
		p, err := practiceSettings(t, learner)
		if err != nil {
			return err
		}
		a := Answered{Card: c, Review: practice.Review{Card: id, At: now, Before: c}, Ability: p.Ability}
		if a.Difficulty, err = difficulty(t, string(id)); err != nil {
			return err
		}
		was := a
		if err := grade(&a); err != nil {
			return err
		}
		if err := putCards(t, learner, a.Card); err != nil {
			return err
		}
		if line, err = addReview(t, learner, a.Review); err != nil {
			return err
		}
		if a.Difficulty != was.Difficulty {
			err = putDifficulties(t, map[exam.ItemID]Estimate{exam.ItemID(id): a.Difficulty})
		}
		if err == nil && a.Ability != was.Ability {
			err = putAbility(t, learner, a.Ability)
		}
		return err
	})
	return line, err
}

// UndoReview takes the last answer of learner in practice back, if it was given
// on the day of now and its card was not changed since, and returns it. There
// is nothing to take back otherwise: [ErrNotFound]. Estimates of ability and
// difficulty stay moved.
func (s *Store) UndoReview(ctx context.Context, learner LearnerID, now time.Time) (r practice.Review, err error) {
	err = s.update(ctx, "undo review", func(t *tx) error {
		var id int64
		day := now.UTC().Truncate(24 * time.Hour)
		id, r, err = scanReview(t.row(reviewColumns+`
			WHERE learner_id = $1 AND at >= $2 AND source = '' AND undone_at IS NULL ORDER BY at DESC, id DESC LIMIT 1`, learner, millis(day)))
		if err != nil {
			return err
		}
		c, _, err := card(t, learner, r.Card, now)
		if err != nil {
			return err
		}
		if c.Reps != r.Before.Reps+1 || !c.Last.Equal(r.At) {
			return ErrNotFound
		}
		if err := putCards(t, learner, practice.Undo(r)); err != nil {
			return err
		}
		r.Undone = true
		return t.one(`UPDATE reviews SET undone_at = $2 WHERE id = $1`, id, millis(now))
	})
	return r, err
}

// Review returns one line of the log of learner.
func (s *Store) Review(ctx context.Context, learner LearnerID, line int64) (r practice.Review, err error) {
	err = s.view(ctx, "read review", func(t *tx) error {
		_, r, err = scanReview(t.row(reviewColumns+` WHERE id = $2 AND learner_id = $1`, learner, line))
		return err
	})
	return r, err
}

// LastReview returns the number of the last line of the log of learner in which
// a card was answered in practice and not taken back.
func (s *Store) LastReview(ctx context.Context, learner LearnerID, id practice.ID) (line int64, err error) {
	err = s.view(ctx, "read last review", func(t *tx) error {
		return t.row(`
			SELECT id FROM reviews WHERE learner_id = $1 AND card_id = $2 AND source = '' AND undone_at IS NULL
			ORDER BY at DESC, id DESC LIMIT 1`, learner, id).Scan(&line)
	})
	return line, err
}

// Reviews returns the log of learner from since on, oldest first.
func (s *Store) Reviews(ctx context.Context, learner LearnerID, since time.Time) (list []practice.Review, err error) {
	err = s.view(ctx, "read reviews", func(t *tx) error {
		list, err = reviews(t, learner, since)
		return err
	})
	return list, err
}

func reviews(t *tx, learner LearnerID, since time.Time) (list []practice.Review, err error) {
	err = t.each(func(r *sql.Rows) error {
		_, v, err := scanReview(r)
		list = append(list, v)
		return err
	}, reviewColumns+` WHERE learner_id = $1 AND at >= $2 ORDER BY at, id`, learner, since.UnixMilli())
	return list, err
}

// Difficulties returns the estimated difficulty of every item that was
// answered.
func (s *Store) Difficulties(ctx context.Context) (out map[string]Estimate, err error) {
	err = s.view(ctx, "read difficulties", func(t *tx) error {
		out = map[string]Estimate{}
		return t.each(func(r *sql.Rows) error {
			var id string
			var e Estimate
			err := r.Scan(&id, &e.Value, &e.N)
			out[id] = e
			return err
		}, `SELECT item_id, elo, n FROM difficulties`)
	})
	return out, err
}

const reviewColumns = `SELECT id, card_id, at, rating, correct, sure, elapsed_ms, answer, source, before, undone_at FROM reviews`

func scanReview(row scanner) (id int64, r practice.Review, err error) {
	var at, undone sql.NullInt64
	var elapsed int64
	var before []byte
	err = row.Scan(&id, &r.Card, &at, &r.Rating, &r.Right, &r.Sure, &elapsed, &r.Answer, &r.Source, &before, &undone)
	if err != nil {
		return 0, r, err
	}
	r.At, r.Undone, r.Elapsed = fromMillis(at), undone.Valid, time.Duration(elapsed)*time.Millisecond
	return id, r, json.Unmarshal(before, &r.Before)
}

const insertReview = `
	INSERT INTO reviews (learner_id, card_id, at, rating, correct, sure, elapsed_ms, answer, source, before)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`

func addReview(t *tx, learner LearnerID, r practice.Review) (id int64, err error) {
	row, err := reviewRow(learner, r)
	if err != nil {
		return 0, err
	}
	return id, t.row(insertReview+` RETURNING id`, row...).Scan(&id)
}

func reviewRow(learner LearnerID, r practice.Review) ([]any, error) {
	before, err := json.Marshal(r.Before)
	return []any{learner, r.Card, millis(r.At), r.Rating, r.Right, r.Sure, r.Elapsed.Milliseconds(), r.Answer, r.Source, string(before)}, err
}

const cardColumns = `
	SELECT card_id, phase, due_at, last_at, stability, difficulty, days, reps, lapses, steps, aside, missed, created_at FROM cards`

func scanCard(r scanner) (c practice.Card, err error) {
	var row cardRow
	err = r.Scan(row.columns()...)
	return row.card(), err
}

// A cardRow is the columns of a card, to be read row by row.
type cardRow struct {
	practice.Card
	due, last, created sql.NullInt64
}

func (r *cardRow) columns() []any {
	return []any{&r.ID, &r.Phase, &r.due, &r.last, &r.Stability, &r.Difficulty, &r.Days, &r.Reps, &r.Lapses, &r.Steps, &r.Aside, &r.Missed, &r.created}
}

func (r *cardRow) card() practice.Card {
	c := r.Card
	c.Due, c.Last, c.Created = fromMillis(r.due), fromMillis(r.last), fromMillis(r.created)
	return c
}

func cards(t *tx, learner LearnerID) (list []practice.Card, err error) {
	var row cardRow
	columns := row.columns()
	err = t.each(func(r *sql.Rows) error {
		err := r.Scan(columns...)
		list = append(list, row.card())
		return err
	}, cardColumns+` WHERE learner_id = $1 ORDER BY card_id`, learner)
	return list, err
}

// card returns a card of learner, or a new one that is not stored yet.
func card(t *tx, learner LearnerID, id practice.ID, now time.Time) (c practice.Card, there bool, err error) {
	c, err = scanCard(t.row(cardColumns+` WHERE learner_id = $1 AND card_id = $2`, learner, id))
	if errors.Is(err, sql.ErrNoRows) {
		return practice.NewCard(id, now, now), false, nil
	}
	return c, true, err
}

func putCards(t *tx, learner LearnerID, list ...practice.Card) error {
	rows := make([][]any, len(list))
	for i, c := range list {
		rows[i] = []any{learner, c.ID, c.Phase, millis(c.Due), millis(c.Last), c.Stability, c.Difficulty, c.Days, c.Reps, c.Lapses, c.Steps,
			c.Aside, c.Missed, millis(c.Created)}
	}
	_, err := t.all(`
		INSERT INTO cards (learner_id, card_id, phase, due_at, last_at, stability, difficulty, days, reps, lapses, steps, aside, missed, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (learner_id, card_id) DO UPDATE SET phase = excluded.phase, due_at = excluded.due_at, last_at = excluded.last_at,
			stability = excluded.stability, difficulty = excluded.difficulty, days = excluded.days, reps = excluded.reps,
			lapses = excluded.lapses, steps = excluded.steps, aside = excluded.aside, missed = excluded.missed`, rows)
	if err != nil {
		return fmt.Errorf("store cards: %w", err)
	}
	return nil
}

func difficulty(t *tx, item string) (e Estimate, err error) {
	err = t.row(`SELECT elo, n FROM difficulties WHERE item_id = $1`, item).Scan(&e.Value, &e.N)
	if errors.Is(err, sql.ErrNoRows) {
		return e, nil
	}
	return e, err
}

func putDifficulties(t *tx, of map[exam.ItemID]Estimate) error {
	var rows [][]any
	for _, item := range slices.Sorted(maps.Keys(of)) {
		rows = append(rows, []any{item, of[item].Value, of[item].N})
	}
	_, err := t.all(`
		INSERT INTO difficulties (item_id, elo, n) VALUES ($1, $2, $3)
		ON CONFLICT (item_id) DO UPDATE SET elo = excluded.elo, n = excluded.n`, rows)
	return err
}

func putAbility(t *tx, learner LearnerID, e Estimate) error {
	_, err := t.exec(`
		INSERT INTO practice (learner_id, daily, ability, answers) VALUES ($1, $2, $3, $4)
		ON CONFLICT (learner_id) DO UPDATE SET ability = excluded.ability, answers = excluded.answers`,
		learner, practice.DailyCards, e.Value, e.N)
	return err
}
