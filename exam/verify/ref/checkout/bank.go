package checkout

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// What is known of a charge after it was tried.
type outcome int

const (
	charged  outcome = iota
	declined         // the bank refuses this card
	failed           // the bank answers, with errors
	silent           // the bank does not answer: it may have charged
)

const (
	perAttempt = 700 * time.Millisecond
	attempts   = 3
)

type bank struct{ at, bug string }

type charge struct {
	ID       string `json:"id"`
	Refunded bool   `json:"refunded"`
}

// call sends one request and decodes what comes; status 0 is no answer.
func (b bank) call(ctx context.Context, method, path, key string, in, out any) int {
	limit := perAttempt
	if b.bug == "no-timeout" && path == "/charges" {
		limit = time.Minute
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return call(ctx, method, b.at+path, key, in, out)
}

func call(ctx context.Context, method, address, key string, in, out any) int {
	body, err := json.Marshal(in)
	if err != nil {
		return 0
	}
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return 0
	}
	req.Header.Set("Content-Type", "application/json")
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	if out != nil && json.NewDecoder(resp.Body).Decode(out) != nil {
		return 0
	}
	return resp.StatusCode
}

// charge asks for the money of o, at most three times and always with one key.
func (b bank) charge(ctx context.Context, o order) outcome {
	in := map[string]any{"reference": o.ID, "amount_cents": o.Total, "token": o.Token}
	tries, known := attempts, failed
	switch b.bug {
	case "retries-for-ever":
		tries = 6 // which fits into what a buyer waits while the bank hangs
	case "one-attempt":
		tries = 1
	}
	key := o.ID
	for n := range tries {
		if n > 0 {
			time.Sleep(50 * time.Millisecond << min(n, 3))
		}
		switch status := b.call(ctx, "POST", "/charges", key, in, nil); {
		case status == 201 || status == 200:
			return charged
		case status == 402:
			return declined
		case status == 0:
			known = silent
			if b.bug == "no-timeout" || b.bug == "lost-answer-forgotten" {
				return silent
			}
		case b.bug == "new-key-per-retry":
			key = fmt.Sprint(o.ID, "-", n)
		}
	}
	return known
}

// has says whether the bank holds money for the order, and takes it back when back is set.
func (b bank) has(ctx context.Context, id string, back bool) (bool, error) {
	var list struct {
		Items []charge `json:"items"`
	}
	if status := b.call(ctx, "GET", "/references/"+url.PathEscape(id), "", nil, &list); status != 200 {
		return false, errors.New("the bank does not answer")
	}
	held := false
	for _, c := range list.Items {
		held = held || !c.Refunded
		if back && !c.Refunded {
			if status := b.call(ctx, "POST", "/charges/"+c.ID+"/refund", "refund-"+c.ID, nil, nil); status != 200 {
				return true, errors.New("the bank does not refund")
			}
		}
	}
	return held, nil
}
