package diagram

import (
	"slices"
	"strings"
)

// A sequence shows who asks whom.
type sequence struct {
	lanes []string // in the order they are named
	steps []step
}

// A step is a message, or a note at one lane.
type step struct {
	from, to int // lanes; the same for a note and for what a lane tells itself
	text     string
	answer   bool // drawn dashed
	note     bool
}

// A sequence may have this many lanes and steps. More is two pictures.
const (
	mostLanes = 7
	mostSteps = 24
)

// wrongArrows are arrows of other notations, and what to write for them.
var wrongArrows = []struct{ arrow, mend string }{
	{"-->>", "write -->"}, {"->>", "write ->"}, {"==>", "write ->"}, {"=>", "write ->"},
	{"<-->", "write two lines, one for each way"}, {"<->", "write two lines, one for each way"},
	{"<--", "write who answers first: B --> A"}, {"<-", "write who sends first: B -> A"},
	{"--->", "write -->"}, {"→", "write ->"}, {"⇢", "write -->"},
}

// arrow splits a line at its first arrow and at the colon behind it.
func (l line) arrow(arrows ...string) (from, arrow, to, words string, err error) {
	head, words, _ := cutColon(l.text)
	for _, w := range wrongArrows {
		if strings.Contains(head, w.arrow) {
			return "", "", "", "", l.fault(w.mend, "%q is not an arrow of this notation", w.arrow)
		}
	}
	for _, a := range arrows {
		if from, to, ok := strings.Cut(head, a); ok {
			from, to = strings.TrimSpace(from), strings.TrimSpace(to)
			if from == "" || to == "" {
				return "", "", "", "", l.fault("write A "+a+" B: words", "the arrow has only one end")
			}
			if strings.Contains(to, "->") {
				return "", "", "", "", l.fault("write a line for each arrow", "the line has two arrows")
			}
			return from, a, to, words, nil
		}
	}
	return "", "", "", "", l.fault("write A "+arrows[len(arrows)-1]+" B: words", "the line has no arrow")
}

// cutColon splits s at its first colon that a blank or the end follows.
func cutColon(s string) (head, rest string, ok bool) {
	for i := range s {
		if s[i] == ':' && (i+1 == len(s) || s[i+1] == ' ') {
			return strings.TrimSpace(s[:i]), strings.TrimSpace(s[i+1:]), true
		}
	}
	return strings.TrimSpace(s), "", false
}

func parseSequence(lines []line) (body, error) {
	s := &sequence{}
	for _, l := range lines { // lanes first: a note may stand before its lane's messages
		if _, ok := l.note(); ok {
			continue
		}
		from, arrow, to, words, err := l.arrow("-->", "->")
		if err != nil {
			return nil, err
		}
		s.steps = append(s.steps, step{from: s.lane(from), to: s.lane(to), text: words, answer: arrow == "-->"})
	}
	for i, l := range lines {
		at, ok := l.note()
		if !ok {
			continue
		}
		lane := slices.Index(s.lanes, at)
		_, words, _ := cutColon(l.text)
		switch {
		case lane < 0:
			return nil, l.fault("write note, one of "+list(s.lanes)+", a colon and the words", "the note stands at %q, which sends and gets nothing", at)
		case words == "":
			return nil, l.fault("write note "+at+": words", "the note says nothing")
		}
		s.steps = slices.Insert(s.steps, i, step{from: lane, to: lane, text: words, note: true})
	}
	switch {
	case len(s.lanes) > mostLanes:
		return nil, lines[0].fault("leave some out, or draw two diagrams", "the diagram has %d lanes, more than the %d that fit", len(s.lanes), mostLanes)
	case len(s.steps) > mostSteps:
		return nil, lines[mostSteps].fault("draw two diagrams", "the diagram has %d steps, more than the %d a reader follows", len(s.steps), mostSteps)
	case len(s.steps) == 0 || len(s.lanes) == 0:
		return nil, lines[0].fault("write A -> B: words", "the diagram has no messages")
	}
	return s, nil
}

// note returns the lane of a note.
func (l line) note() (at string, ok bool) {
	rest, ok := strings.CutPrefix(l.text, "note ")
	head, _, colon := cutColon(rest)
	return head, ok && colon && !strings.Contains(head, "->")
}

// lane returns the number of a lane, and adds it if it is new.
func (s *sequence) lane(name string) int {
	if i := slices.Index(s.lanes, name); i >= 0 {
		return i
	}
	s.lanes = append(s.lanes, name)
	return len(s.lanes) - 1
}

func (s *sequence) sentences() []string {
	var out []string
	for _, st := range s.steps {
		from, to := s.lanes[st.from], s.lanes[st.to]
		head := from + " to " + to
		switch {
		case st.note:
			head = "At " + from
		case st.from == st.to:
			head = from + " to itself"
		case st.answer:
			head = from + " answers " + to
		}
		out = append(out, sentence(head+": "+st.text))
	}
	return out
}
