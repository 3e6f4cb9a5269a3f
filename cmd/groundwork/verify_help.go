package main

// verifyHelp is what groundwork help verify prints.
const verifyHelp = `groundwork verify checks a service that you built, in any language, from outside:
stage by stage, against the contract of a task.

  groundwork verify -list                       the tasks
  groundwork verify m2-users -list              the checks of one
  groundwork verify m2-users                    your service listens on http://localhost:8080
  groundwork verify m2-users -url http://localhost:3000
  groundwork verify m2-users -cmd "go run ."    start, stop and kill it, too; it listens on $PORT
  groundwork verify m4-ops -repo . -tests "go test ./..."
  groundwork verify m2-users -only unique.race -seed 588275671
  groundwork verify -file my-task.md            a task that you wrote

What may be looked at: -url, -cmd, -repo, -log, -tests, -break, -seed-cmd, -bench.
What is run: -only IDS, -from STAGE, -all (go on after a stage with failures), -watch.
What is shown: the first failure in full; -v all of them, -vv every exchange,
-explain ID the contract and the steps of one check, -plain without colours.
What is written: -json FILE (- is the standard output), -junit FILE.

Some tasks bring an upstream of their own at http://127.0.0.1:9099 (-bench). Your
service finds it by the variables that the task names; with -cmd they are set.

To have a result stand on a site: groundwork login -site URL once, then -upload. The
site chooses what is sent and judges the transcript again; -dry-run shows what would
go there. groundwork upload FILE files what -json wrote, as self-reported.

It talks to this machine only, unless you say -i-own-this-host. Without
-upload it needs no account and no network. On a slow machine, give -slow 3.

A check passes, fails, is blocked (what it needs first did not work), skipped (it
needs a flag), unsure (this machine was too busy to judge a time; run again), or
is an error of the verifier. A must counts; a should is advice; a stretch is extra.

Exit codes: 0 passed (all musts; with -strict everything), 1 not yet, 2 wrong use,
3 your service cannot be reached or did not start, 4 the verifier's own error,
5 nothing failed, but something is unsure.
`
