package store

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"time"

	"groundwork/exam"
	"groundwork/quiz/practice"
)

// An Export is everything that the database has of one learner, but for the
// hashes of secrets: those are ours to check with and nobody's to read.
type Export struct {
	Taken    time.Time // when; set by the caller, for what is written of it
	Learner  Learner
	Seen     time.Time   // when the 90 days of a visitor began last
	Browsers []time.Time // when each browser got a key to a visitor's work
	SignIns  []SignIn    // without their tokens
	Passkeys []Passkey   // without what checks them
	Known    []Identity  // as whom a provider knows them
	Progress []Done
	Notes    []Note // empty ones too
	Attempts []ExportedAttempt
	Cards    []practice.Card
	Reviews  []practice.Review // answers to cards, oldest first
	Practice *Practice         // settings, without the cards; nil if there are none
	Tokens   []Token           // of programs, without their secrets
	Runs     []ExportedRun     // of tasks, newest first
	Extra    exam.Extra        // time that the operator granted; zero if none

	items map[exam.VersionID]*exam.Item
}

// An ExportedRun is a finished run with its transcript, if that is kept still.
type ExportedRun struct {
	Run
	Result []byte // JSON, gzip
}

// A Done is one thing that the learner ticked, read or did.
type Done struct {
	Ref string
	At  time.Time
}

// An ExportedAttempt is an attempt with all that hangs on it.
type ExportedAttempt struct {
	exam.Attempt
	Extensions []Extension
	Regrades   []exam.Regrade
	Events     []ExportedEvent
}

// An ExportedEvent is a line of an attempt's log as it is stored.
type ExportedEvent struct {
	Event
	ID       string
	ClientAt time.Time // by the browser's clock
}

// Item returns the version of an item that an exported attempt has, or nil.
func (e Export) Item(id exam.VersionID) *exam.Item { return e.items[id] }

// Export returns everything that the database has of a learner, as it was at
// one moment. Attempts whose time is over are not graded by it; whoever wants
// them graded calls [Store.Attempts] or [Store.CloseDue] first.
func (s *Store) Export(ctx context.Context, learner LearnerID) (e Export, err error) {
	err = s.view(ctx, "export learner", func(t *tx) error {
		e = Export{items: map[exam.VersionID]*exam.Item{}}
		if e.Learner, err = scanLearner(t.row(learnerColumns+` WHERE l.id = $1`, learner)); err != nil {
			return err
		}
		var seen sql.NullInt64
		if err := t.row(`SELECT seen_at FROM learners WHERE id = $1`, learner).Scan(&seen); err != nil {
			return err
		}
		e.Seen = fromMillis(seen)
		if e.Extra, err = allowance(t, learner); err != nil {
			return err
		}
		return errors.Join(e.readSignIns(t), e.readWays(t), e.readWork(t), e.readPractice(t), e.readRuns(t), s.exportAttempts(t, &e))
	})
	return e, err
}

func (e *Export) readSignIns(t *tx) error {
	err := t.each(func(r *sql.Rows) error {
		var at sql.NullInt64
		err := r.Scan(&at)
		e.Browsers = append(e.Browsers, fromMillis(at))
		return err
	}, `SELECT created_at FROM visitor_keys WHERE learner_id = $1 ORDER BY created_at`, e.Learner.ID)
	if err != nil {
		return err
	}
	return t.each(func(r *sql.Rows) error {
		var in SignIn
		var began, expires sql.NullInt64
		err := r.Scan(&in.Agent, &began, &expires)
		in.Began, in.Expires = fromMillis(began), fromMillis(expires)
		e.SignIns = append(e.SignIns, in)
		return err
	}, `SELECT agent, created_at, expires_at FROM sessions WHERE learner_id = $1 ORDER BY created_at, token_hash`, e.Learner.ID)
}

func (e *Export) readWays(t *tx) (err error) {
	if e.Passkeys, err = passkeys(t, e.Learner.ID); err != nil {
		return err
	}
	for i := range e.Passkeys {
		e.Passkeys[i].Data = ""
	}
	e.Known, err = identities(t, e.Learner.ID)
	return err
}

// readWork reads progress and notes.
func (e *Export) readWork(t *tx) error {
	err := t.each(func(r *sql.Rows) error {
		var d Done
		var at sql.NullInt64
		err := r.Scan(&d.Ref, &at)
		d.At = fromMillis(at)
		e.Progress = append(e.Progress, d)
		return err
	}, `SELECT ref, done_at FROM progress WHERE learner_id = $1 ORDER BY done_at, ref`, e.Learner.ID)
	if err != nil {
		return err
	}
	return t.each(func(r *sql.Rows) error {
		n, err := scanNote(r)
		e.Notes = append(e.Notes, n)
		return err
	}, `SELECT ref, body, rev, saved_at FROM notes WHERE learner_id = $1 ORDER BY ref`, e.Learner.ID)
}

// readPractice reads cards, the answers to them and what was set.
func (e *Export) readPractice(t *tx) (err error) {
	if e.Cards, err = cards(t, e.Learner.ID); err != nil {
		return err
	}
	if e.Reviews, err = reviews(t, e.Learner.ID, time.Time{}); err != nil {
		return err
	}
	var n int
	if err := t.row(`SELECT count(*) FROM practice WHERE learner_id = $1`, e.Learner.ID).Scan(&n); err != nil || n == 0 {
		return err
	}
	p, err := practiceSettings(t, e.Learner.ID)
	e.Practice = &p
	return err
}

// readRuns reads programs that are signed in, and the runs of tasks.
func (e *Export) readRuns(t *tx) (err error) {
	if e.Tokens, err = tokens(t, e.Learner.ID, time.UnixMilli(0)); err != nil {
		return err
	}
	list, err := runs(t, e.Learner.ID, math.MaxInt32)
	if err != nil {
		return err
	}
	for _, r := range list {
		x := ExportedRun{Run: r}
		if r.Kept {
			if err := t.row(`SELECT result FROM verify_transcripts WHERE learner_id = $1 AND run_id = $2`, e.Learner.ID, r.ID).Scan(&x.Result); err != nil {
				return err
			}
		}
		e.Runs = append(e.Runs, x)
	}
	return nil
}

func (s *Store) exportAttempts(t *tx, e *Export) error {
	err := t.each(func(r *sql.Rows) error {
		a, err := scanAttempt(r)
		if err == nil {
			e.Attempts = append(e.Attempts, ExportedAttempt{Attempt: *a})
		}
		return err
	}, attemptColumns+` WHERE learner_id = $1 ORDER BY started_at, id`, e.Learner.ID)
	if err != nil {
		return err
	}
	for i := range e.Attempts {
		a := &e.Attempts[i]
		if a.Slots, err = slots(t, a.ID); err != nil {
			return err
		}
		for _, slot := range a.Slots {
			if e.items[slot.Version], err = s.item(t, slot.Version); err != nil {
				return err
			}
			if slot.Ruling == nil {
				continue
			}
			if e.items[slot.Ruling.New], err = s.item(t, slot.Ruling.New); err != nil {
				return err
			}
		}
		if a.Extensions, err = extensions(t, a.ID); err != nil {
			return err
		}
		if a.Regrades, err = regrades(t, a.ID); err != nil {
			return err
		}
		if err := a.readEvents(t); err != nil {
			return err
		}
	}
	return nil
}

func (a *ExportedAttempt) readEvents(t *tx) error {
	return t.each(func(r *sql.Rows) error {
		var e ExportedEvent
		var client, at sql.NullInt64
		var late int64
		err := r.Scan(&e.Seq, &e.ID, &e.Kind, &e.Slot, &e.Rev, &e.Client, &client, &at, &late, &e.Data)
		e.ClientAt, e.At, e.Late = fromMillis(client), fromMillis(at), time.Duration(late)*time.Millisecond
		a.Events = append(a.Events, e)
		return err
	}, `SELECT seq, event_id, kind, slot, rev, client, client_at, server_at, late_ms, data FROM events WHERE attempt_id = $1 ORDER BY seq`, a.ID)
}

// An Account is a learner with an address, as the operator's list shows it.
type Account struct {
	Learner
	Attempts int
	SignIns  int // live at the moment asked for
}

// Accounts returns everybody who has an account, by address. It is for
// operators.
func (s *Store) Accounts(ctx context.Context, now time.Time) (list []Account, err error) {
	err = s.view(ctx, "read accounts", func(t *tx) error {
		list = nil
		return t.each(func(r *sql.Rows) error {
			var a Account
			var created sql.NullInt64
			err := r.Scan(&a.ID, &a.Email, &a.Name, &a.Role, &created, &a.Attempts, &a.SignIns)
			a.Created = fromMillis(created)
			list = append(list, a)
			return err
		}, `SELECT id, email, name, role, created_at,
				(SELECT count(*) FROM attempts WHERE learner_id = l.id),
				(SELECT count(*) FROM sessions WHERE learner_id = l.id AND expires_at > $1)
			FROM learners l WHERE email IS NOT NULL ORDER BY email`, millis(now))
	})
	return list, err
}
