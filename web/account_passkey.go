package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"golang.org/x/time/rate"

	"groundwork/store"
	"groundwork/web/ui"
)

// ceremonyAge is how long a device may take to sign a challenge.
const ceremonyAge = 5 * time.Minute

// A keyOwner is an account as WebAuthn sees it. It implements webauthn.User.
type keyOwner struct {
	store.Learner
	handle []byte
	keys   []webauthn.Credential
}

func (o *keyOwner) WebAuthnID() []byte                         { return o.handle }
func (o *keyOwner) WebAuthnName() string                       { return o.Email }
func (o *keyOwner) WebAuthnCredentials() []webauthn.Credential { return o.keys }
func (o *keyOwner) WebAuthnDisplayName() string {
	if o.Name == "" {
		return o.Email
	}
	return o.Name
}

// keyOwner reads an account with its passkeys. Devices know it by a handle from
// which neither its number nor its address can be read.
func (s *Server) keyOwner(r *http.Request, l store.Learner) (*keyOwner, error) {
	mac := hmac.New(sha256.New, s.cfg.Keys.Code)
	fmt.Fprintf(mac, "passkeys of %d", l.ID)
	o := &keyOwner{Learner: l, handle: mac.Sum(nil)}
	list, err := s.store.Passkeys(r.Context(), l.ID)
	if err != nil {
		return nil, err
	}
	for _, p := range list {
		var c webauthn.Credential
		if err := json.Unmarshal([]byte(p.Data), &c); err != nil {
			return nil, fmt.Errorf("read passkey: %w", err)
		}
		o.keys = append(o.keys, c)
	}
	return o, nil
}

// passkeysWork reports whether browsers make passkeys for this site: over
// HTTPS, or on the machine itself.
func (s *Server) passkeysWork(r *http.Request) bool {
	return s.cfg.Secure || hostname(r) == "localhost"
}

func hostname(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		return r.Host
	}
	return host
}

// party is this site as WebAuthn sees it: passkeys belong to its host name, and
// what a device signs names the address of the page, which the browser sees to.
func (s *Server) party(r *http.Request) (*webauthn.WebAuthn, error) {
	if !s.passkeysWork(r) {
		return nil, errBadInput // the page offers none
	}
	p, err := webauthn.New(&webauthn.Config{RPID: hostname(r), RPDisplayName: "groundwork", RPOrigins: []string{s.origin(r)}})
	if err != nil {
		return nil, errors.Join(errBadInput, err) // the host that the request names is none
	}
	return p, nil
}

// passkeysView is what the settings say of passkeys.
type passkeysView struct {
	Work     bool // one can be made here
	List     []passkeyView
	Name     ui.Field
	Password ui.Field
}

type passkeyView struct{ ID, Name, Dates string }

func (s *Server) newPasskeysView(r *http.Request, f faults) (passkeysView, error) {
	v := passkeysView{
		Work: s.passkeysWork(r),
		Name: ui.Field{ID: "passkey-name", Label: "Name of the passkey", Aside: "(optional)", Err: f["passkey-name"],
			Hint: "Tells your passkeys apart here.", Attrs: map[string]any{"autocomplete": "off"}},
		Password: ui.Field{ID: "passkey-password", Label: "Your password, to be sure it is you", Type: "password", Err: f["passkey-password"], Required: true,
			Attrs: map[string]any{"autocomplete": "current-password"}},
	}
	focusFault(&v.Name, &v.Password)
	list, err := s.store.Passkeys(r.Context(), learner(r.Context()))
	for _, p := range list {
		dates := day(p.Created) + ", never used"
		if !p.Used.IsZero() {
			dates = day(p.Created) + ", used " + day(p.Used)
		}
		v.List = append(v.List, passkeyView{p.ID, p.Name, dates})
	}
	return v, err
}

// passkeyOptions begins to make a passkey: POST /account/passkeys/options. The
// script hands what it replies to the device.
func (s *Server) passkeyOptions(w http.ResponseWriter, r *http.Request) error {
	l := whoami(r.Context())
	if !l.Registered() {
		return errNobody
	}
	p, err := s.party(r)
	if err != nil {
		return err
	}
	o, err := s.keyOwner(r, l)
	if err != nil {
		return err
	}
	options, data, err := p.BeginRegistration(o, webauthn.WithResidentKeyRequirement(protocol.ResidentKeyRequirementRequired),
		webauthn.WithExclusions(webauthn.Credentials(o.keys).CredentialDescriptors()))
	if err != nil {
		return fmt.Errorf("begin passkey: %w", err)
	}
	return s.ceremony(w, r, data, options)
}

// signInOptions begins to sign in with a passkey: POST
// /account/sign-in/options. The reply is the same for everybody.
func (s *Server) signInOptions(w http.ResponseWriter, r *http.Request) error {
	p, err := s.party(r)
	if err != nil {
		return err
	}
	options, data, err := p.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return fmt.Errorf("begin signing in with a passkey: %w", err)
	}
	return s.ceremony(w, r, data, options)
}

// ceremony keeps the challenge and replies with the options for the device.
func (s *Server) ceremony(w http.ResponseWriter, r *http.Request, data *webauthn.SessionData, options any) error {
	if err := s.limits.take("passkey "+s.network(r), rate.Every(time.Second), 60, s.now()); err != nil {
		return err
	}
	data.Expires = time.Time{} // kept here, by the site's clock
	s.challenges.begin(data.Challenge, *data, s.now(), s.now().Add(ceremonyAge))
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(options)
}

// addPasskey gives the account a passkey that its device has made: POST
// /account/passkeys. It has to be sure who asks, as with whatever opens the
// account later.
func (s *Server) addPasskey(w http.ResponseWriter, r *http.Request) error {
	ctx, l := r.Context(), whoami(r.Context())
	if !l.Registered() {
		return errNobody
	}
	p, err := s.party(r)
	if err != nil {
		return err
	}
	name := cleanName(r.PostFormValue("passkey-name"))
	if name == "" {
		name = agentName(r.UserAgent())
	}
	if fault := nameFault(name); fault != "" {
		return s.accountFaults(w, r, http.StatusUnprocessableEntity, l.Name, faults{"passkey-name": fault})
	}
	if err := s.sure(r, l, r.PostFormValue("passkey-password")); err != nil {
		text, status := refusal(w, err, "This is not the password of this account. No passkey was added; try again.")
		if text == "" {
			return err
		}
		return s.accountFaults(w, r, status, l.Name, faults{"passkey-password": text})
	}
	key, err := s.madePasskey(r, p, l)
	if err != nil {
		return s.accountFaults(w, r, http.StatusUnprocessableEntity, l.Name, faults{"passkey-name": "The device made no passkey that can be used here, or it took longer than five minutes. Nothing was changed; try again."})
	}
	key.Name = name
	err = s.store.AddPasskey(ctx, l.ID, key)
	if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrTaken) {
		return s.accountFaults(w, r, http.StatusUnprocessableEntity, l.Name, faults{"passkey-name": fmt.Sprintf("This passkey is here already, or the account has %d of them. Remove one first.", store.MostPasskeys)})
	}
	if err != nil {
		return err
	}
	s.log.InfoContext(ctx, "passkey added", "learner", l.ID, "request", requestID(ctx))
	if err := s.notify(w, r, "The passkey "+name+" is added. It signs you in without the password."); err != nil {
		return err
	}
	return redirect(w, r, "/account")
}

// madePasskey checks what the device made for a challenge of this account.
func (s *Server) madePasskey(r *http.Request, p *webauthn.WebAuthn, l store.Learner) (store.Passkey, error) {
	made, err := protocol.ParseCredentialCreationResponseBytes([]byte(r.PostFormValue("credential")))
	if err != nil {
		return store.Passkey{}, err
	}
	data, err := s.challenges.take(made.Response.CollectedClientData.Challenge, s.now())
	if err != nil {
		return store.Passkey{}, err
	}
	o, err := s.keyOwner(r, l)
	if err != nil {
		return store.Passkey{}, err
	}
	c, err := p.CreateCredential(o, data, made)
	if err != nil {
		return store.Passkey{}, err
	}
	out, err := json.Marshal(c)
	return store.Passkey{ID: base64.RawURLEncoding.EncodeToString(c.ID), Data: string(out), Created: s.now()}, err
}

// removePasskey takes a passkey from the account: POST /account/passkeys/remove.
// One that is gone already is no error.
func (s *Server) removePasskey(w http.ResponseWriter, r *http.Request) error {
	ctx, l := r.Context(), whoami(r.Context())
	if !l.Registered() {
		return errNobody
	}
	err := s.store.RemovePasskey(ctx, l.ID, r.PostFormValue("id"))
	if errors.Is(err, store.ErrConflict) {
		return s.openidShow(w, r, http.StatusUnprocessableEntity, "", "It is the only way into this account. Set a password first. Nothing was changed.")
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	s.log.InfoContext(ctx, "passkey removed", "learner", l.ID, "request", requestID(ctx))
	if err := s.notify(w, r, "That passkey no longer signs in here. Delete it on your device too."); err != nil {
		return err
	}
	return redirect(w, r, "/account")
}

// signInPasskey lets in whoever holds a passkey: POST /account/sign-in/passkey.
func (s *Server) signInPasskey(w http.ResponseWriter, r *http.Request) error {
	p, err := s.party(r)
	if err != nil {
		return err
	}
	if err := s.limits.take("password "+s.guarded("network", s.network(r)), rate.Every(time.Second), 60, s.now()); err != nil {
		return err
	}
	id, err := s.heldPasskey(r, p)
	if err != nil {
		s.log.InfoContext(r.Context(), "passkey refused", "request", requestID(r.Context()))
		return show(w, r, http.StatusUnprocessableEntity, signInPage(s.newSignInView(r, "",
			"This passkey does not open an account here, or it took longer than five minutes. Try again, or sign in with your password.")))
	}
	return s.welcome(w, r, arrival{id, byPasskey, s.now(), back(r, "/me")})
}

// heldPasskey returns the account whose passkey has signed a challenge.
func (s *Server) heldPasskey(r *http.Request, p *webauthn.WebAuthn) (store.LearnerID, error) {
	signed, err := protocol.ParseCredentialRequestResponseBytes([]byte(r.PostFormValue("credential")))
	if err != nil {
		return 0, err
	}
	data, err := s.challenges.take(signed.Response.CollectedClientData.Challenge, s.now())
	if err != nil {
		return 0, err
	}
	name := base64.RawURLEncoding.EncodeToString(signed.RawID)
	find := func(_, handle []byte) (webauthn.User, error) {
		id, err := s.store.PasskeyOwner(r.Context(), name)
		if err != nil {
			return nil, err
		}
		l, err := s.store.Learner(r.Context(), id)
		if err != nil {
			return nil, err
		}
		return s.keyOwner(r, l) // whose handle the library compares
	}
	user, c, err := p.ValidatePasskeyLogin(find, data, signed)
	if err != nil {
		return 0, err
	}
	if c.Authenticator.CloneWarning {
		return 0, errors.New("the counter of the passkey went back: there are two of it")
	}
	out, err := json.Marshal(c)
	if err != nil {
		return 0, err
	}
	id := user.(*keyOwner).ID
	return id, s.store.UsePasskey(r.Context(), id, name, string(out), s.now())
}
