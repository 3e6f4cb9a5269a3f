package diagram

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWrap(t *testing.T) {
	tests := []struct {
		name         string
		text         string
		most, indent float64
		want         []string
	}{
		{"fits", "GET /orders", 100, 0, []string{"GET /orders"}},
		{"empty", "", 100, 0, []string{""}},
		{"in lines of like length", "go to the issuer, with a hash of a fresh secret", 200, 0, []string{"go to the issuer, with a", "hash of a fresh secret"}},
		{"a number keeps its unit", "waits for at most 300 ms and goes", 125, 0, []string{"waits for at most", "300 ms and goes"}},
		{"a word that is too wide breaks at a mark", "POST:api.example.com/v1", 100, 0, []string{"POST:api.", "example.com/v1"}},
		{"or anywhere", "aaaaaaaaaaaaaaaa", 60, 0, []string{"aaaaaaaa", "aaaaaaaa"}},
		{"nothing fits beside the lead", "answers", 80, 70, []string{"", "answers"}},
		{"not even a letter", "ab", 1, 0, []string{"a", "b"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, plain.wrap(tt.text, tt.most, tt.indent)); diff != "" {
				t.Errorf("wrap (-want +got):\n%s", diff)
			}
		})
	}
}

// The widths are those that Chromium gives for static/fonts, with kerning.
func TestWidthsAreTheFonts(t *testing.T) {
	tests := []struct {
		face face
		text string
		want float64
	}{
		{plain, "UPDATE SET quantity = 4", 151.9},
		{plain, "go to the issuer, with a hash of a fresh secret", 265.3},
		{key, "Release 10", 70.5},
		{strong, "half-open", 66.4},
		{mono, "SCAN orders", 93.9},
	}
	for _, tt := range tests {
		if got := tt.face.width(tt.text); math.Abs(got-tt.want) > 0.02*tt.want {
			t.Errorf("width of %q is %.1f px, want %.1f within 2%%", tt.text, got, tt.want)
		}
	}
}

func TestWidthOfWhatTheFontLacks(t *testing.T) {
	for _, s := range []string{"→", "漢", "é", "“", "😀"} {
		if w := plain.width(s); w < 5 || w > 14 {
			t.Errorf("width of %q is %v px", s, w)
		}
	}
	if a, b := plain.width("e"), plain.width("e\u0301"); a != b {
		t.Errorf("an accent that stands alone has a width: %v, %v", a, b)
	}
}
