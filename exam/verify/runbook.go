package verify

import (
	"path/filepath"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// runbookFiles are the places of a runbook.
var runbookFiles = []string{"RUNBOOK.md", "runbook.md", "docs/runbook.md", "docs/RUNBOOK.md"}

// A runbook is what a runbook says, as far as the checks ask.
type runbook struct {
	File     string // "" if there is none
	Title    string
	Words    int
	Sections []section
	Blocks   int      // of commands
	Missing  []string // what commands and links name and the folder has not
	Gaps     []string
	Secrets  []string
	Reviewed string // the date of the last review, as written
}

// A section is a heading and what is under it, up to the next heading.
type section struct {
	Level       int
	Title       string
	Words       int
	List, Block bool // it has a list, a block of commands
	Check, Act  bool // it says what to look at, what to do
}

var (
	checkWords = regexp.MustCompile(`(?i)\b(checks?|look|looks|see|read|watch|compare|verify|query|inspect|find|open)\b`)
	actWords   = regexp.MustCompile(`(?i)\b(restart|roll(ing)? ?back|scale|disable|enable|stop|start|kill|drain|switch|turn|raise|lower|clear|block|revert|deploy|fail ?over|increase|reduce|call|drop|delete|free)\b`)
	gapWords   = regexp.MustCompile(`\b(TODO|TBD|FIXME|XXX)\b|(?i:lorem ipsum)|(?i:<(your|insert|name of|the)[ _-][^>]*>)`)
	reviewed   = regexp.MustCompile(`(?i)last reviewed\W{1,6}(\d{4}-\d{2}-\d{2})`)
	keyTexts   = regexp.MustCompile(`\bAKIA[0-9A-Z]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY|\bgh[pousr]_[A-Za-z0-9]{30,}|\bxox[abp]-[A-Za-z0-9-]{10,}|` +
		`(?i:\b(password|passwd|pwd|secret|token|api_?key)=["']?[^\s"'$<{*…]{4,})|://[^/\s:@$<{]+:[^/\s:@$<{]+@`)
)

// readRunbook reads the runbook of a folder.
func readRunbook(folder string) (r runbook, err error) {
	var src string
	for _, name := range runbookFiles {
		if src, err = readText(filepath.Join(folder, filepath.FromSlash(name))); err == nil {
			r.File = name
			break
		}
	}
	if r.File == "" {
		return r, nil
	}
	r.Words = len(strings.Fields(src))
	if m := reviewed.FindStringSubmatch(src); m != nil {
		r.Reviewed = m[1]
	}
	r.Gaps = gapWords.FindAllString(src, -1)
	for _, s := range keyTexts.FindAllString(src, -1) {
		r.Secrets = append(r.Secrets, clip(s, 12)) // enough to find it, not enough to use it
	}
	r.outline([]byte(src), namesOf(folder, filepath.Dir(r.File)))
	return r, nil
}

// outline reads the headings, and what stands below each.
func (r *runbook) outline(src []byte, names folderNames) {
	root := goldmark.New().Parser().Parse(text.NewReader(src))
	current := &section{}
	for n := root.FirstChild(); n != nil; n = n.NextSibling() {
		said := plainText(n, src)
		if h, ok := n.(*ast.Heading); ok {
			if h.Level == 1 && r.Title == "" {
				r.Title = said
				continue
			}
			r.Sections = append(r.Sections, section{Level: h.Level, Title: said})
			current = &r.Sections[len(r.Sections)-1]
			continue
		}
		current.Words += len(strings.Fields(said))
		current.Check = current.Check || checkWords.MatchString(said)
		current.Act = current.Act || actWords.MatchString(said)
		switch n := n.(type) {
		case *ast.List:
			current.List = true
		case *ast.FencedCodeBlock:
			current.Block = true
			r.Blocks++
			r.Missing = append(r.Missing, names.missingCommands(said, string(n.Language(src)))...)
		}
		r.Missing = append(r.Missing, names.missingLinks(n)...)
	}
}

// plainText is all text below a node, code included.
func plainText(root ast.Node, src []byte) string {
	var b strings.Builder
	// the walk ends with an error only if the function below returns one
	_ = ast.Walk(root, func(n ast.Node, in bool) (ast.WalkStatus, error) {
		if !in {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Text:
			b.Write(n.Segment.Value(src))
			if n.SoftLineBreak() || n.HardLineBreak() {
				b.WriteByte('\n')
			}
		case *ast.String:
			b.Write(n.Value)
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			for i := range n.Lines().Len() {
				line := n.Lines().At(i)
				b.Write(line.Value(src))
			}
		case *ast.ListItem, *ast.Paragraph, *ast.TextBlock:
			b.WriteByte('\n')
		}
		return ast.WalkContinue, nil
	})
	return strings.TrimSpace(b.String())
}
