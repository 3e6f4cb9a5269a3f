package tracker

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"
)

type project struct {
	ID          int64  `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Created     string `json:"created_at"`
}

func (p project) place() place { return place{p.Created, p.ID} }

const projectColumns = `id, name, description, created_at`

func (p *project) scan(row interface{ Scan(...any) error }) error {
	return row.Scan(&p.ID, &p.Name, &p.Description, &p.Created)
}

// project reads the project that a path names, if it is mine.
func (s *server) project(r *http.Request, me int64) (p project, err error) {
	id, err := s.id(r)
	if err != nil {
		return p, err
	}
	return p, p.scan(s.db.QueryRow(`SELECT `+projectColumns+` FROM projects WHERE id = ? AND owner_id = ?`, id, me))
}

// change takes over the fields of the body.
func (p *project) change(in input) (bad []field) {
	if _, named := in["name"]; named || p.ID == 0 {
		name, ok := in.text("name")
		if n := utf8.RuneCountInString(strings.TrimSpace(name)); !ok || n < 1 || n > 100 {
			bad = append(bad, field{"name", "must have 1 to 100 characters"})
		}
		p.Name = name
	}
	if _, named := in["description"]; named {
		text, ok := in.text("description")
		if !ok {
			bad = append(bad, field{"description", "must be a text"})
		}
		p.Description = text
	}
	return bad
}

func (s *server) listProjects(w http.ResponseWriter, r *http.Request, me int64) error {
	key := cacheKey{me, r.URL.RawQuery}
	if s.bug == "cache-shared" {
		key.account = 0
	}
	list, turn := s.cache.get(key)
	if list != nil && s.bug != "no-cache" {
		w.Header().Set("X-Cache", "HIT")
		return send(w, 200, json.RawMessage(list))
	}
	p, err := s.page(r)
	if err != nil {
		return err
	}
	cond, args := s.where(p)
	rows, err := s.db.Query(`SELECT `+projectColumns+` FROM projects WHERE owner_id = ?`+cond, append([]any{me}, args...)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	items := []project{}
	for rows.Next() {
		var p project
		if err := p.scan(rows); err != nil {
			return err
		}
		items = append(items, p)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(sheet(s, p, items)); err != nil {
		return err
	}
	s.cache.put(key, turn, b.Bytes())
	w.Header().Set("X-Cache", "MISS")
	return send(w, 200, json.RawMessage(b.Bytes()))
}

// changed empties the cache after a change of my projects.
func (s *server) changed(me int64) {
	s.cache.drop(me)
	if s.bug == "cache-shared" {
		s.cache.drop(0)
	}
}

func (s *server) createProject(w http.ResponseWriter, r *http.Request, me int64) error {
	in, err := s.body(w, r)
	if err != nil {
		return err
	}
	p := project{Created: now()}
	if bad := p.change(in); bad != nil {
		return problem{code: 422, title: "This project cannot be saved", fields: bad}
	}
	res, err := s.db.Exec(`INSERT INTO projects (owner_id, name, description, created_at) VALUES (?, ?, ?, ?)`, me, p.Name, p.Description, p.Created)
	if err != nil {
		return err
	}
	if p.ID, err = res.LastInsertId(); err != nil {
		return err
	}
	s.changed(me)
	if s.bug != "no-location" {
		w.Header().Set("Location", fmt.Sprintf("/projects/%d", p.ID))
	}
	return send(w, 201, p)
}

func (s *server) showProject(w http.ResponseWriter, r *http.Request, me int64) error {
	p, err := s.project(r, me)
	if err != nil {
		return err
	}
	return send(w, 200, p)
}

func (s *server) changeProject(w http.ResponseWriter, r *http.Request, me int64) error {
	p, err := s.project(r, me)
	if err != nil {
		return err
	}
	in, err := s.body(w, r)
	if err != nil {
		return err
	}
	if bad := p.change(in); bad != nil {
		return problem{code: 422, title: "This project cannot be saved", fields: bad}
	}
	if _, err := s.db.Exec(`UPDATE projects SET name = ?, description = ? WHERE id = ?`, p.Name, p.Description, p.ID); err != nil {
		return err
	}
	if s.bug != "cache-stale" {
		s.changed(me)
	}
	return send(w, 200, p)
}

func (s *server) deleteProject(w http.ResponseWriter, r *http.Request, me int64) error {
	p, err := s.project(r, me)
	if err != nil {
		return err
	}
	if s.bug == "orphans" { // hidden, and its tasks go on
		_, err = s.db.Exec(`UPDATE projects SET owner_id = (SELECT min(id) FROM users) WHERE id = ?`, p.ID)
	} else {
		_, err = s.db.Exec(`DELETE FROM projects WHERE id = ?`, p.ID)
	}
	if err != nil {
		return err
	}
	s.changed(me)
	w.WriteHeader(204)
	return nil
}
