package verify

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// burstTime is the longest in which n= requests count as a burst: a slow
// service never meets its own limit.
const burstTime = 5 * time.Second

var comeBackIn = regexp.MustCompile(`^([1-9]|[1-5][0-9]|60)$`)

// probeBurst sends up to n= requests for path= with token= one after the other
// until one is refused with 429. want=limited: it says when to come back, in
// Retry-After, as a problem; want=recovery: after that time a request is
// answered; want=separate: meanwhile 20 requests with the token other= are.
func probeBurst(x *Ctx, args map[string]string) error {
	refused, err := burst(x, args)
	if err != nil {
		return err
	}
	after := refused.Got.Header.Get("Retry-After")
	if !comeBackIn.MatchString(after) {
		return &Failure{What: "header Retry-After of the 429", Expected: "whole seconds, 1 to 60", Actual: strconv.Quote(after), Exchange: &refused}
	}
	switch args["want"] {
	case "limited":
		if m := (Assert{Subject: "problem"}).judge(&refused.Got, x.Now()); m != nil {
			return &Failure{What: m.what, Expected: m.want, Actual: m.got, Exchange: &refused}
		}
	case "recovery":
		seconds, err := strconv.Atoi(after)
		if err != nil {
			return err
		}
		if err := x.Sleep(time.Duration(seconds)*time.Second + 100*time.Millisecond); err != nil {
			return err
		}
		return answered(x, args["path"], args["token"], "after the "+after+" s of Retry-After")
	case "separate":
		for range 20 {
			if err := answered(x, args["path"], args["other"], "of another account, while the first is refused"); err != nil {
				return err
			}
		}
	default:
		return fmt.Errorf("want=%s: want limited, recovery or separate", args["want"])
	}
	return nil
}

// burst returns the first exchange that was refused.
func burst(x *Ctx, args map[string]string) (refused Exch, err error) {
	n, err := strconv.Atoi(args["n"])
	if err != nil {
		return refused, err
	}
	var took time.Duration
	for range n {
		e := x.Do(bearer(args["path"], args["token"]))
		took += e.Got.Time
		switch e.Got.Status {
		case 429:
			return e, nil
		case 200:
		default:
			return e, &Failure{What: "one of many requests for " + args["path"], Expected: "200, then 429", Actual: strconv.Itoa(e.Got.Status) + " " + e.Got.Err, Exchange: &e}
		}
	}
	if took > burstTime {
		return refused, unsureBecause("%d requests took %v: too slow to meet the limit", n, took.Round(time.Second))
	}
	return refused, &Failure{What: fmt.Sprintf("%d requests in %v", n, took.Round(time.Millisecond)), Expected: "a 429 among them", Actual: "all were answered 200", Exchange: x.last()}
}

func bearer(path, token string) Request {
	return Request{Method: "GET", Target: path, Header: [][2]string{{"Authorization", "Bearer " + token}}, Limited: true}
}

// answered fails unless a request for path is answered 200.
func answered(x *Ctx, path, token, when string) error {
	e := x.Do(bearer(path, token))
	if e.Got.Status != 200 {
		return &Failure{What: "a request " + when, Expected: "200", Actual: strconv.Itoa(e.Got.Status) + " " + e.Got.Err, Exchange: &e}
	}
	return nil
}
