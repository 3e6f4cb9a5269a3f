package web

import (
	"errors"
	"net/http"
	"regexp"
	"strings"
	"time"

	"groundwork/store"
	"groundwork/web/ui"
)

// notInClient is what the name of a program must not hold: it comes from
// outside and stands where its owner decides.
var notInClient = regexp.MustCompile(`[^A-Za-z0-9 ._()-]+`)

// clientName makes of what a program calls itself what a page can show.
func clientName(name string) string {
	name = strings.TrimSpace(notInClient.ReplaceAllString(name, ""))
	if name == "" {
		return "a program without a name"
	}
	return name[:min(len(name), 60)]
}

// shownCode is a user code as people read it: WDJB-MJHT.
func shownCode(code string) string {
	if code = store.NormalUserCode(code); len(code) == 8 {
		return code[:4] + "-" + code[4:]
	}
	return code
}

// deviceCode gives a program a code for its owner to allow: POST
// /api/device/code, in the form of RFC 8628.
func (s *Server) deviceCode(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Client string `json:"client"`
	}
	if err := readJSON(w, r, &in); err != nil {
		return err
	}
	if err := s.limits.device(s.network(r), s.now()); err != nil {
		return err
	}
	device, user, err := s.store.CreateDeviceCode(r.Context(), store.DeviceRequest{Client: clientName(in.Client), Network: s.network(r), Asked: s.now()})
	if err != nil {
		return err
	}
	page := s.origin(r) + "/device"
	return answer(w, http.StatusOK, map[string]any{
		"device_code": device, "user_code": shownCode(user), "verification_uri": page, "verification_uri_complete": page + "?code=" + shownCode(user),
		"expires_in": int(store.DeviceCodeLife / time.Second), "interval": int(store.DevicePause / time.Second),
	})
}

// deviceErrors are the words of RFC 8628 for what keeps a token back.
var deviceErrors = map[error]string{
	store.ErrPending: "authorization_pending", store.ErrTooSoon: "slow_down", store.ErrDenied: "access_denied", store.ErrNotFound: "expired_token",
}

// deviceToken gives a program its token once its owner has allowed it: POST
// /api/device/token, in the form of RFC 8628.
func (s *Server) deviceToken(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Device string `json:"device_code"`
	}
	if err := readJSON(w, r, &in); err != nil {
		return err
	}
	token, who, err := s.store.TakeToken(r.Context(), in.Device, s.now())
	for known, word := range deviceErrors {
		if errors.Is(err, known) {
			return answer(w, http.StatusBadRequest, map[string]string{"error": word})
		}
	}
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, map[string]any{"token": token, "expires_at": s.now().Add(store.TokenLife), "user": who.Email})
}

// A deviceView is the page on which a program is allowed to file results.
type deviceView struct {
	Frame   ui.Frame
	Code    ui.Field
	Request *store.DeviceRequest // nil until a code was found
	Shown   string
	When    string
	Done    string // what was decided
}

func (s *Server) newDeviceView(r *http.Request, code, fault string) deviceView {
	f := s.described(r, "Sign in a program", "Allow a program on your own machine to file results of groundwork verify for you.", "")
	f.Path = "/device"
	return deviceView{Frame: f, Code: ui.Field{ID: "code", Label: "Code in your terminal", Value: code, Err: fault, Required: true,
		Hint: "Eight letters, such as WDJB-MJHT.", Attrs: map[string]any{"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}}}
}

// device asks for a code: GET /device. The address may hold it already.
func (s *Server) device(w http.ResponseWriter, r *http.Request) error {
	code := shownCode(r.FormValue("code"))
	if !whoami(r.Context()).Registered() {
		to := "/device"
		if code != "" {
			to += "?code=" + code
		}
		return redirect(w, r, "/account/sign-in?back="+to)
	}
	return show(w, r, http.StatusOK, devicePage(s.newDeviceView(r, code, "")))
}

// deviceDecide finds the program behind a code, and takes what its owner
// decides: POST /device.
func (s *Server) deviceDecide(w http.ResponseWriter, r *http.Request) error {
	ctx, l := r.Context(), whoami(r.Context())
	if !l.Registered() {
		return errNobody
	}
	code, decision := shownCode(r.PostFormValue("code")), r.PostFormValue("decision")
	if err := s.limits.deviceTry(l.ID, s.now()); err != nil {
		return err
	}
	req, err := s.store.DeviceRequest(ctx, code, s.now())
	if err == nil && decision != "" {
		err = s.store.DecideDevice(ctx, l.ID, code, decision == "allow", s.now())
	}
	if errors.Is(err, store.ErrNotFound) {
		v := s.newDeviceView(r, code, "No program shows this code now. Codes last ten minutes and are used once; compare the letters, or run groundwork login again.")
		return show(w, r, http.StatusUnprocessableEntity, devicePage(v))
	} else if err != nil {
		return err
	}
	v := s.newDeviceView(r, code, "")
	v.Request, v.Shown, v.When = &req, code, clockTime(req.Asked)
	switch decision {
	case "":
	case "allow":
		v.Done = req.Client + " may now file results for you. Go back to your terminal."
	default:
		v.Done = req.Client + " was refused. It can do nothing in your name."
	}
	return show(w, r, http.StatusOK, devicePage(v))
}

// accountEndDevice revokes a program: POST /account/devices/end. One that is
// gone already is no error.
func (s *Server) accountEndDevice(w http.ResponseWriter, r *http.Request) error {
	l := whoami(r.Context())
	if !l.Registered() {
		return errNobody
	}
	if err := s.store.RevokeToken(r.Context(), l.ID, r.PostFormValue("id")); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err := s.notify(w, r, "That program can no longer file results for you."); err != nil {
		return err
	}
	return redirect(w, r, "/account")
}
