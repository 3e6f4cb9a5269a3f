package ui

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tenSkills is the proposed plan of the design, in content order.
func tenSkills() []Station {
	s := func(id, first, second string, needs ...string) Station {
		return Station{ID: id, Name: first + " " + second, Lines: [2]string{first, second}, URL: "skill.html", BuildsOn: needs}
	}
	return []Station{
		s("foundations", "Backend Engineering", "Foundations"),
		s("api", "API", "Development", "foundations"),
		s("database", "Database Design", "And Access", "foundations"),
		s("design", "System Design", "Basics", "api", "database"),
		s("performance", "Performance", "And Reliability", "design"),
		s("microservices", "Microservices", "And Integration", "design", "security"),
		s("security", "Security", "And Compliance", "api"),
		s("cicd", "CI CD And", "DevOps Basics", "foundations"),
		s("observability", "Observability", "And Operations", "design", "cicd", "documentation"),
		s("documentation", "Documentation", "And Collaboration", "foundations"),
	}
}

// laidOut lays out stations that have no fault.
func laidOut(t testing.TB, stations []Station) Drawing {
	t.Helper()
	d, err := Layout(stations)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestLayoutOfTheDesign(t *testing.T) {
	d := laidOut(t, tenSkills())
	places := map[string][2]int{}
	for _, s := range d.Stations {
		places[s.ID] = [2]int{s.X, s.Y}
	}
	wantPlaces := map[string][2]int{ // the table in section 5 of the design
		"foundations": {96, 212},
		"api":         {390, 92}, "database": {390, 212}, "cicd": {390, 332}, "documentation": {390, 452},
		"security": {690, 92}, "design": {690, 212},
		"microservices": {990, 92}, "performance": {990, 212}, "observability": {990, 332},
	}
	if diff := cmp.Diff(wantPlaces, places); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
	var paths []string
	for _, p := range d.Pipes {
		paths = append(paths, p.From+" "+p.To+" "+p.Path)
	}
	wantPaths := []string{
		"foundations api M96 212H250L370 92H390",
		"foundations database M96 212H390",
		"api design M390 92H550L670 212H690",
		"database design M390 212H690",
		"design performance M690 212H990",
		"design microservices M690 212H850L970 92H990",
		"security microservices M690 92H990",
		"api security M390 92H690",
		"foundations cicd M96 212H250L370 332H390",
		"design observability M690 212H850L970 332H990",
		"cicd observability M390 332H990",
		"documentation observability M390 452H850L970 332H990",
		"foundations documentation M96 212H130L370 452H390",
	}
	if diff := cmp.Diff(wantPaths, paths); diff != "" {
		t.Errorf("paths (-want +got):\n%s", diff)
	}
	if got, want := d.bigBox(), "56 20 1108 488"; got != want {
		t.Errorf("box = %s, want %s", got, want)
	}
	if got, want := d.smallBox(), "56 54 974 436"; got != want {
		t.Errorf("small box = %s, want %s", got, want)
	}
}

func TestLayoutDoesNotDependOnTheOrderOfInput(t *testing.T) {
	stations := tenSkills()
	slices.Reverse(stations[4:6]) // two of one column, which have different lanes
	want := laidOut(t, tenSkills()).Stations
	got := laidOut(t, stations).Stations
	byID := func(a, b Placed) int { return cmpString(a.ID, b.ID) }
	slices.SortFunc(want, byID)
	slices.SortFunc(got, byID)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stations (-want +got):\n%s", diff)
	}
}

func cmpString(a, b string) int {
	if a < b {
		return -1
	}
	return 1
}

func TestLayoutPlaces(t *testing.T) {
	two := 2
	tests := []struct {
		name     string
		stations []Station
		want     map[string][2]int // column, lane
	}{
		{name: "no station", want: map[string][2]int{}},
		{name: "one station", stations: []Station{{ID: "a"}}, want: map[string][2]int{"a": {0, 0}}},
		{
			name:     "the column is the longest chain",
			stations: []Station{{ID: "c", BuildsOn: []string{"b"}}, {ID: "b", BuildsOn: []string{"a"}}, {ID: "a"}},
			want:     map[string][2]int{"a": {0, 0}, "b": {1, 0}, "c": {2, 0}},
		},
		{
			name:     "what builds on nothing stands amid what builds on it",
			stations: []Station{{ID: "a"}, {ID: "b", BuildsOn: []string{"a"}}, {ID: "c", BuildsOn: []string{"a"}}, {ID: "d", BuildsOn: []string{"a"}}},
			want:     map[string][2]int{"a": {0, 1}, "b": {1, 0}, "c": {1, 1}, "d": {1, 2}},
		},
		{
			name:     "two beginnings, one without an end",
			stations: []Station{{ID: "a"}, {ID: "b", BuildsOn: []string{"a"}}, {ID: "lone"}},
			want:     map[string][2]int{"a": {0, 0}, "b": {1, 0}, "lone": {0, 1}},
		},
		{
			name:     "a pinned lane is kept and others give way",
			stations: []Station{{ID: "a", Lane: &two}, {ID: "b", BuildsOn: []string{"a"}}, {ID: "c", BuildsOn: []string{"a"}, Lane: &two}},
			want:     map[string][2]int{"a": {0, 2}, "b": {1, 3}, "c": {1, 2}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := map[string][2]int{}
			for _, s := range laidOut(t, tt.stations).Stations {
				got[s.ID] = [2]int{s.Column, s.Lane}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("places (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLayoutFaults(t *testing.T) {
	pin := func(n int) *int { return &n }
	tests := []struct {
		name     string
		stations []Station
		want     error
		drawn    int // stations of the drawing all the same
	}{
		{name: "unknown prerequisite", stations: []Station{{ID: "a", BuildsOn: []string{"x"}}}, want: ErrUnknown},
		{name: "one id twice", stations: []Station{{ID: "a"}, {ID: "a"}}, want: ErrUnknown},
		{name: "itself", stations: []Station{{ID: "a", BuildsOn: []string{"a"}}}, want: ErrCycle},
		{
			name:     "a circle behind a beginning",
			stations: []Station{{ID: "a"}, {ID: "b", BuildsOn: []string{"a", "c"}}, {ID: "c", BuildsOn: []string{"b"}}},
			want:     ErrCycle,
		},
		{
			name: "two pipes cross",
			stations: []Station{
				{ID: "a", Lane: pin(0)}, {ID: "b", Lane: pin(1)},
				{ID: "c", BuildsOn: []string{"a"}, Lane: pin(1)}, {ID: "d", BuildsOn: []string{"b"}, Lane: pin(0)},
			},
			want: ErrCrossing, drawn: 4,
		},
		{
			name: "a pipe runs through a station",
			stations: []Station{
				{ID: "a"}, {ID: "b", BuildsOn: []string{"a"}, Lane: pin(0)},
				{ID: "c", BuildsOn: []string{"b"}, Lane: pin(1)}, {ID: "d", BuildsOn: []string{"c", "a"}, Lane: pin(0)},
			},
			want: ErrCrossing, drawn: 4,
		},
		{
			name:     "no room for the bend",
			stations: []Station{{ID: "a", Lane: pin(0)}, {ID: "b", BuildsOn: []string{"a"}, Lane: pin(3)}},
			want:     ErrCrossing, drawn: 2,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := Layout(tt.stations)
			if !errors.Is(err, tt.want) {
				t.Errorf("Layout: %v, want %v", err, tt.want)
			}
			if len(d.Stations) != tt.drawn {
				t.Errorf("%d stations drawn, want %d", len(d.Stations), tt.drawn)
			}
		})
	}
}

func TestKindOfPipe(t *testing.T) {
	const p, t0, l = Proposed, Trench, Laid
	want := map[State][5]Kind{ // from, then to in the order of the states
		NotStarted: {p, p, p, p, p},
		Learning:   {p, p, p, p, p},
		Practised:  {p, t0, l, l, l},
		Mastered:   {p, t0, l, l, l},
		Review:     {p, t0, l, l, l},
	}
	got := map[State][5]Kind{}
	for from := NotStarted; from <= Review; from++ {
		var row [5]Kind
		for to := NotStarted; to <= Review; to++ {
			row[to] = kindOf(from, to)
		}
		got[from] = row
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("kinds (-want +got):\n%s", diff)
	}
}
