package exam

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

var (
	plain    = regexp.MustCompile(`^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$`)
	grouped  = regexp.MustCompile(`^[+-]?\d{1,3}(?:(?: \d{3})+|(?:,\d{3})+|(?:_\d{3})+)(?:\.\d*)?(?:e[+-]?\d+)?$`)
	power    = regexp.MustCompile(`(?i)\s*[x*×]\s*10\s*(?:\^|\*\*)\s*`)
	exponent = regexp.MustCompile(`(\d\.?)\s*[eE]\s*([+-]?\d)`)
	sign     = regexp.MustCompile(`^([+-])\s+`)
	quantity = regexp.MustCompile(`^([+-]?[\d.,_][\d.,_ ]*(?:e[+-]?\d+)?)\s*([^\d\s.,_].*)?$`)

	typography = strings.NewReplacer("\u00a0", " ", "\u2009", " ", "\u202f", " ", "−", "-")
	groups     = strings.NewReplacer(" ", "", ",", "", "_", "")
)

// tidy returns text with one form of minus, blank and exponent.
func tidy(text string) string {
	s := typography.Replace(text)
	s = power.ReplaceAllString(strings.TrimSpace(s), "e")
	return sign.ReplaceAllString(exponent.ReplaceAllString(s, "${1}e${2}"), "$1")
}

// ParseNumber reads a number as people type it: with an exponent (1e3, 2x10^6,
// 2*10**6), with blanks, commas or underscores between groups of three digits.
// A comma that groups nothing is refused rather than guessed at, and the error
// says to use a point (EXAM.md b, Numeric); so is a blank that groups nothing.
func ParseNumber(text string) (float64, error) {
	s := tidy(text)
	switch {
	case grouped.MatchString(s):
		s = groups.Replace(s)
	case strings.Contains(s, ",") && strings.ContainsAny(s, "0123456789"):
		return 0, fmt.Errorf("%w: %q is not clear; write a point before decimals, as in 3.5", ErrResponse, clip(text))
	case !plain.MatchString(s):
		return 0, fmt.Errorf("%w: %q is not a number", ErrResponse, clip(text))
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil { // its form is right, so it is too large
		return 0, fmt.Errorf("%w: %q is too large", ErrResponse, clip(text))
	}
	return v, nil
}

// parse reads a typed number with or without a unit and returns it in the
// key's unit. An unknown unit is refused; a known one is converted, and a
// number alone is taken to be in the key's unit.
func (n *Number) parse(text string) (float64, error) {
	number, unit := text, ""
	if m := quantity.FindStringSubmatch(tidy(text)); m != nil {
		number, unit = m[1], strings.TrimSpace(m[2])
	}
	v, err := ParseNumber(number)
	if err != nil {
		return 0, err
	}
	factor, err := n.factor(unit)
	if err != nil {
		return 0, err
	}
	if v *= factor; math.IsInf(v, 0) {
		return 0, fmt.Errorf("%w: %q is too large", ErrResponse, clip(text))
	}
	return v, nil
}

// factor returns what turns a value in unit into the key's unit. Capitals
// count where units differ by them alone (Mb, MB), and nowhere else.
func (n *Number) factor(unit string) (float64, error) {
	if unit == "" || unit == n.Unit {
		return 1, nil
	}
	if f, ok := n.Units[unit]; ok {
		return f, nil
	}
	var fits []float64
	if strings.EqualFold(unit, n.Unit) {
		fits = append(fits, 1)
	}
	for name, f := range n.Units {
		if strings.EqualFold(unit, name) && !has(fits, f) {
			fits = append(fits, f)
		}
	}
	switch len(fits) {
	case 0:
		return 0, fmt.Errorf("%w: the unit %q is not known here; write the number in %s", ErrResponse, clip(unit), n.unitName())
	case 1:
		return fits[0], nil
	}
	return 0, fmt.Errorf("%w: the unit %q is not clear; mind its capitals, or write the number in %s", ErrResponse, clip(unit), n.unitName())
}

func (n *Number) unitName() string {
	if n.Unit == "" {
		return "plain figures"
	}
	return n.Unit
}

// within reports whether v lies in the interval around the key. The interval
// is widened by the rounding of floating point: eps = 1e-14, as Moodle does
// (EXAM.md b: nominal T = t + eps*max(t, |a|, eps); relative |a|*(t + eps)).
func (n *Number) within(key, v float64) bool {
	const eps = 1e-14
	t := n.Tolerance + eps*max(n.Tolerance, math.Abs(key), eps)
	if n.Relative {
		t = math.Abs(key) * (n.Tolerance + eps)
	}
	return math.Abs(v-key) <= t
}
