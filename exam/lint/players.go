package lint

import (
	"fmt"
	"regexp"
	"strings"

	"groundwork/content/search"
	"groundwork/content/source"
	"groundwork/exam"
)

// A PlayerScore is how a strategy that knows nothing of the subject does in a
// pool.
type PlayerScore struct {
	Pool   exam.Pool
	Player string  // what it chooses: the longest option
	Items  int     // single-choice items it sat
	Score  float64 // per cent of them right; a tie between n options counts 1/n
	Chance float64 // per cent right by drawing lots

	Wins []exam.ItemID // items it gets right without a tie
}

// Over returns by how many points the strategy beats chance.
func (s PlayerScore) Over() float64 { return s.Score - s.Chance }

// MostOver is how many points over chance a strategy may win in a pool of at
// least fewest single choices. In a smaller one luck wins as much.
const (
	MostOver = 5
	fewest   = 40
)

// A player gives each option of an item points and chooses the one with most.
type player struct {
	name   string
	points func(v *view, o exam.Option) float64
}

// players are the test-wise strategies: the six that CONTENT.md names, and two
// that pay where an author has been too careful with those. Keys that are
// neither the longest nor the shortest option too often are found in the
// middle, and wrong options that are each the key with one thing changed give
// the key away as what they have in common.
var players = []player{
	{"longest option", func(_ *view, o exam.Option) float64 { return float64(length(o)) }},
	{"shortest option", func(_ *view, o exam.Option) float64 { return -float64(length(o)) }},
	{"most words of the stem", func(v *view, o exam.Option) float64 {
		return float64(len(common(search.Terms(shown(v.prose)), o)))
	}},
	{"with a hedge", func(_ *view, o exam.Option) float64 {
		return float64(len(hedge.FindAllString(shown(o.Text), -1)))
	}},
	{"without absolutes", func(_ *view, o exam.Option) float64 {
		text := shown(o.Text)
		return -float64(len(strong.FindAllString(text, -1)) + len(weak.FindAllString(text, -1)))
	}},
	{"most detailed", func(_ *view, o exam.Option) float64 { return float64(detail(o)) }},
	{"neither longest nor shortest", middle},
	{"most like the others", alike},
}

// middle gives a point to options that are neither the longest nor the
// shortest.
func middle(v *view, o exam.Option) float64 {
	longer, shorter := false, false
	for _, p := range v.Options {
		longer = longer || length(p) > length(o)
		shorter = shorter || length(p) < length(o)
	}
	if longer && shorter {
		return 1
	}
	return 0
}

// alike counts the terms that an option has in common with each other one.
func alike(v *view, o exam.Option) float64 {
	n := 0
	for _, p := range v.Options {
		if p.ID != o.ID {
			n += len(common(search.Terms(shown(p.Text)), o))
		}
	}
	return float64(n)
}

var numbers = regexp.MustCompile(`\d+(?:[.,]\d+)*`)

// detail counts commas, numbers and pieces of code.
func detail(o exam.Option) int {
	return strings.Count(o.Text, ",") + len(numbers.FindAllString(o.Text, -1)) + len(spans.FindAllString(o.Text, -1))
}

// Players lets each strategy sit the single-choice items of each pool.
func Players(bank *exam.Bank) []PlayerScore {
	var out []PlayerScore
	for _, pool := range []exam.Pool{exam.ExamPool, exam.PracticePool} {
		for _, p := range players {
			out = append(out, p.sit(pool, bank.Pool(pool)))
		}
	}
	return out
}

// sit plays the single-choice items among items.
func (p player) sit(pool exam.Pool, items []*exam.Item) PlayerScore {
	s := PlayerScore{Pool: pool, Player: p.name}
	for _, it := range items {
		if it.Type != exam.Single || len(it.Options) == 0 {
			continue
		}
		share := p.share(look(it))
		if share == 1 {
			s.Wins = append(s.Wins, it.ID)
		}
		s.Items++
		s.Score += share
		s.Chance += 1 / float64(len(it.Options))
	}
	if s.Items > 0 {
		s.Score *= 100 / float64(s.Items)
		s.Chance *= 100 / float64(s.Items)
	}
	return s
}

// share returns how likely the player is to choose the key.
func (p player) share(v *view) float64 {
	best, tied, key := 0.0, 0, false
	for i, o := range v.Options {
		switch n := p.points(v, o); {
		case i == 0 || n > best:
			best, tied, key = n, 1, o.Key
		case n == best:
			tied++
			key = key || o.Key
		}
	}
	if !key {
		return 0
	}
	return 1 / float64(tied)
}

// Winners reports the strategies that beat chance by more than [MostOver].
// They concern a pool as a whole, so they stand at no line.
func Winners(scores []PlayerScore) source.Problems {
	var problems source.Problems
	for _, s := range scores {
		if s.Over() > MostOver && s.Items >= fewest {
			problems.Add("item", 0, fmt.Sprintf("whoever takes the option %s gets %.1f%% of the %s pool, %.1f points over chance", s.Player, s.Score, s.Pool, s.Over()),
				fmt.Sprintf("change that in some of the %d items that it gets right: %s", len(s.Wins), list(s.Wins)))
		}
	}
	return problems
}

// list names the first ids.
func list(ids []exam.ItemID) string {
	const most = 12
	var names []string
	for _, id := range ids[:min(most, len(ids))] {
		names = append(names, string(id))
	}
	if len(ids) > most {
		names = append(names, "…")
	}
	return strings.Join(names, ", ")
}
