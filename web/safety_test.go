package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"groundwork/exam"
	"groundwork/store"
)

// standing is what a learner has, as a text to compare.
func (s *site) standing(t testing.TB, id store.LearnerID) string {
	t.Helper()
	e, err := s.store.Export(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	e.Seen = time.Time{}
	out, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// request sends any request and returns what came back at once.
func (b *browser) request(method, path, kind, body string, header map[string]string) reply {
	b.t.Helper()
	req, err := http.NewRequest(method, b.base+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	resp, err := b.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	out, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Request.URL.RequestURI(), resp.Header, string(out)}
}

// pathOf puts names in place of the placeholders of a route.
func pathOf(route, attempt string) (method, path string) {
	method, path, ok := strings.Cut(route, " ")
	if !ok {
		method, path = http.MethodGet, route
	}
	if strings.HasPrefix(path, "/exam/{id}") {
		path = attempt + strings.TrimPrefix(path, "/exam/{id}")
	}
	path = strings.Replace(path, "/operator/attempts/{id}", "/operator/attempts/"+strings.TrimPrefix(attempt, "/exam/"), 1)
	if path == "/" {
		path = "/no/such/page"
	}
	return method, names.Replace(path)
}

// S4: score, learner, clock and state that a client sends along are not heeded:
// JSON with them is refused whole, forms are read without them.
func TestForgedFields(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.browser(t)
	ada.register("ada@example.org")
	id := s.learner(t, "ada@example.org")
	attempt := ada.begin()
	before := s.standing(t, id)
	for _, extra := range []string{`"score":60`, `"learner_id":1`, `"state":"graded"`, `"server_now":1`, `"deadline_at":99999999999999`, `"key":true`} {
		r := ada.request(http.MethodPut, attempt+"/slots/1", "application/json", `{"event_id":"e","base_rev":0,"flagged":true,`+extra+`}`, nil)
		if r.status != http.StatusBadRequest {
			t.Errorf("a change with %s: %d, want 400", extra, r.status)
		}
	}
	if diff := cmp.Diff(before, s.standing(t, id)); diff != "" {
		t.Errorf("refused changes left something (-before +after):\n%s", diff)
	}
	forged := url.Values{"score": {"60"}, "percent": {"100"}, "passed": {"true"}, "learner": {"2"}, "role": {"operator"}, "closed_by": {"learner"},
		"started": {"0"}, "deadline": {"99999999999999"}, "minutes": {"900"}, "state": {"graded"}, "name": {"Ada"}}
	for _, path := range []string{"/account/name", "/progress", attempt + "/submit"} {
		ada.do(path, forged)
	}
	l, err := s.store.Learner(t.Context(), id)
	if err != nil || l.Role != "learner" || l.Name != "Ada" {
		t.Errorf("the account is %+v, %v", l, err)
	}
	a, err := s.store.Attempt(t.Context(), id, exam.AttemptID(strings.TrimPrefix(attempt, "/exam/")), s.now())
	if err != nil {
		t.Fatal(err)
	}
	got := []any{a.State, a.ClosedBy, a.Score, a.Started, a.Deadline}
	if diff := cmp.Diff([]any{exam.Graded, exam.ByLearner, 0.0, start, start.Add(90 * time.Minute)}, got); diff != "" {
		t.Errorf("the attempt (-want +got):\n%s", diff)
	}
}

// S7: every route that changes something refuses a request from another site,
// and reading with GET or HEAD changes nothing.
func TestOtherSites(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.browser(t)
	ada.register("ada@example.org")
	id := s.learner(t, "ada@example.org")
	attempt := ada.begin()
	for n := range 60 { // reading an item notes once that it was seen, which is not what this is about
		ada.do(fmt.Sprintf("%s/%d", attempt, n+1), nil)
	}
	ada.do(attempt+"/items", nil)
	ada.stay()
	before, writes, reads := s.standing(t, id), 0, 0
	for _, d := range doors {
		for route := range strings.SplitSeq(d.routes, "|") {
			method, path := pathOf(strings.TrimSpace(route), attempt)
			if method == http.MethodGet {
				reads++
				ada.request(http.MethodGet, path, "", "", nil)
				ada.request(http.MethodHead, path, "", "", nil)
				continue
			}
			for _, header := range []map[string]string{{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}} {
				writes++
				for _, kind := range []string{"application/x-www-form-urlencoded", "text/plain", "application/json"} {
					if r := ada.request(method, path, kind, "", header); r.status != http.StatusForbidden {
						t.Errorf("%s %s as %s with %v: %d, want 403", method, path, kind, header, r.status)
					}
				}
			}
		}
	}
	if writes < 80 || reads < 50 {
		t.Errorf("only %d writes and %d reads were tried", writes, reads)
	}
	if diff := cmp.Diff(before, s.standing(t, id)); diff != "" {
		t.Errorf("something changed (-before +after):\n%s", diff)
	}
}

// S12, S13: every answer, also one that refuses or breaks, carries the headers
// that keep foreign code and frames out; no page has inline code; what sets a
// cookie or is somebody's own is kept by no cache.
func TestHeadersOfEveryRoute(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *Config) { c.Secure = true })
	nobody, ada := s.browser(t).stay(), s.browser(t)
	ada.Jar = unsecured{ada.Jar}
	ada.register("ada@example.org")
	attempt := ada.begin()
	ada.stay()
	want := map[string]string{"X-Content-Type-Options": "nosniff", "Cross-Origin-Opener-Policy": "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin", "X-Xss-Protection": "1; mode=block", "Strict-Transport-Security": "max-age=31536000"}
	check := func(who, route string, r reply, own bool) {
		policy := r.header.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
			if !strings.Contains(policy, part) {
				t.Errorf("%s as %s: the policy %q lacks %s", route, who, policy, part)
			}
		}
		if strings.Contains(policy, "unsafe") {
			t.Errorf("%s as %s: the policy is %q", route, who, policy)
		}
		if got := r.header.Get("Referrer-Policy"); got != "same-origin" && got != "no-referrer" {
			t.Errorf("%s as %s: Referrer-Policy is %q", route, who, got)
		}
		for name, value := range want {
			if got := r.header.Get(name); got != value {
				t.Errorf("%s as %s: %s is %q", route, who, name, got)
			}
		}
		cached := r.header.Get("Cache-Control")
		if (own || len(r.header["Set-Cookie"]) > 0) && !strings.Contains(cached, "no-store") {
			t.Errorf("%s as %s: %d with Cache-Control %q", route, who, r.status, cached)
		}
		if strings.HasPrefix(r.header.Get("Content-Type"), "text/html") {
			r.doc(t).Find("script, style, [style], [onclick], [onload], [onsubmit], [onerror]").Each(func(_ int, e *goquery.Selection) {
				if goquery.NodeName(e) != "script" || e.AttrOr("src", "") == "" || strings.TrimSpace(e.Text()) != "" {
					html, _ := goquery.OuterHtml(e)
					t.Errorf("%s as %s has inline code: %.80s", route, who, html)
				}
			})
		}
	}
	for _, d := range doors {
		for route := range strings.SplitSeq(d.routes, "|") {
			method, path := pathOf(strings.TrimSpace(route), attempt)
			if path == "/account/sign-out" || path == "/account/sign-out-everywhere" {
				continue // would end what the next routes need
			}
			file := path == "/healthz" || path == "/readyz" || strings.HasPrefix(path, "/favicon")
			check("nobody", route, nobody.request(method, path, "", "", nil), false)
			check("ada", route, ada.request(method, path, "", "", nil), !file)
		}
	}
}

// unsecured is a jar that gives secure cookies to a test's plain server.
type unsecured struct{ http.CookieJar }

func (j unsecured) SetCookies(u *url.URL, list []*http.Cookie) {
	for _, c := range list {
		c.Secure = false
		c.Name = strings.Replace(c.Name, "__Host-", "", 1)
	}
	j.CookieJar.SetCookies(u, list)
}

func (j unsecured) Cookies(u *url.URL) []*http.Cookie {
	list := j.CookieJar.Cookies(u)
	for _, c := range list {
		c.Name = "__Host-" + c.Name
	}
	return list
}

// hostile are texts that would run, or leave their place, where they are not
// escaped for it.
var hostile = []string{
	`<script src=//evil.example></script>`, `"><img src=x onerror=alert(1)>`, `' autofocus onfocus=alert(1) x='`, `</textarea><script>alert(1)</script>`,
	`<svg/onload=alert(1)>`, `[x](javascript:alert(1))`, `![x](data:text/html,<script>alert(1)</script>)`, `<a href="javascript:alert(1)">x</a>`, `{{constructor}}`, "`</code><script>1</script>`",
}

// S11: what somebody typed as a name, a note, a report, an answer, a search or a
// question is text wherever it is shown: to them, to operators, in an archive.
func TestTypedTextDoesNotRun(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	olga, ada := operatorBrowser(t, s), s.browser(t)
	ada.register("ada@example.org")
	attempt := ada.begin()
	id := s.learner(t, "ada@example.org")
	for i, h := range hostile {
		ada.do("/account/name", url.Values{"name": {h}})
		ada.do("/notes", url.Values{"ref": {"skill/api"}, "body": {h}, "base": {fmt.Sprint(i)}, "back": {h}})
		ada.do("/report", url.Values{"page": {"/" + h}, "ref": {h}, "text": {h}})
		ada.put(attempt+"/slots/1", slotRequest{EventID: fmt.Sprint("h", i), BaseRev: i, Note: &h})
		pages := []string{"/me", "/account", "/skill/api", attempt + "/1", attempt + "/review", attempt + "/log", "/search?q=" + url.QueryEscape(h),
			"/glossary?q=" + url.QueryEscape(h), "/account/sign-in?back=" + url.QueryEscape(h), "/report?page=" + url.QueryEscape("/"+h) + "&ref=" + url.QueryEscape(h), "/" + url.PathEscape(h)}
		for _, p := range pages {
			harmless(t, h+" at "+p, ada.do(p, nil))
		}
		for _, p := range []string{"/operator/attempts?q=" + url.QueryEscape(h), "/operator/attempts/" + strings.TrimPrefix(attempt, "/exam/"), "/operator/time", "/operator/site"} {
			harmless(t, h+" at "+p, olga.do(p, nil))
		}
		stranger := s.browser(t)
		harmless(t, h+" registering", stranger.do("/account/register", url.Values{"name": {h}, "email": {h}, "password": {"x"}, "back": {h}}))
		harmless(t, h+" signing in", stranger.do("/account/sign-in", url.Values{"email": {h}, "password": {h}, "back": {h}}))
		harmless(t, h+" asking", stranger.do("/ask?q="+url.QueryEscape(h), nil))
		e, err := s.store.Export(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		var page bytes.Buffer
		if err := exportPage(newExportView(e, e.Item)).Render(t.Context(), &page); err != nil {
			t.Fatal(err)
		}
		harmless(t, h+" in the archive", reply{body: page.String()})
	}
}

// harmless fails if a page holds anything that a text brought in and that acts.
func harmless(t *testing.T, what string, r reply) {
	t.Helper()
	if r.status >= 500 {
		t.Errorf("%s: %d", what, r.status)
	}
	doc := r.doc(t)
	doc.Find("*").Each(func(_ int, e *goquery.Selection) {
		for _, a := range e.Nodes[0].Attr {
			value := strings.ToLower(strings.TrimSpace(a.Val))
			outside := strings.HasPrefix(value, "javascript:") || strings.HasPrefix(value, "data:text") || strings.HasPrefix(value, "//evil")
			if strings.HasPrefix(a.Key, "on") || (a.Key == "href" || a.Key == "src" || a.Key == "action") && outside {
				t.Errorf("%s: <%s %s=%q>", what, goquery.NodeName(e), a.Key, a.Val)
			}
		}
	})
	doc.Find("script").Each(func(_ int, e *goquery.Selection) {
		if !strings.HasPrefix(e.AttrOr("src", ""), "/") || strings.HasPrefix(e.AttrOr("src", ""), "//") {
			html, _ := goquery.OuterHtml(e)
			t.Errorf("%s: %s", what, html)
		}
	})
}

// S14, S21: heads that are large or nested cost no more than any other request and
// never break a page.
func TestOddHeaders(t *testing.T) {
	t.Parallel()
	b := newSite(t).browser(t)
	many := strings.Repeat("en-US;q=0.1,", 3000)
	tests := []map[string]string{
		{"Accept-Language": many}, {"Accept": strings.Repeat("text/*;q=0.1,", 3000)}, {"Accept-Encoding": strings.Repeat("gzip;q=0.", 3000)},
		{"Cookie": "login=" + strings.Repeat("a", 30_000)}, {"Cookie": strings.Repeat("login=a; ", 3000)}, {"Cookie": "visitor=%00%7f; theme=; fit=MTcz|x"},
		{"If-None-Match": strings.Repeat(`"a",`, 8000)}, {"If-Modified-Since": "never"}, {"Range": strings.Repeat("bytes=0-1,", 3000)}, {"X-Forwarded-For": strings.Repeat("1.1.1.1,", 4000)},
		{"User-Agent": strings.Repeat("Mozilla (", 3000)}, {"Referer": "javascript:" + strings.Repeat("(", 10_000)},
	}
	for i, header := range tests {
		for _, path := range []string{"/", "/me", "/account/sign-in", "/search?q=x"} {
			if r := b.request(http.MethodGet, path, "", "", header); r.status >= 500 {
				t.Errorf("header %d at %s: %d", i, path, r.status)
			}
		}
	}
}

// S25: who asks is known by the connection. X-Forwarded-For counts only as far
// as trusted proxies wrote it, from the right; no other header counts.
func TestForwarded(t *testing.T) {
	t.Parallel()
	tests := []struct {
		proxies       int
		remote        string
		forwarded     []string
		want, because string
	}{
		{0, "192.0.2.7:1234", []string{"203.0.113.9"}, "192.0.2.7", "no proxy is trusted"},
		{1, "192.0.2.7:1234", []string{"203.0.113.9"}, "203.0.113.9", "one proxy wrote it"},
		{1, "192.0.2.7:1234", []string{"8.8.8.8, 203.0.113.9"}, "203.0.113.9", "what the client wrote stands to the left"},
		{1, "192.0.2.7:1234", []string{"8.8.8.8", "203.0.113.9"}, "203.0.113.9", "several lines are one list"},
		{2, "192.0.2.7:1234", []string{"8.8.8.8, 203.0.113.9, 10.0.0.1"}, "203.0.113.9", "two proxies"},
		{2, "192.0.2.7:1234", []string{"203.0.113.9"}, "192.0.2.7", "fewer entries than proxies"},
		{1, "192.0.2.7:1234", nil, "192.0.2.7", "nothing was written"},
		{1, "192.0.2.7:1234", []string{"<script>"}, "unknown", "no address"},
		{0, "[2001:db8:1:2:3:4:5:6]:1234", nil, "2001:db8:1:2::/64", "a household is one network"},
		{0, "[::ffff:192.0.2.7]:1234", nil, "192.0.2.7", "the same address in another dress"},
	}
	for _, tt := range tests {
		s := &Server{cfg: Config{Proxies: tt.proxies}}
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = tt.remote
		for _, f := range tt.forwarded {
			r.Header.Add("X-Forwarded-For", f)
		}
		for _, name := range []string{"X-Real-Ip", "Forwarded", "True-Client-Ip", "X-Forwarded-Host"} {
			r.Header.Set(name, "for=8.8.4.4")
		}
		if got := s.network(r); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.because, got, tt.want)
		}
	}
}

// S26: sign-ins, refusals and what concerns an account are lines of the log,
// with who and under which request; nothing that somebody typed is in it.
func TestLog(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	s := newSite(t)
	s.web.log = slog.New(slog.NewJSONHandler(&out, nil))
	s.web.handler = s.web.routes()
	b := s.browser(t)
	const typed = "secret\r\nlevel=ERROR msg=forged"
	b.register("ada@example.org")
	b.do("/account/sign-out", url.Values{})
	b.signIn("ada@example.org", typed)
	b.signIn(typed+"@example.org", typed)
	b.request(http.MethodPost, "/notes", "application/x-www-form-urlencoded", "body=%zz"+url.QueryEscape(typed), nil)
	b.request(http.MethodPost, "/progress", "text/x-"+"secret", "x", nil)
	b.do("/guide/"+url.PathEscape(typed), nil)
	b.do("/operator/attempts?q="+url.QueryEscape(typed), nil)
	b.signIn("ada@example.org", passphrase)
	b.do("/account/password", url.Values{"current": {passphrase}, "new": {"kettle moss fence"}})
	b.do("/operator/stats", nil)
	b.request(http.MethodPost, "/notes", "application/x-www-form-urlencoded", "", map[string]string{"Sec-Fetch-Site": "cross-site"})
	b.do("/account/delete", url.Values{"password": {"kettle moss fence"}})
	var got []string
	for line := range strings.Lines(out.String()) {
		var l struct {
			Msg, Request, Time string
			Learner, Status    int
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if l.Request == "" || l.Time == "" {
			t.Errorf("without request or time: %s", line)
		}
		got = append(got, strings.TrimSpace(fmt.Sprint(l.Msg, " ", l.Learner+l.Status)))
	}
	want := []string{"signed in 1", "signed out 1", "wrong password 0", "wrong password 0", "request failed 400", "request failed 415", "request failed 404",
		"request failed 401", "signed in 1", "password changed 1", "request failed 403", "request failed 403", "learner deleted 1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the log (-want +got):\n%s", diff)
	}
	for _, never := range []string{"secret", "forged", passphrase, "kettle", "ada@example", "127.0.0.1"} {
		if strings.Contains(out.String(), never) {
			t.Errorf("the log holds %q:\n%s", never, out.String())
		}
	}
}
