package sample

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"testing/fstest"

	"groundwork/content/source"

	"github.com/google/go-cmp/cmp"
)

// file makes a file whose body begins on line 4. ~~~ stands for a fence.
func file(body string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte("---\ntitle: x\n---\n" + strings.ReplaceAll(body, "~~~", "```"))}
}

// messages returns problems without the way to mend them.
func messages(ps source.Problems) []string {
	var out []string
	for _, p := range ps.Sorted() {
		out = append(out, fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.What))
	}
	return out
}

func TestCollect(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{
		"lesson/api/a.md":  file("~~~go\nx := 1\n~~~\n\n~~~go norun\nx := 1\n~~~\n\n~~~go norun=\"two machines\"\nx := 1\n~~~\n\n~~~cobol\nSTOP RUN.\n~~~\n\n~~~output\n1\n~~~\n\n~~~log\nfine\n~~~\n"),
		"lesson/api/b.md":  file("- an entry\n\n  ~~~json\n  {\"a\": [\n    1]}\n  ~~~\n"),
		"item/api/exam.md": file("## a-1 One\n\n~~~item\ntype: sql\n~~~\n\n~~~sql schema\nCREATE TABLE a (b);\n~~~\n\n~~~sql\nSELECT 1 AS one;\n~~~\n\n~~~result\none\n1\n~~~\n"),
		"guide/c.md":       {Data: []byte("no front matter")},
	}
	set, problems := Collect(fsys)
	wantProblems := []string{
		"guide/c.md:1: has no front matter",
		"lesson/api/a.md:4: a Go block is neither program, fragment nor test",
		"lesson/api/a.md:8: a block is not run and does not say why",
		"lesson/api/a.md:16: nobody knows how to run the language \"cobol\"",
		"lesson/api/a.md:20: the block output does not follow what makes it",
	}
	if diff := cmp.Diff(wantProblems, messages(problems)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	want := &Set{
		Samples: []Sample{
			{File: "lesson/api/b.md", Line: 6, Kind: JSON, Text: "{\"a\": [\n  1]}\n"},
			{File: "item/api/exam.md", Line: 14, Group: 4, Kind: SQL, Text: "SELECT 1 AS one;\n", Want: &Want{18, "result", "one\n1\n"}},
		},
		Excused: []Excuse{{File: "lesson/api/a.md", Line: 8}, {"lesson/api/a.md", 12, "two machines"}},
		Shown:   3,
	}
	if diff := cmp.Diff(want, set); diff != "" {
		t.Errorf("Collect (-want +got):\n%s", diff)
	}
}

// ran collects and runs a folder without any mistake in its marks.
func ran(t *testing.T, fsys fstest.MapFS, claims ...Claim) *Report {
	t.Helper()
	set, problems := Collect(fsys)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	r, err := set.Run(t.Context(), claims)
	if err != nil {
		t.Fatal(err)
	}
	if r.NoGo {
		t.Skip(r)
	}
	return r
}

func TestRunParsed(t *testing.T) {
	t.Parallel()
	const (
		get  = "GET /a HTTP/1.1\nHost: example.org\n\n"
		post = "POST /a HTTP/1.1\nHost: example.org\nContent-Type: application/json\nContent-Length: %d\n\n{\"a\":1}\n"
		ok   = "HTTP/1.1 200 OK\nContent-Type: application/json\n\n{\"a\":\n%s}\n"
	)
	tests := []struct {
		name, lang, text string
		want             string // after the file
	}{
		{"two messages and a body", "http", get + fmt.Sprintf(post, 7), ""},
		{"an answer whose body ends with the block", "http", get + fmt.Sprintf(ok, "2"), ""},
		{"a body that is longer", "http", get + fmt.Sprintf(post, 5), "8: is not http: the body is not JSON: unexpected EOF"},
		{"a body that is shorter", "http", get + fmt.Sprintf(post, 9), "8: is not http: the body is shorter than its Content-Length of 9: unexpected EOF"},
		{"a body that is not JSON", "http", fmt.Sprintf(ok, "x"), "5: is not http: the body is not JSON: invalid character 'x' looking for beginning of value"},
		{"no host", "http", "GET /a HTTP/1.1\nAccept: text/html\n", "5: is not http: a request of HTTP/1.1 names its Host"},
		{"a header without a colon", "http", "GET /a HTTP/1.1\nHost example.org\n", "5: is not http: malformed MIME header: missing colon: \"Host example.org\""},
		{"a comma too many", "json", "{\n  \"a\": 1,\n}\n", "7: is not json: invalid character '}' looking for beginning of object key string"},
		{"two values", "json", "{}\n[1]\n", ""},
		{"an indent that is off", "yaml", "a:\n  b: 1\n c: 2\n", "7: is not yaml: value is not allowed in this context"},
		{"a quote that is open", "sh", "echo a\necho 'b\n", "6: is not sh: reached EOF without closing quote '"},
		{"a pipe", "sh", "a | b > c # d\n", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := ran(t, fstest.MapFS{"lesson/a/b.md": file("~~~" + tt.lang + "\n" + tt.text + "~~~\n")})
			got := strings.TrimPrefix(strings.Join(messages(r.Problems), "\n"), "lesson/a/b.md:")
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if r.Ran != 1 || r.Total != 1 {
				t.Errorf("%v, want 1 of 1", r)
			}
		})
	}
}

func TestRunSQL(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{
		"lesson/a/good.md": file("~~~sql\nCREATE TABLE a (b REAL, c TEXT);\nINSERT INTO a VALUES (2, NULL), (0.5, 'x');\n~~~\n\n" +
			"~~~sql\nSELECT b, c FROM a ORDER BY b;\n~~~\n\n~~~result\nb | c\n0.5 | x\n2.0 | NULL\n~~~\n\n" +
			"~~~sql\nEXPLAIN QUERY PLAN SELECT b FROM a;\n~~~\n\n~~~plan\nSCAN a\n~~~\n"),
		"lesson/a/wrong.md":  file("~~~sql\nSELECT 1 AS b;\n~~~\n\n~~~result\nb\n2\n~~~\n"),
		"lesson/a/longer.md": file("~~~sql\nSELECT 1 AS b UNION SELECT 2;\n~~~\n\n~~~result\nb\n1\n~~~\n"),
		"lesson/a/fails.md":  file("~~~sql\nCREATE TABLE a (b);\n~~~\n\n~~~sql\nSELECT x FROM a;\n~~~\n\n~~~sql\nSELECT b FROM a;\n~~~\n"),
		"lesson/a/plan.md":   file("~~~sql\nEXPLAIN QUERY PLAN SELECT 1;\n~~~\n\n~~~plan\nSCAN a\n~~~\n"),
		"item/a/exam.md":     file("## a-1 One\n\n~~~sql\nSELECT 1, 2.0, 'x' UNION SELECT 3, NULL, 'y';\n~~~\n\n## a-2 Two\n\n~~~sql\nSELECT 1;\n~~~\n"),
	}
	var seen string
	r := ran(t, fsys,
		Claim{"item/a/exam.md", 4, "a-1", "…", func(out string) bool { seen = out; return true }},
		Claim{"item/a/exam.md", 10, "a-2", "2", func(out string) bool { return out == "2\n" }})
	want := []string{
		"item/a/exam.md:10: a-2 has the key \"2\", and its code yields \"1\"",
		"lesson/a/fails.md:8: SQLite says: SQL logic error: no such column: x (1)",
		"lesson/a/longer.md:11: the block shows nothing more and the code of line 4 yields \"2\"",
		"lesson/a/plan.md:9: the block shows \"SCAN a\" and the code of line 4 yields \"SCAN CONSTANT ROW\"",
		"lesson/a/wrong.md:10: the block shows \"2\" and the code of line 4 yields \"1\"",
	}
	if diff := cmp.Diff(want, messages(r.Problems)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff("1, 2.0, x\n3, NULL, y\n", seen); diff != "" {
		t.Errorf("what the claim sees (-want +got):\n%s", diff)
	}
	if got, want := r.String(), "samples run 11 of 11, keys computed 2"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

const hello = "package main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Println(\"one\")\n\tfmt.Println(2)\n}\n"

func TestRunGo(t *testing.T) {
	if testing.Short() {
		t.Skip("it calls the go command")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip(err)
	}
	t.Parallel()
	program := func(from, to string) string { return "~~~go program\n" + strings.Replace(hello, from, to, 1) + "~~~\n" }
	fragment := func(text string) string { return "~~~go fragment\n" + text + "~~~\n" }
	harnessed := func(harness, body string) *fstest.MapFile {
		f := file(body)
		f.Data = []byte(strings.Replace(string(f.Data), "title: x\n", "harness: |\n  "+strings.ReplaceAll(harness, "\n", "\n  ")+"\n", 1))
		return f
	}
	fsys := fstest.MapFS{
		"lesson/a/good.md":     file(program("", "") + "\n~~~output\none\n2\n~~~\n"),
		"lesson/a/wrong.md":    file(program("2", "3") + "\n~~~output\none\n2\n~~~\n"),
		"lesson/a/compile.md":  file(program("Println(2)", "Print1n(2)")),
		"lesson/a/panics.md":   file(program("fmt.Println(2)", "panic(\"no\")")),
		"lesson/a/chance.md":   file(program("fmt.Println(2)", "fmt.Println(new(int))") + "\n~~~output\none\n2\n~~~\n"),
		"lesson/a/stmts.md":    file(fragment("n, err := strconv.Atoi(\"3\")\nvar unused = rand.N(3)\nif err != nil {\n\tlog.Fatal(err)\n}\n")),
		"lesson/a/decls.md":    harnessed("var mux http.Handler\ntype log struct{ n int }", fragment("var srv = &http.Server{Handler: mux}\n\nfunc f(l log) { l.n++ }\n")),
		"lesson/a/typed.md":    file(fragment("func f(s string) int {\n\treturn len(s) + \"x\"\n}\n")),
		"lesson/a/missing.md":  file(fragment("func f() { pause() }\n")),
		"lesson/a/brace.md":    file(fragment("func f() {\n\tif x {\n}\n")),
		"lesson/a/harness.md":  harnessed("var a int\nvar b int = \"x\"", fragment("var c = a + b\n")),
		"lesson/a/passes.md":   file("~~~go test\npackage main\n\nimport \"testing\"\n\nfunc TestA(t *testing.T) { t.Log(\"fine\") }\n~~~\n"),
		"lesson/a/red.md":      file("~~~go test\npackage main\n\nimport \"testing\"\n\nfunc TestA(t *testing.T) { t.Error(\"not fine\") }\n~~~\n"),
		"lesson/a/untested.md": file("~~~go test\npackage main\n\nfunc f() {}\n~~~\n"),
		"lesson/a/broken.md":   file("~~~go test\npackage main\n\nfunc f() { g() }\n~~~\n"),
		"item/a/exam.md":       file("## a-1 One\n\n" + program("", "") + "\n## a-2 Two\n\nText.\n\n## a-3 Three\n\n" + program("2", "3")),
	}
	is := func(want string) func(string) bool {
		return func(out string) bool { return strings.Join(strings.Fields(out), " ") == want }
	}
	r := ran(t, fsys,
		Claim{"item/a/exam.md", 4, "a-1", "one 2", is("one 2")},
		Claim{"item/a/exam.md", 17, "a-2", "one 2", is("one 2")},
		Claim{"item/a/exam.md", 21, "a-3", "one 2", is("one 2")})
	want := []string{
		"item/a/exam.md:17: a-2 says that its key is computed and shows no program or SQL",
		"item/a/exam.md:21: a-3 has the key \"one 2\", and its code yields \"one\\n3\"",
		"lesson/a/brace.md:7: the fragment cannot be parsed: expected '}', found 'EOF'",
		"lesson/a/broken.md:7: the code does not compile: undefined: g",
		"lesson/a/chance.md:4: the program does not print the same every time",
		"lesson/a/compile.md:11: the code does not compile: undefined: fmt.Print1n",
		"lesson/a/harness.md:4: the harness for line 6 does not compile: cannot use \"x\" (untyped string constant) as int value in variable declaration",
		"lesson/a/missing.md:5: the code does not compile: undefined: pause",
		"lesson/a/panics.md:4: the program fails: exit status 2: panic: no",
		"lesson/a/red.md:4: the test does not pass: sample_test.go:5: not fine",
		"lesson/a/typed.md:6: the code does not compile: invalid operation: len(s) + \"x\" (mismatched types int and untyped string)",
		"lesson/a/untested.md:4: there is no test in the block",
		"lesson/a/wrong.md:17: the block shows \"2\" and the code of line 4 yields \"3\"",
	}
	if diff := cmp.Diff(want, messages(r.Problems)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if r.Ran != r.Total || r.Total != 17 || r.Keys != 2 {
		t.Errorf("%v, want all of 17 and two keys", r)
	}
}

func TestWithoutGo(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	set, problems := Collect(fstest.MapFS{"lesson/a/b.md": file("~~~go program\n" + hello + "~~~\n\n~~~json\n{}\n~~~\n")})
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	r, err := set.Run(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := r.String(), "samples run 1 of 2, keys computed 0; the rest needs the go command, which is not here"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
