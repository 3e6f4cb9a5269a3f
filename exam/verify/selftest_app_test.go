package verify_test

import (
	"bytes"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"groundwork/exam/verify"
)

// inproc serves a solution inside the test and can restart or "kill" it.
type inproc struct {
	url   string
	make  func() (http.Handler, func(kill bool), error)
	close func(kill bool)
	srv   *http.Server
	bench *verify.Bench
	dir   string
	log   output
}

// start serves the solution of s until the test ends.
func start(t testing.TB, s subject, bug string) *inproc {
	t.Helper()
	a := &inproc{bench: &verify.Bench{}, dir: t.TempDir()}
	if err := a.bench.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.bench.Close)
	a.make = func() (http.Handler, func(bool), error) { return http.NotFoundHandler(), func(bool) {}, nil }
	if s.serve != nil {
		a.make = func() (http.Handler, func(bool), error) { return s.serve(a.place(), bug) }
	}
	if err := a.start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.stop(false) })
	return a
}

func (a *inproc) place() place         { return place{a.dir, a.bench.Addr, &a.log} }
func (a *inproc) URL() string          { return a.url }
func (a *inproc) Logs() (string, bool) { return a.log.String(), true }

func (a *inproc) start() error {
	h, stop, err := a.make()
	if err != nil {
		return err
	}
	addr := "127.0.0.1:0"
	if a.url != "" {
		addr = strings.TrimPrefix(a.url, "http://")
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	a.url, a.close = "http://"+l.Addr().String(), stop
	a.srv = &http.Server{Handler: h, ErrorLog: log.New(io.Discard, "", 0)}
	go a.srv.Serve(l)
	return nil
}

func (a *inproc) stop(kill bool) {
	a.srv.Close()
	a.close(kill)
}

func (a *inproc) Restart(kill bool) error {
	a.stop(kill)
	return a.start()
}

// output is what a solution writes.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}
