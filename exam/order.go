package exam

// An OrderRule says how an order that is not quite right is marked.
type OrderRule string

// The rules for orders, under the names that Moodle's ordering questions have
// (EXAM.md b, Ordering). Items are marked by [Absolute].
const (
	Absolute          OrderRule = "absolute_position"
	AllOrNothing      OrderRule = "all_or_nothing"
	NextExcludeLast   OrderRule = "relative_next_exclude_last"
	NextIncludeLast   OrderRule = "relative_next_include_last"
	OnePreviousNext   OrderRule = "relative_one_previous_and_next"
	AllPreviousNext   OrderRule = "relative_all_previous_and_next"
	LongestOrdered    OrderRule = "longest_ordered_subset"
	LongestContiguous OrderRule = "longest_contiguous_subset"
	RelativeToCorrect OrderRule = "relative_to_correct"
)

// OrderRules lists the rules.
var OrderRules = []OrderRule{
	Absolute, AllOrNothing, NextExcludeLast, NextIncludeLast, OnePreviousNext, AllPreviousNext,
	LongestOrdered, LongestContiguous, RelativeToCorrect,
}

// ScoreOrder marks an order of n entries by rule, from 0 to 1. response holds
// the entries in the learner's order, each as its right place from 0 to n-1.
// What is no order of n entries, and a rule that is none, give 0.
func ScoreOrder(rule OrderRule, n int, response []int) float64 {
	place := places(n, response)
	if place == nil {
		return 0
	}
	hits, most := orderHits(rule, place, response)
	if n == 1 { // in its place, and beside nothing
		hits, most = 1, 1
	}
	return float64(hits) / float64(most)
}

// places returns where each entry stands in response, or nil if response does
// not hold each of n entries once.
func places(n int, response []int) []int {
	if n < 1 || len(response) != n {
		return nil
	}
	place := make([]int, n)
	for i := range place {
		place[i] = -1
	}
	for i, v := range response {
		if v < 0 || v >= n || place[v] >= 0 {
			return nil
		}
		place[v] = i
	}
	return place
}

// orderHits counts what rule counts, and how much there is to count.
func orderHits(rule OrderRule, place, response []int) (hits, most int) {
	n := len(response)
	switch rule {
	case Absolute:
		for v, i := range place {
			hits += count(v == i)
		}
		return hits, n
	case AllOrNothing:
		return count(longestRise(response) == n), 1
	case NextExcludeLast, NextIncludeLast, OnePreviousNext:
		return neighbours(rule, place)
	case AllPreviousNext:
		for v := range n {
			for w := range v {
				hits += 2 * count(place[w] < place[v])
			}
		}
		return hits, n * (n - 1)
	case LongestOrdered:
		return unlessOne(longestRise(response)), n
	case LongestContiguous:
		return unlessOne(longestRun(place)), n
	case RelativeToCorrect:
		for v, i := range place {
			hits += n - 1 - max(v-i, i-v)
		}
		return hits, n * (n - 1)
	}
	return 0, 1
}

// neighbours counts entries that stand right before or after the right one.
func neighbours(rule OrderRule, place []int) (hits, most int) {
	n := len(place)
	for v := range n - 1 {
		hits += count(place[v+1] == place[v]+1)
	}
	first, last := count(place[0] == 0), count(place[n-1] == n-1)
	switch rule {
	case NextExcludeLast:
		return hits, n - 1
	case NextIncludeLast:
		return hits + last, n
	}
	return 2*hits + first + last, 2 * n
}

// longestRise returns the length of the longest part of response, gaps
// allowed, that is in order.
func longestRise(response []int) int {
	best := make([]int, len(response))
	longest := 0
	for i, v := range response {
		best[i] = 1
		for j, w := range response[:i] {
			if w < v {
				best[i] = max(best[i], best[j]+1)
			}
		}
		longest = max(longest, best[i])
	}
	return longest
}

// longestRun returns how many entries that follow each other stand in order at
// most, others between them or not.
func longestRun(place []int) int {
	run, longest := 1, 1
	for v := 1; v < len(place); v++ {
		if place[v] > place[v-1] {
			run++
		} else {
			run = 1
		}
		longest = max(longest, run)
	}
	return longest
}

// unlessOne is 0 for 1: one entry alone is in no order.
func unlessOne(n int) int {
	if n == 1 {
		return 0
	}
	return n
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
