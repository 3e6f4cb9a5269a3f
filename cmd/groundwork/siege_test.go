//go:build linux

package main

import (
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// A sloth is a way to keep a connection busy without asking for anything.
type sloth struct {
	name    string
	share   int           // of a thousand connections
	begin   string        // sent at once
	drip    string        // sent again every second
	deaf    bool          // takes the answers a few bytes a second
	shut    bool          // says nothing more after begin
	allowed time.Duration // until the server cuts it off, by its settings
}

var sloths = []sloth{
	{name: "drips a head", share: 450, begin: "GET / HTTP/1.1\r\nHost: x\r\nX: ", drip: "x", allowed: 10 * time.Second},
	{name: "says nothing", share: 40, allowed: 10 * time.Second},
	{name: "half closes", share: 10, begin: "GET / HTTP/1.1\r\nHost: x\r\n", shut: true, allowed: 10 * time.Second},
	{name: "drips a body", share: 350, begin: "POST /theme HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\ntheme=", drip: "x", allowed: 30 * time.Second},
	{name: "reads slowly", share: 150, begin: strings.Repeat("GET /guide/glossary HTTP/1.1\r\nHost: x\r\n\r\n", 200), deaf: true, allowed: 60 * time.Second},
}

// R16: who sends a head or a body slowly, or takes an answer slowly, is cut
// off in time, however many there are: 200 at a time, or 2,000 and again and
// again with GROUNDWORK_ROUNDS. Meanwhile nobody else is refused, and what was
// saved is saved. How much longer the others wait is logged.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	many, lasts, waves := 200, 2*time.Second, 1
	if n := rounds(0); n > 0 {
		many, lasts, waves = 2000, 20*time.Second, n
	}
	db := filepath.Join(t.TempDir(), "g.db")
	url, _ := child(t, db, "GROUNDWORK_PROXIES=1")
	noted, quiet, under := new(clocks), map[string][]time.Duration{}, map[string][]time.Duration{}
	savers, crowd := startPaced(t, url, 4, 20*time.Millisecond, noted), startReaders(t, url, 20*time.Millisecond, noted)
	collect := func(into map[string][]time.Duration) {
		for kind, list := range noted.take() {
			into[kind] = append(into[kind], list...)
		}
	}
	lives := new(clocks)
	for range waves {
		noted.take()
		time.Sleep(lasts)
		collect(quiet)
		s := besiege(t, strings.TrimPrefix(url, "http://"), many, lives)
		time.Sleep(time.Second) // all are connected
		noted.take()
		time.Sleep(lasts)
		collect(under)
		s.leave()
	}
	crowd.halt()
	savers.report(db)
	t.Logf("%d connections were cut off:%s", many, summary(lives.take()))
	t.Logf("without them:%s", summary(quiet))
	t.Logf("with them:%s", summary(under))
	for _, kind := range slices.Sorted(maps.Keys(quiet)) {
		t.Logf("%s: p99 %.1f times", kind, float64(quantile(under[kind], .99))/float64(quantile(quiet[kind], .99)))
	}
	if n := crowd.refused.Load() + savers.refused.Load(); n > 0 {
		t.Errorf("%d honest requests were refused, the first: %v", n, crowd.first.Load())
	}
}

// startReaders lets in people who read pages, each with a new connection, until
// halt.
func startReaders(t *testing.T, url string, pause time.Duration, noted *clocks) *crowd {
	ctx, cancel := context.WithCancel(t.Context())
	c := &crowd{url: url, clocks: noted, stop: cancel}
	for range 4 {
		c.wg.Go(func() {
			g := c.guest(pause)
			g.Transport.(*http.Transport).DisableKeepAlives = true
			for ctx.Err() == nil {
				c.read(ctx, g)
			}
		})
	}
	t.Cleanup(c.halt)
	return c
}

// A siege is many sloths at once. Whoever is cut off comes again until leave.
type siege struct {
	t     *testing.T
	addr  string
	lives *clocks
	over  context.Context
	stop  context.CancelFunc
	wg    sync.WaitGroup
}

// besiege begins a siege, which notes how long each connection lived.
func besiege(t *testing.T, addr string, many int, lives *clocks) *siege {
	s := &siege{t: t, addr: addr, lives: lives}
	s.over, s.stop = context.WithCancel(t.Context())
	for _, kind := range sloths {
		for range many * kind.share / 1000 {
			s.wg.Go(func() {
				for again := true; again; again = wait(s.over, time.Second) {
					s.hold(kind)
				}
			})
		}
	}
	t.Cleanup(s.leave)
	return s
}

// leave waits until the last ones were cut off.
func (s *siege) leave() { s.stop(); s.wg.Wait() }

// hold keeps one connection until it is cut off.
func (s *siege) hold(kind sloth) {
	d := net.Dialer{Control: func(_, _ string, c syscall.RawConn) error { // so that an answer does not fit
		return c.Control(func(fd uintptr) { _ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4096) })
	}}
	begin := time.Now()
	conn, err := d.Dial("tcp", s.addr)
	if err != nil {
		s.t.Errorf("%s: %v", kind.name, err)
		s.stop()
		return
	}
	defer conn.Close()
	_, err = io.WriteString(conn, kind.begin)
	if kind.shut {
		_ = conn.(*net.TCPConn).CloseWrite()
	}
	for err == nil {
		if time.Since(begin) > kind.allowed+30*time.Second {
			s.t.Errorf("who %s still has the connection after %v", kind.name, time.Since(begin))
			return
		}
		err = kind.linger(conn)
	}
	s.lives.note(kind.name, begin)
}

// linger spends a second, in which a little is sent or taken. It fails when the
// server has cut the connection off.
func (kind sloth) linger(conn net.Conn) error {
	if kind.deaf {
		time.Sleep(time.Second)
	}
	if _, err := io.WriteString(conn, kind.drip); err != nil {
		return err
	}
	_ = conn.SetReadDeadline(time.Now().Add(time.Second))
	if _, err := conn.Read(make([]byte, 16)); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	return nil
}

// R17: connections that were used once and are kept for later cost little: 500
// of them, or 10,000 with GROUNDWORK_ROUNDS.
func TestKeptConnections(t *testing.T) {
	t.Parallel()
	many := 500
	if rounds(0) > 0 {
		many = 10_000
	}
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil || limit.Cur < uint64(many)+200 {
		t.Skipf("%d descriptors are not enough: %v", limit.Cur, err)
	}
	url, process := child(t, filepath.Join(t.TempDir(), "g.db"))
	noted := new(clocks)
	crowd := startReaders(t, url, 20*time.Millisecond, noted)
	before := resident(t, process.Pid)
	for range many {
		conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		if n, err := conn.Read(make([]byte, 1024)); err != nil || n == 0 {
			t.Fatalf("the answer has %d bytes: %v", n, err)
		}
	}
	noted.take()
	time.Sleep(3 * time.Second)
	crowd.halt()
	open, with := descriptors(t, process.Pid), resident(t, process.Pid)
	t.Logf("%d connections: resident %d kB, before %d kB%s", many, with, before, summary(noted.take()))
	if open < many {
		t.Errorf("the server holds %d descriptors: the test does not test", open)
	}
	if each := (with - before) / many; each > 40 && with > 250<<10 {
		t.Errorf("%d kB for each connection", each)
	}
	if n := crowd.refused.Load(); n > 0 {
		t.Errorf("%d requests were refused, the first: %v", n, crowd.first.Load())
	}
}
