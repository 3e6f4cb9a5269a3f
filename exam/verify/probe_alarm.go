package verify

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// probeAlarm keeps asking for path=, ten times a second at most, until role= of
// the bench got an alert with status= ("firing" or "resolved"), at most within=.
// Then it goes on asking for= a duration, after which there must be no more
// than max= of them.
func probeAlarm(x *Ctx, args map[string]string) error {
	within, err := time.ParseDuration(args["within"])
	if err != nil {
		return fmt.Errorf("within=: %w", err)
	}
	after, err := durationOr0(args["for"])
	if err != nil {
		return fmt.Errorf("for=: %w", err)
	}
	most, err := count(args["max"], 1<<30)
	if err != nil {
		return fmt.Errorf("max=: %w", err)
	}
	ask := func(d time.Duration, enough int) (n int, err error) {
		for end := x.Now().Add(d); x.Now().Before(end) && n < enough; {
			x.Do(Request{Method: "GET", Target: args["path"]})
			if err := x.Sleep(100 * time.Millisecond); err != nil {
				return n, err
			}
			if n, err = alerts(x, args["role"], args["status"]); err != nil {
				return n, err
			}
		}
		return n, nil
	}
	n, err := ask(time.Duration(float64(within)*x.R.Slow), 1)
	if err != nil {
		return err
	}
	if n == 0 {
		return &Failure{What: "alerts with status " + args["status"], Expected: "one within " + within.String(), Actual: "none", Exchange: x.last()}
	}
	if n, err = ask(after, most+1); err == nil && n > most {
		err = &Failure{What: fmt.Sprintf("alerts with status %s, %v later", args["status"], after), Expected: fmt.Sprintf("at most %d", most), Actual: strconv.Itoa(n), Exchange: x.last()}
	}
	return err
}

// alerts counts the alerts with a status; one that is none is a failure.
func alerts(x *Ctx, role, status string) (n int, err error) {
	hits, err := x.Hits(role, "")
	if err != nil {
		return 0, err
	}
	for _, h := range hits {
		var a struct{ Alert, Status string }
		if err := json.Unmarshal([]byte(h.Body), &a); err != nil || h.Method != "POST" || a.Alert == "" || a.Status == "" {
			return 0, &Failure{What: "an alert", Expected: `POST {"alert": name, "status": "firing" or "resolved"}`, Actual: h.Method + " " + clip(h.Body, 120)}
		}
		if a.Status == status {
			n++
		}
	}
	return n, nil
}
