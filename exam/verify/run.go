package verify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

type Status string

const (
	Pass    Status = "pass"
	Fail    Status = "fail"
	Blocked Status = "blocked" // a fixture or an earlier gate failed: says nothing about this check
	Skipped Status = "skipped" // needs something that was not given (--cmd, --repo ...)
	Errored Status = "error"   // the verifier's own fault
	Unsure  Status = "unsure"  // this machine was too busy to measure times; run again
)

// App is the learner's program as far as the verifier may touch it.
type App interface {
	URL() string
	Restart(kill bool) error      // SIGTERM (or SIGKILL) and start again; ErrNoControl without --cmd
	Logs() (text string, ok bool) // what it wrote so far; not ok if that cannot be seen
}

var ErrNoControl = errors.New("the verifier did not start your program (give --cmd)")

type Sent struct {
	Method, URL string
	Host        string      `json:"host,omitempty"`
	Header      http.Header `json:"header,omitempty"`
	Body        string      `json:"body,omitempty"`
}
type Got struct {
	Status int           `json:"status,omitempty"`
	Header http.Header   `json:"header,omitempty"`
	Body   string        `json:"body,omitempty"`
	Time   time.Duration `json:"time_ns"`
	Err    string        `json:"error,omitempty"`
	raw    []byte
	doc    any
	docErr error
}
type Exch struct {
	Line int `json:"line"`
	N    int `json:"n,omitempty"` // how many such requests (parallel/repeat)
	Sent Sent
	Got  Got
}
type Failure struct {
	Line     int    `json:"line"`
	What     string `json:"what"`
	Expected string `json:"expected"`
	Actual   string `json:"actual"`
	Hint     string `json:"hint,omitempty"`
	Exchange *Exch  `json:"exchange,omitempty"`
	Before   []Exch `json:"before,omitempty"`
	timing   bool   // the verdict rests on a measured time
}

// unsure ends a check without a verdict.
type unsure struct{ why string }

func (u *unsure) Error() string { return u.why }

// unsureBecause ends a check without a verdict: this machine cannot tell.
func unsureBecause(format string, args ...any) error {
	return &unsure{fmt.Sprintf(format, args...)}
}

// skipped ends a check that lacks something only the learner can give.
type skipped struct{ why string }

func (s *skipped) Error() string { return s.why }

// skipBecause ends a check as skipped, and says which flag it needs.
func skipBecause(format string, args ...any) error {
	return &skipped{fmt.Sprintf(format, args...)}
}

type notGiven struct{ error }

func (n *notGiven) Unwrap() error { return n.error }

func (f *Failure) Error() string { return f.What + ": expected " + f.Expected + ", got " + f.Actual }

type CheckResult struct {
	ID       string         `json:"id"`
	Stage    int            `json:"stage"`
	Title    string         `json:"title"`
	Level    string         `json:"level"`
	Status   Status         `json:"status"`
	Duration time.Duration  `json:"duration_ns"`
	Requests int            `json:"requests"`
	Note     string         `json:"note,omitempty"`
	Observed map[string]any `json:"observed,omitempty"`
	Failure  *Failure       `json:"failure,omitempty"`
}
type Result struct {
	Schema   int           `json:"schema"`
	Task     string        `json:"task"`
	Version  int           `json:"task_version"`
	Digest   string        `json:"task_sha256"`
	Target   string        `json:"target"`
	Seed     uint64        `json:"seed"`
	Started  time.Time     `json:"started"`
	Duration time.Duration `json:"duration_ns"`
	Checks   []CheckResult `json:"checks"`
	Passed   bool          `json:"passed"`
	Stretch  bool          `json:"stretch_passed"`
}

type Runner struct {
	App                  App
	Bench                *Bench
	Seed                 uint64
	Slow                 float64  // multiplies every timeout (slow machines)
	All                  bool     // keep going after a failed stage
	Only                 []string // run these checks only
	Repo                 string   // the learner's folder, for probes that look at files
	Tests, Break, Seeder string   // commands that the learner typed, for probes that run them
	OnDone               func(CheckResult)
	answers              []Exch // all of the run so far
}

// Ctx is what one check sees.
type Ctx struct {
	R        *Runner
	T        *Task
	C        *Check
	Vars     map[string]any
	Rand     *rand.Rand
	Exch     []Exch
	N        int
	cl       *http.Client
	ctx      context.Context
	fix      string // name of the running fixture
	observed map[string]any
}

// Request is what a check sends.
type Request struct {
	Method, Target string // target: a path of the learner's service, or a whole address
	Header         [][2]string
	Body           string
	Timeout        time.Duration // 5 s if zero
}

// Do sends one request and records it. A request that got no answer has
// Got.Err.
func (x *Ctx) Do(r Request) Exch {
	e := x.send(r)
	x.N++
	x.Exch = append(x.Exch, e)
	x.R.answers = append(x.R.answers, e)
	return e
}

// Answers are all exchanges of the run so far, those of earlier checks and each
// of a parallel or repeated request included: for probes that judge the whole.
func (x *Ctx) Answers() []Exch { return x.R.answers }

// Now is the time, as far as verdicts may rest on it.
func (x *Ctx) Now() time.Time { return time.Now() }

// Program tells a role of the bench how to behave, and forgets its calls.
func (x *Ctx) Program(role string, settings map[string]string) error {
	return x.R.Bench.Program(role, settings)
}

// Hits returns the calls that a role of the bench got since it was programmed:
// those for one path, or all if path is empty.
func (x *Ctx) Hits(role, path string) ([]BenchHit, error) {
	return Observe(x, "bench "+role, func() ([]BenchHit, error) { return x.R.Bench.Hits(role, path), nil })
}

// Note keeps a figure that the report shows, such as a median.
func (x *Ctx) Note(name string, value any) {
	if x.observed == nil {
		x.observed = map[string]any{}
	}
	x.observed[name] = value
}

// last is the last exchange, or nil.
func (x *Ctx) last() *Exch {
	if len(x.Exch) == 0 {
		return nil
	}
	return &x.Exch[len(x.Exch)-1]
}

// Observe looks at something of the world that is no answer to a request: the
// calls at the bench, a file, the output of a program. What gather returns must
// survive encoding as JSON and should be small (facts, not files): it goes into
// the transcript, and a verdict may rest on nothing else. An error made by
// skipBecause or unsureBecause, or a Failure, ends the check as it says.
func Observe[T any](_ *Ctx, _ string, gather func() (T, error)) (T, error) {
	return gather()
}

// Lookup returns what path finds in the JSON of the answer ($.items[*].id), and
// whether the path may find several. An answer that is no JSON holds nothing.
func (g *Got) Lookup(path string) (found []any, many bool, err error) {
	return lookup(g.doc, path)
}

func (r *Runner) Run(t *Task, digest string) *Result {
	res := &Result{Schema: 1, Task: t.ID, Version: t.Version, Digest: digest, Target: r.App.URL(), Seed: r.Seed, Started: time.Now().UTC(), Passed: true, Stretch: true}
	if r.Slow == 0 {
		r.Slow = 1
	}
	r.answers = nil
	stopped := ""
	state := map[string]Status{}
	for si, st := range t.Stages {
		failedMust := false
		for _, c := range st.Checks {
			if len(r.Only) > 0 && !slices.Contains(r.Only, c.ID) {
				continue
			}
			var cr CheckResult
			if stopped != "" && !r.All && len(r.Only) == 0 {
				cr = CheckResult{ID: c.ID, Title: c.Title, Level: c.Level, Status: Blocked, Note: "not run: " + stopped}
			} else {
				for _, a := range c.After {
					if st, ran := state[a]; ran && st != Pass && cr.ID == "" {
						cr = CheckResult{ID: c.ID, Title: c.Title, Level: c.Level, Status: Blocked, Note: "not run: " + a + " comes first"}
					}
				}
				if cr.ID == "" {
					cr = r.runCheck(t, c)
				}
			}
			state[c.ID] = cr.Status
			cr.Stage = si + 1
			res.Checks = append(res.Checks, cr)
			if cr.Status != Pass {
				if c.Level == "must" {
					res.Passed = false
					failedMust = failedMust || cr.Status == Fail
				}
				if c.Level == "stretch" {
					res.Stretch = false
				}
			}
			if r.OnDone != nil {
				r.OnDone(cr)
			}
		}
		if failedMust && stopped == "" {
			stopped = fmt.Sprintf("stage %d has failing checks", si+1)
		}
	}
	res.Duration = time.Since(res.Started)
	return res
}

func (r *Runner) runCheck(t *Task, c *Check) (cr CheckResult) {
	cr = CheckResult{ID: c.ID, Title: c.Title, Level: c.Level, Status: Pass}
	start := time.Now()
	h := sha256.Sum256([]byte(fmt.Sprintf("%d/%s/%s", r.Seed, t.ID, c.ID)))
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(float64(c.Timeout)*r.Slow))
	defer cancel()
	tr := &http.Transport{MaxIdleConnsPerHost: 512, MaxConnsPerHost: 0, DisableCompression: true, Proxy: nil}
	defer tr.CloseIdleConnections()
	x := &Ctx{R: r, T: t, C: c, Vars: map[string]any{}, ctx: ctx,
		Rand: rand.New(rand.NewChaCha8(h)),
		cl:   &http.Client{Transport: tr, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	defer func() {
		if p := recover(); p != nil {
			cr.Status, cr.Note = Errored, fmt.Sprint(p)
		}
		cr.Duration, cr.Requests, cr.Observed = time.Since(start), x.N, x.observed
	}()
	now := time.Now().UTC()
	if left := now.Truncate(24 * time.Hour).Add(24 * time.Hour).Sub(now); left < 15*time.Second && strings.Contains(c.Source, "{{today}}") {
		time.Sleep(left + time.Second) // do not straddle midnight UTC
	}
	x.Vars["today"] = time.Now().UTC().Format("2006-01-02")
	for _, n := range c.Needs {
		switch n {
		case "cmd":
			if err := r.App.Restart(false); errors.Is(err, ErrNoControl) {
				cr.Status, cr.Note = Skipped, "needs --cmd: the verifier must start and stop your program itself"
				return cr
			} else if err != nil {
				cr.Status, cr.Failure = Fail, &Failure{Line: c.Line, What: "start your program", Expected: "it starts and answers", Actual: err.Error(), Hint: c.Hint}
				return cr
			}
		case "bench":
			if r.Bench == nil || r.Bench.Addr == "" {
				cr.Status, cr.Note = Skipped, "needs the verifier's upstream (--bench)"
				return cr
			}
		case "repo", "tests", "break", "seed":
			if given := map[string]string{"repo": r.Repo, "tests": r.Tests, "break": r.Break, "seed": r.Seeder}[n]; given == "" {
				cr.Status, cr.Note = Skipped, "needs -"+map[string]string{"repo": "repo DIR", "tests": "tests COMMAND", "break": "break COMMAND", "seed": "seed-cmd COMMAND"}[n]
				return cr
			}
		}
	}
	if r.Bench != nil {
		r.Bench.Reset()
	}
	stopNoise := x.watchNoise()
	err := x.steps(c.Steps)
	late := stopNoise()
	if err != nil {
		var u *unsure
		if errors.As(err, &u) {
			cr.Status, cr.Note = Unsure, u.why
			return cr
		}
		var sk *skipped
		if errors.As(err, &sk) {
			cr.Status, cr.Note = Skipped, sk.why
			return cr
		}
		var f *Failure
		if !errors.As(err, &f) {
			f = &Failure{Line: c.Line, What: c.Title, Expected: "no error", Actual: err.Error()}
		}
		if ctx.Err() != nil {
			f.Actual += fmt.Sprintf(" (the check's limit of %v was reached)", c.Timeout)
		}
		if f.Hint == "" {
			f.Hint = c.Hint
		}
		cr.Status, cr.Failure = Fail, f
		if (f.timing || c.Timing) && late > 50*time.Millisecond {
			cr.Status, cr.Note = Unsure, fmt.Sprintf("this machine was busy (a sleep came back %v late), so the time says nothing; run again", late.Round(time.Millisecond))
		}
		var ng *notGiven
		if errors.As(err, &ng) {
			cr.Status, cr.Note = Blocked, "could not test: a precondition was not met"
		}
		if x.fix != "" {
			cr.Status, cr.Note = Blocked, "could not prepare: "+x.fix
		}
	}
	return cr
}

func (x *Ctx) steps(steps []Step) error {
	for _, s := range steps {
		if err := x.ctx.Err(); err != nil {
			return err
		}
		switch s := s.(type) {
		case *Let:
			v, err := x.gen(s)
			if err != nil {
				return fmt.Errorf("line %d: %w", s.Line, err)
			}
			x.Vars[s.Name] = v
		case *Use:
			old, outer := x.Vars, x.fix
			x.Vars, x.fix = map[string]any{"today": old["today"]}, s.Fixture
			err := x.steps(x.T.Fixtures[s.Fixture].Steps)
			inner := x.Vars
			x.Vars = old
			if err != nil {
				return err
			}
			x.fix = outer
			for k, v := range inner {
				x.Vars[s.Prefix+k] = v
			}
		case *Wait:
			if err := x.Sleep(s.D); err != nil {
				return err
			}
		case *Control:
			if err := x.R.App.Restart(s.Verb == "kill"); err != nil {
				return &Failure{Line: s.Line, What: "restart your program", Expected: "it stops and answers again", Actual: err.Error()}
			}
			x.cl.CloseIdleConnections()
		case *Call:
			args := map[string]string{}
			for k, v := range s.Args {
				args[k] = x.subst(v, "")
			}
			var err error
			if s.Kind == "bench" {
				err = x.R.Bench.Program(s.Name, args)
			} else {
				err = probes()[s.Name].run(x, args)
			}
			if err != nil {
				var f *Failure
				if errors.As(err, &f) {
					f.Line = s.Line
					if f.Hint == "" {
						f.Hint = s.Hint
					}
					return f
				}
				return fmt.Errorf("line %d: %w", s.Line, err)
			}
		case *Exchange:
			if err := x.exchange(s); err != nil {
				if s.Given {
					return &notGiven{err}
				}
				return err
			}
		}
	}
	return nil
}

// watchNoise notes how late this machine wakes a sleeper while a check runs.
func (x *Ctx) watchNoise() func() time.Duration {
	stop, out := make(chan struct{}), make(chan time.Duration)
	go func() {
		var worst time.Duration
		for {
			t := time.Now()
			select {
			case <-stop:
				out <- worst
				return
			case <-time.After(10 * time.Millisecond):
				worst = max(worst, time.Since(t)-10*time.Millisecond)
			}
		}
	}()
	return func() time.Duration { close(stop); return <-out }
}

func (x *Ctx) Sleep(d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-x.ctx.Done():
		return x.ctx.Err()
	}
}

var words = strings.Fields("amber birch cedar delta ember fjord grove heron iris jade kelp lotus maple north olive pearl quartz river slate tulip umber violet willow xenon yarrow zinc")

func (x *Ctx) gen(l *Let) (any, error) {
	id := func(n int) string {
		const a = "abcdefghijkmnpqrstuvwxyz23456789"
		b := make([]byte, n)
		for i := range b {
			b[i] = a[x.Rand.IntN(len(a))]
		}
		return string(b)
	}
	switch l.Gen {
	case "word":
		return words[x.Rand.IntN(len(words))] + "-" + id(6), nil
	case "email":
		return words[x.Rand.IntN(len(words))] + "." + id(8) + "@example.test", nil
	case "url":
		return "https://" + words[x.Rand.IntN(len(words))] + ".example.test/" + id(6) + "?q=" + id(4) + "&x=%20a#top", nil
	case "uuid":
		b := make([]byte, 16)
		for i := range b {
			b[i] = byte(x.Rand.Uint32())
		}
		b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
		return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), nil
	case "int":
		if len(l.Args) != 2 {
			return nil, errors.New("int LOW HIGH")
		}
		lo, _ := strconv.Atoi(l.Args[0])
		hi, _ := strconv.Atoi(l.Args[1])
		if hi < lo {
			return nil, errors.New("int LOW HIGH")
		}
		return float64(lo + x.Rand.IntN(hi-lo+1)), nil
	case "text":
		if len(l.Args) != 1 && len(l.Args) != 2 {
			return nil, errors.New("text LENGTH [CHARACTER]")
		}
		n, _ := strconv.Atoi(l.Args[0])
		return strings.Repeat(append(l.Args[1:], "x")[0], n), nil
	case "time": // now plus a duration, which may be negative
		if len(l.Args) != 1 {
			return nil, errors.New("time DURATION")
		}
		d, err := time.ParseDuration(l.Args[0])
		if err != nil {
			return nil, err
		}
		now, err := Observe(x, "clock", func() (time.Time, error) { return time.Now().UTC(), nil })
		return now.Add(d).Format(time.RFC3339), err
	case "list": // of texts, to be taken one by one as {{name[i]}}
		list := make([]any, len(l.Args))
		for i, a := range l.Args {
			list[i] = x.subst(a, "")
		}
		return list, nil
	case "fill": // a text with values in it
		return x.subst(strings.Join(l.Args, " "), ""), nil
	case "upper":
		return strings.ToUpper(x.subst(strings.Join(l.Args, " "), "")), nil
	}
	return nil, fmt.Errorf("no generator %q", l.Gen)
}

var reVar = regexp.MustCompile(`\{\{([a-zA-Z0-9_.]+)(?:\[(i|round)\])?(\|url|\|json)?\}\}`)

func show(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	b, _ := json.Marshal(v)
	return string(b)
}

// subst puts values into text; in mode "json" strings are escaped for use inside quotes,
// and {{i}} is the number of the parallel or repeated request.
func (x *Ctx) subst(s, mode string) string { return substVars(s, mode, x.Vars, nil) }

func substVars(s, mode string, vars map[string]any, extra map[string]any) string {
	return reVar.ReplaceAllStringFunc(s, func(m string) string {
		g := reVar.FindStringSubmatch(m)
		v, ok := extra[g[1]]
		if !ok {
			v, ok = vars[g[1]]
		}
		if !ok {
			panic("no value " + g[1])
		}
		if g[2] != "" {
			v = element(v, g[1], extra[g[2]])
		}
		t := show(v)
		switch g[3] {
		case "|url":
			return url.QueryEscape(t)
		case "|json":
			b, _ := json.Marshal(v)
			return string(b)
		}
		if str, isStr := v.(string); isStr && mode == "json" {
			b, _ := json.Marshal(str)
			return string(b[1 : len(b)-1])
		}
		return t
	})
}

// element returns element number at of a list; behind its end the list begins again.
func element(list any, name string, at any) any {
	l, isList := list.([]any)
	n, isNumber := at.(float64)
	if !isList || len(l) == 0 || !isNumber {
		panic("no list " + name + ", or no repeated request to take its elements for")
	}
	return l[int(n)%len(l)]
}

// send sends one request.
func (x *Ctx) send(r Request) Exch {
	if r.Timeout == 0 {
		r.Timeout = 5 * time.Second
	}
	ctx, cancel := context.WithTimeout(x.ctx, time.Duration(float64(r.Timeout)*x.R.Slow))
	defer cancel()
	u := r.Target
	if strings.HasPrefix(u, "/") {
		u = strings.TrimRight(x.R.App.URL(), "/") + u
	}
	e := Exch{N: 1, Sent: Sent{Method: r.Method, URL: u, Body: r.Body, Header: http.Header{}}}
	req, err := http.NewRequestWithContext(ctx, r.Method, u, strings.NewReader(r.Body))
	if err != nil {
		e.Got.Err = err.Error()
		return e
	}
	for _, h := range r.Header {
		if strings.EqualFold(h[0], "Host") {
			req.Host, e.Sent.Host = h[1], h[1]
			continue
		}
		req.Header.Add(h[0], h[1])
	}
	if r.Body != "" && req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("User-Agent", "groundwork-verify/1")
	e.Sent.Header = req.Header.Clone()
	start := time.Now()
	resp, err := x.cl.Do(req)
	if err != nil {
		e.Got = Got{Err: explain(err, x.R.App.URL()), Time: time.Since(start)}
		return e
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	e.Got = Got{Status: resp.StatusCode, Header: resp.Header, Time: time.Since(start), raw: b}
	if err != nil {
		e.Got.Err = explain(err, x.R.App.URL())
	}
	e.Got.Body = string(b[:min(len(b), 4096)])
	if len(b) > 0 {
		e.Got.docErr = json.Unmarshal(b, &e.Got.doc)
	} else {
		e.Got.docErr = errors.New("the body is empty")
	}
	return e
}

func explain(err error, base string) string {
	var ne net.Error
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused: nothing listens at " + base + ". Is your service running, on that port?"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed before a whole response came: a crash or panic in the handler often looks like this; see your program's output"
	case errors.As(err, &ne) && ne.Timeout():
		return "no response in time"
	}
	return err.Error()
}

func (x *Ctx) exchange(e *Exchange) error {
	deadline := time.Now().Add(time.Duration(float64(e.Retry) * x.R.Slow))
	for try := 0; ; try++ {
		err := x.once(e)
		if err == nil || e.Retry == 0 || time.Now().After(deadline) {
			var f *Failure
			if err != nil && e.Retry > 0 && errors.As(err, &f) {
				f.Actual += fmt.Sprintf(" (asked %d times over %v)", try+1, e.Retry)
			}
			return err
		}
		if err := x.Sleep(50 * time.Millisecond); err != nil {
			return err
		}
	}
}

type pair struct {
	s Sent
	g Got
}

func (x *Ctx) once(e *Exchange) error {
	rounds := max(1, e.Rounds)
	var v *volley
	if e.Parallel > 1 {
		v, _ = x.newVolley(e.Parallel) // nil for https: then the ordinary client
		if v != nil {
			defer v.close()
		}
	}
	seen := map[string]map[string]bool{} // unique: path -> values
	collected := map[string][]any{}
	for round := range rounds {
		if err := x.ctx.Err(); err != nil {
			return err
		}
		if err := x.round(e, v, round, seen, collected); err != nil {
			return err
		}
	}
	for k, l := range collected {
		x.Vars[k] = l
	}
	return nil
}

func (x *Ctx) round(e *Exchange, v *volley, round int, seen map[string]map[string]bool, collected map[string][]any) error {
	n := max(1, e.Parallel, e.Repeat)
	out := make([]pair, n)
	extra := func(i int) map[string]any {
		return map[string]any{"i": float64(round*n + i), "round": float64(round)}
	}
	target := func(i int) string { return substVars(e.Target, "", x.Vars, extra(i)) }
	body := func(i int) string { return substVars(e.Body, "json", x.Vars, extra(i)) }
	header := func(i int) (hdr [][2]string) {
		for _, h := range e.Headers {
			hdr = append(hdr, [2]string{h[0], substVars(h[1], "", x.Vars, extra(i))})
		}
		return hdr
	}
	one := func(i int) {
		got := x.send(Request{e.Method, target(i), header(i), body(i), e.Timeout})
		out[i] = pair{got.Sent, got.Got}
	}
	switch {
	case v != nil:
		s, g := v.fire(x, e.Method, target, header, body, e.Timeout)
		for i := range out {
			out[i] = pair{s[i], g[i]}
		}
	case e.Parallel > 1:
		var ready, done sync.WaitGroup
		gate := make(chan struct{})
		for i := range n {
			ready.Add(1)
			done.Add(1)
			go func() {
				defer done.Done()
				ready.Done()
				<-gate
				one(i)
			}()
		}
		ready.Wait()
		close(gate)
		done.Wait()
	default:
		for i := range n {
			one(i)
		}
	}
	x.N += n
	x.Exch = append(x.Exch, Exch{Line: e.Line, N: n, Sent: out[0].s, Got: out[0].g})
	for _, one := range out {
		x.R.answers = append(x.R.answers, Exch{Line: e.Line, N: 1, Sent: one.s, Got: one.g})
	}
	fail := func(i int, what, want, got, hint string) error {
		ex := Exch{Line: e.Line, N: n, Sent: out[i].s, Got: out[i].g}
		f := &Failure{Line: e.Line, What: what, Expected: want, Actual: got, Hint: hint, Exchange: &ex}
		if k := len(x.Exch) - 1; k > 0 {
			f.Before = append(f.Before, x.Exch[max(0, k-5):k]...)
		}
		if e.Rounds > 1 {
			f.Actual += fmt.Sprintf(" (round %d of %d, %d at once)", round+1, e.Rounds, n)
		}
		return f
	}
	codes := make([]int, n)
	for i := range out {
		codes[i] = out[i].g.Status
	}
	for i := range out {
		if out[i].g.Err != "" {
			err := fail(i, e.Method+" "+e.Target, "a response", out[i].g.Err, e.WantHint)
			err.(*Failure).timing = out[i].g.Err == "no response in time"
			return err
		}
		if !statusMatches(e.Want, out[i].g.Status) {
			got := strconv.Itoa(out[i].g.Status)
			if n > 1 {
				got += fmt.Sprintf(" (%d answers: %s)", n, tallyAll(codes))
			}
			return fail(i, "status of "+e.Method+" "+e.Target, e.Want, got, e.WantHint)
		}
	}
	for _, a := range e.Asserts {
		switch a.Subject {
		case "tally":
			want := substVars(a.Value, "", x.Vars, extra(0))
			c := 0
			for _, s := range codes {
				if statusMatches(a.Arg, s) {
					c++
				}
			}
			if ok, err := compare(float64(c), a.Pred, want); err != nil || !ok {
				return fail(0, fmt.Sprintf("number of %s among %d answers", a.Arg, n), a.Pred+" "+want, fmt.Sprintf("%d (%s)", c, tallyAll(codes)), a.Hint)
			}
			continue
		case "unique":
			if seen[a.Arg] == nil {
				seen[a.Arg] = map[string]bool{}
			}
			for i := range out {
				vs, _, err := lookup(out[i].g.doc, a.Arg)
				if err != nil {
					return err
				}
				if len(vs) == 0 {
					return fail(i, "json "+a.Arg, "present in every answer", "nothing there", a.Hint)
				}
				for _, val := range vs {
					if seen[a.Arg][show(val)] {
						return fail(i, "json "+a.Arg, "another value in every answer", show(val)+" came twice", a.Hint)
					}
					seen[a.Arg][show(val)] = true
				}
			}
			continue
		}
		for i := range out {
			a := a
			a.Arg = substVars(a.Arg, "", x.Vars, extra(i))
			if what, exp, act, ok := evalAssert(a, substVars(a.Value, "", x.Vars, extra(i)), &out[i].g); !ok {
				err := fail(i, what, exp, act, a.Hint)
				err.(*Failure).timing = a.Subject == "time"
				return err
			}
		}
	}
	for _, sv := range e.Saves {
		for i := range out {
			g := &out[i].g
			var val any
			switch sv.Subject {
			case "json":
				vs, many, err := lookup(g.doc, sv.Arg)
				if err != nil {
					return err
				}
				if many {
					val = vs
				} else if len(vs) == 0 {
					return fail(i, "json "+sv.Arg, "a value (used later as "+sv.Name+")", "nothing there", "")
				} else {
					val = vs[0]
				}
			case "header":
				h := g.Header.Get(sv.Arg)
				val = h
				if sv.Re != "" {
					m := regexp.MustCompile(sv.Re).FindStringSubmatch(h)
					if m == nil {
						return fail(i, "header "+sv.Arg, "something like /"+sv.Re+"/", strconv.Quote(h), "")
					}
					val = m[len(m)-1]
				}
			case "status":
				val = float64(g.Status)
			}
			if sv.All {
				collected[sv.Name] = append(collected[sv.Name], val)
			} else if i == 0 {
				x.Vars[sv.Name] = val
			}
		}
	}
	return nil
}

func tallyAll(codes []int) string {
	m := map[int]int{}
	for _, c := range codes {
		m[c]++
	}
	var ks []int
	for k := range m {
		ks = append(ks, k)
	}
	sort.Ints(ks)
	var p []string
	for _, k := range ks {
		p = append(p, fmt.Sprintf("%d × %d", m[k], k))
	}
	return strings.Join(p, ", ")
}

func evalAssert(a Assert, want string, g *Got) (what, exp, act string, ok bool) {
	bad := func(w, e, ac string) (string, string, string, bool) { return w, e, ac, false }
	pred := a.Pred + " " + want
	switch a.Subject {
	case "status":
		ok, err := compare(float64(g.Status), a.Pred, want)
		if err != nil || !ok {
			return bad("status", pred, strconv.Itoa(g.Status))
		}
	case "time":
		d, err := time.ParseDuration(want)
		if err != nil {
			return bad("time", pred, "bad duration in the check")
		}
		if ok, _ := compare(float64(g.Time), a.Pred, strconv.FormatInt(int64(d), 10)); !ok {
			return bad("time of the response", pred, g.Time.Round(time.Millisecond).String())
		}
	case "body":
		switch a.Pred {
		case "empty":
			if len(g.raw) != 0 {
				return bad("body", "empty", fmt.Sprintf("%d bytes", len(g.raw)))
			}
		case "length":
			if n, _ := strconv.Atoi(want); n != len(g.raw) {
				return bad("body", pred, strconv.Itoa(len(g.raw)))
			}
		default:
			if ok, _ := compareText(string(g.raw), a.Pred, want); !ok {
				return bad("body", pred, strconv.Quote(clip(string(g.raw), 120)))
			}
		}
	case "header":
		vs := g.Header.Values(a.Arg)
		v := strings.Join(vs, ", ")
		switch a.Pred {
		case "exists":
			if len(vs) == 0 {
				return bad("header "+a.Arg, "present", "no such header")
			}
		case "absent":
			if len(vs) != 0 {
				return bad("header "+a.Arg, "absent", strconv.Quote(v))
			}
		default:
			if len(vs) == 0 {
				return bad("header "+a.Arg, pred, "no such header")
			}
			if ok, _ := compareText(v, a.Pred, strings.Trim(want, `"`)); !ok {
				return bad("header "+a.Arg, pred, strconv.Quote(v))
			}
		}
	case "problem":
		ct := g.Header.Get("Content-Type")
		if !strings.HasPrefix(strings.ToLower(ct), "application/problem+json") {
			return bad("header Content-Type", "application/problem+json", strconv.Quote(ct))
		}
		m, isObj := g.doc.(map[string]any)
		if !isObj {
			return bad("body", "a JSON object (RFC 9457)", clip(string(g.raw), 120))
		}
		if s, _ := m["title"].(string); strings.TrimSpace(s) == "" {
			return bad("json $.title", "a short text", show(m["title"]))
		}
		if s, _ := m["status"].(float64); int(s) != g.Status {
			return bad("json $.status", "the HTTP status "+strconv.Itoa(g.Status), show(m["status"]))
		}
		if a.Arg != "" {
			vs, _, _ := lookup(g.doc, "$.errors[*].field")
			for _, v := range vs {
				if show(v) == a.Arg {
					return "", "", "", true
				}
			}
			return bad("json $.errors[*].field", "contains "+strconv.Quote(a.Arg), show(vs))
		}
	case "json":
		if g.docErr != nil {
			return bad("body", "JSON", g.docErr.Error()+": "+strconv.Quote(clip(string(g.raw), 120)))
		}
		vs, many, err := lookup(g.doc, a.Arg)
		if err != nil {
			return bad("json "+a.Arg, pred, err.Error())
		}
		var v any
		if many {
			if vs == nil {
				vs = []any{}
			}
			v = vs
		} else if len(vs) > 0 {
			v = vs[0]
		}
		name := "json " + a.Arg
		got := clip(show(v), 160)
		if !many && len(vs) == 0 {
			got = "nothing there"
		}
		switch a.Pred {
		case "exists":
			if len(vs) == 0 {
				return bad(name, "present", got)
			}
		case "absent":
			if len(vs) != 0 {
				return bad(name, "absent", got)
			}
		case "is":
			if !isType(v, len(vs) > 0 || many, want) {
				return bad(name, "is "+want, got)
			}
		case "near":
			d, _ := time.ParseDuration(want)
			s, _ := v.(string)
			ts, err := time.Parse(time.RFC3339Nano, s)
			if err != nil {
				return bad(name, "an RFC 3339 time", got)
			}
			if diff := time.Since(ts); diff > d || diff < -d {
				return bad(name, "within "+want+" of now ("+time.Now().UTC().Format(time.RFC3339)+")", got+fmt.Sprintf(" (%v away)", diff.Round(time.Second)))
			}
		case "unique":
			set := map[string]bool{}
			for _, e := range vs {
				if set[show(e)] {
					return bad(name, "no value twice", show(e)+" comes twice")
				}
				set[show(e)] = true
			}
		case "length":
			l, isList := v.([]any)
			n, _ := strconv.Atoi(want)
			if !isList || len(l) != n {
				return bad(name, "a list of "+want, got)
			}
		case "==", "!=":
			if len(vs) == 0 && !many {
				return bad(name, pred, got)
			}
			var w any
			if err := json.Unmarshal([]byte(want), &w); err != nil {
				w = want
			}
			if many && len(vs) == 1 {
				if _, isList := w.([]any); !isList {
					v = vs[0]
				}
			}
			if reflect.DeepEqual(v, w) != (a.Pred == "==") {
				return bad(name, pred, got)
			}
		case "contains", "lacks":
			var w any
			if err := json.Unmarshal([]byte(want), &w); err != nil {
				w = want
			}
			has := false
			switch l := v.(type) {
			case []any:
				for _, e := range l {
					has = has || reflect.DeepEqual(e, w)
				}
			case string:
				has = strings.Contains(l, show(w))
			}
			if has != (a.Pred == "contains") {
				return bad(name, pred, got)
			}
		case "matches":
			s, isStr := v.(string)
			if !isStr || !regexp.MustCompile(strings.Trim(want, "/")).MatchString(s) {
				return bad(name, pred, got)
			}
		default:
			if many && len(vs) == 1 {
				v = vs[0]
			}
			n, isNum := v.(float64)
			if !isNum {
				return bad(name, pred, got)
			}
			if ok, err := compare(n, a.Pred, want); err != nil || !ok {
				return bad(name, pred, got)
			}
		}
	}
	return "", "", "", true
}

func isType(v any, present bool, t string) bool {
	if !present {
		return false
	}
	switch t {
	case "string":
		_, ok := v.(string)
		return ok
	case "text": // a string with something in it
		s, ok := v.(string)
		return ok && strings.TrimSpace(s) != ""
	case "number":
		_, ok := v.(float64)
		return ok
	case "integer":
		f, ok := v.(float64)
		return ok && f == float64(int64(f))
	case "bool":
		_, ok := v.(bool)
		return ok
	case "array":
		_, ok := v.([]any)
		return ok
	case "object":
		_, ok := v.(map[string]any)
		return ok
	case "null":
		return v == nil
	case "id": // an opaque id: a number or a text
		s, ok := v.(string)
		_, num := v.(float64)
		return num || ok && s != ""
	case "utc": // RFC 3339 in UTC
		s, ok := v.(string)
		if !ok {
			return false
		}
		ts, err := time.Parse(time.RFC3339Nano, s)
		_, off := ts.Zone()
		return err == nil && off == 0
	case "url":
		s, ok := v.(string)
		u, err := url.Parse(s)
		return ok && err == nil && u.Host != ""
	}
	return false
}

func compare(a float64, pred, want string) (bool, error) {
	b, err := strconv.ParseFloat(want, 64)
	if err != nil {
		return false, err
	}
	switch pred {
	case "==":
		return a == b, nil
	case "!=":
		return a != b, nil
	case "<":
		return a < b, nil
	case "<=":
		return a <= b, nil
	case ">":
		return a > b, nil
	case ">=":
		return a >= b, nil
	}
	return false, fmt.Errorf("predicate %s", pred)
}
func compareText(a, pred, want string) (bool, error) {
	switch pred {
	case "==":
		return a == want, nil
	case "!=":
		return a != want, nil
	case "contains":
		return strings.Contains(strings.ToLower(a), strings.ToLower(want)), nil
	case "lacks":
		return !strings.Contains(strings.ToLower(a), strings.ToLower(want)), nil
	case "matches":
		return regexp.MustCompile(strings.Trim(want, "/")).MatchString(a), nil
	}
	return false, fmt.Errorf("predicate %s", pred)
}
func clip(s string, n int) string {
	if len(s) > n {
		return s[:n] + "…"
	}
	return s
}

func Digest(b []byte) string { h := sha256.Sum256(b); return hex.EncodeToString(h[:]) }
