package verify

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// A bent request is nonsense made from what the document says is sense.
type bent struct{ Method, Path, Body string }

// probeFuzz reads /openapi.json and sends n= requests with bent bodies: fields
// dropped, null, of another type, too long, odd; and bodies that are no object.
// token= is a bearer token; ids= says what stands for a parameter, by the
// beginning of the path (/tasks:17, with commas between). None may be answered
// with 5xx or not at all.
func probeFuzz(x *Ctx, args map[string]string) error {
	n, err := strconv.Atoi(args["n"])
	if err != nil {
		return err
	}
	e := x.Do(Request{Method: "GET", Target: documentPath})
	requests, err := Observe(x, "fuzz", func() ([]bent, error) {
		doc, err := readDocument(e.Got.body())
		if err != nil {
			return nil, err
		}
		return bend(x, doc, args["ids"], n), nil
	})
	if err != nil {
		return err
	}
	if len(requests) == 0 {
		return &Failure{What: "requests with a JSON body in the OpenAPI document", Expected: "some, with a schema", Actual: "none", Exchange: &e}
	}
	for _, r := range requests {
		e := x.Do(Request{Method: r.Method, Target: r.Path, Body: r.Body, Header: [][2]string{{"Authorization", "Bearer " + args["token"]}}})
		if e.Got.Status >= 500 || e.Got.Err != "" {
			return &Failure{What: r.Method + " " + r.Path + " with " + clip(r.Body, 120), Expected: "an answer below 500", Actual: strings.TrimSpace(strconv.Itoa(e.Got.Status) + " " + e.Got.Err), Exchange: &e}
		}
	}
	return nil
}

// wholes are bodies that are no object.
var wholes = []string{`null`, `[]`, `"text"`, `42`, `{"a":`, `{}`}

// odd are values that few programs expect.
var odd = []string{
	`null`, `17`, `-1`, `1e309`, `true`, `[]`, `[1, "a", null]`, `{"a": {"b": []}}`, `""`, `" "`,
	`"\ud83d\udca5\ud83e\udde8"`, `"\u0000"`, `"\ud800"`, `"' OR '1'='1"`, `"` + strings.Repeat("x", 20000) + `"`, `99999999999999999999`,
}

// bend makes n requests: each whole for each operation first, then odd fields.
func bend(x *Ctx, doc *openapi3.T, ids string, n int) (out []bent) {
	type target struct {
		method, path string
		sample       map[string]string // field -> JSON
	}
	var targets []target
	for _, o := range operations(doc) {
		if o.RequestBody == nil || o.RequestBody.Value == nil {
			continue
		}
		media := o.RequestBody.Value.Content.Get("application/json")
		if media == nil || media.Schema == nil || media.Schema.Value == nil {
			continue
		}
		fields := map[string]string{}
		for name, ref := range media.Schema.Value.Properties {
			fields[name] = sample(ref)
		}
		targets = append(targets, target{o.method, fillPath(o.path, ids), fields})
	}
	for _, t := range targets {
		for _, body := range wholes {
			out = append(out, bent{t.method, t.path, body})
		}
	}
	for len(targets) > 0 && len(out) < n {
		t := targets[x.Rand.IntN(len(targets))]
		names := slices.Sorted(maps.Keys(t.sample))
		if len(names) == 0 {
			return out
		}
		fields := maps.Clone(t.sample)
		bad := names[x.Rand.IntN(len(names))]
		if i := x.Rand.IntN(len(odd) + 1); i < len(odd) {
			fields[bad] = odd[i]
		} else {
			delete(fields, bad)
		}
		out = append(out, bent{t.method, t.path, object(fields)})
	}
	return out[:min(n, len(out))]
}

// object writes fields as a JSON object.
func object(fields map[string]string) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		key, _ := json.Marshal(name) // a string always can
		parts = append(parts, string(key)+": "+fields[name])
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// sample is a value that a schema allows, roughly: what is bent is one field,
// and the others should not be the reason for a refusal.
func sample(ref *openapi3.SchemaRef) string {
	s := ref.Value
	switch {
	case s == nil:
		return `"text"`
	case s.Example != nil:
		if b, err := json.Marshal(s.Example); err == nil {
			return string(b)
		}
	case len(s.Enum) > 0:
		if b, err := json.Marshal(s.Enum[0]); err == nil {
			return string(b)
		}
	case s.Format == "date-time":
		return `"2031-01-01T00:00:00Z"`
	case s.Format == "email":
		return `"fuzz@example.test"`
	case s.Type != nil && (s.Type.Includes("integer") || s.Type.Includes("number")):
		return "1"
	case s.Type != nil && s.Type.Includes("boolean"):
		return "true"
	case s.Type != nil && s.Type.Includes("array"):
		return "[]"
	case s.Type != nil && s.Type.Includes("object"):
		return "{}"
	}
	return `"some text"`
}

// fillPath puts ids into the parameters of a path; what has none becomes 1.
func fillPath(path, ids string) string {
	for pair := range strings.SplitSeq(ids, ",") {
		prefix, id, ok := strings.Cut(pair, ":")
		if ok && strings.HasPrefix(path, prefix+"/") {
			return pathParameter.ReplaceAllLiteralString(path, id)
		}
	}
	return pathParameter.ReplaceAllLiteralString(path, "1")
}
