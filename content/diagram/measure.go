package diagram

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A face is one of the ways text is set in a diagram.
type face int

const (
	plain  face = iota // 13.5 px
	key                // 13.5 px, heavy
	strong             // 15 px, heavy: names
	mono               // 13.5 px, for plans
)

// faces holds what each face is called in the style sheet, its size, the
// height of a line and the table of its widths.
var faces = [...]struct {
	class         string
	size, leading float64
	widths        *[95]uint16
}{
	plain:  {"", 13.5, 18, &regular},
	key:    {"key", 13.5, 18, &heavy},
	strong: {"strong", 15, 19, &heavy},
	mono:   {"mono", 13.5, 18, nil},
}

func (f face) leading() float64 { return faces[f].leading }

// Advance widths of Atkinson Hyperlegible Next in thousandths of an em, from
// the blank to the tilde, at weights 400 and 650, without kerning and with
// tabular figures. Measured in Chromium from static/fonts.
var (
	regular = [95]uint16{
		280, 286, 301, 651, 592, 919, 731, 160, 299, 299, 485, 606, 210, 362, 210, 387, 632, 632, 632, 632, 632, 632, 632, 632,
		632, 632, 210, 210, 553, 628, 553, 480, 778, 626, 613, 645, 669, 569, 552, 694, 694, 392, 512, 631, 541, 824, 693, 714,
		592, 724, 614, 592, 558, 690, 593, 856, 623, 575, 607, 317, 387, 344, 552, 372, 243, 525, 566, 485, 564, 538, 314, 558,
		550, 252, 245, 492, 262, 845, 550, 548, 566, 574, 349, 471, 326, 540, 461, 684, 481, 449, 460, 344, 237, 344, 555,
	}
	heavy = [95]uint16{
		308, 300, 376, 747, 607, 961, 726, 203, 329, 329, 485, 596, 262, 371, 262, 432, 632, 632, 632, 632, 632, 632, 632, 632,
		632, 632, 262, 262, 567, 614, 567, 536, 781, 670, 638, 656, 686, 593, 564, 715, 700, 420, 553, 659, 550, 853, 714, 742,
		623, 752, 644, 607, 599, 687, 636, 881, 675, 638, 617, 336, 432, 344, 577, 395, 281, 548, 591, 506, 591, 559, 357, 588,
		568, 293, 257, 546, 309, 876, 568, 571, 591, 595, 372, 503, 368, 563, 519, 731, 531, 510, 499, 376, 251, 376, 540,
	}
)

// Widths of what else turns up: punctuation, and everything that the faces
// lack and the reader's system supplies.
const (
	monoWidth  = 632
	quoteWidth = 467
	otherWidth = 680
	fullWidth  = 1000
)

// width returns how wide s is in px.
func (f face) width(s string) float64 {
	var sum int
	for _, r := range s {
		sum += f.advance(r)
	}
	return float64(sum) * faces[f].size / 1000
}

func (f face) advance(r rune) int {
	table := faces[f].widths
	switch {
	case unicode.Is(unicode.Mn, r):
		return 0
	case r == '→', r == '←', r == '—', r == '…', r > 0x1100 && !unicode.Is(unicode.Latin, r) && !unicode.IsPunct(r):
		return fullWidth
	case table == nil:
		return monoWidth
	case r >= ' ' && r <= '~':
		return int(table[r-' '])
	case r == '‘', r == '’', r == '“', r == '”', r == '·', r == '\u00a0':
		return quoteWidth
	}
	return otherWidth
}

// wrap breaks s into lines no wider than most; the first of them is shorter by
// indent. It breaks at blanks, and inside a word only if the word alone is too
// wide. The lines are of about the same length, and there is at least one.
func (f face) wrap(s string, most, indent float64) []string {
	pieces := f.pieces(s, most)
	lines := f.fill(pieces, most, indent)
	if len(lines) < 2 {
		return lines
	}
	for low := most / 2; low < most; low += 4 { // the narrowest that needs no more lines
		if even := f.fill(pieces, low, indent); low > indent && len(even) == len(lines) && f.widest(even) <= low {
			return even
		}
	}
	return lines
}

// fill puts pieces into lines, each as full as can be.
func (f face) fill(pieces []piece, most, indent float64) []string {
	var lines []string
	var cur string
	room := most - indent
	for _, p := range pieces {
		next := p.text
		if cur != "" && p.apart {
			next = cur + " " + p.text
		} else if cur != "" {
			next = cur + p.text
		}
		if f.width(next) <= room {
			cur = next
			continue
		}
		if cur != "" || len(lines) == 0 && indent > 0 {
			lines = append(lines, cur)
			room = most
		}
		cur = p.text
	}
	return append(lines, cur)
}

// A piece is what stays together on a line.
type piece struct {
	text  string
	apart bool // a blank stands before it
}

// pieces splits s where a line may break: not between a number and its unit,
// and inside a word only if it is wider than most.
func (f face) pieces(s string, most float64) []piece {
	var out []piece
	for _, w := range strings.Fields(s) {
		if n := len(out) - 1; n >= 0 && isNumber(out[n].text) && len(w) <= 3 && isLetters(w) && f.width(out[n].text+" "+w) <= most {
			out[n].text += " " + w
			continue
		}
		apart := true
		for f.width(w) > most && utf8.RuneCountInString(w) > 1 {
			at := f.cut(w, most)
			out = append(out, piece{w[:at], apart})
			w, apart = w[at:], false
		}
		out = append(out, piece{w, apart})
	}
	return out
}

// cut returns where to break a word that is too wide: after a slash, dot,
// hyphen, comma or underline if there is one, else after the last letter that
// fits. At least one letter stands before it.
func (f face) cut(w string, most float64) int {
	_, at := utf8.DecodeRuneInString(w)
	mark := 0
	for i, r := range w {
		end := i + utf8.RuneLen(r)
		if r == utf8.RuneError || f.width(w[:min(end, len(w))]) > most {
			break
		}
		at = max(at, end)
		if strings.ContainsRune("/.-,_", r) {
			mark = end
		}
	}
	if mark > at/3 {
		return mark
	}
	return at
}

func (f face) widest(lines []string) float64 {
	var w float64
	for _, l := range lines {
		w = max(w, f.width(l))
	}
	return w
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789.,") == ""
}

func isLetters(s string) bool {
	for _, r := range s {
		if !unicode.IsLetter(r) {
			return false
		}
	}
	return true
}
