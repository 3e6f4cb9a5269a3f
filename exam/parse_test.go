package exam

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"groundwork/content/source"
)

// itemFile is a file of exam items on api; the first line of body is line 5.
func itemFile(t testing.TB, body string) *source.File {
	t.Helper()
	f, ps := source.Split("item/api/exam.md", []byte("---\nskill: api\npool: exam\n---\n"+body))
	if f == nil {
		t.Fatal(ps)
	}
	return f
}

// parseOne returns the only item of body, which must be free of mistakes.
func parseOne(t testing.TB, body string) *Item {
	t.Helper()
	items, ps := ParseItems(itemFile(t, body))
	if len(ps) > 0 || len(items) != 1 {
		t.Fatalf("%d items, problems:\n%s", len(items), ps.Error())
	}
	return items[0]
}

// good holds one item of each type without mistakes. Fences are marked with
// tildes, for Go's sake.
var good = map[Type]string{
	Single: `## api-e01 The second charge

~~~item
type: single
level: mid
lesson: api/resources
seconds: 70
reads: code
enemies: [api-e02, api-p03]
fixed: true
run: go
changed: key
~~~

A client sends it twice:

~~~http
POST /orders
~~~

- not an option, since the question follows

How often is it charged?

- [ ] Never
  > It arrives.
- [x] Twice,
  once for each
  > Nothing ties
  > the two together.
- [ ] Once
  > There is no key.

> See ` + "`Idempotency-Key`" + `.
>
> And the lesson.
`,
	Multiple: `## api-e02 Safe to repeat
~~~item
type: multiple
level: junior
lesson: api/resources
seconds: 60
stimulus: log
~~~
Which?
- [x] GET
  > Safe.
- [x] PUT
  > Idempotent.
- [ ] POST
  > Neither.
- [ ] PATCH
  > Nothing is promised.
`,
	Numeric: `## api-e03 Load
~~~item
type: numeric
level: senior
lesson: performance/latency
seconds: 90
expr: 1200 * 20 / 1000.0
tolerance: 2.5%
unit: s
units: {ms: 0.001, min: 60}
~~~
How long?
- [x] 24
  > 1200 times 20 ms.
- [ ] 24,000
  > Milliseconds.
`,
	Ordering: `## api-e04 In order
~~~item
type: ordering
level: mid
lesson: api/resources
seconds: 120
~~~
In which order?
1. First
   > It begins.
2. Second
   > It goes on.
3. Third
   > It ends.
`,
	Matching: `## api-e05 What fits
~~~item
type: matching
level: mid
lesson: api/errors
seconds: 120
~~~
Which fits which?
- Missing -> 404
  > Not there.
- ` + "`a->b`" + ` broken -> 400
  > Not readable.
- Gone for good -> 404
  > Or 410.
- -> 500
  > None of them is ours.
`,
	Short: `## api-e06 The word
~~~item
type: short
level: junior
lesson: api/resources
seconds: 30
case: true
~~~
Which word?
- [x] idempot*
  > Any form of it.
- [x] /re-?entrant/
  > Also said.
- [ ] atomic
  > All or nothing is another matter.
`,
	Cloze: `## api-e07 Gaps
~~~item
type: cloze
level: mid
lesson: api/resources
seconds: 90
~~~
~~~http
[[1]] /x HTTP/1.1
~~~
The answer is [[2]].
1. the verb
   - [x] PUT
     > Whole.
   - [ ] POST
     > New.
2. the status
   - [ ] 500
     > Ours.
   - [x] 204
     > Empty.
`,
	SQL: `## api-e08 The query
~~~item
type: sql
level: mid
lesson: database/indexes
seconds: 200
ordered: true
~~~
Who has more than one?
~~~sql schema
CREATE TABLE a (b INT);
~~~
~~~sql data
INSERT INTO a VALUES (1);
~~~
~~~sql data
INSERT INTO a VALUES (2);
~~~
~~~sql key
SELECT b FROM a
~~~
> It reads all.
- [ ] SELECT 1
  > It reads nothing.
> After all.
`,
}

// options makes options a, b, c … from pairs of text and reason; a text that
// begins with ! is the key.
func options(pairs ...string) (list []Option) {
	for i := 0; i < len(pairs); i += 2 {
		text, key := strings.CutPrefix(pairs[i], "!")
		list = append(list, Option{ID: optionID(i / 2), Text: text, Reason: pairs[i+1], Key: key})
	}
	return list
}

func wantChoices() map[Type]*Item {
	single := &Item{
		ID: "api-e01", Title: "The second charge", Lesson: "api/resources", Level: Mid, Reads: "code", Seconds: 70,
		Stem:        "A client sends it twice:\n\n~~~http\nPOST /orders\n~~~\n\n- not an option, since the question follows\n\nHow often is it charged?",
		Options:     options("Never", "It arrives.", "!Twice,\nonce for each", "Nothing ties\nthe two together.", "Once", "There is no key."),
		Explanation: "See `Idempotency-Key`.\n\nAnd the lesson.",
		Fixed:       true, Enemies: []ItemID{"api-e02", "api-p03"}, Changed: "key", Run: "go",
	}
	multiple := &Item{
		ID: "api-e02", Title: "Safe to repeat", Lesson: "api/resources", Level: Junior, Seconds: 60, StimulusID: "log", Stimulus: "a log", Stem: "Which?",
		Options: options("!GET", "Safe.", "!PUT", "Idempotent.", "POST", "Neither.", "PATCH", "Nothing is promised."),
	}
	ordering := &Item{
		ID: "api-e04", Title: "In order", Lesson: "api/resources", Level: Mid, Seconds: 120, Stem: "In which order?",
		Options: options("!First", "It begins.", "!Second", "It goes on.", "!Third", "It ends."),
	}
	matching := &Item{
		ID: "api-e05", Title: "What fits", Lesson: "api/errors", Level: Mid, Seconds: 120, Stem: "Which fits which?",
		Options: options("!Missing", "Not there.", "!`a->b` broken", "Not readable.", "!Gone for good", "Or 410."),
		Choices: options("404", "", "400", "", "500", "None of them is ours."),
	}
	for i, m := range []OptionID{"a", "b", "a"} {
		matching.Options[i].Match = m
	}
	return map[Type]*Item{Single: single, Multiple: multiple, Ordering: ordering, Matching: matching}
}

func wantTyped() map[Type]*Item {
	numeric := &Item{
		ID: "api-e03", Title: "Load", Lesson: "performance/latency", Level: Senior, Seconds: 90, Stem: "How long?",
		Options: options("!24", "1200 times 20 ms.", "24,000", "Milliseconds."), Expr: "1200 * 20 / 1000.0",
		Number: &Number{Value: 24, Tolerance: 0.025, Relative: true, Unit: "s", Units: map[string]float64{"ms": 0.001, "min": 60}},
	}
	short := &Item{
		ID: "api-e06", Title: "The word", Lesson: "api/resources", Level: Junior, Seconds: 30, Stem: "Which word?", Case: true,
		Options: options("!idempot*", "Any form of it.", "!/re-?entrant/", "Also said.", "atomic", "All or nothing is another matter."),
	}
	cloze := &Item{
		ID: "api-e07", Title: "Gaps", Lesson: "api/resources", Level: Mid, Seconds: 90, Stem: "~~~http\n[[1]] /x HTTP/1.1\n~~~\nThe answer is [[2]].",
		Blanks: []Blank{
			{Name: "the verb", Options: options("!PUT", "Whole.", "POST", "New.")},
			{Name: "the status", Options: options("500", "Ours.", "!204", "Empty.")},
		},
	}
	sql := &Item{
		ID: "api-e08", Title: "The query", Lesson: "database/indexes", Level: Mid, Seconds: 200, Stem: "Who has more than one?",
		Options: options("SELECT 1", "It reads nothing."), Explanation: "It reads all.\n\nAfter all.",
		Query: &Query{
			Schema: "CREATE TABLE a (b INT);\n", Data: []string{"INSERT INTO a VALUES (1);\n", "INSERT INTO a VALUES (2);\n"},
			Key: "SELECT b FROM a", Ordered: true,
		},
	}
	return map[Type]*Item{Numeric: numeric, Short: short, Cloze: cloze, SQL: sql}
}

func TestParseItems(t *testing.T) {
	t.Parallel()
	for _, wants := range []map[Type]*Item{wantChoices(), wantTyped()} {
		for typ, want := range wants {
			t.Run(string(typ), func(t *testing.T) {
				body, line := good[typ], 5
				if typ == Multiple {
					body, line = "## @log A log\n\na log\n\n"+body, 9
				}
				want.Type, want.Skill, want.Pool, want.File, want.Line = typ, "api", ExamPool, "item/api/exam.md", line
				if diff := cmp.Diff(want, parseOne(t, body)); diff != "" {
					t.Errorf("ParseItems (-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestParseItemsTogether(t *testing.T) {
	t.Parallel()
	body := "## @log A log\n\na log\n\n"
	for _, typ := range Types {
		body += good[typ] + "\n"
	}
	items, ps := ParseItems(itemFile(t, body))
	if len(ps) > 0 {
		t.Errorf("problems:\n%s", ps.Error())
	}
	var got []Type
	for _, it := range items {
		got = append(got, it.Type)
	}
	if diff := cmp.Diff(Types, got); diff != "" {
		t.Errorf("types (-want +got):\n%s", diff)
	}
}

func TestTypedBlanks(t *testing.T) {
	t.Parallel()
	body := strings.Replace(good[Cloze], "seconds: 90", "seconds: 90\nentry: text\ncase: true", 1)
	it := parseOne(t, body)
	if !it.Case || !it.Blanks[0].Typed || !it.Blanks[1].Typed {
		t.Errorf("blanks = %+v, case %t; want them typed, and case", it.Blanks, it.Case)
	}
}

func TestTolerance(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Number{
		"tolerance: 2.5%":   {Value: 24, Tolerance: 0.025, Relative: true},
		"tolerance: 0.5":    {Value: 24, Tolerance: 0.5},
		"tolerance: 3 %":    {Value: 24, Tolerance: 0.03, Relative: true},
		"tolerance: \"1\"":  {Value: 24, Tolerance: 1},
		"tolerance: 0":      {Value: 24},
		"# no tolerance":    {Value: 24},
		"tolerance: 1.5e-3": {Value: 24, Tolerance: 0.0015},
	} {
		body := strings.Replace(good[Numeric], "tolerance: 2.5%\nunit: s\nunits: {ms: 0.001, min: 60}", text, 1)
		if diff := cmp.Diff(&want, parseOne(t, body).Number); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

func TestLoadItems(t *testing.T) {
	t.Parallel()
	file := func(skill, body string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte("---\nskill: " + skill + "\npool: exam\n---\n" + body)}
	}
	fsys := fstest.MapFS{
		"item/api/exam.md":     file("api", good[Single]),
		"item/api/exam-2.md":   file("api", good[Numeric]),
		"item/db/exam.md":      file("db", good[Short]),
		"item/api/notes.txt":   {Data: []byte("no item")},
		"item/api/deep/x.md":   {Data: []byte("no item")},
		"item/db/broken.md":    {Data: []byte("no front matter")},
		"lesson/api/errors.md": {Data: []byte("no item")},
	}
	items, ps := LoadItems(fsys)
	var got []string
	for _, it := range items {
		got = append(got, it.File+" "+string(it.ID))
	}
	want := []string{"item/api/exam-2.md api-e03", "item/api/exam.md api-e01", "item/db/exam.md api-e06"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
	if len(ps) != 1 || ps[0].File != "item/db/broken.md" || ps[0].Line != 1 {
		t.Errorf("problems = %v, want one of item/db/broken.md:1", ps)
	}
}
