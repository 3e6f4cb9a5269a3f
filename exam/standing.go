package exam

import "time"

// A Standing is how far an attempt is: what can be told of its slots without
// their items.
type Standing struct {
	Slots    []SlotStanding // in order
	Seen     time.Time      // when the last of them was shown first
	Answered time.Time      // when the last response was changed
}

// A SlotStanding is how far one slot is.
type SlotStanding struct {
	Answered bool // there is a response, and not: there was one
	Seen     bool // what is answered was seen
	Flagged  bool
}

// Standing returns how far the attempt is.
func (a *Attempt) Standing() Standing {
	st := Standing{Slots: make([]SlotStanding, len(a.Slots))}
	for i, s := range a.Slots {
		answered := !s.Response.Blank()
		st.Slots[i] = SlotStanding{Answered: answered, Seen: answered || !s.Seen.IsZero(), Flagged: s.Flagged}
		if s.Seen.After(st.Seen) {
			st.Seen = s.Seen
		}
		if s.Answered.After(st.Answered) {
			st.Answered = s.Answered
		}
	}
	return st
}
