package source

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// lines numbers the lines of text from 1.
func lines(text string) []Line {
	return (&File{Body: text, BodyLine: 1}).Lines()
}

func TestLines(t *testing.T) {
	t.Parallel()
	f, _ := Split("f.md", []byte("---\na: 1\n---\nOne\n\nThree\n"))
	want := []Line{{4, "One"}, {5, ""}, {6, "Three"}}
	if diff := cmp.Diff(want, f.Lines()); diff != "" {
		t.Errorf("Lines (-want +got):\n%s", diff)
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"One\n\nThree\n":         "One\n\nThree",
		"\n \n  indented \n\t\n": "  indented ",
		" \n\n":                  "",
		"":                       "",
	} {
		if got := Text(lines(text)); got != want {
			t.Errorf("Text(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestSections(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		level int
		text  string
		want  []Section
	}{
		{
			name: "text before the first, ids, an empty one", level: 2,
			text: "Before\n\n## One {#first}\nA\n### Deeper\nB\n## Two\n",
			want: []Section{
				{Line: 1, Lines: []Line{{1, "Before"}, {2, ""}}},
				{Line: 3, Heading: "One", ID: "first", Lines: []Line{{4, "A"}, {5, "### Deeper"}, {6, "B"}}},
				{Line: 7, Heading: "Two"},
			},
		},
		{
			name: "blank lines before the first are no section", level: 2,
			text: "\n\n## One\nA",
			want: []Section{{Line: 3, Heading: "One", Lines: []Line{{4, "A"}}}},
		},
		{
			name: "the third level", level: 3,
			text: "### A {#a}\n## not one of these\n### B",
			want: []Section{{Line: 1, Heading: "A", ID: "a", Lines: []Line{{2, "## not one of these"}}}, {Line: 3, Heading: "B"}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Sections(lines(tt.text), tt.level)); diff != "" {
				t.Errorf("Sections(%q) (-want +got):\n%s", tt.text, diff)
			}
		})
	}
}

func TestSectionsAroundCode(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       []Section
	}{
		{
			name: "no heading within a fence, whatever its mark",
			text: "## One\n```sh\n## a comment\n```\n~~~~\n```\n## another\n~~~\n~~~~\n## Two",
			want: []Section{
				{Line: 1, Heading: "One", Lines: []Line{{2, "```sh"}, {3, "## a comment"}, {4, "```"}, {5, "~~~~"}, {6, "```"}, {7, "## another"}, {8, "~~~"}, {9, "~~~~"}}},
				{Line: 10, Heading: "Two"},
			},
		},
		{
			name: "three backquotes within a line begin no fence",
			text: "## One\n```code```\n## Two",
			want: []Section{{Line: 1, Heading: "One", Lines: []Line{{2, "```code```"}}}, {Line: 3, Heading: "Two"}},
		},
		{
			name: "braces that are no id stay", text: "## A {x} {#}\n## B {#b c}\n##C",
			want: []Section{{Line: 1, Heading: "A {x} {#}"}, {Line: 2, Heading: "B {#b c}", Lines: []Line{{3, "##C"}}}},
		},
		{name: "nothing", text: "\n \n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Sections(lines(tt.text), 2)); diff != "" {
				t.Errorf("Sections(%q) (-want +got):\n%s", tt.text, diff)
			}
		})
	}
}

func TestSectionText(t *testing.T) {
	t.Parallel()
	s := Sections(lines("## One\n\nA\n\nB\n\n"), 2)[0]
	if got, want := s.Text(), "A\n\nB"; got != want {
		t.Errorf("Text = %q, want %q", got, want)
	}
}

func TestFences(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       []Fence
	}{
		{
			name: "two, with what follows each",
			text: "A\n```go program\nx\n\n  y\n```\nB\n~~~\nz\n~~~",
			want: []Fence{
				{Line: 2, Info: "go program", Body: "x\n\n  y\n", Rest: []Line{{7, "B"}, {8, "~~~"}, {9, "z"}, {10, "~~~"}}},
				{Line: 8, Body: "z\n", Rest: []Line{}},
			},
		},
		{
			name: "a longer mark holds a shorter one", text: "````md\n```go\nx\n```\n````",
			want: []Fence{{Line: 1, Info: "md", Body: "```go\nx\n```\n", Rest: []Line{}}},
		},
		{
			name: "a mark with words closes nothing", text: "```\n``` go\n```",
			want: []Fence{{Line: 1, Body: "``` go\n", Rest: []Line{}}},
		},
		{name: "it does not end", text: "```sql key\nSELECT 1", want: []Fence{{Line: 1, Info: "sql key", Body: "SELECT 1\n"}}},
		{name: "empty", text: "```\n```", want: []Fence{{Line: 1, Rest: []Line{}}}},
		{name: "code within a line", text: "```a``` b\n`x`"},
		{name: "none", text: "A\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Fences(lines(tt.text))); diff != "" {
				t.Errorf("Fences(%q) (-want +got):\n%s", tt.text, diff)
			}
		})
	}
}

func TestFactsOfAFence(t *testing.T) {
	t.Parallel()
	fence := Fences(lines("Text\n\n```item\na: 1\nbb: 2\n```"))[0]
	var v facts
	want := `f.md:5: the block of facts is wrong: unknown field "bb"; see content/README.md for the keys of this kind of file`
	if got := fence.Facts("f.md", &v).Error(); got != want {
		t.Errorf("Facts = %q, want %q", got, want)
	}
	if v.A != 1 {
		t.Errorf("a = %d, want 1", v.A)
	}
}

func TestIsEntry(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"- a": true, "* a": true, "- [ ] a": true, "- [x]": true, "1. a": true, "12) a": true, "-": true, "- ": true,
		"-a": false, "**bold** a": false, "---": false, "1.5 s": false, "2024. A year": false, " - a": false, "> - a": false, "": false, "1.a": false,
	} {
		if got := IsEntry(text); got != want {
			t.Errorf("IsEntry(%q) = %t, want %t", text, got, want)
		}
	}
}
