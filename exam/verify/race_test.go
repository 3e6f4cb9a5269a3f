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

// How often does a race check catch its mutant, for different numbers of parallel requests and rounds?
func TestKillRate(t *testing.T) {
	if os.Getenv("KILLRATE") == "" {
		t.Skip("set KILLRATE=rounds")
	}
	tries, _ := strconv.Atoi(os.Getenv("KILLRATE"))
	re := regexp.MustCompile(`parallel \d+ rounds \d+`)
	for _, c := range []struct{ task, bug, check string }{
		{"m2-users", "race", "unique.race"}, {"m2-users", "race-1ms", "unique.race"},
		{"p2-shortener", "code-race", "codes.race"}, {"p2-shortener", "code-race-1ms", "codes.race"},
		{"p2-shortener", "click-race", "clicks.race"}, {"p2-shortener", "click-race-1ms", "clicks.race"}} {
		for _, nr := range [][2]int{{10, 1}, {50, 1}, {200, 1}, {25, 20}, {25, 40}, {10, 100}, {25, 200}} {
			b, _ := fs.ReadFile(content.FS(), "task/"+c.task+".md")
			src := re.ReplaceAllString(string(b), fmt.Sprintf("parallel %d rounds %d", nr[0], nr[1]))
			src = regexp.MustCompile(`tally 409 == \d+`).ReplaceAllString(src, fmt.Sprintf("tally 409 == %d", nr[0]-1))
			src = regexp.MustCompile(`total == \d\d+`).ReplaceAllString(src, fmt.Sprintf("total == %d", nr[0]*nr[1]))
			task, err := verify.ParseTask(c.task, []byte(src))
			if err != nil {
				t.Fatal(err)
			}
			hit := 0
			var d time.Duration
			for i := range tries {
				a := newApp(t, c.task, c.bug)
				r := &verify.Runner{App: a, Bench: &verify.Bench{}, Seed: uint64(i), Only: c.check}
				res := r.Run(task, "")
				if res.Checks[0].Status == verify.Fail {
					hit++
				} else {
					d = res.Duration
				}
				a.stop(false)
			}
			t.Logf("%-12s %-14s %3d at once x %3d rounds: caught %2d of %d  (a clean pass takes %v)", c.check, c.bug, nr[0], nr[1], hit, tries, d.Round(time.Millisecond))
		}
	}
}
