package anki

import (
	"archive/zip"
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What Anki's importer of packages with schema 11 reads, as its source has it
// (rslib: schema11 of collection, notetype, deck and deckconfig): tables with
// their columns in order, and the keys of the JSON parts that have no default
// there.
var (
	columns = map[string]string{
		"col":    "id crt mod scm ver dty usn ls conf models decks dconf tags",
		"notes":  "id guid mid mod usn tags flds sfld csum flags data",
		"cards":  "id nid did ord mod usn type queue due ivl factor reps lapses left odue odid flags data",
		"revlog": "id cid usn ease ivl lastIvl factor time type",
		"graves": "usn oid type",
	}
	modelKeys = "id name type mod usn sortf tmpls flds css latexPre latexPost"
	fieldKeys = "name ord sticky rtl font size"
	cardKeys  = "name ord qfmt afmt"
	deckKeys  = "id name mod usn lrnToday revToday newToday timeToday collapsed browserCollapsed desc dyn conf extendNew extendRev"
	dconfKeys = "id name mod usn maxTaken autoplay timer replayq new rev lapse"
)

var testDeck = Deck{Name: "Groundwork", Notes: []Note{
	{ID: "api-p01", Front: "<p>What?</p>", Back: "<ul><li>That.</li></ul>", Tags: []string{"groundwork", "skill::api"}},
	{ID: "check/api/errors/one", Front: "with a\x1fseparator", Back: "b"},
	{ID: "api-p02", Front: "<p>What?</p>", Back: "the same front again"},
}}

var testNow = time.Date(2026, 6, 14, 14, 0, 0, 0, time.UTC)

// unpack writes the deck and opens what Anki would open.
func unpack(t *testing.T, d Deck, now time.Time) *sql.DB {
	t.Helper()
	var b bytes.Buffer
	if err := Write(t.Context(), &b, d, now); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	if len(files) != 2 || string(files["media"]) != "{}" || files["collection.anki2"] == nil {
		t.Fatalf("%d files, media %q", len(files), files["media"])
	}
	path := filepath.Join(t.TempDir(), "collection.anki2")
	if err := os.WriteFile(path, files["collection.anki2"], 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// one reads a single value.
func one[T any](t *testing.T, db *sql.DB, query string, args ...any) (v T) {
	t.Helper()
	if err := db.QueryRow(query, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return v
}

// has fails unless the object has every key.
func has(t *testing.T, what string, v any, keys string) map[string]any {
	t.Helper()
	o, ok := v.(map[string]any)
	if !ok {
		t.Fatalf("%s is %T", what, v)
	}
	for key := range strings.FieldsSeq(keys) {
		if o[key] == nil {
			t.Errorf("%s has no %s", what, key)
		}
	}
	return o
}

func TestCollectionIsOneOfAnki(t *testing.T) {
	t.Parallel()
	db := unpack(t, testDeck, testNow)
	for table, want := range columns {
		if got := one[string](t, db, `SELECT group_concat(name, ' ') FROM pragma_table_info(?)`, table); got != want {
			t.Errorf("%s has the columns %s, want %s", table, got, want)
		}
	}
	if got := one[string](t, db, `PRAGMA integrity_check`); got != "ok" {
		t.Error(got)
	}
	if v, rows := one[int](t, db, `SELECT ver FROM col`), one[int](t, db, `SELECT count(*) FROM col`); v != 11 || rows != 1 {
		t.Errorf("version %d in %d rows", v, rows)
	}
	part := func(name string) (o map[string]any) {
		if err := json.Unmarshal([]byte(one[string](t, db, `SELECT `+name+` FROM col`)), &o); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return o
	}
	has(t, "conf", part("conf"), "nextPos curDeck curModel activeDecks")
	for id, m := range part("models") {
		model := has(t, "the kind of note", m, modelKeys)
		if fmt.Sprintf("%.0f", model["id"]) != id {
			t.Errorf("the kind of note %s calls itself %.0f", id, model["id"])
		}
		for i, f := range model["flds"].([]any) {
			if o := has(t, "a field", f, fieldKeys); o["ord"] != float64(i) {
				t.Errorf("field %d has the place %v", i, o["ord"])
			}
		}
		for i, c := range model["tmpls"].([]any) {
			if o := has(t, "a template", c, cardKeys); o["ord"] != float64(i) {
				t.Errorf("template %d has the place %v", i, o["ord"])
			}
		}
	}
	for id, d := range part("decks") {
		deck := has(t, "a deck", d, deckKeys)
		if fmt.Sprintf("%.0f", deck["id"]) != id || part("dconf")[fmt.Sprintf("%.0f", deck["conf"])] == nil {
			t.Errorf("deck %s calls itself %.0f and has the options %v", id, deck["id"], deck["conf"])
		}
	}
	for _, o := range part("dconf") {
		options := has(t, "the options", o, dconfKeys)
		has(t, "the options of new cards", options["new"], "delays ints initialFactor order perDay")
		has(t, "the options of reviews", options["rev"], "ease4 ivlFct maxIvl perDay")
		has(t, "the options of lapses", options["lapse"], "delays leechAction leechFails minInt mult")
	}
}

// Every note has as many fields as its kind, one card that is new, in a deck
// that is there.
func TestNotesFitTheirKind(t *testing.T) {
	t.Parallel()
	db := unpack(t, testDeck, testNow)
	if n, c := one[int](t, db, `SELECT count(*) FROM notes`), one[int](t, db, `SELECT count(*) FROM cards`); n != 3 || c != 3 {
		t.Errorf("%d notes, %d cards; want 3 of each", n, c)
	}
	for what, query := range map[string]string{
		"notes of no kind":              `SELECT count(*) FROM notes, col WHERE json_extract(models, '$."' || mid || '"') IS NULL`,
		"notes with another field":      `SELECT count(*) FROM notes, col WHERE length(flds) - length(replace(flds, char(31), '')) + 1 <> json_array_length(models, '$."' || mid || '".flds')`,
		"notes that sort by another":    `SELECT count(*) FROM notes WHERE sfld <> substr(flds, 1, instr(flds, char(31)) - 1)`,
		"tags without blanks at ends":   `SELECT count(*) FROM notes WHERE tags <> '' AND (tags NOT LIKE ' %' OR tags NOT LIKE '% ')`,
		"guids that stand twice":        `SELECT count(*) - count(DISTINCT guid) FROM notes`,
		"cards without a note":          `SELECT count(*) FROM cards WHERE nid NOT IN (SELECT id FROM notes)`,
		"cards without a deck":          `SELECT count(*) FROM cards, col WHERE json_extract(decks, '$."' || did || '"') IS NULL`,
		"cards that are not new":        `SELECT count(*) FROM cards WHERE type <> 0 OR queue <> 0 OR ivl <> 0 OR reps <> 0 OR ord <> 0`,
		"cards at the same place":       `SELECT count(*) - count(DISTINCT due) FROM cards`,
		"ids that are no time of today": `SELECT count(*) FROM notes WHERE id < 1000000000000 OR id > 9999999999999`,
	} {
		if n := one[int](t, db, query); n != 0 {
			t.Errorf("%s: %d", what, n)
		}
	}
}

// A later export of more notes has the ids of the earlier one, and is newer.
func TestIDsStay(t *testing.T) {
	t.Parallel()
	type ids struct {
		Note, Card, Model, Deck int64
		GUID                    string
	}
	read := func(db *sql.DB) (out map[string]ids, mod int64) {
		out = map[string]ids{}
		rows, err := db.Query(`SELECT n.flds, n.id, c.id, n.mid, c.did, n.guid, n.mod FROM notes n JOIN cards c ON c.nid = n.id`)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var fields string
			var v ids
			if err := rows.Scan(&fields, &v.Note, &v.Card, &v.Model, &v.Deck, &v.GUID, &mod); err != nil {
				t.Fatal(err)
			}
			out[fields] = v
		}
		return out, mod
	}
	first, before := read(unpack(t, testDeck, testNow))
	more := Deck{Name: "Renamed", Notes: append([]Note{{ID: "aaa", Front: "first now", Back: "x"}}, testDeck.Notes...)}
	second, after := read(unpack(t, more, testNow.Add(time.Hour)))
	if after != before+3600 || len(second) != 4 {
		t.Errorf("%d notes, changed at %d and %d", len(second), before, after)
	}
	for fields := range second {
		if _, there := first[fields]; !there {
			delete(second, fields)
		}
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("ids of the later export (-first +second):\n%s", diff)
	}
}

// Anki reads the text by its first lines; no field breaks a line.
func TestText(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	d := Deck{Name: "Ground\nwork", Notes: []Note{{ID: "a", Front: "<pre>one\ttwo\r\n\"three\"</pre>", Back: "b\n", Tags: []string{"x", "y"}}}}
	if err := WriteText(&b, d); err != nil {
		t.Fatal(err)
	}
	want := "#separator:tab\n#html:true\n#guid column:1\n#deck:Ground<br>work\n#tags column:4\n" +
		GUID("a") + "\t\"<pre>one    two<br>\"\"three\"\"</pre>\"\t\"b<br>\"\tx y\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("WriteText (-want +got):\n%s", diff)
	}
}
