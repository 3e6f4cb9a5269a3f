package store

import (
	"database/sql"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// small are the tables that grow with what authors write and operators decide,
// and not with people.
var small = []string{"item_versions", "exposures", "difficulties", "rulings", "allowances", "self_tests", "pragma_table_info"}

// scanning names the methods that may read a whole table, and why. None of
// them is on the way of somebody who learns or sits an exam.
var scanning = map[string]string{
	"ProgressRefs": "groundwork check -against",
	"Reports":      "the newest few, for operators",
	"holding":      "regrading, for operators: an index of slots by item would cost every exam that begins",
	"Practised":    "the statistics of practice, for operators",
	"FindAttempts": "a page of the list for operators, in the order of an index",
}

// assembled names the functions that put queries together at run time, and why.
var assembled = map[string]string{
	"Responses":   "the test adds its forms",
	"step":        "savepoints",
	"importTable": "the self-test copies whole tables",
	"hashTable":   "the self-test reads whole tables",
	"tables":      "backup and self-test list what there is",
	"counts":      "backup counts whole tables",
	"gradedUses":  "regrading, for operators: as many placeholders as versions",
}

// A found is a query in the source, with the function that runs it.
type found struct{ in, query string }

// Every query of this package finds its rows by an index: what it costs does
// not grow with the number of people. The queries are read from the source, so
// that a new one is looked at as soon as it is written.
func TestQueriesUseIndexes(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	queries := sourceQueries(t)
	for _, w := range Whiches {
		q, err := responsesQuery(w)
		if err != nil {
			t.Fatal(err)
		}
		queries = append(queries, found{"Responses", q})
	}
	if len(queries) < 50 {
		t.Fatalf("only %d queries were found", len(queries))
	}
	excused := map[string]bool{}
	for _, q := range queries {
		plan, err := plan(s, q.query)
		if err != nil {
			t.Errorf("%s: %v\n%s", q.in, err, q.query)
			continue
		}
		for _, table := range scans(plan, q.query) {
			if excused[q.in] = scanning[q.in] != ""; !excused[q.in] {
				t.Errorf("%s reads all of %s:\n%s\n%s\nadd an index, or say in scanning why it may", q.in, table, q.query, strings.Join(plan, "\n"))
			}
		}
	}
	for _, in := range slices.Sorted(maps.Keys(scanning)) {
		if !excused[in] {
			t.Errorf("%s reads no whole table; take it out of scanning", in)
		}
	}
}

// The check itself sees what it is there for.
func TestScans(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	tests := []struct {
		query string
		want  string
	}{
		{`SELECT id FROM attempts WHERE score = $1`, "[attempts]"},
		{`SELECT a.id FROM attempts a JOIN slots s ON s.attempt_id = a.id WHERE s.item_id = $1`, "[s]"},
		{`SELECT count(*) FROM events`, "[events]"},
		{`SELECT id FROM attempts WHERE learner_id = $1`, "[]"},
		{`SELECT v.id FROM item_versions v`, "[]"},
		{`UPDATE slots SET note = '' WHERE item_id = $1`, "[slots]"},
	}
	for _, tt := range tests {
		plan, err := plan(s, tt.query)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(scans(plan, tt.query)); got != tt.want {
			t.Errorf("scans of %q = %s, want %s\n%s", tt.query, got, tt.want, strings.Join(plan, "\n"))
		}
	}
}

// plan returns how SQLite would run a query.
func plan(s *Store, query string) (lines []string, err error) {
	args := make([]any, strings.Count(query, "$")) // more than enough
	for n := len(args); n >= 0; n-- {
		var rows *sql.Rows
		if rows, err = s.read.Query("EXPLAIN QUERY PLAN "+query, args[:n]...); err != nil {
			continue // that many parameters do not fit
		}
		defer rows.Close()
		for rows.Next() {
			var id, parent, unused int
			var line string
			if err := rows.Scan(&id, &parent, &unused, &line); err != nil {
				return nil, err
			}
			lines = append(lines, line)
		}
		return lines, rows.Err()
	}
	return nil, err
}

var scanned = regexp.MustCompile(`^SCAN (\w+)( |$)`)

// scans names the tables, or their short names, that a plan reads as a whole;
// small ones and what a query makes itself do not count.
func scans(plan []string, query string) (names []string) {
	for _, line := range plan {
		m := scanned.FindStringSubmatch(line)
		if m == nil || m[1] == "CONSTANT" {
			continue
		}
		made := regexp.MustCompile(`(?i)\b` + m[1] + `\s*(\([\w, ]*\))?\s+AS\s+(MATERIALIZED\s+)?\(|\)\s+(AS\s+)?` + m[1] + `\b`)
		alias := regexp.MustCompile(`(?i)\b(` + strings.Join(small, "|") + `)\s+(AS\s+)?` + m[1] + `\b`)
		if slices.Contains(small, m[1]) || alias.MatchString(query) || made.MatchString(query) {
			continue
		}
		names = append(names, m[1])
	}
	return names
}

// runners are the methods that run a query, with the place of its text among
// their arguments.
var runners = map[string]int{"exec": 0, "row": 0, "rows": 0, "one": 0, "all": 0, "each": 1, "lookup": 3}

// sourceQueries returns the queries of this package as they stand in its
// source. One that is put together at run time has to be named in assembled.
func sourceQueries(t *testing.T) (queries []found) {
	t.Helper()
	fset := token.NewFileSet()
	files := sources(t, fset)
	consts := map[string]ast.Expr{}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			if v, ok := n.(*ast.ValueSpec); ok && len(v.Values) == len(v.Names) {
				for i, name := range v.Names {
					consts[name.Name] = v.Values[i]
				}
			}
			return true
		})
	}
	for _, file := range files {
		for _, d := range file.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			ast.Inspect(fn, func(n ast.Node) bool {
				expr := queryIn(n)
				if expr == nil {
					return true
				}
				query, ok := literal(expr, consts)
				switch {
				case !ok && assembled[fn.Name.Name] == "":
					t.Errorf("%s: the query %s is put together at run time; name it in assembled", fset.Position(expr.Pos()), types.ExprString(expr))
				case ok && statement.MatchString(query):
					queries = append(queries, found{fn.Name.Name, query})
				}
				return true
			})
		}
	}
	return queries
}

var statement = regexp.MustCompile(`(?i)^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b`)

// sources parses the files of this package but its tests, and but the one that
// holds the runners themselves.
func sources(t *testing.T, fset *token.FileSet) (files []*ast.File) {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") || name == "statements.go" {
			continue
		}
		f, err := parser.ParseFile(fset, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	return files
}

// queryIn returns the text of the query that a node runs, or nil.
func queryIn(n ast.Node) ast.Expr {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return nil
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	if at, runs := runners[sel.Sel.Name]; runs && len(call.Args) > at {
		return call.Args[at]
	}
	return nil
}

// literal is the value of an expression of string literals and constants.
func literal(e ast.Expr, consts map[string]ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(e.Value)
		return s, err == nil
	case *ast.Ident:
		if v, ok := consts[e.Name]; ok {
			return literal(v, consts)
		}
	case *ast.BinaryExpr:
		x, okX := literal(e.X, consts)
		y, okY := literal(e.Y, consts)
		return x + y, okX && okY && e.Op == token.ADD
	}
	return "", false
}
