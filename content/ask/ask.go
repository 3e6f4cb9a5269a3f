// Package ask answers questions in plain words by quoting the material.
//
// # Quoting
//
//	asker := ask.New(index, nil)
//	answer := asker.Quote("How long should I wait before I retry?")
//	if !answer.Found {
//		// "Not in this material", and answer.Nearest
//	}
//	for _, p := range answer.Passages {
//		// p.Quote, linked to p.Section.URL
//	}
//
// A quote is one sentence or several in a row, as they stand in the section.
// Each word of the question weighs as much as it says: rare words most, words
// the material does not have as much as the rarest, "best", "way" or
// "difference" next to nothing. A quote fits the question as far as it covers
// that weight (with its heading and its page's title, at a discount), as one
// sentence alone covers it, and as the page is about those words, going by how
// often it has them. If no quote fits well enough, the question is not
// answered: a wrong quotation is worse than none. Nothing is generated, nothing
// leaves the process, and the same question has the same answer.
//
// It is a search by words. It does not know that "wages" are "salaries" unless
// the index has synonyms, and a question about something else whose words all
// meet in one sentence is answered with that sentence. The tables in
// questions_test.go say how often: of questions about something else about
// 1 in 45 is answered from the whole material.
//
// Give the index what is true: a check question's wrong options, for one, read
// like statements, and would be quoted as such. Keep empty lines between its
// paragraphs: sentences are told apart by them. What looks like code or a table
// is found but not quoted.
//
// # Composing
//
// With a Model, Compose has an answer written from the passages of Quote:
//
//	composed, err := asker.Compose(ctx, question, func(delta string) error {
//		// show delta
//	})
//	if err != nil {
//		// take back what was shown; show asker.Quote(question)
//	}
//
// The model is given the passages and the question as data and nothing else:
// no tools, no other content, no person. Its text is held against the passages
// when it is complete (check.go): it has to cite them as [n], only those that
// there are, to be about what they say, and to be short, without links and
// control characters. Any failure, of the model or of the text, is an error, and
// the quotes stand instead. Deltas are shown before the text is complete, so a
// caller has to be able to take them back; what can be seen to be wrong in the
// middle ends the stream there.
//
// # Limits
//
// A question is cut at 500 runes, a quote at about 400, a composed answer at
// 2,000. HTTPModel has limits of its own. Limiting how often someone asks, and
// not answering while they sit an exam, is up to the caller.
//
// An Asker never changes and may be used by any number of goroutines.
package ask

import (
	"context"
	"errors"

	"groundwork/content/search"
)

// A Passage is a quotation and where it stands.
type Passage struct {
	Section search.Section
	Quote   string        // whole sentences of Section.Text, blanks collapsed; "…" where one had to be cut
	Marked  []search.Span // Quote again; the sentence that bears most on the question is the Match, unless it stands alone
}

// An Answer is what the material says to a question.
type Answer struct {
	Question string           // as it was understood: valid UTF-8, blanks collapsed, at most 500 runes
	Passages []Passage        // the best first; 1 to 4 if Found, else none
	Found    bool             // false: not in this material
	Nearest  []search.Section // if not Found: up to 3 sections, of different pages, which have some of it
}

// A Composed is an answer in the words of a model that was held against the
// passages.
type Composed struct {
	Text    string // plain text, to be escaped; its citations [n] are Sources
	Sources []int  // passages of Quote's Answer that are cited, from 1, in order of first mention
}

// A Message is one turn of a conversation with a model.
type Message struct {
	Role    string `json:"role"` // "system" or "user"
	Content string `json:"content"`
}

// A Model continues a conversation.
type Model interface {
	// Complete calls emit with each piece of the answer as it arrives, one
	// call at a time, and returns when it is complete. It stops with emit's
	// error if there is one. It returns an error if the answer is cut off or
	// never comes, and must return soon after ctx ends.
	Complete(ctx context.Context, messages []Message, emit func(delta string) error) error
}

// The reasons why there is no composed answer, to be found with errors.Is. In
// each case the caller shows the quotes.
var (
	ErrNoModel    = errors.New("no model is set")
	ErrNotFound   = errors.New("not in this material")
	ErrUnanswered = errors.New("the model found no answer in the passages")
	ErrRejected   = errors.New("the model's answer does not hold")
	ErrModel      = errors.New("the model failed")
)

// An Asker answers questions from one index.
type Asker struct {
	index *search.Index
	model Model
}

// New returns an Asker that quotes what is in index. Without a model (nil) it
// can quote only.
func New(index *search.Index, model Model) *Asker {
	return &Asker{index: index, model: model}
}

// Quote answers question with the passages that bear most on it. The question
// may be any bytes.
func (a *Asker) Quote(question string) Answer {
	question = clean(question, maxQuestion)
	answer := Answer{Question: question}
	q := newInquiry(a.index, question)
	candidates := q.candidates()
	for _, c := range q.answering(candidates) {
		answer.Passages = append(answer.Passages, c.passage())
	}
	answer.Found = len(answer.Passages) > 0
	if !answer.Found {
		answer.Nearest = q.nearest(candidates)
	}
	return answer
}
