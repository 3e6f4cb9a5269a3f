package verify

import (
	"os/exec"
	"strconv"
)

// shell makes a command for the Windows shell.
func shell(command string) *exec.Cmd { return exec.Command("cmd", "/c", command) }

// terminate cannot do what SIGTERM does: Windows has no such signal, so the
// checks that rest on it are skipped.
func terminate(*exec.Cmd) error {
	return skipBecause("Windows has no SIGTERM: run this check on Linux, macOS or in WSL")
}

// killAll ends c and all processes below it.
func killAll(c *exec.Cmd) {
	exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(c.Process.Pid)).Run() // fails if nothing is left
}
