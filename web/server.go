// Package web is the site: pages, forms and who is asking.
//
// One file per feature holds its handlers and its view models, the .templ file
// of the same name its markup, the _test.go file its tests. What features
// share has files of its own: routes.go lists every URL, page.go turns a
// handler that may fail into one that cannot, errors.go says what an error
// looks like from outside, identity.go knows the cookies, edition.go keeps what
// visitors read, middleware.go holds what is the same for every request,
// frame.go what stands around every page.
// Package ui below holds the components that know nothing of the product.
//
// A handler has four steps in this order: read the request, call the store or
// the domain, return the error, show or redirect. It writes nothing before it
// is sure to succeed.
package web

import (
	"io/fs"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/gorilla/sessions"

	"groundwork/content"
	"groundwork/content/ask"
	"groundwork/content/search"
	"groundwork/exam"
	"groundwork/exam/sqlrun"
	"groundwork/exam/verify"
	"groundwork/quiz"
	"groundwork/quiz/practice"
	"groundwork/static"
	"groundwork/store"
	"groundwork/store/password"
	"groundwork/web/openid"
)

// A Site is the content that a Server shows, checked and whole.
type Site struct {
	Library   *content.Library
	Bank      *exam.Bank
	Blueprint *exam.Blueprint
	Fit       *quiz.Fit
	Tasks     []*verify.Task // to build and have verified

	refs     map[string]string    // see Refs
	index    func() *search.Index // built when somebody first looks for something
	asker    func() *ask.Asker
	faces    map[practice.ID]face // what every card asks
	editions *editions            // what visitors read of it
}

// A Server serves the site. It is an http.Handler.
type Server struct {
	store      *store.Store
	site       atomic.Pointer[Site]
	log        *slog.Logger
	cfg        Config
	assets     *static.Assets
	logins     *scs.SessionManager
	visitors   *sessions.CookieStore
	drafts     *sessions.CookieStore
	places     *sessions.CookieStore
	limits     *limits
	challenges *ceremonies[webauthn.SessionData] // for passkeys
	crossings  *ceremonies[crossing]             // to the provider and back
	readiness  readiness
	handler    http.Handler
	patterns   []string      // of every route, for the test that walks them
	judging    chan struct{} // one for each result that is judged at the moment
}

// Config is what a Server needs to know of the world.
type Config struct {
	Keys      Keys             // sign and encrypt what browsers keep
	Secure    bool             // cookies travel over HTTPS only
	Now       func() time.Time // the clock
	Seed      func() int64     // where forms get their chance from
	Version   string           // of the program, for the footer
	Model     ask.Model        // composes answers; nil quotes only
	ModelIs   string           // its name, shown to readers
	SaveRate  float64          // changes a second that one attempt may send on and on; 0 for any number
	Proxies   int              // how many trusted proxies add to X-Forwarded-For
	OpenID    *openid.Provider // signs people in; nil if none does
	Passwords *password.Hasher // hashes passwords; nil is one of its own
	SQL       *sqlrun.Runner   // runs the queries of SQL items; nil is one of its own
	Downloads fs.FS            // what make release built, for learners; nil offers nothing
	Metrics   *Metrics         // count requests; nil counts nothing
}

// judges is how many results are judged at the same time: pages must go on.
const judges = 2

// New returns a server for the given content; from then on the store makes
// cards of the exams that it grades. It takes its dependencies one by
// one so that forgetting one does not compile.
func New(st *store.Store, site Site, log *slog.Logger, cfg Config) (*Server, error) {
	assets, err := static.New()
	if err != nil {
		return nil, err
	}
	if cfg.SQL == nil {
		cfg.SQL = sqlrun.New(sqlrun.Options{})
	}
	if cfg.Passwords == nil {
		cfg.Passwords = password.New()
	}
	s := &Server{store: st, log: log, cfg: cfg, assets: assets, limits: newLimits(), judging: make(chan struct{}, judges),
		challenges: newCeremonies[webauthn.SessionData](), crossings: newCeremonies[crossing]()}
	s.logins = s.newLogins()
	s.visitors = s.newCookies(visitorAge, "/")
	s.drafts = s.newCookies(draftAge, "/fit")
	s.places = s.newCookies(placeAge, "/practice/placement")
	s.SetSite(site)
	st.SetLearn(s.learn)
	s.handler = s.routes()
	return s, nil
}

// SetSite shows other content from the next request on. It is safe to call
// while requests are served.
func (s *Server) SetSite(site Site) {
	site.index = sync.OnceValue(func() *search.Index {
		return search.Build(site.Library.Sections(), search.WithSynonyms(search.Engineering()))
	})
	site.asker = sync.OnceValue(func() *ask.Asker { return ask.New(site.index(), s.cfg.Model) })
	site.faces = newFaces(site.Library, site.Bank)
	site.editions = new(editions)
	site.refs = site.Refs()
	s.site.Store(&site)
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.handler.ServeHTTP(w, r)
}

func (s *Server) now() time.Time { return s.cfg.Now() }

// origin is how this site is addressed by this reader.
func (s *Server) origin(r *http.Request) string {
	scheme := "http://"
	if s.cfg.Secure || r.TLS != nil {
		scheme = "https://"
	}
	return scheme + r.Host
}
