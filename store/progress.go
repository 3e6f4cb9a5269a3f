package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"groundwork/exam"
)

// SetProgress notes that learner did what ref names, or takes that back. Doing
// it twice keeps the first date.
func (s *Store) SetProgress(ctx context.Context, learner LearnerID, ref string, done bool, now time.Time) error {
	return s.update(ctx, "set progress", func(t *tx) error {
		if !done {
			_, err := t.exec(`DELETE FROM progress WHERE learner_id = $1 AND ref = $2`, learner, ref)
			return err
		}
		_, err := t.exec(`
			INSERT INTO progress (learner_id, ref, done_at) VALUES ($1, $2, $3)
			ON CONFLICT (learner_id, ref) DO NOTHING`, learner, ref, millis(now))
		return err
	})
}

// Progress returns what learner has done, by ref, with when.
func (s *Store) Progress(ctx context.Context, learner LearnerID) (done map[string]time.Time, err error) {
	err = s.view(ctx, "read progress", func(t *tx) error {
		done, err = progress(t, learner)
		return err
	})
	return done, err
}

func progress(t *tx, learner LearnerID) (map[string]time.Time, error) {
	done := map[string]time.Time{}
	err := t.each(func(r *sql.Rows) error {
		var ref string
		var at sql.NullInt64
		err := r.Scan(&ref, &at)
		done[ref] = fromMillis(at)
		return err
	}, `SELECT ref, done_at FROM progress WHERE learner_id = $1`, learner)
	return done, err
}

// ProgressRefs returns every ref that anybody has progress or a note on, with
// how many people. It lets a check name content that would be missed.
func (s *Store) ProgressRefs(ctx context.Context) (refs map[string]int, err error) {
	err = s.view(ctx, "read progress refs", func(t *tx) error {
		refs = map[string]int{}
		return t.each(func(r *sql.Rows) error {
			var ref string
			var n int
			err := r.Scan(&ref, &n)
			refs[ref] = n
			return err
		}, `SELECT ref, count(DISTINCT learner_id) FROM (
			SELECT ref, learner_id FROM progress UNION SELECT ref, learner_id FROM notes) AS u GROUP BY ref`)
	})
	return refs, err
}

// ItemRefs returns every item that has stood on a form, with how often.
func (s *Store) ItemRefs(ctx context.Context) (refs map[exam.ItemID]int, err error) {
	err = s.view(ctx, "read item refs", func(t *tx) error {
		refs, err = uses(t)
		return err
	})
	return refs, err
}

// A Note is a learner's own text on a skill, step or project.
type Note struct {
	Ref   string
	Body  string // Markdown
	Rev   int    // counts the changes; 0 if there is none yet
	Saved time.Time
}

// MaxNote is the length of the longest note, in bytes.
const MaxNote = 20_000

// SaveNote stores a note that was written on revision base. If the stored one
// has moved on, nothing is changed, the error is [ErrConflict] and the stored
// note is returned. An empty body is a note like any other.
func (s *Store) SaveNote(ctx context.Context, learner LearnerID, ref, body string, base int, now time.Time) (n Note, err error) {
	err = s.update(ctx, "save note", func(t *tx) error {
		if n, err = note(t, learner, ref); err != nil {
			return err
		}
		if n.Rev != base {
			return ErrConflict
		}
		n = Note{ref, body, base + 1, stored(now)}
		_, err := t.exec(`
			INSERT INTO notes (learner_id, ref, body, rev, saved_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (learner_id, ref) DO UPDATE SET body = excluded.body, rev = excluded.rev, saved_at = excluded.saved_at`,
			learner, ref, body, n.Rev, millis(now))
		return err
	})
	return n, err
}

// Note returns the note of learner on ref; without one, an empty note.
func (s *Store) Note(ctx context.Context, learner LearnerID, ref string) (n Note, err error) {
	err = s.view(ctx, "read note", func(t *tx) error {
		n, err = note(t, learner, ref)
		return err
	})
	return n, err
}

// notes returns all notes of learner that are not empty, newest first.
func notes(t *tx, learner LearnerID) (list []Note, err error) {
	err = t.each(func(r *sql.Rows) error {
		n, err := scanNote(r)
		list = append(list, n)
		return err
	}, `SELECT ref, body, rev, saved_at FROM notes WHERE learner_id = $1 AND body <> '' ORDER BY saved_at DESC, ref`, learner)
	return list, err
}

func note(t *tx, learner LearnerID, ref string) (Note, error) {
	n, err := scanNote(t.row(`SELECT ref, body, rev, saved_at FROM notes WHERE learner_id = $1 AND ref = $2`, learner, ref))
	if errors.Is(err, sql.ErrNoRows) {
		return Note{Ref: ref}, nil
	}
	return n, err
}

func scanNote(row scanner) (n Note, err error) {
	var at sql.NullInt64
	err = row.Scan(&n.Ref, &n.Body, &n.Rev, &at)
	n.Saved = fromMillis(at)
	return n, err
}

// A FaultReport is a fault in the content that somebody reported. It names
// nobody.
type FaultReport struct {
	Page, Ref, Text string
	At              time.Time
}

// AddReport stores a fault report.
func (s *Store) AddReport(ctx context.Context, r FaultReport) error {
	return s.update(ctx, "add report", func(t *tx) error {
		_, err := t.exec(`INSERT INTO reports (page, ref, text, created_at) VALUES ($1, $2, $3, $4)`, r.Page, r.Ref, r.Text, millis(r.At))
		return err
	})
}

// Reports returns the fault reports, newest first, at most limit.
func (s *Store) Reports(ctx context.Context, limit int) (list []FaultReport, err error) {
	err = s.view(ctx, "read reports", func(t *tx) error {
		list = nil
		return t.each(func(r *sql.Rows) error {
			var f FaultReport
			var at sql.NullInt64
			err := r.Scan(&f.Page, &f.Ref, &f.Text, &at)
			f.At = fromMillis(at)
			list = append(list, f)
			return err
		}, `SELECT page, ref, text, created_at FROM reports ORDER BY id DESC LIMIT $1`, limit)
	})
	return list, err
}
