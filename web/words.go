package web

import (
	"fmt"
	"math"
	"time"
)

// percent writes a share as people read it: 67%.
func percent(share float64) string { return fmt.Sprintf("%.0f%%", 100*share) }

// plural writes a count with its noun: 1 item, 4 items.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// minutes writes a span in whole minutes, upwards: "52 min".
func minutes(d time.Duration) string { return fmt.Sprintf("%d min", int(math.Ceil(d.Minutes()))) }

// clockTime writes a time of day in UTC; scripts turn it into local time.
func clockTime(t time.Time) string { return t.UTC().Format("15:04 UTC") }

// day writes a date: 14 June 2026.
func day(t time.Time) string { return t.UTC().Format("2 January 2006") }

// shortDay writes a date without its year: 14 June.
func shortDay(t time.Time) string { return t.UTC().Format("2 January") }
