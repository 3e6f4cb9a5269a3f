package content

import (
	"fmt"
	"strings"

	"groundwork/content/search"
)

// Sections gathers everything that can be found, for search.
func (lib *Library) Sections() (list []search.Section) {
	add := func(url, page, kind, heading, text string) {
		if text = strings.TrimSpace(text); text != "" {
			list = append(list, search.Section{URL: url, Page: page, Kind: kind, Heading: heading, Text: text})
		}
	}
	parts := func(url, page, kind string, list []Part) {
		for _, p := range list {
			text := plainHTML(string(p.HTML))
			for _, c := range p.Checks {
				text += "\n\n" + plainHTML(string(c.Question))
			}
			at := url
			if p.Heading != "" {
				at += "#" + p.ID
			}
			add(at, page, kind, p.Heading, text)
		}
	}
	lib.guideSections(add, parts)
	for _, s := range lib.Skills {
		add(s.URL(), s.Title, "Skill", "", s.Lede.Plain()+"\n\nTopics: "+joinTexts(s.Topics, ", ")+".")
		add(s.URL()+"#levels", s.Title, "Skill", "What each level is expected to know",
			"Junior: "+s.Levels["junior"].Plain()+"\n\nMid-level: "+s.Levels["mid"].Plain()+"\n\nSenior: "+s.Levels["senior"].Plain())
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
				text = append(text, sentence(c.Text.Plain()))
			}
			add(p.URL()+"#"+list.id, p.Title, "Project", list.heading, strings.Join(text, "\n\n"))
		}
		parts(p.URL(), p.Title, "Project", p.Parts)
	}
	return list
}

// guideSections gathers what the guidance pages say in their front matter.
func (lib *Library) guideSections(add func(url, page, kind, heading, text string), parts func(url, page, kind string, list []Part)) {
	o := lib.Overview
	add("/", o.Title, "Guide", "", o.Tagline.Plain())
	add("/#who", o.Title, "Guide", "Who it is for", joinTexts(o.Audience, "\n\n"))
	add("/#prerequisites", o.Title, "Guide", "Before you start", joinTexts(o.Prerequisites, "\n\n"))
	add("/#role", o.Title, "Guide", "What a backend engineer does", o.Role.Plain()+"\n\n"+joinTerms(o.Duties))
	add("/#day", o.Title, "Guide", "A day in the life", joinTerms(o.Day))
	add("/#where", o.Title, "Guide", "Where you can work",
		"Industries: "+joinTexts(o.Industries, ", ")+".\n\nTeams: "+joinTexts(o.Teams, ", ")+".\n\nCompanies: "+joinTexts(o.Companies, ", ")+".")
	parts("/", o.Title, "Guide", o.Parts)
	for _, v := range lib.Levels.Levels {
		var text []string
		for _, e := range v.Expectations {
			text = append(text, sentence(e.Text.Plain()))
		}
		top := fmt.Sprintf("%s%dk", lib.Levels.Salary.Symbol, v.Salary.To)
		if v.Salary.Open {
			top += " or more"
		}
		add("/guide/levels#levels", lib.Levels.Title, "Guide", v.Title+": hiring expectations", strings.Join(text, "\n\n"))
		add("/guide/levels#salary", lib.Levels.Title, "Guide", v.Title+": salary, rough range",
			fmt.Sprintf("%s salary: roughly %s%dk to %s a year, in %s.", v.Title, lib.Levels.Salary.Symbol, v.Salary.From, top, lib.Levels.Salary.Currency))
	}
	parts("/guide/levels", lib.Levels.Title, "Guide", lib.Levels.Parts)
	parts("/map", lib.SkillMap.Title, "Guide", lib.SkillMap.Parts)
	for _, s := range lib.Path.Steps {
		add("/path#"+s.ID, lib.Path.Title, "Path", s.Title, s.Text.Plain()+"\n\nMini task: "+s.Task.Title.Plain()+". "+s.Task.Text.Plain())
	}
	for _, t := range lib.Interview.Checklist {
		add("/guide/interview#checklist", lib.Interview.Title, "Guide", "Interview checklist", t.Text.Plain())
	}
	add("/guide/interview#prompt", lib.Interview.Title, "Guide", lib.Interview.Prompt.Title.Plain(), plainHTML(string(lib.Interview.Prompt.HTML)))
	parts("/guide/interview", lib.Interview.Title, "Guide", lib.Interview.Parts)
	for _, m := range lib.Mistakes.Mistakes {
		add("/guide/mistakes#"+m.ID, lib.Mistakes.Title, "Guide", m.Title.Plain(), m.Avoid.Plain()+"\n\n"+m.Example.Plain())
	}
	for _, slug := range sortedKeys(lib.Pages) {
		p, url := lib.Pages[slug], "/guide/"+slug
		if slug == "fit" || slug == "exam" {
			url = "/" + slug
		}
		parts(url, p.Title, "Guide", p.Parts)
	}
}

func joinTexts(list []Text, between string) string {
	words := make([]string, len(list))
	for i, t := range list {
		words[i] = t.Plain()
	}
	return strings.Join(words, between)
}

func joinTerms(list []Term) string {
	words := make([]string, len(list))
	for i, t := range list {
		words[i] = sentence(t.Title.Plain() + ": " + t.Text.Plain())
	}
	return strings.Join(words, "\n\n")
}

// sentence gives an entry of a list the full stop that it does without on its
// page: quotes run entries together.
func sentence(s string) string {
	if s == "" || strings.ContainsRune(".!?:…", []rune(s)[len([]rune(s))-1]) {
		return s
	}
	return s + "."
}
