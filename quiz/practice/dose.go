package practice

import (
	"cmp"
	"slices"
	"time"
)

const (
	// DailyCards is how many cards a day somebody gets who said nothing.
	DailyCards = 20

	// MinDaily and MaxDaily are the limits of what they may say.
	MinDaily, MaxDaily = 5, 50

	// DailyNew is how many of them are new at most.
	DailyNew = 10

	// ahead is how early a card on its steps of minutes is asked when nothing
	// else is left, so that nobody has to wait for it.
	ahead = 20 * time.Minute

	// awayDays is how long nobody answered before it counts as a break.
	awayDays = 5
)

// A Budget is how much somebody wants to do in a day and has done today.
type Budget struct {
	Cards   int // a day
	New     int // of them, a day
	Done    int // cards answered today
	DoneNew int // of them, those answered for the first time ever
}

// A Dose is the cards of one day, in the order in which they are asked.
type Dose struct {
	Cards []Card
	New   int // how many of them are new
}

// Seconds is how long the cards of the dose take.
func (d Dose) Seconds() (n int) {
	for _, c := range d.Cards {
		n += c.Seconds
	}
	return n
}

// Minutes is Seconds as people say it, at least 1.
func (d Dose) Minutes() int { return max(1, (d.Seconds()+30)/60) }

// Today picks what to ask now: cards that are due, the one least likely to be
// known first, with new cards mixed in, as many as the budget of the day
// leaves room for. A card on its steps of minutes was counted with its first
// answer of the day and comes on top; it is asked when its time has come, or a
// little early when nothing else is left. Cards set aside are left out. The
// same cards at the same time give the same dose.
func Today(cards []Card, b Budget, now time.Time) Dose {
	var steps, known, fresh, later []Card
	for _, c := range cards {
		switch {
		case c.Aside:
		case c.stepping(now) && !c.Due.After(now):
			steps = append(steps, c)
		case c.stepping(now) && !c.Due.After(now.Add(ahead)):
			later = append(later, c)
		case c.stepping(now), !c.dueOn(now):
		case c.Phase == New:
			fresh = append(fresh, c)
		default:
			known = append(known, c)
		}
	}
	byDue(steps)
	byDue(later)
	byRecall(known, now)
	byNeed(fresh)
	room := max(0, b.Cards-b.Done)
	known = known[:min(len(known), room)]
	fresh = fresh[:min(len(fresh), room-len(known), max(0, b.New-b.DoneNew))]
	d := Dose{Cards: steps, New: len(fresh)}
	d.Cards = append(d.Cards, mixed(known, fresh)...)
	d.Cards = append(d.Cards, later...)
	return d
}

// stepping reports whether the card is on a step of minutes that began today.
func (c Card) stepping(now time.Time) bool {
	return (c.Phase == Learning || c.Phase == Relearning) && startOfDay(c.Last).Equal(startOfDay(now)) && startOfDay(c.Due).Equal(startOfDay(now))
}

// dueOn reports whether the card is due on the day of now, or was before.
func (c Card) dueOn(now time.Time) bool { return !startOfDay(c.Due).After(startOfDay(now)) }

func byDue(cards []Card) {
	slices.SortFunc(cards, func(a, b Card) int { return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.ID, b.ID)) })
}

// byRecall puts what is most nearly forgotten first.
func byRecall(cards []Card, now time.Time) {
	slices.SortFunc(cards, func(a, b Card) int {
		return cmp.Or(cmp.Compare(a.Recall(now), b.Recall(now)), a.Due.Compare(b.Due), cmp.Compare(a.ID, b.ID))
	})
}

// byNeed puts new cards that an exam asked for first, then the oldest. Cards
// of one time keep their order.
func byNeed(cards []Card) {
	slices.SortStableFunc(cards, func(a, b Card) int {
		if a.Missed != b.Missed {
			if a.Missed {
				return -1
			}
			return 1
		}
		return cmp.Or(a.Due.Compare(b.Due), a.Created.Compare(b.Created))
	})
}

// mixed spreads fresh evenly among known; the first card is a known one if
// there is any.
func mixed(known, fresh []Card) []Card {
	out := make([]Card, 0, len(known)+len(fresh))
	for k, f := 0, 0; k < len(known) || f < len(fresh); {
		if f == len(fresh) || k < len(known) && k*len(fresh) <= f*len(known) {
			out = append(out, known[k])
			k++
			continue
		}
		out = append(out, fresh[f])
		f++
	}
	return out
}

// Forecast tells how many cards each of the coming days brings, today first:
// never more than the budget of a day. What does not fit into a day goes to
// the next ones. It is a plan, not a promise: each answer changes it.
func Forecast(cards []Card, b Budget, now time.Time, days int) []int {
	out := make([]int, days)
	known, fresh := make([]int, days), make([]int, days) // by the day on which they come up
	for _, c := range cards {
		switch day := c.comesUp(now); {
		case c.Aside || day >= days:
		case c.stepping(now) && day == 0:
			out[0]++ // on top of the budget
		case c.Phase == New:
			fresh[day]++
		default:
			known[day]++
		}
	}
	waiting, waitingNew := 0, 0
	for i := range out {
		waiting, waitingNew = waiting+known[i], waitingNew+fresh[i]
		room := max(0, b.Cards-b.Done)
		n := min(waiting, room)
		first := min(waitingNew, room-n, max(0, b.New-b.DoneNew))
		out[i] += n + first
		waiting, waitingNew = waiting-n, waitingNew-first
		b.Done, b.DoneNew = 0, 0
	}
	return out
}

// comesUp returns on which day, counted from that of now, Today may take the
// card. A step of minutes that is too far ahead now comes up tomorrow.
func (c Card) comesUp(now time.Time) int {
	if c.stepping(now) && c.Due.After(now.Add(ahead)) {
		return 1
	}
	return max(0, int(startOfDay(c.Due).Sub(startOfDay(now))/(24*time.Hour)))
}

// A Break is a time in which nobody practised while cards came due.
type Break struct {
	Away int // days since the last answer
	Days int // over which what had come due is spread now, today included
}

// Replanned reports whether somebody is back from a break with more due than
// fits into a day, and over how many days that is spread. last is when they
// answered last before today.
func Replanned(cards []Card, b Budget, last, now time.Time) (Break, bool) {
	away := int(startOfDay(now).Sub(startOfDay(last)) / (24 * time.Hour))
	if last.IsZero() || away < awayDays {
		return Break{}, false
	}
	var due []Card
	for _, c := range cards {
		if !c.Aside && c.Phase != New && c.dueOn(now) {
			due = append(due, c)
		}
	}
	if len(due) <= b.Cards-b.Done || b.Cards <= 0 {
		return Break{}, false
	}
	return Break{Away: away, Days: (len(due) + b.Done + b.Cards - 1) / b.Cards}, true
}

// A Memory is how well a set of cards is known.
type Memory struct {
	Recall float64 // mean over the cards
	Cards  int     // that were answered at least once
}

// Strength returns the memory of each skill: the mean [Card.Recall] of its
// cards that were answered. Skills without such a card are not in it.
func Strength(cards []Card, now time.Time) map[string]Memory {
	sums := map[string]Memory{}
	for _, c := range cards {
		if c.Reps == 0 || c.Skill == "" {
			continue
		}
		m := sums[c.Skill]
		m.Recall, m.Cards = m.Recall+c.Recall(now), m.Cards+1
		sums[c.Skill] = m
	}
	for skill, m := range sums {
		m.Recall /= float64(m.Cards)
		sums[skill] = m
	}
	return sums
}
