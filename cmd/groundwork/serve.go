package main

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"groundwork/content/ask"
	"groundwork/exam/sqlrun"
	"groundwork/store"
	"groundwork/web"
	"groundwork/web/openid"
)

// options are the settings of groundwork serve.
type options struct {
	addr, db, content, keys  string
	dev, secure              bool
	proxies                  int
	saveRate                 float64
	askURL, askModel, askKey string
	provider                 openid.Config
	metrics, log             string
	downloads                string
	selfTest                 hour

	loaded string // fingerprint of the content that was read last
}

func (o *options) flags() *flag.FlagSet {
	f := flag.NewFlagSet("serve", flag.ContinueOnError)
	f.StringVar(&o.addr, "addr", "localhost:8080", "`address` to listen on")
	f.StringVar(&o.db, "db", "groundwork.db", "database `file`; made if there is none")
	f.StringVar(&o.keys, "keys", "", "`file` with the secrets of this site; made on first start (default: the database file with .keys)")
	f.StringVar(&o.content, "content", "", "`folder` of content to serve in place of what the program carries")
	f.BoolVar(&o.dev, "dev", false, "read the content folder again whenever it changes")
	f.BoolVar(&o.secure, "secure", false, "the site is reached over HTTPS: secure cookies and HSTS")
	f.IntVar(&o.proxies, "proxies", 0, "`number` of trusted proxies in front, each of which adds to X-Forwarded-For")
	f.Float64Var(&o.saveRate, "save-rate", 5, "`number` of changes a second that one exam attempt may send on and on, and forty times as many one network; 0 for any number")
	f.StringVar(&o.askURL, "ask-url", "", "base `address` of an OpenAI-compatible endpoint that composes answers in Ask; empty quotes only")
	f.StringVar(&o.askModel, "ask-model", "", "`name` of the model at -ask-url, shown to readers")
	f.StringVar(&o.askKey, "ask-key", "", "`key` for -ask-url; better given as GROUNDWORK_ASK_KEY")
	f.StringVar(&o.provider.Issuer, "oidc-issuer", "", "`address` of an OpenID Connect provider with which people may sign in too; empty for none")
	f.StringVar(&o.provider.Client, "oidc-client", "", "`id` under which the provider at -oidc-issuer knows this site")
	f.StringVar(&o.provider.Secret, "oidc-secret", "", "`secret` for -oidc-issuer, if it gave one; better given as GROUNDWORK_OIDC_SECRET")
	f.StringVar(&o.provider.Name, "oidc-name", "", "`name` of the provider, for people (default: the host of -oidc-issuer)")
	f.StringVar(&o.metrics, "metrics", "", "private `address` on which Prometheus finds /metrics; empty for none")
	f.StringVar(&o.log, "log", "text", "`format` of the log: text or json")
	f.StringVar(&o.downloads, "downloads", "", "`folder` that make release built, to offer the program to learners")
	o.selfTest = hour{after: 3*time.Hour + 30*time.Minute}
	f.Var(&o.selfTest, "self-test", "`time` in UTC of the nightly self-test, or never")
	return f
}

// serve runs the site until ctx is done, then lets open requests finish.
func serve(ctx context.Context, args []string, w world) (err error) {
	var o options
	if err := parse(o.flags(), args, w); err != nil {
		return err
	}
	if err := o.consistent(); err != nil {
		return err
	}
	log, err := newLog(o.log, w.stderr)
	if err != nil {
		return err
	}
	fsys, err := folder(o.content)
	if err != nil {
		return err
	}
	o.loaded = fingerprint(fsys) // before it is read: what changes meanwhile is read again
	s, problems := load(fsys)
	if err := problems.Err(); err != nil {
		return fmt.Errorf("the content has %d mistakes; nothing is served until they are mended:\n%w", len(problems), err)
	}
	st, done, err := openOwn(ctx, o.db, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	keys, err := readKeys(o)
	if err != nil {
		return err
	}
	config, err := o.config(keys)
	if err != nil {
		return err
	}
	config.Passwords = newHasher(w, log)
	defer config.Passwords.Close()
	config.SQL = sqlrun.New(sqlrun.Options{})
	st.SetRunner(config.SQL)
	m := newMonitor(o.metrics)
	m.watch(st)
	config.Metrics = m.metrics
	site, err := web.New(st, s.web(), log, config)
	if err != nil {
		return err
	}
	return o.run(ctx, st, site, m, fsys, log)
}

// consistent reports settings that do not go together.
func (o *options) consistent() error {
	switch {
	case o.dev && o.content == "":
		return errors.New("-dev reads a folder again when it changes: give it one with -content")
	case (o.askURL == "") != (o.askModel == ""):
		return errors.New("-ask-url and -ask-model belong together: give both or neither")
	case o.saveRate < 0:
		return errors.New("-save-rate: fewer than none cannot be sent; 0 is any number")
	case o.proxies < 0:
		return errors.New("-proxies: there cannot be fewer proxies than none")
	case o.provider.Issuer == "" && o.provider != (openid.Config{}):
		return errors.New("-oidc-client, -oidc-secret and -oidc-name say more of a provider: name it with -oidc-issuer")
	case o.provider.Issuer != "" && o.provider.Client == "":
		return errors.New("-oidc-issuer needs -oidc-client, the id under which the provider knows this site")
	case o.provider.Issuer != "" && !o.secure && !o.here():
		return errors.New("-oidc-issuer needs -secure, since the provider sends people back over HTTPS; without it the site has to listen on localhost (-addr localhost:8080)")
	}
	return nil
}

// here reports whether only this very machine reaches the site without a proxy.
func (o *options) here() bool {
	host, _, err := net.SplitHostPort(o.addr)
	return err == nil && openid.Local(host)
}

// openOwn opens a database that no other site has open, until done is called.
// It says so if that takes longer because an older program wrote it last.
func openOwn(ctx context.Context, db string, log *slog.Logger) (st *store.Store, done func() error, err error) {
	release, err := store.Own(db)
	if errors.Is(err, store.ErrOwned) {
		return nil, nil, fmt.Errorf("%w; stop that one first", err)
	} else if err != nil {
		return nil, nil, err
	}
	if have, err := store.FileVersion(ctx, db); err == nil && have > 0 && have < store.SchemaVersion() {
		log.Info("bringing the database up to date, a copy of it first; a large one takes minutes", "file", db, "from", have, "to", store.SchemaVersion())
	}
	if st, err = store.Open(ctx, db); err != nil {
		release()
		return nil, nil, err
	}
	return st, func() error { defer release(); return st.Close() }, nil
}

// config turns the settings into what the site needs to know.
func (o *options) config(keys web.Keys) (web.Config, error) {
	c := web.Config{Keys: keys, Secure: o.secure, Now: time.Now, Seed: seed, Version: version, Proxies: o.proxies, SaveRate: o.saveRate}
	if o.downloads != "" {
		if info, err := os.Stat(o.downloads); err != nil || !info.IsDir() {
			return c, fmt.Errorf("-downloads: %s is no folder; make release makes one", o.downloads)
		}
		c.Downloads = os.DirFS(o.downloads)
	}
	if o.provider.Issuer != "" {
		p, err := openid.New(o.provider, c.Now)
		if err != nil {
			return c, fmt.Errorf("-oidc-issuer: %w", err)
		}
		c.OpenID = p
	}
	if o.askURL == "" {
		return c, nil
	}
	model, err := ask.NewHTTPModel(o.askURL, o.askKey, o.askModel, nil)
	if err != nil {
		return c, fmt.Errorf("-ask-url: %w", err)
	}
	c.Model, c.ModelIs = model, o.askModel
	return c, nil
}

// seed is where forms get their chance from.
func seed() int64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return int64(binary.LittleEndian.Uint64(b[:]) >> 1)
}

// run listens, and works beside it, until ctx is done or something fails.
func (o *options) run(ctx context.Context, st *store.Store, site *web.Server, m *monitor, fsys fs.FS, log *slog.Logger) error {
	ln, err := net.Listen("tcp", o.addr)
	if err != nil {
		return fmt.Errorf("-addr: %w", err)
	}
	srv := &http.Server{
		Handler:           site,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelError),
	}
	g, ctx := errgroup.WithContext(ctx)
	if err := m.start(ctx, g, log); err != nil {
		return errors.Join(err, ln.Close())
	}
	log.Info("serving", "url", "http://"+ln.Addr().String(), "version", version)
	g.Go(func() error {
		if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	time.AfterFunc(time.Second, debug.FreeOSMemory) // what reading the content needed and nothing else does
	g.Go(func() error {
		sweep(ctx, st, log)
		return every(ctx, time.Minute, func() { sweep(ctx, st, log) })
	})
	g.Go(func() error { return every(ctx, time.Minute, func() { nightly(ctx, st, log, o.selfTest) }) })
	if o.dev {
		g.Go(func() error { return every(ctx, 300*time.Millisecond, func() { o.reload(fsys, site, log) }) })
	}
	g.Go(func() error {
		<-ctx.Done()
		log.Info("stopping")
		return finish(srv, log)
	})
	return g.Wait()
}

// finish lets what is being served come to its end, and cuts off who is still
// sending after eight seconds: by then nothing of theirs can be acknowledged.
func finish(srv *http.Server, log *slog.Logger) error {
	wait, cancel := context.WithTimeout(context.Background(), 8*time.Second)
	defer cancel()
	err := srv.Shutdown(wait)
	if errors.Is(err, context.DeadlineExceeded) {
		log.Warn("cut off who had not finished in time")
		return srv.Close()
	}
	return err
}

// every calls do after each pause until ctx is done.
func every(ctx context.Context, pause time.Duration, do func()) error {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			do()
		}
	}
}

// sweep grades attempts that nobody came back to and forgets visitors, codes and
// runs after their time. Nothing depends on it but tidiness.
func sweep(ctx context.Context, st *store.Store, log *slog.Logger) {
	note := func(what string, n int64, err error) {
		if err != nil && ctx.Err() == nil {
			log.Error("sweep", "err", err)
		} else if n > 0 {
			log.Info("sweep", what, n)
		}
	}
	graded, err := st.CloseDue(ctx, time.Now())
	note("graded", int64(graded), err)
	n, err := st.DeleteVisitors(ctx, time.Now())
	note("visitors", n, err)
	n, err = st.ForgetRuns(ctx, time.Now())
	note("codes and runs", n, err)
}

// reload serves the content folder anew if a file in it has changed. As long as
// it has mistakes, what was served before stays.
func (o *options) reload(fsys fs.FS, site *web.Server, log *slog.Logger) {
	now := fingerprint(fsys)
	if now == o.loaded {
		return
	}
	o.loaded = now
	s, problems := load(fsys)
	if err := problems.Err(); err != nil {
		log.Error("content not reloaded", "folder", o.content, "mistakes", len(problems), "first", strings.SplitN(err.Error(), "\n", 2)[0])
		return
	}
	site.SetSite(s.web())
	log.Info("content reloaded", "folder", o.content)
}

// fingerprint changes when a Markdown file of fsys does.
func fingerprint(fsys fs.FS) string {
	var b strings.Builder
	_ = fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".md") {
			return nil // a file that vanishes meanwhile shows at the next look
		}
		if info, err := d.Info(); err == nil {
			fmt.Fprintf(&b, "%s %d %d\n", name, info.Size(), info.ModTime().UnixNano())
		}
		return nil
	})
	return b.String()
}

const keyLen = 32

// readKeys reads the secrets of this site from their file, which it makes on
// the first start, readable by its owner only.
func readKeys(o options) (web.Keys, error) {
	name := o.keys
	if name == "" {
		name = keysOf(o.db)
	}
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		data = make([]byte, 3*keyLen)
		_, _ = rand.Read(data) // never fails
		err = writeSecrets(name, data)
	}
	if err != nil {
		return web.Keys{}, fmt.Errorf("keys: %w", err)
	}
	if len(data) != 3*keyLen {
		return web.Keys{}, fmt.Errorf("keys: %s has %d bytes and should have %d; restore it from a backup, or remove it to sign everybody out", name, len(data), 3*keyLen)
	}
	return web.Keys{Sign: data[:keyLen], Encrypt: data[keyLen : 2*keyLen], Code: data[2*keyLen:]}, nil
}
