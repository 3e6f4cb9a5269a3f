package analysis

import (
	"fmt"
	"strconv"
	"strings"

	"groundwork/exam"
)

// Guess returns the share of the points that blind guessing earns on average:
// one over the options for a single choice, one over the choices for a match,
// one over the entries for an order (a random permutation leaves one in its
// place on average), the mean over the blanks for a cloze item, 0 for what is
// typed. For a choose-all item it is not defined (EXAM.md c).
func Guess(it *exam.Item) Value {
	switch it.Type {
	case exam.Single, exam.Ordering:
		return ratio(1, float64(len(it.Options)))
	case exam.Matching:
		return ratio(1, float64(len(it.Choices)))
	case exam.Cloze:
		sum := 0.0
		for _, b := range it.Blanks {
			if !b.Typed {
				sum += 1 / float64(max(len(b.Options), 1))
			}
		}
		return ratio(sum, float64(len(it.Blanks)))
	case exam.Numeric, exam.Short, exam.SQL:
		return 0
	}
	return undefined
}

// other is the choice of those whose typed answer nobody had foreseen.
const other = "other"

// NewSubject returns an item as statistics see it. Its choices are
//
//   - single: the options; multiple: the options, each a box of its own
//   - numeric, short: the answers that are listed, right and wrong, and "other"
//   - ordering: for each entry, that it was put in its place
//   - matching: for each stem every choice, "a-c"; cloze: for each blank its
//     options, "1-c", or whether what was typed is right
//   - sql: none
func NewSubject(it *exam.Item) Subject {
	s := Subject{ID: string(it.ID), Guess: Guess(it)}
	add := func(id, label string, group int, key, shown bool) {
		s.Options = append(s.Options, Choice{id, label, group, key, shown})
	}
	switch it.Type {
	case exam.Single:
		for _, o := range it.Options {
			add(string(o.ID), quoted(o.Text), 0, o.Key, true)
		}
	case exam.Multiple:
		for i, o := range it.Options {
			add(string(o.ID), quoted(o.Text), i, o.Key, true)
		}
	case exam.Numeric, exam.Short:
		for _, o := range it.Options {
			add(string(o.ID), "the answer "+quoted(o.Text), 0, o.Key, false)
		}
		add(other, "another answer", 0, false, false)
	case exam.Ordering:
		for i, o := range it.Options {
			add(string(o.ID), fmt.Sprintf("%s in place %d", quoted(o.Text), i+1), i, true, false)
		}
	case exam.Matching:
		for i, o := range it.Options {
			for _, c := range it.Choices {
				add(pairID(string(o.ID), string(c.ID)), quoted(c.Text)+" for "+quoted(o.Text), i, c.ID == o.Match, false)
			}
		}
	case exam.Cloze:
		s.Options = blankChoices(it)
	}
	return s
}

func blankChoices(it *exam.Item) (out []Choice) {
	for i, b := range it.Blanks {
		n := strconv.Itoa(i + 1)
		if b.Typed {
			out = append(out, Choice{pairID(n, "right"), "a right answer in gap " + n, i, true, false},
				Choice{pairID(n, other), "another answer in gap " + n, i, false, false})
			continue
		}
		for _, o := range b.Options {
			out = append(out, Choice{pairID(n, string(o.ID)), quoted(o.Text) + " in gap " + n, i, o.Key, true})
		}
	}
	return out
}

// maxLabel is how many letters of an option name it.
const maxLabel = 56

// quoted names an option by its first words: ids say nothing to authors.
func quoted(text string) string {
	text = strings.Join(strings.Fields(strings.NewReplacer("`", "", "**", "").Replace(text)), " ")
	if r := []rune(text); len(r) > maxLabel {
		text = string(r[:maxLabel])
		if i := strings.LastIndex(text, " "); i > maxLabel/2 {
			text = text[:i]
		}
		text += " …"
	}
	return "“" + text + "”"
}

func pairID(a, b string) string { return a + "-" + b }

// A reader turns responses to one item into picks.
type reader struct {
	it    *exam.Item
	index map[string]int // of the subject's choices
}

func newReader(it *exam.Item, s Subject) *reader {
	r := &reader{it, make(map[string]int, len(s.Options))}
	for i, o := range s.Options {
		r.index[o.ID] = i
	}
	return r
}

// picks returns what was picked in a response, a bit a choice.
func (r *reader) picks(resp exam.Response) (set uint64) {
	if resp.Blank() {
		return 0
	}
	pick := func(id string) {
		if i, ok := r.index[id]; ok && i < MaxChoices {
			set |= 1 << i
		}
	}
	switch r.it.Type {
	case exam.Single, exam.Multiple:
		for _, id := range resp.Choice {
			pick(string(id))
		}
	case exam.Numeric, exam.Short:
		if m := exam.Score(r.it, resp, nil); m.Known != nil {
			pick(string(m.Known.ID))
		} else {
			pick(other)
		}
	case exam.Ordering:
		for i, o := range r.it.Options {
			if i < len(resp.Choice) && resp.Choice[i] == o.ID {
				pick(string(o.ID))
			}
		}
	case exam.Matching:
		for stem, chosen := range resp.Pairs {
			pick(pairID(string(stem), chosen))
		}
	case exam.Cloze:
		r.blanks(resp, pick)
	}
	return set
}

// blanks picks for every gap that was filled.
func (r *reader) blanks(resp exam.Response, pick func(string)) {
	for i := range r.it.Blanks {
		n := strconv.Itoa(i + 1)
		given := resp.Pairs[exam.OptionID(n)]
		switch {
		case given == "":
		case !r.it.Blanks[i].Typed:
			pick(pairID(n, given))
		case r.rightBlank(i, n, given):
			pick(pairID(n, "right"))
		default:
			pick(pairID(n, other))
		}
	}
}

// rightBlank reports whether what was typed into a gap is right: an item with
// no other gap filled scores by that gap alone.
func (r *reader) rightBlank(i int, n, given string) bool {
	alone := exam.Response{Pairs: map[exam.OptionID]string{exam.OptionID(n): given}}
	return exam.Score(r.it, alone, nil).Fraction > 0
}
