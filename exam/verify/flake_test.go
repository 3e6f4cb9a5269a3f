package verify_test

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"testing"

	"groundwork/exam/verify"
)

// How often does a correct solution fail (FLAKE=runs), idle and with the CPUs kept busy (BUSY=goroutines)?
func TestFlake(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("FLAKE"))
	if n == 0 {
		t.Skip("set FLAKE=runs")
	}
	var mu sync.Mutex
	fails, runs := map[string]int{}, map[string]int{}
	t.Run("all", func(t *testing.T) {
		for i := range n {
			for _, id := range allTasks {
				t.Run(fmt.Sprint(id, i), func(t *testing.T) {
					t.Parallel()
					res := run(t, newApp(t, id, ""), id, uint64(1000+i))
					mu.Lock()
					defer mu.Unlock()
					for _, c := range res.Checks {
						if c.Status != verify.Blocked {
							runs[id+" "+c.ID]++
						}
						if c.Status == verify.Unsure {
							fails["unsure "+id+" "+c.ID]++
						}
						if c.Status == verify.Fail || c.Status == verify.Errored {
							fails[id+" "+c.ID]++
							t.Logf("FLAKE %s %v", c.ID, c.Failure)
						}
					}
				})
			}
		}
	})
	total := 0
	for _, r := range runs {
		total += r
	}
	t.Logf("TOTAL %d check runs; failures of a correct solution: %v", total, fails)
}
