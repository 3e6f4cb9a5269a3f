package web

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"groundwork/content"
	"groundwork/exam"
	"groundwork/exam/sqlrun"
)

// A queryView is what an SQL item shows besides its question: its tables, the
// rows of its first data set, and, when asked for, what the stored query
// returns on them. It is made without the key and the other data sets.
type queryView struct {
	Tables content.HTML
	Run    bool // there is a button that runs the query
	Result *queryResult
}

// A queryResult is what a query returned, or why it did not.
type queryResult struct {
	Fault   string
	Ran     string // "Ran at 14:21:08: 3 rows, 1 ms"
	Columns []queryColumn
	Rows    [][]sqlrun.Cell
	More    string // "and 12 more rows"
}

type queryColumn struct {
	Name   string
	Number bool // all its values are numbers
}

// shownRows is how many rows of a result a page shows.
const shownRows = 20

func newQueryView(q *exam.Query) *queryView {
	var md strings.Builder
	fence(&md, `sql title="Tables"`, q.Schema)
	if len(q.Data) > 0 {
		fence(&md, `sql title="Rows to try it on"`, q.Data[0])
	}
	return &queryView{Tables: content.Render(md.String())}
}

// runnable gives the view of an SQL item its button, on a page that heeds it.
func runnable(v itemView) itemView {
	if v.Query != nil {
		v.Query.Run = true
	}
	return v
}

// A listener is a runner that remembers the last error.
type listener struct {
	exam.Runner
	err error
}

func (l *listener) Equal(q *exam.Query, answer string) (bool, error) {
	same, err := l.Runner.Equal(q, answer)
	l.err = err
	return same, err
}

// score marks an answer; queries are run. It fails with [exam.ErrBusy] if
// there is no room to run one.
func (s *Server) score(it *exam.Item, r exam.Response) (exam.Mark, error) {
	l := listener{Runner: s.cfg.SQL}
	m := exam.Score(it, r, &l)
	if errors.Is(l.err, exam.ErrBusy) {
		return exam.Mark{}, l.err
	}
	return m, nil
}

// fence writes text as a block of code, whatever it holds.
func fence(md *strings.Builder, info, text string) {
	mark := "```"
	for strings.Contains(text, mark) {
		mark += "`"
	}
	fmt.Fprintf(md, "%s%s\n%s\n%s\n\n", mark, info, strings.TrimSpace(text), mark)
}

// runQuery runs a query on the rows that the item shows.
func (s *Server) runQuery(ctx context.Context, q *exam.Query, query string) *queryResult {
	if strings.TrimSpace(query) == "" {
		return &queryResult{Fault: "There is no query yet. Write one and run it."}
	}
	res, err := s.cfg.SQL.Run(q, 0, query)
	var f *sqlrun.Fault
	switch {
	case errors.As(err, &f):
		return &queryResult{Fault: f.Error()}
	case errors.Is(err, exam.ErrBusy):
		return &queryResult{Fault: "Too many long queries are running at the moment. Your query is saved; run it again in a few seconds."}
	case err != nil:
		s.log.ErrorContext(ctx, "query not run", "err", err.Error(), "request", requestID(ctx))
		return &queryResult{Fault: "The query could not be run. That is our fault and has been noted; your query is saved."}
	}
	return newQueryResult(res, s.now())
}

func newQueryResult(res sqlrun.Result, now time.Time) *queryResult {
	total := len(res.Rows) + res.More
	v := &queryResult{
		Ran:  fmt.Sprintf("Ran at %s: %s, %d ms", now.Format("15:04:05"), plural(total, "row", "rows"), max(1, res.Took.Milliseconds())),
		Rows: res.Rows[:min(shownRows, len(res.Rows))],
	}
	if total > len(v.Rows) {
		v.More = "and " + plural(total-len(v.Rows), "more row", "more rows")
	}
	for i, name := range res.Columns {
		c := queryColumn{Name: name, Number: len(v.Rows) > 0}
		for _, row := range v.Rows {
			c.Number = c.Number && (row[i].Kind == sqlrun.Integer || row[i].Kind == sqlrun.Real)
		}
		v.Columns = append(v.Columns, c)
	}
	return v
}
