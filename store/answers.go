package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"groundwork/exam"
)

// A Saved is what the server has of a slot after a change, or after a change
// was refused. Of an attempt that is over the slot has neither result nor ruling.
type Saved struct {
	Slot     exam.Slot
	EventRev int // the revision that this change made; 0 if it is not stored
	State    exam.State
	Deadline time.Time
	Repeat   bool // the change had been stored before
}

// SaveAnswer stores one change of one slot of an attempt of learner at now.
//
// The same event comes to the same end however often it is sent; a change
// without event is new every time. A change that was based on an older
// revision than the stored one is refused with [exam.ErrConflict], and Saved
// holds what is stored; so it does with [exam.ErrResponse]. After the deadline
// and its allowance it is refused with [exam.ErrClosed], and the attempt is
// graded with what it holds. With any other error Saved is empty. See
// [exam.Attempt.Save] for the rest.
func (s *Store) SaveAnswer(ctx context.Context, learner LearnerID, id exam.AttemptID, c exam.Change, now time.Time) (saved Saved, err error) {
	now = stored(now)
	if c.Event == "" {
		c.Event = rand.Text()
	}
	const what = "save answer"
	closed := false
	err = s.update(ctx, what, func(t *tx) error {
		saved, closed = Saved{}, false
		a, it, rev, err := s.slot(t, learner, id, c.Slot, c.Event)
		if err != nil {
			return err
		}
		saved = Saved{Slot: a.Slots[0], EventRev: rev, State: a.State, Deadline: a.Deadline, Repeat: rev > 0}
		if saved.Repeat {
			return nil
		}
		if a.Due(now) {
			closed, saved.State = true, exam.Graded
			return s.gradeDue(t, learner, id, now)
		}
		late, err := a.Save(c, it, now)
		if err != nil {
			return err
		}
		saved.Slot, saved.EventRev = a.Slots[0], a.Slots[0].Rev
		return storeAnswer(t, id, c, saved.Slot, late, now)
	})
	if err == nil && closed {
		return saved, fmt.Errorf("%s: %w", what, exam.ErrClosed)
	}
	if err == nil || errors.Is(err, exam.ErrConflict) || errors.Is(err, exam.ErrClosed) || errors.Is(err, exam.ErrResponse) {
		return saved, err
	}
	return Saved{}, err // what the change began with may not be stored
}

// slotQuery finds what it takes to change a slot: of its attempt, of the event
// that is asked for, if it is stored, and of the slot itself.
const slotQuery = `
	SELECT a.state, a.deadline_at, coalesce(e.rev, 0),
		s.n, s.item_id, s.version_id, s.option_order, s.points, s.response, s.flagged, s.note, s.rev, s.client, s.seen_at, s.answered_at
	FROM attempts a JOIN slots s ON s.attempt_id = a.id
		LEFT JOIN events e ON e.attempt_id = a.id AND e.kind = 'save' AND e.event_id = $4
	WHERE a.id = $1 AND a.learner_id = $2 AND s.n = $3`

// slot loads an attempt with one slot only, and of it what a change needs:
// saving must not cost more the longer the exam is. repeated is the revision
// that the event made, or 0 if it is not stored.
func (s *Store) slot(t *tx, learner LearnerID, id exam.AttemptID, n int, event string) (a *exam.Attempt, it *exam.Item, repeated int, err error) {
	var deadline sql.NullInt64
	var row slotRow
	a = &exam.Attempt{ID: id}
	err = t.row(slotQuery, id, learner, n, event).Scan(append([]any{&a.State, &deadline, &repeated}, row.own()...)...)
	if errors.Is(err, sql.ErrNoRows) {
		if err := owns(t, learner, id); err != nil {
			return nil, nil, 0, err
		}
		return nil, nil, 0, fmt.Errorf("%w: %d", exam.ErrNotOnForm, n)
	}
	if err != nil {
		return nil, nil, 0, err
	}
	slot, err := row.slot()
	if err != nil {
		return nil, nil, 0, err
	}
	a.Deadline, a.Slots = fromMillis(deadline), []exam.Slot{slot}
	it, err = s.item(t, slot.Version)
	return a, it, repeated, err
}

func storeAnswer(t *tx, id exam.AttemptID, c exam.Change, s exam.Slot, late time.Duration, now time.Time) error {
	response := s.Response.Encode()
	err := t.one(`
		UPDATE slots SET response = $3, flagged = $4, note = $5, rev = $6, client = $7, answered_at = $8,
			seen_at = coalesce(seen_at, $9)
		WHERE attempt_id = $1 AND n = $2`,
		id, s.N, response, s.Flagged, s.Note, s.Rev, s.Client, millis(s.Answered), millis(now))
	if err != nil {
		return err
	}
	data := response
	if c.Response == nil {
		data = fmt.Sprintf("flag %t", s.Flagged)
	}
	return log(t, id, event{kind: "save", id: c.Event, slot: s.N, rev: s.Rev, client: c.Client, clientAt: c.At, at: now, late: late, data: data})
}

// SeeSlot notes that a slot was shown for the first time. It does nothing to
// an attempt that is over.
func (s *Store) SeeSlot(ctx context.Context, learner LearnerID, id exam.AttemptID, n int, now time.Time) error {
	return s.update(ctx, "see slot", func(t *tx) error {
		a, err := scanAttempt(t.row(attemptColumns+` WHERE id = $1 AND learner_id = $2`, id, learner))
		if err != nil || !a.Open(now) {
			return err
		}
		res, err := t.exec(`UPDATE slots SET seen_at = $3 WHERE attempt_id = $1 AND n = $2 AND seen_at IS NULL`, id, n, millis(now))
		if err != nil {
			return err
		}
		if changed, err := res.RowsAffected(); err != nil || changed == 0 {
			return err
		}
		return log(t, id, event{kind: "seen", id: fmt.Sprintf("seen %d", n), slot: n, at: now})
	})
}

// An event is one line of an attempt's log.
type event struct {
	kind, id, client, data string
	slot, rev              int
	clientAt, at           time.Time
	late                   time.Duration
}

// log appends an event. Its id must not be there already among its kind; what
// browsers call their changes cannot meet what the store calls its own events.
func log(t *tx, id exam.AttemptID, e event) error {
	_, err := t.exec(`
		INSERT INTO events (attempt_id, seq, event_id, kind, slot, rev, client, client_at, server_at, late_ms, data)
		VALUES ($1, (SELECT coalesce(max(seq), 0) + 1 FROM events WHERE attempt_id = $1), $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		id, e.id, e.kind, e.slot, e.rev, e.client, millis(e.clientAt), millis(e.at), e.late.Milliseconds(), e.data)
	return err
}

// An Event is one line of the log of an attempt, for its owner to read.
type Event struct {
	Seq    int
	Kind   string // start, save, seen, extend, close, regrade, void, restore
	Slot   int    // 0 if it concerns the attempt as a whole
	Rev    int
	Client string
	At     time.Time     // by the server's clock
	Late   time.Duration // after the deadline
	Data   string        // the response as stored, or what happened
}

// Events returns the last entries of the log of an attempt of learner, at most
// so many, oldest first.
func (s *Store) Events(ctx context.Context, learner LearnerID, id exam.AttemptID, most int) (list []Event, err error) {
	err = s.view(ctx, "read events", func(t *tx) error {
		list = nil
		if err := owns(t, learner, id); err != nil {
			return err
		}
		return t.each(func(r *sql.Rows) error {
			var e Event
			var at sql.NullInt64
			var late int64
			err := r.Scan(&e.Seq, &e.Kind, &e.Slot, &e.Rev, &e.Client, &at, &late, &e.Data)
			e.At, e.Late = fromMillis(at), time.Duration(late)*time.Millisecond
			list = append(list, e)
			return err
		}, `SELECT seq, kind, slot, rev, client, server_at, late_ms, data FROM events WHERE attempt_id = $1 ORDER BY seq DESC LIMIT $2`, id, most)
	})
	slices.Reverse(list)
	return list, err
}

// owns returns sql.ErrNoRows unless the attempt is the learner's.
func owns(t *tx, learner LearnerID, id exam.AttemptID) error {
	var n int
	return t.row(`SELECT 1 FROM attempts WHERE id = $1 AND learner_id = $2`, id, learner).Scan(&n)
}

// An Extension is time that the operator gave back.
type Extension struct {
	Minutes int
	Reason  string
	Given   time.Time
}

// ExtendAttempt moves the deadline of a running attempt by minutes, for a
// reason that its learner is shown. It takes no learner: it is for operators.
// An attempt that is over is [exam.ErrClosed].
func (s *Store) ExtendAttempt(ctx context.Context, id exam.AttemptID, minutes int, reason string, now time.Time) (deadline time.Time, err error) {
	err = s.update(ctx, "extend attempt", func(t *tx) error {
		deadline = time.Time{}
		a, err := scanAttempt(t.row(attemptColumns+` WHERE id = $1`, id))
		if err != nil {
			return err
		}
		if !a.Open(now) {
			return exam.ErrClosed
		}
		deadline, err = extend(t, a, minutes, reason, now)
		return err
	})
	return deadline, err
}

// extend moves the deadline of a running attempt and notes why.
func extend(t *tx, a *exam.Attempt, minutes int, reason string, now time.Time) (time.Time, error) {
	deadline := a.Deadline.Add(time.Duration(minutes) * time.Minute)
	if err := t.one(`UPDATE attempts SET deadline_at = $2 WHERE id = $1`, a.ID, millis(deadline)); err != nil {
		return time.Time{}, err
	}
	var seq int
	err := t.row(`
		INSERT INTO extensions (attempt_id, seq, minutes, reason, given_at)
		VALUES ($1, (SELECT count(*) + 1 FROM extensions WHERE attempt_id = $1), $2, $3, $4) RETURNING seq`,
		a.ID, minutes, reason, millis(now)).Scan(&seq)
	if err != nil {
		return time.Time{}, err
	}
	return deadline, log(t, a.ID, event{kind: "extend", id: fmt.Sprintf("extend %d", seq), at: now, data: fmt.Sprintf("%d minutes: %s", minutes, reason)})
}

// Extensions returns what was given back to an attempt of learner.
func (s *Store) Extensions(ctx context.Context, learner LearnerID, id exam.AttemptID) (list []Extension, err error) {
	err = s.view(ctx, "read extensions", func(t *tx) error {
		if err := owns(t, learner, id); err != nil {
			return err
		}
		list, err = extensions(t, id)
		return err
	})
	return list, err
}

func extensions(t *tx, id exam.AttemptID) (list []Extension, err error) {
	err = t.each(func(r *sql.Rows) error {
		var e Extension
		var at sql.NullInt64
		err := r.Scan(&e.Minutes, &e.Reason, &at)
		e.Given = fromMillis(at)
		list = append(list, e)
		return err
	}, `SELECT minutes, reason, given_at FROM extensions WHERE attempt_id = $1 ORDER BY seq`, id)
	return list, err
}

// A Running is an attempt in progress, for operators.
type Running struct {
	ID                exam.AttemptID
	Who               string // address of the account, or "visitor"
	Started, Deadline time.Time
	Answered, Items   int
}

// Running returns the attempts in progress at now, of all learners, those that
// end first first. It is for operators.
func (s *Store) Running(ctx context.Context, now time.Time) (list []Running, err error) {
	err = s.view(ctx, "read running attempts", func(t *tx) error {
		list = nil
		return t.each(func(r *sql.Rows) error {
			var a Running
			var started, deadline sql.NullInt64
			err := r.Scan(&a.ID, &a.Who, &started, &deadline, &a.Answered, &a.Items)
			a.Started, a.Deadline = fromMillis(started), fromMillis(deadline)
			list = append(list, a)
			return err
		}, `SELECT a.id, coalesce(l.email, 'visitor'), a.started_at, a.deadline_at,
				(SELECT count(*) FROM slots s WHERE s.attempt_id = a.id AND s.response <> ''),
				(SELECT count(*) FROM slots s WHERE s.attempt_id = a.id)
			FROM attempts a JOIN learners l ON l.id = a.learner_id
			WHERE a.state = 'in_progress' AND a.deadline_at >= $1 ORDER BY a.deadline_at`,
			now.Add(-exam.Allowance).UnixMilli())
	})
	return list, err
}
