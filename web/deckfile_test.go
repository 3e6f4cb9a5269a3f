package web

import (
	"archive/zip"
	"database/sql"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"groundwork/quiz/practice/anki"
)

// A note as it stands in the collection of a package.
type ankiNote struct {
	ID          int64
	GUID        string
	Front, Back string
	Cards       int
	Mod         int64
}

// readPackage opens an .apkg with SQLite.
func readPackage(t *testing.T, data string) map[string]ankiNote {
	t.Helper()
	z, err := zip.NewReader(strings.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		parts[f.Name] = string(b)
	}
	if parts["media"] != "{}" || len(parts) != 2 {
		t.Errorf("media %q, %d files", parts["media"], len(parts))
	}
	path := filepath.Join(t.TempDir(), "collection.anki2")
	if err := os.WriteFile(path, []byte(parts["collection.anki2"]), 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var version, lost int
	var model string
	err = db.QueryRow(`SELECT ver, json_extract(models, '$.' || '"' || (SELECT min(mid) FROM notes) || '".name'),
		(SELECT count(*) FROM cards WHERE did NOT IN (SELECT CAST(key AS integer) FROM json_each(decks))) FROM col`).Scan(&version, &model, &lost)
	if err != nil || version != 11 || model != "Groundwork" || lost != 0 {
		t.Errorf("version %d, model %q, %d cards without a deck, %v", version, model, lost, err)
	}
	rows, err := db.Query(`SELECT n.id, guid, n.flds, n.mod, (SELECT count(*) FROM cards c WHERE c.nid = n.id) FROM notes n`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	out := map[string]ankiNote{}
	for rows.Next() {
		var n ankiNote
		var fields string
		if err := rows.Scan(&n.ID, &n.GUID, &fields, &n.Mod, &n.Cards); err != nil {
			t.Fatal(err)
		}
		n.Front, n.Back, _ = strings.Cut(fields, "\x1f")
		out[n.GUID] = n
	}
	return out
}

// Every card is in the package once, with its reasons and without scripts; a
// later export has the same ids and is newer.
func TestExportCards(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	if r := b.do("/practice/export.apkg", nil); r.status != http.StatusNotFound {
		t.Errorf("somebody without cards gets %d", r.status)
	}
	answerCard(t, b, true, "")
	for _, l := range theContent().Library.Skills[0].Lessons {
		b.do("/progress", url.Values{"ref": {l.Ref()}, "done": {"1"}, "back": {"/me"}})
	}
	cards := s.practice(t, onlyLearner).Cards
	r := b.do("/practice/export.apkg", nil)
	if got := r.header.Get("Content-Disposition"); r.status != http.StatusOK || got != `attachment; filename="groundwork-cards.apkg"` {
		t.Fatalf("%d, %s", r.status, got)
	}
	first := readPackage(t, r.body)
	faces := newFaces(theContent().Library, theContent().Bank)
	if len(first) != len(cards) {
		t.Errorf("%d notes for %d cards", len(first), len(cards))
	}
	for _, c := range cards {
		n := first[anki.GUID(string(c.ID))]
		want := faces[c.ID].note(c.ID)
		if n.Front != want.Front || n.Back != want.Back || n.Cards != 1 || n.Front == "" || !strings.Contains(n.Back, "✓") {
			t.Errorf("%s is %+v, want %+v", c.ID, n, want)
		}
	}
	s.pass(time.Hour)
	answerCard(t, b, true, "")
	answerCard(t, b, true, "")
	second := readPackage(t, b.do("/practice/export.apkg", nil).body)
	for guid, n := range first {
		again := second[guid]
		if again.Mod <= n.Mod {
			t.Errorf("%s is not newer in the later export", guid)
		}
		again.Mod = n.Mod
		if diff := cmp.Diff(n, again); diff != "" {
			t.Errorf("the later export (-first +second):\n%s", diff)
		}
	}

	lines := strings.Split(strings.TrimSuffix(b.do("/practice/export.txt", nil).body, "\n"), "\n")
	notes := 0
	for _, line := range lines {
		if strings.HasPrefix(line, "#") {
			continue
		}
		notes++
		if cells := strings.Split(line, "\t"); len(cells) != 4 || second[cells[0]].ID == 0 {
			t.Errorf("a line of the text has %d cells: %.80s", len(cells), line)
		}
	}
	if notes != len(second) {
		t.Errorf("%d lines for %d notes", notes, len(second))
	}
}

// No note of any card that the content has holds a script or an empty side.
func TestCardNotes(t *testing.T) {
	unsafe := regexp.MustCompile(`(?i)<script|<iframe|<[^>]*(?:javascript:|\son[a-z]+\s*=)`)
	for id, f := range newFaces(theContent().Library, theContent().Bank) {
		n := f.note(id)
		if unsafe.MatchString(n.Front+n.Back) || strings.Contains(n.Front+n.Back, "\x1f") || len(n.Front) < 20 || !strings.Contains(n.Back, "<li>") {
			t.Errorf("%s: front %q, back %q", id, n.Front, n.Back)
		}
	}
}
