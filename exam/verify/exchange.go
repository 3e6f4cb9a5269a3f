package verify

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// shots are the requests of one round of a step and their answers.
type shots struct {
	entry *Entry
	all   []Exch // one for each request; in a replay those of a kind share one
	heads []int  // the requests to judge: all, or in a replay the first of each kind
	marks []string
}

// shoot sends n requests, one after the other or as a volley, and records them
// as one entry.
func (x *Ctx) shoot(line, n int, volley bool, request func(i int) Request) *shots {
	s := &shots{marks: make([]string, n)}
	s.entry = x.effect("request", func(e *Entry) {
		e.Line = line
		switch {
		case volley:
			s.all = x.volley(n, request)
		default:
			for i := range n {
				s.all = append(s.all, x.send(request(i)))
			}
		}
		for i := range s.all {
			s.all[i].Line = line
			s.heads = append(s.heads, i)
		}
		if n > 1 {
			x.R.secrets.meet(s.all)
		}
	})
	if x.play != nil {
		x.play.shots(x, s, n, request)
	} else {
		s.sort()
	}
	if x.play == nil {
		x.R.answers = append(x.R.answers, s.all...)
	}
	x.N += n
	return s
}

// sort puts the requests into kinds by status and marks, and writes one of each
// kind into the entry. It is called again when judges have left marks.
func (s *shots) sort() {
	s.entry.Exchanges, s.entry.Order = nil, nil
	kind := map[string]int{}
	for i, e := range s.all {
		key := strconv.Itoa(e.Got.Status) + e.Got.Err + s.marks[i]
		k, known := kind[key]
		if !known {
			k = len(s.entry.Exchanges)
			kind[key] = k
			e.N = 0
			s.entry.Exchanges = append(s.entry.Exchanges, e)
		}
		s.entry.Exchanges[k].N++
		s.entry.Order = append(s.entry.Order, k)
	}
	if len(s.all) == 1 {
		s.entry.Order = nil
	}
}

// values returns what look finds in the answer to each request. Where there
// are several, the findings go into the entry, which holds one answer a kind.
func (s *shots) values(name string, replay bool, look func(g *Got) []any) [][]any {
	if replay && len(s.all) > 1 {
		vs := s.entry.Values[name]
		if len(vs) != len(s.all) {
			refuse("line %d: %s was not kept for each answer", s.entry.Line, name)
		}
		return vs
	}
	vs := make([][]any, len(s.all))
	for i := range s.all {
		vs[i] = look(&s.all[i].Got)
	}
	if !replay && len(s.all) > 1 {
		if s.entry.Values == nil {
			s.entry.Values = map[string][][]any{}
		}
		s.entry.Values[name] = vs
	}
	return vs
}

// exchange runs a request step with its retries and rounds.
func (x *Ctx) exchange(e *Exchange) error {
	deadline := x.Now().Add(x.R.slowed(e.Retry))
	for try := 1; ; try++ {
		err := x.rounds(e)
		if err == nil || e.Retry == 0 || x.Now().After(deadline) {
			var f *Failure
			if e.Retry > 0 && errors.As(err, &f) {
				f.Actual += fmt.Sprintf(" (asked %d times over %v)", try, e.Retry)
			}
			return err
		}
		if err := x.Sleep(50 * time.Millisecond); err != nil {
			return err
		}
	}
}

// round is one round of an exchange while it is judged.
type round struct {
	x      *Ctx
	e      *Exchange
	no     int
	shots  *shots
	unique map[string]map[string]bool // path -> values seen, over all rounds
	lists  map[string][]any           // collected, over all rounds
}

func (x *Ctx) rounds(e *Exchange) error {
	r := &round{x: x, e: e, unique: map[string]map[string]bool{}, lists: map[string][]any{}}
	line := x.line
	x.line = e.Line
	defer func() { x.line = line }()
	for r.no = range max(1, e.Rounds) {
		if err := x.expired(); err != nil {
			return err
		}
		if err := r.run(); err != nil {
			return err
		}
	}
	for name, list := range r.lists {
		x.Vars[name] = list
	}
	return nil
}

// run sends one round and judges it.
func (r *round) run() error {
	n := r.e.size()
	volley := r.e.Parallel > 1
	r.shots = r.x.shoot(r.e.Line, n, volley, r.request)
	if d, again := retryAfter(&r.shots.all[0].Got); n == 1 && again && !strings.Contains(r.e.Want, "429") {
		if err := r.x.Sleep(d); err != nil {
			return err
		}
		r.shots = r.x.shoot(r.e.Line, n, volley, r.request)
	}
	err := r.judge()
	if r.x.play == nil {
		r.shots.sort()
	}
	head := r.shots.all[0]
	head.N = n
	r.x.past = append(r.x.past, head)
	return err
}

// extra are the values of one request among many.
func (r *round) extra(i int) map[string]any {
	return map[string]any{"i": float64(r.no*r.e.size() + i), "round": float64(r.no)}
}

// size is how many requests a round of the step has.
func (e *Exchange) size() int { return max(1, e.Parallel, e.Repeat) }

// request fills in the values of request i.
func (r *round) request(i int) Request {
	extra := r.extra(i)
	req := Request{Method: r.e.Method, Target: r.x.subst(r.e.Target, false, extra), Body: r.x.subst(r.e.Body, true, extra), Timeout: r.e.Timeout}
	for _, h := range r.e.Headers {
		req.Header = append(req.Header, [2]string{h[0], r.x.subst(h[1], false, extra)})
	}
	return req
}

func (r *round) fail(i int, m miss, hint string) *Failure {
	ex := r.shots.all[i]
	ex.N = len(r.shots.all)
	f := &Failure{Line: r.e.Line, What: m.what, Expected: m.want, Actual: m.got, Hint: hint, Exchange: &ex}
	f.Before = slices.Clone(r.x.past[max(0, len(r.x.past)-5):])
	if r.e.Rounds > 1 {
		f.Actual += fmt.Sprintf(" (round %d of %d, %d at once)", r.no+1, r.e.Rounds, ex.N)
	}
	return f
}

// judge holds the answers of a round against everything that the step says.
func (r *round) judge() error {
	for _, i := range r.shots.heads {
		g := &r.shots.all[i].Got
		if g.Err != "" {
			f := r.fail(i, miss{r.e.Method + " " + r.e.Target, "a response", g.Err}, r.e.WantHint)
			f.Timing = g.Err == noResponse
			return f
		}
		if !statusMatches(r.e.Want, g.Status) {
			got := strconv.Itoa(g.Status)
			if n := len(r.shots.all); n > 1 {
				got += fmt.Sprintf(" (%d answers: %s)", n, r.shots.tally())
			}
			return r.fail(i, miss{"status of " + r.e.Method + " " + r.e.Target, r.e.Want, got}, r.e.WantHint)
		}
	}
	for _, a := range r.e.Asserts {
		if err := r.assert(a); err != nil {
			return err
		}
	}
	for _, s := range r.e.Saves {
		if err := r.save(s); err != nil {
			return err
		}
	}
	return nil
}

func (r *round) assert(a Assert) error {
	switch a.Subject {
	case "tally":
		want, n := r.x.subst(a.Value, false, r.extra(0)), 0
		for _, e := range r.shots.all {
			if statusMatches(a.Arg, e.Got.Status) {
				n++
			}
		}
		if compareNumber(float64(n), a.Pred, want) {
			return nil
		}
		return r.fail(0, miss{fmt.Sprintf("number of %s among %d answers", a.Arg, len(r.shots.all)), a.Pred + " " + want, fmt.Sprintf("%d (%s)", n, r.shots.tally())}, a.Hint)
	case "unique":
		return r.assertUnique(a)
	}
	var first *Failure
	for _, i := range r.shots.heads {
		filled := a
		filled.Arg, filled.Value = r.x.subst(a.Arg, false, r.extra(i)), r.x.subst(a.Value, false, r.extra(i))
		m := filled.judge(&r.shots.all[i].Got, r.x.Now())
		if m == nil {
			continue
		}
		r.shots.marks[i] += "," + strconv.Itoa(a.Line)
		if first == nil {
			first = r.fail(i, *m, a.Hint)
			first.Timing = a.Subject == "time"
		}
	}
	if first != nil {
		return first
	}
	return nil
}

func (r *round) assertUnique(a Assert) error {
	if r.unique[a.Arg] == nil {
		r.unique[a.Arg] = map[string]bool{}
	}
	seen := r.unique[a.Arg]
	values := r.shots.values("unique "+a.Arg, r.x.play != nil, func(g *Got) []any {
		vs, _, err := g.Lookup(a.Arg)
		if err != nil {
			return nil // the parser has seen that it is a path
		}
		return vs
	})
	for i, vs := range values {
		if len(vs) == 0 {
			return r.fail(i, miss{"json " + a.Arg, "present in every answer", "nothing there"}, a.Hint)
		}
		for _, v := range vs {
			if seen[show(v)] {
				return r.fail(i, miss{"json " + a.Arg, "another value in every answer", show(v) + " came twice"}, a.Hint)
			}
			seen[show(v)] = true
		}
	}
	return nil
}

func (r *round) save(s Save) error {
	look := func(g *Got) []any { return s.look(g) }
	if !s.All {
		v := look(&r.shots.all[0].Got)
		if len(v) == 0 {
			return r.fail(0, s.missing(&r.shots.all[0].Got), "")
		}
		r.x.Vars[s.Name] = v[0]
		return nil
	}
	for i, v := range r.shots.values("collect "+s.Name, r.x.play != nil, look) {
		if len(v) == 0 {
			return r.fail(i, s.missing(&r.shots.all[i].Got), "")
		}
		r.lists[s.Name] = append(r.lists[s.Name], v[0])
	}
	return nil
}

// look returns the one value to save, or none.
func (s Save) look(g *Got) []any {
	switch s.Subject {
	case "status":
		return []any{float64(g.Status)}
	case "json":
		vs, several, err := g.Lookup(s.Arg)
		switch {
		case err != nil || len(vs) == 0 && !several:
			return nil
		case several:
			return []any{append([]any{}, vs...)}
		}
		return vs[:1]
	}
	h := g.Header.Get(s.Arg)
	if s.Re == "" {
		return []any{h}
	}
	m := regexp.MustCompile(s.Re).FindStringSubmatch(h) // the parser has compiled it once
	if m == nil {
		return nil
	}
	return []any{m[len(m)-1]}
}

func (s Save) missing(g *Got) miss {
	if s.Subject == "header" {
		return miss{"header " + s.Arg, "something like /" + s.Re + "/", strconv.Quote(g.Header.Get(s.Arg))}
	}
	return miss{"json " + s.Arg, "a value (used later as " + s.Name + ")", "nothing there"}
}

// tally counts the answers by status: 1 × 201, 9 × 409.
func (s *shots) tally() string {
	counts := map[int]int{}
	for _, e := range s.all {
		counts[e.Got.Status]++
	}
	var parts []string
	for _, code := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%d × %d", counts[code], code))
	}
	return strings.Join(parts, ", ")
}
