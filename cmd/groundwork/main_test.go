package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"groundwork/content"
	"groundwork/content/source"
	"groundwork/store"
)

// nothing is a world without environment and input.
func nothing(out io.Writer) world {
	return world{func(string) string { return "" }, strings.NewReader(""), out, out, ""}
}

// serving runs groundwork serve until the test ends and returns its address
// and what stops it.
func serving(t *testing.T, getenv func(string) string, args ...string) (url string, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	logs, stderr := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- run(ctx, append([]string{"serve", "-addr", "127.0.0.1:0"}, args...), world{getenv, nil, io.Discard, stderr, ""})
		stderr.Close()
	}()
	line := make([]byte, 4096)
	n, err := logs.Read(line)
	if err != nil {
		t.Fatalf("serve did not start: %v", <-done)
	}
	go io.Copy(io.Discard, logs)
	stopped := false
	stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		return <-done
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("serve ended with %v", err)
		}
	})
	return regexp.MustCompile(`http://[0-9.:]+`).FindString(string(line[:n])), stop
}

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(data)
}

// The whole program, as an operator runs it: start on an empty folder, answer,
// stop, start again with the same keys.
func TestServe(t *testing.T) {
	db := filepath.Join(t.TempDir(), "g.db")
	env := func(k string) string { return map[string]string{"GROUNDWORK_DB": db}[k] }
	var keys [2][]byte
	for i := range keys {
		url, stop := serving(t, env)
		if status, body := get(t, url+"/"); status != http.StatusOK || !strings.Contains(body, "Backend Engineer") {
			t.Errorf("GET / = %d, want 200 with the guide", status)
		}
		if status, body := get(t, url+"/healthz"); status != http.StatusOK || body != "ok\n" {
			t.Errorf("GET /healthz = %d %q", status, body)
		}
		if err := stop(); err != nil {
			t.Errorf("serve returned %v after being stopped", err)
		}
		info, err := os.Stat(db + ".keys")
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("the keys can be read by others: %v", info.Mode())
		}
		if keys[i], err = os.ReadFile(db + ".keys"); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(keys[0], keys[1]) {
		t.Error("a second start made other keys: everybody would be signed out")
	}
}

func TestRunErrors(t *testing.T) {
	dir := t.TempDir()
	short := filepath.Join(dir, "short.keys")
	if err := os.WriteFile(short, []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	db := filepath.Join(dir, "g.db")
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"unknown command", []string{"sevre"}, `there is no command "sevre"`},
		{"unknown flag", []string{"serve", "-adr", ":1"}, "flag provided but not defined"},
		{"a word among the flags", []string{"serve", "-db", db, "-secure", "true", "-addr", "127.0.0.1:1"}, `"true" is no flag, and nothing after it is read`},
		{"a word too many", []string{"verify", "m1-crud", "-list", "more"}, `"more" is no flag`},
		{"fewer proxies than none", []string{"serve", "-proxies", "-1"}, "-proxies"},
		{"dev without a folder", []string{"serve", "-dev"}, "give it one with -content"},
		{"model without address", []string{"serve", "-ask-model", "m"}, "belong together"},
		{"more of no provider", []string{"serve", "-oidc-name", "Login"}, "name it with -oidc-issuer"},
		{"a provider that does not know the site", []string{"serve", "-oidc-issuer", "https://login.example.org"}, "-oidc-issuer needs -oidc-client"},
		{"a provider, and the site in the open", []string{"serve", "-oidc-issuer", "https://login.example.org", "-oidc-client", "c", "-addr", ":0"}, "-oidc-issuer needs -secure"},
		{"a provider in the open", []string{"serve", "-oidc-issuer", "http://login.example.org", "-oidc-client", "c", "-secure", "-db", db}, "-oidc-issuer: the issuer has to begin with https://"},
		{"content is no folder", []string{"serve", "-content", short}, "is not a folder"},
		{"content is not there", []string{"check", "-content", filepath.Join(dir, "none")}, "no such file"},
		{"keys of a wrong length", []string{"serve", "-db", db, "-keys", short}, "has 3 bytes"},
		{"database in a folder that is not there", []string{"serve", "-db", filepath.Join(dir, "a", "b.db")}, "open store"},
		{"address in use", []string{"serve", "-db", db, "-addr", "256.0.0.1:1"}, "-addr: listen"},
		{"attempt without a word", []string{"attempt"}, "groundwork attempt list"},
		{"extend without a reason", []string{"attempt", "extend", "-db", db, "-minutes", "5", "x"}, "-reason: say why"},
		{"extend what is not there", []string{"attempt", "extend", "-db", db, "-minutes", "5", "-reason", "power", "x"}, `there is no attempt "x"`},
		{"against no database", []string{"check", "-against", filepath.Join(dir, "none.db")}, "-against"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := run(t.Context(), tt.args, nothing(io.Discard))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("run(%q) = %v, want an error with %q", tt.args, err, tt.want)
			}
		})
	}
}

func TestEnvironment(t *testing.T) {
	env := func(k string) string { return map[string]string{"GROUNDWORK_DEV": "perhaps"}[k] }
	err := run(t.Context(), []string{"serve"}, world{env, nil, io.Discard, io.Discard, ""})
	if err == nil || !strings.Contains(err.Error(), `GROUNDWORK_DEV="perhaps"`) {
		t.Errorf("error = %v, want one that names the variable and its value", err)
	}
}

func TestHelpAndVersion(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), nil, nothing(&out)); err != nil {
		t.Fatal(err)
	}
	for _, c := range commands() {
		if !strings.Contains(out.String(), "  "+c.name+" ") {
			t.Errorf("help does not list %s", c.name)
		}
	}
	out.Reset()
	if err := run(t.Context(), []string{"version"}, nothing(&out)); err != nil || !strings.HasPrefix(out.String(), "groundwork "+version) {
		t.Errorf("version prints %q, %v", out.String(), err)
	}
}

// Broken content is refused by check and by serve, with the same report.
func TestBrokenContent(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, content.FS()); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "lesson", "api", "errors.md")
	src, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, bytes.Replace(src, []byte("{#trade}"), []byte("{#trad}"), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	const want = "lesson/api/errors.md: has no section {#trade}"
	var out bytes.Buffer
	if err := run(t.Context(), []string{"check", "-content", dir}, nothing(&out)); err == nil || !strings.Contains(out.String(), want) {
		t.Errorf("check: %v, prints %q; want %q", err, out.String(), want)
	}
	err = run(t.Context(), []string{"serve", "-content", dir, "-db", filepath.Join(t.TempDir(), "g.db")}, nothing(io.Discard))
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("serve: %v, want %q", err, want)
	}
}

// A change in the folder shows at the next look; a mistake in it does not take
// the site down.
func TestReload(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, content.FS()); err != nil {
		t.Fatal(err)
	}
	url, _ := serving(t, func(string) string { return "" }, "-content", dir, "-dev", "-db", filepath.Join(t.TempDir(), "g.db"))
	name := filepath.Join(dir, "skill", "api.md")
	src, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	write := func(old, changed string) {
		t.Helper()
		if err := os.WriteFile(name, bytes.Replace(src, []byte(old), []byte(changed), 1), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("title: API Development", "title: API Craft")
	for range 1200 { // a minute, on a machine that is busy
		if _, body := get(t, url+"/skill/api"); strings.Contains(body, "API Craft") {
			write("title: API Development", "titel: API Broken")
			time.Sleep(time.Second)
			if status, body := get(t, url+"/skill/api"); status != 200 || !strings.Contains(body, "API Craft") {
				t.Errorf("with a mistake in the file the page is %d; want the last good one", status)
			}
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Error("the changed title never showed")
}

// check -against names what learners would miss.
func TestCheckAgainst(t *testing.T) {
	db := filepath.Join(t.TempDir(), "g.db")
	st, err := store.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	id, _, err := st.CreateVisitor(t.Context(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, ref := range []string{"lesson/api/errors", "lesson/api/gone"} {
		if err := st.SetProgress(t.Context(), id, ref, true, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err = run(t.Context(), []string{"check", "-against", db}, nothing(&out))
	if err == nil || !strings.Contains(out.String(), "lesson/api/gone: 1 learners have progress on it") || strings.Contains(out.String(), "lesson/api/errors:") {
		t.Errorf("error %v, prints %q", err, out.String())
	}
}

// Every mistake between packages is found: items against lessons and skills,
// the blueprint against the bank.
func TestLoadBetween(t *testing.T) {
	fsys := fstest.MapFS{}
	for _, name := range []string{"guide/exam.md"} {
		fsys[name] = &fstest.MapFile{Data: []byte("---\ntitle: E\nminutes: 90\npass: 70\nstrong: 85\ncells:\n  ghost: {junior: 1, mid: 0, senior: 0}\n---\n")}
	}
	fsys["item/ghost/exam.md"] = &fstest.MapFile{Data: []byte("---\nskill: ghost\npool: exam\n---\n\n## gh-e01 A title\n\n```item\ntype: single\nlevel: mid\nlesson: ghost/none\nseconds: 30\n```\n\nWhat?\n\n- [x] a\n  > r\n- [ ] b\n  > r\n- [ ] c\n  > r\n")}
	_, problems := load(fsys)
	var got []string
	for _, p := range problems {
		if p.File == "item/ghost/exam.md" || strings.Contains(p.What, "ghost") {
			got = append(got, source.Problem{File: p.File, Line: p.Line, What: p.What}.String())
		}
	}
	want := []string{
		`guide/exam.md: the exam asks for 1 junior items of ghost and the bank has 0`,
		`guide/exam.md: the exam asks for items of "ghost", which is no skill`,
		`item/ghost/exam.md:6: gh-e01 belongs to the skill "ghost", which there is not`,
		`item/ghost/exam.md:6: gh-e01 tests the lesson "ghost/none", which there is not`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}
