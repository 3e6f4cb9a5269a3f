// Package sample runs the code that lessons, other pages and items show, so
// that nothing on the site is only believed to work.
//
// [Collect] finds the code blocks of a content folder and what is expected of
// each, from the marks that content/README.md describes: a Go program prints
// the output block that follows it, a fragment type-checks with the lesson's
// harness, a test file passes, the SQL of a page runs in order on one database
// and returns the result blocks, and HTTP, JSON, YAML and shell can be parsed.
// A block that is not run has to say why; a language that nobody knows is a
// mistake. Nothing is skipped in silence: [Set.Run] reports how many samples
// there are and how many ran.
//
// Go samples need the go command. They are written into one temporary module
// and built by one invocation; programs then run in parallel, each twice if
// something is expected of its output, with a limit of time. They are run
// without any isolation: whoever may write content may run code here.
//
// A [Claim] ties a sample to the key of an item. This package does not know
// what items are; whoever reads the bank says which block a key rests on.
package sample

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"groundwork/content"
	"groundwork/content/source"
)

// A Kind says what is done with a sample.
type Kind string

// The kinds of samples.
const (
	Program  Kind = "program"  // Go: built, run, its output compared
	Fragment Kind = "fragment" // Go: type-checked with a harness
	Test     Kind = "test"     // Go: run with go test
	SQL      Kind = "sql"      // run on SQLite after the blocks before it
	HTTP     Kind = "http"     // parsed as messages
	JSON     Kind = "json"     // parsed
	YAML     Kind = "yaml"     // parsed
	Shell    Kind = "sh"       // parsed
)

// Go reports whether the go command is needed.
func (k Kind) Go() bool { return k == Program || k == Fragment || k == Test }

// A Sample is one code block that can be run or parsed.
type Sample struct {
	File  string
	Line  int // of the block's opening mark
	Group int // line of the heading of the item it belongs to; 0 outside the bank
	Kind  Kind
	Text  string

	Harness     string // Go declarations that a fragment leaves out
	HarnessLine int    // of the line before the first of them

	Want *Want // what the block after it shows, or nil
}

// A Want is what a sample is said to print or return.
type Want struct {
	Line int    // of its opening mark
	Lang string // output, result or plan
	Text string
}

// An Excuse is a block that is not run, with the reason that its author gives.
type Excuse struct {
	File   string
	Line   int
	Reason string
}

// A Set is the code of a content folder.
type Set struct {
	Samples []Sample
	Excused []Excuse
	Shown   int // blocks that are there to be looked at: logs, plans, texts
}

// Pages are the files of a content folder that hold samples.
var Pages = []string{"lesson/*/*.md", "item/*/*.md", "guide/*.md", "skill/*.md", "project/*.md"}

// Collect finds the samples of a content folder. It reports blocks of which it
// cannot be known what to do with them, with file and line.
func Collect(fsys fs.FS) (*Set, source.Problems) {
	c := &collector{set: new(Set)}
	for _, pattern := range Pages {
		names, err := fs.Glob(fsys, pattern)
		if err != nil {
			c.problems.Add(pattern, 0, err.Error(), "")
		}
		for _, name := range names {
			f, ps := source.Read(fsys, name)
			c.problems = append(c.problems, ps...)
			if f != nil {
				c.file(f)
			}
		}
	}
	return c.set, c.problems
}

// A collector reads one file after the other.
type collector struct {
	set      *Set
	problems source.Problems
	harness  string // of the file at hand
	from     int    // its line
}

// file collects the blocks of a file: of an item file item by item.
func (c *collector) file(f *source.File) {
	c.harness, c.from = harness(f)
	if !strings.HasPrefix(f.Name, "item/") {
		c.blocks(f.Name, 0, content.Blocks(f.Lines()))
		return
	}
	for _, s := range source.Sections(f.Lines(), 2) {
		c.blocks(f.Name, s.Line, content.Blocks(s.Lines))
	}
}

// harness returns the harness of a lesson and the line above it.
func harness(f *source.File) (text string, line int) {
	var front struct {
		Harness string `yaml:"harness"`
	}
	if err := f.DecodeSome(&front); err != nil {
		return "", 0 // whoever loads the file reports it
	}
	return front.Harness, f.Line("harness:")
}

// blocks collects blocks in order. What a block prints stands in the next one.
func (c *collector) blocks(file string, group int, blocks []content.Block) {
	for i, b := range blocks {
		if c.shown(file, b) {
			continue
		}
		kind, wrong := kindOf(b)
		if wrong != "" {
			c.problems.Add(file, b.Line, wrong, "mark the block as content/README.md says, or give norun=\"and why\"")
			continue
		}
		s := Sample{File: file, Line: b.Line, Group: group, Kind: kind, Text: b.Text}
		if kind == Fragment {
			s.Harness, s.HarnessLine = c.harness, c.from
		}
		if i+1 < len(blocks) && expects(kind, b, blocks[i+1]) {
			s.Want = &Want{blocks[i+1].Line, blocks[i+1].Lang, blocks[i+1].Text}
		}
		c.set.Samples = append(c.set.Samples, s)
	}
	c.orphans(file, blocks)
}

// shown deals with blocks that are not run: those for the eye, the parts of
// items that package exam reads, and those that say why.
func (c *collector) shown(file string, b content.Block) bool {
	if reason, ok := b.Marks["norun"]; ok || b.Is("norun") {
		if len(strings.Fields(reason)) == 0 {
			c.problems.Add(file, b.Line, "a block is not run and does not say why", "write norun=\"and why\", for the reader")
		}
		c.set.Excused = append(c.set.Excused, Excuse{file, b.Line, reason})
		return true
	}
	switch b.Lang {
	case "text", "log", "plan", "output", "result", "diagram", "":
		c.set.Shown++
		return true
	case "item":
		return true
	case "sql":
		return b.Is("schema") || b.Is("data") || b.Is("key")
	}
	return false
}

// kindOf says what is done with a block, or what is wrong with it.
func kindOf(b content.Block) (Kind, string) {
	switch b.Lang {
	case "go":
		for _, k := range []Kind{Program, Fragment, Test} {
			if b.Is(string(k)) {
				return k, ""
			}
		}
		return "", "a Go block is neither program, fragment nor test"
	case "sql", "http", "json", "yaml", "sh":
		return Kind(b.Lang), ""
	}
	return "", fmt.Sprintf("nobody knows how to run the language %q", b.Lang)
}

// expects reports whether next shows what b prints or returns.
func expects(k Kind, b, next content.Block) bool {
	switch k {
	case Program:
		return next.Lang == "output"
	case SQL:
		return next.Lang == "result" || next.Lang == "plan" && explains(b.Text)
	}
	return false
}

// orphans reports output and results that stand after nothing that is run.
func (c *collector) orphans(file string, blocks []content.Block) {
	for i, b := range blocks {
		if b.Lang != "output" && b.Lang != "result" {
			continue
		}
		maker := "go"
		if b.Lang == "result" {
			maker = "sql"
		}
		if i == 0 || blocks[i-1].Lang != maker || slices.Contains(blocks[i-1].Flags, "fragment") {
			c.problems.Add(file, b.Line, "the block "+b.Lang+" does not follow what makes it", "put it right after its "+maker+" block, or call it text")
		}
	}
}
