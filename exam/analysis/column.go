package analysis

import (
	"math"
	"slices"
)

// hair is added before numbers are compared with a bound, so that rounding does
// not decide on which side one falls that lies on it.
const hair = 1e-9

// A bin holds how many values fell into it, and by how much they lie above its
// middle, all together. Single precision keeps a histogram small enough for
// the processor's cache; what is lost is far below the width of a bin.
type bin struct {
	n     uint32
	above float32
}

// A grid is a histogram in equal bins. What falls outside is counted in the
// first or last one. Since a bin knows the mean of its values, a column of few
// different values is kept as it is.
type grid struct {
	low, scale float64 // bin = (value - low) * scale, rounded
	bins       []bin
}

// newGrid divides low to high into so many steps, with a bin around each end.
func newGrid(low, high float64, steps int) grid {
	return grid{low, float64(steps) / (high - low), make([]bin, steps+1)}
}

// add counts a value and returns the number of its bin.
func (g *grid) add(v float64) int {
	at := (v - g.low) * g.scale
	i := min(max(int(at+0.5+hair), 0), len(g.bins)-1)
	b := &g.bins[i]
	b.n++
	if above := at - float64(i); above != 0 {
		b.above += float32(above)
	}
	return i
}

func (g *grid) runs() []run {
	n := 0
	for i := range g.bins {
		if g.bins[i].n > 0 {
			n++
		}
	}
	out := make([]run, 0, n)
	for i, b := range g.bins {
		if b.n > 0 {
			out = append(out, run{float64(b.n), g.low + (float64(i)+float64(b.above)/float64(b.n))/g.scale})
		}
	}
	return out
}

// A sorted column is runs of equal values, the lowest first.
type run struct{ n, value float64 }

// sorted turns values into a sorted column.
func sorted(values []float64) []run {
	slices.Sort(values)
	var out []run
	for _, v := range values {
		if n := len(out); n > 0 && out[n-1].value == v {
			out[n-1].n++
		} else {
			out = append(out, run{1, v})
		}
	}
	return out
}

// nth is the value at a place of a sorted column, counted from 0.
func nth(column []run, place float64) float64 {
	for _, r := range column {
		if place -= r.n; place < 0 {
			return r.value
		}
	}
	return column[len(column)-1].value
}

// median is the middle value, or the mean of the middle two.
func median(column []run) Value {
	n := 0.0
	for _, r := range column {
		n += r.n
	}
	if n == 0 {
		return undefined
	}
	return Value((nth(column, math.Ceil(n/2)-1) + nth(column, math.Floor(n/2))) / 2)
}

// largestCov is the covariance of two columns of equal length after sorting
// both: the most that any pairing of their values could have.
func largestCov(x, y []run) Value {
	mx, n := meanOf(x)
	my, _ := meanOf(y)
	if n < 2 {
		return undefined
	}
	sum := 0.0
	for i, j, left, right := 0, 0, 0.0, 0.0; ; {
		if left == 0 {
			if i == len(x) {
				break
			}
			left = x[i].n
			i++
		}
		if right == 0 {
			if j == len(y) {
				break
			}
			right = y[j].n
			j++
		}
		k := min(left, right)
		sum += k * (x[i-1].value - mx) * (y[j-1].value - my)
		left -= k
		right -= k
	}
	return Value(sum / (n - 1))
}

func meanOf(column []run) (mean, n float64) {
	for _, r := range column {
		n += r.n
		mean += r.n * r.value
	}
	return mean / n, n
}

// A clock is a histogram of seconds with 16 bins an octave, from half a second
// to a day and a half: equal steps within an octave, so that no bin is wider
// than a 16th of its value (the idea of DDSketch, Masson et al., PVLDB 12(12),
// 2019, with the float's own exponent for a logarithm).
type clock [clockBins]uint32

const (
	clockBins  = 18 * 16
	clockShift = 23 - 4 // leaves the exponent and four bits of a float32
	clockLow   = 126 << 4
)

func (c *clock) add(seconds float32) {
	i := int(math.Float32bits(seconds)>>clockShift) - clockLow
	c[min(max(i, 0), clockBins-1)]++
}

// runs gives the middle of every bin.
func (c *clock) runs() []run {
	out := make([]run, 0, 64)
	for i, n := range c {
		if n > 0 {
			low := math.Float32frombits(uint32(i+clockLow) << clockShift)
			high := math.Float32frombits(uint32(i+1+clockLow) << clockShift)
			out = append(out, run{float64(n), (float64(low) + float64(high)) / 2})
		}
	}
	return out
}

// Rest scores are counted in restSteps steps of 100 per cent. Where something
// is counted by ability these are taken together to bands.
const (
	restSteps    = 256
	stepsPerBand = 8
	bands        = restSteps/stepsPerBand + 1 // the last is for full marks
)

// A split says which part of each band belongs to the lowest and which to the
// highest third of all.
type split struct{ low, high [bands]float64 }

// thirds splits the people of a histogram of rest scores.
func thirds(rests *grid) split {
	var all [bands]float64
	n := 0.0
	for i, b := range rests.bins {
		all[i/stepsPerBand] += float64(b.n)
		n += float64(b.n)
	}
	var s split
	below := 0.0
	for b, k := range all {
		if k == 0 {
			continue
		}
		above := n - below - k
		s.low[b] = min(max((n/3-below)/k, 0), 1)
		s.high[b] = min(max((n/3-above)/k, 0), 1)
		below += k
	}
	return s
}

// of returns the share of each third that some, counted in the same bands,
// make up; n is how many all are.
func (s *split) of(some *[bands]uint32, n float64) (low, high Value) {
	var l, h float64
	for b, k := range some {
		l += float64(k) * s.low[b]
		h += float64(k) * s.high[b]
	}
	return ratio(l, n/3), ratio(h, n/3)
}
