package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"groundwork/content"
	"groundwork/content/search"
	"groundwork/exam"
	"groundwork/web/ui"
)

const (
	searchDescription = "Search the whole guide: lessons, skills, projects, the learning path and the guidance pages, with the passage that matches."
	searchLimit       = 40 // hits
	searchShown       = 6  // of them in each group before the rest is folded away
)

// A searchView is the search form with what was found.
type searchView struct {
	Frame    ui.Frame
	Query    string
	Count    int
	Groups   []hitGroup
	Practice []ui.Link // skills with practice items on the lessons found
	Suggest  string    // the query spelt better
}

// found says how many places there are.
func (v searchView) found() string {
	switch v.Count {
	case 1:
		return "1 place mentions"
	case searchLimit:
		return "The best " + strconv.Itoa(searchLimit) + " places that mention"
	}
	return strconv.Itoa(v.Count) + " places mention"
}

// A hitGroup is what was found on one kind of page.
type hitGroup struct {
	Kind, Title string
	Hits        []hitView
}

// A hitView is one section that was found.
type hitView struct {
	ui.Link
	Snippet []search.Span
	Where   string
}

// search finds sections: GET /search?q=.
func (s *Server) search(w http.ResponseWriter, r *http.Request) error {
	site := s.site.Load()
	v := searchView{Frame: s.described(r, "Search", searchDescription, "/search"), Query: strings.TrimSpace(r.FormValue("q"))}
	if v.Query != "" {
		v.Frame.Title = "Search for " + clip(v.Query, 60)
		hits := site.index().Search(v.Query, searchLimit)
		v.Count = len(hits)
		v.Groups = groupHits(site.Library, hits)
		v.Practice = practiceFor(site, hits)
		v.Suggest = site.index().Suggest(v.Query)
	}
	return show(w, r, http.StatusOK, searchPage(v))
}

// hitTitles names the kinds of section; other kinds stand under their own name.
var hitTitles = map[string]string{"Lesson": "Lessons", "Skill": "Skills", "Project": "Projects", "Path": "Learning path"}

// groupHits puts hits of one kind together, the kind of the best hit first.
func groupHits(lib *content.Library, hits []search.Hit) []hitGroup {
	var groups []hitGroup
	at := map[string]int{}
	for _, h := range hits {
		i, ok := at[h.Kind]
		if !ok {
			i = len(groups)
			at[h.Kind] = i
			title := hitTitles[h.Kind]
			if title == "" {
				title = h.Kind
			}
			groups = append(groups, hitGroup{Kind: h.Kind, Title: title})
		}
		groups[i].Hits = append(groups[i].Hits, newHitView(lib, h))
	}
	return groups
}

func newHitView(lib *content.Library, h search.Hit) hitView {
	v := hitView{Link: ui.Link{Text: h.Page, URL: h.URL}, Snippet: h.Snippet}
	if h.Heading != "" {
		v.Text += ": " + h.Heading
	}
	v.Where = sectionPlace(lib, h.Section)
	return v
}

// sectionPlace says where a section stands: "Performance And Reliability,
// lesson 3".
func sectionPlace(lib *content.Library, sec search.Section) string {
	l := lessonOf(lib, sec)
	if l == nil {
		return sec.Kind
	}
	return lib.Skill(l.Skill).Title + ", lesson " + strconv.Itoa(lessonNumber(lib, l))
}

// lessonOf returns the lesson that a section belongs to, or nil.
func lessonOf(lib *content.Library, sec search.Section) *content.Lesson {
	page, _, _ := strings.Cut(sec.URL, "#")
	id, ok := strings.CutPrefix(page, "/lesson/")
	if !ok {
		return nil
	}
	return lib.Lesson(id)
}

// practiceFor links the practice of the skills whose lessons were found, as far
// as there are items on these lessons; at most three skills.
func practiceFor(site *Site, hits []search.Hit) []ui.Link {
	count := map[string]int{}
	seen := map[string]bool{}
	var skills []string
	for _, h := range hits {
		l := lessonOf(site.Library, h.Section)
		if l == nil || seen[l.ID] {
			continue
		}
		seen[l.ID] = true
		n := len(site.Bank.Lesson(exam.PracticePool, l.ID))
		if n > 0 && count[l.Skill] == 0 {
			skills = append(skills, l.Skill)
		}
		count[l.Skill] += n
	}
	var links []ui.Link
	for _, id := range skills[:min(3, len(skills))] {
		links = append(links, ui.Link{
			Text: site.Library.Skill(id).Title + ", " + plural(count[id], "item", "items"), URL: "/practice/" + id,
		})
	}
	return links
}

// searchURL is the address of a search.
func searchURL(query string) string { return "/search?q=" + url.QueryEscape(query) }

// clip cuts a text that a reader typed to at most n runes.
func clip(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	return string(runes[:n-1]) + "…"
}
