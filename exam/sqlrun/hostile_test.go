package sqlrun

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"groundwork/exam"
)

// shop is a query item with a table of a hundred rows, from which cross joins
// grow quickly.
func shop() *exam.Query {
	var rows []string
	for i := 1; i <= 100; i++ {
		rows = append(rows, fmt.Sprintf("(%d, 'customer %d', %d.5)", i, i%7, i*10))
	}
	return &exam.Query{
		Schema: `CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT NOT NULL, spent REAL); CREATE VIEW rich AS SELECT * FROM customer WHERE spent > 500;`,
		Data: []string{
			"INSERT INTO customer VALUES " + strings.Join(rows, ", "),
			"INSERT INTO customer VALUES " + strings.Join(rows[:50], ", "),
		},
		Key: "SELECT count(*) FROM customer",
	}
}

const (
	long2 = `(SELECT printf('%.*c', 2400, 'a') AS a, printf('%.*c', 2400, 'a') || 'b' AS b)`
	loop  = `WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) `
	joins = `customer a, customer b, customer c, customer d, customer e`
)

// repeat writes part n times. A % in it is the number.
func repeat(n int, part, sep string) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = strings.ReplaceAll(part, "%", strconv.Itoa(i))
	}
	return strings.Join(parts, sep)
}

// hostile are queries that must be refused or stopped, and what the learner
// is told of each.
var hostile = []struct {
	name, query, want string
}{
	// Work without end.
	{"a recursion without end", loop + `SELECT count(*) FROM c`, "stopped"},
	{"a recursion that returns rows without end", loop + `SELECT x FROM c`, "10000 rows"},
	{"a recursion that returns one row, then nothing for ever", loop + `SELECT x FROM c WHERE x = 1`, "stopped"},
	{"a recursion that returns nothing for ever", loop + `SELECT x FROM c WHERE x < 0`, "stopped"},
	{"a recursion kept apart by UNION", `WITH RECURSIVE c(x) AS (SELECT 1 UNION SELECT x + 1 FROM c) SELECT max(x) FROM c`, ""},
	{"a recursion that doubles", `WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c UNION ALL SELECT x + 2 FROM c) SELECT count(*) FROM c`, ""},
	{"a recursion in an order", `WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c, customer ORDER BY 1 DESC) SELECT count(*) FROM c`, ""},
	{"a recursion within a condition", `SELECT 1 WHERE 0 = (` + loop + `SELECT count(*) FROM c)`, "stopped"},
	{"a recursion of long texts", `WITH RECURSIVE c(x) AS (SELECT 'aaaaaaaaaa' UNION ALL SELECT x || x FROM c) SELECT count(*) FROM c`, "5,000 characters"},
	{"a recursion of many long texts", `WITH RECURSIVE c(n, x) AS (SELECT 1, printf('%.*c', 4500, 'a') UNION SELECT n + 1, x FROM c) SELECT count(*) FROM c`, "memory"},
	{"a cross join", `SELECT count(*) FROM ` + joins, "stopped"},
	{"a cross join with rows", `SELECT a.id FROM ` + joins, "10000 rows"},
	{"a cross join with much text", `SELECT * FROM ` + joins, "too much text"},
	{"a cross join that finds nothing", `SELECT 1 FROM ` + joins + ` WHERE a.id + b.id + c.id + d.id + e.id < 0`, "stopped"},
	{"a cross join in an order", `SELECT a.name FROM ` + joins + ` ORDER BY a.spent * b.spent + c.spent`, ""},
	{"a cross join without repeats", `SELECT DISTINCT a.id, b.id, c.id, d.id FROM ` + joins, "10000 rows"},
	{"a cross join in groups", `SELECT a.id, b.id, c.id, d.id, count(*) FROM ` + joins + ` GROUP BY 1, 2, 3, 4`, ""},
	{"a window over a cross join", `SELECT sum(x) FROM (SELECT sum(a.id) OVER (ORDER BY b.id ROWS BETWEEN 5000 PRECEDING AND 5000 FOLLOWING) AS x FROM customer a, customer b, customer c)`, ""},
	{"sixty tables", `SELECT count(*) FROM ` + repeat(60, "customer", ", "), "stopped"},
	{"sixty tables with names", `SELECT count(*) FROM customer NATURAL JOIN ` + repeat(60, "customer", " NATURAL JOIN "), ""},
	{"seventy tables", `SELECT count(*) FROM ` + repeat(70, "customer", ", "), ""},
	{"names that double thirty times", doubling(30), ""},
	{"names that double twenty times", doubling(20), ""},
	{"names that double twelve times", doubling(12), ""},
	{"names that double nine times", doubling(9), ""},
	{"names kept that double", strings.ReplaceAll(doubling(30), "AS (", "AS MATERIALIZED ("), ""},
	{"columns that double, with trim", strings.Repeat(`SELECT trim(x, x) || x AS x FROM (`, 40) + `SELECT name AS x FROM customer` + strings.Repeat(")", 40), ""},
	{"columns that triple", strings.Repeat(`SELECT x || x || x AS x FROM (`, 60) + `SELECT name AS x FROM customer` + strings.Repeat(")", 60), ""},
	{"stars that double", `WITH a0 AS (SELECT * FROM customer)` + repeatN(12, `, a%[2]d AS (SELECT * FROM a%[1]d p, a%[1]d q)`) + ` SELECT * FROM a12`, ""},
	{"IN lists of queries", `SELECT 1 WHERE 1 IN (` + repeat(60, `SELECT id FROM customer WHERE id IN (`, "") + "2" + strings.Repeat(")", 61), ""},
	{"windows upon windows", strings.Repeat(`SELECT sum(x) OVER (ORDER BY x) AS x FROM (`, 60) + `SELECT id AS x FROM customer` + strings.Repeat(")", 60), ""},
	{"aliases that grow tenfold", nested(8, `SELECT coalesce(`+repeat(10, `a#`, ",")+`) AS a%[2]d FROM customer WHERE (`), "memory"},
	{"aliases that grow fortyfold", nested(5, `SELECT coalesce(`+repeat(40, `a#`, ",")+`) AS a%[2]d FROM customer WHERE (`), "memory"},
	{"aliases that double too often", nested(14, `SELECT a# + a# AS a%[2]d FROM customer WHERE (`), "depth"},
	{"an alias written often", `SELECT ` + repeat(90, "length(name)", "+") + ` AS a FROM customer WHERE a IN (` + repeat(230, "a", ",") + `)`, ""},
	{"an alias written too often", `SELECT x.id + y.id * z.id + ` + repeat(80, "length(x.name)", "+") + ` AS a FROM customer x, customer y, customer z WHERE a IN (` + repeat(600, "a", ",") + `)`, ""},
	{"constants that double", `SELECT * FROM (SELECT ` + repeatN(99, `id AS c%[1]d, `) + `id AS c99 FROM customer), customer x, customer y WHERE c0 = 1` + repeatN(98, ` AND c%[2]d = c%[1]d+c%[1]d`), ""},
	{"many ORs of ANDs", `SELECT count(*) FROM customer a, customer b, customer c, customer d WHERE ` + repeat(25, `(a.id = % OR b.id = % OR c.name = d.name OR a.id = b.id AND c.id = d.id OR d.id = 5 AND a.name = 'x')`, " AND "), ""},
	{"nested BETWEEN", `SELECT count(*) FROM customer a, customer b, customer c WHERE ` + strings.Repeat("(", 45) + "a.id" + strings.Repeat(" BETWEEN b.id AND c.id)", 45), ""},
	{"a chain of FULL JOIN", `SELECT count(*) FROM customer` + repeat(50, ` FULL JOIN customer c% USING (id, name, spent)`, ""), ""},
	{"a star of sixty tables", `SELECT count(*) FROM customer a` + repeat(60, ` JOIN customer c% ON c%.name = a.name AND c%.spent > a.spent`, ""), ""},
	{"a chain of LEFT JOIN", `SELECT count(*) FROM customer a` + repeat(60, ` LEFT JOIN customer c% ON c%.name > a.name`, ""), ""},
	{"row values", `SELECT count(*) FROM customer a, customer b, customer c, customer d WHERE (` + repeat(90, "a.id", ",") + `) < (` + repeat(90, "b.id", ",") + `) AND (` + repeat(90, "c.id", ",") + `) < (` + repeat(90, "d.id", ",") + `)`, ""},
	{"counts of different things", `SELECT ` + repeat(90, `count(DISTINCT a.id + %)`, ",") + ` FROM customer a, customer b, customer c`, ""},
	{"conditions that come down", `SELECT * FROM (` + repeat(40, `SELECT id AS x FROM customer`, " UNION ALL ") + `) a JOIN (` + repeat(40, `SELECT id AS x FROM customer`, " UNION ALL ") + `) b WHERE a.x + b.x < 0`, ""},
	{"views that double", `SELECT count(*) FROM ` + repeat(40, "rich", ", "), ""},
	{"conditions that run queries", `SELECT count(*) FROM customer a WHERE EXISTS (SELECT 1 FROM customer b WHERE NOT EXISTS (SELECT 1 FROM customer c, customer d, customer e WHERE c.id + d.id + e.id + b.id + a.id < 0))`, "stopped"},

	// Memory.
	{"zeroblob", `SELECT zeroblob(1000000000)`, "5,000 characters"},
	{"many zeroblobs", `SELECT count(*) FROM (SELECT DISTINCT zeroblob(4500) || a.id || '-' || b.id || '-' || c.id FROM customer a, customer b, customer c)`, "memory"},
	{"hex of zeroblob", `SELECT hex(zeroblob(400000000))`, "5,000 characters"},
	{"printf with a width", `SELECT printf('%*s', 1000000000, 'x')`, "5,000 characters"},
	{"printf with a precision", `SELECT printf('%.1000000000f', 1.0)`, ""},
	{"format with many widths", `SELECT format('%4500s%4500s', 'x', 'y')`, "5,000 characters"},
	{"replace that grows", `SELECT replace(replace(replace('aaaaaaaaaa', 'a', 'aaaaaaaaaa'), 'a', 'aaaaaaaaaa'), 'a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaa')`, "5,000 characters"},
	{"group_concat", `SELECT group_concat(a.name) FROM customer a, customer b, customer c`, ""},
	{"json_group_array", `SELECT json_group_array(printf('%.*c', 4500, 'a') || a.id || b.id) FROM customer a, customer b, customer c`, "not available"},
	{"json_group_object", `SELECT json_group_object(a.name, b.name) FROM customer a, customer b, customer c`, "not available"},
	{"json_pretty with a wide margin", `SELECT json_pretty(printf('%.*c', 900, '[') || printf('%.*c', 900, ']'), printf('%.*c', 9000, ' '))`, "not available"},
	{"json_array of long texts", `SELECT ` + repeat(99, `json_array(`+repeat(9, "a", ",")+`)`, ", ") + ` FROM ` + long2, "5,000 characters"},
	{"json_patch", `SELECT json_patch(json_patch(json_object('a', a), json_object('b', a)), json_object('c', a)) FROM ` + long2, "5,000 characters"},
	{"json_set in a loop", `SELECT sum(length(json_set('[]', '$[#]', a || x.id, '$[#]', b || y.id))) FROM ` + long2 + `, customer x, customer y, customer z`, ""},
	{"group_concat of long texts", `SELECT group_concat(a || x.id || y.id) FROM ` + long2 + `, customer x, customer y, customer z`, ""},
	{"group_concat in a window", `SELECT sum(y) FROM (SELECT length(group_concat(x.name) OVER (ORDER BY y.id ROWS BETWEEN 200 PRECEDING AND 200 FOLLOWING)) AS y FROM customer x, customer y, customer z)`, ""},
	{"max of long texts in groups", `SELECT count(*) FROM (SELECT max(a || z.id) AS m FROM ` + long2 + `, customer x, customer y, customer z GROUP BY x.id, y.id, z.id)`, ""},
	{"many windows", `SELECT ` + repeat(14, `sum(x.id) OVER (PARTITION BY y.id ORDER BY z.spent + %)`, ", ") + ` FROM customer x, customer y, customer z`, ""},
	{"json that is deep", `SELECT json(printf('%.*c', 4000, '[') || printf('%.*c', 4000, ']'))`, ""},
	{"json_each over itself", `SELECT count(*) FROM json_each(json_array(1,2,3,4,5,6,7,8,9,10)) a, json_tree(json_array(1,2,3,4,5,6,7,8,9)) b, customer c, customer d, customer e`, "stopped"},
	{"an order of long rows", `SELECT a.id FROM customer a, customer b, customer c ORDER BY printf('%.*c', 4500, 'a') || a.id || b.id || c.id`, "memory"},
	{"a result of long rows", `SELECT printf('%.*c', 4500, 'a') FROM customer a, customer b`, "too much text"},
	{"many sorts", `SELECT ` + repeat(20, `(SELECT x.name FROM customer x ORDER BY x.spent * customer.id LIMIT 1)`, ", ") + ` FROM customer, customer b, customer c`, "stopped"},
	{"many tables", `SELECT ` + repeat(30, `(SELECT count(*) FROM (SELECT DISTINCT a || x.id || y.id || '%' FROM customer x, customer y))`, ", ") + ` FROM ` + long2, "memory"},
	{"too many columns", `SELECT ` + repeat(300, "1", ","), "columns"},

	// Single instructions that take long.
	{"trim, often", `SELECT ` + repeat(99, `trim(a, b)`, ", ") + ` FROM ` + long2, "complex"},
	{"trim by another name", `SELECT y` + strings.Repeat(", y", 99) + ` FROM (SELECT rtrim(a, b) AS y FROM ` + long2 + `)`, ""},
	{"trim of a long set", `SELECT trim(a, b) FROM ` + long2, "5,000 characters"},
	{"trim in a loop, as slow as it can be", `SELECT ` + repeat(4, `sum(length(trim(a || x.id, b || y.id || z.id)))`, ", ") + ` FROM (SELECT printf('%.*c', 4600, 'a') AS a, printf('%.*c', 300, 'c') || 'a' AS b), customer x, customer y, customer z`, "stopped"},
	{"trim at once, as slow as it can be", `SELECT ` + repeat(4, `trim(a || %, b)`, ", ") + ` FROM customer JOIN (SELECT printf('%.*c', 4600, 'a') AS a, printf('%.*c', 300, 'c') || 'a' AS b)`, ""},
	{"instr, often", `SELECT ` + repeat(99, `instr(a, b), instr(a, b)`, ", ") + ` FROM ` + long2, "columns"},
	{"instr in one column", `SELECT max(` + repeat(49, `instr(a, b)`, ", ") + `), max(` + repeat(49, `instr(b, a)`, ", ") + `), max(` + repeat(49, `instr(b, a)`, ", ") + `) FROM ` + long2, "complex"},
	{"instr in a loop", `SELECT ` + repeat(24, `sum(instr(a || x.id || y.id, b || z.id))`, ", ") + ` FROM ` + long2 + `, customer x, customer y, customer z`, "stopped"},
	{"replace in a loop", `SELECT ` + repeat(24, `sum(length(replace(a || x.id || y.id, b || z.id, '')))`, ", ") + ` FROM ` + long2 + `, customer x, customer y, customer z`, "stopped"},
	{"LIKE with a long pattern", `SELECT count(*) FROM customer WHERE name LIKE printf('%.*c', 100, '%')`, "LIKE or GLOB pattern too complex"},
	{"LIKE with many wildcards", `SELECT count(*) FROM ` + long2 + `, customer x, customer y, customer z WHERE a || x.id || y.id || z.id LIKE '%a%a%a%a%a%a%a%a%a%a%a%a%a%a%a%c%'`, "stopped"},
	{"LIKE with a long tail", `SELECT ` + repeat(40, `sum(a || x.id || y.id || z.id LIKE char(37) || substr(a, 1, 57) || 'c')`, ", ") + ` FROM ` + long2 + `, customer x, customer y, customer z`, "stopped"},
	{"LIKE at once, as slow as it can be", `SELECT ` + repeat(40, `a LIKE b || %`, ", ") + ` FROM customer JOIN (SELECT printf('%.*c', 4800, 'a') AS a, '%' || printf('%.*c', 50, 'a') || 'c' AS b)`, ""},
	{"replace at once, as slow as it can be", `SELECT ` + repeat(40, `length(replace(a, b, x.id || %))`, ", ") + ` FROM customer x, customer y, customer z JOIN (SELECT printf('%.*c', 3000, 'a') AS a, printf('%.*c', 1500, 'a') || 'b' AS b)`, ""},
	{"LIKE with one-letter wildcards", `SELECT count(*) FROM ` + long2 + `, customer x, customer y, customer z WHERE a || x.id || y.id || z.id LIKE '%_a%_a_a%_a%___a_%_a%_a_a_a%_a_%__a%_a%_a%_a%_a%_c%'`, "stopped"},
	{"GLOB with many wildcards", `SELECT count(*) FROM ` + long2 + `, customer x, customer y, customer z WHERE a || x.id || y.id || z.id GLOB '*a*a*a*a*[ab]*[a-z]*a*a*a*a*c*'`, "stopped"},
	{"GLOB with many classes", `SELECT count(*) FROM ` + long2 + `, customer x, customer y, customer z WHERE a || x.id || y.id || z.id GLOB '*[a-z][a-z]*[a-z]*[a-z]?[a-z]*[a-z]*[a-z]*[a-z]*c*'`, "stopped"},
	{"a huge IN list", `SELECT count(*) FROM ` + joins + ` WHERE a.id IN (` + repeat(900, "7", ",") + `)`, "stopped"},

	// Depth.
	{"deep brackets", `SELECT ` + strings.Repeat("(", 1900) + "1" + strings.Repeat(")", 1900), ""},
	{"deep queries", strings.Repeat("SELECT * FROM (", 250) + "SELECT 1" + strings.Repeat(")", 250), ""},
	{"a deep sum", `SELECT 1` + strings.Repeat("+1", 1900), "depth"},
	{"a deep NOT", `SELECT ` + strings.Repeat("NOT ", 900) + "1", ""},
	{"deep minus signs", `SELECT ` + strings.Repeat("- ", 1900) + "1", ""},
	{"a deep CASE", `SELECT ` + strings.Repeat("CASE 1 WHEN 1 THEN ", 150) + "1" + strings.Repeat(" END", 150), ""},
	{"a long UNION", `SELECT 1` + strings.Repeat(" UNION SELECT 1", 200), "compound"},

	// Writing.
	{"INSERT", `INSERT INTO customer VALUES (999, 'x', 1)`, "Only a query"},
	{"INSERT with RETURNING", `INSERT INTO customer VALUES (999, 'x', 1) RETURNING id`, "Only a query"},
	{"UPDATE", `UPDATE customer SET spent = 0`, "Only a query"},
	{"DELETE", `DELETE FROM customer`, "Only a query"},
	{"DELETE behind WITH", `WITH x AS (SELECT 1) DELETE FROM customer`, "Only a query"},
	{"REPLACE", `REPLACE INTO customer VALUES (1, 'x', 1)`, "Only a query"},
	{"DROP", `DROP TABLE customer`, "Only a query"},
	{"CREATE TABLE", `CREATE TABLE x (y)`, "Only a query"},
	{"CREATE TEMP TABLE", `CREATE TEMP TABLE x AS SELECT * FROM customer`, "Only a query"},
	{"CREATE VIEW", `CREATE TEMP VIEW x AS SELECT 1`, "Only a query"},
	{"CREATE TRIGGER", `CREATE TRIGGER x AFTER INSERT ON customer BEGIN SELECT 1; END`, "Only a query"},
	{"CREATE VIRTUAL TABLE", `CREATE VIRTUAL TABLE x USING fts5(y)`, "Only a query"},
	{"CREATE INDEX", `CREATE INDEX x ON customer (name)`, "Only a query"},
	{"ALTER TABLE", `ALTER TABLE customer RENAME TO x`, "Only a query"},
	{"UPDATE of the schema", `UPDATE sqlite_master SET sql = 'x'`, ""},
	{"REINDEX", `REINDEX`, "Only a query"},
	{"ANALYZE", `ANALYZE`, "Only a query"},
	{"VACUUM", `VACUUM`, ""},
	{"VACUUM INTO", `VACUUM INTO '/tmp/groundwork-hostile.db'`, ""},
	{"BEGIN", `BEGIN EXCLUSIVE`, "transaction"},
	{"COMMIT", `COMMIT`, "transaction"},
	{"SAVEPOINT", `SAVEPOINT x`, "transaction"},

	// Out of the sandbox.
	{"ATTACH", `ATTACH DATABASE '/tmp/groundwork-hostile.db' AS x`, "no other can be attached"},
	{"ATTACH in memory", `ATTACH ':memory:' AS x`, "no other can be attached"},
	{"DETACH", `DETACH main`, "no other can be attached"},
	{"PRAGMA", `PRAGMA table_info(customer)`, "PRAGMA"},
	{"PRAGMA that writes", `PRAGMA writable_schema = ON`, "PRAGMA"},
	{"PRAGMA temp_store_directory", `PRAGMA temp_store_directory = '/tmp'`, "PRAGMA"},
	{"PRAGMA as a function", `SELECT * FROM pragma_table_info('customer')`, "not part of the task"},
	{"PRAGMA of databases as a function", `SELECT file FROM pragma_database_list`, "not part of the task"},
	{"load_extension", `SELECT load_extension('/lib/x86_64-linux-gnu/libc.so.6')`, "load_extension"},
	{"writefile", `SELECT writefile('/tmp/groundwork-hostile', 'x')`, "no such function"},
	{"readfile", `SELECT readfile('/etc/passwd')`, "no such function"},
	{"edit", `SELECT edit('x')`, "no such function"},
	{"fsdir", `SELECT * FROM fsdir('/')`, "no such table"},
	{"generate_series", `SELECT * FROM generate_series(1, 1000000000)`, "no such table"},
	{"REGEXP", `SELECT name REGEXP '(a*)*b' FROM customer`, "regexp"},
	{"MATCH", `SELECT * FROM customer WHERE name MATCH 'x'`, ""},
	{"fts5", `SELECT fts5('x')`, "not available"},
	{"fts3_tokenizer", `SELECT fts3_tokenizer('simple', x'0000000000000000')`, ""},
	{"the schema table", `SELECT sql FROM sqlite_schema`, "not part of the task"},
	{"the pages", `SELECT data FROM sqlite_dbpage`, "no such table"},
	{"dbstat", `SELECT * FROM dbstat`, "no such table"},
	{"compile options", `SELECT sqlite_compileoption_get(1)`, "not available"},
	{"rtreecheck", `SELECT rtreecheck('customer')`, "not available"},
	{"a table there is not", `SELECT * FROM learners`, "no such table"},

	// Chance and time.
	{"random", `SELECT * FROM customer ORDER BY random()`, "another result every time"},
	{"randomblob", `SELECT randomblob(1000000000)`, "another result every time"},
	{"the date of today", `SELECT date('now')`, "current time"},
	{"the date of today, said otherwise", `SELECT strftime('%Y', 'n' || 'ow', '+1 day')`, "current time"},
	{"the date by default", `SELECT datetime()`, "current time"},
	{"current_timestamp", `SELECT CURRENT_TIMESTAMP`, "current time"},

	// More than one statement, or none.
	{"two statements", `SELECT 1; DROP TABLE customer`, "Only one statement"},
	{"two queries", `SELECT 1; SELECT 2`, "Only one statement"},
	{"a statement behind a comment", "SELECT 1; -- all\n/* done */ ;; DELETE FROM customer", "Only one statement"},
	{"a statement behind an open comment", "SELECT 1 /* ; */; DELETE FROM customer /*", "Only one statement"},
	{"a comment alone", "-- SELECT 1", "no query yet"},
	{"nothing", "  \n", "no query yet"},
	{"a NUL", "SELECT 1\x00; DROP TABLE customer", "no text"},
	{"a parameter", `SELECT * FROM customer WHERE id = ?`, "parameter"},
	{"a parameter with a number", `SELECT ?999999999`, ""},
	{"EXPLAIN", `EXPLAIN SELECT 1`, "EXPLAIN"},
	{"EXPLAIN QUERY PLAN", `EXPLAIN QUERY PLAN SELECT 1`, "EXPLAIN"},
	{"too long", `SELECT '` + strings.Repeat("x", maxAnswer) + `'`, "longer than 4000"},
	{"what is no SQL", `drop your weapons`, "syntax error"},
	{"no UTF-8", "SELECT '\xff\xfe' FROM \xff", ""},
}

// repeatN writes part n times with the numbers i and i+1.
func repeatN(n int, part string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, part, i, i+1)
	}
	return b.String()
}

// nested writes queries one in the condition of the other.
func nested(n int, part string) string {
	part = strings.ReplaceAll(part, `#`, `%[1]d`)
	return `SELECT id AS a0 FROM customer WHERE (` + repeatN(n, part) + fmt.Sprintf("a%d", n) + strings.Repeat(")", n+1)
}

// doubling names a query, then each time one that reads the last one twice.
func doubling(n int) string {
	var b strings.Builder
	b.WriteString("WITH a0 AS (SELECT 1 AS x)")
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, ", a%d AS (SELECT p.x FROM a%d p, a%d q)", i, i-1, i-1)
	}
	fmt.Fprintf(&b, " SELECT count(*) FROM a%d", n)
	return b.String()
}

// S22: every hostile query comes to its end soon, with a clear word and without
// taking memory.
func TestHostile(t *testing.T) {
	r := New(Options{Time: time.Second / 2}) // to be done sooner: a dozen of them need all of it
	q := shop()
	if same, err := r.Equal(q, q.Key); !same || err != nil {
		t.Fatalf("Equal of the key = %v, %v", same, err)
	}
	for _, tt := range hostile {
		t.Run(tt.name, func(t *testing.T) {
			before, peak := memory(t), watchMemory(t)
			begin := time.Now()
			same, err := r.Equal(q, tt.query)
			took, most := time.Since(begin), peak()
			t.Logf("%v, %.1f MB: %v", took.Round(time.Millisecond/10), float64(most-before)/1e6, err)
			if same || err == nil {
				t.Fatalf("Equal = %v, %v, want it refused", same, err)
			}
			early := endedBy(err) == byTime // on a busy machine time may run out before a limit is met
			if !early && !strings.Contains(strings.ToLower(err.Error()), strings.ToLower(tt.want)) {
				t.Errorf("the learner is told %q, want a word of %q", err, tt.want)
			}
			var f *Fault
			if !errors.As(err, &f) {
				t.Errorf("the error %T %q is not for the learner", err, err)
			}
			if took > slow*3*time.Second { // one, and some for a busy machine
				t.Errorf("it took %v", took)
			}
			if most > before+50e6 {
				t.Errorf("it took %d MB of memory", (most-before)/1e6)
			}
		})
	}
	for _, name := range []string{"/tmp/groundwork-hostile", "/tmp/groundwork-hostile.db"} {
		if _, err := os.Stat(name); err == nil {
			t.Errorf("%s was written", name)
		}
	}
	if same, err := r.Equal(q, q.Key+" -- again"); !same || err != nil {
		t.Errorf("after it all, Equal of the key = %v, %v", same, err)
	}
}

// Twenty people who send hostile queries, again and again, keep nobody
// waiting who does not.
func TestHostileBesideGood(t *testing.T) {
	r := New(Options{})
	q := shop()
	var bad, good sync.WaitGroup
	done := make(chan struct{})
	for i := range 20 {
		bad.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-done:
					return
				default:
				}
				query := hostile[(i*7+n)%12].query + fmt.Sprintf(" -- %d %d", i, n) // never the same one
				if same, err := r.Equal(q, query); same || err == nil {
					t.Errorf("Equal(%q) = %v, %v", query, same, err)
				}
			}
		})
	}
	time.Sleep(200 * time.Millisecond) // they are at it
	took := make([]time.Duration, 50)
	for i := range took {
		good.Go(func() {
			begin := time.Now()
			same, err := r.Equal(q, fmt.Sprintf("SELECT count(id) + %d - %d FROM customer", i, i))
			took[i] = time.Since(begin)
			if !same || err != nil {
				t.Errorf("a good query beside hostile ones: Equal = %v, %v", same, err)
			}
		})
	}
	good.Wait()
	close(done)
	bad.Wait()
	slices.Sort(took)
	t.Logf("50 good queries at once: half in %v, all in %v", took[25], took[49])
	if took[49] > slow*10*time.Second { // a second or two, and much for a busy machine
		t.Errorf("a good query waited %v", took[49])
	}
}

// memory returns how much memory the process has, in bytes.
func memory(t testing.TB) int64 {
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0 // not on this system
	}
	pages, err := strconv.ParseInt(strings.Fields(string(data))[1], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}

// watchMemory looks at the memory until the function it returns is called,
// which tells the most there was.
func watchMemory(t testing.TB) (peak func() int64) {
	done := make(chan struct{})
	var most int64
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			most = max(most, memory(t))
			select {
			case <-done:
				return
			case <-time.After(time.Millisecond):
			}
		}
	})
	return func() int64 { close(done); wg.Wait(); return most }
}
