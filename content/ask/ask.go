// Package ask answers questions by quoting.
package ask

import (
	"context"
	"errors"
	"net/http"

	"groundwork/content/search"
)

// A Passage is a quotation and where it stands.
type Passage struct {
	Section search.Section
	Quote   string        // whole sentences of Section.Text
	Marked  []search.Span // Quote again, the sentence that bears most on the question marked
}

// An Answer is what the material says to a question.
type Answer struct {
	Question string           // as it was understood: cleaned, at most 500 runes
	Passages []Passage        // the best first; 1 to 4 when Found, else none
	Found    bool             // false: not in this material
	Nearest  []search.Section // when not Found: up to 3 sections which come near
}

// A Composed is an answer in the words of a model, held against the passages.
type Composed struct {
	Text    string // plain text with citations [n]: escape it
	Sources []int  // the passages cited, numbered from 1, in order of first mention
}

// A Message is one turn of a conversation with a model.
type Message struct {
	Role    string `json:"role"` // "system" or "user"
	Content string `json:"content"`
}

// A Model continues a conversation.
type Model interface {
	// Complete calls emit with each piece of the answer as it arrives.
	Complete(ctx context.Context, messages []Message, emit func(delta string) error) error
}

// The reasons why there is no composed answer. The caller shows the quotes.
var (
	ErrNoModel    = errors.New("no model is set")
	ErrNotFound   = errors.New("not in this material")
	ErrUnanswered = errors.New("the model found no answer in the passages")
	ErrRejected   = errors.New("the model's answer does not hold")
	ErrModel      = errors.New("the model failed")
)

// An Asker answers questions from an index.
type Asker struct{}

// New returns an Asker. A nil model means quotes only.
func New(index *search.Index, model Model) *Asker { return &Asker{} }

// Quote answers question with the best passages.
func (a *Asker) Quote(question string) Answer { return Answer{Question: question} }

// Compose answers question in the model's words from the passages of
// Quote(question) alone.
func (a *Asker) Compose(ctx context.Context, question string, emit func(delta string) error) (Composed, error) {
	return Composed{}, ErrNoModel
}

// An HTTPModel is a model behind an OpenAI-compatible endpoint.
type HTTPModel struct{}

// NewHTTPModel returns a model that is asked by POST url/chat/completions.
func NewHTTPModel(url, key, model string, client *http.Client) (*HTTPModel, error) {
	return &HTTPModel{}, nil
}

// Complete implements Model.
func (m *HTTPModel) Complete(ctx context.Context, messages []Message, emit func(delta string) error) error {
	return ErrModel
}
