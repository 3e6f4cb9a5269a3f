package web

import (
	"cmp"
	"context"
	"hash/fnv"
	"maps"
	"math"
	"slices"
	"time"

	"groundwork/content"
	"groundwork/exam"
	"groundwork/exam/analysis"
	"groundwork/quiz/practice"
	"groundwork/store"
)

// A face is what a card asks: a practice item, or a question of a lesson. The
// question of a lesson is an item too, a single choice whose texts are the
// lesson's markup.
type face struct {
	Item   *exam.Item
	Check  *content.Check // nil for a practice item
	Lesson *content.Lesson
	Skill  *content.Skill
}

// checkSeconds is how long a question of a lesson takes.
const checkSeconds = 30

// checkID is the card of a question of a lesson; a practice item's card has
// the item's id.
func checkID(l *content.Lesson, c content.Check) practice.ID {
	return practice.ID("check/" + l.ID + "/" + c.ID)
}

// newFaces returns what every card asks that the content has.
func newFaces(lib *content.Library, bank *exam.Bank) map[practice.ID]face {
	out := map[practice.ID]face{}
	for _, sk := range lib.Skills {
		for _, it := range practiceItems(bank, sk.ID) {
			out[practice.ID(it.ID)] = face{Item: it, Lesson: lib.Lesson(it.Lesson), Skill: sk}
		}
		for _, l := range sk.Lessons {
			for _, p := range l.Parts {
				for _, c := range p.Checks {
					out[checkID(l, c)] = face{Item: checkItem(l, c), Check: &c, Lesson: l, Skill: sk}
				}
			}
		}
	}
	return out
}

// checkItem turns a question of a lesson into an item that can be marked.
func checkItem(l *content.Lesson, c content.Check) *exam.Item {
	it := &exam.Item{
		ID: exam.ItemID(checkID(l, c)), Title: content.Plain(string(c.Question)), Skill: l.Skill, Lesson: l.ID,
		Pool: exam.PracticePool, Level: exam.Junior, Type: exam.Single, Seconds: checkSeconds,
	}
	for i, o := range c.Options {
		it.Options = append(it.Options, exam.Option{ID: exam.OptionID(rune('a' + i)), Key: o.Key})
	}
	return it
}

// view shows the question, with what was answered so far.
func (f face) view(order []exam.OptionID, r exam.Response) itemView {
	v := newItemView(f.Item, order, r)
	if f.Check == nil {
		return v
	}
	v.Stem = `<p class="ask">` + f.Check.Question + `</p>` + f.Check.Body
	for i := range v.Choices.Choices {
		c := &v.Choices.Choices[i]
		c.Body = raw(f.option(exam.OptionID(c.Value)).Text)
	}
	return v
}

// option returns an option of a question of a lesson.
func (f face) option(id exam.OptionID) content.CheckOption {
	i := slices.IndexFunc(f.Item.Options, func(o exam.Option) bool { return o.ID == id })
	return f.Check.Options[i]
}

// review tells of the question what was answered, what is right, and why.
func (f face) review(order []exam.OptionID, r exam.Response, m exam.Mark) reviewView {
	if f.Check == nil {
		return newReviewView(f.Item, order, r, m)
	}
	v := reviewView{Item: f.Item, Stem: `<p class="ask">` + f.Check.Question + `</p>` + f.Check.Body, Mark: m}
	for _, o := range inOrder(f.Item.Options, order) {
		text := f.option(o.ID)
		v.Lines = append(v.Lines, reasonView{o.Key, choiceLead(o.Key, slices.Contains(r.Choice, o.ID), exam.Single), text.Text, text.Reason})
	}
	return v
}

// order is the order in which the options are shown: another one each time the
// card comes, and the same when its page is opened again.
func (f face) order(c practice.Card) []exam.OptionID {
	h := fnv.New64a()
	h.Write([]byte(c.ID))
	return itemOrder(f.Item, h.Sum64(), uint64(c.Reps)+1)
}

// A hand is what somebody practises: their cards, with the skill and the time
// of each, and new ones that would suit them.
type hand struct {
	store.Practice
	Fresh []practice.Card // not stored until they are answered
	faces map[practice.ID]face
}

// hand returns what who is asking practises. Exams that were graded since are
// learned from first.
func (s *Server) hand(ctx context.Context) (hand, error) {
	id := learner(ctx)
	if id == 0 {
		return s.newHand(store.Practice{Budget: practice.Budget{Cards: practice.DailyCards, New: practice.DailyNew}}), nil
	}
	if err := s.learnFromExams(ctx, id); err != nil {
		return hand{}, err
	}
	p, err := s.store.Practice(ctx, id, s.now())
	return s.newHand(p), err
}

// newHand returns what somebody practises. Cards whose question the content has
// no more are left out.
func (s *Server) newHand(p store.Practice) hand {
	h := hand{Practice: p, faces: s.site.Load().faces}
	h.Cards = slices.DeleteFunc(h.Cards, func(c practice.Card) bool { return h.faces[c.ID].Item == nil })
	for i := range h.Cards {
		h.fill(&h.Cards[i])
	}
	return h
}

// fill adds to a card what it asks.
func (h hand) fill(c *practice.Card) {
	f := h.faces[c.ID]
	c.Skill, c.Seconds = f.Item.Skill, f.Item.Seconds
}

// today is the dose of the day.
func (h hand) today(now time.Time) practice.Dose {
	return practice.Today(slices.Concat(h.Cards, h.Fresh), h.Budget, now)
}

// goal is how likely somebody should know a new item for it to teach most: a
// little more often than not too hard (EXAM.md f.3).
const goal = 0.8

// suggest fills Fresh: practice items not met yet, from the skills that were
// begun, else from the first one that was not; of lessons that were read
// before others; those first whose difficulty is about right.
func (s *Server) suggest(ctx context.Context, h *hand) error {
	done, err := s.ticked(ctx)
	if err != nil {
		return err
	}
	difficulties, err := s.store.Difficulties(ctx)
	if err != nil {
		return err
	}
	met := map[practice.ID]bool{}
	begun := map[string]bool{}
	for _, c := range h.Cards {
		met[c.ID] = true
		begun[c.Skill] = begun[c.Skill] || c.Reps > 0
	}
	site := s.site.Load()
	for _, sk := range site.Library.Skills {
		begun[sk.ID] = begun[sk.ID] || sk.LessonsRead(done) > 0
	}
	if p, ok := placementOf(h.Practice); ok {
		begun[p.Skill] = true
	}
	rank := map[practice.ID][3]float64{}
	for n, sk := range site.Library.Skills {
		for _, it := range practiceItems(site.Bank, sk.ID) {
			id := practice.ID(it.ID)
			if met[id] {
				continue
			}
			m := itemModel(it, difficulties[string(it.ID)])
			rank[id] = [3]float64{skillRank(begun[sk.ID], n), 1, math.Abs(m.P(h.Ability.Value) - goal)}
			if l := site.Library.Lesson(it.Lesson); l != nil && !done[l.Ref()].IsZero() {
				rank[id] = [3]float64{rank[id][0], 0, rank[id][2]}
			}
		}
	}
	ids := slices.SortedFunc(maps.Keys(rank), func(a, b practice.ID) int {
		x, y := rank[a], rank[b]
		return cmp.Or(cmp.Compare(x[0], y[0]), cmp.Compare(x[1], y[1]), cmp.Compare(x[2], y[2]), cmp.Compare(a, b))
	})
	for _, id := range ids[:min(len(ids), practice.DailyNew)] {
		c := practice.NewCard(id, s.now(), s.now())
		h.fill(&c)
		h.Fresh = append(h.Fresh, c)
	}
	return nil
}

// skillRank sorts skills that were begun before the others, in their order.
func skillRank(begun bool, n int) float64 {
	if begun {
		return 0
	}
	return float64(1 + n)
}

// itemModel says how likely an item is answered right: by what answers showed
// of its difficulty, or by its level while there are none.
func itemModel(it *exam.Item, e store.Estimate) analysis.Model {
	m := analysis.Model{A: 1, B: e.Value, D: 1, C: guessing(it)}
	if e.N == 0 {
		m.B = map[exam.Level]float64{exam.Junior: -1, exam.Mid: 0, exam.Senior: 1}[it.Level]
	}
	return m
}

// guessing is the chance of an answer picked blindly, where there is one worth
// the name.
func guessing(it *exam.Item) float64 {
	if it.Type == exam.Single && len(it.Options) > 0 {
		return 1 / float64(len(it.Options))
	}
	return 0
}

// rated moves an ability and a difficulty by one answer.
func rated(it *exam.Item, ability, difficulty store.Estimate, fraction float64) (a, d store.Estimate) {
	m := itemModel(it, difficulty)
	_, theta, b := analysis.Elo(ability.Value, m.B, m.C, fraction, ability.N, difficulty.N)
	return store.Estimate{Value: theta, N: ability.N + 1}, store.Estimate{Value: b, N: difficulty.N + 1}
}
