package lint

import (
	"regexp"
	"strings"

	"groundwork/exam"
)

// A view is an item taken apart for the rules.
type view struct {
	*exam.Item
	prose    string   // stimulus and stem without code blocks
	code     []string // the lines of their code blocks
	question string   // the last paragraph
	groups   []group
}

// A group is options from among which one chooses.
type group struct {
	of      string // what the message says of it: " of blank 2"
	options []exam.Option
}

// look takes an item apart.
func look(it *exam.Item) *view {
	v := &view{Item: it}
	prose, code := unfence(it.Stem)
	v.question = lastParagraph(prose)
	if it.Stimulus != "" {
		p, c := unfence(it.Stimulus)
		prose, code = p+"\n\n"+prose, append(c, code...)
	}
	v.prose, v.code = prose, code
	switch it.Type {
	case exam.Single, exam.Multiple:
		v.groups = []group{{"", it.Options}}
	case exam.Cloze:
		for _, b := range it.Blanks {
			if !b.Typed {
				v.groups = append(v.groups, group{" of the blank “" + b.Name + "”", b.Options})
			}
		}
	}
	return v
}

// split returns the options that are keys and those that are not.
func (g group) split() (keys, others []exam.Option) {
	for _, o := range g.options {
		if o.Key {
			keys = append(keys, o)
		} else {
			others = append(others, o)
		}
	}
	return keys, others
}

// unfence separates prose from the lines of its fenced code.
func unfence(md string) (prose string, code []string) {
	var b strings.Builder
	fence := ""
	for line := range strings.Lines(md) {
		t := strings.TrimSpace(line)
		switch {
		case fence == "" && strings.HasPrefix(t, "```"):
			fence = "```"
		case fence != "" && t == fence:
			fence = ""
		case fence != "":
			code = append(code, strings.TrimRight(line, "\n"))
		default:
			b.WriteString(line)
		}
	}
	return b.String(), code
}

func lastParagraph(prose string) string {
	paragraphs := strings.Split(strings.TrimSpace(prose), "\n\n")
	return paragraphs[len(paragraphs)-1]
}

var (
	spans = regexp.MustCompile("`[^`]*`")
	links = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
	bold  = regexp.MustCompile(`\*\*[^*]*\*\*`)
	said  = regexp.MustCompile(`"[^"]*"|“[^”]*”`)
	word  = regexp.MustCompile(`[\p{L}\p{N}]+(?:['’][\p{L}]+)?`)
)

// shown returns Markdown as it is seen, without marks.
func shown(md string) string {
	md = links.ReplaceAllString(md, "$1")
	return strings.NewReplacer("`", "", "**", "", "\n", " ").Replace(strings.TrimSpace(md))
}

// own returns what the author says in their own words: no code, nothing that
// stands between quotation marks.
func own(md string) string {
	return said.ReplaceAllString(spans.ReplaceAllString(md, " "), " ")
}

// words returns the words of a text in lower case.
func words(text string) []string { return word.FindAllString(strings.ToLower(text), -1) }

// length is how long an option looks.
func length(o exam.Option) int { return len([]rune(shown(o.Text))) }

// clip shortens text for a message.
func clip(text string) string {
	text = strings.Join(strings.Fields(shown(text)), " ")
	if r := []rune(text); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return text
}
