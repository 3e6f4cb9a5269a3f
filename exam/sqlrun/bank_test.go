package sqlrun

import (
	"testing"

	"groundwork/content"
	"groundwork/exam"
)

// sqlItems returns the SQL items of the bank.
func sqlItems(t testing.TB) []*exam.Item {
	t.Helper()
	items, problems := exam.LoadItems(content.FS())
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	var out []*exam.Item
	for _, it := range items {
		if it.Type == exam.SQL {
			out = append(out, it)
		}
	}
	if len(out) == 0 {
		t.Fatal("the bank has no SQL item")
	}
	return out
}

// Every SQL item of the bank can be graded: its key runs and each known wrong
// query fails.
func TestBank(t *testing.T) {
	r := New(Options{})
	for _, it := range sqlItems(t) {
		t.Run(string(it.ID), func(t *testing.T) {
			for _, wrong := range r.Check(it) {
				t.Errorf("%s:%d: %s", it.File, it.Line, wrong)
			}
		})
	}
}
