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
	Item  *Item
	Order []OptionID
}

// Assemble draws a form from the exam pool: for each cell of the blueprint as
// many items as it asks for. Items not had in the last two attempts come
// first, then those never had, then those used least by anybody; ties are
// broken by the seed. Enemies never meet on a form. Skills keep the order of
// the blueprint; within a skill items that share a stimulus stand together
// and the rest is shuffled.
//
// The same bank, blueprint, history and seed give the same form. It returns
// [ErrBlueprint] if a cell cannot be filled.
func Assemble(bank *Bank, b *Blueprint, h History, seed int64) ([]Place, error) {
	rng := rand.New(rand.NewPCG(uint64(seed), 0x67726f756e64))
	cells := map[string]map[Level][]*Item{}
	for _, it := range bank.Pool(ExamPool) {
		if cells[it.Skill] == nil {
			cells[it.Skill] = map[Level][]*Item{}
		}
		cells[it.Skill][it.Level] = append(cells[it.Skill][it.Level], it)
	}
	barred := map[ItemID]bool{}
	var form []Place
	for _, c := range b.Cells {
		var picked []*Item
		for _, l := range Levels {
			items, err := pick(cells[c.Skill][l], c.Count[l], h, barred, rng)
			if err != nil {
				return nil, fmt.Errorf("%w: %s, %s: %w", ErrBlueprint, c.Skill, l, err)
			}
			picked = append(picked, items...)
		}
		for _, it := range arrange(picked, rng) {
			form = append(form, Place{it, shuffle(it, rng)})
		}
	}
	return form, nil
}

// pick takes n items that are not barred, the freshest first, and bars the
// enemies of each.
func pick(items []*Item, n int, h History, barred map[ItemID]bool, rng *rand.Rand) ([]*Item, error) {
	order := slices.Clone(items)
	rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	slices.SortStableFunc(order, func(x, y *Item) int {
		return cmp.Or(
			compareBool(h.Recent[x.ID], h.Recent[y.ID]),
			cmp.Compare(h.Seen[x.ID], h.Seen[y.ID]),
			cmp.Compare(h.Uses[x.ID], h.Uses[y.ID]))
	})
	var out []*Item
	for _, it := range order {
		if len(out) == n {
			break
		}
		if barred[it.ID] {
			continue
		}
		out = append(out, it)
		for _, enemy := range it.Enemies {
			barred[enemy] = true
		}
	}
	if len(out) < n {
		return nil, fmt.Errorf("%d items wanted, %d can be had", n, len(out))
	}
	return out, nil
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
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
	if it.Fixed {
		return order
	}
	for {
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		if it.Type != Ordering || !slices.IsSorted(order) {
			return order
		}
	}
}

// Shuffle returns an order of the item's options drawn with seed, for showing
// one item on its own, as practice does.
func Shuffle(it *Item, seed int64) []OptionID {
	return shuffle(it, rand.New(rand.NewPCG(uint64(seed), 1)))
}
