//go:build browser

package main

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// An account adds a passkey with its password, signs in with it, and removes
// it, after which it opens nothing.
func TestBrowserPasskey(t *testing.T) {
	site := start(t, "")
	site.url = strings.Replace(site.url, "127.0.0.1", "localhost", 1) // passkeys want a name
	b := site.open(t, 1280, 900)
	b.goTo("/account/register")
	if _, err := chromedp.Call(b.ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	device := &webauthn.VirtualAuthenticatorOptions{Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
		HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}
	if _, err := chromedp.Call(b.ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: device}); err != nil {
		t.Fatal(err)
	}
	send := func(form string, fields map[string]string) {
		t.Helper()
		for name, value := range fields {
			eval[bool](b, `document.querySelector('form[action="`+form+`"] [name="`+name+`"]').value = '`+value+`', true`)
		}
		eval[bool](b, `document.querySelector('form[action="`+form+`"] button').click(), true`)
	}
	send("/account/register", map[string]string{"email": "ada@example.org", "password": "paper lamp river"})
	b.wait("the account", `location.pathname === '/me'`)
	b.goTo("/account")
	b.wait("the form for a passkey", `!document.querySelector('#passkeys [data-passkey-box], [data-passkey-box]').hidden`)
	send("/account/passkeys", map[string]string{"passkey-name": "Kitchen", "passkey-password": "paper lamp river"})
	b.wait("the passkey in the list", `document.querySelector('main').innerText.includes('The passkey Kitchen is added')`)
	b.shot("passkeys-1280-light")
	use := func() {
		t.Helper()
		send("/account/sign-out", nil)
		b.wait("the sign-in page", `location.pathname === '/account/sign-in' && !document.querySelector('[data-passkey-box]').hidden`)
		send("/account/sign-in/passkey", nil)
	}
	use()
	b.wait("being signed in", `location.pathname === '/me'`)
	b.goTo("/account")
	send("/account/passkeys/remove", nil)
	b.wait("the list without it", `document.querySelector('main').innerText.includes('no longer signs in') && !document.querySelector('form[action="/account/passkeys/remove"]')`)
	use()
	b.wait("the refusal", `document.querySelector('[role=alert]')?.innerText.includes('does not open an account')`)
}
