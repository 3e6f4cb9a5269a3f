package exam

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"groundwork/content/source"
)

// A Bank is the items of all pools, checked. It is read-only, and its items are
// too. It is safe for concurrent use.
type Bank struct {
	byID  map[ItemID]*Item
	items []*Item          // in the order of skill, pool and id
	pools map[Pool][]*Item // without those withdrawn
	cells map[cellKey][]*Item

	versions sync.Map // ItemID to VersionID, of those that were drawn so far
}

// A cellKey names the items of the exam pool that a cell of a form may hold.
type cellKey struct {
	skill string
	level Level
}

// NewBank builds a bank and reports what is wrong between items: repeated
// ids, enemies that do not exist. Enmity holds both ways, whoever declares it.
func NewBank(items []*Item) (*Bank, source.Problems) {
	var problems source.Problems
	b := &Bank{byID: make(map[ItemID]*Item, len(items))}
	for _, it := range items {
		if other := b.byID[it.ID]; other != nil {
			problems.Add(it.File, it.Line, fmt.Sprintf("the id %s is used in %s:%d too", it.ID, other.File, other.Line),
				"give the newer item another id; ids never change")
			continue
		}
		b.byID[it.ID] = it
		b.items = append(b.items, it)
	}
	for _, it := range b.items {
		for _, id := range it.Enemies {
			other := b.byID[id]
			if other == nil || other == it {
				problems.Add(it.File, it.Line, fmt.Sprintf("%s has the enemy %s, which is no other item", it.ID, id), "name an id that exists, or take it out")
			} else if !has(other.Enemies, it.ID) {
				other.Enemies = append(other.Enemies, it.ID)
			}
		}
	}
	slices.SortStableFunc(b.items, func(x, y *Item) int {
		return cmp.Or(cmp.Compare(x.Skill, y.Skill), cmp.Compare(x.Pool, y.Pool), cmp.Compare(x.ID, y.ID))
	})
	b.pools, b.cells = map[Pool][]*Item{}, map[cellKey][]*Item{}
	for _, it := range b.items {
		if !it.Withdrawn() {
			b.pools[it.Pool] = append(b.pools[it.Pool], it)
		}
	}
	for _, it := range b.Pool(ExamPool) {
		k := cellKey{it.Skill, it.Level}
		b.cells[k] = append(b.cells[k], it)
	}
	return b, problems
}

// Item returns the item with the given id in its current version, or nil.
func (b *Bank) Item(id ItemID) *Item { return b.byID[id] }

// version is [Item.Version] of an item of the bank, worked out once.
func (b *Bank) version(it *Item) VersionID {
	if v, ok := b.versions.Load(it.ID); ok {
		return v.(VersionID)
	}
	v := it.Version()
	b.versions.Store(it.ID, v)
	return v
}

// All returns every item, sorted by skill, pool and id. The caller must not
// change the list.
func (b *Bank) All() []*Item { return b.items }

// Pool returns the items of one pool that are not withdrawn, sorted by skill
// and id. The caller must not change the list.
func (b *Bank) Pool(p Pool) []*Item { return b.pools[p] }

// Skill returns the items of a pool that belong to a skill, sorted by id. The
// caller must not change the list.
func (b *Bank) Skill(p Pool, skill string) []*Item {
	all := b.pools[p]
	by := func(it *Item, skill string) int { return cmp.Compare(it.Skill, skill) }
	from, _ := slices.BinarySearchFunc(all, skill, by)
	n, _ := slices.BinarySearchFunc(all[from:], skill+"\x00", by)
	return all[from : from+n : from+n]
}

// Lesson returns the items of a pool that test a lesson.
func (b *Bank) Lesson(p Pool, lesson string) []*Item {
	var out []*Item
	for _, it := range b.Pool(p) {
		if it.Lesson == lesson {
			out = append(out, it)
		}
	}
	return out
}
