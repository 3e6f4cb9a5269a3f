//go:build unix

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The test binary runs as the server when this variable names a database, so
// that it can be killed without ending the test.
const serveDB = "GROUNDWORK_TEST_SERVE_DB"

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == hashing { // started by such a server
		main()
		return
	}
	if db := os.Getenv(serveDB); db != "" {
		os.Args = []string{"groundwork", "serve", "-addr", "127.0.0.1:0", "-db", db}
		main()
		return
	}
	os.Exit(m.Run())
}

// child starts the server as a process of its own and returns its address. Its
// flags are given as variables: GROUNDWORK_PROXIES=1.
func child(t *testing.T, db string, flags ...string) (url string, process *os.Process) {
	t.Helper()
	urls, process := childURLs(t, db, 1, flags...)
	return urls[0], process
}

// childURLs is child for a server with n addresses, in the order of its log.
func childURLs(t *testing.T, db string, n int, flags ...string) (urls []string, process *os.Process) {
	t.Helper()
	cmd := childCommand(db, flags...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	lines := bufio.NewScanner(stderr)
	for len(urls) < n {
		if !lines.Scan() {
			t.Fatalf("the server has ended before it had %d addresses: %v", n, lines.Err())
		}
		if u := regexp.MustCompile(`http://[0-9.:]+[^ ]*`).FindString(lines.Text()); u != "" {
			urls = append(urls, u)
		}
	}
	go io.Copy(io.Discard, stderr)
	return urls, cmd.Process
}

func childCommand(db string, flags ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), serveDB+"="+db, "GROUNDWORK_SAVE_RATE=0"), flags...)
	return cmd
}

// change saves an answer and returns the revision that the server has and the
// status of its reply; 0 if there was none.
func change(c *http.Client, url, event string, rev int, response any) (newRev, status int) {
	body, _ := json.Marshal(map[string]any{"event_id": event, "base_rev": rev, "response": response})
	req, err := http.NewRequest(http.MethodPut, url, bytes.NewReader(body))
	if err != nil {
		return 0, 0
	}
	resp, err := c.Do(req)
	if err != nil {
		return 0, 0
	}
	defer resp.Body.Close()
	var out struct {
		Rev int `json:"rev"`
	}
	if json.NewDecoder(resp.Body).Decode(&out) != nil {
		return 0, 0
	}
	return out.Rev, resp.StatusCode
}

// SIGKILL in the middle of a running exam, again and again: every answer that
// was acknowledged is there after the restart, and the attempt goes on.
func TestKillDuringExam(t *testing.T) {
	db := filepath.Join(t.TempDir(), "g.db")
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &http.Client{Jar: jar, Timeout: 5 * time.Second}
	url, process := child(t, db)
	resp, err := c.PostForm(url+"/exam", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	attempt := strings.TrimSuffix(resp.Request.URL.Path, "/1")
	slot := firstChoice(t, c, url, attempt)

	acknowledged, rev := "", 0
	for round := range 3 {
		stop := time.AfterFunc(time.Duration(150+100*round)*time.Millisecond, func() { _ = process.Signal(syscall.SIGKILL) })
		for i := 0; ; i++ {
			choice := string(rune('a' + i%3))
			next, status := change(c, fmt.Sprintf("%s%s/slots/%d", url, attempt, slot), fmt.Sprintf("e-%d-%d", round, i), rev, map[string]any{"choice": []string{choice}})
			if status != http.StatusOK {
				break
			}
			acknowledged, rev = choice, next
		}
		stop.Stop()
		_, _ = process.Wait()
		url, process = child(t, db)
		resp, err := c.Get(fmt.Sprintf("%s%s/%d", url, attempt, slot))
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		checked := regexp.MustCompile(`value="(\w)"[^>]*\schecked`).FindStringSubmatch(string(body))
		stored := regexp.MustCompile(`name="base" value="(\d+)"`).FindStringSubmatch(string(body))
		if resp.StatusCode != http.StatusOK || checked == nil || stored == nil {
			t.Fatalf("round %d: after the restart the item is %d without an answer", round, resp.StatusCode)
		}
		// The last one may have been stored without its acknowledgement arriving.
		var now int
		fmt.Sscan(stored[1], &now)
		if now < rev || now == rev && checked[1] != acknowledged {
			t.Errorf("round %d: acknowledged revision %d %q, after the restart there is %d %q", round, rev, acknowledged, now, checked[1])
		}
		rev = now
	}
	if rev < 3 {
		t.Errorf("only %d answers were saved in three rounds; the test does not load the server", rev)
	}
	t.Log("acknowledged revisions:", rev)
}

// firstChoice returns the number of the first item that is a choice of one.
func firstChoice(t *testing.T, c *http.Client, url, attempt string) int {
	t.Helper()
	resp, err := c.Get(url + attempt + "/items")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`data-slot="(\d+)"[^>]*data-type="single"`).FindSubmatch(body)
	if m == nil {
		t.Fatal("no single choice on the form")
	}
	var n int
	fmt.Sscan(string(m[1]), &n)
	return n
}
