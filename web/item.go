package web

import (
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"groundwork/content"
	"groundwork/exam"
	"groundwork/web/ui"
)

// An itemView is a question as a form shows it. It is made of nothing but the
// stem, the options in the order shown and the learner's own answer: neither
// keys nor reasons get into it, so that no page can give them away.
type itemView struct {
	Stimulus content.HTML
	Stem     content.HTML // its last paragraph is marked as the question
	Type     exam.Type
	Rule     string // how it is scored, where that is not plain

	Choices ui.ChoiceList // single, multiple
	Order   ui.Order      // ordering
	Match   ui.Matching   // matching
	Field   ui.Field      // numeric, short
	Gaps    []gapView     // cloze
	Query   *queryView    // sql
}

// A gapView is one gap of a cloze item: chosen or typed.
type gapView struct {
	Label  string
	Select *ui.Prompt
	Field  *ui.Field
	Among  []ui.Option
}

// newItemView shows an item with its options in the given order and what the
// learner has answered so far.
func newItemView(it *exam.Item, order []exam.OptionID, r exam.Response) itemView {
	v := itemView{Type: it.Type, Stimulus: within("To begin with", content.Render(it.Stimulus)), Stem: stemHTML(it)}
	switch it.Type {
	case exam.Single, exam.Multiple:
		v.Choices = ui.ChoiceList{Name: "a", Legend: "Answer", Hidden: true, Multiple: it.Type == exam.Multiple}
		for i, o := range inOrder(it.Options, order) {
			v.Choices.Choices = append(v.Choices.Choices, ui.Choice{
				Value: string(o.ID), Body: raw(within(fmt.Sprintf("Option %d", i+1), richHTML(o.Text))), Key: strconv.Itoa(i + 1), Checked: slices.Contains(r.Choice, o.ID),
			})
		}
		if it.Type == exam.Multiple {
			v.Rule = "Choose all that apply. Each right box adds its share, each wrong one takes its share away, and an item never scores below zero."
		}
	case exam.Ordering:
		v.Rule = "Each entry in its place counts."
		v.Order = ui.Order{Name: "a", Label: "Your order"}
		if len(r.Choice) > 0 {
			order = r.Choice
		}
		for _, o := range inOrder(it.Options, order) {
			v.Order.Items = append(v.Order.Items, ui.OrderItem{Value: string(o.ID), Text: content.Plain(o.Text), Body: rich(o.Text)})
		}
	case exam.Matching:
		v.match(it, order, r)
	case exam.Numeric:
		v.Field = ui.Field{ID: "answer", Name: "text", Label: "Your answer", Value: r.Text, Class: "num", Unit: it.Number.Unit,
			Attrs: map[string]any{"inputmode": "decimal", "autocomplete": "off", "maxlength": "60"}}
		v.Field.Hint = "A number, with a point before decimals."
		if len(it.Number.Units) > 0 {
			v.Field.Hint += " Without a unit it is taken to be in " + it.Number.Unit + "."
		}
	case exam.Short:
		v.Field = ui.Field{ID: "answer", Name: "text", Label: "Your answer", Value: r.Text,
			Attrs: map[string]any{"autocomplete": "off", "spellcheck": "false", "maxlength": "300"}}
	case exam.SQL:
		v.Field = ui.Field{ID: "answer", Name: "text", Label: "Your query", Value: r.Text, Rows: 8, Wide: true, Class: "editor",
			Attrs: map[string]any{"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false", "maxlength": strconv.Itoa(exam.MaxText)}}
		v.Field.Hint = "It runs on SQLite, on a copy that is thrown away, and is graded on other rows than these. Tab leaves the box."
		v.Query = newQueryView(it.Query)
	case exam.Cloze:
		v.gaps(it, r)
	}
	return v
}

func (v *itemView) match(it *exam.Item, order []exam.OptionID, r exam.Response) {
	v.Rule = "Each right match counts. A choice may fit more than one line, or none."
	v.Match = ui.Matching{Empty: "Choose"}
	for _, c := range inOrder(it.Choices, order) {
		v.Match.Options = append(v.Match.Options, ui.Option{Value: string(c.ID), Text: content.Plain(c.Text)})
	}
	for _, o := range it.Options {
		v.Match.Prompts = append(v.Match.Prompts, ui.Prompt{
			ID: "match-" + string(o.ID), Name: "p-" + string(o.ID), Body: rich(o.Text), Chosen: r.Pairs[o.ID],
		})
	}
}

func (v *itemView) gaps(it *exam.Item, r exam.Response) {
	v.Rule = "Each right gap counts."
	for i, b := range it.Blanks {
		n := strconv.Itoa(i + 1)
		g := gapView{Label: "Gap " + n + ": " + content.Plain(b.Name)}
		given := r.Pairs[exam.OptionID(n)]
		if b.Typed {
			g.Field = &ui.Field{ID: "gap-" + n, Name: "p-" + n, Label: g.Label, Value: given, Attrs: map[string]any{"autocomplete": "off", "spellcheck": "false", "maxlength": "200"}}
		} else {
			g.Select = &ui.Prompt{ID: "gap-" + n, Name: "p-" + n, Text: g.Label, Chosen: given}
			for _, o := range alphabetical(b.Options) {
				g.Among = append(g.Among, ui.Option{Value: string(o.ID), Text: content.Plain(o.Text)})
			}
		}
		v.Gaps = append(v.Gaps, g)
	}
}

// alphabetical sorts the options of a gap, so that the key's place in the file
// tells nothing.
func alphabetical(options []exam.Option) []exam.Option {
	out := slices.Clone(options)
	slices.SortFunc(out, func(a, b exam.Option) int { return strings.Compare(a.Text, b.Text) })
	return out
}

// inOrder returns options in the order of ids; those not named come last.
func inOrder(options []exam.Option, ids []exam.OptionID) []exam.Option {
	out := slices.Clone(options)
	place := func(o exam.Option) int {
		if i := slices.Index(ids, o.ID); i >= 0 {
			return i
		}
		return len(ids)
	}
	slices.SortStableFunc(out, func(a, b exam.Option) int { return place(a) - place(b) })
	return out
}

// stemHTML renders the stem with its last paragraph marked as the question,
// and the gaps of a cloze item as numbered boxes.
func stemHTML(it *exam.Item) content.HTML {
	s := string(content.Render(it.Stem))
	if i := strings.LastIndex(s, "<p>"); i >= 0 {
		s = s[:i] + `<p class="ask">` + s[i+len("<p>"):]
	}
	for i := range it.Blanks {
		n := strconv.Itoa(i + 1)
		s = strings.Replace(s, "[["+n+"]]", `<span class="gap">gap `+n+`</span>`, 1)
	}
	return content.HTML(s)
}

// readResponse reads an answer from a form in which newItemView's inputs stood.
func readResponse(it *exam.Item, form url.Values) exam.Response {
	var r exam.Response
	switch it.Type {
	case exam.Single, exam.Multiple, exam.Ordering:
		for _, v := range form["a"] {
			r.Choice = append(r.Choice, exam.OptionID(v))
		}
	case exam.Numeric, exam.Short, exam.SQL:
		r.Text = form.Get("text")
	case exam.Matching, exam.Cloze:
		r.Pairs = map[exam.OptionID]string{}
		for key := range form {
			if id, ok := strings.CutPrefix(key, "p-"); ok {
				r.Pairs[exam.OptionID(id)] = form.Get(key)
			}
		}
	}
	return r
}

// moved applies an up or down button of an ordering item, "c:up", to the order
// that was posted with it. Without such a button the order stays.
func moved(order []exam.OptionID, move string) []exam.OptionID {
	id, way, _ := strings.Cut(move, ":")
	i := slices.Index(order, exam.OptionID(id))
	j := i + 1
	if way == "up" {
		j = i - 1
	}
	if i < 0 || j < 0 || j >= len(order) || way != "up" && way != "down" {
		return order
	}
	order = slices.Clone(order)
	order[i], order[j] = order[j], order[i]
	return order
}

// A reviewView is a question after it was answered: with the key and the
// reasons. It must not be made before the answer is final.
type reviewView struct {
	Item     *exam.Item
	Stimulus content.HTML
	Stem     content.HTML
	Mark     exam.Mark
	Lines    []reasonView
	More     content.HTML // the general explanation
}

// A reasonView is one line of a review: an option and why it is right or wrong.
type reasonView struct {
	Good   bool
	Lead   string // "Your answer", "Right", "Missed"
	Text   content.HTML
	Reason content.HTML
}

// newReviewView tells of an item what was answered, what is right, and why.
func newReviewView(it *exam.Item, order []exam.OptionID, r exam.Response, m exam.Mark) reviewView {
	v := reviewView{Item: it, Stimulus: within("To begin with", content.Render(it.Stimulus)), Stem: stemHTML(it), Mark: m, More: content.Render(it.Explanation)}
	if it.Query != nil {
		v.Stem += newQueryView(it.Query).Tables
	}
	switch it.Type {
	case exam.Single, exam.Multiple:
		for _, o := range inOrder(it.Options, order) {
			v.add(o.Key, choiceLead(o.Key, slices.Contains(r.Choice, o.ID), it.Type), o.Text, o.Reason)
		}
	case exam.Ordering:
		for i, o := range it.Options {
			place := slices.Index(r.Choice, o.ID)
			lead := fmt.Sprintf("Place %d", i+1)
			if place >= 0 && place != i {
				lead += fmt.Sprintf(", you had %d", place+1)
			}
			v.add(place == i, lead, o.Text, o.Reason)
		}
	case exam.Matching:
		for _, o := range it.Options {
			given := exam.OptionID(r.Pairs[o.ID])
			v.pair(o.Text, optionText(it.Choices, o.Match), optionText(it.Choices, given), given == o.Match, o.Reason)
		}
		for _, c := range it.Choices {
			if !slices.ContainsFunc(it.Options, func(o exam.Option) bool { return o.Match == c.ID }) {
				v.add(false, "Fits none", c.Text, c.Reason)
			}
		}
	case exam.Cloze:
		v.blanks(it, r)
	default:
		v.typed(it, r, m)
	}
	return v
}

func (v *reviewView) add(good bool, lead, text, reason string) {
	v.Lines = append(v.Lines, reasonView{good, lead, within(fmt.Sprintf("Line %d", len(v.Lines)+1), richHTML(text)), content.Inline(reason)})
}

// within is the review as one of several on a page.
func (v reviewView) within(part string) reviewView {
	v.Stimulus, v.Stem, v.More = within(part, v.Stimulus), within(part, v.Stem), within(part, v.More)
	v.Lines = slices.Clone(v.Lines)
	for i := range v.Lines {
		v.Lines[i].Text = within(part, v.Lines[i].Text)
	}
	return v
}

func choiceLead(key, chosen bool, t exam.Type) string {
	switch {
	case key && chosen:
		return "Right, your answer"
	case key && t == exam.Multiple:
		return "Right, you missed it"
	case key:
		return "Right"
	case chosen:
		return "Your answer"
	}
	return ""
}

// pair adds a line of a match or a gap: the stem, what belongs to it and what
// was answered. Texts are Markdown.
func (v *reviewView) pair(stem, right, given string, good bool, reason string) {
	lead := "Right"
	switch {
	case given == "":
		lead = "Left blank"
	case !good:
		lead = "You chose " + content.Plain(given)
	case given != right:
		lead = "Right, your answer " + given
	}
	v.add(good, lead, stem+" → "+right, reason)
}

// blanks adds for each gap what belongs there and what was answered, then the
// other answers that are known of it with their reasons.
func (v *reviewView) blanks(it *exam.Item, r exam.Response) {
	for i, b := range it.Blanks {
		given := r.Pairs[exam.OptionID(strconv.Itoa(i+1))]
		chosen := exam.OptionID(given)
		good := slices.ContainsFunc(b.Options, func(o exam.Option) bool { return o.Key && o.ID == chosen })
		if b.Typed {
			m := exam.Score(&exam.Item{Type: exam.Short, Options: b.Options, Case: it.Case}, exam.Response{Text: given}, nil)
			chosen, good = "", m.Right()
			if m.Known != nil {
				chosen = m.Known.ID
			}
		} else {
			given = optionText(b.Options, chosen)
		}
		key := slices.IndexFunc(b.Options, func(o exam.Option) bool { return o.Key })
		v.pair(fmt.Sprintf("Gap %d, %s", i+1, b.Name), b.Options[key].Text, given, good, b.Options[key].Reason)
		for n, o := range b.Options {
			switch {
			case n == key:
			case o.Key:
				v.add(true, "Right too", o.Text, o.Reason)
			case o.ID == chosen:
				v.add(false, "Your answer", o.Text, o.Reason)
			default:
				v.add(false, "", o.Text, o.Reason)
			}
		}
	}
}

// typed adds what was typed and what is known of it, then the key and other
// answers that are known.
func (v *reviewView) typed(it *exam.Item, r exam.Response, m exam.Mark) {
	unit := ""
	if it.Number != nil && it.Number.Unit != "" {
		unit = " " + it.Number.Unit
	}
	if r.Text != "" {
		lead, reason := "Your answer", "It is none of the answers that count."
		switch {
		case m.Known != nil:
			reason = m.Known.Reason
		case it.Query != nil && m.Right():
			reason = "It returns what is asked for on every set of rows that it was run on."
		case it.Query != nil:
			reason = "It does not return what is asked for on every set of rows that it was run on."
		}
		if m.Right() {
			lead = "Right, your answer"
		}
		v.add(m.Right(), lead, "`"+strings.ReplaceAll(r.Text, "`", "'")+"`", reason)
	}
	for _, o := range it.Options {
		switch known := m.Known != nil && m.Known.ID == o.ID; {
		case o.Key && !(known && it.Type == exam.Short && m.Right()):
			v.add(true, "Right", o.Text+unit+tolerance(it.Number), o.Reason)
		case !o.Key && !known:
			v.add(false, "A common wrong answer", o.Text+unit, o.Reason)
		}
	}
	if it.Query != nil {
		v.add(true, "A query that does it", "`"+it.Query.Key+"`", it.Explanation)
		v.More = ""
	}
}

func tolerance(n *exam.Number) string {
	switch {
	case n == nil || n.Tolerance == 0:
		return ""
	case n.Relative:
		return fmt.Sprintf(", give or take %g%%", n.Tolerance*100)
	}
	return fmt.Sprintf(", give or take %g", n.Tolerance)
}

func optionText(options []exam.Option, id exam.OptionID) string {
	for _, o := range options {
		if o.ID == id {
			return o.Text
		}
	}
	return ""
}

// responseText writes an answer in words, without saying whether it is right.
func responseText(it *exam.Item, r exam.Response) content.HTML {
	var words []string
	for _, id := range r.Choice {
		words = append(words, content.Plain(optionText(it.Options, id)))
	}
	if r.Text != "" {
		words = append(words, r.Text)
	}
	for _, o := range it.Options {
		if given := r.Pairs[o.ID]; it.Type == exam.Matching && given != "" {
			words = append(words, content.Plain(o.Text)+": "+content.Plain(optionText(it.Choices, exam.OptionID(given))))
		}
	}
	for i, b := range it.Blanks {
		given := r.Pairs[exam.OptionID(strconv.Itoa(i+1))]
		if given != "" && !b.Typed {
			given = content.Plain(optionText(b.Options, exam.OptionID(given)))
		}
		if given != "" {
			words = append(words, given)
		}
	}
	return content.HTML(template.HTMLEscapeString(strings.Join(words, "; ")))
}
