package links

import "testing"

func TestTarget(t *testing.T) {
	links := map[string]string{"docs": "https://example.test/docs"}
	if got, ok := Target(links, "Docs"); !ok || got != "https://example.test/docs" {
		t.Errorf("Target(Docs) = %q, %v", got, ok)
	}
	if _, ok := Target(links, "nothing"); ok {
		t.Error("Target(nothing) found something")
	}
}
