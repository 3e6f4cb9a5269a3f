package verify

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	bodyMost    = 1 << 20 // of an answer that is read, in bytes
	answerTime  = 5 * time.Second
	retryMost   = 15 * time.Second // the longest Retry-After that is waited out
	noResponse  = "no response in time"
	clientAgent = "groundwork-verify/1"
)

// newClient returns a client for one check: no proxy, no redirects, no
// compression, connections of its own.
func newClient() *http.Client {
	return &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: 512, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// address returns the whole address of a target. A target that is one already
// must belong to the learner's service.
func address(base, target string) (string, error) {
	base = strings.TrimRight(base, "/")
	if strings.HasPrefix(target, "/") {
		return base + target, nil
	}
	b, err := url.Parse(base)
	if err != nil {
		return "", err
	}
	t, err := url.Parse(target)
	if err != nil {
		return "", err
	}
	if t.Host != b.Host || t.Scheme != b.Scheme {
		return "", errors.New(target + " is no address of your service (" + base + ")")
	}
	return target, nil
}

// build makes the request as it goes out.
func (r Request) build(ctx context.Context, base string) (*http.Request, Sent, error) {
	s := Sent{Method: r.Method, URL: r.Target, Body: r.Body}
	addr, err := address(base, r.Target)
	if err != nil {
		return nil, s, err
	}
	s.URL = addr
	req, err := http.NewRequestWithContext(ctx, r.Method, addr, strings.NewReader(r.Body))
	if err != nil {
		return nil, s, err
	}
	for _, h := range r.Header {
		if strings.EqualFold(h[0], "Host") {
			req.Host, s.Host = h[1], h[1]
			continue
		}
		req.Header.Add(h[0], h[1])
	}
	if r.Body != "" && req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json")
	}
	s.Header = req.Header.Clone()
	req.Header.Set("User-Agent", clientAgent)
	return req, s, nil
}

// send sends one request and reads its answer. It records nothing.
func (x *Ctx) send(r Request) Exch {
	if r.Timeout == 0 {
		r.Timeout = answerTime
	}
	ctx, cancel := context.WithTimeout(x.ctx, x.R.slowed(r.Timeout))
	defer cancel()
	e := Exch{Line: x.line, N: 1}
	req, sent, err := r.build(ctx, x.R.App.URL())
	e.Sent = sent
	if err != nil {
		e.Got.Err = err.Error()
		return e
	}
	start := time.Now()
	resp, err := x.client.Do(req)
	if err != nil {
		e.Got = Got{Err: explain(err, x.R.App.URL()), Time: time.Since(start)}
		return e
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, bodyMost))
	e.Got = answer(resp.StatusCode, resp.Header, body, time.Since(start))
	if err != nil {
		e.Got.Err = explain(err, x.R.App.URL())
	}
	return e
}

// explain says in the learner's words why no answer came.
func explain(err error, base string) string {
	var ne net.Error
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused: nothing listens at " + base + ". Is your service running, on that port?"
	case errors.As(err, &ne) && ne.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return noResponse
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed before a whole response came: a crash or panic in the handler often looks like this; see your program's output"
	}
	return err.Error()
}

// retryAfter says how long an answer 429 wants its client to wait.
func retryAfter(g *Got) (time.Duration, bool) {
	if g.Status != http.StatusTooManyRequests {
		return 0, false
	}
	n, err := strconv.Atoi(g.Header.Get("Retry-After"))
	d := time.Duration(n) * time.Second
	return d, err == nil && n >= 0 && d <= retryMost
}
