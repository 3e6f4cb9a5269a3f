package verify_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"groundwork/content"
	"groundwork/exam/verify"
	"groundwork/exam/verify/ref/cached"
	"groundwork/exam/verify/ref/incident"
	"groundwork/exam/verify/ref/short"
	"groundwork/exam/verify/ref/users"
	"groundwork/exam/verify/ref/version"
)

// inproc serves a reference solution inside the test and can restart or "kill" it.
type inproc struct {
	url   string
	make  func() (http.Handler, func(kill bool), error)
	close func(bool)
	srv   *http.Server
	bench *verify.Bench
	log   lockedBuf
}

type lockedBuf struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuf) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}
func (l *lockedBuf) String() string { l.mu.Lock(); defer l.mu.Unlock(); return l.b.String() }

func (a *inproc) URL() string  { return a.url }
func (a *inproc) Logs() string { return a.log.String() }
func (a *inproc) start() error {
	h, c, err := a.make()
	if err != nil {
		return err
	}
	addr := "127.0.0.1:0"
	if a.url != "" {
		addr = strings.TrimPrefix(a.url, "http://")
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	a.url, a.close = "http://"+l.Addr().String(), c
	a.srv = &http.Server{Handler: h, ErrorLog: nil}
	go a.srv.Serve(l)
	return nil
}
func (a *inproc) Restart(kill bool) error {
	a.stop(kill)
	return a.start()
}
func (a *inproc) stop(kill bool) { a.srv.Close(); a.close(kill) }

func newApp(t testing.TB, task, bug string) *inproc {
	dir, err := os.MkdirTemp("", "gw")
	if err != nil {
		t.Fatal(err)
	}
	a := &inproc{bench: &verify.Bench{}}
	if err := a.bench.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.bench.Close)
	switch task {
	case "m3-cache":
		a.make = func() (http.Handler, func(bool), error) {
			return cached.New(a.bench.Addr+"/origin", bug, 2*time.Second, &a.log), func(bool) {}, nil
		}
	case "p5-incident":
		a.make = func() (http.Handler, func(bool), error) {
			return incident.New(a.bench.Addr+"/dep", bug), func(bool) {}, nil
		}
	case "m1-version":
		a.make = func() (http.Handler, func(bool), error) { return version.New(bug), func(bool) {}, nil }
	case "m2-users":
		a.make = func() (http.Handler, func(bool), error) {
			h, c, err := users.New(filepath.Join(dir, "u.db"), bug)
			return h, func(bool) { c() }, err
		}
	case "p2-shortener":
		a.make = func() (http.Handler, func(bool), error) {
			h, c, err := short.New(filepath.Join(dir, "s.log"), bug)
			return h, c, err
		}
	default:
		t.Fatal(task)
	}
	if err := a.start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.stop(false); os.RemoveAll(dir) })
	return a
}

func load(t testing.TB, id string) (*verify.Task, string) {
	b, err := fs.ReadFile(content.FS(), "task/"+id+".md")
	if err != nil {
		t.Fatal(err)
	}
	task, err := verify.ParseTask(id+".md", b)
	if err != nil {
		t.Fatal(err)
	}
	return task, verify.Digest(b)
}

// every mutant: the task, the planted defect, the one check that must fail
var allTasks = []string{"m1-version", "m2-users", "m3-cache", "p2-shortener", "p5-incident"}

var mutants = [][3]string{
	{"m1-version", "slow", "version.answers"},
	{"m1-version", "text-plain", "version.json"},
	{"m1-version", "array", "version.json"},
	{"m1-version", "version-empty", "version.field"},
	{"m1-version", "version-random", "version.field"},
	{"m1-version", "time-millis", "time.utc"},
	{"m1-version", "time-offset", "time.utc"},
	{"m1-version", "time-at-boot", "time.now"},
	{"m1-version", "time-local-as-z", "time.now"},
	{"m1-version", "catch-all", "routes.unknown"},
	{"m1-version", "post-accepted", "routes.method"},
	{"m1-version", "cacheable", "cache.nostore"},

	{"m2-users", "status-200", "users.create"},
	{"m2-users", "created-unix", "users.create"},
	{"m2-users", "no-location", "users.location"},
	{"m2-users", "bad-location", "users.location"},
	{"m2-users", "get-other", "users.get"},
	{"m2-users", "missing-200", "users.missing"},
	{"m2-users", "missing-500", "users.missing"},
	{"m2-users", "filter-ignored", "users.by-email"},
	{"m2-users", "empty-404", "users.by-email"},
	{"m2-users", "no-email-check", "validate.email"},
	{"m2-users", "email-unlimited", "validate.email"},
	{"m2-users", "name-blank", "validate.name"},
	{"m2-users", "badjson-500", "errors.json"},
	{"m2-users", "plain-errors", "errors.problem"},
	{"m2-users", "problem-status", "errors.problem"},
	{"m2-users", "problem-nofield", "errors.problem"},
	{"m2-users", "plain-404", "errors.problem404"},
	{"m2-users", "injection", "errors.injection"},
	{"m2-users", "no-unique", "unique.same"},
	{"m2-users", "dup-500", "unique.same"},
	{"m2-users", "case", "unique.case"},
	{"m2-users", "race-1ms", "unique.race"},
	{"m2-users", "memory", "store.restart"},
	{"m2-users", "cursor-inclusive", "pages.walk"},
	{"m2-users", "cursor-time-only", "pages.walk"},
	{"m2-users", "oldest-first", "pages.walk"},
	{"m2-users", "limit-ignored", "pages.walk"},
	{"m2-users", "cursor-never-null", "pages.end"},
	{"m2-users", "no-cap", "pages.cap"},
	{"m2-users", "limit-500", "pages.cap"},

	{"m3-cache", "no-cache", "cache.hit"},
	{"m3-cache", "always-miss", "cache.hit"},
	{"m3-cache", "one-key", "cache.keys"},
	{"m3-cache", "no-expiry", "cache.ttl"},
	{"m3-cache", "sliding", "cache.ttl"},
	{"m3-cache", "caches-errors", "cache.errors"},
	{"m3-cache", "slow-hit", "cache.latency"},
	{"m3-cache", "no-log", "cache.logs"},
	{"m3-cache", "stampede", "cache.stampede"},

	{"p5-incident", "no-timeout", "timeout.bounded"},
	{"p5-incident", "leaks", "timeout.cancels"},
	{"p5-incident", "no-retry", "retry.recovers"},
	{"p5-incident", "retry-forever", "retry.bounded"},
	{"p5-incident", "retries-4xx", "retry.client"},
	{"p5-incident", "no-jitter", "retry.jitter"},
	{"p5-incident", "no-wait", "retry.backoff"},
	{"p5-incident", "no-breaker", "breaker.opens"},
	{"p5-incident", "never-closes", "breaker.closes"},
	{"p5-incident", "halfopen-flood", "breaker.trial"},
	{"p5-incident", "no-reopen", "breaker.reopens"},
	{"p5-incident", "rate-wrong", "dash.rate"},
	{"p5-incident", "latency-zero", "dash.latency"},

	{"p2-shortener", "status-200", "links.create"},
	{"p2-shortener", "status-302", "redirect.status"},
	{"p2-shortener", "drops-query", "redirect.exact"},
	{"p2-shortener", "decodes", "redirect.exact"},
	{"p2-shortener", "unknown-home", "redirect.unknown"},
	{"p2-shortener", "unknown-200", "redirect.unknown"},
	{"p2-shortener", "any-scheme", "validate.url"},
	{"p2-shortener", "no-length", "validate.url"},
	{"p2-shortener", "plain-errors", "errors.problem"},
	{"p2-shortener", "code-race-1ms", "codes.race"},
	{"p2-shortener", "sequential", "codes.guess"},
	{"p2-shortener", "not-counted", "clicks.total"},
	{"p2-shortener", "double", "clicks.total"},
	{"p2-shortener", "global-total", "clicks.total"},
	{"p2-shortener", "click-race-1ms", "clicks.race"},
	{"p2-shortener", "day-local", "clicks.day"},
	{"p2-shortener", "referrer-full", "clicks.referrer"},
	{"p2-shortener", "referrer-nodirect", "clicks.referrer"},
	{"p2-shortener", "country-ignored", "clicks.country"},
	{"p2-shortener", "expiry-ignored", "expire.gone"},
	{"p2-shortener", "domain-ignored", "domain.scope"},
	{"p2-shortener", "buffered", "wal.crash"},
}

func failed(r *verify.Result) (out []string) {
	for _, c := range r.Checks {
		if c.Status == verify.Fail || c.Status == verify.Errored {
			out = append(out, c.ID)
		}
	}
	sort.Strings(out)
	return out
}

func run(t testing.TB, app *inproc, id string, seed uint64) *verify.Result {
	task, d := load(t, id)
	r := &verify.Runner{App: app, Bench: app.bench, Seed: seed}
	return r.Run(task, d)
}

func TestReferencePasses(t *testing.T) {
	for _, id := range allTasks {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			res := run(t, newApp(t, id, ""), id, 1)
			n := 0
			for _, c := range res.Checks {
				n += c.Requests
				if c.Status != verify.Pass {
					t.Errorf("%s: %s %s %+v", c.ID, c.Status, c.Note, c.Failure)
				}
			}
			t.Logf("%d checks, %d requests, %v", len(res.Checks), n, res.Duration.Round(time.Millisecond))
		})
	}
}

// Each mutant fails exactly its check; each check is failed by at least one mutant.
func TestMutants(t *testing.T) {
	for _, m := range mutants {
		t.Run(strings.Join(m[:2], "/"), func(t *testing.T) {
			t.Parallel()
			res := run(t, newApp(t, m[0], m[1]), m[0], 7)
			unsure := false
			for _, c := range res.Checks {
				unsure = unsure || c.Status == verify.Unsure
			}
			if unsure && len(failed(res)) == 0 {
				t.Logf("UNSURE")
				return
			}
			if got := failed(res); fmt.Sprint(got) != fmt.Sprint([]string{m[2]}) {
				var why []string
				for _, c := range res.Checks {
					if c.Status != verify.Pass {
						why = append(why, fmt.Sprintf("  %s %s %s %v", c.ID, c.Status, c.Note, c.Failure))
					}
				}
				t.Errorf("failed checks %v, want only %s\n%s", got, m[2], strings.Join(why, "\n"))
			}
		})
	}
}

func TestEveryCheckHasAMutant(t *testing.T) {
	for _, id := range allTasks {
		task, _ := load(t, id)
		for _, s := range task.Stages {
			for _, c := range s.Checks {
				n := 0
				for _, m := range mutants {
					if m[0] == id && m[2] == c.ID {
						n++
					}
				}
				if n == 0 {
					t.Errorf("%s: check %s is failed by no mutant", id, c.ID)
				}
			}
		}
	}
}

// Servers that know nothing of the task must not pass anything that matters.
func TestDummies(t *testing.T) {
	dummies := map[string]http.HandlerFunc{
		"404 for all": http.NotFound,
		"200 {} for all": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Write([]byte("{}"))
		},
		"500 for all": func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(500) },
		"hangs up":    func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) },
		"empty 204":   func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(204) },
	}
	for name, h := range dummies {
		for _, id := range allTasks {
			t.Run(name+"/"+id, func(t *testing.T) {
				t.Parallel()
				a := &inproc{bench: &verify.Bench{}, make: func() (http.Handler, func(bool), error) { return h, func(bool) {}, nil }}
				a.bench.Start("127.0.0.1:0")
				t.Cleanup(a.bench.Close)
				a.start()
				t.Cleanup(func() { a.stop(true) })
				res := run(t, a, id, 3)
				var passed []string
				for _, c := range res.Checks {
					if c.Status == verify.Pass {
						passed = append(passed, c.ID)
					}
				}
				if res.Passed {
					t.Error("passed")
				}
				t.Logf("checks that pass all the same: %v", passed)
			})
		}
	}
}
