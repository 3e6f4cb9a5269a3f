package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport says which of our packages each package may import. The domain
// (content, exam, quiz) imports nothing of ours, the store imports the domain,
// the web imports both, and only the program imports the web.
var mayImport = map[string][]string{
	"static":                {},
	"content/source":        {}, // the files that authors write: a leaf for content, exam and quiz
	"content/search":        {},
	"content/ask":           {"content/search"},
	"content/diagram":       {},
	"content/sample":        {"content", "content/source"},
	"content":               {"content/diagram", "content/search", "content/source"},
	"exam":                  {"content/source"},
	"exam/lint":             {"content/search", "content/source", "exam"}, // search for its stems
	"exam/analysis":         {"exam"},
	"exam/sqlrun":           {"exam"},
	"exam/verify":           {"content/source"},
	"exam/verify/ref":       {"exam/verify", "exam/verify/ref"}, // reference solutions and their planted faults: for tests only
	"quiz":                  {"content/source"},
	"quiz/practice":         {},
	"quiz/practice/anki":    {},
	"store":                 {"content", "exam", "quiz", "quiz/practice"},
	"store/password":        {},
	"store/storetest":       {"store"},
	"web/ui":                {},
	"web/openid":            {},
	"web/openid/openidtest": {}, // a provider for tests
	"web":                   {"content", "content/ask", "content/search", "exam", "exam/analysis", "exam/sqlrun", "exam/verify", "quiz", "quiz/practice", "quiz/practice/anki", "static", "store", "store/password", "web/openid", "web/ui"},
	"cmd/bench":             {"content", "content/search", "exam", "store"}, // measures the program from outside; what it imports fills stores and is compared with
	"cmd/groundwork":        {"content", "content/ask", "content/sample", "content/source", "exam", "exam/analysis", "exam/lint", "exam/sqlrun", "exam/verify", "quiz", "store", "store/password", "web", "web/openid"},
}

// house maps each reference solution of exam/verify onto the one place for all of them.
func house(pkg string) string {
	if strings.HasPrefix(pkg, "exam/verify/ref/") {
		return "exam/verify/ref"
	}
	return pkg
}

const root = "../.."

// goFiles are the Go files of the house, but for tests.
func goFiles(t *testing.T) (files []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == "testdata" {
			return fs.SkipDir // other people's programs, to be looked at
		}
		if _, err := os.Stat(filepath.Join(file, "go.mod")); err == nil && file != root {
			return fs.SkipDir // a module of its own
		}
		if path.Ext(file) == ".go" && !strings.HasSuffix(file, "_test.go") {
			files = append(files, file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestLayoutImports(t *testing.T) {
	for _, file := range goFiles(t) {
		rel, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			t.Fatal(err)
		}
		pkg := filepath.ToSlash(rel)
		allowed, known := mayImport[house(pkg)]
		if !known {
			t.Errorf("package %s has no place in the house yet; give it one in mayImport", pkg)
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, im := range f.Imports {
			name, err := strconv.Unquote(im.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if ours, ok := strings.CutPrefix(name, "groundwork/"); ok && !slices.Contains(allowed, house(ours)) {
				t.Errorf("%s: %s may not import %s", file, pkg, ours)
			}
		}
	}
}

// A function of more than 50 lines has more than one job, and a file of more
// than 500 more than one subject.
func TestLayoutSizes(t *testing.T) {
	fset := token.NewFileSet()
	for _, file := range goFiles(t) {
		f, err := parser.ParseFile(fset, file, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if ast.IsGenerated(f) {
			continue
		}
		if n := fset.File(f.FileStart).LineCount(); n > 500 {
			t.Errorf("%s has %d lines, at most 500 are allowed", file, n)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n.(type) {
			case *ast.FuncDecl, *ast.FuncLit:
				if lines := fset.Position(n.End()).Line - fset.Position(n.Pos()).Line + 1; lines > 50 {
					t.Errorf("%s: this function has %d lines, at most 50 are allowed", fset.Position(n.Pos()), lines)
				}
			}
			return true
		})
	}
}
