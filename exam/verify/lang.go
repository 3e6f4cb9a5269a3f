package verify

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A check's body is a list of Steps written in a small line language:
//
//	let NAME = GENERATOR [ARGS]         make a value for this run
//	use FIXTURE [as PREFIX]             run a fixture; its saved values become PREFIX.NAME
//	wait 1500ms                         sleep
//	app restart|kill                    needs --cmd (SIGTERM+start, SIGKILL+start)
//	bench TARGET key=value ...          program the verifier's own upstream
//	probe NAME key=value ...            call a check written in Go
//	given                               the next request is a precondition
//	parallel N [rounds R] | repeat N | retry D | timeout D   modify the next request
//	METHOD TARGET                       then header lines, then an optional body
//	=> 201  or  => 400|422  or => 2xx   the response, then assertions one a line
type Step interface{}

type Let struct {
	Name, Gen string
	Args      []string
	Line      int
}
type Use struct {
	Fixture, Prefix string
	Line            int
}
type Wait struct {
	D    time.Duration
	Line int
}
type Control struct {
	Verb string
	Line int
}
type Call struct { // bench or probe
	Kind, Name string
	Args       map[string]string
	Hint       string
	Line       int
}
type Exchange struct {
	Method, Target string
	Headers        [][2]string
	Body           string
	Given          bool // a precondition: not met means blocked, not failed
	Parallel       int
	Repeat         int
	Rounds         int
	Retry, Timeout time.Duration
	Want           string
	WantHint       string
	Asserts        []Assert
	Saves          []Save
	Line           int
}
type Assert struct {
	Subject, Arg, Pred, Value, Hint, Text string
	Line                                  int
}
type Save struct {
	Name, Subject, Arg, Re string
	All                    bool
	Line                   int
}

var (
	reMethod = regexp.MustCompile(`^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) (\S+)$`)
	reHeader = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9-]*): (.*)$`)
	reStatus = regexp.MustCompile(`^([1-5](\d\d|xx))(\|[1-5](\d\d|xx))*$|^any$`)
)

var preds = map[string]int{ // predicate -> does it take a value
	"exists": 0, "absent": 0, "==": 1, "!=": 1, "<": 1, "<=": 1, ">": 1, ">=": 1,
	"contains": 1, "lacks": 1, "matches": 1, "is": 1, "length": 1, "near": 1, "unique": 0, "empty": 0,
}

func ParseSteps(src string, firstLine int) ([]Step, error) {
	lines := strings.Split(strings.TrimRight(src, "\n"), "\n")
	var out []Step
	var par, rep, rounds int
	var given bool
	var retry, timeout time.Duration
	var cur *Exchange
	var lastHint *string
	for i := 0; i < len(lines); i++ {
		raw := lines[i]
		ln := firstLine + i
		s := strings.TrimSpace(raw)
		bad := func(f string, a ...any) error { return fmt.Errorf("line %d: %s", ln, fmt.Sprintf(f, a...)) }
		if s == "" || strings.HasPrefix(s, "#") {
			continue
		}
		if m := reMethod.FindStringSubmatch(s); m != nil {
			cur = &Exchange{Method: m[1], Target: m[2], Parallel: par, Repeat: rep, Rounds: rounds, Retry: retry, Timeout: timeout, Given: given, Line: ln}
			par, rep, rounds, retry, timeout, given = 0, 0, 0, 0, 0, false
			i++
			for ; i < len(lines); i++ {
				h := reHeader.FindStringSubmatch(strings.TrimSpace(lines[i]))
				if h == nil {
					break
				}
				cur.Headers = append(cur.Headers, [2]string{h[1], h[2]})
			}
			var body []string
			for ; i < len(lines) && !strings.HasPrefix(strings.TrimSpace(lines[i]), "=>"); i++ {
				body = append(body, lines[i])
			}
			if i >= len(lines) {
				return nil, bad("request without a '=>' line")
			}
			cur.Body = strings.TrimSpace(strings.Join(body, "\n"))
			cur.Want = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(lines[i]), "=>"))
			if !reStatus.MatchString(cur.Want) {
				return nil, fmt.Errorf("line %d: status %q: want 201, 2xx, 400|422 or any", firstLine+i, cur.Want)
			}
			lastHint = &cur.WantHint
			out = append(out, cur)
			continue
		}
		f := strings.Fields(s)
		rest := func(n int) string { // the text after the first n words
			t := s
			for j := 0; j < n; j++ {
				t = strings.TrimSpace(t)
				k := strings.IndexAny(t, " \t")
				if k < 0 {
					return ""
				}
				t = t[k:]
			}
			return strings.TrimSpace(t)
		}
		dur := func(v string) (time.Duration, error) {
			d, err := time.ParseDuration(v)
			if err != nil {
				return 0, bad("duration %q", v)
			}
			return d, nil
		}
		var err error
		switch f[0] {
		case "let":
			if len(f) < 4 || f[2] != "=" {
				return nil, bad("want: let NAME = GENERATOR [ARGS]")
			}
			out = append(out, &Let{Name: f[1], Gen: f[3], Args: f[4:], Line: ln})
		case "use":
			u := &Use{Line: ln}
			switch {
			case len(f) == 2:
				u.Fixture = f[1]
			case len(f) == 4 && f[2] == "as":
				u.Fixture, u.Prefix = f[1], f[3]+"."
			default:
				return nil, bad("want: use FIXTURE [as PREFIX]")
			}
			out = append(out, u)
		case "wait":
			var d time.Duration
			if len(f) != 2 {
				return nil, bad("want: wait DURATION")
			}
			if d, err = dur(f[1]); err != nil {
				return nil, err
			}
			out = append(out, &Wait{d, ln})
		case "app":
			if len(f) != 2 || (f[1] != "restart" && f[1] != "kill") {
				return nil, bad("want: app restart|kill")
			}
			out = append(out, &Control{f[1], ln})
		case "bench", "probe":
			if len(f) < 2 {
				return nil, bad("want: %s NAME key=value ...", f[0])
			}
			c := &Call{Kind: f[0], Name: f[1], Args: map[string]string{}, Line: ln}
			for _, kv := range f[2:] {
				k, v, ok := strings.Cut(kv, "=")
				if !ok {
					return nil, bad("argument %q: want key=value", kv)
				}
				c.Args[k] = v
			}
			out = append(out, c)
			cur, lastHint = nil, &c.Hint
		case "given":
			if len(f) != 1 {
				return nil, bad("given stands alone on its line")
			}
			given = true
		case "parallel", "repeat":
			if len(f) == 4 && f[0] == "parallel" && f[2] == "rounds" {
				n, e := strconv.Atoi(f[3])
				if e != nil || n < 1 || n > 500 {
					return nil, bad("rounds %q: want 1..500", f[3])
				}
				rounds, f = n, f[:2]
			}
			if len(f) != 2 {
				return nil, bad("want: %s N", f[0])
			}
			n, e := strconv.Atoi(f[1])
			if e != nil || n < 1 || n > 2000 {
				return nil, bad("%s %q: want 1..2000", f[0], f[1])
			}
			if f[0] == "parallel" {
				par = n
			} else {
				rep = n
			}
		case "retry", "timeout":
			if len(f) != 2 {
				return nil, bad("want: %s DURATION", f[0])
			}
			d, e := dur(f[1])
			if e != nil {
				return nil, e
			}
			if f[0] == "retry" {
				retry = d
			} else {
				timeout = d
			}
		case "save", "collect":
			if cur == nil {
				return nil, bad("%s before any request", f[0])
			}
			if len(f) < 4 || f[2] != "=" {
				return nil, bad("want: %s NAME = json PATH | header NAME [/re/] | status", f[0])
			}
			sv := Save{Name: f[1], Subject: f[3], All: f[0] == "collect", Line: ln}
			if len(f) > 4 {
				sv.Arg = f[4]
			}
			if len(f) > 5 {
				sv.Re = strings.Trim(f[5], "/")
			}
			cur.Saves = append(cur.Saves, sv)
		case "hint":
			if lastHint == nil {
				return nil, bad("hint before any assertion")
			}
			*lastHint = rest(1)
		case "status", "body", "time", "json", "header", "tally", "unique", "problem":
			if cur == nil {
				return nil, bad("assertion before any request")
			}
			a := Assert{Subject: f[0], Text: s, Line: ln}
			n := 1
			switch f[0] {
			case "json", "header", "tally":
				if len(f) < 2 {
					return nil, bad("%s needs an argument", f[0])
				}
				a.Arg, n = f[1], 2
			case "unique": // over all answers of all rounds
				if len(f) != 3 || f[1] != "json" {
					return nil, bad("want: unique json PATH")
				}
				a.Arg = f[2]
			case "problem": // problem [field NAME]
				if len(f) == 3 && f[1] == "field" {
					a.Arg = f[2]
				} else if len(f) != 1 {
					return nil, bad("want: problem [field NAME]")
				}
			}
			if f[0] != "problem" && f[0] != "unique" {
				if len(f) <= n {
					return nil, bad("no predicate in %q", s)
				}
				a.Pred = f[n]
				takes, ok := preds[a.Pred]
				if !ok {
					return nil, bad("unknown predicate %q", a.Pred)
				}
				a.Value = rest(n + 1)
				if (takes == 1) != (a.Value != "") {
					return nil, bad("predicate %q in %q: value missing or not wanted", a.Pred, s)
				}
				if a.Pred == "matches" {
					if _, e := regexp.Compile(strings.Trim(a.Value, "/")); e != nil {
						return nil, bad("%v", e)
					}
				}
			}
			cur.Asserts = append(cur.Asserts, a)
			lastHint = &cur.Asserts[len(cur.Asserts)-1].Hint
		default:
			return nil, bad("unknown word %q", f[0])
		}
	}
	if par != 0 || rep != 0 || retry != 0 || timeout != 0 || given {
		return nil, fmt.Errorf("line %d: modifier without a request", firstLine+len(lines)-1)
	}
	return out, nil
}

func statusMatches(want string, code int) bool {
	if want == "any" {
		return true
	}
	for _, w := range strings.Split(want, "|") {
		if strings.HasSuffix(w, "xx") {
			if strconv.Itoa(code)[:1] == w[:1] {
				return true
			}
		} else if strconv.Itoa(code) == w {
			return true
		}
	}
	return false
}
