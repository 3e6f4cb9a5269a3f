package users

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

func (s *srv) create(w http.ResponseWriter, r *http.Request) {
	u, err := s.readUser(w, r)
	if err != nil {
		s.refuse(w, err)
		return
	}
	if u.ID, err = s.insert(u); err != nil {
		s.refuse(w, err)
		return
	}
	s.answerCreated(w, u)
}

// readUser reads who is to be registered, or says what is wrong with the
// request: with all fields at once, so that one more try is enough.
func (s *srv) readUser(w http.ResponseWriter, r *http.Request) (user, error) {
	var in struct{ Email, Name string }
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(&in); err != nil {
		if s.bug == "badjson-500" {
			return user{}, errInternal
		}
		return user{}, errBody
	}
	u := user{Email: in.Email, Name: strings.TrimSpace(in.Name), Created: time.Now().UTC().Format(time.RFC3339)}
	if wrong := s.check(u); wrong != nil {
		return user{}, problem{422, "Invalid user", wrong}
	}
	return u, nil
}

// check is what is wrong with a new user, field by field; nil if nothing is.
func (s *srv) check(u user) (wrong []field) {
	if s.bug != "no-email-check" && (len(u.Email) > 254 || !strings.Contains(u.Email, "@")) {
		wrong = append(wrong, field{"email", "must be an email address"})
	}
	if s.bug == "email-unlimited" && strings.Contains(u.Email, "@") {
		wrong = nil
	}
	if u.Name == "" && s.bug != "name-blank" || len([]rune(u.Name)) > 100 {
		wrong = append(wrong, field{"name", "must have 1 to 100 characters"})
	}
	return wrong
}

// insert stores u and gives it an id. Whether the address is free, only the
// unique index can say: of two requests at once, both would find it free.
func (s *srv) insert(u user) (id int64, err error) {
	if err := s.lookFirst(u.Email); err != nil {
		return 0, err
	}
	var driver *sqlite.Error
	res, err := s.db.Exec(`INSERT INTO users (email, name, created_at) VALUES (?, ?, ?)`, u.Email, u.Name, u.Created)
	switch {
	case err == nil:
		return res.LastInsertId()
	case errors.As(err, &driver) && driver.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE && s.bug != "dup-500":
		return 0, errTaken
	}
	return 0, err
}

// lookFirst does nothing in the reference; the mutants race and race-1ms have
// no index and ask instead.
func (s *srv) lookFirst(email string) error {
	if s.bug != "race" && s.bug != "race-1ms" {
		return nil
	}
	var n int
	s.db.QueryRow(`SELECT count(*) FROM users WHERE lower(email) = lower(?)`, email).Scan(&n)
	if n > 0 {
		return errTaken
	}
	if s.bug == "race-1ms" { // the way to a database server and back
		time.Sleep(time.Millisecond)
	}
	return nil
}

func (s *srv) answerCreated(w http.ResponseWriter, u user) {
	switch s.bug {
	case "no-location":
	case "bad-location":
		w.Header().Set("Location", fmt.Sprintf("/user/%d", u.ID))
	default:
		w.Header().Set("Location", fmt.Sprintf("/users/%d", u.ID))
	}
	status := 201
	switch s.bug {
	case "status-200":
		status = 200
	case "created-unix":
		u.Created = strconv.FormatInt(time.Now().Unix(), 10)
	}
	send(w, status, u)
}
