package verify

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// insides are texts that only the inside of a program can have written.
var insides = regexp.MustCompile(`Traceback \(most recent|goroutine \d+ \[|\bpanic: |\.go:\d+\b|` +
	`\bat (java|javax|org|com|io|kotlin)\.[\w.$]+\(|\.py", line \d|site-packages/|node_modules/|\bat \S+ \(\S+:\d+:\d+\)|` +
	`\.rb:\d+:in |\.php(:| on line )\d|System\.\w+Exception|\.cs:line \d|thread '\w+' panicked|` +
	`SQLSTATE|SQL syntax|UNIQUE constraint failed|duplicate key value violates|sqlite3?\.\w*Error|syntax error at or near|ORA-\d{5}`)

// hashes are the beginnings of stored passwords.
var hashes = regexp.MustCompile(`\$2[abxy]?\$\d\d\$|\$argon2|\$scrypt\$|scrypt:\d|pbkdf2|\$[156]\$\S{8}`)

// probeLeaks searches all answers of the run so far: of=secrets for passwords
// that were sent, their hashes and fields named after them; of=insides for
// stack traces, queries and paths of the program. The document about the API
// may speak of all that.
func probeLeaks(x *Ctx, args map[string]string) error {
	var want string
	var find func(Exch) string
	switch args["of"] {
	case "insides":
		want, find = "none shows the inside of the program", leakedInside(x.R.Repo)
	case "secrets":
		want, find = "none shows a password or its hash", leakedSecret(x.Answers())
	default:
		return fmt.Errorf("of=%s: want secrets or insides", args["of"])
	}
	_, err := Observe(x, "leaks", func() (int, error) {
		for _, e := range x.Answers() {
			if strings.HasSuffix(e.Sent.URL, "/openapi.json") {
				continue
			}
			if leak := find(e); leak != "" {
				return 0, &Failure{What: "the answers of the whole run", Expected: want, Actual: leak, Exchange: &e}
			}
		}
		return len(x.Answers()), nil
	})
	return err
}

// leakedInside finds what an answer shows of the program, or of its folder.
func leakedInside(folder string) func(Exch) string {
	return func(e Exch) string {
		if folder != "" && strings.HasPrefix(folder, "/") && strings.Contains(e.Got.Body, folder) {
			return "the path " + folder
		}
		return insides.FindString(e.Got.Body)
	}
}

// leakedSecret finds what an answer shows of the passwords sent in answers.
func leakedSecret(answers []Exch) func(Exch) string {
	sent := map[string]bool{}
	for _, e := range answers {
		var body struct{ Password string }
		if json.Unmarshal([]byte(e.Sent.Body), &body) == nil && len(body.Password) >= 8 {
			sent[body.Password] = true
		}
	}
	return func(e Exch) string {
		for p := range sent {
			if strings.Contains(e.Got.Body, p) {
				return "the password " + p
			}
		}
		if h := hashes.FindString(e.Got.Body); h != "" {
			return "a password hash: " + h + "…"
		}
		if e.Got.Status/100 == 2 {
			if doc, err := e.Got.parse(); err == nil {
				return passwordField(doc)
			}
		}
		return ""
	}
}

// passwordField finds a field of an answer that is named after a password.
func passwordField(v any) string {
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			if f := passwordField(one); f != "" {
				return f
			}
		}
	case map[string]any:
		for k, one := range v {
			if l := strings.ToLower(k); strings.Contains(l, "password") || strings.Contains(l, "passwd") {
				return "the field " + k
			}
			if f := passwordField(one); f != "" {
				return f
			}
		}
	}
	return ""
}
