package ui

import (
	"slices"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/google/go-cmp/cmp"
)

func TestInput(t *testing.T) {
	likeMock(t, "fields", draw(t,
		Input(Field{
			ID: "n", Name: "name", Label: "Name", Aside: "(for certificates, optional)", Value: "Ilse Brandt",
			Attrs: templ.Attributes{"autocomplete": "name"},
		}),
		Input(Field{
			ID: "e", Name: "email", Label: "Email address", Type: "email", Value: "ilse@example", Required: true,
			Err: "This address has no ending such as .org. Please check it.", Attrs: templ.Attributes{"autocomplete": "email"},
		}),
		Input(Field{
			ID: "p", Name: "password", Label: "Password", Type: "password", Required: true,
			Hint:  "At least 12 characters. Three or four words that do not belong together do well. Pasting is fine.",
			Attrs: templ.Attributes{"autocomplete": "new-password", "minlength": "12"},
		})))
	likeMock(t, "unit", draw(t, Input(Field{
		ID: "num", Name: "a", Label: "Minutes", Value: "43.2", Unit: "min in 30 days",
		Hint:  "To one decimal place. 12.5 and 12,5 are both understood.",
		Attrs: templ.Attributes{"inputmode": "decimal", "autocomplete": "off"},
	})))
}

func TestInputOfSeveralLines(t *testing.T) {
	got := tree(t, draw(t, Input(Field{
		ID: "q", Label: "Your query", Rows: 9, Wide: true, Class: "editor", Value: "\nSELECT 1\n  <b>",
		Help: templ.Raw("<kbd>Tab</kbd> leaves the box."), Err: "Line 1: no such column.",
		Attrs: templ.Attributes{"spellcheck": "false"},
	})))
	want := []string{
		`div class="field wide"`,
		`  label for="q"`, `    "Your query"`,
		`  textarea aria-describedby="q-error q-hint" aria-invalid="true" class="input editor" id="q" name="q" rows="9" spellcheck="false"`,
		`    "\nSELECT 1\n  <b>"`,
		`  p class="err" id="q-error"`,
		`    svg aria-hidden="true" class="icon" focusable="false" viewBox="0 0 20 20"`,
		`      path d="M10 3L2.5 16.5h15z"`, `      path d="M10 8v4M10 14.2v.1"`,
		`    span`, `      "Line 1: no such column."`,
		`  p class="hint" id="q-hint"`, `    kbd`, `      "Tab"`, `    "leaves the box."`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("field (-want +got):\n%s", diff)
	}
}

func TestInputEscapes(t *testing.T) {
	got := draw(t, Input(Field{ID: "a", Label: "<b>", Value: `"><script>`}))
	if strings.Contains(got, "<script>") || strings.Contains(got, "<b>") {
		t.Errorf("not escaped: %s", got)
	}
}

func TestChoices(t *testing.T) {
	multi := ChoiceList{Name: "a", Legend: "Answer", Hidden: true, Multiple: true}
	for i, body := range []string{
		"<code>GET /articles/7</code>", "<code>POST /articles</code> with a new article",
		"<code>PUT /articles/7</code> with the whole article", `<code>PATCH /articles/7</code> with <code>{"views": "+1"}</code>`,
		"<code>DELETE /articles/7</code>",
	} {
		n := string(rune('0' + i))
		multi.Choices = append(multi.Choices, Choice{Value: n, Body: templ.Raw(body), Key: string(rune('1' + i)), Checked: i == 0 || i == 2})
	}
	likeMock(t, "choices-multi", draw(t, Choices(multi)))
	likeMock(t, "choices-hint", draw(t, Choices(ChoiceList{Name: "t", Legend: "How much time", Hidden: true, Choices: []Choice{
		{Value: "0", Text: "90 minutes", Hint: "The standard, printed on the certificate.", Checked: true},
		{Value: "1", Text: "135 minutes", Hint: "For anyone who needs longer to read or type. No proof asked; the certificate does not mention it."},
		{Value: "2", Text: "No limit", Hint: "For study. No certificate."},
	}})))
}

func TestYesNo(t *testing.T) {
	likeMock(t, "yesno", draw(t,
		YesNo(ChoiceList{Name: "th", Legend: "Look", Choices: []Choice{{Value: "0", Text: "As my system", Checked: true}, {Value: "1", Text: "Light"}, {Value: "2", Text: "Dark"}}}),
		YesNo(ChoiceList{Name: "k", Legend: "Single-key shortcuts", Choices: []Choice{{Value: "3", Text: "On", Checked: true}, {Value: "4", Text: "Off"}}})))
}

func TestScale(t *testing.T) {
	scale := ChoiceList{Name: "a", Legend: "I would be content if nobody ever saw the part of the product I had built."}
	for i, text := range []string{"Strongly disagree", "Disagree", "Neither", "Agree", "Strongly agree"} {
		n := string(rune('1' + i))
		scale.Choices = append(scale.Choices, Choice{Value: n, Key: n, Text: text, Checked: n == "4"})
	}
	likeMock(t, "scale", draw(t, Scale(scale)))
}

func TestOrderList(t *testing.T) {
	order := Order{Name: "a", Label: "Your order"}
	for i, body := range []string{
		"Add <code>full_name</code>, nullable", "Write to both columns", "Fill <code>full_name</code> in old rows, in batches",
		"Stop writing <code>name</code>", "Read from <code>full_name</code>", "Drop <code>name</code>",
	} {
		text := strings.NewReplacer("<code>", "", "</code>", "").Replace(body)
		order.Items = append(order.Items, OrderItem{Value: string(rune('0' + i)), Text: text, Body: templ.Raw(body)})
	}
	got := draw(t, OrderList(order))
	likeMock(t, "order", got)
	var values []string
	for _, part := range strings.Split(got, `<input type="hidden" name="a" value="`)[1:] {
		values = append(values, part[:1])
	}
	if want := []string{"0", "1", "2", "3", "4", "5"}; !slices.Equal(values, want) {
		t.Errorf("hidden inputs carry %q, want %q", values, want)
	}
}

func TestMatchList(t *testing.T) {
	m := Matching{Empty: "Choose"}
	for _, o := range []string{"Bulkhead", "Circuit breaker", "Idempotency key", "Jitter", "Read replica"} {
		m.Options = append(m.Options, Option{Value: o, Text: o})
	}
	m.Prompts = []Prompt{
		{ID: "m0", Name: "m0", Text: "One slow dependency holds every worker thread of the service.", Chosen: "Bulkhead"},
		{ID: "m1", Name: "m1", Text: "A dependency is down, and is called thousands of times a second all the same.", Chosen: "Circuit breaker"},
		{ID: "m2", Name: "m2", Text: "After an outage all clients come back in the same second."},
		{ID: "m3", Name: "m3", Text: "A message is delivered twice and makes two orders.", Chosen: "Idempotency key"},
	}
	likeMock(t, "match", draw(t, MatchList(m)))
}
