// Package tracker is the reference solution of p1-tracker; bug plants one defect.
package tracker

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	_ "modernc.org/sqlite"
)

const (
	remindBefore = 2 * time.Second
	rateLimit    = 200 // requests of one account in rateWindow
	rateWindow   = 10 * time.Second
)

type server struct {
	db     *sql.DB
	key    []byte // signs the tokens
	notify string // where reminders go
	cache  cache
	limits limits
	timers timers
	bug    string
}

// New serves the tracker from the SQLite file at path, and sends reminders to
// the address notify until the returned function is called.
func New(path, notify, bug string) (http.Handler, func(), error) {
	db, err := open(path, bug)
	if err != nil {
		return nil, nil, err
	}
	s := &server{db: db, notify: notify, bug: bug}
	if s.key, err = signingKey(db); err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { s.remind(ctx); close(done) }()
	return s.routes(), func() { cancel(); <-done; db.Close() }, nil
}

const schema = `
CREATE TABLE IF NOT EXISTS keys (id INTEGER PRIMARY KEY CHECK (id = 1), secret BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL, hash TEXT NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS users_email ON users (lower(email));
CREATE TABLE IF NOT EXISTS projects (
	id INTEGER PRIMARY KEY AUTOINCREMENT, owner_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
	name TEXT NOT NULL, description TEXT NOT NULL, created_at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS projects_owner ON projects (owner_id, created_at, id);
CREATE TABLE IF NOT EXISTS tasks (
	id INTEGER PRIMARY KEY AUTOINCREMENT, owner_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
	project_id INTEGER NOT NULL REFERENCES projects ON DELETE CASCADE,
	title TEXT NOT NULL, status TEXT NOT NULL, priority TEXT NOT NULL, due_at TEXT, created_at TEXT NOT NULL, completed_at TEXT,
	reminded INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS tasks_owner ON tasks (owner_id, created_at, id);
CREATE INDEX IF NOT EXISTS tasks_due ON tasks (due_at) WHERE status = 'open' AND reminded = 0;`

func open(path, bug string) (*sql.DB, error) {
	q := url.Values{"_txlock": {"immediate"}}
	for _, p := range []string{"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(NORMAL)", "foreign_keys(1)"} {
		q.Add("_pragma", p)
	}
	db, err := sql.Open("sqlite", "file:"+path+"?"+q.Encode())
	if err != nil {
		return nil, err
	}
	tables := schema
	switch bug {
	case "email-case":
		tables = strings.Replace(schema, "ON users (lower(email))", "ON users (email)", 1)
	case "register-race-1ms":
		tables = strings.Replace(schema, "UNIQUE INDEX", "INDEX", 1)
	}
	if _, err := db.Exec(tables); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// signingKey is the same after a restart, so that tokens stay good.
func signingKey(db *sql.DB) (key []byte, err error) {
	fresh := make([]byte, 32)
	rand.Read(fresh)
	if _, err := db.Exec(`INSERT INTO keys (id, secret) VALUES (1, ?) ON CONFLICT DO NOTHING`, fresh); err != nil {
		return nil, err
	}
	err = db.QueryRow(`SELECT secret FROM keys`).Scan(&key)
	return key, err
}

// A private handler serves one account, me.
type private func(w http.ResponseWriter, r *http.Request, me int64) error

func (s *server) routes() http.Handler {
	mux := http.NewServeMux()
	open := func(route string, h func(http.ResponseWriter, *http.Request) error) {
		mux.HandleFunc(route, func(w http.ResponseWriter, r *http.Request) { s.answer(w, h(w, r)) })
	}
	open("POST /auth/register", s.register)
	open("POST /auth/login", s.login)
	open("GET /openapi.json", s.document)
	open("GET /healthz", s.health)
	open("/", func(http.ResponseWriter, *http.Request) error { return problem{code: 404, title: "No such page"} })

	for route, h := range map[string]private{
		"GET /projects":             s.listProjects,
		"POST /projects":            s.createProject,
		"GET /projects/{id}":        s.showProject,
		"PATCH /projects/{id}":      s.changeProject,
		"DELETE /projects/{id}":     s.deleteProject,
		"POST /projects/{id}/tasks": s.createTask,
		"GET /tasks":                s.listTasks,
		"GET /tasks/{id}":           s.showTask,
		"PATCH /tasks/{id}":         s.changeTask,
		"DELETE /tasks/{id}":        s.deleteTask,
		"POST /tasks/{id}/complete": s.completeTask,
	} {
		open(route, s.guard(h))
	}
	if s.bug == "put-accepted" {
		open("PUT /tasks/{id}", s.guard(s.changeTask))
	}
	return mux
}

func (s *server) health(w http.ResponseWriter, r *http.Request) error {
	if s.bug == "health-401" {
		return problem{code: 401, title: "A token is needed"}
	}
	return send(w, 200, map[string]string{"status": "ok"})
}

// A problem is an error that the caller may see.
type problem struct {
	code   int
	title  string
	detail string
	fields []field
}
type field struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

func (p problem) Error() string { return p.title }

var errNone = problem{code: 404, title: "There is no such thing"}

// answer turns what a handler returned into a problem, if it failed.
func (s *server) answer(w http.ResponseWriter, err error) {
	if err == nil {
		return
	}
	p := problem{code: 500, title: "Something went wrong here"}
	if !errors.As(err, &p) && errors.Is(err, sql.ErrNoRows) {
		p = errNone
	}
	if s.bug == "plain-errors" && p.code == 409 {
		http.Error(w, p.title, p.code)
		return
	}
	m := map[string]any{"type": "about:blank", "title": p.title, "status": p.code}
	if p.fields != nil {
		m["errors"] = p.fields
	}
	if p.detail != "" {
		m["detail"] = p.detail
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.code)
	json.NewEncoder(w).Encode(m)
}

func send(w http.ResponseWriter, code int, v any) error {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	return json.NewEncoder(w).Encode(v)
}

// An input is the body of a request, its fields not yet decoded, so that a
// missing field differs from null.
type input map[string]json.RawMessage

func (s *server) body(w http.ResponseWriter, r *http.Request) (in input, err error) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<16))
	if err == nil {
		err = json.Unmarshal(raw, &in)
	}
	switch {
	case err != nil && s.bug == "badjson-500":
		var wrong *json.SyntaxError
		if errors.As(err, &wrong) {
			return nil, fmt.Errorf("read the body: %w", err)
		}
	case err == nil && in == nil && s.bug == "null-body-500":
		return nil, errors.New("the body is null")
	}
	if err != nil || in == nil {
		return nil, problem{code: 400, title: "The body is not a JSON object"}
	}
	return in, nil
}

// text reads one field of the body that must be a text.
func (in input) text(name string) (string, bool) {
	var v *string
	if json.Unmarshal(in[name], &v) != nil || v == nil {
		return "", false
	}
	return *v, true
}

// id reads the id in the path. What cannot be an id belongs to nothing.
func (s *server) id(r *http.Request) (int64, error) {
	text := r.PathValue("id")
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil && s.bug == "huge-id-500" && errors.Is(err, strconv.ErrRange) {
		return 0, err
	}
	if err != nil {
		return 0, errNone
	}
	return id, nil
}

// now is the time as it is stored and sent: UTC, to the second.
func now() string { return time.Now().UTC().Format(time.RFC3339) }
