package ask

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// events reads a stream to its end.
func events(in io.Reader) ([]string, error) {
	r := newEventReader(in)
	var all []string
	for {
		data, err := r.next()
		if err != nil {
			return all, err
		}
		all = append(all, data)
	}
}

// However a stream is cut into reads, its events are the same; and written
// with any line end they come back.
func FuzzEvents(f *testing.F) {
	for _, s := range []string{"", "data: a\n\n", "data:a\r\ndata: b\r\n\r\n: c\r\rdata\n\ndata: x", "\ufeffdata: \n\n", "event: x\n\nid\ndata: {}\n", "\r\n\r\r\n\ndata: \xff\x00\n\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, stream string) {
		whole, err := events(strings.NewReader(stream))
		if err != io.EOF {
			t.Fatalf("error %v", err)
		}
		single, err := events(iotest.OneByteReader(strings.NewReader(stream)))
		if diff := cmp.Diff(whole, single); diff != "" || err != io.EOF {
			t.Errorf("byte by byte, error %v:\n%s", err, diff)
		}
		for _, data := range whole {
			if strings.Contains(data, "\r") {
				t.Errorf("event %q has a carriage return", data)
			}
		}
		// Whatever the events say, reading them as answers ends and does not panic.
		_ = readStream(newEventReader(strings.NewReader(stream)), func(string) error { return nil })
		_ = readWhole(strings.NewReader(stream), func(string) error { return nil })
	})
}

func TestEventsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.StringMatching(`[ -~é:]{0,12}`)
		want := rapid.SliceOf(rapid.SliceOfN(line, 1, 3)).Draw(t, "events")
		var b strings.Builder
		for _, lines := range want {
			end := rapid.SampledFrom([]string{"\n", "\r\n", "\r"}).Draw(t, "end")
			for _, l := range lines {
				b.WriteString("data: " + l + end)
				b.WriteString(rapid.SampledFrom([]string{"", ": comment" + end, "id: 1" + end}).Draw(t, "between"))
			}
			b.WriteString(end)
		}
		got, err := events(strings.NewReader(b.String()))
		var joined []string
		for _, lines := range want {
			joined = append(joined, strings.Join(lines, "\n"))
		}
		if diff := cmp.Diff(joined, got); diff != "" || err != io.EOF {
			t.Fatalf("error %v (-want +got):\n%s", err, diff)
		}
	})
}

func TestEventsPassErrorsOn(t *testing.T) {
	broken := errors.New("broken")
	got, err := events(io.MultiReader(strings.NewReader("data: a\n\ndata: b\n"), iotest.ErrReader(broken)))
	if diff := cmp.Diff([]string{"a"}, got); diff != "" || err != broken {
		t.Errorf("error %v (-want +got):\n%s", err, diff)
	}
}
