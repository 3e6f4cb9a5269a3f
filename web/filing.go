package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"groundwork/exam/verify"
	"groundwork/store"
)

// maxUpload is the size of the largest result that is taken, compressed.
const maxUpload = 512 << 10

// issueRun gives a program a run of a task: POST /api/verify/runs.
func (s *Server) issueRun(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Task    string `json:"task"`
		Version int    `json:"version"`
		Digest  string `json:"sha256"`
		CLI     string `json:"cli"`
	}
	if err := readJSON(w, r, &in); err != nil {
		return err
	}
	t := s.site.Load().task(in.Task)
	switch {
	case t == nil:
		return troubled(404, "This site has no such task.")
	case t.Digest != in.Digest:
		return troubled(409, fmt.Sprintf("Your program has another file of the task %s than this site, which has version %d of its checks. An edited task counts on your machine only; if yours is older, get the program again.", t.ID, t.Version))
	}
	if err := s.limits.run(learner(r.Context()), s.now()); err != nil {
		return err
	}
	run, err := s.store.IssueRun(r.Context(), learner(r.Context()), t.ID, t.Version, t.Digest, s.now())
	if err != nil {
		return err
	}
	return answer(w, http.StatusCreated, map[string]any{"run_id": run.ID, "seed": run.Seed, "nonce": run.Nonce, "expires_at": run.Expires})
}

// putResult takes the result of a run that was issued: PUT
// /api/verify/runs/{id}/result, gzip.
func (s *Server) putResult(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), learner(r.Context())
	run, err := s.store.OpenRun(ctx, id, r.PathValue("id"), s.now())
	if err != nil {
		return err
	}
	if err := s.limits.result(id, s.now()); err != nil {
		return err
	}
	res, _, err := s.readResult(w, r)
	if err != nil {
		return err
	}
	t := s.site.Load().task(run.Task)
	if t == nil || t.Digest != run.Digest {
		return troubled(409, "The task has changed since this run was issued. Run it again.")
	}
	own, err := s.judge(t, res, verify.Terms{Digest: run.Digest, Seed: run.Seed, Run: verify.RunID{ID: run.ID, Nonce: run.Nonce}, Issued: run.Issued, Received: s.now()})
	if err != nil {
		return err
	}
	data, err := own.Packed()
	if err != nil {
		return err
	}
	v := verdictOf(own, store.SelfRun)
	if err := s.store.FinishRun(ctx, id, run.ID, v, data, s.now()); err != nil {
		return err
	}
	return s.filed(w, r, t, run.ID, v)
}

// postResult takes a result that was made without the site: POST
// /api/verify/results, gzip. It counts as reported by its owner.
func (s *Server) postResult(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), learner(r.Context())
	if err := s.limits.result(id, s.now()); err != nil {
		return err
	}
	res, sum, err := s.readResult(w, r)
	if err != nil {
		return err
	}
	t := s.site.Load().task(res.Task)
	if t == nil {
		return troubled(404, "This site has no such task.")
	}
	if res.Started.After(s.now()) {
		return &verify.Refusal{Reason: "the run begins in the future; set your clock"}
	}
	if res.Seed >= 1<<63 {
		return &verify.Refusal{Reason: "the seed is out of range"}
	}
	own, err := s.judge(t, res, verify.Terms{Digest: t.Digest, Seed: res.Seed, Issued: res.Started, Received: s.now()})
	if err != nil {
		return err
	}
	data, err := own.Packed()
	if err != nil {
		return err
	}
	run := store.Run{ID: sum, Task: t.ID, Version: t.Version, Digest: t.Digest, Seed: res.Seed, Issued: res.Started, Expires: s.now(), Verdict: verdictOf(own, store.SelfReported)}
	if err := s.store.FileRun(ctx, id, run, data, s.now()); err != nil {
		return err
	}
	return s.filed(w, r, t, run.ID, run.Verdict)
}

// judge replays a result. Only a few are judged at the same time.
func (s *Server) judge(t *verify.Task, res *verify.Result, terms verify.Terms) (*verify.Result, error) {
	s.judging <- struct{}{}
	defer func() { <-s.judging }()
	return verify.Replay(t, res, terms)
}

// filed tells the program what the site made of its result.
func (s *Server) filed(w http.ResponseWriter, r *http.Request, t *verify.Task, id string, v store.Verdict) error {
	return answer(w, http.StatusOK, map[string]any{"passed": v.Passed, "level": v.Level, "url": s.origin(r) + taskURL(t) + "/runs/" + id})
}

// mostValues bounds the objects and lists of a result, some of which stand in
// the bodies it quotes: a few compressed bytes must not become a gigabyte.
const mostValues = 80_000

// readResult reads a compressed result, and a name for exactly its bytes.
func (s *Server) readResult(w http.ResponseWriter, r *http.Request) (*verify.Result, string, error) {
	body := http.MaxBytesReader(w, r.Body, maxUpload)
	z, err := gzip.NewReader(body)
	if err != nil {
		return nil, "", notGzip(err)
	}
	raw, err := io.ReadAll(io.LimitReader(z, verify.ResultMost+1))
	if err != nil {
		return nil, "", notGzip(err)
	}
	if len(raw) > verify.ResultMost {
		return nil, "", errTooLarge
	}
	if bytes.Count(raw, []byte("{"))+bytes.Count(raw, []byte("["))+bytes.Count(raw, []byte("null")) > mostValues {
		return nil, "", errTooLarge
	}
	s.judging <- struct{}{} // unpacked it is many times as large
	defer func() { <-s.judging }()
	sum := sha256.Sum256(raw)
	res, err := verify.ReadResult(bytes.NewReader(raw))
	return res, hex.EncodeToString(sum[:16]), err
}

func notGzip(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return errTooLarge
	}
	return troubled(400, "The result must be sent as gzip; what came is none, or is cut off.")
}

// unpacked reads what [verify.Result.Packed] has made.
func unpacked(data []byte) (*verify.Result, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	var res verify.Result
	return &res, json.NewDecoder(z).Decode(&res)
}

func verdictOf(own *verify.Result, level string) store.Verdict {
	v := store.Verdict{Level: level, Passed: own.Passed, Stretch: own.Stretch, Checks: map[string]string{}}
	for _, c := range own.Checks {
		v.Checks[c.ID] = string(c.Status)
	}
	return v
}

// says is what a verdict means, and what it does not.
func says(r store.Run) string {
	level, end := "Self-run", ""
	if r.Level == store.SelfReported {
		level, end = "Self-reported", " The values that were sent were not chosen by this site."
	}
	if !r.Passed {
		return fmt.Sprintf("%s: a program on this person's machine answered on %s, but not yet as required (checks v%d).", level, day(r.Finished), r.Version)
	}
	return fmt.Sprintf("%s: a program on this person's machine answered as required on %s (checks v%d). It does not say who wrote it.%s", level, day(r.Finished), r.Version, end)
}
