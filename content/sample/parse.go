package sample

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/goccy/go-yaml"
	"mvdan.cc/sh/v3/syntax"
)

// parsers parse what is not run. They return the line of the block on which
// the first mistake stands, from 1, or 0 if they cannot tell.
var parsers = map[Kind]func(text string) (line int, err error){
	HTTP: parseHTTP, JSON: parseJSON, YAML: parseYAML, Shell: parseShell,
}

func parseJSON(text string) (int, error) {
	d := json.NewDecoder(strings.NewReader(text))
	for {
		var v any
		switch err := d.Decode(&v); {
		case errors.Is(err, io.EOF):
			return 0, nil
		case err != nil:
			at := d.InputOffset()
			var wrong *json.SyntaxError
			if errors.As(err, &wrong) {
				at = wrong.Offset
			}
			return 1 + strings.Count(text[:min(int(at), len(text))], "\n"), err
		}
	}
}

func parseYAML(text string) (int, error) {
	var v any
	err := yaml.Unmarshal([]byte(text), &v)
	if err == nil {
		return 0, nil
	}
	var at yaml.Error
	if errors.As(err, &at) {
		if tk := at.GetToken(); tk != nil && tk.Position != nil {
			return tk.Position.Line, errors.New(at.GetMessage())
		}
	}
	return 0, err
}

func parseShell(text string) (int, error) {
	_, err := syntax.NewParser().Parse(strings.NewReader(text), "")
	var at syntax.ParseError
	if errors.As(err, &at) {
		return int(at.Pos.Line()), errors.New(at.Text)
	}
	return 0, err
}

// parseHTTP reads messages one after the other. A body is as long as
// Content-Length says; the body of a last response without it is the rest.
// Bodies that call themselves JSON have to be.
func parseHTTP(text string) (int, error) {
	rest := text
	var asked *http.Request
	for {
		trimmed := strings.TrimLeft(rest, "\n")
		if trimmed == "" {
			return 0, nil
		}
		line := 1 + strings.Count(text[:len(text)-len(trimmed)], "\n")
		n, req, err := message(trimmed, asked)
		if err != nil {
			return line, err
		}
		if req != nil {
			asked = req
		}
		rest = trimmed[n:]
	}
}

// message reads one message from the beginning of text and returns its length.
func message(text string, asked *http.Request) (n int, req *http.Request, err error) {
	head, body, _ := strings.Cut(text, "\n\n")
	head = strings.TrimRight(head, "\n")
	in := bufio.NewReader(strings.NewReader(strings.ReplaceAll(head, "\n", "\r\n") + "\r\n\r\n" + body))
	var header http.Header
	var reader io.ReadCloser
	var length int64
	if strings.HasPrefix(head, "HTTP/") {
		res, err := http.ReadResponse(in, asked)
		if err != nil {
			return 0, nil, err
		}
		header, reader, length = res.Header, res.Body, res.ContentLength
	} else {
		if req, err = http.ReadRequest(in); err != nil {
			return 0, nil, err
		}
		if req.Host == "" {
			return 0, nil, errors.New("a request of HTTP/1.1 names its Host")
		}
		header, reader, length = req.Header, req.Body, req.ContentLength
	}
	got, err := io.ReadAll(reader)
	if err != nil {
		return 0, nil, fmt.Errorf("the body is shorter than its Content-Length of %d: %w", length, err)
	}
	if length > 0 && bytes.HasSuffix(got, []byte("\n")) {
		return 0, nil, fmt.Errorf("its Content-Length of %d counts the line end after the body", length)
	}
	if err := typed(header, got); err != nil {
		return 0, nil, err
	}
	n = min(len(head)+2, len(text)) + len(got)
	if next := strings.TrimLeft(text[min(n, len(text)):], "\n"); len(next) > 0 && len(got) > 0 && !strings.HasPrefix(text[n:], "\n") {
		return 0, nil, fmt.Errorf("the body is longer than its Content-Length of %d", length)
	}
	return min(n, len(text)), req, nil
}

// typed checks a body against its Content-Type, if that is JSON.
func typed(header http.Header, body []byte) error {
	kind, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil || len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	if kind != "application/json" && !strings.HasSuffix(kind, "+json") {
		return nil
	}
	if _, err := parseJSON(string(body)); err != nil {
		return fmt.Errorf("the body is not JSON: %w", err)
	}
	return nil
}
