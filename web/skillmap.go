package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"groundwork/content"
	"groundwork/store"
	"groundwork/web/ui"
)

// A mapView is the skill map: the plan, and the list that is its source.
type mapView struct {
	Frame  ui.Frame
	Title  string
	Lede   content.Text
	Next   ui.Link
	Placed *placementView
	Plan   ui.Plan
	Groups []reachGroup
	Parts  []content.Part
}

// A reachGroup is one column of the plan in words.
type reachGroup struct {
	ID, Title string
	Skills    []reachSkill
}

// A reachSkill is one skill in the list of the map.
type reachSkill struct {
	ui.Link
	Topics   string
	State    skillState
	BuildsOn string
}

// skillMap shows the plan of all skills: GET /map.
func (s *Server) skillMap(w http.ResponseWriter, r *http.Request) error {
	lib := s.site.Load().Library
	states, err := s.skillStates(r.Context())
	if err != nil {
		return err
	}
	done, err := s.ticked(r.Context())
	if err != nil {
		return err
	}
	next := nextLesson(lib, states, done)
	drawing := planOf(lib, states, next)
	v := mapView{
		Frame: s.described(r, lib.SkillMap.Title, lib.SkillMap.Description, "/map"),
		Title: lib.SkillMap.Title, Lede: lib.SkillMap.Lede, Parts: lib.SkillMap.Parts,
		Groups: reachGroups(lib, drawing, states),
		Plan: ui.Plan{
			Drawing: drawing, Label: "Plan of your skills", ListID: "list",
			MapLabel: "Plan of the " + strconv.Itoa(len(lib.Skills)) + " skills. The list below holds the same skills and links.",
			Cells:    planCells(whoami(r.Context()), states, s.now()),
		},
	}
	if next != nil {
		v.Next = ui.Link{Text: lib.Skill(next.Skill).Title + ", lesson " + strconv.Itoa(lessonNumber(lib, next)), URL: next.URL()}
	}
	if id := learner(r.Context()); id != 0 {
		p, err := s.store.Practice(r.Context(), id, s.now())
		if err != nil {
			return err
		}
		v.Placed = s.placed(p)
	}
	return show(w, r, http.StatusOK, skillMapPage(v))
}

// planOf lays the skills out as a plan in the given states. The skill of the
// lesson next, if there is one, is where to go.
func planOf(lib *content.Library, states map[string]skillState, next *content.Lesson) ui.Drawing {
	stations := make([]ui.Station, len(lib.Skills))
	for i, sk := range lib.Skills {
		first, second, _ := strings.Cut(sk.MapName, "|")
		stations[i] = ui.Station{
			ID: sk.ID, Name: sk.Title, Lines: [2]string{first, second}, URL: sk.URL(), BuildsOn: sk.BuildsOn, Lane: sk.Lane,
			State: states[sk.ID].State, StateText: states[sk.ID].Text, Here: next != nil && next.Skill == sk.ID,
		}
	}
	drawing, _ := ui.Layout(stations) // the content check refuses circles; a crossing is drawn as it is
	return drawing
}

// nextLesson returns the lesson to read next: an unread one of the first skill
// that is being learned, else of the first whose prerequisites hold, else of
// any. It returns nil when all are read.
func nextLesson(lib *content.Library, states map[string]skillState, done map[string]time.Time) *content.Lesson {
	var best *content.Lesson
	rank := 3
	for _, sk := range lib.Skills {
		lesson := firstUnread(sk, done)
		if lesson == nil {
			continue
		}
		at := 2
		switch {
		case states[sk.ID].State == ui.Learning:
			at = 0
		case allHold(sk.BuildsOn, states):
			at = 1
		}
		if at < rank {
			best, rank = lesson, at
		}
	}
	return best
}

func firstUnread(sk *content.Skill, done map[string]time.Time) *content.Lesson {
	for _, l := range sk.Lessons {
		if done[l.Ref()].IsZero() {
			return l
		}
	}
	return nil
}

// allHold reports whether one may build on all of the skills.
func allHold(ids []string, states map[string]skillState) bool {
	for _, id := range ids {
		if st := states[id].State; st == ui.NotStarted || st == ui.Learning {
			return false
		}
	}
	return true
}

// lessonNumber is the lesson's place in its skill, from 1.
func lessonNumber(lib *content.Library, lesson *content.Lesson) int {
	for i, l := range lib.Skill(lesson.Skill).Lessons {
		if l == lesson {
			return i + 1
		}
	}
	return 0
}

// planCells is the title block of the plan.
func planCells(who store.Learner, states map[string]skillState, now time.Time) []ui.Cell {
	held, review := 0, 0
	for _, st := range states {
		switch st.State {
		case ui.Mastered, ui.Practised:
			held++
		case ui.Review:
			review++
		}
	}
	of := "anyone who starts here"
	if who.ID != 0 {
		of = "your work"
	}
	if who.Name != "" {
		of = who.Name
	}
	return []ui.Cell{
		{Term: "Plan of", Text: of},
		{Term: "Drawn", Text: day(now), Time: now.UTC().Format(time.DateOnly)},
		{Term: "Mastered or practised", Text: strconv.Itoa(held) + " of " + strconv.Itoa(len(states))},
		{Term: "Needs review", Text: plural(review, "skill", "skills")},
	}
}

// reachGroups puts the stations of a drawing into words, column by column.
func reachGroups(lib *content.Library, d ui.Drawing, states map[string]skillState) []reachGroup {
	var groups []reachGroup
	for _, st := range d.Stations {
		for len(groups) <= st.Column {
			groups = append(groups, reachGroup{ID: "reach-" + strconv.Itoa(len(groups)), Title: "Then these"})
		}
		sk := lib.Skill(st.ID)
		var from []string
		for _, id := range sk.BuildsOn {
			from = append(from, lib.Skill(id).Title)
		}
		g := &groups[st.Column]
		g.Skills = append(g.Skills, reachSkill{
			Link: ui.Link{Text: sk.Title, URL: sk.URL()}, Topics: topics(sk), State: states[sk.ID], BuildsOn: strings.Join(from, ", "),
		})
	}
	for i, title := range []string{"Start here", "Then, in any order"} {
		if i < len(groups) {
			groups[i].Title = title
		}
	}
	if n := len(groups); n > 2 {
		groups[n-1].Title = "And last"
	}
	return groups
}

// topics lists what a skill is about, as a sentence begins.
func topics(sk *content.Skill) string {
	list := make([]string, len(sk.Topics))
	for i, t := range sk.Topics {
		list[i] = t.Plain()
	}
	return upperFirst(strings.Join(list, ", "))
}
