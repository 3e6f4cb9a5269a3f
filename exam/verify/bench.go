package verify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Bench is the verifier's own upstream: it counts, delays, fails on order and
// notes when each call came. http://ADDR/ROLE/... is the role ROLE; the
// learner's program is told the address by an environment variable.
//
//	bench ROLE fail=3 status=503     the next 3 calls (per path) fail, then all is well
//	bench ROLE status=500            every call fails
//	bench ROLE delay=120ms           every call takes that long
//	bench ROLE hang=1                never answers (until the caller gives up)
//	bench ROLE drop=1                the next call (per path) does its work, then the line is cut
//	bench ROLE clear=1               forget the calls, answer normally
//
// It is safe for concurrent use.
type Bench struct {
	Addr string
	mu   sync.Mutex
	prog map[string]*benchProg
	hits map[string][]*BenchHit
	l    net.Listener
	kept map[string]any // what a role remembers, such as charges
}

type benchProg struct {
	fail, status, drop int
	delay              time.Duration
	hang               bool
	perPath            map[string]int
}

// A BenchHit is one call that reached the bench.
type BenchHit struct {
	At     time.Time   `json:"at"`
	Method string      `json:"method"`
	Path   string      `json:"path"` // behind the role, with its slash
	Header http.Header `json:"header,omitempty"`
	Body   string      `json:"body,omitempty"`
	Status int         `json:"status"`         // of the answer that was made
	Gone   bool        `json:"gone,omitempty"` // the caller gave up before the answer
	Lost   bool        `json:"lost,omitempty"` // the answer was made and thrown away
}

// A role of the bench that does more than echo has a function here. It is
// called with the bench locked, for calls that are not told to fail; n is how
// many calls came for the path. It may keep what it must remember in b.kept.
func benchRoles() map[string]func(b *Bench, call BenchHit, n int) (status int, answer any) {
	return map[string]func(b *Bench, call BenchHit, n int) (status int, answer any){
		"events":   takeEvents,
		"mail":     takeMail,
		"payments": payments,
	}
}

// synthetic, behind a role, names the calls to it that carry X-Synthetic. They
// are kept apart, so that a program that looks after itself disturbs no check.
const synthetic = " (synthetic)"

// echo is what a role answers that has no function of its own.
func echo(_ *Bench, call BenchHit, n int) (int, any) {
	return http.StatusOK, map[string]any{"path": call.Path, "value": "v" + strconv.Itoa(n), "n": n}
}

// Start listens at addr, such as 127.0.0.1:9099.
func (b *Bench) Start(addr string) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	b.Reset()
	b.l, b.Addr = l, "http://"+l.Addr().String()
	go (&http.Server{Handler: b, ErrorLog: log.New(io.Discard, "", 0)}).Serve(l) // until Close
	return nil
}

// Close ends listening.
func (b *Bench) Close() { b.l.Close() }

// Reset forgets all programs, calls and what roles remember.
func (b *Bench) Reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.prog, b.hits, b.kept = map[string]*benchProg{}, map[string][]*BenchHit{}, map[string]any{}
}

// Program tells a role how to behave from now on and forgets its calls.
func (b *Bench) Program(role string, settings map[string]string) error {
	p, err := newProgram(settings)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.prog[role], b.hits[role] = p, nil
	return nil
}

// newProgram reads the settings of a bench step.
func newProgram(settings map[string]string) (*benchProg, error) {
	p := &benchProg{perPath: map[string]int{}}
	for k, v := range settings {
		var err error
		switch k {
		case "fail":
			p.fail, err = strconv.Atoi(v)
		case "status":
			p.status, err = strconv.Atoi(v)
		case "delay":
			p.delay, err = time.ParseDuration(v)
		case "drop":
			p.drop, err = strconv.Atoi(v)
		case "hang":
			p.hang = true
		case "clear":
		default:
			err = errors.New("it knows fail, status, delay, hang, drop and clear")
		}
		if err != nil {
			return nil, fmt.Errorf("bench setting %s=%s: %w", k, v, err)
		}
	}
	if p.fail > 0 && p.status == 0 {
		p.status = http.StatusServiceUnavailable
	}
	return p, nil
}

// Hits returns copies of the calls of a role since it was programmed: those for
// one path, or all if path is empty.
func (b *Bench) Hits(name, path string) (out []BenchHit) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, h := range b.hits[name] {
		if path == "" || h.Path == path {
			out = append(out, *h)
		}
	}
	return out
}

// ServeHTTP answers a call of the learner's program.
func (b *Bench) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	role, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<16)) // what came of it is what counts
	call := BenchHit{At: time.Now(), Method: r.Method, Path: "/" + path, Header: r.Header.Clone(), Body: string(body)}
	p, noted, answer := b.take(role, call)
	if !p.pause(r.Context()) {
		b.mu.Lock()
		noted.Gone = true
		b.mu.Unlock()
		return
	}
	if noted.Lost {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(noted.Status)
	json.NewEncoder(w).Encode(answer)
}

// take notes a call and makes its answer. Of what it returns only Gone changes
// later.
func (b *Bench) take(role string, call BenchHit) (p benchProg, noted *BenchHit, answer any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.prog[role]
	if now == nil {
		now = &benchProg{perPath: map[string]int{}}
		b.prog[role] = now
	}
	counted, notes := call.Path, role
	if call.Header.Get("X-Synthetic") != "" { // a probe of the learner's own: counts for itself
		counted, notes = call.Path+synthetic, role+synthetic
	}
	now.perPath[counted]++
	n := now.perPath[counted]
	if now.status != 0 && (now.fail == 0 || n <= now.fail) {
		call.Status, answer = now.status, map[string]any{"error": "as ordered"}
	} else {
		do := benchRoles()[role]
		if do == nil {
			do = echo
		}
		call.Status, answer = do(b, call, n)
	}
	call.Lost = n <= now.drop
	b.hits[notes] = append(b.hits[notes], &call)
	return *now, &call, answer
}

// pause waits as the program says; it is false if the caller left meanwhile.
func (p benchProg) pause(ctx context.Context) bool {
	delay := p.delay
	if p.hang {
		delay = time.Minute
	}
	if delay == 0 {
		return true
	}
	select {
	case <-time.After(delay):
		return true
	case <-ctx.Done():
		return false
	}
}
