package diagram

import (
	"cmp"
	"math"
	"slices"
)

// Distances among states, in px.
const (
	portSpace  = 22.0 // between moves that meet one side of a state
	portLeast  = 16.0 // the same, where they are shifted
	portEdge   = 11.0 // from the corner of a state
	statePad   = 13.0
	stateHigh  = 30.0
	passWide   = 8.0
	widest     = 30.0 // that a state's box may grow on either side
	rounds     = 900  // of pulling
	besideLine = 7.0  // from a line to its words
)

// measure finds how much room a spot takes.
func (s *spot) measure() {
	w, h := s.words.size()
	if s.state < 0 {
		s.left, s.right = passWide/2, passWide/2
		if s.owner != nil {
			s.right, s.high = besideLine+w, h
		}
		if s.leads {
			s.left, s.right = s.right, s.left
		}
		return
	}
	ports := max(len(s.up), len(s.down))
	half := max(w/2+statePad, float64(ports-1)*portSpace/2+statePad+4, 36)
	s.left, s.right, s.high = half, half, max(stateHigh, h+12)
	loops := 0.0
	for _, l := range s.loops {
		w, h := l.size()
		s.right = max(s.right, half+loopWide+besideLine+w)
		loops += max(h, loopHigh) + 10
	}
	s.high = max(s.high, loops+4)
}

// half is half the width of a state's box.
func (s *spot) half() float64 { return s.left }

// ports spreads the ends of links along the sides of their states, in the
// order in which they leave.
func (g *layered) ports() {
	for _, layer := range g.layers {
		for _, s := range layer {
			slices.SortStableFunc(s.down, func(a, b *link) int { return cmp.Compare(a.lower.pos, b.lower.pos) })
			slices.SortStableFunc(s.up, func(a, b *link) int { return cmp.Compare(a.upper.pos, b.upper.pos) })
			sides(s.down, func(l *link) *spot { return l.lower })
			sides(s.up, func(l *link) *spot { return l.upper })
			for i, l := range s.down {
				l.off0 = portSpace * (float64(i) - float64(len(s.down)-1)/2)
			}
			for i, l := range s.up {
				l.off1 = portSpace * (float64(i) - float64(len(s.up)-1)/2)
			}
		}
	}
}

// sides lets the words of the first of several moves stand to the left of
// their line, and those of the others to the right.
func sides(links []*link, end func(*link) *spot) {
	if len(links) < 2 {
		return
	}
	if s := end(links[0]); s.owner != nil && s.layer == end(links[1]).layer {
		s.leads = true
	}
}

// A rail is an upright line on which one or more spots stand: a state, or all
// that belongs to a move, so that the move runs straight.
type rail struct {
	x     float64
	spots []*spot
}

// A rule keeps two rails apart.
type rule struct {
	left, right *rail
	apart       float64
}

// place gives every spot its x and returns the width of the whole.
func (g *layered) place() float64 {
	rules, ok := g.rails(true)
	if !ok { // two moves cross on their way: let all of them bend
		rules, _ = g.rails(false)
	}
	for round := range rounds {
		g.pull(6*float64(rounds-round)/rounds, round < rounds/2)
		for _, r := range rules {
			if lack := r.apart - (r.right.x - r.left.x); lack > 0 {
				r.left.x -= lack / 2
				r.right.x += lack / 2
			}
		}
	}
	push(rules)
	for range 6 {
		g.straighten()
	}
	for _, layer := range g.layers {
		for _, s := range layer {
			g.widen(s)
		}
	}
	low, high := math.Inf(1), math.Inf(-1)
	for _, layer := range g.layers {
		for _, s := range layer {
			low, high = min(low, s.rail.x-s.left), max(high, s.rail.x+s.right)
		}
	}
	for _, layer := range g.layers {
		for _, s := range layer {
			s.x = math.Round(s.rail.x - low)
		}
	}
	g.slide()
	return math.Ceil(high - low)
}

// rails puts every spot on a rail and returns the rules that keep the order of
// the layers. It reports false if they contradict each other.
func (g *layered) rails(whole bool) ([]rule, bool) {
	for _, layer := range g.layers {
		for _, s := range layer {
			s.rail = new(rail)
			if whole && s.state < 0 && g.chains[s.move][0] != s {
				s.rail = g.chains[s.move][0].rail
			}
			s.rail.spots = append(s.rail.spots, s)
		}
	}
	var rules []rule
	for _, layer := range g.layers {
		for i := 1; i < len(layer); i++ {
			a, b := layer[i-1], layer[i]
			rules = append(rules, rule{a.rail, b.rail, a.right + g.space + b.left})
		}
	}
	return rules, push(rules)
}

// push moves rails to the right until all rules hold. It reports false if that
// has no end.
func push(rules []rule) bool {
	for range len(rules) + 1 {
		done := true
		for _, r := range rules {
			if x := r.left.x + r.apart; r.right.x < x {
				r.right.x, done = x, false
			}
		}
		if done {
			return true
		}
	}
	return false
}

// pull draws the ends of links towards each other, by most px at a time: a move
// to where it can meet its state without a bend, and, as long as centred
// holds, a little to where that looks best. However far apart they are, they
// are drawn with the same force, so that where not all moves can be straight
// few have a bend instead of each a small one. Moves written first are the
// stronger ones.
func (g *layered) pull(most float64, centred bool) {
	for _, layer := range g.layers {
		for _, s := range layer {
			for _, l := range s.down {
				a, b := l.upper.rail, l.lower.rail
				lack := b.x - a.x
				switch {
				case l.upper.state >= 0:
					lack = l.upper.ports(l.upper.down, l).beyond(b.x - a.x)
				case l.lower.state >= 0:
					lack = -l.lower.ports(l.lower.up, l).beyond(a.x - b.x)
				}
				lack = max(-most, min(lack, most)) * (0.25 + 0.25/float64(l.move+1))
				if centred {
					lack += 0.01 * (b.x + l.off1 - a.x - l.off0)
				}
				a.x += lack
				b.x -= lack
			}
		}
	}
}

// straighten moves each rail, as far as its neighbours let it, to where most
// of its links have no bend.
func (g *layered) straighten() {
	for _, layer := range g.layers {
		for _, s := range layer {
			r := s.rail
			if r.spots[0] != s {
				continue
			}
			free := g.free(r)
			var wants []extent
			for _, o := range r.spots {
				wants = append(wants, o.wants()...)
			}
			best := r.x
			for _, w := range wants {
				for _, x := range []float64{w.low, w.high, w.near(r.x)} {
					x = free.near(x)
					if n, m := straight(wants, x), straight(wants, best); n > m || n == m && math.Abs(x-r.x) < math.Abs(best-r.x) {
						best = x
					}
				}
			}
			r.x = best
		}
	}
}

// widen makes the box of a state a little wider where that spares a link its
// bend, if there is room on both sides.
func (g *layered) widen(s *spot) {
	if s.state < 0 {
		return
	}
	half, free := s.half(), g.free(&rail{spots: []*spot{s}})
	for _, l := range slices.Concat(s.up, s.down) {
		other := l.upper
		if other == s {
			other = l.lower
		}
		more := math.Abs(other.rail.x-s.rail.x) + portEdge - s.half()
		if more > 0 && more < widest && free.low <= s.rail.x-more && s.rail.x+more <= free.high {
			half = max(half, s.half()+more)
		}
	}
	s.left, s.right = half, s.right+half-s.left
}

// free returns where a rail may stand without coming too near to others.
func (g *layered) free(r *rail) extent {
	e := extent{math.Inf(-1), math.Inf(1)}
	for _, s := range r.spots {
		layer := g.layers[s.layer]
		if s.pos > 0 {
			n := layer[s.pos-1]
			e.low = max(e.low, n.rail.x+n.right+g.space+s.left)
		}
		if s.pos+1 < len(layer) {
			n := layer[s.pos+1]
			e.high = min(e.high, n.rail.x-n.left-g.space-s.right)
		}
	}
	return e
}

// wants returns for each link of s to another rail where s has to stand for it
// to be straight.
func (s *spot) wants() []extent {
	var out []extent
	add := func(l *link, other *spot, mine []*link, theirs []*link) {
		switch at := other.rail.x; {
		case s.rail == other.rail:
		case s.state >= 0:
			p := s.ports(mine, l)
			out = append(out, extent{at - p.high, at - p.low})
		case other.state >= 0:
			p := other.ports(theirs, l)
			out = append(out, extent{at + p.low, at + p.high})
		default:
			out = append(out, extent{at, at})
		}
	}
	for _, l := range s.up {
		add(l, l.upper, s.up, l.upper.down)
	}
	for _, l := range s.down {
		add(l, l.lower, s.down, l.lower.up)
	}
	return out
}

// straight counts the extents that x is in.
func straight(wants []extent, x float64) int {
	n := 0
	for _, w := range wants {
		if math.Abs(w.beyond(x)) < 0.01 {
			n++
		}
	}
	return n
}

// An extent is a stretch sideways.
type extent struct{ low, high float64 }

// near returns the place in e that is nearest to x.
func (e extent) near(x float64) float64 { return max(e.low, min(x, e.high)) }

// beyond returns how far x is outside of e.
func (e extent) beyond(x float64) float64 { return x - e.near(x) }

// ports returns where a link may meet one side of a state, from its centre.
func (s *spot) ports(side []*link, l *link) extent {
	i, most := slices.Index(side, l), s.half()-portEdge
	return extent{-most + float64(i)*portLeast, most - float64(len(side)-1-i)*portLeast}
}

// slide moves the ends of links along the sides of their states to where the
// links come from, which makes them straight or at least shorter.
func (g *layered) slide() {
	for _, layer := range g.layers {
		for _, s := range layer {
			if s.state < 0 {
				continue
			}
			most := s.half() - portEdge + 1 // what rounding took
			var at []*float64
			var want []float64
			for _, l := range s.down {
				at, want = append(at, &l.off0), append(want, l.lower.x-s.x)
			}
			spread(at, want, most)
			at, want = nil, nil
			for _, l := range s.up {
				at, want = append(at, &l.off1), append(want, l.upper.x-s.x)
			}
			spread(at, want, most)
		}
	}
}

// spread sets offsets as near to what they want as keeping them in order,
// apart and within most of the centre allows.
func spread(at []*float64, want []float64, most float64) {
	for i := range at {
		e := extent{-most + float64(i)*portLeast, most - float64(len(at)-1-i)*portLeast}
		if i > 0 {
			e.low = max(e.low, *at[i-1]+portLeast)
		}
		*at[i] = e.near(want[i])
	}
}
