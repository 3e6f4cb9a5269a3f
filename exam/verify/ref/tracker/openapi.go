package tracker

import (
	_ "embed"
	"net/http"
	"strings"
)

//go:embed openapi.json
var openapi string

// document serves openapi.json; each planted defect replaces one text of it.
func (s *server) document(w http.ResponseWriter, r *http.Request) error {
	doc := openapi
	for bug, change := range map[string][2]string{
		"spec-invalid":          {`{"$ref": "#/components/schemas/NewTask"}`, `{"$ref": "#/components/schemas/NewTasks"}`},
		"spec-missing-path":     {`"/tasks/{id}/complete"`, `"/tasks/{id}/finish"`},
		"spec-says-int-is-text": {`"project_id": {"type": "integer"}, "title"`, `"project_id": {"type": "string"}, "title"`},
		"spec-status-missing":   {`"200": {"description": "done", `, `"202": {"description": "done", `},
		"no-401-documented":     {`"delete": {"responses": {"204": {"description": "gone"}, "401": {"$ref": "#/components/responses/Problem"}, `, `"delete": {"responses": {"204": {"description": "gone"}, `},
	} {
		if s.bug == bug {
			doc = strings.Replace(doc, change[0], change[1], 1)
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_, err := w.Write([]byte(doc))
	return err
}
