package search

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestNearest(t *testing.T) {
	index := Build([]Section{{Text: "retry retries cache caches deadline idempotency kubernetes jitter p99 error_code tier tiers then whisk"}})
	tests := []struct {
		name, text string
		want       []string
	}{
		{"a letter dropped", "deadlne", []string{"deadline"}},
		{"a letter added", "cachee", []string{"cache", "caches"}},
		{"a letter changed", "jittar", []string{"jitter"}},
		{"neighbours swapped", "ertry", []string{"retry"}},
		{"two edits from eight letters on", "idempotancie", nil},
		{"two edits", "idempotanci", []string{"idempotency"}},
		{"two edits in a short word", "jottar", nil},
		{"three letters", "tie", nil},
		{"digits", "p999", nil},
		{"the same first letter wins", "titer", []string{"tier"}},
		{"a stop word that is nearer", "whitch", []string{"which"}},
		{"a word of the material before a stop word as near", "whick", []string{"whisk"}},
		{"a stop word with another first letter", "light", nil},
		{"nothing", "lasagne", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, _ := index.nearest(tt.text)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("nearest(%q) (-want +got):\n%s", tt.text, diff)
			}
		})
	}
}

// osa is the textbook distance that speller.edits computes faster.
func osa(a, b []rune) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}

func TestEditsAgreeWithTheTextbook(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		letter := rapid.SampledFrom([]rune("abcé"))
		a := rapid.SliceOfN(letter, 1, 10).Draw(t, "a")
		b := rapid.SliceOfN(letter, 0, 10).Draw(t, "b")
		limit := rapid.IntRange(0, 2).Draw(t, "limit")
		s := speller{text: a, limit: limit}
		want := osa(a, b)
		for range 2 { // the second time with used rows
			if got := s.edits(b); got != want && (want <= limit || got <= limit) {
				t.Fatalf("edits(%q, %q) = %d, want %d (limit %d)", string(a), string(b), got, want, limit)
			}
		}
	})
}

// What try rules out by length and letters alone must not be near.
func TestTryMissesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		letter := rapid.SampledFrom([]rune("abcdeéü"))
		text := rapid.SliceOfN(letter, 4, 10).Draw(t, "text")
		var all []word
		for _, w := range rapid.SliceOfNDistinct(rapid.StringOfN(letter, 1, 12, -1), 1, 20, rapid.ID[string]).Draw(t, "words") {
			all = append(all, word{text: w, mask: letters(w)})
		}
		s := speller{text: text, mask: letters(string(text)), limit: 2}
		nearest := 3
		for i := range all {
			s.try(&all[i])
			nearest = min(nearest, osa(text, []rune(all[i].text)))
		}
		var got, want []string
		for _, w := range s.best {
			got = append(got, w.text)
		}
		for _, w := range all {
			if d := osa(text, []rune(w.text)); d == nearest && d <= 2 {
				want = append(want, w.text)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("nearest to %q (-want +got):\n%s", string(text), diff)
		}
	})
}
