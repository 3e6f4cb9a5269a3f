package tracker

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"
)

type task struct {
	ID        int64   `json:"id"`
	Project   int64   `json:"project_id"`
	Title     string  `json:"title"`
	Status    string  `json:"status"`
	Priority  string  `json:"priority"`
	Due       *string `json:"due_at"`
	Created   string  `json:"created_at"`
	Completed *string `json:"completed_at"`
}

func (t task) place() place { return place{t.Created, t.ID} }

const taskColumns = `id, project_id, title, status, priority, due_at, created_at, completed_at`

func (t *task) scan(row interface{ Scan(...any) error }) error {
	return row.Scan(&t.ID, &t.Project, &t.Title, &t.Status, &t.Priority, &t.Due, &t.Created, &t.Completed)
}

// task reads the task that a path names, if it is mine.
func (s *server) task(r *http.Request, me int64) (t task, err error) {
	id, err := s.id(r)
	if err != nil {
		return t, err
	}
	owner := ` AND owner_id = ?`
	if s.bug == "idor-get" && r.Method == "GET" || s.bug == "idor-delete" && r.Method == "DELETE" {
		owner = ` AND ? > 0`
	}
	return t, t.scan(s.db.QueryRow(`SELECT `+taskColumns+` FROM tasks WHERE id = ?`+owner, id, me))
}

// change takes over the fields of the body.
func (s *server) change(t *task, in input) (bad []field) {
	unchecked := s.bug == "patch-unchecked" && t.ID != 0
	if _, named := in["title"]; named || t.ID == 0 {
		title, ok := in.text("title")
		n := utf8.RuneCountInString(title)
		if !ok || !unchecked && (strings.TrimSpace(title) == "" || n > 200 && s.bug != "title-unlimited") {
			bad = append(bad, field{"title", "must have 1 to 200 characters"})
		}
		t.Title = title
	}
	if _, named := in["priority"]; named {
		t.Priority, _ = in.text("priority")
		if t.Priority != "low" && t.Priority != "normal" && t.Priority != "high" && !unchecked {
			bad = append(bad, field{"priority", "must be low, normal or high"})
		}
	}
	if raw, named := in["due_at"]; named {
		due, err := dueAt(raw)
		if err != nil && s.bug == "due-any-text" {
			text := string(raw)
			due, err = &text, nil
		}
		if err != nil {
			bad = append(bad, field{"due_at", "must be null or a time such as 2026-01-20T10:15:30Z"})
		}
		if due != nil || s.bug != "null-ignored" {
			t.Due = due
		}
	} else if s.bug == "patch-clears" {
		t.Due = nil
	}
	if s.bug == "errors-without-field" && len(bad) > 0 {
		bad = []field{{"body", bad[0].Message}}
	}
	return bad
}

// dueAt is a time in the one form that can be compared as text, or nil for null.
func dueAt(raw json.RawMessage) (*string, error) {
	var at *time.Time
	if err := json.Unmarshal(raw, &at); err != nil || at == nil {
		return nil, err
	}
	text := at.UTC().Format(time.RFC3339)
	return &text, nil
}

// mine says whether a project can take a task of mine.
func (s *server) mine(project, me int64) (ok bool, err error) {
	owner := ` AND owner_id = ?`
	if s.bug == "move-foreign" {
		owner = ` AND ? > 0`
	}
	err = s.db.QueryRow(`SELECT EXISTS (SELECT 1 FROM projects WHERE id = ?`+owner+`)`, project, me).Scan(&ok)
	return ok, err
}

func (s *server) createTask(w http.ResponseWriter, r *http.Request, me int64) error {
	p, err := s.project(r, me)
	if err != nil {
		if s.bug == "orphan-task-500" && r.PathValue("id") == "999999999" {
			return fmt.Errorf("insert task: foreign key")
		}
		return err
	}
	in, err := s.body(w, r)
	if err != nil {
		return err
	}
	t := task{Project: p.ID, Status: "open", Priority: "normal", Created: now()}
	if bad := s.change(&t, in); bad != nil {
		return problem{code: 422, title: "This task cannot be saved", fields: bad}
	}
	res, err := s.db.Exec(`INSERT INTO tasks (owner_id, project_id, title, status, priority, due_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		me, t.Project, t.Title, t.Status, t.Priority, t.Due, t.Created)
	if err != nil {
		return err
	}
	if t.ID, err = res.LastInsertId(); err != nil {
		return err
	}
	s.timers.plan(t.ID)
	w.Header().Set("Location", fmt.Sprintf("/tasks/%d", t.ID))
	return send(w, 201, t)
}

func (s *server) showTask(w http.ResponseWriter, r *http.Request, me int64) error {
	t, err := s.task(r, me)
	if err != nil {
		return err
	}
	return send(w, 200, t)
}

func (s *server) changeTask(w http.ResponseWriter, r *http.Request, me int64) error {
	t, err := s.task(r, me)
	if err != nil {
		return err
	}
	in, err := s.body(w, r)
	if err != nil {
		return err
	}
	bad := s.change(&t, in)
	if raw, named := in["project_id"]; named {
		if json.Unmarshal(raw, &t.Project) != nil {
			bad = append(bad, field{"project_id", "must be the id of a project"})
		}
		if ok, err := s.mine(t.Project, me); err != nil || !ok {
			return noneUnless(err)
		}
	}
	if bad != nil {
		return problem{code: 422, title: "This task cannot be saved", fields: bad}
	}
	_, err = s.db.Exec(`UPDATE tasks SET project_id = ?, title = ?, priority = ?, due_at = ? WHERE id = ?`, t.Project, t.Title, t.Priority, t.Due, t.ID)
	if err != nil {
		return err
	}
	return send(w, 200, t)
}

// noneUnless is 404, unless the database failed.
func noneUnless(err error) error {
	if err != nil {
		return err
	}
	return errNone
}

func (s *server) deleteTask(w http.ResponseWriter, r *http.Request, me int64) error {
	t, err := s.task(r, me)
	if err != nil {
		return err
	}
	if _, err := s.db.Exec(`DELETE FROM tasks WHERE id = ?`, t.ID); err != nil {
		return err
	}
	w.WriteHeader(204)
	return nil
}

func (s *server) completeTask(w http.ResponseWriter, r *http.Request, me int64) error {
	t, err := s.task(r, me)
	if err != nil {
		return err
	}
	if t.Status == "done" && s.bug == "complete-409" {
		return problem{code: 409, title: "This task is done"}
	}
	open := ` AND status = 'open'`
	if s.bug == "complete-moves-time" {
		open = ""
	}
	if _, err := s.db.Exec(`UPDATE tasks SET status = 'done', completed_at = ? WHERE id = ?`+open, now(), t.ID); err != nil {
		return err
	}
	if err := t.scan(s.db.QueryRow(`SELECT `+taskColumns+` FROM tasks WHERE id = ?`, t.ID)); err != nil {
		return err
	}
	return send(w, 200, t)
}
