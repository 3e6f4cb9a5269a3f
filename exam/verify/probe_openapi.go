package verify

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// documentPath is where a service shows its OpenAPI document.
const documentPath = "/openapi.json"

// openapiLooks say what is wrong with a document, one finding each; args are
// those of probeOpenAPI.
var openapiLooks = map[string]struct {
	what, want string
	find       func(x *Ctx, doc *openapi3.T, args map[string]string) []string
}{
	"doc":    {"the OpenAPI document", "valid", nil},
	"covers": {"requests that the OpenAPI document names", "all of the contract", undocumented},
	"errors": {"errors that the OpenAPI document names", "for each request a 4xx (or default) as application/problem+json, and 401 where a token is needed", withoutErrors},
	"truth":  {"the answers of this run, held against the OpenAPI document", "each as documented", untrue},
}

// probeOpenAPI reads /openapi.json and looks=
//
//	doc     whether it is valid (3.0 or 3.1)
//	covers  whether it names all routes= (METHOD:/path/{id}, with commas between)
//	errors  whether each request documents errors, and 401 unless it is open=
//	truth   whether all answers of the run so far are as it says
func probeOpenAPI(x *Ctx, args map[string]string) error {
	look, ok := openapiLooks[args["look"]]
	if !ok {
		return fmt.Errorf("look=%s: want doc, covers, errors or truth", args["look"])
	}
	found, err := documentFindings(x, func(doc *openapi3.T) []string {
		if look.find == nil {
			return nil
		}
		return look.find(x, doc, args)
	})
	if err != nil || len(found) == 0 {
		return err
	}
	const most = 8
	if more := len(found) - most; more > 0 {
		found = append(found[:most], fmt.Sprintf("and %d more", more))
	}
	return &Failure{What: look.what, Expected: look.want, Actual: strings.Join(found, "\n")}
}

// documentFindings reads the document and returns what find says of it, or
// what is wrong with the document itself.
func documentFindings(x *Ctx, find func(*openapi3.T) []string) ([]string, error) {
	e := x.Do(Request{Method: "GET", Target: documentPath})
	if e.Got.Status != 200 {
		return nil, &Failure{What: "GET " + documentPath, Expected: "200", Actual: fmt.Sprint(e.Got.Status, " ", e.Got.Err), Exchange: &e}
	}
	return Observe(x, "openapi", func() ([]string, error) {
		doc, err := readDocument(e.Got.body())
		if err != nil {
			return strings.Split(err.Error(), "\n"), nil
		}
		return find(doc), nil
	})
}

// readDocument loads and validates a document. It names no host: the learner
// may have written one that is not that of this run.
func readDocument(src []byte) (*openapi3.T, error) {
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromData(src)
	if err != nil {
		return nil, err
	}
	doc.Servers = nil
	return doc, doc.Validate(context.Background())
}

// An operation is one request of a document.
type operation struct {
	method, path string
	*openapi3.Operation
}

// operations are those of a document, in a fixed order.
func operations(doc *openapi3.T) (list []operation) {
	paths := doc.Paths.Map()
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		ops := paths[path].Operations()
		for _, method := range slices.Sorted(maps.Keys(ops)) {
			list = append(list, operation{method, path, ops[method]})
		}
	}
	return list
}

var pathParameter = regexp.MustCompile(`\{[^}]*\}`)

// route is METHOD:/path/{}, whatever the parameters are called.
func (o operation) route() string {
	return strings.ToUpper(o.method) + ":" + pathParameter.ReplaceAllString(strings.TrimRight(o.path, "/"), "{}")
}

func undocumented(_ *Ctx, doc *openapi3.T, args map[string]string) (missing []string) {
	named := map[string]bool{}
	for _, o := range operations(doc) {
		named[o.route()] = true
	}
	for route := range strings.SplitSeq(args["routes"], ",") {
		if !named[pathParameter.ReplaceAllString(route, "{}")] {
			missing = append(missing, "missing: "+strings.Replace(route, ":", " ", 1))
		}
	}
	return missing
}

func withoutErrors(_ *Ctx, doc *openapi3.T, args map[string]string) (found []string) {
	open := strings.Split(args["open"], ",")
	for _, o := range operations(doc) {
		if o.method == "GET" && slices.Contains(open, o.route()) {
			continue // nothing can go wrong that the caller did
		}
		problems := 0
		for code, ref := range o.Responses.Map() {
			if ref.Value != nil && (strings.HasPrefix(code, "4") || code == "default") && ref.Value.Content["application/problem+json"] != nil {
				problems++
			}
		}
		if problems == 0 {
			found = append(found, o.method+" "+o.path+" documents no error as application/problem+json")
		}
		if o.Responses.Value("401") == nil && !slices.Contains(open, o.route()) {
			found = append(found, o.method+" "+o.path+" does not document 401")
		}
	}
	return found
}
