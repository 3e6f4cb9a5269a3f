package main

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"time"

	"groundwork/content"
	"groundwork/exam"
	"groundwork/store"
)

// fill makes a store of many graded attempts, as years of use would leave it:
// every fourth attempt is another one of the same learner, and of every attempt
// each slot has been seen and answered once. It begins with some attempts that
// the store itself starts and grades, and multiplies them.
func fill(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("fill", flag.ContinueOnError)
	file := f.String("store", "", "database `file` to make")
	attempts := f.Int("attempts", 1_000_000, "`number` of attempts")
	if err := f.Parse(args); err != nil {
		return err
	}
	if _, err := os.Stat(*file); *file == "" || err == nil {
		return fmt.Errorf("-store: name a file that is not there yet")
	}
	begun := time.Now()
	if err := patterns(ctx, *file); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: *file}).EscapedPath()+"?_pragma=journal_mode(wal)&_pragma=synchronous(off)&_pragma=cache_size(-200000)&_pragma=temp_store(memory)&_pragma=wal_autocheckpoint(100000)")
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if err := multiply(ctx, db, *attempts); err != nil {
		return err
	}
	for _, q := range []string{"PRAGMA wal_checkpoint(TRUNCATE)"} {
		if _, err := db.ExecContext(ctx, q); err != nil {
			return err
		}
	}
	info, err := os.Stat(*file)
	if err != nil {
		return err
	}
	fmt.Printf("%s: %d attempts, %.1f GB, in %s\n", *file, *attempts, float64(info.Size())/1e9, time.Since(begun).Round(time.Second))
	return nil
}

// pattern is how many attempts are made by the store itself.
const pattern = 40

// patterns starts, answers and grades attempts through the store.
func patterns(ctx context.Context, file string) (err error) {
	st, err := store.Open(ctx, file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	blueprint, problems := exam.LoadBlueprint(content.FS())
	if err := problems.Err(); err != nil {
		return err
	}
	now := time.Now().Add(-24 * time.Hour)
	for i := range pattern {
		id, _, err := st.CreateVisitor(ctx, now)
		if err != nil {
			return err
		}
		a, _, err := st.StartAttempt(ctx, id, store.Start{
			Exam: "backend", Seed: int64(i), Rules: blueprint.Rules, Now: now,
			Draw: func(h exam.History) ([]exam.Place, error) { return exam.Assemble(bank(), blueprint, h, int64(i)) },
		})
		if err != nil {
			return err
		}
		if err := sitThrough(ctx, st, id, a, now); err != nil {
			return err
		}
	}
	return nil
}

// sitThrough answers what can be answered and hands in.
func sitThrough(ctx context.Context, st *store.Store, id store.LearnerID, a *exam.Attempt, now time.Time) error {
	for i, slot := range a.Slots {
		order := make([]string, len(slot.Order))
		for i, o := range slot.Order {
			order[i] = string(o)
		}
		answers := answersTo(bank().Item(slot.Item), order)
		if len(answers) == 0 {
			continue
		}
		resp, err := exam.DecodeResponse(string(answers[rand.IntN(2)]))
		if err != nil {
			return err
		}
		at := now.Add(time.Duration(i+1) * time.Minute / 2)
		if err := st.SeeSlot(ctx, id, a.ID, slot.N, at); err != nil {
			return err
		}
		if _, err := st.SaveAnswer(ctx, id, a.ID, exam.Change{Slot: slot.N, Client: "fill", Response: &resp}, at); err != nil {
			return err
		}
	}
	_, err := st.SubmitAttempt(ctx, id, a.ID, now.Add(time.Hour))
	return err
}

// copies make learners, attempts, slots and events out of the $1 patterns for
// the numbers at hand. Ids rise, so that every table grows at its end.
var copies = []string{
	`INSERT INTO learners (id, created_at, seen_at)
		SELECT DISTINCT 1000000 + i / 4, p.created_at, p.seen_at FROM numbers JOIN patterns ON k = i % $1 JOIN attempts a ON a.id = attempt JOIN learners p ON p.id = a.learner_id
		WHERE true ON CONFLICT DO NOTHING`,
	`INSERT INTO attempts (id, learner_id, exam, number, seed, rules, state, closed_by, started_at, deadline_at, finished_at, score, max_score)
		SELECT printf('%026d', i), 1000000 + i / 4, exam, 1 + i % 4, seed, rules, state, closed_by, started_at - i % 4 * 86400000, deadline_at - i % 4 * 86400000, finished_at - i % 4 * 86400000, score, max_score
		FROM numbers JOIN patterns ON k = i % $1 JOIN attempts a ON a.id = attempt`,
	`INSERT INTO slots (attempt_id, n, item_id, version_id, option_order, points, response, flagged, note, rev, client, seen_at, answered_at, fraction)
		SELECT printf('%026d', i), n, item_id, version_id, option_order, points, response, flagged, note, rev, client, seen_at, answered_at, fraction
		FROM numbers JOIN patterns ON k = i % $1 JOIN slots s ON s.attempt_id = attempt`,
	`INSERT INTO events (attempt_id, seq, event_id, kind, slot, rev, client, client_at, server_at, late_ms, data)
		SELECT printf('%026d', i), seq, event_id, kind, slot, rev, client, client_at, server_at, late_ms, data
		FROM numbers JOIN patterns ON k = i % $1 JOIN events e ON e.attempt_id = attempt WHERE kind <> 'seen'`,
}

// multiply copies the patterns until there are n attempts, some thousands in a
// transaction.
func multiply(ctx context.Context, db *sql.DB, n int) error {
	for _, q := range []string{
		`CREATE TEMP TABLE patterns (k INTEGER PRIMARY KEY, attempt TEXT)`,
		`INSERT INTO patterns SELECT row_number() OVER (ORDER BY id) - 1, id FROM attempts`,
		`CREATE TEMP TABLE numbers (i INTEGER PRIMARY KEY)`,
		`PRAGMA foreign_keys = off`, // the rows are copies of sound ones
	} {
		if _, err := db.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("%s: %w", q, err)
		}
	}
	const at = 5000
	for from := pattern; from < n; from += at {
		to := min(n, from+at) - 1
		if err := batch(ctx, db, from, to); err != nil {
			return err
		}
		if from/at%20 == 0 {
			fmt.Fprintf(os.Stderr, "%d of %d\n", from, n)
		}
	}
	return nil
}

func batch(ctx context.Context, db *sql.DB, from, to int) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after Commit
	numbers := `WITH RECURSIVE c (i) AS (SELECT $1 UNION ALL SELECT i + 1 FROM c WHERE i < $2) INSERT INTO numbers SELECT i FROM c`
	if _, err := tx.ExecContext(ctx, `DELETE FROM numbers`); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, numbers, from, to); err != nil {
		return err
	}
	for _, q := range copies {
		if _, err := tx.ExecContext(ctx, q, pattern); err != nil {
			return fmt.Errorf("%.60s: %w", q, err)
		}
	}
	return tx.Commit()
}
