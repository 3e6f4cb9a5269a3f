package verify

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Term writes a run for people. It is not safe for concurrent use.
type Term struct {
	W       io.Writer
	Color   bool
	Plain   bool // words in place of signs: ok, FAIL
	Live    bool // W is a terminal: the check that runs is shown and overwritten
	Verbose int  // 1: every failure in full; 2: every exchange, too
	Width   int  // of a line, in characters; 90 if zero

	stage  int  // the last one with a heading
	folded int  // checks of a stage that were not run
	below  bool // a stage was folded already
}

// style is what a verdict looks like.
type style struct{ sign, word, color, text string }

var styles = map[Status]style{
	Pass:    {"✓", "ok  ", "32", "passed"},
	Fail:    {"✗", "FAIL", "31", "failed"},
	Unsure:  {"?", "????", "33", "not sure"},
	Blocked: {"–", "--  ", "33", "not run"},
	Skipped: {"○", "skip", "36", "skipped"},
	Errored: {"!", "ERR ", "35", "verifier errors"},
}

// order is the order of verdicts in a sum.
var order = []Status{Pass, Fail, Unsure, Blocked, Skipped, Errored}

func (t *Term) paint(color, s string) string {
	if !t.Color || color == "" {
		return s
	}
	return "\x1b[" + color + "m" + s + "\x1b[0m"
}

// words replaces the signs that a plain terminal may not have.
func (t *Term) words(s string) string {
	if !t.Plain {
		return s
	}
	return strings.NewReplacer("→", "->", "—", "-", "☐", "[ ]", "×", "x", "…", "...").Replace(s)
}

func (t *Term) printf(format string, args ...any) {
	fmt.Fprint(t.W, t.words(fmt.Sprintf(format, args...)))
}

func (t *Term) mark(s Status, level string) string {
	st := styles[s]
	color := st.color
	if s == Fail && level != Must {
		color = "33"
	}
	if t.Plain {
		return t.paint(color, st.word)
	}
	return t.paint(color, st.sign)
}

// Head names the task, the service and the seed.
func (t *Term) Head(task *Task, url string, seed uint64) {
	t.printf("%s  →  %s   %s\n", t.paint("1", task.Title), url, t.paint("2", fmt.Sprintf("%s v%d, seed %d", task.ID, task.Version, seed)))
}

// Start shows that a check runs, on a terminal.
func (t *Term) Start(task *Task, stage int, c *Check) {
	t.heading(task, stage)
	if t.Live {
		fmt.Fprintf(t.W, "  %s %-20s %s", t.paint("2", "…"), c.ID, t.paint("2", c.Title))
	}
}

func (t *Term) heading(task *Task, stage int) {
	if stage != t.stage {
		t.stage = stage
		t.printf("\n%s\n", t.paint("1", fmt.Sprintf("Stage %d: %s", stage, task.Stages[stage-1].Title)))
	}
}

// Done shows a verdict. Stages that are not run are folded into a line each.
func (t *Term) Done(task *Task, c CheckResult) {
	if c.Status == Blocked && c.Stage != t.stage && strings.HasPrefix(c.Note, "not run: "+stageStops) {
		if t.folded++; t.folded == len(task.Stages[c.Stage-1].Checks) {
			if !t.below {
				t.printf("\n")
			}
			t.below = true
			t.printf("%s\n", t.paint("2", fmt.Sprintf("Stage %d: %s — %d checks, not run yet", c.Stage, task.Stages[c.Stage-1].Title, t.folded)))
			t.folded = 0
		}
		return
	}
	t.heading(task, c.Stage)
	if t.Live {
		fmt.Fprint(t.W, "\r\x1b[K")
	}
	note := c.Note
	switch c.Status {
	case Pass:
		note = max(c.Duration.Round(time.Millisecond), time.Millisecond).String()
	case Fail:
		note = ""
	}
	level := ""
	if c.Level != Must {
		level = t.paint("2", " ("+c.Level+")")
	}
	line := fmt.Sprintf("  %s %-20s %s%s", t.mark(c.Status, c.Level), c.ID, c.Title, level)
	if note != "" {
		line += "  " + t.paint("2", note)
	}
	t.printf("%s\n", line)
}

// Details writes what failed, the first in full, and the sum.
func (t *Term) Details(task *Task, r *Result) {
	failed := r.failed()
	for i, c := range failed {
		if i == 0 || t.Verbose > 0 {
			t.failure(task, c)
		}
	}
	if t.Verbose > 1 {
		t.exchanges(r)
	}
	t.printf("\n")
	if n := len(failed) - 1; n > 0 && t.Verbose == 0 {
		t.printf("%s\n", t.paint("2", fmt.Sprintf("%d more failed; mend the first one first, or see all with -v", n)))
	}
	t.figures(r)
	t.sum(r)
	t.skipped(r)
	for _, s := range task.SelfChecks {
		t.printf("%s %s — %s\n", t.paint("36", "☐ by yourself:"), s.ID, s.Title)
	}
}

// failed are the failed checks, musts first.
func (r *Result) failed() (out []CheckResult) {
	for _, level := range []string{Must, Should, Stretch} {
		for _, c := range r.Checks {
			if c.Status == Fail && c.Level == level {
				out = append(out, c)
			}
		}
	}
	return out
}

// figures are what checks measured, for the learner's notes.
func (t *Term) figures(r *Result) {
	for _, c := range r.Checks {
		if len(c.Observed) == 0 || c.Status != Pass && c.Status != Fail {
			continue
		}
		var parts []string
		for _, name := range slices.Sorted(maps.Keys(c.Observed)) {
			v := c.Observed[name]
			if f, ok := v.(float64); ok {
				v = fmt.Sprintf("%.3g", f)
			}
			parts = append(parts, fmt.Sprintf("%s %v", name, v))
		}
		t.printf("%s %s: %s\n", t.paint("36", "measured"), c.ID, strings.Join(parts, ", "))
	}
}

func (t *Term) sum(r *Result) {
	n, requests := map[Status]int{}, 0
	for _, c := range r.Checks {
		n[c.Status]++
		requests += c.Requests
	}
	var parts []string
	for _, s := range order {
		if n[s] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[s], styles[s].text))
		}
	}
	word := t.paint("31;1", "NOT YET")
	switch {
	case n[Errored] > 0:
		word = t.paint("35;1", "VERIFIER ERROR")
	case r.Passed:
		word = t.paint("32;1", "PASSED")
	case r.unsure():
		word = t.paint("33;1", "NOT SURE")
	}
	t.printf("%s  %s — %d requests in %v\n", word, strings.Join(parts, ", "), requests, r.Duration.Round(10*time.Millisecond))
	if r.unsure() && !r.Passed {
		t.printf("%s\n", t.paint("33", "This machine was too busy to judge a time: close what else runs, or give -slow 3, and run again."))
	}
}

// skipped says once what skipped checks need.
func (t *Term) skipped(r *Result) {
	said := map[string]bool{}
	for _, c := range r.Checks {
		if c.Status == Skipped && !said[c.Note] {
			said[c.Note] = true
			t.printf("%s\n", t.paint("36", "skipped: "+c.Note))
		}
	}
}

// put writes a label and lines beside it.
func (t *Term) put(label, text, color string) {
	for i, l := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		if i > 0 {
			label = ""
		}
		t.printf("%s\n", strings.TrimRight(fmt.Sprintf("  %s %s", t.paint("2", fmt.Sprintf("%-9s", label)), t.paint(color, l)), " "))
	}
}

func (t *Term) failure(task *Task, c CheckResult) {
	f, check := c.Failure, task.Check(c.ID)
	t.printf("\n%s — %s %s\n", t.paint("31;1", t.mark(Fail, Must)+" "+c.ID), c.Title, t.paint("2", fmt.Sprintf("(%s:%d)", task.File, f.Line)))
	if f.Exchange != nil {
		t.exchange(f)
	}
	t.put("checked", f.What, "")
	t.put("expected", f.Expected, "32")
	t.put("got", f.Actual, "31")
	t.put("why", t.wrap(check.Why), "")
	t.put("hint", t.wrap(f.Hint), "36")
	t.put("learn", "lesson "+check.Lesson, "")
	if f.Exchange != nil {
		t.put("again", Curl(f.Exchange.Sent), "2")
	}
}

// exchange shows the request that a failure is about, and what came before.
func (t *Term) exchange(f *Failure) {
	e := f.Exchange
	var before []string
	for _, b := range f.Before {
		before = append(before, b.short())
	}
	if len(before) > 0 {
		t.put("before", strings.Join(before, "\n"), "2")
	}
	sent := e.Sent.Method + " " + e.Sent.URL
	if e.N > 1 {
		sent += fmt.Sprintf("   (one of %d)", e.N)
	}
	if e.Sent.Host != "" {
		sent += "\nHost: " + e.Sent.Host
	}
	t.put("sent", sent+headerLines(e.Sent.Header)+shorten(e.Sent.Body), "")
	if e.Got.Err == "" {
		t.put("came back", fmt.Sprintf("%d %s in %v", e.Got.Status, http.StatusText(e.Got.Status), e.Got.Time.Round(100*time.Microsecond))+headerLines(e.Got.Header)+shorten(e.Got.Body), "")
	}
}

// short is an exchange in one line.
func (e Exch) short() string {
	s := fmt.Sprintf("%s %s → %d", e.Sent.Method, e.Sent.URL, e.Got.Status)
	if e.Got.Err != "" {
		s = fmt.Sprintf("%s %s → %s", e.Sent.Method, e.Sent.URL, e.Got.Err)
	}
	if e.N > 1 {
		s += fmt.Sprintf("  (× %d)", e.N)
	}
	return s
}

// exchanges lists all that was sent.
func (t *Term) exchanges(r *Result) {
	t.printf("\n%s\n", t.paint("1", "All exchanges"))
	last := ""
	for _, e := range r.Transcript {
		if e.Check != last {
			last = e.Check
			t.printf("%s\n", e.Check)
		}
		switch {
		case len(e.Exchanges) > 0:
			for _, x := range e.Exchanges {
				t.printf("  %s\n", t.paint("2", x.short()))
			}
		default:
			t.printf("  %s\n", t.paint("2", fmt.Sprintf("%s, %v", e.What, e.Took.Round(time.Millisecond))))
		}
	}
}

func headerLines(h http.Header) string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(h)) {
		for _, v := range h[k] {
			if k != "Date" {
				b.WriteString("\n" + k + ": " + v)
			}
		}
	}
	return b.String()
}

// shorten is a body below its headers, at most 800 bytes of it.
func shorten(s string) string {
	const most = 800
	switch {
	case s == "":
		return ""
	case len(s) > most:
		s = clip(s, most) + fmt.Sprintf(" (%d bytes more)", len(s)-most)
	}
	return "\n\n" + strings.TrimRight(s, "\n")
}

// wrap breaks a paragraph into lines.
func (t *Term) wrap(s string) string {
	width := t.Width - 12
	if t.Width == 0 {
		width = 90
	}
	var lines []string
	line := ""
	for _, w := range strings.Fields(s) {
		if line != "" && len(line)+len(w)+1 > max(width, 30) {
			lines = append(lines, line)
			line = ""
		}
		line = strings.TrimSpace(line + " " + w)
	}
	return strings.Join(append(lines, line), "\n")
}

// Curl writes a request as a command to paste into a shell.
func Curl(s Sent) string {
	quote := func(t string) string { return "'" + strings.ReplaceAll(t, "'", `'\''`) + "'" }
	parts := []string{"curl", "-i"}
	if s.Method != http.MethodGet {
		parts = append(parts, "-X", s.Method)
	}
	if s.Host != "" {
		parts = append(parts, "-H", quote("Host: "+s.Host))
	}
	for _, k := range slices.Sorted(maps.Keys(s.Header)) {
		for _, v := range s.Header[k] {
			parts = append(parts, "-H", quote(k+": "+v))
		}
	}
	if s.Body != "" {
		parts = append(parts, "--data-binary", quote(s.Body))
	}
	return strings.Join(append(parts, quote(s.URL)), " ")
}
