package exam

import (
	"fmt"
	"time"
)

// Allowance is how long after the deadline an answer on its way is still
// taken. It is never shown.
const Allowance = 30 * time.Second

// An AttemptID is 128 random bits in base 32: unguessable.
type AttemptID string

// A State is where an attempt is in its life.
type State string

// The states. An attempt whose time is over is graded with what it holds;
// there is no state for it, only a reason ([ClosedBy]).
const (
	InProgress State = "in_progress"
	Graded     State = "graded"
	Voided     State = "voided"
)

// ClosedBy says who ended an attempt.
type ClosedBy string

// Who can end an attempt.
const (
	ByLearner  ClosedBy = "learner"
	ByDeadline ClosedBy = "deadline"
	ByOperator ClosedBy = "operator"
)

// An Attempt is one sitting of an exam.
type Attempt struct {
	ID       AttemptID
	Exam     string
	Number   int // from 1, for this learner and exam
	Seed     int64
	Started  time.Time
	Deadline time.Time
	Finished time.Time // zero while in progress
	State    State
	ClosedBy ClosedBy
	Rules    Rules
	Slots    []Slot
	Score    float64 // points, set when graded
	Max      float64
	Held     Result // reached before a regrade took points away; it stays
	Void     Void   // why it counts for nothing; zero unless voided
}

// A Void says why an attempt was voided, and when.
type Void struct {
	Reason string
	At     time.Time
}

// A Result is what a score is worth.
type Result int

// The results, lowest first. Their numbers are stored.
const (
	NotPassed Result = iota
	Pass
	StrongPass
)

// String is the result in words.
func (r Result) String() string {
	return [...]string{"not passed", "passed", "strong pass"}[r]
}

// MarshalText writes the result in words, for those who read exports.
func (r Result) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (r *Result) UnmarshalText(text []byte) error {
	for _, known := range []Result{NotPassed, Pass, StrongPass} {
		if string(text) == known.String() {
			*r = known
			return nil
		}
	}
	return fmt.Errorf("%q is no result", text)
}

// A Slot is one place of an attempt and what the learner did there.
type Slot struct {
	N        int // from 1
	Item     ItemID
	Version  VersionID
	Order    []OptionID
	Points   float64
	Response Response
	Flagged  bool
	Note     string // why it was flagged
	Rev      int    // counts the changes
	Seen     time.Time
	Answered time.Time // of the last change of the response
	Client   string    // the browser tab that made it
	Fraction float64   // set when graded
	Dropped  bool      // it does not count; set when graded
	Ruling   *Ruling   // how it is marked since its item was corrected; nil if it was not
}

// Begin starts an attempt on a form at now.
func Begin(id AttemptID, exam string, number int, form []Place, seed int64, rules Rules, now time.Time) *Attempt {
	a := &Attempt{
		ID: id, Exam: exam, Number: number, Seed: seed, Rules: rules,
		Started: now, Deadline: now.Add(rules.Duration()), State: InProgress,
		Slots: make([]Slot, len(form)),
	}
	for i, p := range form {
		a.Slots[i] = Slot{N: i + 1, Item: p.Item.ID, Version: p.version(), Order: p.Order, Points: 1}
	}
	return a
}

// Due reports whether the attempt must be closed: it is in progress and its
// deadline and the allowance have passed.
func (a *Attempt) Due(now time.Time) bool {
	return a.State == InProgress && now.After(a.Deadline.Add(Allowance))
}

// Open reports whether the attempt takes answers at now.
func (a *Attempt) Open(now time.Time) bool { return a.State == InProgress && !a.Due(now) }

// Left returns the time until the deadline, not below zero.
func (a *Attempt) Left(now time.Time) time.Duration { return max(0, a.Deadline.Sub(now)) }

// A Change is one request to change a slot. Event makes it idempotent: the
// same one is stored once, however often it comes.
type Change struct {
	Slot     int
	Event    string
	Client   string
	At       time.Time // by the browser's clock; for the log only
	BaseRev  int       // the revision the learner saw
	Response *Response // nil leaves it
	Flagged  *bool     // nil leaves it
	Note     *string   // nil leaves it
}

// Save applies a change to its slot at now. The item must be the slot's
// version. It returns how late after the deadline the change came, zero if in
// time. Nothing is changed if it fails: with [ErrClosed] after the allowance,
// [ErrNotOnForm], [ErrResponse], or [ErrConflict] if the slot has moved on
// from the revision the change was based on.
func (a *Attempt) Save(c Change, it *Item, now time.Time) (late time.Duration, err error) {
	if !a.Open(now) {
		return 0, ErrClosed
	}
	s := a.Slot(c.Slot)
	if s == nil {
		return 0, fmt.Errorf("%w: %d", ErrNotOnForm, c.Slot)
	}
	if s.Rev != c.BaseRev {
		return 0, ErrConflict
	}
	if c.Response != nil {
		r, err := it.Normal(*c.Response)
		if err != nil {
			return 0, err
		}
		s.Response, s.Answered, s.Client = r, now, c.Client
	}
	if c.Flagged != nil {
		s.Flagged = *c.Flagged
	}
	if c.Note != nil {
		s.Note = clipNote(*c.Note)
	}
	s.Rev++
	return max(0, now.Sub(a.Deadline)), nil
}

const maxNote = 200 // runes

func clipNote(s string) string {
	if r := []rune(s); len(r) > maxNote {
		return string(r[:maxNote])
	}
	return s
}

// Slot returns the slot with number n, or nil.
func (a *Attempt) Slot(n int) *Slot {
	for i := range a.Slots { // by number: a loaded attempt may hold one slot only
		if a.Slots[i].N == n {
			return &a.Slots[i]
		}
	}
	return nil
}

// Close ends the attempt and grades it with what is stored. From the deadline
// on it counts as ended by it and at it, whoever asks. Closing twice does
// nothing the second time; items gives the version of each slot.
func (a *Attempt) Close(by ClosedBy, now time.Time, items func(VersionID) *Item, run Runner) {
	if a.State != InProgress {
		return
	}
	if !now.Before(a.Deadline) {
		by, now = ByDeadline, a.Deadline
	}
	a.State, a.ClosedBy, a.Finished = Graded, by, now
	for i := range a.Slots {
		a.Slots[i].mark(items, run)
	}
	a.sum()
}

// Cancel voids the attempt at now for a reason: it counts for nothing. What it
// holds is graded first, so that [Attempt.Restore] can take it back. Voiding
// twice does nothing the second time.
func (a *Attempt) Cancel(reason string, now time.Time, items func(VersionID) *Item, run Runner) {
	if a.State == Voided {
		return
	}
	a.Close(ByOperator, now, items, run)
	a.State, a.Void = Voided, Void{reason, now}
}

// Restore takes the voiding back. It does nothing to an attempt that is not
// voided.
func (a *Attempt) Restore() {
	if a.State == Voided {
		a.State, a.Void = Graded, Void{}
	}
}

// Percent returns the score of a graded attempt in per cent of the points.
func (a *Attempt) Percent() float64 { return percentOf(a.Score, a.Max) }

func percentOf(score, top float64) float64 {
	if top == 0 {
		return 0
	}
	return 100 * score / top
}

// Result returns what a score in per cent is worth.
func (r Rules) Result(percent float64) Result {
	switch p := percent + 1e-9; {
	case p >= r.Strong:
		return StrongPass
	case p >= r.Pass:
		return Pass
	}
	return NotPassed
}

// result is what the score is worth, or was before it was regraded.
func (a *Attempt) result() Result { return max(a.Held, a.Rules.Result(a.Percent())) }

// Kept reports whether the result stands above the score, because it was
// reached before a regrade took points away.
func (a *Attempt) Kept() bool { return a.State == Graded && a.Held > a.Rules.Result(a.Percent()) }

// Passed reports whether a graded attempt reached the pass mark. A pass that
// was reached once stays, whatever a regrade does to the score.
func (a *Attempt) Passed() bool { return a.State == Graded && a.result() >= Pass }

// Strong reports whether a graded attempt reached the strong pass.
func (a *Attempt) Strong() bool { return a.State == Graded && a.result() == StrongPass }

// Used returns how long a finished attempt took.
func (a *Attempt) Used() time.Duration { return a.Finished.Sub(a.Started) }
