package exam

import (
	"fmt"
	"slices"
	"time"
)

// Retakes says how soon and how often an exam may be sat again. The zero
// Retakes sets no limit. Attempts that were voided do not count.
type Retakes struct {
	WaitHours  int `json:"wait_hours,omitempty" yaml:"wait-hours"`   // from the end of one attempt to the start of the next
	Most       int `json:"most,omitempty" yaml:"most"`               // how many attempts may begin within the window
	WindowDays int `json:"window_days,omitempty" yaml:"window-days"` // the window; a day is 24 hours
}

// Limited reports whether there is a limit at all.
func (r Retakes) Limited() bool { return r != Retakes{} }

func (r Retakes) window() time.Duration { return time.Duration(r.WindowDays) * 24 * time.Hour }

const (
	maxWait   = 366 * 24 // hours
	maxWindow = 366      // days
)

// fault says what is wrong with the policy of an exam, and how to mend it.
func (r Retakes) fault(review Review) (what, mend string) {
	switch {
	case !r.Limited():
	case review.Items():
		return "an exam for self-study has retakes", "take retakes out, since a study exam may be sat at any time, or write review: exam"
	case r.WaitHours < 0 || r.WaitHours > maxWait:
		return fmt.Sprintf("wait-hours is %d", r.WaitHours), fmt.Sprintf("write how long to wait, 0 to %d", maxWait)
	case (r.Most > 0) != (r.WindowDays > 0), r.Most < 0, r.Most > 1000, r.WindowDays < 0, r.WindowDays > maxWindow:
		return fmt.Sprintf("retakes allow %d in %d days", r.Most, r.WindowDays), fmt.Sprintf("write both most (1 to 1000) and window-days (1 to %d), or neither", maxWindow)
	}
	return "", ""
}

// Next returns when the next attempt may begin: the zero time if at once. past
// are the learner's attempts at the exam, in any order; their slots are not
// looked at. One that is in progress holds nobody up, since starting goes on
// with it.
func (r Retakes) Next(past []*Attempt, now time.Time) time.Time {
	var next time.Time
	var starts []time.Time
	for _, a := range past {
		if a.State != Graded {
			continue
		}
		starts = append(starts, a.Started)
		if at := a.Finished.Add(time.Duration(r.WaitHours) * time.Hour); r.WaitHours > 0 && at.After(next) {
			next = at
		}
	}
	if r.Most > 0 && len(starts) >= r.Most {
		slices.SortFunc(starts, time.Time.Compare)
		if at := starts[len(starts)-r.Most].Add(r.window()); at.After(next) {
			next = at // when the one that fills the window has left it
		}
	}
	if !next.After(now) {
		return time.Time{}
	}
	return next
}

// Left returns how many attempts may still begin within the window that ends
// at now. It says nothing where there is no window.
func (r Retakes) Left(past []*Attempt, now time.Time) int {
	left := r.Most
	for _, a := range past {
		if a.State == Graded && a.Started.After(now.Add(-r.window())) {
			left--
		}
	}
	return max(0, left)
}

// A TooSoonError refuses an attempt that the retake policy does not allow yet.
// It is [ErrTooSoon].
type TooSoonError struct {
	Next time.Time // when one may begin
}

func (e TooSoonError) Error() string {
	return ErrTooSoon.Error() + ": not before " + e.Next.UTC().Format(time.DateTime+" MST")
}

// Is makes errors.Is(e, ErrTooSoon) true.
func (e TooSoonError) Is(target error) bool { return target == ErrTooSoon }

// Extra is time that a person has beyond the minutes of the exam.
type Extra struct {
	Percent int    `json:"percent"` // of the minutes
	By      Giver  `json:"by"`
	Reason  string `json:"reason,omitempty"` // the operator's
}

// A Giver says who gave extra time.
type Giver string

// Who gives extra time.
const (
	OwnChoice Giver = "learner"  // self-declared, in an exam for study
	Granted   Giver = "operator" // to a person
)

// OwnExtra lists the extra time that somebody may choose for themselves, in
// per cent.
var OwnExtra = []int{0, 25, 50, 100}

// MaxExtra is the most extra time that an operator can grant, in per cent.
const MaxExtra = 300

// WithExtra returns the rules with the extra time that a person gets: what they
// chose, where the exam is for study, or what the operator granted them,
// whichever is more.
func (r Rules) WithExtra(chosen int, granted Extra) Rules {
	r.Extra = Extra{}
	if r.Review.Items() && chosen > 0 {
		r.Extra = Extra{Percent: min(chosen, MaxExtra), By: OwnChoice}
	}
	r.Extra = r.Extra.More(granted)
	return r
}

// More returns the larger of two kinds of extra time.
func (e Extra) More(other Extra) Extra {
	if other.Percent > e.Percent {
		return other
	}
	return e
}
