package ui

import (
	"slices"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/google/go-cmp/cmp"
)

func TestScoreChart(t *testing.T) {
	likeMock(t, "score", draw(t, ScoreChart(Score{
		Value: 73, Low: 67, High: 79, Class: "mt6",
		Gates: []Gate{{70, "pass"}, {85, "strong"}},
		Label: "73 of 100, likely between 67 and 79. The pass line is at 70, the strong pass at 85.",
	})))
}

func TestScoreChartAtItsEnds(t *testing.T) {
	tests := []struct {
		name  string
		score Score
		want  []string // the texts under the axis
	}{
		{"in the middle", Score{Value: 50, Low: 44, High: 56}, []string{"0", "44 to 56", "100"}},
		{"without a band", Score{Value: 50}, []string{"0", "50", "100"}},
		{"near the end", Score{Value: 90, Low: 86, High: 94}, []string{"0", "86 to 94"}},
		{"near the start", Score{Value: 3, Low: 0, High: 8}, []string{"0 to 8", "100"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, texts(t, ScoreChart(tt.score))); diff != "" {
				t.Errorf("texts (-want +got):\n%s", diff)
			}
		})
	}
}

// texts lists the words of a component in order.
func texts(t testing.TB, c templ.Component) []string {
	t.Helper()
	var list []string
	for _, line := range tree(t, draw(t, c)) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, `"`) {
			list = append(list, strings.Trim(line, `"`))
		}
	}
	return list
}

func TestBars(t *testing.T) {
	got := []int{6, 7, 6, 4, 3, 3, 6, 3, 2, 4}
	of := []int{6, 8, 8, 7, 6, 5, 7, 4, 5, 4}
	var bars []Bar
	for i, s := range tenSkills() {
		bars = append(bars, Bar{Name: s.Name, URL: "skill.html", Got: got[i], Of: of[i], Gate: 70})
	}
	likeMock(t, "bars", draw(t, Bars(bars)))
}

func TestBarWithoutItems(t *testing.T) {
	b := Bar{Name: "Git"}
	if got, want := b.share(), "0"; got != want {
		t.Errorf("share = %q, want %q", got, want)
	}
	if got, want := texts(t, Bars([]Bar{b})), []string{"Git", "0 of 0"}; !slices.Equal(got, want) {
		t.Errorf("texts = %q, want %q", got, want)
	}
}

func TestRangeChart(t *testing.T) {
	likeMock(t, "ranges", draw(t, RangeChart(Ranges{
		ID: "salcap", Min: 40, Max: 220,
		Caption: "Junior 55 to 90, mid-level 85 to 140, senior 130 to 200 or more, in thousand US dollars a year.",
		Ticks:   []Tick{{50, "$50k"}, {100, "$100k"}, {150, "$150k"}, {200, "$200k"}},
		Rows: []Range{
			{Name: "Junior", Low: 55, High: 90, Text: "$55k to $90k"},
			{Name: "Mid-level", Low: 85, High: 140, Text: "$85k to $140k"},
			{Name: "Senior", Low: 130, High: 200, Open: true, Text: "$130k to $200k and up"},
		},
	})))
}

func TestTraitChart(t *testing.T) {
	trait := func(mean, a, b float64, text string) templ.Component {
		return TraitChart(Trait{Value: mean, Answers: []float64{a, b}, Left: "drains you", Right: "feeds you", Text: text})
	}
	var b strings.Builder
	for _, c := range []templ.Component{
		trait(4.5, 5, 4, "Answers 5 and 4 of 5, mean 4.5."),
		trait(4, 4, 4, "Answers 4 and 4 of 5, mean 4."),
		trait(3.5, 4, 3, "Answers 4 and 3 of 5, mean 3.5."),
		trait(2.5, 2, 3, "Answers 2 and 3 of 5, mean 2.5."),
		trait(4.5, 5, 4, "Answers 5 and 4 of 5, mean 4.5."),
	} {
		b.WriteString("<div>" + draw(t, c) + "</div>")
	}
	likeMock(t, "traits", b.String())
}

func TestTrendChart(t *testing.T) {
	likeMock(t, "trend", draw(t, TrendChart(Trend{
		Label:  "Three attempts: 58, 65 and 73 of 100, each give or take 6. The last one passed.",
		Gates:  []Gate{{70, "pass"}, {85, "strong pass"}},
		Points: []TrendPoint{{"12 Mar", 58, 52, 64}, {"2 May", 65, 59, 71}, {"14 Jun", 73, 67, 79}},
	})))
}

func TestTrendOfOtherLengths(t *testing.T) {
	many := []TrendPoint{{When: "1"}, {When: "2"}, {When: "3"}, {When: "4"}, {When: "5"}, {When: "6"}, {When: "7"}}
	tests := []struct {
		name   string
		points []TrendPoint
		want   []string
	}{
		{"none", nil, []string{"50", "100"}},
		{"one, low", []TrendPoint{{"today", 22, 16, 28}}, []string{"10", "50", "100", "22", "today"}},
		{"only the last five", many, []string{"0", "50", "100", "0", "3", "0", "4", "0", "5", "0", "6", "0", "7"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, texts(t, TrendChart(Trend{Points: tt.points}))); diff != "" {
				t.Errorf("texts (-want +got):\n%s", diff)
			}
		})
	}
}

func TestProgressLine(t *testing.T) {
	likeMock(t, "progress-steps", draw(t, ProgressLine(Progress{Done: 3, Of: 10, Steps: true})))
	likeMock(t, "progress", draw(t, ProgressLine(Progress{Done: 33, Of: 100, Class: "mt4"})))
}

func TestProgressAtItsEnd(t *testing.T) {
	got := strings.Join(tree(t, draw(t, ProgressLine(Progress{Done: 10, Of: 10, Steps: true}))), "\n")
	if strings.Contains(got, `class="now"`) {
		t.Errorf("a step is marked though all are done:\n%s", got)
	}
}
