package diagram

import (
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// lines joins lines of a diagram.
func lines(l ...string) string { return strings.Join(l, "\n") + "\n" }

func TestText(t *testing.T) {
	tests := []struct {
		name, kind, src, want string
	}{
		{
			name: "a sequence names who speaks to whom",
			kind: "sequence",
			src:  lines("Client -> API: POST /orders", "note API: looks up the key", "API -> API: charges once", "API --> Client: 201", "", "Client -> API"),
			want: lines("Client to API: POST /orders.", "At API: looks up the key.", "API to itself: charges once.", "API answers Client: 201.", "Client to API."),
		},
		{
			name: "words keep their colons and end in one stop",
			kind: "sequence",
			src:  lines("A -> B: TCP: open", "B --> A: address of api.example.com?", "A -> B: GET :8080."),
			want: lines("A to B: TCP: open.", "B answers A: address of api.example.com?", "A to B: GET :8080."),
		},
		{
			name: "a note may stand before the messages of its lane",
			kind: "sequence",
			src:  lines("note B: starts", "A -> B: hello"),
			want: lines("At B: starts.", "A to B: hello."),
		},
		{
			name: "states have a start and ends",
			kind: "state",
			src:  lines("pending -> paid: card charged", "pending -> pending: reminded", "pending -> rejected", "paid -> sent: by courier"),
			want: lines("It starts as pending.", "From pending to paid: card charged.", "pending stays as it is: reminded.", "From pending to rejected.", "From paid to sent: by courier.", "Nothing leads on from rejected and sent."),
		},
		{
			name: "a circle of states has no end",
			kind: "state",
			src:  lines("on -> off: pressed", "off -> on: pressed"),
			want: lines("It starts as on.", "From on to off: pressed.", "From off to on: pressed."),
		},
		{
			name: "a timeline goes lane by lane",
			kind: "timeline",
			src:  lines("unit ms", "0-300 Orders: waits", "20-280.5 Payments: works", "300-12000 Orders: answers", "at 200: client gives up"),
			want: lines("Orders, from 0 to 300 ms: waits.", "Orders, from 300 to 12,000 ms: answers.", "Payments, from 20 to 280.5 ms: works.", "At 200 ms: client gives up."),
		},
		{
			name: "a tree says what is below what",
			kind: "tree",
			src:  lines("shop", "  docs: for readers", "    api.yaml: the contract", "  cmd"),
			want: lines("Below shop: docs; cmd.", "docs: for readers.", "Below docs: api.yaml.", "api.yaml: the contract."),
		},
		{
			name: "a tree of one",
			kind: "tree",
			src:  lines("alone"),
			want: lines("alone."),
		},
		{
			name: "apostrophes are set as such, and other marks stay",
			kind: "tree",
			src:  lines("a customer's rows", "  status = 'paid'"),
			want: lines("Below a customer’s rows: status = 'paid'."),
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := Parse(tt.kind, tt.src)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, d.Text()+"\n"); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatIsRefused(t *testing.T) {
	many := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.ReplaceAll(format, "#", string(rune('a'+i%26))+string(rune('a'+i/26))) + "\n")
		}
		return b.String()
	}
	tests := []struct {
		name, kind, src string
		line            int
		what            string // part of it
		mend            string // part of it
	}{
		{"no such kind", "flow", "A -> B\n", 0, `kind "flow"`, "diagram sequence"},
		{"nothing", "tree", "\n  \n", 1, "empty", "write a line"},
		{"a line that is too long", "tree", "a\n" + strings.Repeat("x", 200) + "\n", 2, "200 bytes", "fewer words"},
		{"control characters", "tree", "a\nb\x07\n", 2, "something else than text", "UTF-8"},
		{"an accent alone", "tree", "a\n  \u0301\n", 2, "nothing that can be seen", "name"},
		{"bytes that are not text", "tree", "a\xff\n", 1, "something else than text", "UTF-8"},
		{"another notation's arrow", "sequence", "A -> B: x\n\nB -->> A: y\n", 3, `"-->>"`, "write -->"},
		{"an arrow backwards", "sequence", "A <- B: x\n", 1, `"<-"`, "B -> A"},
		{"an arrow both ways", "state", "a <-> b: x\n", 1, `"<->"`, "two lines"},
		{"a line without an arrow", "sequence", "A -> B: x\nA tells B: y\n", 2, "no arrow", "A -> B: words"},
		{"an arrow without an end", "sequence", "A ->: x\n", 1, "one end", "A -> B: words"},
		{"two arrows", "state", "a -> b -> c: x\n", 1, "two arrows", "a line for each"},
		{"a note for nobody", "sequence", "A -> B: x\nnote C: y\n", 2, `"C"`, "A and B"},
		{"a note without words", "sequence", "A -> B: x\nnote A:\n", 2, "says nothing", "note A: words"},
		{"notes alone", "sequence", "note A: y\n", 1, `"A"`, "note"},
		{"too many lanes", "sequence", many(8, "A -> #: x"), 1, "9 lanes", "two diagrams"},
		{"too many steps", "sequence", many(25, "A -> B: x"), 25, "25 steps", "two diagrams"},
		{"a dashed arrow between states", "state", "a --> b: x\n", 1, "dashed", "write ->"},
		{"too many states", "state", many(13, "a -> #: x"), 12, "12 states", "two diagrams"},
		{"too many moves", "state", many(21, "a -> b: x"), 21, "20 arrows", "two diagrams"},
		{"an end before its start", "timeline", "0-5 A: x\n9-5 B: y\n", 2, "ends at 5, before it starts at 9", "start first"},
		{"a bar without figures", "timeline", "soon A: x\n", 1, "neither a bar nor a mark", "0-300 Lane"},
		{"a bar without a lane", "timeline", "0-5 : x\n", 1, "no lane", "0-300 Lane"},
		{"a mark without words", "timeline", "0-5 A: x\nat 3\n", 2, "mark lacks", "at 200: label"},
		{"a unit of two words", "timeline", "unit thousand years\n0-5 A: x\n", 1, "one word", "unit ms"},
		{"a unit that comes late", "timeline", "0-5 A: x\nunit ms\n", 2, "first line", "unit ms"},
		{"marks alone", "timeline", "unit ms\nat 3: x\n", 1, "no bars", "0-300 Lane"},
		{"figures too fine to be read", "timeline", "0-0.0001 A: x\n", 1, "neither a bar nor a mark", "0-300 Lane"},
		{"figures out of all bounds", "timeline", "0-99999999999 A: x\n", 1, "digits", "larger unit"},
		{"too many bars", "timeline", many(25, "0-5 A: x"), 25, "24 bars", "two diagrams"},
		{"too many marks", "timeline", "0-5 A: x\n" + many(7, "at 3: x"), 8, "6 marks", "two diagrams"},
		{"a tab", "tree", "a\n\tb\n", 2, "tab", "two blanks"},
		{"an odd indent", "tree", "a\n   b\n", 2, "3 blanks", "two blanks"},
		{"a level skipped", "tree", "a\n  b\n      c\n", 3, "skips a level", "two blanks more"},
		{"an indented first line", "tree", "  a\n", 1, "skips a level", "two blanks more"},
		{"too many lines", "tree", many(41, "#"), 41, "40 lines", "two diagrams"},
		{"too deep", "tree", "a\n  b\n    c\n      d\n        e\n          f\n            g\n              h\n                i\n", 9, "8 levels", "two diagrams"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse(tt.kind, tt.src)
			var bad *Error
			if !errors.As(err, &bad) {
				t.Fatalf("Parse: %v, want an *Error", err)
			}
			if bad.Line != tt.line || !strings.Contains(bad.What, tt.what) || !strings.Contains(bad.Mend, tt.mend) {
				t.Errorf("got %v\nwant line %d, what with %q, mend with %q", bad, tt.line, tt.what, tt.mend)
			}
			if want := bad.What + "; " + bad.Mend; !strings.HasSuffix(bad.Error(), want) {
				t.Errorf("Error() = %q, want it to end in %q", bad.Error(), want)
			}
		})
	}
}

func TestZeroDiagram(t *testing.T) {
	var d Diagram
	if got := d.SVG("id", "title") + d.Text(); got != "" || d.Width() != 0 {
		t.Errorf("the zero diagram shows %q, %d px wide", got, d.Width())
	}
}

// Wide enough for a column, a picture is drawn twice; small, once.
func TestDrawnTwiceOnlyWhereItHelps(t *testing.T) {
	tests := []struct {
		name, kind, src string
		want            []string // classes
		scrolls         bool
	}{
		{"two lanes", "sequence", "A -> B: x\n", []string{"chart diagram"}, false},
		{"four lanes", "sequence", "Browser -> App: connect my calendar\nApp -> Issuer: the code and the secret\nIssuer -> Resources: looks it up for the user\n", []string{"chart diagram column", "chart diagram phone"}, false},
		{"a timeline", "timeline", "0-5 A: x\n", []string{"chart diagram column", "chart diagram phone"}, false},
		{"more lanes than a phone holds", "sequence", "Storefront -> Authentication: x\nAuthentication -> Notification: x\nNotification -> Warehouse: x\n", []string{"chart diagram column", "chart diagram phone"}, true},
	}
	class := regexp.MustCompile(`<svg class="([^"]*)"`)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := Parse(tt.kind, tt.src)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, m := range class.FindAllStringSubmatch(d.SVG("", "t"), -1) {
				got = append(got, m[1])
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("classes (-want +got):\n%s", diff)
			}
			if scrolls := d.Width() > 340; scrolls != tt.scrolls {
				t.Errorf("Width() = %d, want above 340: %t", d.Width(), tt.scrolls)
			}
		})
	}
}

func TestGolden(t *testing.T) {
	tests := []struct{ name, kind, title, src string }{
		{"sequence", "sequence", "A create that is sent twice", lines("Client -> API: POST /orders", "note API: looks up the key", "API -> Database: INSERT", "API -> API: <charges> \"once\"", "Database --> API: 1 row", "API --> Client: 201")},
		{"state", "state", "A breaker", lines("closed -> open: 5 failures in a row", "open -> open: called", "open -> half-open: 10 s later", "half-open -> closed: the probe succeeds", "half-open -> open: the probe fails")},
		{"timeline", "timeline", "Who waits for whom", lines("unit ms", "0-180 Stock: answers", "180-450 Prices: no answer", "450-500 Page: built without prices", "at 450: prices given up", "at 500: deadline")},
		{"tree", "tree", "A repository", lines("shortlink", "  README.md: start here & run it", "  docs", "    decisions", "  cmd")},
		{"plan", "tree", "A plan", lines("Sort (cost=8.31..8.32 rows=1)", "  Index Scan using orders_customer on orders (rows=10)")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := Parse(tt.kind, tt.src)
			if err != nil {
				t.Fatal(err)
			}
			got := d.SVG("fig-1", tt.title)
			file := filepath.Join("testdata", tt.name+".svg")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s (-want +got; go test -update if that is what you wanted):\n%s", file, diff)
			}
		})
	}
}

// wellFormed reports what is wrong with markup: not XML, not safe under the
// site's policy, or without a name.
func wellFormed(svg string) string {
	for _, bad := range []string{"style=", "<style", "<script", "href", " id=", "url("} {
		for _, tag := range regexp.MustCompile(`<[^>]*>`).FindAllString(svg, -1) {
			tag = regexp.MustCompile(`aria-label="[^"]*"`).ReplaceAllString(tag, "")
			if strings.Contains(tag, bad) {
				return "holds " + bad
			}
		}
	}
	if !strings.Contains(svg, `role="img"`) || !strings.Contains(svg, "aria-label=") {
		return "has no role or name"
	}
	dec := xml.NewDecoder(strings.NewReader("<figure>" + svg + "</figure>"))
	for {
		_, err := dec.Token()
		if err == io.EOF {
			return ""
		}
		if err != nil {
			return err.Error()
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, w := range inContent(f) {
		f.Add(w.kind, w.text)
	}
	for _, kind := range []string{"sequence", "state", "timeline", "tree", ""} {
		f.Add(kind, "a -> <b>: \"&'\nnote a: x\nat 1: x\n-5--1 x: y\n0..1e9 \u202e: \u0301\n")
	}
	f.Add("tree", "\u0301")
	f.Fuzz(func(t *testing.T, kind, src string) {
		d, err := Parse(kind, src)
		if err != nil {
			var bad *Error
			if n := strings.Count(src, "\n") + 1; !errors.As(err, &bad) || bad.Line < 0 || bad.Line > n || bad.What == "" || bad.Mend == "" {
				t.Errorf("Parse: %v, want an *Error with a line of %d, what and mend", err, n)
			}
			return
		}
		if what := wellFormed(d.SVG("fig-1", src)); what != "" {
			t.Errorf("the picture %s:\n%s", what, d.SVG("fig-1", src))
		}
		if d.Width() <= 0 || d.Text() == "" {
			t.Errorf("Width() = %d, Text() = %q", d.Width(), d.Text())
		}
	})
}

func BenchmarkParse(b *testing.B) {
	all := inContent(b)
	for b.Loop() {
		for _, w := range all {
			if _, err := Parse(w.kind, w.text); err != nil {
				b.Fatal(err)
			}
		}
	}
}
