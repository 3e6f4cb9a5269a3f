package verify

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Bench is the verifier's own upstream: it counts, delays, fails on order and notes when each call came.
// http://ADDR/{name}/... is target {name}; the learner's program is told the address by an environment variable.
//
//	bench NAME fail=3 status=503     the next 3 calls (per path) fail, then all is well
//	bench NAME status=500            every call fails
//	bench NAME delay=120ms           every call takes that long
//	bench NAME hang=1                never answers (until the caller gives up)
//	bench NAME clear=1               forget the notes, answer normally
type Bench struct {
	Addr string
	mu   sync.Mutex
	prog map[string]*benchProg
	hits map[string][]BenchHit
	l    net.Listener
}
type benchProg struct {
	fail, status int
	delay        time.Duration
	hang         bool
	perPath      map[string]int
}
type BenchHit struct {
	At     time.Time
	Path   string
	Status int
	Gone   bool // the caller gave up before the answer
	Body   string
}

func (b *Bench) Start(addr string) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	b.l, b.Addr = l, "http://"+l.Addr().String()
	go http.Serve(l, b)
	return nil
}
func (b *Bench) Close() { b.l.Close() }
func (b *Bench) Reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.prog, b.hits = map[string]*benchProg{}, map[string][]BenchHit{}
}

func (b *Bench) Program(name string, a map[string]string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := &benchProg{perPath: map[string]int{}}
	for k, v := range a {
		var err error
		switch k {
		case "fail":
			p.fail, err = strconv.Atoi(v)
		case "status":
			p.status, err = strconv.Atoi(v)
		case "delay":
			p.delay, err = time.ParseDuration(v)
		case "hang":
			p.hang = true
		case "clear":
		default:
			err = fmt.Errorf("bench: no setting %q", k)
		}
		if err != nil {
			return err
		}
	}
	if p.fail > 0 && p.status == 0 {
		p.status = 503
	}
	b.prog[name] = p
	b.hits[name] = nil
	return nil
}

func (b *Bench) Hits(name, path string) (out []BenchHit) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, h := range b.hits[name] {
		if path == "" || h.Path == path {
			out = append(out, h)
		}
	}
	return out
}

func (b *Bench) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	at := time.Now()
	name, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	path = "/" + path
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<16))
	b.mu.Lock()
	p := b.prog[name]
	if p == nil {
		p = &benchProg{perPath: map[string]int{}}
	}
	p.perPath[path]++
	n := p.perPath[path]
	status := 200
	if p.status != 0 && (p.fail == 0 || n <= p.fail) {
		status = p.status
	}
	i := len(b.hits[name])
	b.hits[name] = append(b.hits[name], BenchHit{At: at, Path: path, Status: status, Body: string(body)})
	hang, delay := p.hang, p.delay
	b.mu.Unlock()
	if hang {
		delay = time.Minute
	}
	if delay > 0 {
		select {
		case <-time.After(delay):
		case <-r.Context().Done():
			b.mu.Lock()
			if i < len(b.hits[name]) {
				b.hits[name][i].Gone = true
			}
			b.mu.Unlock()
			return
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]any{"path": path, "value": "v" + strconv.Itoa(n), "n": n})
}

func init() {
	// calls: how often the upstream was called.  calls of=NAME [path=/x] op=== n=3 | max=3 | min=1
	Register("calls", func(x *Ctx, a map[string]string) error {
		n := len(x.R.Bench.Hits(a["of"], a["path"]))
		for _, c := range []struct{ k, op string }{{"n", "=="}, {"max", "<="}, {"min", ">="}} {
			if v := a[c.k]; v != "" {
				if ok, err := compare(float64(n), c.op, v); err != nil || !ok {
					return &Failure{What: "calls that reached the verifier's upstream", Expected: c.op + " " + v, Actual: strconv.Itoa(n), Exchange: lastExch(x)}
				}
			}
		}
		return nil
	})
	// gone: the caller closed its request to the hanging upstream
	Register("gone", func(x *Ctx, a map[string]string) error {
		for i := 0; ; i++ {
			hs := x.R.Bench.Hits(a["of"], "")
			gone := 0
			for _, h := range hs {
				if h.Gone {
					gone++
				}
			}
			if len(hs) > 0 && gone == len(hs) {
				return nil
			}
			if i > 20 {
				return &Failure{What: "requests to the hanging upstream that your service gave up", Expected: fmt.Sprintf("all %d", len(hs)), Actual: strconv.Itoa(gone), Exchange: lastExch(x)}
			}
			if err := x.Sleep(50 * time.Millisecond); err != nil {
				return err
			}
		}
	})
	// jitter: N times: one failure, then success; the pauses before the second attempt must differ.
	// A busy machine only ever makes a pause longer, so the lower quarter is what tells chance from noise:
	// (quarter - least) / median. A sleep of the verifier's own, at the same time, tells how busy it is.
	Register("jitter", func(x *Ctx, a map[string]string) error {
		n, _ := strconv.Atoi(a["times"])
		least, _ := strconv.ParseFloat(a["spread"], 64)
		var gaps, own []float64
		for range n {
			x.R.Bench.Program(a["of"], map[string]string{"fail": "1"})
			slept := make(chan float64, 1)
			go func() {
				t := time.Now()
				time.Sleep(100 * time.Millisecond)
				slept <- float64(time.Since(t).Microseconds()) / 1000
			}()
			s, g := x.Do("GET", a["path"], nil, "", 0)
			x.N++
			own = append(own, <-slept)
			hs := x.R.Bench.Hits(a["of"], "")
			if g.Err != "" || len(hs) < 2 {
				return &Failure{What: "a second attempt after one failure", Expected: "2 calls upstream", Actual: fmt.Sprintf("%d calls, answer %d %s", len(hs), g.Status, g.Err), Exchange: &Exch{Sent: s, Got: g, N: 1}}
			}
			gaps = append(gaps, float64(hs[1].At.Sub(hs[0].At).Microseconds())/1000)
		}
		spread := func(v []float64) float64 { sort.Float64s(v); return (v[n/4] - v[0]) / v[n/2] }
		d, noise := spread(gaps), spread(own)
		x.Vars["jitter_spread"], x.Vars["jitter_noise"] = d, noise
		switch {
		case noise > 0.05:
			return &unsure{fmt.Sprintf("this machine is too busy to measure pauses (its own sleeps vary by %.0f %%); run again", noise*100)}
		case d < least:
			return &Failure{What: fmt.Sprintf("pauses before the second attempt (%d times)", n), Expected: "pauses that differ", Actual: fmt.Sprintf("the shortest quarter lies between %.0f and %.0f ms, the median is %.0f ms", gaps[0], gaps[n/4], gaps[n/2])}
		}
		return nil
	})
	// pauses: at least so long before the second and the third call (a floor: a busy machine cannot break it)
	Register("pauses", func(x *Ctx, a map[string]string) error {
		hs := x.R.Bench.Hits(a["of"], "")
		for i, k := range []string{"first", "second"} {
			want, err := time.ParseDuration(a[k])
			if err != nil {
				return err
			}
			if len(hs) < i+2 {
				return &Failure{What: "calls that reached the verifier's upstream", Expected: strconv.Itoa(i + 2), Actual: strconv.Itoa(len(hs)), Exchange: lastExch(x)}
			}
			if got := hs[i+1].At.Sub(hs[i].At); got < want {
				return &Failure{What: "the " + k + " pause between attempts", Expected: "at least " + want.String(), Actual: got.Round(time.Millisecond).String(), Exchange: lastExch(x)}
			}
		}
		return nil
	})
	// latency: median time of N requests for new keys against N for a key already asked for
	Register("latency", func(x *Ctx, a map[string]string) error {
		n, _ := strconv.Atoi(a["times"])
		factor, _ := strconv.ParseFloat(a["factor"], 64)
		ask := func(p string) (time.Duration, *Exch, error) {
			s, g := x.Do("GET", p, nil, "", 0)
			x.N++
			e := &Exch{Sent: s, Got: g, N: 1}
			if g.Status != 200 {
				return 0, e, &Failure{What: "GET " + p, Expected: "200", Actual: strconv.Itoa(g.Status) + " " + g.Err, Exchange: e}
			}
			return g.Time, e, nil
		}
		var miss, hit []float64
		var last *Exch
		for i := range n {
			p := a["path"] + "-" + strconv.Itoa(i)
			m, _, err := ask(p)
			if err != nil {
				return err
			}
			h, e, err := ask(p)
			if err != nil {
				return err
			}
			last = e
			miss, hit = append(miss, float64(m.Microseconds())/1000), append(hit, float64(h.Microseconds())/1000)
		}
		sort.Float64s(miss)
		sort.Float64s(hit)
		m, h := miss[n/2], hit[n/2]
		x.Vars["miss_ms"], x.Vars["hit_ms"] = m, h
		if h*factor > m {
			return &Failure{What: "median time of a hit against a miss", Expected: fmt.Sprintf("at least %g times faster", factor), Actual: fmt.Sprintf("miss %.1f ms, hit %.1f ms", m, h), Exchange: last, timing: true}
		}
		return nil
	})
	// logs: lines of the program's output that match all words
	Register("logs", func(x *Ctx, a map[string]string) error {
		need, _ := strconv.Atoi(a["min"])
		words := strings.Split(strings.ToLower(a["words"]), ",")
		n := 0
		for try := 0; try < 20; try++ {
			n = 0
			for _, l := range strings.Split(strings.ToLower(x.R.App.Logs()), "\n") {
				ok := true
				for _, w := range words {
					ok = ok && strings.Contains(l, w)
				}
				if ok {
					n++
				}
			}
			if n >= need {
				return nil
			}
			if err := x.Sleep(50 * time.Millisecond); err != nil {
				return err
			}
		}
		return &Failure{What: "log lines with " + a["words"], Expected: "at least " + a["min"], Actual: strconv.Itoa(n) + "; the last lines were:\n" + tail(x.R.App.Logs(), 5)}
	})
}

func lastExch(x *Ctx) *Exch {
	if len(x.Exch) == 0 {
		return nil
	}
	return &x.Exch[len(x.Exch)-1]
}
