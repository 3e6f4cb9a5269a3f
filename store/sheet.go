package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
	"unicode"

	"groundwork/exam"
)

// A Sheet is one slot of a running attempt and what its page shows around it.
// It is what people read most while they sit, so it is one query and reads no
// more than that.
type Sheet struct {
	Attempt  exam.AttemptID
	State    exam.State
	ClosedBy exam.ClosedBy

	// The rest is there only while the attempt runs.
	Started, Deadline time.Time
	Slot              exam.Slot     // without what only grading needs
	Standing          exam.Standing // of all slots
	Given             []Extension
}

// Sheet returns slot n of an attempt of learner. If the attempt's time is over
// and nobody has closed it yet, it is closed and graded first. A running
// attempt that has no such slot is [exam.ErrNotOnForm].
func (s *Store) Sheet(ctx context.Context, learner LearnerID, id exam.AttemptID, n int, now time.Time) (Sheet, error) {
	sh := Sheet{Attempt: id, State: exam.InProgress}
	sh.Slot.N = n
	given := 0
	err := s.lookup(ctx, "read sheet", func(r scanner) (err error) {
		given, err = sh.scan(r)
		return err
	}, `SELECT a.started_at, a.deadline_at,
			s.item_id, s.version_id, s.option_order, s.response, s.flagged, s.note, s.rev, s.seen_at, s.answered_at,
			form.standing, form.seen, form.answered, (SELECT count(*) FROM extensions e WHERE e.attempt_id = a.id)
		FROM attempts a JOIN slots s ON s.attempt_id = a.id AND s.n = $3 CROSS JOIN (
			SELECT string_agg(`+standingLetter+`, '') AS standing, max(seen_at) AS seen, max(answered_at) AS answered
			FROM (SELECT response, flagged, seen_at, answered_at FROM slots WHERE attempt_id = $1 ORDER BY n) AS o) AS form
		WHERE a.id = $1 AND a.learner_id = $2 AND a.state = 'in_progress'`, id, learner, n)
	switch {
	case errors.Is(err, ErrNotFound), err == nil && (&exam.Attempt{State: sh.State, Deadline: sh.Deadline}).Due(now):
		return s.noSheet(ctx, learner, id, n, now)
	case err == nil && given > 0:
		sh.Given, err = s.Extensions(ctx, learner, id)
	}
	return sh, err
}

// noSheet is what there is where a running attempt's slot is not: the attempt is
// over, or has no such slot, or is not there.
func (s *Store) noSheet(ctx context.Context, learner LearnerID, id exam.AttemptID, n int, now time.Time) (Sheet, error) {
	a, err := s.Attempt(ctx, learner, id, now) // closes it
	if err == nil && a.State == exam.InProgress {
		err = fmt.Errorf("%w: %d", exam.ErrNotOnForm, n)
	}
	if err != nil {
		return Sheet{}, err
	}
	return Sheet{Attempt: id, State: a.State, ClosedBy: a.ClosedBy}, nil
}

// standingLetter is how far a slot is: answered, seen or not seen; a capital if
// it is flagged.
const standingLetter = `CASE
	WHEN response <> '' THEN CASE flagged WHEN 0 THEN 'a' ELSE 'A' END
	WHEN seen_at IS NOT NULL THEN CASE flagged WHEN 0 THEN 's' ELSE 'S' END
	ELSE CASE flagged WHEN 0 THEN 'n' ELSE 'N' END END`

func (sh *Sheet) scan(r scanner) (given int, err error) {
	var started, deadline, seen, answered, lastSeen, lastAnswered sql.NullInt64
	var order, response, standing string
	slot := &sh.Slot
	err = r.Scan(&started, &deadline,
		&slot.Item, &slot.Version, &order, &response, &slot.Flagged, &slot.Note, &slot.Rev, &seen, &answered,
		&standing, &lastSeen, &lastAnswered, &given)
	if err != nil {
		return 0, err
	}
	sh.Started, sh.Deadline = fromMillis(started), fromMillis(deadline)
	slot.Order, slot.Seen, slot.Answered = splitIDs(order), fromMillis(seen), fromMillis(answered)
	sh.Standing = exam.Standing{Slots: make([]exam.SlotStanding, len(standing)), Seen: fromMillis(lastSeen), Answered: fromMillis(lastAnswered)}
	for i, letter := range standing {
		lower := unicode.ToLower(letter)
		sh.Standing.Slots[i] = exam.SlotStanding{Answered: lower == 'a', Seen: lower != 'n', Flagged: lower != letter}
	}
	slot.Response, err = exam.DecodeResponse(response)
	return given, err
}
