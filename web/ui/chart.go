package ui

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Gate is a value to pass, drawn as an upright line with its name.
type Gate struct {
	At   float64
	Text string // "pass"; ScoreChart puts the number after it
}

// Score is what ScoreChart draws: a value from 0 to 100 with its uncertainty.
type Score struct {
	Value     float64
	Low, High float64 // one standard error either way; no band if they are equal
	Gates     []Gate  // from low to high
	// Label is the sentence for assistive technology, which holds every number:
	// "73 of 100, likely between 67 and 79. The pass line is at 70."
	Label string
	Class string
}

// figure is what stands under the dot: the range, or the value without one.
func (s Score) figure() string {
	if s.High <= s.Low {
		return fixed(s.Value, 0)
	}
	return fixed(s.Low, 0) + " to " + fixed(s.High, 0)
}

// figureAt keeps the figure inside the chart.
func (s Score) figureAt() (x, anchor string) {
	switch {
	case s.Value < 9:
		return "0", "start"
	case s.Value > 91:
		return "100%", "end"
	}
	return pct(s.Value), "middle"
}

// roomAt reports whether the words at the ends of the axis would stand clear
// of the figure on a narrow screen.
func (s Score) roomAtStart() bool { return s.Value > 14 }
func (s Score) roomAtEnd() bool   { return s.Value < 82 }

// Bar is one row of Bars.
type Bar struct {
	Name, URL string // the name is a link if there is a URL
	Got, Of   int
	Gate      float64 // in per cent; no line at 0
	Low, High float64 // band in per cent; none if they are equal
	Text      string  // "6 of 8" unless given
}

func (b Bar) share() string {
	if b.Of == 0 {
		return "0"
	}
	return fixed(float64(b.Got)*100/float64(b.Of), 1) + "%"
}

func (b Bar) text() string {
	if b.Text != "" {
		return b.Text
	}
	return fmt.Sprintf("%d of %d", b.Got, b.Of)
}

// Ranges is what RangeChart draws: several ranges above one axis.
type Ranges struct {
	ID       string  // of the caption; unique on the page
	Caption  string  // one sentence with every number; it is heard, not seen
	Min, Max float64 // the ends of the axis
	Ticks    []Tick
	Rows     []Range
}

// Tick is a named place on an axis.
type Tick struct {
	At   float64
	Text string
}

// Range is one row of Ranges. An Open range has no upper end: it goes on from
// High in shortening pieces.
type Range struct {
	Name      string
	Low, High float64
	Open      bool
	Text      string
}

// rangeStep is the height of one row.
const rangeStep = 68

func (c Ranges) at(v float64) float64 { return (v - c.Min) / (c.Max - c.Min) * 100 }
func (c Ranges) bottom() int          { return 28 + rangeStep*len(c.Rows) }
func (c Ranges) height() int          { return c.bottom() + 30 }

// tail gives the pieces of an open end, from and to in per cent of the width.
func (c Ranges) tail(r Range) [][2]float64 {
	end := c.at(r.High)
	room := 100 - end
	var pieces [][2]float64
	for _, p := range [][2]float64{{.11, .28}, {.34, .47}, {.57, .66}, {.80, .85}} {
		pieces = append(pieces, [2]float64{end + p[0]*room, end + p[1]*room})
	}
	return pieces
}

// Trait is what TraitChart draws: a value that runs from the middle of a scale
// outwards, and the answers it comes from.
type Trait struct {
	Value       float64
	Answers     []float64
	Min, Max    float64 // the ends of the scale; 1 and 5 if both are 0
	Left, Right string  // what the ends mean
	Text        string  // the numbers in words, heard and not seen
}

func (t Trait) ends() (low, high float64) {
	if t.Min == 0 && t.Max == 0 {
		return 1, 5
	}
	return t.Min, t.Max
}

// at leaves 3 per cent on both sides, so that the marks stay inside.
func (t Trait) at(v float64) float64 {
	low, high := t.ends()
	return 3 + (v-low)/(high-low)*94
}

// Trend is what TrendChart draws: scores from 0 to 100 over time. Only the last
// five points are drawn, since more cannot be read on a telephone.
type Trend struct {
	Points []TrendPoint
	Gates  []Gate // from low to high; the first is the one that counts
	Label  string // the sentence for assistive technology, with every number
}

// TrendPoint is one score with its uncertainty.
type TrendPoint struct {
	When             string // short: "14 Jun"
	Value, Low, High float64
}

const (
	trendTop    = 22.0 // y of 100
	trendHeight = 200.0
)

func (t Trend) points() []TrendPoint { return t.Points[max(0, len(t.Points)-5):] }

// floor is the lowest named value: 50, or the ten below the lowest point.
func (t Trend) floor() float64 {
	floor := 50.0
	for _, p := range t.points() {
		floor = min(floor, math.Floor(min(p.Value, p.Low)/10)*10)
	}
	return max(0, floor)
}

// trendMark is a named value: a gate or a place on the axis.
type trendMark struct {
	at   float64
	kind string // the class of its line
}

// marks are the named values, from low to high. The first gate is the one that
// counts, so only its line is heavy.
func (t Trend) marks() []trendMark {
	marks := []trendMark{{t.floor(), "thin"}, {100, "thin"}}
	if t.floor() <= 30 {
		marks = append(marks, trendMark{50, "thin"})
	}
	for i, g := range t.Gates {
		marks = append(marks, trendMark{g.At, [...]string{"gate", "thin"}[min(i, 1)]})
	}
	slices.SortStableFunc(marks, func(a, b trendMark) int { return cmp.Compare(a.at, b.at) })
	return marks
}

// x spreads n points over the width, y places a value; both leave room for text.
func (t Trend) x(i int) string {
	n := len(t.points())
	switch {
	case n == 1:
		return "50%"
	case n <= 3:
		return pct(20 + 60*float64(i)/float64(n-1))
	}
	return pct(14 + 64*float64(i)/float64(n-1))
}

func (t Trend) y(v float64) float64 {
	return trendTop + (100-v)/(105-t.floor())*trendHeight
}

// gateText is where a gate's name stands.
func (t Trend) gateText(i int) float64 {
	if i == 0 {
		return t.y(t.Gates[i].At) + 17
	}
	return t.y(t.Gates[i].At) - 6
}

// Progress is what ProgressLine draws: how many of a number are done.
type Progress struct {
	Done, Of int
	Steps    bool // cuts the line into steps and marks the one being done
	Class    string
}

func (p Progress) at(n int) string {
	if p.Of == 0 {
		return "0"
	}
	return fixed(float64(min(n, p.Of))*100/float64(p.Of), 1) + "%"
}

func (p Progress) class() string {
	steps := ""
	if p.Steps {
		steps = "fitline"
	}
	return class("chart", steps, p.Class)
}
