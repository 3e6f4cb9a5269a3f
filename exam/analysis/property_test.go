package analysis

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"groundwork/exam"
)

// alike compares reports to what rounding may change.
var alike = cmp.Options{
	cmpopts.EquateNaNs(), cmpopts.EquateApprox(1e-7, 1e-7), plain,
	cmpopts.IgnoreFields(Flag{}, "Text", "Firm"), // 2.4999 and 2.5001 may round apart
}

// plain compares values as the numbers they are.
var plain = cmp.Transformer("plain", func(v Value) float64 { return float64(v) })

// drawRows draws rows of marks: of all items, or of some of them.
func drawRows(t *rapid.T, fixed bool) (rows [][]Answer, items int) {
	items = rapid.IntRange(2, 8).Draw(t, "items")
	people := rapid.SampledFrom([]int{9, 10, 25, 40, 300, 700}).Draw(t, "people")
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	steps := rapid.SliceOfN(rapid.SampledFrom([]float64{1, 1, 2, 3, 4, 7}), items, items).Draw(t, "steps")
	for range people {
		theta := rng.NormFloat64()
		var row []Answer
		for k := range items {
			if !fixed && rng.IntN(3) == 0 {
				continue
			}
			p := Model{1, float64(k) - 3, 0.2, 1}.P(theta)
			mark := math.Round(p*steps[k]+rng.Float64()-0.5) / steps[k]
			row = append(row, Answer{Item: k, Mark: 2 * min(max(mark, 0), 1), Max: 2, Picks: 1 << rng.IntN(5), Seconds: rng.Float64() * 100, Blank: rng.IntN(9) == 0})
		}
		rows = append(rows, row)
	}
	return rows, items
}

func count(t testing.TB, rows [][]Answer, items int) *Collector {
	t.Helper()
	c := NewCollector()
	for k := range items {
		c.Item(Subject{ID: string(rune('a' + k)), Guess: 0.25, Options: []Choice{
			{"a", "option a", 0, true, true}, {"b", "option b", 0, false, true}, {"c", "option c", 0, false, true}, {"d", "box d", 1, true, true}}})
	}
	for _, row := range rows {
		if err := c.Add(row, 70); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// In which order people come, and their answers, changes nothing.
func TestOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rows, items := drawRows(rt, rapid.Bool().Draw(rt, "fixed"))
		want := count(t, rows, items).Report()
		shuffled := slices.Clone(rows)
		rng := rand.New(rand.NewPCG(7, 7))
		rng.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		for i := range shuffled {
			shuffled[i] = slices.Clone(shuffled[i])
			rng.Shuffle(len(shuffled[i]), func(a, b int) { shuffled[i][a], shuffled[i][b] = shuffled[i][b], shuffled[i][a] })
		}
		if diff := cmp.Diff(want, count(t, shuffled, items).Report(), alike); diff != "" {
			rt.Fatalf("shuffled (-before +after):\n%s", diff)
		}
	})
}

// An item on which everybody does the same changes the discrimination of no
// other, and has none.
func TestConstant(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rows, items := drawRows(rt, true)
		mark := rapid.SampledFrom([]float64{0, 0.3, 1}).Draw(rt, "mark")
		more := slices.Clone(rows)
		for i := range more {
			more[i] = append(slices.Clone(rows[i]), Answer{Item: items, Mark: mark, Max: 1})
		}
		before, after := count(t, rows, items), count(t, more, items+1)
		for k, it := range after.summed() {
			got := it.report()
			if k == items {
				if got.Discrimination.Defined() || got.Efficiency.Defined() {
					rt.Errorf("the constant item discriminates: %v, %v", got.Discrimination, got.Efficiency)
				}
				continue
			}
			want := before.summed()[k].report()
			if diff := cmp.Diff(want.Discrimination, got.Discrimination, near(1e-9), plain); diff != "" {
				rt.Errorf("item %d (-without +with):\n%s", k, diff)
			}
		}
	})
}

// Reporting in between changes nothing.
func TestReportTwice(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rows, items := drawRows(rt, true)
		want := count(t, rows, items).Report()
		half := count(t, rows[:len(rows)/2], items)
		half.Report()
		for _, row := range rows[len(rows)/2:] {
			if err := half.Add(row, 70); err != nil {
				rt.Fatal(err)
			}
		}
		if diff := cmp.Diff(want, half.Report(), alike); diff != "" {
			rt.Fatalf("after a report in between (-without +with):\n%s", diff)
		}
	})
}

// With many people the columns are histograms: how far what they give is from
// what all values give.
func TestHistograms(t *testing.T) {
	worst, worstMedian, worstTime := 0.0, 0.0, 0.0
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 3))
		const items, people = 20, 5000
		c := NewCollector()
		for range items {
			c.Item(Subject{Guess: undefined})
		}
		var x, rest, seconds [items][]float64
		var totals []float64
		for range people {
			theta, sum := rng.NormFloat64(), 0.0
			row := make([]Answer, items)
			for k := range row {
				p := Model{1, float64(k)/5 - 2, 0.1, 1}.P(theta)
				mark := p + rng.NormFloat64()/3 // no two alike
				if k%2 == 0 {
					mark = math.Round(p + rng.Float64() - 0.5)
				}
				row[k] = Answer{Item: k, Mark: min(max(mark, 0), 1), Max: 1, Seconds: math.Exp(3 + rng.NormFloat64())}
				sum += row[k].Mark
			}
			for k, a := range row {
				x[k], rest[k], seconds[k] = append(x[k], a.Mark), append(rest[k], 100*(sum-a.Mark)/(items-1)), append(seconds[k], a.Seconds)
			}
			totals = append(totals, 100*sum/items)
			if err := c.Add(row, 50); err != nil {
				t.Fatal(err)
			}
		}
		worstMedian = max(worstMedian, math.Abs(float64(c.total.median()-median(sorted(totals)))))
		for k, it := range c.summed() {
			exact := 100 * float64(it.pair.cov()/largestCov(sorted(x[k]), sorted(rest[k])))
			worst = max(worst, math.Abs(float64(it.efficiency())-exact))
			middle := float64(median(sorted(seconds[k])))
			worstTime = max(worstTime, math.Abs(float64(it.seconds())-middle)/middle)
		}
	}
	t.Logf("efficiency is off by %.4f points at most, the median total by %.3f, the median time by %.2f%%", worst, worstMedian, 100*worstTime)
	if worst > 0.02 || worstMedian > 0.2 || worstTime > 0.033 {
		t.Error("that is more than the package comment says")
	}
}

// A row that makes no sense is refused whole.
func TestRefused(t *testing.T) {
	c := count(t, nil, 3)
	one := Answer{Item: 0, Mark: 1, Max: 1}
	for name, row := range map[string][]Answer{
		"an item twice":        {one, one},
		"an item that is none": {one, {Item: 3, Mark: 1, Max: 1}},
		"less than none":       {{Item: -1, Mark: 1, Max: 1}},
		"a mark that is none":  {one, {Item: 1, Mark: math.NaN(), Max: 1}},
		"points without end":   {one, {Item: 1, Mark: 1, Max: math.Inf(1)}},
	} {
		if err := c.Add(row, 70); err == nil {
			t.Errorf("%s is counted", name)
		}
	}
	if err := c.Add([]Answer{{Item: 0, Mark: 0, Max: 0}}, 70); err != nil { // nothing to win: nothing to count
		t.Error(err)
	}
	for range 12 {
		if err := c.Add([]Answer{one, {Item: 1, Mark: 0, Max: 1}, {Item: 2, Mark: 5, Max: 0}}, 70); err != nil {
			t.Fatal(err)
		}
	}
	r := c.Report()
	if r.Attempts != 12 || r.Items[0].N != 12 || r.Items[2].N != 0 || r.Mean != 1 {
		t.Errorf("%+v", r)
	}
}

// Whatever comes, the numbers stay within their bounds and can be written.
func FuzzCollector(f *testing.F) {
	f.Add([]byte("a few rows of nothing in particular, long enough for ten people"), uint8(3))
	f.Add([]byte{0, 255, 0, 255, 1, 1, 1, 1, 200, 3}, uint8(1))
	f.Fuzz(func(t *testing.T, data []byte, width uint8) {
		items := int(width)%6 + 1
		c := count(t, nil, items)
		for len(data) >= items {
			row := make([]Answer, 0, items)
			for k, b := range data[:items] {
				row = append(row, Answer{Item: (k + int(b)%2) % items, Mark: float64(b>>1) / 127, Max: float64(b&3) / 2, Picks: uint64(b), Seconds: float64(b) - 100, Blank: b == 0})
			}
			_ = c.Add(row, 50) // an item may come twice: refused
			data = data[items:]
		}
		check(t, c.Report())
	})
}

// check holds a report against what is always true.
func check(t *testing.T, r *Report) {
	t.Helper()
	if _, err := json.Marshal(r); err != nil {
		t.Fatal(err)
	}
	for _, it := range r.Items {
		if it.N < ShowFrom && (it.Facility.Defined() || it.Flags != nil || it.Choices != nil) {
			t.Errorf("%s is shown with %d people", it.Item, it.N)
		}
		if it.N < EnoughFrom && it.Flags != nil {
			t.Errorf("%s is flagged with %d people", it.Item, it.N)
		}
		if it.Discrimination.Defined() && math.Abs(float64(it.Discrimination)) > 100 || it.Low > it.High {
			t.Errorf("%s: discrimination %v, interval %v to %v", it.Item, it.Discrimination, it.Low, it.High)
		}
		if it.Efficiency.Defined() && math.Abs(float64(it.Efficiency)) > 100+1e-6 && it.N <= fewAnswers && it.Efficiency > 0 {
			t.Errorf("%s: efficiency %v", it.Item, it.Efficiency)
		}
		for _, c := range it.Choices {
			if c.N > it.N || c.Lowest > 1+1e-9 || c.Highest > 1+1e-9 {
				t.Errorf("%s %s: %+v of %d", it.Item, c.ID, c, it.N)
			}
		}
	}
}

// Any response to any kind of item can be counted.
func FuzzStream(f *testing.F) {
	for _, s := range []string{`{"choice":["a"]}`, `{"text":"30"}`, `{"pairs":{"a":"b","1":"x"}}`, `{"choice":["c","b","a","zz"]}`, ``, `{`} {
		f.Add(s, uint8(0))
	}
	kinds := oneOfEach()
	f.Fuzz(func(t *testing.T, response string, kind uint8) {
		it := kinds[int(kind)%len(kinds)]
		r, err := exam.DecodeResponse(response)
		if err != nil {
			return
		}
		s := NewStream()
		for i := range 12 {
			a := &exam.Attempt{ID: exam.AttemptID(rune('a' + i)), Rules: exam.Rules{Pass: 70}}
			slot := exam.Slot{N: 1, Item: it.ID, Version: it.Version(), Points: 1, Response: r, Fraction: exam.Score(it, r, nil).Fraction}
			if err := s.Slot(a, slot, it); err != nil {
				t.Fatal(err)
			}
		}
		rep, err := s.Report()
		if err != nil {
			t.Fatal(err)
		}
		check(t, rep)
	})
}
