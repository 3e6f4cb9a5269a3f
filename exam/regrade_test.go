package exam

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// wrongKey is a single choice whose key is wrong, and the version in which it
// is mended.
func wrongKey() (old, mended *Item) {
	item := func(key string) *Item {
		it := &Item{ID: "api-e01", Skill: "api", Lesson: "api/errors", Level: Mid, Type: Single, Stem: "Which?", Changed: KeyChanged}
		for _, id := range []OptionID{"a", "b", "c"} {
			it.Options = append(it.Options, Option{ID: id, Text: "option " + string(id), Key: string(id) == key})
		}
		return it
	}
	return item("a"), item("b")
}

// marked is a graded attempt of n items, of which the first was answered with
// choice and the next right are right.
func marked(t *testing.T, choice string, right, n int) (*Attempt, func(VersionID) *Item) {
	t.Helper()
	old, mended := wrongKey()
	items := map[VersionID]*Item{old.Version(): old, mended.Version(): mended}
	form := []Place{{Item: old, Order: []OptionID{"c", "b", "a"}}}
	for i := range n - 1 {
		it := &Item{ID: ItemID("api-e" + string(rune('A'+i))), Skill: "api", Type: Single, Options: []Option{{ID: "a", Text: "a", Key: true}, {ID: "b", Text: "b"}}}
		items[it.Version()] = it
		form = append(form, Place{Item: it, Order: []OptionID{"a", "b"}})
	}
	a := Begin("id", "backend", 1, form, 1, Rules{Minutes: 90, Pass: 70, Strong: 85}, noon)
	if choice != "" {
		a.Slots[0].Response = Response{Choice: []OptionID{OptionID(choice)}}
	}
	for i := range right {
		a.Slots[1+i].Response = Response{Choice: []OptionID{"a"}}
	}
	lookup := func(id VersionID) *Item { return items[id] }
	a.Close(ByLearner, noon.Add(time.Hour), lookup, nil)
	return a, lookup
}

func ruling(policy Policy) *Ruling {
	old, mended := wrongKey()
	return &Ruling{Item: old.ID, Old: old.Version(), New: mended.Version(), Change: KeyChanged, Policy: policy}
}

func TestRegrade(t *testing.T) {
	t.Parallel()
	const old, mended = "a", "b" // the keys
	tests := []struct {
		name          string
		policy        Policy
		answer        string
		right         int // of the nine others
		before, after Grade
		kept          bool
	}{
		{"who was right by the new key gains", Rescore, mended, 6, Grade{0, false, 6, 10, NotPassed}, Grade{1, false, 7, 10, Pass}, false},
		{"who was right by the old key loses", Rescore, old, 5, Grade{1, false, 6, 10, NotPassed}, Grade{0, false, 5, 10, NotPassed}, false},
		{"a pass stays", Rescore, old, 6, Grade{1, false, 7, 10, Pass}, Grade{0, false, 6, 10, Pass}, true},
		{"a strong pass stays", Rescore, old, 8, Grade{1, false, 9, 10, StrongPass}, Grade{0, false, 8, 10, StrongPass}, true},
		{"either key counts: the new", Either, mended, 6, Grade{0, false, 6, 10, NotPassed}, Grade{1, false, 7, 10, Pass}, false},
		{"either key counts: the old", Either, old, 6, Grade{}, Grade{}, false},
		{"neither key", Either, "c", 6, Grade{}, Grade{}, false},
		{"all points for a wrong answer", Full, "c", 6, Grade{0, false, 6, 10, NotPassed}, Grade{1, false, 7, 10, Pass}, false},
		{"all points for a blank", Full, "", 8, Grade{0, false, 8, 10, Pass}, Grade{1, false, 9, 10, StrongPass}, false},
		{"dropped where it was wrong", Drop, "c", 6, Grade{0, false, 6, 10, NotPassed}, Grade{0, true, 6, 9, NotPassed}, false},
		{"dropped where it was wrong, to a pass", Drop, "c", 8, Grade{0, false, 8, 10, Pass}, Grade{0, true, 8, 9, StrongPass}, false},
		{"dropped where it was right: the pass stays", Drop, old, 6, Grade{1, false, 7, 10, Pass}, Grade{0, true, 6, 9, Pass}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, items := marked(t, tt.answer, tt.right, 10)
			a.Slots[0].Ruling = ruling(tt.policy)
			var want []Regrade
			if tt.before != tt.after {
				want = []Regrade{{Slot: 1, Item: "api-e01", Before: tt.before, After: tt.after, Ruling: a.Slots[0].Ruling}}
			}
			if diff := cmp.Diff(want, a.Regrade("api-e01", items, nil)); diff != "" {
				t.Errorf("Regrade (-want +got):\n%s", diff)
			}
			if a.Kept() != tt.kept {
				t.Errorf("the result is kept above the score: %t, want %t", a.Kept(), tt.kept)
			}
			if again := a.Regrade("api-e01", items, nil); again != nil {
				t.Errorf("the second time it changes %+v", again)
			}
			if other := a.Regrade("api-eA", items, nil); other != nil {
				t.Errorf("another item changes: %+v", other)
			}
		})
	}
}

// An attempt that ends after the ruling is marked like one that was regraded,
// but that it never had the pass that the other one keeps.
func TestCloseHeedsRulings(t *testing.T) {
	t.Parallel()
	for _, policy := range Policies {
		for _, answer := range []string{"a", "b", "c", ""} {
			first, items := marked(t, answer, 6, 10)
			first.Slots[0].Ruling = ruling(policy)
			first.Regrade("api-e01", items, nil)
			later, _ := marked(t, answer, 6, 10)
			later.State, later.Slots[0].Ruling = InProgress, ruling(policy)
			later.Close(ByLearner, noon.Add(time.Hour), items, nil)
			later.Held = first.Held
			if diff := cmp.Diff(first, later); diff != "" {
				t.Errorf("%s, answer %q: regraded and closed later differ:\n%s", policy, answer, diff)
			}
		}
	}
}

// What is dropped is not reported either.
func TestReportLeavesDroppedOut(t *testing.T) {
	t.Parallel()
	a, items := marked(t, "c", 6, 10)
	a.Slots[0].Ruling = ruling(Drop)
	a.Regrade("api-e01", items, nil)
	r := NewReport(a, items)
	if r.Items != 9 || r.Right != 6 || r.Wrong+r.Blank+r.Partly != 3 || r.Skills[0].Items != 9 || r.Percent != 100*6.0/9 {
		t.Errorf("the report counts %+v", r)
	}
}

func TestVoidAndRestore(t *testing.T) {
	t.Parallel()
	a, items := marked(t, "a", 8, 10)
	before := *a
	a.Cancel("somebody else sat it", noon.Add(2*time.Hour), items, nil)
	a.Cancel("another reason", noon.Add(3*time.Hour), items, nil)
	if a.State != Voided || a.Passed() || a.Void != (Void{"somebody else sat it", noon.Add(2 * time.Hour)}) || a.ClosedBy != ByLearner {
		t.Errorf("voided: %+v", a)
	}
	a.Slots[0].Ruling = ruling(Rescore)
	if list := a.Regrade("api-e01", items, nil); list != nil {
		t.Errorf("a voided attempt is regraded: %+v", list)
	}
	a.Slots[0].Ruling = nil
	a.Restore()
	if diff := cmp.Diff(&before, a); diff != "" {
		t.Errorf("restored (-before +after):\n%s", diff)
	}
	open := Begin("id", "backend", 1, nil, 1, Rules{Minutes: 90}, noon)
	open.Cancel("x", noon.Add(time.Minute), items, nil)
	if open.State != Voided || open.ClosedBy != ByOperator || !open.Finished.Equal(noon.Add(time.Minute)) {
		t.Errorf("one in progress: %+v", open)
	}
}

func TestCarry(t *testing.T) {
	t.Parallel()
	opts := func(texts ...string) (list []Option) {
		for i, text := range texts {
			list = append(list, Option{ID: optionID(i), Text: text})
		}
		return list
	}
	choice := func(ids ...OptionID) Response { return Response{Choice: ids} }
	pairs := func(kv ...string) Response {
		r := Response{Pairs: map[OptionID]string{}}
		for i := 0; i < len(kv); i += 2 {
			r.Pairs[OptionID(kv[i])] = kv[i+1]
		}
		return r
	}
	tests := []struct {
		name     string
		old, new *Item
		r, want  Response
		fails    bool
	}{
		{"options that moved keep their meaning", &Item{Type: Multiple, Options: opts("x", "y", "z")}, &Item{Type: Multiple, Options: opts("z", "x", "y")}, choice("a", "c"), choice("b", "a"), false},
		{"a mended word keeps its place", &Item{Type: Single, Options: opts("x", "yy", "z")}, &Item{Type: Single, Options: opts("x", "y", "z")}, choice("b"), choice("b"), false},
		{"a new option more", &Item{Type: Single, Options: opts("x", "y")}, &Item{Type: Single, Options: opts("w", "x", "y")}, choice("b"), choice("c"), false},
		{"an option less", &Item{Type: Single, Options: opts("x", "y", "z")}, &Item{Type: Single, Options: opts("x", "y")}, choice("a"), Response{}, true},
		{"another type", &Item{Type: Single, Options: opts("x", "y")}, &Item{Type: Multiple, Options: opts("x", "y")}, choice("a"), Response{}, true},
		{"an entry more in an order", &Item{Type: Ordering, Options: opts("x", "y")}, &Item{Type: Ordering, Options: opts("x", "y", "z")}, choice("b", "a"), Response{}, true},
		{"typed answers stay", &Item{Type: Numeric, Options: opts("1", "2")}, &Item{Type: Numeric, Options: opts("3")}, Response{Text: "7 s"}, Response{Text: "7 s"}, false},
		{"pairs of a match", &Item{Type: Matching, Options: opts("x", "y"), Choices: opts("1", "2")}, &Item{Type: Matching, Options: opts("y", "x"), Choices: opts("2", "1")},
			pairs("a", "a", "b", "b"), pairs("b", "b", "a", "a"), false},
		{"chosen blanks", &Item{Type: Cloze, Blanks: []Blank{{Options: opts("x", "y")}, {Typed: true}}}, &Item{Type: Cloze, Blanks: []Blank{{Options: opts("y", "x")}, {Typed: true}}},
			pairs("1", "a", "2", "word"), pairs("1", "b", "2", "word"), false},
		{"a blank that is typed now", &Item{Type: Cloze, Blanks: []Blank{{Options: opts("x")}}}, &Item{Type: Cloze, Blanks: []Blank{{Typed: true}}}, Response{}, Response{}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			carry, err := Carry(tt.old, tt.new)
			if errors.Is(err, ErrCarry) != tt.fails || (err != nil) != tt.fails {
				t.Fatalf("Carry error = %v, fails %t", err, tt.fails)
			}
			if err != nil {
				return
			}
			if diff := cmp.Diff(tt.want, carry(tt.r)); diff != "" {
				t.Errorf("the answer (-want +got):\n%s", diff)
			}
		})
	}
}

// A slot that is marked by the new key alone is explained by it.
func TestShown(t *testing.T) {
	t.Parallel()
	a, items := marked(t, "b", 0, 1)
	old, mended := wrongKey()
	for policy, want := range map[Policy]*Item{"": old, Rescore: mended, Either: old, Full: old, Drop: old} {
		if a.Slots[0].Ruling = nil; policy != "" {
			a.Slots[0].Ruling = ruling(policy)
		}
		it, r, order := a.Slots[0].Shown(items)
		if it.Version() != want.Version() || !cmp.Equal(r, a.Slots[0].Response) || !cmp.Equal(order, a.Slots[0].Order) {
			t.Errorf("%q is explained by %s with %v in %v", policy, it.Version(), r, order)
		}
	}
}

// Versions mean the same as long as answers to them are marked alike.
func TestMeaning(t *testing.T) {
	t.Parallel()
	base := func() *Item { old, _ := wrongKey(); return old }
	tests := []struct {
		name   string
		change func(*Item)
		same   bool
	}{
		{"nothing", func(*Item) {}, true},
		{"stem", func(it *Item) { it.Stem = "Which one?" }, true},
		{"reason, level and time", func(it *Item) { it.Options[0].Reason, it.Level, it.Seconds = "so", Senior, 40 }, true},
		{"key", func(it *Item) { it.Options[0].Key, it.Options[1].Key = false, true }, false},
		{"words in an option", func(it *Item) { it.Options[2].Text = "other" }, false},
		{"options", func(it *Item) { it.Options = append(it.Options, Option{ID: "d", Text: "more"}) }, false},
		{"type", func(it *Item) { it.Type = Multiple }, false},
		{"id", func(it *Item) { it.ID = "api-e02" }, false},
	}
	for _, tt := range tests {
		it := base()
		tt.change(it)
		if same := it.Meaning() == base().Meaning(); same != tt.same {
			t.Errorf("another version with other %s: the same meaning %t, want %t", tt.name, same, tt.same)
		}
	}
}

// A withdrawn item is known, but drawn no more.
func TestWithdrawn(t *testing.T) {
	t.Parallel()
	kept := &Item{ID: "api-e01", Skill: "api", Pool: ExamPool}
	gone := &Item{ID: "api-e02", Skill: "api", Pool: ExamPool, Changed: Dropped}
	bank, _ := NewBank([]*Item{kept, gone})
	if diff := cmp.Diff([]*Item{kept}, bank.Pool(ExamPool)); diff != "" || bank.Item("api-e02") != gone {
		t.Errorf("Pool (-want +got):\n%s", diff)
	}
}
