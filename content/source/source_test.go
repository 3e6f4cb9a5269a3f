package source

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestSplit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, src string
		want      *File
	}{
		{
			name: "facts and body", src: "---\na: 1\nb: 2\n---\nText\n",
			want: &File{Name: "f.md", Front: []byte("a: 1\nb: 2"), Body: "Text\n", BodyLine: 5},
		},
		{
			name: "no facts", src: "---\n---\nText\n\n---\n\nMore\n",
			want: &File{Name: "f.md", Front: []byte{}, Body: "Text\n\n---\n\nMore\n", BodyLine: 3},
		},
		{
			name: "no body and no last line end", src: "---\na: 1\n---",
			want: &File{Name: "f.md", Front: []byte("a: 1"), BodyLine: 4},
		},
		{
			name: "neither facts nor body", src: "---\n---",
			want: &File{Name: "f.md", Front: []byte{}, BodyLine: 3},
		},
		{
			name: "line ends of Windows", src: "---\r\na: 1\r\n---\r\nText\r\n",
			want: &File{Name: "f.md", Front: []byte("a: 1"), Body: "Text\n", BodyLine: 4},
		},
		{
			name: "line ends of old", src: "---\ra: 1\r---\rText\r",
			want: &File{Name: "f.md", Front: []byte("a: 1"), Body: "Text\n", BodyLine: 4},
		},
		{
			name: "a byte order mark", src: "\ufeff---\na: 1\n---\nText",
			want: &File{Name: "f.md", Front: []byte("a: 1"), Body: "Text", BodyLine: 4},
		},
		{
			name: "a line of hyphens within a fact ends nothing", src: "---\na: b---\nc: ---d\n---\nText",
			want: &File{Name: "f.md", Front: []byte("a: b---\nc: ---d"), Body: "Text", BodyLine: 5},
		},
		{
			name: "the replacement character itself is valid", src: "---\na: 1\n---\n\ufffd",
			want: &File{Name: "f.md", Front: []byte("a: 1"), Body: "\ufffd", BodyLine: 4},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, ps := Split("f.md", []byte(tt.src))
			if diff := cmp.Diff(tt.want, f); diff != "" || len(ps) > 0 {
				t.Errorf("Split(%q): %v (-want +got):\n%s", tt.src, ps, diff)
			}
		})
	}
}

func TestSplitRefuses(t *testing.T) {
	t.Parallel()
	const none, open, utf8 = "has no front matter; " + frontHint, "the front matter does not end; " + frontHint, "is not valid UTF-8; save the file in the encoding UTF-8"
	for _, tt := range []struct{ name, src, want string }{
		{"no front matter", "# Title\n", "f.md:1: " + none},
		{"nothing at all", "", "f.md:1: " + none},
		{"a blank line first", "\n---\na: 1\n---\n", "f.md:1: " + none},
		{"it does not end", "---\na: 1\n\nText\n", "f.md:1: " + open},
		{"its last line is longer", "---\na: 1\n----\nText\n", "f.md:1: " + open},
		{"a byte that is no UTF-8 on line 4", "---\na: 1\n---\nTe\xffxt\n", "f.md:4: " + utf8},
		{"Latin-1 in the facts, with line ends of Windows", "---\r\na: caf\xe9\r\n---\r\n", "f.md:2: " + utf8},
	} {
		if f, ps := Split("f.md", []byte(tt.src)); f != nil || ps.Error() != tt.want {
			t.Errorf("%s: Split(%q) = %+v, %q; want %q", tt.name, tt.src, f, ps.Error(), tt.want)
		}
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{"a/b.md": {Data: []byte("---\nx: 1\n---\nBody")}}
	f, ps := Read(fsys, "a/b.md")
	if diff := cmp.Diff(&File{Name: "a/b.md", Front: []byte("x: 1"), Body: "Body", BodyLine: 4}, f); diff != "" || len(ps) > 0 {
		t.Errorf("Read: %v (-want +got):\n%s", ps, diff)
	}
	f, ps = Read(fsys, "none.md")
	if f != nil || len(ps) != 1 || ps[0].File != "none.md" || !strings.Contains(ps[0].What, fs.ErrNotExist.Error()) {
		t.Errorf("Read of a file that is not there = %v, %v", f, ps)
	}
}

type facts struct {
	A int            `yaml:"a"`
	B string         `yaml:"b"`
	L []string       `yaml:"l"`
	N map[string]int `yaml:"n"`
}

func TestDecode(t *testing.T) {
	t.Parallel()
	const wrong, see = ": the front matter is wrong: ", "; see content/README.md for the keys of this kind of file"
	tests := []struct {
		name, front string
		want        facts
		problems    string
	}{
		{name: "all there", front: "a: 1\nb: text\nl: [x, y]\nn: {k: 2}", want: facts{1, "text", []string{"x", "y"}, map[string]int{"k": 2}}},
		{name: "nothing", front: ""},
		{name: "nothing but a comment", front: "# later"},
		{name: "an unknown key", front: "a: 1\n\nbb: text", want: facts{A: 1}, problems: "f.md:4" + wrong + `unknown field "bb"` + see},
		{name: "a repeated key", front: "a: 1\nb: x\n\na: 2", problems: "f.md:5" + wrong + `mapping key "a" already defined on line 2` + see},
		{name: "a repeated key further in", front: "n:\n  k: 1\n  k: 2", problems: "f.md:4" + wrong + `mapping key "k" already defined on line 3` + see},
		{
			name: "a word where a number belongs", front: "b: x\na: many",
			problems: "f.md:3" + wrong + "string was used where whole number is expected" + see,
		},
		{
			name: "a number that is too large", front: "b: x\na: 99999999999999999999",
			problems: "f.md:3" + wrong + "99999999999999999999 was used where whole number is expected" + see,
		},
		{name: "a word where a list belongs", front: "a: 1\nl: x", problems: "f.md:3" + wrong + "string was used where sequence is expected" + see},
		{name: "a tag where a list belongs", front: "l: !x\n", problems: "f.md:2" + wrong + "it cannot be read as YAML of this form" + see},
		{name: "a list where facts belong", front: "- a", problems: "f.md:2" + wrong + "sequence was used where mapping is expected" + see},
		{name: "a bracket that does not close", front: "a: 1\nn: {k: 1", problems: "f.md:3" + wrong + "could not find flow mapping end token '}'" + see},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, ps := Split("f.md", []byte("---\n"+tt.front+"\n---\n"))
			if f == nil {
				t.Fatal(ps)
			}
			var got facts
			ps = f.Decode(&got)
			if ps.Error() != tt.problems {
				t.Errorf("problems = %q, want %q", ps.Error(), tt.problems)
			}
			if tt.problems != "" {
				return // then what was read does not count
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Decode(%q) (-want +got):\n%s", tt.front, diff)
			}
		})
	}
}

func TestDecodeSomeLeavesOtherKeysAlone(t *testing.T) {
	t.Parallel()
	f := &File{Name: "f.md", Front: []byte("title: T\na: 7\nother: [1]")}
	var got facts
	if err := f.DecodeSome(&got); err != nil || got.A != 7 {
		t.Errorf("DecodeSome = %v, %v; want a = 7", got, err)
	}
}

func TestLineOfFact(t *testing.T) {
	t.Parallel()
	f, _ := Split("f.md", []byte("---\na: 1\nb:\n  - id: x\n---\n"))
	for text, want := range map[string]int{"a": 2, "b": 3, "id: x": 4, "none": 2} {
		if got := f.Line(text); got != want {
			t.Errorf("Line(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	var ps Problems
	if ps.Err() != nil {
		t.Error("no problems are an error")
	}
	ps.Add("b.md", 3, "is odd", "make it even")
	ps.Add("a.md", 12, "is late", "")
	ps.Add("b.md", 3, "is odd", "make it even")
	ps.Add("a.md", 2, "is early", "wait")
	ps.Add("b.md", 0, "is empty", "write it")
	want := "a.md:2: is early; wait\na.md:12: is late\nb.md: is empty; write it\nb.md:3: is odd; make it even\nb.md:3: is odd; make it even"
	want = strings.TrimSuffix(want, "\nb.md:3: is odd; make it even") // said once
	if got := strings.TrimSuffix(ps.Sorted().Error(), "\n"); got != want {
		t.Errorf("problems:\n%s\nwant:\n%s", got, want)
	}
	if ps.Err() == nil || ps[0].File != "b.md" {
		t.Error("Sorted changed its receiver, or problems are no error")
	}
}

func FuzzSplit(f *testing.F) {
	for _, s := range []string{"---\na: 1\n---\nText\n", "---\n---\n", "---\r\na: 1\r\n---\r\n", "\ufeff---\n---", "x", "---\n\xff\n---\n", "---\n- a\n---\n## H\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		file, ps := Split("f.md", src)
		if (file == nil) != (len(ps) > 0) {
			t.Fatalf("file %v with problems %v", file, ps)
		}
		all := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimPrefix(string(src), "\ufeff")), "\n")
		for _, p := range ps {
			if p.Line < 1 || p.Line > len(all) {
				t.Fatalf("problem on line %d of %d", p.Line, len(all))
			}
		}
		if file == nil {
			return
		}
		for _, l := range file.Lines() {
			if l.N > len(all) && l.Text == "" { // the empty body of a file without a last line end
				continue
			}
			if all[l.N-1] != l.Text {
				t.Fatalf("line %d is %q in the file and %q in the body", l.N, all[l.N-1], l.Text)
			}
		}
		var v facts
		for _, p := range file.Decode(&v) {
			if p.Line < 2 || p.Line > len(all) {
				t.Fatalf("problem with the facts on line %d of %d: %s", p.Line, len(all), p)
			}
		}
	})
}
