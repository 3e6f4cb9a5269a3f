package ask

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	neturl "net/url"
	"regexp"
	"strings"
	"time"
	"unicode"
)

// An HTTPModel is a model behind an endpoint that speaks the chat completions
// protocol of OpenAI, as many servers do, local ones too. It may be used by
// any number of goroutines. The limits may be changed before the first use;
// NewHTTPModel sets them.
type HTTPModel struct {
	First    time.Duration // until the first piece of text: 15 s
	Idle     time.Duration // from one piece to the next: 10 s
	Total    time.Duration // for the whole answer: 60 s
	MaxBytes int64         // of the response, unpacked: 1 MiB

	endpoint  string
	model     string
	authorise func(*http.Request) // holds the key, where printing the struct does not show it
	redact    func(string) string
	client    *http.Client
}

// What ends a request before its answer is complete.
var (
	errFirst    = errors.New("no answer in time")
	errIdle     = errors.New("the answer stalled")
	errTotal    = errors.New("the answer took too long")
	errSize     = errors.New("the answer is too large")
	errCutOff   = errors.New("the answer was cut off")
	errNonsense = errors.New("the answer is not of the protocol")
	errRedirect = errors.New("redirect refused")
)

// NewHTTPModel returns a model that is asked by POST url/chat/completions,
// for example https://llm.example.com/v1. An empty key sends none. The client
// may be nil; of a given one its transport and jar are used, its timeout holds
// as well, its redirect rule does not. The error says what is wrong with url,
// key or model.
func NewHTTPModel(url, key, model string, client *http.Client) (*HTTPModel, error) {
	base, err := neturl.Parse(url)
	switch {
	case err != nil:
		return nil, errors.New("model: the address is not a URL") // err would quote it, and there may be a password in it
	case base.Scheme != "http" && base.Scheme != "https", base.Host == "":
		return nil, errors.New("model: the address has to begin with http:// or https:// and a host")
	case base.User != nil, base.RawQuery != "", base.Fragment != "":
		return nil, errors.New("model: the address may have no user, query or fragment")
	case model == "":
		return nil, errors.New("model: no name of a model")
	case strings.ContainsFunc(key, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsGraphic(r) }):
		return nil, errors.New("model: the key has characters that no header can hold")
	}
	m := &HTTPModel{
		First: 15 * time.Second, Idle: 10 * time.Second, Total: 60 * time.Second, MaxBytes: 1 << 20,
		endpoint:  base.JoinPath("chat", "completions").String(),
		model:     model,
		authorise: func(*http.Request) {},
		redact:    func(s string) string { return s },
		client:    &http.Client{},
	}
	if client != nil {
		own := *client
		m.client = &own
	}
	m.client.CheckRedirect = sameHost
	if key != "" {
		m.authorise = func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+key) }
		m.redact = func(s string) string { return strings.ReplaceAll(s, key, "[key]") }
	}
	return m, nil
}

// sameHost lets a request be sent again to the same host (307 and 308, which
// keep the method) and nowhere else.
func sameHost(req *http.Request, via []*http.Request) error {
	first := via[0].URL
	if len(via) > 3 || req.Method != http.MethodPost || req.URL.Scheme != first.Scheme || req.URL.Host != first.Host {
		return errRedirect
	}
	return nil
}

// Complete implements Model. It sends messages, streams the answer, and takes
// one that is not streamed as one piece. Errors are ErrModel, and the context's
// own if ctx ended; none has anything of the key, of the messages or of what
// the endpoint said except its status and error code. An error of emit comes
// back as it is.
func (m *HTTPModel) Complete(ctx context.Context, messages []Message, emit func(delta string) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	total := time.AfterFunc(m.Total, func() { cancel(errTotal) })
	defer total.Stop()
	watch := time.AfterFunc(m.First, func() { cancel(errFirst) })
	defer func() { watch.Stop() }()

	var emitErr error
	err := m.exchange(ctx, messages, func(delta string) error {
		watch.Stop() // a slow reader is not a slow model
		if err := context.Cause(ctx); err != nil {
			return err
		}
		if emitErr = emit(delta); emitErr != nil {
			return emitErr
		}
		watch = time.AfterFunc(m.Idle, func() { cancel(errIdle) })
		return nil
	})
	switch cause := context.Cause(ctx); {
	case err == nil:
		return nil
	case emitErr != nil:
		return emitErr
	case cause == nil:
		return fmt.Errorf("%w: %s", ErrModel, m.redact(plainError(err)))
	case errors.Is(cause, context.Canceled), errors.Is(cause, context.DeadlineExceeded):
		return fmt.Errorf("%w: %w", ErrModel, ctx.Err())
	default:
		return fmt.Errorf("%w: %w", ErrModel, cause)
	}
}

// plainError returns what went wrong without the address, which url.Error
// has, and without the bytes of a response that is not HTTP.
func plainError(err error) string {
	var e *neturl.Error
	if errors.As(err, &e) {
		err = e.Err
	}
	if s := err.Error(); !strings.Contains(s, "malformed") {
		return s
	}
	return errNonsense.Error()
}

// exchange sends the request and reads the response.
func (m *HTTPModel) exchange(ctx context.Context, messages []Message, emit func(string) error) error {
	body, err := json.Marshal(map[string]any{"model": m.model, "messages": messages, "stream": true})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, m.endpoint, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "text/event-stream, application/json")
	req.Header.Set("User-Agent", "groundwork")
	m.authorise(req)
	resp, err := m.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	in := bufio.NewReader(&limited{in: resp.Body, left: m.MaxBytes})
	if resp.StatusCode != http.StatusOK {
		return refusal(resp.StatusCode, in)
	}
	if streamed(in) {
		return readStream(newEventReader(in), emit)
	}
	return readWhole(in, emit)
}

// A limited reader fails after a number of bytes.
type limited struct {
	in   io.Reader
	left int64
}

// Read implements io.Reader.
func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errSize
	}
	n, err := l.in.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	return n, err
}

// streamed reports whether events follow, and not one JSON object. Servers
// are careless with Content-Type, so the first byte decides.
func streamed(in *bufio.Reader) bool {
	for {
		b, err := in.Peek(1)
		if err != nil || !strings.ContainsAny(string(b), " \t\r\n") {
			return err != nil || b[0] != '{'
		}
		if _, err := in.Discard(1); err != nil {
			return true
		}
	}
}

// A completion is a whole response or one piece of it.
type completion struct {
	Choices []struct {
		Index        int
		Delta        struct{ Content *string }
		Message      struct{ Content *string }
		FinishReason *string `json:"finish_reason"`
	}
	Error *json.RawMessage
}

// parse reads a completion and what its first choice says: the text, and
// whether that is the end of it.
func parse(data []byte) (text string, done bool, err error) {
	var c completion
	if err := json.Unmarshal(data, &c); err != nil {
		return "", false, errNonsense // err could quote the data
	}
	if c.Error != nil && string(*c.Error) != "null" {
		return "", false, errors.New("the endpoint reports an error" + code(*c.Error))
	}
	for _, choice := range c.Choices {
		if choice.Index != 0 {
			continue
		}
		for _, content := range []*string{choice.Delta.Content, choice.Message.Content} {
			if content != nil {
				text += *content
			}
		}
		if reason := choice.FinishReason; reason != nil && *reason != "" {
			if *reason != "stop" {
				return text, false, errCutOff // at a limit, or by a filter
			}
			done = true
		}
	}
	return text, done, nil
}

// readStream emits the pieces of a streamed response. It has to say that it is
// done: a connection that closes before has been cut.
func readStream(events *eventReader, emit func(string) error) error {
	for {
		data, err := events.next()
		switch {
		case errors.Is(err, io.EOF):
			return errCutOff
		case err != nil:
			return err
		case strings.TrimSpace(data) == "[DONE]":
			return nil
		}
		text, done, err := parse([]byte(data))
		if err != nil {
			return err
		}
		if text != "" {
			if err := emit(text); err != nil {
				return err
			}
		}
		if done {
			return nil
		}
	}
}

// readWhole emits a response that was not streamed.
func readWhole(in io.Reader, emit func(string) error) error {
	data, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	text, done, err := parse(data)
	switch {
	case err != nil:
		return err
	case !done && text == "":
		return errNonsense
	case text == "":
		return nil
	}
	return emit(text)
}

// refusal returns an error for a status that is not 200.
func refusal(status int, in io.Reader) error {
	data, _ := io.ReadAll(io.LimitReader(in, 4<<10)) // what cannot be read has no code
	var body struct{ Error json.RawMessage }
	said := ""
	if json.Unmarshal(data, &body) == nil {
		said = code(body.Error)
	}
	return fmt.Errorf("status %d%s", status, said)
}

var codeForm = regexp.MustCompile(`^[a-z]+(_[a-z]+){1,5}$`)

// code returns the code or type of an error, such as ": invalid_api_key". Its
// message is left out: endpoints quote parts of the key and the question there.
func code(data json.RawMessage) string {
	var e struct{ Code, Type any }
	if json.Unmarshal(data, &e) != nil {
		return ""
	}
	for _, v := range []any{e.Code, e.Type} {
		if s, ok := v.(string); ok && len(s) <= 40 && codeForm.MatchString(s) {
			return ": " + s
		}
	}
	return ""
}
