package search

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// shelf is a small material that has one of everything.
var shelf = []Section{
	{URL: "/lesson/performance/timeouts#idea", Page: "Timeouts and deadlines", Kind: "Lesson", Heading: "One idea",
		Text: "A timeout says how long one call may take. A deadline says when the whole answer stops being of use."},
	{URL: "/lesson/performance/timeouts#why", Page: "Timeouts and deadlines", Kind: "Lesson", Heading: "Why it matters",
		Text: "A service without timeouts waits for ever. Its callers queue up behind it, and the outage travels."},
	{URL: "/lesson/performance/timeouts#example", Page: "Timeouts and deadlines", Kind: "Lesson", Heading: "An example",
		Text: "The request arrives with 300 ms left. Each call gets what is left, less a margin."},
	{URL: "/lesson/performance/timeouts#fails", Page: "Timeouts and deadlines", Kind: "Lesson", Heading: "How timeouts fail",
		Text: "A timeout in a client does not stop the work in the server."},
	{URL: "/lesson/performance/retries#why", Page: "Retries, backoff and jitter", Kind: "Lesson", Heading: "Why it matters",
		Text: "Each retry with a fresh timeout breaks the promise made to the caller. Without jitter all clients come back in the same instant."},
	{URL: "/lesson/database/orm#n1", Page: "ORMs, pools and N+1", Kind: "Lesson", Heading: "The N+1 query",
		Text: "One query lists the orders, then N more fetch each customer: the N+1 problem. EXPLAIN shows each of them as cheap."},
	{URL: "/lesson/database/plans#read", Page: "Indexes and query plans", Kind: "Lesson", Heading: "Read the plan",
		Text: "EXPLAIN prints the plan. A sequential scan over a large table is where an index is missing. The behaviour differs between engines."},
	{URL: "/lesson/cicd/pipelines#idea", Page: "Pipelines and stages", Kind: "Lesson", Heading: "One idea",
		Text: "CI/CD is one conveyor: build once, test, deploy the same artefact. The CI part answers in minutes."},
	{URL: "/lesson/api/errors#codes", Page: "Errors people can act on", Kind: "Lesson", Heading: "Status codes",
		Text: "401 says who are you, 403 says not you. An error body has a field error_code and a sentence."},
	{URL: "/lesson/api/grpc#idea", Page: "REST, gRPC and GraphQL", Kind: "Lesson", Heading: "One idea",
		Text: "gRPC is calls over HTTP/2 with generated clients. Its deadline travels with the call. See getUserName in the sample."},
	{URL: "/lesson/observability/metrics#percentiles", Page: "Metrics", Kind: "Lesson", Heading: "Percentiles",
		Text: "The p99 is what the slowest 1% see. An average hides them. Kubernetes exports these figures."},
	{URL: "/guide/mistakes#timeouts", Page: "Common mistakes", Kind: "Guide", Heading: "Ignoring timeouts",
		Text: "Set timeouts on client and server; retry with exponential backoff and jitter."},
	{URL: "/guide/overview", Page: "Backend Engineer", Kind: "Guide", Heading: "",
		Text: "You design back-end services: naïve ones first. Caching, queues, read-only replicas and colour-coded dashboards come later."},
}

// urls runs a search and names what it found.
func urls(x *Index, query string, limit int) []string {
	var got []string
	for _, hit := range x.Search(query, limit) {
		got = append(got, strings.TrimPrefix(hit.URL, "/lesson/"))
	}
	return got
}

// findable are queries and the section they have to find first, on shelf.
var findable = []struct{ name, query, first string }{
	{"a word in title, heading and text", "timeout", "performance/timeouts#fails"},
	{"plural for singular", "deadlines", "performance/timeouts#idea"},
	{"-ies for -y", "retrying", "performance/retries#why"},
	{"American spelling finds British", "behavior", "database/plans#read"},
	{"American plural and z", "color", "/guide/overview"},
	{"accents do not matter", "NAIVE", "/guide/overview"},
	{"decomposed accents do not matter", "nai\u0308ve", "/guide/overview"},
	{"full-width letters", "ＥＸＰＬＡＩＮ scan", "database/plans#read"},
	{"a compound with a sign", "N+1", "database/orm#n1"},
	{"a compound typed as one word", "cicd", "cicd/pipelines#idea"},
	{"a compound as written", "CI/CD", "cicd/pipelines#idea"},
	{"a compound typed as two words", "read only replica", "/guide/overview"},
	{"a compound of the text, typed closed", "backend services", "/guide/overview"},
	{"a compound of the query, open in the text", "status-codes", "api/errors#codes"},
	{"snake_case whole", "error_code", "api/errors#codes"},
	{"camelCase whole", "getusername", "api/grpc#idea"},
	{"camelCase by its parts", "user name", "api/grpc#idea"},
	{"capitals mean capitals", "EXPLAIN", "database/orm#n1"},
	{"capitals of a stop word", "GET", "/capitals"},
	{"capitals which the material does not have", "JITTER", "performance/retries#why"},
	{"a number", "401", "api/errors#codes"},
	{"a letter and digits", "p99", "observability/metrics#percentiles"},
	{"capitals in the middle", "grpc", "api/grpc#idea"},
	{"a protocol's version", "http/2", "api/grpc#idea"},
	{"a word being typed", "jitt", "performance/retries#why"},
	{"a typo in a short word", "jiter", "performance/retries#why"},
	{"two typos in a long word", "exponenshal", "/guide/mistakes#timeouts"},
	{"swapped letters", "kuberentes", "observability/metrics#percentiles"},
	{"one word for two", "sequentialscan", "database/plans#read"},
	{"two words for one", "dead line", "performance/timeouts#idea"},
	{"a synonym", "k8s", "observability/metrics#percentiles"},
	{"a synonym of two words", "the tail latency", "observability/metrics#percentiles"},
	{"a synonym that is a phrase", "permissions", "api/errors#codes"},
	{"a synonym of a compound", "MySQL", "database/plans#read"},
	{"all words before one of them twice", "deadline call grpc", "api/grpc#idea"},
	{"words side by side before words apart", "one call", "performance/timeouts#idea"},
	{"title before text", "metrics", "observability/metrics#percentiles"},
	{"heading before text", "percentile", "observability/metrics#percentiles"},
	{"not UTF-8", "\xffEXPLAIN\xc0 plan", "database/plans#read"},
	{"a possessive", "caller's promise", "performance/retries#why"},
}

func TestSearchFindsFirst(t *testing.T) {
	index := Build(append([]Section{
		{URL: "/explain", Page: "Explain", Heading: "Explain", Text: "We explain how to explain."},
		{URL: "/capitals", Page: "Methods", Text: "GET asks, PUT states."},
	}, shelf...), WithSynonyms(map[string][]string{
		"k8s":             {"kubernetes"},
		"tail latency":    {"percentile"},
		"permission":      {"status code"},
		"mySQL":           {"sequential scan"},
		"to be, or what?": {"never"},
	}))
	for _, tt := range findable {
		t.Run(tt.name, func(t *testing.T) {
			got := urls(index, tt.query, 10)
			if len(got) == 0 || got[0] != tt.first {
				t.Errorf("Search(%q) = %q, want %s first", tt.query, got, tt.first)
			}
		})
	}
}

func TestSearchFindsNothing(t *testing.T) {
	index := Build(shelf)
	tests := []struct {
		name, query string
		limit       int
	}{
		{"empty", "", 10},
		{"blanks", " \t\n", 10},
		{"marks", "?!… --", 10},
		{"stop words", "what is the", 10},
		{"a word that is not there", "lasagne", 10},
		{"not UTF-8 at all", "\xff\xfe\xfd", 10},
		{"a short typo", "ajx", 10},
		{"a number is not corrected", "402", 10},
		{"no room", "timeout", 0},
		{"less than no room", "timeout", -1},
		{"beyond the end of a long query", strings.Repeat("x ", 160) + "timeout", 10},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := urls(index, tt.query, tt.limit); got != nil {
				t.Errorf("Search(%q, %d) = %q, want none", tt.query, tt.limit, got)
			}
		})
	}
	if got := Build(nil).Search("timeout", 10); len(got) > 0 {
		t.Errorf("Search in nothing = %v, want none", got)
	}
}

func TestSearchGroupsPages(t *testing.T) {
	index := Build(shelf)
	want := []string{
		"performance/timeouts#fails", "performance/timeouts#why", "performance/timeouts#idea",
		"/guide/mistakes#timeouts", "performance/retries#why",
	}
	if diff := cmp.Diff(want, urls(index, "timeouts", 10)); diff != "" {
		t.Errorf("three of a page, side by side (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want[:2], urls(index, "timeouts", 2)[:2]); diff != "" {
		t.Errorf("limit 2 (-want +got):\n%s", diff)
	}
}

func TestRanked(t *testing.T) {
	q := Build(shelf).Parse("timeouts")
	hits := q.Ranked(10)
	pages, last := 0, hits[0].Score
	for _, h := range hits {
		if strings.HasPrefix(h.URL, "/lesson/performance/timeouts") {
			pages++
		}
		if h.Score > last || h.Snippet != nil {
			t.Errorf("%s: score %.2f after %.2f, snippet %v", h.URL, h.Score, last, h.Snippet)
		}
		last = h.Score
	}
	if pages != 4 || len(hits) != 6 {
		t.Errorf("%d hits, %d of the page, want 6 and 4", len(hits), pages)
	}
	for _, limit := range []int{-1, 0, 2} {
		if n := len(q.Ranked(limit)); n != max(0, limit) {
			t.Errorf("Ranked(%d) has %d hits", limit, n)
		}
	}
}

func TestSearchLeavesOutWhatHasLittleOfTheQuery(t *testing.T) {
	got := urls(Build(shelf), "exponential backoff and jitter on client and server", 10)
	want := []string{"/guide/mistakes#timeouts", "performance/retries#why"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRanking(t *testing.T) {
	long := strings.Repeat("word ", 300)
	tests := []struct {
		name, query string
		sections    []Section // each is found by its place; filler is added
		want        []string
	}{
		{"all words before one of them often", "lock snapshot ", []Section{
			{Page: "Lock", Heading: "Lock", Text: "lock lock lock lock lock"}, {Text: "a lock and much else, " + long[:500] + " at last a snapshot"},
		}, []string{"1", "0"}},
		{"side by side before apart", "read replica ", []Section{
			{Text: "read this and that, then a replica"}, {Text: "a read replica of this, then that"},
		}, []string{"1", "0"}},
		{"in the order of the query before the other", "replica read ", []Section{
			{Text: "this one read replica that"}, {Text: "this one replica read that"},
		}, []string{"1", "0"}},
		{"the word itself before longer ones, which are found", "time", []Section{
			{Text: "timers timers timers"}, {Text: "time passes by here"},
		}, []string{"1", "0"}},
		{"the longer ones not for a complete word", "time ", []Section{
			{Text: "timers timers timers"}, {Text: "time passes by here"},
		}, []string{"1"}},
		{"a short text before a long one", "jitter ", []Section{
			{Text: long + "jitter"}, {Text: "jitter helps"},
		}, []string{"1", "0"}},
		{"equal ones in the order they came", "jitter ", []Section{
			{Text: "jitter helps"}, {Text: "jitter helps"},
		}, []string{"0", "1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var all []Section
			for i, s := range tt.sections {
				s.URL = fmt.Sprint(i)
				all = append(all, s)
			}
			for i := range 8 {
				all = append(all, Section{URL: fmt.Sprint("filler", i), Text: "Something else is told in this one."})
			}
			if diff := cmp.Diff(tt.want, urls(Build(all), tt.query, 10)); diff != "" {
				t.Errorf("Search(%q) (-want +got):\n%s", tt.query, diff)
			}
		})
	}
}

// A phrase does not reach from one field into the next, however long.
func TestFieldsAreApart(t *testing.T) {
	for n := 230; n < 260; n++ {
		index := Build([]Section{{Page: strings.Repeat("a1 ", n) + "first-part", Heading: strings.Repeat("b1 ", n), Text: "c1 d1"}})
		for _, phrase := range [][]string{{"a1", "b1"}, {"part", "b1"}, {"b1", "c1"}} {
			if found := index.phrase(phrase); found != nil {
				t.Errorf("with %d words, %q is a phrase", n, phrase)
			}
		}
		if d := distance(index.Parse("a1 ").units[0].positions(0), index.Parse("b1 ").units[0].positions(0)); d < sideReach {
			t.Errorf("with %d words, title and heading are %d apart", n, d)
		}
	}
}

func TestDistance(t *testing.T) {
	tests := []struct {
		name string
		a, b []uint32
		want int
	}{
		{"side by side", []uint32{3}, []uint32{4}, 1},
		{"the other way round", []uint32{4}, []uint32{3}, 2},
		{"the nearest of several", []uint32{1, 20, 40}, []uint32{10, 23, 50}, 3},
		{"the same place", []uint32{5}, []uint32{5}, 1},
		{"too far", []uint32{1}, []uint32{100}, sideReach},
		{"none", nil, []uint32{1}, sideReach},
	}
	for _, tt := range tests {
		if got := distance(tt.a, tt.b); got != tt.want {
			t.Errorf("%s: distance = %d, want %d", tt.name, got, tt.want)
		}
	}
}

func TestSuggest(t *testing.T) {
	index := Build(shelf)
	tests := []struct{ name, query, want string }{
		{"nothing to correct", "timeouts", ""},
		{"one word", "kubernets", "kubernetes"},
		{"the other words stay as they are", "  Why   does the  dedline MATTER", "Why does the deadline MATTER"},
		{"two words", "jiter  and bakoff!", "jitter and backoff!"},
		{"a stop word", "thier deadline", "their deadline"},
		{"a word being typed", "kuber", ""},
		{"nothing near", "lasagne", ""},
		{"closed compound", "sequentialscan", ""},
		{"control characters go", "dedline\x00\x1b", "deadline"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := index.Suggest(tt.query); got != tt.want {
				t.Errorf("Suggest(%q) = %q, want %q", tt.query, got, tt.want)
			}
		})
	}
}

func TestWords(t *testing.T) {
	index := Build(shelf)
	type said struct {
		Text  string
		Known bool
		Fix   string
		Edits int
	}
	var got []said
	rarest, common := 0.0, 0.0
	for _, w := range index.Parse("What do timeouts, CI/CD, dedlines and lasagne do? Timeout!").Words() {
		got = append(got, said{w.Text, w.Known, w.Fix, w.Edits})
		switch w.Text {
		case "lasagne":
			rarest = w.Weight
		case "timeouts":
			common = w.Weight
		}
	}
	want := []said{
		{"timeouts", true, "", 0}, {"cicd", true, "", 0}, {"dedlines", true, "deadlines", 1}, {"lasagne", false, "", 0},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if rarest <= common {
		t.Errorf("an unknown word weighs %.2f, a common one %.2f; want more", rarest, common)
	}
}

func TestOnPage(t *testing.T) {
	q := Build(shelf).Parse("timeouts, deadline, jitter ")
	tests := []struct {
		url  string
		want []int
	}{
		{"/lesson/performance/timeouts", []int{4, 1, 0}},
		{"/lesson/performance/retries#any", []int{1, 0, 1}},
		{"/nowhere", []int{0, 0, 0}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, q.OnPage(tt.url)); diff != "" {
			t.Errorf("OnPage(%q) (-want +got):\n%s", tt.url, diff)
		}
	}
}

func ExampleIndex_Search() {
	index := Build([]Section{
		{URL: "/lesson/performance/timeouts#idea", Page: "Timeouts and deadlines", Heading: "One idea",
			Text: "A timeout says how long one call may take. A deadline says when the whole answer stops being of use."},
	})
	for _, hit := range index.Search("timeouts of a cal", 10) {
		fmt.Println(hit.Page, hit.URL)
		for _, span := range hit.Snippet {
			if span.Match {
				fmt.Printf("<mark>%s</mark>", span.Text)
			} else {
				fmt.Print(span.Text)
			}
		}
	}
	// Output:
	// Timeouts and deadlines /lesson/performance/timeouts#idea
	// A <mark>timeout</mark> says how long one <mark>call</mark> may take. A deadline says when the whole answer stops being of use.
}
