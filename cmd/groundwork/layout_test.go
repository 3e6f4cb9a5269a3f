package main

import (
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
	"store/storetest":       {"store"},
	"web/ui":                {},
	"web/openid":            {},
	"web/openid/openidtest": {}, // a provider for tests
	"web":                   {"content", "content/ask", "content/search", "exam", "exam/analysis", "exam/sqlrun", "exam/verify", "quiz", "quiz/practice", "quiz/practice/anki", "static", "store", "web/openid", "web/ui"},
	"cmd/bench":             {"content", "content/search", "exam", "store"}, // measures the program from outside; what it imports fills stores and is compared with
	"cmd/groundwork":        {"content", "content/ask", "content/sample", "content/source", "exam", "exam/analysis", "exam/lint", "exam/sqlrun", "exam/verify", "quiz", "store", "web", "web/openid"},
}

// house maps each reference solution of exam/verify onto the one place for all of them.
func house(pkg string) string {
	if strings.HasPrefix(pkg, "exam/verify/ref/") {
		return "exam/verify/ref"
	}
	return pkg
}

func TestLayoutImports(t *testing.T) {
	const root = "../.."
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == "testdata" {
			return fs.SkipDir // other people's programs, to be looked at
		}
		if _, err := os.Stat(filepath.Join(file, "go.mod")); err == nil && file != root {
			return fs.SkipDir // a module of its own
		}
		if err != nil || path.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") {
			return err
		}
		rel, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			return err
		}
		pkg := filepath.ToSlash(rel)
		allowed, known := mayImport[house(pkg)]
		if !known {
			t.Errorf("package %s has no place in the house yet; give it one in mayImport", pkg)
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, im := range f.Imports {
			name, err := strconv.Unquote(im.Path.Value)
			if err != nil {
				return err
			}
			if ours, ok := strings.CutPrefix(name, "groundwork/"); ok && !slices.Contains(allowed, house(ours)) {
				t.Errorf("%s: %s may not import %s", file, pkg, ours)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
