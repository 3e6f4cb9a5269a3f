package verify

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// logLines is what probeLogs finds in the output of the learner's program.
type logLines struct {
	Found int    `json:"found"`
	Last  string `json:"last,omitempty"` // the last lines, if too few were found
}

// probeLogs waits up to a second for min= lines of the program's output that
// hold all of words=a,b,c in any letter case. Without output to look at (no
// -cmd and no -log) the check is skipped.
func probeLogs(x *Ctx, args map[string]string) error {
	need, err := strconv.Atoi(args["min"])
	if err != nil {
		return err
	}
	words := strings.Split(strings.ToLower(args["words"]), ",")
	var seen logLines
	for try := 0; try < 20; try++ {
		seen, err = Observe(x, "logs", func() (logLines, error) { return readLog(x.R.App, words, need) })
		if err != nil {
			return err
		}
		if seen.Found >= need {
			return nil
		}
		if err := x.Sleep(50 * time.Millisecond); err != nil {
			return err
		}
	}
	return &Failure{What: "log lines with " + args["words"], Expected: "at least " + args["min"],
		Actual: fmt.Sprintf("%d; the last lines were:\n%s", seen.Found, seen.Last)}
}

func readLog(app App, words []string, need int) (logLines, error) {
	text, ok := app.Logs()
	if !ok {
		return logLines{}, skipBecause("needs -cmd or -log FILE: the check reads what your program writes")
	}
	var seen logLines
	for line := range strings.Lines(strings.ToLower(text)) {
		all := true
		for _, w := range words {
			all = all && strings.Contains(line, w)
		}
		if all {
			seen.Found++
		}
	}
	if seen.Found < need {
		seen.Last = clip(tail(text, 5), 1000)
	}
	return seen, nil
}
