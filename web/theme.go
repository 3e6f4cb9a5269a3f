package web

import (
	"net/http"
	"time"
)

const (
	themeCookie = "theme"
	themeAge    = 365 * 24 * time.Hour
)

// theme returns the reader's choice of light or dark, or "" for what the
// system says.
func theme(r *http.Request) string {
	c, err := r.Cookie(themeCookie)
	if err != nil || c.Value != "light" && c.Value != "dark" {
		return ""
	}
	return c.Value
}

// setTheme keeps the choice in a cookie of its own, so that the page comes in
// the right colours without a script: POST /theme. Without a script toggling
// goes from the system's choice to dark.
func (s *Server) setTheme(w http.ResponseWriter, r *http.Request) error {
	to := r.PostFormValue("theme")
	switch {
	case to == "toggle" && theme(r) == "dark":
		to = "light"
	case to == "toggle":
		to = "dark"
	case to != "light" && to != "dark":
		return errBadInput
	}
	http.SetCookie(w, &http.Cookie{
		Name: themeCookie, Value: to, Path: "/", MaxAge: int(themeAge / time.Second),
		Secure: s.cfg.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
	return redirect(w, r, back(r, "/"))
}
