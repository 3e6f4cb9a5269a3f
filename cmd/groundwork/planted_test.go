package main

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"groundwork/content"
	"groundwork/content/sample"
	"groundwork/content/source"
	"groundwork/exam"
	"groundwork/exam/lint"

	"github.com/google/go-cmp/cmp"
)

// A fault is a mistake planted in our own content: the text from becomes to,
// and the check must report it at the line that then holds at, with words that
// begin with says. Without from and to it is what follows from another fault.
type fault struct {
	name, file, from, to string
	at, says             string
}

// plant returns a copy of the content with the faults in it, and what has to
// be reported.
func plant(t *testing.T, faults []fault) (fstest.MapFS, []string) {
	t.Helper()
	fsys := fstest.MapFS{}
	err := fs.WalkDir(content.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(content.FS(), name)
		fsys[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range faults {
		old := fsys[f.file]
		switch {
		case f.from == "" && f.to == "":
			continue
		case old == nil:
			fsys[f.file] = &fstest.MapFile{Data: []byte(f.to)}
			continue
		}
		if n := strings.Count(string(old.Data), f.from); n != 1 {
			t.Fatalf("%s: %s holds %q %d times; choose a text that stands there once", f.name, f.file, f.from, n)
		}
		fsys[f.file].Data = []byte(strings.Replace(string(old.Data), f.from, f.to, 1))
	}
	var want []string
	for _, f := range faults {
		where := f.file
		if f.at != "" {
			before, _, ok := strings.Cut(string(fsys[f.file].Data), f.at)
			if !ok {
				t.Fatalf("%s: %s does not hold %q", f.name, f.file, f.at)
			}
			where += fmt.Sprintf(":%d", 1+strings.Count(before, "\n"))
		}
		want = append(want, where+": "+f.says)
	}
	return fsys, want
}

// caught fails unless each fault is reported, each at its place, and nothing
// else is.
func caught(t *testing.T, faults []fault, want []string, problems source.Problems) {
	t.Helper()
	var got []string
	for _, p := range problems.Sorted() {
		got = append(got, p.String())
		if p.Mend == "" {
			t.Errorf("%v does not say how to mend it", p)
		}
	}
	for i, f := range faults {
		found := slices.IndexFunc(got, func(s string) bool { return strings.HasPrefix(s, want[i]) })
		if found < 0 {
			t.Errorf("%s: nobody reports %q", f.name, want[i])
			continue
		}
		got = slices.Delete(got, found, found+1)
	}
	for _, s := range got {
		t.Errorf("reported besides: %s", s)
	}
}

// What keeps content from being read.
func TestPlantedInForm(t *testing.T) {
	t.Parallel()
	faults := []fault{
		{
			"a dead link", "lesson/performance/timeouts.md", "(/lesson/performance/retries)", "(/lesson/performance/retires)",
			"performance/retires", `the link "/lesson/performance/retires" leads to no page`,
		},
		{
			"a heading that is not there", "guide/scoring.md", "The rules hold for the [exam](/exam)", "The rules hold for the [exam](/exam#rulez)",
			"/exam#rulez", `the link "/exam#rulez" leads to no heading of that page`,
		},
		{
			"a missing reason", "item/api/exam.md", "\n  > The same request would do in another week. The client learns what stands against it now.", "",
			"## api-e04 ", "api-e04 gives no reason for",
		},
		{
			"two keys", "item/api/exam.md", "- [ ] A longer backoff in the client library, with jitter", "- [x] A longer backoff in the client library, with jitter",
			"## api-e05 ", "api-e05 has 4 options and 2 keys",
		},
		{
			"a missing section", "lesson/api/errors.md", "## How it fails {#fails}\n", "",
			"", "has no section {#fails}",
		},
		{
			"an unknown skill", "item/quantum/exam.md", "", "---\nskill: quantum\npool: exam\n---\n\n" + plainItem("qua-e01", "api/errors"),
			"## qua-e01 ", `qua-e01 belongs to the skill "quantum", which there is not`,
		},
		{
			"an unknown lesson", "item/api/practice.md", "lesson: api/pagination\nseconds: 60\nexpr: (400 - 1) * 50", "lesson: api/paging\nseconds: 60\nexpr: (400 - 1) * 50",
			"## api-p03 ", `api-p03 tests the lesson "api/paging", which there is not`,
		},
		{
			"an unknown key", "lesson/api/errors.md", "\nreviewed-by:", "\nreviewed-from: x\nreviewed-by:",
			"reviewed-from", "the front matter is wrong: unknown field",
		},
		{
			"an enemy that is not there", "item/cicd/exam-2.md", "enemies: [fnd-e18]", "enemies: [fnd-e81]",
			"## cicd-e20 ", "cicd-e20 has the enemy fnd-e81, which is no other item",
		},
		{
			"a check's lesson that is not there", "task/m1-version.md", "Lesson: foundations/small-service\n\nCovers: endpoint", "Lesson: foundations/big-service\n\nCovers: endpoint",
			"### version.answers", `version.answers names the lesson "foundations/big-service", which there is not`,
		},
		{
			"a bullet that no check covers", "task/m4-ops.md", "Covers: drill\n", "",
			"", "no check covers drill of path/mini-ci",
		},
		{
			"an unknown word in steps", "task/m3-cache.md", "probe latency path=", "prob latency path=",
			"prob latency", `unknown word "prob"`,
		},
		{
			"a value that nothing makes", "task/m3-cache.md", "json $.path == \"/items/{{b}}\"", "json $.path == \"/items/{{c}}\"",
			"json $.path ==", "there is no value {{c}} here",
		},
		{
			"a lesson that does not use the term", "guide/glossary.md", "lessons: [performance/breakers]\n  - term: burn rate", "lessons: [api/errors]\n  - term: burn rate",
			"- term: bulkhead", `the lesson api/errors does not use the term "bulkhead"`,
		},
	}
	fsys, want := plant(t, faults)
	_, problems := load(fsys)
	caught(t, faults, want, problems)
}

// plainItem is an item without any fault.
func plainItem(id, lesson string) string {
	return "## " + id + " A title\n\n```item\ntype: single\nlevel: mid\nlesson: " + lesson + "\nseconds: 60\n```\n\n" +
		"Qubits on a shelf are counted by nobody, and the shelf grows.\n\nWho counts them in the morning?\n\n" +
		"- [ ] The gardener of the house\n  > Away.\n- [x] The neighbour of the cook\n  > Early.\n- [ ] The sister of the baker\n  > Late.\n"
}

// What makes an item bad although it can be read.
func TestPlantedInItems(t *testing.T) {
	t.Parallel()
	audited(t, []fault{
		{
			"an absolute word", "item/foundations/exam.md", "- [ ] The packets to that port are dropped by a firewall on the way", "- [ ] The packets to that port never pass a firewall on the way",
			"## fnd-e01 ", "fnd-e01 has “never” in wrong options alone",
		},
		{
			"a hedge", "item/api/exam.md", "- [x] A client library that repeats answers in the 500s alone", "- [x] A client library that usually repeats 500s alone",
			"## api-e05 ", "api-e05 has “usually” in the key alone",
		},
		{
			"a negative that is not marked", "item/security/exam.md", "What has to be done now?", "What does not have to be done now?",
			"## sec-e07 ", "sec-e07 asks with “not”",
		},
		{
			"an option that speaks of others", "item/microservices/exam.md", "- [ ] The order is stored, and its goods are sent twice", "- [ ] None of the above, since the broker has the event",
			"## micro-e05 ", "micro-e05 has the option “None of the above, since",
		},
		{
			"a key that is long", "item/database/exam.md", "- [x] In a table of its own, with one row for each course and term", "- [x] In a table of its own, with one row for each course and term, so that the pair of them can be found from either of its ends",
			"## db-e01 ", "db-e01 has a key of 123 characters",
		},
		{
			"time to read", "item/performance/exam-2.md", "lesson: performance/timeouts\nseconds: 75\nreads: code\nrun: go", "lesson: performance/timeouts\nseconds: 30\nreads: code\nrun: go",
			"## perf-e13 ", "perf-e13 should take 30 seconds",
		},
		{
			"an expression", "item/api/practice.md", "expr: (400 - 1) * 50", "expr: (400 + 1) * 50",
			"## api-p03 ", "api-p03 has the key 19950, and its expr (400 + 1) * 50 is 20050",
		},
		{
			"code that nobody runs", "item/foundations/practice.md", "reads: code\nrun: go\n", "reads: code\n",
			"## fnd-p02 ", "fnd-p02 asks what its code yields, and nobody runs it",
		},
		{
			"the wrong key of an SQL item", "item/database/exam-2.md", "SELECT p.name, COUNT(t.id)\nFROM project p", "SELECT p.name, COUNT(*)\nFROM project p",
			"## db-e11 ", "db-e11: the wrong query",
		},
	})
}

// What is bad between items and pages.
func TestPlantedInTexts(t *testing.T) {
	t.Parallel()
	audited(t, []fault{
		{
			"a near-duplicate in the other pool", "item/documentation/practice.md", "\n## doc-p03 ", "\n" + copyOf("cicd-e20", "doc-p99") + "\n## doc-p03 ",
			"## doc-p99 ", "doc-p99 is a near-duplicate of cicd-e20",
		},
		{
			name: "the near-duplicate says what an exam item says", file: "item/documentation/practice.md",
			at: "All thirty instances", says: "quotes the exam item cicd-e20",
		},
		{
			name: "the near-duplicate is one item more than the plan", file: "item/documentation", says: "has 19 practice items where the plan has 18",
		},
		{
			"a misspelling in a lesson", "lesson/microservices/outbox.md", "Those orders are paid and not shipped.", "Idempotant or not, those orders are paid and not shipped.",
			"Idempotant or not", `writes "Idempotant"; write "idempotent", as the glossary does`,
		},
		{
			"a misspelling in an item", "item/documentation/exam.md", "What do you do with the answer?", "What do you do with the answer, run book in hand?",
			"run book in hand", `writes "run book"; write "runbook", as the glossary does`,
		},
		{
			"a passage of an exam item in a lesson", "lesson/documentation/runbooks.md", "The alert: the oldest", "Now and then all are; yet many of the 5 ms requests take more than 3 s. The alert: the oldest",
			"yet many of the 5 ms requests", "quotes the exam item perf-e12",
		},
		{
			"a block that is not run and does not say why", "lesson/foundations/git.md", "```sh title=\"Let Git find it\"", "```sh norun title=\"Let Git find it\"",
			"norun title=", "a block is not run and does not say why",
		},
		{
			"a language that nobody runs", "lesson/observability/slos.md", "```yaml\nalert:", "```toml\nalert:",
			"```toml", `nobody knows how to run the language "toml"`,
		},
	})
}

// audited plants faults that leave the content readable and looks whether each
// is found.
func audited(t *testing.T, faults []fault) {
	t.Helper()
	fsys, want := plant(t, faults)
	s, problems := load(fsys)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	a, err := s.audit(fsys, "30/18")
	if err != nil {
		t.Fatal(err)
	}
	caught(t, faults, want, a.problems)
}

// copyOf returns an exam item of the content under another id, with other
// figures.
func copyOf(id, as string) string {
	items, _ := exam.LoadItems(content.FS())
	at := slices.IndexFunc(items, func(it *exam.Item) bool { return string(it.ID) == id })
	data, _ := fs.ReadFile(content.FS(), items[at].File)
	lines := strings.Split(string(data), "\n")[items[at].Line-1:]
	end := 1 + slices.IndexFunc(lines[1:], func(l string) bool { return strings.HasPrefix(l, "## ") })
	if end == 0 {
		end = len(lines)
	}
	text := strings.Replace(strings.Join(lines[:end], "\n"), "## "+id, "## "+as, 1)
	return strings.NewReplacer("two minutes", "nine minutes", "twelve", "thirty", "\nenemies: [fnd-e18]", "", "level: junior", "level: mid").Replace(text)
}

// Go that does not do what is said of it.
func TestPlantedInPrograms(t *testing.T) {
	if testing.Short() {
		t.Skip("it calls the go command")
	}
	t.Parallel()
	sampled(t, sample.Kind.Go, []fault{
		{
			"the wrong key of a code item", "item/performance/exam-2.md",
			"- [ ] `400 400 380`\n  > 380 are left before the third call; the margin of 50 is not the call's.\n- [x] `400 400 330`", "- [x] `400 400 380`\n  > 380 are left before the third call; the margin of 50 is not the call's.\n- [ ] `400 400 330`",
			"## perf-e13 ", `perf-e13 has the key "400 400 380", and its code yields "400\n400\n330"`,
		},
		{
			"another output in a lesson", "lesson/foundations/tests.md", "edge counts  typical: -       edges: caught\n15", "edge counts  typical: -       edges: -\n15",
			"edge counts  typical: -       edges: -", `the block shows "edge counts  typical: -       edges: -" and the code of line`,
		},
		{
			"a fragment that does not compile", "lesson/performance/breakers.md", "\t\treturn ErrFull // do not queue here", "\t\treturn ErrFul // do not queue here",
			"return ErrFul //", "the code does not compile: undefined: ErrFul",
		},
		{
			"a harness that is gone", "lesson/database/migrations.md", "func pause() {}", "func paws() {}",
			"\t\tpause() //", "the code does not compile: undefined: pause",
		},
		{
			"a test that fails", "lesson/performance/timeouts.md", "{180, 9999, 450}", "{180, 9999, 451}",
			"```go test title=\"page_test.go\"", "the test does not pass:",
		},
	})
}

// Other code that does not.
func TestPlantedInCode(t *testing.T) {
	t.Parallel()
	sampled(t, func(k sample.Kind) bool { return !k.Go() }, []fault{
		{
			"another result of SQL", "lesson/database/transactions.md", "quantity\n4\n```", "quantity\n3\n```",
			"3\n```", `the block shows "3" and the code of line`,
		},
		{
			"a plan that SQLite does not make", "lesson/database/indexes.md", "SCAN orders\nUSE TEMP", "SEARCH orders\nUSE TEMP",
			"SEARCH orders\nUSE", `the block shows "SEARCH orders" and the code of line`,
		},
		{
			"a message with another length", "lesson/api/pagination.md", "Content-Length: 97", "Content-Length: 98",
			"HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Length: 98", "is not http: its Content-Length of 98 counts the line end after the body",
		},
		{
			"JSON with a comma too many", "project/task-tracker.md", "\"reference\": \"r-5c1e09\"\n", "\"reference\": \"r-5c1e09\",\n",
			"}\n```", "is not json:",
		},
		{
			"YAML that is none", "lesson/observability/slos.md", "labels: {severity: page}", "labels: {severity: page",
			"annotations:\n  summary: Customers", "is not yaml:",
		},
		{
			"an open quote", "lesson/foundations/request.md", "-o /dev/null \"$U\" \"$U\"", "-o /dev/null \"$U\" \"$U",
			"curl -s -w", "is not sh:",
		},
	})
}

// sampled plants faults in code and runs the samples of some kinds in the files
// they are in.
func sampled(t *testing.T, kinds func(sample.Kind) bool, faults []fault) {
	t.Helper()
	fsys, want := plant(t, faults)
	part := fstest.MapFS{}
	for _, f := range faults {
		part[f.file] = fsys[f.file]
	}
	set, problems := sample.Collect(part)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	set.Samples = slices.DeleteFunc(set.Samples, func(s sample.Sample) bool { return !kinds(s.Kind) })
	items, problems := exam.LoadItems(part)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	bank, _ := exam.NewBank(items)
	r, err := set.Run(t.Context(), claims(bank))
	if err != nil {
		t.Fatal(err)
	}
	if r.NoGo {
		t.Skip(r)
	}
	caught(t, faults, want, r.Problems)
}

// Keys that are the longest option in many items of a pool, and an item in
// which that alone is nothing to speak of.
func TestPlantedBias(t *testing.T) {
	t.Parallel()
	fsys, _ := plant(t, nil)
	for name, file := range fsys {
		if ok, _ := path.Match("item/*/practice*.md", name); !ok {
			continue
		}
		lines := strings.Split(string(file.Data), "\n")
		for i, line := range lines {
			if strings.HasPrefix(line, "- [x] ") && len(strings.Fields(line)) > 6 {
				lines[i] = line + " as it were"
			}
		}
		file.Data = []byte(strings.Join(lines, "\n"))
	}
	items, problems := exam.LoadItems(fsys)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	bank, _ := exam.NewBank(items)
	var got []string
	for _, s := range lint.Players(bank) {
		if s.Over() > lint.MostOver {
			got = append(got, s.Player+", "+string(s.Pool))
		}
	}
	if diff := cmp.Diff([]string{"longest option, practice"}, got); diff != "" {
		t.Errorf("who beats chance (-want +got):\n%s", diff)
	}
}

// Enemies never meet, and a form on which they do is found out.
func TestPlantedEnemies(t *testing.T) {
	t.Parallel()
	const n = 300
	fsys, _ := plant(t, []fault{{
		name: "many enemies", file: "item/foundations/exam.md", from: "## fnd-e05 Three thousand quiet connections\n\n```item\n",
		to: "## fnd-e05 Three thousand quiet connections\n\n```item\nenemies: [fnd-e02, fnd-e08, fnd-e11, fnd-e14, fnd-e17, api-e03]\n",
	}})
	s, problems := load(fsys)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	if err := lint.Forms(s.bank, s.blueprint, n).Err(); err != nil {
		t.Error(err)
	}
	drawn := map[exam.ItemID]int{}
	for seed := range int64(n) {
		form, err := exam.Assemble(s.bank, s.blueprint, exam.History{}, seed)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range form {
			drawn[p.Item.ID]++
		}
	}
	if drawn["fnd-e05"] < 10 || drawn["api-e03"] < 10 {
		t.Errorf("in %d forms fnd-e05 stands on %d and api-e03 on %d: too few to tell", n, drawn["fnd-e05"], drawn["api-e03"])
	}
	pair := []exam.Place{{Item: s.bank.Item("api-e03")}, {Item: s.bank.Item("api-e04")}, {Item: s.bank.Item("fnd-e05")}}
	const want = "fnd-e05 stands on one form with its enemy api-e03"
	if got := lint.Enemies(pair); len(got) != 1 || got[0].What != want {
		t.Errorf("Enemies = %v, want %q", got, want)
	}
}
