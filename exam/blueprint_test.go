package exam

import (
	"math"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

const goodBlueprint = `title: The exam
description: d
lede: cells and api are words here
minutes: 90
pass: 70
strong: 85
cells:
  web-api: {junior: 1}
  api: {junior: 2, mid: 3, senior: 1}
  database:
    mid: 2
    senior: 1
  "cicd": {mid: 1}
rules:
  - {title: Save, text: "As you go"}
reviewed: 2026-01-20
reviewed-by: us`

func loadBlueprint(front string) (*Blueprint, string) {
	b, ps := LoadBlueprint(fstest.MapFS{BlueprintFile: {Data: []byte("---\n" + front + "\n---\nWords\n")}})
	return b, strings.ReplaceAll(ps.Error(), BlueprintFile+":", "")
}

func TestLoadBlueprint(t *testing.T) {
	t.Parallel()
	want := &Blueprint{
		Title: "The exam", Rules: Rules{Minutes: 90, Pass: 70, Strong: 85}, Points: []RulePoint{{"Save", "As you go"}},
		Cells: []SkillCells{
			{"web-api", map[Level]int{Junior: 1}}, {"api", map[Level]int{Junior: 2, Mid: 3, Senior: 1}},
			{"database", map[Level]int{Mid: 2, Senior: 1}}, {"cicd", map[Level]int{Mid: 1}},
		},
	}
	for range 20 { // maps have no order; what is read from them must have one
		b, problems := loadBlueprint(goodBlueprint)
		if diff := cmp.Diff(want, b); diff != "" || problems != "" {
			t.Fatalf("LoadBlueprint: %s (-want +got):\n%s", problems, diff)
		}
		oneLine, _ := loadBlueprint("cells: {api: {mid: 1}, a: {mid: 1}, cicd: {mid: 1}, ci: {mid: 1}}")
		var skills []string
		for _, c := range oneLine.Cells {
			skills = append(skills, c.Skill)
		}
		if diff := cmp.Diff([]string{"api", "a", "cicd", "ci"}, skills); diff != "" {
			t.Fatalf("cells on one line (-want +got):\n%s", diff)
		}
	}
}

func TestBlueprintCounts(t *testing.T) {
	t.Parallel()
	b, _ := loadBlueprint(goodBlueprint)
	if b.Items() != 11 || b.Level(Junior) != 3 || b.Level(Mid) != 6 || b.Level(Senior) != 2 || b.Cells[1].Total() != 6 {
		t.Errorf("%d items, %d junior, %d mid, %d senior, %d of api; want 11, 3, 6, 2, 6", b.Items(), b.Level(Junior), b.Level(Mid), b.Level(Senior), b.Cells[1].Total())
	}
	if got, want := b.Rules.Duration().Minutes(), 90.0; got != want {
		t.Errorf("it takes %g minutes, want %g", got, want)
	}
}

func TestBlueprintMistakes(t *testing.T) {
	t.Parallel()
	const marks = "; write per cents with 0 < pass <= strong <= 100"
	const levels = "; write junior, mid and senior with how many items"
	tests := []struct{ name, old, new, want string }{
		{"no time", "minutes: 90", "minutes: 0", "5: minutes is 0; write how long the exam takes, 1 to 1440"},
		{"more than a day", "minutes: 90", "minutes: 1441", "5: minutes is 1441; write how long the exam takes, 1 to 1440"},
		{"a pass for nothing", "pass: 70", "pass: 0", "6: pass is 0 and strong 85" + marks},
		{"a pass above the strong one", "pass: 70", "pass: 86", "6: pass is 86 and strong 85" + marks},
		{"more than everything", "strong: 85", "strong: 101", "6: pass is 70 and strong 101" + marks},
		{"a pass that is no number", "pass: 70", "pass: .nan", "6: pass is NaN and strong 85" + marks},
		{"less than none", "senior: 1}", "senior: -1}", "10: the cell api: senior: -1 cannot be" + levels},
		{"an unknown level", "{junior: 1}", "{junior: 1, expert: 2}", "9: the cell web-api: expert: 2 cannot be" + levels},
		{"an unknown key", "title: The", "titel: The", `2: the front matter is wrong: unknown field "titel"; see content/README.md for the keys of this kind of file`},
		{"a skill twice", "  web-api:", "  api:", `10: the front matter is wrong: mapping key "api" already defined on line 9; see content/README.md for the keys of this kind of file`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(goodBlueprint, tt.old) {
				t.Fatalf("the good blueprint does not hold %q", tt.old)
			}
			_, got := loadBlueprint(strings.Replace(goodBlueprint, tt.old, tt.new, 1))
			if !slices.Contains(strings.Split(got, "\n"), tt.want) {
				t.Errorf("problems:\n%s\nwant:\n%s", got, tt.want)
			}
		})
	}
	_, got := loadBlueprint("minutes: 90\npass: 70\nstrong: 85")
	if want := "2: the cells ask for no items; write cells: with a line for each skill"; got != want {
		t.Errorf("without cells:\n%s\nwant:\n%s", got, want)
	}
	if b, ps := LoadBlueprint(fstest.MapFS{}); b != nil || len(ps) != 1 || ps[0].File != BlueprintFile {
		t.Errorf("LoadBlueprint without a file = %v, %v", b, ps)
	}
}

func TestSatisfiable(t *testing.T) {
	t.Parallel()
	bank := bankOf(t, cellsOf(3, "a", "b"))
	if ps := twoSkills().Satisfiable(bank); len(ps) > 0 {
		t.Errorf("a blueprint that the bank fills has problems: %v", ps)
	}
	b := twoSkills()
	b.Cells[0].Count[Senior], b.Cells = 4, append(b.Cells, SkillCells{"z", map[Level]int{Mid: 1}})
	want := BlueprintFile + ": the exam asks for 1 mid items of z and the bank has 0; write more items or ask for fewer\n" +
		BlueprintFile + ": the exam asks for 4 senior items of b and the bank has 3; write more items or ask for fewer"
	if got := b.Satisfiable(bank).Error(); got != want {
		t.Errorf("problems:\n%s\nwant:\n%s", got, want)
	}
	items := cellsOf(3, "a", "b")
	for _, it := range items {
		if it.Skill == "b" && it.Level == Senior {
			it.Enemies = []ItemID{"b-senior-00", "b-senior-01"}
		}
	}
	bank, _ = NewBank(items)
	want = BlueprintFile + ": the bank cannot fill the blueprint: b, senior: 3 items wanted, their enemies leave less of 3; write more items, ask for fewer, or make fewer of them enemies"
	if got := twoSkills().Satisfiable(bank).Error(); got != want {
		t.Errorf("problems:\n%s\nwant:\n%s", got, want)
	}
}

// Reading, answering and going back have to fit into the minutes.
func TestSatisfiableInTime(t *testing.T) {
	t.Parallel()
	b := twoSkills()
	b.Rules.Minutes = 10
	limit := int(0.95 * b.Rules.Duration().Seconds() / float64(b.Items())) // for an item, on average
	for _, tt := range []struct {
		seconds int
		want    string
	}{
		{limit, ""},
		{limit + 1, "should take 10 minutes together and there are 10; give more minutes"},
		{3 * limit, "should take 28 minutes together and there are 10; give more minutes"},
	} {
		items := cellsOf(3, "a", "b")
		for _, it := range items {
			it.Seconds = tt.seconds
		}
		got := ""
		if err := b.Satisfiable(bankOf(t, items)).Err(); err != nil {
			got = err.Error()
		}
		if (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%d items of %d seconds: %q, want %q", b.Items(), tt.seconds, got, tt.want)
		}
	}
}

func TestSupply(t *testing.T) {
	t.Parallel()
	bank := bankOf(t, append(cellsOf(7, "a", "b"), &Item{ID: "p", Skill: "b", Level: Mid, Pool: PracticePool}))
	got := twoSkills().Supply(bank)
	want := []Supply{
		{"b", Junior, 1, 7}, {"b", Mid, 2, 7}, {"b", Senior, 3, 7},
		{"a", Junior, 2, 7}, {"a", Mid, 0, 7}, {"a", Senior, 1, 7},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Supply (-want +got):\n%s", diff)
	}
	for _, tt := range []struct {
		s       Supply
		fresh   int
		overlap float64
	}{
		{got[2], 2, 9.0 / 7}, {got[4], 0, 0}, {Supply{Wanted: 2, Items: 2}, 1, 2}, {Supply{Wanted: 3}, 0, 0},
	} {
		if tt.s.Fresh() != tt.fresh || math.Abs(tt.s.Overlap()-tt.overlap) > 1e-12 {
			t.Errorf("%+v: fresh %d, overlap %g; want %d and %g", tt.s, tt.s.Fresh(), tt.s.Overlap(), tt.fresh, tt.overlap)
		}
	}
	// C(7,1) C(7,2) C(7,3) C(7,2) C(7,0) C(7,1) = 7·21·35·21·1·7
	if got, want := twoSkills().Forms(bank), math.Log10(7*21*35*21*7); math.Abs(got-want) > 1e-9 {
		t.Errorf("Forms = 10^%g, want 10^%g", got, want)
	}
}
