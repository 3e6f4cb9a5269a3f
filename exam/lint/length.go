package lint

import (
	"fmt"

	"groundwork/exam"
)

// What keyLength tolerates.
const (
	longKey  = 1.6 // times the mean of the other options
	longest  = 1.3 // times the longest of them
	longFrom = 12  // characters more than either, or it is no length one sees
)

// keyLength reports a key whose length gives it away: much longer than the
// others, because it had to be true, or much shorter than the shortest. Two
// others have no mean worth the name; beside them only the longest counts.
func keyLength(v *view, bad reporter) {
	for _, g := range v.groups {
		keys, others := g.split()
		if len(keys) == 0 || len(others) < 2 {
			continue
		}
		key, sum, most, least := mean(keys), 0, 0, 1<<30
		for _, o := range others {
			n := length(o)
			sum, most, least = sum+n, max(most, n), min(least, n)
		}
		avg := float64(sum) / float64(len(others))
		what := fmt.Sprintf("has a key%s of %.0f characters beside others of %.0f on average, %d to %d", g.of, key, avg, least, most)
		switch {
		case key > longKey*avg && key-avg >= longFrom && len(others) > 2, key > longest*float64(most) && key-float64(most) >= longFrom:
			bad(what, "shorten the key, or say as much in a wrong option")
		case key*longKey < float64(least) && float64(least)-key >= longFrom:
			bad(what, "shorten a wrong option, or say more in the key")
		}
	}
}

// mean returns the mean length of options.
func mean(options []exam.Option) float64 {
	sum := 0
	for _, o := range options {
		sum += length(o)
	}
	return float64(sum) / float64(len(options))
}
