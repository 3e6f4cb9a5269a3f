package web

import (
	"encoding/json"
	"time"

	"groundwork/quiz/practice"
	"groundwork/store"
)

// exportPractice is what somebody practised, as it is written.
type exportPractice struct {
	Daily     int             `json:"cards_a_day"`
	Ability   float64         `json:"ability"` // estimated, 0 is the middle
	Answers   int             `json:"ability_rests_on"`
	Placement json.RawMessage `json:"placement,omitempty"`
	Placed    time.Time       `json:"placed,omitzero"`
	Cards     []exportCard    `json:"cards"`
	Reviews   []exportReview  `json:"answers"`
}

type exportCard struct {
	ID         practice.ID `json:"id"`
	Phase      int         `json:"phase"` // 0 new, 1 learning, 2 known, 3 relearning
	Due        time.Time   `json:"due"`
	Last       time.Time   `json:"last,omitzero"`
	Stability  float64     `json:"stability"`
	Difficulty float64     `json:"difficulty"`
	Reps       int         `json:"answers"`
	Lapses     int         `json:"lapses"`
	Aside      bool        `json:"set_aside"`
	Missed     bool        `json:"missed_in_exam"`
	Created    time.Time   `json:"created"`
}

type exportReview struct {
	Card      practice.ID     `json:"card"`
	At        time.Time       `json:"at"`
	Rating    string          `json:"rating"`
	Right     bool            `json:"right"`
	Certainty string          `json:"certainty,omitempty"`
	ElapsedMS int64           `json:"elapsed_ms,omitempty"`
	Answer    json.RawMessage `json:"answer,omitempty"` // as stored
	Source    string          `json:"source,omitempty"` // the exam that told of it
	Undone    bool            `json:"taken_back,omitempty"`
}

func newExportPractice(e store.Export) *exportPractice {
	if e.Practice == nil && len(e.Cards) == 0 && len(e.Reviews) == 0 {
		return nil
	}
	v := &exportPractice{Daily: practice.DailyCards, Cards: []exportCard{}, Reviews: []exportReview{}}
	if p := e.Practice; p != nil {
		v.Daily, v.Ability, v.Answers, v.Placement, v.Placed = p.Budget.Cards, p.Ability.Value, p.Ability.N, asJSON(p.Placement), p.Placed
	}
	for _, c := range e.Cards {
		v.Cards = append(v.Cards, exportCard{c.ID, int(c.Phase), c.Due, c.Last, c.Stability, c.Difficulty, c.Reps, c.Lapses, c.Aside, c.Missed, c.Created})
	}
	for _, r := range e.Reviews {
		v.Reviews = append(v.Reviews, exportReview{
			r.Card, r.At, r.Rating.String(), r.Right, [...]string{"", "not sure", "sure"}[r.Sure], r.Elapsed.Milliseconds(), asJSON(r.Answer), r.Source, r.Undone,
		})
	}
	return v
}

// asJSON keeps what is stored as JSON; nothing stays nothing.
func asJSON(s string) json.RawMessage {
	if !json.Valid([]byte(s)) {
		return nil
	}
	return json.RawMessage(s)
}
