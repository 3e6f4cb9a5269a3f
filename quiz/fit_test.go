package quiz

import (
	"errors"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"groundwork/content/source"
)

// goodFit is a fit test of two traits and four statements.
const goodFit = `title: Is it for you?
description: d
lede: l
minutes: 2-3
scale: [no, rather no, so so, rather yes, yes]
traits:
  - id: craft
    title: Craft
    high: {text: ch, work: cw}
    middle: {text: cm, work: cw}
    low: {text: cl, work: cw}
    try: {text: t, link: /path}
    roles: [{title: Frontend, text: x}]
  - id: debug
    title: Debugging
    high: {text: dh, work: dw}
    middle: {text: dm, work: dw}
    low: {text: dl, work: dw}
    try: {text: t, link: /path}
    roles: [{title: Data, text: y}, {title: QA, text: z}]
statements:
  - {id: unseen, trait: craft, text: one}
  - {id: hunt, trait: debug, text: two}
  - {id: demo, trait: craft, reversed: true, text: three}
  - {id: skip, trait: debug, reversed: true, text: four}
verdicts:
  - {id: good, min-high: 2, max-low: 0, title: Good, text: g}
  - {id: apart, min-low: 1, max-high: 0, title: Apart, text: a}
  - {id: default, title: Mixed, text: m}
reviewed: 2026-01-20
reviewed-by: us`

func loadFit(front string) (*Fit, source.Problems) {
	return LoadFit(fstest.MapFS{FitFile: {Data: []byte("---\n" + front + "\n---\n")}})
}

func fit(t testing.TB) *Fit {
	t.Helper()
	f, ps := loadFit(goodFit)
	if len(ps) > 0 {
		t.Fatal(ps)
	}
	return f
}

func TestLoadFit(t *testing.T) {
	t.Parallel()
	zero := 0
	trait := func(id, title, l string, roles ...Role) Trait {
		return Trait{ID: id, Title: title, High: Reading{l + "h", l + "w"}, Middle: Reading{l + "m", l + "w"}, Low: Reading{l + "l", l + "w"}, Try: Step{"t", "/path"}, Roles: roles}
	}
	want := &Fit{
		Title: "Is it for you?", Minutes: "2-3", Scale: []string{"no", "rather no", "so so", "rather yes", "yes"},
		Traits:     []Trait{trait("craft", "Craft", "c", Role{"Frontend", "x"}), trait("debug", "Debugging", "d", Role{"Data", "y"}, Role{"QA", "z"})},
		Statements: []Statement{{"unseen", "craft", "one", false}, {"hunt", "debug", "two", false}, {"demo", "craft", "three", true}, {"skip", "debug", "four", true}},
		Verdicts:   []Verdict{{ID: "good", MinHigh: 2, MaxLow: &zero, Title: "Good", Text: "g"}, {ID: "apart", MinLow: 1, MaxHigh: &zero, Title: "Apart", Text: "a"}, {ID: "default", Title: "Mixed", Text: "m"}},
	}
	if diff := cmp.Diff(want, fit(t)); diff != "" {
		t.Errorf("LoadFit (-want +got):\n%s", diff)
	}
	if f, ps := LoadFit(fstest.MapFS{}); f != nil || len(ps) != 1 || ps[0].File != FitFile {
		t.Errorf("LoadFit without a file = %v, %v", f, ps)
	}
}

func TestRealFit(t *testing.T) {
	t.Parallel()
	f, ps := LoadFit(os.DirFS("../content"))
	if len(ps) > 0 || len(f.Traits) != 5 || len(f.Statements) != 10 {
		t.Errorf("%d traits, %d statements, problems:\n%s", len(f.Traits), len(f.Statements), ps.Error())
	}
}

func TestFitMistakes(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, old, new, want string }{
		{"four places", "[no, rather no, ", "[no, ", "6: the scale has 4 places; write five, from strong disagreement to strong agreement"},
		{"a place without words", "so so", `""`, "6: a place of the scale has no words; write five, from strong disagreement to strong agreement"},
		{"two straight statements", "reversed: true, text: three", "text: three", "8: the trait craft has 2 statements and 0 reversed ones; write one of each"},
		{"no statement", "trait: debug, reversed: true", "trait: craft, reversed: true", "15: the trait debug has 1 statements and 0 reversed ones; write one of each"},
		{"no trait of that name", "trait: debug, text: two", "trait: bug, text: two", `24: the statement "hunt" lacks id or text, or its trait "bug" is none; name one of the traits`},
		{"a statement without text", "text: four", `text: ""`, `26: the statement "skip" lacks id or text, or its trait "debug" is none; name one of the traits`},
		{"a statement without id", "{id: demo, ", "{", `25: the statement "" lacks id or text, or its trait "craft" is none; name one of the traits`},
		{"a statement twice", "id: demo", "id: unseen", `23: the statement unseen stands here twice; give one of them another id`},
		{"a trait twice", "id: debug", "id: craft", `8: the trait craft stands here twice; give one of them another id`},
		{"a trait without id", "- id: debug\n    title", "- title", `15: the trait  lacks id, title, try or roles; write them`},
		{"an id that begins like another", "id: unseen, trait: craft", "id: debugger, trait: bug", `23: the statement "debugger" lacks id or text, or its trait "bug" is none; name one of the traits`},
		{"no work", "{text: dm, work: dw}", "{text: dm}", "15: the trait debug lacks text or work for high, middle or low; write both for all three"},
		{"no title", "    title: Craft\n", "", "8: the trait craft lacks id, title, try or roles; write them"},
		{"nothing to try", "    try: {text: t, link: /path}\n", "", "8: the trait craft lacks id, title, try or roles; write them"},
		{"no roles", "    roles: [{title: Frontend, text: x}]\n", "", "8: the trait craft lacks id, title, try or roles; write them"},
		{"a verdict that may not apply", "{id: default, ", "{id: default, max-low: 1, ", "27: the last verdict does not always apply; end with one that has no limits"},
		{"a verdict that wants something", "{id: default, ", "{id: default, min-high: 1, ", "27: the last verdict does not always apply; end with one that has no limits"},
		{"an unknown key", "minutes:", "minute:", `5: the front matter is wrong: unknown field "minute"; see content/README.md for the keys of this kind of file`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(goodFit, tt.old) {
				t.Fatalf("the good fit test does not hold %q", tt.old)
			}
			_, ps := loadFit(strings.Replace(goodFit, tt.old, tt.new, 1))
			found := false
			for _, p := range ps {
				found = found || strings.TrimPrefix(p.String(), FitFile+":") == tt.want
			}
			if !found {
				t.Errorf("problems:\n%s\nwant among them:\n%s", ps.Error(), tt.want)
			}
		})
	}
	if _, ps := loadFit("title: x\nscale: [a, b, c, d, e]\nverdicts: [{id: d, title: D, text: d}]"); len(ps) != 1 || ps[0].What != "there are no traits" {
		t.Errorf("without traits: %v", ps)
	}
}

func TestParseAnswers(t *testing.T) {
	t.Parallel()
	f := fit(t)
	tests := []struct {
		text string
		want Answers
	}{
		{"", Answers{0, 0, 0, 0}},
		{"5-1-0-3", Answers{5, 1, 0, 3}},
		{"0-0-0-0", Answers{0, 0, 0, 0}},
		{"5-1-0", nil}, {"5-1-0-3-2", nil}, {"6-1-1-1", nil}, {"-1-1-1-1", nil}, {"a-1-1-1", nil}, {"05-1-1-1", nil},
		{"+5-1-1-1", nil}, {" 5-1-1-1", nil}, {"5--1-1", nil}, {"---", nil}, {"5-1-1-1-", nil}, {"٣-1-1-1", nil},
	}
	for _, tt := range tests {
		got, err := f.ParseAnswers(tt.text)
		if diff := cmp.Diff(tt.want, got); diff != "" || (err == nil) != (tt.want != nil) || err != nil && !errors.Is(err, ErrAnswers) {
			t.Errorf("ParseAnswers(%q): %v (-want +got):\n%s", tt.text, err, diff)
		}
	}
}

func TestAnswersRoundTrip(t *testing.T) {
	t.Parallel()
	f := fit(t)
	rapid.Check(t, func(t *rapid.T) {
		a := Answers(rapid.SliceOfN(rapid.IntRange(0, 5), 4, 4).Draw(t, "answers"))
		got, err := f.ParseAnswers(a.String())
		if diff := cmp.Diff(a, got); diff != "" || err != nil {
			t.Fatalf("%q: %v (-want +got):\n%s", a.String(), err, diff)
		}
	})
}

func TestNextAnswer(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"": 0, "5-0-0-0": 1, "5-1-0-1": 2, "1-1-1-1": -1} {
		a, err := fit(t).ParseAnswers(text)
		if got := a.Next(); got != want || err != nil {
			t.Errorf("Next of %q = %d, %v; want %d", text, got, err, want)
		}
	}
}

func TestResult(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name         string
		answers      Answers // craft, debug, craft reversed, debug reversed
		verdict      string
		craft, debug float64
		places       [2]Place
		lowest       string
		apart        [2]bool
		reading      string // of craft
	}{
		{name: "both high", answers: Answers{5, 4, 1, 2}, verdict: "good", craft: 5, debug: 4, places: [2]Place{High, High}, reading: "ch"},
		{name: "high from 3.5 on", answers: Answers{4, 3, 3, 2}, verdict: "good", craft: 3.5, debug: 3.5, places: [2]Place{High, High}, reading: "ch"},
		{name: "the middle", answers: Answers{3, 5, 3, 1}, verdict: "default", craft: 3, debug: 5, places: [2]Place{Middle, High}, lowest: "craft", reading: "cm"},
		{name: "low up to 2.5", answers: Answers{2, 3, 3, 3}, verdict: "apart", craft: 2.5, debug: 3, places: [2]Place{Low, Middle}, lowest: "craft", reading: "cl"},
		{name: "the lowest is the second", answers: Answers{2, 1, 3, 5}, verdict: "apart", craft: 2.5, debug: 1, places: [2]Place{Low, Low}, lowest: "debug", reading: "cl"},
		{name: "equally low: the first", answers: Answers{1, 1, 5, 5}, verdict: "apart", craft: 1, debug: 1, places: [2]Place{Low, Low}, lowest: "craft", reading: "cl"},
		{name: "low and high", answers: Answers{1, 5, 5, 1}, verdict: "default", craft: 1, debug: 5, places: [2]Place{Low, High}, lowest: "craft", reading: "cl"},
		{name: "agreeing with everything", answers: Answers{5, 5, 5, 5}, verdict: "default", craft: 3, debug: 3, places: [2]Place{Middle, Middle}, lowest: "craft", apart: [2]bool{true, true}, reading: "cm"},
		{name: "three apart is apart, two is not", answers: Answers{5, 4, 4, 4}, verdict: "default", craft: 3.5, debug: 3, places: [2]Place{High, Middle}, lowest: "debug", apart: [2]bool{true, false}, reading: "ch"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := fit(t).Result(tt.answers)
			if err != nil {
				t.Fatal(err)
			}
			lowest := ""
			if r.Lowest != nil {
				lowest = r.Lowest.Trait.ID
			}
			got := []any{r.Verdict.ID, r.Traits[0].Mean, r.Traits[1].Mean, r.Traits[0].Place, r.Traits[1].Place, lowest, r.Traits[0].Apart(), r.Traits[1].Apart(), r.Traits[0].Reading().Text}
			want := []any{tt.verdict, tt.craft, tt.debug, tt.places[0], tt.places[1], tt.lowest, tt.apart[0], tt.apart[1], tt.reading}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("Result(%v) (-want +got):\n%s", tt.answers, diff)
			}
		})
	}
}

func TestResultRestsOnItsAnswers(t *testing.T) {
	t.Parallel()
	f := fit(t)
	r, err := f.Result(Answers{5, 2, 4, 1})
	if err != nil {
		t.Fatal(err)
	}
	want := []TraitAnswer{{f.Statements[0], 0, 5, 5}, {f.Statements[2], 2, 4, 2}}
	if diff := cmp.Diff(want, r.Traits[0].Answers); diff != "" {
		t.Errorf("answers behind craft (-want +got):\n%s", diff)
	}
	want = []TraitAnswer{{f.Statements[1], 1, 2, 2}, {f.Statements[3], 3, 1, 5}}
	if diff := cmp.Diff(want, r.Traits[1].Answers); diff != "" {
		t.Errorf("answers behind debugging (-want +got):\n%s", diff)
	}
	for _, a := range []Answers{{}, {5, 0, 4, 1}, {5, 2, 4}, {5, 2, 4, 1, 1}, nil} {
		if r, err := f.Result(a); !errors.Is(err, ErrAnswers) {
			t.Errorf("Result(%v) = %v, %v; want ErrAnswers", a, r, err)
		}
	}
}

// Whatever is answered, there is a verdict, and turning all answers round
// turns the traits round.
func TestResultProperties(t *testing.T) {
	t.Parallel()
	f := fit(t)
	rapid.Check(t, func(t *rapid.T) {
		a := Answers(rapid.SliceOfN(rapid.IntRange(1, 5), 4, 4).Draw(t, "answers"))
		back := make(Answers, len(a))
		for i, n := range a {
			back[i] = 6 - n
		}
		x, err1 := f.Result(a)
		y, err2 := f.Result(back)
		if err1 != nil || err2 != nil || x.Verdict.ID == "" {
			t.Fatalf("Result(%v) = %+v, %v, %v", a, x, err1, err2)
		}
		for i := range x.Traits {
			if x.Traits[i].Mean+y.Traits[i].Mean != 6 || x.Traits[i].Place+y.Traits[i].Place != Low+High {
				t.Fatalf("%v: %g and %g, place %d and %d", a, x.Traits[i].Mean, y.Traits[i].Mean, x.Traits[i].Place, y.Traits[i].Place)
			}
		}
	})
}
