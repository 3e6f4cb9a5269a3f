package verify

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// lookup evaluates the subset  $.a.b[0].c[*].d[?k=="v"].e  and returns every match;
// many is true when the path contains [*] or a filter, so the value is a list.
func lookup(doc any, path string) (vals []any, many bool, err error) {
	rest, ok := strings.CutPrefix(path, "$")
	if !ok {
		return nil, false, fmt.Errorf("path %q must start with $", path)
	}
	vals = []any{doc}
	for rest != "" {
		var step func(any) []any
		var list bool
		if step, list, rest, err = pathStep(rest); err != nil {
			return nil, false, fmt.Errorf("bad %w in %q", err, path)
		}
		many = many || list
		var next []any
		for _, v := range vals {
			next = append(next, step(v)...)
		}
		vals = next
	}
	return vals, many, nil
}

// pathStep reads the first step of a path: what it makes of one value, whether
// that may be several, and the rest of the path.
func pathStep(p string) (step func(any) []any, list bool, rest string, err error) {
	if p[0] == '.' {
		name := p[1:]
		if end := strings.IndexAny(name, ".["); end >= 0 {
			name = name[:end]
		}
		return field(name), false, p[1+len(name):], nil
	}
	end := strings.Index(p, "]")
	if p[0] != '[' || end < 0 {
		return nil, false, "", errors.New("path")
	}
	inside, rest := p[1:end], p[end+1:]
	if inside == "*" {
		return elements(func(any) bool { return true }), true, rest, nil
	}
	if filter, ok := strings.CutPrefix(inside, "?"); ok {
		key, want, ok := strings.Cut(filter, "==")
		if !ok {
			return nil, false, "", errors.New("filter")
		}
		want = strings.Trim(want, `"`)
		return elements(func(e any) bool {
			m, ok := e.(map[string]any)
			return ok && fmt.Sprint(m[key]) == want
		}), true, rest, nil
	}
	n, err := strconv.Atoi(inside)
	if err != nil {
		return nil, false, "", errors.New("index")
	}
	return entry(n), false, rest, nil
}

func field(name string) func(any) []any {
	return func(v any) []any {
		m, _ := v.(map[string]any)
		if x, ok := m[name]; ok {
			return []any{x}
		}
		return nil
	}
}

func entry(n int) func(any) []any {
	return func(v any) []any {
		if l, ok := v.([]any); ok && n >= 0 && n < len(l) {
			return l[n : n+1]
		}
		return nil
	}
}

func elements(keep func(any) bool) func(any) []any {
	return func(v any) (kept []any) {
		l, _ := v.([]any)
		for _, e := range l {
			if keep(e) {
				kept = append(kept, e)
			}
		}
		return kept
	}
}
