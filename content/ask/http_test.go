package ask

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

const testKey = "sk-test-0123456789"

// checkGoroutines fails the test if goroutines are left when it is over.
func checkGoroutines(t *testing.T) {
	t.Helper()
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		after := 0
		for range 200 {
			if after = runtime.NumGoroutine(); after <= before {
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
		buf := make([]byte, 1<<16)
		t.Errorf("%d goroutines before, %d after:\n%s", before, after, buf[:runtime.Stack(buf, true)])
	})
}

// serve starts an endpoint and returns a model that asks it, with limits
// short enough for tests.
func serve(t *testing.T, handler http.HandlerFunc) *HTTPModel {
	t.Helper()
	checkGoroutines(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // all of it, or the server does not notice when the client leaves
		r.Body = io.NopCloser(bytes.NewReader(body))
		handler(w, r)
	}))
	t.Cleanup(server.Close)
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(client.CloseIdleConnections)
	m, err := NewHTTPModel(server.URL+"/v1", testKey, "test-model", client)
	if err != nil {
		t.Fatal(err)
	}
	m.First, m.Idle, m.Total = 5*time.Second, 5*time.Second, 20*time.Second
	return m
}

// say writes deltas as a stream, one event each, and flushes them.
func say(w http.ResponseWriter, deltas ...string) {
	for _, d := range deltas {
		content, _ := json.Marshal(d)
		fmt.Fprintf(w, "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":%s},\"finish_reason\":null}]}\n\n", content)
		w.(http.Flusher).Flush()
	}
}

const (
	finished = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
	done     = "data: [DONE]\n\n"
)

// complete asks m and returns what it emitted, joined by |.
func complete(ctx context.Context, m Model) (string, error) {
	var got []string
	err := m.Complete(ctx, []Message{{"system", "Be brief."}, {"user", "Why?"}}, func(delta string) error {
		got = append(got, delta)
		return nil
	})
	return strings.Join(got, "|"), err
}

func TestCompleteReadsTheProtocol(t *testing.T) {
	tests := []struct {
		name, body, want string
	}{
		{"events", "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n" + done, "a"},
		{"no blank after the colon", "data:{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata:[DONE]\n\n", "a"},
		{"CRLF", strings.ReplaceAll("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"+done, "\n", "\r\n"), "a"},
		{"CR", strings.ReplaceAll("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"+done, "\n", "\r"), "a"},
		{"comments, other fields, a byte order mark", "\ufeff: hello\n\nevent: x\nid: 7\nretry: 5\ndata: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n: ping\n\n" + done, "a"},
		{"data in several lines", "data: {\"choices\":\ndata: [{\"delta\":{\"content\":\"a\"}}]}\n\n" + done, "a"},
		{"role, usage and empty pieces say nothing", "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":null}}]}\n\ndata: {\"choices\":[],\"usage\":{}}\n\n" +
			"data: {\"choices\":[{\"delta\":{\"content\":\"\"}}]}\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n" + done, "a"},
		{"other choices are not read", "data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"b\"}},{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n" + done, "a"},
		{"finish_reason ends it without [DONE]", "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n" + finished, "a"},
		{"the last line has no end", "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata: [DONE]", "a"},
		{"error: null is none", "data: {\"error\":null,\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n" + done, "a"},
		{"plain JSON", `{"choices":[{"index":0,"message":{"role":"assistant","content":"whole"},"finish_reason":"stop"}]}`, "whole"},
		{"plain JSON after blanks", "\r\n  " + `{"choices":[{"message":{"content":"whole"}}]}`, "whole"},
		{"plain JSON with an empty answer", `{"choices":[{"message":{"content":""},"finish_reason":"stop"}]}`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := serve(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, tt.body) })
			got, err := complete(t.Context(), m)
			if got != tt.want || err != nil {
				t.Errorf("Complete = %q, %v, want %q", got, err, tt.want)
			}
		})
	}
}

func TestCompleteSendsTheRequest(t *testing.T) {
	type request struct {
		Method, Path, Auth, Type string
		Body                     map[string]any
	}
	var got request
	m := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = request{r.Method, r.URL.Path, r.Header.Get("Authorization"), r.Header.Get("Content-Type"), nil}
		if err := json.NewDecoder(r.Body).Decode(&got.Body); err != nil {
			t.Error(err)
		}
		io.WriteString(w, done)
	})
	if _, err := complete(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	want := request{"POST", "/v1/chat/completions", "Bearer " + testKey, "application/json", map[string]any{
		"model": "test-model", "stream": true,
		"messages": []any{map[string]any{"role": "system", "content": "Be brief."}, map[string]any{"role": "user", "content": "Why?"}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCompleteEmitsPiecesAsTheyCome(t *testing.T) {
	next := make(chan bool)
	m := serve(t, func(w http.ResponseWriter, r *http.Request) {
		for _, d := range []string{"one", "two", "three"} {
			say(w, d)
			<-next // the next is sent only when this has been received
		}
		io.WriteString(w, done)
	})
	var got []string
	err := m.Complete(t.Context(), nil, func(delta string) error {
		got = append(got, delta)
		next <- true
		return nil
	})
	if diff := cmp.Diff([]string{"one", "two", "three"}, got); diff != "" || err != nil {
		t.Errorf("error %v (-want +got):\n%s", err, diff)
	}
}

func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func trickle(w http.ResponseWriter, r *http.Request) {
	for r.Context().Err() == nil {
		say(w, "retry ")
		time.Sleep(5 * time.Millisecond)
	}
}

func status(code int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code); io.WriteString(w, body) }
}

func write(body string) http.HandlerFunc { return status(200, body) }

// failures are what an endpoint can do wrong, and what the error says of it.
var failures = []struct {
	name   string
	handle http.HandlerFunc
	limit  func(*HTTPModel)
	want   string
}{
	{"500", status(500, "oh no"), nil, "status 500"},
	{"401 with a code", status(401, `{"error":{"message":"Incorrect API key provided: `+testKey+`","type":"invalid_request_error","code":"invalid_api_key"}}`), nil, "status 401: invalid_api_key"},
	{"429 with a type", status(429, `{"error":{"type":"rate_limit_error","code":null}}`), nil, "status 429: rate_limit_error"},
	{"a code that is none", status(400, `{"error":{"code":"`+testKey+`"}}`), nil, "status 400"},
	{"a code that goes on", status(400, `{"error":{"code":"`+strings.Repeat("long", 13)+`_code"}}`), nil, "status 400"},
	{"204", status(204, ""), nil, "status 204"},
	{"slow to begin", hang, func(m *HTTPModel) { m.First = 30 * time.Millisecond }, errFirst.Error()},
	{"only comments", func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			io.WriteString(w, ": still there\n\n")
			w.(http.Flusher).Flush()
			time.Sleep(5 * time.Millisecond)
		}
	}, func(m *HTTPModel) { m.First = 40 * time.Millisecond }, errFirst.Error()},
	{"stalls", func(w http.ResponseWriter, r *http.Request) { say(w, "a"); hang(w, r) },
		func(m *HTTPModel) { m.Idle = 30 * time.Millisecond }, errIdle.Error()},
	{"trickles", trickle, func(m *HTTPModel) { m.Total = 50 * time.Millisecond }, errTotal.Error()},
	{"too large", func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			say(w, strings.Repeat("a", 1000))
		}
	}, func(m *HTTPModel) { m.MaxBytes = 10_000 }, errSize.Error()},
	{"one line without end", func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, "data: "+strings.Repeat("a", 1000)); err != nil {
				return
			}
		}
	}, func(m *HTTPModel) { m.MaxBytes = 10_000 }, errSize.Error()},
	{"plain JSON too large", write(`{"choices":[{"message":{"content":"` + strings.Repeat("a", 20_000) + `"}}]}`),
		func(m *HTTPModel) { m.MaxBytes = 10_000 }, errSize.Error()},
	{"cut off between events", func(w http.ResponseWriter, _ *http.Request) { say(w, "a") }, nil, errCutOff.Error()},
	{"cut off within a connection", func(w http.ResponseWriter, _ *http.Request) { say(w, "a"); panic(http.ErrAbortHandler) }, nil, "unexpected EOF"},
	{"cut off within an event", write("data: {\"choices\":[{\"delta\":"), nil, errNonsense.Error()},
	{"empty", write(""), nil, errCutOff.Error()},
	{"cut by a limit", write("data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"length\"}]}\n\n" + done), nil, errCutOff.Error()},
	{"nonsense", write("\x00\xff\x1f\x8b random"), nil, errCutOff.Error()},
	{"nonsense in an event", write("data: <html>\n\n"), nil, errNonsense.Error()},
	{"a page", write("<!doctype html><title>Welcome</title>"), nil, errCutOff.Error()},
	{"plain JSON of another kind", write(`{"hello":"world"}`), nil, errNonsense.Error()},
	{"plain JSON cut off", write(`{"choices":[{"message":`), nil, errNonsense.Error()},
	{"an error in the stream", write("data: {\"error\":{\"message\":\"" + testKey + "\",\"type\":\"server_error\"}}\n\n"), nil, "the endpoint reports an error: server_error"},
	{"an error as plain JSON", write(`{"error":"boom"}`), nil, "the endpoint reports an error"},
	{"redirect to another host", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://other.invalid/v1/chat/completions", http.StatusTemporaryRedirect)
	}, nil, errRedirect.Error()},
	{"redirect that makes a GET of it", func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		} else {
			io.WriteString(w, done)
		}
	}, nil, errRedirect.Error()},
	{"redirects for ever", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Path, http.StatusPermanentRedirect)
	}, nil, errRedirect.Error()},
	{"not HTTP", func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			io.WriteString(conn, "220 "+testKey+" ESMTP\r\n")
			conn.Close()
		}
	}, nil, errNonsense.Error()},
}

// Everything that goes wrong is ErrModel with its own reason.
func TestCompleteFails(t *testing.T) {
	for _, tt := range failures {
		t.Run(tt.name, func(t *testing.T) {
			m := serve(t, tt.handle)
			if tt.limit != nil {
				tt.limit(m)
			}
			begin := time.Now()
			_, err := complete(t.Context(), m)
			if !errors.Is(err, ErrModel) {
				t.Fatalf("Complete = %v, want ErrModel", err)
			}
			if want := ErrModel.Error() + ": " + tt.want; err.Error() != want {
				t.Errorf("error %q, want %q", err, want)
			}
			if took := time.Since(begin); took > 4*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestCompleteFollowsOnTheSameHost(t *testing.T) {
	m := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/moved") {
			http.Redirect(w, r, r.URL.Path+"/moved", http.StatusPermanentRedirect)
			return
		}
		if body, _ := io.ReadAll(r.Body); !strings.Contains(string(body), "test-model") || r.Header.Get("Authorization") == "" {
			t.Errorf("after a redirect: body %q, header %v", body, r.Header)
		}
		say(w, "a")
		io.WriteString(w, done)
	})
	if got, err := complete(t.Context(), m); got != "a" || err != nil {
		t.Errorf("Complete = %q, %v", got, err)
	}
}

func TestCompleteEndsWithItsContext(t *testing.T) {
	m := serve(t, func(w http.ResponseWriter, r *http.Request) {
		say(w, "a")
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancel(t.Context())
	err := m.Complete(ctx, nil, func(string) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) || !errors.Is(err, ErrModel) {
		t.Errorf("Complete = %v, want ErrModel and context.Canceled", err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := complete(ctx, m); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Complete = %v, want context.DeadlineExceeded", err)
	}
}

func TestCompleteEndsWithEmit(t *testing.T) {
	gone := errors.New("the reader left")
	m := serve(t, func(w http.ResponseWriter, r *http.Request) {
		say(w, "a", "b")
		<-r.Context().Done()
	})
	if err := m.Complete(t.Context(), nil, func(string) error { return gone }); err != gone {
		t.Errorf("Complete = %v, want emit's error", err)
	}
}

func TestCompleteCannotConnect(t *testing.T) {
	m, err := NewHTTPModel("http://127.0.0.1:1", testKey, "m", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = complete(t.Context(), m); !errors.Is(err, ErrModel) || strings.Contains(err.Error(), testKey) {
		t.Errorf("Complete = %v, want ErrModel", err)
	}
}

// pipeline is a transport whose response body a test writes.
type pipeline struct{ body io.Reader }

func (p pipeline) RoundTrip(r *http.Request) (*http.Response, error) {
	out, in := io.Pipe()
	context.AfterFunc(r.Context(), func() { in.CloseWithError(r.Context().Err()) })
	go func() {
		_, err := io.Copy(in, p.body)
		in.CloseWithError(err)
	}()
	return &http.Response{StatusCode: 200, Body: out, Request: r}, nil
}

// A sleeper gives its pieces, each after a pause.
type sleeper struct {
	pause  time.Duration
	pieces []string
}

func (s *sleeper) Read(p []byte) (int, error) {
	time.Sleep(s.pause)
	if len(s.pieces) == 0 {
		return 0, io.EOF
	}
	n := copy(p, s.pieces[0])
	s.pieces = s.pieces[1:]
	return n, nil
}

// The limits as they are set, on a clock that costs no time.
func TestDefaultLimits(t *testing.T) {
	piece := "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"
	tests := []struct {
		name  string
		pause time.Duration
		n     int
		took  time.Duration
		want  error
	}{
		{"quick enough", 5 * time.Second, 9, 50 * time.Second, nil},
		{"slow to begin", 16 * time.Second, 9, 15 * time.Second, errFirst},
		{"stalls", 11 * time.Second, 9, 21 * time.Second, errIdle},
		{"goes on for ever", 9 * time.Second, 99, 60 * time.Second, errTotal},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var pieces []string
				for range tt.n {
					pieces = append(pieces, piece)
				}
				m, err := NewHTTPModel("https://model.invalid", "", "m", &http.Client{Transport: pipeline{&sleeper{tt.pause, append(pieces, done)}}})
				if err != nil {
					t.Fatal(err)
				}
				begin := time.Now()
				if _, err = complete(t.Context(), m); !errors.Is(err, tt.want) {
					t.Errorf("Complete = %v, want %v", err, tt.want)
				}
				if took := time.Since(begin); took != tt.took {
					t.Errorf("took %v, want %v", took, tt.took)
				}
				time.Sleep(time.Hour) // of the bubble: the transport's goroutine ends
			})
		})
	}
}

func TestNewHTTPModelRefuses(t *testing.T) {
	tests := []struct{ name, url, key, model string }{
		{"no URL", "://" + testKey, "", "m"},
		{"no scheme", "localhost:11434/v1", "", "m"},
		{"another scheme", "file:///etc/passwd", "", "m"},
		{"no host", "https:///v1", "", "m"},
		{"a password", "https://me:" + testKey + "@example.com/v1", "", "m"},
		{"a query", "https://example.com/v1?key=" + testKey, "", "m"},
		{"no model", "https://example.com/v1", "", ""},
		{"a line break in the key", "https://example.com/v1", testKey + "\r\nX-Evil: 1", "m"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := NewHTTPModel(tt.url, tt.key, tt.model, nil)
			if err == nil || m != nil {
				t.Fatal("want an error")
			}
			if strings.Contains(err.Error(), testKey) {
				t.Errorf("the error %q gives the key away", err)
			}
		})
	}
}

func TestTheKeyIsNotPrinted(t *testing.T) {
	m, err := NewHTTPModel("https://example.com/v1/", testKey, "m", &http.Client{})
	if err != nil {
		t.Fatal(err)
	}
	if m.endpoint != "https://example.com/v1/chat/completions" {
		t.Errorf("endpoint %q", m.endpoint)
	}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		for _, v := range []any{m, *m} {
			if s := fmt.Sprintf(format, v); strings.Contains(s, testKey) || strings.Contains(s, fmt.Sprintf("%x", testKey)) {
				t.Errorf("%s shows the key", format)
			}
		}
	}
}
