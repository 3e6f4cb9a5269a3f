package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"groundwork/exam"
)

// A Marked is one graded item of an attempt.
type Marked struct {
	Attempt  exam.AttemptID
	Finished time.Time
	Item     exam.ItemID
	Version  exam.VersionID
	Fraction float64
}

// A RegradeNote is what the latest regrade did to an attempt.
type RegradeNote struct {
	Attempt exam.AttemptID
	Number  int
	exam.Regrade
}

// A Work is what somebody has done, read at one moment: all that the page of
// their own work is made of.
type Work struct {
	Done     map[string]time.Time // by ref, with when
	Attempts []*exam.Attempt      // at the exam, the oldest first, without slots
	Marks    []Marked             // of the last five attempts that were graded, the newest first
	Practice Practice
	Runs     []Run         // that are finished, the newest first
	Notes    []Note        // that are not empty, the newest first
	Regrades []RegradeNote // the newest first

	unlearned bool // an attempt was graded whose answers are no cards yet
}

// WorkRuns is how many runs back a Work looks.
const WorkRuns = 200

// Work returns the work of learner, with their attempts at an exam and what
// regrading changed of those from since on. Attempts whose time is over are
// graded first, and graded ones from which no cards have been made yet are given
// to learn, as by LearnFromExams.
func (s *Store) Work(ctx context.Context, learner LearnerID, name string, since, now time.Time, learn Learn) (w Work, err error) {
	read := func(t *tx) error {
		w, err = work(t, learner, name, since, now)
		return err
	}
	if err := s.view(ctx, "read work", read); err != nil {
		return w, err
	}
	changed := false
	for _, a := range w.Attempts {
		if a.Due(now) {
			if _, err := s.closeAttempt(ctx, learner, a.ID, exam.ByDeadline, now); err != nil {
				return w, err
			}
			changed = true
		}
	}
	if changed || w.unlearned {
		if err := s.LearnFromExams(ctx, learner, name, now, learn); err != nil {
			return w, err
		}
		err = s.view(ctx, "read work", read)
	}
	return w, err
}

func work(t *tx, learner LearnerID, name string, since, now time.Time) (w Work, err error) {
	if w.Done, err = progress(t, learner); err != nil {
		return w, fmt.Errorf("progress: %w", err)
	}
	if w.Attempts, err = attempts(t, learner, name); err != nil {
		return w, fmt.Errorf("attempts: %w", err)
	}
	if len(w.Attempts) > 0 {
		if err = w.readGraded(t, learner, name, since); err != nil {
			return w, err
		}
	}
	if w.Practice, err = practised(t, learner, now); err != nil {
		return w, fmt.Errorf("practice: %w", err)
	}
	if w.Runs, err = runs(t, learner, WorkRuns); err != nil {
		return w, fmt.Errorf("runs: %w", err)
	}
	if w.Notes, err = notes(t, learner); err != nil {
		return w, fmt.Errorf("notes: %w", err)
	}
	return w, nil
}

// readGraded reads what attempts have shown, and what became of them.
func (w *Work) readGraded(t *tx, learner LearnerID, name string, since time.Time) (err error) {
	var regraded bool
	err = t.row(`
		SELECT EXISTS (SELECT 1 FROM attempts a WHERE a.learner_id = $1 AND a.exam = $2 AND a.state = 'graded'
				AND NOT EXISTS (SELECT 1 FROM practised_attempts p WHERE p.attempt_id = a.id)),
			EXISTS (SELECT 1 FROM attempts a JOIN regrades g ON g.attempt_id = a.id
				WHERE a.learner_id = $1 AND a.exam = $2 AND g.made_at >= $3)`,
		learner, name, millis(since)).Scan(&w.unlearned, &regraded)
	if err != nil {
		return fmt.Errorf("what became of attempts: %w", err)
	}
	if w.Marks, err = marks(t, learner, name); err != nil {
		return fmt.Errorf("marks: %w", err)
	}
	if !regraded {
		return nil
	}
	for _, a := range slices.Backward(w.Attempts) {
		list, err := regrades(t, a.ID)
		if err != nil {
			return fmt.Errorf("regrades: %w", err)
		}
		for _, g := range slices.Backward(list) {
			if !g.Made.Before(since) {
				w.Regrades = append(w.Regrades, RegradeNote{a.ID, a.Number, g})
			}
		}
	}
	return nil
}

// marks returns the graded items of the last attempts of learner at an exam,
// newest attempt first. There are hundreds of them; a row for each would cost
// more than all the rest of a page.
func marks(t *tx, learner LearnerID, name string) (list []Marked, err error) {
	err = t.each(func(r *sql.Rows) error {
		var m Marked
		var at sql.NullInt64
		var items string
		if err := r.Scan(&m.Attempt, &at, &items); err != nil {
			return err
		}
		m.Finished = fromMillis(at)
		for item := range strings.FieldsFuncSeq(items, func(r rune) bool { return r == ',' }) {
			id, rest, _ := strings.Cut(item, " ")
			version, fraction, _ := strings.Cut(rest, " ")
			m.Item, m.Version = exam.ItemID(id), exam.VersionID(version)
			if m.Fraction, err = strconv.ParseFloat(fraction, 64); err != nil {
				return err
			}
			list = append(list, m)
		}
		return nil
	}, `SELECT id, finished_at, coalesce((
			SELECT string_agg(item_id || ' ' || version_id || ' ' || fraction, ',')
			FROM (SELECT item_id, version_id, fraction FROM slots WHERE attempt_id = a.id AND dropped = 0 ORDER BY n) AS s), '')
		FROM attempts a WHERE learner_id = $1 AND exam = $2 AND state = 'graded' ORDER BY number DESC LIMIT 5`, learner, name)
	return list, err
}
