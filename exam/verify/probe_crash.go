package verify

import (
	"errors"
	"time"
)

// probeCrash kills the program in the middle of a request: it posts body= to
// path= with the Idempotency-Key key=, waits until role= of the bench has the
// call that follows from it, and kills and starts the program then. The role
// should be told to take its time.
func probeCrash(x *Ctx, args map[string]string) error {
	type facts struct {
		Reached bool   `json:"reached"` // the bench got the call
		Problem string `json:"problem"` // of the start after the kill
	}
	saw, err := Observe(x, "crash "+args["role"], func() (f facts, err error) {
		answered := make(chan struct{})
		go func() {
			defer close(answered)
			x.send(Request{Method: "POST", Target: args["path"], Header: [][2]string{{"Idempotency-Key", args["key"]}}, Body: args["body"]})
		}()
		for range 100 {
			if f.Reached = len(x.R.Bench.Hits(args["role"], "")) > 0; f.Reached {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		if err := restart(x.R.App, true); errors.Is(err, ErrNoControl) {
			return f, skipBecause("needs -cmd: the verifier must kill your program itself")
		} else if err != nil {
			f.Problem = err.Error()
		}
		<-answered
		return f, nil
	})
	switch {
	case err != nil:
		return err
	case saw.Problem != "":
		return &Failure{What: "start after a crash", Expected: "it starts and answers", Actual: saw.Problem}
	case !saw.Reached:
		return &Failure{What: "a call at the verifier's " + args["role"] + " service", Expected: "one within 2 s of POST " + args["path"], Actual: "none"}
	}
	x.hangUp()
	return nil
}
