package diagram

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A timeline shows what takes how long, side by side.
type timeline struct {
	unit  string
	lanes []string // in the order they are named
	bars  []bar
	marks []mark
}

// A bar is a length of time in a lane.
type bar struct {
	lane       int
	start, end float64
	label      string
}

// A mark is a moment that concerns all lanes.
type mark struct {
	at    float64
	label string
}

// A timeline may have this much in it.
const (
	mostBars  = 24
	mostMarks = 6
	mostTime  = 1e9
)

var (
	barLine  = regexp.MustCompile(`^(-?\d+(?:\.\d{1,3})?)\s*(?:-|–|\.\.|to)\s*(-?\d+(?:\.\d{1,3})?)\s+(.*)$`)
	markLine = regexp.MustCompile(`^at\s+(-?\d+(?:\.\d{1,3})?)\s*:\s*(.+)$`)
	unitLine = regexp.MustCompile(`^unit\s+(\S+)$`)
)

func parseTimeline(lines []line) (body, error) {
	t := &timeline{}
	for i, l := range lines {
		var err error
		switch {
		case strings.HasPrefix(l.text, "unit"):
			m := unitLine.FindStringSubmatch(l.text)
			if m == nil || i > 0 {
				return nil, l.fault("write unit and one word, such as unit ms, in the first line", "the unit is not given in one word in the first line")
			}
			t.unit = m[1]
		case strings.HasPrefix(l.text, "at "):
			err = t.mark(l)
		default:
			err = t.bar(l)
		}
		if err != nil {
			return nil, err
		}
	}
	if len(t.bars) == 0 {
		return nil, lines[0].fault("write 0-300 Lane: label", "the timeline has no bars")
	}
	return t, nil
}

func (t *timeline) bar(l line) error {
	m := barLine.FindStringSubmatch(l.text)
	if m == nil {
		return l.fault("write 0-300 Lane: label, or at 200: label", "the line is neither a bar nor a mark")
	}
	b := bar{}
	b.start, _ = strconv.ParseFloat(m[1], 64)
	b.end, _ = strconv.ParseFloat(m[2], 64)
	name, label, _ := cutColon(m[3])
	b.label = label
	switch {
	case name == "":
		return l.fault("write 0-300 Lane: label", "the bar has no lane")
	case b.end < b.start:
		return l.fault("write the start first", "the bar ends at %s, before it starts at %s", m[2], m[1])
	case max(math.Abs(b.start), math.Abs(b.end)) > mostTime:
		return l.fault("use a larger unit", "the figure has too many digits to be read")
	case len(t.bars) == mostBars:
		return l.fault("draw two diagrams", "the timeline has more than %d bars", mostBars)
	}
	if b.lane = slices.Index(t.lanes, name); b.lane < 0 {
		b.lane = len(t.lanes)
		t.lanes = append(t.lanes, name)
	}
	t.bars = append(t.bars, b)
	return nil
}

func (t *timeline) mark(l line) error {
	m := markLine.FindStringSubmatch(l.text)
	if m == nil {
		return l.fault("write at 200: label", "the mark lacks its time, a colon or its label")
	}
	at, _ := strconv.ParseFloat(m[1], 64)
	switch {
	case math.Abs(at) > mostTime:
		return l.fault("use a larger unit", "the figure has too many digits to be read")
	case len(t.marks) == mostMarks:
		return l.fault("draw two diagrams", "the timeline has more than %d marks", mostMarks)
	}
	t.marks = append(t.marks, mark{at, m[2]})
	return nil
}

// span returns the first and the last moment of the axis. It begins at nought
// if nought is near.
func (t *timeline) span() (from, to float64) {
	from, to = t.bars[0].start, t.bars[0].end
	for _, b := range t.bars {
		from, to = min(from, b.start), max(to, b.end)
	}
	for _, m := range t.marks {
		from, to = min(from, m.at), max(to, m.at)
	}
	if from > 0 && from <= to/2 {
		from = 0
	}
	if to == from {
		to = from + 1
	}
	return from, to
}

// ticks returns round moments on the axis, at most n of them and at least one.
func ticks(from, to float64, n int) []float64 {
	step := math.Pow(10, math.Floor(math.Log10((to-from)/float64(n))))
	for _, f := range []float64{1, 2, 5, 10, 20} {
		first, last := math.Ceil(from/(step*f)), math.Floor(to/(step*f))
		if last-first+1 > float64(n) {
			continue
		}
		var out []float64
		for i := range int(last - first + 1) {
			out = append(out, (first+float64(i))*step*f)
		}
		if len(out) > 0 {
			return out
		}
	}
	return []float64{from}
}

// moment writes a figure of the axis.
func moment(v float64) string {
	s := strconv.FormatFloat(math.Round(v*1000)/1000, 'f', -1, 64)
	whole, part, _ := strings.Cut(s, ".")
	if digits := strings.TrimPrefix(whole, "-"); len(digits) > 4 {
		sign := whole[:len(whole)-len(digits)]
		for i := len(digits) - 3; i > 0; i -= 3 {
			digits = digits[:i] + "," + digits[i:]
		}
		whole = sign + digits
	}
	s = whole
	if part != "" {
		s += "." + part
	}
	return strings.Replace(s, "-", "−", 1)
}

// with writes a figure with its unit.
func (t *timeline) with(v float64) string {
	return strings.TrimSpace(moment(v) + " " + t.unit)
}

func (t *timeline) sentences() []string {
	var out []string
	for lane, name := range t.lanes {
		for _, b := range t.bars {
			if b.lane != lane {
				continue
			}
			out = append(out, sentence(name+", from "+moment(b.start)+" to "+t.with(b.end)+": "+b.label))
		}
	}
	for _, m := range t.marks {
		out = append(out, sentence("At "+t.with(m.at)+": "+m.label))
	}
	return out
}
