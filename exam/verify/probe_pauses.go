package verify

import (
	"strconv"
	"time"
)

// probePauses holds the pauses before the second and third call of a role
// against floors, which a busy machine cannot break: of=ROLE first=40ms
// second=80ms.
func probePauses(x *Ctx, args map[string]string) error {
	hits, err := x.Hits(args["of"], "")
	if err != nil {
		return err
	}
	for i, k := range []string{"first", "second"} {
		want, err := time.ParseDuration(args[k])
		if err != nil {
			return err
		}
		if len(hits) < i+2 {
			return &Failure{What: "calls that reached the verifier's upstream", Expected: strconv.Itoa(i + 2), Actual: strconv.Itoa(len(hits)), Exchange: x.last()}
		}
		if got := hits[i+1].At.Sub(hits[i].At); got < want {
			return &Failure{What: "the " + k + " pause between attempts", Expected: "at least " + want.String(), Actual: got.Round(time.Millisecond).String(), Exchange: x.last()}
		}
	}
	return nil
}
