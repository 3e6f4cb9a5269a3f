package password

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// The test binary is the other process when this variable says which one.
const process = "GROUNDWORK_PASSWORD_PROCESS"

func TestMain(m *testing.M) {
	switch os.Getenv(process) {
	case "":
		os.Exit(m.Run())
	case "good":
		if err := Serve(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	case "wordy":
		fmt.Println("this is no key")
	case "short":
		_ = gob.NewEncoder(os.Stdout).Encode([]byte("short"))
	case "silent":
		_, _ = os.Stdin.WriteTo(nothing{})
	}
}

type nothing struct{}

func (nothing) Write(p []byte) (int, error) { return len(p), nil }

func like(mode string) func() *exec.Cmd {
	return func() *exec.Cmd {
		cmd := exec.Command(os.Args[0])
		cmd.Env = []string{process + "=" + mode}
		return cmd
	}
}

// apartFor returns a Hasher with processes of this kind, and what it logs.
func apartFor(t *testing.T, command func() *exec.Cmd) (*Hasher, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	h := NewApart(command, slog.New(slog.NewTextHandler(&log, nil)))
	t.Cleanup(h.Close)
	return h, &log
}

// only returns the one process of h.
func only(t *testing.T, h *Hasher) *apart {
	t.Helper()
	for range cap(h.idle) {
		a := (<-h.idle).(*apart)
		h.idle <- a
		if a.cmd != nil {
			return a
		}
	}
	t.Fatal("no process was started")
	return nil
}

// What another process has worked out fits here, and the other way round.
func TestApart(t *testing.T) {
	t.Parallel()
	h, log := apartFor(t, like("good"))
	const password = "p\u00e4ssw\u00f6rd \x00 \xff"
	made := mustHash(t, password)
	for hash, by := range map[string]*Hasher{made: h, "": h} {
		if ok, err := by.Check(t.Context(), hash, password); ok != (hash != "") || err != nil {
			t.Errorf("made here, checked there: %t, %v", ok, err)
		}
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			hash, err := h.Hash(t.Context(), password)
			if err != nil {
				t.Error(err)
			}
			if ok, err := New().Check(t.Context(), hash, password); !ok || err != nil {
				t.Errorf("made there, checked here: %t, %v", ok, err)
			}
		})
	}
	wg.Wait()
	if only(t, h); log.Len() > 0 {
		t.Error(log)
	}
}

// Whatever becomes of the other process, the answer is right, and the log tells.
func TestApartFails(t *testing.T) {
	t.Parallel()
	for name, command := range map[string]func() *exec.Cmd{
		"cannot be started": func() *exec.Cmd { return exec.Command(filepath.Join(t.TempDir(), "nothing")) },
		"ends at once":      like("unknown"),
		"is no such thing":  like("wordy"),
		"answers wrongly":   like("short"),
		"never answers":     like("silent"),
	} {
		t.Run(name, func(t *testing.T) {
			h, log := apartFor(t, command)
			for range cap(h.idle) {
				a := (<-h.idle).(*apart)
				a.patience = 100 * time.Millisecond
				h.idle <- a
			}
			hash := mustHash(t, "right")
			for try, want := range map[string]bool{"right": true, "wrong": false} {
				if ok, err := h.Check(t.Context(), hash, try); ok != want || err != nil {
					t.Errorf("%s: %t, %v", try, ok, err)
				}
			}
			if n := strings.Count(log.String(), "the process for it failed"); n != 2 {
				t.Errorf("%d of 2 failures are in the log:\n%s", n, log)
			}
			if strings.Contains(log.String(), "right") {
				t.Error("the log holds a password")
			}
		})
	}
}

// A process that was killed is replaced at the next question but one.
func TestApartIsKilled(t *testing.T) {
	t.Parallel()
	h, log := apartFor(t, like("good"))
	hash := mustHash(t, "right")
	check := func() {
		t.Helper()
		if ok, err := h.Check(t.Context(), hash, "right"); !ok || err != nil {
			t.Errorf("%t, %v", ok, err)
		}
	}
	for range 3 * cap(h.idle) { // each of them takes its turn
		check()
	}
	first := only(t, h).cmd.Process
	if err := first.Kill(); err != nil {
		t.Fatal(err)
	}
	for range 3 * cap(h.idle) {
		check()
	}
	if n := strings.Count(log.String(), "failed"); n != 1 {
		t.Errorf("the log has %d failures and should have one:\n%s", n, log)
	}
	if second := only(t, h).cmd.Process; second.Pid == first.Pid {
		t.Error("no other process took its place")
	}
}

// Close ends the processes.
func TestApartCloses(t *testing.T) {
	t.Parallel()
	h := NewApart(like("good"), slog.New(slog.DiscardHandler))
	if _, err := h.Hash(t.Context(), "x"); err != nil {
		t.Fatal(err)
	}
	p := only(t, h).cmd.Process
	h.Close()
	if err := p.Kill(); !errors.Is(err, os.ErrProcessDone) {
		t.Errorf("the process is there after Close: %v", err)
	}
}

// Every thread has the lowest priority, so that a page goes first.
func TestApartStepsBack(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("looks into /proc")
	}
	h, _ := apartFor(t, like("good"))
	if _, err := h.Hash(t.Context(), "x"); err != nil {
		t.Fatal(err)
	}
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", only(t, h).cmd.Process.Pid))
	if err != nil || len(threads) == 0 {
		t.Fatal("no threads", err)
	}
	for _, thread := range threads {
		data, err := os.ReadFile(thread)
		if err != nil {
			continue // it has ended
		}
		_, rest, _ := strings.Cut(string(data), ") ")
		if nice := strings.Fields(rest)[16]; nice != "19" { // proc_pid_stat(5), field 19
			t.Errorf("%s: its nice value is %s, want 19", thread, nice)
		}
	}
}

// Serve ends when nobody can ask any more, without an error, and says so if what
// it reads is no question.
func TestServe(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{"": true, "\x03\xff\xff\xff": false} {
		cmd := like("good")()
		cmd.Stdin = strings.NewReader(in)
		if err := cmd.Run(); (err == nil) != want {
			t.Errorf("Serve of %q ends with %v", in, err)
		}
	}
}
