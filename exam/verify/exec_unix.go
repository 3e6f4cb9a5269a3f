//go:build unix

package verify

import (
	"os/exec"
	"strings"
	"syscall"
)

// shell makes a command that runs in a process group of its own. One simple
// command takes the shell's place, so that it gets the signals itself; for
// several the shell stays and waits for the one that is running.
func shell(command string) *exec.Cmd {
	script := "exec " + command
	if first, _, _ := strings.Cut(command, " "); strings.Contains(first, "=") {
		script = "exec env " + command // exec takes no VAR=value before the command
	}
	if strings.ContainsAny(command, ";&|\n") {
		script = "trap : TERM; " + command
	}
	c := exec.Command("sh", "-c", script)
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return c
}

// terminate sends SIGTERM to the process group of c.
func terminate(c *exec.Cmd) error { return syscall.Kill(-c.Process.Pid, syscall.SIGTERM) }

// killAll sends SIGKILL to what is left of the process group of c.
func killAll(c *exec.Cmd) {
	syscall.Kill(-c.Process.Pid, syscall.SIGKILL) // fails if nothing is left
}
