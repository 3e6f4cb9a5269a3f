package sqlrun

import (
	"testing"
	"time"
	"unicode/utf8"
)

// Whatever an answer is, it comes to an end soon and breaks nothing.
func FuzzAnswer(f *testing.F) {
	for _, tt := range hostile {
		f.Add(tt.query)
	}
	for _, it := range sqlItems(f) {
		f.Add(it.Query.Key)
		for _, o := range it.Options {
			f.Add(o.Text)
		}
	}
	r := New(Options{Time: 300 * time.Millisecond, Steps: 1_000_000, Cache: 1})
	q := shop()
	f.Fuzz(func(t *testing.T, answer string) {
		before := memory(t)
		begin := time.Now()
		same, err := r.Equal(q, answer)
		if took := time.Since(begin); took > slow*2*time.Second {
			t.Errorf("it took %v", took)
		}
		if grown := memory(t) - before; grown > 100e6 {
			t.Errorf("it left %d MB behind", grown/1e6)
		}
		if err != nil && (same || !utf8.ValidString(err.Error())) {
			t.Errorf("Equal = %v, %q", same, err)
		}
		if n := sandboxes.Load(); n != 0 {
			t.Errorf("%d databases are still open", n)
		}
		res, rerr := r.Run(q, 0, answer)
		if err == nil && rerr != nil {
			t.Errorf("it can be graded and not be run: %v", rerr)
		}
		for _, row := range res.Rows {
			if len(row) != len(res.Columns) {
				t.Errorf("a row of %d cells under %d columns", len(row), len(res.Columns))
			}
			for _, c := range row {
				if !utf8.ValidString(c.Text) || utf8.RuneCountInString(c.Text) > shownText+1 {
					t.Errorf("a cell of %d bytes: %.50q", len(c.Text), c.Text)
				}
			}
		}
	})
}
