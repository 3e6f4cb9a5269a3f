package diagram

import (
	"cmp"
	"slices"
)

// Distances in a timeline, in px.
const (
	nameMost  = 132.0 // of the names beside a wide timeline
	nameSpace = 18.0
	overBar   = 7.0 // from words to the middle of their bar
	underBar  = 9.0
	underLane = 9.0
	tickHigh  = 5.0
	poleSpace = 6.0  // between a mark's line and its words
	apart     = 12.0 // between words side by side
	labelMost = 300.0
	barLeast  = 3.0 // so that a moment can be seen
)

// A gantt is a timeline while it is drawn.
type gantt struct {
	*timeline
	scene    *scene
	from, to float64 // moments
	x0, x1   float64 // where they stand
	aside    bool    // names stand beside the bars, not above them
	y        float64
}

func (t *timeline) draw(most float64) *scene {
	g := &gantt{timeline: t, scene: &scene{w: most}, aside: most >= column, x1: most - 1}
	g.from, g.to = t.span()
	g.x0 = 1
	if g.aside {
		for _, name := range t.lanes {
			w, _ := wrapped(key, "", name, nameMost).size()
			g.x0 = max(g.x0, w+nameSpace)
		}
	}
	poles := g.drawMarks()
	for lane := range t.lanes {
		g.lane(lane)
	}
	words := g.scene.texts()
	for i := range words {
		words[i] = words[i].grown(3)
	}
	for i, top := range poles {
		g.scene.upright("gate", g.x(t.marks[i].at), top, g.y, words)
	}
	g.axis()
	g.scene.h = g.y
	return g.scene
}

// x returns where a moment stands.
func (g *gantt) x(at float64) float64 {
	return g.x0 + (at-g.from)/(g.to-g.from)*(g.x1-g.x0)
}

// A placed bar has its words, and both their extents.
type placed struct {
	x0, x1 float64
	words  block
	w0, w1 float64
}

// lane draws the bars of one lane: in one row where neither bars nor words
// meet, else in as many as that takes.
func (g *gantt) lane(lane int) {
	var rows [][]placed
	mine := slices.DeleteFunc(slices.Clone(g.bars), func(b bar) bool { return b.lane != lane })
	slices.SortStableFunc(mine, func(a, b bar) int { return cmp.Compare(a.start, b.start) })
	name := ""
	switch {
	case !g.aside && len(mine) == 1:
		name = g.lanes[lane]
	case !g.aside:
		b := wrapped(key, "", g.lanes[lane], g.x1)
		g.scene.write(b, start, 0, g.y)
		_, h := b.size()
		g.y += h
	}
	for _, b := range mine {
		p := g.place(b, name)
		i := slices.IndexFunc(rows, func(row []placed) bool { return !slices.ContainsFunc(row, p.meets) })
		if i < 0 {
			i = len(rows)
			rows = append(rows, nil)
		}
		rows[i] = append(rows[i], p)
	}
	for i, row := range rows {
		mid := g.row(row)
		if i == 0 && g.aside {
			b := wrapped(key, "", g.lanes[lane], nameMost)
			_, h := b.size()
			g.scene.write(b, start, 0, mid-b.face.leading()/2)
			g.y = max(g.y, mid+h-b.face.leading()/2)
		}
	}
	g.y += underLane
}

// place finds room for a bar and its words, which begin with it if they can.
func (g *gantt) place(b bar, name string) placed {
	p := placed{x0: g.x(b.start), x1: g.x(b.end)}
	if p.x1-p.x0 < barLeast {
		p.x1 = min(g.x1, p.x0+barLeast)
		p.x0 = min(p.x0, p.x1-barLeast)
	}
	if name != "" {
		p.words = wrapped(plain, name, b.label, g.x1)
		w, _ := p.words.size()
		p.w1 = w
		return p
	}
	p.words = wrapped(plain, "", b.label, min(labelMost, g.x1-g.x0))
	w, _ := p.words.size()
	p.w0 = max(g.x0, min(p.x0, g.x1-w))
	p.w1 = p.w0 + w
	return p
}

func (p placed) meets(q placed) bool {
	return p.x0 < q.x1-0.1 && q.x0 < p.x1-0.1 || p.w0 < q.w1+apart && q.w0 < p.w1+apart
}

// row draws bars side by side with their words above them, and returns the
// height at which the bars lie.
func (g *gantt) row(row []placed) float64 {
	high := 0.0
	for _, p := range row {
		if _, h := p.words.size(); p.words.lead != "" || p.words.lines[0] != "" {
			high = max(high, h)
		}
	}
	mid := g.y + high + overBar
	g.scene.add(stroke{class: "way", points: []point{{g.x0, mid}, {g.x1, mid}}})
	for i, p := range row {
		_, h := p.words.size()
		g.scene.write(p.words, start, p.w0, g.y+high-h)
		g.scene.add(stroke{class: "pipe", points: []point{{p.x0, mid}, {p.x1, mid}}})
		if i > 0 && p.x0-row[i-1].x1 < 1 { // or two bars would look like one
			g.scene.add(stroke{class: "joint", points: []point{{p.x0, mid - 5}, {p.x0, mid + 5}}})
		}
	}
	g.y = mid + underBar
	return mid
}

// axis draws the axis with round figures, as many as have room.
func (g *gantt) axis() {
	g.scene.add(stroke{class: "axis", points: []point{{g.x0, g.y}, {g.x1, g.y}}})
	most := 5
	if g.aside {
		most = 7
	}
	var figures []text
	for n := most; n > 0; n-- {
		figures = g.figures(ticks(g.from, g.to, n))
		crowded := false
		for i := 1; i < len(figures); i++ {
			crowded = crowded || figures[i-1].box().grown(9).meets(figures[i].box())
		}
		if !crowded {
			break
		}
	}
	for _, t := range figures {
		g.scene.add(t)
	}
	g.y += tickHigh + plain.leading()
}

func (g *gantt) figures(at []float64) []text {
	var out []text
	for i, v := range at {
		x := g.x(v)
		t := text{face: plain, anchor: middle, x: x, y: g.y + tickHigh + 13, words: moment(v)}
		half := t.width() / 2
		if i == len(at)-1 { // the figure stays under its tick, the unit follows
			t.anchor, t.x, t.words = start, x-half, g.with(v)
		}
		if x-half < g.x0-1 {
			t.anchor, t.x = start, g.x0-1
		} else if t.box().x1 > g.x1 {
			t.anchor, t.x = end, g.x1
		}
		out = append(out, t)
		g.scene.add(stroke{class: "axis", points: []point{{x, g.y}, {x, g.y + tickHigh}}})
	}
	return out
}
