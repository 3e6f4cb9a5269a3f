package verify

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"
)

// answer makes a Got of a response whose body is at hand.
func answer(status int, header http.Header, body []byte, took time.Duration) Got {
	g := Got{Status: status, Header: header, Time: took, raw: body}
	g.Body = string(body[:min(len(body), BodyLimit)])
	if len(body) > BodyLimit {
		g.Size, g.Facts = len(body), map[string]json.RawMessage{} // the map is shared by all copies
	}
	return g
}

// fact returns what look finds in a body. Where the body is too long for the
// transcript, the finding is kept in its place, and found there again.
func fact[T any](g *Got, name string, look func() T) T {
	if g.Size == 0 {
		return look()
	}
	var v T
	if g.replayed {
		raw, ok := g.Facts[name]
		if !ok || json.Unmarshal(raw, &v) != nil {
			refuse("the answer is cut and its %s was not kept", name)
		}
		return v
	}
	v = look()
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // of our own types
	}
	g.Facts[name] = raw
	return v
}

// body is the whole body, as far as it is known.
func (g *Got) body() []byte {
	if g.raw == nil {
		g.raw = []byte(g.Body)
	}
	return g.raw
}

// parse decodes the body once.
func (g *Got) parse() (any, error) {
	if g.parsed {
		return g.doc, g.docErr
	}
	g.parsed = true
	if len(g.body()) == 0 {
		g.docErr = errors.New("the body is empty")
	} else {
		g.docErr = json.Unmarshal(g.body(), &g.doc)
	}
	return g.doc, g.docErr
}

// jsonFault says why the body is no JSON, or "".
func (g *Got) jsonFault() string {
	return fact(g, "json", func() string {
		if _, err := g.parse(); err != nil {
			return err.Error()
		}
		return ""
	})
}

type found struct {
	Values []any  `json:"values"`
	Many   bool   `json:"many,omitempty"`
	Err    string `json:"error,omitempty"`
}

// Lookup returns what path finds in the JSON of the answer ($.items[*].id), and
// whether the path may find several. An answer that is no JSON holds nothing.
// The error is about the path.
func (g *Got) Lookup(path string) (values []any, many bool, err error) {
	f := fact(g, "json "+path, func() found {
		doc, err := g.parse()
		if err != nil {
			doc = nil
		}
		values, many, err := lookup(doc, path)
		if err != nil {
			return found{Err: err.Error()}
		}
		return found{Values: values, Many: many}
	})
	if f.Err != "" {
		return nil, false, errors.New(f.Err)
	}
	return f.Values, f.Many, nil
}

// text says whether the body as text meets a predicate.
func (g *Got) text(pred, want string) bool {
	return fact(g, "body "+pred+" "+want, func() bool { return compareText(string(g.body()), pred, want) })
}

func (g *Got) size() int { return max(g.Size, len(g.Body)) }

// contentType is the media type without parameters, in lower case.
func (g *Got) contentType() string {
	t, _, _ := strings.Cut(g.Header.Get("Content-Type"), ";")
	return strings.ToLower(strings.TrimSpace(t))
}
