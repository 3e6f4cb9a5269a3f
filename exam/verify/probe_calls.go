package verify

import "strconv"

// probeCalls counts the calls that reached a role of the bench:
// of=ROLE [path=/x] and any of n=3, max=3, min=1.
func probeCalls(x *Ctx, args map[string]string) error {
	hits, err := x.Hits(args["of"], args["path"])
	if err != nil {
		return err
	}
	n := len(hits)
	for _, c := range []struct{ key, op string }{{"n", "=="}, {"max", "<="}, {"min", ">="}} {
		want := args[c.key]
		if want == "" {
			continue
		}
		if !compareNumber(float64(n), c.op, want) {
			return &Failure{What: "calls that reached the verifier's upstream", Expected: c.op + " " + want, Actual: strconv.Itoa(n), Exchange: x.last()}
		}
	}
	return nil
}
