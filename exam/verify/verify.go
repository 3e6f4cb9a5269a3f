package verify

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Status is the verdict on one check.
type Status string

// The six verdicts.
const (
	Pass    Status = "pass"
	Fail    Status = "fail"
	Blocked Status = "blocked" // a fixture, a precondition or an earlier stage failed: says nothing about this check
	Skipped Status = "skipped" // needs something that was not given (-cmd, -repo, …)
	Unsure  Status = "unsure"  // this machine was too busy to measure times; run again
	Errored Status = "error"   // the verifier's own fault
)

// The levels of a check.
const (
	Must    = "must"
	Should  = "should" // advice
	Stretch = "stretch"
)

// Schema is the version of the form of a [Result] as JSON.
const Schema = 1

// BodyLimit is how much of a body is kept for the report and the transcript, in
// bytes.
const BodyLimit = 4 << 10

// Sent is a request as it went out.
type Sent struct {
	Method string      `json:"method"`
	URL    string      `json:"url"`
	Host   string      `json:"host,omitempty"` // where it differs from the address
	Header http.Header `json:"header,omitempty"`
	Body   string      `json:"body,omitempty"`
}

// Got is what came back. Judges look at the body through [Got.Lookup] and the
// assertions only, never at the fields, since a transcript holds long bodies
// in part.
type Got struct {
	Status int           `json:"status,omitempty"`
	Header http.Header   `json:"header,omitempty"`
	Body   string        `json:"body,omitempty"` // its first BodyLimit bytes
	Size   int           `json:"size,omitempty"` // of the whole body in bytes, if it is longer
	Time   time.Duration `json:"time_ns"`
	Err    string        `json:"error,omitempty"` // why nothing came

	Facts map[string]json.RawMessage `json:"facts,omitempty"` // what judges found in a body that is longer

	raw      []byte
	doc      any
	docErr   error
	parsed   bool
	replayed bool
}

// Exch is one request with its answer, or one of several alike.
type Exch struct {
	Line int  `json:"line,omitempty"` // in the task file; 0 if a probe sent it
	N    int  `json:"n"`              // how many requests it stands for
	Sent Sent `json:"sent"`
	Got  Got  `json:"got"`
}

// Failure says what was expected and what came instead. A probe returns one as
// its error.
type Failure struct {
	Line     int    `json:"line"`
	What     string `json:"what"`
	Expected string `json:"expected"`
	Actual   string `json:"actual"`
	Hint     string `json:"hint,omitempty"`
	Exchange *Exch  `json:"exchange,omitempty"`
	Before   []Exch `json:"before,omitempty"` // the exchanges that led to it
	Timing   bool   `json:"timing,omitempty"` // the verdict rests on a measured time
}

func (f *Failure) Error() string { return f.What + ": expected " + f.Expected + ", got " + f.Actual }

// CheckResult is the verdict on one check and how it came about.
type CheckResult struct {
	ID       string         `json:"id"`
	Stage    int            `json:"stage"` // from 1
	Title    string         `json:"title"`
	Level    string         `json:"level"`
	Status   Status         `json:"status"`
	At       time.Duration  `json:"at_ns"` // since the run began
	Duration time.Duration  `json:"duration_ns"`
	Late     time.Duration  `json:"late_ns,omitempty"` // by how much the worst of the verifier's own sleeps was late
	Requests int            `json:"requests"`
	Note     string         `json:"note,omitempty"`
	Observed map[string]any `json:"observed,omitempty"` // figures for the report
	Failure  *Failure       `json:"failure,omitempty"`
}

// Env is what the run could look at.
type Env struct {
	OS     string `json:"os"`
	Arch   string `json:"arch"`
	Cmd    bool   `json:"cmd"`
	Bench  bool   `json:"bench"`
	Repo   bool   `json:"repo"`
	Tests  bool   `json:"tests"`
	Break  bool   `json:"break"`
	Seeder bool   `json:"seed_cmd"`
}

// RunID names a run that a site has issued. Both parts are empty if none did.
type RunID struct {
	ID    string `json:"id,omitempty"`
	Nonce string `json:"nonce,omitempty"`
}

// Result is a whole run. As JSON it is result.json, schema 1; write it with
// [Result.JSON], which hides secrets, and read it with [ReadResult].
type Result struct {
	Schema     int           `json:"schema"`
	Task       string        `json:"task"`
	Version    int           `json:"task_version"`
	Digest     string        `json:"task_sha256"`
	CLI        string        `json:"cli,omitempty"`
	Target     string        `json:"target"`
	Seed       uint64        `json:"seed"`
	Run        RunID         `json:"run"`
	Started    time.Time     `json:"started"`
	Duration   time.Duration `json:"duration_ns"`
	Slow       float64       `json:"slow"`
	Passed     bool          `json:"passed"`         // every must
	Advised    bool          `json:"should_passed"`  // every should
	Stretch    bool          `json:"stretch_passed"` // every stretch
	Env        Env           `json:"env"`
	Checks     []CheckResult `json:"checks"`
	Transcript []Entry       `json:"transcript"`

	secrets *secrets
}

// sum works out what a run as a whole has passed, from its checks and the
// levels of the task.
func (r *Result) sum() {
	all := map[string]bool{Must: true, Should: true, Stretch: true}
	for _, c := range r.Checks {
		if c.Status != Pass {
			all[c.Level] = false
		}
	}
	r.Passed, r.Advised, r.Stretch = all[Must], all[Should], all[Stretch]
}

// Digest is the name of a task file's exact bytes: SHA-256 in hex.
func Digest(file []byte) string {
	sum := sha256.Sum256(file)
	return hex.EncodeToString(sum[:])
}

// ErrNoControl says that the verifier did not start the learner's program.
var ErrNoControl = errors.New("the verifier did not start your program (give -cmd)")

// ended is an error by which a check ends without a failure.
type ended struct {
	Status Status `json:"status"`
	Why    string `json:"why"`
}

func (e *ended) Error() string { return e.Why }

// unsureBecause ends a check without a verdict: this machine cannot tell.
func unsureBecause(format string, args ...any) error {
	return &ended{Unsure, fmt.Sprintf(format, args...)}
}

// skipBecause ends a check as skipped, and says which flag it needs.
func skipBecause(format string, args ...any) error {
	return &ended{Skipped, fmt.Sprintf(format, args...)}
}

// notGiven wraps the failure of a precondition.
type notGiven struct{ error }

func (n *notGiven) Unwrap() error { return n.error }
