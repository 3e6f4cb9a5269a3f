package web

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"groundwork/exam"
	"groundwork/store"
)

// policy allows what the site serves itself and nothing else: no inline style
// or script, no other host, no frame around us.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// headers sets what every response carries. The values are made once; nobody
// may change them in place.
func (s *Server) headers(next http.Handler) http.Handler {
	all := http.Header{
		"Content-Security-Policy":      {policy},
		"X-Content-Type-Options":       {"nosniff"},
		"X-Frame-Options":              {"DENY"},          // for what does not know frame-ancestors
		"X-Xss-Protection":             {"1; mode=block"}, // for old filters: they look for inline code, and we have none they could break
		"Referrer-Policy":              {"same-origin"},
		"Cross-Origin-Opener-Policy":   {"same-origin"},
		"Cross-Origin-Resource-Policy": {"same-origin"},
		"Permissions-Policy":           {"camera=(), geolocation=(), microphone=()"},
	}
	if s.cfg.Secure {
		all["Strict-Transport-Security"] = []string{"max-age=31536000"}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		maps.Copy(w.Header(), all)
		next.ServeHTTP(w, r)
	})
}

// identified gives every request an id that stands in the log and on error
// pages.
func identified(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := strings.ToLower(rand.Text()[:10])
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestContext, id)))
	})
}

// requestID returns the id of the request that ctx belongs to.
func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestContext).(string)
	return id
}

// recovered turns a panic into a page and a line in the log.
func (s *Server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if v := recover(); v != nil {
				if v == http.ErrAbortHandler {
					panic(v)
				}
				s.fail(w, r, fmt.Errorf("panic: %v\n%s", v, debug.Stack()))
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// network returns the network that a request comes from: the address, or for
// IPv6 its /64, since one household has that many. X-Forwarded-For counts only
// as far as trusted proxies wrote it.
func (s *Server) network(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if n, lines := s.cfg.Proxies, r.Header.Values("X-Forwarded-For"); n > 0 && len(lines) > 0 {
		hops := strings.Split(strings.Join(lines, ","), ",")
		if i := len(hops) - n; i >= 0 {
			host = strings.TrimSpace(hops[i])
		}
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return "unknown"
	}
	addr = addr.Unmap()
	if addr.Is6() {
		p, _ := addr.Prefix(64) // 64 bits fit an IPv6 address
		return p.String()
	}
	return addr.String()
}

// limits slows down what costs the site something and needs no account. It
// keeps one bucket a network, in memory, and forgets those that are full again.
type limits struct {
	mu      sync.Mutex
	buckets map[string]*rate.Limiter
	swept   time.Time
}

func newLimits() *limits { return &limits{buckets: map[string]*rate.Limiter{}} }

// visitor allows a network to become a new visitor: 60 at once, then one every
// ten seconds. A class behind one address gets in; a script that fills the
// disk does not.
func (l *limits) visitor(network string, now time.Time) error {
	return l.take("visitor "+network, rate.Every(10*time.Second), 60, now)
}

// code allows a network to try a resume code: ten at once, then one a minute.
func (l *limits) code(network string, now time.Time) error {
	return l.take("code "+network, rate.Every(time.Minute), 10, now)
}

// report allows a network to report a fault: ten at once, then one a minute.
func (l *limits) report(network string, now time.Time) error {
	return l.take("report "+network, rate.Every(time.Minute), 10, now)
}

// ask allows a network to have an answer composed: ten at once, then one every
// ten seconds. Quoting is not limited.
func (l *limits) ask(network string, now time.Time) error {
	return l.take("ask "+network, rate.Every(10*time.Second), 10, now)
}

// openid allows a network to begin or end signing in with the provider: sixty
// at once, then one a second.
func (l *limits) openid(network string, now time.Time) error {
	return l.take("openid "+network, rate.Every(time.Second), 60, now)
}

// device allows a network to ask for device codes: ten at once, then one a
// minute.
func (l *limits) device(network string, now time.Time) error {
	return l.take("device "+network, rate.Every(time.Minute), 10, now)
}

// deviceTry allows a learner to look up device codes or decide about them, which
// a sign-in takes one each of: ten at once, then one a minute.
func (l *limits) deviceTry(id store.LearnerID, now time.Time) error {
	return l.take(fmt.Sprint("device try ", id), rate.Every(time.Minute), 10, now)
}

// run allows a learner to have runs issued: thirty at once, then one a minute.
func (l *limits) run(id store.LearnerID, now time.Time) error {
	return l.take(fmt.Sprint("run ", id), rate.Every(time.Minute), 30, now)
}

// result allows a learner to have results judged: thirty at once, then one a
// minute.
func (l *limits) result(id store.LearnerID, now time.Time) error {
	return l.take(fmt.Sprint("result ", id), rate.Every(time.Minute), 30, now)
}

// save allows an attempt to send changes: five hundred at once, then this many a
// second, and a network forty times as many: each of them stays in the log. Nobody
// who answers gets near that; a script would fill the disk.
func (l *limits) save(id exam.AttemptID, network string, perSecond float64, now time.Time) error {
	if perSecond == 0 {
		return nil
	}
	if err := l.take("save "+network, rate.Limit(40*perSecond), 4000, now); err != nil {
		return err
	}
	return l.take("save "+string(id), rate.Limit(perSecond), 500, now)
}

func (l *limits) take(key string, every rate.Limit, burst int, now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.swept) > time.Minute {
		for k, b := range l.buckets {
			if b.TokensAt(now) >= float64(b.Burst()) {
				delete(l.buckets, k)
			}
		}
		l.swept = now
	}
	b := l.buckets[key]
	if b == nil {
		b = rate.NewLimiter(every, burst)
		l.buckets[key] = b
	}
	if b.AllowN(now, 1) {
		return nil
	}
	missing := 1 - b.TokensAt(now)
	return errWait{time.Duration(missing / float64(every) * float64(time.Second))}
}
