package exam

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestScoreOrderEdges(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		rule     OrderRule
		n        int
		response []int
		want     float64
	}{
		{name: "an unknown rule", rule: "guess", n: 3, response: []int{0, 1, 2}, want: 0},
		{name: "too few", rule: Absolute, n: 3, response: []int{0, 1}, want: 0},
		{name: "too many", rule: Absolute, n: 2, response: []int{0, 1, 2}, want: 0},
		{name: "one twice", rule: Absolute, n: 3, response: []int{0, 1, 1}, want: 0},
		{name: "one below", rule: Absolute, n: 2, response: []int{-1, 0}, want: 0},
		{name: "one beyond", rule: Absolute, n: 2, response: []int{0, 2}, want: 0},
		{name: "nothing", rule: Absolute, n: 0, want: 0},
		{name: "one alone", rule: NextExcludeLast, n: 1, response: []int{0}, want: 1},
		{name: "one alone, longest", rule: LongestOrdered, n: 1, response: []int{0}, want: 1},
		{name: "one alone, all pairs", rule: AllPreviousNext, n: 1, response: []int{0}, want: 1},
		{name: "two swapped", rule: RelativeToCorrect, n: 2, response: []int{1, 0}, want: 0},
		{name: "two swapped, longest", rule: LongestContiguous, n: 2, response: []int{1, 0}, want: 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := ScoreOrder(tt.rule, tt.n, tt.response); got != tt.want {
				t.Errorf("ScoreOrder(%s, %d, %v) = %g, want %g", tt.rule, tt.n, tt.response, got, tt.want)
			}
		})
	}
}

// Every rule gives 1 to the right order alone, and stays within 0 and 1.
func TestScoreOrderProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 9).Draw(t, "n")
		right := make([]int, n)
		for i := range right {
			right[i] = i
		}
		response := rapid.Permutation(right).Draw(t, "response")
		same := true
		for i, v := range response {
			same = same && i == v
		}
		for _, rule := range OrderRules {
			got := ScoreOrder(rule, n, response)
			if got < 0 || got > 1 || math.IsNaN(got) || (got == 1) != same {
				t.Fatalf("%s: %v = %g", rule, response, got)
			}
		}
	})
}
