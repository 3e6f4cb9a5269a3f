package verify_test

import (
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strconv"
	"testing"
	"time"

	"groundwork/content"
	"groundwork/exam/verify"
)

// How often does a race check catch its mutant (KILLRATE=tries), for several
// numbers of requests at once and of rounds? It is printed, not judged: a coin
// is no gate.
func TestKillRate(t *testing.T) {
	tries, _ := strconv.Atoi(os.Getenv("KILLRATE"))
	if tries == 0 {
		t.Skip("set KILLRATE=tries")
	}
	for _, c := range []struct {
		s          subject
		bug, check string
	}{
		{m2Users, "race", "unique.race"}, {m2Users, "race-1ms", "unique.race"},
		{p2Shortener, "code-race", "codes.race"}, {p2Shortener, "code-race-1ms", "codes.race"},
		{p2Shortener, "click-race", "clicks.race"}, {p2Shortener, "click-race-1ms", "clicks.race"},
	} {
		for _, size := range [][2]int{{10, 1}, {50, 1}, {200, 1}, {25, 20}, {25, 40}, {10, 100}, {25, 200}} {
			task := volleyOf(t, c.s.task, size[0], size[1])
			caught := 0
			var clean time.Duration
			for i := range tries {
				app := start(t, c.s, c.bug)
				res := (&verify.Runner{App: app, Bench: app.bench, Seed: uint64(i), Only: []string{c.check}}).Run(task, "")
				if res.Checks[0].Status == verify.Fail {
					caught++
				} else {
					clean = res.Duration
				}
			}
			t.Logf("%-12s %-14s %3d at once x %3d rounds: caught %2d of %d (a clean pass takes %v)", c.check, c.bug, size[0], size[1], caught, tries, clean.Round(time.Millisecond))
		}
	}
}

var (
	volleySize = regexp.MustCompile(`parallel \d+ rounds \d+`)
	losers     = regexp.MustCompile(`tally 409 == \d+`)
	sum        = regexp.MustCompile(`total == \d\d+`)
)

// volleyOf returns a task with other numbers in its volleys.
func volleyOf(t *testing.T, id string, n, rounds int) *verify.Task {
	t.Helper()
	b, err := fs.ReadFile(content.FS(), "task/"+id+".md")
	if err != nil {
		t.Fatal(err)
	}
	src := volleySize.ReplaceAllString(string(b), fmt.Sprintf("parallel %d rounds %d", n, rounds))
	src = losers.ReplaceAllString(src, fmt.Sprintf("tally 409 == %d", n-1))
	src = sum.ReplaceAllString(src, fmt.Sprintf("total == %d", n*rounds))
	task, err := verify.ParseTask(id+".md", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return task
}
