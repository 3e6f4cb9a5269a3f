package verify

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
)

// The exit codes of groundwork verify.
const (
	ExitPassed  = 0
	ExitNotYet  = 1
	ExitUse     = 2 // wrong use
	ExitAway    = 3 // the service cannot be reached, or did not start
	ExitBroken  = 4 // the verifier's own error
	ExitNotSure = 5 // nothing failed, but something is unsure
)

// ExitCode is the exit code that a run deserves. Strict counts shoulds and
// stretches like musts.
func (r *Result) ExitCode(strict bool) int {
	for _, c := range r.Checks {
		if c.Status == Errored {
			return ExitBroken
		}
	}
	switch {
	case r.Passed && (!strict || r.Advised && r.Stretch):
		return ExitPassed
	case r.unsure():
		return ExitNotSure
	}
	return ExitNotYet
}

// unsure says whether nothing but busyness keeps the run from passing: no check
// of a level that did not pass has failed, and one is unsure.
func (r *Result) unsure() bool {
	found := false
	for _, c := range r.Checks {
		if c.Status == Fail && (c.Level == Must || r.Passed) {
			return false
		}
		found = found || c.Status == Unsure
	}
	return found
}

// JSON writes the result as result.json, with secrets hidden.
func (r *Result) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(r.public())
}

// Packed is what JSON writes, compressed with gzip: what is filed and kept.
func (r *Result) Packed() ([]byte, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if err := errors.Join(r.JSON(z), z.Close()); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
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

// The form that CI systems read: a suite for the task, a class for each stage.
type (
	junitSuite struct {
		XMLName  xml.Name    `xml:"testsuite"`
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Errors   int         `xml:"errors,attr"`
		Time     float64     `xml:"time,attr"`
		Stamp    string      `xml:"timestamp,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string    `xml:"name,attr"`
		Class   string    `xml:"classname,attr"`
		Time    float64   `xml:"time,attr"`
		Failure *junitMsg `xml:"failure,omitempty"`
		Skipped *junitMsg `xml:"skipped,omitempty"`
		Error   *junitMsg `xml:"error,omitempty"`
	}
	junitMsg struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// JUnit writes the result as JUnit XML: a failed must is a failure, an error of
// the verifier an error, everything else that did not pass is skipped.
func (r *Result) JUnit(w io.Writer) error {
	p := r.public()
	s := junitSuite{Name: fmt.Sprintf("groundwork.%s.v%d", p.Task, p.Version), Time: p.Duration.Seconds(), Stamp: p.Started.Format("2006-01-02T15:04:05")}
	for _, c := range p.Checks {
		k := junitCase{Name: c.ID + " " + c.Title, Class: fmt.Sprintf("%s.stage%d", p.Task, c.Stage), Time: c.Duration.Seconds()}
		switch {
		case c.Status == Fail && c.Level == Must:
			k.Failure = &junitMsg{c.Failure.Error(), c.Failure.Hint}
			s.Failures++
		case c.Status == Errored:
			k.Error = &junitMsg{c.Note, ""}
			s.Errors++
		case c.Status != Pass:
			note := c.Note
			if c.Failure != nil {
				note = c.Failure.Error()
			}
			k.Skipped = &junitMsg{string(c.Status) + ": " + note, ""}
			s.Skipped++
		}
		s.Tests++
		s.Cases = append(s.Cases, k)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", " ")
	return e.Encode(s)
}
