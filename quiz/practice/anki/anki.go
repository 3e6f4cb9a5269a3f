// Package anki writes cards for Anki: as an .apkg package, a zip of an SQLite
// collection of schema 11, which every version reads, and as text.
//
// A note keeps its ids from export to export, since they are made of the
// card's own id: importing a later export updates the notes that are there
// instead of doubling them, and leaves what Anki knows of their schedule.
package anki

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver that is opened here
)

// A Note is one question with its answer.
type Note struct {
	ID          string // opaque; gives Anki's ids
	Front, Back string // HTML, trusted, without scripts
	Tags        []string
}

// A Deck is what is exported.
type Deck struct {
	Name  string
	Notes []Note
}

// The ids of the deck and of the kind of note, fixed for ever, and where those
// of notes begin. Anki takes ids for Unix milliseconds.
const (
	deckID  = 1767225600001
	modelID = 1767225600002
	firstID = 1767225700000
)

// Write writes the deck as an .apkg file. The same deck at the same time gives
// the same collection.
func Write(ctx context.Context, w io.Writer, d Deck, now time.Time) (err error) {
	dir, err := os.MkdirTemp("", "anki")
	if err != nil {
		return fmt.Errorf("write apkg: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "collection.anki2")
	if err := collect(ctx, path, d, now); err != nil {
		return fmt.Errorf("write apkg: %w", err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("write apkg: %w", err)
	}
	z := zip.NewWriter(w)
	for _, f := range []struct {
		name string
		data []byte
	}{{"collection.anki2", data}, {"media", []byte("{}")}} {
		part, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: now})
		if err == nil {
			_, err = part.Write(f.data)
		}
		if err != nil {
			return fmt.Errorf("write apkg: %w", err)
		}
	}
	return z.Close()
}

// schema is Anki's, version 11.
const schema = `
CREATE TABLE col (id integer PRIMARY KEY, crt integer NOT NULL, mod integer NOT NULL, scm integer NOT NULL, ver integer NOT NULL, dty integer NOT NULL,
	usn integer NOT NULL, ls integer NOT NULL, conf text NOT NULL, models text NOT NULL, decks text NOT NULL, dconf text NOT NULL, tags text NOT NULL);
CREATE TABLE notes (id integer PRIMARY KEY, guid text NOT NULL, mid integer NOT NULL, mod integer NOT NULL, usn integer NOT NULL, tags text NOT NULL,
	flds text NOT NULL, sfld integer NOT NULL, csum integer NOT NULL, flags integer NOT NULL, data text NOT NULL);
CREATE TABLE cards (id integer PRIMARY KEY, nid integer NOT NULL, did integer NOT NULL, ord integer NOT NULL, mod integer NOT NULL, usn integer NOT NULL,
	type integer NOT NULL, queue integer NOT NULL, due integer NOT NULL, ivl integer NOT NULL, factor integer NOT NULL, reps integer NOT NULL,
	lapses integer NOT NULL, left integer NOT NULL, odue integer NOT NULL, odid integer NOT NULL, flags integer NOT NULL, data text NOT NULL);
CREATE TABLE revlog (id integer PRIMARY KEY, cid integer NOT NULL, usn integer NOT NULL, ease integer NOT NULL, ivl integer NOT NULL,
	lastIvl integer NOT NULL, factor integer NOT NULL, time integer NOT NULL, type integer NOT NULL);
CREATE TABLE graves (usn integer NOT NULL, oid integer NOT NULL, type integer NOT NULL);
CREATE INDEX ix_notes_usn ON notes (usn);
CREATE INDEX ix_cards_usn ON cards (usn);
CREATE INDEX ix_revlog_usn ON revlog (usn);
CREATE INDEX ix_cards_nid ON cards (nid);
CREATE INDEX ix_cards_sched ON cards (did, queue, due);
CREATE INDEX ix_revlog_cid ON revlog (cid);
CREATE INDEX ix_notes_csum ON notes (csum);`

// collect writes the collection to a new file.
func collect(ctx context.Context, path string, d Deck, now time.Time) (err error) {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after Commit
	if _, err := tx.ExecContext(ctx, schema); err != nil {
		return err
	}
	conf, models, decks, dconf := settings(d.Name, now)
	_, err = tx.ExecContext(ctx, `INSERT INTO col VALUES (1, ?, ?, ?, 11, 0, 0, 0, ?, ?, ?, ?, '{}')`,
		now.Unix(), now.UnixMilli(), now.UnixMilli(), conf, models, decks, dconf)
	if err != nil {
		return err
	}
	taken := map[int64]bool{}
	for i, n := range d.Notes {
		if err := insert(ctx, tx, n, noteID(n.ID, taken), i, now); err != nil {
			return fmt.Errorf("note %s: %w", n.ID, err)
		}
	}
	return tx.Commit()
}

// insert adds a note with its one card, new to Anki.
func insert(ctx context.Context, tx *sql.Tx, n Note, id int64, place int, now time.Time) error {
	tags := ""
	if len(n.Tags) > 0 {
		tags = " " + strings.Join(n.Tags, " ") + " "
	}
	sum := sha256.Sum256([]byte(n.Front)) // Anki makes its own, of SHA-1, when it looks for doubles
	_, err := tx.ExecContext(ctx, `INSERT INTO notes VALUES (?, ?, ?, ?, -1, ?, ?, ?, ?, 0, '')`,
		id, GUID(n.ID), modelID, now.Unix(), tags, field(n.Front)+"\x1f"+field(n.Back), field(n.Front), int64(binary.BigEndian.Uint32(sum[:4])))
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO cards VALUES (?, ?, ?, 0, ?, -1, 0, 0, ?, 0, 0, 0, 0, 0, 0, 0, 0, '')`, id, id, deckID, now.Unix(), place+1)
	return err
}

// field keeps the sign that separates fields out of one.
func field(s string) string { return strings.ReplaceAll(s, "\x1f", " ") }

// GUID is the id by which Anki knows a note again.
func GUID(id string) string {
	sum := sha256.Sum256([]byte("groundwork card " + id))
	return "gw" + hex.EncodeToString(sum[:8])
}

// noteID is a number made of a card's id that no other note of the deck has.
func noteID(id string, taken map[int64]bool) int64 {
	sum := sha256.Sum256([]byte("groundwork note " + id))
	n := firstID + int64(binary.BigEndian.Uint64(sum[:8])%100_000_000_000)
	for taken[n] {
		n++
	}
	taken[n] = true
	return n
}

// settings are the parts of a collection that Anki keeps as JSON.
func settings(name string, now time.Time) (conf, models, decks, dconf string) {
	type object = map[string]any
	text := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			panic(fmt.Sprintf("anki: settings cannot be encoded: %v", err)) // strings and numbers only
		}
		return string(b)
	}
	fieldOf := func(name string, ord int) object {
		return object{"name": name, "ord": ord, "sticky": false, "rtl": false, "font": "Arial", "size": 20, "media": []string{}}
	}
	deck := func(id int64, name string) object {
		return object{"id": id, "name": name, "mod": now.Unix(), "usn": -1, "lrnToday": []int{0, 0}, "revToday": []int{0, 0}, "newToday": []int{0, 0}, "timeToday": []int{0, 0},
			"collapsed": false, "browserCollapsed": false, "desc": "", "dyn": 0, "conf": 1, "extendNew": 0, "extendRev": 0}
	}
	models = text(object{fmt.Sprint(modelID): object{
		"id": modelID, "name": "Groundwork", "type": 0, "mod": now.Unix(), "usn": -1, "sortf": 0, "did": deckID, "vers": []int{}, "tags": []string{},
		"flds": []object{fieldOf("Front", 0), fieldOf("Back", 1)}, "req": []any{[]any{0, "any", []int{0}}},
		"tmpls":    []object{{"name": "Card 1", "ord": 0, "qfmt": "{{Front}}", "afmt": "{{FrontSide}}<hr id=answer>{{Back}}", "did": nil, "bqfmt": "", "bafmt": ""}},
		"css":      ".card { font-family: sans-serif; font-size: 18px; line-height: 1.5; text-align: left; max-width: 40rem; margin: 0 auto; } pre { overflow-x: auto; }",
		"latexPre": "", "latexPost": "", "latexsvg": false,
	}})
	decks = text(object{"1": deck(1, "Default"), fmt.Sprint(deckID): deck(deckID, name)})
	dconf = text(object{"1": object{
		"id": 1, "name": "Default", "mod": 0, "usn": 0, "maxTaken": 60, "autoplay": true, "timer": 0, "replayq": true, "dyn": false,
		"new":   object{"delays": []int{1, 10}, "ints": []int{1, 4, 7}, "initialFactor": 2500, "perDay": 10, "order": 1, "bury": false, "separate": true},
		"rev":   object{"perDay": 200, "ease4": 1.3, "ivlFct": 1, "maxIvl": 36500, "bury": false, "fuzz": 0.05, "minSpace": 1, "hardFactor": 1.2},
		"lapse": object{"delays": []int{10}, "mult": 0, "minInt": 1, "leechFails": 8, "leechAction": 0},
	}})
	conf = text(object{"nextPos": 1, "estTimes": true, "activeDecks": []int64{deckID}, "curDeck": deckID, "curModel": fmt.Sprint(modelID),
		"sortType": "noteFld", "sortBackwards": false, "timeLim": 0, "addToCur": true, "dayLearnFirst": false, "newSpread": 0, "dueCounts": true, "collapseTime": 1200})
	return conf, models, decks, dconf
}

// WriteText writes the notes as Anki's text format: one a line, GUID, front,
// back and tags with tabs between, HTML in the fields.
func WriteText(w io.Writer, d Deck) error {
	flat := strings.NewReplacer("\t", "    ", "\r\n", "<br>", "\n", "<br>", "\r", "<br>")
	var b strings.Builder
	b.WriteString("#separator:tab\n#html:true\n#guid column:1\n#deck:" + flat.Replace(d.Name) + "\n#tags column:4\n")
	for _, n := range d.Notes {
		b.WriteString(GUID(n.ID) + "\t" + quoted(flat.Replace(n.Front)) + "\t" + quoted(flat.Replace(n.Back)) + "\t" + strings.Join(n.Tags, " ") + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// quoted writes a field so that quotes in it are read as they stand.
func quoted(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
