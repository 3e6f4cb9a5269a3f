package web

import (
	"net/http"
)

// notify leaves a sentence for the next page that this browser opens, in a
// signed cookie. It is for what happened just now and nowhere else to see.
func (s *Server) notify(w http.ResponseWriter, r *http.Request, text string) error {
	cookie, _ := s.visitors.New(r, s.cookieName(noticeCookie))
	cookie.Values["text"] = text
	cookie.Options.MaxAge = 300
	return cookie.Save(r, w)
}

// notice takes the sentence that notify left, or returns "".
func (s *Server) notice(w http.ResponseWriter, r *http.Request) string {
	if _, err := r.Cookie(s.cookieName(noticeCookie)); err != nil {
		return ""
	}
	cookie, _ := s.visitors.New(r, s.cookieName(noticeCookie))
	text, _ := cookie.Values["text"].(string)
	cookie.Options.MaxAge = -1
	_ = cookie.Save(r, w) // without it the sentence is shown once more
	return text
}
