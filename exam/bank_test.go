package exam

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"groundwork/content/source"
)

func ids(items []*Item) (list []ItemID) {
	for _, it := range items {
		list = append(list, it.ID)
	}
	return list
}

func TestNewBank(t *testing.T) {
	t.Parallel()
	b, ps := NewBank([]*Item{
		{ID: "db-e01", Skill: "database", Pool: ExamPool, Lesson: "database/indexes"},
		{ID: "api-p01", Skill: "api", Pool: PracticePool, Lesson: "api/errors"},
		{ID: "api-e02", Skill: "api", Pool: ExamPool, Lesson: "api/errors", Enemies: []ItemID{"db-e01"}},
		{ID: "api-e01", Skill: "api", Pool: ExamPool, Lesson: "api/resources", Enemies: []ItemID{"api-e02", "api-p01"}},
	})
	if len(ps) > 0 {
		t.Fatal(ps)
	}
	check := func(what string, got, want []ItemID) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	check("All", ids(b.All()), []ItemID{"api-e01", "api-e02", "api-p01", "db-e01"})
	check("exam pool", ids(b.Pool(ExamPool)), []ItemID{"api-e01", "api-e02", "db-e01"})
	check("practice pool", ids(b.Pool(PracticePool)), []ItemID{"api-p01"})
	check("lesson", ids(b.Lesson(ExamPool, "api/errors")), []ItemID{"api-e02"})
	check("lesson nobody tests", ids(b.Lesson(ExamPool, "api/none")), nil)
	// Enmity holds both ways, whoever declared it.
	check("enemies of api-e01", b.Item("api-e01").Enemies, []ItemID{"api-e02", "api-p01"})
	check("enemies of api-e02", b.Item("api-e02").Enemies, []ItemID{"db-e01", "api-e01"})
	check("enemies of api-p01", b.Item("api-p01").Enemies, []ItemID{"api-e01"})
	check("enemies of db-e01", b.Item("db-e01").Enemies, []ItemID{"api-e02"})
	if b.Item("none") != nil {
		t.Error("there is an item that nobody wrote")
	}
}

func TestNewBankReportsMistakes(t *testing.T) {
	t.Parallel()
	b, ps := NewBank([]*Item{
		{ID: "a", File: "x.md", Line: 5, Title: "first"},
		{ID: "a", File: "y.md", Line: 7, Title: "second"},
		{ID: "b", File: "x.md", Line: 9, Enemies: []ItemID{"b", "none", "a"}},
	})
	want := source.Problems{
		{File: "y.md", Line: 7, What: "the id a is used in x.md:5 too", Mend: "give the newer item another id; ids never change"},
		{File: "x.md", Line: 9, What: "b has the enemy b, which is no other item", Mend: "name an id that exists, or take it out"},
		{File: "x.md", Line: 9, What: "b has the enemy none, which is no other item", Mend: "name an id that exists, or take it out"},
	}
	if diff := cmp.Diff(want, ps); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if len(b.All()) != 2 || b.Item("a").Title != "first" {
		t.Errorf("the bank holds %v; want the first of two with one id, and b", ids(b.All()))
	}
}

// cellsOf makes a bank of n single-choice items for each skill and level.
func cellsOf(n int, skills ...string) []*Item {
	var items []*Item
	for _, skill := range skills {
		for _, l := range Levels {
			for i := range n {
				items = append(items, &Item{
					ID: ItemID(fmt.Sprintf("%s-%s-%02d", skill, l, i)), Skill: skill, Level: l, Pool: ExamPool, Type: Single,
					Options: options("!a", "", "b", "", "c", "", "d", ""), File: skill + ".md",
				})
			}
		}
	}
	return items
}

// bankOf makes a bank of items that are known to be right.
func bankOf(t testing.TB, items []*Item) *Bank {
	t.Helper()
	b, ps := NewBank(items)
	if len(ps) > 0 {
		t.Fatal(ps)
	}
	return b
}
