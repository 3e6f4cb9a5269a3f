package sqlrun

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// A Kind is the type of a value.
type Kind int

// The kinds of value.
const (
	Null Kind = iota
	Integer
	Real
	Text
	Blob
)

// A table is the result of a query, written so that equal rows are equal
// texts.
type table struct {
	columns int
	rows    []string // sorted unless the order counts
}

func (t table) equal(u table) bool {
	return t.columns == u.columns && slices.Equal(t.rows, u.rows)
}

// table runs a query to its end.
func (st *statement) table(ordered bool) (table, error) {
	t := table{columns: len(st.columns())}
	err := st.each(func(row []value) error {
		t.rows = append(t.rows, encode(row))
		return nil
	})
	if !ordered {
		slices.Sort(t.rows)
	}
	return t, err
}

// encode writes a row so that two rows are the same text exactly if they are
// equal. Text is equal to text alone, whatever it holds; NULL is equal to
// NULL, which is not how SQL compares but how results are. Integers and reals
// are equal if their values are, and reals count to 12 digits, because the
// order of a sum shows in the last ones.
func encode(row []value) string {
	var b strings.Builder
	for _, v := range row {
		part := ""
		switch v.kind {
		case Integer:
			part = "n" + strconv.FormatInt(v.int, 10)
		case Real:
			part = "n" + encodeReal(v.real)
		case Text:
			part = "t" + v.text
		case Blob:
			part = "b" + v.text
		}
		b.WriteString(strconv.Itoa(len(part)))
		b.WriteByte(':')
		b.WriteString(part)
	}
	return b.String()
}

func encodeReal(x float64) string {
	const exact = 1 << 53 // integers below are exact
	if x == math.Trunc(x) && math.Abs(x) < exact {
		return strconv.FormatInt(int64(x), 10)
	}
	short := strconv.FormatFloat(x, 'g', 12, 64)
	y, err := strconv.ParseFloat(short, 64)
	if err == nil && y == math.Trunc(y) && math.Abs(y) < 1e12 {
		return strconv.FormatInt(int64(y), 10)
	}
	return short
}
