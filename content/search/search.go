// Package search finds sections of text by words.
package search

// A Section is what is found: a part of a page, from one heading to the next.
type Section struct {
	URL     string // with its anchor: /lesson/api/errors#why
	Page    string // the page's title
	Kind    string // what the page is: "Lesson"
	Heading string // the section's heading; empty where the page begins
	Text    string // plain text, paragraphs separated by blank lines
}

// A Hit is a section that answers a query.
type Hit struct {
	Section
	Score   float64 // comparable within one search only; higher is better
	Snippet []Span  // about 200 characters of Text around the best matches
}

// A Span is a stretch of text that matches the query, or that does not.
type Span struct {
	Text  string // plain text: escape it
	Match bool
}

// An Index answers queries over the sections it was built from. It never
// changes, so that any number of goroutines may use it at the same time.
type Index struct{}

// An Option changes how Build works.
type Option func(*Index)

// WithSynonyms lets a word of a query find other words as well.
func WithSynonyms(table map[string][]string) Option { return func(*Index) {} }

// Build makes an index of sections.
func Build(sections []Section, options ...Option) *Index { return &Index{} }

// Search returns at most limit hits, at most three of one page.
func (x *Index) Search(query string, limit int) []Hit { return nil }

// Suggest returns query with its misspelt words corrected ("did you mean"),
// or "" when there is nothing to correct.
func (x *Index) Suggest(query string) string { return "" }

// Highlight splits text at the words that query matches.
func (x *Index) Highlight(query, text string) []Span { return []Span{{Text: text}} }
