//go:build unix

package password

import (
	"os"
	"strconv"
	"syscall"
)

// stepBack gives this process the lowest priority: on Linux each of its threads,
// which those that they start take over. Where that is refused, it stays as it
// was.
func stepBack() {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, 19)
		return
	}
	for _, t := range threads {
		if id, err := strconv.Atoi(t.Name()); err == nil {
			_ = syscall.Setpriority(syscall.PRIO_PROCESS, id, 19)
		}
	}
}
