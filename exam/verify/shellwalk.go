package verify

import (
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// A shellWalk looks through a script for commands that run tests, and at what
// happens when they fail.
type shellWalk struct {
	folder            string
	errexit, pipefail bool // as set so far
	found             []testRun
	almost            []string
}

// stmts walks statements that run one after the other. after are those that
// follow in the lists around them.
func (w *shellWalk) stmts(list, after []*syntax.Stmt) {
	for i, s := range list {
		rest := append(append([]*syntax.Stmt{}, list[i+1:]...), after...)
		w.stmt(s, rest, "")
	}
}

// stmt walks one statement; hidden says what already hides its failure.
func (w *shellWalk) stmt(s *syntax.Stmt, rest []*syntax.Stmt, hidden string) {
	if hidden == "" {
		switch {
		case s.Background:
			hidden = "& sends it to the background"
		case s.Negated:
			hidden = "! turns its result round"
		}
	}
	switch c := s.Cmd.(type) {
	case *syntax.CallExpr:
		w.call(c, rest, hidden)
	case *syntax.BinaryCmd:
		w.binary(c, rest, hidden)
	case *syntax.Subshell:
		w.all(c.Stmts, rest, hidden)
	case *syntax.Block:
		w.all(c.Stmts, rest, hidden)
	case *syntax.TimeClause:
		if c.Stmt != nil {
			w.stmt(c.Stmt, rest, hidden)
		}
	case *syntax.ForClause:
		w.all(c.Do, rest, hidden)
	case *syntax.WhileClause:
		w.all(c.Do, rest, hidden)
	case *syntax.IfClause:
		w.branch(c, rest, hidden)
	}
}

func (w *shellWalk) all(list, rest []*syntax.Stmt, hidden string) {
	if hidden == "" {
		w.stmts(list, rest)
		return
	}
	for _, s := range list {
		w.stmt(s, rest, hidden)
	}
}

// branch walks an if. A condition may fail; what counts is whether the script
// then ends with an error.
func (w *shellWalk) branch(c *syntax.IfClause, rest []*syntax.Stmt, hidden string) {
	cond := hidden
	if cond == "" && !strings.Contains(printed(c), "exit") {
		cond = "if asks for its result, and nothing ends the script"
	}
	for _, s := range c.Cond {
		w.stmt(&syntax.Stmt{Cmd: s.Cmd}, nil, cond)
	}
	w.all(c.Then, rest, hidden)
	if c.Else != nil {
		w.branch(c.Else, rest, hidden)
	}
}

func (w *shellWalk) binary(c *syntax.BinaryCmd, rest []*syntax.Stmt, hidden string) {
	left, right := hidden, hidden
	switch {
	case hidden != "":
	case c.Op == syntax.OrStmt && !fails(c.Y):
		left = "|| " + printed(c.Y) + " takes its failure away"
	case (c.Op == syntax.Pipe || c.Op == syntax.PipeAll) && !w.pipefail:
		left = "its failure is lost in the pipe (set -o pipefail, or shell: bash)"
	}
	if c.Op == syntax.AndStmt && w.errexit {
		// a failing left side of && does not end a script; what follows does not see it
		w.stmt(c.X, nil, left)
		if left == "" && len(rest) > 0 && len(w.found) > 0 && !usesStatus(rest) {
			w.hideLast(c.X, "the script goes on after a failure to the left of &&")
		}
	} else {
		w.stmt(c.X, rest, left)
	}
	w.stmt(c.Y, rest, right)
}

// hideLast marks the last finding if it is the statement s.
func (w *shellWalk) hideLast(s *syntax.Stmt, why string) {
	last := &w.found[len(w.found)-1]
	if last.bypass == "" && last.command == printed(s) {
		last.bypass = why
	}
}

func (w *shellWalk) call(c *syntax.CallExpr, rest []*syntax.Stmt, hidden string) {
	text := printed(c)
	if strings.HasPrefix(text, "set ") {
		w.set(strings.Fields(text)[1:])
		return
	}
	ok, why := runsTests(w.folder, text, 0)
	if why != "" {
		w.almost = append(w.almost, why)
	}
	if !ok {
		return
	}
	if hidden == "" && !w.errexit && len(rest) > 0 && !usesStatus(rest) {
		hidden = "the script goes on after it fails, and ends with another command"
	}
	w.found = append(w.found, testRun{command: text, bypass: hidden})
}

// set follows set -e, set +e, set -o pipefail and the like.
func (w *shellWalk) set(args []string) {
	for i, a := range args {
		on := strings.HasPrefix(a, "-")
		if !on && !strings.HasPrefix(a, "+") {
			continue
		}
		if strings.Contains(a, "e") {
			w.errexit = on
		}
		if strings.Contains(a, "o") && i+1 < len(args) {
			switch args[i+1] {
			case "pipefail":
				w.pipefail = on
			case "errexit":
				w.errexit = on
			}
		}
	}
}

var leaving = regexp.MustCompile(`\b(?:exit|return)\b *"?([^ ;)}"\n]*)`)

// fails says whether a statement ends with an error: exit, exit 1, false, or a
// block that does.
func fails(s *syntax.Stmt) bool {
	text := printed(s)
	if text == "false" {
		return true
	}
	all := leaving.FindAllStringSubmatch(text, -1)
	return len(all) > 0 && all[len(all)-1][1] != "0"
}

// usesStatus says whether later statements look at the result of an earlier one.
func usesStatus(rest []*syntax.Stmt) bool {
	for _, s := range rest {
		if text := printed(s); strings.Contains(text, "$?") || strings.HasPrefix(text, "exit $") || strings.HasPrefix(text, `exit "$`) {
			return true
		}
	}
	return false
}

// printed is the text of a node on one line.
func printed(n syntax.Node) string {
	var b strings.Builder
	if err := syntax.NewPrinter(syntax.SingleLine(true)).Print(&b, n); err != nil {
		return ""
	}
	return strings.TrimSpace(b.String())
}
