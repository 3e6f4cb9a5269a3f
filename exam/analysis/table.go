package analysis

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
)

// WriteItems writes a line for each item as CSV (RFC 4180), with a line of
// names above. Undefined numbers are empty. No cell is a formula to a
// spreadsheet; see Cell.
func WriteItems(w io.Writer, items []ItemReport) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"item", "title", "skill", "level", "type", "meaning", "earlier", "people", "standing", // errors come with Flush
		"facility", "facility_low", "facility_high", "sd", "guess", "discrimination", "efficiency", "blank",
		"median_seconds", "expected_seconds", "intended_weight", "effective_weight", "alpha_without", "flags"})
	for i := range items {
		it := &items[i]
		row := []string{Cell(string(it.Item)), "", "", "", "", Cell(it.Meaning), strconv.FormatBool(it.Earlier), strconv.Itoa(it.N), string(it.Standing)}
		expected := undefined
		if src := it.Source; src != nil {
			row[1], row[2], row[3], row[4] = Cell(src.Title), Cell(src.Skill), Cell(string(src.Level)), Cell(string(src.Type))
			expected = Value(src.Seconds)
		}
		for _, v := range []Value{it.Facility, it.Low, it.High, it.SD, it.Guess, it.Discrimination, it.Efficiency, it.Blank,
			it.Seconds, expected, it.Intended, it.Effective, it.AlphaWithout} {
			row = append(row, figure(v))
		}
		_ = out.Write(append(row, Cell(it.FlagList())))
	}
	out.Flush()
	return out.Error()
}

// WriteChoices writes who picked what in one item, in the same manner.
func WriteChoices(w io.Writer, it *ItemReport) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"item", "choice", "label", "group", "key", "people", "share", "mean_rest", "lowest_third", "highest_third", "correlation"})
	for _, c := range it.Choices {
		_ = out.Write([]string{Cell(string(it.Item)), Cell(c.ID), Cell(c.Label), strconv.Itoa(c.Group), strconv.FormatBool(c.Key), strconv.Itoa(c.N),
			figure(c.Share), figure(c.Mean), figure(c.Lowest), figure(c.Highest), figure(c.Biserial)})
	}
	out.Flush()
	return out.Error()
}

// FlagList names the flags of an item in a line: "wrong key c, weak?". A
// question mark says that it may be chance.
func (r *ItemReport) FlagList() string {
	var words []string
	for _, f := range r.Flags {
		word := string(f.Kind)
		if f.Choice != "" {
			word += " " + f.Choice
		}
		if !f.Firm {
			word += "?"
		}
		words = append(words, word)
	}
	return strings.Join(words, ", ")
}

// figure writes a number for a program, or nothing. A number may begin with a
// minus sign: it is no formula.
func figure(v Value) string {
	if !v.Defined() {
		return ""
	}
	return strconv.FormatFloat(float64(v), 'g', 8, 64)
}

// Cell makes a text safe to stand in a cell of CSV: what a spreadsheet would
// take for a formula, also after blanks or in full width, gets an apostrophe
// before it (CWE-1236; OWASP, CSV Injection).
func Cell(text string) string {
	if strings.HasPrefix(text, "\t") || strings.HasPrefix(text, "\r") || strings.HasPrefix(text, "\n") {
		return "'" + text
	}
	if strings.IndexAny(strings.TrimSpace(text), "=+-@＝＋－＠") == 0 {
		return "'" + text
	}
	return text
}
