package store

import (
	"context"
	"database/sql"
	"fmt"
	"math/bits"
	"regexp"
	"slices"
	"strings"
	"sync"

	"groundwork/exam"
)

// statements are the prepared statements of a pool. A query that ran once is
// prepared, so that SQLite need not read it again: for small changes reading
// costs more than running. Queries are literals of this package, so there are
// not many.
type statements struct {
	pool  *sql.DB
	known sync.Map // query to *sql.Stmt
}

// prepare makes statements of queries that were run without. It is called when
// the caller's transaction is over, since it takes a connection of the pool.
// What cannot be prepared is run without, as before.
func (s *statements) prepare(ctx context.Context, queries []string) {
	for _, q := range queries {
		_, _ = s.of(ctx, q)
	}
}

// of returns the statement of a query for use outside a transaction. The caller
// must hold no connection of the pool.
func (s *statements) of(ctx context.Context, query string) (*sql.Stmt, error) {
	if stmt, ok := s.known.Load(query); ok {
		return stmt.(*sql.Stmt), nil
	}
	stmt, err := s.pool.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if first, twice := s.known.LoadOrStore(query, stmt); twice {
		_ = stmt.Close() // another reader was faster
		stmt = first.(*sql.Stmt)
	}
	return stmt, nil
}

// lookup is view for one query that gives one row: it needs no transaction to
// see one moment, and goes without its price.
func (s *Store) lookup(ctx context.Context, what string, scan func(scanner) error, query string, args ...any) error {
	stmt, err := s.reading.of(ctx, query)
	if err == nil {
		err = scan(stmt.QueryRowContext(ctx, args...))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, known(err))
	}
	return nil
}

// tx is a transaction with the context of the request it serves.
type tx struct {
	*sql.Tx
	ctx      context.Context
	prepared *statements      // of the pool that the transaction is from; nil prepares none
	fresh    []string         // queries that were run and are not prepared
	kept     []exam.VersionID // that were stored here
	exposed  []exam.ItemID    // that stood on a form here
	answers  *memo            // outcomes of SQL answers, where the store has a runner
}

// statement returns the prepared statement for query in this transaction, or
// nil if there is none yet.
func (t *tx) statement(query string) *sql.Stmt {
	if t.prepared == nil {
		return nil
	}
	if stmt, ok := t.prepared.known.Load(query); ok {
		return t.StmtContext(t.ctx, stmt.(*sql.Stmt))
	}
	t.fresh = append(t.fresh, query)
	return nil
}

func (t *tx) exec(query string, args ...any) (sql.Result, error) {
	if stmt := t.statement(query); stmt != nil {
		return stmt.ExecContext(t.ctx, args...)
	}
	return t.ExecContext(t.ctx, query, args...)
}

func (t *tx) row(query string, args ...any) *sql.Row {
	if stmt := t.statement(query); stmt != nil {
		return stmt.QueryRowContext(t.ctx, args...)
	}
	return t.QueryRowContext(t.ctx, query, args...)
}

func (t *tx) rows(query string, args ...any) (*sql.Rows, error) {
	if stmt := t.statement(query); stmt != nil {
		return stmt.QueryContext(t.ctx, args...)
	}
	return t.QueryContext(t.ctx, query, args...)
}

// each runs a query and calls scan for every row.
func (t *tx) each(scan func(*sql.Rows) error, query string, args ...any) error {
	rows, err := t.rows(query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// all runs a statement for every row, several rows at a time, and returns how
// many it changed: to begin a statement costs more than to store a small row.
// query is for one row and has its placeholders in parentheses: ($1, $2, $3).
func (t *tx) all(query string, rows [][]any) (changed int, err error) {
	for len(rows) > 0 {
		n := min(1<<(bits.Len(uint(len(rows)))-1), 32) // few numbers, so that few statements are prepared
		res, err := t.exec(forRows(query, n), slices.Concat(rows[:n]...)...)
		if err != nil {
			return changed, err
		}
		of, err := res.RowsAffected()
		if err != nil {
			return changed, err
		}
		changed, rows = changed+int(of), rows[n:]
	}
	return changed, nil
}

var (
	oneRow   = regexp.MustCompile(`\(\$1(, \$\d+)*\)`)
	manyRows sync.Map // what forRows has made, by query and number
)

// forRows is a query for one row made to take n.
func forRows(query string, n int) string {
	type key struct {
		query string
		n     int
	}
	if q, ok := manyRows.Load(key{query, n}); ok {
		return q.(string)
	}
	row := oneRow.FindString(query)
	// Without names, since SQLite looks each of them up in a list.
	each := "(?" + strings.Repeat(", ?", strings.Count(row, "$")-1) + ")"
	q := strings.Replace(query, row, each+strings.Repeat(", "+each, n-1), 1)
	manyRows.Store(key{query, n}, q)
	return q
}

// one runs a statement that must change exactly one row.
func (t *tx) one(query string, args ...any) error {
	res, err := t.exec(query, args...)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return sql.ErrNoRows
}
