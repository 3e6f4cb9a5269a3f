package exam

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

var (
	thousands = regexp.MustCompile(`^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$`)
	power     = regexp.MustCompile(`(?i)\s*[x*×]\s*10\s*(\^|\*\*)\s*`)
	quantity  = regexp.MustCompile(`^\s*([+-]?[\d.,]+(?:[ \x{a0}\x{202f}]\d{3})*(?:[.,]\d+)?(?:[eE][+-]?\d+)?)\s*([^\d\s].*)?$`)
)

// ParseNumber reads a number as people type it: with an exponent (1e3, 2x10^6,
// 2*10**6), with blanks or commas between groups of three digits. A single
// comma that groups nothing is refused rather than guessed at, and the error
// says to use a point (EXAM.md b, Numeric).
func ParseNumber(text string) (float64, error) {
	s := strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "_", "", "−", "-").Replace(power.ReplaceAllString(text, "e"))
	if strings.Contains(s, ",") {
		if !thousands.MatchString(s) {
			return 0, fmt.Errorf("%w: %q is not clear; write a point before decimals, as in 3.5", ErrResponse, clip(text))
		}
		s = strings.ReplaceAll(s, ",", "")
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(v, 0) || math.IsNaN(v) || strings.ContainsAny(s, "xXpP") {
		return 0, fmt.Errorf("%w: %q is not a number", ErrResponse, clip(text))
	}
	return v, nil
}

// parse reads a typed number with or without a unit and returns it in the
// key's unit. An unknown unit is refused; a known one is converted, and a
// number alone is taken to be in the key's unit.
func (n *Number) parse(text string) (float64, error) {
	number, unit := text, ""
	if m := quantity.FindStringSubmatch(power.ReplaceAllString(text, "e")); m != nil {
		number, unit = m[1], strings.TrimSpace(m[2])
	}
	v, err := ParseNumber(number)
	if err != nil {
		return 0, err
	}
	if unit == "" || strings.EqualFold(unit, n.Unit) {
		return v, nil
	}
	for name, factor := range n.Units {
		if unit == name {
			return v * factor, nil
		}
	}
	for name, factor := range n.Units {
		if strings.EqualFold(unit, name) {
			return v * factor, nil
		}
	}
	return 0, fmt.Errorf("%w: the unit %q is not known here; write the number in %s", ErrResponse, clip(unit), n.unitName())
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
