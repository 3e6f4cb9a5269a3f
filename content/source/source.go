// Package source reads the files that authors write: Markdown with YAML front
// matter. It knows where each thing stands, so that every mistake can be
// reported as file:line with how to mend it, and it knows the two forms that
// lessons and question banks share: sections, and lists of options with their
// reasons in block quotes.
//
// It knows nothing of what the files mean; packages content, exam and quiz do.
// All functions are pure and safe for concurrent use.
package source

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
)

// A Problem is one mistake of an author.
type Problem struct {
	File string // path below the content folder
	Line int    // from 1; 0 if it belongs to the file as a whole
	What string // what is wrong
	Mend string // how to mend it
}

// String gives the form that editors and CI understand: file:line: what; mend.
func (p Problem) String() string {
	where := p.File
	if p.Line > 0 {
		where = fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	if p.Mend == "" {
		return where + ": " + p.What
	}
	return where + ": " + p.What + "; " + p.Mend
}

// Problems is a list of mistakes. It is an error where content is refused
// because of it.
type Problems []Problem

// Error lists all problems, one a line, sorted by file and line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps.Sorted() {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Err returns the problems as an error, or nil if there are none.
func (ps Problems) Err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

// Sorted returns a copy in the order of files and lines, without repeats.
func (ps Problems) Sorted() Problems {
	out := slices.Clone(ps)
	slices.SortFunc(out, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.What, b.What))
	})
	return slices.Compact(out)
}

// Add appends a problem.
func (ps *Problems) Add(file string, line int, what, mend string) {
	*ps = append(*ps, Problem{file, line, what, mend})
}

// A File is one file of content, split into front matter and body.
type File struct {
	Name     string
	Front    []byte // YAML between the --- lines
	Body     string // Markdown after them
	BodyLine int    // line of the body's first line
}

// Read reads the file called name. If it cannot be split, the file is nil and
// the problems say why.
func Read(fsys fs.FS, name string) (*File, Problems) {
	src, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, Problems{{name, 0, "cannot be read: " + err.Error(), "check its name and rights"}}
	}
	return Split(name, src)
}

const frontHint = "begin the file with a line ---, the facts as YAML, and another line ---"

// Split is Read for a file whose bytes are at hand.
func Split(name string, src []byte) (*File, Problems) {
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	src = bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n"))
	src = bytes.ReplaceAll(src, []byte("\r"), []byte("\n")) // for the YAML reader it ends a line too
	if line, ok := badUTF8(src); ok {
		return nil, Problems{{name, line, "is not valid UTF-8", "save the file in the encoding UTF-8"}}
	}
	if !bytes.HasPrefix(src, []byte("---\n")) {
		return nil, Problems{{name, 1, "has no front matter", frontHint}}
	}
	rest := src[len("---"):] // with its line end, which is the last one before the closing line if there are no facts
	front, body, ok := bytes.Cut(rest, []byte("\n---\n"))
	if !ok {
		if front, ok = bytes.CutSuffix(rest, []byte("\n---")); !ok {
			return nil, Problems{{name, 1, "the front matter does not end", frontHint}}
		}
	}
	return &File{
		Name: name, Front: bytes.TrimPrefix(front, []byte("\n")), Body: string(body),
		BodyLine: 3 + bytes.Count(front, []byte("\n")),
	}, nil
}

func badUTF8(src []byte) (line int, bad bool) {
	line = 1
	for len(src) > 0 {
		r, n := utf8.DecodeRune(src)
		if r == utf8.RuneError && n == 1 {
			return line, true
		}
		if r == '\n' {
			line++
		}
		src = src[n:]
	}
	return 0, false
}

// Decode reads the front matter into v, a pointer to a struct with yaml tags.
// Unknown and repeated keys are problems, with their line.
func (f *File) Decode(v any) Problems {
	return decodeYAML(f.Name, f.Front, 2, v)
}

// decodeYAML decodes src, whose first line is line number first of file name.
func decodeYAML(name string, src []byte, first int, v any) Problems {
	err := readYAML(src, v, yaml.Strict())
	if err == nil || errors.Is(err, io.EOF) { // nothing, or nothing but comments
		return nil
	}
	line := first
	what := err.Error()
	var at yaml.Error
	if errors.As(err, &at) {
		what = at.GetMessage()
		if tk := at.GetToken(); tk != nil && tk.Position != nil {
			line = first + tk.Position.Line - 1
		}
	}
	return Problems{{name, line, "the front matter is wrong: " + plain(what, first), "see content/README.md for the keys of this kind of file"}}
}

// readYAML decodes src into v. The reader panics on some forms that it does
// not expect (a tag where a list belongs); for an author that is a mistake
// like any other.
func readYAML(src []byte, v any, opts ...yaml.DecodeOption) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.New("it cannot be read as YAML of this form")
		}
	}()
	return yaml.NewDecoder(bytes.NewReader(src), opts...).Decode(v)
}

var (
	yamlPlace = regexp.MustCompile(`at \[(\d+):\d+\]`)
	yamlType  = regexp.MustCompile(`^cannot unmarshal (.+) into Go (?:value|struct field \S+) of type (\S+)`)
)

// plain turns a message of the YAML reader into words for authors: places are
// lines of the file, whose YAML begins on line first, and no type is Go's.
func plain(what string, first int) string {
	what = yamlPlace.ReplaceAllStringFunc(what, func(place string) string {
		n, _ := strconv.Atoi(yamlPlace.FindStringSubmatch(place)[1]) // digits only
		return fmt.Sprintf("on line %d", first+n-1)
	})
	if m := yamlType.FindStringSubmatch(what); m != nil {
		return yamlWord(m[1]) + " was used where " + yamlWord(m[2]) + " is expected"
	}
	return what
}

func yamlWord(goType string) string {
	switch {
	case strings.HasPrefix(goType, "[]"):
		return "sequence"
	case strings.HasPrefix(goType, "map["):
		return "mapping"
	case strings.HasPrefix(goType, "int"), strings.HasPrefix(goType, "uint"):
		return "whole number"
	case strings.HasPrefix(goType, "float"):
		return "number"
	}
	return goType
}

// Line returns the line of the file on which the front matter first holds
// text, or 2 if it does not hold it. It lets a check point at a value.
func (f *File) Line(text string) int {
	before, _, ok := strings.Cut(string(f.Front), text)
	if !ok {
		return 2
	}
	return 2 + strings.Count(before, "\n")
}

// DecodeSome reads the front matter into v and leaves alone the keys that v
// does not have, because another package owns them.
func (f *File) DecodeSome(v any) error {
	return readYAML(f.Front, v)
}
