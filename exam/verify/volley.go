package verify

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// A volley sends requests so that they reach the handlers together: every
// connection is opened and every request written but for its last byte; then
// the last bytes go out back to back. The connections are kept for the next
// volley of the check: a hundred rounds find a race that one wide burst does
// not.
type volley struct {
	lines []*line
}

// A line is one kept connection.
type line struct {
	base string
	conn net.Conn
	read *bufio.Reader
}

const dialTime = 5 * time.Second

// dial opens a connection to the host of base, with TLS for https.
func dial(base string) (net.Conn, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443"}[u.Scheme]
	}
	if port == "" {
		port = "80"
	}
	addr := net.JoinHostPort(u.Hostname(), port)
	if u.Scheme == "https" {
		return tls.DialWithDialer(&net.Dialer{Timeout: dialTime}, "tcp", addr, nil)
	}
	return net.DialTimeout("tcp", addr, dialTime)
}

// close ends the connection; the next volley opens another.
func (l *line) close() {
	if l.conn != nil {
		l.conn.Close()
		l.conn = nil
	}
}

// load writes all of a request but its last byte, which it returns. A kept
// connection may have been closed meanwhile, so it tries twice.
func (l *line) load(req *http.Request, deadline time.Time) (last []byte, err error) {
	var buf bytes.Buffer
	if err := req.Write(&buf); err != nil {
		return nil, err
	}
	raw := buf.Bytes()
	for range 2 {
		if l.conn == nil {
			if l.conn, err = dial(l.base); err != nil {
				l.conn = nil
				return nil, err
			}
			l.read = bufio.NewReader(l.conn)
		}
		l.conn.SetDeadline(deadline)
		if _, err = l.conn.Write(raw[:len(raw)-1]); err == nil {
			return raw[len(raw)-1:], nil
		}
		l.close()
	}
	return nil, err
}

// answer reads what comes back on the line.
func (l *line) answer(method string, start time.Time) (Got, error) {
	resp, err := http.ReadResponse(l.read, &http.Request{Method: method})
	if err != nil {
		l.close()
		return Got{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, bodyMost))
	if err != nil || resp.Close {
		l.close()
	}
	return answer(resp.StatusCode, resp.Header, body, time.Since(start)), err
}

// volley sends n requests at the same moment. It records nothing.
func (x *Ctx) volley(n int, request func(i int) Request) []Exch {
	if x.lines == nil {
		x.lines = &volley{}
	}
	base := x.R.App.URL()
	for len(x.lines.lines) < n {
		x.lines.lines = append(x.lines.lines, &line{base: base})
	}
	out, last := make([]Exch, n), make([][]byte, n)
	requests := make([]Request, n)
	for i := range n {
		requests[i] = request(i) // not in the goroutines: values are read
	}
	deadline := time.Now().Add(x.R.slowed(max(requests[0].Timeout, 2*answerTime)))
	x.each(n, 32, func(i int) {
		req, sent, err := requests[i].build(context.Background(), base)
		out[i] = Exch{Line: x.line, N: 1, Sent: sent}
		if err == nil {
			last[i], err = x.lines.lines[i].load(req, deadline)
		}
		if err != nil {
			out[i].Got.Err = explain(err, base)
		}
	})
	time.Sleep(3 * time.Millisecond) // let the server read what it has
	start := time.Now()
	for i := range n {
		if last[i] != nil {
			x.lines.lines[i].conn.Write(last[i]) // a failure shows when the answer is read
		}
	}
	x.each(n, n, func(i int) {
		if last[i] == nil {
			return
		}
		g, err := x.lines.lines[i].answer(requests[i].Method, start)
		if err != nil {
			g.Err = explain(err, base)
		}
		out[i].Got = g
	})
	return out
}

// each calls f for 0..n-1, atOnce of them at the same time.
func (x *Ctx) each(n, atOnce int, f func(i int)) {
	var wg sync.WaitGroup
	slots := make(chan struct{}, max(1, atOnce))
	for i := range n {
		slots <- struct{}{}
		wg.Go(func() {
			f(i)
			<-slots
		})
	}
	wg.Wait()
}

// hangUp closes all connections that are kept.
func (x *Ctx) hangUp() {
	if x.client != nil { // it is nil in a replay
		x.client.CloseIdleConnections()
	}
	if x.lines == nil {
		return
	}
	for _, l := range x.lines.lines {
		l.close()
	}
	x.lines = nil
}
