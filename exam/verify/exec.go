package verify

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// Remote is a program the learner started; the verifier may only talk to it.
type Remote struct{ Base string }

func (r Remote) URL() string          { return r.Base }
func (r Remote) Restart(bool) error   { return ErrNoControl }
func (r Remote) Logs() (string, bool) { return "", false }

// Exec is a program the verifier starts and stops itself, in its own process group.
type Exec struct {
	Base, Cmd, Dir string
	Env            []string
	Ready          time.Duration
	Grace          time.Duration
	mu             sync.Mutex
	out            bytes.Buffer
	cmd            *exec.Cmd
	done           chan error
}

func (e *Exec) URL() string { return e.Base }
func (e *Exec) Logs() (string, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.out.String(), true
}

func (e *Exec) lastLines() string {
	text, _ := e.Logs()
	return tail(text, 12)
}
func (e *Exec) Write(p []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.out.Len() > 4<<20 {
		e.out.Reset()
	}
	return e.out.Write(p)
}

func (e *Exec) Start() error {
	u, err := url.Parse(e.Base)
	if err != nil {
		return err
	}
	if c, err := net.DialTimeout("tcp", u.Host, 300*time.Millisecond); err == nil {
		c.Close()
		return fmt.Errorf("something listens at %s already; stop it, or leave out --cmd", u.Host)
	}
	c := exec.Command("sh", "-c", "exec "+e.Cmd)
	c.Dir = e.Dir
	c.Env = append(append(os.Environ(), "PORT="+u.Port(), "TZ="+zoneWithAnotherDay()), e.Env...)
	c.Stdout, c.Stderr = e, e
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.WaitDelay = time.Second
	if err := c.Start(); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- c.Wait() }()
	e.cmd, e.done = c, done
	end := time.Now().Add(e.Ready)
	for time.Now().Before(end) {
		select {
		case err := <-done:
			done <- err
			return fmt.Errorf("it ended at once (%v); its last output:\n%s", err, e.lastLines())
		default:
		}
		if c, err := net.DialTimeout("tcp", u.Host, 200*time.Millisecond); err == nil {
			c.Close()
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return fmt.Errorf("nothing listened at %s within %v; its last output:\n%s", u.Host, e.Ready, e.lastLines())
}

// Stop ends the whole process group that Start made: SIGTERM first unless kill.
func (e *Exec) Stop(kill bool) error {
	if e.cmd == nil {
		return nil
	}
	pg := e.cmd.Process.Pid
	defer func() { e.cmd = nil }()
	if !kill {
		syscall.Kill(-pg, syscall.SIGTERM)
		select {
		case <-e.done:
			syscall.Kill(-pg, syscall.SIGKILL)
			return nil
		case <-time.After(e.Grace):
		}
	}
	syscall.Kill(-pg, syscall.SIGKILL)
	select {
	case <-e.done:
	case <-time.After(3 * time.Second):
	}
	if !kill {
		return errors.New("it did not end within " + e.Grace.String() + " after SIGTERM")
	}
	return nil
}
func (e *Exec) Restart(kill bool) error {
	if err := e.Stop(kill); err != nil {
		return err
	}
	return e.Start()
}

// zoneWithAnotherDay: a time zone in which today's date differs from UTC's, so that local dates show.
func zoneWithAnotherDay() string {
	if time.Now().UTC().Hour() < 12 {
		return "Etc/GMT+12"
	}
	return "Etc/GMT-14"
}

func tail(s string, n int) string {
	l := bytes.Split([]byte(s), []byte("\n"))
	return string(bytes.Join(l[max(0, len(l)-n):], []byte("\n")))
}
