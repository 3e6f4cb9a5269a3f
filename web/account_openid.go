package web

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"net/http"
	"time"

	"groundwork/store"
	"groundwork/web/openid"
)

// crossingAge is how long somebody may take at the provider, or to find the
// password of the account that is to be connected.
const crossingAge = 10 * time.Minute

// A crossing is a browser's way to the provider and back. Its cookie names it,
// so that nobody can end what another browser began.
type crossing struct {
	openid.Ceremony
	to    string           // where to go on in the end
	found *openid.Identity // who came back, waiting to be connected; nil before
}

// openidStart sends the browser to the provider: GET /account/oidc. It is a link
// and not a form because browsers hold where a form ends against the policy of
// the page. Who is signed in already is asked again who they are.
func (s *Server) openidStart(w http.ResponseWriter, r *http.Request) error {
	if s.cfg.OpenID == nil {
		return errNoPage
	}
	if err := s.limits.openid(s.network(r), s.now()); err != nil {
		return err
	}
	to := back(r, "/me")
	c, address, err := s.cfg.OpenID.Begin(r.Context(), s.origin(r)+"/account/oidc/callback", whoami(r.Context()).Registered())
	if err != nil {
		return s.openidFault(w, r, to, err)
	}
	if err := s.remember(w, crossing{Ceremony: c, to: to}); err != nil {
		return err
	}
	return redirect(w, r, address) // which the operator chose, not whoever asks
}

// remember keeps a crossing and gives the browser the cookie that names it.
func (s *Server) remember(w http.ResponseWriter, c crossing) error {
	secret := rand.Text()
	s.crossings.begin(secret, c, s.now(), s.now().Add(crossingAge))
	http.SetCookie(w, s.crossingCookie(secret, int(crossingAge/time.Second)))
	return nil
}

// recall takes the crossing that the browser's cookie names, and the cookie.
func (s *Server) recall(w http.ResponseWriter, r *http.Request) (crossing, error) {
	cookie, err := r.Cookie(s.cookieName(openidCookie))
	if err != nil {
		return crossing{}, errCeremony
	}
	http.SetCookie(w, s.crossingCookie("", -1))
	return s.crossings.take(cookie.Value, s.now())
}

func (s *Server) crossingCookie(value string, age int) *http.Cookie {
	return &http.Cookie{Name: s.cookieName(openidCookie), Value: value, Path: "/", MaxAge: age, HttpOnly: true, Secure: s.cfg.Secure, SameSite: http.SameSiteLaxMode}
}

// openidCallback is where the provider sends the browser back to: GET
// /account/oidc/callback. It is the one GET that signs in. Another site cannot
// have it do so: the state has to be that of a crossing which this very browser
// began, and it is good once.
func (s *Server) openidCallback(w http.ResponseWriter, r *http.Request) error {
	if s.cfg.OpenID == nil {
		return errNoPage
	}
	if err := s.limits.openid(s.network(r), s.now()); err != nil {
		return err
	}
	q := r.URL.Query()
	c, err := s.recall(w, r)
	name := s.cfg.OpenID.Name
	switch {
	case err != nil || c.found != nil || subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(c.State)) == 0:
		return s.openidRefused(w, r, "", "no sign-in began that this ends",
			"This sign-in with "+name+" did not begin in this browser, was used already, or took longer than ten minutes. Begin again.")
	case q.Get("error") != "":
		return s.openidRefused(w, r, c.to, "the provider says no", name+" did not sign you in: it was cancelled, or not allowed there. Nothing was changed.")
	}
	id, err := s.cfg.OpenID.Finish(r.Context(), c.Ceremony, q.Get("code"))
	if err != nil {
		return s.openidFault(w, r, c.to, err)
	}
	return s.openidArrive(w, r, c.to, id)
}

// openidArrive lets in whoever the provider says is there, or asks to which
// account they belong.
func (s *Server) openidArrive(w http.ResponseWriter, r *http.Request, to string, id openid.Identity) error {
	ctx, l := r.Context(), whoami(r.Context())
	owner, err := s.store.IdentityOwner(ctx, id.Issuer, id.Subject)
	switch {
	case errors.Is(err, store.ErrNotFound) && l.Registered():
		return s.openidAsk(w, r, http.StatusOK, crossing{to: to, found: &id}, "")
	case errors.Is(err, store.ErrNotFound):
		return s.openidNewcomer(w, r, to, id)
	case err != nil:
		return err
	case l.Registered() && l.ID != owner:
		return s.openidRefused(w, r, to, "it opens another account than the one that is signed in",
			"Your "+s.cfg.OpenID.Name+" sign-in belongs to another account here. Sign out first to use it.")
	}
	if err := s.store.UseIdentity(ctx, owner, id.Issuer, id.Subject, s.now()); err != nil {
		return err
	}
	return s.welcome(w, r, arrival{owner, byOpenID, id.At, to})
}

// openidNewcomer makes an account for somebody who is not known yet. An address
// that has one already does not open it: what the provider says of addresses is
// taken to make accounts, never to enter them.
func (s *Server) openidNewcomer(w http.ResponseWriter, r *http.Request, to string, id openid.Identity) error {
	ctx, name := r.Context(), s.cfg.OpenID.Name
	switch {
	case !id.Verified || id.Email == "":
		return s.openidRefused(w, r, to, "no verified address", name+" does not vouch for your email address, so no account can be made from it. "+
			"Verify the address there and try again, or make an account with a password here and connect the two under Settings.")
	case emailFault(id.Email) != "":
		return s.openidRefused(w, r, to, "an address that cannot be used", name+" gives an email address for you that cannot be used here.")
	}
	account, _, err := s.store.Credentials(ctx, id.Email)
	if err == nil {
		return s.openidMeet(w, r, account, crossing{to: to, found: &id})
	}
	if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err := s.limits.visitor(s.network(r), s.now()); err != nil {
		return err
	}
	l := learner(ctx)
	if l == 0 {
		if l, _, err = s.store.CreateVisitor(ctx, s.now()); err != nil {
			return err
		}
	}
	err = s.store.RegisterIdentity(ctx, l, id.Email, openidName(id), s.identity(id))
	if errors.Is(err, store.ErrTaken) || errors.Is(err, store.ErrNotFound) {
		return s.openidRefused(w, r, to, "another sign-in was faster", "Your account was being made in another window. Sign in again.")
	}
	if err != nil {
		return err
	}
	if err := s.notify(w, r, registeredText(r)); err != nil {
		return err
	}
	return s.welcome(w, r, arrival{l, byOpenID, id.At, to})
}

// openidMeet asks somebody with the address of an account for its password, if
// it has one.
func (s *Server) openidMeet(w http.ResponseWriter, r *http.Request, account store.LearnerID, c crossing) error {
	ways, err := s.store.Ways(r.Context(), account)
	if err != nil {
		return err
	}
	if !ways.Password {
		return s.openidRefused(w, r, c.to, "the account of that address has no password",
			"There is an account with your email address, and it has no password. Sign in to it as you did before, then connect the two under Settings.")
	}
	return s.openidAsk(w, r, http.StatusOK, c, "")
}

// openidName is a name as signing up would take it. Nobody is there to shorten
// one that is too long.
func openidName(id openid.Identity) string {
	name := []rune(cleanName(id.Name))
	return cleanName(string(name[:min(len(name), longestName)]))
}

// identity is id as the store keeps it.
func (s *Server) identity(id openid.Identity) store.Identity {
	label := id.Email
	if label == "" {
		label = openidName(id)
	}
	return store.Identity{Issuer: id.Issuer, Subject: id.Subject, Label: label, Connected: s.now()}
}

// openidFault shows what kept the provider from saying who is there.
func (s *Server) openidFault(w http.ResponseWriter, r *http.Request, to string, err error) error {
	name := s.cfg.OpenID.Name
	if !errors.Is(err, openid.ErrDown) {
		return s.openidRefused(w, r, to, err.Error(), "What "+name+" sent does not prove who you are. Nothing was changed; begin again.")
	}
	s.log.WarnContext(r.Context(), "openid provider down", "err", err.Error(), "request", requestID(r.Context()))
	return s.openidShow(w, r, http.StatusServiceUnavailable, to, name+" does not answer now. Sign in with your password, or try again in a minute.")
}

// openidRefused notes why somebody was not let in and shows it.
func (s *Server) openidRefused(w http.ResponseWriter, r *http.Request, to, why, text string) error {
	s.log.InfoContext(r.Context(), "openid refused", "why", why, "request", requestID(r.Context()))
	return s.openidShow(w, r, http.StatusUnprocessableEntity, to, text)
}

// openidShow shows the page from which the browser set out, with what happened.
func (s *Server) openidShow(w http.ResponseWriter, r *http.Request, status int, to, text string) error {
	if l := whoami(r.Context()); l.Registered() {
		v, err := s.newAccountView(r, l.Name, nil)
		if err != nil {
			return err
		}
		v.Fault = text
		return show(w, r, status, accountPage(v))
	}
	v := s.newSignInView(r, "", "")
	v.Fault, v.Back, v.Provider = text, to, s.provider(to)
	v.Frame.Path = "/account/sign-in" // this address cannot be opened again
	return show(w, r, status, signInPage(v))
}
