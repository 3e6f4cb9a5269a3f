package content

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"groundwork/content/source"
)

// embeddedContent is what the program carries, loaded once.
var embeddedContent = sync.OnceValues(func() (*Library, source.Problems) { return Load(FS()) })

// ours returns the content of the program, which has no mistakes.
func ours(t *testing.T) *Library {
	t.Helper()
	lib, ps := embeddedContent()
	if len(ps) > 0 {
		t.Fatalf("%d mistakes:\n%v", len(ps), ps)
	}
	return lib
}

func TestEmbedded(t *testing.T) {
	t.Parallel()
	lib := ours(t)
	counts := map[string]int{}
	var skills, projects []string
	for _, s := range lib.Skills {
		skills = append(skills, s.ID)
		counts[s.ID] = len(s.Lessons)
	}
	want := []string{"foundations", "api", "database", "system-design", "performance", "microservices", "security", "cicd", "observability", "documentation"}
	if diff := cmp.Diff(want, skills); diff != "" {
		t.Errorf("skills (-want +got):\n%s", diff)
	}
	for _, id := range want {
		if counts[id] != 6 {
			t.Errorf("%s has %d lessons, want 6", id, counts[id])
		}
	}
	for _, p := range lib.Projects {
		projects = append(projects, p.ID)
	}
	if diff := cmp.Diff([]string{"task-tracker", "url-shortener", "checkout", "feed", "incident-simulator"}, projects); diff != "" {
		t.Errorf("projects (-want +got):\n%s", diff)
	}
	if n := len(lib.Lessons()); n != 60 {
		t.Errorf("%d lessons, want 60", n)
	}
	if lib.Skill("api") != lib.Skills[1] || lib.Lesson("api/errors") != lib.Skills[1].Lessons[1] || lib.Project("feed") != lib.Projects[3] {
		t.Error("an id does not lead to what has it")
	}
	if lib.Skill("none") != nil || lib.Lesson("errors") != nil || lib.Project("") != nil {
		t.Error("an id that there is not leads to something")
	}
}

func TestLengthOfLessons(t *testing.T) {
	t.Parallel()
	for _, l := range ours(t).Lessons() {
		if l.Words < 700 || l.Words > 1300 {
			t.Errorf("%s has %d words, want 700 to 1,300", l.ID, l.Words)
		}
		if l.Minutes < 5 || l.Minutes > 20 {
			t.Errorf("%s takes %d minutes, want 5 to 20", l.ID, l.Minutes)
		}
	}
}

func TestCountWords(t *testing.T) {
	t.Parallel()
	tests := []struct {
		line string
		want int
	}{
		{"", 0},
		{"## Two words {#idea}", 2},
		{"### One, two: three? {#q}", 3},
		{"- [ ] An option here", 3},
		{"- [x] Key", 1},
		{"  > Its reason.", 2},
		{"> [!NOTE]", 0},
		{"> **Title.** Text.", 2},
		{"1. First", 1},
		{"| reader | needs |", 2},
		{"|---|:-:|", 0},
		{"401 / 403 & more", 3},
		{"- [Link text](/lesson/api/errors).", 2},
		{"Café, naïve — 5 %", 3},
		{"read-only isn’t `fmt.Errorf`", 3},
	}
	for _, tt := range tests {
		if got := countWords(tt.line); got != tt.want {
			t.Errorf("countWords(%q) = %d, want %d", tt.line, got, tt.want)
		}
	}
}

func TestMeasure(t *testing.T) {
	t.Parallel()
	body := strings.Repeat("word ", 131) + "\n```go\n" + strings.Repeat("code here\n", 30) + "```\n- a list\n\n  ```sh\n  in it\n  ```\n"
	f := &source.File{Body: body, BodyLine: 1}
	l := new(Lesson)
	l.measure(f)
	if l.Words != 133 || l.Minutes != 2+2 {
		t.Errorf("%d words, %d minutes, want 133 and 4", l.Words, l.Minutes)
	}
	want := []Block{{Line: 2, Lang: "go", Marks: map[string]string{}, Text: strings.Repeat("code here\n", 30)}, {Line: 36, Lang: "sh", Marks: map[string]string{}, Text: "in it\n"}}
	if diff := cmp.Diff(want, l.Blocks); diff != "" {
		t.Errorf("Blocks (-want +got):\n%s", diff)
	}
	l.measure(&source.File{Body: "One.", BodyLine: 1})
	if l.Words != 1 || l.Minutes != 1 {
		t.Errorf("%d words, %d minutes, want 1 and 1", l.Words, l.Minutes)
	}
}

var refForm = regexp.MustCompile(`^(skill|path|project|interview|rubric)/[a-z0-9-]+$|^(lesson|task|project)/[a-z0-9-]+/[a-z0-9-]+$`)

func TestRefs(t *testing.T) {
	t.Parallel()
	lib := ours(t)
	want := 1 // the prompt
	seen := map[string]bool{PromptRef: true}
	have := func(refs ...string) {
		for _, ref := range refs {
			want++
			if seen[ref] {
				t.Errorf("the ref %q stands for two things", ref)
			}
			seen[ref] = true
		}
	}
	for _, s := range lib.Skills {
		have(s.Ref())
	}
	for _, l := range lib.Lessons() {
		have(l.Ref())
	}
	for _, s := range lib.Path.Steps {
		have(s.Ref())
		for _, c := range s.Task.Criteria {
			have(c.Ref)
		}
	}
	for _, p := range lib.Projects {
		have(p.Ref())
		for _, c := range p.Criteria() {
			have(c.Ref)
		}
	}
	for _, topic := range lib.Interview.Checklist {
		have(topic.Ref())
	}
	for _, c := range lib.Interview.Prompt.Rubric {
		have(c.Ref)
	}
	refs := lib.Refs()
	if diff := cmp.Diff(slices.Sorted(maps.Keys(seen)), slices.Sorted(maps.Keys(refs))); diff != "" || want != len(refs) {
		t.Errorf("Refs has %d, want %d (-want +got):\n%s", len(refs), want, diff)
	}
	for ref, title := range refs {
		if !refForm.MatchString(ref) {
			t.Errorf("%q has not the form of a ref", ref)
		}
		if title == "" || strings.ContainsAny(title, "\n<") {
			t.Errorf("%s is called %q", ref, title)
		}
	}
}

// A learner's progress hangs on these: none of them may change.
func TestRefsAreStable(t *testing.T) {
	t.Parallel()
	lib, ps := Load(mapFS(folder()))
	if len(ps) > 0 {
		t.Fatal(ps)
	}
	want := map[string]string{
		"skill/base": "Base", "skill/api": "API", "lesson/base/one": "One", "lesson/api/two": "Two",
		"path/start": "Start", "task/tiny/works": "It works", "task/tiny/tested": "It is tested",
		"project/shop": "Shop", "project/shop/buy": "Buy", "project/shop/pay": "Pay", "project/shop/gift": "Gift",
		"interview/rest": "Say what REST is", "interview/sql": "Say what SQL is", "interview/prompt": "Practice prompt",
		"rubric/names": "Named well",
	}
	if diff := cmp.Diff(want, lib.Refs()); diff != "" {
		t.Errorf("Refs (-want +got):\n%s", diff)
	}
}

func TestSalaryStale(t *testing.T) {
	t.Parallel()
	terms := SalaryTerms{Stated: Date{time.Date(2026, 1, 20, 0, 0, 0, 0, time.UTC)}}
	for now, want := range map[string]bool{"2026-01-20": false, "2027-01-20": false, "2027-01-21": true} {
		at, err := time.Parse(time.DateOnly, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := terms.Stale(at); got != want {
			t.Errorf("Stale on %s = %t, want %t", now, got, want)
		}
	}
	if long, iso := terms.Stated.Long(), terms.Stated.ISO(); long != "20 January 2026" || iso != "2026-01-20" {
		t.Errorf("Long = %q, ISO = %q", long, iso)
	}
}

// All mistakes are reported at once, sorted, and none of them is the cause of
// another.
func TestSeveralMistakes(t *testing.T) {
	t.Parallel()
	files := folder()
	for _, c := range []change{
		{file: "skill/api.md", old: "step: start", new: "step: stop"},
		{file: "skill/api.md", old: "short: API\n"},
		{file: "lesson/api/two.md", old: "{#trade}", new: "{#costs}"},
		{file: "lesson/base/one.md", old: "- [x] Right of second", new: "- [ ] Right of second"},
		{file: "guide/privacy.md", old: "Text.", new: "\xff"},
		{file: "guide/levels.md", old: "to: 90", new: "to: 9"},
		{file: "guide/levels.md", old: "id: junior", new: "id: Junior"},
		{file: "project/shop.md"},
		{file: "guide/next-steps.md", old: "Text.", new: "See [a](/none) and [b](/privacy)."},
	} {
		if c.old != "" && c.new == "" {
			files[c.file] = strings.Replace(files[c.file], c.old, "", 1)
			continue
		}
		c.apply(t, files)
	}
	_, ps := Load(mapFS(files))
	want := []string{
		`guide/levels.md:8: "Junior" is not an id; write lower-case words joined by hyphens`,
		`guide/levels.md:13: Junior is paid 50 to 9; write from below to, both within the axis`,
		`guide/next-steps.md:9: the link "/none" leads to no page; write the address of one; content/README.md lists the forms`,
		`guide/next-steps.md:9: the link "/privacy" leads to no page; write the address of one; content/README.md lists the forms`,
		`guide/privacy.md:9: is not valid UTF-8; save the file in the encoding UTF-8`,
		`lesson/api/two.md: has no section {#trade}; write ## a heading {#trade}; the sections are idea, why, example, trade, fails, try, check`,
		`lesson/api/two.md:32: has a section {#costs}, which this kind of page has not; the sections are idea, why, example, trade, fails, try, check`,
		`lesson/base/one.md:57: the question has 3 options and 0 keys; write at least three options, one of them - [x]`,
		`skill/api.md:2: has no short; write short; content/README.md shows the form`,
		`skill/api.md:16: there is no step "stop"; name a step of guide/path.md`,
		`skill/api.md:17: there is no project "shop"; name one of the files in project/`,
		`skill/base.md:18: there is no project "shop"; name one of the files in project/`,
	}
	if diff := cmp.Diff(want, report(ps)); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
}
