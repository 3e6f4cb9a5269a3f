package web

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"
)

// How long a password is, in characters. There are no rules about what it is
// made of (NIST SP 800-63B): length and not being guessed first are what
// counts. Whoever pastes 200 characters from a password manager may.
const (
	shortestPassword = 8
	longestPassword  = 200
)

// passwordList holds the most common passwords, those first that would be long
// enough, one a line and in lower case.
//
//go:embed passwords.txt
var passwordList string

var commonPasswords = sync.OnceValue(func() map[string]bool {
	common := map[string]bool{}
	for line := range strings.Lines(passwordList) {
		common[strings.TrimSuffix(line, "\n")] = true
	}
	return common
})

// PasswordFault says what is wrong with a new password for the account of
// email and how to mend it, or "" if nothing is.
func PasswordFault(password, email string) string {
	lower := strings.ToLower(password)
	user, _, _ := strings.Cut(strings.ToLower(email), "@")
	switch n := utf8.RuneCountInString(password); {
	case n == 0:
		return fmt.Sprintf("Choose a password of at least %d characters.", shortestPassword)
	case n < shortestPassword:
		return fmt.Sprintf("This has %s. Use at least %d: three or four words that do not belong together do well.", plural(n, "character", "characters"), shortestPassword)
	case n > longestPassword:
		return fmt.Sprintf("This has %d characters. Use at most %d.", n, longestPassword)
	case commonPasswords()[lower]:
		return "This is one of the passwords that are tried first. Use three or four words that do not belong together."
	case lower == strings.ToLower(email) || lower == user:
		return "This is your address. Use three or four words that do not belong together."
	}
	return ""
}
