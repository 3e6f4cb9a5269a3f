package web

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"groundwork/store"
	"groundwork/web/ui"
)

const accountDescription = "Your groundwork account: your name, where you are signed in, your password, and how to take your data away or delete it."

// accountRoutes lists the URLs of accounts. Nothing of theirs is kept by a
// cache or shown by a search engine.
func (s *Server) accountRoutes(handle func(string, page)) {
	private := func(pattern string, p page) {
		handle(pattern, func(w http.ResponseWriter, r *http.Request) error {
			w.Header().Set("Cache-Control", "no-store")
			w.Header().Set("X-Robots-Tag", "noindex")
			return p(w, r)
		})
	}
	private("GET /account/register", s.registerForm)
	private("POST /account/register", s.register)
	private("GET /account/sign-in", s.signInForm)
	private("POST /account/sign-in", s.signIn)
	private("GET /account/merged", s.merged)
	private("POST /account/sign-out", s.signOut)
	private("POST /account/sign-out-everywhere", s.signOutEverywhere)
	private("GET /account", s.account)
	private("POST /account/name", s.accountName)
	private("POST /account/password", s.accountPassword)
	private("POST /account/sign-ins/end", s.accountEndSignIn)
	private("POST /account/passkeys", s.addPasskey)
	private("POST /account/passkeys/options", s.passkeyOptions)
	private("POST /account/passkeys/remove", s.removePasskey)
	private("POST /account/sign-in/options", s.signInOptions)
	private("POST /account/sign-in/passkey", s.signInPasskey)
	private("POST /account/devices/end", s.accountEndDevice)
	private("GET /verify/{task}/runs/{run}", s.taskRun)
	private("GET /device", s.device)
	private("POST /device", s.deviceDecide)
	private("GET /account/oidc", s.openidStart)
	private("GET /account/oidc/callback", s.openidCallback)
	private("POST /account/oidc/connect", s.openidConnect)
	private("POST /account/oidc/disconnect", s.openidDisconnect)
	private("GET /account/data", s.accountData)
	private("GET /account/delete", s.deleteForm)
	private("POST /account/delete", s.deleteAccount)
	private("GET /account/deleted", s.deleted)
}

// accountView is the settings page of an account, or of what a visitor saved.
type accountView struct {
	Frame    ui.Frame
	Learner  store.Learner
	Notice   string
	Fault    string // what is wrong with what was asked as a whole
	Cells    []ui.Cell
	Name     ui.Field
	Current  ui.Field // password
	New      ui.Field // password
	Proof    ownerProof
	SignIns  []signInView
	Known    []identityView // to a provider
	Connect  ui.Link        // to have a provider know the account; empty if none can
	Passkeys passkeysView
	Devices  []store.Token
}

// signInView is one row of the list of sign-ins.
type signInView struct {
	ID      string
	Browser string
	Began   string
	Ends    string
	This    bool
}

// account shows the settings: GET /account.
func (s *Server) account(w http.ResponseWriter, r *http.Request) error {
	l := whoami(r.Context())
	if l.ID == 0 {
		return redirect(w, r, "/account/sign-in?back=/account")
	}
	if !l.Registered() {
		return show(w, r, http.StatusOK, visitorPage(s.visitorFrame(r)))
	}
	v, err := s.newAccountView(r, l.Name, nil)
	if err != nil {
		return err
	}
	v.Notice = s.notice(w, r)
	return show(w, r, http.StatusOK, accountPage(v))
}

func (s *Server) visitorFrame(r *http.Request) ui.Frame {
	return s.described(r, "Your work in this browser", "What you did on groundwork without an account: keep it, take it away, or delete it.", "")
}

func (s *Server) newAccountView(r *http.Request, name string, f faults) (accountView, error) {
	l := whoami(r.Context())
	list, err := s.store.SignIns(r.Context(), l.ID, s.now())
	if err != nil {
		return accountView{}, err
	}
	v := accountView{
		Frame: s.described(r, "Settings", accountDescription, ""), Learner: l,
		Cells: []ui.Cell{
			{Term: "Email address", Text: l.Email, Full: true},
			{Term: "Account since", Text: day(l.Created), Time: l.Created.Format("2006-01-02")}, {Term: "Role", Text: roleName(l.Role)},
		},
		Name: ui.Field{ID: "name", Label: "Name", Value: name, Err: f["name"],
			Hint: "Stands at the top of your pages. You may leave it empty.", Attrs: map[string]any{"autocomplete": "name"}},
		Current: ui.Field{ID: "current", Label: "Password you have now", Type: "password", Err: f["current"], Required: true,
			Attrs: map[string]any{"autocomplete": "current-password"}},
		New: newPasswordField("new", "New password", f["new"]),
	}
	focusFault(&v.Name, &v.Current, &v.New)
	v.Frame.Path = "/account" // the forms post to other addresses, which cannot be opened
	ways, err := s.store.Ways(r.Context(), l.ID)
	if err != nil {
		return accountView{}, err
	}
	v.Proof = s.newProof(r, ways, "/account")
	v.Known, v.Connect = s.newIdentities(ways)
	if v.Passkeys, err = s.newPasskeysView(r, f); err != nil {
		return accountView{}, err
	}
	if v.Passkeys.Work {
		v.Frame.Scripts = []string{"passkey.js"}
	}
	if v.Devices, err = s.store.Tokens(r.Context(), l.ID, s.now()); err != nil {
		return accountView{}, err
	}
	this := s.thisSignIn(r.Context())
	for _, in := range list {
		v.SignIns = append(v.SignIns, signInView{in.TokenHash, in.Agent, day(in.Began), day(in.Expires), in.TokenHash == this})
	}
	return v, nil
}

func roleName(role string) string {
	if role == "operator" {
		return "Operator"
	}
	return "Learner"
}

// accountName changes the name: POST /account/name.
func (s *Server) accountName(w http.ResponseWriter, r *http.Request) error {
	l := whoami(r.Context())
	if !l.Registered() {
		return errNobody
	}
	name := cleanName(r.PostFormValue("name"))
	if fault := nameFault(name); fault != "" {
		return s.accountFaults(w, r, http.StatusUnprocessableEntity, name, faults{"name": fault})
	}
	if err := s.store.Rename(r.Context(), l.ID, name); err != nil {
		return err
	}
	text := "Saved. Your name is now " + name + "."
	if name == "" {
		text = "Saved. You have no name here now."
	}
	if err := s.notify(w, r, text); err != nil {
		return err
	}
	return redirect(w, r, "/account")
}

// accountFaults shows the settings again with what is wrong in a form.
func (s *Server) accountFaults(w http.ResponseWriter, r *http.Request, status int, name string, f faults) error {
	v, err := s.newAccountView(r, name, f)
	if err != nil {
		return err
	}
	return show(w, r, status, accountPage(v))
}

// accountPassword changes the password of whoever is sure to own the account,
// and ends all other sign-ins: POST /account/password.
func (s *Server) accountPassword(w http.ResponseWriter, r *http.Request) error {
	ctx, l := r.Context(), whoami(r.Context())
	if !l.Registered() {
		return errNobody
	}
	password := r.PostFormValue("new")
	if fault := PasswordFault(password, l.Email); fault != "" {
		return s.accountFaults(w, r, http.StatusUnprocessableEntity, l.Name, faults{"new": fault})
	}
	if err := s.sure(r, l, r.PostFormValue("current")); err != nil {
		text, status := refusal(w, err, "This is not the password of this account. Nothing was changed; try again.")
		if text == "" {
			return err
		}
		return s.accountFaults(w, r, status, l.Name, faults{"current": text})
	}
	hash, err := s.cfg.Passwords.Hash(ctx, password)
	if err != nil {
		return err
	}
	if err := s.store.SetPassword(ctx, l.ID, hash, s.thisSignIn(ctx)); err != nil {
		return err
	}
	if err := s.logins.RenewToken(ctx); err != nil {
		return err
	}
	s.log.InfoContext(ctx, "password changed", "learner", l.ID, "request", requestID(ctx))
	if err := s.notify(w, r, "Your password is set. You stay signed in here; all other sign-ins have ended."); err != nil {
		return err
	}
	return redirect(w, r, "/account")
}

// accountEndSignIn ends one sign-in of this account: POST
// /account/sign-ins/end. One that has ended already is no error.
func (s *Server) accountEndSignIn(w http.ResponseWriter, r *http.Request) error {
	ctx, l := r.Context(), whoami(r.Context())
	if !l.Registered() {
		return errNobody
	}
	id := r.PostFormValue("id")
	if id == s.thisSignIn(ctx) {
		return s.signOut(w, r)
	}
	list, err := s.store.SignIns(ctx, l.ID, s.now())
	if err != nil {
		return err
	}
	text := "That sign-in has ended."
	for _, in := range list {
		if in.TokenHash == id {
			text = in.Agent + " is signed out."
		}
	}
	if err := s.store.EndSignIn(ctx, l.ID, id); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err := s.notify(w, r, text); err != nil {
		return err
	}
	return redirect(w, r, "/account")
}

// accountData sends everything the site has of who is asking as a zip: GET
// /account/data. It needs no account, only something saved.
func (s *Server) accountData(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), learner(r.Context())
	if id == 0 {
		return redirect(w, r, "/account/sign-in?back=/account")
	}
	if _, err := s.attempts(ctx); err != nil { // grades one whose time is over
		return err
	}
	e, err := s.store.Export(ctx, id)
	if err != nil {
		return err
	}
	e.Taken = s.now()
	var buf bytes.Buffer
	if err := WriteExport(&buf, e, e.Item); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="groundwork-%s.zip"`, e.Taken.Format("2006-01-02")))
	w.Header().Set("Content-Length", fmt.Sprint(buf.Len()))
	_, _ = buf.WriteTo(w) // the reader went away: nobody to tell
	return nil
}

// notInAgent is what a browser's name must not hold: it comes from outside and
// stands in a list that its owner trusts.
var notInAgent = regexp.MustCompile(`[^A-Za-z0-9 ./]+`)

// Browsers name each other in what they send, so that the first that matches
// counts.
var (
	browserMarks = [][2]string{
		{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"}, {"Vivaldi/", "Vivaldi"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"},
		{"CriOS/", "Chrome"}, {"Chromium/", "Chromium"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
	}
	systemMarks = [][2]string{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS X", "Mac"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"},
	}
)

// agentName makes of a User-Agent what a list of sign-ins can show: "Firefox on
// Linux". Of one it does not know it takes the first word.
func agentName(agent string) string {
	find := func(marks [][2]string) string {
		for _, m := range marks {
			if strings.Contains(agent, m[0]) {
				return m[1]
			}
		}
		return ""
	}
	name := find(browserMarks)
	if name == "" {
		name, _, _ = strings.Cut(agent, " ")
		name = strings.TrimSpace(notInAgent.ReplaceAllString(name, ""))
	}
	if name == "" {
		name = "Unknown browser"
	}
	if system := find(systemMarks); system != "" {
		name += " on " + system
	}
	return name[:min(len(name), 60)]
}
