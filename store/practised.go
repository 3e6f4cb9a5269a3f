package store

import (
	"context"
	"database/sql"

	"groundwork/quiz/practice"
)

// A Practised is what all learners together did with a card. It names nobody.
type Practised struct {
	People   int // who have the card
	Slipping int // of them, from whom it slipped [practice.LeechLapses] times or more
	Answers  int // in practice, those taken back left out
	Right    int // of them
}

// Practised returns what was done with every card that somebody has.
func (s *Store) Practised(ctx context.Context) (out map[practice.ID]Practised, err error) {
	err = s.view(ctx, "read what was practised", func(t *tx) error {
		out = map[practice.ID]Practised{}
		err := t.each(func(r *sql.Rows) error {
			var id practice.ID
			var p Practised
			err := r.Scan(&id, &p.People, &p.Slipping)
			out[id] = p
			return err
		}, `SELECT card_id, count(*), count(CASE WHEN lapses >= $1 THEN 1 END) FROM cards GROUP BY card_id`, practice.LeechLapses)
		if err != nil {
			return err
		}
		return t.each(func(r *sql.Rows) error {
			var id practice.ID
			var answers, right int
			err := r.Scan(&id, &answers, &right)
			p := out[id]
			p.Answers, p.Right = answers, right
			out[id] = p
			return err
		}, `SELECT card_id, count(*), coalesce(sum(correct), 0) FROM reviews WHERE source = '' AND undone_at IS NULL GROUP BY card_id`)
	})
	return out, err
}
