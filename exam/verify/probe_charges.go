package verify

import (
	"fmt"
	"strconv"
)

// probeCharges looks at the bank: n= charges under token= that were not
// refunded, over sum= cents together; within= how long it may take.
func probeCharges(x *Ctx, args map[string]string) error {
	n, err := strconv.Atoi(args["n"])
	if err != nil {
		return fmt.Errorf("n=: %w", err)
	}
	return x.until(args["within"], func() error {
		charges, err := held(x, args["token"])
		if err != nil {
			return err
		}
		if len(charges) != n {
			return &Failure{What: "charges that the bank holds (less refunds)", Expected: strconv.Itoa(n), Actual: strconv.Itoa(len(charges)), Exchange: x.last()}
		}
		sum := int64(0)
		for _, c := range charges {
			sum += c.Amount
		}
		if want := args["sum"]; want != "" && want != strconv.FormatInt(sum, 10) {
			return &Failure{What: "cents that were charged", Expected: want, Actual: strconv.FormatInt(sum, 10), Exchange: x.last()}
		}
		return nil
	})
}
