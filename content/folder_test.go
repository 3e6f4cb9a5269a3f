package content

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"groundwork/content/source"
)

const (
	described = "description: A page of a small folder, described in a sentence of fifty characters.\n"
	reviewed  = "reviewed: 2026-01-20\nreviewed-by: a tester\n"
)

// pageFile is a page without facts of its own.
func pageFile(title, body string) string {
	return "---\ntitle: " + title + "\n" + described + reviewed + "---\n" + body
}

const overviewFile = `---
title: Engineer
` + described + reviewed + `tagline: Keeps it running.
published: 2026-01-01
updated: 2026-01-20
audience: [You like data.]
prerequisites: [HTTP.]
self-check:
  - {id: http, question: "Do you know HTTP?", lesson: base/one}
role: Builds services.
duties: [{title: Design, text: clear}]
day: [{title: Standup, text: short}]
industries: [Fintech]
teams: [Product]
companies: [Start-ups]
---
## Next {#next}

Read the [path](/path#start).
`

const levelsFile = `---
title: Levels
` + described + reviewed + `rows: [Owns, Builds]
levels:
  - id: junior
    title: Junior
    expectations:
      - {text: Tasks, skills: [base]}
      - {text: Handlers, skills: [api]}
    salary: {from: 50, to: 90}
salary: {currency: dollars, symbol: $, stated: 2026-01-20, source: A survey, axis: [50, 100], axis-min: 40, axis-max: 120}
---
## Caveat {#caveat}

Rough.
`

const pathFile = "---\ntitle: Path\n" + described + reviewed + pathSteps + `---
## How {#how}

Walk.
`

const pathSteps = `steps:
  - id: start
    title: Start
    text: Begin.
    skills: [base]
    lessons: [base/one]
    task:
      id: tiny
      title: Tiny
      text: Build it.
      criteria:
        - {id: works, text: It works}
        - {id: tested, text: It is tested, lesson: base/one}
`

const interviewFile = `---
title: Interview
` + described + reviewed + `checklist:
  - {id: rest, text: Say what REST is, lessons: [api/two]}
  - {id: sql, text: Say what SQL is, lessons: []}
prompt:
  title: An API
  minutes: 45
  text: Design it.
  rubric:
    - {id: names, text: Named well, lesson: api/two}
---
## How {#how}

Read.

## Answer {#answer}

Written.
`

const mistakesFile = `---
title: Mistakes
` + described + reviewed + `mistakes:
  - {id: rush, title: Rushing, avoid: Wait., example: Once., lesson: base/one}
  - {id: guess, title: Guessing, avoid: Measure., example: Twice., lesson: api/two}
---
`

func skillFile(order, name, buildsOn, lesson string) string {
	return `---
title: ` + name + `
` + described + reviewed + `order: ` + order + `
map-name: ` + name + `|Skill
short: ` + name + `
lede: What it is about.
topics: [one, two]
builds-on: [` + buildsOn + `]
lessons: [` + lesson + `]
levels:
  junior: Knows it.
  mid: Does it.
  senior: Teaches it.
step: start
projects: [{id: shop, why: practice}]
---
## What {#what}

It is this.

## Why {#why}

Because.
`
}

func lessonFile(title, buildsOn string) string {
	return `---
title: ` + title + `
` + described + reviewed + `order: 1
summary: One idea.
builds-on: [` + buildsOn + `]
try-minutes: 10
sources:
  - {title: RFC, url: "https://example.com/rfc"}
---
## Idea {#idea}

See [the why](#why).

## Why {#why}

Because.

## Example {#example}

` + "```go hot=1-2\na()\nb()\n```" + `

### Detail {#detail}

More.

## Trade-off {#trade}

Costs.

## Failure {#fails}

Fails.

## Try {#try}

Try.

## Check {#check}

` + question("first") + question("second") + question("third")
}

// question is a question of a lesson in 10 lines.
func question(id string) string {
	return "### What of " + id + "? {#" + id + "}\n\nThink.\n\n" + options(id)
}

func options(id string) string {
	return "- [x] Right of " + id + "\n  > Since.\n- [ ] Wrong of " + id + "\n  > For.\n- [ ] Worse of " + id + "\n  > As.\n\n"
}

const projectFile = `---
title: Shop
` + described + reviewed + `order: 1
lede: A shop.
effort: a weekend
skills: [api]
scope: [{id: buy, text: Buy}]
acceptance:
  - {id: pay, text: Pay, lesson: api/two}
stretch: [{id: gift, text: Gift}]
---
## Learn {#learn}

A.

## Begin {#begin}

B.

## Wrong {#wrong}

C.

## Show {#show}

D.
`

// folder returns a small folder of content without a mistake.
func folder() map[string]string {
	files := map[string]string{
		"guide/overview.md": overviewFile, "guide/levels.md": levelsFile, "guide/path.md": pathFile,
		"guide/interview.md": interviewFile, "guide/mistakes.md": mistakesFile,
		"guide/skill-map.md": pageFile("Map", "## Read {#read}\n\nRead [it](/map#list).\n"),
		"skill/base.md":      skillFile("1", "Base", "", "one"),
		"skill/api.md":       skillFile("2", "API", "base", "two"),
		"lesson/base/one.md": lessonFile("One", ""),
		"lesson/api/two.md":  lessonFile("Two", "base/one"),
		"project/shop.md":    projectFile,
	}
	for _, slug := range []string{"next-steps", "fit", "exam", "scoring", "fit-method", "privacy", "accessibility"} {
		files["guide/"+slug+".md"] = pageFile("Page", "## Part {#part}\n\nText.\n")
	}
	return files
}

// mapFS is a folder as a file system.
func mapFS(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

// A change makes one mistake in folder. Without old the whole file becomes new,
// without both it goes.
type change struct {
	name, file, old, new string
	want                 []string // the report
}

func (c change) apply(t *testing.T, files map[string]string) {
	t.Helper()
	switch text, ok := files[c.file]; {
	case c.old == "" && c.new == "":
		delete(files, c.file)
	case c.old == "":
		files[c.file] = c.new
	case !ok || strings.Count(text, c.old) != 1:
		t.Fatalf("%s holds %q %d times, want once", c.file, c.old, strings.Count(text, c.old))
	default:
		files[c.file] = strings.Replace(text, c.old, c.new, 1)
	}
}

// report returns the problems as they are printed.
func report(ps source.Problems) []string {
	var lines []string
	for _, p := range ps.Sorted() {
		lines = append(lines, p.String())
	}
	return lines
}

// runChanges loads the folder with each change and compares the report.
func runChanges(t *testing.T, changes []change) {
	t.Helper()
	for _, c := range changes {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			files := folder()
			c.apply(t, files)
			_, ps := Load(mapFS(files))
			if diff := cmp.Diff(c.want, report(ps)); diff != "" {
				t.Errorf("report (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFolderIsValid(t *testing.T) {
	t.Parallel()
	lib, ps := Load(mapFS(folder()))
	if len(ps) > 0 {
		t.Fatal(ps)
	}
	var lessons []string
	for _, l := range lib.Lessons() {
		lessons = append(lessons, l.ID)
	}
	if diff := cmp.Diff([]string{"base/one", "api/two"}, lessons); diff != "" {
		t.Errorf("lessons (-want +got):\n%s", diff)
	}
	if got := lib.Updated.Format("2006-01-02"); got != "2026-01-20" {
		t.Errorf("Updated = %s, want the newest review", got)
	}
}

// Whatever file is missing, in whatever state one is, Load answers.
func TestLoadNeverPanics(t *testing.T) {
	t.Parallel()
	if _, ps := Load(fstest.MapFS{}); len(ps) < 14 {
		t.Errorf("an empty folder has %d problems:\n%v", len(ps), ps)
	}
	for name, text := range folder() {
		if text == folder()["guide/scoring.md"] && name != "guide/scoring.md" && name != "guide/fit.md" {
			continue // one of these pages stands for all
		}
		for _, broken := range []string{"", "---\n[]\n---\n", "---\ntitle: [1]\n---\n## A\n", text[:len(text)/2], strings.ReplaceAll(text, ": [", ": {")} {
			files := folder()
			files[name] = broken
			if _, ps := Load(mapFS(files)); broken != text && len(ps) == 0 && name != "guide/fit.md" && name != "guide/exam.md" {
				t.Errorf("%s as %q passes", name, broken)
			}
		}
	}
}
