package analysis

import (
	"time"

	"groundwork/exam"
)

// A Stream counts graded attempts slot by slot. All slots of an attempt come
// one after the other. Attempts in which nothing at all was answered are left
// out and counted as empty: somebody looked and went.
type Stream struct {
	c        *Collector
	versions map[exam.VersionID]*tracked
	meanings map[string]int // to the collector's item
	subjects []subject      // by the collector's item
	empty    int

	attempt  exam.AttemptID
	pass     float64
	row      []Answer
	answered bool
	held     []*tracked // the versions of the row
}

// tracked is one version that was met.
type tracked struct {
	item   int
	n      int
	reader *reader
}

// subject is one item in one meaning.
type subject struct {
	meaning  string
	versions []exam.VersionID
	source   *exam.Item
	newest   time.Time // when it was last sat
}

// NewStream returns an empty stream.
func NewStream() *Stream {
	return &Stream{c: NewCollector(), versions: map[exam.VersionID]*tracked{}, meanings: map[string]int{}}
}

// Slot counts one slot of an attempt; it is the item in the version of the
// slot. Of the attempt its id and its rules are read. Statistics of an item
// are kept apart by its meaning ([exam.Item.Meaning]). The time an answer took
// is from the first look at the item to the last change of the answer; who
// comes back to an item later makes it longer, which is why the median is
// reported.
func (s *Stream) Slot(a *exam.Attempt, slot exam.Slot, it *exam.Item) error {
	if a.ID != s.attempt {
		if err := s.flush(); err != nil {
			return err
		}
		s.attempt, s.pass = a.ID, a.Rules.Pass
	}
	v := s.track(a, slot.Version, it)
	answer := Answer{Item: v.item, Mark: slot.Points * slot.Fraction, Max: slot.Points, Picks: v.reader.picks(slot.Response), Blank: slot.Response.Blank()}
	if !answer.Blank && !slot.Seen.IsZero() && slot.Answered.After(slot.Seen) {
		answer.Seconds = slot.Answered.Sub(slot.Seen).Seconds()
	}
	s.answered = s.answered || !answer.Blank
	s.row = append(s.row, answer)
	s.held = append(s.held, v)
	return nil
}

// track finds the version among those that were met.
func (s *Stream) track(a *exam.Attempt, id exam.VersionID, it *exam.Item) *tracked {
	v := s.versions[id]
	if v == nil {
		v = s.meet(id, it)
		s.versions[id] = v
	}
	if sub := &s.subjects[v.item]; sub.source == nil || !a.Started.Before(sub.newest) {
		sub.newest, sub.source = a.Started, it
	}
	return v
}

// meet takes up a version that was not met before.
func (s *Stream) meet(id exam.VersionID, it *exam.Item) *tracked {
	about := NewSubject(it)
	meaning := it.Meaning()
	n, known := s.meanings[meaning]
	if !known {
		n = s.c.Item(about)
		s.meanings[meaning] = n
		s.subjects = append(s.subjects, subject{meaning: meaning})
	}
	s.subjects[n].versions = append(s.subjects[n].versions, id)
	return &tracked{item: n, reader: newReader(it, about)}
}

// flush counts the attempt whose slots have come.
func (s *Stream) flush() error {
	defer func() { s.row, s.held, s.answered = s.row[:0], s.held[:0], false }()
	if len(s.row) == 0 {
		return nil
	}
	if !s.answered {
		s.empty++
		return nil
	}
	for _, v := range s.held {
		v.n++
	}
	return s.c.Add(s.row, s.pass)
}

// Report returns what has come so far. No further slots of the attempt that
// came last may follow.
func (s *Stream) Report() (*Report, error) {
	if err := s.flush(); err != nil {
		return nil, err
	}
	s.attempt = ""
	latest := map[exam.ItemID]time.Time{}
	for _, sub := range s.subjects {
		if sub.newest.After(latest[sub.source.ID]) {
			latest[sub.source.ID] = sub.newest
		}
	}
	r := s.c.report(func(i int, ir *ItemReport) {
		sub := &s.subjects[i]
		ir.Meaning, ir.Source, ir.Earlier = sub.meaning, sub.source, sub.newest.Before(latest[ir.Item])
		for _, id := range sub.versions {
			ir.Versions = append(ir.Versions, VersionCount{id, s.versions[id].n})
		}
	})
	r.Empty = s.empty
	return r, nil
}
