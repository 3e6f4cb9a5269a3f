package source

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEntries(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       []Entry
		rest       []Line
	}{
		{
			name: "a task list with reasons, and what follows it",
			text: "\n- [x] Right\n  > Because.\n- [ ] Wrong\n  > Since\n  > it is.\n* [X] Right too\n\n> After\n",
			want: []Entry{
				{Line: 2, Mark: Checked, Text: "Right", Reason: "Because."},
				{Line: 4, Mark: Open, Text: "Wrong", Reason: "Since\nit is."},
				{Line: 7, Mark: Checked, Text: "Right too"},
			},
			rest: []Line{{9, "> After"}},
		},
		{
			name: "a numbered list with blank lines between",
			text: "1. One\n   > a\n\n2) Two\n\n10. Ten\n    > b",
			want: []Entry{
				{Line: 1, Mark: Numbered, Text: "One", Reason: "a"},
				{Line: 4, Mark: Numbered, Text: "Two"},
				{Line: 6, Mark: Numbered, Text: "Ten", Reason: "b"},
			},
		},
		{
			name: "plain entries, one without text", text: "- a -> b\n-\n- ",
			want: []Entry{{Line: 1, Text: "a -> b"}, {Line: 2}, {Line: 3}},
		},
		{
			name: "no list", text: "Text\n- a",
			rest: []Line{{1, "Text"}, {2, "- a"}},
		},
		{name: "nothing", text: "\n\n"},
		{
			name: "text of several lines", text: "- [ ] One\n  two\n\n  three\nfour",
			want: []Entry{{Line: 1, Mark: Open, Text: "One\ntwo\n\nthree"}},
			rest: []Line{{5, "four"}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { compareEntries(t, tt.text, tt.want, tt.rest) })
	}
}

func compareEntries(t *testing.T, text string, want []Entry, wantRest []Line) {
	t.Helper()
	entries, rest := Entries(lines(text))
	if diff := cmp.Diff(want, entries); diff != "" {
		t.Errorf("Entries(%q) (-want +got):\n%s", text, diff)
	}
	if diff := cmp.Diff(wantRest, rest); diff != "" {
		t.Errorf("rest of Entries(%q) (-want +got):\n%s", text, diff)
	}
}

func TestEntriesWithCode(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       []Entry
	}{
		{
			name: "a fence in which quotes, lists and blank lines are code",
			text: "- [x] Run\n  ```sh\n  > out\n  - a\n\n    1. b\n  ```\n  > Why",
			want: []Entry{{Line: 1, Mark: Checked, Text: "Run\n```sh\n> out\n- a\n\n  1. b\n```", Reason: "Why"}},
		},
		{
			name: "a fence first, indented by the mark",
			text: "- [ ]\n      ```go\n      x := 1\n      ```\n      > Why",
			want: []Entry{{Line: 1, Mark: Open, Text: "```go\nx := 1\n```", Reason: "Why"}},
		},
		{
			name: "code in a reason",
			text: "- [ ] a\n  > Because:\n  >\n  > ```go\n  > - x\n  > ```",
			want: []Entry{{Line: 1, Mark: Open, Text: "a", Reason: "Because:\n\n```go\n- x\n```"}},
		},
		{
			name: "arrows and stars are text", text: "- `a->b` -> *c*",
			want: []Entry{{Line: 1, Text: "`a->b` -> *c*"}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { compareEntries(t, tt.text, tt.want, nil) })
	}
}

func TestReasonsOfSeveralLines(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       []Entry
	}{
		{
			name: "two paragraphs", text: "- [ ] a\n  > One\n  >\n  > two",
			want: []Entry{{Line: 1, Mark: Open, Text: "a", Reason: "One\n\ntwo"}},
		},
		{
			name: "later lines of a paragraph without their mark", text: "- [ ] a\n  > One\n  two\n\n  three",
			want: []Entry{{Line: 1, Mark: Open, Text: "a\n\nthree", Reason: "One\ntwo"}},
		},
		{
			name: "two quotes", text: "- [ ] a\n  > One\n\n  > two",
			want: []Entry{{Line: 1, Mark: Open, Text: "a", Reason: "One\ntwo"}},
		},
		{
			name: "no blank after the mark", text: "- [ ] a\n  >One\n  >  two",
			want: []Entry{{Line: 1, Mark: Open, Text: "a", Reason: "One\n two"}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { compareEntries(t, tt.text, tt.want, nil) })
	}
}

func TestNestedEntries(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       []Entry
	}{
		{
			name: "the options of two blanks",
			text: "1. verb\n   - [x] PUT\n     > whole\n   - [ ] POST\n     > new\n2. status\n   - [x] 204\n     > empty\n",
			want: []Entry{
				{Line: 1, Mark: Numbered, Text: "verb", Sub: []Entry{
					{Line: 2, Mark: Checked, Text: "PUT", Reason: "whole"}, {Line: 4, Mark: Open, Text: "POST", Reason: "new"},
				}},
				{Line: 6, Mark: Numbered, Text: "status", Sub: []Entry{{Line: 7, Mark: Checked, Text: "204", Reason: "empty"}}},
			},
		},
		{
			name: "a reason after the nested list is the outer entry's",
			text: "- [ ] a\n  - b\n  - c\n\n  > why\n\n  more",
			want: []Entry{{Line: 1, Mark: Open, Text: "a\n\nmore", Reason: "why", Sub: []Entry{{Line: 2, Text: "b"}, {Line: 3, Text: "c"}}}},
		},
		{
			name: "a reason before the nested list",
			text: "1. a\n   > why\n   - b\n     > because",
			want: []Entry{{Line: 1, Mark: Numbered, Text: "a", Reason: "why", Sub: []Entry{{Line: 3, Text: "b", Reason: "because"}}}},
		},
		{
			name: "three deep, and a second list",
			text: "- a\n  - b\n    - c\n  text\n  - d",
			want: []Entry{{Line: 1, Text: "a\ntext", Sub: []Entry{{Line: 2, Text: "b", Sub: []Entry{{Line: 3, Text: "c"}}}, {Line: 5, Text: "d"}}}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { compareEntries(t, tt.text, tt.want, nil) })
	}
}

// words returns the letters and digits of a text, which no reading may lose.
func words(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return !(r >= 'a' && r <= 'w' || r >= 'y' && r <= 'z') // x is a mark too
	}), "")
}

func (e Entry) words() (all string) {
	all = words(e.Text) + words(e.Reason)
	for _, sub := range e.Sub {
		all += sub.words()
	}
	return all
}

func FuzzEntries(f *testing.F) {
	for _, s := range []string{
		"- [x] a\n  > b\n", "1. a\n   - [ ] b\n     > c\n   > d\n", "- a\n  ```\n  > b\n", "text\n- a", "- a\n  > b\n  c\n\n  - d\n", "- ```\n  a\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		all := lines(text)
		entries, rest := Entries(all)
		if len(rest) > 0 {
			if diff := cmp.Diff(all[len(all)-len(rest):], rest); diff != "" {
				t.Fatalf("rest is not the end of the lines (-want +got):\n%s", diff)
			}
		}
		last := 0
		got := 0
		for _, e := range entries {
			if e.Line <= last || e.Line > len(all) || !IsEntry(all[e.Line-1].Text) {
				t.Fatalf("entry on line %d after %d: %q", e.Line, last, all[max(0, e.Line-1)].Text)
			}
			last = e.Line
			got += len(e.words())
		}
		if want := len(words(Text(all[:len(all)-len(rest)]))); got != want {
			t.Fatalf("Entries(%q) kept %d letters of %d: %+v", text, got, want, entries)
		}
	})
}
