package content

import "testing"

func TestMistakesOfGuide(t *testing.T) {
	t.Parallel()
	runChanges(t, []change{
		{"no tagline", "guide/overview.md", "tagline: Keeps it running.\n", "", []string{`guide/overview.md:2: has no tagline; write tagline; content/README.md shows the form`}},
		{"no role", "guide/overview.md", "role: Builds services.\n", "", []string{`guide/overview.md:2: has no role; write role; content/README.md shows the form`}},
		{"no day of publication", "guide/overview.md", "published: 2026-01-01\n", "", []string{`guide/overview.md:2: has no published; write published; content/README.md shows the form`}},
		{"no day of update", "guide/overview.md", "updated: 2026-01-20\n", "", []string{`guide/overview.md:2: has no updated; write updated; content/README.md shows the form`}},
		{"an empty list", "guide/overview.md", "industries: [Fintech]", "industries: []", []string{`guide/overview.md:16: the list industries is missing or empty; write it; content/README.md shows the form`}},
		{"a duty without text", "guide/overview.md", "{title: Design, text: clear}", "{title: Design}", []string{`guide/overview.md:14: entry 1 of duties lacks its title or text; write both`}},
		{"no day", "guide/overview.md", "day: [{title: Standup, text: short}]\n", "", []string{`guide/overview.md:2: the list day is missing or empty; write it; content/README.md shows the form`}},
		{"a question that asks nothing", "guide/overview.md", "question: \"Do you know HTTP?\", ", "", []string{`guide/overview.md:12: has no question; write question; content/README.md shows the form`}},
		{"a question that leads nowhere", "guide/overview.md", "lesson: base/one", "lesson: base/two", []string{`guide/overview.md:12: there is no lesson "base/two"; name one as skill/slug`}},
		{"a question without id", "guide/overview.md", "id: http, ", "", []string{`guide/overview.md:11: an entry has no id; write id: and lower-case words joined by hyphens`}},
		{"too few expectations", "guide/levels.md", "      - {text: Tasks, skills: [base]}\n", "", []string{`guide/levels.md:8: junior has 1 expectations for 2 rows; write one for each row`}},
		{"an expectation without text", "guide/levels.md", "{text: Tasks, ", "{", []string{`guide/levels.md:8: junior has an expectation without text; write what is expected`}},
		{"an expectation that rests on no skill", "guide/levels.md", "skills: [api]", "skills: [apis]", []string{`guide/levels.md:12: there is no skill "apis"; name one of api, base`}},
		{"a level without title", "guide/levels.md", "    title: Junior\n", "", []string{`guide/levels.md:8: has no title; write title; content/README.md shows the form`}},
		{"a level's id of a bad form", "guide/levels.md", "id: junior", "id: Junior 1", []string{`guide/levels.md:8: "Junior 1" is not an id; write lower-case words joined by hyphens`}},
		{"a salary above the axis", "guide/levels.md", "to: 90", "to: 121", []string{`guide/levels.md:13: junior is paid 50 to 121; write from below to, both within the axis`}},
		{"a salary below the axis", "guide/levels.md", "from: 50", "from: 39", []string{`guide/levels.md:13: junior is paid 39 to 90; write from below to, both within the axis`}},
		{"a salary from above to", "guide/levels.md", "from: 50", "from: 95", []string{`guide/levels.md:13: junior is paid 95 to 90; write from below to, both within the axis`}},
		{"a salary without source", "guide/levels.md", "source: A survey, ", "", []string{`guide/levels.md:14: the salary figures lack currency, symbol, stated, source or axis; write all of them: a figure without source and date says nothing`}},
		{"no rows", "guide/levels.md", "rows: [Owns, Builds]\n", "", []string{
			`guide/levels.md:2: the list rows is missing or empty; write it; content/README.md shows the form`,
			`guide/levels.md:7: junior has 2 expectations for 0 rows; write one for each row`,
		}},
		{"a step without text", "guide/path.md", "    text: Begin.\n", "", []string{`guide/path.md:7: step start lacks title, text, or a task with id, title, text and criteria; write them`}},
		{"a step without criteria", "guide/path.md", "        - {id: works, text: It works}\n        - {id: tested, text: It is tested, lesson: base/one}\n", "", []string{`guide/path.md:7: step start lacks title, text, or a task with id, title, text and criteria; write them`}},
		{"a step with no skill", "guide/path.md", "skills: [base]", "skills: [bases]", []string{`guide/path.md:10: there is no skill "bases"; name one of api, base`}},
		{"a step with no lesson", "guide/path.md", "lessons: [base/one]", "lessons: [base/none]", []string{`guide/path.md:11: there is no lesson "base/none"; name one as skill/slug`}},
		{"a criterion with no lesson", "guide/path.md", "lesson: base/one", "lesson: base/none", []string{`guide/path.md:18: there is no lesson "base/none"; name one as skill/slug`}},
		{"a criterion without text", "guide/path.md", ", text: It works", "", []string{`guide/path.md:17: the entry "works" has no text; write - {id: cursor, text: "…"}`}},
		{"no steps", "guide/path.md", pathSteps, "", []string{
			`guide/overview.md:22: the link "/path#start" leads to no heading of that page; use one of how`,
			`guide/path.md:2: the list steps is missing or empty; write it; content/README.md shows the form`,
			`skill/api.md:17: there is no step "start"; name a step of guide/path.md`,
			`skill/base.md:17: there is no step "start"; name a step of guide/path.md`,
		}},
	})
}

func TestMistakesOfListsAndProjects(t *testing.T) {
	t.Parallel()
	runChanges(t, []change{
		{"a topic without text", "guide/interview.md", "text: Say what REST is, ", "", []string{`guide/interview.md:7: has no text; write text; content/README.md shows the form`}},
		{"a topic with no lesson", "guide/interview.md", "lessons: [api/two]", "lessons: [api/none]", []string{`guide/interview.md:7: there is no lesson "api/none"; name one as skill/slug`}},
		{"the topic that the site takes", "guide/interview.md", "id: sql", "id: prompt", []string{`guide/interview.md:8: the id "prompt" is taken by the site; write another`}},
		{"a topic twice", "guide/interview.md", "id: sql", "id: rest", []string{`guide/interview.md:8: the id "rest" stands twice in one list; give the newer one another`}},
		{"a prompt without minutes", "guide/interview.md", "  minutes: 45\n", "", []string{`guide/interview.md:9: the prompt lacks title, minutes or text; write all three`}},
		{"no rubric", "guide/interview.md", "  rubric:\n    - {id: names, text: Named well, lesson: api/two}\n", "", []string{`guide/interview.md:2: the list rubric is missing or empty; write it; content/README.md shows the form`}},
		{"a rubric with no lesson", "guide/interview.md", "Named well, lesson: api/two", "Named well, lesson: api/none", []string{`guide/interview.md:14: there is no lesson "api/none"; name one as skill/slug`}},
		{"a mistake without example", "guide/mistakes.md", ", example: Twice.", "", []string{`guide/mistakes.md:8: the mistake guess lacks title, avoid or example; write all three`}},
		{"a mistake with no lesson", "guide/mistakes.md", ", lesson: base/one", "", []string{`guide/mistakes.md:7: there is no lesson ""; name one as skill/slug`}},
		{"a mistake twice", "guide/mistakes.md", "id: guess", "id: rush", []string{`guide/mistakes.md:8: the id "rush" stands twice in one list; give the newer one another`}},
		{"a step twice", "guide/path.md", "id: tiny", "id: start", []string{`guide/path.md:13: the id "start" stands twice in one list; give the newer one another`}},
		{"a criterion twice", "guide/path.md", "id: tested", "id: works", []string{`guide/path.md:18: the id "works" stands twice in one list; give the newer one another`}},
		{"a criterion without id", "guide/path.md", "id: works, ", "", []string{`guide/path.md:13: an entry has no id; write id: and lower-case words joined by hyphens`}},
		{"a project's criterion twice, in two lists", "project/shop.md", "id: gift", "id: buy", []string{`project/shop.md:13: the id "buy" stands twice in one list; give the newer one another`}},
		{"a project's criterion without id", "project/shop.md", "id: pay, ", "", []string{`project/shop.md:10: an entry has no id; write id: and lower-case words joined by hyphens`}},
		{"a project's criterion without text", "project/shop.md", ", text: Pay", "", []string{`project/shop.md:12: the entry "pay" has no text; write - {id: cursor, text: "…"}`}},
		{"a project's criterion with no lesson", "project/shop.md", "api/two", "api/none", []string{`project/shop.md:12: there is no lesson "api/none"; name one as skill/slug`}},
		{"a project of no skill", "project/shop.md", "skills: [api]", "skills: [apis]", []string{`project/shop.md:9: there is no skill "apis"; name one of api, base`}},
		{"a project without stretch", "project/shop.md", "stretch: [{id: gift, text: Gift}]\n", "", []string{`project/shop.md:2: the list stretch is missing or empty; write it; content/README.md shows the form`}},
		{"a project without lede and effort", "project/shop.md", "lede: A shop.\neffort: a weekend\n", "", []string{
			`project/shop.md:2: has no effort; write effort; content/README.md shows the form`,
			`project/shop.md:2: has no lede; write lede; content/README.md shows the form`,
		}},
	})
}
