package content

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"groundwork/content/search"
	"groundwork/content/source"
)

// A link is a reference inside the site, to be checked once all pages are known.
type link struct {
	file   string
	line   int
	target string
}

// fixedPages are the addresses of the site that no file of content stands for.
var fixedPages = []string{"/", "/map", "/path", "/projects", "/fit", "/exam", "/practice", "/ask", "/search", "/me", "/account", "/account/sign-in", "/account/register"}

var (
	hrefs   = regexp.MustCompile(`href="([^"]*)"`)
	htmlIDs = regexp.MustCompile(`\sid="([^"]*)"`)
)

// collect remembers the links of a rendered section.
func (l *loader) collect(f *source.File, s source.Section, html HTML) {
	for _, m := range hrefs.FindAllStringSubmatch(string(html), -1) {
		line := s.Line
		for _, src := range s.Lines {
			if strings.Contains(src.Text, "("+m[1]) {
				line = src.N
				break
			}
		}
		l.links = append(l.links, link{f.Name, line, m[1]})
	}
}

// page notes that an address exists, with the anchors of its parts.
func (l *loader) page(url string, parts []Part, more ...string) {
	ids := map[string]bool{}
	for _, p := range parts {
		ids[p.ID] = true
		for _, m := range htmlIDs.FindAllStringSubmatch(string(p.HTML), -1) {
			ids[m[1]] = true
		}
		for _, c := range p.Checks {
			ids[c.ID] = true
		}
	}
	for _, id := range more {
		ids[id] = true
	}
	l.anchors[url] = ids
}

// checkLinks reports links that lead nowhere: no such page, no such heading,
// or an address of our own that is written with a host.
func (l *loader) checkLinks() {
	lib := l.lib
	for _, url := range fixedPages {
		l.page(url, nil)
	}
	var steps, topics []string
	for _, s := range lib.Path.Steps {
		steps = append(steps, s.ID, s.Task.ID)
	}
	for _, m := range lib.Mistakes.Mistakes {
		topics = append(topics, m.ID)
	}
	l.page("/", lib.Overview.Parts, "who", "prerequisites", "self-check", "role", "day", "where")
	l.page("/map", lib.SkillMap.Parts, "list")
	l.page("/path", lib.Path.Parts, steps...)
	l.page("/guide/levels", lib.Levels.Parts, "salary", "levels")
	l.page("/guide/interview", lib.Interview.Parts, "checklist", "prompt")
	l.page("/guide/mistakes", lib.Mistakes.Parts, topics...)
	for slug, p := range lib.Pages {
		switch slug {
		case "fit", "exam":
			l.page("/"+slug, p.Parts)
		default:
			l.page("/guide/"+slug, p.Parts)
		}
	}
	for _, s := range lib.Skills {
		l.page(s.URL(), s.Parts, "lessons", "levels", "builds-on", "use")
	}
	for _, lesson := range lib.lessons {
		l.page(lesson.URL(), lesson.Parts)
	}
	for _, p := range lib.Projects {
		l.page(p.URL(), p.Parts, "scope", "acceptance", "stretch")
	}
	l.frontLinks()
	for _, k := range l.links {
		if what, mend := l.dead(k.target); what != "" {
			l.add(k.file, k.line, what, mend)
		}
	}
}

var frontLink = regexp.MustCompile(`\]\((/[^)\s]*)\)|link: *"?(/[^\s"},]*)`)

// frontLinks collects the links in front matter, of whatever kind of page.
func (l *loader) frontLinks() {
	for _, pattern := range []string{"guide/*.md", "skill/*.md", "lesson/*/*.md", "project/*.md"} {
		for _, name := range l.glob(pattern) {
			f, _ := source.Read(l.fsys, name)
			if f == nil {
				continue
			}
			for i, text := range strings.Split(string(f.Front), "\n") {
				for _, m := range frontLink.FindAllStringSubmatch(text, -1) {
					l.links = append(l.links, link{name, i + 2, m[1] + m[2]})
				}
			}
		}
	}
}

// dead says what is wrong with a link, or "".
func (l *loader) dead(target string) (what, mend string) {
	if strings.HasPrefix(target, "http://") || strings.HasPrefix(target, "https://") || strings.HasPrefix(target, "mailto:") || strings.HasPrefix(target, "#") {
		return "", ""
	}
	url, anchor, _ := strings.Cut(target, "#")
	ids, ok := l.anchors[url]
	switch {
	case !strings.HasPrefix(target, "/"):
		return fmt.Sprintf("the link %q is neither an address of this site nor a whole one", target), "begin it with / or https://"
	case !ok:
		return fmt.Sprintf("the link %q leads to no page", target), "write the address of one; content/README.md lists the forms"
	case anchor != "" && !ids[anchor]:
		return fmt.Sprintf("the link %q leads to no heading of that page", target), "use one of " + strings.Join(sortedKeys(ids), ", ")
	}
	return "", ""
}

// sortedKeys returns the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// index gathers everything that can be found.
func (l *loader) index() {
	lib := l.lib
	add := func(url, page, kind, heading, text string) {
		if text = strings.TrimSpace(text); text != "" {
			lib.Sections = append(lib.Sections, search.Section{URL: url, Page: page, Kind: kind, Heading: heading, Text: text})
		}
	}
	parts := func(url, page, kind string, list []Part) {
		for _, p := range list {
			text := plainHTML(string(p.HTML))
			for _, c := range p.Checks {
				text += " " + plainHTML(string(c.Question))
			}
			add(url+"#"+p.ID, page, kind, p.Heading, text)
		}
	}
	l.indexGuide(add, parts)
	for _, s := range lib.Skills {
		add(s.URL(), s.Title, "Skill", "", s.Lede.Plain()+" Topics: "+joinTexts(s.Topics)+".")
		add(s.URL()+"#levels", s.Title, "Skill", "What each level is expected to know",
			"Junior: "+s.Levels["junior"].Plain()+" Mid-level: "+s.Levels["mid"].Plain()+" Senior: "+s.Levels["senior"].Plain())
		parts(s.URL(), s.Title, "Skill", s.Parts)
		for _, lesson := range s.Lessons {
			add(lesson.URL(), lesson.Title, "Lesson", "", lesson.Summary.Plain())
			parts(lesson.URL(), lesson.Title, "Lesson", lesson.Parts)
		}
	}
	for _, p := range lib.Projects {
		add(p.URL(), p.Title, "Project", "", p.Lede.Plain())
		for _, list := range []struct {
			id, heading string
			criteria    []Criterion
		}{{"scope", "Scope", p.Scope}, {"acceptance", "Acceptance", p.Acceptance}, {"stretch", "Stretch", p.Stretch}} {
			var text []string
			for _, c := range list.criteria {
				text = append(text, c.Text.Plain())
			}
			add(p.URL()+"#"+list.id, p.Title, "Project", list.heading, strings.Join(text, ". "))
		}
		parts(p.URL(), p.Title, "Project", p.Parts)
	}
}

// indexGuide gathers what the guidance pages say in their front matter.
func (l *loader) indexGuide(add func(url, page, kind, heading, text string), parts func(url, page, kind string, list []Part)) {
	lib, o := l.lib, l.lib.Overview
	add("/", o.Title, "Guide", "", o.Tagline.Plain())
	add("/#who", o.Title, "Guide", "Who it is for", joinTexts(o.Audience))
	add("/#prerequisites", o.Title, "Guide", "Before you start", joinTexts(o.Prerequisites))
	add("/#role", o.Title, "Guide", "What a backend engineer does", o.Role.Plain()+" "+joinTerms(o.Duties))
	add("/#day", o.Title, "Guide", "A day in the life", joinTerms(o.Day))
	add("/#where", o.Title, "Guide", "Where you can work",
		"Industries: "+joinTexts(o.Industries)+". Teams: "+joinTexts(o.Teams)+". Companies: "+joinTexts(o.Companies)+".")
	parts("/", o.Title, "Guide", o.Parts)
	for _, v := range lib.Levels.Levels {
		var text []string
		for _, e := range v.Expectations {
			text = append(text, e.Text.Plain())
		}
		top := fmt.Sprintf("%s%dk", lib.Levels.Salary.Symbol, v.Salary.To)
		if v.Salary.Open {
			top += " or more"
		}
		add("/guide/levels#levels", lib.Levels.Title, "Guide", v.Title+": hiring expectations", strings.Join(text, ". "))
		add("/guide/levels#salary", lib.Levels.Title, "Guide", v.Title+": salary, rough range",
			fmt.Sprintf("%s salary: roughly %s%dk to %s a year, in %s.", v.Title, lib.Levels.Salary.Symbol, v.Salary.From, top, lib.Levels.Salary.Currency))
	}
	parts("/guide/levels", lib.Levels.Title, "Guide", lib.Levels.Parts)
	parts("/map", lib.SkillMap.Title, "Guide", lib.SkillMap.Parts)
	for _, s := range lib.Path.Steps {
		add("/path#"+s.ID, lib.Path.Title, "Path", s.Title, s.Text.Plain()+" Mini task: "+s.Task.Title.Plain()+". "+s.Task.Text.Plain())
	}
	for _, t := range lib.Interview.Checklist {
		add("/guide/interview#checklist", lib.Interview.Title, "Guide", "Interview checklist", t.Text.Plain())
	}
	add("/guide/interview#prompt", lib.Interview.Title, "Guide", lib.Interview.Prompt.Title.Plain(), plainHTML(string(lib.Interview.Prompt.HTML)))
	parts("/guide/interview", lib.Interview.Title, "Guide", lib.Interview.Parts)
	for _, m := range lib.Mistakes.Mistakes {
		add("/guide/mistakes#"+m.ID, lib.Mistakes.Title, "Guide", m.Title.Plain(), m.Avoid.Plain()+" "+m.Example.Plain())
	}
	for _, slug := range sortedKeys(lib.Pages) {
		p, url := lib.Pages[slug], "/guide/"+slug
		if slug == "fit" || slug == "exam" {
			url = "/" + slug
		}
		parts(url, p.Title, "Guide", p.Parts)
	}
}

func joinTexts(list []Text) string {
	words := make([]string, len(list))
	for i, t := range list {
		words[i] = t.Plain()
	}
	return strings.Join(words, ", ")
}

func joinTerms(list []Term) string {
	words := make([]string, len(list))
	for i, t := range list {
		words[i] = t.Title.Plain() + ": " + t.Text.Plain()
	}
	return strings.Join(words, ". ")
}
