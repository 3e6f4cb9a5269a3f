package diagram

import (
	"cmp"
	"slices"
)

// A layered graph has the states on its even layers and the words of the moves
// on the odd ones between them. A move that goes further than to the next
// layer of states has a place in each layer it passes, so that nothing else
// stands there.
type layered struct {
	layers [][]*spot
	chains [][]*spot // what belongs to each move, downwards
	space  float64   // between spots side by side
}

// A spot is a state, the words of a move, or a place where a move passes.
type spot struct {
	state int // -1 for what belongs to a move
	move  int // -1 for a state
	words block
	owner *spot   // of the words of a move: the state that it leaves
	leads bool    // these words stand to the left of their line
	loops []block // words of moves from a state to itself
	layer int
	pos   int // in its layer
	rail  *rail
	x     float64 // centre
	left  float64 // room on either side of the centre
	right float64
	high  float64
	up    []*link
	down  []*link
}

// A link is the part of a move between two layers.
type link struct {
	upper, lower *spot
	move         int
	off0, off1   float64 // where it meets its ends, from their centres
	tipUp        bool    // an arrow ends at the upper end
}

// backward finds the moves that lead back to a state from which one came,
// following moves in the order written. Turned round, they leave no circles.
func (m *machine) backward() []bool {
	back := make([]bool, len(m.moves))
	seen := make([]int, len(m.states)) // 1 on the way, 2 done
	var visit func(s int)
	visit = func(s int) {
		seen[s] = 1
		for i, mv := range m.moves {
			if mv.from != s || mv.to == s {
				continue
			}
			switch seen[mv.to] {
			case 0:
				visit(mv.to)
			case 1:
				back[i] = true
			}
		}
		seen[s] = 2
	}
	for s := range m.states {
		if seen[s] == 0 {
			visit(s)
		}
	}
	return back
}

// ranks gives each state its layer among states: below everything that leads
// to it. ends returns the upper and the lower state of a move.
func (m *machine) ranks(back []bool) (rank []int, ends func(i int) (upper, lower int)) {
	ends = func(i int) (int, int) {
		if back[i] {
			return m.moves[i].to, m.moves[i].from
		}
		return m.moves[i].from, m.moves[i].to
	}
	rank = make([]int, len(m.states))
	for range m.states { // the longest way has fewer moves than there are states
		for i := range m.moves {
			if a, z := ends(i); a != z {
				rank[z] = max(rank[z], rank[a]+1)
			}
		}
	}
	for s := range m.states { // what nothing leads to stands close to where it leads
		low := len(m.states)
		for i := range m.moves {
			a, z := ends(i)
			if z == s && a != s {
				low = -1
			} else if a == s && z != s {
				low = min(low, rank[z]-1)
			}
		}
		if low >= 0 && low < len(m.states) && s > 0 {
			rank[s] = low
		}
	}
	return rank, ends
}

// layers builds the graph with the words of moves no wider than room, and
// with space between what stands side by side.
func (m *machine) layers(room, space float64) *layered {
	back := m.backward()
	rank, ends := m.ranks(back)
	g := &layered{layers: make([][]*spot, 2*slices.Max(rank)+1), chains: make([][]*spot, len(m.moves)), space: space}
	states := make([]*spot, len(m.states))
	for s, name := range m.states {
		states[s] = g.put(&spot{state: s, move: -1, words: wrapped(strong, "", name, max(90, room)), layer: 2 * rank[s]})
	}
	for i, mv := range m.moves {
		words := wrapped(plain, "", mv.label, room)
		a, z := ends(i)
		if a == z {
			states[a].loops = append(states[a].loops, words)
			continue
		}
		at := 2*rank[a] + 1 // words stand near where the move begins
		if back[i] {
			at = 2*rank[z] - 1
		}
		prev := states[a]
		for layer := 2*rank[a] + 1; layer <= 2*rank[z]; layer++ {
			next := states[z]
			if layer < 2*rank[z] {
				next = g.put(&spot{state: -1, move: i, layer: layer})
				g.chains[i] = append(g.chains[i], next)
				if layer == at && mv.label != "" {
					next.words, next.owner = words, states[mv.from]
				}
			}
			l := &link{upper: prev, lower: next, move: i}
			l.tipUp = back[i] && prev.state >= 0
			prev.down, next.up = append(prev.down, l), append(next.up, l)
			prev = next
		}
	}
	g.order()
	g.ports()
	for _, layer := range g.layers {
		for _, s := range layer {
			s.measure()
		}
	}
	return g
}

func (g *layered) put(s *spot) *spot {
	s.pos = len(g.layers[s.layer])
	g.layers[s.layer] = append(g.layers[s.layer], s)
	return s
}

// crossings counts the links that cross between a layer and the next one.
func crossings(upper []*spot) int {
	var at [][2]int
	for _, s := range upper {
		for _, l := range s.down {
			at = append(at, [2]int{s.pos, l.lower.pos})
		}
	}
	n := 0
	for i, a := range at {
		for _, b := range at[:i] {
			if (a[0]-b[0])*(a[1]-b[1]) < 0 {
				n++
			}
		}
	}
	return n
}

func (g *layered) crossings() int {
	n := 0
	for _, layer := range g.layers {
		n += crossings(layer)
	}
	return n
}

// order arranges each layer so that few links cross: by the mean place of
// what a spot is linked to, down and up in turns, and then by swapping
// neighbours. The best arrangement met on the way stays.
func (g *layered) order() {
	best, least := g.places(), g.crossings()
	for round := range 8 {
		for i := range g.layers {
			layer := g.layers[i]
			if round%2 == 1 {
				layer = g.layers[len(g.layers)-1-i]
			}
			mean := map[*spot]float64{}
			for _, s := range layer {
				mean[s] = s.mean(round%2 == 0)
			}
			slices.SortStableFunc(layer, func(a, b *spot) int { return cmp.Compare(mean[a], mean[b]) })
			number(layer)
		}
		g.swap()
		if n := g.crossings(); n < least {
			best, least = g.places(), n
		}
	}
	for _, layer := range g.layers {
		slices.SortFunc(layer, func(a, b *spot) int { return cmp.Compare(best[a], best[b]) })
		number(layer)
	}
}

// swap exchanges neighbours as long as that takes crossings away.
func (g *layered) swap() {
	for range 4 {
		for n, layer := range g.layers {
			for i := 1; i < len(layer); i++ {
				before := g.beside(n)
				if before == 0 {
					break
				}
				layer[i-1], layer[i] = layer[i], layer[i-1]
				number(layer)
				if g.beside(n) >= before {
					layer[i-1], layer[i] = layer[i], layer[i-1]
					number(layer)
				}
			}
		}
	}
}

// beside counts the crossings that the order of layer n decides: those with
// the layers above and below it.
func (g *layered) beside(n int) int {
	if n == 0 {
		return crossings(g.layers[0])
	}
	return crossings(g.layers[n-1]) + crossings(g.layers[n])
}

func number(layer []*spot) {
	for i, s := range layer {
		s.pos = i
	}
}

// places remembers where everything stands.
func (g *layered) places() map[*spot]int {
	at := map[*spot]int{}
	for _, layer := range g.layers {
		for _, s := range layer {
			at[s] = s.pos
		}
	}
	return at
}

// mean returns the mean place of what s is linked to above or below, or its
// own where there is nothing.
func (s *spot) mean(above bool) float64 {
	sum, n := 0, 0
	for _, l := range s.down {
		if !above {
			sum, n = sum+l.lower.pos, n+1
		}
	}
	for _, l := range s.up {
		if above {
			sum, n = sum+l.upper.pos, n+1
		}
	}
	if n == 0 {
		return float64(s.pos)
	}
	return float64(sum) / float64(n)
}
