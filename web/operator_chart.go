package web

import (
	"fmt"
	"slices"
	"strconv"

	"groundwork/exam/analysis"
)

// totalsChart draws how many people have which total, in bars of five per cent
// of the form. x is in per cent of the width and y in pixels, as in all charts.
type totalsChart struct {
	Bars      []int
	Pass      float64
	Low, High float64 // one standard error around it
	Label     string
}

const (
	totalsBase = 150.0 // y of the axis
	totalsTall = 116.0 // height of the highest bar
)

func newTotalsChart(rep *analysis.Report, pass float64) totalsChart {
	c := totalsChart{Bars: rep.Totals, Pass: pass}
	if len(c.Bars) == 0 {
		return c
	}
	top := slices.Index(c.Bars, slices.Max(c.Bars))
	c.Label = fmt.Sprintf("%d people by their share of the points. Most, %d, are between %d%% and %d%%. The pass mark is at %g%%, and %s of the people lie within their standard error of it.",
		rep.Attempts, c.Bars[top], 5*top, 5*top+5, pass, share(rep.Near))
	if sem := float64(rep.ConditionalSEM); rep.ConditionalSEM.Defined() {
		c.Low, c.High = max(0, pass-sem), min(100, pass+sem)
	}
	return c
}

// x is the middle of a bar, y its top.
func (c totalsChart) x(i int) string { return fmt.Sprintf("%g%%", 2.5+5*float64(i)) }

func (c totalsChart) y(i int) string {
	most := max(slices.Max(c.Bars), 1)
	return strconv.FormatFloat(totalsBase-totalsTall*float64(c.Bars[i])/float64(most), 'f', 1, 64)
}

// rows are the bars as text: "65 to 70%".
func (c totalsChart) rows() (out []figureView) {
	for i, n := range c.Bars {
		out = append(out, figureView{Name: fmt.Sprintf("%d to %d%%", 5*i, 5*i+5), Value: strconv.Itoa(n)})
	}
	return out
}

// at writes a share as a place on an axis.
func at(v analysis.Value) string {
	if !v.Defined() {
		return "0"
	}
	return strconv.FormatFloat(100*float64(v), 'f', 1, 64) + "%"
}
