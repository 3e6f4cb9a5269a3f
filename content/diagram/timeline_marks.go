package diagram

import (
	"cmp"
	"slices"
)

// A pennant is the words of a mark, on a pole that stands at its moment.
type pennant struct {
	mark   int
	x      float64 // of the pole
	words  block
	left   bool // of the pole
	w0, w1 float64
	high   float64
	row    int
}

const (
	pennantLeast = 84.0 // do not squeeze words into less
	pennantMost  = 250.0
)

// pennant puts the words of a mark to one side of its pole. It reports false if
// there is no room on that side.
func (g *gantt) pennant(i int, left bool) (pennant, bool) {
	m := g.marks[i]
	f := pennant{mark: i, x: g.x(m.at), left: left}
	room := g.x1 - f.x - poleSpace
	if left {
		room = f.x - poleSpace
	}
	f.words = wrapped(plain, g.with(m.at), m.label, max(pennantLeast, min(pennantMost, room)))
	w, h := f.words.size()
	f.w0, f.high = f.x+poleSpace, h
	if left {
		f.w0 = f.x - poleSpace - w
	}
	f.w1 = f.w0 + w
	return f, f.w0 >= 0 && f.w1 <= g.x1+1
}

// bars reports whether two pennants are in each other's way: they stand in one
// row and meet, or the pole of the upper one runs through the lower one.
func (f pennant) bars(o pennant) bool {
	through := func(upper, lower pennant) bool {
		return upper.row < lower.row && lower.w0-poleSpace+1 < upper.x && upper.x < lower.w1+poleSpace-1
	}
	return f.row == o.row && f.w0 < o.w1+apart && o.w0 < f.w1+apart || through(f, o) || through(o, f)
}

// drawMarks writes the words of all marks above the lanes, in as little height
// as that takes, and returns the tops of their poles.
func (g *gantt) drawMarks() []float64 {
	var best []pennant
	least := 0.0
	for sides := range 1 << len(g.marks) {
		for _, backwards := range []bool{false, true} {
			hung, height := g.arrange(sides, backwards)
			if hung != nil && (best == nil || height < least) {
				best, least = hung, height
			}
		}
	}
	if best == nil { // words too wide for either side: one below the other
		for i := range g.marks {
			f, _ := g.pennant(i, g.x(g.marks[i].at) > (g.x0+g.x1)/2)
			f.w0 = max(0, min(f.w0, g.x1-(f.w1-f.w0)))
			f.row, f.left = i, false
			best = append(best, f)
		}
	}
	tops := make([]float64, len(g.marks))
	rows := rowHeights(best)
	for _, f := range best {
		y := g.y
		for _, h := range rows[:f.row] {
			y += h
		}
		tops[f.mark] = y
		if f.left { // lines end at the pole
			g.scene.write(f.words, end, f.x-poleSpace, y)
		} else {
			g.scene.write(f.words, start, f.w0, y)
		}
	}
	for _, h := range rows {
		g.y += h
	}
	if len(rows) > 0 {
		g.y += 4
	}
	return tops
}

// arrange finds rows for the pennants where bit i of sides says that pennant i
// stands to the left. It returns nil if one of them has no room.
func (g *gantt) arrange(sides int, backwards bool) (hung []pennant, height float64) {
	for i := range g.marks {
		f, ok := g.pennant(i, sides>>i&1 == 1)
		if !ok {
			return nil, 0
		}
		hung = append(hung, f)
	}
	slices.SortStableFunc(hung, func(a, b pennant) int { return cmp.Compare(a.x, b.x) })
	if backwards {
		slices.Reverse(hung)
	}
	for i := range hung {
		for slices.ContainsFunc(hung[:i], hung[i].bars) {
			if hung[i].row++; hung[i].row > len(hung) {
				return nil, 0
			}
		}
	}
	for _, h := range rowHeights(hung) {
		height += h
	}
	return hung, height
}

// rowHeights returns the height of each row of pennants.
func rowHeights(hung []pennant) []float64 {
	var rows []float64
	for _, f := range hung {
		for len(rows) <= f.row {
			rows = append(rows, 0)
		}
		rows[f.row] = max(rows[f.row], f.high+2)
	}
	return rows
}
