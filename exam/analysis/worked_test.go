package analysis

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"groundwork/exam"
)

// near compares numbers to a relative difference; two that are undefined are
// alike.
func near(rel float64) cmp.Option {
	return cmp.Options{cmpopts.EquateNaNs(), cmpopts.EquateApprox(rel, 1e-12)}
}

// matrix counts rows of marks as answers to as many items.
func matrix(t testing.TB, marks [][]float64, most []float64) *Collector {
	t.Helper()
	c := NewCollector()
	for k := range most {
		c.Item(Subject{ID: fmt.Sprintf("%03d", k+1), Guess: undefined})
	}
	for _, row := range marks {
		if err := c.Add(answers(row, most), 50); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func answers(row, most []float64) []Answer {
	out := make([]Answer, len(row))
	for k, m := range row {
		out[k] = Answer{Item: k, Mark: m, Max: most[k]}
	}
	return out
}

// expected is one item as references give it.
type expected struct {
	S             int     `json:"s"`
	Facility      float64 `json:"facility"`
	SD            float64 `json:"sd"`
	Variance      float64 `json:"markvariance"`
	Rest          float64 `json:"othermarkvariance"`
	Covariance    float64 `json:"covariance"`
	CovarianceMax float64 `json:"covariancemax"`
	Index         float64 `json:"discriminationindex"`
	Efficiency    float64 `json:"discriminativeefficiency"`
	Effective     float64 `json:"effectiveweight"`
}

// found is what the collector has of every item, in the units of the
// references, however few people there are.
func found(c *Collector) []expected {
	r := &Report{}
	items := c.summed()
	for _, it := range items {
		r.Items = append(r.Items, it.report())
	}
	t := c.total.report()
	r.SD = t.SD
	c.fixed(r, items)
	var out []expected
	for k, it := range items {
		v, cov, rest := it.inPoints(c.points)
		x, y := it.sorted()
		ir := r.Items[k]
		out = append(out, expected{
			S: ir.N, Facility: float64(ir.Facility), SD: float64(ir.SD) * it.max, Variance: v, Rest: rest, Covariance: cov,
			CovarianceMax: float64(largestCov(x, y)) * it.max * (c.points - it.max) / 100,
			Index:         float64(ir.Discrimination), Efficiency: float64(ir.Efficiency), Effective: float64(ir.Effective),
		})
	}
	return out
}

// test is an exam as references give it.
type test struct {
	Mean     float64 `json:"mean"`
	Median   float64 `json:"median"`
	SD       float64 `json:"sd"`
	Skewness float64 `json:"skewness"`
	Kurtosis float64 `json:"kurtosis"`
	Alpha    float64 `json:"cic"`
	Ratio    float64 `json:"errorratio"`
	SEM      float64 `json:"standarderror"`
}

func foundTest(c *Collector) test {
	r := c.total.report()
	items := c.summed()
	for _, it := range items {
		r.Items = append(r.Items, it.report())
	}
	c.fixed(r, items)
	return test{float64(r.Mean), float64(r.Median), float64(r.SD), float64(r.Skewness), float64(r.Kurtosis), float64(r.Alpha), float64(r.ErrorRatio), float64(r.SEM)}
}

// worked is the data set of EXAM.md c.
type worked struct {
	Marks  [][]float64 `json:"marks"`
	Max    []float64   `json:"maxmark"`
	Items  []expected  `json:"items"`
	Test   test        `json:"test"`
	Wilson []struct {
		K, N, Lo, Hi float64
	} `json:"wilson_95"`
	Lord []struct {
		X, N    float64
		Items   float64 `json:"sem_items"`
		Percent float64 `json:"sem_percent"`
	} `json:"lord_binomial_sem"`
	Elo []struct {
		Item    string
		X, C, P float64
		Theta   float64 `json:"theta_before"`
		B       float64 `json:"b_before"`
		Person  int     `json:"n_person"`
		Times   int     `json:"n_item"`
		Theta2  float64 `json:"theta_after"`
		B2      float64 `json:"b_after"`
	} `json:"elo"`
}

func readWorked(t testing.TB) worked {
	t.Helper()
	data, err := os.ReadFile("testdata/worked.json")
	if err != nil {
		t.Fatal(err)
	}
	var w worked
	if err := json.Unmarshal(data, &w); err != nil {
		t.Fatal(err)
	}
	return w
}

// The data set worked by hand comes out as it was worked.
func TestWorked(t *testing.T) {
	w := readWorked(t)
	c := matrix(t, w.Marks, w.Max)
	if diff := cmp.Diff(w.Items, found(c), near(1e-12)); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(w.Test, foundTest(c), near(1e-12)); diff != "" {
		t.Errorf("test (-want +got):\n%s", diff)
	}
	r := c.Report()
	if r.Standing != Hidden || r.Mean.Defined() || r.Items[0].Facility.Defined() {
		t.Errorf("with 8 people it reports %+v; want nothing", r)
	}
	for _, v := range w.Wilson {
		lo, hi := exam.Wilson(v.K, v.N)
		if math.Abs(lo-v.Lo) > 1e-9 || math.Abs(hi-v.Hi) > 1e-9 {
			t.Errorf("Wilson(%g, %g) = %g, %g; want %g, %g", v.K, v.N, lo, hi, v.Lo, v.Hi)
		}
	}
	for _, v := range w.Lord {
		if got := exam.LordError(v.X, v.N); math.Abs(got-v.Items) > 1e-9 || math.Abs(100*got/v.N-v.Percent) > 1e-9 {
			t.Errorf("LordError(%g, %g) = %g; want %g", v.X, v.N, got, v.Items)
		}
	}
	t.Logf("%d item values, 8 test values, %d Wilson, %d Lord", 10*len(w.Items), len(w.Wilson), len(w.Lord))
}

// The ratings follow the worked sequence, each answer from the state before.
func TestElo(t *testing.T) {
	for i, e := range readWorked(t).Elo {
		p, theta, b := Elo(e.Theta, e.B, e.C, e.X, e.Person, e.Times)
		if diff := cmp.Diff([]float64{e.P, e.Theta2, e.B2}, []float64{p, theta, b}, near(1e-12)); diff != "" {
			t.Errorf("answer %d, to %s (-want +got):\n%s", i+1, e.Item, diff)
		}
	}
}

// records reads a CSV file without its first line.
func records(t testing.TB, name string) [][]string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	list, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return list[1:]
}

func number(t testing.TB, s string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// Moodle's fixture: 25 attempts at 7 slots (GPL, so it is read and not kept).
func TestMoodle(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "shared", "corpora", "moodle-stats")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("there is no corpus beside the repository: ", err)
	}
	var marks [][]float64
	for _, rec := range records(t, filepath.Join(dir, "results00.csv")) {
		var row []float64
		for _, cell := range rec[1:8] {
			row = append(row, number(t, cell))
		}
		marks = append(marks, row)
	}
	var want []expected
	for _, rec := range records(t, filepath.Join(dir, "qstats00.csv")) {
		if rec[1] != "" || rec[2] != "" {
			continue // of one question or variant in a slot: the fixture does not say who had it
		}
		var v []float64
		for _, cell := range rec[3:13] {
			v = append(v, number(t, cell))
		}
		want = append(want, expected{S: int(v[0]), Facility: v[1], SD: v[2], Effective: v[3], Covariance: v[4], Variance: v[5], Rest: v[6], Index: v[7], CovarianceMax: v[8], Efficiency: v[9]})
	}
	c := matrix(t, marks, []float64{1, 1, 1, 1, 1, 1, 1})
	if diff := cmp.Diff(want, found(c), near(2e-5)); diff != "" || len(want) != 7 {
		t.Errorf("%d items (-want +got):\n%s", len(want), diff)
	}
	total := test{4.617333332, 4.5, 0.8117265554, -0.092502502, -0.7073968557, -87.2230935542, 136.8294900795, 1.1106813066}
	if diff := cmp.Diff(total, foundTest(c), near(2e-5)); diff != "" {
		t.Errorf("test (-want +got):\n%s", diff)
	}
	r := c.Report()
	if r.Standing != TooFew || len(r.Items[0].Flags) > 0 {
		t.Errorf("with 25 people it says %q and flags %v; want too few and nothing", r.Standing, r.Items[0].Flags)
	}
}

// psych's classical statistics of eRm's raschdat1: 100 people, 30 items.
func TestRaschdat(t *testing.T) {
	var marks [][]float64
	for _, rec := range records(t, "testdata/erm_raschdat1.csv") {
		var row []float64
		for _, cell := range rec {
			row = append(row, number(t, cell))
		}
		marks = append(marks, row)
	}
	most := make([]float64, len(marks[0]))
	for k := range most {
		most[k] = 1
	}
	c := matrix(t, marks, most)
	r := c.Report()
	byID := map[exam.ItemID]ItemReport{}
	for _, it := range r.Items {
		byID[it.Item] = it
	}
	for k, rec := range records(t, "testdata/psych_raschdat1_classical.csv") {
		it := byID[exam.ItemID(fmt.Sprintf("%03d", k+1))]
		want := []float64{number(t, rec[1]), number(t, rec[2]), 100 * number(t, rec[3]), 100 * number(t, rec[5])}
		got := []float64{float64(it.Facility), float64(it.SD), float64(it.Discrimination), float64(it.AlphaWithout)}
		if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-6)); diff != "" {
			t.Errorf("%s: facility, sd, item-rest r, alpha without (-want +got):\n%s", rec[0], diff)
		}
	}
	if !r.Alpha.Defined() || !r.Fixed {
		t.Errorf("alpha is %v of a fixed form (%v)", r.Alpha, r.Fixed)
	}
	t.Logf("alpha %.7f", r.Alpha/100)
}

// banks are the item banks that catR was asked about.
func banks(t testing.TB) map[string][]Model {
	out := map[string][]Model{}
	for _, rec := range records(t, "testdata/banks.csv") {
		out[rec[0]] = append(out[rec[0]], Model{number(t, rec[2]), number(t, rec[3]), number(t, rec[4]), number(t, rec[5])})
	}
	return out
}

// Probabilities, information and abilities are those of catR.
func TestAbility(t *testing.T) {
	bank, rows, estimates := banks(t), 0, 0
	for _, rec := range records(t, "testdata/catr_p_info.csv") {
		item, err := strconv.Atoi(rec[1])
		if err != nil {
			t.Fatal(err)
		}
		m, theta := bank[rec[0]][item-1], number(t, rec[2])
		want, got := []float64{number(t, rec[3]), number(t, rec[4])}, []float64{m.P(theta), m.Information(theta)}
		if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-9)); diff != "" {
			t.Errorf("%s %s at %g: P, information (-want +got):\n%s", rec[0], rec[1], theta, diff)
		}
		rows++
	}
	for _, rec := range records(t, "testdata/catr_theta_estimates.csv") {
		if rec[2] != "EAP" {
			continue // methods that are not used
		}
		right := make([]bool, len(rec[1]))
		for i, c := range rec[1] {
			right[i] = c == '1'
		}
		theta, se := EAP(bank[rec[0]], right)
		if diff := cmp.Diff([]float64{number(t, rec[3]), number(t, rec[4])}, []float64{theta, se}, cmpopts.EquateApprox(0, 1e-9)); diff != "" {
			t.Errorf("EAP of %s %s (-want +got):\n%s", rec[0], rec[1], diff)
		}
		estimates++
	}
	t.Logf("%d rows of P and information, %d abilities", rows, estimates)
	if rows != 168 || estimates != 17 {
		t.Errorf("%d and %d rows; want 168 and 17", rows, estimates)
	}
}
