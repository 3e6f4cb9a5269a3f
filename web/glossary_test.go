package web

import (
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"groundwork/content"
)

// The glossary stands letter by letter, each term under the address that
// search gives, with links to the lessons that use it.
func TestGlossary(t *testing.T) {
	t.Parallel()
	doc := newSite(t).browser(t).do("/guide/glossary", nil).doc(t)
	var missing []string
	doc.Find(`nav[aria-label="Letters"] a`).Each(func(_ int, a *goquery.Selection) {
		if id := a.AttrOr("href", ""); doc.Find(id).Length() != 1 {
			missing = append(missing, id)
		}
	})
	if diff := cmp.Diff([]string(nil), missing); diff != "" {
		t.Errorf("letters that lead nowhere (-want +got):\n%s", diff)
	}
	terms := texts(doc.Find(".rows h3"))
	if n := len(theContent().Library.Glossary.Terms); len(terms) != n {
		t.Errorf("%d terms are shown of %d", len(terms), n)
	}
	links := doc.Find("#write-skew").Next().Find("a").Map(func(_ int, a *goquery.Selection) string { return a.AttrOr("href", "") })
	if diff := cmp.Diff([]string{"/lesson/database/transactions"}, links); diff != "" {
		t.Errorf("lessons of write skew (-want +got):\n%s", diff)
	}
	if foot := texts(doc.Find("footer a")); !strings.Contains(strings.Join(foot, ", "), "Glossary") {
		t.Errorf("the foot leads to %v, not to the glossary", foot)
	}
}

func TestLetters(t *testing.T) {
	t.Parallel()
	parts := []content.Part{{Heading: "alert"}, {Heading: "artefact"}, {Heading: "B-tree"}, {Heading: "élite"}}
	var got []string
	for _, l := range letters(parts) {
		got = append(got, l.Letter+" "+l.id()+" "+strings.Repeat("*", len(l.Terms)))
	}
	if diff := cmp.Diff([]string{"A letter-a **", "B letter-b *", "É letter-é *"}, got); diff != "" {
		t.Errorf("letters (-want +got):\n%s", diff)
	}
}
