package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"

	"groundwork/exam"
	"groundwork/store"
)

// fields are the names of all fields that handlers ask a form for, read from
// their source so that a new one is tried too.
var fields = sync.OnceValue(func() (list []string) {
	asked := regexp.MustCompile(`(?:FormValue|[fF]orm\.Get|[fF]orm\.Has|Query\(\)\.Get)\("([^"]+)"\)|[fF]orm\["([^"]+)"\]`)
	files, err := os.ReadDir(".")
	if err != nil {
		panic(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		data, err := os.ReadFile(f.Name())
		if err != nil {
			panic(err)
		}
		for _, m := range asked.FindAllStringSubmatch(string(data), -1) {
			list = append(list, m[1]+m[2])
		}
	}
	list = append(list, "p-a", "p-1", "file")
	slices.Sort(list)
	return slices.Compact(list)
})

// A prober sends odd requests to a site in this process and looks that it never
// breaks, and that what it refuses leaves nothing behind.
type prober struct {
	*site
	cookies map[string]string // by who is asking
	learner store.LearnerID
	attempt string
	made    int
}

var (
	probers     = []string{"visitor", "learner", "operator"}
	probedKinds = []string{"application/x-www-form-urlencoded", "application/json", "text/plain", "multipart/form-data; boundary=x", ""}
)

func newProber(t testing.TB) *prober {
	p := &prober{site: newSite(t), cookies: map[string]string{}}
	_, key, err := p.store.CreateVisitor(t.Context(), p.now())
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	if err := p.web.keepKey(w, httptest.NewRequest(http.MethodGet, "/", nil), key); err != nil {
		t.Fatal(err)
	}
	p.cookies["visitor"] = w.Result().Cookies()[0].String()
	p.cookies["operator"] = p.register(t, "olga@example.org")
	if err := p.store.SetRole(t.Context(), "olga@example.org", "operator"); err != nil {
		t.Fatal(err)
	}
	p.renew(t)
	return p
}

// register makes an account and returns the cookie of its sign-in.
func (p *prober) register(t testing.TB, email string) string {
	t.Helper()
	form := url.Values{"email": {email}, "password": {passphrase}}
	r := httptest.NewRequest(http.MethodPost, "/account/register", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", probedKinds[0])
	w := httptest.NewRecorder()
	p.web.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.Name == loginCookie {
			return c.Name + "=" + c.Value
		}
	}
	t.Fatalf("%s has no account: %d", email, w.Code)
	return ""
}

// renew gives the learner another account and another open exam.
func (p *prober) renew(t testing.TB) {
	t.Helper()
	p.web.limits = newLimits()
	p.made++
	email := fmt.Sprintf("ada%d@example.org", p.made)
	p.cookies["learner"] = p.register(t, email)
	p.learner = p.site.learner(t, email)
	p.attempt = "/exam/" + string(p.sit(t, p.learner, 1, false))
}

// whole reports whether the learner is still signed in and sitting an exam, and
// the operator an operator.
func (p *prober) whole(t testing.TB) bool {
	t.Helper()
	for who, path := range map[string]string{"learner": "/account", "operator": "/operator/site"} {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("Cookie", p.cookies[who])
		w := httptest.NewRecorder()
		p.web.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			if who == "operator" {
				p.cookies[who] = p.register(t, fmt.Sprintf("olga%d@example.org", p.made))
				if err := p.store.SetRole(t.Context(), fmt.Sprintf("olga%d@example.org", p.made), "operator"); err != nil {
					t.Fatal(err)
				}
			}
			return false
		}
	}
	a, err := p.store.Attempt(t.Context(), p.learner, exam.AttemptID(strings.TrimPrefix(p.attempt, "/exam/")), p.now())
	return err == nil && a.State == exam.InProgress
}

// place stands in a route for a placeholder.
var place = regexp.MustCompile(`\{[^}]+\}`)

// try sends body to a route. A placeholder other than the attempt's becomes
// value; without one, it is what the walk over all routes has there.
func (p *prober) try(t testing.TB, who, route, value, kind, body string) {
	t.Helper()
	method, path := pathOf(route, p.attempt)
	if pattern := strings.TrimPrefix(route, method+" "); value != "" && place.MatchString(pattern) {
		pattern = strings.Replace(pattern, "/exam/{id}", p.attempt, 1)
		path = place.ReplaceAllString(strings.ReplaceAll(pattern, "{$}", ""), strings.ReplaceAll(url.PathEscape(value), "$", "$$"))
	}
	target := path
	if method == http.MethodGet {
		target += "?" + (&url.URL{RawQuery: body}).RawQuery
	}
	u, err := url.ParseRequestURI(target)
	if err != nil {
		return // no client can send it
	}
	r := httptest.NewRequest(method, "/", strings.NewReader(body))
	r.URL, r.RequestURI = u, target
	r.Header.Set("Cookie", p.cookies[who])
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	before := ""
	if method != http.MethodGet {
		before = p.standing(t, p.learner)
	}
	p.web.limits = newLimits()
	w := httptest.NewRecorder()
	p.web.ServeHTTP(w, r)
	if w.Code >= 500 {
		t.Errorf("%s as %s, %q as %q: %d\n%.300q", target, who, body, kind, w.Code, w.Body)
	}
	for name, values := range w.Header() {
		if strings.ContainsFunc(strings.Join(values, ""), unicode.IsControl) {
			t.Errorf("%s as %s, %q as %q: no proxy takes the header %s: %q", target, who, body, kind, name, values)
		}
	}
	if method == http.MethodGet {
		return
	}
	if w.Code >= 400 && w.Code < 500 {
		if after := p.standing(t, p.learner); after != before {
			t.Errorf("%s %s as %s, %q as %q: refused with %d, but something is stored:\n%s\n%s", method, target, who, body, kind, w.Code, before, after)
		}
		return
	}
	if !p.whole(t) {
		p.renew(t)
	}
}

// oddValues are what a field holds in TestOddForms, or what stands in a path.
var oddValues = []string{
	"", "-1", "0", "1", "99999999999999999999999", "-9223372036854775808", "1e309", "NaN", "0x10", "１", "null", "true", "a", " ", "\x00", "\xff\xfe", "a\xc3", "\u202e\u0000",
	"../../etc/passwd", "..\\..", "%2e%2e%2f", "/\\evil.example", "//evil.example", "\r\nSet-Cookie: x=1", "'; DROP TABLE learners; --", `{"a":1}`, "{{.}}", "${7*7}", "lesson/api/errors", "api-e01", "/path\x00\x01",
	strings.Repeat("a", 5_000), strings.Repeat("é", 100_000), strings.Repeat("[", 10_000), strings.Repeat("9", 1_000),
}

// S14: every handler gets every field in every odd form: once, twice, not at
// all, as JSON, as something else. It never breaks, and what it refuses is not
// stored, not even in part.
func TestOddForms(t *testing.T) {
	t.Parallel()
	p := newProber(t)
	routes, tried := slices.Sorted(slices.Values(p.web.patterns)), 0
	one := func(who, route, value, kind, body string) {
		tried++
		p.try(t, who, route, value, kind, body)
	}
	for i, route := range routes {
		if testing.Short() && i%10 != 0 { // the race detector sees every tenth
			continue
		}
		for j, value := range oddValues {
			form := url.Values{}
			for _, f := range fields() {
				form[f] = []string{value}
			}
			who, short := probers[(i+j)%len(probers)], url.QueryEscape(value[:min(len(value), 200)])
			switch (i + j/3) % 3 { // each value in one of three shapes; the fuzzer tries the others
			case 0:
				one(who, route, value, probedKinds[0], form.Encode())
			case 1:
				one(who, route, "", probedKinds[0], form.Encode()+"&"+form.Encode())
			case 2:
				one("learner", route, "", probedKinds[0], "back="+short+"&base=1&event=x&ref="+short+"&a=a&rating=3")
			}
			if strings.HasPrefix(route, "PUT") {
				f := []string{"event_id", "client_id", "client_time", "base_rev", "response", "flagged", "note", "seen"}[j%8]
				one(who, route, "", probedKinds[1], fmt.Sprintf(`{"event_id":"e","base_rev":1,%q:%q}`, f, short))
				one(who, route, "", probedKinds[1], fmt.Sprintf(`{"event_id":"e","base_rev":1,%q:%s}`, f, value))
			}
		}
		for k, kind := range probedKinds {
			one(probers[k%len(probers)], route, "", kind, "")
			one(probers[(k+1)%len(probers)], route, "", kind, "\xff%zz=%&;=&&a")
		}
	}
	t.Logf("%d routes, %d fields, %d requests", len(routes), len(fields()), tried)
}

// S14: FuzzForms looks for a request that breaks a handler, or is refused and
// leaves something behind.
func FuzzForms(f *testing.F) {
	p := newProber(f)
	routes := slices.Sorted(slices.Values(p.web.patterns))
	all := url.Values{}
	for i, name := range fields() {
		all.Set(name, oddValues[i%len(oddValues)][:min(len(oddValues[i%len(oddValues)]), 50)])
	}
	for i := range routes {
		f.Add(byte(i), byte(i), byte(0), "", all.Encode())
	}
	f.Add(byte(0), byte(1), byte(1), "1", `{"event_id":"e","base_rev":1,"response":{"choice":["a"]},"flagged":true,"note":"x"}`)
	f.Fuzz(func(t *testing.T, route, who, kind byte, value, body string) {
		p.try(t, probers[int(who)%len(probers)], routes[int(route)%len(routes)], value, probedKinds[int(kind)%len(probedKinds)], body)
	})
}
