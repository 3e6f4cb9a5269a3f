package web

import (
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"

	"groundwork/exam"
)

// A reader is placed: the run travels in a cookie, stops within its measure,
// and the outcome stands on the map and nowhere in the skills' states.
func TestPlacement(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	r := b.do("/practice/placement", url.Values{"begin": {"1"}})
	n := 0
	for ; n < 60; n++ {
		doc := r.doc(t)
		id := doc.Find("main input[name=item]").AttrOr("value", "")
		if id == "" {
			break
		}
		if n == 0 {
			if r := b.do("/practice/placement", url.Values{"item": {id}}); r.status != 422 {
				t.Errorf("an empty answer = %d", r.status)
			}
			if again := b.do("/practice/placement", nil).doc(t).Find("main input[name=item]").AttrOr("value", ""); again != id {
				t.Errorf("opened again, it asks %s, not %s", again, id)
			}
		}
		form := url.Values{"item": {id}}
		it := theContent().Bank.Item(exam.ItemID(id))
		if it.Pool != exam.PracticePool {
			t.Fatalf("%s is of pool %s", id, it.Pool)
		}
		if it.Skill == "foundations" && it.Type != exam.Short {
			rightAnswer(it, form)
		} else {
			form.Set("skip", "1")
		}
		r = b.do("/practice/placement", form)
	}
	if n < 3 || n > placeItems {
		t.Errorf("%d items", n)
	}
	main := text(r.doc(t).Find("main"))
	if !strings.Contains(main, "Start with ") || !strings.Contains(main, "nothing more") {
		t.Fatalf("after %d items: %s", n, main)
	}
	p, ok := placementOf(s.practice(t, onlyLearner))
	if !ok || p.Skill == "foundations" || theContent().Library.Lesson(p.Lesson) == nil {
		t.Errorf("placed at %+v", p)
	}
	for _, path := range []string{"/map", "/me", "/practice"} {
		if got := text(b.open(path).Find("main")); !strings.Contains(got, "Where to start, as found on 14 June 2026") {
			t.Errorf("%s does not say where to start", path)
		}
	}
	if got := text(b.open("/map").Find("main")); strings.Contains(got, "Learning.") || strings.Contains(got, "Practised.") {
		t.Error("a placement changed the state of a skill")
	}
}

// Whatever is answered, a placement ends within 40 items, asks none twice and
// at most five of a skill, and suggests a lesson that there is.
func TestPlacementRuns(t *testing.T) {
	site := theContent()
	chance := rand.New(rand.NewPCG(1, 2))
	for run := range 40 {
		p := placementRun{Seed: int64(run)}
		able := float64(run) / 39
		asked, of := map[exam.ItemID]bool{}, map[string]int{}
		for it := p.next(&site, nil); it != nil; it = p.next(&site, nil) {
			if asked[it.ID] {
				t.Fatalf("run %d asks %s twice", run, it.ID)
			}
			asked[it.ID] = true
			of[it.Skill]++
			p.Answers = append(p.Answers, placementAnswer{it.ID, chance.Float64() < able})
		}
		for skill, n := range of {
			if n < placeLeast || n > placeMost {
				t.Errorf("run %d asks %d of %s", run, n, skill)
			}
		}
		out := p.outcome(&site, nil)
		if len(asked) > placeItems || site.Library.Lesson(out.Lesson) == nil || site.Library.Lesson(out.Lesson).Skill != out.Skill {
			t.Errorf("run %d: %d items, %+v", run, len(asked), out)
		}
		if run == 0 && out.Skill != site.Library.Skills[0].ID {
			t.Errorf("who knows nothing is sent to %s", out.Skill)
		}
		if run == 39 && len(asked) < 30 {
			t.Errorf("who knows everything is asked %d items only", len(asked))
		}
	}
}
