package exam

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
)

// A History is what is known of earlier forms when a new one is drawn.
type History struct {
	Seen   map[ItemID]int  // how often this learner had the item
	Recent map[ItemID]bool // items of this learner's last two attempts
	Uses   map[ItemID]int  // how often anybody had it
}

// A Place is one slot of a form: an item in its current version, and the
// order in which its options are shown.
type Place struct {
	Item    *Item
	Order   []OptionID
	Version VersionID // of the item; empty is worked out
}

func (p Place) version() VersionID {
	if p.Version != "" {
		return p.Version
	}
	return p.Item.Version()
}

// Assemble draws a form from the exam pool: for each cell of the blueprint as
// many items as it asks for. Items not had in the last two attempts come
// first, then those never had, then those used least by anybody; ties are
// broken by the seed. Enemies never meet on a form, even if a less fresh item
// must be taken for it. Skills keep the order of the blueprint; within a skill
// items that share a stimulus stand together and the rest is shuffled.
//
// The same bank, blueprint, history and seed give the same form. It returns
// [ErrBlueprint] if the cells cannot be filled.
func Assemble(bank *Bank, b *Blueprint, h History, seed int64) ([]Place, error) {
	rng := rand.New(rand.NewPCG(uint64(seed), 0x67726f756e64)) // #nosec G404 -- the same seed gives the same form
	d := newDraw(bank, b, h, rng)
	if err := d.draw(); err != nil {
		return nil, err
	}
	var form []Place
	var picked []*Item
	for i, c := range d.cells {
		picked = append(picked, c.picked...)
		if i+1 < len(d.cells) && d.cells[i+1].skill == c.skill {
			continue
		}
		for _, it := range arrange(picked, rng) {
			form = append(form, Place{it, shuffle(it, rng), bank.version(it)})
		}
		picked = nil
	}
	return form, nil
}

// A draw fills the cells of a blueprint one after the other.
type draw struct {
	cells  []cell
	barred map[ItemID]int // how many enemies of an item are picked
	steps  int
	worst  int // the cell beyond which it never came
}

type cell struct {
	skill  string
	level  Level
	wanted int
	items  []*Item // the freshest first
	picked []*Item
}

func newDraw(bank *Bank, b *Blueprint, h History, rng *rand.Rand) *draw {
	d := &draw{barred: map[ItemID]int{}}
	for _, c := range b.Cells {
		for _, l := range Levels {
			d.cells = append(d.cells, cell{skill: c.Skill, level: l, wanted: c.Count[l], items: freshest(bank.cells[cellKey{c.Skill, l}], h, rng)})
		}
	}
	return d
}

// freshest returns items in the order in which they are to be picked.
func freshest(items []*Item, h History, rng *rand.Rand) []*Item {
	type ranked struct {
		item   *Item
		recent int
		seen   int
		uses   int
	}
	order := make([]ranked, len(items))
	for i, it := range items {
		order[i] = ranked{it, 0, h.Seen[it.ID], h.Uses[it.ID]}
		if h.Recent[it.ID] {
			order[i].recent = 1
		}
	}
	rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	slices.SortStableFunc(order, func(x, y ranked) int {
		return cmp.Or(cmp.Compare(x.recent, y.recent), cmp.Compare(x.seen, y.seen), cmp.Compare(x.uses, y.uses))
	})
	out := make([]*Item, len(order))
	for i, r := range order {
		out[i] = r.item
	}
	return out
}

// draw picks the items of all cells.
func (d *draw) draw() error {
	for _, c := range d.cells {
		if len(c.items) < c.wanted {
			return fmt.Errorf("%w: %s, %s: %d items wanted, there are %d", ErrBlueprint, c.skill, c.level, c.wanted, len(c.items))
		}
	}
	if !d.fill(0, 0) {
		c := d.cells[d.worst]
		return fmt.Errorf("%w: %s, %s: %d items wanted, their enemies leave less of %d", ErrBlueprint, c.skill, c.level, c.wanted, len(c.items))
	}
	return nil
}

// maxSteps bounds the search for a form, which could try all subsets of a bank
// made of nothing but enemies. A draw without detours takes as many steps as
// there are items on the form, and a few.
const maxSteps = 200_000

// fill picks what the cell with index n still wants among its items from index
// i on, then fills the cells after it. Where enemies bar the way it goes back
// and tries the next item.
func (d *draw) fill(n, i int) bool {
	if n == len(d.cells) {
		return true
	}
	d.worst = max(d.worst, n)
	c := &d.cells[n]
	if len(c.picked) >= c.wanted {
		return d.fill(n+1, 0)
	}
	for ; len(c.items)-i >= c.wanted-len(c.picked); i++ {
		it := c.items[i]
		if d.steps++; d.steps > maxSteps {
			return false
		}
		if d.barred[it.ID] > 0 {
			continue
		}
		d.pick(c, it, 1)
		if d.fill(n, i+1) {
			return true
		}
		d.pick(c, it, -1)
	}
	return false
}

// pick puts an item on the form (by 1) or takes the last one back (by -1).
func (d *draw) pick(c *cell, it *Item, by int) {
	if by > 0 {
		c.picked = append(c.picked, it)
	} else {
		c.picked = c.picked[:len(c.picked)-1]
	}
	for _, enemy := range it.Enemies {
		d.barred[enemy] += by
	}
}

// arrange shuffles items but keeps those of one stimulus together.
func arrange(items []*Item, rng *rand.Rand) []*Item {
	groups := map[string][]*Item{}
	var keys []string
	for _, it := range items {
		key := string(it.ID)
		if it.StimulusID != "" {
			key = it.File + "#" + it.StimulusID
		}
		if groups[key] == nil {
			keys = append(keys, key)
		}
		groups[key] = append(groups[key], it)
	}
	rng.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	var out []*Item
	for _, k := range keys {
		out = append(out, groups[k]...)
	}
	return out
}

// shuffle returns the order in which the options of an item are shown. The
// entries of an ordering item never stand in the right order.
func shuffle(it *Item, rng *rand.Rand) []OptionID {
	if it.Type == Numeric || it.Type == Short || it.Type == SQL || it.Type == Cloze {
		return nil
	}
	options := it.Options
	if it.Type == Matching {
		options = it.Choices
	}
	order := make([]OptionID, len(options))
	for i, o := range options {
		order[i] = o.ID
	}
	if it.Fixed && it.Type != Ordering || len(order) < 2 {
		return order
	}
	right := slices.Clone(order)
	for {
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		if it.Type != Ordering || !slices.Equal(order, right) {
			return order
		}
	}
}

// Shuffle returns an order of the item's options drawn with seed, for showing
// one item on its own, as practice does.
func Shuffle(it *Item, seed int64) []OptionID {
	return shuffle(it, rand.New(rand.NewPCG(uint64(seed), 1))) // #nosec G404 -- the same seed gives the same order
}
