//go:build browser

package main

import (
	"strings"
	"testing"
	"time"

	"groundwork/web/openid/openidtest"
)

// Somebody signs in with a provider, is asked for the password of the account
// that has the address, and disconnects it again. The pages are looked at in
// both looks and two widths.
func TestBrowserOpenID(t *testing.T) {
	idp := openidtest.New(t, time.Now)
	ada := map[string]any{"sub": "ada-1", "email": "ada@example.org", "email_verified": true, "name": "Ada"}
	idp.Behave(openidtest.Manners{Claims: ada, Public: true})
	site := start(t, "", "-oidc-issuer", idp.URL, "-oidc-client", openidtest.Client, "-oidc-name", "Example Login")
	site.url = strings.Replace(site.url, "127.0.0.1", "localhost", 1) // so that passkeys are offered too
	b := site.open(t, 1280, 900)
	looks := func(name string) {
		t.Helper()
		for _, width := range []int{1280, 390} {
			for _, theme := range []string{"light", "dark"} {
				b.look(width, 900, theme)
				b.shot(strings.Join([]string{"openid", name, map[int]string{1280: "1280", 390: "390"}[width], theme}, "-"))
				for _, v := range b.axe() {
					t.Errorf("%s, %d, %s: %s", name, width, theme, v)
				}
				if eval[bool](b, `document.documentElement.scrollWidth > innerWidth`) {
					t.Errorf("%s is wider than %d", name, width)
				}
			}
		}
	}
	click := func(selector string) {
		t.Helper()
		eval[bool](b, `document.querySelector('`+selector+`').click(), true`)
	}
	fill := func(id, value string) {
		t.Helper()
		eval[bool](b, `document.getElementById('`+id+`').value = '`+value+`', true`)
	}
	b.goTo("/account/register")
	looks("register")
	fill("email", "ada@example.org")
	fill("password", "paper lamp river")
	click(`main form button`)
	b.wait("the account", `location.pathname === '/me'`)
	b.goTo("/account")
	looks("settings-none")
	click(`form[action="/account/sign-out"] button`)
	b.wait("the sign-in page", `location.pathname === '/account/sign-in'`)
	looks("sign-in")

	click(`main a[href^="/account/oidc"]`)
	b.wait("the question for the password", `document.querySelector('h1').innerText.includes('There is an account')`)
	looks("meets")
	fill("password", "paper lamp river")
	click(`form[action="/account/oidc/connect"] button`)
	b.wait("being signed in", `location.pathname === '/me'`)
	b.goTo("/account")
	b.wait("the list", `document.querySelector('main').innerText.includes('Example Login')`)
	looks("settings")
	b.look(1280, 900, "light")
	click(`form[action="/account/oidc/disconnect"] button`)
	b.wait("the list without it", `document.querySelector('main').innerText.includes('It is disconnected')`)
	click(`main a[href^="/account/oidc"]`)
	b.wait("the question whether to connect", `document.querySelector('h1').innerText === 'Connect Example Login'`)
	looks("connect")
	b.goTo("/account")
	click(`form[action="/account/sign-out"] button`)
	b.wait("the sign-in page", `location.pathname === '/account/sign-in'`)

	ada["sub"], ada["email"] = "tom-1", "tom@example.org"
	ada["auth_time"] = time.Now().Add(-time.Hour).Unix()
	idp.Behave(openidtest.Manners{Claims: ada, Public: true})
	click(`main a[href^="/account/oidc"]`)
	b.wait("the new account", `location.pathname === '/me'`)
	b.goTo("/account")
	looks("settings-stale")
	b.goTo("/account/delete")
	looks("delete-stale")
	b.goTo("/account")
	click(`form[action="/account/sign-out"] button`)
	b.wait("the sign-in page", `location.pathname === '/account/sign-in'`)
	idp.Behave(openidtest.Manners{Error: "access_denied"})
	click(`main a[href^="/account/oidc"]`)
	b.wait("the refusal", `document.querySelector('[role=alert]')?.innerText.includes('did not sign you in')`)
	looks("refused")
}
