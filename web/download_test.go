package web

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestDownloads(t *testing.T) {
	t.Parallel()
	if got := text(newSite(t).browser(t).open("/download").Find("main")); !strings.Contains(got, "go build ./cmd/groundwork") {
		t.Errorf("without a folder the page says %q", got)
	}
	b := newSite(t, func(c *Config) {
		c.Downloads = fstest.MapFS{
			"SHA256SUMS":             {Data: []byte("abc123  groundwork-linux-amd64\ndef456  other\n")},
			"groundwork-linux-amd64": {Data: []byte("program")},
			"other":                  {Data: []byte("secret")},
		}
	}).browser(t)
	if got := text(b.open("/download").Find("main")); !strings.Contains(got, "groundwork-linux-amd64") || !strings.Contains(got, "abc123") || strings.Contains(got, "def456") {
		t.Errorf("the page says %q", got)
	}
	for path, want := range map[string]string{"/download/groundwork-linux-amd64": "program", "/download/SHA256SUMS": "abc123"} {
		if got := b.do(path, nil); got.status != 200 || !strings.Contains(got.body, want) {
			t.Errorf("%s = %d %q", path, got.status, got.body)
		}
	}
	for _, path := range []string{"/download/other", "/download/groundwork-linux-arm64", "/download/..%2Fgo.mod"} {
		if got := b.do(path, nil).status; got != 404 {
			t.Errorf("%s = %d", path, got)
		}
	}
}
