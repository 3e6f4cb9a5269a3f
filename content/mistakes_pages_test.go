package content

import "testing"

func TestMistakesOfQuestions(t *testing.T) {
	t.Parallel()
	runChanges(t, []change{
		{"two", "lesson/base/one.md", question("third"), "", []string{`lesson/base/one.md:44: has 2 questions to check oneself by; write three under ## … {#check}`}},
		{"none", "lesson/base/one.md", question("first") + question("second") + question("third"), "Later.\n", []string{`lesson/base/one.md:44: has 0 questions to check oneself by; write three under ## … {#check}`}},
		{"an empty section", "lesson/base/one.md", question("first") + question("second") + question("third"), "", []string{`lesson/base/one.md:44: the section "Check" is empty; write it`}},
		{"without id", "lesson/base/one.md", "### What of second? {#second}", "### What of second?", []string{`lesson/base/one.md:57: a question has no id; end its heading with an id that never changes: {#second-call}`}},
		{"an id of a bad form", "lesson/base/one.md", "{#second}", "{#Second_One}", []string{`lesson/base/one.md:57: "Second_One" is not an id; write lower-case words joined by hyphens`}},
		{"one id twice", "lesson/base/one.md", "{#third}", "{#second}", []string{`lesson/base/one.md:68: the id "second" stands at two headings; give one of them another {#id}`}},
		{"the id of a section", "lesson/base/one.md", "{#third}", "{#why}", []string{`lesson/base/one.md:68: the id "why" stands at two headings; give one of them another {#id}`}},
		{"without options", "lesson/base/one.md", options("second"), "Nothing.\n\n", []string{`lesson/base/one.md:57: a question has no options; write them as - [ ] and - [x]`}},
		{"without a key", "lesson/base/one.md", "- [x] Right of second", "- [ ] Right of second", []string{`lesson/base/one.md:57: the question has 3 options and 0 keys; write at least three options, one of them - [x]`}},
		{"two keys", "lesson/base/one.md", "- [ ] Wrong of second", "- [x] Wrong of second", []string{`lesson/base/one.md:57: the question has 3 options and 2 keys; write at least three options, one of them - [x]`}},
		{"two options", "lesson/base/one.md", "- [ ] Worse of second\n  > As.\n", "", []string{`lesson/base/one.md:57: the question has 2 options and 1 keys; write at least three options, one of them - [x]`}},
		{"an option without reason", "lesson/base/one.md", "- [ ] Wrong of second\n  > For.\n", "- [ ] Wrong of second\n", []string{`lesson/base/one.md:63: the option "Wrong of second" has no reason; write it under the option as an indented block quote: >`}},
		{"an option without text", "lesson/base/one.md", "- [ ] Wrong of second", "- [ ]", []string{`lesson/base/one.md:63: an option has no text; write it after its box`}},
		{"an option without box", "lesson/base/one.md", "- [ ] Wrong of second", "- Wrong of second", []string{`lesson/base/one.md:63: the option "Wrong of second" has no box; begin it with - [ ], or - [x] if it is the key`}},
		{"text after the options", "lesson/base/one.md", "- [ ] Worse of second\n  > As.\n", "- [ ] Worse of second\n  > As.\n\nAfter.\n", []string{`lesson/base/one.md:68: text after the options of a question; move it before them, or into a reason`}},
	})
}

func TestMistakesOfLessons(t *testing.T) {
	t.Parallel()
	runChanges(t, []change{
		{"no summary", "lesson/api/two.md", "summary: One idea.\n", "", []string{`lesson/api/two.md:2: has no summary; write summary; content/README.md shows the form`}},
		{"no minutes to try", "lesson/api/two.md", "try-minutes: 10", "try-minutes: 0", []string{`lesson/api/two.md:9: has no try-minutes; write try-minutes; content/README.md shows the form`}},
		{"builds on what is not there", "lesson/api/two.md", "builds-on: [base/one]", "builds-on: [base/none]", []string{`lesson/api/two.md:8: there is no lesson "base/none"; name one as skill/slug`}},
		{"builds on itself", "lesson/api/two.md", "builds-on: [base/one]", "builds-on: [api/two]", []string{`lesson/api/two.md:8: builds on itself, perhaps by a detour; take one of the prerequisites out`}},
		{"builds on each other", "lesson/base/one.md", "builds-on: []", "builds-on: [api/two]", []string{
			`lesson/api/two.md:8: builds on itself, perhaps by a detour; take one of the prerequisites out`,
			`lesson/base/one.md:8: builds on itself, perhaps by a detour; take one of the prerequisites out`,
		}},
		{"a next that is not there", "lesson/api/two.md", "try-minutes: 10", "try-minutes: 10\nnext: api/three", []string{`lesson/api/two.md:10: there is no lesson "api/three"; name one as skill/slug`}},
		{"a source without address", "lesson/api/two.md", ", url: \"https://example.com/rfc\"", "", []string{`lesson/api/two.md:11: a source lacks its title or its whole address; write - {title: "…", url: "https://…"}`}},
		{"a source within the site", "lesson/api/two.md", "https://example.com/rfc", "/rfc", []string{`lesson/api/two.md:11: a source lacks its title or its whole address; write - {title: "…", url: "https://…"}`}},
		{"an order that is not the list's", "lesson/api/two.md", "order: 1", "order: 2", []string{`lesson/api/two.md:6: has the order 2, but is number 1 of skill/api.md; write order: 1, or move it in the list`}},
	})
}

func TestMistakesOfSkills(t *testing.T) {
	t.Parallel()
	runChanges(t, []change{
		{"no lede", "skill/api.md", "lede: What it is about.\n", "", []string{`skill/api.md:2: has no lede; write lede; content/README.md shows the form`}},
		{"no short name", "skill/api.md", "short: API\n", "", []string{`skill/api.md:2: has no short; write short; content/README.md shows the form`}},
		{"a name of one line", "skill/api.md", "API|Skill", "API", []string{`skill/api.md:7: the map-name has not two lines; split it at one |`}},
		{"no topics", "skill/api.md", "[one, two]", "[]", []string{`skill/api.md:10: the list topics is missing or empty; write it; content/README.md shows the form`}},
		{"no lessons", "skill/base.md", "lessons: [one]", "lessons: []", []string{
			`lesson/base/one.md: is not in the list lessons of skill/base.md; add one there, in its place`,
			`skill/base.md:12: the list lessons is missing or empty; write it; content/README.md shows the form`,
		}},
		{"a level that is not told", "skill/api.md", "  mid: Does it.\n", "", []string{`skill/api.md:13: does not say what is expected of mid; write levels: with junior, mid and senior`}},
		{"builds on no skill", "skill/api.md", "builds-on: [base]", "builds-on: [bass]", []string{`skill/api.md:11: there is no skill "bass"; name one of api, base`}},
		{"builds on each other", "skill/base.md", "builds-on: []", "builds-on: [api]", []string{
			`skill/api.md:11: builds on itself, perhaps by a detour; take one of the prerequisites out`,
			`skill/base.md:11: builds on itself, perhaps by a detour; take one of the prerequisites out`,
		}},
		{"a lesson that is not there", "skill/api.md", "lessons: [two]", "lessons: [two, three]", []string{`skill/api.md:12: there is no lesson "api/three"; write lesson/api/three.md, or take it out`}},
		{"a lesson twice", "skill/api.md", "lessons: [two]", "lessons:\n  - two\n  - two", []string{`skill/api.md:14: lists the lesson "two" twice; take one out`}},
		{"a project that is not there", "skill/api.md", "id: shop", "id: shops", []string{`skill/api.md:18: there is no project "shops"; name one of the files in project/`}},
		{"a project without why", "skill/api.md", ", why: practice", "", []string{`skill/api.md:18: has no why; write why; content/README.md shows the form`}},
		{"a step that is not there", "skill/api.md", "step: start", "step: stop", []string{`skill/api.md:17: there is no step "stop"; name a step of guide/path.md`}},
		{"no order", "skill/api.md", "order: 2\n", "", []string{`skill/api.md:2: has no order; write order: and its place in lists, from 1`}},
		{"the order of another", "skill/api.md", "order: 2", "order: 1", []string{`skill/base.md:6: has the order 1, as skill/api.md has; give each a place of its own`}},
	})
}

func TestDeadLinks(t *testing.T) {
	t.Parallel()
	runChanges(t, []change{
		{"to no page", "guide/privacy.md", "Text.", "Text.\n\nSee [it](/lesson/api/none).", []string{`guide/privacy.md:11: the link "/lesson/api/none" leads to no page; write the address of one; content/README.md lists the forms`}},
		{"to no heading", "guide/privacy.md", "Text.", "See [it](/lesson/api/two#none).", []string{`guide/privacy.md:9: the link "/lesson/api/two#none" leads to no heading of that page; use one of check, detail, example, fails, first, idea, second, third, trade, try, why`}},
		{"to no heading of its own page", "guide/privacy.md", "Text.", "See [it](#none).", []string{`guide/privacy.md:9: the link "#none" leads to no heading of that page; use one of part`}},
		{"relative", "guide/privacy.md", "Text.", "See [it](terms).", []string{`guide/privacy.md:9: the link "terms" is neither an address of this site nor a whole one; begin it with / or https://`}},
		{"up the folders", "guide/privacy.md", "Text.", "See [it](../skill/api.md).", []string{`guide/privacy.md:9: the link "../skill/api.md" is neither an address of this site nor a whole one; begin it with / or https://`}},
		{"as a reference", "guide/privacy.md", "Text.", "See [it][a].\n\n[a]: /none", []string{`guide/privacy.md:11: the link "/none" leads to no page; write the address of one; content/README.md lists the forms`}},
		{"behind one that is longer", "guide/privacy.md", "Text.", "See [it](/skill/api) and\n[that](/skill/ap).", []string{`guide/privacy.md:10: the link "/skill/ap" leads to no page; write the address of one; content/README.md lists the forms`}},
		{"twice, and told of twice", "guide/privacy.md", "Text.", "[a](/none)\n\n[b](/none)", []string{
			`guide/privacy.md:9: the link "/none" leads to no page; write the address of one; content/README.md lists the forms`,
			`guide/privacy.md:11: the link "/none" leads to no page; write the address of one; content/README.md lists the forms`,
		}},
		{"in front matter", "skill/api.md", "lede: What it is about.", "lede: \"See [it](/skill/none).\"", []string{`skill/api.md:9: the link "/skill/none" leads to no page; write the address of one; content/README.md lists the forms`}},
		{"in front matter, relative", "skill/api.md", "lede: What it is about.", "lede: \"See [it](none).\"", []string{`skill/api.md:9: the link "none" is neither an address of this site nor a whole one; begin it with / or https://`}},
		{"as a value", "guide/fit.md", "title: Page", "title: Page\ntry: {text: a, link: /path#none}", []string{`guide/fit.md:3: the link "/path#none" leads to no heading of that page; use one of how, start, tiny`}},
		{"in a question", "lesson/base/one.md", "### What of first?", "### What of [first](/none)?", []string{`lesson/base/one.md:46: the link "/none" leads to no page; write the address of one; content/README.md lists the forms`}},
		{"before the options", "lesson/base/one.md", "{#second}\n\nThink.", "{#second}\n\n[Think](/none).", []string{`lesson/base/one.md:59: the link "/none" leads to no page; write the address of one; content/README.md lists the forms`}},
		{"in an option", "lesson/base/one.md", "Wrong of first", "Wrong of [first](/none)", []string{`lesson/base/one.md:52: the link "/none" leads to no page; write the address of one; content/README.md lists the forms`}},
		{"in a reason", "lesson/base/one.md", "- [x] Right of third\n  > Since.", "- [x] Right of third\n  > [Since](/none).", []string{`lesson/base/one.md:73: the link "/none" leads to no page; write the address of one; content/README.md lists the forms`}},
		{"to a page without headings", "guide/privacy.md", "Text.", "See [it](/me#none).", []string{`guide/privacy.md:9: the link "/me#none" leads to no heading of that page; leave the # and what follows it out`}},
		{"to another host without scheme", "guide/privacy.md", "Text.", "See [it](//example.com).", []string{`guide/privacy.md:9: the link "//example.com" leads to no page; write the address of one; content/README.md lists the forms`}},
	})
}
