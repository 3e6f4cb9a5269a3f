package main

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// rounds makes samples of one second with so many requests each, of which each
// costs the server a hundred microseconds.
func rounds(requests ...int) (list []sample) {
	for _, n := range requests {
		list = append(list, sample{requests: n, wall: time.Second, cpu: time.Duration(n) * 100 * time.Microsecond})
	}
	return list
}

func TestLine(t *testing.T) {
	failed := rounds(90, 90, 90)
	failed[1].failed, failed[1].why = 2, errors.New("status 500")
	tests := []struct {
		name         string
		ours, theirs []sample
		goal         goal
		want         []string
	}{
		{"median of the rounds' own ratios", rounds(90, 40, 60), rounds(100, 100, 100), rateOf(0.5), []string{"60 (40–90)", "rate ≥ 0.5: 0.60 (0.40–0.90)", "| yes |"}},
		{"not met", rounds(90, 40, 60), rounds(100, 100, 100), rateOf(0.85), []string{"**no**"}},
		{"a bound from above", rounds(10, 10, 10), rounds(10, 10, 10), cpuOf(1.2), []string{"CPU ≤ 1.2: 1.00 (1.00–1.00)", "| yes |"}},
		{"a server that failed is not measured", failed, rounds(100, 100, 100), rateOf(0.5), []string{"**failed**: 2 of 92 requests, first: status 500"}},
		{"nor one that did nothing", rounds(90, 0, 90), rounds(100, 100, 100), rateOf(0.5), []string{"**failed**"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := line(scenario{name: "x", goals: []goal{tt.goal}}, tt.ours, tt.theirs)
			for _, want := range tt.want {
				if !strings.Contains(got, want) {
					t.Errorf("%s\nlacks %q", got, want)
				}
			}
		})
	}
}
