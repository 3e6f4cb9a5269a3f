package exam

import "time"

// A Look is a moment at which it is known which item a learner had before
// them: it was shown for the first time, or its answer was changed.
type Look struct {
	Slot  int
	At    time.Time
	Saved bool // the answer was changed
}

// TimeUsed returns for how long each slot had the learner, from the looks of an
// attempt in the order of their times. The time up to a change belongs to the
// slot that was changed; the time up to the first sight of another slot belongs
// to the one before. The first slot is shown at started. What comes after the
// last look is nobody's: then everything is looked over. A slot that was seen
// once more without a change leaves no trace, and its time goes to the one that
// came after it.
func TimeUsed(started time.Time, looks []Look) map[int]time.Duration {
	used := map[int]time.Duration{}
	at, last := 1, started
	for _, l := range looks {
		if l.Saved {
			at = l.Slot
		}
		used[at] += max(0, l.At.Sub(last))
		at, last = l.Slot, l.At
	}
	return used
}
