package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"groundwork/exam"
)

// A Search says which attempts an operator looks for. The zero Search finds
// all.
type Search struct {
	Text  string     // part of an address, or the beginning of an attempt's id
	State exam.State // empty for any
	Skip  int        // how many to leave out, for the next page
	Limit int        // how many at most; 50 if not positive
}

// A Found is one attempt of anybody, for operators.
type Found struct {
	exam.Attempt // without its slots
	Learner      LearnerID
	Who          string // address of the account, or "visitor"
	Answered     int
	Items        int
}

// FindAttempts returns the attempts of all learners that a search names, those
// that began last first, and whether there are more. An attempt whose time is
// over but which nobody has closed yet is shown as in progress, with its
// deadline. It is for operators.
func (s *Store) FindAttempts(ctx context.Context, q Search) (list []Found, more bool, err error) {
	if q.Limit <= 0 {
		q.Limit = 50
	}
	text := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(strings.TrimSpace(q.Text)))
	err = s.view(ctx, "find attempts", func(t *tx) error {
		list = nil
		return t.each(func(r *sql.Rows) error {
			f, err := scanFound(r)
			list = append(list, f)
			return err
		}, foundColumns+`
			WHERE ($1 = '' OR a.state = $1) AND ($2 = '' OR lower(coalesce(l.email, 'visitor')) LIKE '%' || $2 || '%' ESCAPE '\' OR a.id LIKE $2 || '%' ESCAPE '\')
			ORDER BY a.started_at DESC, a.id LIMIT $3 OFFSET $4`, q.State, text, q.Limit+1, max(0, q.Skip))
	})
	if len(list) > q.Limit {
		list, more = list[:q.Limit], true
	}
	return list, more, err
}

const foundColumns = `
	SELECT a.id, a.exam, a.number, a.seed, a.rules, a.state, a.closed_by, a.started_at, a.deadline_at, a.finished_at, a.score, a.max_score,
		a.held, a.void_reason, a.voided_at, a.learner_id, coalesce(l.email, 'visitor'),
		(SELECT count(*) FROM slots s WHERE s.attempt_id = a.id AND s.response <> ''),
		(SELECT count(*) FROM slots s WHERE s.attempt_id = a.id)
	FROM attempts a JOIN learners l ON l.id = a.learner_id`

func scanFound(r scanner) (f Found, err error) {
	a, err := scanAttempt(and{r, []any{&f.Learner, &f.Who, &f.Answered, &f.Items}})
	if err == nil {
		f.Attempt = *a
	}
	return f, err
}

// and is a row whose last columns go elsewhere.
type and struct {
	row  scanner
	rest []any
}

func (a and) Scan(dest ...any) error { return a.row.Scan(append(dest, a.rest...)...) }

// FoundAttempt returns one attempt of anybody, graded first if its time is
// over at now. It is for operators.
func (s *Store) FoundAttempt(ctx context.Context, id exam.AttemptID, now time.Time) (f Found, err error) {
	read := func(t *tx) error {
		f, err = scanFound(t.row(foundColumns+` WHERE a.id = $1`, id))
		return err
	}
	if err := s.view(ctx, "read attempt", read); err != nil || !f.Due(now) {
		return f, err
	}
	if _, err := s.closeAttempt(ctx, f.Learner, id, exam.ByDeadline, now); err != nil {
		return f, err
	}
	return f, s.view(ctx, "read attempt", read)
}

// Clock returns an attempt of learner without its slots, and the time that was
// given back to it. It is what a page that is being answered asks for every few
// seconds, so it reads two rows and writes nothing: an attempt whose time is
// over is shown in progress until somebody closes it.
func (s *Store) Clock(ctx context.Context, learner LearnerID, id exam.AttemptID) (a *exam.Attempt, given []Extension, err error) {
	err = s.view(ctx, "read clock", func(t *tx) error {
		if a, err = scanAttempt(t.row(attemptColumns+` WHERE id = $1 AND learner_id = $2`, id, learner)); err != nil {
			return err
		}
		given, err = extensions(t, id)
		return err
	})
	return a, given, err
}
