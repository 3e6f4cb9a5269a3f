package verify

import (
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A miss is an assertion that does not hold.
type miss struct{ what, want, got string }

// judge holds one answer against an assertion whose values are filled in; now
// is the moment of the answer. It returns nil if the assertion holds.
func (a Assert) judge(g *Got, now time.Time) *miss {
	pred := strings.TrimSpace(a.Pred + " " + a.Value)
	switch a.Subject {
	case "status":
		if !compareNumber(float64(g.Status), a.Pred, a.Value) {
			return &miss{"status", pred, strconv.Itoa(g.Status)}
		}
	case "time":
		d, err := time.ParseDuration(a.Value)
		if err != nil || !compareNumber(float64(g.Time), a.Pred, strconv.FormatInt(int64(d), 10)) {
			return &miss{"time of the response", pred, g.Time.Round(time.Millisecond).String()}
		}
	case "body":
		return a.judgeBody(g, pred)
	case "header":
		return a.judgeHeader(g, pred)
	case "problem":
		return a.judgeProblem(g)
	case "json":
		return a.judgeJSON(g, pred, now)
	}
	return nil
}

func (a Assert) judgeBody(g *Got, pred string) *miss {
	switch a.Pred {
	case "empty":
		if g.size() != 0 {
			return &miss{"body", "empty", fmt.Sprintf("%d bytes", g.size())}
		}
	case "length":
		if strconv.Itoa(g.size()) != a.Value {
			return &miss{"body", pred, strconv.Itoa(g.size())}
		}
	default:
		if !g.text(a.Pred, a.Value) {
			return &miss{"body", pred, strconv.Quote(clip(g.Body, 120))}
		}
	}
	return nil
}

func (a Assert) judgeHeader(g *Got, pred string) *miss {
	what := "header " + a.Arg
	values := g.Header.Values(a.Arg)
	value := strings.Join(values, ", ")
	switch {
	case a.Pred == "absent" && len(values) > 0:
		return &miss{what, "absent", strconv.Quote(value)}
	case a.Pred == "absent":
		return nil
	case len(values) == 0 && a.Pred == "exists":
		return &miss{what, "present", "no such header"}
	case len(values) == 0:
		return &miss{what, pred, "no such header"}
	case a.Pred == "exists":
		return nil
	case !compareText(value, a.Pred, strings.Trim(a.Value, `"`)):
		return &miss{what, pred, strconv.Quote(value)}
	}
	return nil
}

// judgeProblem wants problem details as in RFC 9457.
func (a Assert) judgeProblem(g *Got) *miss {
	if g.contentType() != "application/problem+json" {
		return &miss{"header Content-Type", "application/problem+json", strconv.Quote(g.Header.Get("Content-Type"))}
	}
	one := func(path string) any {
		if vs, _, err := g.Lookup(path); err == nil && len(vs) > 0 {
			return vs[0]
		}
		return nil
	}
	if !isObject(g) {
		return &miss{"body", "a JSON object (RFC 9457)", strconv.Quote(clip(g.Body, 120))}
	}
	if s, _ := one("$.title").(string); strings.TrimSpace(s) == "" {
		return &miss{"json $.title", "a short text", show(one("$.title"))}
	}
	if n, _ := one("$.status").(float64); int(n) != g.Status {
		return &miss{"json $.status", "the HTTP status " + strconv.Itoa(g.Status), show(one("$.status"))}
	}
	if a.Arg == "" {
		return nil
	}
	fields, _, _ := g.Lookup("$.errors[*].field") // a good path
	for _, f := range fields {
		if show(f) == a.Arg {
			return nil
		}
	}
	return &miss{"json $.errors[*].field", "contains " + strconv.Quote(a.Arg), show(fields)}
}

func isObject(g *Got) bool {
	return fact(g, "object", func() bool {
		doc, err := g.parse()
		_, ok := doc.(map[string]any)
		return err == nil && ok
	})
}

func (a Assert) judgeJSON(g *Got, pred string, now time.Time) *miss {
	if fault := g.jsonFault(); fault != "" {
		return &miss{"body", "JSON", fault + ": " + strconv.Quote(clip(g.Body, 120))}
	}
	what := "json " + a.Arg
	values, many, err := g.Lookup(a.Arg)
	if err != nil {
		return &miss{what, pred, err.Error()}
	}
	found := len(values) > 0
	var v any
	got := "nothing there"
	switch {
	case many:
		v, got = append([]any{}, values...), show(append([]any{}, values...))
	case found:
		v, got = values[0], show(values[0])
	}
	m := &miss{what, pred, clip(got, 160)}
	switch a.Pred {
	case "exists":
		m.want = "present"
		return unless(found, m)
	case "absent":
		return unless(!found, m)
	case "is":
		return unless((found || many) && isKind(v, a.Value), m)
	case "near":
		return a.judgeNear(v, m, now)
	case "unique":
		return judgeUnique(values, m)
	case "length":
		list, ok := v.([]any)
		m.want = "a list of " + a.Value
		return unless(ok && strconv.Itoa(len(list)) == a.Value, m)
	}
	if many && len(values) == 1 && (a.Pred[0] == '<' || a.Pred[0] == '>' || !strings.HasPrefix(a.Value, "[") && a.Pred[1:] == "=") {
		v = values[0] // $.rows[?key=="v"].n == 2 means the one that is there
	}
	return unless((found || many) && compareJSON(v, a.Pred, a.Value), m)
}

func unless(ok bool, m *miss) *miss {
	if ok {
		return nil
	}
	return m
}

func (a Assert) judgeNear(v any, m *miss, now time.Time) *miss {
	d, err := time.ParseDuration(a.Value)
	if err != nil {
		return m
	}
	s, _ := v.(string)
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		m.want = "an RFC 3339 time"
		return m
	}
	m.want = "within " + a.Value + " of now (" + now.UTC().Format(time.RFC3339) + ")"
	m.got += fmt.Sprintf(" (%v away)", now.Sub(t).Round(time.Second))
	return unless(now.Sub(t).Abs() <= d, m)
}

func judgeUnique(values []any, m *miss) *miss {
	seen := map[string]bool{}
	for _, v := range values {
		if seen[show(v)] {
			m.want, m.got = "no value twice", show(v)+" comes twice"
			return m
		}
		seen[show(v)] = true
	}
	return nil
}

// compareJSON holds a decoded value against a predicate. What stands in the
// task is JSON, or else a text.
func compareJSON(v any, pred, want string) bool {
	var w any
	if json.Unmarshal([]byte(want), &w) != nil {
		w = want
	}
	switch pred {
	case "==":
		return reflect.DeepEqual(v, w)
	case "!=":
		return !reflect.DeepEqual(v, w)
	case "contains", "lacks":
		has := false
		switch l := v.(type) {
		case []any:
			for _, e := range l {
				has = has || reflect.DeepEqual(e, w)
			}
		case string:
			has = strings.Contains(l, show(w))
		}
		return has == (pred == "contains")
	case "matches":
		s, ok := v.(string)
		return ok && compareText(s, pred, want)
	}
	n, ok := v.(float64)
	return ok && compareNumber(n, pred, want)
}

func isKind(v any, kind string) bool {
	s, isText := v.(string)
	n, isNumber := v.(float64)
	switch kind {
	case "string":
		return isText
	case "text": // with something in it
		return strings.TrimSpace(s) != ""
	case "number":
		return isNumber
	case "integer":
		return isNumber && n == float64(int64(n))
	case "bool":
		_, ok := v.(bool)
		return ok
	case "array":
		_, ok := v.([]any)
		return ok
	case "object":
		_, ok := v.(map[string]any)
		return ok
	case "null":
		return v == nil
	case "id": // opaque: a number or a text
		return isNumber || s != ""
	case "utc": // RFC 3339 in UTC
		t, err := time.Parse(time.RFC3339Nano, s)
		_, offset := t.Zone()
		return err == nil && offset == 0
	case "url":
		u, err := url.Parse(s)
		return err == nil && u.Host != ""
	}
	return false
}

// compareNumber is false, too, for a want that is no number.
func compareNumber(n float64, pred, want string) bool {
	w, err := strconv.ParseFloat(want, 64)
	if err != nil {
		return false
	}
	switch pred {
	case "==":
		return n == w
	case "!=":
		return n != w
	case "<":
		return n < w
	case "<=":
		return n <= w
	case ">":
		return n > w
	case ">=":
		return n >= w
	}
	return false
}

// compareText compares texts; contains and lacks ignore letter case.
func compareText(s, pred, want string) bool {
	switch pred {
	case "==":
		return s == want
	case "!=":
		return s != want
	case "contains":
		return strings.Contains(strings.ToLower(s), strings.ToLower(want))
	case "lacks":
		return !strings.Contains(strings.ToLower(s), strings.ToLower(want))
	case "matches":
		re, err := regexp.Compile(unslash(want))
		return err == nil && re.MatchString(s)
	}
	return false
}

// clip cuts a text to n bytes, at a rune.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
