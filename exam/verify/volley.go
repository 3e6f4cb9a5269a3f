package verify

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// A volley sends N requests so that they reach the handlers together: every connection is opened and
// the whole request but its last byte is written first; then the last bytes go out back to back.
// The connections are kept for the next round.
type volley struct {
	addr  string
	conns []net.Conn
	rd    []*bufio.Reader
}

func (x *Ctx) newVolley(n int) (*volley, error) {
	u, err := url.Parse(x.R.App.URL())
	if err != nil || u.Scheme != "http" {
		return nil, errors.New("volley needs http")
	}
	v := &volley{addr: u.Host, conns: make([]net.Conn, n), rd: make([]*bufio.Reader, n)}
	if u.Port() == "" {
		v.addr = net.JoinHostPort(u.Hostname(), "80")
	}
	return v, nil
}

func (v *volley) close() {
	for _, c := range v.conns {
		if c != nil {
			c.Close()
		}
	}
}

func (v *volley) fire(x *Ctx, method string, target func(i int) string, hdr func(i int) [][2]string, body func(i int) string, timeout time.Duration) ([]Sent, []Got) {
	n := len(v.conns)
	sent, got := make([]Sent, n), make([]Got, n)
	last := make([][]byte, n)
	if timeout == 0 {
		timeout = 10 * time.Second
	}
	deadline := time.Now().Add(time.Duration(float64(timeout) * x.R.Slow))
	var wg sync.WaitGroup
	sem := make(chan struct{}, 32)
	for i := range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			sem <- struct{}{}
			defer func() { <-sem }()
			b := body(i)
			u := strings.TrimRight(x.R.App.URL(), "/") + target(i)
			req, err := http.NewRequest(method, u, strings.NewReader(b))
			if err != nil {
				got[i].Err = err.Error()
				return
			}
			for _, h := range hdr(i) {
				if strings.EqualFold(h[0], "Host") {
					req.Host = h[1]
				} else {
					req.Header.Add(h[0], h[1])
				}
			}
			if b != "" && req.Header.Get("Content-Type") == "" {
				req.Header.Set("Content-Type", "application/json")
			}
			req.Header.Set("User-Agent", "groundwork-verify/1")
			sent[i] = Sent{Method: method, URL: u, Body: b, Header: req.Header.Clone()}
			var buf bytes.Buffer
			req.Write(&buf)
			raw := buf.Bytes()
			for try := 0; try < 2; try++ { // a kept connection may have been closed meanwhile
				if v.conns[i] == nil {
					c, err := net.DialTimeout("tcp", v.addr, 5*time.Second)
					if err != nil {
						got[i].Err = explain(err, x.R.App.URL())
						return
					}
					v.conns[i], v.rd[i] = c, bufio.NewReader(c)
				}
				v.conns[i].SetDeadline(deadline)
				if _, err = v.conns[i].Write(raw[:len(raw)-1]); err == nil {
					break
				}
				v.conns[i].Close()
				v.conns[i] = nil
			}
			if err != nil {
				got[i].Err = explain(err, x.R.App.URL())
				return
			}
			last[i] = raw[len(raw)-1:]
		}()
	}
	wg.Wait()
	time.Sleep(3 * time.Millisecond) // let the server read what it has
	start := time.Now()
	for i := range n {
		if last[i] != nil {
			v.conns[i].Write(last[i])
		}
	}
	for i := range n {
		if last[i] == nil {
			continue
		}
		wg.Add(1)
		go func() {
			defer wg.Done()
			req := &http.Request{Method: method}
			resp, err := http.ReadResponse(v.rd[i], req)
			if err == nil {
				var b []byte
				b, err = io.ReadAll(io.LimitReader(resp.Body, 1<<20))
				resp.Body.Close()
				g := &got[i]
				g.Status, g.Header, g.raw, g.Time = resp.StatusCode, resp.Header, b, time.Since(start)
				g.Body = string(b[:min(len(b), 4096)])
				if len(b) > 0 {
					g.docErr = json.Unmarshal(b, &g.doc)
				} else {
					g.docErr = errors.New("the body is empty")
				}
			}
			if err != nil {
				got[i].Err = explain(err, x.R.App.URL())
			}
			if err != nil || resp.Close {
				v.conns[i].Close()
				v.conns[i] = nil
			}
		}()
	}
	wg.Wait()
	return sent, got
}
