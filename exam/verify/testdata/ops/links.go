// Package links says what a short link leads to.
package links

import "strings"

// Target returns where a code leads, and false if nobody made it.
func Target(links map[string]string, code string) (string, bool) {
	target, ok := links[strings.ToLower(code)]
	return target, ok
}
