package analysis

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"groundwork/exam"
)

func TestCell(t *testing.T) {
	for in, want := range map[string]string{
		"":                     "",
		"plain":                "plain",
		"a=b":                  "a=b",
		"=1+1":                 "'=1+1",
		"+1":                   "'+1",
		"-1":                   "'-1",
		"@SUM(A1)":             "'@SUM(A1)",
		"\t=1":                 "'\t=1",
		"\r=1":                 "'\r=1",
		"\nplain":              "'\nplain",
		"  =HYPERLINK(\"x\")":  "'  =HYPERLINK(\"x\")",
		"\u00a0=1":             "'\u00a0=1",
		"＝1":                   "'＝1",
		"'=1":                  "'=1",
		"60 items, =1 of them": "60 items, =1 of them",
	} {
		if got := Cell(in); got != want {
			t.Errorf("Cell(%q) = %q, want %q", in, got, want)
		}
	}
}

// S16: no text begins a formula, wherever it came from, and it comes back whole.
func FuzzCell(f *testing.F) {
	f.Add(" =1")
	f.Add("\u2003@x")
	f.Fuzz(func(t *testing.T, text string) {
		got := Cell(text)
		if strings.TrimPrefix(got, "'") != strings.TrimPrefix(text, "'") {
			t.Errorf("%q became %q", text, got)
		}
		if s := strings.TrimSpace(got); s != "" && strings.ContainsAny(s[:1], "=+-@") {
			t.Errorf("%q is a formula", got)
		}
	})
}

func TestCSV(t *testing.T) {
	it := ItemReport{Item: "api-e01", N: 12, Standing: TooFew, Flags: []Flag{{Kind: WrongKey, Choice: "c", Firm: true}, {Kind: Weak}},
		Source:  &exam.Item{Title: "=cmd, \"quoted\"", Skill: "api", Level: exam.Mid, Type: exam.Single, Seconds: 60},
		Choices: []ChoiceReport{{ID: "a", Label: "option a", Key: true, N: 7, Share: 0.5, Mean: undefined, Biserial: -0.25}}}
	it.undefine()
	it.Facility, it.Discrimination = 0.5, -7.25
	var b strings.Builder
	if err := WriteItems(&b, []ItemReport{it}); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"api-e01", "'=cmd, \"quoted\"", "api", "mid", "single", "", "false", "12", "too few", "0.5", "", "", "", "", "-7.25", "", "", "", "60", "", "", "", "wrong key c, weak?"}
	if diff := cmp.Diff(want, rows[1]); diff != "" || len(rows[0]) != len(want) {
		t.Errorf("%d names; row (-want +got):\n%s", len(rows[0]), diff)
	}
	b.Reset()
	if err := WriteChoices(&b, &it); err != nil {
		t.Fatal(err)
	}
	if want := "api-e01,a,option a,0,true,7,0.5,,0,0,-0.25\n"; !strings.HasSuffix(b.String(), want) {
		t.Errorf("%q, want it to end with %q", b.String(), want)
	}
}

// An undefined number is null in JSON and comes back as it was.
func TestJSON(t *testing.T) {
	data, err := json.Marshal([]Value{0.25, undefined})
	if err != nil || string(data) != "[0.25,null]" {
		t.Errorf("%s, %v", data, err)
	}
	var back []Value
	if err := json.Unmarshal(data, &back); err != nil || back[0] != 0.25 || back[1].Defined() {
		t.Errorf("%v, %v", back, err)
	}
	for v, want := range map[Value]string{1.26: "1.3", -0.01: "0.0", -7.26: "−7.3", 100: "100.0"} {
		if got := v.Text(1); got != want {
			t.Errorf("%v is %q, want %q", float64(v), got, want)
		}
	}
}
