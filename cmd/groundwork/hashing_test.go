package main

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// hashers returns the numbers of the processes that hash for the server with
// this number.
func hashers(t *testing.T, server int) (pids []string) {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, stat := range stats {
		data, err := os.ReadFile(stat)
		if err != nil {
			continue // it has ended
		}
		line, err := os.ReadFile(filepath.Join(filepath.Dir(stat), "cmdline"))
		if err != nil || !strings.Contains(string(line), hashing) {
			continue
		}
		_, rest, _ := strings.Cut(string(data), ") ")
		if strings.Fields(rest)[1] == fmt.Sprint(server) { // proc_pid_stat(5), field 4
			pids = append(pids, filepath.Base(filepath.Dir(stat)))
		}
	}
	return pids
}

// The server starts a process for hashes with the first of them. It gets no
// secrets of the environment, and ends with the server, however that ends.
func TestHashingApart(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("looks into /proc")
	}
	site, server := child(t, filepath.Join(t.TempDir(), "groundwork.db"))
	if got := hashers(t, server.Pid); got != nil {
		t.Errorf("processes %v hash before anybody has come", got)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	resp, err := client.PostForm(site+"/account/register", url.Values{"email": {"ada@example.org"}, "name": {"Ada"}, "password": {"paper lamp river"}})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK || resp.Request.URL.Path != "/me" {
		t.Fatalf("an account ends at %s with %s", resp.Request.URL, resp.Status)
	}
	pids := hashers(t, server.Pid)
	if len(pids) != 1 {
		t.Fatalf("processes %v hash, want one", pids)
	}
	if env, err := os.ReadFile(filepath.Join("/proc", pids[0], "environ")); string(env) != "GOMAXPROCS=1\x00" || err != nil {
		t.Errorf("it has the environment %q, %v; want one processor and nothing else", env, err)
	}
	if err := server.Kill(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if line, err := os.ReadFile(filepath.Join("/proc", pids[0], "cmdline")); err != nil || len(line) == 0 {
			break // what has ended and waits to be noticed has no command line
		}
		if time.Now().After(deadline) {
			t.Fatal("the process that hashes is there without its server")
		}
	}
}
