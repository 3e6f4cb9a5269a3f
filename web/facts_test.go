package web

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// factsFile lists, page by page, the figures, names and statements of the seed
// that the site must not lose.
const factsFile = "../content/testdata/seed-facts.txt"

// Every figure, name and statement of the seed stands on the page where a
// reader looks for it.
func TestSeedFacts(t *testing.T) {
	t.Parallel()
	f, err := os.Open(factsFile)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b := newSite(t).browser(t)
	pages := map[string]string{} // what each says, normalised
	facts := 0
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		path, fact, ok := strings.Cut(lines.Text(), "\t")
		if !ok {
			t.Errorf("%s:%d: no tab between page and fact", factsFile, n)
			continue
		}
		said, ok := pages[path]
		if !ok {
			said = normal(spoken(b.open(path).Find("main").Nodes))
			pages[path] = said
		}
		if !strings.Contains(said, normal(fact)) {
			t.Errorf("%s:%d: %s does not say %q", factsFile, n, path, fact)
		}
		facts++
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if facts < 200 {
		t.Errorf("only %d facts in %s", facts, factsFile)
	}
}

// inlineTags do not part words.
var inlineTags = map[string]bool{"a": true, "b": true, "strong": true, "em": true, "code": true, "span": true, "time": true, "small": true, "mark": true}

// spoken returns the words of nodes, with a blank wherever a block begins or
// ends.
func spoken(nodes []*html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		if n.Type == html.ElementNode && !inlineTags[n.Data] {
			b.WriteByte(' ')
			defer b.WriteByte(' ')
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	for _, n := range nodes {
		walk(n)
	}
	return b.String()
}

var straight = strings.NewReplacer("’", "'", "‘", "'", "“", `"`, "”", `"`, "\u00a0", " ")

// normal is s as it is compared: without capitals, typographic quotes and
// repeated blanks.
func normal(s string) string {
	return strings.Join(strings.Fields(strings.ToLower(straight.Replace(s))), " ")
}
