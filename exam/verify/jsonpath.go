package verify

import (
	"fmt"
	"strconv"
	"strings"
)

// lookup evaluates the subset  $.a.b[0].c[*].d[?k=="v"].e  and returns every match;
// many is true when the path contains [*] or a filter, so the value is a list.
func lookup(doc any, path string) (vals []any, many bool, err error) {
	if !strings.HasPrefix(path, "$") {
		return nil, false, fmt.Errorf("path %q must start with $", path)
	}
	vals = []any{doc}
	p := path[1:]
	for p != "" {
		var next []any
		switch {
		case strings.HasPrefix(p, "[*]"):
			many = true
			for _, v := range vals {
				if l, ok := v.([]any); ok {
					next = append(next, l...)
				}
			}
			p = p[3:]
		case strings.HasPrefix(p, "[?"):
			many = true
			end := strings.Index(p, "]")
			k, want, ok := strings.Cut(p[2:max(end, 2)], "==")
			if end < 0 || !ok {
				return nil, false, fmt.Errorf("bad filter in %q", path)
			}
			want = strings.Trim(want, `"`)
			for _, v := range vals {
				l, _ := v.([]any)
				for _, e := range l {
					if m, ok := e.(map[string]any); ok && fmt.Sprint(m[k]) == want {
						next = append(next, e)
					}
				}
			}
			p = p[end+1:]
		case p[0] == '[':
			end := strings.Index(p, "]")
			if end < 0 {
				return nil, false, fmt.Errorf("bad index in %q", path)
			}
			n, e := strconv.Atoi(p[1:end])
			if e != nil {
				return nil, false, fmt.Errorf("bad index in %q", path)
			}
			for _, v := range vals {
				if l, ok := v.([]any); ok && n >= 0 && n < len(l) {
					next = append(next, l[n])
				}
			}
			p = p[end+1:]
		case p[0] == '.':
			p = p[1:]
			end := strings.IndexAny(p, ".[")
			if end < 0 {
				end = len(p)
			}
			k := p[:end]
			for _, v := range vals {
				if m, ok := v.(map[string]any); ok {
					if x, ok := m[k]; ok {
						next = append(next, x)
					}
				}
			}
			p = p[end:]
		default:
			return nil, false, fmt.Errorf("bad path %q", path)
		}
		vals = next
	}
	return vals, many, nil
}
