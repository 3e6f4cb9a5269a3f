package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"groundwork/exam"
)

// Which says which graded attempts of each learner are counted.
type Which string

// Which attempts. Statistics of items use the first: who sits an exam again
// has learnt from the first time, and items look easier than they are.
const (
	First   Which = "first"
	Last    Which = "last"
	Highest Which = "highest"
	All     Which = "all"
)

// Whiches lists the choices, the usual one first.
var Whiches = []Which{First, Last, Highest, All}

// others is the condition under which another graded attempt b of the same
// learner is counted in place of a. Attempts are told apart by when they
// began: their numbers change when a visitor's work moves into an account.
func (w Which) others() (string, error) {
	switch w {
	case First:
		return `(b.started_at, b.id) < (a.started_at, a.id)`, nil
	case Last:
		return `(b.started_at, b.id) > (a.started_at, a.id)`, nil
	case Highest:
		return `(b.score * a.max_score > a.score * b.max_score
			OR b.score * a.max_score = a.score * b.max_score AND (b.started_at, b.id) < (a.started_at, a.id))`, nil
	case All:
		return `FALSE`, nil
	}
	return "", fmt.Errorf("there is no choice of attempts %q; want first, last, highest or all", string(w))
}

// responsesQuery yields the slots of the graded attempts of an exam that are
// counted, attempt by attempt.
func responsesQuery(which Which) (string, error) {
	others, err := which.others()
	return `
		SELECT a.id, a.number, a.rules, a.started_at, a.finished_at, a.score, a.max_score,
			s.n, s.item_id, s.version_id, s.points, s.response, s.seen_at, s.answered_at, s.fraction
		FROM attempts a JOIN slots s ON s.attempt_id = a.id
		WHERE a.exam = $1 AND a.state = 'graded' AND s.dropped = 0 AND NOT EXISTS (
			SELECT 1 FROM attempts b
			WHERE b.exam = a.exam AND b.learner_id = a.learner_id AND b.state = 'graded' AND ` + others + `)
		ORDER BY a.exam, a.learner_id, a.started_at, a.score, a.max_score, a.id, s.n`, err
}

// Responses calls yield for every slot of the graded attempts of an exam that
// are counted, learner by learner, all slots of an attempt one after the other
// and in their order, as of one moment. Nothing is kept in memory but one slot:
// what yield is given it must not change, and the attempt holds everything but
// its learner and its slots. Of the slot the number, item, version, points,
// response, fraction, and when it was seen and answered are set. An error of
// yield ends it and is returned.
func (s *Store) Responses(ctx context.Context, name string, which Which, yield func(a *exam.Attempt, slot exam.Slot, it *exam.Item) error) error {
	query, err := responsesQuery(which)
	if err != nil {
		return err
	}
	return s.view(ctx, "read responses", func(t *tx) error {
		if err := s.loadVersions(t); err != nil {
			return err
		}
		rescored, err := s.rescored(t)
		if err != nil {
			return err
		}
		a := &exam.Attempt{}
		return t.each(func(r *sql.Rows) error {
			slot, err := scanResponse(r, name, &a)
			if err != nil {
				return err
			}
			if to, ok := rescored[slot.Version]; ok {
				slot.Version, slot.Response = to.version, to.carry(slot.Response)
			}
			it := s.items.get(slot.Version)
			if it == nil {
				return fmt.Errorf("item %s: version %s: %w", slot.Item, slot.Version, sql.ErrNoRows)
			}
			return yield(a, slot, it)
		}, query, name)
	})
}

// A rescore says how answers to a version that was wrong are counted.
type rescore struct {
	version exam.VersionID
	carry   func(exam.Response) exam.Response
}

// rescored returns the versions that are marked by a corrected one alone. All
// versions must be in memory.
func (s *Store) rescored(t *tx) (map[exam.VersionID]rescore, error) {
	to := map[exam.VersionID]rescore{}
	err := t.each(func(r *sql.Rows) error {
		var old, by exam.VersionID
		if err := r.Scan(&old, &by); err != nil {
			return err
		}
		from, new := s.items.get(old), s.items.get(by)
		if from == nil || new == nil {
			return fmt.Errorf("versions %s and %s: %w", old, by, sql.ErrNoRows)
		}
		carry, err := exam.Carry(from, new)
		to[old] = rescore{by, carry}
		return err
	}, `SELECT version_id, marked_by FROM rulings WHERE current = 1 AND policy = 'rescore'`)
	return to, err
}

// scanResponse reads a row of responsesQuery. It puts a new attempt into *a
// when the row is of another one than *a.
func scanResponse(r *sql.Rows, name string, a **exam.Attempt) (s exam.Slot, err error) {
	var (
		id                                exam.AttemptID
		number                            int
		rules, response                   sql.RawBytes
		started, finished, seen, answered sql.NullInt64
		score, top, fraction              sql.NullFloat64
	)
	err = r.Scan(&id, &number, &rules, &started, &finished, &score, &top,
		&s.N, &s.Item, &s.Version, &s.Points, &response, &seen, &answered, &fraction)
	if err != nil {
		return s, err
	}
	if id != (*a).ID {
		*a = &exam.Attempt{ID: id, Exam: name, Number: number, State: exam.Graded, Score: score.Float64, Max: top.Float64,
			Started: fromMillis(started), Finished: fromMillis(finished)}
		if err := json.Unmarshal(rules, &(*a).Rules); err != nil {
			return s, fmt.Errorf("rules of attempt %s: %w", id, err)
		}
	}
	s.Seen, s.Answered, s.Fraction = fromMillis(seen), fromMillis(answered), fraction.Float64
	s.Response, err = exam.DecodeResponse(string(response))
	return s, err
}

// loadVersions brings all item versions into memory, where they stay. There
// are as many as authors have written, however many people sit exams.
func (s *Store) loadVersions(t *tx) error {
	var missing []exam.VersionID
	err := t.each(func(r *sql.Rows) error {
		var id exam.VersionID
		err := r.Scan(&id)
		if s.items.get(id) == nil {
			missing = append(missing, id)
		}
		return err
	}, `SELECT id FROM item_versions`)
	for _, id := range missing {
		if err == nil {
			_, err = s.item(t, id)
		}
	}
	return err
}

// A Use says how often an item has stood on a form of anybody, and when last.
type Use struct {
	Times int
	Last  time.Time
}

// Uses returns how often each item has stood on a form, whether or not the
// attempt was graded. An item that is not there was never used.
func (s *Store) Uses(ctx context.Context) (uses map[exam.ItemID]Use, err error) {
	err = s.view(ctx, "read uses", func(t *tx) error {
		uses = map[exam.ItemID]Use{}
		return t.each(func(r *sql.Rows) error {
			var id exam.ItemID
			var u Use
			var last sql.NullInt64
			err := r.Scan(&id, &u.Times, &last)
			u.Last = fromMillis(last)
			uses[id] = u
			return err
		}, `SELECT item_id, uses, last_at FROM exposures`)
	})
	return uses, err
}

// A Version is one stored version of an item.
type Version struct {
	ID     exam.VersionID
	Stored time.Time // when it first stood on a form
	Item   *exam.Item
}

// Versions returns the stored versions of an item, the oldest first.
func (s *Store) Versions(ctx context.Context, id exam.ItemID) (list []Version, err error) {
	err = s.view(ctx, "read versions", func(t *tx) error {
		list = nil
		err := t.each(func(r *sql.Rows) error {
			var v Version
			var at sql.NullInt64
			err := r.Scan(&v.ID, &at)
			v.Stored = fromMillis(at)
			list = append(list, v)
			return err
		}, `SELECT id, created_at FROM item_versions WHERE item_id = $1 ORDER BY created_at, id`, id)
		for i := range list {
			if err == nil {
				list[i].Item, err = s.item(t, list[i].ID)
			}
		}
		return err
	})
	return list, err
}
