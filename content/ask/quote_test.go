package ask

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"groundwork/content/search"
)

// fixture returns an index of testdata/sections.json, and the sections.
func fixture(t testing.TB) (*search.Index, []search.Section) {
	t.Helper()
	data, err := os.ReadFile("testdata/sections.json")
	if err != nil {
		t.Fatal(err)
	}
	var sections []search.Section
	if err := json.Unmarshal(data, &sections); err != nil {
		t.Fatal(err)
	}
	return search.Build(sections, search.WithSynonyms(search.Engineering())), sections
}

func TestQuoteAnswers(t *testing.T) {
	index, _ := fixture(t)
	asker := New(index, nil)
	for _, tt := range answered {
		t.Run(tt.question, func(t *testing.T) {
			answer := asker.Quote(tt.question)
			if !answer.Found {
				t.Fatalf("not found; nearest %v", answer.Nearest)
			}
			first := answer.Passages[0]
			if !strings.HasSuffix(first.Section.URL, tt.section) || !strings.Contains(first.Quote, tt.quote) {
				t.Errorf("first quote is %q from %s, want %q from %s", first.Quote, first.Section.URL, tt.quote, tt.section)
			}
		})
	}
}

func TestQuoteSaysWhenItIsNotThere(t *testing.T) {
	index, _ := fixture(t)
	asker := New(index, nil)
	for _, question := range append(unanswered, unansweredToo...) {
		t.Run(question, func(t *testing.T) {
			if answer := asker.Quote(question); answer.Found || len(answer.Passages) > 0 {
				t.Errorf("answered from %s: %q", answer.Passages[0].Section.URL, answer.Passages[0].Quote)
			}
		})
	}
}

// checkAnswer fails if an answer breaks a promise of Quote.
func checkAnswer(t rapid.TB, a Answer) {
	if n := utf8.RuneCountInString(a.Question); n > 500 || !utf8.ValidString(a.Question) {
		t.Errorf("question %q", a.Question)
	}
	if a.Found != (len(a.Passages) > 0) || len(a.Passages) > 4 || a.Found && a.Nearest != nil || len(a.Nearest) > 3 {
		t.Errorf("found %v with %d passages, %d near", a.Found, len(a.Passages), len(a.Nearest))
	}
	for _, p := range a.Passages {
		var marked string
		for _, s := range p.Marked {
			marked += s.Text
		}
		if marked != p.Quote {
			t.Errorf("marked %q, quote %q", marked, p.Quote)
		}
		bare := strings.TrimSuffix(strings.TrimPrefix(p.Quote, "… "), " …")
		var whole []string
		for _, s := range sentences(p.Section.Text) {
			whole = append(whole, flatten(p.Section.Text[s.start:s.end]))
		}
		if bare == "" || !strings.Contains(strings.Join(whole, " "), bare) {
			t.Errorf("quote %q does not stand in %q", bare, p.Section.Text)
		}
		if n := utf8.RuneCountInString(bare); n > 400 {
			t.Errorf("quote of %d runes", n)
		}
	}
}

func TestQuoteKeepsItsPromises(t *testing.T) {
	index, sections := fixture(t)
	asker := New(index, nil)
	var words []string
	for _, s := range sections {
		words = append(words, strings.Fields(s.Heading+" "+s.Text)...)
	}
	rapid.Check(t, func(t *rapid.T) {
		question := strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 12).Draw(t, "question"), " ")
		answer := asker.Quote(question)
		checkAnswer(t, answer)
		if diff := cmp.Diff(answer, asker.Quote(question)); diff != "" {
			t.Errorf("asked twice, answered differently:\n%s", diff)
		}
	})
}

// Every sentence of the material is a question it answers with that sentence.
func TestQuoteFindsEverySentence(t *testing.T) {
	index, sections := fixture(t)
	asker := New(index, nil)
	for _, s := range sections {
		for _, sentence := range sentences(s.Text) {
			text := s.Text[sentence.start:sentence.end]
			answer := asker.Quote(text)
			if !answer.Found || !strings.Contains(answer.Passages[0].Quote, flatten(text)) {
				t.Errorf("asked for %q, got %+v", text, answer.Passages)
			}
		}
	}
}

func FuzzQuote(f *testing.F) {
	f.Add("What is a timeout?", "A timeout says how long. It is 1.5 s, e.g. here!")
	f.Add("word", strings.Repeat("word ", 300)+".\n\n- list: a.b? \"c.\" D")
	f.Add("\xff", "\u00ad\u200b.\n\n\n")
	f.Fuzz(func(t *testing.T, question, text string) {
		index := search.Build([]search.Section{{URL: "/a#1", Page: "Page", Heading: question, Text: text}, {URL: "/a#2", Page: "Other", Text: "A timeout."}})
		checkAnswer(t, New(index, nil).Quote(question))
	})
}

func TestSentences(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"empty", " \n ", nil},
		{"two", "It ends. It starts! Does it?", []string{"It ends.", "It starts!", "Does it?"}},
		{"numbers and names", "It takes 1.5 s in main.go v1.26. Then 99.9%.", []string{"It takes 1.5 s in main.go v1.26.", "Then 99.9%."}},
		{"abbreviations", "Use a pool, e.g. pgx. See Fig. 3 (i.e. the plan).", []string{"Use a pool, e.g. pgx.", "See Fig. 3 (i.e. the plan)."}},
		{"quotes close after the mark", `She said "no." He said (yes.) They left.`, []string{`She said "no."`, "He said (yes.)", "They left."}},
		{"lower case goes on", "What? he asked. Yes.", []string{"What? he asked.", "Yes."}},
		{"paragraphs", "One\n\nTwo\n \nThree", []string{"One", "Two", "Three"}},
		{"a line break is a blank", "One\ntwo. Three", []string{"One\ntwo.", "Three"}},
		{"a list", "These:\n- one\n- two\n3. three", []string{"These:", "one", "two", "three"}},
		{"no mark at the end", "One. Two", []string{"One.", "Two"}},
		{"dots", "Wait... Then go.", []string{"Wait...", "Then go."}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, s := range sentences(tt.text) {
				got = append(got, tt.text[s.start:s.end])
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("sentences(%q) (-want +got):\n%s", tt.text, diff)
			}
		})
	}
}

// elsewhere are sections that keep the words of others rare.
func elsewhere(n int) []search.Section {
	var all []search.Section
	for i := range n {
		all = append(all, search.Section{URL: fmt.Sprintf("/other/%d", i), Page: "Other", Text: "Something else is told in this section."})
	}
	return all
}

// gremlins are 18 sections of 6 pages that say the same in kinds ways.
func gremlins(kinds int) []search.Section {
	sections := elsewhere(40)
	for i := range 18 {
		sections = append(sections, search.Section{
			URL: fmt.Sprintf("/page/%d#s%d", i/3, i), Page: "Gremlins", Heading: "Gremlins",
			Text: fmt.Sprintf("A gremlin is a small thing that hides in a machine, number %d of its kind.", i%kinds),
		})
	}
	return sections
}

func TestQuoteSpreads(t *testing.T) {
	for _, kinds := range []int{4, 18} {
		answer := New(search.Build(gremlins(kinds)), nil).Quote("What is a gremlin?")
		checkAnswer(t, answer)
		pages, quotes := make(map[string]int), make(map[string]int)
		for _, p := range answer.Passages {
			page, _, _ := strings.Cut(p.Section.URL, "#")
			pages[page]++
			quotes[p.Quote]++
			if pages[page] > 2 || quotes[p.Quote] > 1 {
				t.Errorf("of %d kinds: %d passages of %s, %d times %q", kinds, pages[page], page, quotes[p.Quote], p.Quote)
			}
		}
		if len(answer.Passages) != 4 {
			t.Errorf("of %d kinds: %d passages, want 4", kinds, len(answer.Passages))
		}
	}
}

func TestNearest(t *testing.T) {
	answer := New(search.Build(gremlins(4)), nil).Quote("Which gremlin machine hides in the ceiling?")
	if answer.Found || len(answer.Nearest) != 3 {
		t.Fatalf("found %v, %d near, want 3", answer.Found, len(answer.Nearest))
	}
	near := make(map[string]bool)
	for _, s := range answer.Nearest {
		page, _, _ := strings.Cut(s.URL, "#")
		near[page] = true
	}
	if len(near) != 3 {
		t.Errorf("near are %v, want three pages", answer.Nearest)
	}
}

func TestWhatStandsAboveAQuoteCounts(t *testing.T) {
	const says = "It lives in any machine that has been left alone for a weekend or longer."
	tests := []struct {
		name     string
		question string
		sections []search.Section
		first    string // URL, "" for not found
	}{
		{"the heading says it all", "What is a gremlin?", []search.Section{{URL: "/g#a", Page: "Machines", Heading: "What a gremlin is", Text: says}}, "/g#a"},
		{"the title alone does not", "What is a gremlin?", []search.Section{{URL: "/g#a", Page: "Gremlins", Heading: "Where", Text: says}}, ""},
		{"nor title and heading together", "What is the habitat of a gremlin?", []search.Section{{URL: "/g#a", Page: "Gremlins", Heading: "Habitat", Text: says}}, ""},
		{"the first section before others", "What is a gremlin?", []search.Section{
			{URL: "/g#trade", Page: "Gremlins", Text: "So a gremlin is small. " + says},
			{URL: "/g#idea", Page: "Gremlins", Text: "So a gremlin is quiet. " + says},
			{URL: "/g#try", Page: "Gremlins", Text: "So a gremlin is green. " + says},
		}, "/g#idea"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			answer := New(search.Build(append(elsewhere(40), tt.sections...)), nil).Quote(tt.question)
			got := ""
			if answer.Found {
				got = answer.Passages[0].Section.URL
			}
			if got != tt.first {
				t.Errorf("first passage from %q, want %q", got, tt.first)
			}
		})
	}
}

func TestQuotePrefersProse(t *testing.T) {
	sections := append(elsewhere(40), search.Section{
		URL: "/a#idea", Page: "Gremlins", Heading: "Where they hide",
		Text: "gremlin=318 {hides:\"x\"}; 4*7 => (gremlin) 0x1f.\n\nWe know that a gremlin hides in any machine that has been left alone for a weekend or longer, and is quiet.",
	})
	answer := New(search.Build(sections), nil).Quote("Where does the gremlin hide?")
	if !answer.Found || !strings.HasPrefix(answer.Passages[0].Quote, "We know") {
		t.Errorf("got %+v", answer.Passages)
	}
}

func TestLongSentencesAreCut(t *testing.T) {
	text := strings.Repeat("word after word ", 60) + "needle " + strings.Repeat("and so on ", 60)
	_, sections := fixture(t)
	index := search.Build(append(sections, search.Section{URL: "/a", Page: "Needles", Text: text}))
	answer := New(index, nil).Quote("Where is the needle?")
	checkAnswer(t, answer)
	if !answer.Found || !strings.Contains(answer.Passages[0].Quote, "needle") ||
		!strings.HasPrefix(answer.Passages[0].Quote, "… ") || !strings.HasSuffix(answer.Passages[0].Quote, " …") {
		t.Errorf("got %+v, want the part with the needle", answer)
	}
}

func TestQuestionIsCleaned(t *testing.T) {
	tests := []struct{ name, question, want string }{
		{"blanks", "  what \t is\n\nit ", "what is it"},
		{"control characters", "a\x00b\x1b[31m", "a b [31m"},
		{"what is not seen", "a\u202eb\u200bc\ufeff", "abc"},
		{"broken bytes", "a\xff\xfeb", "a b"},
		{"too long", strings.Repeat("é", 600), strings.Repeat("é", 500)},
		{"much too long", strings.Repeat("ab ", 1<<20), strings.TrimSpace(strings.Repeat("ab ", 167)[:500])},
	}
	index, _ := fixture(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, New(index, nil).Quote(tt.question).Question); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func BenchmarkQuote(b *testing.B) {
	index, sections := material(b)
	asker := New(index, nil)
	questions := []struct{ name, question string }{
		{"usual", aboutRetries},
		{"elsewhere", "How do I bake sourdough bread?"},
		{"longest", strings.Repeat("request queue index cache deploy retyr ", 13)},
	}
	for _, q := range questions {
		b.Run(q.name, func(b *testing.B) {
			b.ReportAllocs()
			b.ReportMetric(float64(len(sections)), "sections")
			for b.Loop() {
				asker.Quote(q.question)
			}
		})
	}
}
