package sample

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// A page is what shares a database: a lesson, or an item.
type page struct {
	file  string
	group int
}

// databases returns the SQL samples, those of one database together and in
// order.
func (r *run) databases() [][]int {
	at := map[page]int{}
	var out [][]int
	for i, s := range r.set.Samples {
		if s.Kind != SQL {
			continue
		}
		p := page{s.File, s.Group}
		if _, ok := at[p]; !ok {
			at[p] = len(out)
			out = append(out, nil)
		}
		out[at[p]] = append(out[at[p]], i)
	}
	return out
}

// sqlTime is how long one block may take.
const sqlTime = 10 * time.Second

// sql runs the blocks of one page on a database of their own. A block that
// fails ends the page: what follows rests on it.
func (r *run) sql(ctx context.Context, group []int) error {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return fmt.Errorf("open a database: %w", err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	failed := false
	for _, i := range group {
		s := r.set.Samples[i]
		if failed {
			r.ran(i, "")
			continue
		}
		rows, err := query(ctx, db, s.Text)
		if err != nil {
			r.bad(s.File, s.Line, fmt.Sprintf("SQLite says: %v", err), "mend it, or give norun=\"and why\"")
			failed = true
		}
		if out := rows.text(s.Want); err == nil {
			r.compare(s, out)
		}
		r.ran(i, rows.values())
	}
	return nil
}

// A table is what a query returns, as text.
type table struct {
	columns []string
	rows    [][]string
}

// query runs the statements of a block and returns the rows of the last one.
func query(ctx context.Context, db *sql.DB, text string) (t table, err error) {
	ctx, cancel := context.WithTimeout(ctx, sqlTime)
	defer cancel()
	rows, err := db.QueryContext(ctx, text)
	if err != nil {
		return t, err
	}
	defer rows.Close()
	if t.columns, err = rows.Columns(); err != nil {
		return t, err
	}
	for rows.Next() {
		values := make([]any, len(t.columns))
		for i := range values {
			values[i] = new(any)
		}
		if err := rows.Scan(values...); err != nil {
			return t, err
		}
		row := make([]string, len(values))
		for i, v := range values {
			row[i] = show(*v.(*any))
		}
		t.rows = append(t.rows, row)
	}
	return t, rows.Err()
}

// show writes a value as the sqlite3 shell does.
func show(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case float64:
		s := strconv.FormatFloat(v, 'g', 15, 64)
		if !strings.ContainsAny(s, ".einfNa") {
			s += ".0"
		}
		return s
	case []byte:
		return fmt.Sprintf("x'%x'", v)
	case time.Time:
		return v.Format(time.DateTime)
	}
	return fmt.Sprint(v)
}

// text returns the table as a result block shows it, or as a plan block does:
// the details of EXPLAIN QUERY PLAN alone.
func (t table) text(want *Want) string {
	var b strings.Builder
	if want != nil && want.Lang == "plan" {
		for _, row := range t.rows {
			b.WriteString(row[len(row)-1] + "\n")
		}
		return b.String()
	}
	b.WriteString(strings.Join(t.columns, " | ") + "\n")
	for _, row := range t.rows {
		b.WriteString(strings.Join(row, " | ") + "\n")
	}
	return b.String()
}

// values returns the cells alone, for comparing with the key of an item.
func (t table) values() string {
	var b strings.Builder
	for _, row := range t.rows {
		b.WriteString(strings.Join(row, ", ") + "\n")
	}
	return b.String()
}

var explain = regexp.MustCompile(`(?i)^\s*EXPLAIN\s+QUERY\s+PLAN\b`)

// explains reports whether the block asks SQLite for a plan.
func explains(text string) bool { return explain.MatchString(text) }
