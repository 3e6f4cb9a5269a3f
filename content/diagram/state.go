package diagram

import "slices"

// A machine shows states and what leads from one to another.
type machine struct {
	states []string // in the order they are named; the first is where it starts
	moves  []move
}

// A move leads from one state to another, or back to the same.
type move struct {
	from, to int
	label    string
}

// A machine may have this many states and moves.
const (
	mostStates = 12
	mostMoves  = 20
)

func parseState(lines []line) (body, error) {
	m := &machine{}
	for _, l := range lines {
		from, arrow, to, label, err := l.arrow("-->", "->")
		if err != nil {
			return nil, err
		}
		if arrow != "->" {
			return nil, l.fault("write ->", "states have no dashed arrows")
		}
		m.moves = append(m.moves, move{m.state(from), m.state(to), label})
		switch {
		case len(m.states) > mostStates:
			return nil, l.fault("draw two diagrams", "the diagram has more than %d states", mostStates)
		case len(m.moves) > mostMoves:
			return nil, l.fault("draw two diagrams", "the diagram has more than %d arrows", mostMoves)
		}
	}
	return m, nil
}

// state returns the number of a state, and adds it if it is new.
func (m *machine) state(name string) int {
	if i := slices.Index(m.states, name); i >= 0 {
		return i
	}
	m.states = append(m.states, name)
	return len(m.states) - 1
}

func (m *machine) sentences() []string {
	out := []string{sentence("It starts as " + m.states[0])}
	for _, mv := range m.moves {
		s := "From " + m.states[mv.from] + " to " + m.states[mv.to]
		if mv.from == mv.to {
			s = m.states[mv.from] + " stays as it is"
		}
		if mv.label != "" {
			s += ": " + mv.label
		}
		out = append(out, sentence(s))
	}
	var ends []string
	for i, name := range m.states {
		if !slices.ContainsFunc(m.moves, func(mv move) bool { return mv.from == i && mv.to != i }) {
			ends = append(ends, name)
		}
	}
	switch len(ends) {
	case 0:
		return out
	case 1:
		return append(out, "Nothing leads on from "+sentence(ends[0]))
	}
	return append(out, "Nothing leads on from "+sentence(list(ends)))
}
