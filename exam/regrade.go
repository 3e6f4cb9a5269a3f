package exam

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"
)

// A Kind of change says how a version of an item differs from the one before.
// Authors write it as the fact changed of an item.
type Kind string

// The kinds of change.
const (
	TextChanged    Kind = "text"    // words only; nobody's mark changes
	KeyChanged     Kind = "key"     // another answer is right, or more are
	OptionsChanged Kind = "options" // other things can be chosen
	Dropped        Kind = "dropped" // the item is withdrawn: it is drawn no more
)

// Kinds lists the kinds of change.
var Kinds = []Kind{TextChanged, KeyChanged, OptionsChanged, Dropped}

// Policy returns how attempts with an older version are marked unless the
// operator chooses otherwise: by the new key where only the key was wrong, by
// the better of both where other options were shown, not at all where the item
// is withdrawn. It is empty where nothing is to be marked anew, and where
// nobody said what has changed.
func (k Kind) Policy() Policy {
	switch k {
	case KeyChanged:
		return Rescore
	case OptionsChanged:
		return Either
	case Dropped:
		return Drop
	}
	return ""
}

// A Policy says how an item that was corrected is marked in the attempts that
// have an older version of it.
type Policy string

// The policies. None of them takes a pass away.
const (
	Rescore Policy = "rescore" // by the new key
	Either  Policy = "either"  // by the old key or the new one, whichever gives more
	Full    Policy = "full"    // everybody gets all points, blanks too
	Drop    Policy = "drop"    // it counts for nobody, neither in the score nor in the maximum
)

// Policies lists the policies.
var Policies = []Policy{Rescore, Either, Full, Drop}

// Compares reports whether the policy looks at the new key.
func (p Policy) Compares() bool { return p == Rescore || p == Either }

// A Ruling is the decision how one version of an item is marked from then on.
type Ruling struct {
	Item   ItemID    `json:"item"`
	Old    VersionID `json:"version"`   // the version that it is about
	New    VersionID `json:"marked_by"` // the corrected one
	Change Kind      `json:"change"`
	Policy Policy    `json:"policy"`
	Reason string    `json:"reason"` // shown to those whose result it changes
	Made   time.Time `json:"at"`
}

// Meaning returns what two versions of an item share if answers to them are
// marked alike: the options, what is right, and how an answer is scored. The
// stem, reasons, level and the like may differ, since mending a word must not
// throw away what is known; who changes what is asked changes an option or the
// key as well. Options are compared to the letter, since nobody can tell a
// mended word from another mistake.
func (it *Item) Meaning() string {
	bare := Item{ID: it.ID, Type: it.Type, Case: it.Case, Number: it.Number, Query: it.Query,
		Options: unexplained(it.Options), Choices: unexplained(it.Choices)}
	for _, b := range it.Blanks {
		bare.Blanks = append(bare.Blanks, Blank{Typed: b.Typed, Options: unexplained(b.Options)})
	}
	sum := sha256.Sum256(bare.Encode())
	return hex.EncodeToString(sum[:6])
}

func unexplained(options []Option) []Option {
	out := slices.Clone(options)
	for i := range out {
		out[i].Reason = ""
	}
	return out
}

// Withdrawn reports whether the item is drawn no more.
func (it *Item) Withdrawn() bool { return it.Changed == Dropped }

// Carry returns what turns an answer to an older version of an item into the
// answer to a newer one that says the same: options are the same if their text
// is, and else if they stand in the same place. It returns [ErrCarry] if the
// old version has an option that the new one has not, or is of another type.
// What it returns may be called at the same time.
func Carry(old, new *Item) (func(Response) Response, error) {
	if old.Type != new.Type || len(old.Blanks) != len(new.Blanks) || old.Type == Ordering && len(old.Options) != len(new.Options) {
		return nil, fmt.Errorf("%w: it is another question by now", ErrCarry)
	}
	if old.Type == Numeric || old.Type == Short || old.Type == SQL {
		return func(r Response) Response { return r }, nil
	}
	options, err := carried(old.Options, new.Options)
	if err != nil {
		return nil, err
	}
	choices, err := carried(old.Choices, new.Choices)
	if err != nil {
		return nil, err
	}
	blanks := make([]map[OptionID]OptionID, len(old.Blanks))
	for i := range old.Blanks {
		if old.Blanks[i].Typed != new.Blanks[i].Typed {
			return nil, fmt.Errorf("%w: gap %d is filled in another way by now", ErrCarry, i+1)
		}
		if old.Blanks[i].Typed {
			continue
		}
		if blanks[i], err = carried(old.Blanks[i].Options, new.Blanks[i].Options); err != nil {
			return nil, err
		}
	}
	return func(r Response) Response {
		return Response{Choice: carryChoice(r.Choice, options), Pairs: carryPairs(r.Pairs, options, choices, blanks)}
	}, nil
}

// carried maps the ids of old options to those of new ones.
func carried(old, new []Option) (map[OptionID]OptionID, error) {
	to := make(map[OptionID]OptionID, len(old))
	taken := make([]bool, len(new))
	for _, o := range old {
		if i := slices.IndexFunc(new, func(n Option) bool { return n.Text == o.Text }); i >= 0 && !taken[i] {
			to[o.ID], taken[i] = new[i].ID, true
		}
	}
	for i, o := range old {
		if _, ok := to[o.ID]; ok {
			continue
		}
		if i >= len(new) || taken[i] {
			return nil, fmt.Errorf("%w: it no longer has the option %q", ErrCarry, clip(o.Text))
		}
		to[o.ID], taken[i] = new[i].ID, true
	}
	return to, nil
}

func carryChoice(choice []OptionID, options map[OptionID]OptionID) []OptionID {
	var out []OptionID
	for _, id := range choice {
		out = append(out, options[id])
	}
	return out
}

// carryPairs carries the pairs of a match, or the blanks of a cloze item.
func carryPairs(pairs map[OptionID]string, options, choices map[OptionID]OptionID, blanks []map[OptionID]OptionID) map[OptionID]string {
	if pairs == nil {
		return nil
	}
	out := make(map[OptionID]string, len(pairs))
	for k, v := range pairs {
		if len(blanks) == 0 {
			out[options[k]] = string(choices[OptionID(v)])
		} else {
			out[k] = v
		}
	}
	for i, to := range blanks {
		if v, ok := out[blankKey(i)]; ok && to != nil {
			out[blankKey(i)] = string(to[OptionID(v)])
		}
	}
	return out
}

// CarryOrder carries the order in which options were shown to another version.
func CarryOrder(order []OptionID, old, new *Item) []OptionID {
	from, to := old.Options, new.Options
	if old.Type == Matching {
		from, to = old.Choices, new.Choices
	}
	ids, err := carried(from, to)
	if err != nil {
		return order
	}
	return carryChoice(order, ids)
}

// mark marks the slot by its version, or as the ruling on it says.
func (s *Slot) mark(items func(VersionID) *Item, run Runner) {
	s.Fraction, s.Dropped = 0, false
	it := items(s.Version)
	if it == nil {
		return
	}
	if s.Ruling == nil {
		s.Fraction = Score(it, s.Response, run).Fraction
		return
	}
	switch s.Ruling.Policy {
	case Full:
		s.Fraction = 1
	case Drop:
		s.Dropped = true
	default:
		s.Fraction = s.Ruling.score(it, items(s.Ruling.New), s.Response, run)
	}
}

// score marks a response by the new key, or by the better of both.
func (r *Ruling) score(old, new *Item, resp Response, run Runner) float64 {
	best := 0.0
	if r.Policy == Either {
		best = Score(old, resp, run).Fraction
	}
	if new == nil {
		return best
	}
	carry, err := Carry(old, new)
	if err != nil {
		return best
	}
	return max(best, Score(new, carry(resp), run).Fraction)
}

// Shown returns the version by which the slot is explained, and the answer and
// the order of the options in it: those of the corrected version where the slot
// is marked by it alone, else its own.
func (s *Slot) Shown(items func(VersionID) *Item) (*Item, Response, []OptionID) {
	old := items(s.Version)
	if old == nil || s.Ruling == nil || s.Ruling.Policy != Rescore {
		return old, s.Response, s.Order
	}
	new := items(s.Ruling.New)
	if new == nil {
		return old, s.Response, s.Order
	}
	carry, err := Carry(old, new)
	if err != nil {
		return old, s.Response, s.Order
	}
	return new, carry(s.Response), CarryOrder(s.Order, old, new)
}

// A Regrade is one slot of an attempt that was marked anew, and what that did
// to the attempt.
type Regrade struct {
	Slot   int       `json:"slot"`
	Item   ItemID    `json:"item"`
	Before Grade     `json:"before"`
	After  Grade     `json:"after"`
	Made   time.Time `json:"at"`               // when it was stored
	Ruling *Ruling   `json:"ruling,omitempty"` // nil where a ruling was taken back
}

// A Grade is what a slot and its attempt are worth at one moment.
type Grade struct {
	Fraction float64 `json:"fraction"`          // of the slot's points
	Dropped  bool    `json:"dropped,omitempty"` // the slot does not count
	Score    float64 `json:"score"`             // of the attempt
	Max      float64 `json:"max_score"`
	Result   Result  `json:"result"`
}

// Percent returns the score in per cent of the points.
func (g Grade) Percent() float64 { return percentOf(g.Score, g.Max) }

// Regrade marks the slots with an item anew, as the rulings on them say, and
// returns what that changed: nothing the second time. The other slots keep what
// they have. A result that was reached is kept: what falls below it is held
// there. An attempt that is not graded stays as it is.
func (a *Attempt) Regrade(item ItemID, items func(VersionID) *Item, run Runner) []Regrade {
	if a.State != Graded {
		return nil
	}
	var list []Regrade
	for i := range a.Slots {
		s := &a.Slots[i]
		if s.Item != item {
			continue
		}
		g := Regrade{Slot: s.N, Item: item, Before: a.grade(s), Ruling: s.Ruling}
		s.mark(items, run)
		if s.Dropped == g.Before.Dropped && s.Fraction == g.Before.Fraction {
			continue
		}
		a.sum()
		if a.result() < g.Before.Result {
			a.Held = g.Before.Result
		}
		g.After = a.grade(s)
		list = append(list, g)
	}
	return list
}

func (a *Attempt) grade(s *Slot) Grade {
	return Grade{s.Fraction, s.Dropped, a.Score, a.Max, a.result()}
}

// sum adds up the score from the slots.
func (a *Attempt) sum() {
	a.Score, a.Max = 0, 0
	for i := range a.Slots {
		if s := &a.Slots[i]; !s.Dropped {
			a.Score += s.Points * s.Fraction
			a.Max += s.Points
		}
	}
}
