package sqlrun

import (
	"strings"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// A phase is who is at work on a database.
type phase int

const (
	free    phase = iota // this package
	loading              // the author's schema and data
	asking               // the learner's query
)

// rules say what the statements of a phase may do. SQLite asks them while it
// compiles.
type rules struct {
	phase   phase
	tables  map[string]bool // that may be read, in lower case
	refused string          // the first refusal, for the learner
}

func (r *rules) refuse(why string) int32 {
	if r.refused == "" {
		r.refused = why
	}
	return sqlite3.SQLITE_DENY
}

const (
	refusedWrite = "Only a query runs here: begin with SELECT, WITH or VALUES. Nothing can be written."
	refusedNow   = "The query asks for the current time and so has another result every day. Work with the dates in the tables."
	refusedMore  = "Only one statement runs here. Leave out what follows the first semicolon."
	refusedMark  = "The query has a parameter (?, :name, @name or $name). Write the value itself."
)

// authorize is called by SQLite for everything that a statement would do.
func authorize(tls *libc.TLS, _ uintptr, action int32, arg1, arg2, schema, _ uintptr) int32 {
	d := ofThread(tls)
	if d == nil {
		return sqlite3.SQLITE_DENY
	}
	switch d.rules.phase {
	case free:
		return sqlite3.SQLITE_OK
	case loading:
		return d.rules.load(action)
	}
	if action == sqlite3.SQLITE_READ {
		return d.rules.read(libc.GoString(arg1), libc.GoString(schema))
	}
	return d.rules.ask(action, arg2)
}

// load lets the author do what concerns this database alone.
func (r *rules) load(action int32) int32 {
	switch action {
	case sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH, sqlite3.SQLITE_PRAGMA, sqlite3.SQLITE_CREATE_VTABLE:
		return r.refuse("Schema and data are made of CREATE and INSERT.")
	}
	return sqlite3.SQLITE_OK
}

// read lets the learner read the tables of the task. A name that stands in no
// schema is one that the query itself gives, WITH name AS; or a table of which
// no column is read, as in count(*).
func (r *rules) read(table, schema string) int32 {
	name := strings.ToLower(table)
	if r.tables[name] || schema == "" && !strings.HasPrefix(name, "sqlite_") && !strings.HasPrefix(name, "pragma_") {
		return sqlite3.SQLITE_OK
	}
	return r.refuse("The table " + clip(table, 40) + " is not part of the task.")
}

// ask lets the learner do nothing but select, with functions that give the
// same result every time.
func (r *rules) ask(action int32, arg2 uintptr) int32 {
	switch action {
	case sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE:
		return sqlite3.SQLITE_OK
	case sqlite3.SQLITE_FUNCTION:
		return r.function(strings.ToLower(libc.GoString(arg2)))
	case sqlite3.SQLITE_PRAGMA:
		return r.refuse("PRAGMA is not available here.")
	case sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH:
		return r.refuse("There is one database here, and no other can be attached.")
	case sqlite3.SQLITE_TRANSACTION, sqlite3.SQLITE_SAVEPOINT:
		return r.refuse("Only a query runs here. It needs no transaction.")
	}
	return r.refuse(refusedWrite)
}

func (r *rules) function(name string) int32 {
	switch {
	case functions[name]:
		return sqlite3.SQLITE_OK
	case name == "random" || name == "randomblob":
		return r.refuse("The query uses " + name + "() and so has another result every time.")
	case strings.HasPrefix(name, "current_"):
		return r.refuse(refusedNow)
	}
	return r.refuse("The function " + clip(name, 40) + " is not available here.")
}

// functions are those that a query may call: all that depend on nothing but
// their arguments, but for some that no task needs and that work for long in
// one instruction (unhex) or look at the limit on length only when they are
// done (json_group_array, json_pretty).
var functions = set(`
	abs char coalesce concat concat_ws format glob hex if ifnull iif instr length like likelihood likely lower ltrim
	max min nullif octet_length printf quote replace round rtrim sign substr substring trim typeof unicode unlikely
	upper zeroblob
	date time datetime julianday strftime timediff unixepoch
	avg count group_concat string_agg sum total
	row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value
	acos acosh asin asinh atan atan2 atanh ceil ceiling cos cosh degrees exp floor ln log log10 log2 mod pi pow power
	radians sin sinh sqrt tan tanh trunc
	-> ->> json json_array json_array_length json_error_position json_extract json_insert json_object json_patch
	json_quote json_remove json_replace json_set json_type json_valid`)

func set(names string) map[string]bool {
	m := map[string]bool{}
	for _, name := range strings.Fields(names) {
		m[name] = true
	}
	return m
}

// clip shortens text to n runes.
func clip(text string, n int) string {
	if r := []rune(text); len(r) > n {
		return string(r[:n]) + "…"
	}
	return text
}
