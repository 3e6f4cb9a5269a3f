package analysis

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"groundwork/exam"
)

func opts(keys string, ids string) (out []exam.Option) {
	for _, id := range ids {
		out = append(out, exam.Option{ID: exam.OptionID(id), Text: "text " + string(id), Key: containsRune(keys, id)})
	}
	return out
}

func containsRune(s string, r rune) bool {
	for _, c := range s {
		if c == r {
			return true
		}
	}
	return false
}

// oneOfEach is an item of every kind.
func oneOfEach() []*exam.Item {
	match := opts("", "abc")
	for i := range match {
		match[i].Match = exam.OptionID("xyx"[i : i+1])
	}
	return []*exam.Item{
		{ID: "one", Type: exam.Single, Options: opts("b", "abcd")},
		{ID: "many", Type: exam.Multiple, Options: opts("ac", "abcd")},
		{ID: "number", Type: exam.Numeric, Number: &exam.Number{Value: 30, Tolerance: 1}, Options: []exam.Option{{ID: "a", Text: "30", Key: true}, {ID: "b", Text: "300"}}},
		{ID: "order", Type: exam.Ordering, Options: opts("abc", "abc")},
		{ID: "match", Type: exam.Matching, Options: match, Choices: opts("", "xyz")},
		{ID: "words", Type: exam.Short, Options: []exam.Option{{ID: "a", Text: "defer*", Key: true}, {ID: "b", Text: "go"}}},
		{ID: "gaps", Type: exam.Cloze, Blanks: []exam.Blank{{Options: opts("a", "abc")}, {Typed: true, Options: []exam.Option{{ID: "a", Text: "nil", Key: true}}}}},
		{ID: "query", Type: exam.SQL, Query: &exam.Query{Key: "SELECT 1"}},
	}
}

// What was picked, and what guessing is worth, for every kind of item.
func TestSubjects(t *testing.T) {
	tests := []struct {
		guess string
		resp  exam.Response
		picks []string
		of    int
	}{
		{"0.25", exam.Response{Choice: []exam.OptionID{"c"}}, []string{"c"}, 4},
		{"–", exam.Response{Choice: []exam.OptionID{"a", "d"}}, []string{"a", "d"}, 4},
		{"0.00", exam.Response{Text: "29.5"}, []string{"a"}, 3},
		{"0.33", exam.Response{Choice: []exam.OptionID{"b", "a", "c"}}, []string{"c"}, 3},
		{"0.33", exam.Response{Pairs: map[exam.OptionID]string{"a": "x", "c": "z"}}, []string{"a-x", "c-z"}, 9},
		{"0.00", exam.Response{Text: "panic"}, []string{"other"}, 3},
		{"0.17", exam.Response{Pairs: map[exam.OptionID]string{"1": "b", "2": "nil"}}, []string{"1-b", "2-right"}, 5},
		{"0.00", exam.Response{Text: "SELECT 2"}, nil, 0},
	}
	for i, it := range oneOfEach() {
		s, tt := NewSubject(it), tests[i]
		var got []string
		set := newReader(it, s).picks(tt.resp)
		for k, c := range s.Options {
			if set&(1<<k) != 0 {
				got = append(got, c.ID)
			}
		}
		if diff := cmp.Diff(tt.picks, got); diff != "" || len(s.Options) != tt.of || s.Guess.Text(2) != tt.guess {
			t.Errorf("%s: guess %s, %d choices, picked (-want +got):\n%s", it.ID, s.Guess.Text(2), len(s.Options), diff)
		}
		if newReader(it, s).picks(exam.Response{}) != 0 {
			t.Errorf("%s: a blank picks something", it.ID)
		}
	}
}

// A stream groups slots by attempt, versions by meaning, and leaves out who
// answered nothing.
func TestStream(t *testing.T) {
	old := &exam.Item{ID: "api-e01", Type: exam.Single, Stem: "Old words", Options: opts("b", "abc")}
	now := &exam.Item{ID: "api-e01", Type: exam.Single, Stem: "New words", Options: opts("b", "abc")}
	rest := &exam.Item{ID: "api-e02", Type: exam.Numeric, Number: &exam.Number{Value: 1}, Options: []exam.Option{{ID: "a", Text: "1", Key: true}}}
	s, begin := NewStream(), time.Date(2026, 6, 14, 14, 0, 0, 0, time.UTC)
	for i := range 40 {
		it := old
		if i >= 15 {
			it = now
		}
		a := &exam.Attempt{ID: exam.AttemptID(fmt.Sprint(i)), Rules: exam.Rules{Pass: 50}, Started: begin.Add(time.Duration(i) * time.Hour)}
		first := exam.Slot{N: 1, Item: it.ID, Version: it.Version(), Points: 1, Response: exam.Response{Choice: []exam.OptionID{"b"}}, Fraction: 1, Seen: begin, Answered: begin.Add(30 * time.Second)}
		second := exam.Slot{N: 2, Item: rest.ID, Version: rest.Version(), Points: 1}
		switch {
		case i < 4: // looked and went
			first.Response, first.Fraction = exam.Response{}, 0
		case i%2 == 0:
			first.Response, first.Fraction = exam.Response{Choice: []exam.OptionID{"a"}}, 0
		}
		for _, slot := range []struct {
			exam.Slot
			it *exam.Item
		}{{first, it}, {second, rest}} {
			if err := s.Slot(a, slot.Slot, slot.it); err != nil {
				t.Fatal(err)
			}
		}
	}
	r, err := s.Report()
	if err != nil {
		t.Fatal(err)
	}
	one := r.Items[0]
	if one.Item != "api-e01" {
		one = r.Items[1]
	}
	got := fmt.Sprint(r.Attempts, r.Empty, r.Fixed, len(r.Items), one.N, one.Facility, one.Seconds, one.Source.Stem, one.Versions)
	want := fmt.Sprint(36, 4, true, 2, 36, 0.5, 30, "New words", []VersionCount{{old.Version(), 11}, {now.Version(), 25}})
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Of a single attempt nobody knows whether the next one has the same items.
func TestOneAttemptIsNoFixedForm(t *testing.T) {
	t.Parallel()
	var c Collector
	for n, want := range []bool{false, false, true} {
		if got := c.Report().Fixed; got != want {
			t.Errorf("after %d attempts the form is said to be fixed: %t", n, got)
		}
		c.rows++
	}
}
