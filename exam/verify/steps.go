package verify

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"time"
)

// flags are what the words behind needs= ask for.
var flags = map[string]string{
	"cmd":   "-cmd COMMAND: the verifier must start and stop your program itself",
	"bench": "the verifier's upstream (-bench ADDRESS)",
	"repo":  "-repo DIR: the check looks at your files",
	"tests": "-tests COMMAND: the check runs your tests",
	"break": "-break COMMAND: the check breaks a copy of your code",
	"seed":  "-seed-cmd COMMAND: the check fills your database",
}

// has says whether the run has what needs=word asks for.
func (e Env) has(word string) bool {
	return map[string]bool{"cmd": e.Cmd, "bench": e.Bench, "repo": e.Repo, "tests": e.Tests, "break": e.Break, "seed": e.Seeder}[word]
}

// needs ends the check as skipped if something is not there.
func (x *Ctx) needs() error {
	for _, word := range x.C.Needs {
		if !x.R.env.has(word) {
			return skipBecause("needs %s", flags[word])
		}
	}
	return nil
}

// steps runs steps in order, to the first that fails.
func (x *Ctx) steps(steps []Step) error {
	for _, s := range steps {
		if err := x.expired(); err != nil {
			return err
		}
		if err := x.step(s); err != nil {
			return err
		}
	}
	return nil
}

func (x *Ctx) step(s Step) error {
	switch s := s.(type) {
	case *Let:
		x.line = s.Line
		args := make([]string, len(s.Args))
		for i, a := range s.Args {
			args[i] = x.subst(a, false, nil)
		}
		v, err := generators()[s.Gen].make(x, args)
		if err != nil {
			return fmt.Errorf("line %d: %w", s.Line, err)
		}
		x.Vars[s.Name] = v
	case *Use:
		return x.use(s)
	case *Wait:
		x.line = s.Line
		return x.Sleep(s.D)
	case *Control:
		x.line = s.Line
		return x.control(s)
	case *Call:
		x.line = s.Line
		return x.call(s)
	case *Exchange:
		x.line = s.Line
		err := x.request(s)
		var f *Failure
		if s.Given && errors.As(err, &f) {
			return &notGiven{err}
		}
		return err
	}
	return nil
}

func (x *Ctx) request(e *Exchange) error {
	if e.Stopping {
		return x.stopping(e)
	}
	return x.exchange(e)
}

// use runs a fixture with values of its own, which it hands over.
func (x *Ctx) use(s *Use) error {
	vars, outer := x.Vars, x.fixture
	x.Vars, x.fixture = map[string]any{"today": vars["today"]}, s.Fixture
	err := x.steps(x.T.Fixtures[s.Fixture].Steps)
	made := x.Vars
	x.Vars = vars
	if err != nil {
		return err
	}
	x.fixture = outer
	delete(made, "today")
	if s.Prefix == "" {
		maps.Copy(x.Vars, made)
		return nil
	}
	for k, v := range made {
		x.Vars[s.Prefix+k] = v
	}
	return nil
}

// control restarts the learner's program, gently or not.
func (x *Ctx) control(s *Control) error {
	fault, err := Observe(x, "app "+s.Verb, func() (string, error) {
		x.hangUp()
		return faultOf(restart(x.R.App, s.Verb == "kill"))
	})
	if err != nil || fault == "" {
		return err
	}
	return &Failure{Line: s.Line, What: s.Verb + " your program", Expected: "it stops and answers again", Actual: fault}
}

// faultOf turns an error of an App into what was seen of it.
func faultOf(err error) (string, error) {
	switch {
	case err == nil:
		return "", nil
	case errors.Is(err, ErrNoControl):
		return "", skipBecause("needs %s", flags["cmd"])
	}
	return err.Error(), nil
}

// call programs the bench or calls a probe.
func (x *Ctx) call(s *Call) error {
	args := map[string]string{}
	for k, v := range s.Args {
		args[k] = x.subst(v, false, nil)
	}
	var err error
	if s.Kind == "bench" {
		err = x.Program(s.Name, args)
	} else {
		err = probes()[s.Name].run(x, args)
	}
	var f *Failure
	if errors.As(err, &f) {
		f.Line = s.Line
		if f.Hint == "" {
			f.Hint = s.Hint
		}
		return err
	}
	if err != nil {
		return fmt.Errorf("line %d: %s %s: %w", s.Line, s.Kind, s.Name, err)
	}
	return nil
}

// stopped is what was seen of a program that was told to end while a request
// was under way.
type stopped struct {
	Answer  Exch          `json:"answer"`
	Refused bool          `json:"refused"` // new connections, while it answered
	Exit    Exit          `json:"exit"`
	Took    time.Duration `json:"took_ns"`
	Fault   string        `json:"fault,omitempty"` // it could not be stopped or started
}

// stopping sends SIGTERM while a request is under way: with a body, its last
// byte is held back; without, the program has had 200 ms of it (and a slow
// upstream keeps it busy). The answer must still come, new connections be
// refused, and the program end by itself with code 0.
func (x *Ctx) stopping(e *Exchange) error {
	r := &round{x: x, e: e}
	req := r.request(0)
	seen, err := Observe(x, "stopping", func() (stopped, error) {
		s, err := x.stopDuring(req)
		if err != nil {
			s.Fault, err = faultOf(err)
		}
		s.Answer = x.R.secrets.exch(s.Answer)
		return s, err
	})
	if err != nil {
		return err
	}
	if x.play != nil {
		x.play.same(x, &seen.Answer, req)
	}
	x.N++
	x.past = append(x.past, seen.Answer)
	fail := func(what, want, got string) error {
		return &Failure{Line: e.Line, What: what, Expected: want, Actual: got, Hint: e.WantHint, Exchange: x.last()}
	}
	g := seen.Answer.Got
	switch {
	case seen.Fault != "":
		return fail("stop and start your program", "it stops and answers again", seen.Fault)
	case g.Err != "":
		return fail("the request under way when SIGTERM came", "a response", g.Err)
	case !statusMatches(e.Want, g.Status):
		return fail("status of the request under way when SIGTERM came", e.Want, fmt.Sprint(g.Status, " ", http.StatusText(g.Status)))
	case !seen.Refused:
		return fail("new connections after SIGTERM", "refused", "still accepted")
	case seen.Exit.Forced:
		return fail("end of your program after SIGTERM", "within 10 s", "it had to be killed")
	case seen.Exit.Code != 0:
		return fail("exit code of your program after SIGTERM", "0", fmt.Sprint(seen.Exit.Code))
	}
	return nil
}

// stopDuring does what stopping promises.
func (x *Ctx) stopDuring(r Request) (s stopped, err error) {
	base := x.R.App.URL()
	req, sent, err := r.build(x.ctx, base)
	s.Answer = Exch{Line: x.line, N: 1, Sent: sent}
	if err != nil {
		return s, err
	}
	l := &line{base: base}
	defer l.close()
	last, err := l.load(req, time.Now().Add(x.R.slowed(2*stopTime)))
	if err != nil {
		s.Answer.Got.Err = explain(err, base)
		return s, nil
	}
	if r.Body == "" {
		l.conn.Write(last)
	}
	time.Sleep(200 * time.Millisecond) // the program takes the request up
	start := time.Now()
	ended := make(chan error, 1)
	go func() {
		var err error
		s.Exit, err = x.R.App.Stop(false)
		ended <- err
	}()
	s.Refused = refuses(base, time.Second)
	if r.Body != "" {
		l.conn.Write(last)
	}
	got, err := l.answer(r.Method, start)
	if err != nil {
		got.Err = explain(err, base)
	}
	s.Answer.Got = got
	err = <-ended
	s.Took = time.Since(start)
	if err != nil {
		return s, err
	}
	x.hangUp()
	return s, x.R.App.Start()
}

// refuses waits until base accepts no more connections.
func refuses(base string, most time.Duration) bool {
	for end := time.Now().Add(most); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		c, err := dial(base)
		if err != nil {
			return true
		}
		c.Close()
	}
	return false
}
