package verify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
)

// untrue compares all answers of the run with the document. Requests that it
// does not name, and answers that are the service's own failure, are the
// business of other checks.
func untrue(x *Ctx, doc *openapi3.T, _ map[string]string) (found []string) {
	router, err := legacy.NewRouter(doc)
	if err != nil {
		return []string{err.Error()}
	}
	said := map[string]bool{}
	for _, e := range x.Answers() {
		if e.Got.Status == 0 || e.Got.Status >= 500 || strings.HasSuffix(e.Sent.URL, documentPath) {
			continue
		}
		route, in, ok := routed(router, e)
		if !ok {
			continue
		}
		err := openapi3filter.ValidateResponse(context.Background(), in)
		if err == nil {
			continue
		}
		text := fmt.Sprintf("%s %s, %d: %s", e.Sent.Method, route.Path, e.Got.Status, inShort(err))
		if !said[text] {
			said[text] = true
			found = append(found, text)
		}
	}
	return found
}

// routed finds the operation that an exchange belongs to.
func routed(router routers.Router, e Exch) (*routers.Route, *openapi3filter.ResponseValidationInput, bool) {
	req, err := http.NewRequest(e.Sent.Method, e.Sent.URL, nil)
	if err != nil {
		return nil, nil, false
	}
	route, params, err := router.FindRoute(req)
	if err != nil {
		return nil, nil, false
	}
	return route, &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route},
		Status:                 e.Got.Status,
		Header:                 e.Got.Header,
		Body:                   io.NopCloser(bytes.NewReader(e.Got.body())),
		Options:                &openapi3filter.Options{IncludeResponseStatus: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	}, true
}

// schemaReason finds the reason in what the library says of a 3.1 schema.
var schemaReason = regexp.MustCompile(`(?m)^- at '[^']*': (.*)$`)

// inShort says in one line what the library says in many.
func inShort(err error) string {
	var schema *openapi3.SchemaError
	if errors.As(err, &schema) {
		reason := schema.Reason
		if m := schemaReason.FindStringSubmatch(reason); m != nil {
			reason = m[1]
		}
		return fmt.Sprintf("%s: %s", "/"+strings.Join(schema.JSONPointer(), "/"), reason)
	}
	line, _, _ := strings.Cut(err.Error(), "\n")
	if line == "status is not supported" {
		return "this status is not documented"
	}
	return line
}
