package exam

import (
	"errors"
	"strings"
	"testing"
)

func TestParseNumber(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want float64
		bad  string // in the error
	}{
		{text: "3", want: 3},
		{text: " 3.5 ", want: 3.5},
		{text: "+7", want: 7},
		{text: "-.5", want: -0.5},
		{text: "5.", want: 5},
		{text: "007", want: 7},
		{text: "- 5", want: -5},
		{text: "−5", want: -5}, // U+2212
		{text: "1,000", want: 1000},
		{text: "-1,234,567.25", want: -1234567.25},
		{text: "1,000e3", want: 1e6},
		{text: "1 000 000", want: 1e6},
		{text: "1\u00a0000", want: 1000},   // no-break space
		{text: "1\u202f000", want: 1000},   // narrow no-break space
		{text: "12\u2009345", want: 12345}, // thin space
		{text: "\u00a042\u00a0", want: 42},
		{text: "1_000_000", want: 1e6},
		{text: "1e3", want: 1000},
		{text: "1E-3", want: 0.001},
		{text: "1.5 e 3", want: 1500},
		{text: "2x10^6", want: 2e6},
		{text: "2 x 10^6", want: 2e6},
		{text: "2*10**6", want: 2e6},
		{text: "2 × 10 ^ −3", want: 0.002},
		{text: "2X10^6", want: 2e6},
		{text: "1e-400", want: 0},
		{text: "3,5", bad: "write a point before decimals"},
		{text: "1,0000", bad: "write a point before decimals"},
		{text: "1,00", bad: "write a point before decimals"},
		{text: ",5", bad: "write a point before decimals"},
		{text: "1,000,00", bad: "write a point before decimals"},
		{text: "1.000,5", bad: "write a point before decimals"},
		{text: "1,000 000", bad: "write a point before decimals"},
		{text: "1234,567", bad: "write a point before decimals"},
		{text: "3 5", bad: "is not a number"},
		{text: "10 20", bad: "is not a number"},
		{text: "1_0", bad: "is not a number"},
		{text: "1__000", bad: "is not a number"},
		{text: "1 000_000", bad: "is not a number"},
		{text: "1.000.000", bad: "is not a number"},
		{text: "0x10", bad: "is not a number"},
		{text: "0x1p4", bad: "is not a number"},
		{text: "1p4", bad: "is not a number"},
		{text: "inf", bad: "is not a number"},
		{text: "-Infinity", bad: "is not a number"},
		{text: "NaN", bad: "is not a number"},
		{text: "1e999", bad: "is too large"},
		{text: "-1e999", bad: "is too large"},
		{text: "1e", bad: "is not a number"},
		{text: "e3", bad: "is not a number"},
		{text: "x10^3", bad: "is not a number"},
		{text: ".", bad: "is not a number"},
		{text: "--5", bad: "is not a number"},
		{text: "5-", bad: "is not a number"},
		{text: "5 ms", bad: "is not a number"},
		{text: "five", bad: "is not a number"},
		{text: "yes, five", bad: "is not a number"},
		{text: "٣", bad: "is not a number"}, // an Arabic digit
		{text: "", bad: "is not a number"},
		{text: "   ", bad: "is not a number"},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			got, err := ParseNumber(tt.text)
			if tt.bad != "" {
				if !errors.Is(err, ErrResponse) || !strings.Contains(err.Error(), tt.bad) {
					t.Errorf("ParseNumber(%q) = %g, %v; want an error with %q", tt.text, got, err, tt.bad)
				}
				return
			}
			if err != nil || got != tt.want {
				t.Errorf("ParseNumber(%q) = %g, %v; want %g", tt.text, got, err, tt.want)
			}
		})
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
		{name: "no unit", n: seconds, text: "24", want: 24},
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
		{name: "hexadecimal", n: seconds, text: "0x10", bad: `the unit "x10" is not known here; write the number in s`},
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
