package sqlrun

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"groundwork/exam"
)

// team is a small item with two data sets, the second without the rows that
// wrong queries forget.
func team(key string) *exam.Query {
	return &exam.Query{
		Schema: `
			CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT NOT NULL, boss INTEGER, hours REAL, born TEXT, photo BLOB);
			CREATE VIEW boss AS SELECT DISTINCT b.* FROM person b JOIN person p ON p.boss = b.id;`,
		Data: []string{
			`INSERT INTO person VALUES (1, 'Ilse', NULL, 40, '1980-02-29', x'00ff'), (2, 'Bram', 1, 38.5, '1991-07-01', NULL), (3, 'Noor', 1, 20, '1999-12-31', x'41'), (4, 'Zoë', 2, NULL, '2001-01-01', NULL)`,
			`INSERT INTO person VALUES (1, 'Ilse', NULL, 40, '1980-02-29', NULL)`,
		},
		Key: key,
	}
}

// Results are equal by value, whatever the columns are called.
func TestEqual(t *testing.T) {
	type answers map[string]bool
	tests := []struct {
		name, key string
		ordered   bool
		want      answers
	}{
		{"numbers", `SELECT 1`, false, answers{
			`SELECT 1.0`: true, `SELECT 2`: false, `SELECT '1'`: false, `SELECT NULL`: false, `SELECT TRUE`: true, `SELECT 1 AS other`: true,
			`SELECT 1.0000000000001`: true, `SELECT 1.0001`: false, `SELECT x'31'`: false, `SELECT -1`: false, `VALUES (1)`: true,
		}},
		{"the sum of reals, in any order", `SELECT 0.1 + 0.2 + 0.3`, false, answers{`SELECT 0.3 + 0.2 + 0.1`: true, `SELECT 0.6`: true, `SELECT 0.61`: false}},
		{"big integers are exact", `SELECT 9007199254740993`, false, answers{`SELECT 9007199254740992`: false, `SELECT 9007199254740993`: true}},
		{"infinity", `SELECT 9e999`, false, answers{`SELECT 9e999`: true, `SELECT -9e999`: false, `SELECT 1`: false}},
		{"zero has no sign", `SELECT 0`, false, answers{`SELECT -0.0`: true, `SELECT ''`: false, `SELECT NULL`: false}},
		{"text", `SELECT 'a'`, false, answers{`SELECT 'A'`: false, `SELECT 'a '`: false, `SELECT x'61'`: false, `SELECT lower('A')`: true}},
		{"text that looks like two", `SELECT 'a', 'b'`, false, answers{`SELECT 'a|b', ''`: false, `SELECT 'ab', ''`: false, `SELECT 'b', 'a'`: false}},
		{"NULL is NULL", `SELECT NULL`, false, answers{`SELECT NULL`: true, `SELECT boss FROM person WHERE id = 1`: true, `SELECT ''`: false, `SELECT 0`: false, `SELECT 1 WHERE 0`: false}},
		{"blobs", `SELECT x'00ff'`, false, answers{`SELECT x'00FF'`: true, `SELECT x'00'`: false, `SELECT char(0, 255)`: false}},
		{"columns count", `SELECT id FROM person`, false, answers{`SELECT id, id FROM person`: false, `SELECT id AS person FROM person`: true}},
		{"no rows, but the columns", `SELECT id FROM person WHERE 0`, false, answers{`SELECT id, name FROM person WHERE 0`: false, `SELECT name FROM person WHERE 0`: true}},
		{"rows in any order", `SELECT name FROM person`, false, answers{
			`SELECT name FROM person ORDER BY name DESC`: true, `SELECT DISTINCT name FROM person`: true, `SELECT name FROM person UNION ALL SELECT name FROM person`: false,
		}},
		{"rows count as often as they come", `SELECT boss IS NULL FROM person`, false, answers{`SELECT DISTINCT boss IS NULL FROM person`: false, `SELECT boss IS NULL FROM person ORDER BY 1`: true}},
		{"rows in order", `SELECT name FROM person ORDER BY name`, true, answers{`SELECT name FROM person ORDER BY name`: true, `SELECT name FROM person ORDER BY name DESC`: false, `SELECT name FROM person ORDER BY born`: false}},
		{"right on the first data set alone", `SELECT count(*) FROM person`, false, answers{`SELECT 4`: false, `SELECT max(id) FROM person`: true}},
		{"right on the last data set alone", `SELECT count(*) FROM person`, false, answers{`SELECT 1`: false}},
	}
	r := New(Options{})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			q := team(tt.key)
			q.Ordered = tt.ordered
			got := answers{}
			for answer := range tt.want {
				same, err := r.Equal(q, answer)
				if err != nil {
					t.Errorf("Equal(%q): %v", answer, err)
				}
				got[answer] = same
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("answers equal to %q (-want +got):\n%s", tt.key, diff)
			}
		})
	}
}

// What people write to answer such questions runs.
func TestGoodQueries(t *testing.T) {
	for _, query := range []string{
		"SELECT 1;", "SELECT 1 ; ; -- done", "/* first */ SELECT 1 /* last */", "select\n\t1\n", "\ufeffSELECT 1", "VALUES (1, 'a'), (2, 'b')", "(SELECT 1)"[1:9],
		"SELECT p.name, b.name FROM person p LEFT JOIN person b ON b.id = p.boss",
		"SELECT * FROM person p FULL JOIN boss b USING (id)",
		"SELECT boss, count(*), sum(hours), group_concat(name, ', ') FROM person GROUP BY boss HAVING count(*) > 0 ORDER BY 2 DESC LIMIT 3 OFFSET 0",
		"SELECT name, row_number() OVER (PARTITION BY boss ORDER BY hours DESC NULLS LAST) AS n, lag(name) OVER w, sum(hours) OVER (w ROWS UNBOUNDED PRECEDING) FROM person WINDOW w AS (ORDER BY id)",
		"WITH RECURSIVE chain(id, depth) AS (SELECT id, 0 FROM person WHERE boss IS NULL UNION ALL SELECT p.id, depth + 1 FROM person p JOIN chain c ON p.boss = c.id) SELECT * FROM chain",
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT sum(i) FROM n",
		"WITH a AS (SELECT * FROM person), b AS (SELECT * FROM a WHERE boss IS NOT NULL), c AS (SELECT * FROM b JOIN a USING (id)), d AS (SELECT * FROM c), e AS (SELECT * FROM d), f AS (SELECT * FROM e), g AS (SELECT id FROM f), h AS (SELECT id FROM g) SELECT count(*) FROM h, g, f",
		"WITH a AS MATERIALIZED (SELECT * FROM person) SELECT count(*) FROM a x, a y",
		strings.Repeat("SELECT * FROM (", 12) + "SELECT id FROM person" + strings.Repeat(")", 12),
		"SELECT name FROM person p WHERE NOT EXISTS (SELECT 1 FROM person q WHERE q.boss = p.id) AND id IN (SELECT id FROM person EXCEPT SELECT boss FROM person INTERSECT SELECT 1)",
		"SELECT CASE WHEN hours > 38 THEN 'full' WHEN hours IS NULL THEN 'none' ELSE 'part' END AS kind, count(*) FILTER (WHERE boss = 1) FROM person GROUP BY 1",
		"SELECT strftime('%Y', born), date(born, '+1 year', 'start of month'), julianday(born) - julianday('2000-01-01'), CAST(substr(born, 1, 4) AS INTEGER) FROM person",
		"SELECT upper(name) || '!', length(name), trim(name, 'I'), replace(name, 'I', 'i'), instr(name, 's'), printf('%05.1f', hours), round(hours / 3, 2), coalesce(hours, 0), nullif(boss, 1), iif(boss, 1, 0) FROM person WHERE name LIKE '%i%' OR name GLOB 'Z*'",
		"SELECT e.value FROM json_each('[1,2,3]') e UNION ALL SELECT json_extract('{\"a\":5}', '$.a') UNION ALL SELECT '{\"a\":5}' ->> 'a'",
		"SELECT t.fullkey FROM json_tree('{\"a\":[1,2]}') t",
		"SELECT count(*) FROM person", "SELECT 1 FROM person LIMIT 1", "SELECT count(*) FROM boss", "SELECT rowid, _rowid_, oid FROM person",
		"SELECT avg(hours), total(hours), min(born), max(born), count(DISTINCT boss) FROM person",
		"SELECT id, (SELECT count(*) FROM person q WHERE q.boss = p.id) AS n FROM person p WHERE n > 0 ORDER BY n",
		"SELECT name COLLATE NOCASE FROM person ORDER BY name COLLATE NOCASE DESC", "SELECT DISTINCT typeof(hours) FROM person",
		"SELECT a.id FROM person a CROSS JOIN person b NATURAL JOIN person c WHERE (a.id, b.id) IN (VALUES (1, 2), (2, 3)) AND a.id BETWEEN 1 AND 3",
		"SELECT count(*) FROM person WHERE id IN (" + strings.Repeat("1,", 300) + "2)",
		"SELECT sqrt(4), pow(2, 10), abs(-1), 7 % 3, 7 / 2, 7 / 2.0, 1 << 4, ~1, sign(-3)",
		"SELECT percent_rank() OVER (ORDER BY id), ntile(2) OVER (ORDER BY id), first_value(name) OVER (ORDER BY id) FROM person",
		"SELECT " + strings.Repeat("id + ", 80) + "1 FROM person",
		"SELECT id FROM person WHERE " + strings.Repeat("name <> 'x' AND ", 60) + "1",
	} {
		if _, err := New(Options{}).Run(team(""), 0, query); err != nil {
			t.Errorf("%s\n\t%v", query, err)
		}
	}
}

// What is wrong with a query is said with its line, and nothing is said of
// what is expected.
func TestFaults(t *testing.T) {
	tests := []struct{ query, want string }{
		{"SELECT mail FROM person", "No such column: mail"},
		{"SELECT name,\n  p.mail\nFROM person p", "Line 2: no such column: p.mail"},
		{"SELECT name\nFORM person", "Line 2: near \"person\": syntax error"},
		{"SELECT name FROM\n\n\npersons", "No such table: persons"},
		{"SELECT \"name1\" FROM person", "No such column: \"name1\" - should this be a string literal in single-quotes?"},
		{"SELECT 'open", "Unrecognized token: \"'open\""},
		{"SELECT name FROM person WHERE", "Incomplete input"},
		{"SELECT nofunc(1)", "No such function: nofunc"},
		{"SELECT name FROM person WHERE count(*) > 1", "Misuse of aggregate function count()"},
		{"SELECT id FROM person UNION SELECT id, name FROM person", "SELECTs to the left and right of UNION do not have the same number of result columns"},
		{"SELECT 1; SELECT 2", refusedMore},
		{"DELETE FROM person", refusedWrite},
		{"SELECT datetime('now')", refusedNow},
	}
	r := New(Options{})
	for _, tt := range tests {
		_, err := r.Equal(team("SELECT name, hours, 4711 FROM person"), tt.query)
		if got := fmt.Sprint(err); got != tt.want {
			t.Errorf("Equal(%q) says %q, want %q", tt.query, got, tt.want)
		}
		if _, err := r.Run(team("SELECT 1"), 0, tt.query); fmt.Sprint(err) != tt.want {
			t.Errorf("Run(%q) says %q, want %q", tt.query, err, tt.want)
		}
	}
	if same, err := r.Equal(team("SELECT 1, 2"), "SELECT 1"); same || err != nil {
		t.Errorf("Equal of too few columns = %v, %v, want false without a word", same, err)
	}
}

// A result is cut to what can be shown.
func TestRun(t *testing.T) {
	r := New(Options{})
	got, err := r.Run(team(""), 0, "SELECT id, name, hours, boss, photo, hours * 1.0 / 3 FROM person ORDER BY id LIMIT 2")
	if err != nil {
		t.Fatal(err)
	}
	got.Took = 0
	want := Result{
		Columns: []string{"id", "name", "hours", "boss", "photo", "hours * 1.0 / 3"},
		Rows: [][]Cell{
			{{Integer, "1"}, {Text, "Ilse"}, {Real, "40.0"}, {Null, ""}, {Blob, "x'00ff'"}, {Real, "13.333333333333334"}},
			{{Integer, "2"}, {Text, "Bram"}, {Real, "38.5"}, {Integer, "1"}, {Null, ""}, {Real, "12.833333333333334"}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Run (-want +got):\n%s", diff)
	}

	got, err = r.Run(team(""), 0, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 512) SELECT i, printf('%.*c', 300, 'ë') FROM n")
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Rows) != 100 || got.More != 412 {
		t.Errorf("%d rows and %d more, want 100 and 412", len(got.Rows), got.More)
	}
	if text := got.Rows[0][1].Text; len([]rune(text)) != 201 || !strings.HasSuffix(text, "…") {
		t.Errorf("a cell of %d characters, want 200 and the sign that it goes on", len([]rune(text)))
	}

	if got, err := r.Run(team(""), 1, "SELECT count(*) FROM person"); err != nil || got.Rows[0][0].Text != "1" {
		t.Errorf("Run on the second data set = %v, %v", got, err)
	}
	for _, n := range []int{-1, 2} {
		if _, err := r.Run(team(""), n, "SELECT 1"); err == nil {
			t.Errorf("Run on data set %d went well", n)
		}
	}
}

// What was run once is not run again.
func TestCache(t *testing.T) {
	r := New(Options{Cache: 2})
	q := team("SELECT 1")
	run := func(answer string) (same bool, cached bool) {
		t.Helper()
		_, cached = r.outcomes.get(outcomeID(q, answer))
		same, err := r.Equal(q, answer)
		if err != nil {
			t.Fatal(err)
		}
		return same, cached
	}
	for i, want := range []struct {
		answer       string
		same, cached bool
	}{
		{"SELECT 1", true, false}, {"SELECT 1", true, true}, {"SELECT 2", false, false}, {"SELECT 1", true, true},
		{"SELECT 3", false, false}, {"SELECT 2", false, false}, {"SELECT 3", false, true}, {"SELECT 1", true, false},
	} {
		if same, cached := run(want.answer); same != want.same || cached != want.cached {
			t.Errorf("run %d, %s: same %v, cached %v, want %v, %v", i, want.answer, same, cached, want.same, want.cached)
		}
	}
	other := team("SELECT 2")
	if same, err := r.Equal(other, "SELECT 1"); same || err != nil {
		t.Errorf("the outcome of one item was taken for another: %v, %v", same, err)
	}
	if _, err := r.Equal(q, "SELECT x"); err == nil {
		t.Error("SELECT x went well")
	}
	if o, ok := r.outcomes.get(outcomeID(q, "SELECT x")); !ok || o.err == nil {
		t.Error("a query that cannot run is not remembered as one")
	}
}

// Chance is not remembered: neither that it was full nor that time ran out.
func TestBusy(t *testing.T) {
	r := New(Options{Slots: 2, Wait: time.Millisecond, Time: 20 * time.Second}) // much, for a busy machine
	q := team("SELECT 1")
	if _, err := r.Equal(q, "SELECT 1 + 0"); err != nil {
		t.Fatal(err)
	}
	if err := r.quick.enter(0); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Equal(q, "SELECT 1"); !errors.Is(err, exam.ErrBusy) {
		t.Errorf("with every place taken: %v, want ErrBusy", err)
	}
	r.quick.leave()
	if same, err := r.Equal(q, "SELECT 1"); !same || err != nil {
		t.Errorf("with a place: %v, %v", same, err)
	}

	if err := r.slow.enter(0); err != nil {
		t.Fatal(err)
	}
	long := "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT count(*) > 0 FROM n"
	if _, err := r.Equal(q, long); !errors.Is(err, exam.ErrBusy) {
		t.Errorf("a long query with the slow lane taken: %v, want ErrBusy", err)
	}
	r.slow.leave()
	if same, err := r.Equal(q, long); !same || err != nil {
		t.Errorf("a long query with the slow lane free: %v, %v", same, err)
	}
}

// A limit of instructions, not of time, stops what goes on for ever: the
// outcome is the same on every machine.
func TestSteps(t *testing.T) {
	r := New(Options{Time: time.Minute, Steps: 1_000_000})
	_, err := r.Equal(team("SELECT 1"), loop+"SELECT count(*) FROM c")
	if endedBy(err) != bySteps {
		t.Errorf("Equal: %v, want it stopped by its steps", err)
	}
}

// What is wrong with an item is said.
func TestCheck(t *testing.T) {
	wrong := func(queries ...string) (list []exam.Option) {
		for _, q := range queries {
			list = append(list, exam.Option{Text: "`" + q + "`"})
		}
		return list
	}
	tests := []struct {
		name    string
		key     string
		options []exam.Option
		want    []string
	}{
		{"a good item", "SELECT count(*) FROM person", wrong("SELECT 4", "SELECT count(boss) FROM person"), nil},
		{"a wrong query that is right", "SELECT count(*) FROM person", wrong("SELECT count(id) FROM person"), []string{`the wrong query "SELECT count(id) FROM person" returns what the key does on every data set`}},
		{"a wrong query that does not run", "SELECT 1", wrong("SELECT nam FROM person"), []string{`the wrong query "SELECT nam FROM person" does not run: No such column: nam`}},
		{"a key that does not run", "SELECT nam FROM person", nil, []string{"its key does not run: No such column: nam"}},
		{"a key of chance", "SELECT random()", nil, []string{"its key does not run: The query uses random() and so has another result every time."}},
		{"a key without a row", "SELECT 1 WHERE 0", wrong("SELECT 1"), []string{"its key returns no row on any data set"}},
		{"a key that works too much", loop + "SELECT count(*) FROM c", nil, []string{"its key does not run: " + stopped(bySteps).Error()}},
	}
	r := New(Options{})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := r.Check(&exam.Item{Type: exam.SQL, Query: team(tt.key), Options: tt.options})
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Check (-want +got):\n%s", diff)
			}
		})
	}
	q := team("SELECT 1")
	q.Data[1] = "INSERT INTO persons VALUES (1)"
	want := []string{"its key does not run: data set 2 of the item: data: No such table: persons"}
	if diff := cmp.Diff(want, Check(&exam.Item{Type: exam.SQL, Query: q})); diff != "" {
		t.Errorf("Check of data that cannot be loaded (-want +got):\n%s", diff)
	}
	q.Data[1], q.Schema = "", "ATTACH 'x' AS y"
	want = []string{"its key does not run: data set 1 of the item: schema: Schema and data are made of CREATE and INSERT."}
	if diff := cmp.Diff(want, Check(&exam.Item{Type: exam.SQL, Query: q})); diff != "" {
		t.Errorf("Check of a schema that attaches (-want +got):\n%s", diff)
	}
	q.Data = nil
	want = []string{"its key does not run: it has no data set"}
	if diff := cmp.Diff(want, Check(&exam.Item{Type: exam.SQL, Query: q})); diff != "" {
		t.Errorf("Check of an item without data (-want +got):\n%s", diff)
	}
	if got := Check(&exam.Item{Type: exam.Single}); got != nil {
		t.Errorf("Check of another item = %q", got)
	}
}

// One answer after the other leaves nothing behind.
func TestNoLeak(t *testing.T) {
	r := New(Options{})
	q := team("SELECT name FROM person")
	run := func(n int) {
		for i := range n {
			if same, err := r.Equal(q, fmt.Sprintf("SELECT name FROM person WHERE %d", i+1)); !same || err != nil {
				t.Fatal(same, err)
			}
			if _, err := r.Equal(q, fmt.Sprintf("SELECT nam%d FROM person", i)); err == nil {
				t.Fatal("no error")
			}
		}
	}
	run(200)
	before := memory(t)
	run(500)
	if n := sandboxes.Load(); n != 0 {
		t.Errorf("%d databases are still open", n)
	}
	if grown := memory(t) - before; grown > 20e6 {
		t.Errorf("500 answers left %d kB behind", grown/1000)
	}
}

func BenchmarkEqual(b *testing.B) {
	r := New(Options{Cache: 1})
	q := team("SELECT p.name, b.name FROM person p LEFT JOIN person b ON b.id = p.boss")
	for i := 0; b.Loop(); i++ {
		if same, err := r.Equal(q, fmt.Sprintf("SELECT p.name, b.name FROM person p LEFT JOIN person b ON b.id = p.boss AND %d", i+1)); !same || err != nil {
			b.Fatal(same, err)
		}
	}
}
