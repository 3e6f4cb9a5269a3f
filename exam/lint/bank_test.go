package lint

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/fstest"

	"groundwork/exam"

	"github.com/google/go-cmp/cmp"
)

// score rounds what a player won, for comparing.
func score(s PlayerScore) string {
	return fmt.Sprintf("%.1f of %d, chance %.1f", s.Score, s.Items, s.Chance)
}

func TestPlayers(t *testing.T) {
	t.Parallel()
	body := item("a-1", single, "A client repeats a request, and an outbox holds the events.\n\nWhat now?",
		"[ ] Nothing", "[x] The outbox is usually, though late, read by `relay`", "[ ] It always fails", "[ ] All is lost here") +
		item("a-2", single, "Somebody asks for the weather.\n\nWhich header?",
			"[x] one", "[ ] two", "[ ] ten", "[ ] six") +
		item("a-3", single, "A log grows.\n\nWhat helps?",
			"[x] A disk", "[ ] A bigger disk", "[ ] No log")
	got := map[string]string{}
	for _, s := range Players(bank(t, exam.PracticePool, body)) {
		if s.Pool == exam.PracticePool {
			got[s.Player] = score(s)
		} else if s.Items != 0 || s.Over() != 0 {
			t.Errorf("%s in an empty pool: %+v", s.Player, s)
		}
	}
	// a-2 is a tie of four for all of them; a-3 has three options.
	want := map[string]string{
		"longest option":               "41.7 of 3, chance 27.8", // 1 + 1/4 + 0
		"shortest option":              "25.0 of 3, chance 27.8", // 0 + 1/4 + 1/2
		"most words of the stem":       "41.7 of 3, chance 27.8", // 1 + 1/4 + 0
		"with a hedge":                 "52.8 of 3, chance 27.8", // 1 + 1/4 + 1/3
		"without absolutes":            "52.8 of 3, chance 27.8", // 1 + 1/4 + 1/3
		"most detailed":                "52.8 of 3, chance 27.8", // 1 + 1/4 + 1/3
		"neither longest nor shortest": "19.4 of 3, chance 27.8", // 0 + 1/4 + 1/3
		"most like the others":         "33.3 of 3, chance 27.8", // 1/4 + 1/4 + 1/2
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Players (-want +got):\n%s", diff)
	}
}

func TestWinners(t *testing.T) {
	t.Parallel()
	var fair, biased strings.Builder
	for i := range 40 {
		options := []string{"[ ] A shorter one of them", "[ ] A shorter one of these", "[ ] A shorter one of those", "[ ] The longest of the four that there are"}
		key := i % 4
		stem := fmt.Sprintf("Case %d of them.\n\nWhat now?", i)
		mark := func(k int) []string {
			out := append([]string(nil), options...)
			out[k] = strings.Replace(out[k], "[ ]", "[x]", 1)
			return out
		}
		fair.WriteString(item(fmt.Sprintf("a-%02d", i), single, stem, mark(key)...))
		if i < 10 {
			key = 3 // ten more keys are the longest option: 44% in place of 25%
		}
		biased.WriteString(item(fmt.Sprintf("a-%02d", i), single, stem, mark(key)...))
	}
	tests := []struct {
		name, body string
		want       []string
	}{
		{"keys in all places", fair.String(), nil},
		{"keys that are long, in a few items", biased.String()[:strings.Index(biased.String(), "## a-39")], nil},
		{"keys that are long", biased.String(), []string{"whoever takes the option longest option gets 45.0% of the exam pool, 20.0 points over chance"}},
	}
	for _, tt := range tests {
		var got []string
		for _, p := range Winners(Players(bank(t, exam.ExamPool, tt.body))) {
			if strings.Contains(p.What, "longest option") {
				got = append(got, p.What)
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: Winners (-want +got):\n%s", tt.name, diff)
		}
	}
}

// Eight items that ask for different things, so that terms have a rarity.
func eight() string {
	var b strings.Builder
	for i, s := range []string{
		"A nightly export locks the table of orders for an hour, and customers see errors in the shop.\n\nWhich change keeps the shop open?",
		"A gateway waits two seconds for a service that answers after three.\n\nWhat does the log of the gateway say?",
		"A password is stored as a fast hash with a salt for each row.\n\nWhy is a slow hash better?",
		"A relay reads an outbox and stops between publishing and marking a row.\n\nWhat does a consumer see?",
		"An index covers the columns tenant and created.\n\nWhich query can read it from one end?",
		"A histogram has ten buckets and a label with the route.\n\nHow many series are there for five routes?",
		"A canary gets one request of a hundred, and errors rise from one to two in ten thousand.\n\nHow long do you wait?",
		"Two reviewers disagree about the name of a package.\n\nHow does the review go on?",
	} {
		b.WriteString(item(fmt.Sprintf("a-%d", i+1), single, s, "[ ] The first", "[x] The other", "[ ] The third"))
	}
	return b.String()
}

func TestPairs(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, stem string
		want       string
	}{
		{name: "something else", stem: "A token of a partner has run out, and its refresh token is presented by two machines.\n\nWhat does the issuer do?"},
		{
			name: "copied, with another figure",
			stem: "A nightly export locks the table of orders for two hours, and customers see errors in the shop.\n\nWhich change keeps the shop open?",
			want: "a-1 b-1",
		},
		{
			name: "the same in another order of sentences",
			stem: "Customers of a shop see errors, since an export that runs nightly has locked the orders table for an hour.\n\nWhich change will keep the shop open?",
			want: "a-1 b-1",
		},
		{
			name: "the same field, another question",
			stem: "A nightly export of orders is written by two services, and each of them takes the other's lock.\n\nWhat ends the deadlock?",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := bank(t, exam.PracticePool, eight()+item("b-1", single, tt.stem, "[ ] The first", "[x] The other", "[ ] The third"))
			var got []string
			for _, p := range Pairs(b) {
				got = append(got, string(p.A.ID+" "+p.B.ID))
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, ", ")); diff != "" {
				t.Errorf("Pairs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestQuotes(t *testing.T) {
	t.Parallel()
	secret := "A gateway waits for two seconds and then gives up, while the service goes on."
	b := bank(t, exam.ExamPool, item("a-1", single, secret+"\n\n```go program\npackage main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(1, 2, 3, 4, 5, 6, 7, 8) }\n```\n\nWhat does the log say?",
		"[ ] The first", "[x] The other", "[ ] The third"))
	page := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte("---\ntitle: x\n---\n" + text)} }
	fsys := fstest.MapFS{
		"lesson/api/one.md":       page("One line.\n\nWe say: a *gateway waits* for\ntwo seconds and then gives up, while the\nservice sleeps.\n"),
		"lesson/api/two.md":       page("A gateway waits for two seconds and then gives up, and all is well.\n"),
		"lesson/api/three.md":     page("```go\npackage main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(1, 2, 3, 4, 5, 6, 7, 8) }\n```\n"),
		"guide/four.md":           &fstest.MapFile{Data: []byte("---\nlede: " + secret + "\n---\n")},
		"item/api/practice-2.md":  page("## a-p1 " + secret + "\n"),
		"item/api/exam-2.md":      page("## a-2 " + secret + "\n"),
		"lesson/api/not-split.md": &fstest.MapFile{Data: []byte(secret)},
	}
	var got []string
	for _, p := range Quotes(b, fsys).Sorted() {
		got = append(got, fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.What))
	}
	what := "quotes the exam item a-1 (item/api/exam.md:5): “a gateway waits for two seconds and then gives up while the …”"
	want := []string{"guide/four.md:2: " + what, "item/api/practice-2.md:4: " + what, "lesson/api/one.md:6: " + what}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Quotes (-want +got):\n%s", diff)
	}
}

func TestCounts(t *testing.T) {
	t.Parallel()
	body := item("a-1", single, "One client.\n\nWhat?", "[ ] The first", "[x] The other", "[ ] The third") +
		item("a-2", "type: single\nseconds: 60\nreads: log", "Two clients.\n\nWhat?", "[ ] The first", "[x] The other", "[ ] The third") +
		item("a-3", "type: numeric\nseconds: 60", "Ten clients.\n\nHow many?", "[x] 3", "[ ] 4")
	c := Count(bank(t, exam.ExamPool, body), []string{"api", "database"})
	plan := Plan{Items: map[exam.Pool]int{exam.ExamPool: 3}, Band: 10, NotPlain: 70, Lesson: 2}
	var got []string
	for _, p := range c.Check(plan, []string{"api/errors", "api/resources"}).Sorted() {
		got = append(got, p.String())
	}
	want := []string{
		"item: 67% of the exam pool are more than a plain single choice; turn some into another type, or let them read code, a plan or a log; the plan has at least 70%",
		"item/api: 0 of its 3 exam items are for junior, 0%; bring each level to a third, give or take 10 points",
		"item/api: 0 of its 3 exam items are for senior, 0%; bring each level to a third, give or take 10 points",
		"item/api: 3 of its 3 exam items are for mid, 100%; bring each level to a third, give or take 10 points",
		"item/database: has 0 exam items where the plan has 3; write the missing ones, or mark what is too many as dropped",
		"lesson/api/resources.md: is tested by 0 items; write items with lesson: api/resources, at least 2",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Check (-want +got):\n%s", diff)
	}
	if got := c.Totals[0].NotPlain(); math.Abs(got-200.0/3) > 1e-9 {
		t.Errorf("NotPlain = %v, want two of three", got)
	}
}
