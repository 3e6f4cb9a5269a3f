//go:build unix

package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"groundwork/exam/verify/ref/users"
)

// spoken is what a command has said so far; safe for concurrent use.
type spoken struct {
	mu sync.Mutex
	bytes.Buffer
}

func (s *spoken) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Buffer.Write(p)
}

func (s *spoken) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Buffer.String()
}

// A desk is a learner's own machine: the commands keep their token there.
type desk struct {
	t      *testing.T
	config string
}

// run runs a command at the desk.
func (d *desk) run(out io.Writer, args ...string) error {
	getenv := func(name string) string {
		if name == "XDG_CONFIG_HOME" {
			return d.config
		}
		return ""
	}
	return run(d.t.Context(), args, world{getenv, strings.NewReader(""), out, out, ""})
}

// says runs a command and returns what it said.
func (d *desk) says(args ...string) string {
	d.t.Helper()
	var out spoken
	if err := d.run(&out, args...); err != nil {
		d.t.Fatalf("groundwork %s: %v\n%s", strings.Join(args, " "), err, out.String())
	}
	return out.String()
}

// signIn signs the desk in: the code it shows is allowed by the browser.
func (d *desk) signIn(site string, browser *http.Client) {
	d.t.Helper()
	var out spoken
	done := make(chan error, 1)
	go func() { done <- d.run(&out, "login", "-site", site) }()
	code := regexp.MustCompile(`code ([A-Z]{4}-[A-Z]{4})`)
	for range 500 {
		if code.MatchString(out.String()) {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	m := code.FindStringSubmatch(out.String())
	if m == nil {
		d.t.Fatalf("login shows no code:\n%s", out.String())
	}
	resp, err := browser.PostForm(site+"/device", url.Values{"code": {m[1]}, "decision": {"allow"}})
	if err != nil {
		d.t.Fatal(err)
	}
	resp.Body.Close()
	if err := <-done; err != nil {
		d.t.Fatalf("login: %v\n%s", err, out.String())
	}
}

// From the first sign-in to the page of the filed run, through the front door.
func TestFiling(t *testing.T) {
	t.Parallel()
	site, _ := child(t, filepath.Join(t.TempDir(), "g.db"))
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	resp, err := browser.PostForm(site+"/account/register", url.Values{"email": {"ada@example.org"}, "password": {"paper lamp river"}, "name": {"Ada"}})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	solution, stop, err := users.New(filepath.Join(t.TempDir(), "users.db"), "")
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	service := httptest.NewServer(solution)
	defer service.Close()
	d := &desk{t, t.TempDir()}

	offline := filepath.Join(t.TempDir(), "result.json")
	var out spoken
	_ = d.run(&out, "verify", "m2-users", "-url", service.URL, "-json", offline) // 4 checks need -cmd or -repo
	d.signIn(site, browser)
	if info, err := os.Stat(filepath.Join(d.config, "groundwork", "credentials.json")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the token lies in %v, %v", info, err)
	}
	if got := d.says("whoami"); !strings.Contains(got, "ada@example.org") {
		t.Errorf("whoami says %q", got)
	}
	if got := d.says("upload", "-dry-run", offline); !strings.Contains(got, `"m2-users"`) || strings.Contains(got, "filed") {
		t.Errorf("a dry run says %.200q", got)
	}
	if got := d.says("upload", offline); !strings.Contains(got, "self-reported") {
		t.Errorf("upload says %q", got)
	}
	if err := d.run(&out, "upload", offline); err == nil {
		t.Error("the same file is taken twice")
	}
	out.Reset()
	_ = d.run(&out, "verify", "m2-users", "-url", service.URL, "-upload")
	page := regexp.MustCompile(`filed as self-run[^\n]*(http\S+/verify/m2-users/runs/\w+)`).FindStringSubmatch(out.String())
	if page == nil {
		t.Fatalf("verify -upload says\n%s", out.String())
	}
	resp, err = browser.Get(page[1])
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK || !strings.Contains(string(body), "unique.race") {
		t.Errorf("the page of the run is %d", resp.StatusCode)
	}
	if resp, err := http.Get(page[1]); err != nil || resp.StatusCode == http.StatusOK {
		t.Errorf("somebody else sees the run: %v, %v", resp.Status, err)
	}
	d.says("logout")
	if err := d.run(&out, "whoami"); err == nil {
		t.Error("after logout whoami still knows somebody")
	}
}
