package web

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"

	"groundwork/exam"
	"groundwork/web/ui"
)

// A retakeView is what the retake policy says to a learner.
type retakeView struct {
	Left string // attempts left
	Next string // when the next may begin; empty if at once
	Rule string // the policy in words; empty if there is none
}

func newRetakeView(r exam.Retakes, past []*exam.Attempt, now time.Time) retakeView {
	v := retakeView{Left: "As many as you like"}
	if !r.Limited() {
		return v
	}
	if r.WaitHours > 0 {
		v.Rule = plural(r.WaitHours, "hour", "hours") + " have to pass between handing in and the next start. "
	}
	if r.Most > 0 {
		v.Left = fmt.Sprintf("%d of %d in %s", r.Left(past, now), r.Most, plural(r.WindowDays, "day", "days"))
		v.Rule += fmt.Sprintf("No more than %s may begin within %s. ", plural(r.Most, "attempt", "attempts"), plural(r.WindowDays, "day", "days"))
	}
	v.Rule += "An attempt that was voided does not count."
	if next := r.Next(past, now); !next.IsZero() {
		v.Next = dayTime(next.Add(time.Minute - time.Millisecond).Truncate(time.Minute)) // not before, to the minute
	}
	return v
}

func (v retakeView) next() string {
	if v.Next == "" {
		return "Now"
	}
	return v.Next
}

// An extraView is the extra time that somebody has, and may choose.
type extraView struct {
	Granted exam.Extra
	Minutes int           // of the exam with what was granted
	Own     ui.ChoiceList // what one may choose oneself; none if empty
}

// extraTime says what extra time who is asking would have.
func (s *Server) extraTime(ctx context.Context, rules exam.Rules) (v extraView, err error) {
	if learner(ctx) != 0 {
		if v.Granted, err = s.store.ExtraTime(ctx, learner(ctx)); err != nil {
			return v, err
		}
	}
	v.Minutes = wholeMinutes(rules.WithExtra(0, v.Granted))
	if !rules.Review.Items() {
		return v, nil
	}
	v.Own = ui.ChoiceList{Name: "extra", Legend: "How much time you take"}
	for _, p := range exam.OwnExtra {
		if p > 0 && p <= v.Granted.Percent {
			continue
		}
		minutes := wholeMinutes(rules.WithExtra(p, v.Granted))
		text := fmt.Sprintf("%d minutes", minutes)
		if p > 0 {
			text = fmt.Sprintf("%d%% more, %d minutes", p, minutes)
		}
		v.Own.Choices = append(v.Own.Choices, ui.Choice{Value: strconv.Itoa(p), Text: text, Checked: p == 0})
	}
	return v, nil
}

func wholeMinutes(rules exam.Rules) int { return int(math.Ceil(rules.Duration().Minutes())) }

// chosenExtra reads how much extra time a form asks for, in per cent.
func chosenExtra(r *http.Request) (int, error) {
	text := r.PostFormValue("extra")
	if text == "" {
		return 0, nil
	}
	p, err := strconv.Atoi(text)
	if err != nil || !slices.Contains(exam.OwnExtra, p) {
		return 0, fmt.Errorf("%w: extra", errBadInput)
	}
	return p, nil
}
