package exam

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// allItems returns one good item of each type.
func allItems(t testing.TB) map[Type]*Item {
	t.Helper()
	items := map[Type]*Item{}
	for typ, body := range good {
		items[typ] = parseOne(t, strings.Replace(body, "stimulus: log\n", "", 1))
	}
	return items
}

func TestVersionChangesWithWhatIsShownOrScored(t *testing.T) {
	t.Parallel()
	changes := map[string]func(map[Type]*Item) *Item{
		"id":             func(m map[Type]*Item) *Item { m[Single].ID += "x"; return m[Single] },
		"title":          func(m map[Type]*Item) *Item { m[Single].Title += "x"; return m[Single] },
		"skill":          func(m map[Type]*Item) *Item { m[Single].Skill += "x"; return m[Single] },
		"lesson":         func(m map[Type]*Item) *Item { m[Single].Lesson += "x"; return m[Single] },
		"level":          func(m map[Type]*Item) *Item { m[Single].Level = Senior; return m[Single] },
		"type":           func(m map[Type]*Item) *Item { m[Single].Type = Multiple; return m[Single] },
		"stimulus":       func(m map[Type]*Item) *Item { m[Single].Stimulus = "x"; return m[Single] },
		"stem":           func(m map[Type]*Item) *Item { m[Single].Stem += " "; return m[Single] },
		"explanation":    func(m map[Type]*Item) *Item { m[Single].Explanation = ""; return m[Single] },
		"option":         func(m map[Type]*Item) *Item { m[Single].Options[0].Text = "x"; return m[Single] },
		"option id":      func(m map[Type]*Item) *Item { m[Single].Options[0].ID = "x"; return m[Single] },
		"reason":         func(m map[Type]*Item) *Item { m[Single].Options[0].Reason = "x"; return m[Single] },
		"key":            func(m map[Type]*Item) *Item { m[Single].Options[0].Key = true; return m[Single] },
		"order":          func(m map[Type]*Item) *Item { o := m[Ordering].Options; o[0], o[1] = o[1], o[0]; return m[Ordering] },
		"choice":         func(m map[Type]*Item) *Item { m[Matching].Choices[0].Text = "x"; return m[Matching] },
		"match":          func(m map[Type]*Item) *Item { m[Matching].Options[0].Match = "b"; return m[Matching] },
		"blank":          func(m map[Type]*Item) *Item { m[Cloze].Blanks[0].Name = "x"; return m[Cloze] },
		"typed":          func(m map[Type]*Item) *Item { m[Cloze].Blanks[0].Typed = true; return m[Cloze] },
		"blank's option": func(m map[Type]*Item) *Item { m[Cloze].Blanks[0].Options[0].Key = false; return m[Cloze] },
		"value":          func(m map[Type]*Item) *Item { m[Numeric].Number.Value++; return m[Numeric] },
		"tolerance":      func(m map[Type]*Item) *Item { m[Numeric].Number.Tolerance = 0; return m[Numeric] },
		"relative":       func(m map[Type]*Item) *Item { m[Numeric].Number.Relative = false; return m[Numeric] },
		"unit":           func(m map[Type]*Item) *Item { m[Numeric].Number.Unit = "h"; return m[Numeric] },
		"factor":         func(m map[Type]*Item) *Item { m[Numeric].Number.Units["ms"] = 1; return m[Numeric] },
		"capitals":       func(m map[Type]*Item) *Item { m[Short].Case = false; return m[Short] },
		"schema":         func(m map[Type]*Item) *Item { m[SQL].Query.Schema = ""; return m[SQL] },
		"data":           func(m map[Type]*Item) *Item { m[SQL].Query.Data[1] = ""; return m[SQL] },
		"query":          func(m map[Type]*Item) *Item { m[SQL].Query.Key = ""; return m[SQL] },
		"rows in order":  func(m map[Type]*Item) *Item { m[SQL].Query.Ordered = false; return m[SQL] },
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			before, items := allItems(t), allItems(t)
			it := change(items)
			if old := before[typeOf(items, it)]; it.Version() == old.Version() {
				t.Errorf("the version is %s still", it.Version())
			}
		})
	}
}

// typeOf returns the type under which items holds it.
func typeOf(items map[Type]*Item, it *Item) Type {
	for typ, other := range items {
		if other == it {
			return typ
		}
	}
	return ""
}

func TestVersionStaysWithoutThem(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Item){
		"nothing":      func(*Item) {},
		"enemies":      func(it *Item) { it.Enemies = nil },
		"changed":      func(it *Item) { it.Changed = "text" },
		"run":          func(it *Item) { it.Run = "sql" },
		"expr":         func(it *Item) { it.Expr = "1" },
		"file":         func(it *Item) { it.File = "x" },
		"line":         func(it *Item) { it.Line = 7 },
		"pool":         func(it *Item) { it.Pool = PracticePool },
		"reads":        func(it *Item) { it.Reads = "" },
		"seconds":      func(it *Item) { it.Seconds++ },
		"stimulus' id": func(it *Item) { it.StimulusID = "x" },
		"fixed":        func(it *Item) { it.Fixed = !it.Fixed },
	} {
		t.Run(name, func(t *testing.T) {
			before, after := parseOne(t, good[Single]), parseOne(t, good[Single])
			change(after)
			if before.Version() != after.Version() {
				t.Errorf("the version went from %s to %s", before.Version(), after.Version())
			}
			if before.Seconds != 70 || after.Stem == "" {
				t.Error("Version changed the item")
			}
		})
	}
}

func TestEncodedItemIsReadBack(t *testing.T) {
	t.Parallel()
	for typ, it := range allItems(t) {
		got, err := DecodeItem(it.Encode())
		if err != nil {
			t.Fatal(err)
		}
		want := *it // without what is the author's business
		want.Enemies, want.Changed, want.Run, want.Expr, want.File, want.Line = nil, "", "", "", "", 0
		if diff := cmp.Diff(&want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", typ, diff)
		}
		if got.Version() != it.Version() {
			t.Errorf("%s: the version was %s and is read back as %s", typ, it.Version(), got.Version())
		}
	}
	if _, err := DecodeItem([]byte("{")); err == nil {
		t.Error("DecodeItem read half an object")
	}
}

func TestKeysAndPlain(t *testing.T) {
	t.Parallel()
	items := allItems(t)
	if got := items[Multiple].Keys(); len(got) != 2 || got[0].ID != "a" || got[1].ID != "b" {
		t.Errorf("keys = %v, want a and b", got)
	}
	if items[Single].Plain() || items[Multiple].Plain() {
		t.Error("an item that reads code, or with several keys, is plain")
	}
	items[Single].Reads = ""
	if !items[Single].Plain() {
		t.Error("a single choice that reads nothing is not plain")
	}
}

func TestOptionIDs(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]OptionID{0: "a", 25: "z", 26: "aa", 51: "az", 52: "ba", 701: "zz", 702: "aaa"} {
		if got := optionID(n); got != want {
			t.Errorf("optionID(%d) = %q, want %q", n, got, want)
		}
	}
}
