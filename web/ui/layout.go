package ui

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// What can be wrong with a plan. Layout returns these wrapped in an error that
// names the stations; one error may hold several.
var (
	// ErrUnknown: a station builds on one that is not there, or two have one id.
	ErrUnknown = errors.New("unknown or doubled station")
	// ErrCycle: stations build on each other in a circle.
	ErrCycle = errors.New("stations build on each other in a circle")
	// ErrCrossing: two pipes cross, a pipe runs through a station that is not
	// its own, or it has no room for its bend. The author may pin a lane.
	ErrCrossing = errors.New("the plan has crossings")
)

// The grid of the plan, in user units.
const (
	firstColumn  = 96
	secondColumn = 390
	columnStep   = 300
	firstLane    = 92
	laneStep     = 120
	runIn        = 20 // how far before a station a pipe is level again
)

// A Drawing is a plan laid out: where each station is and how the pipes run. It
// is made by Layout and drawn by BigMap, MidMap, MiniMap and PlanFigure.
type Drawing struct {
	Stations []Placed // in the order given to Layout
	Pipes    []Pipe   // in the order of drawing: proposed, being dug, laid
}

// Placed is a station with its place.
type Placed struct {
	Station
	Column, Lane int
	X, Y         int
}

// Pipe is one prerequisite as drawn: Path is the d of an SVG path.
type Pipe struct {
	From, To string // ids
	Kind     Kind
	Path     string

	points []point
}

type point struct{ x, y int }

// Layout places the stations. A station's column is the length of the longest
// chain that leads to it. Within a column the order is by the mean lane of what
// a station builds on, then as given; each starts in the topmost lane of what
// it builds on and moves down until it is alone. What builds on nothing then
// moves to the middle of what builds on it. A pinned Lane is kept.
//
// It fails with ErrUnknown or ErrCycle and no drawing, or with ErrCrossing and
// a drawing that is complete but not good: a content check should refuse it, a
// page may show it.
func Layout(stations []Station) (Drawing, error) {
	at, err := index(stations)
	if err != nil {
		return Drawing{}, err
	}
	columns, err := columns(stations, at)
	if err != nil {
		return Drawing{}, err
	}
	lanes := lanes(stations, at, columns)
	var d Drawing
	for i, s := range stations {
		d.Stations = append(d.Stations, Placed{
			Station: s, Column: columns[i], Lane: lanes[i],
			X: columnX(columns[i]), Y: firstLane + laneStep*lanes[i],
		})
	}
	for i, s := range stations {
		for _, from := range s.BuildsOn {
			d.Pipes = append(d.Pipes, pipe(d.Stations[at[from]], d.Stations[i]))
		}
	}
	crossed := d.crossings()
	slices.SortStableFunc(d.Pipes, func(a, b Pipe) int { return cmp.Compare(a.Kind, b.Kind) })
	return d, crossed
}

func columnX(column int) int {
	if column == 0 {
		return firstColumn
	}
	return secondColumn + columnStep*(column-1)
}

// index maps ids to places in stations, and checks that every id is there once.
func index(stations []Station) (map[string]int, error) {
	at := make(map[string]int, len(stations))
	var errs []error
	for i, s := range stations {
		if _, ok := at[s.ID]; ok {
			errs = append(errs, fmt.Errorf("%w: %q is there twice", ErrUnknown, s.ID))
		}
		at[s.ID] = i
	}
	for _, s := range stations {
		for _, from := range s.BuildsOn {
			if _, ok := at[from]; !ok {
				errs = append(errs, fmt.Errorf("%w: %q builds on %q", ErrUnknown, s.ID, from))
			}
		}
	}
	return at, errors.Join(errs...)
}

// columns gives each station the length of the longest chain that leads to it.
// Each round settles the stations whose prerequisites are settled; a round that
// settles none has met a circle.
func columns(stations []Station, at map[string]int) ([]int, error) {
	columns := make([]int, len(stations))
	settled := make([]bool, len(stations))
	for left := len(stations); left > 0; {
		before := left
		for i, s := range stations {
			if settled[i] || slices.ContainsFunc(s.BuildsOn, func(from string) bool { return !settled[at[from]] }) {
				continue
			}
			for _, from := range s.BuildsOn {
				columns[i] = max(columns[i], columns[at[from]]+1)
			}
			settled[i] = true
			left--
		}
		if left == before {
			return nil, cycleError(stations, settled)
		}
	}
	return columns, nil
}

func cycleError(stations []Station, settled []bool) error {
	var ids []string
	for i, s := range stations {
		if !settled[i] {
			ids = append(ids, s.ID)
		}
	}
	return fmt.Errorf("%w: among %q", ErrCycle, ids)
}

// lanes gives each station its lane; see Layout.
func lanes(stations []Station, at map[string]int, columns []int) []int {
	lanes := make([]int, len(stations))
	taken := map[[2]int]bool{} // column, lane
	settle := func(i, lane int) {
		for taken[[2]int{columns[i], lane}] {
			lane++
		}
		lanes[i] = lane
		taken[[2]int{columns[i], lane}] = true
	}
	for i, s := range stations {
		if s.Lane != nil {
			lanes[i] = *s.Lane
			taken[[2]int{columns[i], *s.Lane}] = true
		}
	}
	for column := 0; column <= slices.Max(append([]int{0}, columns...)); column++ {
		for _, i := range inColumn(stations, at, columns, lanes, column) {
			settle(i, top(stations[i], at, lanes))
		}
	}
	for i, s := range stations {
		if mean, ok := meanOfNext(stations, at, lanes, s.ID); ok && len(s.BuildsOn) == 0 && s.Lane == nil {
			delete(taken, [2]int{columns[i], lanes[i]})
			settle(i, mean)
		}
	}
	return lanes
}

// inColumn lists the stations of a column that have no pinned lane, in the
// order in which they are to be placed.
func inColumn(stations []Station, at map[string]int, columns, lanes []int, column int) []int {
	var list []int
	for i, s := range stations {
		if columns[i] == column && s.Lane == nil {
			list = append(list, i)
		}
	}
	slices.SortStableFunc(list, func(a, b int) int {
		return cmp.Compare(meanLane(stations[a], at, lanes), meanLane(stations[b], at, lanes))
	})
	return list
}

func meanLane(s Station, at map[string]int, lanes []int) float64 {
	sum := 0
	for _, from := range s.BuildsOn {
		sum += lanes[at[from]]
	}
	return float64(sum) / float64(max(1, len(s.BuildsOn)))
}

// top is the topmost lane of what s builds on, 0 if that is nothing.
func top(s Station, at map[string]int, lanes []int) int {
	if len(s.BuildsOn) == 0 {
		return 0
	}
	lane := lanes[at[s.BuildsOn[0]]]
	for _, from := range s.BuildsOn {
		lane = min(lane, lanes[at[from]])
	}
	return lane
}

// meanOfNext is the mean lane, rounded up the page, of what builds on station
// from directly. It reports false if nothing does.
func meanOfNext(stations []Station, at map[string]int, lanes []int, from string) (int, bool) {
	sum, n := 0, 0
	for i, s := range stations {
		if slices.Contains(s.BuildsOn, from) {
			sum += lanes[i]
			n++
		}
	}
	if n == 0 {
		return 0, false
	}
	return sum / n, true
}

// pipe leads from a to b: level out of a, one bend of 45 degrees as late as
// possible, level into b.
func pipe(a, b Placed) Pipe {
	p := Pipe{From: a.ID, To: b.ID, Kind: kindOf(a.State, b.State)}
	if a.Y == b.Y {
		p.points = []point{{a.X, a.Y}, {b.X, b.Y}}
		p.Path = fmt.Sprintf("M%d %dH%d", a.X, a.Y, b.X)
		return p
	}
	down := b.Y - a.Y
	end := b.X - runIn
	start := max(a.X, end-max(down, -down))
	p.points = []point{{a.X, a.Y}, {start, a.Y}, {end, b.Y}, {b.X, b.Y}}
	p.Path = fmt.Sprintf("M%d %dH%dL%d %dH%d", a.X, a.Y, start, end, b.Y, b.X)
	return p
}
