package diagram_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"groundwork/content"
	"groundwork/content/source"
)

func TestFenceBecomesFigure(t *testing.T) {
	got := string(content.Render("```diagram sequence title=\"A <create>\"\nClient -> API: POST /orders\n```\n"))
	for _, want := range []string{
		`<figure class="fig"><figcaption class="hint" id="fig-`, `">A &lt;create&gt;</figcaption>`,
		`aria-labelledby="fig-`, `aria-label="A &lt;create&gt;"`, `<ul class="vh"><li>Client to API: POST /orders.</li>`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the figure lacks %s:\n%s", want, got)
		}
	}
	if strings.Contains(got, "tablewrap") {
		t.Errorf("a small picture scrolls:\n%s", got)
	}
}

func TestWideFigureScrolls(t *testing.T) {
	got := string(content.Render("```diagram sequence title=\"Four\"\nStorefront -> Authentication: x\nAuthentication -> Notification: x\nNotification -> Warehouse: x\n```\n"))
	if want := `<div class="tablewrap" tabindex="0" role="region" aria-label="Diagram: Four"><svg`; !strings.Contains(got, want) {
		t.Errorf("the figure lacks %s:\n%s", want, got)
	}
}

func TestWrongDiagramStaysCode(t *testing.T) {
	got := string(content.Render("```diagram sequence title=\"Wrong\"\nA => B: x\n```\n"))
	if want := "A =&gt; B: x"; !strings.Contains(got, want) || strings.Contains(got, "<svg") {
		t.Errorf("got %s\nwant a block of code with %s", got, want)
	}
}

func TestLoaderReportsTheLine(t *testing.T) {
	const file = "lesson/api/x.md"
	_, problems := content.Load(fstest.MapFS{file: {Data: []byte("---\ntitle: X\n---\n## A {#idea}\n\n```diagram state\na -> b: x\n\na => b: y\n```\n")}})
	want := []source.Problem{
		{File: file, Line: 6, What: "the diagram has no title", Mend: `write title="…" with one sentence on what it shows`},
		{File: file, Line: 9, What: `"=>" is not an arrow of this notation`, Mend: "write ->"},
	}
	for _, w := range want {
		if !slices.Contains(problems, w) {
			t.Errorf("problems lack %v:\n%v", w, problems)
		}
	}
}
