package content

import (
	"strings"
	"testing"
)

func TestMemo(t *testing.T) {
	asked := ""
	m := memo{most: 12}
	upper := func(s string) string { asked += s; return strings.ToUpper(s) }
	steps := []struct {
		src   string
		asked string // what is rendered for it
		why   string
	}{
		{"aa", "aa", "the first time"},
		{"aa", "", "it is kept"},
		{"bb", "bb", "another one"},
		{"cc", "cc", "there is room for three"},
		{"dd", "dd", "the fourth makes the others old"},
		{"aa", "", "what is old is still there, and young again"},
		{"ee", "ee", "now the young are three"},
		{"ff", "ff", "they are old; who was not asked for since is gone"},
		{"aa", "", "it was asked for"},
		{"bb", "bb", "it was not"},
	}
	for _, s := range steps {
		asked = ""
		if got := m.get(s.src, upper); got != strings.ToUpper(s.src) || asked != s.asked {
			t.Errorf("%s: get(%q) = %q and rendered %q, want %q", s.why, s.src, got, asked, s.asked)
		}
	}
}
