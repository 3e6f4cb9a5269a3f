package web

import (
	"net/http"
)

// routes lists every URL of the site.
func (s *Server) routes() http.Handler {
	pages := http.NewServeMux()
	handle := func(pattern string, p page) { pages.Handle(pattern, s.serve(p)) }

	s.guideRoutes(handle)
	s.accountRoutes(handle)
	s.examRoutes(handle)
	s.operatorRoutes(handle)

	handle("POST /theme", s.setTheme)
	handle("/", s.notFound)

	// Files are served outside the sessions: they need no cookie, and a cache
	// in between may keep them.
	root := http.NewServeMux()
	root.Handle("/static/", s.assets)
	root.Handle("/favicon.svg", s.assets)
	root.Handle("/favicon.ico", http.RedirectHandler("/favicon.svg", http.StatusMovedPermanently))
	root.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	root.Handle("/", s.logins.LoadAndSave(s.identify(pages)))

	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(s.serve(func(http.ResponseWriter, *http.Request) error { return errForbidden }))
	return identified(s.headers(s.recovered(origin.Handler(root))))
}
