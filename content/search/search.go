// Package search finds sections of text by the words in them.
//
// # Use
//
// Cut every page into sections, one a heading, with the address of the heading:
//
//	index := search.Build(sections, search.WithSynonyms(search.Engineering()))
//	for _, hit := range index.Search("retry backof", 20) {
//		// hit.URL, hit.Page, hit.Heading, hit.Snippet
//	}
//	if better := index.Suggest("retry backof"); better != "" {
//		// Did you mean "retry backoff"?
//	}
//
// Build once, at start or when the content changes. An index never changes
// after that: any number of goroutines may search it at the same time, and
// the same query always gives the same hits in the same order.
//
// # What a word finds
//
// Words are compared without case and accents and by their stem (stem.go):
// "retries" finds "retrying", "behaviour" finds "behavior". Words which say
// nothing (stop.go) are not searched; a query of such words alone finds
// nothing. A compound is found whole and by its parts: CI/CD, N+1, read-only,
// snake_case and camelCase, also written as one word or as several. Capitals in
// a query mean capitals where the material has the word so: EXPLAIN, GET.
//
// The last word of a query is taken as being typed still, unless a blank or a
// mark follows it, and finds the words that begin with it. A word which the
// material does not have finds the nearest spelling: one edit away from four
// letters on, two from eight (an edit inserts, drops or changes a letter or
// swaps two neighbours). Words with digits in them are never corrected.
// Synonyms find what the table says, at a discount.
//
// # How hits are ordered
//
// BM25F (rank.go): a word counts for more where it is rare in the material, and
// in a title for more than in a heading, there for more than in the text. Words
// that stand side by side as in the query, and sections which have all words of
// it, are preferred; sections with a small part of what the best one has of the
// query are left out. No page has more than three hits.
//
// # What it costs
//
// Everything is in memory, about five times the size of the text. A query over
// 800 sections of 150 words takes about a millisecond, half of it for the
// snippets of 20 hits (BenchmarkSearch); building that index, 40.
package search

// A Section is what is found: a part of a page, from one heading to the next.
type Section struct {
	URL     string // with its anchor: /lesson/api/errors#why
	Page    string // the page's title
	Kind    string // what the page is: "Lesson"; not searched
	Heading string // the section's heading; empty where the page begins
	Text    string // plain text, paragraphs separated by blank lines
}

// A Hit is a section that answers a query.
type Hit struct {
	Section
	Score   float64 // above 0, higher is better; comparable within one search only
	Snippet []Span  // about 200 characters of Text around the best matches, blanks collapsed
}

// A Span is a stretch of text that matches the query, or one that does not.
// It is plain text, to be escaped by whoever shows it.
type Span struct {
	Text  string
	Match bool
}

const (
	maxQuery     = 300 // runes of a query that Search reads
	maxParse     = 500 // runes that Parse reads: questions are longer
	maxPerPage   = 3   // hits of one page
	snippetRunes = 200 // about the length of a snippet
)

// Search returns the best hits for query, at most limit and at most three of
// one page (the part of the URL before #). Hits of one page stand together,
// pages in the order of their best hit. The query is cut at 300 runes; it may
// be any bytes at all. With nothing to search for, or a limit below 1, there
// are no hits.
func (x *Index) Search(query string, limit int) []Hit {
	return x.Parse(clean(query, maxQuery)).Hits(limit)
}

// Suggest returns query with the words corrected which the material does not
// have, for "did you mean", or "" where there is nothing to correct. Blanks
// are collapsed; words that were known stay as they were typed.
func (x *Index) Suggest(query string) string {
	return x.Parse(clean(query, maxQuery)).Suggestion()
}

// Highlight splits text at the words that query finds. The texts of the spans
// in a row are text again. For many texts, Parse once and use Query.Highlight.
func (x *Index) Highlight(query, text string) []Span {
	return x.Parse(query).Highlight(text)
}
