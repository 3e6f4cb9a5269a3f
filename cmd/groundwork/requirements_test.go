package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The requirements that the program is held to: R1 to R24 are about
// reliability, S1 to S26 about security. The doc comment of a test that holds
// one begins with its name.
const (
	lastR = 24
	lastS = 26
)

// elsewhere are the requirements that no test of `go test` holds, and why.
var elsewhere = map[string]string{
	"S19": "there are no certificates",
}

var named = regexp.MustCompile(`^([RS]\d+)((?:, [RS]\d+)*)[:,]`)

// TestRequirementsAreHeld reads all tests and wants each requirement in one of
// them, or a reason.
func TestRequirementsAreHeld(t *testing.T) {
	held := map[string][]string{}
	err := filepath.WalkDir("../..", func(file string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && (d.Name() == "testdata" || d.Name() == ".git") {
			return fs.SkipDir
		}
		if err != nil || !strings.HasSuffix(file, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		for _, decl := range f.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || !strings.HasPrefix(fn.Name.Name, "Test") && !strings.HasPrefix(fn.Name.Name, "Fuzz") {
				continue
			}
			if m := named.FindStringSubmatch(fn.Doc.Text()); m != nil {
				for id := range strings.SplitSeq(m[1]+m[2], ", ") {
					held[id] = append(held[id], fn.Name.Name)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for n := range lastR {
		all = append(all, fmt.Sprint("R", n+1))
	}
	for n := range lastS {
		all = append(all, fmt.Sprint("S", n+1))
	}
	for _, id := range all {
		switch by, why := held[id], elsewhere[id]; {
		case len(by) == 0 && why == "":
			t.Errorf("no test names %s in its comment", id)
		case len(by) > 0 && why != "":
			t.Errorf("%s is said to be held elsewhere, but %s holds it", id, by)
		default:
			t.Logf("%s: %s%s", id, strings.Join(by, ", "), why)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(held)) {
		if !slices.Contains(all, id) {
			t.Errorf("%s, which %s names, is no requirement", id, held[id])
		}
	}
}

// S24: each change that lands has been through the race detector, staticcheck,
// gosec and govulncheck.
func TestChecksOfEachChange(t *testing.T) {
	var all []byte
	for _, name := range []string{"run", "audit"} {
		script, err := os.ReadFile(filepath.Join("../../.ci", name))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, script...)
	}
	for _, want := range []string{`(?m)^go test -race `, `(?m)^go tool .*staticcheck \./`, `(?m)^\.ci/audit$`, `(?m)^"\$tool" .*-severity=high`, `(?m)govulncheck .* \./\.\.\.`, `(?m)^set -euo pipefail$`} {
		if !regexp.MustCompile(want).Match(all) {
			t.Errorf("no line of .ci/run and .ci/audit matches %s", want)
		}
	}
}

// dialling are the packages, or files, that may open connections, and to where.
var dialling = map[string]string{
	"content/ask": "the model that the operator names with -ask-url",
	"web/openid":  "the provider that the operator names with -oidc-issuer",
	"exam/verify": "the learner's own service, from the learner's own machine",
	"cmd/bench":   "the program under measurement",

	"cmd/groundwork/client.go": "the site that a learner's own program signs in to and files results with",
}

// outward are the functions and types of the standard library that open
// connections.
var outward = map[string][]string{
	"net/http": {"Get", "Head", "Post", "PostForm", "Client", "DefaultClient", "Transport", "DefaultTransport", "NewRequest", "NewRequestWithContext"},
	"net":      {"Dial", "DialTimeout", "Dialer", "DialTCP", "DialUDP", "LookupHost", "LookupIP", "LookupAddr", "Resolver", "DefaultResolver"},
}

// R23, S18: the site opens no connection but to what its operator names with a
// flag: it fetches no address for anybody and works without a network. Who may
// dial is listed, and web and store are not.
func TestNothingDials(t *testing.T) {
	found := map[string]bool{}
	for _, file := range goFiles(t) {
		rel, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			t.Fatal(err)
		}
		pkg := filepath.ToSlash(rel)
		if one := pkg + "/" + filepath.Base(file); dialling[one] != "" {
			pkg = one
		}
		for _, use := range dials(t, file) {
			found[pkg] = true
			if dialling[pkg] == "" && house(pkg) != "exam/verify/ref" {
				t.Errorf("%s uses %s: package %s may not open connections", file, use, pkg)
			}
		}
	}
	for pkg := range dialling {
		if !found[pkg] {
			t.Errorf("%s dials nowhere any more; take it off the list", pkg)
		}
	}
}

// dials lists what a file uses to open connections.
func dials(t *testing.T, file string) (uses []string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{} // local name to package
	for _, im := range f.Imports {
		p := strings.Trim(im.Path.Value, `"`)
		name := path.Base(p)
		if im.Name != nil {
			name = im.Name.Name
		}
		names[name] = p
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok && x.Obj == nil && slices.Contains(outward[names[x.Name]], sel.Sel.Name) {
				uses = append(uses, x.Name+"."+sel.Sel.Name)
			}
		}
		return true
	})
	return uses
}
