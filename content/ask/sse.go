package ask

import (
	"bufio"
	"errors"
	"io"
	"strings"
)

// An eventReader reads the data of server-sent events. It takes lines that
// end in LF, CRLF or CR, skips comments and all fields but data, and joins
// the data lines of an event. An event that the end of the stream cuts off is
// still read: whether the stream is complete is for the caller to know.
type eventReader struct {
	in     *bufio.Reader
	skipLF bool // the line before ended in CR
	first  bool // nothing was read yet: a byte order mark may come
}

func newEventReader(in io.Reader) *eventReader {
	return &eventReader{in: bufio.NewReader(in), first: true}
}

// next returns the data of the next event that has any. The error is io.EOF
// at the end, else what reading failed with.
func (r *eventReader) next() (string, error) {
	var data []string
	for {
		line, err := r.line()
		if err != nil && (!errors.Is(err, io.EOF) || line == "" && len(data) == 0) {
			return "", err
		}
		field, value, _ := strings.Cut(line, ":")
		if field == "data" {
			data = append(data, strings.TrimPrefix(value, " "))
		}
		if len(data) > 0 && (line == "" || err != nil) {
			return strings.Join(data, "\n"), nil
		}
	}
}

// line returns the next line without its end. At the end of the stream it
// returns what is left with io.EOF.
func (r *eventReader) line() (string, error) {
	var b strings.Builder
	for {
		c, err := r.in.ReadByte()
		if err != nil {
			return r.unmarked(b.String()), err
		}
		if c == '\n' && r.skipLF {
			r.skipLF = false
			continue
		}
		r.skipLF = c == '\r'
		if c == '\n' || c == '\r' {
			return r.unmarked(b.String()), nil
		}
		b.WriteByte(c)
	}
}

// unmarked takes a byte order mark off the first line.
func (r *eventReader) unmarked(line string) string {
	if r.first {
		r.first = false
		line = strings.TrimPrefix(line, "\ufeff")
	}
	return line
}
