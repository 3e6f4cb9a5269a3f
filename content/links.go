package content

import (
	"fmt"
	"html"
	"maps"
	"regexp"
	"slices"
	"strings"

	"groundwork/content/source"
)

// A link is a reference inside the site, to be checked once all pages are known.
type link struct {
	file   string
	line   int
	target string
}

// fixedPages are the addresses of the site that no file of content stands for.
var fixedPages = []string{"/", "/map", "/path", "/projects", "/fit", "/exam", "/practice", "/verify", "/download", "/ask", "/search", "/me", "/account", "/account/sign-in", "/account/register"}

var (
	hrefs   = regexp.MustCompile(`href="([^"]*)"`)
	htmlIDs = regexp.MustCompile(`<h[1-6] id="([^"]*)"`)
)

// collect remembers the links of a rendered section.
func (l *loader) collect(f *source.File, s source.Section, rendered HTML) {
	seen := map[string]int{}
	for _, m := range hrefs.FindAllStringSubmatch(string(rendered), -1) {
		target := html.UnescapeString(m[1])
		l.links = append(l.links, link{f.Name, linkLine(s, target, seen[target]), target})
		seen[target]++
	}
}

// linkLine returns the line of the link to target that comes after nth others,
// or else that of the section.
func linkLine(s source.Section, target string, nth int) int {
	place := regexp.MustCompile(`(?:^|[\s(<])` + regexp.QuoteMeta(target) + `(?:[)>\s"]|$)`)
	for _, line := range s.Lines {
		n := len(place.FindAllString(line.Text, -1))
		if nth < n {
			return line.N
		}
		nth -= n
	}
	return s.Line
}

// page notes that an address exists, with the anchors of its parts and of what
// else the site puts there. Of a page that could not be read they are unknown.
func (l *loader) page(url string, p *Page, more ...string) {
	l.urls[p.File] = url
	if p.Parts == nil && l.unread[p.File] {
		l.anchors[url] = nil
		return
	}
	ids := map[string]bool{}
	for _, part := range p.Parts {
		ids[part.ID] = true
		for _, m := range htmlIDs.FindAllStringSubmatch(string(part.HTML), -1) {
			ids[html.UnescapeString(m[1])] = true
		}
		for _, c := range part.Checks {
			ids[c.ID] = true
		}
	}
	for _, id := range more {
		ids[id] = true
	}
	l.anchors[url] = ids
}

// checkLinks reports links that lead nowhere: no such page, or no such heading.
func (l *loader) checkLinks() {
	lib := l.lib
	for _, url := range fixedPages {
		l.page(url, new(Page))
	}
	var steps, topics []string
	for _, s := range lib.Path.Steps {
		steps = append(steps, s.ID, s.Task.ID)
	}
	for _, m := range lib.Mistakes.Mistakes {
		topics = append(topics, m.ID)
	}
	l.page("/", &lib.Overview.Page, "who", "prerequisites", "self-check", "role", "day", "where")
	l.page("/map", lib.SkillMap, "list")
	l.page("/path", &lib.Path.Page, steps...)
	l.page("/guide/levels", &lib.Levels.Page, "salary", "levels")
	l.page("/guide/interview", &lib.Interview.Page, "checklist", "prompt")
	l.page("/guide/mistakes", &lib.Mistakes.Page, topics...)
	for slug, p := range lib.Pages {
		switch slug {
		case "fit", "exam":
			l.page("/"+slug, p)
		default:
			l.page("/guide/"+slug, p)
		}
	}
	for _, s := range lib.Skills {
		l.page(s.URL(), &s.Page, "lessons", "levels", "builds-on", "use")
	}
	for _, lesson := range lib.lessons {
		l.page(lesson.URL(), &lesson.Page)
	}
	for _, p := range lib.Projects {
		l.page(p.URL(), &p.Page, "scope", "acceptance", "stretch")
	}
	l.frontLinks()
	for _, k := range l.links {
		if what, mend := l.dead(k); what != "" {
			l.add(k.file, k.line, what, mend)
		}
	}
}

var (
	frontLink  = regexp.MustCompile(`\]\(([^)\s]+)\)|(?:^ *(?:- )?|[{,] *)link: *"?([^\s"},]+)`)
	inlineCode = regexp.MustCompile("`[^`]*`")
)

// frontLinks collects the links in front matter, of whatever kind of page. A
// harness is Go, in which ]( is no link.
func (l *loader) frontLinks() {
	for _, pattern := range []string{"guide/*.md", "skill/*.md", "lesson/*/*.md", "project/*.md"} {
		for _, name := range l.glob(pattern) {
			f, _ := l.read(name)
			if f == nil {
				continue
			}
			harness := false
			for i, text := range strings.Split(string(f.Front), "\n") {
				if text != "" && text[0] != ' ' {
					harness = strings.HasPrefix(text, "harness:")
				}
				if harness {
					continue
				}
				for _, m := range frontLink.FindAllStringSubmatch(inlineCode.ReplaceAllString(text, ""), -1) {
					l.links = append(l.links, link{name, i + 2, m[1] + m[2]})
				}
			}
		}
	}
}

// dead says what is wrong with a link, or "".
func (l *loader) dead(k link) (what, mend string) {
	for _, scheme := range []string{"http://", "https://", "mailto:"} {
		if strings.HasPrefix(k.target, scheme) {
			return "", ""
		}
	}
	url, anchor, _ := strings.Cut(k.target, "#")
	url, _, _ = strings.Cut(url, "?")
	if strings.HasPrefix(k.target, "#") {
		url = l.urls[k.file]
	}
	ids, ok := l.anchors[url]
	switch {
	case !strings.HasPrefix(url, "/"):
		return fmt.Sprintf("the link %q is neither an address of this site nor a whole one", k.target), "begin it with / or https://"
	case !ok:
		return fmt.Sprintf("the link %q leads to no page", k.target), "write the address of one; content/README.md lists the forms"
	case anchor != "" && ids != nil && !ids[anchor]:
		mend = "leave the # and what follows it out"
		if len(ids) > 0 {
			mend = "use one of " + strings.Join(sortedKeys(ids), ", ")
		}
		return fmt.Sprintf("the link %q leads to no heading of that page", k.target), mend
	}
	return "", ""
}

// sortedKeys returns the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
