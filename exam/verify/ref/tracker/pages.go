package tracker

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// A page is what a request wants to see of a list: the rows after a place.
type page struct {
	limit  int
	offset int // only with the planted defect
	after  place
}

// A place is that of one row in a list, newest first.
type place struct {
	created string
	id      int64
}

func (s *server) page(r *http.Request) (p page, err error) {
	q := r.URL.Query()
	p.limit = 20
	if text := q.Get("limit"); text != "" {
		if p.limit, err = strconv.Atoi(text); err != nil || p.limit < 1 {
			return p, problem{code: 400, title: "limit must be a number above 0", fields: []field{{"limit", "must be a number above 0"}}}
		}
	}
	if s.bug != "no-cap" {
		p.limit = min(p.limit, 100)
	}
	cursor := q.Get("cursor")
	if cursor == "" {
		return p, nil
	}
	plain, err := base64.RawURLEncoding.DecodeString(cursor)
	created, id, ok := strings.Cut(string(plain), " ")
	p.after.created = created
	if err == nil && ok {
		p.after.id, err = strconv.ParseInt(id, 10, 64)
	}
	if s.bug == "bad-cursor-500" && cursor == "garbage" {
		return p, fmt.Errorf("cursor: %q", plain)
	}
	if err != nil || !ok {
		bad := problem{code: 400, title: "This cursor is not one of ours"}
		if s.bug == "stack-trace" {
			bad.detail = "goroutine 1 [running]:\nmain.page(0xc00011)"
		}
		return p, bad
	}
	if s.bug == "offset-paging" {
		p.offset, p.after = int(p.after.id), place{}
	}
	return p, nil
}

// where is the condition and the order of the rows of this page.
func (s *server) where(p page) (sql string, args []any) {
	switch {
	case p.after == place{}:
	case s.bug == "cursor-inclusive":
		sql, args = " AND (created_at, id) <= (?, ?)", []any{p.after.created, p.after.id}
	case s.bug == "cursor-time-only":
		sql, args = " AND created_at < ?", []any{p.after.created}
	default:
		sql, args = " AND (created_at, id) < (?, ?)", []any{p.after.created, p.after.id}
	}
	order := " ORDER BY created_at DESC, id DESC"
	if s.bug == "oldest-first" {
		order = " ORDER BY created_at DESC, id"
	}
	return sql + order + " LIMIT ? OFFSET ?", append(args, p.limit+1, p.offset)
}

type placed interface{ place() place }

// sheet is the answer to a page: rows has one more than fits if there is a next one.
func sheet[T placed](s *server, p page, rows []T) map[string]any {
	var next any
	if len(rows) > p.limit {
		rows = rows[:p.limit]
		last := rows[p.limit-1].place()
		if s.bug == "offset-paging" {
			last.id = int64(p.offset + p.limit)
		}
		next = base64.RawURLEncoding.EncodeToString([]byte(last.created + " " + strconv.FormatInt(last.id, 10)))
	}
	return map[string]any{"items": rows, "next_cursor": next}
}
