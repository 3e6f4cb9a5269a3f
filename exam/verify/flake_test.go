package verify_test

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"testing"

	"groundwork/exam/verify"
)

// How often does a correct solution fail (FLAKE=runs, ONLY=task)? Run it idle
// and with the processors kept busy.
func TestFlake(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("FLAKE"))
	if n == 0 {
		t.Skip("set FLAKE=runs")
	}
	var mu sync.Mutex
	verdicts := map[verify.Status]int{}
	var trials []trial
	for i := range n {
		for _, s := range subjects() {
			if only := os.Getenv("ONLY"); only != "" && only != s.task {
				continue
			}
			trials = append(trials, trial{fmt.Sprint(s.task, i), func(t *testing.T) {
				res := judge(t, s, "", uint64(1000+i))
				mu.Lock()
				defer mu.Unlock()
				for _, c := range res.Checks {
					verdicts[c.Status]++
				}
				if len(count(res, verify.Fail, verify.Errored)) > 0 {
					t.Error("a correct solution fails:", report(res))
				} else if r := report(res); r != "" {
					t.Log(r)
				}
			}})
		}
	}
	all(t, trials)
	t.Logf("verdicts of %d runs: %v", len(trials), verdicts)
}
