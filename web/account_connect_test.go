package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"groundwork/store"
	"groundwork/web/openid"
)

// An address alone opens no account: whoever the provider says has it gives the
// password of the account once.
func TestOpenIDMeetsAnAccount(t *testing.T) {
	t.Parallel()
	s, _ := newOpenSite(t)
	s.browser(t).register(ilse)
	b := s.browser(t)
	r := b.do("/account/oidc?back=/path", nil)
	if got := text(r.doc(t).Find("h1")); r.status != http.StatusOK || got != "There is an account with this email address" || b.signedIn() {
		t.Fatalf("%d, the page says %q", r.status, got)
	}
	send := func(b *browser, password string) reply {
		return b.do("/account/oidc/connect", url.Values{"password": {password}})
	}
	if r := send(s.browser(t), passphrase); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, "Begin again") {
		t.Errorf("from another browser: %d", r.status)
	}
	if r := b.do("/account/oidc/callback?code=x", nil); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, "did not begin in this browser") {
		t.Errorf("what waits for a password passes for what waits for the provider: %d", r.status)
	}
	b.callback("/account/oidc")
	if r := send(b, passphrase); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, "Begin again") {
		t.Errorf("what waits for the provider passes for what waits for a password: %d", r.status)
	}
	b.do("/account/oidc?back=/path", nil)
	r = send(b, "wrong wrong")
	if got := text(r.doc(t).Find("#password-error")); r.status != http.StatusUnprocessableEntity || !strings.Contains(got, "not the password of that account") {
		t.Errorf("a wrong password: %d, %q", r.status, got)
	}
	if _, _, known := s.ways(t, ilse); known != nil || b.signedIn() {
		t.Fatalf("a wrong password connected %v, or signed in", known)
	}
	if r := send(b, passphrase); r.at != "/path" || !b.signedIn() {
		t.Errorf("the password: %d at %s", r.status, r.at)
	}
	if r := send(b, passphrase); r.status != http.StatusUnprocessableEntity {
		t.Errorf("once more: %d", r.status)
	}
	again := s.browser(t)
	if r := again.do("/account/oidc?back=/path", nil); r.at != "/path" || !again.signedIn() {
		t.Errorf("from then on: %d at %s", r.status, r.at)
	}
	if diff := cmp.Diff([]string{ilse}, s.accounts(t)); diff != "" {
		t.Errorf("accounts (-want +got):\n%s", diff)
	}
}

// S9: guessing the password of the account that was met is slowed down as at
// sign-in, and ends after ten minutes.
func TestOpenIDGuesses(t *testing.T) {
	t.Parallel()
	s, _ := newOpenSite(t)
	s.browser(t).register(ilse)
	s.pass(time.Hour)
	b := s.browser(t)
	b.do("/account/oidc", nil)
	var got []int
	for range 6 {
		got = append(got, b.do("/account/oidc/connect", url.Values{"password": {"wrong wrong"}}).status)
	}
	s.pass(crossingAge + time.Millisecond)
	got = append(got, b.do("/account/oidc/connect", url.Values{"password": {passphrase}}).status)
	if diff := cmp.Diff([]int{422, 422, 422, 422, 422, 429, 422}, got); diff != "" || b.signedIn() {
		t.Errorf("signed in: %t (-want +got):\n%s", b.signedIn(), diff)
	}
}

// Whoever is signed in connects under Settings, with their password, whatever
// address the provider knows.
func TestOpenIDConnectsFromSettings(t *testing.T) {
	t.Parallel()
	s, p := newOpenSite(t)
	const tom = "tom@example.org"
	b := s.browser(t)
	b.register(tom)
	p.Behave(as(map[string]any{"email": "boss@example.net", "email_verified": false}))
	link := b.open("/account").Find("main a[href^='/account/oidc']")
	if got := text(link); got != "Connect Example Login" {
		t.Fatalf("the link says %q", got)
	}
	connect := func(password string) reply {
		t.Helper()
		r := b.do(link.AttrOr("href", ""), nil)
		if got := text(r.doc(t).Find(".lede")); !strings.Contains(got, "opens the account of "+tom) {
			t.Fatalf("%d, the page says %q", r.status, got)
		}
		if _, _, known := s.ways(t, tom); len(known) > 1 {
			t.Fatal("opening the page connects")
		}
		return b.do("/account/oidc/connect", url.Values{"password": {password}})
	}
	if r := connect(""); r.status != http.StatusUnprocessableEntity {
		t.Errorf("without the password: %d", r.status)
	}
	if _, _, known := s.ways(t, tom); known != nil {
		t.Errorf("connected without the password: %v", known)
	}
	r := connect(passphrase)
	if got := text(r.doc(t).Find("table[class=table]").Eq(1)); r.at != "/account" || !strings.Contains(got, "Example Loginboss@example.net, since 14 June 2026") {
		t.Errorf("ends at %s and shows %q", r.at, got)
	}

	p.Behave(as(map[string]any{"sub": "second"}))
	if r := connect(passphrase); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, "connected already") {
		t.Errorf("a second one: %d", r.status)
	}
	other := s.browser(t)
	other.register(ilse)
	p.Behave(as(nil)) // which is tom's
	if r := other.do("/account/oidc", nil); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, "belongs to another account here") {
		t.Errorf("one that somebody else has: %d", r.status)
	}
	if r := other.do("/account/oidc/disconnect", url.Values{"issuer": {p.URL}}); r.at != "/account" {
		t.Errorf("disconnecting what is not there: %d at %s", r.status, r.at)
	}
	if _, _, known := s.ways(t, tom); len(known) != 1 {
		t.Errorf("somebody else disconnected it: %v", known)
	}
	b.do("/account/oidc/disconnect", url.Values{"issuer": {p.URL}})
	if _, _, known := s.ways(t, tom); known != nil {
		t.Errorf("after disconnecting: %v", known)
	}
}

// S6: an account without a password is certain of its owner for five minutes
// after signing in, by the provider's word for when that was. Until then
// nothing that opens or ends it can be done.
func TestOpenIDFreshness(t *testing.T) {
	t.Parallel()
	s, p := newOpenSite(t)
	b := s.browser(t)
	b.do("/account/oidc", nil)
	acts := map[string]url.Values{
		"/account/password": {"new": {passphrase}, "current": {""}},
		"/account/delete":   {"password": {""}},
	}
	refused := func(about string) {
		t.Helper()
		for path, form := range acts {
			if r := b.do(path, form); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, "To be sure it is you, sign in again") {
				t.Errorf("%s: %s is %d", about, path, r.status)
			}
		}
		for _, path := range []string{"/account", "/account/delete"} {
			doc := b.open(path)
			if doc.Find("main form[action='/account/password'], main form[action='/account/delete']").Length() != 0 || doc.Find("main a[href='/account/oidc?back="+url.QueryEscape(path)+"']").Length() == 0 {
				t.Errorf("%s: %s does not send people to sign in again", about, path)
			}
		}
	}
	if doc := b.open("/account/delete"); doc.Find("main form[action='/account/delete']").Length() != 1 || doc.Find("main [type=password]").Length() != 0 {
		t.Error("just signed in: the account cannot be deleted, or a password is asked for")
	}
	s.pass(openid.Fresh + time.Millisecond)
	refused("five minutes later")
	p.Behave(as(map[string]any{"auth_time": start.Unix()}))
	b.do("/account/oidc", nil)
	refused("when the provider asked nobody again")
	p.Behave(as(nil))
	b.stay()
	if u, _ := url.Parse(b.do("/account/oidc", nil).header.Get("Location")); u.Query().Get("max_age") != "300" {
		t.Errorf("the provider is not asked to ask again: %s", u)
	}
	b.CheckRedirect = nil
	if r := b.do("/account/oidc?back=/account", nil); r.at != "/account" {
		t.Fatalf("signing in again: %d at %s", r.status, r.at)
	}
	if r := b.do("/account/oidc/disconnect", url.Values{"issuer": {p.URL}}); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, "only way into this account") {
		t.Errorf("disconnecting the only way in: %d", r.status)
	}
	if r := b.do("/account/password", acts["/account/password"]); r.at != "/account" || !strings.Contains(r.body, "Your password is set.") {
		t.Errorf("setting a password: %d at %s", r.status, r.at)
	}
	b.do("/account/oidc/disconnect", url.Values{"issuer": {p.URL}})
	if password, _, known := s.ways(t, ilse); !password || known != nil {
		t.Errorf("the ways in are a password: %t, and %v", password, known)
	}
	if r := b.do("/account/delete", url.Values{"password": {""}}); r.status != http.StatusUnprocessableEntity {
		t.Errorf("deleting without the password that there is now: %d", r.status)
	}
	if r := s.browser(t).signIn(ilse, passphrase); r.at != "/account" {
		t.Errorf("the password: %d at %s", r.status, r.at)
	}
}

// An account without a password adds and removes passkeys as one with it, but
// not the last way in; and goes with its identity when it is deleted.
func TestOpenIDAndPasskeys(t *testing.T) {
	t.Parallel()
	s, p := newOpenSite(t)
	b := s.browser(t)
	b.base = strings.Replace(b.base, "127.0.0.1", "localhost", 1)
	b.do("/account/oidc", nil)
	id := s.learner(t, ilse)
	if doc := b.open("/account"); doc.Find("#passkey-name").Length() != 1 || doc.Find("#passkey-password").Length() != 0 {
		t.Error("just signed in: no passkey can be added, or a password is asked for")
	}
	s.pass(openid.Fresh + time.Millisecond)
	if r := b.do("/account/passkeys", url.Values{"credential": {"{}"}}); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, "sign in again") {
		t.Errorf("adding a passkey later: %d", r.status)
	}
	if err := s.store.AddPasskey(t.Context(), id, store.Passkey{ID: "k", Name: "Kitchen", Data: "{}", Created: start}); err != nil {
		t.Fatal(err)
	}
	b.do("/account/oidc/disconnect", url.Values{"issuer": {p.URL}})
	if r := b.do("/account/passkeys/remove", url.Values{"id": {"k"}}); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, "only way into this account") {
		t.Errorf("removing the last passkey: %d", r.status)
	}
	if r := s.browser(t).do("/account/oidc", nil); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, "it has no password") {
		t.Errorf("meeting an account that has no password: %d", r.status)
	}
	b.do("/account/oidc", nil)
	b.do("/account/oidc/connect", url.Values{}) // too long after signing in
	if _, passkeys, known := s.ways(t, ilse); passkeys != 1 || known != nil {
		t.Errorf("%d passkeys and %v are left, want 1 and none", passkeys, known)
	}
	if err := s.store.DeleteLearner(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if _, err := s.store.IdentityOwner(t.Context(), p.URL, "ilse-1"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the identity is there without the account: %v", err)
	}
}
