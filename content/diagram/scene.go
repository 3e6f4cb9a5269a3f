package diagram

import (
	"cmp"
	"fmt"
	"html"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A scene is a picture with everything in its place, in px from the upper left
// corner. Shapes are painted in their order.
type scene struct {
	w, h   float64
	shapes []shape
}

type shape interface{ markup(b *strings.Builder) }

// A point is a place in a scene.
type point struct{ x, y float64 }

// A box is a rectangle in a scene.
type box struct{ x0, y0, x1, y1 float64 }

// grown returns the box with a margin around it.
func (b box) grown(by float64) box { return box{b.x0 - by, b.y0 - by, b.x1 + by, b.y1 + by} }

// meets reports whether two boxes have more than an edge in common.
func (b box) meets(c box) bool {
	return b.x0 < c.x1 && c.x0 < b.x1 && b.y0 < c.y1 && c.y0 < b.y1
}

func (s *scene) add(shapes ...shape) { s.shapes = append(s.shapes, shapes...) }

// grow makes room for b.
func (s *scene) grow(b box) { s.w, s.h = max(s.w, b.x1), max(s.h, b.y1) }

// markup writes the scene as an svg element. Sizes are rounded up so that
// nothing is cut off.
func (s *scene) markup(b *strings.Builder, class, id, title string) {
	w, h := math.Ceil(s.w), math.Ceil(s.h)
	fmt.Fprintf(b, `<svg class="%s" role="img"`, class)
	if id != "" {
		fmt.Fprintf(b, ` aria-labelledby="%s"`, html.EscapeString(id))
	}
	if title != "" {
		fmt.Fprintf(b, ` aria-label="%s"`, html.EscapeString(title))
	}
	fmt.Fprintf(b, ` width="%v" height="%v" viewBox="0 0 %v %v">`+"\n", w, h, w, h)
	for _, sh := range s.shapes {
		sh.markup(b)
		b.WriteByte('\n')
	}
	b.WriteString("</svg>\n")
}

// num writes a coordinate with at most one decimal.
func num(v float64) string {
	return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64)
}

// An anchor says which end of a text stands at its x.
type anchor string

const (
	start  anchor = ""
	middle anchor = "middle"
	end    anchor = "end"
)

// A text is one line of words. Its lead, if it has one, stands before the
// words and is heavier.
type text struct {
	face   face
	anchor anchor
	x, y   float64 // y of the base line
	lead   string
	words  string
}

// width returns how wide the text is.
func (t text) width() float64 {
	w := t.face.width(t.words)
	if t.lead != "" {
		w += key.width(t.lead)
		if t.words != "" {
			w += gapAfterLead
		}
	}
	return w
}

const gapAfterLead = 8

// box returns the room that the letters take.
func (t text) box() box {
	x, size := t.x, faces[t.face].size
	switch t.anchor {
	case middle:
		x -= t.width() / 2
	case end:
		x -= t.width()
	}
	return box{x, t.y - 0.72*size, x + t.width(), t.y + 0.22*size}
}

func (t text) markup(b *strings.Builder) {
	b.WriteString("<text")
	if class := faces[t.face].class; class != "" {
		fmt.Fprintf(b, ` class="%s"`, class)
	}
	if t.anchor != start {
		fmt.Fprintf(b, ` text-anchor="%s"`, t.anchor)
	}
	fmt.Fprintf(b, ` x="%s" y="%s">`, num(t.x), num(t.y))
	if t.lead != "" {
		fmt.Fprintf(b, `<tspan class="key">%s</tspan>`, html.EscapeString(t.lead))
		if t.words != "" {
			fmt.Fprintf(b, ` <tspan dx="%s">%s</tspan>`, num(gapAfterLead-plain.width(" ")), html.EscapeString(t.words))
		}
	} else {
		b.WriteString(html.EscapeString(t.words))
	}
	b.WriteString("</text>")
}

// A block is text of one or more lines.
type block struct {
	face  face
	lead  string
	lines []string
}

// wrapped sets s, and before it lead, in lines no wider than most.
func wrapped(f face, lead, s string, most float64) block {
	indent := 0.0
	if lead != "" {
		indent = key.width(lead) + gapAfterLead
	}
	return block{f, lead, f.wrap(s, most, indent)}
}

// size returns how much room the block takes.
func (b block) size() (w, h float64) {
	for i, l := range b.lines {
		t := text{face: b.face, words: l}
		if i == 0 {
			t.lead = b.lead
		}
		w = max(w, t.width())
	}
	return w, float64(len(b.lines)) * b.face.leading()
}

// at returns the lines with the top of the first one at y.
func (b block) at(a anchor, x, y float64) []text {
	var out []text
	for i, l := range b.lines {
		t := text{face: b.face, anchor: a, x: x, words: l}
		t.y = y + float64(i)*b.face.leading() + (b.face.leading()+0.67*faces[b.face].size)/2
		if i == 0 {
			t.lead = b.lead
		}
		if t.words != "" || t.lead != "" {
			out = append(out, t)
		}
	}
	return out
}

// write adds a block to the scene and makes room for it.
func (s *scene) write(b block, a anchor, x, y float64) {
	for _, t := range b.at(a, x, y) {
		s.add(t)
		s.grow(t.box())
	}
}

// A rect is a box that is drawn.
type rect struct {
	box
	class string
}

func (r rect) markup(b *strings.Builder) {
	fmt.Fprintf(b, `<rect class="%s" x="%s" y="%s" width="%s" height="%s" rx="2"/>`, r.class, num(r.x0), num(r.y0), num(r.x1-r.x0), num(r.y1-r.y0))
}

// A dot is a small filled circle.
type dot struct {
	at point
	r  float64
}

func (d dot) markup(b *strings.Builder) {
	fmt.Fprintf(b, `<circle class="tip" cx="%s" cy="%s" r="%s"/>`, num(d.at.x), num(d.at.y), num(d.r))
}

// A tip is how a stroke ends.
type tip int

const (
	blunt  tip = iota
	filled     // an arrow
	open       // the arrow of an answer
)

// A stroke is a line through points, its corners cut by 45 degrees as on the
// site's plan.
type stroke struct {
	class  string
	tip    tip
	points []point
}

// chamfer is how much is cut off a corner, tipLong and tipHigh the size of an
// arrow's point.
const (
	chamfer = 7
	tipLong = 9
	tipHigh = 4.5
)

func (s stroke) markup(b *strings.Builder) {
	pts := s.points
	last := pts[len(pts)-1]
	from := pts[max(0, len(pts)-2)]
	dx, dy := unit(from, last)
	if s.tip == filled { // the line must not show beside the point
		pts = append(slices.Clone(pts[:len(pts)-1]), point{last.x - dx*tipLong*0.6, last.y - dy*tipLong*0.6})
	}
	fmt.Fprintf(b, `<path class="%s" d="`, s.class)
	for i, p := range pts {
		cmd := "L"
		if i == 0 {
			cmd = "M"
		}
		if i == 0 || i == len(pts)-1 {
			fmt.Fprintf(b, "%s%s %s", cmd, num(p.x), num(p.y))
			continue
		}
		in, out := toward(p, pts[i-1]), toward(p, pts[i+1])
		fmt.Fprintf(b, "L%s %sL%s %s", num(in.x), num(in.y), num(out.x), num(out.y))
	}
	b.WriteString(`"/>`)
	if s.tip == blunt {
		return
	}
	class, shut := "tip", "Z"
	if s.tip == open {
		class, shut = "line", ""
	}
	back := point{last.x - dx*tipLong, last.y - dy*tipLong}
	fmt.Fprintf(b, `<path class="%s" d="M%s %sL%s %sL%s %s%s"/>`, class,
		num(back.x-dy*tipHigh), num(back.y+dx*tipHigh), num(last.x), num(last.y), num(back.x+dy*tipHigh), num(back.y-dx*tipHigh), shut)
}

// unit returns the direction from a to b.
func unit(a, b point) (dx, dy float64) {
	d := math.Hypot(b.x-a.x, b.y-a.y)
	if d == 0 {
		return 0, 0
	}
	return (b.x - a.x) / d, (b.y - a.y) / d
}

// toward returns the point where a corner is cut on its way to the next one.
func toward(corner, next point) point {
	d := math.Hypot(next.x-corner.x, next.y-corner.y)
	dx, dy := unit(corner, next)
	cut := min(chamfer, d/2)
	return point{corner.x + dx*cut, corner.y + dy*cut}
}

// upright draws a vertical line that leaves out what stands in its way.
func (s *scene) upright(class string, x, y0, y1 float64, around []box) {
	var gaps [][2]float64
	for _, b := range around {
		if b.x0 <= x && x <= b.x1 {
			gaps = append(gaps, [2]float64{b.y0, b.y1})
		}
	}
	slices.SortFunc(gaps, func(a, b [2]float64) int { return cmp.Compare(a[0], b[0]) })
	for _, g := range append(gaps, [2]float64{y1, y1}) {
		if to := min(g[0], y1); to-y0 > 2 {
			s.add(stroke{class: class, points: []point{{x, y0}, {x, to}}})
		}
		y0 = max(y0, g[1])
	}
}

// texts returns the boxes of the scene's words.
func (s *scene) texts() []box {
	var out []box
	for _, sh := range s.shapes {
		if t, ok := sh.(text); ok {
			out = append(out, t.box())
		}
	}
	return out
}
