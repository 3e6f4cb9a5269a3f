// Package openid lets people sign in with one provider that speaks OpenID
// Connect: the authorization code flow with PKCE, state and nonce.
//
// It knows nothing of accounts and keeps nothing. [Provider.Begin] returns the
// address to send a browser to and the [Ceremony] to remember for it;
// [Provider.Finish] turns what the browser brings back into an [Identity]. What
// the provider offers is read when it is first needed, so that a site starts
// and works while its provider is down.
package openid

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

var (
	// ErrDown means that the provider did not answer, or not as one does.
	ErrDown = errors.New("the provider does not answer")

	// ErrRefused means that what the provider sent proves nothing.
	ErrRefused = errors.New("the provider's answer proves nothing")
)

const (
	patience = 10 * time.Second // for all that one call asks of the provider
	pause    = 5 * time.Second  // after it was found down, until it is asked again
)

// Fresh is how long ago somebody who is signed in already may have shown the
// provider who they are; after that it is to ask them again.
const Fresh = 5 * time.Minute

// Config is what an operator says of a provider.
type Config struct {
	Issuer string // its address, exactly as it writes it
	Client string // who this site is to it
	Secret string // empty for a public client
	Name   string // for people; the issuer's host if empty
}

// A Provider signs people in. It is safe for concurrent use.
type Provider struct {
	Config
	now  func() time.Time
	http *http.Client

	mu       sync.Mutex // held while the provider is asked what it offers
	offered  *offer
	failed   error // of the last time it was asked
	failedAt time.Time
}

// New returns a provider without asking it anything. The error says what is
// wrong with the configuration.
func New(c Config, now func() time.Time) (*Provider, error) {
	u, err := url.Parse(c.Issuer)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("the issuer has to be an address such as https://login.example.org, without user, query or fragment")
	case !safe(u):
		return nil, errors.New("the issuer has to begin with https://; http:// does on localhost only")
	case c.Client == "":
		return nil, errors.New("the id under which the provider knows this site is missing")
	}
	if c.Name == "" {
		c.Name = u.Host
	}
	return &Provider{Config: c, now: now, http: newClient()}, nil
}

// safe reports whether nobody on the way can read or change what goes to u.
func safe(u *url.URL) bool {
	return u.Scheme == "https" || u.Scheme == "http" && Local(u.Hostname())
}

// Local reports whether host is this very machine.
func Local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// A Ceremony is a sign-in that has begun. It is secret, belongs to the browser
// in which it began and is good once, all of which the caller sees to.
type Ceremony struct {
	State    string // what the provider sends back with the browser
	nonce    string
	verifier string
	redirect string
}

// Begin returns the address at which the provider asks who is there, and what to
// remember until the browser comes back to redirect. again asks for somebody
// who has not shown it who they are for longer than [Fresh] to do so anew.
func (p *Provider) Begin(ctx context.Context, redirect string, again bool) (c Ceremony, to string, err error) {
	ctx, cancel := p.bounded(ctx)
	defer cancel()
	o, err := p.offer(ctx)
	if err != nil {
		return Ceremony{}, "", err
	}
	c = Ceremony{State: rand.Text(), nonce: rand.Text(), verifier: oauth2.GenerateVerifier(), redirect: redirect}
	options := []oauth2.AuthCodeOption{oidc.Nonce(c.nonce), oauth2.S256ChallengeOption(c.verifier)}
	if again {
		options = append(options, oauth2.SetAuthURLParam("max_age", fmt.Sprint(int(Fresh/time.Second))))
	}
	return c, p.oauth(o, redirect).AuthCodeURL(c.State, options...), nil
}

// Finish trades the code with which a browser came back for who is there. It is
// for the caller to compare the state. The error is [ErrDown] or [ErrRefused];
// its text holds no code, token or address of a person.
func (p *Provider) Finish(ctx context.Context, c Ceremony, code string) (Identity, error) {
	ctx, cancel := p.bounded(ctx)
	defer cancel()
	o, err := p.offer(ctx)
	if err != nil {
		return Identity{}, err
	}
	tokens, err := p.oauth(o, c.redirect).Exchange(ctx, code, oauth2.VerifierOption(c.verifier))
	if err != nil {
		return Identity{}, exchangeError(err)
	}
	raw, _ := tokens.Extra("id_token").(string)
	keys := &keySet{KeySet: o.keys}
	token, err := oidc.NewVerifier(p.Issuer, keys, &oidc.Config{ClientID: p.Client, SupportedSigningAlgs: o.algorithms, Now: p.now}).Verify(ctx, raw)
	if err != nil {
		return Identity{}, verifyError(err, keys)
	}
	if token.Nonce != c.nonce {
		return Identity{}, fmt.Errorf("%w: the nonce is another one", ErrRefused)
	}
	return p.identity(token)
}

// bounded is ctx with the client and an end. A reader who leaves does not end
// it: others may wait for what it finds out.
func (p *Provider) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(oidc.ClientContext(context.WithoutCancel(ctx), p.http), patience)
}
