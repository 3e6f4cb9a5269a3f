package web

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"groundwork/content"
	"groundwork/exam"
)

// A review tells of every type what was answered, what is right, and the
// reason of every option.
func TestReviewLines(t *testing.T) {
	t.Parallel()
	option := func(id, text, reason string, key bool) exam.Option {
		return exam.Option{ID: exam.OptionID(id), Text: text, Reason: reason, Key: key}
	}
	choices := []exam.Option{option("a", "yes", "It is.", true), option("b", "no", "It is not.", false)}
	boxes := append([]exam.Option{option("c", "also", "It is too.", true)}, choices...)
	order := []exam.Option{option("a", "first", "It begins.", false), option("b", "then", "It follows.", false), option("c", "last", "It ends.", false)}
	match := &exam.Item{Type: exam.Matching,
		Options: []exam.Option{{ID: "a", Text: "read", Reason: "It reads.", Match: "x"}, {ID: "b", Text: "write", Reason: "It writes.", Match: "y"}},
		Choices: []exam.Option{option("x", "GET", "", false), option("y", "POST", "", false), option("z", "TRACE", "It echoes.", false)}}
	cloze := &exam.Item{Type: exam.Cloze, Blanks: []exam.Blank{
		{Name: "the verb", Options: []exam.Option{option("a", "GET", "It reads.", true), option("b", "PUT", "It writes.", false)}},
		{Name: "the word", Typed: true, Options: []exam.Option{option("a", "defer", "It waits.", true), option("b", "defer func*", "It waits too.", true), option("c", "go", "It does not wait.", false)}},
	}}
	number := &exam.Item{Type: exam.Numeric, Number: &exam.Number{Value: 24, Tolerance: 1, Unit: "ms"}, Options: []exam.Option{option("a", "24", "Twice twelve.", true), option("b", "12", "Once twelve.", false)}}
	short := &exam.Item{Type: exam.Short, Options: []exam.Option{option("a", "idempot*", "It may be repeated.", true), option("b", "again*", "Loosely put.", true), option("c", "atomic", "Another matter.", false)}}
	query := &exam.Item{Type: exam.SQL, Explanation: "One row.", Query: &exam.Query{Schema: "CREATE TABLE t (a)", Key: "SELECT 1"}, Options: []exam.Option{option("a", "`SELECT 2`", "Two.", false)}}
	tests := []struct {
		name     string
		item     *exam.Item
		response exam.Response
		mark     exam.Mark
		want     []string
	}{
		{"single, wrong", &exam.Item{Type: exam.Single, Options: choices}, exam.Response{Choice: []exam.OptionID{"b"}}, exam.Mark{},
			[]string{"+ Right: yes | It is.", "- Your answer: no | It is not."}},
		{"choose all, one missed", &exam.Item{Type: exam.Multiple, Options: boxes}, exam.Response{Choice: []exam.OptionID{"a"}}, exam.Mark{Fraction: .5},
			[]string{"+ Right, you missed it: also | It is too.", "+ Right, your answer: yes | It is.", "- : no | It is not."}},
		{"ordering, two swapped", &exam.Item{Type: exam.Ordering, Options: order}, exam.Response{Choice: []exam.OptionID{"b", "a", "c"}}, exam.Mark{Fraction: 1. / 3},
			[]string{"- Place 1, you had 2: first | It begins.", "- Place 2, you had 1: then | It follows.", "+ Place 3: last | It ends."}},
		{"matching, one wrong, one blank", match, exam.Response{Pairs: map[exam.OptionID]string{"a": "z"}}, exam.Mark{},
			[]string{"- You chose TRACE: read → GET | It reads.", "- Left blank: write → POST | It writes.", "- Fits none: TRACE | It echoes."}},
		{"gaps, typed in another form", cloze, exam.Response{Pairs: map[exam.OptionID]string{"1": "b", "2": "DEFER function"}}, exam.Mark{Fraction: .5},
			[]string{"- You chose PUT: Gap 1, the verb → GET | It reads.", "- Your answer: PUT | It writes.",
				"+ Right, your answer DEFER function: Gap 2, the word → defer | It waits.", "+ Right too: defer func* | It waits too.", "- : go | It does not wait."}},
		{"gaps, typed wrong", cloze, exam.Response{Pairs: map[exam.OptionID]string{"1": "a", "2": "go"}}, exam.Mark{Fraction: .5},
			[]string{"+ Right: Gap 1, the verb → GET | It reads.", "- : PUT | It writes.",
				"- You chose go: Gap 2, the word → defer | It waits.", "+ Right too: defer func* | It waits too.", "- Your answer: go | It does not wait."}},
		{"a number, right", number, exam.Response{Text: "24.5"}, exam.Mark{Fraction: 1, Known: &number.Options[0]},
			[]string{"+ Right, your answer: 24.5 | Twice twelve.", "+ Right: 24 ms, give or take 1 | Twice twelve.", "- A common wrong answer: 12 ms | Once twelve."}},
		{"a number, known to be wrong", number, exam.Response{Text: "12"}, exam.Mark{Known: &number.Options[1]},
			[]string{"- Your answer: 12 | Once twelve.", "+ Right: 24 ms, give or take 1 | Twice twelve."}},
		{"words, right", short, exam.Response{Text: "Idempotent"}, exam.Mark{Fraction: 1, Known: &short.Options[0]},
			[]string{"+ Right, your answer: Idempotent | It may be repeated.", "+ Right: again* | Loosely put.", "- A common wrong answer: atomic | Another matter."}},
		{"words, unknown", short, exam.Response{Text: "what `else`"}, exam.Mark{},
			[]string{"- Your answer: what 'else' | It is none of the answers that count.", "+ Right: idempot* | It may be repeated.", "+ Right: again* | Loosely put.", "- A common wrong answer: atomic | Another matter."}},
		{"a query, right", query, exam.Response{Text: "SELECT 2-1"}, exam.Mark{Fraction: 1},
			[]string{"+ Right, your answer: SELECT 2-1 | It returns what is asked for on every set of rows that it was run on.", "- A common wrong answer: SELECT 2 | Two.", "+ A query that does it: SELECT 1 | One row."}},
		{"a blank", number, exam.Response{}, exam.Mark{Blank: true},
			[]string{"+ Right: 24 ms, give or take 1 | Twice twelve.", "- A common wrong answer: 12 ms | Once twelve."}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, l := range newReviewView(tt.item, nil, tt.response, tt.mark).Lines {
				sign := map[bool]string{true: "+ ", false: "- "}[l.Good]
				got = append(got, sign+l.Lead+": "+words(l.Text)+" | "+words(l.Reason))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
		})
	}
}

// words takes the tags out of markup.
func words(html content.HTML) string {
	var b strings.Builder
	for i, part := range strings.Split(string(html), "<") {
		if _, after, ok := strings.Cut(part, ">"); i > 0 && ok {
			part = after
		}
		b.WriteString(part)
	}
	return strings.NewReplacer("&#39;", "'", "&#x27;", "'").Replace(b.String())
}
