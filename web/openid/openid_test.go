package openid

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"groundwork/web/openid/openidtest"
)

var noon = time.Date(2026, 1, 20, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return noon }

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ issuer, client, want string }{
		{"", "c", "has to be an address"},
		{"login.example.org", "c", "has to be an address"},
		{"https://a:b@login.example.org", "c", "has to be an address"},
		{"https://login.example.org?x=1", "c", "has to be an address"},
		{"http://login.example.org", "c", "has to begin with https://"},
		{"http://localhost.example.org", "c", "has to begin with https://"},
		{"ftp://login.example.org", "c", "has to begin with https://"},
		{"https://login.example.org", "", "the id under which"},
		{"https://login.example.org/realm", "c", ""},
		{"http://localhost:8081", "c", ""},
		{"http://[::1]:8081", "c", ""},
	}
	for _, tt := range tests {
		p, err := New(Config{Issuer: tt.issuer, Client: tt.client}, clock)
		if ok := tt.want == ""; ok != (err == nil) || !ok && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("New(%q, %q) = %v, want %q", tt.issuer, tt.client, err, tt.want)
		}
		if err == nil && p.Name == "" {
			t.Errorf("%q has no name", tt.issuer)
		}
	}
}

// cross sends a browser to the provider and returns the code with which it
// comes back.
func cross(t *testing.T, p *Provider, again bool) (Ceremony, string) {
	t.Helper()
	c, to, err := p.Begin(t.Context(), "http://localhost/back", again)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Get(to)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	u, err := resp.Location()
	if err != nil || u.Query().Get("state") != c.State {
		t.Fatalf("sent back to %v, %v", u, err)
	}
	return c, u.Query().Get("code")
}

func TestIdentity(t *testing.T) {
	t.Parallel()
	idp := openidtest.New(t, clock)
	p, err := New(Config{Issuer: idp.URL, Client: openidtest.Client}, clock)
	if err != nil {
		t.Fatal(err)
	}
	earlier := noon.Add(-time.Hour)
	tests := []struct {
		about  string
		claims map[string]any
		want   Identity
	}{
		{"what is usual", map[string]any{"email": " Ada@Example.org ", "email_verified": true, "name": "Ada"}, Identity{Email: "ada@example.org", Verified: true, Name: "Ada", At: noon}},
		{"verified as a text", map[string]any{"email": "a@b.c", "email_verified": "true"}, Identity{Email: "a@b.c", Verified: true, At: noon}},
		{"verified as a number", map[string]any{"email": "a@b.c", "email_verified": 1}, Identity{Email: "a@b.c", At: noon}},
		{"a login in place of a name", map[string]any{"preferred_username": "ada"}, Identity{Name: "ada", At: noon}},
		{"signed in earlier", map[string]any{"auth_time": earlier.Unix()}, Identity{At: earlier}},
		{"signed in in the future", map[string]any{"auth_time": noon.Add(time.Hour).Unix()}, Identity{At: noon}},
		{"no word of when", map[string]any{"auth_time": nil}, Identity{At: noon}},
		{"made for us among others", map[string]any{"aud": []string{"x", openidtest.Client}, "azp": openidtest.Client}, Identity{At: noon}},
	}
	for _, tt := range tests {
		idp.Behave(openidtest.Manners{Claims: tt.claims, Public: true})
		c, code := cross(t, p, false)
		got, err := p.Finish(t.Context(), c, code)
		tt.want.Issuer, tt.want.Subject = idp.URL, "1"
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", tt.about, err, diff)
		}
	}
}

// A crossing of one browser does not end with the code of another: the provider
// holds the code against the verifier, which never leaves the site.
func TestVerifierAndNonce(t *testing.T) {
	t.Parallel()
	idp := openidtest.New(t, clock)
	p, err := New(Config{Issuer: idp.URL, Client: openidtest.Client, Secret: openidtest.Secret}, clock)
	if err != nil {
		t.Fatal(err)
	}
	_, code := cross(t, p, false)
	other, _ := cross(t, p, false)
	if _, err := p.Finish(t.Context(), other, code); !errors.Is(err, ErrRefused) {
		t.Errorf("with another verifier: %v, want ErrRefused", err)
	}
	c, code := cross(t, p, false)
	c.nonce = other.nonce
	if _, err := p.Finish(t.Context(), c, code); !errors.Is(err, ErrRefused) {
		t.Errorf("with another nonce: %v, want ErrRefused", err)
	}
	if _, to, err := p.Begin(t.Context(), "http://localhost/back", true); err != nil || !strings.Contains(to, "max_age=300") || strings.Contains(to, url.QueryEscape(openidtest.Secret)) {
		t.Errorf("asking again goes to %s, %v", to, err)
	}
}

// S18: no redirect is followed, least of all with the secret.
func TestRedirects(t *testing.T) {
	t.Parallel()
	followed := false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		followed = followed || r.URL.Path == "/elsewhere"
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	}))
	defer server.Close()
	resp, err := newClient().PostForm(server.URL, url.Values{"client_secret": {"x"}})
	if err == nil {
		resp.Body.Close()
	}
	if err == nil || followed {
		t.Errorf("followed: %t, error %v", followed, err)
	}
}

// S14, S18: a provider that hangs, is gone, redirects, says too much or names
// addresses that others could listen to is down, soon, and its words are cut.
func TestDown(t *testing.T) {
	t.Parallel()
	says := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte(strings.Replace(text, "ISSUER", "http://"+r.Host, 1)))
		}
	}
	tests := []struct {
		about string
		reply http.HandlerFunc
		want  string
	}{
		{"hangs", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "exceeded"},
		{"trickles", func(w http.ResponseWriter, r *http.Request) {
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}, "exceeded"},
		{"redirects", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) }, "replied with 302"},
		{"is missing", http.NotFound, "replied with 404"},
		{"says too much", says(strings.Repeat(" ", largest+1)), "more than 1048576 bytes"},
		{"says nonsense", says("<html>\nno\x00thing"), "failed to decode"},
		{"is another", says(`{"issuer": "https://evil.example"}`), "did not match"},
		{"names no addresses", says(`{"issuer": "ISSUER"}`), "not https://"},
		{"names one in the open", says(`{"issuer": "ISSUER", "authorization_endpoint": "https://x", "token_endpoint": "http://x.example/", "jwks_uri": "https://x"}`), `"http://x.example/", which is not https://`},
	}
	for _, tt := range tests {
		server := httptest.NewServer(tt.reply)
		defer server.Close()
		p, err := New(Config{Issuer: server.URL, Client: "c"}, clock)
		if err != nil {
			t.Fatal(err)
		}
		p.http.Timeout = 200 * time.Millisecond
		_, _, err = p.Begin(t.Context(), "http://localhost/back", false)
		if !errors.Is(err, ErrDown) || !strings.Contains(err.Error(), tt.want) || strings.ContainsAny(err.Error(), "\n\x00") || len(err.Error()) > 300 {
			t.Errorf("a provider that %s: %v, want ErrDown with %q", tt.about, err, tt.want)
		}
	}
}
