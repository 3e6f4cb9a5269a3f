package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"groundwork/store"
)

// What is no passkey opens nothing and adds nothing; one of somebody else is
// not removed; over plain HTTP none is offered.
func TestPasskeysThatDoNotOpen(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *Config) { c.Now = time.Now })
	b := s.browser(t)
	b.register(ilse)
	id := s.learner(t, ilse)
	if r := b.do("/account/passkeys/options", url.Values{}); r.status != http.StatusBadRequest {
		t.Errorf("options over plain HTTP: %d, want 400", r.status)
	}
	if strings.Contains(b.do("/account", nil).body, "data-passkey") {
		t.Error("passkeys are offered where no browser makes one")
	}
	b.base = strings.Replace(b.base, "127.0.0.1", "localhost", 1)
	other := s.browser(t)
	other.base = b.base
	b.signIn(ilse, passphrase)
	for _, c := range []string{"", "{}", "null", `{"id":"AA","rawId":"AA","type":"public-key","response":{}}`, strings.Repeat("[", 1000)} {
		if r := other.do("/account/sign-in/passkey", url.Values{"credential": {c}}); r.status != http.StatusUnprocessableEntity || other.signedIn() {
			t.Errorf("%.20q signs in: %d", c, r.status)
		}
		if r := b.do("/account/passkeys", url.Values{"credential": {c}, "passkey-password": {passphrase}}); r.status != http.StatusUnprocessableEntity {
			t.Errorf("%.20q is added: %d", c, r.status)
		}
	}
	if r := b.do("/account/passkeys", url.Values{"passkey-password": {"wrong wrong"}}); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, "No passkey was added") {
		t.Errorf("a wrong password: %d", r.status)
	}
	if err := s.store.AddPasskey(t.Context(), id, store.Passkey{ID: "k", Name: "Kitchen", Data: "{}", Created: start}); err != nil {
		t.Fatal(err)
	}
	other.register("tom@example.org")
	other.do("/account/passkeys/remove", url.Values{"id": {"k"}})
	if list, err := s.store.Passkeys(t.Context(), id); len(list) != 1 || err != nil {
		t.Errorf("after somebody else removed it: %v, %v", list, err)
	}
	e, err := s.store.Export(t.Context(), id)
	if err != nil || len(e.Passkeys) != 1 || e.Passkeys[0].Name != "Kitchen" || e.Passkeys[0].Data != "" {
		t.Errorf("the export has %+v, %v; want the name and no data", e.Passkeys, err)
	}
	if err := s.store.DeleteLearner(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if _, err := s.store.PasskeyOwner(t.Context(), "k"); err == nil {
		t.Error("the passkey outlives its account")
	}
}
