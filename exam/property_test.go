package exam

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// gradable returns one good item of each type, a cloze with typed blanks too.
func gradable(t testing.TB) []*Item {
	t.Helper()
	items := []*Item{parseOne(t, strings.Replace(good[Cloze], "seconds: 90", "seconds: 90\nentry: text", 1))}
	all := allItems(t)
	for _, typ := range Types {
		items = append(items, all[typ])
	}
	return items
}

// drawResponse draws a response that often fits the item.
func drawResponse(t *rapid.T, it *Item) Response {
	id := rapid.OneOf(rapid.SampledFrom([]string{"a", "b", "c", "d", "1", "2"}), rapid.String())
	var r Response
	switch rapid.IntRange(0, 5).Draw(t, "form") {
	case 0:
		for _, o := range it.Options {
			r.Choice = append(r.Choice, o.ID)
		}
		r.Choice = rapid.Permutation(r.Choice).Draw(t, "order")
	case 1:
		for _, s := range rapid.SliceOfN(id, 0, 5).Draw(t, "choice") {
			r.Choice = append(r.Choice, OptionID(s))
		}
	case 2:
		r.Text = rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"24", "24,000 ms", "idempotency", "-1e3 min", "SELECT 1", "a\x00", "\xff"})).Draw(t, "text")
	case 3, 4:
		r.Pairs = map[OptionID]string{}
		for k, v := range rapid.MapOfN(id, id, 0, 4).Draw(t, "pairs") {
			r.Pairs[OptionID(k)] = v
		}
	}
	return r
}

// same reports whether two marks are the same but for where Known lies.
func (m Mark) same(o Mark) bool {
	known := m.Known == nil && o.Known == nil || m.Known != nil && o.Known != nil && *m.Known == *o.Known
	return m.Fraction == o.Fraction && m.Blank == o.Blank && known
}

// checkScore holds what is true of the mark of any response to any item.
func checkScore(t interface{ Fatalf(string, ...any) }, it *Item, r Response) {
	m := Score(it, r, runner{same: true})
	if math.IsNaN(m.Fraction) || m.Fraction < 0 || m.Fraction > 1 || m.Blank && m.Fraction != 0 {
		t.Fatalf("%s: Score(%+v) = %+v", it.Type, r, m)
	}
	if again := Score(it, r, runner{same: true}); !m.same(again) {
		t.Fatalf("%s: Score(%+v) = %+v and then %+v", it.Type, r, m, again)
	}
	n, err := it.Normal(r)
	if err != nil {
		if m != (Mark{}) {
			t.Fatalf("%s: Score(%+v) = %+v although it does not fit: %v", it.Type, r, m, err)
		}
		return
	}
	stored, err := DecodeResponse(n.Encode())
	if err != nil {
		t.Fatalf("%s: what Normal(%+v) gave cannot be read back: %v", it.Type, r, err)
	}
	again, err := it.Normal(stored)
	if err != nil || again.Encode() != n.Encode() {
		t.Fatalf("%s: Normal(%+v) = %+v, and of that %+v, %v", it.Type, r, n, again, err)
	}
	kept, err := DecodeItem(it.Encode())
	if err != nil {
		t.Fatalf("%s: it cannot be read back: %v", it.Type, err)
	}
	if later := Score(kept, stored, runner{same: true}); !m.same(later) {
		t.Fatalf("%s: Score(%+v) = %+v, and of what is stored %+v", it.Type, r, m, later)
	}
}

func TestScoreProperties(t *testing.T) {
	t.Parallel()
	items := gradable(t)
	rapid.Check(t, func(t *rapid.T) {
		it := rapid.SampledFrom(items).Draw(t, "item")
		checkScore(t, it, drawResponse(t, it))
	})
}

func TestShufflingNeverChangesTheScore(t *testing.T) {
	t.Parallel()
	items := gradable(t)
	rapid.Check(t, func(t *rapid.T) {
		it := rapid.SampledFrom(items).Draw(t, "item")
		r := drawResponse(t, it)
		want := Score(it, r, nil).Fraction
		chance := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		turned := *it
		turned.Choices = slices.Clone(it.Choices)
		chance.Shuffle(len(turned.Choices), func(i, j int) { turned.Choices[i], turned.Choices[j] = turned.Choices[j], turned.Choices[i] })
		if it.Type == Single || it.Type == Multiple || it.Type == Matching { // elsewhere the author's order means something
			turned.Options = slices.Clone(it.Options)
			chance.Shuffle(len(turned.Options), func(i, j int) { turned.Options[i], turned.Options[j] = turned.Options[j], turned.Options[i] })
		}
		if got := Score(&turned, r, nil).Fraction; got != want {
			t.Fatalf("%s: Score(%+v) = %g in one order and %g in another", it.Type, r, want, got)
		}
	})
}

// Two learners who draw the same items in other orders, and answer alike, get
// the same score; the order of the slots and the clock do not enter.
func TestSeedsNeverChangeTheScore(t *testing.T) {
	t.Parallel()
	items := gradable(t)
	byVersion := map[VersionID]*Item{}
	for _, it := range items {
		byVersion[it.Version()] = it
	}
	get := func(id VersionID) *Item { return byVersion[id] }
	rapid.Check(t, func(t *rapid.T) {
		answers := map[VersionID]Response{}
		for _, it := range items {
			answers[it.Version()] = drawResponse(t, it)
		}
		sit := func(seed uint64) *Attempt {
			chance := rand.New(rand.NewPCG(seed, 0))
			form := make([]Place, len(items))
			for i, j := range chance.Perm(len(items)) {
				form[i] = Place{Item: items[j], Order: Shuffle(items[j], int64(seed))}
			}
			a := Begin("a", "exam", 1, form, int64(seed), Rules{Minutes: 90, Pass: 70, Strong: 85}, noon)
			for i := range a.Slots {
				r := answers[a.Slots[i].Version]
				c := Change{Slot: i + 1, Response: &r}
				if _, err := a.Save(c, byVersion[a.Slots[i].Version], noon.Add(time.Duration(seed%5400)*time.Second)); err != nil {
					continue // what does not fit is not stored, and scores nothing
				}
			}
			a.Close(ByLearner, noon.Add(time.Hour), get, nil)
			return a
		}
		x, y := sit(rapid.Uint64().Draw(t, "x")), sit(rapid.Uint64().Draw(t, "y"))
		if math.Abs(x.Score-y.Score) > 1e-9 || x.Max != y.Max || x.Score < 0 || x.Score > x.Max {
			t.Fatalf("%g of %g, and %g of %g", x.Score, x.Max, y.Score, y.Max)
		}
	})
}

var noon = time.Date(2026, 1, 20, 12, 0, 0, 0, time.UTC)
