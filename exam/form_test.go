package exam

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// twoSkills asks for 6 items of b and then 3 of a.
func twoSkills() *Blueprint {
	return &Blueprint{Cells: []SkillCells{
		{"b", map[Level]int{Junior: 1, Mid: 2, Senior: 3}},
		{"a", map[Level]int{Junior: 2, Senior: 1}},
	}}
}

func assemble(t testing.TB, bank *Bank, b *Blueprint, h History, seed int64) []Place {
	t.Helper()
	form, err := Assemble(bank, b, h, seed)
	if err != nil {
		t.Fatal(err)
	}
	return form
}

func placed(form []Place) (list []ItemID) {
	for _, p := range form {
		list = append(list, p.Item.ID)
	}
	return list
}

func TestAssembleFillsTheBlueprint(t *testing.T) {
	t.Parallel()
	items := cellsOf(5, "a", "b", "c")
	for _, it := range items { // the other pool must not be drawn from
		items = append(items, &Item{ID: "p-" + it.ID, Skill: it.Skill, Level: it.Level, Pool: PracticePool, Type: Single, Options: it.Options})
	}
	bank := bankOf(t, items)
	for seed := range int64(50) {
		form := assemble(t, bank, twoSkills(), History{}, seed)
		count := map[string]int{}
		seen := map[ItemID]bool{}
		for i, p := range form {
			count[p.Item.Skill+" "+string(p.Item.Level)]++
			if p.Item.Pool != ExamPool || seen[p.Item.ID] || (p.Item.Skill == "b") != (i < 6) {
				t.Errorf("seed %d: item %d is %s of %s", seed, i+1, p.Item.ID, p.Item.Pool)
			}
			seen[p.Item.ID] = true
		}
		want := map[string]int{"b junior": 1, "b mid": 2, "b senior": 3, "a junior": 2, "a senior": 1}
		if diff := cmp.Diff(want, count); diff != "" {
			t.Errorf("seed %d: cells (-want +got):\n%s", seed, diff)
		}
	}
}

func TestSameSeedSameForm(t *testing.T) {
	t.Parallel()
	bank := bankOf(t, cellsOf(8, "a", "b"))
	first := assemble(t, bank, twoSkills(), History{}, 7)
	if diff := cmp.Diff(first, assemble(t, bankOf(t, cellsOf(8, "a", "b")), twoSkills(), History{}, 7)); diff != "" {
		t.Errorf("the same seed (-first +second):\n%s", diff)
	}
	others := 0
	for seed := range int64(20) {
		if !slices.Equal(placed(first), placed(assemble(t, bank, twoSkills(), History{}, 100+seed))) {
			others++
		}
	}
	if others < 19 {
		t.Errorf("%d of 20 other seeds give another form, want nearly all", others)
	}
}

func TestEnemiesNeverMeet(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		items := cellsOf(6, "a", "b")
		for range rapid.IntRange(0, 12).Draw(t, "pairs") {
			x, y := rapid.SampledFrom(items).Draw(t, "x"), rapid.SampledFrom(items).Draw(t, "y")
			if x != y {
				x.Enemies = append(x.Enemies, y.ID)
			}
		}
		bank, _ := NewBank(items)
		form, err := Assemble(bank, twoSkills(), History{}, rapid.Int64().Draw(t, "seed"))
		if err != nil {
			if !errors.Is(err, ErrBlueprint) {
				t.Fatal(err)
			}
			return
		}
		for _, p := range form {
			for _, q := range form {
				if has(p.Item.Enemies, q.Item.ID) {
					t.Fatalf("%s and %s are enemies and meet", p.Item.ID, q.Item.ID)
				}
			}
		}
	})
}

// The freshest item of a cell may be the enemy of all others. Then it is left
// out, rather than no form found.
func TestEnemiesAreWorkedAround(t *testing.T) {
	t.Parallel()
	items := cellsOf(3, "a")
	items[0].Enemies = []ItemID{"a-junior-01", "a-junior-02"}
	items[1].Enemies = []ItemID{"a-senior-00", "a-senior-01"} // and with it a later cell
	bank := bankOf(t, items)
	b := &Blueprint{Cells: []SkillCells{{"a", map[Level]int{Junior: 2, Senior: 1}}}}
	want := map[ItemID]bool{"a-junior-01": true, "a-junior-02": true, "a-senior-02": true}
	for seed := range int64(20) {
		h := History{Uses: map[ItemID]int{"a-junior-01": 5, "a-junior-02": 9, "a-senior-02": 9}}
		got := map[ItemID]bool{}
		for _, id := range placed(assemble(t, bank, b, h, seed)) {
			got[id] = true
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("seed %d (-want +got):\n%s", seed, diff)
		}
	}
}

func TestImpossibleBlueprints(t *testing.T) {
	t.Parallel()
	few := &Blueprint{Cells: []SkillCells{{"a", map[Level]int{Mid: 3}}}}
	none := &Blueprint{Cells: []SkillCells{{"z", map[Level]int{Mid: 1}}}}
	fewer := bankOf(t, cellsOf(2, "a"))
	hostile := cellsOf(30, "a")
	for i, it := range hostile { // everybody is everybody's enemy
		for _, other := range hostile[i+1:] {
			it.Enemies = append(it.Enemies, other.ID)
		}
	}
	pairs := cellsOf(40, "a")
	for i := 0; i < len(pairs); i += 2 { // one of each pair at most: 20 of 40
		pairs[i].Enemies = []ItemID{pairs[i+1].ID}
	}
	tests := []struct {
		name string
		bank *Bank
		b    *Blueprint
		want string
	}{
		{name: "more than can be tried out", bank: bankOf(t, pairs), b: &Blueprint{Cells: []SkillCells{{"a", map[Level]int{Mid: 21}}}}, want: "a, mid: 21 items wanted, their enemies leave less of 40"},
		{name: "too few", bank: fewer, b: few, want: "a, mid: 3 items wanted, there are 2"},
		{name: "none at all", bank: fewer, b: none, want: "z, mid: 1 items wanted, there are 0"},
		{name: "enemies all", bank: bankOf(t, hostile), b: few, want: "a, mid: 3 items wanted, their enemies leave less of 30"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			form, err := Assemble(tt.bank, tt.b, History{}, 1)
			if want := ErrBlueprint.Error() + ": " + tt.want; form != nil || !errors.Is(err, ErrBlueprint) || err.Error() != want {
				t.Errorf("Assemble = %v, %v; want %s", placed(form), err, want)
			}
		})
	}
}

func TestFreshItemsComeFirst(t *testing.T) {
	t.Parallel()
	bank := bankOf(t, cellsOf(5, "a"))
	b := func(n int) *Blueprint { return &Blueprint{Cells: []SkillCells{{"a", map[Level]int{Junior: n}}}} }
	id := func(n int) ItemID { return ItemID(fmt.Sprintf("a-junior-%02d", n)) }
	h := History{
		Recent: map[ItemID]bool{id(0): true, id(1): true},
		Seen:   map[ItemID]int{id(0): 1, id(1): 2, id(2): 1},
		Uses:   map[ItemID]int{id(0): 0, id(1): 0, id(2): 0, id(3): 9, id(4): 3},
	}
	// Never had and least used, never had, had long ago, had lately but once, had lately twice.
	order := []ItemID{id(4), id(3), id(2), id(0), id(1)}
	for n := 1; n <= 5; n++ {
		for seed := range int64(10) {
			got := placed(assemble(t, bank, b(n), h, seed))
			slices.Sort(got)
			want := slices.Sorted(slices.Values(order[:n]))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%d items, seed %d (-want +got):\n%s", n, seed, diff)
			}
		}
	}
}

func TestItemsOfOneStimulusStandTogether(t *testing.T) {
	t.Parallel()
	items := cellsOf(4, "a")
	for i, it := range items {
		if i%3 == 0 {
			it.StimulusID = "log"
		}
	}
	bank := bankOf(t, items)
	b := &Blueprint{Cells: []SkillCells{{"a", map[Level]int{Junior: 4, Mid: 4, Senior: 4}}}}
	starts := map[int]bool{}
	for seed := range int64(40) {
		pattern := ""
		for _, p := range assemble(t, bank, b, History{}, seed) {
			pattern += map[bool]string{true: "s", false: "."}[p.Item.StimulusID != ""]
		}
		if strings.Count(pattern, "ssss") != 1 || strings.Count(pattern, "s") != 4 {
			t.Errorf("seed %d: %s, want the four that share a stimulus together", seed, pattern)
		}
		starts[strings.Index(pattern, "s")] = true
	}
	if len(starts) < 5 {
		t.Errorf("they began at %d places in 40 forms, want more", len(starts))
	}
}

func TestShuffle(t *testing.T) {
	t.Parallel()
	items := allItems(t)
	items[Single].Fixed = false
	fixed := *items[Ordering]
	fixed.Fixed = true
	two := &Item{Type: Ordering, Options: options("!a", "", "!b", "")}
	one := &Item{Type: Ordering, Options: options("!a", "")}
	many := &Item{Type: Single}
	for range 30 {
		many.Options = append(many.Options, Option{ID: optionID(len(many.Options))})
	}
	all := func(it *Item) (orders map[string]int) {
		orders = map[string]int{}
		for seed := range int64(200) {
			orders[fmt.Sprint(Shuffle(it, seed))]++
		}
		return orders
	}
	for name, tt := range map[string]struct {
		it     *Item
		orders int    // how many different ones there are in 200 draws
		never  string // one that must not come
	}{
		"single, three options":         {items[Single], 6, ""},
		"ordering, never right":         {items[Ordering], 5, "[a b c]"},
		"ordering is never fixed":       {&fixed, 5, "[a b c]"},
		"two entries have one other":    {two, 1, "[a b]"},
		"one entry has none":            {one, 1, "[]"},
		"matching shuffles its choices": {items[Matching], 6, ""},
		"nothing to shuffle":            {items[Numeric], 1, "[a b]"},
		"a gap's options stay":          {items[Cloze], 1, "[a b]"},
		"many options":                  {many, 200, ""},
	} {
		orders := all(tt.it)
		if len(orders) != tt.orders || tt.never != "" && orders[tt.never] > 0 {
			t.Errorf("%s: %d orders, %q %d times; want %d orders", name, len(orders), tt.never, orders[tt.never], tt.orders)
		}
	}
	items[Single].Fixed = true
	if got := all(items[Single]); got["[a b c]"] != 200 {
		t.Errorf("fixed options came as %v", got)
	}
}

func TestShuffleIsFair(t *testing.T) {
	t.Parallel()
	it := &Item{Type: Single, Options: options("!a", "", "b", "", "c", "", "d", "")}
	first := map[OptionID]int{}
	for seed := range int64(4000) {
		first[Shuffle(it, seed)[0]]++
	}
	for id, n := range first {
		if n < 850 || n > 1150 { // 1000 expected, six standard deviations are 164
			t.Errorf("option %s stood first in %d of 4000 orders", id, n)
		}
	}
}
