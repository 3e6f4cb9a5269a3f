package web

import (
	"net/http"
	"slices"
	"strings"

	"groundwork/static"
)

// routes lists every URL of the site. handle takes a page that may be somebody's
// own, read one of the guidance: it writes nothing, and to visitors it is the
// same for a whole day.
func (s *Server) routes() http.Handler {
	root := http.NewServeMux()
	route := func(pattern string, h http.Handler) {
		s.patterns = append(s.patterns, pattern)
		root.Handle(pattern, h)
	}
	handle := func(pattern string, p page) { route(pattern, s.personal(p)) }
	read := func(pattern string, p page) { route(pattern, s.guidance(p)) }

	s.guideRoutes(handle, read)
	s.accountRoutes(handle)
	s.examRoutes(handle)
	s.operatorRoutes(handle)

	s.apiRoutes(route)

	handle("POST /theme", s.setTheme)
	handle("/", elsewhere(root))

	// Files are served outside the sessions: they need no cookie, and a cache
	// in between may keep them.
	route("/favicon.svg", s.assets)
	route("/favicon.ico", http.RedirectHandler("/favicon.svg", http.StatusMovedPermanently))
	route("GET /healthz", http.HandlerFunc(alive))
	route("GET /readyz", http.HandlerFunc(s.ready))

	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.fail(w, r, errForbidden) })) // whatever it sent stays unread
	return s.headers(s.orFile(identified(s.cfg.Metrics.measured(s.recovered(origin.Handler(root))))))
}

// elsewhere answers what no route takes: there is no such page, or the page does
// not take this kind of request.
func elsewhere(root *http.ServeMux) page {
	return func(w http.ResponseWriter, r *http.Request) error {
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			return errNoPage
		}
		var allowed []string
		for method, words := range map[string]string{http.MethodGet: "GET, HEAD", http.MethodPost: "POST"} {
			asked := r.WithContext(r.Context())
			asked.Method = method
			if _, pattern := root.Handler(asked); pattern != "/" {
				allowed = append(allowed, words)
			}
		}
		if allowed == nil {
			return errNoPage
		}
		slices.Sort(allowed)
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		return errMethod
	}
}

// personal serves p to whoever it is: with their sign-in looked up, and what it
// leaves in it saved.
func (s *Server) personal(p page) http.Handler {
	return s.logins.LoadAndSave(s.identify(s.serve(p)))
}

// orFile serves the files under [static.Prefix] before anything else: there is
// nothing to log, to measure, to recover from or to protect.
func (s *Server) orFile(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, static.Prefix) {
			s.assets.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}
