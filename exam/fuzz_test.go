package exam

import (
	"math"
	"testing"

	"groundwork/content/source"
)

func FuzzParseItems(f *testing.F) {
	for _, body := range good {
		f.Add(body)
	}
	f.Add("## @log A\ntext\n## api-e01 T\n~~~item\ntype: numeric\nunits: {s: .inf}\ntolerance: nan\n~~~\nQ?\n- [x] 1\n")
	f.Add("## a b\n```item\n```\n")
	f.Fuzz(func(t *testing.T, body string) {
		file, ps := source.Split("item/api/exam.md", []byte("---\nskill: api\npool: exam\n---\n"+body))
		if file == nil {
			if len(ps) == 0 {
				t.Fatal("no file and no problem")
			}
			return
		}
		items, ps := ParseItems(file)
		last := file.BodyLine + len(file.Lines())
		for _, p := range ps {
			if p.Line < 1 || p.Line > last || p.What == "" || p.Mend == "" {
				t.Fatalf("problem %+v in a file of %d lines", p, last)
			}
		}
		for _, it := range items {
			if it.Version() == "" {
				t.Fatalf("%s has no version", it.ID)
			}
			if len(ps) > 0 {
				continue
			}
			if back, err := DecodeItem(it.Encode()); err != nil || back.Version() != it.Version() {
				t.Fatalf("%s is read back as another version: %v", it.ID, err)
			}
			checkScore(t, it, right(it))
			if m := Score(it, right(it), nil); it.Type != Short && it.Type != SQL && it.Type != Cloze && !m.Right() {
				t.Fatalf("%s: the key %+v scores %+v", it.ID, right(it), m)
			}
			Shuffle(it, 1)
		}
	})
}

// right returns the response that holds the key of an item, as far as the key
// can be typed: a pattern is no text that it matches.
func right(it *Item) (r Response) {
	r.Pairs = map[OptionID]string{}
	for _, o := range it.Options {
		switch {
		case it.Type == Matching:
			r.Pairs[o.ID] = string(o.Match)
		case o.Key && (it.Type == Single || it.Type == Multiple || it.Type == Ordering):
			r.Choice = append(r.Choice, o.ID)
		case o.Key:
			r.Text = o.Text
		}
	}
	for i, b := range it.Blanks {
		for _, o := range b.Options {
			if o.Key && b.Typed {
				r.Pairs[blankKey(i)] = o.Text
			} else if o.Key {
				r.Pairs[blankKey(i)] = string(o.ID)
			}
		}
	}
	return r
}

func FuzzResponse(f *testing.F) {
	items := gradable(f)
	for _, s := range []string{
		"", `{"choice":["a"]}`, `{"choice":["a","b","c"]}`, `{"text":"24,000 ms"}`, `{"pairs":{"1":"a","a":"b"}}`, `{"text":"\u0000"}`, "{",
		`{"choice":null,"text":"x"}`, `{"pairs":{"10":"a"}}`,
	} {
		f.Add(s, uint8(0))
	}
	f.Fuzz(func(t *testing.T, s string, n uint8) {
		r, err := DecodeResponse(s)
		if err != nil {
			return
		}
		again, err := DecodeResponse(r.Encode())
		if err != nil || again.Encode() != r.Encode() {
			t.Fatalf("%q is read as %+v, and back as %+v: %v", s, r, again, err)
		}
		checkScore(t, items[int(n)%len(items)], r)
	})
}

func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"1,000", "3,5", "1e3", "2x10^6", "1 000", "−5", "0x10", "inf", "nan", "1e999", "1_000", ".5", "24 ms", "5 Mb"} {
		f.Add(s)
	}
	units := &Number{Unit: "MB", Units: map[string]float64{"Mb": 0.125, "GB": 1000, "gb": 125}}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := ParseNumber(s)
		if math.IsInf(v, 0) || math.IsNaN(v) || err != nil && v != 0 {
			t.Fatalf("ParseNumber(%q) = %g, %v", s, v, err)
		}
		u, uerr := units.parse(s)
		if err == nil && (uerr != nil || u != v) {
			t.Fatalf("%q is the number %g, and with units %g, %v", s, v, u, uerr)
		}
		if math.IsInf(u, 0) || math.IsNaN(u) {
			t.Fatalf("parse(%q) = %g", s, u)
		}
	})
}
