package openid

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// An offer is what the provider says of itself.
type offer struct {
	endpoint   oauth2.Endpoint
	keys       *oidc.RemoteKeySet
	algorithms []string // of its signatures
}

// trusted are the signatures that only the provider can make. "none" and those
// by a shared secret are not among them.
var trusted = []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.EdDSA}

// offer returns what the provider offers, which it is asked until it has said
// it once. Those who come while it is asked wait for the same reply.
func (p *Provider) offer(ctx context.Context) (*offer, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.offered != nil {
		return p.offered, nil
	}
	if p.failed != nil && p.now().Sub(p.failedAt) < pause {
		return nil, p.failed
	}
	o, err := p.discover(ctx)
	if err != nil {
		p.failed, p.failedAt = fmt.Errorf("%w: discovery: %s", ErrDown, brief(err)), p.now()
		return nil, p.failed
	}
	p.offered = o
	return o, nil
}

func (p *Provider) discover(ctx context.Context) (*offer, error) {
	found, err := oidc.NewProvider(ctx, p.Issuer)
	if err != nil {
		return nil, err
	}
	var said struct {
		Keys       string   `json:"jwks_uri"`
		Algorithms []string `json:"id_token_signing_alg_values_supported"`
		Methods    []string `json:"token_endpoint_auth_methods_supported"`
	}
	if err := found.Claims(&said); err != nil {
		return nil, err
	}
	o := &offer{endpoint: found.Endpoint(), keys: oidc.NewRemoteKeySet(ctx, said.Keys)}
	for _, address := range []string{o.endpoint.AuthURL, o.endpoint.TokenURL, said.Keys} {
		if u, err := url.Parse(address); err != nil || !safe(u) {
			return nil, fmt.Errorf("it names the address %q, which is not https://", address)
		}
	}
	o.algorithms = slices.DeleteFunc(said.Algorithms, func(name string) bool { return !slices.Contains(trusted, name) })
	o.endpoint.AuthStyle = oauth2.AuthStyleInHeader // never tried out: a code is good once
	if p.Secret == "" || len(said.Methods) > 0 && !slices.Contains(said.Methods, "client_secret_basic") {
		o.endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return o, nil
}

func (p *Provider) oauth(o *offer, redirect string) *oauth2.Config {
	return &oauth2.Config{ClientID: p.Client, ClientSecret: p.Secret, Endpoint: o.endpoint, RedirectURL: redirect,
		Scopes: []string{oidc.ScopeOpenID, oidc.ScopeProfile, oidc.ScopeEmail}}
}

// largest is the size of the largest response that is read, in bytes.
const largest = 1 << 20

// newClient returns a client that goes where it was told and nowhere else, does
// not wait long and reads no more than it can use.
func newClient() *http.Client {
	return &http.Client{Timeout: patience, Transport: bounded{http.DefaultTransport.(*http.Transport).Clone()}}
}

// bounded reads responses whole, and makes errors of those that would be
// followed elsewhere or quoted by the libraries above.
type bounded struct{ http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := b.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if kind := resp.StatusCode / 100; kind != 2 && (kind != 4 || r.Method == http.MethodGet) { // a refused code has words to be read
		return nil, fmt.Errorf("it replied with %d", resp.StatusCode)
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, largest+1))
	if err != nil {
		return nil, err
	}
	if len(data) > largest {
		return nil, fmt.Errorf("it replied with more than %d bytes", largest)
	}
	resp.Body = io.NopCloser(bytes.NewReader(data))
	return resp, nil
}

// A keySet remembers why a signature was not found good.
type keySet struct {
	oidc.KeySet
	failed error
}

// VerifySignature implements oidc.KeySet.
func (k *keySet) VerifySignature(ctx context.Context, jwt string) (payload []byte, err error) {
	payload, k.failed = k.KeySet.VerifySignature(ctx, jwt)
	return payload, k.failed
}

// verifyError tells a token that proves nothing from keys that could not be
// fetched.
func verifyError(err error, keys *keySet) error {
	var line *url.Error
	if errors.As(keys.failed, &line) || errors.Is(keys.failed, context.DeadlineExceeded) {
		return fmt.Errorf("%w: keys: %s", ErrDown, brief(keys.failed))
	}
	return fmt.Errorf("%w: %s", ErrRefused, brief(err))
}

// exchangeError tells a code that is not good from a provider that does not want
// this site. What it says beyond its error code stays unsaid.
func exchangeError(err error) error {
	var said *oauth2.RetrieveError
	switch {
	case !errors.As(err, &said):
		return fmt.Errorf("%w: token: %s", ErrDown, brief(err))
	case said.ErrorCode == "invalid_grant":
		return fmt.Errorf("%w: the code is not good", ErrRefused)
	}
	return fmt.Errorf("%w: token: it replied with %d %s", ErrDown, said.Response.StatusCode, brief(errors.New(said.ErrorCode)))
}

// brief is the text of an error for a log: one line, and not long.
func brief(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	line = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, line)
	return line[:min(len(line), 200)]
}
