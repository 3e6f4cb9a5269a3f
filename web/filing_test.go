package web

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"groundwork/exam/verify"
	"groundwork/exam/verify/ref/users"
	"groundwork/store"
)

// A program talks to the API of a site as groundwork verify does.
type program struct {
	t     *testing.T
	s     *site
	token string
}

// call sends a request and returns the status and the answer.
func (p *program) call(method, path string, body []byte) (int, map[string]any) {
	p.t.Helper()
	req, err := http.NewRequest(method, p.s.URL+path, bytes.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	if p.token != "" {
		req.Header.Set("Authorization", "Bearer "+p.token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	var out map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil && err != io.EOF {
		p.t.Fatalf("%s %s: %v", method, path, err)
	}
	if kind := resp.Header.Get("Content-Type"); resp.StatusCode >= 400 && out["error"] == nil && kind != "application/problem+json" {
		p.t.Errorf("%s %s: %d as %q", method, path, resp.StatusCode, kind)
	}
	return resp.StatusCode, out
}

// program signs a program in for whoever b is.
func (s *site) program(t *testing.T, b *browser) *program {
	t.Helper()
	p := &program{t: t, s: s}
	_, code := p.call("POST", "/api/device/code", []byte(`{"client":"groundwork on <b>laptop</b>"}`))
	b.do("/device", url.Values{"code": {code["user_code"].(string)}})
	b.do("/device", url.Values{"code": {code["user_code"].(string)}, "decision": {"allow"}})
	status, got := p.call("POST", "/api/device/token", fmt.Appendf(nil, `{"device_code":%q}`, code["device_code"]))
	if status != 200 {
		t.Fatalf("no token: %d %v", status, got)
	}
	p.token = got["token"].(string)
	return p
}

// issue has a run of m2-users issued.
func (p *program) issue() (run verify.RunID, seed uint64) {
	p.t.Helper()
	task := taskNamed("m2-users")
	status, out := p.call("POST", "/api/verify/runs", fmt.Appendf(nil, `{"task":"m2-users","version":%d,"sha256":%q}`, task.Version, task.Digest))
	if status != 201 {
		p.t.Fatalf("issue = %d %v", status, out)
	}
	return verify.RunID{ID: out["run_id"].(string), Nonce: out["nonce"].(string)}, uint64(out["seed"].(float64))
}

// verifiedRun runs m2-users against its reference.
func verifiedRun(t *testing.T, run verify.RunID, seed uint64) *verify.Result {
	t.Helper()
	h, stop, err := users.New(filepath.Join(t.TempDir(), "users.db"), "")
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	srv := httptest.NewServer(h)
	defer srv.Close()
	task := taskNamed("m2-users")
	r := &verify.Runner{App: verify.Remote{Base: srv.URL}, Seed: seed, Issued: run, Slow: 1, All: true, Ctx: t.Context(),
		OnStart: func(int, *verify.Check) {}, OnDone: func(verify.CheckResult) {}}
	return r.Run(task, task.Digest)
}

// zipped is a result as it is sent.
func zipped(t *testing.T, res *verify.Result) []byte {
	t.Helper()
	data, err := res.Packed()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func packedBytes(data []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(data) // into memory
	_ = z.Close()
	return b.Bytes()
}

// present sets the clock of a site to now: runs measure real time.
func (s *site) present() { s.clock.Store(time.Now().UnixMilli()) }

func TestDeviceSignIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	p := &program{t: t, s: s}
	_, code := p.call("POST", "/api/device/code", []byte(`{"client":"groundwork on laptop"}`))
	user, ask := code["user_code"].(string), fmt.Appendf(nil, `{"device_code":%q}`, code["device_code"])
	token := func() string {
		status, out := p.call("POST", "/api/device/token", ask)
		if status == 200 {
			p.token = out["token"].(string)
			return "a token of " + out["user"].(string)
		}
		return fmt.Sprint(status, " ", out["error"])
	}
	if got := b.do("/device?code="+user, nil).at; !strings.HasPrefix(got, "/account/sign-in?back=/device") {
		t.Errorf("a visitor is led to %s", got)
	}
	if got := b.do("/device", url.Values{"code": {user}, "decision": {"allow"}}).status; got != 401 {
		t.Errorf("a visitor may allow: %d", got)
	}
	b.register("ada@example.test")
	var got []string
	got = append(got, token(), token())
	if page := b.do("/device", url.Values{"code": {strings.ToLower(user)}}).body; !strings.Contains(page, "groundwork on laptop") || !strings.Contains(page, "127.0.0.1") {
		t.Errorf("the page does not say who asks:\n%s", page)
	}
	s.pass(6 * time.Second)
	got = append(got, token())
	b.do("/device", url.Values{"code": {user}, "decision": {"allow"}})
	got = append(got, token(), token())
	want := []string{"400 authorization_pending", "400 slow_down", "400 authorization_pending", "a token of ada@example.test", "400 expired_token"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	if status, out := p.call("GET", "/api/me", nil); status != 200 || out["email"] != "ada@example.test" {
		t.Errorf("me = %d %v", status, out)
	}
	id, _ := b.open("/account").Find(`form[action="/account/devices/end"] input[name=id]`).Attr("value")
	b.do("/account/devices/end", url.Values{"id": {id}})
	if status, _ := p.call("GET", "/api/me", nil); status != 401 {
		t.Errorf("a revoked token: %d", status)
	}
}

func TestDeviceDenied(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.register("ada@example.test")
	p := &program{t: t, s: s}
	_, code := p.call("POST", "/api/device/code", []byte(`{}`))
	b.do("/device", url.Values{"code": {code["user_code"].(string)}, "decision": {"deny"}})
	if _, out := p.call("POST", "/api/device/token", fmt.Appendf(nil, `{"device_code":%q}`, code["device_code"])); out["error"] != "access_denied" {
		t.Errorf("denied: %v", out)
	}
	var last int
	for range 11 {
		last = b.do("/device", url.Values{"code": {"BCDF-GHJK"}}).status
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the eleventh wrong code: %d", last)
	}
}

// S15: the one thing from outside that is unpacked is a result. Whoever is not
// signed in sends none, its size is limited packed and unpacked, and what does
// not belong to a run is refused with its reason; nothing is stored of it.
func TestUploadRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.present()
	ada, eve := s.browser(t), s.browser(t)
	ada.register("ada@example.test")
	eve.register("eve@example.test")
	mine, theirs := s.program(t, ada), s.program(t, eve)
	other, otherSeed := theirs.issue()
	run, seed := mine.issue()
	good := verifiedRun(t, run, seed)
	s.present()
	var plain bytes.Buffer
	if err := good.JSON(&plain); err != nil {
		t.Fatal(err)
	}
	path := "/api/verify/runs/" + run.ID + "/result"
	forged := func(change func(*verify.Result)) []byte {
		res, err := verify.ReadResult(bytes.NewReader(plain.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		change(res)
		raw, err := json.Marshal(res)
		if err != nil {
			t.Fatal(err)
		}
		return packedBytes(raw)
	}
	same := func(*verify.Result) {}
	tests := []struct {
		name   string
		by     *program
		path   string
		body   []byte
		status int
		reason string
	}{
		{"verdicts without a transcript", mine, path, forged(func(r *verify.Result) { r.Passed, r.Transcript = true, nil }), 422, "transcript ends"},
		{"an answer turned into another", mine, path, forged(func(r *verify.Result) { r.Transcript[0].Exchanges[0].Got.Status = 9999 }), 422, "cannot be"},
		{"another seed", mine, path, forged(func(r *verify.Result) { r.Seed = seed + 1 }), 422, "the seed"},
		{"another nonce", mine, path, forged(func(r *verify.Result) { r.Run.Nonce = "x" }), 422, "the run is not"},
		{"an edited task file", mine, path, forged(func(r *verify.Result) { r.Digest = strings.Repeat("0", 64) }), 422, "task file"},
		{"the run of another account", theirs, path, forged(same), 404, "no such run"},
		{"the result of another account", theirs, "/api/verify/runs/" + other.ID + "/result", forged(func(r *verify.Result) { r.Run, r.Seed = other, otherSeed }), 422, "values of the seed"},
		{"without a token", &program{t: t, s: s}, path, forged(same), 401, "token"},
		{"no gzip", mine, path, plain.Bytes(), 400, "gzip"},
		{"cut off", mine, path, forged(same)[:200], 400, "cut off"},
		{"a bomb", mine, path, packedBytes(bytes.Repeat([]byte(" "), 64<<20)), 413, "too large"},
		{"huge", mine, path, noise(t, 600<<10), 413, "too large"},
		{"no JSON", mine, path, packedBytes([]byte("{")), 422, "no JSON"},
		{"deep JSON", mine, path, packedBytes(bytes.Repeat([]byte("["), 1<<20)), 413, "too large"},
		{"two million of nothing", mine, path, packedBytes([]byte(`{"schema":1,"transcript":[` + strings.Repeat("{},", 2<<20) + `{}]}`)), 413, "too large"},
		{"a million nulls", mine, path, packedBytes([]byte(`{"schema":1,"transcript":[` + strings.Repeat("null,", 1<<20) + `null]}`)), 413, "too large"},
		{"null", mine, path, packedBytes([]byte("null")), 422, "schema"},
		{"wrong types", mine, path, packedBytes([]byte(`{"schema":1,"checks":{"a":1}}`)), 422, "no JSON"},
		{"a run that there is not", mine, "/api/verify/runs/x/result", forged(same), 404, "no such run"},
		{"an issued run as reported", mine, "/api/verify/results", forged(same), 422, "the run is not"},
	}
	for _, tt := range tests {
		status, out := tt.by.call(methodOf(tt.path), tt.path, tt.body)
		if detail, _ := out["detail"].(string); status != tt.status || !strings.Contains(detail, tt.reason) {
			t.Errorf("%s: %d %q, want %d with %q", tt.name, status, detail, tt.status, tt.reason)
		}
	}
	for _, email := range []string{"ada@example.test", "eve@example.test"} {
		if runs, err := s.store.Runs(t.Context(), s.learner(t, email), 10); err != nil || len(runs) != 0 {
			t.Errorf("%s has %d runs, %v", email, len(runs), err)
		}
	}
	status, out := mine.call("PUT", path, forged(same))
	if status != 200 {
		t.Fatalf("the good one: %d %v", status, out)
	}
	if status, out := mine.call("PUT", path, forged(same)); status != 409 {
		t.Errorf("twice: %d %v", status, out)
	}
	late, lateSeed := mine.issue()
	s.pass(store.RunLife)
	if status, out := mine.call("PUT", "/api/verify/runs/"+late.ID+"/result", forged(func(r *verify.Result) { r.Run, r.Seed = late, lateSeed })); status != 410 {
		t.Errorf("late: %d %v", status, out)
	}
	if runs, err := s.store.Runs(t.Context(), s.learner(t, "ada@example.test"), 10); err != nil || len(runs) != 1 {
		t.Errorf("%d runs stored, %v, want one", len(runs), err)
	}
}

// methodOf is how a result is sent to path.
func methodOf(path string) string {
	if strings.HasSuffix(path, "/results") {
		return "POST"
	}
	return "PUT"
}

// noise is n bytes of gzip that do not get smaller.
func noise(t *testing.T, n int) []byte {
	t.Helper()
	data := make([]byte, n)
	x := uint32(1)
	for i := range data {
		x = x*1664525 + 1013904223
		data[i] = byte(x >> 24)
	}
	return packedBytes(data)
}

// A filed run stands on the task's page, the dashboard and the map, and its
// transcript opens for its owner only.
func TestUploadShown(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.present()
	ada, eve := s.browser(t), s.browser(t)
	ada.register("ada@example.test")
	eve.register("eve@example.test")
	p := s.program(t, ada)
	run, seed := p.issue()
	res := verifiedRun(t, run, seed)
	s.present()
	status, out := p.call("PUT", "/api/verify/runs/"+run.ID+"/result", zipped(t, res))
	if status != 200 || out["level"] != store.SelfRun {
		t.Fatalf("filed: %d %v", status, out)
	}
	page := strings.TrimPrefix(out["url"].(string), s.URL)
	if got := text(ada.open(page).Find("main")); !strings.Contains(got, "POST ") || !strings.Contains(got, "users.create") {
		t.Errorf("the transcript is not shown: %.300s", got)
	}
	if got := eve.do(page, nil).status; got != 404 {
		t.Errorf("another account opens the transcript: %d", got)
	}
	if got := s.browser(t).do(page, nil).status; got != 404 {
		t.Errorf("a visitor opens the transcript: %d", got)
	}
	for path, want := range map[string]string{
		"/verify/m2-users": "Self-run: a program on this person's machine answered",
		"/me":              "Verified work",
		"/skill/database":  "checks of m2-users passed by a self-run",
	} {
		if got := text(ada.open(path).Find("main")); !strings.Contains(got, want) {
			t.Errorf("%s does not say %q", path, want)
		}
		if got := eve.do(path, nil).body; strings.Contains(got, want) {
			t.Errorf("%s says %q to another account", path, want)
		}
	}
	reported := verifiedRun(t, verify.RunID{}, 7)
	s.present()
	if status, out := p.call("POST", "/api/verify/results", zipped(t, reported)); status != 200 || out["level"] != store.SelfReported {
		t.Errorf("reported: %d %v", status, out)
	}
	if status, out := p.call("POST", "/api/verify/results", zipped(t, reported)); status != 409 {
		t.Errorf("reported twice: %d %v", status, out)
	}
}

// A task file that was edited is refused before it is run.
func TestIssueRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.register("ada@example.test")
	p := s.program(t, b)
	for body, want := range map[string]int{
		`{"task":"m2-users","version":1,"sha256":"0"}`: 409,
		`{"task":"none","version":1,"sha256":"0"}`:     404,
		`[`: 400,
	} {
		if status, out := p.call("POST", "/api/verify/runs", []byte(body)); status != want || out["detail"] == nil {
			t.Errorf("%s: %d %v, want %d", body, status, out, want)
		}
	}
}

// FuzzUpload sends bytes as a result: none of them is taken, and none breaks
// anything on the side of the site.
func FuzzUpload(f *testing.F) {
	f.Add([]byte(`{"schema":1,"task":"m2-users","slow":1,"checks":[{"id":"users.create","status":"pass"}],"transcript":[{"check":"users.create"}]}`))
	f.Add([]byte("null"))
	f.Add([]byte(`{"schema":1,"task":"m1-version","seed":18446744073709551615}`))
	reader := &Server{judging: make(chan struct{}, judges)}
	f.Fuzz(func(t *testing.T, data []byte) {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("POST", "/", bytes.NewReader(packedBytes(data)))
		res, _, err := reader.readResult(w, r)
		if err != nil {
			return
		}
		task := taskNamed(res.Task)
		if task == nil {
			return
		}
		terms := verify.Terms{Digest: task.Digest, Seed: res.Seed, Issued: res.Started, Received: res.Started.Add(time.Hour)}
		if own, err := verify.Replay(task, res, terms); err == nil {
			if _, err := own.Packed(); err != nil {
				t.Errorf("a judged result cannot be kept: %v", err)
			}
			if own.Passed {
				t.Error("noise has passed")
			}
		}
	})
}

// taskNamed is a task of the embedded content.
func taskNamed(id string) *verify.Task {
	s := theContent()
	return s.task(id)
}
