package exam

import (
	"strings"
	"testing"

	"groundwork/content/source"
)

// A mistake is made by replacing old by new in a good item, and must be
// reported in exactly these words, the file's name and ":" left out.
type mistake struct {
	name     string
	in       Type
	old, new string
	want     string
}

func checkMistakes(t *testing.T, mistakes []mistake) {
	t.Helper()
	for _, m := range mistakes {
		t.Run(m.name, func(t *testing.T) {
			if strings.Count(good[m.in], m.old) < 1 {
				t.Fatalf("the good %s item does not hold %q", m.in, m.old)
			}
			body := strings.Replace(good[m.in], m.old, m.new, 1)
			if m.in == Multiple {
				body += "\n## @log A log\na log\n" // below the item: too late, unless the mistake takes the use out
				body = strings.Replace(body, "stimulus: log\n", "", 1)
			}
			_, ps := ParseItems(itemFile(t, body))
			var got []string
			for _, p := range ps.Sorted() {
				got = append(got, strings.TrimPrefix(p.String(), "item/api/exam.md:"))
			}
			if got := strings.Join(got, "\n"); got != m.want {
				t.Errorf("problems:\n%s\nwant:\n%s", got, m.want)
			}
		})
	}
}

func TestMistakesOfForm(t *testing.T) {
	t.Parallel()
	checkMistakes(t, []mistake{
		{
			name: "no title", in: Ordering, old: "## api-e04 In order", new: "## api-e04",
			want: `5: the heading "api-e04" is not an id and a title; write ## api-e01 A short title`,
		},
		{
			name: "an id in capitals", in: Ordering, old: "api-e04", new: "API-e04",
			want: `5: the heading "API-e04 In order" is not an id and a title; write ## api-e01 A short title`,
		},
		{
			name: "no facts", in: Ordering, old: "~~~item", new: "~~~yaml",
			want: "5: item api-e04 does not begin with a fence named item; put ```item with type, level, lesson and seconds under the heading",
		},
		{
			name: "text above the facts", in: Ordering, old: "~~~item", new: "The situation.\n~~~item",
			want: "5: item api-e04 does not begin with a fence named item; put ```item with type, level, lesson and seconds under the heading",
		},
		{
			name: "text before the first item", in: Ordering, old: "## api-e04", new: "Some words.\n\n## api-e04",
			want: "5: there is text before the first item; move it under a heading ## id Title",
		},
		{
			name: "an unknown fact", in: Ordering, old: "seconds: 120", new: "seconds: 120\nsecond: 1",
			want: `11: the block of facts is wrong: unknown field "second"; see content/README.md for the keys of this kind of file`,
		},
		{
			name: "text after the options", in: Ordering, old: "> It ends.", new: "> It ends.\n~~~\ncode\n~~~",
			want: "19: text after the options of api-e04; put it into the stem, or into a block quote with >",
		},
		{
			name: "no stem", in: Ordering, old: "In which order?\n", new: "",
			want: "5: api-e04 has no stem; write the situation and, as its last paragraph, the question",
		},
		{
			name: "a stimulus that comes too late", in: Multiple, old: "seconds: 60", new: "seconds: 60\nstimulus:  log",
			want: `6: stimulus "log" is not in this file; write it above the item as ## @log Title`,
		},
		{
			name: "a stimulus twice", in: Multiple, old: "## api-e02", new: "## @log A\none\n## api-e02",
			want: `24: the stimulus "log" stands in this file twice; give this one another id`,
		},
		{
			name: "a stimulus without text", in: Ordering, old: "## api-e04", new: "## @log A log\n\n## api-e04",
			want: `5: the stimulus "@log A log" has no id or no text; write ## @id Title and the text under it`,
		},
	})
}

func TestMistakesOfFacts(t *testing.T) {
	t.Parallel()
	checkMistakes(t, []mistake{
		{name: "an unknown type", in: Ordering, old: "type: ordering", new: "type: order", want: `5: api-e04 has the type "order"; write one of [single multiple numeric ordering matching short cloze sql]` + "\n" + boxes("api-e04", 13, 15, 17)},
		{name: "an unknown level", in: Ordering, old: "level: mid", new: "level: middle", want: `5: api-e04 has the level "middle"; write junior, mid or senior`},
		{name: "no lesson", in: Ordering, old: "lesson: api/resources\n", new: "", want: "5: api-e04 names no lesson; write lesson: skill/slug, the lesson it tests"},
		{name: "too little time", in: Ordering, old: "120", new: "19", want: "5: api-e04 should take 19 seconds; write seconds between 20 and 300"},
		{name: "too much time", in: Ordering, old: "120", new: "301", want: "5: api-e04 should take 301 seconds; write seconds between 20 and 300"},
		{name: "reads no kind of text", in: Single, old: "reads: code", new: "reads: prose", want: `5: api-e01 reads "prose"; write reads: code, plan or log`},
		{name: "an unknown change", in: Single, old: "changed: key", new: "changed: all", want: `5: api-e01 is changed "all"; write changed: text, key, options or dropped`},
		{name: "an unknown runner", in: Single, old: "run: go", new: "run: rust", want: `5: api-e01 is run by "rust"; write run: go or run: sql`},
		{name: "an order that stays", in: Ordering, old: "seconds: 120", new: "seconds: 120\nfixed: true", want: "5: api-e04 has the fact fixed, which says nothing for the type ordering; take it out, or mend the type"},
		{name: "a tolerance of words", in: Short, old: "case: true", new: "tolerance: 1\nunit: s\nunits: {m: 60}\nexpr: 1", want: idle("api-e06", "short", "expr", "tolerance", "unit", "units")},
		{name: "capitals of numbers", in: Numeric, old: "unit: s", new: "unit: s\ncase: true\nentry: text\nordered: true", want: idle("api-e03", "numeric", "case", "entry", "ordered")},
		{name: "a list by another name", in: Cloze, old: "seconds: 90", new: "seconds: 90\nentry: list", want: `5: api-e07 has the entry "list"; write entry: text, or leave it out for a list to choose from`},
	})
}

func boxes(id string, lines ...int) string {
	var out []string
	for _, n := range lines {
		out = append(out, source.Problem{Line: n, File: "f", What: "an option of " + id + " has no box", Mend: "write - [x] before what is right and - [ ] before what is wrong"}.String()[2:])
	}
	return strings.Join(out, "\n")
}

func idle(id, typ string, facts ...string) string {
	var out []string
	for _, f := range facts {
		out = append(out, "5: "+id+" has the fact "+f+", which says nothing for the type "+typ+"; take it out, or mend the type")
	}
	return strings.Join(out, "\n")
}

func TestMistakesOfChoices(t *testing.T) {
	t.Parallel()
	const single = "; write 3 to 5 options, or True and False, of which one is - [x]"
	const multiple = "; write 4 to 7 options of which some but not all are - [x]"
	checkMistakes(t, []mistake{
		{name: "no key", in: Single, old: "[x]", new: "[ ]", want: "5: api-e01 has 3 options and 0 keys" + single},
		{name: "two keys", in: Single, old: "[ ]", new: "[x]", want: "5: api-e01 has 3 options and 2 keys" + single},
		{name: "two options", in: Single, old: "- [ ] Once\n  > There is no key.\n", new: "", want: "5: api-e01 has 2 options and 1 keys" + single},
		{name: "six options", in: Single, old: "- [x]", new: "- [ ] a\n  > a\n- [ ] b\n  > b\n- [ ] c\n  > c\n- [x]", want: "5: api-e01 has 6 options and 1 keys" + single},
		{name: "a forgotten box", in: Single, old: "- [ ] Once", new: "- Once", want: boxes("api-e01", 35)},
		{name: "a list within an option", in: Single, old: "- [ ] Once\n", new: "- [ ] Once\n  - or so\n", want: "36: there is a list within an option of api-e01; write it as a sentence"},
		{name: "no reason", in: Single, old: "  > There is no key.\n", new: "", want: `5: api-e01 gives no reason for "Once"; write it under the option as an indented block quote: >`},
		{name: "a reason that is not indented", in: Single, old: "  > There is no key.\n", new: "> There is no key.\n", want: `5: api-e01 gives no reason for "Once"; write it under the option as an indented block quote: >`},
		{name: "no text", in: Single, old: "Once\n", new: "\n", want: "5: api-e01 has an option without text; write it after the mark"},
		{name: "none of all is right", in: Multiple, old: "- [x] GET\n  > Safe.\n- [x] PUT", new: "- [ ] GET\n  > Safe.\n- [ ] PUT", want: "5: api-e02 has 4 options and 0 keys" + multiple},
		{name: "all are right", in: Multiple, old: "- [ ] POST\n  > Neither.\n- [ ] PATCH", new: "- [x] POST\n  > Neither.\n- [x] PATCH", want: "5: api-e02 has 4 options and 4 keys" + multiple},
		{name: "three of several", in: Multiple, old: "- [x] GET\n  > Safe.\n", new: "", want: "5: api-e02 has 3 options and 1 keys" + multiple},
		{name: "two entries", in: Ordering, old: "1. First\n   > It begins.\n", new: "", want: "5: api-e04 has 2 entries; write 3 to 7 entries as a numbered list in the right order"},
		{name: "an entry without number", in: Ordering, old: "2. ", new: "- ", want: "15: an entry of api-e04 has no number; write the entries as a numbered list in the right order"},
	})
}

func TestMistakesOfMatches(t *testing.T) {
	t.Parallel()
	const noMatch = "; write - stem -> choice"
	const three = "; write at least three - stem -> choice with at least two choices"
	checkMistakes(t, []mistake{
		{name: "no arrow", in: Matching, old: "Missing -> 404", new: "Missing is 404", want: "5: api-e05 has 2 matches and 3 choices" + three + "\n13: an entry of api-e05 is not a match" + noMatch},
		{name: "an arrow in code alone", in: Matching, old: "` broken -> 400", new: " broken -> 400`", want: "5: api-e05 has 2 matches and 2 choices" + three + "\n15: an entry of api-e05 is not a match" + noMatch},
		{name: "no choice", in: Matching, old: "-> 500", new: "->", want: "19: an entry of api-e05 is not a match" + noMatch},
		{name: "an extra choice that fits", in: Matching, old: "-> 500", new: "-> 404", want: "19: the extra choice of api-e05 fits a stem too; take it out"},
		{name: "an extra choice without reason", in: Matching, old: "  > None of them is ours.\n", new: "", want: `5: api-e05 gives no reason for "500" of the choices; write it under the option as an indented block quote: >`},
		{name: "one choice", in: Matching, old: "400\n  > Not readable.\n- Gone for good -> 404\n  > Or 410.\n- -> 500", new: "404\n  > Not readable.\n- Gone for good -> 404", want: "5: api-e05 has 3 matches and 1 choices" + three},
	})
}

func TestMistakesOfTypedAnswers(t *testing.T) {
	t.Parallel()
	checkMistakes(t, []mistake{
		{name: "no right number", in: Numeric, old: "[x]", new: "[ ]", want: "5: api-e03 has 0 keys; write the right answer as - [x]"},
		{name: "two right numbers", in: Numeric, old: "- [ ]", new: "- [x] 25\n  > x\n- [ ]", want: "5: api-e03 has 2 keys; write the right answer as - [x]"},
		{name: "no wrong number", in: Numeric, old: "- [ ] 24,000\n  > Milliseconds.\n", new: "", want: "5: api-e03 has no known wrong answer; write at least one - [ ] with what was done wrong"},
		{name: "a number with its unit", in: Numeric, old: "[x] 24", new: "[x] 24 s", want: `5: "24 s" among the answers of api-e03 is not a number; write the bare number, the unit goes into the facts`},
		{name: "a decimal comma", in: Numeric, old: "24,000", new: "24,5", want: `5: "24,5" among the answers of api-e03 is not a number; write the bare number, the unit goes into the facts`},
		{name: "a wrong number that is right", in: Numeric, old: "24,000", new: "24.5", want: `5: api-e03 has the wrong answer "24.5", which lies within the tolerance of the key; narrow the tolerance or take it out`},
		{name: "a tolerance that is none", in: Numeric, old: "2.5%", new: "small", want: tolerance("small")},
		{name: "a tolerance below zero", in: Numeric, old: "2.5%", new: "-1", want: tolerance("-1")},
		{name: "an endless tolerance", in: Numeric, old: "2.5%", new: "inf", want: tolerance("inf")},
		{name: "a tolerance that is not even a number", in: Numeric, old: "2.5%", new: "NaN%", want: tolerance("NaN%")},
		{name: "a unit worth nothing", in: Numeric, old: "min: 60", new: "min: 0", want: factor("min", "0")},
		{name: "a unit without end", in: Numeric, old: "min: 60", new: "min: .inf", want: factor("min", "+Inf")},
		{name: "a unit that is no number", in: Numeric, old: "min: 60", new: "min: .nan", want: factor("min", "NaN")},
		{name: "no right word", in: Short, old: "- [x] idempot*\n  > Any form of it.\n- [x]", new: "- [ ]", want: "5: api-e06 has 0 keys; write the right answer as - [x]"},
		{name: "no wrong word", in: Short, old: "- [ ]", new: "- [x]", want: "5: api-e06 has no known wrong answer; write at least one - [ ] with what was done wrong"},
		{name: "a pattern that does not end", in: Short, old: "/re-?entrant/", new: "/re-(entrant/", want: pattern0("/re-(entrant/", "missing closing ): `re-(entrant`")},
		{name: "a pattern that escapes its brackets", in: Short, old: "/re-?entrant/", new: "/a)|(b/", want: pattern0("/a)|(b/", "unexpected ): `a)|(b`")},
	})
}

func tolerance(text string) string {
	return `5: tolerance "` + text + `" of api-e03 is not a number; write tolerance: 0.5 or tolerance: 2%`
}

func factor(name, value string) string {
	return `5: the unit "` + name + `" of api-e03 has the factor ` + value + "; write what one of it is in the key's unit, as in units: {s: 1000}"
}

func pattern0(form, cause string) string {
	return `5: api-e06 has the pattern "` + form + `": error parsing regexp: ` + cause + "; write RE2 between slashes, or plain text with * for any run of characters"
}

func TestMistakesOfGapsAndQueries(t *testing.T) {
	t.Parallel()
	const gaps = "; write one numbered entry for each gap"
	const sql = "; write sql schema, sql data twice or more, sql key"
	checkMistakes(t, []mistake{
		{name: "a gap without entry", in: Cloze, old: "answer is [[2]].", new: "answer is [[2]] or [[3]].", want: "5: api-e07 has 3 gaps in the stem and 2 blanks" + gaps},
		{name: "an entry without gap", in: Cloze, old: "[[2]]", new: "204", want: "5: api-e07 has 1 gaps in the stem and 2 blanks" + gaps + "\n21: blank 2 of api-e07 does not stand once in the stem; write [[2]] where the gap is"},
		{name: "a gap twice", in: Cloze, old: "[[2]].", new: "[[2]], [[2]].", want: "5: api-e07 has 3 gaps in the stem and 2 blanks" + gaps + "\n21: blank 2 of api-e07 does not stand once in the stem; write [[2]] where the gap is"},
		{name: "a blank without key", in: Cloze, old: "[x] PUT", new: "[ ] PUT", want: "5: api-e07 has 0 keys among 2 options in blank 1; write one - [x] and at least one - [ ]"},
		{name: "a blank with one option", in: Cloze, old: "   - [ ] POST\n     > New.\n", new: "", want: "5: api-e07 has 1 keys among 1 options in blank 1; write one - [x] and at least one - [ ]"},
		{name: "a blank whose option gives no reason", in: Cloze, old: "     > New.\n", new: "", want: `5: api-e07 gives no reason for "POST" of blank 1; write it under the option as an indented block quote: >`},
		{name: "a blank's option without box", in: Cloze, old: "- [ ] POST", new: "- POST", want: boxes("api-e07", 19)},
		{name: "a blank without number", in: Cloze, old: "2. the", new: "- the", want: "21: blank 2 of api-e07 has no number; write the blanks as a numbered list, the options of each under it"},
		{name: "no schema", in: SQL, old: "~~~sql schema\nCREATE TABLE a (b INT);\n~~~\n", new: "", want: "5: api-e08 lacks a schema, two data sets or a key (it has 2 data sets)" + sql},
		{name: "another fence among the query's", in: SQL, old: "~~~sql key", new: "~~~sql\n~~~\n~~~sql key", want: `23: the fence "sql" has no place in an SQL item; use sql schema, sql data and sql key`},
		{name: "one data set", in: SQL, old: "~~~sql data\nINSERT INTO a VALUES (2);\n~~~\n", new: "", want: "5: api-e08 lacks a schema, two data sets or a key (it has 1 data sets)" + sql},
		{name: "no key to run", in: SQL, old: "SELECT b FROM a\n", new: "\n", want: "5: api-e08 lacks a schema, two data sets or a key (it has 2 data sets)" + sql},
		{name: "a query without any reason", in: SQL, old: "> It reads all.\n- [ ] SELECT 1\n  > It reads nothing.\n> After all.\n", new: "- [ ] SELECT 1\n  > It reads nothing.\n", want: "5: api-e08 gives no reason for its key; write it under the sql key fence as a block quote: >"},
	})
}

func TestMistakesOfFiles(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, front, want string }{
		{name: "none", front: "skill: api\npool: practice"},
		{name: "another folder's skill", front: "skill: db\npool: exam", want: `item/api/exam.md:2: skill is "db" in the folder "api"; let the two agree`},
		{name: "no pool", front: "skill: api", want: `item/api/exam.md:2: pool is ""; write pool: exam or pool: practice`},
		{name: "an unknown pool", front: "skill: api\npool: deep", want: `item/api/exam.md:3: pool is "deep"; write pool: exam or pool: practice`},
		{
			name: "an unknown key", front: "skill: api\npool: exam\ntitle: x",
			want: `item/api/exam.md:4: the front matter is wrong: unknown field "title"; see content/README.md for the keys of this kind of file`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, ps := source.Split("item/api/exam.md", []byte("---\n"+tt.front+"\n---\n"+good[Ordering]))
			if f == nil {
				t.Fatal(ps)
			}
			_, ps = ParseItems(f)
			if got := ps.Error(); got != tt.want {
				t.Errorf("problems:\n%s\nwant:\n%s", got, tt.want)
			}
		})
	}
}

func TestAllMistakesAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	body := strings.Replace(good[Single], "level: mid", "level: x", 1) + strings.Replace(good[Ordering], "seconds: 120", "seconds: 1", 1)
	items, ps := ParseItems(itemFile(t, body))
	if len(items) != 2 || len(ps) != 2 || ps[0].Line != 5 || ps[1].Line <= 35 {
		t.Errorf("%d items with problems:\n%s\nwant one of each of the two items", len(items), ps.Error())
	}
}
