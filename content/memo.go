package content

import "sync"

// A memo keeps what was rendered last, up to a size. Pages show the same texts
// of the content over and over, and now and then one that a learner wrote: a
// memo takes both and lets go of what nobody has asked for lately.
type memo struct {
	mu         sync.Mutex
	young, old map[string]string // what is asked for moves to the young; the old are dropped when those are too many
	size       int               // bytes of the young
	most       int
}

// get returns f(src), which must depend on src only.
func (m *memo) get(src string, f func(string) string) string {
	m.mu.Lock()
	out, ok := m.young[src]
	if !ok {
		if out, ok = m.old[src]; ok {
			m.add(src, out)
		}
	}
	m.mu.Unlock()
	if ok {
		return out
	}
	out = f(src)
	m.mu.Lock()
	m.add(src, out)
	m.mu.Unlock()
	return out
}

func (m *memo) add(src, out string) {
	if m.size += len(src) + len(out); m.size > m.most || m.young == nil {
		m.young, m.old, m.size = map[string]string{}, m.young, len(src)+len(out)
	}
	m.young[src] = out
}

// Renderings that are asked for by themselves, not as parts of a page.
var (
	blocks = memo{most: 4 << 20}
	lines  = memo{most: 2 << 20}
	words  = memo{most: 1 << 20}
)
