package content

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// find returns the line of a file's front matter on which the last of words
// stands, each of them looked for behind the one before. A word that is not
// there is passed over. A word with a line end before it is a key of the outer
// level.
func (l *loader) find(file string, words ...string) int {
	f, _ := l.read(file)
	if f == nil {
		return 0
	}
	front, at, line := l.files[file].front, 0, 2
	for _, w := range words {
		i := whole(front[at:], w)
		if i < 0 {
			continue
		}
		at += i + len(w)
		line = 1 + strings.Count(front[:at], "\n")
	}
	return line
}

// whole returns the index at which word stands in s and is no part of a longer
// word, or -1.
func whole(s, word string) int {
	if word == "" {
		return -1
	}
	for from := 0; ; {
		i := strings.Index(s[from:], word)
		if i < 0 {
			return -1
		}
		i += from
		end := i + len(word)
		if (i == 0 || !inWord(word[0]) || !inWord(s[i-1])) && (end == len(s) || !inWord(word[len(word)-1]) || !inWord(s[end])) {
			return i
		}
		from = i + 1
	}
}

func inWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '/'
}

var goodID = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// idList are the ids of one list, and where it begins.
type idList struct {
	file  string
	where string
	ids   []string
	taken string // an id that no entry may have
}

// checkIDs reports ids of a wrong form, and ids that stand twice in one list.
func (l *loader) checkIDs() {
	for _, list := range l.idLists() {
		if l.unread[list.file] {
			continue
		}
		at := []string{list.where}
		seen := map[string]int{}
		for _, id := range list.ids {
			seen[id]++
			switch line := l.find(list.file, append(at, slices.Repeat([]string{"id: " + id}, seen[id])...)...); {
			case id == "":
				l.add(list.file, l.find(list.file, at...), "an entry has no id", "write id: and lower-case words joined by hyphens")
			case !goodID.MatchString(id):
				l.add(list.file, line, fmt.Sprintf("%q is not an id", id), "write lower-case words joined by hyphens")
			case id == list.taken:
				l.add(list.file, line, fmt.Sprintf("the id %q is taken by the site", id), "write another")
			case seen[id] > 1:
				l.add(list.file, line, fmt.Sprintf("the id %q stands twice in one list", id), "give the newer one another")
			}
		}
	}
}

func (l *loader) idLists() []idList {
	lib := l.lib
	self := idList{file: "guide/overview.md", where: "\nself-check:"}
	for _, q := range lib.Overview.SelfCheck {
		self.ids = append(self.ids, q.ID)
	}
	levels := idList{file: "guide/levels.md", where: "\nlevels:"}
	for _, v := range lib.Levels.Levels {
		levels.ids = append(levels.ids, v.ID)
	}
	mistakes := idList{file: "guide/mistakes.md", where: "\nmistakes:"}
	for _, m := range lib.Mistakes.Mistakes {
		mistakes.ids = append(mistakes.ids, m.ID)
	}
	topics := idList{file: "guide/interview.md", where: "\nchecklist:", taken: strings.TrimPrefix(PromptRef, "interview/")}
	for _, t := range lib.Interview.Checklist {
		topics.ids = append(topics.ids, t.ID)
	}
	criteria := func(file, where string, list []Criterion) idList {
		ids := idList{file: file, where: where}
		for _, c := range list {
			ids.ids = append(ids.ids, c.ID)
		}
		return ids
	}
	all := []idList{self, levels, mistakes, topics, criteria("guide/interview.md", "rubric:", lib.Interview.Prompt.Rubric)}
	steps := idList{file: "guide/path.md", where: "\nsteps:"}
	for _, s := range lib.Path.Steps {
		steps.ids = append(steps.ids, s.ID)
		if s.Task.ID != "" { // else the step is reported
			steps.ids = append(steps.ids, s.Task.ID)
		}
		all = append(all, criteria("guide/path.md", "id: "+s.Task.ID, s.Task.Criteria))
	}
	for _, p := range lib.Projects {
		all = append(all, criteria(p.File, "\nscope:", p.Criteria()))
	}
	return append(all, steps)
}
