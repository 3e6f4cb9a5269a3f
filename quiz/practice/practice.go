// Package practice decides what somebody should be asked again, and when. It
// knows cards by opaque ids and nothing of what they ask.
//
// A [Card] is scheduled by FSRS-6 as github.com/open-spaced-repetition/go-fsrs
// has it: default weights, a retention of 0.9, learning steps of 1 and 10
// minutes and no chance, so that the same answers give the same dates
// everywhere (FORMATS.md e.1). How well an answer was known is not asked but
// worked out from it ([Rate]).
//
// What is due becomes a small dose ([Today]): never more cards a day than the
// learner wants, the ones closest to being forgotten first. After a break the
// rest goes to the days that follow ([Forecast]); how many wait is no figure
// that this package gives away.
//
// Everything is pure: time is an argument. Days are UTC calendar days, as in
// FSRS: an answer at 23:00 and one at 01:00 are a day apart.
package practice

import (
	"errors"
	"fmt"
	"time"

	"github.com/open-spaced-repetition/go-fsrs/v4"
)

// ErrRating means that a rating is none of the four.
var ErrRating = errors.New("no such rating")

// An ID names a card for ever. What it asks is not this package's business.
type ID string

// A Rating is how well an answer was known.
type Rating int

// The ratings.
const (
	Again Rating = iota + 1 // not known
	Hard                    // known, with doubt or at the second try
	Good                    // known
	Easy                    // known at once
)

func (r Rating) String() string { return fsrs.Rating(r).String() }

// A Phase is where a card stands in its life.
type Phase int

// The phases.
const (
	New        Phase = iota // never answered
	Learning                // on its first steps, minutes apart
	Known                   // comes back after days
	Relearning              // was known and slipped
)

// A Card is one question in the memory of one person.
type Card struct {
	ID         ID
	Phase      Phase
	Due        time.Time // when it should be asked next
	Last       time.Time // when it was answered last; zero if never
	Stability  float64   // days after which it is known with 0.9
	Difficulty float64   // 1 to 10
	Days       int       // from the last answer to the next, as planned then
	Reps       int       // answers so far
	Lapses     int       // how often it was known and slipped
	Steps      int       // of the learning steps, taken
	Aside      bool      // not asked until it is taken up again
	Missed     bool      // an exam showed that it is not known
	Created    time.Time

	// Filled in by who knows what the card asks; not part of its memory.
	Skill   string
	Seconds int // that answering takes
}

// NewCard returns a card that was never answered, due at due.
func NewCard(id ID, due, now time.Time) Card {
	return Card{ID: id, Due: due.UTC(), Created: now.UTC()}
}

// LeechLapses is how often a card slips before it is set aside: asking it once
// more would not help, its lesson may.
const LeechLapses = 8

// scheduler holds the parameters, checked. go-fsrs takes others silently for
// its defaults when they are wrong; these are its defaults.
var scheduler = fsrs.NewFSRS(fsrs.DefaultParam())

// Next returns the card after an answer at now. The same card, rating and time
// give the same card. A card that slips [LeechLapses] times, or as often
// again, is set aside. A clock that went back counts as standing still.
func Next(c Card, r Rating, now time.Time) (Card, error) {
	if r < Again || r > Easy {
		return c, fmt.Errorf("%w: %d", ErrRating, r)
	}
	now = now.UTC()
	if now.Before(c.Last) {
		now = c.Last
	}
	info, err := scheduler.Next(c.memory(), now, fsrs.Rating(r))
	if err != nil {
		return c, fmt.Errorf("schedule card %s: %w", c.ID, err)
	}
	next := c.remembering(info.Card)
	next.Missed = false
	next.Aside = next.Lapses > c.Lapses && next.Leech()
	return next, nil
}

// Leech reports whether the card has just slipped so often that its lesson
// should be read again: at [LeechLapses] and at every multiple.
func (c Card) Leech() bool { return c.Lapses > 0 && c.Lapses%LeechLapses == 0 }

// Recall returns how likely the card is known at now, 0 to 1. For a card that
// was never answered it is 0.
func (c Card) Recall(now time.Time) float64 {
	r, err := scheduler.Retrievability(c.memory(), now.UTC())
	if err != nil { // a card that Next did not make
		return 0
	}
	return r
}

// memory is the card as FSRS has it.
func (c Card) memory() fsrs.Card {
	return fsrs.Card{
		Due: c.Due, Stability: c.Stability, Difficulty: c.Difficulty, ScheduledDays: uint64(max(0, c.Days)), Reps: uint64(max(0, c.Reps)),
		Lapses: uint64(max(0, c.Lapses)), State: fsrs.State(c.Phase), LastReview: c.Last, RemainingSteps: c.Steps,
	}
}

// remembering returns the card with the memory that FSRS gave it.
func (c Card) remembering(m fsrs.Card) Card {
	c.Due, c.Last, c.Stability, c.Difficulty = m.Due.UTC(), m.LastReview.UTC(), m.Stability, m.Difficulty
	c.Days, c.Reps, c.Lapses, c.Phase, c.Steps = int(m.ScheduledDays), int(m.Reps), int(m.Lapses), Phase(m.State), m.RemainingSteps
	return c
}

// Miss returns the card after an exam showed that what it asks is not known:
// due on the day after now, at the latest. A card that was answered before
// counts the miss as [Again].
func Miss(c Card, now time.Time) (Card, error) {
	tomorrow := startOfDay(now).AddDate(0, 0, 1)
	if c.Reps > 0 {
		next, err := Next(c, Again, now)
		if err != nil {
			return c, err
		}
		c = next
	}
	if c.Reps > 0 || c.Due.After(tomorrow) {
		c.Due = tomorrow
	}
	c.Missed = true
	return c, nil
}

// startOfDay returns the beginning of the UTC day of t.
func startOfDay(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }
