package web

import (
	"errors"
	"net/http"
	"net/url"

	"groundwork/store"
	"groundwork/web/ui"
)

// connectView is the page that asks whether an identity and an account belong
// together.
type connectView struct {
	Frame    ui.Frame
	Name     string // of the provider
	Label    string // as whom it knows them
	Email    string // of the account
	Own      bool   // the account is the one that is signed in
	Proof    ownerProof
	Password ui.Field
}

// otherwise is where to go without connecting.
func (v connectView) otherwise() string {
	if v.Own {
		return "/account"
	}
	return "/account/sign-in"
}

// openidAsk shows that page. c is kept until it is sent.
func (s *Server) openidAsk(w http.ResponseWriter, r *http.Request, status int, c crossing, fault string) error {
	v := connectView{Name: s.cfg.OpenID.Name, Label: s.identity(*c.found).Label, Email: c.found.Email, Proof: ownerProof{Password: true}}
	if l := whoami(r.Context()); l.Registered() {
		ways, err := s.store.Ways(r.Context(), l.ID)
		if err != nil {
			return err
		}
		v.Email, v.Own, v.Proof = l.Email, true, s.newProof(r, ways, "/account")
	}
	if err := s.remember(w, c); err != nil {
		return err
	}
	v.Frame = s.described(r, "Connect "+v.Name, "Connect the sign-in of another service with your groundwork account, so that both ways lead to the same work.", "")
	v.Frame.Path, v.Frame.Main = "/account", "wrap slim"
	label := "Password of that account"
	if v.Own {
		label = "Your password, to be sure it is you"
	}
	v.Password = ui.Field{ID: "password", Label: label, Type: "password", Err: fault, Required: true, Attrs: map[string]any{"autocomplete": "current-password"}}
	focusFault(&v.Password)
	return show(w, r, status, connectPage(v))
}

// openidConnect connects the identity that came back with the account whose
// password is given: POST /account/oidc/connect.
func (s *Server) openidConnect(w http.ResponseWriter, r *http.Request) error {
	if s.cfg.OpenID == nil {
		return errNoPage
	}
	ctx, l := r.Context(), whoami(r.Context())
	c, err := s.recall(w, r)
	if err != nil || c.found == nil {
		return s.openidRefused(w, r, "", "no identity waits to be connected", "Connecting took longer than ten minutes, or was done already. Begin again.")
	}
	into, password := l.ID, r.PostFormValue("password")
	if l.Registered() {
		err = s.sure(r, l, password)
	} else {
		into, err = s.admit(r, c.found.Email, password)
	}
	if err != nil {
		text, status := refusal(w, err, "This is not the password of that account. Nothing was connected; try again.")
		if text == "" {
			return err
		}
		return s.openidAsk(w, r, status, c, text)
	}
	err = s.store.Connect(ctx, into, s.identity(*c.found))
	if errors.Is(err, store.ErrTaken) {
		return s.openidRefused(w, r, c.to, "already connected", "Nothing was connected: one of the two is connected already. Disconnect that first.")
	}
	if err != nil {
		return err
	}
	s.log.InfoContext(ctx, "identity connected", "learner", into, "request", requestID(ctx))
	if err := s.notify(w, r, s.cfg.OpenID.Name+" is connected. It signs you in without the password."); err != nil {
		return err
	}
	if l.Registered() {
		return redirect(w, r, c.to)
	}
	return s.welcome(w, r, arrival{into, byOpenID, c.found.At, c.to})
}

// openidDisconnect takes an identity from the account: POST
// /account/oidc/disconnect. One that is gone already is no error.
func (s *Server) openidDisconnect(w http.ResponseWriter, r *http.Request) error {
	ctx, l := r.Context(), whoami(r.Context())
	if !l.Registered() {
		return errNobody
	}
	err := s.store.Disconnect(ctx, l.ID, r.PostFormValue("issuer"))
	if errors.Is(err, store.ErrConflict) {
		return s.openidShow(w, r, http.StatusUnprocessableEntity, "", "It is the only way into this account. Set a password or add a passkey first. Nothing was changed.")
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	s.log.InfoContext(ctx, "identity disconnected", "learner", l.ID, "request", requestID(ctx))
	if err := s.notify(w, r, "It is disconnected and no longer signs in here."); err != nil {
		return err
	}
	return redirect(w, r, "/account")
}

// identityView is one identity in the settings.
type identityView struct {
	Issuer, Name, Label, Dates string
	Only                       bool // way into the account
}

// newIdentities lists the identities of an account, and the link to connect the
// provider's if there is none of it yet.
func (s *Server) newIdentities(ways store.Ways) (list []identityView, connect ui.Link) {
	connect = s.provider("/account")
	if connect.URL != "" {
		connect.Text = "Connect " + s.cfg.OpenID.Name
	}
	for _, i := range ways.Identities {
		v := identityView{Issuer: i.Issuer, Name: i.Issuer, Label: i.Label, Dates: day(i.Connected), Only: !ways.Password && ways.Passkeys == 0}
		if u, err := url.Parse(i.Issuer); err == nil {
			v.Name = u.Host
		}
		if s.cfg.OpenID != nil && i.Issuer == s.cfg.OpenID.Issuer {
			v.Name, connect = s.cfg.OpenID.Name, ui.Link{}
		}
		if !i.Used.IsZero() {
			v.Dates += ", used " + day(i.Used)
		}
		list = append(list, v)
	}
	return list, connect
}
