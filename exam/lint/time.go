package lint

import (
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"math"
	"strings"

	"groundwork/exam"
)

// How fast people read under examination: 200 words a minute, and a line of
// code, log or plan in as long as seven words.
const (
	wordsPerSecond = 3.3
	secondsPerLine = 2.0
)

// readingTime reports an item that cannot even be read in its seconds.
func readingTime(v *view, bad reporter) {
	n := len(words(shown(v.prose)))
	lines := len(v.code)
	add := func(options []exam.Option) {
		for _, o := range options {
			prose, code := unfence(o.Text)
			n += len(words(shown(prose)))
			lines += len(code)
		}
	}
	switch v.Type {
	case exam.Single, exam.Multiple, exam.Ordering, exam.Matching:
		add(v.Options)
		add(v.Choices)
	case exam.Cloze:
		for _, b := range v.Blanks {
			if !b.Typed {
				add(b.Options)
			}
		}
	case exam.SQL:
		lines += strings.Count(v.Query.Schema, "\n") + strings.Count(v.Query.Data[0], "\n")
	}
	need := float64(n)/wordsPerSecond + float64(lines)*secondsPerLine
	if need > float64(v.Seconds) {
		bad(fmt.Sprintf("should take %d seconds and takes %.0f to read (%d words, %d lines of code)", v.Seconds, need, n, lines), "give it more seconds, or shorten it")
	}
}

// expression reports a numeric key that is not what its expression yields.
func expression(v *view, bad reporter) {
	if v.Expr == "" {
		return
	}
	if v.Type != exam.Numeric {
		bad("has an expr and is not numeric", "take expr out")
		return
	}
	tv, err := types.Eval(token.NewFileSet(), nil, token.NoPos, v.Expr)
	if err != nil {
		bad(fmt.Sprintf("has the expr %q, which cannot be evaluated: %v", v.Expr, err), "write a Go constant expression, such as 1200 * 20 / 1000.0")
		return
	}
	if tv.Value == nil {
		bad(fmt.Sprintf("has the expr %q, which is not constant", v.Expr), "write a Go constant expression, such as 1200 * 20 / 1000.0")
		return
	}
	got, _ := constant.Float64Val(constant.ToFloat(tv.Value))
	if !near(v.Number, got) {
		bad(fmt.Sprintf("has the key %g, and its expr %s is %g", v.Number.Value, v.Expr, got), "mend the one that is wrong")
	}
}

// near reports whether the key stands for got: equal, or got rounded to the
// digits of the key within the item's own tolerance.
func near(n *exam.Number, got float64) bool {
	off := math.Abs(n.Value - got)
	tolerance := n.Tolerance
	if n.Relative {
		tolerance *= math.Abs(n.Value)
	}
	return off <= 1e-9*math.Abs(got) || off <= tolerance
}
