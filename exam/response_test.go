package exam

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNormal(t *testing.T) {
	t.Parallel()
	items := allItems(t)
	entry := parseOne(t, strings.Replace(good[Cloze], "seconds: 90", "seconds: 90\nentry: text", 1))
	tests := []struct {
		name string
		it   *Item
		in   Response
		want Response
	}{
		{name: "a blank", it: items[Single], in: Response{Choice: []OptionID{}, Text: " ", Pairs: map[OptionID]string{"a": ""}}},
		{name: "what does not count is left out", it: items[Single], in: Response{Choice: []OptionID{"a"}, Text: "x", Pairs: map[OptionID]string{"a": "b"}}, want: choose("a")},
		{name: "nothing that counts", it: items[Single], in: typed("x")},
		{name: "repeats of one", it: items[Single], in: choose("c", "c"), want: choose("c")},
		{name: "several in the order of their ids", it: items[Multiple], in: choose("d", "a", "d", "b"), want: choose("a", "b", "d")},
		{name: "an order stays", it: items[Ordering], in: choose("c", "a", "b"), want: choose("c", "a", "b")},
		{name: "pairs without the empty ones", it: items[Matching], in: pairs("a", " b ", "b", "", "c", " "), want: pairs("a", "b")},
		{name: "blanks", it: items[Cloze], in: pairs("1", "a", "2", ""), want: pairs("1", "a")},
		{name: "typed blanks", it: entry, in: pairs("1", " Put\x00\xff "), want: pairs("1", "Put\ufffd")},
		{name: "a number as it was typed", it: items[Numeric], in: typed(" 2.4 x 10^4 ms "), want: typed("2.4 x 10^4 ms")},
		{name: "a text, cleaned", it: items[Short], in: typed(" a\x00b\xffc\n"), want: typed("ab\ufffdc")},
		{name: "a query", it: items[SQL], in: typed("SELECT 1;\n"), want: typed("SELECT 1;")},
		{name: "as long as may be", it: items[Short], in: typed(strings.Repeat("x", MaxText) + " "), want: typed(strings.Repeat("x", MaxText))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := tt.in.Encode()
			got, err := tt.it.Normal(tt.in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Normal(%+v) (-want +got):\n%s", tt.in, diff)
			}
			if after := tt.in.Encode(); after != before {
				t.Errorf("Normal changed its argument from %s to %s", before, after)
			}
		})
	}
}

func TestNormalRefuses(t *testing.T) {
	t.Parallel()
	items := allItems(t)
	entry := parseOne(t, strings.Replace(good[Cloze], "seconds: 90", "seconds: 90\nentry: text", 1))
	tests := []struct {
		name string
		it   *Item
		in   Response
		want string
	}{
		{name: "an unknown option", it: items[Single], in: choose("z"), want: `it has no option "z"`},
		{name: "an option without id", it: items[Multiple], in: choose("a", ""), want: `it has no option ""`},
		{name: "two of one", it: items[Single], in: choose("a", "b"), want: "only one option can be chosen"},
		{name: "part of an order", it: items[Ordering], in: choose("a", "b"), want: "every entry stands in the order once"},
		{name: "an order with a repeat", it: items[Ordering], in: choose("a", "b", "a"), want: "every entry stands in the order once"},
		{name: "an unknown stem", it: items[Matching], in: pairs("z", "a"), want: `"a" cannot be the answer to "z"`},
		{name: "an unknown choice", it: items[Matching], in: pairs("a", "z"), want: `"z" cannot be the answer to "a"`},
		{name: "an unknown blank", it: items[Cloze], in: pairs("3", "a"), want: `"a" cannot be the answer to "3"`},
		{name: "a blank by another name", it: items[Cloze], in: pairs("01", "a"), want: `"a" cannot be the answer to "01"`},
		{name: "an unknown option of a blank", it: items[Cloze], in: pairs("1", "PUT"), want: `"PUT" cannot be the answer to "1"`},
		{name: "too much in a blank", it: entry, in: pairs("1", strings.Repeat("x", 201)), want: `"` + strings.Repeat("x", 40) + `…" cannot be the answer to "1"`},
		{name: "too much once it is text", it: entry, in: pairs("1", strings.Repeat("x\xff", 80)), want: `"` + strings.Repeat("x\ufffd", 20) + `…" cannot be the answer to "1"`},
		{name: "no number", it: items[Numeric], in: typed("many"), want: `"many" is not a number`},
		{name: "too long", it: items[Short], in: typed(strings.Repeat("x", MaxText+1)), want: "it is longer than 4000 characters"},
		{name: "too long once it is text", it: items[Short], in: typed(strings.Repeat("x\xff", 1500)), want: "it is longer than 4000 characters"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := tt.it.Normal(tt.in)
			if want := ErrResponse.Error() + ": " + tt.want; !errors.Is(err, ErrResponse) || err.Error() != want {
				t.Errorf("Normal(%+v) = %v, want %s", tt.in, err, want)
			}
		})
	}
}

func TestEncodedResponses(t *testing.T) {
	t.Parallel()
	for text, r := range map[string]Response{
		"":                                     typed("  "),
		`{"choice":["b","a"]}`:                 choose("b", "a"),
		`{"text":"\u003c1 s"}`:                 typed("<1 s"),
		`{"pairs":{"1":"a","10":"x","2":"b"}}`: pairs("2", "b", "10", "x", "1", "a"),
	} {
		if got := r.Encode(); got != text {
			t.Errorf("Encode(%+v) = %s, want %s", r, got, text)
		}
		want := r
		if r.Blank() {
			want = Response{}
		}
		got, err := DecodeResponse(text)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("DecodeResponse(%s): %v (-want +got):\n%s", text, err, diff)
		}
	}
	for _, text := range []string{"{", `{"choice":"a"}`, `[]`, `{"text":1}`, "x"} {
		if r, err := DecodeResponse(text); !errors.Is(err, ErrResponse) {
			t.Errorf("DecodeResponse(%s) = %+v, %v; want ErrResponse", text, r, err)
		}
	}
}

func TestBlankByNumber(t *testing.T) {
	t.Parallel()
	it := allItems(t)[Cloze]
	for number, want := range map[string]string{"1": "the verb", "2": "the status", "0": "", "3": "", "": "", "+1": "", "01": ""} {
		got := ""
		if b := it.Blank(number); b != nil {
			got = b.Name
		}
		if got != want {
			t.Errorf("Blank(%q) is %q, want %q", number, got, want)
		}
	}
}
