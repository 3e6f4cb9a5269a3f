package ui

import (
	"strings"

	"github.com/a-h/templ"
)

// Field is what Input draws: a label, an input, a hint and an error.
type Field struct {
	ID    string // unique on the page; the hint is ID-hint, the error ID-error
	Name  string // ID unless given
	Label string
	Aside string // after the label, smaller: "(for certificates, optional)"
	Type  string // text unless given
	Value string
	Hint  string
	// Help takes the place of Hint where markup is needed.
	Help  templ.Component
	Err   string // what is wrong and how to mend it; marks the input as invalid
	Unit  string // after the input: "min in 30 days"
	Rows  int    // a text area of so many rows, if not 0
	Class string // of the input: "num", "short", "editor"
	Wide  bool   // as wide as its column

	Required, ReadOnly, Invalid bool // Invalid without Err: the form says why
	// Attrs are further attributes of the input: autocomplete, inputmode,
	// minlength, spellcheck.
	Attrs templ.Attributes
}

func (f Field) name() string {
	if f.Name != "" {
		return f.Name
	}
	return f.ID
}

func (f Field) kind() string {
	if f.Type != "" {
		return f.Type
	}
	return "text"
}

func (f Field) class() string {
	if f.Wide {
		return "field wide"
	}
	return "field"
}

// described lists the ids of error and hint, the error first.
func (f Field) described() string {
	var ids []string
	if f.Err != "" {
		ids = append(ids, id(f.ID, "error"))
	}
	if f.Hint != "" || f.Help != nil {
		ids = append(ids, id(f.ID, "hint"))
	}
	return strings.Join(ids, " ")
}

// attrs are the attributes of the input that not every field has.
func (f Field) attrs() templ.Attributes {
	a := templ.Attributes{}
	if f.Value != "" && f.Rows == 0 {
		a["value"] = f.Value
	}
	if d := f.described(); d != "" {
		a["aria-describedby"] = d
	}
	if f.Err != "" || f.Invalid {
		a["aria-invalid"] = "true"
	}
	if f.Required {
		a["required"] = true
	}
	if f.ReadOnly {
		a["readonly"] = true
	}
	for k, v := range f.Attrs {
		a[k] = v
	}
	return a
}

// Choice is one answer of a list.
type Choice struct {
	Value   string
	Text    string
	Body    templ.Component // takes the place of Text where markup is needed
	Hint    string          // a second line; the first is then bold
	Key     string          // the key that chooses it, on pages that name keys
	Checked bool
}

// ChoiceList is what Choices, YesNo and Scale draw.
type ChoiceList struct {
	Name     string
	Legend   string // what is asked
	Hidden   bool   // the legend is heard, not seen, since the question stands above
	Multiple bool   // checkboxes; only Choices draws these
	Disabled bool
	Choices  []Choice
}

func (l ChoiceList) kind() string {
	if l.Multiple {
		return "checkbox"
	}
	return "radio"
}

// Order is what OrderList draws: things to be put into an order.
type Order struct {
	Name  string // of the hidden inputs that carry the order, first to last
	Label string // "Your order"
	Items []OrderItem
}

// OrderItem is one of them. Its Value is posted under the list's Name; its
// buttons post move=Value:up and move=Value:down.
type OrderItem struct {
	Value string
	Text  string          // plain: it is also the buttons' label
	Body  templ.Component // takes the place of Text in the row
}

// Matching is what MatchList draws: for every prompt one of the options.
type Matching struct {
	Empty   string // the option that chooses nothing: "Choose"
	Options []Option
	Prompts []Prompt
}

// Option is one entry of a select.
type Option struct {
	Value, Text string
}

// Prompt is one row of a matching; Chosen is the value of an option, or empty.
type Prompt struct {
	ID, Name string
	Text     string
	Body     templ.Component // takes the place of Text where markup is needed
	Chosen   string
}
