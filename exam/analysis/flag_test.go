package analysis

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// planted draws people on twelve sound items and one that answers as told: it
// is given an ability and returns the choice picked, 0 being the key.
func planted(t *testing.T, people int, choices []Choice, guess Value, answer func(theta float64, rng *rand.Rand) uint64) ItemReport {
	t.Helper()
	rng := rand.New(rand.NewPCG(5, 5))
	c := NewCollector()
	for k := range 12 {
		c.Item(Subject{ID: fmt.Sprint("sound", k), Guess: 0})
	}
	c.Item(Subject{ID: "it", Guess: guess, Options: choices})
	for range people {
		theta := rng.NormFloat64()
		var row []Answer
		for k := range 12 {
			mark := 0.0
			if rng.Float64() < (Model{1.5, float64(k)/4 - 1.5, 0, 1}).P(theta) {
				mark = 1
			}
			row = append(row, Answer{Item: k, Mark: mark, Max: 1})
		}
		picks := answer(theta, rng)
		row = append(row, Answer{Item: 12, Mark: float64(picks & 1), Max: 1, Picks: picks})
		if err := c.Add(row, 60); err != nil {
			t.Fatal(err)
		}
	}
	items := c.Report().Items
	return items[slices.IndexFunc(items, func(it ItemReport) bool { return it.Item == "it" })]
}

// Every fault is found by its own flag, and a sound item has none.
func TestFlags(t *testing.T) {
	four := []Choice{{"a", "option a", 0, true, true}, {"b", "option b", 0, false, true}, {"c", "option c", 0, false, true}, {"d", "option d", 0, false, true}}
	boxes := []Choice{{"a", "option a", 0, true, true}, {"b", "option b", 1, true, true}, {"c", "option c", 2, false, true}}
	knows := func(theta float64, b float64, rng *rand.Rand) bool {
		return rng.Float64() < Model{1.3, b, 0, 1}.P(theta)
	}
	wrong := func(rng *rand.Rand) uint64 { return 2 << rng.IntN(3) }
	tests := []struct {
		name    string
		choices []Choice
		guess   Value
		answer  func(float64, *rand.Rand) uint64
		want    []string
	}{
		{"sound", four, 0.25, func(th float64, rng *rand.Rand) uint64 {
			if knows(th, 0, rng) {
				return 1
			}
			return wrong(rng)
		}, nil},
		{"the key is wrong, c is right", four, 0.25, func(th float64, rng *rand.Rand) uint64 {
			if knows(th, 0, rng) {
				return 4
			}
			return []uint64{1, 2, 8}[rng.IntN(3)]
		}, []string{"wrong key c", "negative", "too hard"}},
		{"c is right as well", four, 0.25, func(th float64, rng *rand.Rand) uint64 {
			if knows(th, -0.5, rng) {
				return []uint64{1, 4}[rng.IntN(2)]
			}
			return []uint64{2, 8}[rng.IntN(2)]
		}, []string{"two right c"}},
		{"nobody takes d", four, 0.25, func(th float64, rng *rand.Rand) uint64 {
			if knows(th, 0, rng) {
				return 1
			}
			return 2 << rng.IntN(2)
		}, []string{"dead option d"}},
		{"everybody knows it", four, 0.25, func(_ float64, rng *rand.Rand) uint64 {
			if rng.IntN(100) > 0 {
				return 1
			}
			return wrong(rng)
		}, []string{"too easy"}},
		{"hardly anybody knows it", four, 0.25, func(th float64, rng *rand.Rand) uint64 {
			if th > 1 && rng.IntN(6) == 0 {
				return 1
			}
			return 1 << rng.IntN(4)
		}, []string{"too hard", "weak", "inefficient"}},
		{"a box is right that should not be", boxes, undefined, func(th float64, rng *rand.Rand) uint64 {
			if knows(th, 0, rng) {
				return 7
			}
			return uint64(rng.IntN(4)) | uint64(rng.IntN(2))
		}, []string{"wrong key c"}},
		{"the able are misled", four, 0.25, func(th float64, rng *rand.Rand) uint64 {
			if knows(-th, -0.5, rng) {
				return 1
			}
			return wrong(rng)
		}, []string{"wrong key", "negative"}},
	}
	for _, tt := range tests {
		it := planted(t, 600, tt.choices, tt.guess, tt.answer)
		var got []string
		for _, f := range it.Flags {
			got = append(got, string(f.Kind), string(f.Kind)+" "+f.Choice)
			if f.Text == "" || f.Act == "" || !strings.HasSuffix(f.Text, ".") || !strings.HasSuffix(f.Act, ".") {
				t.Errorf("%s: the flag says %q, %q", tt.name, f.Text, f.Act)
			}
		}
		for _, want := range tt.want {
			if !slices.Contains(got, want) {
				t.Errorf("%s: flagged as %q, want %q among them", tt.name, got, want)
			}
		}
		if tt.want == nil && got != nil {
			t.Errorf("%s: flagged as %q", tt.name, got)
		}
	}
}

// With few people a flag is there but not firm, with fewer it is not there.
func TestFirm(t *testing.T) {
	four := []Choice{{"a", "option a", 0, true, true}, {"b", "option b", 0, false, true}}
	easy := func(_ float64, rng *rand.Rand) uint64 { return 1 }
	got := map[int]string{}
	for _, n := range []int{9, 29, 30, 100} {
		it := planted(t, n, four, 0.25, easy)
		got[n] = fmt.Sprint(it.Standing, it.Facility.Text(2), it.FlagList())
	}
	want := map[int]string{9: "hidden–", 29: "too few1.00", 30: "enough1.00too easy?, dead option b?", 100: "enough1.00too easy, dead option b?"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Lord's standard error of each person, and who is near the cut.
func TestConditionalError(t *testing.T) {
	c := NewCollector()
	for k := range 40 {
		c.Item(Subject{ID: fmt.Sprint(k)})
	}
	sum, near := 0.0, 0
	for right := range 40 {
		var row []Answer
		for k := range 40 {
			mark := 0.0
			if k < right {
				mark = 1
			}
			row = append(row, Answer{Item: k, Mark: mark, Max: 1})
		}
		if err := c.Add(row, 70); err != nil {
			t.Fatal(err)
		}
		x := float64(right)
		sem := math.Sqrt(x*(40-x)/39) / 40 * 100
		sum += sem
		if math.Abs(x/40*100-70) <= sem {
			near++
		}
	}
	r := c.Report()
	got := []float64{float64(r.ConditionalSEM), float64(r.Near), float64(r.Passed)}
	if diff := cmp.Diff([]float64{sum / 40, float64(near) / 40, 12.0 / 40}, got, nearly); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

var nearly = near(1e-12)
