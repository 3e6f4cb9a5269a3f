package verify

import "testing"

func TestLeakedInside(t *testing.T) {
	leaks := leakedInside("/home/ada/tracker")
	for body, want := range map[string]string{
		`{"detail": "Traceback (most recent call last):\n  File \"app.py\", line 3"}`:        "Traceback (most recent",
		`{"detail": "goroutine 1 [running]:"}`:                                               "goroutine 1 [",
		`{"error": "at com.example.App.main(App.java:12)"}`:                                  "at com.example.App.main(",
		`{"stack": "Error: x\n    at get (/srv/app/index.js:10:3)"}`:                         "at get (/srv/app/index.js:10:3)",
		`{"error": "ERROR: duplicate key value violates unique constraint"}`:                 "duplicate key value violates",
		`{"detail": "pq: syntax error at or near \"SELECT\""}`:                               "syntax error at or near",
		`{"detail": "open /home/ada/tracker/db.sqlite: no such file"}`:                       "the path /home/ada/tracker",
		`{"title": "There is no such thing", "status": 404, "instance": "/tasks/17"}`:        "",
		`{"title": "Go to the bank at com. street (12)", "description": "panic is no plan"}`: "",
		`{"items": [{"title": "Read main.go and index.js", "id": "a.go"}]}`:                  "",
		`{"title": "Meet Ann at 10:15 (room 3:2)"}`:                                          "",
	} {
		if got := leaks(Exch{Got: Got{Body: body}}); got != want {
			t.Errorf("leakedInside(%s) = %q, want %q", body, got, want)
		}
	}
}

func TestLeakedSecret(t *testing.T) {
	leaks := leakedSecret([]Exch{{Sent: Sent{Body: `{"email": "a@example.test", "password": "amber-x2k9qd"}`}}})
	tests := []struct {
		status int
		body   string
		want   string
	}{
		{201, `{"id": 1, "email": "a@example.test"}`, ""},
		{201, `{"id": 1, "note": "amber-x2k9qd"}`, "the password amber-x2k9qd"},
		{200, `{"h": "$2b$12$abcdefghijklmnopqrstuv"}`, "a password hash: $2b$12$…"},
		{200, `{"h": "$argon2id$v=19$m=19456"}`, "a password hash: $argon2…"},
		{200, `{"user": {"passwordHash": ""}}`, "the field passwordHash"},
		{422, `{"errors": {"password": "too short"}}`, ""},
		{200, `{"token": "eyJhbGciOiJIUzI1NiJ9.e30.x", "price": "$2 or $10"}`, ""},
	}
	for _, tt := range tests {
		e := Exch{Got: Got{Status: tt.status, Body: tt.body}}
		if got := leaks(e); got != tt.want {
			t.Errorf("leakedSecret(%d %s) = %q, want %q", tt.status, tt.body, got, tt.want)
		}
	}
}

func TestChangeLetter(t *testing.T) {
	for _, token := range []string{"x", "abc", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U", "aaaaaaaaaaaaaaaa", ""} {
		got := changeLetter(token)
		if got == token {
			t.Errorf("changeLetter(%q) is the same", token)
		}
	}
}
