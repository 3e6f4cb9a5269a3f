package diagram

import (
	"cmp"
	"math"
	"slices"
)

// Distances between layers, in px.
const (
	startRoom = 26.0
	byWords   = 8.0  // between a track and words
	byState   = 17.0 // between a track and a state, so that an arrow's point has room
	trackHigh = 10.0
)

// settings are ways to lay states out, from roomy to tight: how wide words may
// be, and the space between what stands side by side.
var settings = []struct{ room, space float64 }{{170, 24}, {130, 24}, {110, 18}, {96, 14}, {84, 12}, {72, 10}, {62, 10}}

// draw takes the setting with the fewest bends among those that fit.
func (m *machine) draw(most float64) *scene {
	var best *scene
	least := 0
	for _, set := range settings {
		s, bends := m.layers(set.room, set.space).draw()
		switch {
		case best == nil || best.w > most && s.w < best.w, s.w <= most && bends < least:
			best, least = s, bends
		}
	}
	return best
}

// draw places and draws everything, and counts the bends.
func (g *layered) draw() (s *scene, bends int) {
	s = &scene{w: g.place() + 1.5}
	for _, layer := range g.layers {
		for _, sp := range layer {
			sp.x += 0.75
		}
	}
	tops, feet, tracks := g.heights()
	for i, layer := range g.layers {
		mid := (tops[i] + feet[i]) / 2
		for _, sp := range layer {
			sp.draw(s, mid)
		}
	}
	first := g.first()
	if len(first.up) == 0 {
		s.add(dot{point{first.x, tops[first.layer] - startRoom + 6}, 5},
			stroke{class: "line", tip: filled, points: []point{{first.x, tops[first.layer] - startRoom + 6}, {first.x, (tops[first.layer]+feet[first.layer]-first.high)/2 - 0.5}}})
	}
	g.wires(s, tops, feet, tracks)
	s.h = feet[len(feet)-1] + 1
	return s, len(tracks)
}

// first returns the state where it starts.
func (g *layered) first() *spot {
	for _, layer := range g.layers {
		for _, sp := range layer {
			if sp.state == 0 {
				return sp
			}
		}
	}
	return nil
}

// heights places the layers below one another, with room between them for the
// tracks on which links go sideways. tracks holds the height of each link's.
func (g *layered) heights() (tops, feet []float64, tracks map[*link]float64) {
	tracks = map[*link]float64{}
	y := startRoom
	if first := g.first(); first.layer > 0 {
		y = 1
	}
	for i, layer := range g.layers {
		high := 0.0
		for _, sp := range layer {
			high = max(high, sp.high)
		}
		tops, feet = append(tops, y), append(feet, y+high)
		y += high
		if i+1 == len(g.layers) {
			break
		}
		over, under := byWords, byState
		if i%2 == 0 {
			over, under = byState, byWords
		}
		rows := sideways(layer)
		n := 0
		for l, row := range rows {
			tracks[l] = y + over + float64(row)*trackHigh
			n = max(n, row)
		}
		y += over + float64(n)*trackHigh + under
	}
	return tops, feet, tracks
}

// draw draws a state, or the words of a move, around the height mid.
func (sp *spot) draw(s *scene, mid float64) {
	_, h := sp.words.size()
	if sp.state < 0 {
		if sp.leads {
			s.write(sp.words, end, sp.x-besideLine, mid-h/2)
		} else if sp.owner != nil {
			s.write(sp.words, start, sp.x+besideLine, mid-h/2)
		}
		return
	}
	around := box{sp.x - sp.half(), mid - sp.high/2, sp.x + sp.half(), mid + sp.high/2}
	s.add(rect{around, "box"})
	s.write(sp.words, middle, sp.x, mid-h/2)
	y := around.y0 + 7
	for _, words := range sp.loops {
		_, h := words.size()
		x, room := around.x1, max(h, loopHigh)
		top := y + (room-loopHigh)/2
		s.add(stroke{class: "line", tip: filled, points: []point{{x, top}, {x + loopWide, top}, {x + loopWide, top + loopHigh}, {x, top + loopHigh}}})
		s.write(words, start, x+loopWide+besideLine, y+(room-h)/2)
		y += room + 10
	}
}

// ends returns where a link leaves its upper spot and meets its lower one.
func (l *link) ends() (x0, x1 float64) { return l.upper.x + l.off0, l.lower.x + l.off1 }

func (l *link) straight() bool {
	x0, x1 := l.ends()
	return math.Abs(x0-x1) < 1
}

// sideways gives the links below a layer that are not straight the rows on
// which they go sideways, from 0 at the top, so that few cross.
func sideways(upper []*spot) map[*link]int {
	var bent []*link
	for _, sp := range upper {
		for _, l := range sp.down {
			if !l.straight() {
				bent = append(bent, l)
			}
		}
	}
	slices.SortStableFunc(bent, func(a, b *link) int {
		a0, _ := a.ends()
		b0, _ := b.ends()
		return cmp.Compare(a0, b0)
	})
	bent = stacked(bent)
	rows := map[*link]int{}
	for i, l := range bent {
		row := 0
		for _, o := range bent[:i] {
			if l.overlaps(o) {
				row = max(row, rows[o]+1)
			}
		}
		rows[l] = row
	}
	return rows
}

// stacked orders links from top to bottom, moving one after the other to where
// least goes wrong until that helps no more.
func stacked(links []*link) []*link {
	wrong := func(order []*link) int {
		n := 0
		for i, l := range order {
			for _, o := range order[i+1:] {
				n += l.above(o)
			}
		}
		return n
	}
	least := wrong(links)
	for better := true; better; {
		better = false
		for i := range links {
			for j := range links {
				order := slices.Delete(slices.Clone(links), i, i+1)
				order = slices.Insert(order, j, links[i])
				if n := wrong(order); n < least {
					links, least, better = order, n, true
				}
			}
		}
	}
	return links
}

// reach returns the extent of a link's way sideways.
func (l *link) reach() (low, high float64) {
	x0, x1 := l.ends()
	return min(x0, x1), max(x0, x1)
}

func (l *link) overlaps(o *link) bool {
	a0, a1 := l.reach()
	b0, b1 := o.reach()
	return a0 < b1+2*chamfer && b0 < a1+2*chamfer
}

// above counts what goes wrong if l lies above o.
func (l *link) above(o *link) int {
	within := func(x float64, l *link) bool {
		low, high := l.reach()
		return low-2 < x && x < high+2
	}
	_, foot := l.ends()
	head, _ := o.ends()
	n := 0
	if within(foot, o) { // l comes down through o
		n++
	}
	if within(head, l) { // o comes down through l
		n++
	}
	if math.Abs(foot-head) < 8 { // they lie on each other
		n += 3
	}
	return n
}

// wires draws the moves, each from one state to the other.
func (g *layered) wires(s *scene, tops, feet []float64, tracks map[*link]float64) {
	for i, layer := range g.layers {
		mid := (tops[i] + feet[i]) / 2
		for _, sp := range layer {
			for _, l := range sp.down {
				if sp.state < 0 {
					continue
				}
				x, _ := l.ends()
				st := stroke{class: "line", tip: filled, points: []point{{x, mid + sp.high/2}}}
				last := st.follow(l, tracks)
				low := last.lower
				if !last.straight() || len(st.points) > 1 {
					_, x = last.ends()
				}
				st.points = append(st.points, point{x, (tops[low.layer] + feet[low.layer] - low.high) / 2})
				if l.tipUp {
					slices.Reverse(st.points)
				}
				s.add(st)
			}
		}
	}
}

// follow leads a stroke from link to link down to the next state, and returns
// the last link.
func (st *stroke) follow(l *link, tracks map[*link]float64) *link {
	for {
		if y, ok := tracks[l]; ok {
			x0, x1 := l.ends()
			st.points = append(st.points, point{x0, y}, point{x1, y})
		}
		if l.lower.state >= 0 {
			return l
		}
		l = l.lower.down[0]
	}
}
