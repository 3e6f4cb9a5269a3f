package verify_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"groundwork/exam/verify"
)

// A filed is a result that came to a site, and what the site knows of it.
type filed struct {
	task  *verify.Task
	res   *verify.Result
	terms verify.Terms
}

// recorded is one good run, as it comes to a site: of m2-users without the
// checks that restart it. It has fixtures, volleys, a long body and a probe.
var recorded = sync.OnceValue(func() []byte {
	t := &quiet{}
	defer t.end()
	task, digest := load(t, "m2-users")
	app := start(t, m2Users, "")
	r := &verify.Runner{App: app, Bench: app.bench, Seed: 5, Issued: verify.RunID{ID: "r1", Nonce: "n1"}}
	var b bytes.Buffer
	if err := r.Run(task, digest).JSON(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
})

// quiet is a test that outlives one: what is recorded once serves several.
type quiet struct {
	testing.TB
	ends []func()
}

func (q *quiet) Helper()           {}
func (q *quiet) Cleanup(f func())  { q.ends = append(q.ends, f) }
func (q *quiet) Fatal(args ...any) { panic(args) }
func (q *quiet) TempDir() string   { return tempDir(q) }

func (q *quiet) end() {
	for i := len(q.ends) - 1; i >= 0; i-- {
		q.ends[i]()
	}
}

func file(t testing.TB) *filed {
	t.Helper()
	res, err := verify.ReadResult(bytes.NewReader(recorded()))
	if err != nil {
		t.Fatal(err)
	}
	task, digest := load(t, "m2-users")
	return &filed{task, res, verify.Terms{
		Digest: digest, Seed: 5, Run: verify.RunID{ID: "r1", Nonce: "n1"},
		Issued: res.Started.Add(-time.Minute), Received: res.Started.Add(res.Duration + time.Minute),
	}}
}

// entry returns the first entry of a check with a request, or fails.
func (f *filed) entry(t *testing.T, check string) *verify.Entry {
	t.Helper()
	for i := range f.res.Transcript {
		if e := &f.res.Transcript[i]; e.Check == check && len(e.Exchanges) > 0 {
			return e
		}
	}
	t.Fatalf("the transcript has no request of %s", check)
	return nil
}

func TestReplayPasses(t *testing.T) {
	f := file(t)
	for i := range f.res.Checks { // what is claimed does not count
		f.res.Checks[i].Status, f.res.Checks[i].Title, f.res.Checks[i].Level = verify.Fail, "x", "stretch"
	}
	f.res.Passed = false
	own, err := verify.Replay(f.task, f.res, f.terms)
	if err != nil || !own.Passed {
		t.Fatalf("error %v, result %+v", err, own)
	}
	if c := own.Checks[0]; c.Title != f.task.Check(c.ID).Title || c.Level != verify.Must {
		t.Errorf("a check is described by the result, not by the task: %+v", c)
	}
}

// What does not fit is refused, with the reason.
func TestReplayRefuses(t *testing.T) {
	tests := []struct {
		name string
		bend func(t *testing.T, f *filed)
		want string
	}{
		{"a task file of one's own", func(t *testing.T, f *filed) { f.res.Digest = strings.Repeat("0", 64) }, "another one"},
		{"another task", func(t *testing.T, f *filed) { f.res.Task = "m1-version" }, "of the task"},
		{"another version", func(t *testing.T, f *filed) { f.res.Version = 9 }, "version 9"},
		{"a seed of one's own", func(t *testing.T, f *filed) { f.res.Seed = 6 }, "seed is not"},
		{"the run of another account", func(t *testing.T, f *filed) { f.terms.Run = verify.RunID{ID: "r2", Nonce: "n2"} }, "run is not"},
		{"the values of another run", func(t *testing.T, f *filed) { f.terms.Seed, f.res.Seed = 6, 6 }, "values of the seed"},
		{"a run from before", func(t *testing.T, f *filed) { f.terms.Issued = f.res.Started.Add(time.Hour) }, "between issue and receipt"},
		{"a run longer than its time", func(t *testing.T, f *filed) { f.res.Duration += time.Hour }, "longer than the time"},
		{"a check that there is not", func(t *testing.T, f *filed) { f.res.Checks[0].ID = "users.destroy" }, "no check"},
		{"a check twice", func(t *testing.T, f *filed) { f.res.Checks[1] = f.res.Checks[0] }, "comes twice"},
		{"a verdict that there is not", func(t *testing.T, f *filed) { f.res.Checks[0].Status = "splendid" }, "has the status"},
		{"a pass without a transcript", func(t *testing.T, f *filed) { f.res.Transcript = nil }, "ends before request"},
		{"an entry missing", func(t *testing.T, f *filed) {
			f.res.Transcript = append(f.res.Transcript[:2:2], f.res.Transcript[3:]...)
		}, "line "},
		{"an entry too many", func(t *testing.T, f *filed) {
			f.res.Transcript = append(f.res.Transcript, f.res.Transcript[len(f.res.Transcript)-1])
		}, "more than"},
		{"checks in another order", func(t *testing.T, f *filed) {
			tr := f.res.Transcript
			tr[0], tr[len(tr)-1] = tr[len(tr)-1], tr[0]
		}, "line "},
		{"another body", func(t *testing.T, f *filed) {
			f.entry(t, "users.create").Exchanges[0].Sent.Body = `{"email": "me@example.test"}`
		}, "does not hold the values"},
		{"another address", func(t *testing.T, f *filed) { f.entry(t, "users.get").Exchanges[0].Sent.URL += "x" }, "the request went to"},
		{"another method", func(t *testing.T, f *filed) { f.entry(t, "users.get").Exchanges[0].Sent.Method = "GET" }, "the request went to"},
		{"a round left out", func(t *testing.T, f *filed) {
			for i, e := range f.res.Transcript {
				if e.Check == "unique.race" && len(e.Order) == 10 {
					f.res.Transcript = append(f.res.Transcript[:i:i], f.res.Transcript[i+1:]...)
					return
				}
			}
		}, "unique.race"},
		{"a request of a volley left out", func(t *testing.T, f *filed) {
			for i := range f.res.Transcript {
				if e := &f.res.Transcript[i]; e.Check == "unique.race" && len(e.Order) == 10 {
					e.Order = e.Order[:9]
				}
			}
		}, "names 9 requests of 10"},
		{"an order that points nowhere", func(t *testing.T, f *filed) {
			for i := range f.res.Transcript {
				if e := &f.res.Transcript[i]; len(e.Order) == 10 {
					e.Order[3] = 1 << 30
				}
			}
		}, "order of its answers"},
		{"a time before the last", func(t *testing.T, f *filed) { f.res.Transcript[3].At = -time.Hour }, "cannot be"},
		{"a check before the one above", func(t *testing.T, f *filed) { f.res.Checks[len(f.res.Checks)-1].At = 0 }, "began before"},
		{"an answer longer than its round", func(t *testing.T, f *filed) { f.entry(t, "users.create").Exchanges[0].Got.Time = time.Hour }, "took longer"},
		{"an answer of no status", func(t *testing.T, f *filed) { f.entry(t, "users.create").Exchanges[0].Got.Status = 0 }, "cannot be"},
		{"a cut body without what was found", func(t *testing.T, f *filed) {
			for i := range f.res.Transcript {
				for j := range f.res.Transcript[i].Exchanges {
					f.res.Transcript[i].Exchanges[j].Got.Facts = nil
				}
			}
		}, "was not kept"},
		{"limits that are none", func(t *testing.T, f *filed) { f.res.Slow = 1e9 }, "slow is"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := file(t)
			tt.bend(t, f)
			own, err := verify.Replay(f.task, f.res, f.terms)
			var refused *verify.Refusal
			if !errors.As(err, &refused) || own != nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("result %v, error %v; want a refusal with %q", own != nil, err, tt.want)
			}
		})
	}
}

// What fits and does not pass is judged, not refused.
func TestReplayJudges(t *testing.T) {
	tests := []struct {
		name  string
		bend  func(t *testing.T, f *filed)
		check string
		want  verify.Status
	}{
		{"an answer with another email", func(t *testing.T, f *filed) {
			f.entry(t, "users.create").Exchanges[0].Got.Body = `{"id": 1, "email": "x", "name": "Ada Lovelace"}`
		}, "users.create", verify.Fail},
		{"a check left out", func(t *testing.T, f *filed) {
			last := f.res.Checks[len(f.res.Checks)-1].ID
			f.res.Checks = f.res.Checks[:len(f.res.Checks)-1]
			var rest []verify.Entry
			for _, e := range f.res.Transcript {
				if e.Check != last {
					rest = append(rest, e)
				}
			}
			f.res.Transcript = rest
		}, "pages.cap", verify.Blocked},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := file(t)
			tt.bend(t, f)
			own, err := verify.Replay(f.task, f.res, f.terms)
			var refused *verify.Refusal
			if errors.As(err, &refused) && strings.Contains(refused.Reason, "entries more") {
				return // it failed earlier than the run did
			}
			if err != nil || own.Passed {
				t.Fatalf("error %v, passed %v", err, own != nil && own.Passed)
			}
			for _, c := range own.Checks {
				if c.ID == tt.check && c.Status != tt.want {
					t.Errorf("%s: %s, want %s", c.ID, c.Status, tt.want)
				}
			}
		})
	}
}

func TestReadResultRefuses(t *testing.T) {
	for name, src := range map[string]string{
		"nothing":        "",
		"no JSON":        "{",
		"two objects":    "{}{}",
		"another schema": `{"schema": 2}`,
		"a list":         "[]",
		"deep":           strings.Repeat("[", 100_000),
		"huge":           `{"schema": 1, "task": "` + strings.Repeat("x", verify.ResultMost) + `"}`,
	} {
		var refused *verify.Refusal
		if _, err := verify.ReadResult(strings.NewReader(src)); !errors.As(err, &refused) {
			t.Errorf("%s: error %v, want a refusal", name, err)
		}
	}
}

// Tokens and cookies of the service, and passwords, do not leave the machine;
// what rests on them is judged all the same.
func TestSecretsAreHidden(t *testing.T) {
	const token, cookie, password = "tok-4711-abcdef", "sess-0815-xyz", "correct horse battery"
	task, err := verify.ParseTask("task/s.md", []byte("---\nid: s\ntitle: S\nof: project/s\nversion: 1\n---\n## Stage 1: x\n### a — b\n\nWhy: w\n\nHint: h\n\nLesson: api/errors\n\n```steps\n"+
		"POST /login\n{\"password\": \""+password+"\"}\n=> 200\nsave t = json $.token\nheader Set-Cookie contains HttpOnly\n\nGET /me?token={{t}}\nAuthorization: Bearer {{t}}\n=> 200\njson $.you == \"{{t}}\"\n```\n"))
	if err != nil {
		t.Fatal(err)
	}
	app := start(t, subject{serve: func(place, string) (http.Handler, func(bool), error) {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Set-Cookie", "sid="+cookie+"; HttpOnly")
			if r.URL.Path == "/login" {
				w.Write([]byte(`{"token": "` + token + `"}`))
				return
			}
			w.Write([]byte(`{"you": "` + strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ") + `"}`))
		}), func(bool) {}, nil
	}}, "")
	res := (&verify.Runner{App: app, Seed: 1}).Run(task, "")
	if !res.Passed {
		t.Fatal(report(res))
	}
	var b bytes.Buffer
	if err := res.JSON(&b); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{token, cookie, password} {
		if bytes.Contains(b.Bytes(), []byte(secret)) {
			t.Errorf("the result holds %q:\n%s", secret, b.Bytes())
		}
	}
	again(t, task, res)
}

// Nothing that comes over the wire makes Replay panic or run for long.
func FuzzReplay(f *testing.F) {
	f.Add(recorded())
	var small map[string]any
	if err := json.Unmarshal(recorded(), &small); err != nil {
		f.Fatal(err)
	}
	small["transcript"] = small["transcript"].([]any)[:3]
	b, err := json.Marshal(small)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	task, digest := load(f, "m2-users")
	f.Fuzz(func(t *testing.T, src []byte) {
		res, err := verify.ReadResult(bytes.NewReader(src))
		if err != nil {
			return
		}
		own, err := verify.Replay(task, res, verify.Terms{Digest: digest, Seed: 5, Run: verify.RunID{ID: "r1", Nonce: "n1"}, Issued: res.Started, Received: res.Started.Add(time.Hour)})
		var refused *verify.Refusal
		if (own == nil) == (err == nil) || err != nil && !errors.As(err, &refused) {
			t.Errorf("result %v, error %v", own != nil, err)
		}
	})
}
