package verify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"
)

// Ctx is what one check, and a probe in it, sees of the world. It is not safe
// for concurrent use; [Ctx.DoAll] sends requests at the same time.
type Ctx struct {
	R    *Runner
	T    *Task
	C    *Check
	Vars map[string]any
	Rand *rand.Rand // depends on the seed, the task and the check only
	N    int        // requests so far

	past     []Exch // what was sent so far, for the report
	observed map[string]any
	fixture  string // the one that is running
	line     int    // of the step that is running
	begin    time.Time
	clock    time.Time // the end of the last entry
	entries  []*Entry  // of this check, while it is recorded
	play     *player   // the transcript that answers, in a replay
	client   *http.Client
	lines    *volley // kept connections
	ctx      context.Context
}

// Request is what a check sends.
type Request struct {
	Method, Target string // target: a path, or an address of the learner's service
	Header         [][2]string
	Body           string
	Timeout        time.Duration // 5 s if zero
	Limited        bool          // a 429 is an answer like any other and not waited out
}

// effect is the only way from a check to the world. Recording, it runs live
// and notes when; replaying, it takes the next entry of the transcript instead.
func (x *Ctx) effect(what string, live func(e *Entry)) *Entry {
	var e *Entry
	if x.play != nil {
		e = x.play.next(x, what)
	} else {
		e = &Entry{Check: x.C.ID, Line: x.line, What: what, At: time.Since(x.R.started)}
		live(e)
		e.Took = time.Since(x.R.started) - e.At
		x.entries = append(x.entries, e)
	}
	x.clock = x.R.started.Add(e.At + e.Took)
	return e
}

// Now is the end of the last request, observation or pause. Verdicts rest on no
// other clock.
func (x *Ctx) Now() time.Time { return x.clock }

var errLimit = errors.New("the check took too long")

// expired says whether the time for the check is over.
func (x *Ctx) expired() error {
	if x.play != nil {
		if !x.play.over() {
			return nil
		}
	} else if x.ctx.Err() == nil {
		return nil
	}
	x.effect("limit", func(*Entry) {})
	return errLimit
}

// Sleep waits. It returns an error if the time for the check is over.
func (x *Ctx) Sleep(d time.Duration) error {
	e := x.effect("pause", func(e *Entry) {
		select {
		case <-time.After(d):
		case <-x.ctx.Done():
			e.Err = errLimit.Error()
		}
	})
	if e.Err != "" {
		return errLimit
	}
	if x.play != nil && e.Took < d-time.Millisecond {
		refuse("line %d: a pause of %v lasted only %v", e.Line, d, e.Took)
	}
	return nil
}

// Do sends one request and records it. A request that got no answer has
// Got.Err. An answer 429 with Retry-After is waited out once.
func (x *Ctx) Do(r Request) Exch {
	s := x.shoot(x.line, 1, false, func(int) Request { return r })
	if d, again := retryAfter(&s.all[0].Got); again && !r.Limited && x.Sleep(d) == nil {
		s = x.shoot(x.line, 1, false, func(int) Request { return r })
	}
	x.past = append(x.past, s.all[0])
	return s.all[0]
}

// DoAll sends requests, atOnce of them at the same time, and records each. A
// 429 is not waited out.
func (x *Ctx) DoAll(rs []Request, atOnce int) []Exch {
	e := x.effect("requests", func(e *Entry) {
		e.Exchanges = make([]Exch, len(rs))
		x.each(len(rs), atOnce, func(i int) { e.Exchanges[i] = x.send(rs[i]) })
	})
	if x.play != nil {
		if len(e.Exchanges) != len(rs) {
			refuse("line %d: %d exchanges where %d were sent", e.Line, len(e.Exchanges), len(rs))
		}
		for i := range rs {
			x.play.same(x, &e.Exchanges[i], rs[i])
		}
	}
	x.N += len(rs)
	out := slices.Clone(e.Exchanges)
	if x.play == nil {
		x.R.answers = append(x.R.answers, out...)
	}
	if len(out) > 0 {
		x.past = append(x.past, out[len(out)-1])
	}
	return out
}

// Observe looks at something of the world that is no answer to a request: the
// calls at the bench, a file, the output of a program. What gather returns must
// survive encoding as JSON and should be small (facts, not files): it goes into
// the transcript under the name what, and a verdict may rest on nothing else.
// An error made by skipBecause or unsureBecause, or a *Failure, ends the check
// as it says.
func Observe[T any](x *Ctx, what string, gather func() (T, error)) (T, error) {
	e := x.effect("see "+what, func(e *Entry) {
		v, err := gather()
		var end *ended
		var f *Failure
		switch {
		case errors.As(err, &end):
			e.Ended = end
		case errors.As(err, &f):
			e.Failure = f
		case err != nil:
			e.Err = err.Error()
		default:
			if e.Value, err = json.Marshal(v); err != nil {
				panic(err) // a probe's own type
			}
		}
	})
	var v T
	switch {
	case e.Ended != nil:
		return v, e.Ended
	case e.Failure != nil:
		f := *e.Failure
		return v, &f
	case e.Err != "":
		return v, errors.New(e.Err)
	}
	if err := json.Unmarshal(e.Value, &v); err != nil {
		if x.play != nil {
			refuse("line %d: what was seen (%s) cannot be read: %v", e.Line, what, err)
		}
		return v, fmt.Errorf("observation %s: %w", what, err)
	}
	return v, nil
}

// Program tells a role of the bench how to behave, and forgets its calls.
func (x *Ctx) Program(role string, settings map[string]string) error {
	if x.play != nil {
		return nil
	}
	return x.R.Bench.Program(role, settings)
}

// Hits returns the calls that a role of the bench got since it was programmed:
// those for one path, or all if path is empty.
func (x *Ctx) Hits(role, path string) ([]BenchHit, error) {
	return Observe(x, "bench "+role, func() ([]BenchHit, error) {
		if x.R.Bench == nil {
			return nil, skipBecause("needs the verifier's upstream (-bench)")
		}
		return x.R.Bench.Hits(role, path), nil
	})
}

// Answers are all exchanges of the run so far, those of earlier checks and each
// of a parallel or repeated request included, with whole bodies. A transcript
// does not hold as much, so it may be called inside gather of [Observe] only.
func (x *Ctx) Answers() []Exch { return x.R.answers }

// Note keeps a figure that the report shows, such as a median.
func (x *Ctx) Note(name string, value any) {
	if x.observed == nil {
		x.observed = map[string]any{}
	}
	x.observed[name] = value
}

// last is the last exchange, or nil.
func (x *Ctx) last() *Exch {
	if len(x.past) == 0 {
		return nil
	}
	return &x.past[len(x.past)-1]
}
