package store

import (
	"database/sql"
	"slices"
	"strings"

	"groundwork/exam"
)

const slotColumns = `
	SELECT s.n, s.item_id, s.version_id, s.option_order, s.points, s.response, s.flagged, s.note, s.rev, s.client,
		s.seen_at, s.answered_at, s.fraction, s.dropped, r.marked_by, r.change, r.policy, r.reason, r.made_at
	FROM slots s LEFT JOIN rulings r ON r.version_id = s.version_id AND r.current = 1`

func slots(t *tx, id exam.AttemptID) ([]exam.Slot, error) {
	var row slotRow
	columns := row.columns()
	list := make([]exam.Slot, 0, 64) // most forms have 60
	err := t.each(func(r *sql.Rows) error {
		if err := r.Scan(columns...); err != nil {
			return err
		}
		s, err := row.slot()
		list = append(list, s)
		return err
	}, slotColumns+` WHERE s.attempt_id = $1 ORDER BY s.n`, id)
	return list, err
}

// A slotRow is the columns of a slot, to be read row by row.
type slotRow struct {
	exam.Slot
	order, response string
	seen, answered  sql.NullInt64
	fraction        sql.NullFloat64
	ruling          nullRuling
}

func (r *slotRow) columns() []any {
	return slices.Concat(r.own(), []any{&r.fraction, &r.Dropped}, r.ruling.columns())
}

// own are the columns that do not depend on how the slot was marked.
func (r *slotRow) own() []any {
	return []any{&r.N, &r.Item, &r.Version, &r.order, &r.Points, &r.response, &r.Flagged, &r.Note, &r.Rev, &r.Client, &r.seen, &r.answered}
}

func (r *slotRow) slot() (s exam.Slot, err error) {
	s = r.Slot
	s.Ruling = r.ruling.ruling(s.Item, s.Version)
	s.Order = splitIDs(r.order)
	s.Seen, s.Answered, s.Fraction = fromMillis(r.seen), fromMillis(r.answered), r.fraction.Float64
	s.Response, err = exam.DecodeResponse(r.response)
	return s, err
}

func joinIDs(ids []exam.OptionID) string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = string(id)
	}
	return strings.Join(texts, ",")
}

func splitIDs(s string) []exam.OptionID {
	if s == "" {
		return nil
	}
	ids := make([]exam.OptionID, 0, 1+strings.Count(s, ","))
	for id := range strings.SplitSeq(s, ",") {
		ids = append(ids, exam.OptionID(id))
	}
	return ids
}
