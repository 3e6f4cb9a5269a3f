package verify

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sort"
	"strings"
	"time"
)

type Term struct {
	W     io.Writer
	Color bool
	All   bool // details of every failure, not of the first only
}

func (t *Term) c(code, s string) string {
	if !t.Color {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (t *Term) Head(task *Task, url string, seed uint64) {
	fmt.Fprintf(t.W, "%s  →  %s   %s\n", t.c("1", task.Title), url, t.c("2", fmt.Sprintf("%s v%d, seed %d", task.ID, task.Version, seed)))
}

func (t *Term) Line(task *Task, last *int, c CheckResult) {
	if c.Stage != *last {
		*last = c.Stage
		fmt.Fprintf(t.W, "\n%s\n", t.c("1", task.Stages[c.Stage-1].Title))
	}
	mark := map[Status]string{Pass: t.c("32", "✓"), Fail: t.c("31", "✗"), Blocked: t.c("33", "–"), Skipped: t.c("36", "○"), Errored: t.c("35", "!"), Unsure: t.c("33", "?")}[c.Status]
	extra := ""
	if c.Level != "must" {
		extra = " (" + c.Level + ")"
	}
	tail := c.Duration.Round(time.Millisecond).String()
	if c.Status != Pass {
		tail = c.Note
		if c.Status == Fail {
			tail = ""
		}
	}
	fmt.Fprintf(t.W, "  %s %-18s %s%s  %s\n", mark, c.ID, c.Title, t.c("2", extra), t.c("2", tail))
}

func (t *Term) Details(task *Task, r *Result) {
	shown := 0
	more := 0
	for _, c := range r.Checks {
		if c.Status != Fail {
			continue
		}
		if shown > 0 && !t.All {
			more++
			continue
		}
		shown++
		t.failure(task, c)
	}
	n := map[Status]int{}
	should := 0
	req := 0
	for _, c := range r.Checks {
		n[c.Status]++
		req += c.Requests
		if c.Level == "should" && c.Status == Fail {
			should++
		}
	}
	fmt.Fprintln(t.W)
	if more > 0 {
		fmt.Fprintf(t.W, "%s\n", t.c("2", fmt.Sprintf("%d more failed; fix the first one first, or see all with -v", more)))
	}
	var parts []string
	for _, s := range []Status{Pass, Fail, Unsure, Blocked, Skipped, Errored} {
		if n[s] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[s], map[Status]string{Pass: "passed", Fail: "failed", Blocked: "not run", Skipped: "skipped", Errored: "verifier errors", Unsure: "not sure"}[s]))
		}
	}
	sum := fmt.Sprintf("%s — %d requests in %v", strings.Join(parts, ", "), req, r.Duration.Round(10*time.Millisecond))
	if r.Passed {
		fmt.Fprintln(t.W, t.c("32;1", "PASSED  ")+sum)
	} else {
		fmt.Fprintln(t.W, t.c("31;1", "NOT YET  ")+sum)
	}
	for _, sc := range task.SelfChecks {
		fmt.Fprintf(t.W, "%s %s — %s\n", t.c("36", "☐ by yourself:"), sc.ID, sc.Title)
	}
}

func (t *Term) failure(task *Task, c CheckResult) {
	f := c.Failure
	fmt.Fprintf(t.W, "\n%s %s %s\n", t.c("31;1", "✗ "+c.ID), "— "+c.Title, t.c("2", fmt.Sprintf("(%s.md:%d)", task.ID, f.Line)))
	put := func(label, text string, style string) {
		for i, l := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
			if i > 0 {
				label = ""
			}
			if style != "" {
				l = t.c(style, l)
			}
			fmt.Fprintf(t.W, "  %s %s\n", t.c("2", fmt.Sprintf("%-9s", label)), l)
		}
	}
	if e := f.Exchange; e != nil {
		if len(f.Before) > 0 {
			var b []string
			for _, x := range f.Before {
				s := fmt.Sprintf("%s %s → %d", x.Sent.Method, x.Sent.URL, x.Got.Status)
				if x.N > 1 {
					s += fmt.Sprintf("  (× %d)", x.N)
				}
				b = append(b, s)
			}
			put("before", strings.Join(b, "\n"), "2")
		}
		sent := e.Sent.Method + " " + e.Sent.URL
		if e.N > 1 {
			sent += fmt.Sprintf("   (one of %d)", e.N)
		}
		if e.Sent.Host != "" {
			sent += "\nHost: " + e.Sent.Host
		}
		put("sent", sent+headers(e.Sent.Header, "User-Agent")+body(e.Sent.Body), "")
		if e.Got.Err == "" {
			put("came back", fmt.Sprintf("%d %s in %v", e.Got.Status, http.StatusText(e.Got.Status), e.Got.Time.Round(100*time.Microsecond))+headers(e.Got.Header, "Date")+body(e.Got.Body), "")
		}
	}
	put("checked", f.What, "")
	put("expected", f.Expected, "32")
	put("got", f.Actual, "31")
	for _, s := range task.Stages {
		for _, k := range s.Checks {
			if k.ID == c.ID {
				put("why", wrap(k.Why, 90), "")
				if f.Hint != k.Hint {
					put("hint", wrap(f.Hint, 90), "36")
				}
				put("hint", wrap(k.Hint, 90), "36")
			}
		}
	}
	if e := f.Exchange; e != nil {
		put("again", Curl(e.Sent), "2")
	}
}

func headers(h http.Header, skip string) string {
	var ks []string
	for k := range h {
		if k != skip {
			ks = append(ks, k)
		}
	}
	sort.Strings(ks)
	var b strings.Builder
	for _, k := range ks {
		for _, v := range h[k] {
			b.WriteString("\n" + k + ": " + v)
		}
	}
	return b.String()
}
func body(s string) string {
	if s == "" {
		return ""
	}
	if len(s) > 800 {
		s = s[:800] + fmt.Sprintf("… (%d bytes more)", len(s)-800)
	}
	return "\n\n" + strings.TrimRight(s, "\n")
}
func wrap(s string, n int) string {
	var out []string
	line := ""
	for _, w := range strings.Fields(s) {
		if len(line)+len(w)+1 > n && line != "" {
			out = append(out, line)
			line = ""
		}
		line = strings.TrimSpace(line + " " + w)
	}
	return strings.Join(append(out, line), "\n")
}

// Curl writes the request as a command to paste.
func Curl(s Sent) string {
	q := func(t string) string { return "'" + strings.ReplaceAll(t, "'", `'\''`) + "'" }
	p := []string{"curl", "-i"}
	if s.Method != "GET" {
		p = append(p, "-X", s.Method)
	}
	if s.Host != "" {
		p = append(p, "-H", q("Host: "+s.Host))
	}
	for k, vs := range s.Header {
		if k == "User-Agent" {
			continue
		}
		for _, v := range vs {
			p = append(p, "-H", q(k+": "+v))
		}
	}
	if s.Body != "" {
		p = append(p, "--data-binary", q(s.Body))
	}
	return strings.Join(append(p, q(s.URL)), " ")
}

// JSON writes the result with secrets hidden.
func (r *Result) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(r.public())
}

// public is a copy of the result that may leave the machine.
func (r *Result) public() *Result {
	if r.secrets == nil {
		return r
	}
	out := *r
	out.Checks = slices.Clone(r.Checks)
	for i := range out.Checks {
		out.Checks[i].Failure = r.secrets.failure(out.Checks[i].Failure)
	}
	return &out
}

func (r *Result) JUnit(w io.Writer) error {
	type msg struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
	type tc struct {
		Name    string  `xml:"name,attr"`
		Class   string  `xml:"classname,attr"`
		Time    float64 `xml:"time,attr"`
		Failure *msg    `xml:"failure,omitempty"`
		Skipped *msg    `xml:"skipped,omitempty"`
		Error   *msg    `xml:"error,omitempty"`
	}
	type suite struct {
		XMLName  xml.Name `xml:"testsuite"`
		Name     string   `xml:"name,attr"`
		Tests    int      `xml:"tests,attr"`
		Failures int      `xml:"failures,attr"`
		Skipped  int      `xml:"skipped,attr"`
		Errors   int      `xml:"errors,attr"`
		Time     float64  `xml:"time,attr"`
		Stamp    string   `xml:"timestamp,attr"`
		Cases    []tc     `xml:"testcase"`
	}
	s := suite{Name: fmt.Sprintf("groundwork.%s.v%d", r.Task, r.Version), Time: r.Duration.Seconds(), Stamp: r.Started.Format("2006-01-02T15:04:05")}
	for _, c := range r.Checks {
		k := tc{Name: c.ID + " " + c.Title, Class: fmt.Sprintf("%s.stage%d", r.Task, c.Stage), Time: c.Duration.Seconds()}
		switch {
		case c.Status == Fail && c.Level == "must":
			k.Failure = &msg{c.Failure.Error(), c.Failure.Hint}
			s.Failures++
		case c.Status == Errored:
			k.Error = &msg{c.Note, ""}
			s.Errors++
		case c.Status != Pass:
			n := c.Note
			if c.Failure != nil {
				n = c.Failure.Error()
			}
			k.Skipped = &msg{n, ""}
			s.Skipped++
		}
		s.Tests++
		s.Cases = append(s.Cases, k)
	}
	io.WriteString(w, xml.Header)
	e := xml.NewEncoder(w)
	e.Indent("", " ")
	return e.Encode(s)
}
