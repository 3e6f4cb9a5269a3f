package sample

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"slices"
	"strings"
)

// A fault is a mistake on a line of a block, from 1.
type fault struct {
	line int
	what string
}

// A wrapped fragment is a file that can be compiled, and one for its harness.
type wrapped struct{ text, harness string }

// wrap makes a Go file of a fragment: a package clause and the imports of the
// standard library that it uses, all on one line before it, so that lines keep
// their distance. Statements are put into a function, and what they declare is
// used, since a fragment need not use it.
func wrap(pkg string, s Sample) (*wrapped, *fault) {
	names, harness, wrong := wrapHarness(pkg, s.Harness)
	if wrong != nil {
		return nil, wrong
	}
	f, err := parser.ParseFile(token.NewFileSet(), "", "package p\n"+s.Text, 0)
	if err == nil {
		return &wrapped{"package " + pkg + imports(f, names) + "\n" + s.Text, harness}, nil
	}
	f, inner := parser.ParseFile(token.NewFileSet(), "", "package p; func _() {\n"+s.Text+"\n}", 0)
	if inner != nil {
		if startsWithDeclaration(s.Text) {
			inner = err
		}
		return nil, firstFault(inner)
	}
	body := f.Decls[0].(*ast.FuncDecl).Body
	var use strings.Builder
	for _, name := range declared(body) {
		fmt.Fprintf(&use, "_ = %s\n", name)
	}
	return &wrapped{"package " + pkg + imports(f, names) + "; func _() {\n" + s.Text + "\n" + use.String() + "}\n", harness}, nil
}

// wrapHarness makes a Go file of a harness and returns the names it declares.
func wrapHarness(pkg, text string) (names []string, file string, wrong *fault) {
	if text == "" {
		return nil, "", nil
	}
	f, err := parser.ParseFile(token.NewFileSet(), "", "package p\n"+text, 0)
	if err != nil {
		wrong := firstFault(err)
		return nil, "", &fault{0, "the harness cannot be parsed: " + wrong.what}
	}
	for name := range f.Scope.Objects {
		names = append(names, name)
	}
	return names, "package " + pkg + imports(f, nil) + "\n" + text, nil
}

// firstFault says what the parser stumbled over, less the line before the text.
func firstFault(err error) *fault {
	if list, ok := err.(scanner.ErrorList); ok && len(list) > 0 {
		return &fault{max(list[0].Pos.Line-1, 0), "the fragment cannot be parsed: " + list[0].Msg}
	}
	return &fault{0, err.Error()}
}

func startsWithDeclaration(text string) bool {
	text = strings.TrimSpace(text)
	for _, word := range []string{"func ", "type ", "//"} {
		if strings.HasPrefix(text, word) {
			return true
		}
	}
	return false
}

// declared returns the variables that the statements of a block declare on
// its own level.
func declared(body *ast.BlockStmt) []string {
	var names []string
	add := func(id *ast.Ident) {
		if id.Name != "_" && !slices.Contains(names, id.Name) {
			names = append(names, id.Name)
		}
	}
	for _, st := range body.List {
		switch st := st.(type) {
		case *ast.AssignStmt:
			if st.Tok == token.DEFINE {
				for _, e := range st.Lhs {
					if id, ok := e.(*ast.Ident); ok {
						add(id)
					}
				}
			}
		case *ast.DeclStmt:
			if d, ok := st.Decl.(*ast.GenDecl); ok && d.Tok == token.VAR {
				for _, spec := range d.Specs {
					for _, id := range spec.(*ast.ValueSpec).Names {
						add(id)
					}
				}
			}
		}
	}
	return names
}

// imports returns the import clause for the packages of the standard library
// that a file names without importing them. Names that the harness declares
// are its own.
func imports(f *ast.File, own []string) string {
	var paths []string
	unresolved := map[*ast.Ident]bool{}
	for _, id := range f.Unresolved {
		unresolved[id] = true
	}
	ast.Inspect(f, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		id, ok := sel.X.(*ast.Ident)
		if !ok || !unresolved[id] || slices.Contains(own, id.Name) {
			return true
		}
		if path := standard[id.Name]; path != "" && !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
		return true
	})
	if len(paths) == 0 {
		return ""
	}
	slices.Sort(paths)
	return fmt.Sprintf(`; import ("%s")`, strings.Join(paths, `"; "`))
}

// standard maps the names by which fragments call packages of the standard
// library to their paths.
var standard = packages(`
bufio bytes cmp context embed errors expvar flag fmt io iter log maps math os path reflect regexp runtime slices sort
strconv strings sync syscall testing time unicode unique
container/heap container/list container/ring crypto/aes crypto/cipher crypto/ecdsa crypto/ed25519 crypto/hmac crypto/md5
crypto/rsa crypto/sha1 crypto/sha256 crypto/sha512 crypto/subtle crypto/tls crypto/x509 database/sql
encoding/base64 encoding/binary encoding/csv encoding/hex encoding/json encoding/pem encoding/xml hash/crc32 hash/fnv
html/template io/fs log/slog math/big math/bits math/rand/v2 mime/multipart net/http net/http/httptest net/http/httputil
net/mail net/netip net/smtp net/url os/exec os/signal path/filepath runtime/debug runtime/pprof runtime/trace
sync/atomic testing/fstest testing/iotest testing/synctest text/tabwriter text/template unicode/utf8 net mime hash html`)

// packages maps the last element of each path to it; of two that end alike the
// first counts. math/rand/v2 is called rand.
func packages(paths string) map[string]string {
	out := map[string]string{}
	for _, p := range strings.Fields(paths) {
		name := p[strings.LastIndexByte(p, '/')+1:]
		if name == "v2" {
			name = "rand"
		}
		if out[name] == "" {
			out[name] = p
		}
	}
	return out
}
