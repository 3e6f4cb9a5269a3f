package verify

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// The bench as the bank and the mail service of p3-checkout.

// A Charge is money that the payments role took.
type Charge struct {
	ID        string `json:"id"`
	Reference string `json:"reference"`
	Amount    int64  `json:"amount_cents"`
	Token     string `json:"token"`
	Refunded  bool   `json:"refunded"`
	key, body string // of the request that made it
}

// keptCharges and keptMails are names in Bench.kept.
const (
	keptCharges = "charges"
	keptMails   = "mails"
)

// Charges returns what the payments role has charged since the check began,
// in order.
func (b *Bench) Charges() []Charge {
	b.mu.Lock()
	defer b.mu.Unlock()
	all, _ := b.kept[keptCharges].([]*Charge)
	return copies(all)
}

// payments is the bank:
//
//	POST /charges {reference, amount_cents, token}   201; 402 for tok_declined; one charge for each Idempotency-Key
//	GET  /references/{reference}                      200 {items}
//	POST /charges/{id}/refund                         200
func payments(b *Bench, call BenchHit, _ int) (status int, answer any) {
	all, _ := b.kept[keptCharges].([]*Charge)
	part := strings.Split(strings.Trim(call.Path, "/"), "/")
	switch {
	case call.Method == "POST" && len(part) == 1 && part[0] == "charges":
		return b.charge(all, call)
	case call.Method == "GET" && len(part) == 2 && part[0] == "references":
		items := []*Charge{}
		for _, c := range all {
			if c.Reference == part[1] {
				items = append(items, c)
			}
		}
		return http.StatusOK, map[string]any{"items": copies(items)}
	case call.Method == "POST" && len(part) == 3 && part[0] == "charges" && part[2] == "refund":
		for _, c := range all {
			if c.ID == part[1] {
				c.Refunded = true
				return http.StatusOK, *c
			}
		}
	}
	return http.StatusNotFound, map[string]any{"error": "the bank knows no " + call.Method + " " + call.Path}
}

// copies returns what the charges are now: an answer is written later, without the lock.
func copies(charges []*Charge) []Charge {
	out := make([]Charge, len(charges))
	for i, c := range charges {
		out[i] = *c
	}
	return out
}

func (b *Bench) charge(all []*Charge, call BenchHit) (status int, answer any) {
	refuse := func(status int, why string) (int, any) { return status, map[string]any{"error": why} }
	key := call.Header.Get("Idempotency-Key")
	var in struct {
		Reference any     `json:"reference"`
		Amount    float64 `json:"amount_cents"`
		Token     string  `json:"token"`
	}
	if err := json.Unmarshal([]byte(call.Body), &in); err != nil {
		return refuse(http.StatusBadRequest, "the body is not {reference, amount_cents, token}")
	}
	switch {
	case key == "":
		return refuse(http.StatusBadRequest, "the header Idempotency-Key is missing")
	case in.Reference == nil || in.Token == "" || in.Amount <= 0 || in.Amount != float64(int64(in.Amount)):
		return refuse(http.StatusUnprocessableEntity, "reference, token and amount_cents (a whole number over 0) are needed")
	case in.Token == "tok_declined":
		return refuse(http.StatusPaymentRequired, "the card is declined")
	}
	for _, c := range all {
		switch {
		case c.key == key && c.body == call.Body:
			return http.StatusCreated, *c
		case c.key == key:
			return refuse(http.StatusUnprocessableEntity, "this Idempotency-Key was used with another body")
		}
	}
	c := &Charge{ID: "ch_" + strconv.Itoa(len(all)+1), Reference: show(in.Reference), Amount: int64(in.Amount), Token: in.Token, key: key, body: call.Body}
	b.kept[keptCharges] = append(all, c)
	return http.StatusCreated, *c
}

// Mails returns the order ids of the messages that the mail role has taken
// since the check began, in order.
func (b *Bench) Mails() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	all, _ := b.kept[keptMails].([]string)
	return append([]string{}, all...)
}

// takeMail takes POST /messages {order_id, template}.
func takeMail(b *Bench, call BenchHit, _ int) (status int, answer any) {
	var in struct {
		Order any `json:"order_id"`
	}
	if err := json.Unmarshal([]byte(call.Body), &in); err != nil || in.Order == nil || call.Method != "POST" || call.Path != "/messages" {
		return http.StatusBadRequest, map[string]any{"error": "want POST /messages {order_id, template}"}
	}
	all, _ := b.kept[keptMails].([]string)
	b.kept[keptMails] = append(all, show(in.Order))
	return http.StatusAccepted, map[string]any{"accepted": true}
}
