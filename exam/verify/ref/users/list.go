package users

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// A query says which users a request wants.
type query struct {
	limit int
	email string  // "" for anybody's
	after *cursor // nil for the first page
}

// A cursor names the last user of a page by what the list is sorted by. New
// users come before it, so that nobody is seen twice or skipped.
type cursor struct{ created, id string }

func (s *srv) list(w http.ResponseWriter, r *http.Request) {
	q, err := s.readQuery(r.URL.Query())
	if err != nil {
		s.refuse(w, err)
		return
	}
	found, err := s.find(q)
	if err != nil {
		s.refuse(w, err)
		return
	}
	s.answerPage(w, found, q.limit)
}

func (s *srv) readQuery(form url.Values) (query, error) {
	limit, err := s.readLimit(form.Get("limit"))
	if err != nil {
		return query{}, err
	}
	after, err := readCursor(form.Get("cursor"))
	if err != nil {
		return query{}, err
	}
	q := query{limit, form.Get("email"), after}
	if s.bug == "filter-ignored" {
		q.email = ""
	}
	return q, nil
}

func (s *srv) readLimit(text string) (int, error) {
	limit := 20
	if text != "" {
		n, err := strconv.Atoi(text)
		switch {
		case (err != nil || n < 1) && s.bug == "limit-500":
			return 0, errInternal
		case err != nil || n < 1:
			return 0, errLimit
		}
		limit = n
	}
	switch {
	case s.bug == "limit-ignored":
		return 20, nil
	case s.bug == "no-cap":
		return limit, nil
	}
	return min(limit, 100), nil
}

func readCursor(text string) (*cursor, error) {
	if text == "" {
		return nil, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	created, id, ok := strings.Cut(string(b), " ")
	if err != nil || !ok {
		return nil, errCursor
	}
	return &cursor{created, id}, nil
}

func (c cursor) String() string {
	return base64.RawURLEncoding.EncodeToString([]byte(c.created + " " + c.id))
}

// find reads a page of users, newest first, and one more if there is one.
func (s *srv) find(q query) ([]user, error) {
	where, args := s.where(q)
	order := "created_at DESC, id DESC"
	if s.bug == "oldest-first" {
		order = "created_at, id"
	}
	rows, err := s.db.Query(`SELECT id, email, name, created_at FROM users WHERE `+where+` ORDER BY `+order+` LIMIT ?`, append(args, q.limit+1)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := []user{}
	for rows.Next() {
		var u user
		if err := rows.Scan(&u.ID, &u.Email, &u.Name, &u.Created); err != nil {
			return nil, err
		}
		found = append(found, u)
	}
	return found, rows.Err()
}

// where is the condition of q, and the values for its question marks.
func (s *srv) where(q query) (condition string, args []any) {
	condition = "1=1"
	switch {
	case q.email == "":
	case s.bug == "injection":
		condition = "lower(email) = lower('" + q.email + "')"
	default:
		condition, args = "lower(email) = lower(?)", []any{q.email}
	}
	if q.after == nil {
		return condition, args
	}
	switch s.bug {
	case "cursor-inclusive":
		return condition + " AND (created_at, id) <= (?, ?)", append(args, q.after.created, q.after.id)
	case "cursor-time-only":
		return condition + " AND created_at < ?", append(args, q.after.created)
	}
	return condition + " AND (created_at, id) < (?, ?)", append(args, q.after.created, q.after.id)
}

// answerPage answers at most limit of the users found, and a cursor if there
// are more.
func (s *srv) answerPage(w http.ResponseWriter, found []user, limit int) {
	var next any
	if len(found) > limit {
		found = found[:limit]
		last := found[limit-1]
		next = cursor{last.Created, strconv.FormatInt(last.ID, 10)}.String()
	}
	if s.bug == "cursor-never-null" && next == nil {
		next = "x"
	}
	if s.bug == "empty-404" && len(found) == 0 {
		s.refuse(w, errUnknown)
		return
	}
	send(w, 200, map[string]any{"items": found, "next_cursor": next})
}
