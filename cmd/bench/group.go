package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"groundwork/store"
)

// statements are what saving an answer runs, in the words of package store.
var statements = []string{
	`SELECT a.state, a.deadline_at, coalesce(e.rev, 0),
			s.n, s.item_id, s.version_id, s.option_order, s.points, s.response, s.flagged, s.note, s.rev, s.client, s.seen_at, s.answered_at
		FROM attempts a JOIN slots s ON s.attempt_id = a.id
			LEFT JOIN events e ON e.attempt_id = a.id AND e.kind = 'save' AND e.event_id = $4
		WHERE a.id = $1 AND a.learner_id = $2 AND s.n = $3`,
	`UPDATE slots SET response = $3, flagged = $4, note = $5, rev = $6, client = $7, answered_at = $8, seen_at = coalesce(seen_at, $9)
		WHERE attempt_id = $1 AND n = $2`,
	`INSERT INTO events (attempt_id, seq, event_id, kind, slot, rev, client, client_at, server_at, late_ms, data)
		VALUES ($1, (SELECT coalesce(max(seq), 0) + 1 FROM events WHERE attempt_id = $1), $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
}

// A group is group commit on bare SQLite, as short as it can be: one goroutine
// takes what waits, runs prepared statements, commits once and tells everybody.
type group struct {
	stmts   []*sql.Stmt // of the one connection
	queries []string
	begin   *sql.Stmt
	commit  *sql.Stmt
	jobs    chan save
}

type save struct {
	attempt string
	learner int64
	n, rev  int
	done    chan error
}

// bareSaves has savers store answers by a group that runs the given
// statements, at synchronous=FULL, in a store of its own.
func bareSaves(b *bench, savers int, queries []string) (side, error) {
	dir, err := os.MkdirTemp(b.dir, "bare")
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "bare.db")
	st, err := store.Open(b.ctx, file) // for its schema
	if err != nil {
		return nil, err
	}
	if err := st.Close(); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: file}).EscapedPath()+"?_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=foreign_keys(1)&_pragma=cache_size(-8000)")
	if err != nil {
		return nil, err
	}
	conn, err := db.Conn(b.ctx)
	if err != nil {
		return nil, err
	}
	if err := seedBare(b.ctx, conn, savers); err != nil {
		return nil, err
	}
	g, err := newGroup(b.ctx, conn, queries)
	if err != nil {
		return nil, err
	}
	go g.write()
	return g.side(savers), nil
}

// newGroup prepares the statements.
func newGroup(ctx context.Context, conn *sql.Conn, queries []string) (_ *group, err error) {
	g := &group{queries: queries, jobs: make(chan save, 256)}
	for _, q := range queries {
		stmt, err := conn.PrepareContext(ctx, q)
		if err != nil {
			return nil, err
		}
		g.stmts = append(g.stmts, stmt)
	}
	if g.begin, err = conn.PrepareContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return nil, err
	}
	g.commit, err = conn.PrepareContext(ctx, "COMMIT")
	return g, err
}

// seedBare makes an attempt of 60 slots for each saver.
func seedBare(ctx context.Context, c *sql.Conn, savers int) error {
	for _, q := range []string{
		`BEGIN`,
		`INSERT INTO item_versions (id, item_id, body, created_at) VALUES ('v', 'item', '{}', 0)`,
		fmt.Sprintf(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
			INSERT INTO learners (id, created_at, seen_at) SELECT i, 0, 0 FROM n`, savers),
		`INSERT INTO attempts (id, learner_id, exam, number, seed, rules, state, started_at, deadline_at)
			SELECT printf('%026d', id), id, 'backend', 1, 1, '{"minutes":90,"pass":70,"strong":85}', 'in_progress', 0, 0 FROM learners`,
		`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
			INSERT INTO slots (attempt_id, n, item_id, version_id, option_order, points) SELECT id, i, 'item', 'v', 'a,b,c,d', 1 FROM attempts, n`,
		`COMMIT`,
	} {
		if _, err := c.ExecContext(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

// side has savers wait for one save after the other.
func (g *group) side(savers int) side {
	turns := make([]int, savers)
	return func(d time.Duration) (sample, error) {
		var t tally
		var wg sync.WaitGroup
		cpu, begin := ownCPU(), time.Now()
		for i := range savers {
			wg.Go(func() {
				var times []time.Duration
				var why error
				for at := time.Now(); at.Sub(begin) < d && why == nil; {
					turns[i]++
					j := save{fmt.Sprintf("%026d", i+1), int64(i + 1), 1 + turns[i]%60, 1 + turns[i]/60, make(chan error, 1)}
					g.jobs <- j
					why = <-j.done
					now := time.Now()
					times = append(times, now.Sub(at))
					at = now
				}
				t.add(times, 0, why)
			})
		}
		wg.Wait()
		return t.sample(time.Since(begin), ownCPU()-cpu), t.why
	}
}

func (g *group) write() {
	for first := range g.jobs {
		batch := []save{first}
	more:
		for len(batch) < 256 {
			select {
			case j := <-g.jobs:
				batch = append(batch, j)
			default:
				break more
			}
		}
		_, err := g.begin.Exec()
		for _, j := range batch {
			if err == nil {
				err = g.run(j)
			}
		}
		if err == nil {
			_, err = g.commit.Exec()
		}
		for _, j := range batch {
			j.done <- err
		}
	}
}

// run stores one answer.
func (g *group) run(j save) error {
	event, now := fmt.Sprintf("e%d", events.Add(1)), time.Now().UnixMilli()
	for i, q := range g.queries {
		switch q {
		case statements[0]:
			if err := drain(g.stmts[i].Query(j.attempt, j.learner, j.n, event)); err != nil {
				return err
			}
		case statements[1]:
			if _, err := g.stmts[i].Exec(j.attempt, j.n, `{"choice":["a"]}`, false, "", j.rev, "bench", now, now); err != nil {
				return err
			}
		case statements[2]:
			if _, err := g.stmts[i].Exec(j.attempt, event, "save", j.n, j.rev, "bench", now, now, 0, `{"choice":["a"]}`); err != nil {
				return err
			}
		}
	}
	return nil
}

// drain reads a row, if there is one, as whoever asks for it would.
func drain(rows *sql.Rows, err error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	into := make([]any, len(columns))
	for i := range into {
		into[i] = new(any)
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
	}
	return rows.Err()
}
