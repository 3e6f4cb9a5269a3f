package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"groundwork/content/ask"
)

// A model that says what it is told to, and notes what it was asked.
type parrot struct {
	says  []string
	err   error
	asked int
}

// Complete implements ask.Model.
func (p *parrot) Complete(_ context.Context, _ []ask.Message, emit func(string) error) error {
	p.asked++
	for _, s := range p.says {
		if err := emit(s); err != nil {
			return err
		}
	}
	return p.err
}

func with(p *parrot) func(*Config) {
	return func(c *Config) { c.Model, c.ModelIs = p, "parrot-1" }
}

const retryQuestion = "What is a circuit breaker?"

func TestAskQuotes(t *testing.T) {
	t.Parallel()
	b := newSite(t).browser(t)
	tests := []struct {
		name, question string
		found          bool
		says           string
	}{
		{"nothing asked yet", "", false, "For example"},
		{"answered", retryQuestion, true, "What the guide says"},
		{"not in this guide", "Which university is best for zebras?", false, "Not in this guide"},
		{"markup", "<xyzzyq onload=plughy>", false, "Not in this guide"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := b.do(askURL(tt.question), nil)
			doc := r.doc(t)
			passages := doc.Find(".passage")
			if r.status != http.StatusOK || (passages.Length() > 0) != tt.found {
				t.Errorf("%d, %d passages", r.status, passages.Length())
			}
			if got := text(doc.Find("main")); !strings.Contains(got, tt.says) {
				t.Errorf("the page does not say %q:\n%s", tt.says, got)
			}
			if tt.found && !strings.HasPrefix(passages.First().Find("cite a").AttrOr("href", ""), "/lesson/performance/breakers") {
				t.Errorf("the first passage is from %q", passages.First().Find("cite a").AttrOr("href", ""))
			}
			if doc.Find("form[action='/ask'][method=post], [data-ask]").Length() != 0 {
				t.Error("composing is offered without a model")
			}
		})
	}
	if r := b.do("/ask/stream?q=x", nil); r.status != http.StatusNotFound {
		t.Errorf("streaming without a model = %d, want 404", r.status)
	}
}

// A text of the model is shown if it holds; whatever goes wrong, the quotes
// stand and a sentence says so.
func TestAskComposed(t *testing.T) {
	t.Parallel()
	fine := []string{"A breaker stops calls to a service that ", "keeps failing [", "1]."}
	tests := []struct {
		name   string
		model  *parrot
		says   string
		events []string // of the stream, by name
	}{
		{"it holds", &parrot{says: fine}, "Composed by parrot-1", []string{"delta", "delta", "delta", "done"}},
		{"it fails at once", &parrot{err: ask.ErrModel}, "Parrot-1 gave no answer that holds.", []string{"failed"}},
		{"it breaks off", &parrot{says: fine[:1], err: ask.ErrModel}, "Parrot-1 gave no answer that holds.", []string{"delta", "failed"}},
		{"it finds no answer", &parrot{says: []string{"NOT IN THE PASSAGES"}}, "Parrot-1 found no answer in these passages.", []string{"failed"}},
		{"it cites what is not there", &parrot{says: []string{"A breaker stops calls [9]."}}, "Parrot-1 gave no answer that holds.", []string{"failed"}},
		{"it cites nothing", &parrot{says: []string{"A breaker stops calls."}}, "Parrot-1 gave no answer that holds.", []string{"delta", "failed"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newSite(t, with(tt.model)).browser(t)
			doc := b.open(askURL(retryQuestion))
			if doc.Find("[data-ask] form").Length() != 1 || tt.model.asked != 0 {
				t.Errorf("composing is not offered, or done unasked (%d times)", tt.model.asked)
			}
			r := b.do("/ask", url.Values{"q": {retryQuestion}})
			doc = r.doc(t)
			if got := text(doc.Find("main")); r.status != http.StatusOK || !strings.Contains(got, tt.says) {
				t.Errorf("%d, and the page does not say %q:\n%s", r.status, tt.says, got)
			}
			if doc.Find(".passage").Length() == 0 {
				t.Error("the quotes are gone")
			}
			composed := doc.Find(".strong-lede")
			if holds := tt.model.err == nil && len(tt.model.says) > 1; holds {
				if got := text(composed); got != "A breaker stops calls to a service that keeps failing [1]." {
					t.Errorf("composed %q", got)
				}
				if doc.Find(composed.Find("a").AttrOr("href", "#nothing")).Length() != 1 {
					t.Error("the citation leads nowhere")
				}
			} else if composed.Length() != 0 {
				t.Errorf("a text that does not hold is shown: %q", text(composed))
			}
			names, data := events(b.do("/ask/stream?q="+url.QueryEscape(retryQuestion), nil))
			if diff := cmp.Diff(tt.events, names); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
			if last := data[len(data)-1]; tt.says != "Composed by parrot-1" && !strings.Contains(last, tt.says) {
				t.Errorf("the stream ends with %s", last)
			}
		})
	}
}

// events splits a stream into the names of its events and their data.
func events(r reply) (names, data []string) {
	for _, block := range strings.Split(strings.TrimSpace(r.body), "\n\n") {
		name, rest, _ := strings.Cut(block, "\n")
		names = append(names, strings.TrimPrefix(name, "event: "))
		data = append(data, strings.TrimPrefix(rest, "data: "))
	}
	return names, data
}

// S20: ask is closed, all of it, while the one who asks sits an exam.
func TestAskDuringExam(t *testing.T) {
	t.Parallel()
	model := &parrot{says: []string{"x [1]."}}
	s := newSite(t, with(model))
	b, other := s.browser(t), s.browser(t)
	if r := b.do("/exam", url.Values{}); r.status != http.StatusOK || !strings.HasPrefix(r.at, "/exam/") {
		t.Fatalf("beginning an exam ended with %d at %s", r.status, r.at)
	}
	for _, req := range []struct {
		path string
		form url.Values
	}{{"/ask", nil}, {askURL(retryQuestion), nil}, {"/ask", url.Values{"q": {retryQuestion}}}, {"/ask/stream?q=" + url.QueryEscape(retryQuestion), nil}} {
		r := b.do(req.path, req.form)
		if got := text(r.doc(t).Find("h1")); r.status != http.StatusForbidden || got != "Ask is closed while your exam is open" {
			t.Errorf("%s during an exam: %d %q", req.path, r.status, got)
		}
	}
	if model.asked != 0 {
		t.Errorf("the model was asked %d times", model.asked)
	}
	if r := other.do(askURL(retryQuestion), nil); r.status != http.StatusOK {
		t.Errorf("somebody else may not ask either: %d", r.status)
	}
	s.pass(theContent().Blueprint.Rules.Duration() * 2)
	if r := b.do(askURL(retryQuestion), nil); r.status != http.StatusOK {
		t.Errorf("after the deadline: %d", r.status)
	}
}

// S20: composing is limited for each network; quoting is not.
func TestAskLimit(t *testing.T) {
	t.Parallel()
	model := &parrot{says: []string{"A breaker stops calls [1]."}}
	b := newSite(t, with(model)).browser(t)
	for i := range 10 {
		if r := b.do("/ask", url.Values{"q": {retryQuestion}}); r.status != http.StatusOK {
			t.Fatalf("composing %d: %d", i+1, r.status)
		}
	}
	for _, path := range []string{"/ask", "/ask/stream?q=x"} {
		form := url.Values{"q": {retryQuestion}}
		if strings.Contains(path, "?") {
			form = nil
		}
		if r := b.do(path, form); r.status != http.StatusTooManyRequests {
			t.Errorf("the eleventh, at %s: %d", path, r.status)
		}
	}
	if r := b.do(askURL(retryQuestion), nil); r.status != http.StatusOK {
		t.Errorf("quoting is limited too: %d", r.status)
	}
	if model.asked != 10 {
		t.Errorf("the model was asked %d times, want 10", model.asked)
	}
}

// Another site cannot make a browser spend the model's time.
func TestAskStreamOfAnotherSite(t *testing.T) {
	t.Parallel()
	model := &parrot{err: errors.New("must not be asked")}
	s := newSite(t, with(model))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/ask/stream?q="+url.QueryEscape(retryQuestion), nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	if resp.StatusCode != http.StatusForbidden || model.asked != 0 {
		t.Errorf("%d, asked %d times; want 403 and never", resp.StatusCode, model.asked)
	}
}
