package exam

import (
	"errors"
	"fmt"
	"testing"
)

func TestParseNumber(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text string
		want float64
	}{
		{"3", 3},
		{" 3.5 ", 3.5},
		{"+7", 7},
		{"-.5", -0.5},
		{"5.", 5},
		{"007", 7},
		{"- 5", -5},
		{"−5", -5}, // U+2212
		{"1,000", 1000},
		{"-1,234,567.25", -1234567.25},
		{"1,000e3", 1e6},
		{"1 000 000", 1e6},
		{"1\u00a0000", 1000},   // no-break space
		{"1\u202f000", 1000},   // narrow no-break space
		{"12\u2009345", 12345}, // thin space
		{"\u00a042\u00a0", 42},
		{"1_000_000", 1e6},
		{"1e3", 1000},
		{"1E-3", 0.001},
		{"1.5 e 3", 1500},
		{"2x10^6", 2e6},
		{"2 x 10^6", 2e6},
		{"2*10**6", 2e6},
		{"2 × 10 ^ −3", 0.002},
		{"2X10^6", 2e6},
		{"1e-400", 0},
	} {
		if got, err := ParseNumber(tt.text); err != nil || got != tt.want {
			t.Errorf("ParseNumber(%q) = %g, %v; want %g", tt.text, got, err, tt.want)
		}
	}
}

func TestParseNumberRefuses(t *testing.T) {
	t.Parallel()
	for what, texts := range map[string][]string{
		"is not clear; write a point before decimals, as in 3.5": {"3,5", "1,0000", "1,00", ",5", "1,000,00", "1.000,5", "1,000 000", "1234,567"},
		"is too large": {"1e999", "-1e999"},
		"is not a number": {
			"3 5", "10 20", "1_0", "1__000", "1 000_000", "1.000.000", "0x10", "0x1p4", "1p4", "inf", "-Infinity", "NaN", "1e", "e3", "x10^3",
			".", "--5", "5-", "5 ms", "five", "yes, five", "٣", "", "   ", // the digit is Arabic
		},
	} {
		for _, text := range texts {
			got, err := ParseNumber(text)
			if want := fmt.Sprintf("%v: %q %s", ErrResponse, clip(text), what); !errors.Is(err, ErrResponse) || err.Error() != want {
				t.Errorf("ParseNumber(%q) = %g, %v; want %s", text, got, err, want)
			}
		}
	}
}

func TestParseNumberWithUnit(t *testing.T) {
	t.Parallel()
	seconds := &Number{Unit: "s", Units: map[string]float64{"ms": 0.001, "min": 60}}
	bytes := &Number{Unit: "MB", Units: map[string]float64{"Mb": 0.125, "GB": 1000}}
	bare := &Number{}
	tests := []struct {
		name, text string
		n          *Number
		want       float64
		bad        string
	}{
		{name: "the key's unit", n: seconds, text: "24 s", want: 24},
		{name: "the key's unit, capital, no blank", n: seconds, text: "24S", want: 24},
		{name: "another unit", n: seconds, text: "24000 ms", want: 24},
		{name: "another unit with groups", n: seconds, text: "24,000ms", want: 24},
		{name: "another unit with blanks for groups", n: seconds, text: "24\u202f000\u00a0ms", want: 24},
		{name: "another unit with an exponent", n: seconds, text: "2.4x10^4 ms", want: 24},
		{name: "an exponent alone", n: seconds, text: "3e2", want: 300},
		{name: "another unit with underscores", n: seconds, text: "24_000 ms", want: 24},
		{name: "a real minus", n: seconds, text: "−2 min", want: -120},
		{name: "a unit that begins like an exponent", n: &Number{Unit: "events"}, text: "3 events", want: 3},
		{name: "per cent", n: &Number{Unit: "%"}, text: "12.5%", want: 12.5},
		{name: "a unit of several words", n: &Number{Unit: "requests per second"}, text: "50 requests per second", want: 50},
		{name: "capitals tell units apart: the key's", n: bytes, text: "8 MB", want: 8},
		{name: "capitals tell units apart: the other", n: bytes, text: "8 Mb", want: 1},
		{name: "capitals that tell nothing", n: bytes, text: "8 gb", want: 8000},
		{name: "capitals that would have to", n: bytes, text: "8 mb", bad: `the unit "mb" is not clear; mind its capitals, or write the number in MB`},
		{name: "an unknown unit", n: seconds, text: "3 furlongs", bad: `the unit "furlongs" is not known here; write the number in s`},
		{name: "a unit where there is none", n: bare, text: "3 m", bad: `the unit "m" is not known here; write the number in plain figures`},
		{name: "a decimal comma", n: seconds, text: "3,5 s", bad: `"3,5" is not clear; write a point before decimals, as in 3.5`},
		{name: "two numbers", n: seconds, text: "3 5 s", bad: `"3 5" is not a number`},
		{name: "a unit alone", n: seconds, text: "ms", bad: `"ms" is not a number`},
		{name: "too large once converted", n: seconds, text: "1e308 min", bad: `"1e308 min" is too large`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.n.parse(tt.text)
			if tt.bad != "" {
				if want := ErrResponse.Error() + ": " + tt.bad; err == nil || err.Error() != want {
					t.Errorf("parse(%q) = %g, %v; want %s", tt.text, got, err, want)
				}
				return
			}
			if err != nil || got != tt.want {
				t.Errorf("parse(%q) = %g, %v; want %g", tt.text, got, err, tt.want)
			}
		})
	}
}
