package web

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"groundwork/web/ui"
)

// The list holds the same skills and links as the drawing.
func TestSkillMapList(t *testing.T) {
	t.Parallel()
	doc := newSite(t).browser(t).open("/map")
	href := func(_ int, a *goquery.Selection) string { return a.AttrOr("href", "") }
	drawn, listed := doc.Find("figure svg a").Map(href), doc.Find("#list h4 a").Map(href)
	slices.Sort(drawn)
	slices.Sort(listed)
	if len(drawn) != 10 || !slices.Equal(drawn, listed) {
		t.Errorf("drawn %q\nlisted %q", drawn, listed)
	}
	if diff := cmp.Diff([]string{"Start here", "Then, in any order", "Then these", "And last"}, texts(doc.Find("#list h3"))); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
	if got := text(doc.Find(".btn.go")); got != "Backend Engineering Foundations, lesson 1" {
		t.Errorf("next for a new reader: %q", got)
	}
	doc.Find("figure svg a").Each(func(_ int, a *goquery.Selection) { // can be called by voice
		if seen := text(a.Find(".name")); !strings.HasPrefix(a.AttrOr("aria-label", ""), seen) {
			t.Errorf("the station %q is labelled %q", seen, a.AttrOr("aria-label", ""))
		}
	})
}

func TestNextLesson(t *testing.T) {
	t.Parallel()
	lib := theContent().Library
	when := start
	readAll := func(done map[string]time.Time, skill string) {
		for _, l := range lib.Skill(skill).Lessons {
			done[l.Ref()] = when
		}
	}
	tests := []struct {
		name   string
		states map[string]ui.State
		read   []string // whole skills
		want   string   // the skill
	}{
		{"a new reader starts at the left", nil, nil, "foundations"},
		{"what was begun goes on", map[string]ui.State{"performance": ui.Learning}, nil, "performance"},
		{"what was begun and is read leads on", map[string]ui.State{"foundations": ui.Learning}, []string{"foundations"}, "api"},
		{"a skill opens when what it builds on holds", map[string]ui.State{"foundations": ui.Practised, "api": ui.Mastered, "database": ui.Review},
			[]string{"foundations", "api", "database", "cicd", "documentation", "security"}, "system-design"},
		{"what does not hold yet waits for what does", map[string]ui.State{"foundations": ui.Practised, "api": ui.Practised},
			[]string{"foundations", "api", "database", "cicd", "documentation"}, "security"},
		{"nothing holds: the first that is left", nil, []string{"foundations"}, "api"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			states := map[string]skillState{}
			for id, st := range tt.states {
				states[id] = skillState{State: st}
			}
			done := map[string]time.Time{}
			for _, skill := range tt.read {
				readAll(done, skill)
			}
			got := nextLesson(lib, states, done)
			if got == nil || got.Skill != tt.want {
				t.Errorf("nextLesson = %v, want one of %s", got, tt.want)
			}
		})
	}
	done := map[string]time.Time{}
	for _, sk := range lib.Skills {
		readAll(done, sk.ID)
	}
	if got := nextLesson(lib, nil, done); got != nil {
		t.Errorf("everything is read, but %s is next", got.ID)
	}
}

// Reading a lesson shows on the lesson, its skill, the map and the path.
func TestLessonRead(t *testing.T) {
	t.Parallel()
	b := newSite(t).browser(t)
	const lesson = "/lesson/foundations/request"
	r := b.do("/progress", url.Values{"ref": {"lesson/foundations/request"}, "done": {"1"}, "back": {lesson + "#read"}})
	if got := text(r.doc(t).Find("#read .tagline")); r.at != lesson || got != "Read 14 June 2026" {
		t.Errorf("at %s the lesson says %q", r.at, got)
	}
	skill := b.open("/skill/foundations")
	if got := text(skill.Find("#lessons").Parent().Find(".criteria .by").First()); got != "read 14 June" {
		t.Errorf("the skill says %q", got)
	}
	if got := text(skill.Find(".btn.go")); got != "Read on: lesson 2" {
		t.Errorf("the skill leads to %q", got)
	}
	if got := texts(skill.Find(".tblock dd")); got[0] != "Learning" || got[1] != "1 of 6" {
		t.Errorf("the skill's title block says %q", got)
	}
	if got := text(b.open("/map").Find("#reach-0").Parent().Find(".reach > li > .hint")); !strings.HasPrefix(got, "Learning. 1 of 6 lessons read") {
		t.Errorf("the map says %q", got)
	}
	if got := b.open("/path").Find("section.dug").Length(); got != 1 {
		t.Errorf("%d steps of the path are being dug, want 1", got)
	}
}

// A step counts as laid when it is ticked as a whole, or all of its criteria are.
func TestPathSteps(t *testing.T) {
	t.Parallel()
	lib := theContent().Library
	var all []string
	for _, c := range lib.Path.Steps[0].Task.Criteria {
		all = append(all, c.Ref)
	}
	tests := []struct {
		name string
		refs []string
		want string
	}{
		{"nothing", nil, "row"},
		{"one criterion", all[:1], "row dug"},
		{"all criteria", all, "row laid"},
		{"the step itself", []string{"path/foundations"}, "row laid"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newSite(t).browser(t)
			for _, ref := range tt.refs {
				b.do("/progress", url.Values{"ref": {ref}, "done": {"1"}})
			}
			if got := b.open("/path").Find(".steps > section").First().AttrOr("class", ""); got != tt.want {
				t.Errorf("the first step is drawn as %q, want %q", got, tt.want)
			}
		})
	}
}
