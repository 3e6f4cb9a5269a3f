// Package verify checks a learner's running service from outside, stage by
// stage, against a task: one Markdown file that is the contract, the checks
// with why and hint, and the rubrics of what learners look at themselves.
// content/README.md tells how such a file is written.
//
// # A run
//
// [ParseTask] or [LoadTasks] read task files. A [Runner] runs a [Task] against
// an [App], the learner's program: [Remote] is one that the learner started,
// [Exec] one that the verifier starts and stops itself. Four kinds of evidence
// count: answers over HTTP; calls that reach the verifier's own upstream, the
// [Bench]; what the program does when it is stopped, killed and started; and
// files. A check is given one of six verdicts, see [Status]; what could not be
// prepared is blocked, and what rests on a time is unsure when the verifier's
// own sleeps come late. So a failure is the learner's.
//
// Values are random, but depend on the seed, the task and the check only (and
// on the run, if a site issued it): a single check repeats what the whole run
// sent.
//
// # Safety
//
// Requests go to the address of the App only; redirects are not followed, no
// proxy is used, an answer is read to 1 MB. A task file cannot start programs,
// but for stopping and starting the one that the learner named.
//
// # Transcript and replay
//
// A [Result] holds the verdicts and a transcript. Every check meets the world
// through one gate, which writes an [Entry] for each request, observation and
// pause; the engine decides on nothing else. So [Replay] runs the same engine
// again on the transcript and comes to verdicts of its own: a site needs to
// believe no verdict that it was sent, and refuses with a reason what does not
// fit. What is left is a made-up transcript, which costs about as much as the
// exercise.
//
// [Result.JSON] writes result.json with secrets (tokens, passwords, cookies)
// replaced by hashes; [ReadResult] reads it.
//
//	res, err := verify.ReadResult(body)            // at most 8 MB
//	task, digest := …                              // the site's own file, not the learner's
//	own, err := verify.Replay(task, res, verify.Terms{Digest: digest, Seed: …, Run: …, Issued: …, Received: now})
//	var refused *verify.Refusal
//	if errors.As(err, &refused) { … refused.Check, refused.Reason … }
//	store(own)                                     // never res
//
// # Adding to it
//
// A probe is a step in Go: probe_NAME.go and a line in probes. A task is
// content/task/ID.md, a reference solution below ref, and selftest_ID_test.go
// with its mutants: solutions with one planted defect each. The tests hold that
// references pass, that each mutant fails exactly its check, that each check is
// failed by a mutant, that servers which know nothing pass no task, and that
// the replay of each of these runs comes to the same verdicts.
package verify
