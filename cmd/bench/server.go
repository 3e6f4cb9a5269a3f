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
	cmd := exec.CommandContext(ctx, binary, "serve", "-addr", addr, "-db", db, "-proxies", "1", "-self-test", "never")
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

// cpu is the processor time that the process has used, to a hundredth of a
// second (proc_pid_stat(5), fields 14 and 15).
func (p *process) cpu() time.Duration {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(data), ") ") // the name may hold blanks
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond
}

// rss is the memory that the process holds, in MB.
func (p *process) rss() float64 { return p.status("VmRSS:") }

func (p *process) status(key string) float64 {
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
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
