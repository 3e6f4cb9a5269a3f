package web

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"groundwork/store"
	"groundwork/web/ui"
)

const (
	registerDescription = "Make a groundwork account with an email address and a password: what you did in this browser so far is kept and goes with you."
	signInDescription   = "Sign in to groundwork to find your progress, notes and exam attempts again. Reading, practising and the exam work without."

	longestEmail = 254 // RFC 5321
	longestName  = 80

	wrongText = "The email address or the password is wrong. Which of the two is not said here."
	takenText = "No account can be made with this address and this password. If the address is yours, sign in; whoever runs this site can set a new password for you."
)

// A registration is what somebody typed to make an account.
type registration struct{ Name, Email, Password string }

func readRegistration(r *http.Request) registration {
	return registration{cleanName(r.PostFormValue("name")), strings.TrimSpace(r.PostFormValue("email")), r.PostFormValue("password")}
}

// cleanName takes out what cannot be seen, such as marks that turn the writing
// around, and blanks at the ends.
func cleanName(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, strings.ToValidUTF8(name, ""))
	return strings.TrimSpace(name)
}

// faults says by the name of a field what is wrong there and how to mend it.
type faults map[string]string

func (f faults) add(field, fault string) {
	if fault != "" {
		f[field] = fault
	}
}

func (g registration) faults() faults {
	f := faults{}
	f.add("name", nameFault(g.Name))
	f.add("email", emailFault(g.Email))
	f.add("password", PasswordFault(g.Password, g.Email))
	return f
}

func nameFault(name string) string {
	if utf8.RuneCountInString(name) > longestName {
		return "A name has at most 80 characters here. Shorten it."
	}
	return ""
}

// emailFault looks for slips of the finger, not for addresses that do not
// exist: only a letter could find that out, and none is sent.
func emailFault(email string) string {
	user, host, at := strings.Cut(email, "@")
	dot := strings.LastIndex(host, ".")
	switch {
	case email == "":
		return "Enter your email address. It is what you sign in with; nothing is sent to it."
	case len(email) > longestEmail:
		return "An email address has at most 254 characters. Check it."
	case !utf8.ValidString(email) || strings.ContainsFunc(email, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }):
		return "There is a blank, or something that cannot be shown, inside this address. Take it out."
	case !at:
		return "This address has no @. Write it like ilse@example.org."
	case user == "" || host == "" || strings.Contains(host, "@"):
		return "An address has one @ with something on both sides. Write it like ilse@example.org."
	case dot < 0 || utf8.RuneCountInString(host[dot+1:]) < 2:
		return "This address has no ending such as .org. Check it."
	case dot == 0 || strings.Contains(host, ".."):
		return "There is a dot too many after the @. Check it."
	}
	return ""
}

// entryView is the page to register or to sign in.
type entryView struct {
	Frame    ui.Frame
	Notice   string
	Fault    string // what is wrong with the form as a whole
	Name     ui.Field
	Email    ui.Field
	Password ui.Field
	Back     string
	Passkeys bool    // may be used here
	Provider ui.Link // to sign in with the provider; empty if there is none
	Visitor  bool    // this browser has work that no account has yet
}

// other is the address of the other page, which leads on to the same place.
func (v entryView) other(path string) string {
	if v.Back == "" {
		return path
	}
	return path + "?back=" + url.QueryEscape(v.Back)
}

func (s *Server) newEntryView(r *http.Request, title, description string) entryView {
	v := entryView{Frame: s.described(r, title, description, "/account/sign-in"), Back: back(r, ""), Visitor: learner(r.Context()) != 0}
	v.Frame.Main, v.Provider = "wrap slim", s.provider(v.Back)
	return v
}

func (s *Server) newRegisterView(r *http.Request, g registration, f faults) entryView {
	v := s.newEntryView(r, "Make an account", registerDescription)
	v.Name = ui.Field{ID: "name", Label: "Name", Aside: "(optional)", Value: g.Name, Err: f["name"], Attrs: map[string]any{"autocomplete": "name"}}
	v.Email = ui.Field{ID: "email", Label: "Email address", Type: "email", Value: g.Email, Err: f["email"], Required: true,
		Attrs: map[string]any{"autocomplete": "username", "spellcheck": "false"}}
	v.Password = newPasswordField("password", "Password", f["password"])
	focusFault(&v.Name, &v.Email, &v.Password)
	return v
}

// newPasswordField asks for a password that is to be. Nothing limits what is
// pasted: what is too long is said, not cut off.
func newPasswordField(id, label, fault string) ui.Field {
	return ui.Field{ID: id, Label: label, Type: "password", Err: fault, Required: true,
		Hint:  "At least 8 characters. Three or four words that do not belong together do well. Pasting is fine.",
		Attrs: map[string]any{"autocomplete": "new-password", "minlength": "8"}}
}

// focusFault puts the cursor into the first field that has to be mended.
func focusFault(fields ...*ui.Field) {
	for _, f := range fields {
		if f.Err != "" || f.Invalid {
			f.Attrs["autofocus"] = true
			return
		}
	}
}

// registerForm asks for what an account needs: GET /account/register.
func (s *Server) registerForm(w http.ResponseWriter, r *http.Request) error {
	if whoami(r.Context()).Registered() {
		return redirect(w, r, back(r, "/me"))
	}
	return show(w, r, http.StatusOK, registerPage(s.newRegisterView(r, registration{}, nil)))
}

// register makes an account of what this browser has saved, or of nothing, and
// signs it in: POST /account/register.
func (s *Server) register(w http.ResponseWriter, r *http.Request) error {
	if whoami(r.Context()).Registered() {
		return redirect(w, r, back(r, "/me"))
	}
	g := readRegistration(r)
	f, status := g.faults(), http.StatusUnprocessableEntity
	if len(f) == 0 {
		id, err := s.signUp(r, g)
		if err == nil {
			if err := s.notify(w, r, registeredText(r)); err != nil {
				return err
			}
			return s.welcome(w, r, arrival{id, byPassword, s.now(), back(r, "/me")})
		}
		if f["email"], status = refusal(w, err, takenText); status == 0 {
			return err
		}
	}
	return show(w, r, status, registerPage(s.newRegisterView(r, g, f)))
}

// registeredText is what the next page says of a new account.
func registeredText(r *http.Request) string {
	if learner(r.Context()) == 0 {
		return "Your account is made, and you are signed in."
	}
	return "Your account is made, and you are signed in. What you did in this browser before is in it."
}

// signUp makes the account and returns its learner. If there is one with this
// address and this very password, it is that one: the form was sent twice.
// Whoever guesses is slowed down as at sign-in.
func (s *Server) signUp(r *http.Request, g registration) (store.LearnerID, error) {
	ctx := r.Context()
	_, _, err := s.store.Credentials(ctx, g.Email)
	if err == nil {
		return s.admit(r, g.Email, g.Password)
	}
	if !errors.Is(err, store.ErrNotFound) {
		return 0, err
	}
	if err := s.limits.visitor(s.network(r), s.now()); err != nil {
		return 0, err
	}
	hash, err := s.cfg.Passwords.Hash(ctx, g.Password)
	if err != nil {
		return 0, err
	}
	id := learner(ctx)
	if id == 0 {
		if id, _, err = s.store.CreateVisitor(ctx, s.now()); err != nil {
			return 0, err
		}
	}
	err = s.store.Register(ctx, id, g.Email, g.Name, hash)
	if errors.Is(err, store.ErrTaken) || errors.Is(err, store.ErrNotFound) {
		return s.admit(r, g.Email, g.Password) // somebody was faster, perhaps this very form
	}
	return id, err
}

// signInForm asks who is there: GET /account/sign-in.
func (s *Server) signInForm(w http.ResponseWriter, r *http.Request) error {
	if whoami(r.Context()).Registered() {
		return redirect(w, r, back(r, "/me"))
	}
	v := s.newSignInView(r, "", "")
	v.Notice = s.notice(w, r)
	return show(w, r, http.StatusOK, signInPage(v))
}

func (s *Server) newSignInView(r *http.Request, email, fault string) entryView {
	v := s.newEntryView(r, "Sign in", signInDescription)
	v.Fault = fault
	if v.Passkeys = s.passkeysWork(r); v.Passkeys {
		v.Frame.Scripts = []string{"passkey.js"}
	}
	v.Email = ui.Field{ID: "email", Label: "Email address", Type: "email", Value: email, Required: true,
		Attrs: map[string]any{"autocomplete": "username", "spellcheck": "false"}}
	v.Password = ui.Field{ID: "password", Label: "Password", Type: "password", Required: true, Invalid: fault != "",
		Attrs: map[string]any{"autocomplete": "current-password"}}
	focusFault(&v.Password)
	return v
}

// signIn lets somebody in and brings along what this browser has saved:
// POST /account/sign-in.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request) error {
	email := strings.TrimSpace(r.PostFormValue("email"))
	id, err := s.admit(r, email, r.PostFormValue("password"))
	if err == nil {
		return s.welcome(w, r, arrival{id, byPassword, s.now(), back(r, "/me")})
	}
	text, status := refusal(w, err, wrongText)
	if text == "" {
		return err
	}
	return show(w, r, status, signInPage(s.newSignInView(r, email, text)))
}

// An arrival is a sign-in that is about to begin.
type arrival struct {
	id  store.LearnerID
	way string    // by which they came, for the log
	at  time.Time // when they showed who they are
	to  string    // where to go on
}

// The ways in.
const (
	byPassword = "password"
	byPasskey  = "passkey"
	byOpenID   = "openid"
)

// welcome signs this browser in and shows the way on. Work of a visitor is
// merged first; then a page says once what was.
func (s *Server) welcome(w http.ResponseWriter, r *http.Request, a arrival) error {
	merged, err := s.takeOver(r.Context(), a.id)
	if err != nil {
		return err
	}
	if err := s.beginSignIn(r, a); err != nil {
		return err
	}
	if err := s.forgetKey(w, r); err != nil {
		return err
	}
	lines := mergedLines(merged)
	if len(lines) == 0 {
		return redirect(w, r, a.to)
	}
	if err := s.notify(w, r, strings.Join(lines, "\n")); err != nil {
		return err
	}
	return redirect(w, r, "/account/merged?back="+url.QueryEscape(a.to))
}

// takeOver merges the work of the visitor who is asking into the account of
// id. Somebody who has an account keeps what is in it.
func (s *Server) takeOver(ctx context.Context, id store.LearnerID) (store.Merged, error) {
	l := whoami(ctx)
	if l.ID == 0 || l.ID == id || l.Registered() {
		return store.Merged{}, nil
	}
	m, err := s.store.Merge(ctx, l.ID, id, s.now())
	if errors.Is(err, store.ErrNotFound) {
		return store.Merged{}, nil // the same form was sent twice, and the other one has done it
	}
	return m, err
}

// beginSignIn makes a session with a new token.
func (s *Server) beginSignIn(r *http.Request, a arrival) error {
	if err := s.logins.RenewToken(r.Context()); err != nil {
		return err
	}
	s.logins.Put(r.Context(), learnerKey, int64(a.id))
	s.logins.Put(r.Context(), provenKey, a.at.UnixMilli())
	s.logins.Put(r.Context(), agentKey, agentName(r.UserAgent()))
	s.log.InfoContext(r.Context(), "signed in", "learner", a.id, "way", a.way, "request", requestID(r.Context()))
	return nil
}

// thisSignIn returns the hash under which the session manager stores the token
// of the sign-in that asks.
func (s *Server) thisSignIn(ctx context.Context) string {
	sum := sha256.Sum256([]byte(s.logins.Token(ctx)))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// mergedLines says in words what signing in added to an account.
func mergedLines(m store.Merged) (lines []string) {
	add := func(n int, one, many string) {
		if n > 0 {
			lines = append(lines, plural(n, one, many))
		}
	}
	add(m.Attempts, "exam attempt came over. Of all your attempts the best result counts.", "exam attempts came over. Of all your attempts the best result counts.")
	add(m.Progress, "thing that you had read or ticked here is now ticked in your account.", "things that you had read or ticked here are now ticked in your account.")
	add(m.Notes, "note came over.", "notes came over.")
	add(m.Joined, "note was in both places. Both texts now stand in it, one after the other.", "notes were in both places. Both texts now stand in each, one after the other.")
	add(m.Cards, "practice card came over.", "practice cards came over.")
	if m.Closed > 0 {
		lines = append(lines, "You had an exam open in both places. The one with more answers goes on; the other was handed in and graded with what it held.")
	}
	return lines
}

// mergedView says what came into the account.
type mergedView struct {
	Frame ui.Frame
	Lines []string
	On    ui.Link
}

// merged says once what signing in added to the account: GET /account/merged.
func (s *Server) merged(w http.ResponseWriter, r *http.Request) error {
	text := s.notice(w, r)
	if text == "" || !whoami(r.Context()).Registered() {
		return redirect(w, r, back(r, "/me"))
	}
	v := mergedView{
		Frame: s.described(r, "What came into your account", "What you did in this browser before you signed in, and what of it is now in your groundwork account.", ""),
		Lines: strings.Split(text, "\n"),
		On:    ui.Link{Text: "Your work", URL: back(r, "/me")},
	}
	if v.On.URL != "/me" {
		v.On.Text = "Back to where you were"
	}
	v.Frame.Main = "wrap slim"
	return show(w, r, http.StatusOK, mergedPage(v))
}

// signOut ends this sign-in: POST /account/sign-out.
func (s *Server) signOut(w http.ResponseWriter, r *http.Request) error {
	return s.farewell(w, r, "You are signed out here. Your work is in your account.")
}

// signOutEverywhere ends all sign-ins of this account: POST
// /account/sign-out-everywhere.
func (s *Server) signOutEverywhere(w http.ResponseWriter, r *http.Request) error {
	l := whoami(r.Context())
	if !l.Registered() {
		return errNobody
	}
	if err := s.store.EndSignIns(r.Context(), l.ID); err != nil {
		return err
	}
	return s.farewell(w, r, "You are signed out everywhere. Your work is in your account.")
}

// farewell ends this sign-in and says so. Destroying the session removes its
// token; the next sign-in gets another.
func (s *Server) farewell(w http.ResponseWriter, r *http.Request, text string) error {
	if err := s.logins.Destroy(r.Context()); err != nil {
		return err
	}
	s.log.InfoContext(r.Context(), "signed out", "learner", learner(r.Context()), "request", requestID(r.Context()))
	if err := s.notify(w, r, text); err != nil {
		return err
	}
	return redirect(w, r, "/account/sign-in")
}
