package ask

import "testing"

func TestProse(t *testing.T) {
	tests := []struct {
		text string
		want bool
	}{
		{"A timeout says how long one wait may last.", true},
		{"An SLO of 99.9% leaves an error budget of 0.1%: 43 minutes of downtime in thirty days.", true},
		{"Without the index it reads 500,000 rows in 17.6 ms (0.7 s with 20 million).", true},
		{"EXPLAIN prints the plan; EXPLAIN ANALYZE runs the query as well.", true},
		{"The header is Retry-After, and log.Printf writes it.", true},
		{"Call rows.Close() when you are done.", true},
		{"func (b *Bucket) Take(now time.Time) time.Duration { passed := now.Sub(b.last).Seconds()", false},
		{"main.go package main import ( \"fmt\" \"math\" ) type Bucket struct { rate, size float64 } // tokens", false},
		{"CREATE TABLE orders ( id INTEGER PRIMARY KEY, total_cents INTEGER); SELECT i * 4, i * 121 FROM n;", false},
		{"HTTP/1.1 200 OK Content-Type: application/json {\"articles\": [ {\"id\": 2000417 }]}", false},
		{"0 0.20 8 MB 1 0.48 12 MB 3 1.27 20 MB", false},
		{"word", false},
		{"", false},
	}
	for _, tt := range tests {
		if got := prose(tt.text); got != tt.want {
			t.Errorf("prose(%q) = %v, want %v", tt.text, got, tt.want)
		}
	}
}
