package store

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"groundwork/exam"
	"groundwork/exam/analysis"
)

// A fault is what is wrong with a planted item.
type fault string

const (
	sound    fault = ""
	wrongKey fault = "wrong key"   // who knows takes another option than the key
	twoRight fault = "two right"   // who knows takes the key or another option
	deadOne  fault = "dead option" // nobody takes one of the options
)

// A simulated item answers by a two-parameter logistic model: who knows gives
// the right answer, who does not gives one of the wrong ones.
type simulated struct {
	item   *exam.Item
	model  analysis.Model
	fault  fault
	option exam.OptionID // that the fault is about

	knows, wrong []exam.Response
	weight       []float64 // of the wrong ones; they add up to 1
}

// respond draws an answer.
func (s *simulated) respond(theta float64, rng *rand.Rand) exam.Response {
	if rng.Float64() < s.model.P(theta) {
		return s.knows[rng.IntN(len(s.knows))]
	}
	x := rng.Float64()
	for i, w := range s.weight {
		if x -= w; x < 0 {
			return s.wrong[i]
		}
	}
	return s.wrong[0]
}

// facility is what people of ability N(0, 1) win on average.
func (s *simulated) facility() float64 {
	know, all := 0.0, 0.0
	for t := -6.0; t <= 6; t += 0.01 {
		w := math.Exp(-t * t / 2)
		know += w * s.model.P(t)
		all += w
	}
	know /= all
	right, other := 0.0, 0.0
	for _, r := range s.knows {
		right += fraction(s.item, r) / float64(len(s.knows))
	}
	for i, r := range s.wrong {
		other += s.weight[i] * fraction(s.item, r)
	}
	return know*right + (1-know)*other
}

// sameText stands for the sandbox: a query is right if it is the key.
type sameText struct{}

func (sameText) Equal(q *exam.Query, answer string) (bool, error) { return q.Key == answer, nil }

func fraction(it *exam.Item, r exam.Response) float64 {
	return exam.Score(it, r, sameText{}).Fraction
}

// newSimulated draws how people answer an item.
func newSimulated(it *exam.Item, f fault, rng *rand.Rand) *simulated {
	s := &simulated{item: it, fault: f, model: analysis.Model{A: math.Exp(0.3 * rng.NormFloat64()), B: -0.7 + 0.9*rng.NormFloat64(), D: 1}}
	if f != sound {
		s.model.A, s.model.B = 1.2, -0.3 // an item that would be a good one
	}
	right, wrong := answersTo(it)
	s.knows = []exam.Response{right}
	if f != sound { // a single choice
		n := rng.IntN(len(wrong))
		other := wrong[n]
		s.option = other.Choice[0]
		wrong = slices.Delete(wrong, n, n+1)
		switch f {
		case wrongKey:
			s.knows, wrong = []exam.Response{other}, append(wrong, right)
		case twoRight:
			s.knows = append(s.knows, other)
		}
	}
	s.wrong = append(wrong, exam.Response{}) // some leave it blank
	sum := 0.0
	for range wrong {
		w := 0.5 + rng.Float64()
		s.weight, sum = append(s.weight, w), sum+w
	}
	s.weight = append(s.weight, sum*0.03)
	sum *= 1.03
	for i := range s.weight {
		s.weight[i] /= sum
	}
	return s
}

// answersTo gives the right response to an item and some wrong ones.
func answersTo(it *exam.Item) (right exam.Response, wrong []exam.Response) {
	switch it.Type {
	case exam.Single:
		for _, o := range it.Options {
			r := exam.Response{Choice: []exam.OptionID{o.ID}}
			if o.Key {
				right = r
			} else {
				wrong = append(wrong, r)
			}
		}
	case exam.Multiple:
		for _, o := range it.Keys() {
			right.Choice = append(right.Choice, o.ID)
		}
		for _, o := range it.Options { // one box wrong
			var r exam.Response
			for _, p := range it.Options {
				if p.Key != (p.ID == o.ID) {
					r.Choice = append(r.Choice, p.ID)
				}
			}
			if len(r.Choice) > 0 {
				wrong = append(wrong, r)
			}
		}
	case exam.Ordering:
		for _, o := range it.Options {
			right.Choice = append(right.Choice, o.ID)
		}
		for i := range right.Choice[1:] {
			r := exam.Response{Choice: slices.Clone(right.Choice)}
			r.Choice[i], r.Choice[i+1] = r.Choice[i+1], r.Choice[i]
			wrong = append(wrong, r)
		}
	case exam.Matching, exam.Cloze:
		return answersInPairs(it)
	case exam.SQL:
		return exam.Response{Text: it.Query.Key}, []exam.Response{{Text: "SELECT 0"}}
	default:
		return answersTyped(it)
	}
	return right, wrong
}

func answersTyped(it *exam.Item) (right exam.Response, wrong []exam.Response) {
	for _, o := range it.Options {
		text := strings.Trim(o.Text, "`")
		switch {
		case o.Key && strings.HasPrefix(text, "/"): // a pattern: no telling what it takes
			wrong = append(wrong, exam.Response{Text: text})
		case o.Key && right.Text == "":
			right.Text = strings.ReplaceAll(text, "*", "")
		case !o.Key:
			wrong = append(wrong, exam.Response{Text: text})
		}
	}
	return right, append(wrong, exam.Response{Text: "424242"})
}

// answersInPairs gives the right pairs, and for each stem or gap every wrong
// choice with the rest right.
func answersInPairs(it *exam.Item) (right exam.Response, wrong []exam.Response) {
	right.Pairs = map[exam.OptionID]string{}
	other := map[exam.OptionID][]string{}
	for _, o := range it.Options {
		right.Pairs[o.ID] = string(o.Match)
		for _, c := range it.Choices {
			if c.ID != o.Match {
				other[o.ID] = append(other[o.ID], string(c.ID))
			}
		}
	}
	for i, b := range it.Blanks {
		id := exam.OptionID(fmt.Sprint(i + 1))
		for _, o := range b.Options {
			given := string(o.ID)
			if b.Typed {
				given = strings.Trim(o.Text, "`")
			}
			if o.Key {
				right.Pairs[id] = given
			} else {
				other[id] = append(other[id], given)
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(other)) {
		for _, given := range other[id] {
			r := exam.Response{Pairs: maps.Clone(right.Pairs)}
			r.Pairs[id] = given
			wrong = append(wrong, r)
		}
	}
	return right, wrong
}
