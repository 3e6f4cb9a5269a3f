package web

import (
	"fmt"
	"math"
	"slices"
	"time"

	"groundwork/content"
	"groundwork/exam"
	"groundwork/store"
)

// An affectedView is what operators have decided about an attempt after it was
// handed in, for its learner.
type affectedView struct {
	Void     string // why it was voided, with the date; empty if it was not
	Kept     string // that the result stays above the score; empty if it need not
	Regrades []regradeView
}

// A regradeView is one item that was marked anew.
type regradeView struct {
	Slot   int
	Title  string
	When   string
	What   string // what was decided: its key was wrong; the new one counts
	Reason string
	Change string // what that does to the item and the score
}

// newAffectedView tells what was decided about an attempt.
func newAffectedView(o store.Outcome) affectedView {
	v := affectedView{Regrades: regradeViews(o)}
	if o.State == exam.Voided {
		v.Void = "On " + day(o.Void.At) + ", by the operator: " + o.Void.Reason
	}
	if o.Kept() {
		v.Kept = "Your result, " + o.Held.String() + ", stays: what was reached once is never taken away."
	}
	return v
}

// regradeViews tells of regrades, the latest first.
func regradeViews(o store.Outcome) []regradeView {
	var out []regradeView
	for _, g := range slices.Backward(o.Regrades) {
		v := regradeView{Slot: g.Slot, Title: string(g.Item), When: day(g.Made), What: ruledWords(g.Ruling), Change: gradeWords(g)}
		if slot := o.Slot(g.Slot); slot != nil {
			v.Title = content.Plain(o.Items(slot.Version).Title)
		}
		if g.Ruling != nil {
			v.Reason = g.Ruling.Reason
		}
		out = append(out, v)
	}
	return out
}

// kindWords says what was wrong with an item.
func kindWords(k exam.Kind) string {
	switch k {
	case exam.KeyChanged:
		return "Its key was corrected"
	case exam.OptionsChanged:
		return "Its options were corrected"
	case exam.Dropped:
		return "It was withdrawn"
	case exam.TextChanged:
		return "Its words were corrected"
	}
	return "It was corrected"
}

// policyWords says how it is marked since.
func policyWords(p exam.Policy) string {
	switch p {
	case exam.Rescore:
		return "it is marked by the new key"
	case exam.Either:
		return "it is marked by the old key or the new one, whichever gives more"
	case exam.Full:
		return "everybody gets its points"
	case exam.Drop:
		return "it counts for nobody"
	}
	return ""
}

func ruledWords(r *exam.Ruling) string {
	if r == nil {
		return "An earlier correction was taken back; it is marked as it was."
	}
	return kindWords(r.Change) + "; " + policyWords(r.Policy) + "."
}

// gradeWords says what a regrade changed: "Your answer counts 1 in place of 0;
// the score went from 68.3 to 70%."
func gradeWords(g exam.Regrade) string {
	words := fmt.Sprintf("Your answer counts %s in place of %s", countsWords(g.After), countsWords(g.Before))
	before, after := tenth(g.Before.Percent()), tenth(g.After.Percent())
	switch {
	case before == after:
		words += fmt.Sprintf("; the score stays at %g%%.", after)
	default:
		words += fmt.Sprintf("; the score went from %g to %g%%.", before, after)
	}
	if g.Before.Result != g.After.Result {
		words += fmt.Sprintf(" The result was “%s” and is “%s” now.", g.Before.Result, g.After.Result)
	}
	return words
}

func tenth(x float64) float64 { return math.Round(x*10) / 10 }

func countsWords(g exam.Grade) string {
	if g.Dropped {
		return "nothing either way"
	}
	return short(g.Fraction)
}

// extraWords says what extra time an attempt had, and by whom.
func extraWords(e exam.Extra) string {
	if e.By == exam.OwnChoice {
		return fmt.Sprintf("Sat with %d%% more time, by the learner’s own choice.", e.Percent)
	}
	return fmt.Sprintf("Sat with %d%% more time, granted by the operator.", e.Percent)
}

// A changedView is a result that operators have changed, on one's own page.
type changedView struct {
	URL, Title, Text string
}

// changedDays is how long one's own page tells of a changed result. The result
// itself tells of it for good.
const changedDays = 90

// changedResults tells of the results that operators have changed lately.
func changedResults(w store.Work, now time.Time) (out []changedView) {
	since := now.AddDate(0, 0, -changedDays)
	for _, a := range slices.Backward(w.Attempts) {
		if a.State == exam.Voided && a.Void.At.After(since) {
			out = append(out, changedView{attemptURL(a.ID) + "/result", fmt.Sprintf("Attempt %d was voided", a.Number), "On " + day(a.Void.At) + ": " + a.Void.Reason})
		}
	}
	told := map[exam.AttemptID]bool{}
	for _, n := range w.Regrades {
		if told[n.Attempt] {
			continue // the latest is enough here
		}
		told[n.Attempt] = true
		text := ruledWords(n.Ruling) + " " + gradeWords(n.Regrade)
		out = append(out, changedView{attemptURL(n.Attempt) + "/result", fmt.Sprintf("Attempt %d was marked anew on %s", n.Number, day(n.Made)), fmt.Sprintf("Item %d was wrong. ", n.Slot) + text})
	}
	return out
}
