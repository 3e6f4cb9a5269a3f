package verify

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// probeLocked sends each request of routes= (METHOD:/path, with commas
// between) without a token, with a made-up one, and with token= after one
// letter was changed: each must be answered 401 with WWW-Authenticate. A token
// of three parts is also sent as a JWT that says it needs no signature.
func probeLocked(x *Ctx, args map[string]string) error {
	keys := []struct{ what, token string }{
		{"no token", ""},
		{"the token x", "x"},
		{"a good token with one letter changed", changeLetter(args["token"])},
	}
	if part := strings.Split(args["token"], "."); len(part) == 3 {
		none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`))
		keys = append(keys, struct{ what, token string }{"the token unsigned (alg none)", none + "." + part[1] + "."})
	}
	for route := range strings.SplitSeq(args["routes"], ",") {
		method, path, _ := strings.Cut(route, ":")
		for _, key := range keys {
			r := Request{Method: method, Target: path}
			if method == "POST" || method == "PATCH" {
				r.Body = "{}"
			}
			if key.token != "" {
				r.Header = [][2]string{{"Authorization", "Bearer " + key.token}}
			}
			e := x.Do(r)
			what := fmt.Sprintf("%s %s with %s", method, path, key.what)
			switch {
			case e.Got.Status != 401:
				return &Failure{What: what, Expected: "401", Actual: strings.TrimSpace(strconv.Itoa(e.Got.Status) + " " + e.Got.Err), Exchange: &e}
			case e.Got.Header.Get("WWW-Authenticate") == "":
				return &Failure{What: what + ": header WWW-Authenticate", Expected: "present, such as Bearer", Actual: "no such header", Exchange: &e}
			}
		}
	}
	return nil
}

// changeLetter changes a letter near the end of a token, where a signature is,
// but not the last ones: they may hold bits that mean nothing.
func changeLetter(token string) string {
	i := max(0, len(token)-10)
	if i == len(token) {
		return "y"
	}
	other := byte('a')
	if token[i] == 'a' {
		other = 'b'
	}
	return token[:i] + string(other) + token[i+1:]
}
