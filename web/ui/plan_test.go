package ui

import (
	"slices"
	"strings"
	"testing"

	"github.com/a-h/templ"
)

// ilse is the mock's learner on the plan of the design.
func ilse(t testing.TB) []Station {
	t.Helper()
	states := map[string]State{
		"foundations": Mastered, "api": Mastered, "database": Review, "documentation": Practised, "security": Practised,
		"design": Learning, "cicd": Practised, "observability": Learning,
	}
	stations := tenSkills()
	for i := range stations {
		stations[i].State = states[stations[i].ID]
		stations[i].StateText = stations[i].State.String()
		stations[i].Here = stations[i].ID == "design"
	}
	return stations
}

func TestPlanWithLinks(t *testing.T) {
	likeMock(t, "plan-links", draw(t, with(PlanFigure(Plan{
		Drawing:  laidOut(t, ilse(t)),
		Label:    "Plan of your skills",
		MapLabel: "Plan of the ten skills. The list below holds the same skills and links.",
		ListID:   "list",
		Cells: []Cell{
			{Term: "Plan of", Text: "Ilse Brandt"}, {Term: "Drawn", Text: "14 June 2026"},
			{Term: "Mastered or practised", Text: "5 of 10"}, {Term: "Due for review", Text: "1 skill, 9 cards"},
		},
	}), Legend())))
}

func TestPlanAsOneLink(t *testing.T) {
	legend := `<ul class="legend"><li>` + draw(t, KindSample(Proposed)) +
		` planned, not laid yet: this is where everyone starts</li><li><a href="skill-map.html">Open the skill map</a></li></ul>`
	likeMock(t, "plan-open", draw(t, with(PlanFigure(Plan{
		Drawing: laidOut(t, tenSkills()),
		Open:    Link{Text: "Open the skill map", URL: "skill-map.html"},
	}), templ.Raw(legend))))
}

func TestMidMap(t *testing.T) {
	likeMock(t, "plan-mid", draw(t, MidMap(laidOut(t, ilse(t)), MapView{
		Label: "Your plan: 2 skills mastered, 3 practised, 2 in learning, 1 needs review, 2 not started.",
		Sheet: true,
	})))
}

func TestPlanOfACertificate(t *testing.T) {
	results := []struct {
		text  string
		state State
	}{
		{"6 of 6", Mastered}, {"7 of 8", Mastered}, {"6 of 8", Mastered}, {"4 of 7", Learning}, {"3 of 6", Learning},
		{"3 of 5", Learning}, {"6 of 7", Mastered}, {"3 of 4", Mastered}, {"2 of 5", NotStarted}, {"4 of 4", Mastered},
	}
	stations := tenSkills()
	for i, r := range results {
		stations[i].State, stations[i].StateText = r.state, r.text
	}
	likeMock(t, "plan-certificate", draw(t, BigMap(laidOut(t, stations), MapView{
		Label: "Plan of the ten skills. Shown in the exam: Foundations, API Development, Database, Security, CI CD, Documentation. In part: System Design, Performance, Microservices. Not shown: Observability.",
		Sheet: true,
	})))
}

func TestNameOnOneLine(t *testing.T) {
	d := laidOut(t, []Station{{ID: "a", Name: "Git", Lines: [2]string{"Git"}}})
	got := tree(t, draw(t, BigMap(d, MapView{})))
	if want := `    text class="name" x="83" y="67"`; !slices.Contains(got, want) {
		t.Errorf("no line %q in\n%s", want, strings.Join(got, "\n"))
	}
}

func TestSpokenLabels(t *testing.T) {
	stations := tenSkills()[:4]
	stations[1].StateText = "7 of 8"
	stations[3].State, stations[3].Here = Learning, true
	d := laidOut(t, stations)
	want := []string{
		"Backend Engineering Foundations Not started. Builds on nothing.",
		"API Development 7 of 8. Builds on Backend Engineering Foundations.",
		"Database Design And Access Not started. Builds on Backend Engineering Foundations.",
		"System Design Basics Next here. Learning. Builds on API Development, Database Design And Access.",
	}
	for i, s := range d.Stations {
		if got := d.spoken(s); got != want[i] {
			t.Errorf("spoken(%s) = %q, want %q", s.ID, got, want[i])
		}
	}
}
