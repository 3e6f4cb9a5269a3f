package verify

import (
	"fmt"
	"time"
)

// probeSilent asks for path= and expects no answer at all within for=.
func probeSilent(x *Ctx, args map[string]string) error {
	wait, err := time.ParseDuration(args["for"])
	if err != nil {
		return fmt.Errorf("for=: %w", err)
	}
	e := x.Do(Request{Method: "GET", Target: args["path"], Timeout: wait})
	if e.Got.Err != noResponse {
		return &Failure{What: "GET " + args["path"], Expected: "no answer within " + wait.String(), Actual: fmt.Sprint(e.Got.Status, " ", e.Got.Err), Exchange: &e}
	}
	return nil
}
