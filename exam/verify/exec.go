package verify

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"
)

// Exec is a program that the verifier starts and stops itself, with all the
// processes that it starts in turn.
//
// It gets PORT, a time zone in which today is another day than in UTC (so that
// local dates show), and Env on top of the verifier's own environment.
type Exec struct {
	Base    string // where it will listen
	Command string // for sh -c (cmd /c on Windows)
	Dir     string
	Env     []string
	Ready   time.Duration // how long it may take to listen

	mu      sync.Mutex
	out     bytes.Buffer
	cmd     *exec.Cmd
	exited  chan struct{} // closed when the process itself has ended
	drained chan struct{} // closed when nobody holds its output any more
}

const logMost = 4 << 20 // bytes of output that are kept

// URL is the address of the program.
func (e *Exec) URL() string { return e.Base }

// Logs returns what the program wrote, up to its last 4 MB.
func (e *Exec) Logs() (string, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.out.String(), true
}

// Write takes the program's output.
func (e *Exec) Write(p []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if over := e.out.Len() + len(p) - logMost; over > 0 {
		e.out.Next(over)
	}
	return e.out.Write(p)
}

func (e *Exec) lastLines() string {
	text, _ := e.Logs()
	return tail(text, 12)
}

// Start starts the program and waits until it accepts connections. It refuses
// if something listens at the address already: else one would test
// yesterday's process.
func (e *Exec) Start() error {
	u, err := url.Parse(e.Base)
	if err != nil {
		return err
	}
	if listens(u.Host) {
		return fmt.Errorf("something listens at %s already; stop it, or leave out -cmd", u.Host)
	}
	c := shell(e.Command)
	c.Dir = e.Dir
	c.Env = slices.Concat(os.Environ(), []string{"PORT=" + u.Port(), "TZ=" + zoneOfAnotherDay(time.Now())}, e.Env)
	out, in, err := os.Pipe()
	if err != nil {
		return err
	}
	c.Stdout, c.Stderr = in, in
	err = c.Start()
	in.Close()
	if err != nil {
		out.Close()
		return err
	}
	exited, drained := make(chan struct{}), make(chan struct{})
	go func() {
		c.Wait() // how it ended is in c.ProcessState
		close(exited)
	}()
	go func() {
		io.Copy(e, out) // ends when all are gone who can write
		out.Close()
		close(drained)
	}()
	e.cmd, e.exited, e.drained = c, exited, drained
	return e.await(u.Host)
}

// await waits until the program listens.
func (e *Exec) await(host string) error {
	for end := time.Now().Add(e.Ready); time.Now().Before(end); {
		select {
		case <-e.exited:
			state := e.cmd.ProcessState
			e.Stop(true)
			return fmt.Errorf("it ended at once (%v); its last output:\n%s", state, e.lastLines())
		case <-time.After(20 * time.Millisecond):
		}
		if listens(host) {
			return nil
		}
	}
	e.Stop(true)
	return fmt.Errorf("nothing listened at %s within %v; does it read PORT? Its last output:\n%s", host, e.Ready, e.lastLines())
}

func listens(host string) bool {
	c, err := net.DialTimeout("tcp", host, 200*time.Millisecond)
	if err != nil {
		return false
	}
	c.Close()
	return true
}

// Stop ends the program and all that it started.
func (e *Exec) Stop(kill bool) (Exit, error) {
	if e.cmd == nil {
		return Exit{}, nil
	}
	c := e.cmd
	if !kill {
		if err := terminate(c); err != nil {
			return Exit{}, err
		}
		if exit, ok := e.wait(c, stopTime); ok {
			killAll(c)
			e.cmd = nil
			return exit, nil
		}
	}
	killAll(c)
	e.cmd = nil
	exit, ok := e.wait(c, 3*time.Second)
	if !ok {
		return exit, errors.New("it does not even end when it is killed")
	}
	exit.Forced = !kill
	return exit, nil
}

// wait waits until the program and all that it started have ended. A process
// that only started the program (go run, npm) may be gone before it: then the
// code of the program is not known, and taken for good.
func (e *Exec) wait(c *exec.Cmd, most time.Duration) (Exit, bool) {
	end := time.After(most)
	select {
	case <-e.exited:
	case <-end:
		return Exit{}, false
	}
	exit := Exit{Code: c.ProcessState.ExitCode()}
	select {
	case <-e.drained:
		return exit, true
	case <-time.After(100 * time.Millisecond):
		exit.Code = 0
	}
	select {
	case <-e.drained:
		return exit, true
	case <-end:
		return exit, false
	}
}

// zoneOfAnotherDay is a time zone in which today is another day than in UTC.
func zoneOfAnotherDay(now time.Time) string {
	if now.UTC().Hour() < 12 {
		return "Etc/GMT+12"
	}
	return "Etc/GMT-14"
}

// tail returns the last n lines.
func tail(s string, n int) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// lastPart reads the last logMost bytes of a file.
func lastPart(f *os.File) (string, bool) {
	if info, err := f.Stat(); err == nil && info.Size() > logMost {
		if _, err := f.Seek(-logMost, io.SeekEnd); err != nil {
			return "", false
		}
	}
	b, err := io.ReadAll(io.LimitReader(f, logMost))
	return string(b), err == nil
}
