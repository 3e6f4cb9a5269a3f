package sqlrun

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// limits are what one query may take.
type limits struct {
	steps int           // instructions; 0 is no limit
	time  time.Duration // from the begin
	until time.Time     // of several queries together; zero is no limit
}

// A statement is one compiled statement of a database.
type statement struct {
	d    *database
	p    uintptr
	sql  string
	done func() // ends the watch over the time
}

// prepare compiles the first statement of sql and returns what follows it. The
// statement is nil if there is none but comments.
func (d *database) prepare(sql string) (st *statement, rest string, err error) {
	z, err := libc.CString(sql)
	if err != nil {
		return nil, "", err
	}
	defer libc.Xfree(d.tls, z)
	out := d.tls.Alloc(2 * ptrSize)
	defer d.tls.Free(2 * ptrSize)
	storePtr(out, 0)
	tail := out + uintptr(ptrSize)
	rc := sqlite3.Xsqlite3_prepare_v3(d.tls, d.db, z, int32(len(sql)+1), 0, out, tail)
	if rc != sqlite3.SQLITE_OK {
		return nil, "", d.fault(rc, sql)
	}
	rest = sql[loadPtr(tail)-z:]
	if loadPtr(out) == 0 {
		return nil, rest, nil
	}
	return &statement{d: d, p: loadPtr(out), sql: sql, done: d.watch()}, rest, nil
}

// query compiles sql as the learner's query, within the limits.
func (d *database) query(sql string, l limits) (*statement, error) {
	d.begin(l)
	done := d.watch() // compiling takes time as well
	defer done()
	st, rest, err := d.prepare(sql)
	if err != nil {
		return nil, err
	}
	if st == nil {
		return nil, fault("There is no query yet.")
	}
	if err := st.check(rest); err != nil {
		st.close()
		return nil, err
	}
	return st, nil
}

// check refuses what is not one query, and what is too big for one.
func (st *statement) check(rest string) error {
	d := st.d
	switch {
	case !blank(rest):
		return fault(refusedMore)
	case sqlite3.Xsqlite3_stmt_isexplain(d.tls, st.p) != 0:
		return fault("EXPLAIN is not available here. Write the query alone.")
	case sqlite3.Xsqlite3_stmt_readonly(d.tls, st.p) == 0, sqlite3.Xsqlite3_column_count(d.tls, st.p) == 0:
		return fault(refusedWrite)
	case sqlite3.Xsqlite3_bind_parameter_count(d.tls, st.p) > 0:
		return fault(refusedMark)
	}
	return d.weigh(st.sql)
}

// weigh reads the program that SQLite makes of a query. It refuses one that
// calls slow functions so often in a row that a limit on time, which is looked
// at where the program turns back, would be seen too late.
func (d *database) weigh(sql string) error {
	ex, _, err := d.prepare("EXPLAIN " + sql)
	if err != nil || ex == nil {
		return err
	}
	defer ex.close()
	searches := 0
	for {
		more, err := ex.next()
		if err != nil || !more {
			return err
		}
		switch ex.value(1).text {
		case "Function", "PureFunc":
			switch name := ex.value(5).text; {
			case name == "trim(2)" || name == "ltrim(2)" || name == "rtrim(2)":
				searches += 10
			case strings.HasPrefix(name, "like(") || strings.HasPrefix(name, "glob(") || name == "instr(2)" || name == "replace(3)":
				searches++
			}
		}
		if searches > maxSearch {
			return errComplex
		}
	}
}

// next goes to the next row and reports whether there is one.
func (st *statement) next() (bool, error) {
	switch rc := sqlite3.Xsqlite3_step(st.d.tls, st.p); rc {
	case sqlite3.SQLITE_ROW, sqlite3.SQLITE_DONE:
		if st.d.rules.phase == asking && st.d.rules.refused != "" {
			return false, fault(st.d.rules.refused)
		}
		return rc == sqlite3.SQLITE_ROW, nil
	default:
		return false, st.d.fault(rc, st.sql)
	}
}

func (st *statement) close() {
	st.done()
	sqlite3.Xsqlite3_finalize(st.d.tls, st.p)
}

// columns returns the names of the columns.
func (st *statement) columns() []string {
	names := make([]string, sqlite3.Xsqlite3_column_count(st.d.tls, st.p))
	for i := range names {
		names[i] = strings.ToValidUTF8(libc.GoString(sqlite3.Xsqlite3_column_name(st.d.tls, st.p, int32(i))), "\uFFFD")
	}
	return names
}

// A value is one value of a result.
type value struct {
	kind Kind
	int  int64   // of an integer
	real float64 // of a real
	text string  // as SQLite writes it; of a blob the bytes
}

// value returns column i of the current row.
func (st *statement) value(i int) value {
	tls, n := st.d.tls, int32(i)
	switch sqlite3.Xsqlite3_column_type(tls, st.p, n) {
	case sqlite3.SQLITE_INTEGER:
		v := sqlite3.Xsqlite3_column_int64(tls, st.p, n)
		return value{kind: Integer, int: v, text: strconv.FormatInt(v, 10)}
	case sqlite3.SQLITE_FLOAT:
		v := sqlite3.Xsqlite3_column_double(tls, st.p, n)
		return value{kind: Real, real: v, text: st.bytes(sqlite3.Xsqlite3_column_text(tls, st.p, n), n)}
	case sqlite3.SQLITE_TEXT:
		return value{kind: Text, text: st.bytes(sqlite3.Xsqlite3_column_text(tls, st.p, n), n)}
	case sqlite3.SQLITE_BLOB:
		return value{kind: Blob, text: st.bytes(sqlite3.Xsqlite3_column_blob(tls, st.p, n), n)}
	}
	return value{kind: Null}
}

// bytes copies the text or blob at p, which column n has just returned.
func (st *statement) bytes(p uintptr, n int32) string {
	size := sqlite3.Xsqlite3_column_bytes(st.d.tls, st.p, n)
	if p == 0 || size <= 0 {
		return ""
	}
	return string(libc.GoBytes(p, int(size)))
}

// blank reports whether sql holds nothing but space, comments and semicolons.
func blank(sql string) bool {
	for {
		sql = strings.TrimLeft(sql, " \t\r\n\f;")
		switch {
		case sql == "":
			return true
		case strings.HasPrefix(sql, "--"):
			_, sql, _ = strings.Cut(sql, "\n")
		case strings.HasPrefix(sql, "/*"):
			_, sql, _ = strings.Cut(sql[2:], "*/")
		default:
			return false
		}
	}
}

// each runs a query to its end and hands over its rows.
func (st *statement) each(row func([]value) error) error {
	width := int(sqlite3.Xsqlite3_column_count(st.d.tls, st.p))
	rows, size := 0, 0
	for {
		more, err := st.next()
		if err != nil || !more {
			return err
		}
		if rows++; rows > maxRows {
			return fault(fmt.Sprintf("The query returns more than %d rows.", maxRows))
		}
		values := make([]value, width)
		for i := range values {
			values[i] = st.value(i)
			size += len(values[i].text) + 16
		}
		if size > maxResult {
			return fault("The query returns too much text. The task needs far less.")
		}
		if err := row(values); err != nil {
			return err
		}
	}
}
