package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// A door says who may pass.
type door int

const (
	anybody   door = iota // nobody is refused for who they are
	members               // those with an account
	owner                 // the one learner whose attempt it is
	operators             // those who run the site
	programs              // those with a token; no cookie is looked at
)

// keptOut is the status with which each kind of person is kept out; nobody else is.
var keptOut = map[door]map[string]int{
	anybody:   {},
	members:   {"visitor": http.StatusUnauthorized},
	owner:     {"visitor": http.StatusNotFound, "other": http.StatusNotFound, "operator": http.StatusNotFound},
	operators: {"visitor": http.StatusUnauthorized, "owner": http.StatusForbidden, "other": http.StatusForbidden},
	programs:  {"visitor": http.StatusUnauthorized, "owner": http.StatusUnauthorized, "other": http.StatusUnauthorized, "operator": http.StatusUnauthorized},
}

// doors has every route, in the order in which they are tried: what ends the
// attempt comes after what needs it open, and what ends a sign-in last. The
// {id} of an exam is the owner's attempt.
//
// GET /account/oidc/callback is the one GET that changes something for good: it
// signs in whoever comes back from the provider, and makes their account. It
// may, because another site cannot have a browser do it: see [Server.openidCallback]
// and the tests there. Here, without a provider, there is no such page.
var doors = []struct {
	door   door
	routes string
}{
	{anybody, `GET /{$}|POST /self-check|GET /guide/levels|GET /guide/interview|GET /guide/mistakes|GET /guide/glossary|GET /guide/{slug}|GET /map|
		GET /skill/{id}|GET /lesson/{skill}/{slug}|GET /path|GET /projects|GET /project/{id}|GET /verify|GET /verify/{task}|GET /search|GET /report|POST /report|GET /report/thanks|
		GET /fit|GET /fit/{n}|POST /fit/{n}|GET /fit/result|POST /fit/again|POST /theme|/favicon.svg|/favicon.ico|GET /healthz|GET /readyz|
		POST /progress|POST /notes|GET /me|GET /exam|GET /exam/rehearsal|POST /exam/resume|
		GET /account/register|POST /account/register|GET /account/sign-in|POST /account/sign-in|POST /account/sign-in/options|POST /account/sign-in/passkey|GET /account/merged|GET /account|GET /account/data|
		GET /account/oidc|GET /account/oidc/callback|POST /account/oidc/connect|GET /device|GET /download|GET /download/{file}|GET /verify/{task}/runs/{run}|GET /account/delete|POST /account/delete|GET /account/deleted`},
	{members, `POST /account/name|POST /account/password|POST /account/sign-ins/end|POST /account/passkeys|POST /account/passkeys/options|POST /account/passkeys/remove|POST /account/oidc/disconnect|
		POST /account/devices/end|POST /device`},
	{owner, `GET /exam/{id}|GET /exam/{id}/{n}|GET /exam/{id}/items|GET /exam/{id}/clock|GET /exam/{id}/review|PUT /exam/{id}/slots/{n}|POST /exam/{id}/{n}|
		GET /exam/{id}/log|POST /exam/{id}/submit|GET /exam/{id}/over|GET /exam/{id}/result|GET /exam/{id}/result.json|GET /exam/{id}/result.csv`},
	{operators, `GET /operator|GET /operator/site|GET /operator/practice|GET /operator/attempts|GET /operator/attempts/{id}|POST /operator/attempts/{id}/{action}|GET /operator/regrade|
		GET /operator/regrade/{item}|POST /operator/regrade/{item}|GET /operator/time|POST /operator/time|GET /operator/stats|GET /operator/stats.csv|
		GET /operator/stats.json|GET /operator/stats/{item}`},
	{programs, `GET /api/me|DELETE /api/token|POST /api/verify/runs|PUT /api/verify/runs/{id}/result|POST /api/verify/results`},
	{anybody, `POST /api/device/code|POST /api/device/token|/api/`},
	// Practice and Ask are closed while one's exam is open, so they come here.
	{anybody, `GET /practice|POST /practice|GET /practice/today|POST /practice/today|GET /practice/today/{line}|POST /practice/undo|POST /practice/take-up|
		GET /practice/done|GET /practice/export.txt|GET /practice/export.apkg|GET /practice/placement|POST /practice/placement|GET /practice/{skill}|
		POST /practice/{skill}|GET /ask|POST /ask|GET /ask/stream|POST /exam|POST /account/sign-out|POST /account/sign-out-everywhere|/`},
}

// names are what stands in place of a placeholder unless the walk says otherwise.
var names = strings.NewReplacer("{$}", "", "/guide/{slug}", "/guide/privacy", "/skill/{id}", "/skill/api", "/lesson/{skill}/{slug}", "/lesson/api/errors",
	"/project/{id}", "/project/feed", "/practice/{skill}", "/practice/api", "{line}", "lesson", "/verify/{task}", "/verify/m2-users", "{run}", "none", "{file}", "none",
	"{task}", "feed", "{n}", "1", "{item}", "api-e01", "{action}", "extend")

// S1, S3: every route, tried by four kinds of people. Who may not pass gets the
// status of the door and nothing else; who may is never told that they may not,
// and nobody is ever told that something broke.
func TestEveryDoor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	people := map[string]*browser{"visitor": s.browser(t), "owner": s.browser(t), "other": s.browser(t), "operator": operatorBrowser(t, s)}
	people["owner"].register("ada@example.org")
	people["other"].register("tom@example.org")
	attempt := people["owner"].begin()
	for _, b := range people {
		b.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	var walked []string
	pairs := 0
	for _, d := range doors {
		for route := range strings.SplitSeq(d.routes, "|") {
			route = strings.TrimSpace(route)
			walked = append(walked, route)
			for _, who := range []string{"visitor", "other", "operator", "owner"} { // the owner last: some routes end something
				pairs++
				got := knock(people[who], route, attempt)
				want, out := keptOut[d.door][who]
				switch {
				case got >= 500:
					t.Errorf("%s as %s breaks: %d", route, who, got)
				case out && got != want:
					t.Errorf("%s as %s is %d, want %d", route, who, got, want)
				case !out && d.door != anybody && (got == http.StatusUnauthorized || got == http.StatusForbidden || got == http.StatusNotFound):
					t.Errorf("%s as %s is %d, and they may pass", route, who, got)
				}
			}
		}
	}
	slices.Sort(walked)
	registered := slices.Sorted(slices.Values(s.web.patterns))
	for _, p := range registered {
		if !slices.Contains(walked, p) {
			t.Errorf("%s has no line in doors: say who may pass", p)
		}
	}
	for _, p := range walked {
		if !slices.Contains(registered, p) {
			t.Errorf("%s is no route any more", p)
		}
	}
	t.Logf("%d routes x 4 kinds of people = %d pairs", len(walked), pairs)
}

// knock sends the request of a route without following redirects and returns
// the status.
func knock(b *browser, route, attempt string) int {
	b.t.Helper()
	method, path := pathOf(route, attempt)
	var body string
	kind := "application/x-www-form-urlencoded"
	switch method {
	case http.MethodPut:
		body, kind = `{"event_id":"e","base_rev":0,"flagged":true}`, "application/json"
	case http.MethodPost:
		body = url.Values{"email": {"none@example.org"}, "password": {"wrong"}}.Encode()
	}
	req, err := http.NewRequest(method, b.base+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", kind)
	}
	resp, err := b.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

// What no route takes is told apart: no page, or not this kind of request.
func TestElsewhere(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	tests := []struct {
		method, path string
		status       int
		allow        string
	}{
		{"GET", "/nothing", 404, ""},
		{"ABC", "/nothing", 404, ""},
		{"ABC", "/me", 405, "GET, HEAD"},
		{"DELETE", "/exam", 405, "GET, HEAD, POST"},
		{"PUT", "/account/sign-out", 405, "POST"},
		{"GET", "/account/sign-out", 404, ""},
	}
	for _, tt := range tests {
		req := httptest.NewRequest(tt.method, tt.path, nil)
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		w := httptest.NewRecorder()
		s.web.ServeHTTP(w, req)
		if w.Code != tt.status || w.Header().Get("Allow") != tt.allow {
			t.Errorf("%s %s: %d, Allow %q; want %d, %q", tt.method, tt.path, w.Code, w.Header().Get("Allow"), tt.status, tt.allow)
		}
	}
}
