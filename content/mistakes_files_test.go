package content

import "testing"

func TestMissingFiles(t *testing.T) {
	t.Parallel()
	runChanges(t, []change{
		{"a guidance page", "guide/interview.md", "", "", []string{`guide/interview.md: is missing; write it; content/README.md says what it holds`}},
		{"a page of words", "guide/privacy.md", "", "", []string{`guide/privacy.md: is missing; write it; content/README.md says what it holds`}},
		{"the fit test", "guide/fit.md", "", "", []string{`guide/fit.md: is missing; write it; content/README.md says what it holds`}},
		{"a skill", "skill/api.md", "", "", []string{
			`guide/levels.md:12: there is no skill "api"; name one of base`,
			`lesson/api/two.md: stands in the folder of "api", which is no skill; move it, or write skill/api.md`,
			`project/shop.md:9: there is no skill "api"; name one of base`,
		}},
		{"a lesson", "lesson/api/two.md", "", "", []string{
			`guide/interview.md:7: there is no lesson "api/two"; name one as skill/slug`,
			`guide/interview.md:14: there is no lesson "api/two"; name one as skill/slug`,
			`guide/mistakes.md:8: there is no lesson "api/two"; name one as skill/slug`,
			`project/shop.md:12: there is no lesson "api/two"; name one as skill/slug`,
			`skill/api.md:12: there is no lesson "api/two"; write lesson/api/two.md, or take it out`,
		}},
		{"a project", "project/shop.md", "", "", []string{
			`skill/api.md:18: there is no project "shop"; name one of the files in project/`,
			`skill/base.md:18: there is no project "shop"; name one of the files in project/`,
		}},
		{"a lesson outside of a skill's folder", "lesson/three.md", "", "---\n---\n", []string{`lesson/three.md: stands where no page is looked for; move it; content/README.md says what each folder holds`}},
		{"a page in a folder too deep", "guide/more/page.md", "", "---\n---\n", []string{`guide/more/page.md: stands where no page is looked for; move it; content/README.md says what each folder holds`}},
		{"a file named like a title", "lesson/api/Three_B.md", "", lessonFile("Three", ""), []string{
			`lesson/api/Three_B.md: "Three_B" is not an id; name the file in lower-case words joined by hyphens`,
			`lesson/api/Three_B.md: is not in the list lessons of skill/api.md; add Three_B there, in its place`,
		}},
		{"a lesson in the folder of no skill", "lesson/apis/two.md", "", lessonFile("Two", ""), []string{`lesson/apis/two.md: stands in the folder of "apis", which is no skill; move it, or write skill/apis.md`}},
		{"a lesson that is not listed", "lesson/api/three.md", "", lessonFile("Three", ""), []string{`lesson/api/three.md: is not in the list lessons of skill/api.md; add three there, in its place`}},
	})
}

func TestMistakesInFiles(t *testing.T) {
	t.Parallel()
	runChanges(t, []change{
		{"invalid UTF-8", "skill/api.md", "Because", "Bec\xffause", []string{`skill/api.md:26: is not valid UTF-8; save the file in the encoding UTF-8`}},
		{"no front matter", "lesson/api/two.md", "", "## Idea {#idea}\n\nText.\n", []string{`lesson/api/two.md:1: has no front matter; begin the file with a line ---, the facts as YAML, and another line ---`}},
		{"front matter that does not end", "project/shop.md", "", "---\ntitle: Shop\n", []string{`project/shop.md:1: the front matter does not end; begin the file with a line ---, the facts as YAML, and another line ---`}},
		{"an unknown key", "lesson/base/one.md", "try-minutes: 10", "try-minuts: 10", []string{
			`lesson/base/one.md:2: has no try-minutes; write try-minutes; content/README.md shows the form`,
			`lesson/base/one.md:9: the front matter is wrong: unknown field "try-minuts"; see content/README.md for the keys of this kind of file`,
		}},
		{"an unknown key in a list", "guide/path.md", "{id: works, text", "{id: works, txt", []string{
			`guide/path.md:17: the entry "works" has no text; write - {id: cursor, text: "…"}`,
			`guide/path.md:17: the front matter is wrong: unknown field "txt"; see content/README.md for the keys of this kind of file`,
		}},
		{"a key twice", "skill/api.md", "short: API", "short: API\nshort: Api", []string{`skill/api.md:9: the front matter is wrong: mapping key "short" already defined on line 8; see content/README.md for the keys of this kind of file`}},
		{"a wrong type", "lesson/api/two.md", "order: 1", "order: first", []string{`lesson/api/two.md:6: the front matter is wrong: string was used where whole number is expected; see content/README.md for the keys of this kind of file`}},
		{"a list where a text belongs", "skill/api.md", "lede: What it is about.", "lede: [a]", []string{`skill/api.md:9: the front matter is wrong: sequence was used where string is expected; see content/README.md for the keys of this kind of file`}},
		{"a bad date", "guide/levels.md", "reviewed: 2026-01-20", "reviewed: 20 January", []string{`guide/levels.md:4: the front matter is wrong: "20 January" is not a date like 2026-01-20; see content/README.md for the keys of this kind of file`}},
		{"a date that is none", "project/shop.md", "reviewed: 2026-01-20", "reviewed: 2026-02-30", []string{`project/shop.md:4: the front matter is wrong: "2026-02-30" is not a date like 2026-01-20; see content/README.md for the keys of this kind of file`}},
		{"a key of another kind of page in the fit test is quiz's", "guide/fit.md", "title: Page", "title: Page\nminutes: 3", nil},
	})
}

func TestMistakesOfEveryPage(t *testing.T) {
	t.Parallel()
	runChanges(t, []change{
		{"no title", "guide/scoring.md", "title: Page\n", "", []string{`guide/scoring.md:2: has no proper title; write title: and the page's name`}},
		{"a short description", "skill/api.md", "description: A page of a small folder, described in a sentence of fifty characters.", "description: Short.", []string{`skill/api.md:3: has no proper description; write description: and one sentence of 50 to 160 characters (it has 6)`}},
		{"no description", "guide/fit.md", "description: A page of a small folder, described in a sentence of fifty characters.\n", "", []string{`guide/fit.md:2: has no proper description; write description: and one sentence of 50 to 160 characters (it has 0)`}},
		{"not reviewed", "project/shop.md", "reviewed: 2026-01-20\n", "", []string{`project/shop.md:2: has no proper reviewed; write reviewed: and the day somebody last read it through, as 2026-01-20`}},
		{"by nobody", "lesson/base/one.md", "reviewed-by: a tester\n", "", []string{`lesson/base/one.md:2: has no proper reviewed-by; write reviewed-by: and who that was`}},
		{"an empty section of a guidance page", "guide/privacy.md", "Text.\n", "", []string{`guide/privacy.md:7: the section "Part" is empty; write it`}},
		{"a heading of the first level", "guide/privacy.md", "Text.", "# Text\n\nText.", []string{`guide/privacy.md:9: a heading of the first level; begin it with ##; the title is the only one of the first`}},
		{"one id at two headings", "guide/privacy.md", "Text.", "Text.\n\n## Other {#part}\n\nText.", []string{`guide/privacy.md:11: the id "part" stands at two headings; give one of them another {#id}`}},
		{"one id at a section and below another", "guide/interview.md", "Written.", "Written.\n\n### More {#how}\n\nText.", []string{`guide/interview.md:24: the id "how" stands at two headings; give one of them another {#id}`}},
		{"a block that does not end", "guide/privacy.md", "Text.", "```go\na()\n", []string{`guide/privacy.md:9: the block of code does not end; write a line with the same marks after it`}},
		{"hot lines beyond the end", "lesson/base/one.md", "hot=1-2", "hot=2-3", []string{`lesson/base/one.md:23: hot=2-3 does not mark lines of this block; write hot=3, hot=3-5 or hot=3,7-9, counted from the block's first line`}},
		{"hot lines that are no numbers", "lesson/base/one.md", "hot=1-2", "hot=first", []string{`lesson/base/one.md:23: hot=first does not mark lines of this block; write hot=3, hot=3-5 or hot=3,7-9, counted from the block's first line`}},
		{"a mark of an aside with text behind it", "guide/privacy.md", "Text.", "> [!NOTE] Text.", []string{`guide/privacy.md:9: a mark of an aside that is none; write > [!NOTE] on a line of its own`}},
		{"a mark of an aside that is none", "guide/privacy.md", "Text.", "Text.\n\n> [!WARNING]\n> Text.", []string{`guide/privacy.md:11: a mark of an aside that is none; write > [!NOTE] on a line of its own`}},
		{"a diagram without a title", "guide/privacy.md", "Text.", "```diagram state\na -> b: c\n```", []string{`guide/privacy.md:9: the diagram has no title; write title="…" with one sentence on what it shows`}},
		{"a diagram that cannot be drawn", "project/shop.md", "A.\n", "A.\n\n```diagram sequence title=\"Two\"\nA -> B: x\nwhat\n```\n", []string{`project/shop.md:21: the line has no arrow; write A -> B: words`}},
	})
}

func TestMistakesOfSections(t *testing.T) {
	t.Parallel()
	runChanges(t, []change{
		{"none of a lesson", "lesson/base/one.md", "## Trade-off {#trade}\n\nCosts.\n\n", "", []string{`lesson/base/one.md: has no section {#trade}; write ## a heading {#trade}; the sections are idea, why, example, trade, fails, try, check`}},
		{"a misspelt id", "lesson/base/one.md", "{#fails}", "{#fail}", []string{
			`lesson/base/one.md: has no section {#fails}; write ## a heading {#fails}; the sections are idea, why, example, trade, fails, try, check`,
			`lesson/base/one.md:36: has a section {#fail}, which this kind of page has not; the sections are idea, why, example, trade, fails, try, check`,
		}},
		{"none of a skill", "skill/api.md", "## Why {#why}\n\nBecause.\n", "", []string{`skill/api.md: has no section {#why}; write ## a heading {#why}; the sections are what, why`}},
		{"none of a project", "project/shop.md", "## Show {#show}\n\nD.\n", "", []string{`project/shop.md: has no section {#show}; write ## a heading {#show}; the sections are learn, begin, wrong, show`}},
		{"none of the interview", "guide/interview.md", "## How {#how}\n\nRead.\n\n", "", []string{`guide/interview.md: has no section {#how}; write ## a heading {#how}; the sections are how, answer`}},
		{"the wrong order", "skill/api.md", "## What {#what}\n\nIt is this.\n\n## Why {#why}\n\nBecause.\n", "## Why {#why}\n\nBecause.\n\n## What {#what}\n\nIt is this.\n", []string{`skill/api.md:24: has its sections in the order why, what; put them in the order what, why`}},
		{"an empty one", "lesson/base/one.md", "Costs.\n\n", "", []string{`lesson/base/one.md:32: the section "Trade-off" is empty; write it`}},
		{"text before the first", "skill/api.md", "## What {#what}", "Before.\n\n## What {#what}", []string{`skill/api.md:20: text before the first section; move it under a heading`}},
	})
}
