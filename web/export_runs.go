package web

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"time"

	"groundwork/store"
)

// exportDevice is a program that may file results, as it is written.
type exportDevice struct {
	Client  string    `json:"client"`
	Created time.Time `json:"created"`
	Used    time.Time `json:"last_used"`
	Expires time.Time `json:"expires"`
}

// exportRun is a run of a task, as it is written.
type exportRun struct {
	ID       string            `json:"id"`
	Task     string            `json:"task"`
	Version  int               `json:"version"`
	Seed     uint64            `json:"seed"`
	Issued   time.Time         `json:"issued"`
	Finished time.Time         `json:"finished"`
	Level    string            `json:"level"`
	Passed   bool              `json:"passed"`
	Checks   map[string]string `json:"checks"`
	Result   json.RawMessage   `json:"result,omitempty"` // with its transcript, while that is kept

	text string
}

// exportFiling adds devices and runs to an export.
func (v *exportView) filing(e store.Export) {
	for _, tok := range e.Tokens {
		v.Devices = append(v.Devices, exportDevice{tok.Client, tok.Created, tok.Used, tok.Expires})
	}
	for _, r := range e.Runs {
		x := exportRun{r.ID, r.Task, r.Version, r.Seed, r.Issued, r.Finished, r.Level, r.Passed, r.Checks, nil, newRunLine(r.Run).Text}
		if z, err := gzip.NewReader(bytes.NewReader(r.Result)); err == nil {
			if raw, err := io.ReadAll(z); err == nil {
				x.Result = raw // one that cannot be read is left out, with the verdicts there still
			}
		}
		v.Runs = append(v.Runs, x)
	}
}
