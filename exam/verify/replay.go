package verify

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"
)

// What a result may be at most, so that judging one takes a bounded time.
const (
	ResultMost  = 8 << 20 // bytes of result.json, unpacked
	entriesMost = 20_000
	roundMost   = 2_000 // requests of one entry
)

// How far clocks may be off. Times of a run are measured with one clock, the
// learner's; the site's may differ from it.
const (
	skewMost  = 10 * time.Minute
	timesMost = 20 * time.Millisecond // between the clock readings of one run
)

// Terms are what a site knows of the run that it issued and now gets back.
type Terms struct {
	Digest   string    // of the task file
	Seed     uint64    // that it handed out
	Run      RunID     // that it handed out
	Issued   time.Time // when, by the site's clock
	Received time.Time // when the result came, by the site's clock
}

// ReadResult reads a result.json. It refuses more than [ResultMost] bytes,
// anything behind the object, and another schema.
func ReadResult(r io.Reader) (*Result, error) {
	raw, err := io.ReadAll(io.LimitReader(r, ResultMost+1))
	if err != nil {
		return nil, fmt.Errorf("read the result: %w", err)
	}
	if len(raw) > ResultMost {
		return nil, &Refusal{Reason: fmt.Sprintf("the result is longer than %d MB", ResultMost>>20)}
	}
	var res Result
	if err := json.Unmarshal(raw, &res); err != nil {
		return nil, &Refusal{Reason: "the result is no JSON of this form: " + err.Error()}
	}
	if res.Schema != Schema {
		return nil, &Refusal{Reason: fmt.Sprintf("the result has schema %d, this program reads %d", res.Schema, Schema)}
	}
	return &res, nil
}

// Replay judges the transcript of a result again with the engine that judges a
// live run, and returns a result with its own verdicts. It takes nothing from
// the claimed verdicts but this: a check that claims to be blocked, skipped,
// unsure or broken, and has no entries, stays so. A check that the result does
// not name is blocked. So what Replay passes has a transcript that passes.
//
// The error is a *[Refusal], with the reason, if the result does not belong to
// the task and the terms, if requests do not hold the values that the seed
// gives, if times cannot be, or if entries are missing, out of place, left over
// or of no check.
//
// Replay is pure: it touches neither network, files, clock nor chance. It may
// be called at the same time for the same task. Its time and memory are
// bounded by the size of the result, see [ResultMost]; res is not changed but
// for caches, and must not be used by others meanwhile.
func Replay(t *Task, res *Result, terms Terms) (own *Result, err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case *Refusal:
			own, err = nil, p
		default: // of hostile data; the engine's own faults are found by live runs
			own, err = nil, &Refusal{Reason: fmt.Sprint("the transcript cannot be judged: ", p)}
		}
	}()
	fits(t, res, terms)
	r := &replay{task: t, res: res, runner: &Runner{
		App: Remote{Base: res.Target}, Seed: res.Seed, Issued: res.Run, Slow: res.Slow,
		started: res.Started, env: res.Env, secrets: newSecrets(fmt.Sprint(res.Seed, res.Run.Nonce)),
	}}
	own = &Result{
		Schema: res.Schema, Task: res.Task, Version: res.Version, Digest: res.Digest, CLI: res.CLI, Target: res.Target, Seed: res.Seed,
		Run: res.Run, Started: res.Started, Duration: res.Duration, Slow: res.Slow, Env: res.Env, Transcript: res.Transcript, secrets: r.runner.secrets,
	}
	r.all(own)
	own.sum()
	return own, nil
}

// fits holds the head of a result against the task and the terms.
func fits(t *Task, res *Result, terms Terms) {
	switch {
	case res.Schema != Schema:
		refuse("the result has schema %d, this program reads %d", res.Schema, Schema)
	case res.Task != t.ID:
		refuse("the result is of the task %q, not of %s", clip(res.Task, 60), t.ID)
	case res.Digest != terms.Digest:
		refuse("the task file was another one (digest %s)", clip(res.Digest, 12))
	case res.Version != t.Version:
		refuse("the result is of version %d of the checks, the task has version %d", res.Version, t.Version)
	case res.Seed != terms.Seed:
		refuse("the seed is not the one that was handed out")
	case res.Run != terms.Run:
		refuse("the run is not the one that was handed out")
	case res.Slow < 1 || res.Slow > 10:
		refuse("slow is %g; it must be from 1 to 10", res.Slow)
	case res.Started.Before(terms.Issued.Add(-skewMost)) || res.Started.After(terms.Received.Add(skewMost)):
		refuse("the run did not begin between issue and receipt")
	case res.Duration < 0 || res.Duration > terms.Received.Sub(terms.Issued)+timesMost:
		refuse("the run took longer than the time from issue to receipt")
	case len(res.Checks) > 1000 || len(res.Transcript) > entriesMost:
		refuse("the result has too many checks or entries")
	}
	seen := map[string]bool{}
	for _, c := range res.Checks {
		switch {
		case t.Check(c.ID) == nil:
			refuse("the task has no check %q", clip(c.ID, 60))
		case seen[c.ID]:
			refuse("the check %s comes twice", c.ID)
		case !slices.Contains([]Status{Pass, Fail, Blocked, Skipped, Unsure, Errored}, c.Status):
			refuse("the check %s has the status %q", c.ID, clip(string(c.Status), 20))
		}
		seen[c.ID] = true
	}
	for _, e := range res.Transcript {
		if !seen[e.Check] {
			refuse("the transcript has entries of the check %q, which the result does not name", clip(e.Check, 60))
		}
	}
}

type replay struct {
	task   *Task
	res    *Result
	runner *Runner
	next   int           // entry
	end    time.Duration // of the last check
}

// all judges all checks of the task in their order.
func (r *replay) all(own *Result) {
	claims := map[string]CheckResult{}
	for _, c := range r.res.Checks {
		claims[c.ID] = c
	}
	verdicts := map[string]Status{}
	for i, stage := range r.task.Stages {
		for _, c := range stage.Checks {
			claim, ran := claims[c.ID]
			cr := newCheckResult(c, i+1)
			if ran {
				cr = r.check(c, i+1, claim, c.waits(verdicts))
				verdicts[c.ID] = cr.Status
			} else {
				cr.Status, cr.Note = Blocked, "not run"
			}
			own.Checks = append(own.Checks, cr)
		}
	}
	if r.next < len(r.res.Transcript) {
		refuse("the transcript has %d entries more than the checks used, or in another order", len(r.res.Transcript)-r.next)
	}
	if r.end > r.res.Duration+timesMost {
		refuse("the checks took longer than the run")
	}
}

// check judges one check on its entries.
func (r *replay) check(c *Check, stage int, claim CheckResult, waits string) CheckResult {
	cr := newCheckResult(c, stage)
	cr.At, cr.Duration, cr.Late = claim.At, claim.Duration, claim.Late
	entries := r.take(c.ID)
	if cr.At < r.end-timesMost || cr.Duration < 0 || cr.Late < 0 {
		r.refuse(c, "it began before the check above it ended, or has a negative time")
	}
	r.end = cr.At + cr.Duration
	none := len(entries) == 0
	switch {
	case waits != "":
		if !none {
			r.refuse(c, "it was run although "+waits)
		}
		cr.Status, cr.Note = Blocked, "not run: "+waits
		return cr
	case none && claim.Status != Pass && claim.Status != Fail:
		cr.Status, cr.Note = claim.Status, clip(claim.Note, 200)
		return cr
	}
	p := &player{check: c, entries: entries, at: cr.At}
	x := &Ctx{R: r.runner, T: r.task, C: c, Rand: r.runner.chance(r.task, c), play: p}
	err := p.guard(func() error { return x.start(cr.At) })
	if p.pos < len(p.entries) {
		r.refuse(c, fmt.Sprintf("it has %d entries more than it used (%v)", len(p.entries)-p.pos, err))
	}
	if x.clock.Sub(x.begin) > cr.Duration+timesMost {
		r.refuse(c, "its entries took longer than itself")
	}
	x.verdict(&cr, err)
	return cr
}

func (r *replay) refuse(c *Check, reason string) { panic(&Refusal{Check: c.ID, Reason: reason}) }

// take takes the next entries as long as they are of one check.
func (r *replay) take(id string) []Entry {
	first := r.next
	for r.next < len(r.res.Transcript) && r.res.Transcript[r.next].Check == id {
		r.next++
	}
	return r.res.Transcript[first:r.next]
}

// player hands out the entries of one check in their order.
type player struct {
	check   *Check
	entries []Entry
	pos     int
	at      time.Duration // the end of the last entry
}

// guard names the check in a refusal.
func (p *player) guard(f func() error) error {
	defer func() {
		if r := recover(); r != nil {
			if refusal, ok := r.(*Refusal); ok {
				panic(&Refusal{Check: p.check.ID, Reason: refusal.Reason})
			}
			panic(r)
		}
	}()
	return f()
}

// next returns the next entry, which must be what the engine would do now.
func (p *player) next(x *Ctx, what string) *Entry {
	if p.pos >= len(p.entries) {
		refuse("line %d: the transcript ends before %s", x.line, what)
	}
	e := &p.entries[p.pos]
	p.pos++
	switch {
	case e.What != what || e.Line != x.line:
		refuse("line %d: %s where %s on line %d was due", e.Line, clip(e.What, 40), what, x.line)
	case e.At < p.at-timesMost || e.Took < 0 || e.At > 24*time.Hour || e.Took > time.Hour:
		refuse("line %d: its time cannot be", e.Line)
	}
	p.at = e.At + e.Took
	return e
}

// over says whether the check ran out of time here.
func (p *player) over() bool { return p.pos < len(p.entries) && p.entries[p.pos].What == "limit" }

// shots fills in n requests alike from their entry.
func (p *player) shots(x *Ctx, s *shots, n int, request func(i int) Request) {
	e := s.entry
	if n > roundMost || len(e.Exchanges) == 0 || len(e.Exchanges) > n {
		refuse("line %d: %d exchanges stand for %d requests", e.Line, len(e.Exchanges), n)
	}
	order := e.Order
	if n == 1 && len(order) == 0 {
		order = []int{0}
	}
	if len(order) != n {
		refuse("line %d: the order names %d requests of %d", e.Line, len(order), n)
	}
	for i, kind := range order {
		if kind < 0 || kind > len(s.heads) || kind >= len(e.Exchanges) {
			refuse("line %d: the order of its answers is wrong", e.Line)
		}
		ex := &e.Exchanges[kind]
		if kind == len(s.heads) { // the first of its kind
			s.heads = append(s.heads, i)
			p.same(x, ex, request(i))
			if ex.Got.Time > e.Took+timesMost {
				refuse("line %d: an answer took longer than its round", e.Line)
			}
		}
		s.all = append(s.all, *ex)
	}
	if len(s.heads) != len(e.Exchanges) {
		refuse("line %d: an exchange that no request got", e.Line)
	}
}

// same holds a recorded request against the one that the engine would send,
// and makes its answer ready for judges.
func (p *player) same(x *Ctx, got *Exch, r Request) {
	want := Sent{Method: r.Method, URL: r.Target, Body: r.Body}
	if _, sent, err := r.build(context.Background(), x.R.App.URL()); err == nil {
		want = sent
	}
	hide := x.R.secrets
	want = hide.sent(want)
	switch {
	case want.Method != got.Sent.Method, mask(want.URL) != mask(got.Sent.URL), want.Host != got.Sent.Host:
		refuse("line %d: the request went to %s %s, the seed gives %s %s", x.line, clip(got.Sent.Method, 10), clip(got.Sent.URL, 100), want.Method, clip(want.URL, 100))
	case mask(want.Body) != mask(got.Sent.Body):
		refuse("line %d: the body of the request does not hold the values of the seed", x.line)
	}
	for k, vs := range want.Header {
		if !slices.EqualFunc(vs, got.Sent.Header[k], func(a, b string) bool { return mask(a) == mask(b) }) && k != "Authorization" && k != "Cookie" {
			refuse("line %d: the header %s of the request is not the one of the check", x.line, k)
		}
	}
	g := &got.Got
	if g.Time < 0 || g.Size < 0 || g.Size > bodyMost || g.Size > 0 && len(g.Body) > BodyLimit || len(g.Body) > 4*BodyLimit || g.Status < 0 || g.Status > 999 || (g.Status == 0) == (g.Err == "") && g.Err == "" {
		refuse("line %d: an answer that cannot be", x.line)
	}
	g.replayed = true
}

// mask makes all hidden secrets alike.
func mask(s string) string { return hidden.ReplaceAllString(s, "secret") }
