package exam

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTimeUsed(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 6, 14, 9, 0, 0, 0, time.UTC)
	at := func(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }
	tests := []struct {
		name  string
		looks []Look
		want  map[int]time.Duration
	}{
		{"nothing was answered", nil, map[int]time.Duration{}},
		{"one after the other", []Look{{1, at(30), true}, {2, at(35), false}, {2, at(95), true}},
			map[int]time.Duration{1: 35 * time.Second, 2: 60 * time.Second}},
		{"an item that was left blank", []Look{{2, at(40), false}, {2, at(50), true}},
			map[int]time.Duration{1: 40 * time.Second, 2: 10 * time.Second}},
		{"back to the first", []Look{{1, at(10), true}, {2, at(10), false}, {2, at(30), true}, {1, at(75), true}},
			map[int]time.Duration{1: 55 * time.Second, 2: 20 * time.Second}},
		{"answered and thought over", []Look{{1, at(10), true}, {1, at(40), true}},
			map[int]time.Duration{1: 40 * time.Second}},
		{"a clock that was set back", []Look{{1, at(20), true}, {2, at(15), false}, {2, at(25), true}},
			map[int]time.Duration{1: 20 * time.Second, 2: 10 * time.Second}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, TimeUsed(start, tt.looks)); diff != "" {
				t.Errorf("TimeUsed (-want +got):\n%s", diff)
			}
		})
	}
}
