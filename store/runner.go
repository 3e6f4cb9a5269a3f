package store

import (
	"context"
	"errors"

	"groundwork/exam"
)

// SetRunner gives the store what runs the SQL answers of the attempts that it
// grades. Without one they score nothing. It must be called before anything is
// graded.
func (s *Store) SetRunner(r exam.Runner) { s.runner = r }

// errNotRun means that an attempt cannot be graded before its SQL answers have
// been run, which a write transaction must not wait for.
var errNotRun = errors.New("SQL answers have not been run")

// A memo is the runner of a write transaction. It knows the outcomes of SQL
// answers that were run before the transaction began, and notes which ones it
// was asked for in vain.
type memo struct {
	known  map[sqlAnswer]outcome
	missed []sqlAnswer
}

type sqlAnswer struct {
	query *exam.Query
	text  string
}

type outcome struct {
	same bool
	err  error
}

// Equal implements [exam.Runner].
func (m *memo) Equal(q *exam.Query, answer string) (bool, error) {
	k := sqlAnswer{q, answer}
	o, ok := m.known[k]
	if !ok {
		m.missed = append(m.missed, k)
		return false, errNotRun
	}
	return o.same, o.err
}

// fetch runs what was missed. It fails if the runner has no room or the caller
// has left.
func (m *memo) fetch(ctx context.Context, r exam.Runner) error {
	if m.known == nil {
		m.known = map[sqlAnswer]outcome{}
	}
	for _, k := range m.missed {
		if err := ctx.Err(); err != nil {
			return err
		}
		same, err := r.Equal(k.query, k.text)
		if errors.Is(err, exam.ErrBusy) {
			return err
		}
		m.known[k] = outcome{same, err}
	}
	m.missed = nil
	return nil
}

// runner returns what a.Close may ask in this transaction: nothing, or what
// the memo knows.
func (t *tx) runner() exam.Runner {
	if t.answers == nil {
		return nil
	}
	return t.answers
}

// missed returns errNotRun if the runner was asked for what it does not know.
func (t *tx) missed() error {
	if t.answers != nil && len(t.answers.missed) > 0 {
		return errNotRun
	}
	return nil
}
