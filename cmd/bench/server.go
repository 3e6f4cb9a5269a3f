package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A process is a server that is measured.
type process struct {
	cmd  *exec.Cmd
	addr string
	db   string // of groundwork; empty for a baseline

	alive string // the path that tells whether it answers; empty is /healthz
}

// startSite runs groundwork on a store. Every client may say which network it
// comes from, so that the limits of one network do not end the measurement.
func startSite(ctx context.Context, binary, db string) (*process, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, binary, "serve", "-addr", addr, "-db", db, "-proxies", "1", "-self-test", "never", "-save-rate", "0")
	p := &process{cmd: cmd, addr: addr, db: db}
	log, err := os.Create(filepath.Join(filepath.Dir(db), "server.log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	p.cmd.Stderr = log
	return p, p.start()
}

// start starts the process and waits until it answers.
func (p *process) start() error {
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGTERM) }
	if err := p.cmd.Start(); err != nil {
		return err
	}
	for range 2000 {
		c, err := dial(p.addr)
		if err == nil {
			r, err := c.get(cmp.Or(p.alive, "/healthz"), "")
			c.close()
			if err == nil && r.status == 200 {
				return nil
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	p.stop()
	return fmt.Errorf("%s does not answer at %s", p.cmd.Path, p.addr)
}

func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	_ = p.cmd.Wait()
}

func freeAddr() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer ln.Close()
	return ln.Addr().String(), nil
}

// family is the process and what it has started, by number.
func (p *process) family() (pids []int) {
	pids = []int{p.cmd.Process.Pid}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return pids
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		if fields := stat(pid); len(fields) > 1 && fields[1] == strconv.Itoa(pids[0]) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// stat returns the fields of proc_pid_stat(5) from the third on.
func stat(pid int) []string {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil // it has ended
	}
	_, rest, _ := strings.Cut(string(data), ") ") // the name may hold blanks
	return strings.Fields(rest)
}

// cpu is the processor time that the process and those it has started have
// used, to a hundredth of a second (fields 14 and 15).
func (p *process) cpu() (used time.Duration) {
	for _, pid := range p.family() {
		if fields := stat(pid); len(fields) > 12 {
			user, _ := strconv.ParseInt(fields[11], 10, 64)
			system, _ := strconv.ParseInt(fields[12], 10, 64)
			used += time.Duration(user+system) * 10 * time.Millisecond
		}
	}
	return used
}

// rss is the memory that the process and those it has started hold, in MB. What
// they share is counted for each.
func (p *process) rss() (mb float64) {
	for _, pid := range p.family() {
		mb += status(pid, "VmRSS:")
	}
	return mb
}

func status(pid int, key string) float64 {
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if rest, ok := strings.CutPrefix(s.Text(), key); ok {
			kb, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kb / 1024
		}
	}
	return 0
}

// ownCPU is the processor time that this program has used.
func ownCPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
