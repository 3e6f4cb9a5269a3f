package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"groundwork/content"
	"groundwork/quiz/practice"
	"groundwork/store"
	"groundwork/web/ui"
)

// practiceStatsView is what practice says of its cards, for those who write
// them.
type practiceStatsView struct {
	Frame ui.Frame
	Slip  []practisedRow // cards that keep slipping
	Cards []practisedRow // all that anybody has
}

// practisedRow is one card.
type practisedRow struct {
	ID    practice.ID
	Title ui.Link
	Where string
	Elo   string
	store.Practised
}

// practiceStats shows which cards people practise, how hard they are, and which
// keep slipping, whose wording or lesson should be looked at: GET
// /operator/practice.
func (o *operator) practiceStats(w http.ResponseWriter, r *http.Request) error {
	practised, err := o.store.Practised(r.Context())
	if err != nil {
		return err
	}
	elo, err := o.store.Difficulties(r.Context())
	if err != nil {
		return err
	}
	v := practiceStatsView{Frame: o.described(r, "Practice statistics", "Which cards people practise, how hard they are, and which keep slipping.", "")}
	for id, f := range o.site.Load().faces {
		p := practised[id]
		if p.People == 0 {
			continue
		}
		row := practisedRow{ID: id, Title: ui.Link{Text: content.Plain(f.Item.Title), URL: itemStatsURL(f.Item.ID)}, Where: o.where(f.Item), Elo: eloText(elo[string(id)]), Practised: p}
		if f.Check != nil {
			row.Title.URL, row.Where = f.Lesson.URL(), "question of "+f.Lesson.Title
		}
		v.Cards = append(v.Cards, row)
	}
	slices.SortFunc(v.Cards, func(a, b practisedRow) int {
		return cmp.Or(cmp.Compare(b.Slipping, a.Slipping), cmp.Compare(b.Answers, a.Answers), cmp.Compare(a.ID, b.ID))
	})
	for _, c := range v.Cards {
		if c.Slipping > 0 {
			v.Slip = append(v.Slip, c)
		}
	}
	return show(w, r, http.StatusOK, practiceStatsPage(v))
}

// eloText writes an estimate of difficulty for a table: 0.42 (37).
func eloText(e store.Estimate) string {
	if e.N == 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f (%d)", e.Value, e.N)
}

// eloWords writes it in a sentence: 0.42, from 37 answers.
func eloWords(e store.Estimate) string {
	if e.N == 0 {
		return "not known yet"
	}
	return fmt.Sprintf("%.2f, from %s", e.Value, plural(e.N, "answer", "answers"))
}

// practisedText says how much a card was practised.
func practisedText(p store.Practised) string {
	return plural(p.People, "person", "people") + ", " + plural(p.Answers, "answer", "answers")
}

// slipping says for how many people a card keeps slipping.
func slipping(p store.Practised) string {
	return fmt.Sprintf("for %d of %s", p.Slipping, plural(p.People, "person", "people"))
}

// right is the share of the answers that were right.
func (r practisedRow) right() string {
	if r.Answers == 0 {
		return "–"
	}
	return percent(float64(r.Right) / float64(r.Answers))
}

// lapses is how often a card slips before it is said to keep slipping.
func lapses() string { return strconv.Itoa(practice.LeechLapses) }
