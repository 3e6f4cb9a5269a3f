package verify

import (
	"fmt"
	"strconv"
	"time"
)

// probeMonotonic reads path= with the bearer token= times= times, every= apart,
// while author= posts before each fifth reading: an id (found at id=) that was
// there once is there ever after, and at the end all that was posted is there.
func probeMonotonic(x *Ctx, args map[string]string) error {
	times, err := strconv.Atoi(args["times"])
	if err != nil {
		return fmt.Errorf("times=: %w", err)
	}
	every, err := time.ParseDuration(args["every"])
	if err != nil {
		return fmt.Errorf("every=: %w", err)
	}
	seen, posted := map[string]bool{}, 0
	look := func() error {
		now, e, err := idsAt(x, args)
		if err != nil {
			return err
		}
		for id := range seen {
			if !now[id] {
				return &Failure{What: "post " + id + " in GET " + args["path"], Expected: "still there", Actual: fmt.Sprintf("gone; %d posts are left", len(now)), Exchange: e}
			}
		}
		seen = now
		return nil
	}
	for n := range times {
		if n%5 == 0 {
			e := x.Do(Request{Method: "POST", Target: "/posts", Header: asUser(args["author"]), Body: fmt.Sprintf(`{"text": "Post %d"}`, n)})
			if e.Got.Err != "" || e.Got.Status/100 != 2 {
				return &Failure{What: "POST /posts", Expected: "201", Actual: fmt.Sprint(e.Got.Status, " ", e.Got.Err), Exchange: &e}
			}
			posted++
		}
		if err := look(); err != nil {
			return err
		}
		if err := x.Sleep(every); err != nil {
			return err
		}
	}
	return x.until("5s", func() error {
		now, e, err := idsAt(x, args)
		if err == nil && len(now) != posted {
			err = &Failure{What: "posts in GET " + args["path"], Expected: strconv.Itoa(posted), Actual: strconv.Itoa(len(now)), Exchange: e}
		}
		return err
	})
}

// idsAt reads the ids of one answer.
func idsAt(x *Ctx, args map[string]string) (map[string]bool, *Exch, error) {
	e := x.Do(Request{Method: "GET", Target: args["path"], Header: asUser(args["token"])})
	if e.Got.Err != "" || e.Got.Status != 200 {
		return nil, nil, &Failure{What: "GET " + args["path"], Expected: "200", Actual: fmt.Sprint(e.Got.Status, " ", e.Got.Err), Exchange: &e}
	}
	found, _, err := e.Got.Lookup(args["id"])
	ids := map[string]bool{}
	for _, id := range found {
		ids[show(id)] = true
	}
	return ids, &e, err
}

// asUser are the headers of a request with a bearer token.
func asUser(token string) [][2]string { return [][2]string{{"Authorization", "Bearer " + token}} }
