// Package openidtest is an OpenID Connect provider for tests. It lets everybody
// in at once, is strict with those who ask on their behalf, and can be told to
// misbehave.
package openidtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// Who a site is to the provider.
const (
	Client = "groundwork-test"
	Secret = "a secret of the site: ä&="
)

// Manners are how the provider behaves. The zero Manners are good ones.
type Manners struct {
	Claims map[string]any // of its tokens, in place of or beside the right ones
	Error  string         // it sends everybody back with this
	None   bool           // its tokens have no signature
	Forged bool           // its tokens are signed with a key that is not its own
	Status int            // all its replies have this status
	Pad    int            // so many bytes are before each reply
	Public bool           // the site has no secret
}

// A Provider is one that runs.
type Provider struct {
	*httptest.Server
	now      func() time.Time
	key, bad *ecdsa.PrivateKey

	mu      sync.Mutex
	manners Manners
	codes   map[string]url.Values // what was asked for, by code
}

// New starts a provider, whose address is its issuer. It is closed with the test.
func New(t testing.TB, now func() time.Time) *Provider {
	t.Helper()
	p := &Provider{now: now, codes: map[string]url.Values{}}
	for _, key := range []**ecdsa.PrivateKey{&p.key, &p.bad} {
		var err error
		if *key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			t.Fatal(err)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("GET /keys", p.keys)
	mux.HandleFunc("GET /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

// Behave has the provider behave so from now on.
func (p *Provider) Behave(m Manners) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.manners = m
}

func (p *Provider) discovery(w http.ResponseWriter, _ *http.Request) {
	p.reply(w, map[string]any{
		"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
		"id_token_signing_alg_values_supported": []string{"none", "HS256", "ES256"}, "response_types_supported": []string{"code"},
	})
}

func (p *Provider) keys(w http.ResponseWriter, _ *http.Request) {
	point, err := p.key.PublicKey.Bytes() // 4, x, y
	if err != nil {
		panic(err)
	}
	p.reply(w, map[string]any{"keys": []map[string]string{
		{"kty": "EC", "crv": "P-256", "kid": "1", "use": "sig", "alg": "ES256", "x": b64(point[1:33]), "y": b64(point[33:])},
	}})
}

// authorize asks nobody anything and sends the browser back.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	q := r.URL.Query()
	back := url.Values{"state": {q.Get("state")}}
	switch {
	case q.Get("client_id") != Client || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || !strings.Contains(q.Get("scope"), "openid"):
		http.Error(w, "not asked as it should be", http.StatusBadRequest)
		return
	case p.manners.Error != "":
		back.Set("error", p.manners.Error)
	default:
		code := rand.Text()
		p.codes[code] = q
		back.Set("code", code)
	}
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
}

// token gives a token for a code, once, to the site that asked for it.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	m := p.manners
	asked, ok := p.codes[r.PostFormValue("code")]
	delete(p.codes, r.PostFormValue("code"))
	p.mu.Unlock()
	id, secret, basic := r.BasicAuth()
	id, _ = url.QueryUnescape(id)
	secret, _ = url.QueryUnescape(secret)
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	refuse := func(code string) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(map[string]string{"error": code, "error_description": "nobody@example.org"})
	}
	switch {
	case m.Public && (basic || r.PostFormValue("client_id") != Client), !m.Public && (!basic || id != Client || secret != Secret):
		refuse("invalid_client")
	case !ok || asked.Get("redirect_uri") != r.PostFormValue("redirect_uri") || asked.Get("code_challenge") != b64(sum[:]):
		refuse("invalid_grant")
	default:
		p.reply(w, map[string]any{"access_token": rand.Text(), "token_type": "Bearer", "id_token": p.sign(m, asked.Get("nonce"))})
	}
}

// sign makes an ID token.
func (p *Provider) sign(m Manners, nonce string) string {
	now := p.now().Unix()
	claims := map[string]any{"iss": p.URL, "aud": Client, "sub": "1", "nonce": nonce, "iat": now, "exp": now + 300, "auth_time": now}
	maps.Copy(claims, m.Claims)
	head, key := `{"alg":"ES256","kid":"1"}`, p.key
	switch {
	case m.None:
		head = `{"alg":"none"}`
	case m.Forged:
		key = p.bad
	}
	body, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	text := b64([]byte(head)) + "." + b64(body)
	if m.None {
		return text + "."
	}
	sum := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil {
		panic(err)
	}
	sig := make([]byte, 64)
	r.FillBytes(sig[:32])
	s.FillBytes(sig[32:])
	return text + "." + b64(sig)
}

func (p *Provider) reply(w http.ResponseWriter, v any) {
	p.mu.Lock()
	m := p.manners
	p.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if m.Status != 0 {
		w.WriteHeader(m.Status)
	}
	_, _ = w.Write([]byte(strings.Repeat(" ", m.Pad)))
	_ = json.NewEncoder(w).Encode(v)
}

func b64(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }
