package web

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"groundwork/store"
	"groundwork/web/openid"
	"groundwork/web/openid/openidtest"
)

// newOpenSite starts a site and a provider, which by the site's clock makes
// tokens for ilse.
func newOpenSite(t testing.TB) (*site, *openidtest.Provider) {
	t.Helper()
	var p *openidtest.Provider
	s := newSite(t, func(c *Config) {
		p = openidtest.New(t, c.Now)
		var err error
		c.OpenID, err = openid.New(openid.Config{Issuer: p.URL, Client: openidtest.Client, Secret: openidtest.Secret, Name: "Example Login"}, c.Now)
		if err != nil {
			t.Fatal(err)
		}
	})
	p.Behave(as(nil))
	return s, p
}

// as returns the claims of ilse with changes; nil takes a claim away.
func as(changes map[string]any) openidtest.Manners {
	claims := map[string]any{"sub": "ilse-1", "email": "Ilse@example.org", "email_verified": true, "name": "Ilse Brandt"}
	for k, v := range changes {
		claims[k] = v
	}
	return openidtest.Manners{Claims: claims}
}

func (s *site) accounts(t testing.TB) (emails []string) {
	t.Helper()
	list, err := s.store.Accounts(t.Context(), s.now())
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range list {
		emails = append(emails, a.Email)
	}
	return emails
}

// ways returns the ways into an account: whether a password, how many passkeys
// and as whom a provider knows it.
func (s *site) ways(t testing.TB, email string) (password bool, passkeys int, subjects []string) {
	t.Helper()
	w, err := s.store.Ways(t.Context(), s.learner(t, email))
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range w.Identities {
		subjects = append(subjects, i.Subject)
	}
	return w.Password, w.Passkeys, subjects
}

// A visitor becomes an account with all they did, and comes back to it in
// another browser.
func TestOpenIDMakesAnAccount(t *testing.T) {
	t.Parallel()
	s, _ := newOpenSite(t)
	b, id := s.visitor(t)
	s.tick(t, id, "lesson/api/errors")
	doc := b.open("/account/sign-in?back=/path")
	link := doc.Find("main a[href^='/account/oidc']")
	if got := text(link); got != "Sign in with Example Login" || b.open("/account/register").Find("main a[href='/account/oidc']").Length() != 1 {
		t.Fatalf("the link says %q", got)
	}
	if r := b.do(link.AttrOr("href", ""), nil); r.at != "/path" || r.status != http.StatusOK {
		t.Fatalf("signing in ends at %s with %d", r.at, r.status)
	}
	l, err := s.store.Learner(t.Context(), id)
	want := store.Learner{ID: id, Email: ilse, Name: "Ilse Brandt", Role: "learner", Created: start}
	if diff := cmp.Diff(want, l); diff != "" || err != nil {
		t.Errorf("the visitor's own row: %v (-want +got):\n%s", err, diff)
	}
	if got := s.refs(t, id); len(got) != 1 || b.cookie(visitorCookie) != "" || b.cookie(openidCookie) != "" {
		t.Errorf("progress %v, cookies %q and %q", got, b.cookie(visitorCookie), b.cookie(openidCookie))
	}
	again := s.browser(t)
	if r := again.do("/account/oidc", nil); r.at != "/me" || !again.signedIn() {
		t.Errorf("the second sign-in ends at %s with %d", r.at, r.status)
	}
	if diff := cmp.Diff([]string{ilse}, s.accounts(t)); diff != "" {
		t.Errorf("accounts (-want +got):\n%s", diff)
	}
	for _, password := range []string{"", "Ilse Brandt", passphrase} {
		if r := s.browser(t).signIn(ilse, password); r.status != http.StatusUnprocessableEntity {
			t.Errorf("the password %q opens an account that has none: %d", password, r.status)
		}
	}
}

// What comes over in a merge is said, as after any sign-in.
func TestOpenIDMerges(t *testing.T) {
	t.Parallel()
	s, _ := newOpenSite(t)
	s.browser(t).do("/account/oidc", nil)
	b, id := s.visitor(t)
	s.tick(t, id, "lesson/api/errors")
	if r := b.do("/account/oidc?back=/path", nil); r.at != "/account/merged?back=%2Fpath" || !strings.Contains(r.body, "1 thing that you had read") {
		t.Errorf("ends at %s with %d", r.at, r.status)
	}
	if got := s.refs(t, s.learner(t, ilse)); len(got) != 1 {
		t.Errorf("progress is %v", got)
	}
}

// S6: a sign-in with the provider is one like any other: a token of its own, a
// cookie with all flags, ended on the server; and the cookie of the crossing
// holds nothing but a name, for ten minutes.
func TestOpenIDCookies(t *testing.T) {
	t.Parallel()
	s, _ := newOpenSite(t)
	b := s.browser(t).stay()
	for _, c := range setCookies(b, "/account/oidc") {
		if c.Name != openidCookie || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.MaxAge != 600 || len(c.Value) < 26 || len(c.Value) > 30 {
			t.Errorf("the crossing's cookie is %v", c)
		}
	}
	b = s.browser(t)
	var tokens []string
	for range 2 {
		b.do("/account/oidc", nil)
		tokens = append(tokens, b.cookie(loginCookie))
	}
	if tokens[0] == "" || tokens[0] == tokens[1] {
		t.Errorf("the tokens are %q", tokens)
	}
	b.do("/account/sign-out-everywhere", url.Values{})
	if b.signedIn() {
		t.Error("signed in after signing out everywhere")
	}
	secure := newSite(t, func(c *Config) { c.Secure, c.OpenID = true, s.web.cfg.OpenID })
	for _, c := range setCookies(secure.browser(t).stay(), "/account/oidc") {
		if c.Name != "__Host-"+openidCookie || !c.Secure {
			t.Errorf("over HTTPS the cookie is %v", c)
		}
	}
	r := secure.browser(t).stay().do("/account/oidc", nil)
	if u, err := url.Parse(r.header.Get("Location")); err != nil || !strings.HasPrefix(u.Query().Get("redirect_uri"), "https://127.0.0.1:") || !strings.HasSuffix(u.Query().Get("redirect_uri"), "/account/oidc/callback") {
		t.Errorf("over HTTPS people are sent to %s", r.header.Get("Location"))
	}
}

func setCookies(b *browser, path string) []*http.Cookie {
	r := b.do(path, nil)
	list := (&http.Response{Header: r.header}).Cookies()
	if len(list) != 1 {
		b.t.Errorf("%d cookies are set", len(list))
	}
	return list
}

// S17: back leads to a page of this site and nowhere else.
func TestOpenIDBack(t *testing.T) {
	t.Parallel()
	s, _ := newOpenSite(t)
	for _, to := range []string{"https://evil.example/", "//evil.example", `/\evil.example`, "/\t/evil.example", "javascript:alert(1)", ""} {
		if r := s.browser(t).do("/account/oidc?back="+url.QueryEscape(to), nil); r.at != "/me" {
			t.Errorf("back=%q leads to %s", to, r.at)
		}
	}
}

// callback goes to the provider and returns the address at which it sends the
// browser back, without opening it.
func (b *browser) callback(path string) string {
	b.t.Helper()
	var at string
	b.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path != "/account/oidc/callback" {
			return nil
		}
		at = r.URL.RequestURI()
		return http.ErrUseLastResponse
	}
	b.do(path, nil)
	b.CheckRedirect = nil
	if at == "" {
		b.t.Fatal("the provider does not send the browser back")
	}
	return at
}

// S17, S18, S23: what does not prove who is there signs nobody in, makes no
// account and is told in a sentence.
func TestOpenIDRefusals(t *testing.T) {
	t.Parallel()
	claims := func(k string, v any) openidtest.Manners { return as(map[string]any{k: v}) }
	with := func(change func(*openidtest.Manners)) openidtest.Manners { m := as(nil); change(&m); return m }
	const notProof, notBegun, down = "does not prove who you are", "did not begin in this browser", "Example Login does not answer now. Sign in with your password, or try again in a minute."
	tests := []struct {
		about   string
		manners openidtest.Manners
		bend    func(b *browser, callback string) string // the address that is opened
		status  int
		says    string
	}{
		{"another state", as(nil), func(_ *browser, at string) string { return strings.Replace(at, "state=", "state=x", 1) }, 422, notBegun},
		{"no state", as(nil), func(*browser, string) string { return "/account/oidc/callback?code=x" }, 422, notBegun},
		{"no cookie", as(nil), func(b *browser, at string) string { b.Jar, _ = cookiejar.New(nil); return at }, 422, notBegun},
		{"the cookie of another crossing", as(nil), func(b *browser, at string) string { b.callback("/account/oidc"); return at }, 422, notBegun},
		{"too late", as(nil), nil, 422, notBegun},
		{"no code", as(nil), func(_ *browser, at string) string { return strings.Replace(at, "code=", "cod=", 1) }, 422, notProof},
		{"another code", as(nil), func(_ *browser, at string) string { return strings.Replace(at, "code=", "code=x", 1) }, 422, notProof},
		{"another nonce", claims("nonce", "another"), nil, 422, notProof},
		{"an expired token", claims("exp", start.Add(-time.Minute).Unix()), nil, 422, notProof},
		{"a token for another site", claims("aud", "another"), nil, 422, notProof},
		{"a token made for another site too", as(map[string]any{"aud": []string{openidtest.Client, "another"}, "azp": "another"}), nil, 422, notProof},
		{"a token of another provider", claims("iss", "https://evil.example"), nil, 422, notProof},
		{"a token with another's signature", with(func(m *openidtest.Manners) { m.Forged = true }), nil, 422, notProof},
		{"a token without a signature", with(func(m *openidtest.Manners) { m.None = true }), nil, 422, notProof},
		{"nobody", claims("sub", ""), nil, 422, notProof},
		{"a subject that is too long", claims("sub", strings.Repeat("s", 256)), nil, 422, notProof},
		{"claims of another type", claims("email", 7), nil, 422, notProof},
		{"an address that is not verified", claims("email_verified", false), nil, 422, "does not vouch for your email address"},
		{"an address of which nothing is said", claims("email_verified", nil), nil, 422, "does not vouch for your email address"},
		{"no address", claims("email", ""), nil, 422, "does not vouch for your email address"},
		{"an address that is none", claims("email", "ilse\u202e@example.org"), nil, 422, "cannot be used here"},
		{"the provider says no", with(func(m *openidtest.Manners) { m.Error = "access_denied" }), nil, 422, "did not sign you in: it was cancelled, or not allowed there"},
		{"the secret is wrong", with(func(m *openidtest.Manners) { m.Public = true }), nil, 503, down},
		{"the provider breaks", with(func(m *openidtest.Manners) { m.Status = 500 }), nil, 503, down},
		{"the provider sends people elsewhere", with(func(m *openidtest.Manners) { m.Status = 307 }), nil, 503, down},
		{"a huge response", with(func(m *openidtest.Manners) { m.Pad = 2 << 20 }), nil, 503, down},
	}
	for _, tt := range tests {
		t.Run(tt.about, func(t *testing.T) {
			s, p := newOpenSite(t)
			var log bytes.Buffer
			s.web.log = slog.New(slog.NewTextHandler(&log, nil))
			if tt.manners.Error != "" {
				p.Behave(tt.manners)
			}
			b := s.browser(t)
			at := b.callback("/account/oidc?back=/path")
			p.Behave(tt.manners)
			switch {
			case tt.about == "too late":
				s.pass(crossingAge + time.Millisecond)
			case tt.bend != nil:
				at = tt.bend(b, at)
			}
			r := b.do(at, nil)
			if got := text(r.doc(t).Find("[role=alert]")); r.status != tt.status || !strings.Contains(got, tt.says) {
				t.Errorf("%d, the page says %q; want %d with %q", r.status, got, tt.status, tt.says)
			}
			if got := s.accounts(t); got != nil || b.signedIn() {
				t.Errorf("accounts %v, signed in: %t", got, b.signedIn())
			}
			if line := log.String(); !strings.Contains(line, "openid ") || strings.Contains(line, "@example.org") || strings.Contains(line, "eyJ") || strings.Count(line, "\n") != 1 {
				t.Errorf("the log is %q", line)
			}
		})
	}
}

// S23: the address at which a browser comes back is good once.
func TestOpenIDReplay(t *testing.T) {
	t.Parallel()
	s, _ := newOpenSite(t)
	b := s.browser(t)
	at := b.callback("/account/oidc?back=/path")
	crossing := b.cookie(openidCookie)
	if r := b.do(at, nil); r.at != "/path" {
		t.Fatalf("the first time ends at %s with %d", r.at, r.status)
	}
	b.do("/account/sign-out", url.Values{})
	u, err := url.Parse(b.base)
	if err != nil {
		t.Fatal(err)
	}
	for _, cookie := range []string{"", crossing} { // also if somebody kept the cookie
		b.Jar.SetCookies(u, []*http.Cookie{{Name: openidCookie, Value: cookie, Path: "/"}})
		if r := b.do(at, nil); r.status != http.StatusUnprocessableEntity || b.signedIn() {
			t.Errorf("once more with the cookie %q: %d", cookie, r.status)
		}
	}
}

// R23: a provider that is down when the site starts is asked again later; what
// needs none works meanwhile.
func TestOpenIDDown(t *testing.T) {
	t.Parallel()
	s, p := newOpenSite(t)
	p.Behave(openidtest.Manners{Status: 502})
	b := s.browser(t)
	for range 2 { // the second time it is not even asked
		if r := b.do("/account/oidc", nil); r.status != http.StatusServiceUnavailable || !strings.Contains(r.body, "does not answer now") {
			t.Errorf("a provider that is down: %d", r.status)
		}
		p.Behave(as(nil))
	}
	b.register("tom@example.org")
	b.do("/account/sign-out", url.Values{})
	s.pass(5 * time.Second)
	if r := b.do("/account/oidc", nil); r.at != "/me" {
		t.Errorf("after it came back: %d at %s", r.status, r.at)
	}
}

// S9: starts and callbacks of one network are counted together.
func TestOpenIDIsThrottled(t *testing.T) {
	t.Parallel()
	s, _ := newOpenSite(t)
	b := s.browser(t).stay()
	for n := range 60 {
		if r := b.do([]string{"/account/oidc", "/account/oidc/callback"}[n%2], nil); r.status == http.StatusTooManyRequests {
			t.Fatalf("number %d has to wait", n+1)
		}
	}
	for _, path := range []string{"/account/oidc", "/account/oidc/callback"} {
		if r := b.do(path, nil); r.status != http.StatusTooManyRequests {
			t.Errorf("%s after 60: %d, want 429", path, r.status)
		}
	}
}

// S7: opening the pages of the provider without a crossing changes nothing, and
// without a provider there are none.
func TestOpenIDOpened(t *testing.T) {
	t.Parallel()
	s, _ := newOpenSite(t)
	b := s.browser(t)
	b.register(ilse)
	b.stay()
	id := s.learner(t, ilse)
	before := s.standing(t, id)
	for _, path := range []string{"/account/oidc", "/account/oidc/callback", "/account/oidc/callback?code=x&state=y", "/account/oidc/callback?error=access_denied"} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			b.request(method, path, "", "", nil)
		}
	}
	if diff := cmp.Diff(before, s.standing(t, id)); diff != "" {
		t.Errorf("something changed (-before +after):\n%s", diff)
	}
	plain := newSite(t).browser(t)
	if body := plain.do("/account/sign-in", nil).body; strings.Contains(body, "/account/oidc") {
		t.Error("without a provider there is a link to one")
	}
	for _, path := range []string{"/account/oidc", "/account/oidc/callback"} {
		if r := plain.do(path, nil); r.status != http.StatusNotFound {
			t.Errorf("without a provider %s is %d", path, r.status)
		}
	}
	if r := plain.do("/account/oidc/connect", url.Values{}); r.status != http.StatusNotFound {
		t.Errorf("without a provider connecting is %d", r.status)
	}
}
