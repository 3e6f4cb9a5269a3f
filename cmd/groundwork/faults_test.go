//go:build linux

package main

import (
	"bufio"
	"database/sql"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// needs skips where a machine cannot make the fault.
func needs(t *testing.T, err error, what string) {
	t.Helper()
	if err != nil {
		t.Skipf("%s: %v", what, err)
	}
}

// readable fails unless a page and its neighbours are still served.
func readable(t *testing.T, url string) {
	t.Helper()
	for _, path := range []string{"/", "/lesson/api/errors", "/exam", "/healthz"} {
		if got := status(t, url+path); got != http.StatusOK {
			t.Errorf("%s is %d while nothing can be saved", path, got)
		}
	}
}

func status(t *testing.T, url string) int {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

// R5: with a full disk nothing is acknowledged that is not stored, pages are
// served, and saving goes on by itself when there is room.
func TestDiskFull(t *testing.T) {
	dir, n := t.TempDir(), rounds(2)
	size := fmt.Sprintf("size=%dm", 16+4*n) // what is saved meanwhile has to fit
	needs(t, syscall.Mount("tmpfs", dir, "tmpfs", 0, size), "mount a small disk")
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	db := filepath.Join(dir, "g.db")
	url, _ := child(t, db)
	s := startSavers(t, url, 8)
	for range n {
		s.progress(50)
		filler := fill(t, filepath.Join(dir, "filler"))
		refused := s.refused.Load()
		s.until("a refused change", func() bool { return s.refused.Load() > refused+8 })
		readable(t, url)
		s.until("readyz to say no", func() bool { return status(t, url+"/readyz") == http.StatusServiceUnavailable })
		if err := os.Remove(filler); err != nil {
			t.Fatal(err)
		}
		s.until("readyz to say yes", func() bool { return status(t, url+"/readyz") == http.StatusOK })
	}
	s.progress(50)
	s.report(db)
}

// fill writes until the disk is full.
func fill(t *testing.T, name string) string {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for size := 1 << 20; size > 0; {
		if _, err := f.Write(make([]byte, size)); err != nil {
			size /= 2
		}
	}
	return name
}

// R6: while fsync or write fail nothing is acknowledged that is not stored, and
// saving goes on when they work again.
func TestFailingSync(t *testing.T) {
	_, err := exec.LookPath("strace")
	needs(t, err, "strace injects the faults (apt-get install strace)")
	for _, fault := range []string{"fsync,fdatasync:error=EIO", "pwrite64:error=EIO:when=3+4", "pwrite64:error=ENOSPC:when=2+3"} {
		t.Run(fault, func(t *testing.T) {
			db := filepath.Join(t.TempDir(), "g.db")
			url, process := child(t, db)
			s := startSavers(t, url, 8)
			for range rounds(1) {
				s.progress(50)
				well := inject(t, process.Pid, fault)
				refused := s.refused.Load()
				s.until("a refused change", func() bool { return s.refused.Load() > refused+8 })
				readable(t, url)
				well()
				s.progress(50)
			}
			s.report(db)
		})
	}
}

// R6, R14: if a commit fails, nobody is told of what another change of the same
// commit did: neither that the item was changed elsewhere nor that the exam is
// over. Browsers drop answers that are refused so.
func TestFailingSyncTellsNoLies(t *testing.T) {
	_, err := exec.LookPath("strace")
	needs(t, err, "strace injects the faults (apt-get install strace)")
	url, process := child(t, filepath.Join(t.TempDir(), "g.db"))
	s := startPaced(t, url, 1, time.Hour, nil) // somebody whose exam is open
	p := s.people[0]
	attempt, _, _ := strings.Cut(p.path, "/slots")
	well := inject(t, process.Pid, "fsync,fdatasync:error=EIO:delay_enter=100000")
	s.until("readyz to say no", func() bool { return status(t, url+"/readyz") == http.StatusServiceUnavailable })
	statuses := make(chan int)
	for i := range 8 {
		go func() {
			_, got := change(&p.Client, url+p.path, fmt.Sprint("beside-", i), 0, map[string]any{"choice": []string{"b"}})
			statuses <- got
		}()
	}
	resp, err := p.PostForm(url+attempt+"/submit", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("handing in is answered with %d, want 503", resp.StatusCode)
	}
	for range 8 {
		if got := <-statuses; got != http.StatusServiceUnavailable {
			t.Errorf("a change is answered with %d, want 503", got)
		}
	}
	well()
	if _, got := change(&p.Client, url+p.path, "after", 0, map[string]any{"choice": []string{"c"}}); got != http.StatusOK {
		t.Errorf("afterwards a change is answered with %d, want 200", got)
	}
}

// R7: on a disk that takes a tenth of a second for each fsync nobody is refused:
// who waits shares the next one.
func TestSlowSync(t *testing.T) {
	_, err := exec.LookPath("strace")
	needs(t, err, "strace injects the faults (apt-get install strace)")
	db := filepath.Join(t.TempDir(), "g.db")
	url, process := child(t, db)
	s := startSavers(t, url, 6)
	s.progress(20)
	well := inject(t, process.Pid, "fsync,fdatasync:delay_enter=100000")
	refused := s.refused.Load()
	s.progress(60)
	readable(t, url)
	if n := s.refused.Load() - refused; n > 0 {
		t.Errorf("%d changes were refused on a slow disk", n)
	}
	well()
	s.report(db)
}

// R17: connections that do nothing keep nobody out, and a process that has run
// out of descriptors serves again when they are given back.
func TestIdleConnections(t *testing.T) {
	t.Parallel()
	limit, err := exec.LookPath("prlimit")
	needs(t, err, "prlimit takes the descriptors away")
	url, process := child(t, filepath.Join(t.TempDir(), "g.db"))
	idle := func(n int) (all []net.Conn) {
		for range n {
			c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = c.Close() })
			all = append(all, c)
		}
		return all
	}
	idle(400)
	readable(t, url)
	out, err := exec.Command(limit, "--pid", strconv.Itoa(process.Pid), "--nofile=64:").CombinedOutput()
	needs(t, err, string(out))
	short := idle(100)
	c := http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	if resp, err := c.Get(url + "/healthz"); err == nil {
		resp.Body.Close()
		t.Error("there are descriptors left: the test does not test")
	}
	for _, c := range short {
		_ = c.Close()
	}
	out, err = exec.Command(limit, "--pid", strconv.Itoa(process.Pid), "--nofile=1024:").CombinedOutput()
	needs(t, err, string(out))
	http.DefaultClient.CloseIdleConnections()
	readable(t, url)
}

// inject has system calls of a process fail until well is called.
func inject(t *testing.T, pid int, fault string) (well func()) {
	t.Helper()
	calls, _, _ := strings.Cut(fault, ":")
	cmd := exec.Command("strace", "-f", "-qq", "-p", strconv.Itoa(pid), "-e", "trace="+calls, "-e", "inject="+fault, "-o", "/dev/null")
	if err := cmd.Start(); err != nil {
		t.Skip(err)
	}
	well = func() { _ = cmd.Process.Signal(syscall.SIGTERM); _ = cmd.Wait() }
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return well
}

// Another process that holds the write lock: changes are refused with an honest
// status after a while, pages are served, and all goes on afterwards.
func TestLockedByAnother(t *testing.T) {
	t.Parallel()
	db := filepath.Join(t.TempDir(), "g.db")
	url, _ := child(t, db)
	s := startSavers(t, url, 4)
	s.progress(20)
	other, err := sql.Open("sqlite", "file:"+db+"?_txlock=immediate&_busy_timeout=5000")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	lock, err := other.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	readable(t, url)
	s.until("a refused change", func() bool { return s.refused.Load() > 0 })
	if err := lock.Rollback(); err != nil {
		t.Fatal(err)
	}
	s.progress(50)
	s.report(db)
}

// R18: a body that is too large is cut off early.
func TestBodyWithoutEnd(t *testing.T) {
	t.Parallel()
	url, _ := child(t, filepath.Join(t.TempDir(), "g.db"))
	c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintf(c, "POST /theme HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000000\r\n\r\n")
	sent, chunk := 0, make([]byte, 64<<10)
	for sent < 100_000_000 {
		n, err := c.Write(chunk)
		sent += n
		if err != nil {
			break
		}
	}
	if sent > 16<<20 {
		t.Errorf("%d MB of a body were taken in", sent>>20)
	}
	_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
	if line, err := bufio.NewReader(c).ReadString('\n'); err == nil && !strings.Contains(line, " 413 ") && !strings.Contains(line, " 400 ") {
		t.Errorf("the reply is %q", line)
	}
}

// R19: SIGTERM in the middle of the work, or a hangup of the terminal, ends the
// program with 0 and loses nothing.
func TestTermUnderLoad(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			db := filepath.Join(t.TempDir(), "g.db")
			url, process := child(t, db)
			s := startSavers(t, url, 8)
			s.progress(100)
			if err := process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			state, err := process.Wait()
			if err != nil || state.ExitCode() != 0 {
				t.Errorf("the program ended with %v, %v", state, err)
			}
			s.report(db)
		})
	}
}

// R19: who is still sending when the program is told to end does not keep it.
func TestTermWhileSomebodySends(t *testing.T) {
	t.Parallel()
	url, process := child(t, filepath.Join(t.TempDir(), "g.db"))
	c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintf(c, "POST /theme HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\na")
	time.Sleep(100 * time.Millisecond) // for the server to see it
	begin := time.Now()
	if err := process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	state, err := process.Wait()
	if took := time.Since(begin); err != nil || state.ExitCode() != 0 || took > 10*time.Second {
		t.Errorf("the program ended with %v, %v after %v; want 0 within ten seconds", state, err, took)
	}
}
