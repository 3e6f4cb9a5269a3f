package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"groundwork/exam"
)

// A Start is what StartAttempt needs to begin an attempt.
type Start struct {
	Exam  string
	Seed  int64
	Rules exam.Rules
	Now   time.Time
	Extra int                                      // per cent of time that the learner chose to have more; heeded in a study exam only
	Draw  func(exam.History) ([]exam.Place, error) // the form; the history is the store's own and must neither be changed nor kept
	Code  func(exam.AttemptID) string              // the code by which a visitor resumes; nil gives none
}

// NewAttemptID returns 128 random bits.
func NewAttemptID() exam.AttemptID { return exam.AttemptID(strings.ToLower(rand.Text())) }

// StartAttempt begins an attempt of learner, or returns the one that is open:
// starting twice, even at once, gives one attempt. begun tells which. An open
// attempt whose time is over is graded first. If the retake policy of st.Rules
// does not allow another attempt yet it is refused with [exam.ErrTooSoon].
func (s *Store) StartAttempt(ctx context.Context, learner LearnerID, st Start) (a *exam.Attempt, begun bool, err error) {
	st.Now = stored(st.Now)
	err = s.update(ctx, "start attempt", func(t *tx) error {
		a, begun = nil, false
		open, err := s.openAttempt(t, learner, st.Exam)
		switch {
		case errors.Is(err, sql.ErrNoRows):
		case err != nil:
			return err
		case open.Due(st.Now):
			if err := s.grade(t, open, exam.ByDeadline, st.Now); err != nil {
				return err
			}
		default:
			a = open
			return nil
		}
		a, err = s.begin(t, learner, st)
		begun = err == nil
		return err
	})
	return a, begun, err
}

// begin draws a form and stores the attempt with its slots.
func (s *Store) begin(t *tx, learner LearnerID, st Start) (*exam.Attempt, error) {
	past, err := attempts(t, learner, st.Exam)
	if err != nil {
		return nil, err
	}
	if next := st.Rules.Retakes.Next(past, st.Now); !next.IsZero() {
		return nil, exam.TooSoonError{Next: next}
	}
	granted, err := allowance(t, learner)
	if err != nil {
		return nil, err
	}
	st.Rules = st.Rules.WithExtra(st.Extra, granted)
	h, number, err := s.history(t, learner, st.Exam)
	if err != nil {
		return nil, err
	}
	form, err := st.Draw(h)
	if err != nil {
		return nil, err
	}
	a := exam.Begin(NewAttemptID(), st.Exam, number, form, st.Seed, st.Rules, st.Now)
	rules, err := json.Marshal(a.Rules)
	if err != nil {
		return nil, err
	}
	code := ""
	if st.Code != nil {
		code = NormalCode(st.Code(a.ID))
	}
	_, err = t.exec(`
		INSERT INTO attempts (id, learner_id, exam, number, seed, rules, state, started_at, deadline_at, resume_hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		a.ID, learner, a.Exam, a.Number, a.Seed, string(rules), a.State, millis(a.Started), millis(a.Deadline), hash(code))
	if err != nil {
		return nil, err
	}
	if len(a.Slots) > 0 {
		a.Slots[0].Seen = st.Now // the first item is shown at once
	}
	if err := s.insertSlots(t, a, form); err != nil {
		return nil, err
	}
	if err := t.expose(a); err != nil {
		return nil, err
	}
	return a, log(t, a.ID, event{kind: "start", id: "start", at: st.Now, data: startWords(a)})
}

// startWords is what the log says of a start.
func startWords(a *exam.Attempt) string {
	words := fmt.Sprintf("seed %d", a.Seed)
	if e := a.Rules.Extra; e.Percent > 0 {
		words += fmt.Sprintf(", %d%% more time by the %s", e.Percent, e.By)
	}
	return words
}

func (s *Store) insertSlots(t *tx, a *exam.Attempt, form []exam.Place) error {
	rows := make([][]any, len(a.Slots))
	for i, slot := range a.Slots {
		if err := s.keepItem(t, slot.Version, form[i].Item, a.Started); err != nil {
			return err
		}
		rows[i] = []any{a.ID, slot.N, slot.Item, slot.Version, joinIDs(slot.Order), slot.Points, millis(slot.Seen)}
	}
	_, err := t.all(`
		INSERT INTO slots (attempt_id, n, item_id, version_id, option_order, points, seen_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, rows)
	return err
}

// expose counts that the items of an attempt stood on a form.
func (t *tx) expose(a *exam.Attempt) error {
	_, err := t.exec(`
		INSERT INTO exposures (item_id, uses, last_at) SELECT item_id, 1, $2 FROM slots WHERE attempt_id = $1
		ON CONFLICT (item_id) DO UPDATE SET uses = exposures.uses + 1, last_at = excluded.last_at`,
		a.ID, millis(a.Started))
	for _, slot := range a.Slots {
		t.exposed = append(t.exposed, slot.Item)
	}
	return err
}

// history tells what the learner had before and what is used most, and the
// number of the next attempt.
func (s *Store) history(t *tx, learner LearnerID, name string) (exam.History, int, error) {
	h := exam.History{Seen: map[exam.ItemID]int{}, Recent: map[exam.ItemID]bool{}}
	number := 1
	if err := t.row(`SELECT coalesce(max(number), 0) + 1 FROM attempts WHERE learner_id = $1 AND exam = $2`, learner, name).Scan(&number); err != nil {
		return h, 0, err
	}
	err := t.each(func(r *sql.Rows) error {
		var id exam.ItemID
		var n int
		err := r.Scan(&id, &n)
		h.Seen[id]++
		if n >= number-2 {
			h.Recent[id] = true
		}
		return err
	}, `SELECT s.item_id, a.number FROM attempts a JOIN slots s ON s.attempt_id = a.id WHERE a.learner_id = $1 AND a.exam = $2`, learner, name)
	if err != nil {
		return h, 0, err
	}
	if s.uses == nil {
		if s.uses, err = uses(t); err != nil {
			return h, 0, err
		}
	}
	h.Uses = s.uses
	return h, number, nil
}

// uses reads how often each item has stood on a form.
func uses(t *tx) (map[exam.ItemID]int, error) {
	list := map[exam.ItemID]int{}
	err := t.each(func(r *sql.Rows) error {
		var id exam.ItemID
		var n int
		err := r.Scan(&id, &n)
		list[id] = n
		return err
	}, `SELECT item_id, uses FROM exposures`)
	return list, err
}
