package verify_test

import (
	"bytes"
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

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
	bug   string
	log   output
}

// start serves the solution of s until the test ends.
func start(t testing.TB, s subject, bug string) *inproc {
	t.Helper()
	a := &inproc{bench: &verify.Bench{}, dir: t.TempDir(), bug: bug}
	if err := a.bench.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.bench.Close)
	a.make = func() (http.Handler, func(bool), error) { return http.NotFoundHandler(), func(bool) {}, nil }
	if s.serve != nil {
		a.make = func() (http.Handler, func(bool), error) { return s.serve(a.place(), bug) }
	}
	if err := a.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.srv.Close(); a.close(false) })
	return a
}

func (a *inproc) place() place         { return place{a.dir, a.bench.Addr, &a.log} }
func (a *inproc) URL() string          { return a.url }
func (a *inproc) Logs() (string, bool) { return a.log.String(), true }

func (a *inproc) Start() error {
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
	if a.url == "" { // it stays, and is read meanwhile by who sends requests
		a.url = "http://" + l.Addr().String()
	}
	a.close = stop
	a.srv = &http.Server{Handler: h, ErrorLog: log.New(io.Discard, "", 0)}
	go a.srv.Serve(l)
	return nil
}

// Stop lets requests under way finish, unless it kills or the defect is
// "abrupt".
func (a *inproc) Stop(kill bool) (verify.Exit, error) {
	if !kill && a.bug != "abrupt" {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := a.srv.Shutdown(ctx); err != nil {
			kill = true
		}
	}
	a.srv.Close()
	a.close(kill)
	return verify.Exit{}, nil
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

// tempDir is a folder that is removed when t ends.
func tempDir(t testing.TB) string {
	dir, err := os.MkdirTemp("", "verify")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}
