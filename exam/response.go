package exam

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// MaxText is the length of the longest typed answer, in bytes.
const MaxText = 4000

// A Response is what a learner answered. Which fields count depends on the
// item's type; the zero Response is a blank.
type Response struct {
	// Choice holds the chosen option (single), the chosen options in the
	// order of their ids (multiple), or all options in the learner's order
	// (ordering).
	Choice []OptionID `json:"choice,omitempty"`

	// Text is what was typed: a number with or without a unit, words, a query.
	Text string `json:"text,omitempty"`

	// Pairs holds the choice for each stem of a match; for a cloze item the
	// answer to each blank, by its number from 1 ("1": an option's id, or text).
	Pairs map[OptionID]string `json:"pairs,omitempty"`
}

// Blank reports whether nothing was answered.
func (r Response) Blank() bool {
	if len(r.Choice) > 0 || strings.TrimSpace(r.Text) != "" {
		return false
	}
	for _, v := range r.Pairs {
		if strings.TrimSpace(v) != "" {
			return false
		}
	}
	return true
}

// Encode returns the response as JSON; the blank response is empty.
func (r Response) Encode() string {
	if r.Blank() {
		return ""
	}
	b, err := json.Marshal(r)
	if err != nil {
		panic(fmt.Sprintf("exam: response cannot be encoded: %v", err)) // strings only
	}
	return string(b)
}

// DecodeResponse reads what Encode wrote.
func DecodeResponse(s string) (r Response, err error) {
	if s == "" {
		return r, nil
	}
	if err := json.Unmarshal([]byte(s), &r); err != nil {
		return r, fmt.Errorf("%w: it cannot be read: %w", ErrResponse, err)
	}
	return r, nil
}

// Normal returns r as it is stored for it: repeats taken out, choices of a set
// in the order of their ids, fields that do not count left out, what is no
// text taken out of texts. It returns [ErrResponse] if r holds anything that
// the item does not have, so that what is stored can always be shown and
// scored. Normal of what it returned is the same again. What is normal already
// is returned as it is, and shares its memory with r.
func (it *Item) Normal(r Response) (Response, error) {
	var n Response
	var err error
	switch it.Type {
	case Single, Multiple:
		n.Choice, err = it.normalChoice(r.Choice)
	case Ordering:
		n.Choice, err = it.normalOrder(r.Choice)
	case Matching, Cloze:
		n.Pairs, err = it.normalPairs(r.Pairs)
	default:
		n.Text, err = it.normalText(r.Text)
	}
	switch {
	case err != nil:
		return r, err
	case n.empty():
		return Response{}, nil
	}
	return n, nil
}

// empty reports whether nothing at all is in r. For a normal response that is
// to be blank.
func (r Response) empty() bool { return len(r.Choice)+len(r.Text)+len(r.Pairs) == 0 }

func (it *Item) normalText(text string) (string, error) {
	text = clean(text)
	if len(text) > MaxText {
		return "", fmt.Errorf("%w: it is longer than %d characters", ErrResponse, MaxText)
	}
	if it.Type == Numeric && text != "" {
		if _, err := it.Number.parse(text); err != nil {
			return "", err
		}
	}
	return text, nil
}

// clean returns what was typed as valid text without blanks at its ends.
func clean(text string) string {
	text = strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), string(utf8.RuneError))
	return strings.TrimSpace(text)
}

func (it *Item) normalChoice(ids []OptionID) ([]OptionID, error) {
	for _, id := range ids {
		if it.option(id) == nil {
			return nil, fmt.Errorf("%w: it has no option %q", ErrResponse, id)
		}
	}
	if !ascending(ids) {
		ids = slices.Clone(ids)
		slices.Sort(ids)
		ids = slices.Compact(ids)
	}
	if it.Type == Single && len(ids) > 1 {
		return nil, fmt.Errorf("%w: only one option can be chosen", ErrResponse)
	}
	return ids, nil
}

// ascending reports whether ids are in order and each is there once.
func ascending(ids []OptionID) bool {
	for i := 1; i < len(ids); i++ {
		if ids[i-1] >= ids[i] {
			return false
		}
	}
	return true
}

func (it *Item) normalOrder(order []OptionID) ([]OptionID, error) {
	if len(order) > 0 && !it.permutation(order) {
		return nil, fmt.Errorf("%w: every entry stands in the order once", ErrResponse)
	}
	return order, nil
}

// permutation reports whether order holds each option of the item once.
func (it *Item) permutation(order []OptionID) bool {
	if len(order) != len(it.Options) {
		return false
	}
	for i := range it.Options {
		if !slices.Contains(order, it.Options[i].ID) {
			return false
		}
	}
	return true
}

func (it *Item) normalPairs(pairs map[OptionID]string) (map[OptionID]string, error) {
	for k, v := range pairs {
		switch c := clean(v); {
		case c == "" || c != v:
			return it.normalPairs(cleanPairs(pairs))
		case !it.fits(k, v):
			return nil, fmt.Errorf("%w: %q cannot be the answer to %q", ErrResponse, clip(v), k)
		}
	}
	return pairs, nil
}

// cleanPairs returns pairs with clean texts, without those that are blank.
func cleanPairs(pairs map[OptionID]string) map[OptionID]string {
	out := make(map[OptionID]string, len(pairs))
	for k, v := range pairs {
		if v = clean(v); v != "" {
			out[k] = v
		}
	}
	return out
}

// fits reports whether v can be the answer to stem or blank k.
func (it *Item) fits(k OptionID, v string) bool {
	if it.Type == Matching {
		return it.option(k) != nil && choice(it.Choices, OptionID(v)) != nil
	}
	b := it.Blank(string(k))
	return b != nil && (b.Typed && len(v) <= maxBlank || !b.Typed && choice(b.Options, OptionID(v)) != nil)
}

// maxBlank is the length of the longest text typed into one blank, in bytes.
const maxBlank = 200

// blankKey is the key of the blank with the given index in [Response.Pairs].
func blankKey(index int) OptionID { return OptionID(strconv.Itoa(index + 1)) }

// Blank returns the blank with the given number, counted from "1", or nil.
func (it *Item) Blank(number string) *Blank {
	for i := range it.Blanks {
		if string(blankKey(i)) == number {
			return &it.Blanks[i]
		}
	}
	return nil
}

func (it *Item) option(id OptionID) *Option { return choice(it.Options, id) }

// choice returns the option with the given id, or nil.
func choice(options []Option, id OptionID) *Option {
	for i := range options {
		if options[i].ID == id {
			return &options[i]
		}
	}
	return nil
}
