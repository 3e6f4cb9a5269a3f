package analysis

import (
	"fmt"
	"math"
)

// A Kind is a reason to look at an item again.
type Kind string

// The kinds, the gravest first. Thresholds are those of EXAM.md c.
const (
	WrongKey    Kind = "wrong key"   // a distractor draws better people than the key
	Negative    Kind = "negative"    // the better people are, the worse they do
	TwoRight    Kind = "two right"   // a distractor draws the able as the key does
	TooHard     Kind = "too hard"    // facility within 0.05 of guessing
	Weak        Kind = "weak"        // discrimination below 10
	Inefficient Kind = "inefficient" // discriminative efficiency below 15
	TooEasy     Kind = "too easy"    // facility above 0.95
	Dead        Kind = "dead option" // a distractor that nobody picks
)

var kinds = []Kind{WrongKey, Negative, TwoRight, TooHard, Weak, Inefficient, TooEasy, Dead}

const (
	tooEasy      = 0.95
	aboveGuess   = 0.05
	weak         = 10
	inefficient  = 15
	seldom       = 5    // picks below which a distractor's people say nothing
	seldomShare  = 0.05 // the same as a share
	likely, firm = 2, 3 // standard errors
	deadFirm     = 3    // wrong picks for each distractor: one of equal draw is missed once in 20 times, e^-3
)

// A Flag is a reason to look at an item again: what was seen, and what to do.
type Flag struct {
	Kind   Kind   `json:"kind"`
	Choice string `json:"choice,omitempty"` // the option it is about
	Firm   bool   `json:"firm"`             // chance hardly explains it
	Text   string `json:"text"`
	Act    string `json:"act"`
}

// flags looks for reasons. r is what is known of the item, which enough people
// had.
func (it *item) flags(r *ItemReport) []Flag {
	var out []Flag
	out = append(out, it.choiceFlags()...)
	out = append(out, strengthFlags(r)...)
	out = append(out, difficultyFlags(r)...)
	return append(out, it.deadFlags(r)...)
}

// difficultyFlags compares the facility with its bounds. A flag is firm if the
// Wilson interval lies beyond the bound.
func difficultyFlags(r *ItemReport) []Flag {
	bound, than := Value(aboveGuess), "which is next to nothing"
	if r.Guess.Defined() && r.Guess > 0 {
		bound, than = r.Guess+aboveGuess, fmt.Sprintf("where guessing alone would win %s", share(r.Guess))
	}
	switch {
	case r.Facility > tooEasy+hair:
		return []Flag{{TooEasy, "", r.Low > tooEasy, fmt.Sprintf("%s of its points were won: it tells hardly anybody apart.", share(r.Facility)),
			"Make it harder, or keep it only if everybody has to show this."}}
	case r.Facility < bound-hair:
		return []Flag{{TooHard, "", r.High < bound, fmt.Sprintf("Only %s of its points were won, %s.", share(r.Facility), than),
			"Check the key and the wording. If both are right, ask it at a higher level or leave it out."}}
	}
	return nil
}

// strengthFlags looks at discrimination and efficiency. A flag is firm if the
// 95 per cent interval of the correlation, by Fisher's transformation
// (tanh(atanh r ± 1.96/sqrt(n-3))), lies beyond the bound; efficiency is
// proportional to it.
func strengthFlags(r *ItemReport) []Flag {
	if !r.Discrimination.Defined() {
		return nil
	}
	d := float64(r.Discrimination)
	high := 100 * math.Tanh(math.Atanh(min(max(d/100, -0.9999), 0.9999))+1.96/math.Sqrt(float64(r.N)-3))
	if d < -hair {
		return []Flag{{Negative, "", high < 0, fmt.Sprintf("People who do well on the rest of the form do worse here (discrimination %s).", r.Discrimination.Text(0)),
			"Take it out of the exam until its key and its options have been checked."}}
	}
	var out []Flag
	if d < weak-hair {
		out = append(out, Flag{Weak, "", high < weak, fmt.Sprintf("People who do well on the rest of the form do hardly better here (discrimination %s).", r.Discrimination.Text(0)),
			"Look for a second reading of the stem, a doubtful key or a trick, and mend it."})
	}
	if e := float64(r.Efficiency); r.Efficiency.Defined() && e < inefficient-hair {
		out = append(out, Flag{Inefficient, "", d > 0 && high*e/d < inefficient, fmt.Sprintf("It sorts people only %s%% as well as an item of its difficulty could.", r.Efficiency.Text(0)),
			"Look at who takes which option, then sharpen the stem or replace the option that misleads the able."})
	}
	return out
}

// deadFlags names distractors on show that nobody picked. A flag is firm if
// there were so many wrong picks among its rivals, which are its group or all
// boxes to tick, that a distractor of equal draw would have got one.
func (it *item) deadFlags(r *ItemReport) (out []Flag) {
	var boxes []int
	for _, group := range it.groups() {
		if len(group) == 1 {
			boxes = append(boxes, group[0])
		} else {
			out = append(out, it.deadAmong(group, r.N)...)
		}
	}
	return append(out, it.deadAmong(boxes, r.N)...)
}

func (it *item) deadAmong(rivals []int, people int) (out []Flag) {
	distracts := func(i int) bool { return it.subject.Options[i].Shown && !it.subject.Options[i].Key }
	picks, of := 0, 0
	for _, i := range rivals {
		if distracts(i) {
			picks, of = picks+int(it.choices[i].n), of+1
		}
	}
	for _, i := range rivals {
		if s := it.subject.Options[i]; distracts(i) && it.choices[i].n == 0 {
			out = append(out, Flag{Dead, s.ID, picks >= deadFirm*of, fmt.Sprintf("Nobody of %d took %s.", people, s.Label),
				"Replace it by a mistake that people really make, or take it out."})
		}
	}
	return out
}

// groups are the choices of each group; groups are numbered from 0.
func (it *item) groups() [][]int {
	var out [][]int
	for i, s := range it.subject.Options {
		for len(out) <= s.Group {
			out = append(out, nil)
		}
		out[s.Group] = append(out[s.Group], i)
	}
	return out
}

// choiceFlags looks for choices that draw the wrong people. Of each group the
// distractors that are not too rare are compared with the key, and the one that
// is most likely to be the key is named; a choice that stands alone, a box to
// tick, is compared with not ticking it.
func (it *item) choiceFlags() (out []Flag) {
	for _, group := range it.groups() {
		if len(group) == 1 {
			out = append(out, it.boxFlag(group[0])...)
			continue
		}
		var suspect *Flag
		most := 0.0
		for _, i := range group {
			if it.subject.Options[i].Key {
				continue
			}
			flag, strength := it.rivalFlag(i, group)
			switch {
			case flag == nil:
			case flag.Kind != WrongKey:
				out = append(out, *flag)
			case suspect == nil || strength > most:
				suspect, most = flag, strength
			}
		}
		if suspect != nil {
			out = append(out, *suspect)
		}
	}
	return out
}

// rivalFlag compares the people of a distractor with those of the key and of
// the other distractors. It is suspected to be the key if its people do better
// than those of the key; to be right as well if they are like those of the key
// and better than those of the others. strength grows with the evidence.
func (it *item) rivalFlag(d int, group []int) (flag *Flag, strength float64) {
	rival, key, others := &it.choices[d], &choice{}, &choice{}
	for _, i := range group {
		if c := &it.choices[i]; it.subject.Options[i].Key {
			key = key.with(c)
		} else if i != d {
			others = others.with(c)
		}
	}
	if rival.n < seldom || float64(rival.n) < seldomShare*it.pair.n {
		return nil, 0
	}
	s, pull, pullKey := it.subject.Options[d], it.pull(rival), it.pull(key)
	above, beyond := distance(rival, key), distance(rival, others)
	said := func(more string) string {
		return fmt.Sprintf("Those who took %s have %s%% on the rest of the form, those who took the key %s%%%s.", s.Label, rival.mean().Text(0), key.mean().Text(0), more)
	}
	switch {
	case above > likely && pullKey < likely, pull > likely && pullKey < 0:
		return &Flag{WrongKey, s.ID, max(above, pull) > firm, said(""),
			fmt.Sprintf("Check the key: %s may be the right answer. If so, mend it and regrade.", s.Label)}, pull
	case pull > likely, pull > 1 && beyond > likely && above > -likely:
		return &Flag{TwoRight, s.ID, pull > likely && beyond > firm, said(", those who took something else " + others.mean().Text(0) + "%"),
			fmt.Sprintf("Read %s as an expert would: it may be right as well. Make it clearly wrong, or accept both and regrade.", s.Label)}, pull
	}
	return nil, 0
}

// boxFlag looks at a box of a choose-all item: the able should tick it if and
// only if it is right.
func (it *item) boxFlag(i int) []Flag {
	c, s := &it.choices[i], it.subject.Options[i]
	t := it.pull(c)
	if s.Key {
		t = -t
	}
	if t <= likely || c.n < seldom || it.pair.n-float64(c.n) < seldom {
		return nil
	}
	said, wrong := "is wrong by the key, and people who do well tick it", "right"
	if s.Key {
		said, wrong = "is right by the key, and people who do well leave it", "wrong"
	}
	return []Flag{{WrongKey, s.ID, t > firm, fmt.Sprintf("%s %s (correlation %s with the rest of the form).", capital(s.Label), said, it.biserial(c).Text(2)),
		fmt.Sprintf("Check the key: %s may be %s. If so, mend it and regrade.", s.Label, wrong)}}
}

// pull says by how many standard errors a choice draws people who do well:
// Student's t of its point-biserial correlation, r sqrt((n-2)/(1-r²)).
func (it *item) pull(c *choice) float64 {
	r := it.biserial(c)
	if !r.Defined() || it.pair.n < 3 {
		return 0
	}
	return float64(r) * math.Sqrt((it.pair.n-2)/max(1-float64(r*r), 1e-9))
}

// distance says by how many standard errors the people of a lie above those of
// b (Welch, Biometrika 34, 1947).
func distance(a, b *choice) float64 {
	if a.n < 2 || b.n < 2 {
		return 0
	}
	se := math.Sqrt(float64(a.variance())/float64(a.n) + float64(b.variance())/float64(b.n))
	if se < 1e-9 {
		return 0
	}
	return float64(a.mean()-b.mean()) / se
}

func share(v Value) string { return (100 * v).Text(0) + "%" }

// capital writes a label at the beginning of a sentence.
func capital(s string) string {
	if s != "" && s[0] >= 'a' && s[0] <= 'z' {
		return string(s[0]-'a'+'A') + s[1:]
	}
	return s
}
