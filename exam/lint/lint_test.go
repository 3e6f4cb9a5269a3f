package lint

import (
	"fmt"
	"strings"
	"testing"

	"groundwork/content/source"
	"groundwork/exam"

	"github.com/google/go-cmp/cmp"
)

// bank reads items from the text of one file, which begins on line 5 of it.
func bank(t testing.TB, pool exam.Pool, body string) *exam.Bank {
	t.Helper()
	f, problems := source.Split("item/api/"+string(pool)+".md", fmt.Appendf(nil, "---\nskill: api\npool: %s\n---\n%s", pool, body))
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	items, problems := exam.ParseItems(f)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	b, problems := exam.NewBank(items)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return b
}

// item writes an item of one type: facts, stem, options with a reason each.
func item(id, facts, stem string, options ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s Title\n\n```item\nlevel: mid\nlesson: api/errors\n%s\n```\n\n%s\n\n", id, facts, stem)
	for _, o := range options {
		fmt.Fprintf(&b, "- %s\n  > Because.\n", o)
	}
	return b.String() + "\n"
}

// found returns what Items says, without the place and the way to mend it.
func found(b *exam.Bank) []string {
	var out []string
	for _, p := range Items(b) {
		out = append(out, p.What)
	}
	return out
}

const single = "type: single\nseconds: 60"

// A ruled is a text of items and what the rules say of it.
type ruled struct {
	name, body string
	want       []string
}

// hold runs Items on each text.
func hold(t *testing.T, tests []ruled) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, found(bank(t, exam.ExamPool, tt.body))); diff != "" {
				t.Errorf("Items (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLengthOfKeys(t *testing.T) {
	t.Parallel()
	hold(t, []ruled{
		{
			name: "nothing is wrong",
			body: item("a-1", single, "A client repeats a request.\n\nWhat does the server answer?",
				"[ ] The number of the first request", "[x] The result that it has stored", "[ ] An error that names the field"),
		},
		{
			name: "a key that is much longer than the mean and than any other",
			body: item("a-1", single, "A client repeats a request.\n\nWhat does the server answer?",
				"[ ] An error", "[x] The result of the first request, which it has stored", "[ ] A number", "[ ] Nothing at first"),
			want: []string{"a-1 has a key of 52 characters beside others of 11 on average, 8 to 16"},
		},
		{
			name: "a key that is much shorter than any other",
			body: item("a-1", single, "A client repeats a request.\n\nWhat does the server answer?",
				"[ ] An error that names the field that was wrong", "[x] The result", "[ ] The number of the attempt and the time of it"),
			want: []string{"a-1 has a key of 10 characters beside others of 44 on average, 44 to 44"},
		},
		{
			name: "a long key with another option as long",
			body: item("a-1", single, "A client repeats a request.\n\nWhat does the server answer?",
				"[ ] An error", "[x] The result of the first request, which it has stored", "[ ] The number of the second request, which it has made"),
		},
	})
}

func TestWording(t *testing.T) {
	t.Parallel()
	hold(t, []ruled{
		{
			name: "options that speak of options",
			body: item("a-1", single, "A client repeats a request.\n\nWhat does the server answer?",
				"[ ] The number of the attempt", "[x] The result it has stored", "[ ] None of the above", "[ ] Both a and b"),
			want: []string{
				"a-1 has the option “None of the above”, which speaks of other options",
				"a-1 has the option “Both a and b”, which speaks of other options",
			},
		},
		{
			name: "a negative in the question",
			body: item("a-1", single, "A client repeats a request. It has not waited.\n\nWhich of these does the server not answer?",
				"[ ] The number of the attempt", "[x] The result it has stored", "[ ] The time it takes to wait"),
			want: []string{"a-1 asks with “not”, which is easily read over"},
		},
		{
			name: "a negative in bold, in code, in what is quoted, and in the situation",
			body: item("a-1", single, "A client does not wait.\n\nWhich of these does the server **not** answer to `NOT NULL` and \"not now\"?",
				"[ ] The number of the attempt", "[x] The result it has stored", "[ ] The time it takes to wait"),
		},
		{
			name: "a strong absolute in a wrong option",
			body: item("a-1", single, "A client repeats a request.\n\nWhat does the server answer?",
				"[ ] The number of the attempt", "[x] The result it has stored", "[ ] The same as it always does"),
			want: []string{"a-1 has “always” in wrong options alone"},
		},
		{
			name: "weak absolutes in most of the wrong options, one in the key makes up for it",
			body: item("a-1", single, "A client repeats a request.\n\nWhat does the server answer?",
				"[ ] The number of all attempts", "[x] The result it has stored", "[ ] An error for every repeat") +
				item("a-2", single, "Somebody asks for the weather in another town.\n\nWhich header helps here?",
					"[ ] The number of all attempts", "[x] The only one it has stored", "[ ] An error for every repeat"),
			want: []string{"a-1 has words such as “every” in 2 of 2 wrong options and not in the key"},
		},
		{
			name: "a hedge in the key alone",
			body: item("a-1", single, "A client repeats a request.\n\nWhat does the server answer?",
				"[ ] The number of the attempt", "[x] Usually what it has stored", "[ ] The time it takes to wait"),
			want: []string{"a-1 has “Usually” in the key alone"},
		},
	})
}

func TestCues(t *testing.T) {
	t.Parallel()
	hold(t, []ruled{
		{
			name: "an article that goes with some of the options",
			body: item("a-1", single, "A client repeats a request.\n\nThe server answers with an",
				"[ ] error", "[x] acknowledgement", "[ ] timeout"),
			want: []string{"a-1 has “an” before “timeout”"},
		},
		{
			name: "a question for two, and for one",
			body: item("a-1", "type: multiple\nseconds: 60", "A client repeats a request.\n\nWhich two does the server answer?",
				"[ ] The number of the attempt", "[x] The result it has stored", "[ ] The time it takes to wait", "[ ] Its own address") +
				item("a-2", "type: multiple\nseconds: 60", "Somebody asks for the weather in another town.\n\nWhich one helps here?",
					"[ ] A map of the town as it was", "[x] The forecast for tomorrow", "[x] The window of the kitchen", "[ ] A book on old weather"),
			want: []string{"a-1 asks for two and has 1 keys", "a-2 asks “Which one” and has 2 keys"},
		},
		{
			name: "the key alone is in the number of the question",
			body: item("a-1", single, "A client repeats a request.\n\nWhich parts of the answer are cached?",
				"[ ] the status", "[x] its headers", "[ ] the address") +
				item("a-2", single, "Somebody asks for the weather in another town.\n\nWhat is missing?",
					"[ ] two maps", "[x] a forecast", "[ ] some stations"),
			want: []string{"a-1 asks in the plural, which its key alone is in", "a-2 asks in the singular, which its key alone is in"},
		},
		{
			name: "words of the stem in the key alone",
			body: item("a-1", single, "A relay sends events of an outbox in batches.\n\nWhat does it do?",
				"[ ] It waits for the database", "[x] It relays what the outbox has", "[ ] It asks the other services"),
			want: []string{"a-1 has words of the stem in its key alone: relay, outbox"},
		},
		{
			name: "code among prose",
			body: item("a-1", single, "A client repeats a request.\n\nWhat does the server answer?",
				"[ ] Its address", "[x] `200 OK`", "[ ] An error") +
				item("a-2", single, "Somebody asks for the weather in another town.\n\nWhich header helps?",
					"[ ] `Accept-Language: de`", "[x] `Forwarded: for=192.0.2.1`", "[ ] The name of the town"),
			want: []string{"a-1 has a key that is code among options that are not"},
		},
	})
}

func TestComputedAndTimed(t *testing.T) {
	t.Parallel()
	hold(t, []ruled{
		{
			name: "too long to read in its time",
			body: item("a-1", "type: single\nseconds: 20", strings.Repeat("A client repeats a request to the server. ", 9)+"\n\nWhat does the server answer?",
				"[ ] The number of the attempt", "[x] The result it has stored", "[ ] The time it takes to wait"),
			want: []string{"a-1 should take 20 seconds and takes 28 to read (93 words, 0 lines of code)"},
		},
		{
			name: "code that nobody runs",
			body: item("a-1", "type: short\nseconds: 60", "A program.\n\n```go program\npackage main\n```\n\nWhat does it print?", "[x] 24", "[ ] 240") +
				item("a-2", "type: short\nseconds: 60\nrun: go", "Another one.\n\n```go program\npackage main\n```\n\nWhat is printed?", "[x] 24", "[ ] 240") +
				item("a-3", "type: numeric\nseconds: 60\nrun: go", "Two tables and a query.\n\nHow many rows are there?", "[x] 24", "[ ] 240"),
			want: []string{
				"a-1 asks what its code yields, and nobody runs it",
				"a-3 says run and is of the type numeric, whose key is no output",
			},
		},
		{
			name: "expressions",
			body: item("a-1", "type: numeric\nseconds: 60\nexpr: 1200 * 20 / 1000.0", "How many requests are under way?", "[x] 24", "[ ] 240") +
				item("a-2", "type: numeric\nseconds: 60\nexpr: 7 / 2", "How many whole pages does it fill?", "[x] 3.5", "[ ] 4") +
				item("a-3", "type: numeric\nseconds: 60\nexpr: 7 / 2.1\ntolerance: 2%", "How many connections are there?", "[x] 3.3", "[ ] 4") +
				item("a-4", "type: numeric\nseconds: 60\nexpr: 7 / x", "How many of the disks are full?", "[x] 3.3", "[ ] 4"),
			want: []string{
				"a-2 has the key 3.5, and its expr 7 / 2 is 3",
				"a-4 has the expr \"7 / x\", which cannot be evaluated: eval:1:5: undefined: x",
			},
		},
	})
}

func TestProblemsStandAtTheirItem(t *testing.T) {
	t.Parallel()
	good := item("a-1", single, "A client repeats a request.\n\nWhat does the server answer?",
		"[ ] The number of the attempt", "[x] The result it has stored", "[ ] The time it takes to wait")
	bad := item("a-2", single, "Somebody asks for the weather in another town.\n\nWhich header helps?",
		"[ ] The header that never helps", "[x] The one that holds an address", "[ ] The name of that very town")
	want := "item/api/exam.md:" + fmt.Sprint(5+strings.Count(good, "\n")) +
		": a-2 has “never” in wrong options alone; say it without the absolute word, or let the key have one too"
	if diff := cmp.Diff(want, Items(bank(t, exam.ExamPool, good+bad)).Error()); diff != "" {
		t.Errorf("Items (-want +got):\n%s", diff)
	}
}
