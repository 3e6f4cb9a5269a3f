package verify

import (
	"fmt"
	"strconv"
	"time"
)

// probeMails looks at the mail service: it has taken n= messages for order=,
// or at least min=; within= how long that may take, settle= how long it must
// stay so.
func probeMails(x *Ctx, args map[string]string) error {
	least, err := count(args["min"], 0)
	if err != nil {
		return fmt.Errorf("min=: %w", err)
	}
	most := 1 << 30
	if n := args["n"]; n != "" {
		if least, err = strconv.Atoi(n); err != nil {
			return fmt.Errorf("n=: %w", err)
		}
		most = least
	}
	settle, err := durationOr0(args["settle"])
	if err != nil {
		return err
	}
	look := func() error {
		got, err := Observe(x, "mails "+args["order"], func() (n int, err error) {
			for _, order := range x.R.Bench.Mails() {
				if order == args["order"] {
					n++
				}
			}
			return n, nil
		})
		if err == nil && (got < least || got > most) {
			want := "at least " + strconv.Itoa(least)
			if most == least {
				want = "exactly " + strconv.Itoa(least)
			}
			err = &Failure{What: "messages that the mail service took for order " + args["order"], Expected: want, Actual: strconv.Itoa(got), Exchange: x.last()}
		}
		return err
	}
	if err := x.until(args["within"], look); err != nil || settle == 0 {
		return err
	}
	if err := x.Sleep(max(settle, time.Millisecond)); err != nil {
		return err
	}
	return look()
}
