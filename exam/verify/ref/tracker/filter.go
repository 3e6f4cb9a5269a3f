package tracker

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

// filter turns the query of GET /tasks into conditions, joined by AND.
func (s *server) filter(q url.Values) (cond []string, args []any, err error) {
	oneOf := func(name, values string) {
		v := q.Get(name)
		if v == "" || err != nil {
			return
		}
		if !strings.Contains(" "+values+" ", " "+v+" ") && s.bug != "filter-any-value" {
			err = problem{code: 400, title: "There is no such " + name, fields: []field{{name, "must be one of: " + values}}}
		}
		cond, args = append(cond, name+" = ?"), append(args, v)
	}
	oneOf("status", "open done")
	oneOf("priority", "low normal high")
	if v := q.Get("project_id"); v != "" {
		cond, args = append(cond, "project_id = ?"), append(args, v)
	}
	if v := q.Get("due_before"); v != "" && s.bug != "due-ignored" {
		at, wrong := time.Parse(time.RFC3339, v)
		if wrong != nil {
			return nil, nil, problem{code: 400, title: "due_before is not a time", fields: []field{{"due_before", "must be a time such as 2026-01-20T10:15:30Z"}}}
		}
		cond, args = append(cond, "due_at < ?"), append(args, at.UTC().Format(time.RFC3339))
	}
	return cond, args, err
}

func (s *server) listTasks(w http.ResponseWriter, r *http.Request, me int64) error {
	p, err := s.page(r)
	if err != nil {
		return err
	}
	cond, args, err := s.filter(r.URL.Query())
	if err != nil {
		return err
	}
	if s.bug == "cursor-drops-filter" && p.after != (place{}) {
		cond, args = nil, nil
	}
	join := " AND "
	if s.bug == "filter-or" {
		join = " OR "
	}
	where, all := "owner_id = ?", []any{me}
	if s.bug == "list-all-owners" && r.URL.Query().Has("project_id") {
		where = "? > 0"
	}
	if cond != nil {
		where += " AND (" + strings.Join(cond, join) + ")"
	}
	rest, more := s.where(p)
	rows, err := s.db.Query(`SELECT `+taskColumns+` FROM tasks WHERE `+where+rest, append(append(all, args...), more...)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	items := []task{}
	for rows.Next() {
		var t task
		if err := t.scan(rows); err != nil {
			return err
		}
		items = append(items, t)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return send(w, 200, sheet(s, p, items))
}
