package exam

import (
	"errors"
	"math"
	"strings"
	"testing"
)

func choose(ids ...OptionID) Response { return Response{Choice: ids} }

func typed(text string) Response { return Response{Text: text} }

// pairs makes a response of keys and values.
func pairs(kv ...string) Response {
	r := Response{Pairs: map[OptionID]string{}}
	for i := 0; i < len(kv); i += 2 {
		r.Pairs[OptionID(kv[i])] = kv[i+1]
	}
	return r
}

type scoreRow struct {
	name     string
	it       *Item
	response Response
	want     float64
	known    string // the text of Mark.Known
}

func checkScores(t *testing.T, rows []scoreRow) {
	t.Helper()
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			m := Score(row.it, row.response, nil)
			known := ""
			if m.Known != nil {
				known = m.Known.Text
			}
			if math.Abs(m.Fraction-row.want) > 1e-12 || known != row.known || m.Blank {
				t.Errorf("Score(%+v) = %+v (known %q), want %g (known %q)", row.response, m, known, row.want, row.known)
			}
		})
	}
}

func TestScoreChoices(t *testing.T) {
	t.Parallel()
	items := allItems(t)
	single, multiple, ordering := items[Single], items[Multiple], items[Ordering]
	five := &Item{Type: Multiple, Options: options("!a", "", "!b", "", "!c", "", "d", "", "e", "")}
	checkScores(t, []scoreRow{
		{name: "single, the key", it: single, response: choose("b"), want: 1},
		{name: "single, another", it: single, response: choose("a")},
		{name: "single, the key twice", it: single, response: choose("b", "b"), want: 1},
		{name: "single, two", it: single, response: choose("a", "b")},
		{name: "single, one that it does not have", it: single, response: choose("d")},
		{name: "single, with text beside", it: single, response: Response{Choice: []OptionID{"b"}, Text: "x"}, want: 1},
		{name: "multiple, all right", it: multiple, response: choose("b", "a"), want: 1},
		{name: "multiple, one of two right", it: multiple, response: choose("a"), want: 0.5},
		{name: "multiple, one right and one wrong", it: multiple, response: choose("a", "c")},
		{name: "multiple, both right and one wrong", it: multiple, response: choose("a", "b", "c"), want: 0.5},
		{name: "multiple, everything", it: multiple, response: choose("a", "b", "c", "d")},
		{name: "multiple, wrong alone", it: multiple, response: choose("c", "d")},
		{name: "multiple, a right one twice", it: multiple, response: choose("a", "a"), want: 0.5},
		{name: "multiple, one that it does not have", it: multiple, response: choose("a", "b", "x")},
		{name: "of three right and two wrong: 1/3", it: five, response: choose("a"), want: 1.0 / 3},
		{name: "of three right and two wrong: 3/3 - 1/2", it: five, response: choose("a", "b", "c", "d"), want: 0.5},
		{name: "of three right and two wrong: 2/3 - 1/2", it: five, response: choose("a", "b", "d"), want: 2.0/3 - 0.5},
		{name: "of three right and two wrong: 1/3 - 1/2", it: five, response: choose("a", "d")},
		{name: "ordering, right", it: ordering, response: choose("a", "b", "c"), want: 1},
		{name: "ordering, one in its place", it: ordering, response: choose("b", "a", "c"), want: 1.0 / 3},
		{name: "ordering, none in its place", it: ordering, response: choose("b", "c", "a")},
		{name: "ordering, one missing", it: ordering, response: choose("a", "b")},
		{name: "ordering, one twice", it: ordering, response: choose("a", "b", "b")},
		{name: "ordering, one too many", it: ordering, response: choose("a", "b", "c", "a")},
	})
}

func TestScorePairs(t *testing.T) {
	t.Parallel()
	items := allItems(t)
	matching, cloze := items[Matching], items[Cloze]
	entry := parseOne(t, strings.Replace(good[Cloze], "seconds: 90", "seconds: 90\nentry: text", 1))
	ten := &Item{Type: Cloze}
	for range 11 {
		ten.Blanks = append(ten.Blanks, Blank{Options: options("!right", "", "wrong", "")})
	}
	checkScores(t, []scoreRow{
		{name: "matching, all", it: matching, response: pairs("a", "a", "b", "b", "c", "a"), want: 1},
		{name: "matching, two of three", it: matching, response: pairs("a", "a", "b", "c", "c", "a"), want: 2.0 / 3},
		{name: "matching, one answered", it: matching, response: pairs("b", "b", "a", "", "c", " "), want: 1.0 / 3},
		{name: "matching, a choice that it does not have", it: matching, response: pairs("a", "a", "b", "x")},
		{name: "matching, a stem that it does not have", it: matching, response: pairs("a", "a", "x", "a")},
		{name: "cloze, both", it: cloze, response: pairs("1", "a", "2", "b"), want: 1},
		{name: "cloze, one", it: cloze, response: pairs("2", "b"), want: 0.5},
		{name: "cloze, none", it: cloze, response: pairs("1", "b", "2", "a")},
		{name: "cloze, an option that it does not have", it: cloze, response: pairs("1", "a", "2", "c")},
		{name: "cloze, a blank that it does not have", it: cloze, response: pairs("1", "a", "3", "a")},
		{name: "cloze, typed", it: entry, response: pairs("1", " put ", "2", "204"), want: 1},
		{name: "cloze, typed wrong", it: entry, response: pairs("1", "a", "2", "204"), want: 0.5},
		{name: "cloze, the tenth blank and the eleventh", it: ten, response: pairs("10", "a", "11", "a"), want: 2.0 / 11},
		{name: "cloze, the colon after nine is no blank", it: ten, response: pairs(":", "a")},
	})
}

func TestScoreNumbers(t *testing.T) {
	t.Parallel()
	number := func(n Number, wrong ...string) *Item {
		it := &Item{Type: Numeric, Number: &n, Options: options("!24", "")}
		for _, w := range wrong {
			it.Options = append(it.Options, Option{ID: optionID(len(it.Options)), Text: w})
		}
		return it
	}
	exact := number(Number{Value: 24}, "240")
	nominal := number(Number{Value: 24, Tolerance: 0.5, Unit: "s", Units: map[string]float64{"ms": 0.001}}, "240", "24,000")
	relative := number(Number{Value: 24, Tolerance: 0.1, Relative: true}, "240")
	zero := &Item{Type: Numeric, Number: &Number{Tolerance: 0.1, Relative: true}, Options: options("!0", "", "1", "")}
	third := &Item{Type: Numeric, Number: &Number{Value: 0.3}, Options: options("!0.3", "", "1", "")}
	checkScores(t, []scoreRow{
		{name: "exact", it: exact, response: typed("24.0"), want: 1, known: "24"},
		{name: "exact, a little off", it: exact, response: typed("24.0000001")},
		{name: "exact, off by rounding", it: third, response: typed("0.30000000000000004"), want: 1, known: "0.3"},
		{name: "known to be wrong", it: exact, response: typed("2.4x10^2"), known: "240"},
		{name: "at the upper end", it: nominal, response: typed("24.5"), want: 1, known: "24"},
		{name: "beyond it", it: nominal, response: typed("24.51")},
		{name: "at the lower end", it: nominal, response: typed("23.5 s"), want: 1, known: "24"},
		{name: "converted", it: nominal, response: typed("24,300 ms"), want: 1, known: "24"},
		{name: "the number of a known but wrong unit", it: nominal, response: typed("24 ms")},
		{name: "known to be wrong within the tolerance", it: nominal, response: typed("240.4"), known: "240"},
		{name: "known to be wrong, written with a comma", it: nominal, response: typed("24000"), known: "24,000"},
		{name: "an unknown unit", it: nominal, response: typed("24 m")},
		{name: "no number", it: nominal, response: typed("many")},
		{name: "relative, at its end", it: relative, response: typed("26.4"), want: 1, known: "24"},
		{name: "relative, beyond it", it: relative, response: typed("26.41")},
		{name: "relative, known to be wrong within its own tenth", it: relative, response: typed("260"), known: "240"},
		{name: "relative to nothing: 0 alone", it: zero, response: typed("-0"), want: 1, known: "0"},
		{name: "relative to nothing: not even a hair", it: zero, response: typed("1e-300")},
	})
}

func TestScoreShortText(t *testing.T) {
	t.Parallel()
	short := func(sensitive bool, forms ...string) *Item {
		it := &Item{Type: Short, Case: sensitive}
		for i, f := range forms {
			it.Options = append(it.Options, options(f, "")[0])
			it.Options[i].ID = optionID(i)
		}
		return it
	}
	checkScores(t, []scoreRow{
		{name: "the word", it: short(false, "!idempotent"), response: typed("  Idempotent\n"), want: 1, known: "idempotent"},
		{name: "capitals matter", it: short(true, "!ETag"), response: typed("etag")},
		{name: "capitals are right", it: short(true, "!ETag"), response: typed("ETag"), want: 1, known: "ETag"},
		{name: "part of it", it: short(false, "!idempotent"), response: typed("idempotent key")},
		{name: "a star at the end", it: short(false, "!idempot*"), response: typed("idempotency"), want: 1, known: "idempot*"},
		{name: "a star is no line end", it: short(false, "!a*b"), response: typed("a\nb")},
		{name: "many stars", it: short(false, "!a***b"), response: typed("ab"), want: 1, known: "a***b"},
		{name: "a star meant as such", it: short(false, `!SELECT \*`), response: typed("select *"), want: 1, known: `SELECT \*`},
		{name: "a star meant as such matches nothing else", it: short(false, `!SELECT \*`), response: typed("select a")},
		{name: "signs are no pattern", it: short(false, "!a.b(c)"), response: typed("aXb(c)")},
		{name: "backquotes are for show", it: short(false, "!`GET`"), response: typed("get"), want: 1, known: "`GET`"},
		{name: "a regular expression", it: short(false, `!/re-?try|again/`), response: typed("Retry"), want: 1, known: "/re-?try|again/"},
		{name: "a regular expression is anchored", it: short(false, `!/re-?try|again/`), response: typed("once again")},
		{name: "in all its branches", it: short(false, `!/a|b/`), response: typed("ab")},
		{name: "one that escapes its brackets matches nothing", it: short(false, `!/a)|(b/`), response: typed("xb")},
		{name: "its line ends count", it: short(false, `!/a$/`), response: typed("a\nb")},
		{name: "composed against decomposed", it: short(false, "!caf\u00e9"), response: typed("cafe\u0301"), want: 1, known: "caf\u00e9"},
		{name: "decomposed against composed", it: short(true, "!cafe\u0301"), response: typed("caf\u00e9"), want: 1, known: "cafe\u0301"},
		{name: "the first in order decides: wrong", it: short(false, "atom*", "!*"), response: typed("atomic"), known: "atom*"},
		{name: "the first in order decides: right", it: short(false, "atom*", "!*"), response: typed("other"), want: 1, known: "*"},
		{name: "two blanks are not one", it: short(false, "!a b"), response: typed("a  b")},
		{name: "zero is an answer", it: short(false, "!0"), response: typed("0"), want: 1, known: "0"},
		{name: "what is no text is taken out", it: short(false, "!ab"), response: typed("a\x00b"), want: 1, known: "ab"},
	})
}

func TestBlankResponses(t *testing.T) {
	t.Parallel()
	for typ, it := range allItems(t) {
		for name, r := range map[string]Response{
			"nothing": {}, "blanks": typed(" \n\t"), "empty pairs": pairs("a", "", "1", " "), "what is no text": typed("\x00"), "no choices": choose(),
		} {
			if m := Score(it, r, runner{same: true}); m != (Mark{Blank: true}) {
				t.Errorf("%s: Score(%s) = %+v, want a blank", typ, name, m)
			}
		}
	}
	for _, typ := range []Type{Single, Multiple, Ordering, Matching, Cloze} {
		if m := Score(allItems(t)[typ], typed("text"), nil); m != (Mark{Blank: true}) {
			t.Errorf("%s: Score of a text = %+v, want a blank: it has no text", typ, m)
		}
	}
	for _, typ := range []Type{Numeric, Short, SQL} {
		if m := Score(allItems(t)[typ], choose("a"), runner{same: true}); m != (Mark{Blank: true}) {
			t.Errorf("%s: Score of a choice = %+v, want a blank: it has no choices", typ, m)
		}
	}
}

// runner says of every query what it is told to.
type runner struct {
	same bool
	err  error
}

func (r runner) Equal(q *Query, answer string) (bool, error) {
	return r.same && q.Key != "" && answer == "SELECT 1", r.err
}

func TestScoreQueries(t *testing.T) {
	t.Parallel()
	it := allItems(t)[SQL]
	for name, tt := range map[string]struct {
		run  Runner
		text string
		want float64
	}{
		"the same rows":       {runner{same: true}, " SELECT 1\n", 1},
		"other rows":          {runner{}, "SELECT 1", 0},
		"another query":       {runner{same: true}, "SELECT 2", 0},
		"same, with an error": {runner{same: true, err: errors.New("late")}, "SELECT 1", 0},
		"nobody runs it":      {nil, "SELECT 1", 0},
	} {
		if m := Score(it, typed(tt.text), tt.run); m.Fraction != tt.want || m.Blank {
			t.Errorf("%s: Score = %+v, want %g", name, m, tt.want)
		}
	}
	if m := Score(&Item{Type: "essay"}, typed("x"), nil); m.Fraction != 0 || m.Blank {
		t.Errorf("Score of an unknown type = %+v, want 0", m)
	}
}

func TestMarks(t *testing.T) {
	t.Parallel()
	for fraction, want := range map[float64][2]bool{ // right, partly
		1: {true, false}, 0.9999999: {true, false}, 0.99999: {false, true}, 0.5: {false, true}, 1e-7: {false, false}, 0: {false, false},
	} {
		if m := (Mark{Fraction: fraction}); m.Right() != want[0] || m.Partly() != want[1] {
			t.Errorf("%g: right %t, partly %t; want %v", fraction, m.Right(), m.Partly(), want)
		}
	}
}
