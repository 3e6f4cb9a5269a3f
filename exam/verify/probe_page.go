package verify

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

var (
	reTag    = regexp.MustCompile(`(?s)<(script|style)\b.*?</(script|style)>|<[^>]*>`)
	reNumber = regexp.MustCompile(`\d+(?:[.,]\d+)?`)
)

// probePage compares the page at path= with the numbers at stats=: it is HTML,
// it names the error rate and p95, and the values of error_rate (as a share or
// in per cent) and p95_ms (in milliseconds or seconds) are on it, rounded as it
// likes.
func probePage(x *Ctx, args map[string]string) error {
	stats := x.Do(Request{Method: "GET", Target: args["stats"]})
	rate, err := numberAt(&stats, "$.error_rate")
	if err != nil {
		return err
	}
	p95, err := numberAt(&stats, "$.p95_ms")
	if err != nil {
		return err
	}
	page := x.Do(Request{Method: "GET", Target: args["path"]})
	fail := func(what, want, got string) error {
		return &Failure{What: what, Expected: want, Actual: got, Exchange: &page}
	}
	if kind := page.Got.Header.Get("Content-Type"); page.Got.Status != 200 || !strings.HasPrefix(strings.ToLower(kind), "text/html") {
		return fail("GET "+args["path"], "200 and text/html", fmt.Sprint(page.Got.Status, " ", kind, " ", page.Got.Err))
	}
	lacks := fact(&page.Got, fmt.Sprintf("lacks %g %g", rate, p95), func() []string { return pageLacks(string(page.Got.body()), rate, p95) })
	if len(lacks) > 0 {
		return fail("text of the page", lacks[0], lacks[1])
	}
	return nil
}

// pageLacks returns what should be on the page and its text, or nothing.
func pageLacks(page string, rate, p95 float64) []string {
	text := strings.Join(strings.Fields(reTag.ReplaceAllString(page, " ")), " ")
	plain := strings.NewReplacer("-", " ", "_", " ").Replace(strings.ToLower(text))
	for _, word := range []string{"error rate", "p95"} {
		if !strings.Contains(plain, word) {
			return []string{"the words " + word, clip(text, 200)}
		}
	}
	if !shows(plain, rate, 0.006) && !shows(plain, rate*100, 0.6) {
		return []string{fmt.Sprintf("error_rate, which is %g now", rate), clip(text, 200)}
	}
	if !shows(plain, p95, 1) && !shows(plain, p95/1000, 0.001) {
		return []string{fmt.Sprintf("p95_ms, which is %g now", p95), clip(text, 200)}
	}
	return nil
}

// shows says whether some number in text is within slack of value.
func shows(text string, value, slack float64) bool {
	for _, n := range reNumber.FindAllString(text, -1) {
		v, err := strconv.ParseFloat(strings.ReplaceAll(n, ",", "."), 64)
		if err == nil && math.Abs(v-value) <= slack {
			return true
		}
	}
	return false
}

// numberAt is the number at path in the JSON of an answer.
func numberAt(e *Exch, path string) (float64, error) {
	found, _, err := e.Got.Lookup(path)
	if err != nil {
		return 0, err
	}
	if len(found) == 1 {
		if v, isNumber := found[0].(float64); isNumber {
			return v, nil
		}
	}
	return 0, &Failure{What: "json " + path, Expected: "a number", Actual: clip(e.Got.Body, 120) + e.Got.Err, Exchange: e}
}
