package verify

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// probeConserve looks whether the books of a shop balance: the bank holds one
// charge under token= for each 2xx among answers= (a status or a list of them,
// of POST /orders), each charge refers to a confirmed order with its amount as
// total, and each of skus= (separated by commas) has start= less what those
// orders hold in stock. least= is how many must be confirmed; within= how long
// it may take to become so.
func probeConserve(x *Ctx, args map[string]string) error {
	start, err := strconv.Atoi(args["start"])
	if err != nil {
		return fmt.Errorf("start=: %w", err)
	}
	least, err := count(args["least"], 0)
	if err != nil {
		return fmt.Errorf("least=: %w", err)
	}
	made, err := confirmations(args["answers"])
	if err != nil {
		return err
	}
	if made < least {
		return &Failure{What: "orders that were confirmed", Expected: fmt.Sprintf("at least %d", least), Actual: strconv.Itoa(made), Exchange: x.last()}
	}
	return x.until(args["within"], func() error {
		sold, err := soldFor(x, args["token"], made)
		if err != nil {
			return err
		}
		for sku := range strings.SplitSeq(args["skus"], ",") {
			if err := onShelf(x, sku, start, sold[sku]); err != nil {
				return err
			}
		}
		return nil
	})
}

// confirmations counts the 2xx in a status or a JSON list of them.
func confirmations(answers string) (n int, err error) {
	var list []int
	if err := json.Unmarshal([]byte("["+strings.Trim(answers, "[]")+"]"), &list); err != nil {
		return 0, fmt.Errorf("answers=: %w", err)
	}
	for _, status := range list {
		if status/100 == 2 {
			n++
		}
	}
	return n, nil
}

// soldFor follows the charges under token to their orders and returns how many
// of each sku those hold.
func soldFor(x *Ctx, token string, made int) (map[string]int, error) {
	charges, err := held(x, token)
	if err != nil {
		return nil, err
	}
	if len(charges) != made {
		return nil, &Failure{What: "charges that the bank holds (less refunds)", Expected: fmt.Sprintf("%d, one for each confirmed order", made), Actual: strconv.Itoa(len(charges)), Exchange: x.last()}
	}
	sold := map[string]int{}
	for _, c := range charges {
		e := x.Do(Request{Method: "GET", Target: "/orders/" + c.Reference})
		var o struct {
			Status string
			Total  int64 `json:"total_cents"`
			Items  []struct {
				SKU      string
				Quantity int
			}
		}
		if err := json.Unmarshal(e.Got.body(), &o); e.Got.Status != 200 || err != nil {
			return nil, &Failure{What: "the order that the charge " + c.ID + " refers to", Expected: "200 and an order", Actual: fmt.Sprint(e.Got.Status, " ", e.Got.Err), Exchange: &e}
		}
		if o.Status != "confirmed" || o.Total != c.Amount {
			return nil, &Failure{What: "the order that was charged", Expected: fmt.Sprintf("confirmed, over %d cents", c.Amount), Actual: fmt.Sprintf("%s, over %d cents", o.Status, o.Total), Exchange: &e}
		}
		for _, i := range o.Items {
			sold[i.SKU] += i.Quantity
		}
	}
	return sold, nil
}

func onShelf(x *Ctx, sku string, start, sold int) error {
	e := x.Do(Request{Method: "GET", Target: "/products/" + sku})
	var p struct{ Stock *int }
	if err := json.Unmarshal(e.Got.body(), &p); e.Got.Status != 200 || err != nil || p.Stock == nil {
		return &Failure{What: "stock of " + sku, Expected: "200 and a whole number", Actual: fmt.Sprint(e.Got.Status, " ", clip(e.Got.Body, 120), e.Got.Err), Exchange: &e}
	}
	if *p.Stock != start-sold {
		return &Failure{What: "stock of " + sku, Expected: fmt.Sprintf("%d (%d at the start, %d in confirmed orders)", start-sold, start, sold), Actual: strconv.Itoa(*p.Stock), Exchange: &e}
	}
	return nil
}

// held returns the charges under a token that were not refunded.
func held(x *Ctx, token string) ([]Charge, error) {
	return Observe(x, "charges "+token, func() (out []Charge, err error) {
		for _, c := range x.R.Bench.Charges() {
			if c.Token == token && !c.Refunded {
				out = append(out, c)
			}
		}
		return out, nil
	})
}
