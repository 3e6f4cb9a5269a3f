package practice

import (
	"fmt"
	"time"
)

// A Certainty is what somebody said of an answer before it was checked.
type Certainty int

// The certainties. Saying nothing is always allowed.
const (
	Unsaid Certainty = iota
	NotSure
	Sure
)

// Evidence is what is known of one answer.
type Evidence struct {
	Right   bool
	Sure    Certainty
	Second  bool          // right only at the second try, or after a hint
	Elapsed time.Duration // from question to answer; 0 if not known
	Usual   time.Duration // that the question takes
}

// Rate works out how well an answer was known: a wrong one is [Again], a right
// one [Hard] if the learner was not sure or needed a second try, [Easy] if they
// were sure and took no more than half of the usual time, else [Good].
func Rate(e Evidence) Rating {
	switch {
	case !e.Right:
		return Again
	case e.Second || e.Sure == NotSure:
		return Hard
	case e.Sure == Sure && e.Elapsed > 0 && e.Elapsed <= e.Usual/2:
		return Easy
	}
	return Good
}

// A Review is one line of the log of answers.
type Review struct {
	Card    ID
	At      time.Time
	Rating  Rating
	Right   bool
	Sure    Certainty
	Elapsed time.Duration
	Answer  string // as given, in the form that who asks has for it
	Source  string // empty for practice; else what told of it, once
	Before  Card   // the card as it was, to take the answer back
	Undone  bool
}

// Undo returns the card as it was before a review. Anything else that became
// of the card meanwhile is lost, so only the last review of a card may be
// undone.
//
// The state before is kept whole. FSRS's own Rollback rebuilds most of it, but
// not the day on which the card had been due.
func Undo(r Review) Card { return r.Before }

// A Calibration says how often somebody was right when they were sure, and how
// often when they were not.
type Calibration struct {
	Sure, SureRight     int
	Unsure, UnsureRight int
}

// calibrated is how many answers of each kind it takes to say anything.
const calibrated = 10

// Calibrate counts the reviews of which the learner said how sure they were.
func Calibrate(reviews []Review) (c Calibration) {
	for _, r := range reviews {
		if r.Undone || r.Source != "" {
			continue
		}
		switch r.Sure {
		case Sure:
			c.Sure++
			if r.Right {
				c.SureRight++
			}
		case NotSure:
			c.Unsure++
			if r.Right {
				c.UnsureRight++
			}
		}
	}
	return c
}

// Enough reports whether there are enough answers of either kind to show
// shares of them.
func (c Calibration) Enough() bool { return c.Sure >= calibrated || c.Unsure >= calibrated }

// Kinds returns the two kinds of which there are enough answers.
func (c Calibration) Kinds() (sure, unsure bool) {
	return c.Sure >= calibrated, c.Unsure >= calibrated
}

// In says how far off t is, as one tells a person: "in 10 minutes", "tomorrow",
// "in 6 days". Days are UTC calendar days.
func In(t, now time.Time) string {
	days := int(startOfDay(t).Sub(startOfDay(now)) / (24 * time.Hour))
	switch {
	case !t.After(now):
		return "now"
	case t.Sub(now) < time.Hour:
		return count(int((t.Sub(now)+time.Minute-1)/time.Minute), "minute")
	case days < 1:
		return "later today"
	case days == 1:
		return "tomorrow"
	case days < 60:
		return count(days, "day")
	case days < 700:
		return count((days+15)/30, "month")
	}
	return count((days+182)/365, "year")
}

func count(n int, what string) string {
	if n == 1 {
		return "in 1 " + what
	}
	return fmt.Sprintf("in %d %ss", n, what)
}
