package web

import (
	"fmt"
	"strconv"
	"time"

	"groundwork/content"
)

// timeView sets the time that each item took beside the time it should take.
type timeView struct {
	Story string
	Label string
	Bars  []timeBar
}

// timeBar is one item.
type timeBar struct {
	N              int
	Title, Result  string
	Used, Expected time.Duration
}

// How far from what it should take an item may be before it is worth a word:
// as a share of that.
const (
	slowShare = 2.0
	fastShare = 1.0 / 3
)

// chartShare is where bars of the chart are cut off, as a share of the time
// expected.
const chartShare = 3.0

// share is the time used as a share of what is expected.
func (b timeBar) share() float64 {
	if b.Expected == 0 {
		return 0
	}
	return float64(b.Used) / float64(b.Expected)
}

// newTimeView draws the time of each item. It is empty where nothing was
// noted, as in an attempt that was never looked at again.
func newTimeView(g graded) timeView {
	var v timeView
	var used, expected time.Duration
	slow, slowLost, fastLost := 0, 0, 0
	for _, slot := range g.Slots {
		it := g.Items(slot.Version)
		if it == nil {
			continue
		}
		b := timeBar{N: slot.N, Title: content.Plain(it.Title), Result: slotResult(slot), Used: g.Used[slot.N], Expected: time.Duration(it.Seconds) * time.Second}
		v.Bars = append(v.Bars, b)
		used, expected = used+b.Used, expected+b.Expected
		lost := b.Result != "right"
		switch {
		case b.share() > slowShare:
			slow++
			if lost {
				slowLost++
			}
		case b.Result != "blank" && b.share() < fastShare && lost:
			fastLost++
		}
	}
	if used == 0 {
		return timeView{}
	}
	v.Story = fmt.Sprintf("The items had you for %s; they should take %s together.", roughly(used), roughly(expected))
	if slow > 0 {
		v.Story += fmt.Sprintf(" %s took more than twice the time expected, and you lost points on %s.", plural(slow, "item", "items"), numberOr(slowLost, "none of them"))
	}
	if fastLost > 0 {
		v.Story += fmt.Sprintf(" On %s you lost points after less than a third of that time: reading once more may be all it takes.", plural(fastLost, "item", "items"))
	}
	v.Label = "Time used for each item, as a share of the time expected. " + v.Story
	return v
}

// numberOr writes a number, or none where it is 0.
func numberOr(n int, none string) string {
	if n == 0 {
		return none
	}
	return strconv.Itoa(n)
}

// roughly writes a time in minutes, or in seconds where it is short.
func roughly(d time.Duration) string {
	if d < 2*time.Minute {
		return plural(int(d.Round(time.Second).Seconds()), "second", "seconds")
	}
	return plural(int(d.Round(time.Minute).Minutes()), "minute", "minutes")
}

// brief writes a time: 1 min 10 s.
func brief(d time.Duration) string {
	d = d.Round(time.Second)
	m, s := int(d.Minutes()), int(d.Seconds())%60
	switch {
	case m == 0:
		return fmt.Sprintf("%d s", s)
	case s == 0:
		return fmt.Sprintf("%d min", m)
	}
	return fmt.Sprintf("%d min %d s", m, s)
}

const (
	timeBase = 134.0 // y of the axis
	timeTall = 120.0 // height of a bar that is cut off
)

// x is the middle of a bar, y the top of one of a share of the time expected.
func (v timeView) x(i int) string {
	return strconv.FormatFloat(100*(float64(i)+.5)/float64(len(v.Bars)), 'f', 2, 64) + "%"
}

func (v timeView) y(share float64) string {
	return strconv.FormatFloat(timeBase-timeTall*min(share, chartShare)/chartShare, 'f', 1, 64)
}
