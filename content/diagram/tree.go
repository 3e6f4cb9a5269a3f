package diagram

import (
	"regexp"
	"strings"
)

// A tree shows what belongs to what.
type tree struct {
	nodes []node
	plan  bool // a query plan, set as it was printed
}

// A node is one line of a tree.
type node struct {
	depth  int
	parent int    // -1 for a root
	name   string // what stands before a colon, or all of it
	about  string // what stands after it
	inner  bool   // has nodes below it
}

// A tree may have this many lines and levels.
const (
	mostNodes  = 40
	mostLevels = 8
)

// planLine recognises lines of a query plan, of SQLite or PostgreSQL.
var planLine = regexp.MustCompile(`\(cost=|\brows=\d|\bactual time=|^(SCAN|SEARCH|USE TEMP B-TREE|COMPOUND QUERY|QUERY PLAN)\b|\b(Seq|Index|Index Only|Bitmap Heap) Scan\b|^(Hash Join|Merge Join|Nested Loop|Sort|Aggregate|HashAggregate)\b`)

func parseTree(lines []line) (body, error) {
	t := &tree{}
	var path []int // the node last seen on each level
	for _, l := range lines {
		words := strings.TrimLeft(l.text, " \t")
		indent := l.text[:len(l.text)-len(words)]
		depth := len(indent) / 2
		switch {
		case strings.Contains(indent, "\t"):
			return nil, l.fault("indent by two blanks a level", "the line is indented by a tab")
		case len(indent)%2 != 0:
			return nil, l.fault("indent by two blanks a level", "the line is indented by %d blanks", len(indent))
		case depth > len(path):
			return nil, l.fault("indent it by two blanks more than the line it belongs to", "the line skips a level")
		case depth >= mostLevels:
			return nil, l.fault("draw two diagrams", "the tree is deeper than %d levels", mostLevels)
		case len(t.nodes) == mostNodes:
			return nil, l.fault("draw two diagrams", "the tree has more than %d lines", mostNodes)
		}
		n := node{depth: depth, parent: -1, name: strings.ReplaceAll(words, "->", "→")}
		if planLine.MatchString(words) {
			t.plan = true
		}
		if depth > 0 {
			n.parent = path[depth-1]
			t.nodes[n.parent].inner = true
		}
		path = append(path[:depth], len(t.nodes))
		t.nodes = append(t.nodes, n)
	}
	for i := range t.nodes {
		n := &t.nodes[i]
		if head, rest, ok := cutColon(n.name); ok && !t.plan && head != "" && rest != "" {
			n.name, n.about = head, rest
		}
	}
	return t, nil
}

func (t *tree) sentences() []string {
	var out []string
	below := make([][]string, len(t.nodes))
	for _, n := range t.nodes {
		if n.parent >= 0 {
			below[n.parent] = append(below[n.parent], n.name)
		}
	}
	for i, n := range t.nodes {
		if n.about != "" {
			out = append(out, sentence(n.name+": "+n.about))
		}
		if n.inner {
			out = append(out, sentence("Below "+n.name+": "+strings.Join(below[i], "; ")))
		}
		if !n.inner && n.parent < 0 && n.about == "" {
			out = append(out, sentence(n.name))
		}
	}
	return out
}

// Distances in a tree, in px.
const (
	levelWide = 26.0
	twigWide  = 14.0 // of the line before a name
	underNode = 5.0
)

func (t *tree) draw(most float64) *scene {
	s := &scene{}
	y := 0.0
	foot := make([]point, len(t.nodes)) // where the lines to the nodes below begin
	var words []shape
	for i, n := range t.nodes {
		x := float64(n.depth) * levelWide
		b := t.set(n, most-x)
		top := y
		for _, tx := range b.at(start, x, top) {
			words = append(words, tx)
			s.grow(tx.box())
		}
		_, h := b.size()
		if n.parent >= 0 {
			from, mid := foot[n.parent], top+b.face.leading()/2
			s.add(stroke{class: "line twig", points: []point{from, {from.x, mid}, {from.x + twigWide, mid}}})
			foot[n.parent].y = mid - chamfer // the next one's line begins here
		}
		foot[i] = point{x + 6, top + h + 1}
		y += h + underNode
	}
	s.add(words...)
	s.h = y
	return s
}

// set gives a node its face: names of what has parts are heavier.
func (t *tree) set(n node, most float64) block {
	switch {
	case t.plan:
		return wrapped(mono, "", n.name, most)
	case n.about != "":
		return wrapped(plain, n.name, n.about, most)
	case n.depth == 0:
		return wrapped(strong, "", n.name, most)
	case n.inner:
		return wrapped(key, "", n.name, most)
	}
	return wrapped(plain, "", n.name, most)
}
