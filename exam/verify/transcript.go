package verify

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// An Entry of a transcript is one thing that a check did to the world: a
// request or several alike ("request"), several that differ ("requests"), an
// observation ("see NAME"), a pause ("pause"), or the end of its time
// ("limit").
type Entry struct {
	Check string        `json:"check"`
	Line  int           `json:"line"` // of the step
	What  string        `json:"what"`
	At    time.Duration `json:"at_ns"` // since the run began
	Took  time.Duration `json:"took_ns"`

	// Requests alike are kept as one exchange of each kind (status, and
	// which assertions hold); Order says which kind each of them got, and
	// Values what was looked up in each.
	Exchanges []Exch             `json:"exchanges,omitempty"`
	Order     []int              `json:"order,omitempty"`
	Values    map[string][][]any `json:"values,omitempty"`

	// What was seen, or how it ended.
	Value   json.RawMessage `json:"value,omitempty"`
	Ended   *ended          `json:"ended,omitempty"`
	Failure *Failure        `json:"failure,omitempty"`
	Err     string          `json:"error,omitempty"`
}

// Secrets are the values of these headers and JSON members: passwords in
// requests, tokens too in answers. (Tokens that the checks make up themselves
// are none.) In what is written
// to a file or sent to a site a hash stands in their place, wherever they come
// up, so that it can still be seen which of them are the same.
var (
	sentMember   = regexp.MustCompile(`(?i)("(?:password|passwd|secret)"\s*:\s*)"((?:[^"\\]|\\.)*)"`)
	gotMember    = regexp.MustCompile(`(?i)("(?:password|passwd|secret|token|access_token|refresh_token|api_key|apikey)"\s*:\s*)"((?:[^"\\]|\\.)*)"`)
	secretQuery  = regexp.MustCompile(`(?i)([?&](?:token|access_token|api_key|password)=)([^&#]*)`)
	secretCookie = regexp.MustCompile(`^([^=;]+=)([^;]*)`)
	hidden       = regexp.MustCompile(`secret-[0-9a-f]{12}(\.x)*`)
)

const secretLeast = 8 // characters of a secret that is hidden outside its place

// secrets replaces what must not be shown.
type secrets struct {
	salt   string
	hashes map[string]string
	words  *strings.Replacer // nil if new ones came
}

func newSecrets(salt string) *secrets { return &secrets{salt: salt, hashes: map[string]string{}} }

// hash returns what stands for a secret, and remembers it.
func (s *secrets) hash(secret string) string {
	if secret == "" || strings.HasPrefix(secret, "secret-") && hidden.MatchString(secret) {
		return secret
	}
	sum := sha256.Sum256([]byte(s.salt + "/" + secret))
	h := "secret-" + hex.EncodeToString(sum[:])[:12] + strings.Repeat(".x", strings.Count(secret, ".")) // a JWT keeps its parts
	if len(secret) >= secretLeast && s.hashes[secret] == "" {
		s.hashes[secret], s.words = h, nil
	}
	return h
}

// text hides secrets in a text: those in the places that member finds, in
// queries, and those met before.
func (s *secrets) text(t string, member *regexp.Regexp) string {
	t = member.ReplaceAllStringFunc(t, func(m string) string {
		g := member.FindStringSubmatch(m)
		plain := g[2]
		if json.Unmarshal([]byte(`"`+g[2]+`"`), &plain) != nil {
			plain = g[2]
		}
		return g[1] + `"` + s.hash(plain) + `"`
	})
	t = secretQuery.ReplaceAllStringFunc(t, func(m string) string {
		g := secretQuery.FindStringSubmatch(m)
		return g[1] + s.hash(g[2])
	})
	return s.known(t)
}

// known hides the secrets that were met before, wherever they stand.
func (s *secrets) known(t string) string {
	if len(s.hashes) == 0 {
		return t
	}
	if s.words == nil {
		var pairs []string
		for plain := range s.hashes {
			pairs = append(pairs, plain)
		}
		slices.SortFunc(pairs, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
		for i := len(pairs) - 1; i >= 0; i-- {
			pairs = slices.Insert(pairs, i+1, s.hashes[pairs[i]])
		}
		s.words = strings.NewReplacer(pairs...)
	}
	return s.words.Replace(t)
}

// header hides the secrets in a copy of a header.
func (s *secrets) header(h http.Header) http.Header {
	if h == nil {
		return nil
	}
	out := make(http.Header, len(h))
	for k, vs := range h {
		for _, v := range vs {
			switch k {
			case "Authorization", "Proxy-Authorization":
				scheme, value, ok := strings.Cut(v, " ")
				if !ok {
					scheme, value = "", v
				}
				v = strings.TrimPrefix(scheme+" "+s.hash(s.known(value)), " ")
			case "Cookie", "Set-Cookie":
				if m := secretCookie.FindStringSubmatch(v); m != nil {
					v = m[1] + s.hash(m[2]) + v[len(m[0]):]
				}
			}
			out[k] = append(out[k], s.known(v))
		}
	}
	return out
}

func (s *secrets) sent(r Sent) Sent {
	r.URL, r.Header = s.text(r.URL, sentMember), s.header(r.Header)
	r.Body = cut(s.text(r.Body, sentMember))
	return r
}

func (s *secrets) got(g Got) Got {
	body := s.text(string(g.body()), gotMember)
	if g.Size > 0 {
		body = cut(body)
	}
	facts := map[string]json.RawMessage{}
	for k, v := range g.Facts {
		facts[k] = json.RawMessage(s.known(string(v)))
	}
	if len(facts) == 0 {
		facts = nil
	}
	h := s.header(g.Header)
	h.Del("Date")
	return Got{Status: g.Status, Header: h, Body: body, Size: g.Size, Time: g.Time, Err: g.Err, Facts: facts}
}

func cut(s string) string {
	if len(s) <= BodyLimit {
		return s
	}
	return strings.ToValidUTF8(s[:BodyLimit], "")
}

func (s *secrets) exch(e Exch) Exch {
	e.Sent, e.Got = s.sent(e.Sent), s.got(e.Got)
	return e
}

func (s *secrets) exchs(es []Exch) []Exch {
	if es == nil {
		return nil
	}
	out := make([]Exch, len(es))
	for i, e := range es {
		out[i] = s.exch(e)
	}
	return out
}

func (s *secrets) failure(f *Failure) *Failure {
	if f == nil {
		return nil
	}
	out := *f
	out.Expected, out.Actual = s.known(f.Expected), s.known(f.Actual)
	if f.Exchange != nil {
		e := s.exch(*f.Exchange)
		out.Exchange = &e
	}
	out.Before = s.exchs(f.Before)
	return &out
}

// entry hides the secrets of an entry. It is called twice for each entry of a
// check, first to meet all secrets.
func (s *secrets) entry(e Entry) Entry {
	e.Exchanges = s.exchs(e.Exchanges)
	if e.Value != nil {
		e.Value = json.RawMessage(s.known(string(e.Value)))
	}
	e.Failure = s.failure(e.Failure)
	if e.Values != nil {
		raw, err := json.Marshal(e.Values)
		if err != nil {
			panic(err) // decoded JSON
		}
		e.Values = nil
		if err := json.Unmarshal([]byte(s.known(string(raw))), &e.Values); err != nil {
			panic(err)
		}
	}
	return e
}

// meet looks for secrets in every answer of an entry, also in those that the
// transcript does not keep.
func (s *secrets) meet(es []Exch) {
	for _, e := range es {
		s.sent(e.Sent)
		s.header(e.Got.Header)
		if bytes.Contains(e.Got.body(), []byte(`":`)) {
			s.text(string(e.Got.body()), gotMember)
		}
	}
}

// file returns the entries of a check as they go into a transcript.
func (s *secrets) file(entries []*Entry) []Entry {
	for _, e := range entries {
		s.entry(*e)
	}
	out := make([]Entry, len(entries))
	for i, e := range entries {
		out[i] = s.entry(*e)
	}
	return out
}

// A Refusal says why a transcript cannot be judged.
type Refusal struct {
	Check  string // the check at which it showed, if any
	Reason string // one sentence without its full stop
}

func (r *Refusal) Error() string {
	if r.Check == "" {
		return r.Reason
	}
	return r.Check + ": " + r.Reason
}

// refuse ends a replay. It panics with a *Refusal, which [Replay] returns:
// nothing between may take it for a verdict.
func refuse(format string, args ...any) {
	panic(&Refusal{Reason: fmt.Sprintf(format, args...)})
}
