package verify

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (p *stepParser) let(words []string) {
	if len(words) < 4 || words[2] != "=" {
		p.bad("let has another form", "write: let NAME = GENERATOR [ARGUMENTS]")
		return
	}
	l := &Let{Name: words[1], Gen: words[3], Args: words[4:], Line: p.lineNo()}
	p.name(l.Name)
	g, ok := generators()[l.Gen]
	switch {
	case !ok:
		p.bad("there is no generator "+strconv.Quote(l.Gen), "see the grammar in content/README.md")
	case len(l.Args) < g.least || len(l.Args) > g.most:
		p.bad(l.Gen+" takes other arguments", "write: "+g.form)
	}
	p.steps = append(p.steps, l)
	p.cur, p.hint = nil, nil
}

func (p *stepParser) name(name string) {
	if !nameForm.MatchString(name) || slices.Contains([]string{"i", "round", "today"}, name) {
		p.bad(strconv.Quote(name)+" is no name for a value", "use letters, digits and _; i, round and today are taken")
	}
}

func (p *stepParser) use(words []string) {
	u := &Use{Line: p.lineNo()}
	switch {
	case len(words) == 2:
		u.Fixture = words[1]
	case len(words) == 4 && words[2] == "as":
		u.Fixture, u.Prefix = words[1], words[3]+"."
		p.name(words[3])
	default:
		p.bad("use has another form", "write: use FIXTURE, or: use FIXTURE as NAME")
		return
	}
	p.steps = append(p.steps, u)
	p.cur, p.hint = nil, nil
}

// call reads bench and probe. Whether there is such a probe, and what it
// takes, is looked at when the task is whole.
func (p *stepParser) call(words []string) {
	if len(words) < 2 {
		p.bad(words[0]+" needs a name", "write: "+words[0]+" NAME key=value …")
		return
	}
	c := &Call{Kind: words[0], Name: words[1], Args: map[string]string{}, Line: p.lineNo()}
	for _, kv := range words[2:] {
		k, v, ok := strings.Cut(kv, "=")
		if !ok || c.Args[k] != "" {
			p.bad("the argument "+strconv.Quote(kv)+" is no key=value, or comes twice", "write key=value without blanks; values with blanks come from let NAME = fill …")
			return
		}
		c.Args[k] = v
	}
	if c.Kind == "bench" {
		if _, err := newProgram(c.Args); err != nil && !strings.Contains(strings.Join(words, " "), "{{") {
			p.bad(err.Error(), "see the grammar in content/README.md")
		}
	}
	p.steps = append(p.steps, c)
	p.cur, p.hint = nil, &c.Hint
}

func (p *stepParser) modifier(words []string) {
	p.modified = true
	number := func(text string, most int) int {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > most {
			p.bad(words[0]+" "+strconv.Quote(text)+" is no number from 1 to "+strconv.Itoa(most), "write: "+words[0]+" 10")
		}
		return n
	}
	switch {
	case words[0] == "given" && len(words) == 1:
		p.mod.Given = true
	case words[0] == "stopping" && len(words) == 1:
		p.mod.Stopping = true
	case words[0] == "parallel" && len(words) == 4 && words[2] == "rounds":
		p.mod.Parallel, p.mod.Rounds = number(words[1], 500), number(words[3], 500)
	case words[0] == "parallel" && len(words) == 2:
		p.mod.Parallel = number(words[1], 500)
	case words[0] == "repeat" && len(words) == 2:
		p.mod.Repeat = number(words[1], 2000)
	case words[0] == "retry" && len(words) == 2:
		p.mod.Retry = p.duration(words[1])
	case words[0] == "timeout" && len(words) == 2:
		p.mod.Timeout = p.duration(words[1])
	default:
		p.bad(words[0]+" has another form", "write given or stopping alone, parallel N [rounds R], repeat N, retry DURATION or timeout DURATION")
	}
}

func (p *stepParser) save(words []string) {
	if p.cur == nil {
		p.bad(words[0]+" before any request", "write it below the request whose answer holds the value")
		return
	}
	form := "write: " + words[0] + " NAME = json PATH, or header NAME [/re/], or status"
	if len(words) < 4 || words[2] != "=" {
		p.bad(words[0]+" has another form", form)
		return
	}
	s := Save{Name: words[1], Subject: words[3], All: words[0] == "collect", Line: p.lineNo()}
	p.name(s.Name)
	rest := words[4:]
	switch {
	case s.Subject == "json" && len(rest) == 1:
		s.Arg = rest[0]
		p.path(s.Arg)
	case s.Subject == "header" && len(rest) == 1:
		s.Arg = rest[0]
	case s.Subject == "header" && len(rest) == 2:
		s.Arg, s.Re = rest[0], strings.TrimSuffix(strings.TrimPrefix(rest[1], "/"), "/")
		p.pattern(s.Re)
	case s.Subject == "status" && len(rest) == 0:
	default:
		p.bad(words[0]+" has another form", form)
		return
	}
	p.cur.Saves = append(p.cur.Saves, s)
}

func (p *stepParser) pattern(re string) {
	if _, err := regexp.Compile(re); err != nil {
		p.bad(err.Error(), "mend the regular expression (Go's syntax)")
	}
}

func (p *stepParser) path(path string) {
	if strings.Contains(path, "{{") {
		return // known only when it runs
	}
	if _, _, err := lookup(nil, path); err != nil {
		p.bad(err.Error(), "write a path such as $.items[0].id, $.items[*].id or $.rows[?key==\"v\"].n")
	}
}

func (p *stepParser) assert(text string, words []string) {
	if p.cur == nil {
		p.bad("an assertion before any request", "write it below the request whose answer it is about")
		return
	}
	a := Assert{Subject: words[0], Line: p.lineNo()}
	ok := false
	switch a.Subject {
	case "unique":
		if ok = len(words) == 3 && words[1] == "json"; ok {
			a.Arg = words[2]
			p.path(a.Arg)
		}
	case "problem":
		if ok = len(words) == 1 || len(words) == 3 && words[1] == "field"; ok && len(words) == 3 {
			a.Arg = words[2]
		}
	case "json", "header", "tally":
		if ok = len(words) > 2; ok {
			a.Arg = words[1]
			ok = p.predicate(&a, text, 2)
		}
	default:
		if ok = len(words) > 1; ok {
			ok = p.predicate(&a, text, 1)
		}
	}
	if !ok {
		p.bad("the assertion "+strconv.Quote(text)+" has another form", "write: "+subjects[a.Subject])
		return
	}
	p.cur.Asserts = append(p.cur.Asserts, a)
	p.hint = &p.cur.Asserts[len(p.cur.Asserts)-1].Hint
}

// predicate reads what stands behind the first n words of an assertion.
func (p *stepParser) predicate(a *Assert, text string, n int) bool {
	if a.Subject == "json" {
		p.path(a.Arg)
	}
	if a.Subject == "tally" && !statusForm.MatchString(a.Arg) {
		return false
	}
	a.Pred, a.Value, _ = strings.Cut(after(text, n), " ")
	a.Value = strings.TrimSpace(a.Value)
	takes, ok := predicates[a.Pred]
	if !ok || takes != (a.Value != "") {
		return false
	}
	literal := !strings.Contains(a.Value, "{{")
	switch {
	case a.Pred == "matches":
		p.pattern(unslash(a.Value))
	case a.Pred == "is" && !slices.Contains(kinds, a.Value):
		p.bad("is knows no "+strconv.Quote(a.Value), "write one of "+strings.Join(kinds, ", "))
	case (a.Subject == "time" || a.Pred == "near") && literal:
		if _, err := time.ParseDuration(a.Value); err != nil {
			return false
		}
	case (a.Subject == "tally" || a.Subject == "status" || a.Pred == "length") && literal:
		if _, err := strconv.Atoi(a.Value); err != nil {
			return false
		}
	}
	return true
}

// after returns text without its first n words.
func after(text string, n int) string {
	for range n {
		text = strings.TrimSpace(text)
		i := strings.IndexAny(text, " \t")
		if i < 0 {
			return ""
		}
		text = text[i:]
	}
	return strings.TrimSpace(text)
}

// unslash takes the slashes off a regular expression.
func unslash(re string) string {
	return strings.TrimSuffix(strings.TrimPrefix(re, "/"), "/")
}

// statusMatches says whether code is one of want: 201, 2xx, 400|422 or any.
func statusMatches(want string, code int) bool {
	if want == "any" {
		return code > 0
	}
	text := strconv.Itoa(code)
	for w := range strings.SplitSeq(want, "|") {
		if w == text || strings.HasSuffix(w, "xx") && w[0] == text[0] {
			return true
		}
	}
	return false
}
