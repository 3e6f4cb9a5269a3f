package lint

import (
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"math"
	"regexp"
	"strings"

	"groundwork/exam"
)

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

var asksOutput = regexp.MustCompile(`(?i)\bwhat\b[^.?]*\b(prints?|printed|returns?|returned|outputs?)\b`)

// computed reports a key that could be computed by running the item's code and
// is not, and one that is no output.
func computed(v *view, bad reporter) {
	choice := v.Type == exam.Single || v.Type == exam.Short
	runs := map[string]string{"go": "```go program", "sql": "```sql\n"}
	switch {
	case v.Run != "" && !choice:
		bad(fmt.Sprintf("says run and is of the type %s, whose key is no output", v.Type), "ask for what the code prints, or take run out")
	case v.Run != "" || !choice || !asksOutput.MatchString(v.question):
	default:
		for name, mark := range runs {
			if strings.Contains(v.Stem, mark) {
				bad("asks what its code yields, and nobody runs it", "write run: "+name+" among its facts")
			}
		}
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
