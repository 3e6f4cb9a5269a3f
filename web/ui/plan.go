package ui

import (
	"fmt"
	"strings"

	"github.com/a-h/templ"
)

// State is how far a station has come. Its String is the words that stand
// beside its mark: a mark is never drawn without them.
type State int

// The five states, each with a shape of its own.
const (
	NotStarted State = iota // an empty ring
	Learning                // lower half filled
	Practised               // a ring with a core: claimed, not proved
	Mastered                // a full disc with a tick: proved
	Review                  // a full disc, one quarter fading
)

func (s State) String() string {
	switch s {
	case Learning:
		return "Learning"
	case Practised:
		return "Practised"
	case Mastered:
		return "Mastered"
	case Review:
		return "Needs review"
	}
	return "Not started"
}

// holds reports whether a pipe may end here as laid.
func (s State) holds() bool { return s == Practised || s == Mastered || s == Review }

// Kind is how a pipe is drawn.
type Kind int

// The three kinds, in the order of drawing. Laid: both ends are practised,
// mastered or in review. Trench: the first is, the second is in learning.
// Proposed: everything else.
const (
	Proposed Kind = iota
	Trench
	Laid
)

func (k Kind) String() string { return [...]string{"proposed", "trench", "laid"}[k] }

func kindOf(from, to State) Kind {
	switch {
	case from.holds() && to.holds():
		return Laid
	case from.holds() && to == Learning:
		return Trench
	}
	return Proposed
}

// Station is one point of the plan, given to Layout.
type Station struct {
	ID       string
	Name     string    // in full, for the spoken label
	Lines    [2]string // the name as drawn, above the station; the second may be empty
	URL      string
	BuildsOn []string // ids, in the order in which they are spoken
	State    State
	// StateText stands under the station ("Learning", "4 of 7"); nothing stands
	// there if it is empty, and the spoken label then has State's own words.
	StateText string
	Here      bool // the one station to go to next: tagged "Next here"
	Lane      *int // pins the lane, from 0 at the top; nil lets Layout choose
}

// MapView says how a map stands in its page.
type MapView struct {
	// Label is one sentence that tells what the picture shows. Without it the
	// map is hidden from assistive technology: the same must then stand beside.
	Label string
	Links bool   // every station is a link; only BigMap does this
	Sheet bool   // the map lies on white, as on a certificate
	Class string // further classes
}

func (v MapView) class(weight string) string {
	sheet := ""
	if v.Sheet {
		sheet = "onsheet"
	}
	return class("map", weight, sheet, v.Class)
}

// Plan is what PlanFigure draws.
type Plan struct {
	Drawing Drawing
	Label   string // the figure's name, if the drawing is one of links
	// MapLabel introduces the links inside the drawing; it should point to the
	// list that repeats them.
	MapLabel string
	ListID   string // the id of that list, for the link that skips the drawing
	Open     Link   // if it has a URL, the whole drawing is this one link
	Cells    []Cell // the title block in the corner; none if empty
}

// spoken is the label of a station's link. It starts with the words that can
// be seen, so that it can be called by voice.
func (d Drawing) spoken(s Placed) string {
	state := s.StateText
	if state == "" {
		state = s.State.String()
	}
	if s.Here {
		state = "Next here. " + state
	}
	return fmt.Sprintf("%s %s. Builds on %s.", s.Name, state, d.names(s.BuildsOn))
}

func (d Drawing) names(ids []string) string {
	var names []string
	for _, from := range ids {
		for _, s := range d.Stations {
			if s.ID == from {
				names = append(names, s.Name)
			}
		}
	}
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}

// extent is the right- and lowermost station, the empty plan's one place if
// there is none.
func (d Drawing) extent() (x, y int) {
	x, y = firstColumn, firstLane
	for _, s := range d.Stations {
		x, y = max(x, s.X), max(y, s.Y)
	}
	return x, y
}

// bigBox leaves room for names above and states below; smallBox does not.
func (d Drawing) bigBox() string {
	x, y := d.extent()
	return fmt.Sprintf("56 20 %d %d", x+174-56, y+56-20)
}

func (d Drawing) smallBox() string {
	x, y := d.extent()
	return fmt.Sprintf("56 54 %d %d", x+40-56, y+38-54)
}

// disc is a station's mark with its measures.
type disc struct {
	state   State
	x, y, r float64
}

func (g disc) class() string {
	if g.state == NotStarted {
		return "off"
	}
	return "on"
}

// half is the lower half of learning, tick the tick of mastered, and quarter
// the fading piece of review.
func (g disc) half() string {
	a := px(g.r * .72)
	return fmt.Sprintf("M%s %sa%s %s 0 0 0 %s 0z", px(g.x-g.r*.72), px(g.y), a, a, px(g.r*1.44))
}

func (g disc) tick() string {
	return fmt.Sprintf("M%s %sl%s %s %s -%s",
		px(g.x-g.r*.45), px(g.y+g.r*.02), px(g.r*.34), px(g.r*.36), px(g.r*.6), px(g.r*.72))
}

func (g disc) quarter() string {
	return fmt.Sprintf("M%s %sV%sA%s %s 0 0 1 %s %sz",
		px(g.x), px(g.y), px(g.y-g.r-1), px(g.r+1), px(g.r+1), px(g.x+g.r+1), px(g.y))
}

// access is how a map of names presents itself: a group of links, a picture
// with a sentence, or nothing at all. picture is the same without links.
func (v MapView) access() templ.Attributes {
	if v.Links {
		return templ.Attributes{"role": "group", "aria-label": v.Label}
	}
	a := v.picture()
	if v.Label == "" {
		a["focusable"] = "false"
	}
	return a
}

func (v MapView) picture() templ.Attributes {
	if v.Label == "" {
		return templ.Attributes{"aria-hidden": "true"}
	}
	return templ.Attributes{"role": "img", "aria-label": v.Label}
}
