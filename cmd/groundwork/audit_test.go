package main

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"groundwork/content"
	"groundwork/content/sample"
	"groundwork/exam"

	"github.com/google/go-cmp/cmp"
)

// Our own content is good, and check says of what it consists.
func TestCheck(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := run(t.Context(), []string{"check"}, nothing(&out)); err != nil {
		t.Fatalf("check: %v\n%s", err, out.String())
	}
	for _, want := range []string{
		"60 lessons, 480 items\n",
		"all skills, exam  300",
		"all skills, practice  180",
		"database, mid       3     11                         3                  0.8",
		"test-wise players over 5 points above chance: 0\n",
		"near-duplicates 0\n",
		"SQL items run 14 of 14\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("check does not print %q but\n%s", want, out.String())
		}
	}
}

func TestPlanned(t *testing.T) {
	t.Parallel()
	tests := []struct {
		flag string
		want map[exam.Pool]int
		err  string
	}{
		{flag: "30/18", want: map[exam.Pool]int{exam.ExamPool: 30, exam.PracticePool: 18}},
		{flag: "5/0", want: map[exam.Pool]int{exam.ExamPool: 5, exam.PracticePool: 0}},
		{flag: "none"},
		{flag: "30", err: `-plan: "30" is not two numbers like 30/18, nor none`},
		{flag: "", err: `-plan: "" is not two numbers like 30/18, nor none`},
	}
	for _, tt := range tests {
		got, err := planned(tt.flag)
		if err != nil || tt.err != "" {
			if err == nil || err.Error() != tt.err {
				t.Errorf("planned(%q): %v, want %q", tt.flag, err, tt.err)
			}
			continue
		}
		if diff := cmp.Diff(tt.want, got.Items); diff != "" {
			t.Errorf("planned(%q) (-want +got):\n%s", tt.flag, diff)
		}
	}
}

// Every sample of the site runs and does what is said of it, and every key
// that code computes is what it computes.
func TestSamples(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds some seventy programs")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("the samples need the go command: ", err)
	}
	t.Parallel()
	set, problems := sample.Collect(content.FS())
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	items, _ := exam.LoadItems(content.FS())
	bank, _ := exam.NewBank(items)
	keys := claims(bank)
	r, err := set.Run(t.Context(), keys)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Problems.Err(); err != nil {
		t.Error(err)
	}
	if r.Ran != r.Total || r.Total < 180 || r.Keys != len(keys) || r.Keys < 20 {
		t.Errorf("%v; want all of at least 180, and %d keys", r, len(keys))
	}
	t.Log(r)
}

func TestAccepts(t *testing.T) {
	t.Parallel()
	choice := func(texts ...string) *exam.Item {
		it := &exam.Item{Type: exam.Single}
		for i, text := range texts {
			it.Options = append(it.Options, exam.Option{Text: text, Key: i == 0})
		}
		return it
	}
	short := &exam.Item{Type: exam.Short, Options: []exam.Option{{Text: "3 invalid", Key: true}, {Text: "gave up"}}}
	tests := []struct {
		name   string
		item   *exam.Item
		output string
		want   bool
	}{
		{"code in one line", choice("`400 330`", "`400 400`"), "400\n330\n", true},
		{"without marks", choice("0s", "2s"), "0s\n", true},
		{"a block of code", choice("```text\na  b\nc\n```", "`d`"), "a b\nc\n", true},
		{"a wrong option", choice("`400 330`", "`400 400`"), "400\n400\n", false},
		{"two options that are the same", choice("`1 2`", "`1  2`"), "1\n2\n", false},
		{"an accepted form", short, " 3 invalid\n", true},
		{"a known mistake", short, "gave up\n", false},
	}
	for _, tt := range tests {
		if got := accepts(tt.item, tt.output); got != tt.want {
			t.Errorf("%s: accepts(%q) = %v", tt.name, tt.output, got)
		}
	}
}
