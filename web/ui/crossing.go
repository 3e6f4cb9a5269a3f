package ui

import (
	"errors"
	"fmt"
)

// clearance is how near a pipe may come to a station that is not its own.
const clearance = 22

// crossings reports, as one error wrapping ErrCrossing, what spoils a drawing.
func (d Drawing) crossings() error {
	var errs []error
	for i, p := range d.Pipes {
		if p.steep() {
			errs = append(errs, fmt.Errorf("%w: no room for the bend from %q to %q", ErrCrossing, p.From, p.To))
		}
		for _, s := range d.Stations {
			if s.ID != p.From && s.ID != p.To && p.passes(s) {
				errs = append(errs, fmt.Errorf("%w: the pipe from %q to %q runs through %q", ErrCrossing, p.From, p.To, s.ID))
			}
		}
		for _, q := range d.Pipes[:i] {
			if p.crosses(q) {
				errs = append(errs, fmt.Errorf("%w: %q to %q crosses %q to %q", ErrCrossing, q.From, q.To, p.From, p.To))
			}
		}
	}
	return errors.Join(errs...)
}

// steep reports whether the bend had to be steeper than 45 degrees.
func (p Pipe) steep() bool {
	if len(p.points) < 4 {
		return false
	}
	a, b := p.points[1], p.points[2]
	return b.x-a.x < max(b.y-a.y, a.y-b.y)
}

// passes reports whether p comes too near to s.
func (p Pipe) passes(s Placed) bool {
	at := point{s.X, s.Y}
	for i := range p.points[1:] {
		if near(at, p.points[i], p.points[i+1], clearance) {
			return true
		}
	}
	return false
}

// crosses reports whether p and q cross. Pipes that begin or end at the same
// station may lie on each other for a stretch; others may not even touch.
func (p Pipe) crosses(q Pipe) bool {
	related := p.From == q.From || p.To == q.To || p.From == q.To || p.To == q.From
	for i := range p.points[1:] {
		for j := range q.points[1:] {
			a, b, c, d := p.points[i], p.points[i+1], q.points[j], q.points[j+1]
			if proper(a, b, c, d) || !related && touch(a, b, c, d) {
				return true
			}
		}
	}
	return false
}

// turn is positive if a, b, c turn clockwise on screen, negative if the other
// way, 0 if they lie on one line.
func turn(a, b, c point) int {
	return (b.x-a.x)*(c.y-a.y) - (b.y-a.y)*(c.x-a.x)
}

// proper reports whether ab and cd cross inside both.
func proper(a, b, c, d point) bool {
	return opposite(turn(a, b, c), turn(a, b, d)) && opposite(turn(c, d, a), turn(c, d, b))
}

func opposite(x, y int) bool { return x < 0 && y > 0 || x > 0 && y < 0 }

// touch reports whether ab and cd have any point in common.
func touch(a, b, c, d point) bool {
	return proper(a, b, c, d) || on(c, a, b) || on(d, a, b) || on(a, c, d) || on(b, c, d)
}

// on reports whether p lies on ab.
func on(p, a, b point) bool {
	return turn(a, b, p) == 0 &&
		min(a.x, b.x) <= p.x && p.x <= max(a.x, b.x) && min(a.y, b.y) <= p.y && p.y <= max(a.y, b.y)
}

// near reports whether p is closer than dist to the segment ab.
func near(p, a, b point, dist int) bool {
	dx, dy := b.x-a.x, b.y-a.y
	length := dx*dx + dy*dy
	t := (p.x-a.x)*dx + (p.y-a.y)*dy // along ab, times its length
	switch {
	case t <= 0:
		return apart(p, a) < dist*dist
	case t >= length:
		return apart(p, b) < dist*dist
	}
	off := turn(a, b, p)
	return off*off < dist*dist*length
}

func apart(p, q point) int { return (p.x-q.x)*(p.x-q.x) + (p.y-q.y)*(p.y-q.y) }
