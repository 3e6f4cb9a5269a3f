package content

import "time"

// Standing is how far somebody has come with a skill. It comes from evidence
// only.
type Standing int

// The standings, lowest first.
const (
	NotStarted  Standing = iota
	Learning             // a lesson read, exam items met or cards answered
	Practised            // all lessons read, or most exam items right: claimed, not proved
	Mastered             // shown in an exam
	NeedsReview          // was practised or mastered, and memory fades
)

// Evidence is what is known of somebody and one skill.
type Evidence struct {
	Read, Lessons int       // lessons read, of how many
	Right         float64   // points won on the skill's items in the best exam
	Items         int       // how many items that exam had
	At            time.Time // when that exam ended
	Cards         int       // practice cards of the skill that were answered
	Recall        float64   // how likely one of them is known now, on average
	Passed        int       // checks of the skill that a program of theirs passed
	Checks        int       // of how many that it had to pass
}

// The shares of an exam's items that count as practised and as mastered, and
// how many items it takes to say the latter.
const (
	practisedShare = 0.6
	masteredShare  = 0.8
	masteredItems  = 4
)

// How many checks it takes for them to count as practised, if all passed.
const practisedChecks = 4

// A skill fades when its cards are known less likely than this, if there are
// enough of them to say so.
const (
	fadingRecall = 0.8
	fadingCards  = 5
)

// Fades reports whether practice shows that the skill is being forgotten.
func (e Evidence) Fades() bool { return e.Cards >= fadingCards && e.Recall < fadingRecall }

// Standing sorts evidence into a standing. Fading memory asks for a review of
// what was practised or mastered; the evidence of an exam stays as it is.
func (e Evidence) Standing() Standing {
	if st := e.shown(); st < Practised || !e.Fades() {
		return st
	}
	return NeedsReview
}

// shown is the standing without regard to time.
func (e Evidence) shown() Standing {
	share := 0.0
	if e.Items > 0 {
		share = e.Right / float64(e.Items)
	}
	switch {
	case e.Items >= masteredItems && share >= masteredShare:
		return Mastered
	case share >= practisedShare, e.Lessons > 0 && e.Read >= e.Lessons:
		return Practised
	case e.Passed >= practisedChecks && e.Passed == e.Checks:
		return Practised // a program answered; who wrote it is not known
	case e.Read > 0 || e.Items > 0 || e.Cards > 0 || e.Passed > 0:
		return Learning
	}
	return NotStarted
}

// LessonsRead counts the lessons of a skill that are done.
func (s *Skill) LessonsRead(done map[string]time.Time) int {
	n := 0
	for _, l := range s.Lessons {
		if !done[l.Ref()].IsZero() {
			n++
		}
	}
	return n
}

// Done reports whether everything in the step is: its criteria, or the step
// itself, ticked.
func (s Step) Done(done map[string]time.Time) bool {
	if !done[s.Ref()].IsZero() {
		return true
	}
	for _, c := range s.Task.Criteria {
		if done[c.Ref].IsZero() {
			return false
		}
	}
	return len(s.Task.Criteria) > 0
}
