package sqlrun

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// Limits of one database. They are far above what an answer needs and far
// below what hurts.
const (
	maxValue    = 5_000           // bytes of a text, a blob or a row
	maxRows     = 10_000          // of a result
	maxResult   = 1 << 20         // bytes of a result
	maxPages    = 1_000           // of the data, 4 kB each
	maxColumns  = 100             // of a table, a result, an ORDER BY
	maxDepth    = 100             // of an expression
	maxCompound = 50              // parts of a UNION
	maxPattern  = 60              // bytes of a LIKE pattern
	maxOps      = 20_000          // instructions of the compiled query
	maxSearch   = 40              // calls of LIKE, instr and the like, of up to 2 ms; trim counts ten times
	every       = 1_000           // instructions between two looks at the clock
	setupTime   = 2 * time.Second // for the author's schema and data
)

// A database is a private SQLite database in memory. It belongs to one
// goroutine; only stop may be called from another.
//
// This file speaks to SQLite itself and not through database/sql: the driver
// has but one progress handler, which it keeps for itself, and a query that
// has returned its first row cannot be interrupted through it.
type database struct {
	tls   *libc.TLS
	db    uintptr
	rules rules
	used  int // bytes of memory

	steps, maxSteps int       // instructions of the query that runs
	deadline        time.Time // of the query that runs
	ended           ending    // what stopped it

	mu     sync.Mutex // closing against stop
	closed bool
}

// An ending is what stopped a query.
type ending int32

const (
	byItself ending = iota
	bySteps
	byTime
)

// databases finds the database for a callback, which SQLite hands nothing of
// Go but the thread it runs on.
var databases sync.Map // *libc.TLS to *database

// open makes an empty database.
func open() (*database, error) {
	if !limited {
		return nil, errors.New("SQLite was in use before its memory could be limited")
	}
	if err := registerVFS(); err != nil {
		return nil, err
	}
	d := &database{tls: libc.NewTLS()}
	databases.Store(d.tls, d)
	sandboxes.Add(1)
	out := d.tls.Alloc(ptrSize)
	defer d.tls.Free(ptrSize)
	storePtr(out, 0)
	flags := int32(sqlite3.SQLITE_OPEN_READWRITE | sqlite3.SQLITE_OPEN_CREATE | sqlite3.SQLITE_OPEN_MEMORY | sqlite3.SQLITE_OPEN_NOMUTEX)
	rc := sqlite3.Xsqlite3_open_v2(d.tls, text.memory, out, flags, text.vfs)
	d.db = loadPtr(out)
	if rc != sqlite3.SQLITE_OK {
		d.close()
		return nil, fmt.Errorf("open a database in memory: code %d", rc)
	}
	sqlite3.Xsqlite3_drop_modules(d.tls, d.db, 0) // full text, trees, pages
	sqlite3.Xsqlite3_progress_handler(d.tls, d.db, every, progressPtr, 0)
	sqlite3.Xsqlite3_set_authorizer(d.tls, d.db, authorizePtr, 0)
	if err := d.configure(); err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

// configure closes what SQLite leaves open by default.
func (d *database) configure() error {
	for option, value := range map[int32]int32{
		sqlite3.SQLITE_DBCONFIG_DEFENSIVE:             1,
		sqlite3.SQLITE_DBCONFIG_TRUSTED_SCHEMA:        0,
		sqlite3.SQLITE_DBCONFIG_DQS_DML:               0, // "typo" is an error and no text
		sqlite3.SQLITE_DBCONFIG_DQS_DDL:               0,
		sqlite3.SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION: 0,
		sqlite3.SQLITE_DBCONFIG_ENABLE_ATTACH_CREATE:  0,
		sqlite3.SQLITE_DBCONFIG_ENABLE_ATTACH_WRITE:   0,
		sqlite3.SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER: 0,
	} {
		args := libc.NewVaList(value, uintptr(0))
		rc := sqlite3.Xsqlite3_db_config(d.tls, d.db, option, args)
		libc.Xfree(d.tls, args)
		if rc != sqlite3.SQLITE_OK {
			return fmt.Errorf("set option %d of a database: code %d", option, rc)
		}
	}
	d.plain()
	// Tables that a query builds go to temporary files, and there are none to
	// be had: what outgrows its cache of 2 MB fails. In memory they would grow
	// without a limit.
	return d.exec(`PRAGMA temp_store = 1; PRAGMA cache_size = -2000; PRAGMA max_page_count = 1000;`, free)
}

// plain turns off the optimisations that write an expression in the place of
// a name. Forty queries one within the other, each of which uses a column of
// the next twice, would become one of 2^40 terms, and SQLite does not look up
// from that work.
func (d *database) plain() {
	const off = sqlite3.SQLITE_QueryFlattener | sqlite3.SQLITE_PushDown | sqlite3.SQLITE_PropagateConst |
		sqlite3.SQLITE_CountOfView | sqlite3.SQLITE_ExistsToJoin
	args := libc.NewVaList(d.db, int32(off))
	sqlite3.Xsqlite3_test_control(d.tls, sqlite3.SQLITE_TESTCTRL_OPTIMIZATIONS, args)
	libc.Xfree(d.tls, args)
}

// load runs the author's schema and data, then closes the database to all but
// queries.
func (d *database) load(schema, data string) error {
	for _, part := range []struct{ name, sql string }{{"schema", schema}, {"data", data}} {
		if err := d.exec(part.sql, loading); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	if err := d.exec(`PRAGMA query_only = 1`, free); err != nil {
		return err
	}
	names := map[string]bool{"json_each": true, "json_tree": true}
	d.rules = rules{phase: free}
	st, _, err := d.prepare(`SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%'`)
	if err != nil {
		return err
	}
	defer st.close()
	d.begin(limits{time: setupTime})
	for {
		more, err := st.next()
		if err != nil || !more {
			d.rules = rules{phase: asking, tables: names}
			d.limit()
			return err
		}
		names[strings.ToLower(st.value(0).text)] = true
	}
}

// limit narrows what a query may be. The author's schema and data come first:
// they may be longer.
func (d *database) limit() {
	for id, n := range map[int32]int32{
		sqlite3.SQLITE_LIMIT_LENGTH:              maxValue,
		sqlite3.SQLITE_LIMIT_SQL_LENGTH:          maxAnswer + 100,
		sqlite3.SQLITE_LIMIT_COLUMN:              maxColumns,
		sqlite3.SQLITE_LIMIT_EXPR_DEPTH:          maxDepth,
		sqlite3.SQLITE_LIMIT_PARSER_DEPTH:        10 * maxDepth,
		sqlite3.SQLITE_LIMIT_COMPOUND_SELECT:     maxCompound,
		sqlite3.SQLITE_LIMIT_VDBE_OP:             maxOps,
		sqlite3.SQLITE_LIMIT_FUNCTION_ARG:        50,
		sqlite3.SQLITE_LIMIT_ATTACHED:            0,
		sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: maxPattern,
		sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER:     10,
		sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH:       1,
		sqlite3.SQLITE_LIMIT_WORKER_THREADS:      0,
	} {
		sqlite3.Xsqlite3_limit(d.tls, d.db, id, n)
	}
}

// exec runs statements of ours or of the author.
func (d *database) exec(sql string, p phase) error {
	d.rules = rules{phase: p}
	d.begin(limits{time: setupTime})
	z, err := libc.CString(sql)
	if err != nil {
		return err
	}
	defer libc.Xfree(d.tls, z)
	if rc := sqlite3.Xsqlite3_exec(d.tls, d.db, z, 0, 0, 0); rc != sqlite3.SQLITE_OK {
		return d.fault(rc, "")
	}
	return nil
}

// begin sets what the next query may take.
func (d *database) begin(l limits) {
	d.steps, d.maxSteps, d.ended, d.deadline = 0, l.steps, byItself, time.Now().Add(l.time)
	if !l.until.IsZero() && l.until.Before(d.deadline) {
		d.deadline = l.until
	}
}

// watch stops the query at its deadline, until the function that it returns
// is called. The progress handler alone would notice too late where single
// instructions take long: an interrupt is seen at every turn of a loop.
func (d *database) watch() (done func()) {
	var over atomic.Bool
	t := time.AfterFunc(time.Until(d.deadline), func() {
		if !over.Load() {
			d.stop()
		}
	})
	return func() { over.Store(true); t.Stop() }
}

func (d *database) stop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.closed {
		tls := libc.NewTLS() // d.tls is in use by the query
		sqlite3.Xsqlite3_interrupt(tls, d.db)
		tls.Close()
	}
}

func (d *database) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return
	}
	d.closed = true
	sqlite3.Xsqlite3_close_v2(d.tls, d.db)
	databases.Delete(d.tls)
	sandboxes.Add(-1)
	d.tls.Close()
}

// progress is called by SQLite every so many instructions, and while it
// compiles; what it returns, if not 0, ends the query.
func progress(tls *libc.TLS, _ uintptr) int32 {
	d := ofThread(tls)
	if d == nil {
		return 1
	}
	d.steps += every
	switch {
	case d.maxSteps > 0 && d.steps > d.maxSteps:
		d.ended = bySteps
	case time.Now().After(d.deadline):
		d.ended = byTime
	default:
		return 0
	}
	return 1
}

func ofThread(tls *libc.TLS) *database {
	if d, ok := databases.Load(tls); ok {
		return d.(*database)
	}
	return nil
}

// fault turns a result code into an error for the learner. sql is what was
// asked, to tell the line.
func (d *database) fault(rc int32, sql string) error {
	message := libc.GoString(sqlite3.Xsqlite3_errmsg(d.tls, d.db))
	switch rc & 0xff {
	case sqlite3.SQLITE_INTERRUPT:
		if d.ended == byItself {
			d.ended = byTime
		}
		return errStopped
	case sqlite3.SQLITE_AUTH:
		if d.rules.refused != "" {
			return fault(d.rules.refused)
		}
	case sqlite3.SQLITE_TOOBIG:
		return errTooBig
	case sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR:
		return errMemory
	}
	if d.rules.refused != "" { // as in "error in view v: not authorized"
		return fault(d.rules.refused)
	}
	at := int(sqlite3.Xsqlite3_error_offset(d.tls, d.db))
	if at >= 0 && at <= len(sql) && strings.Contains(sql, "\n") {
		return fault(fmt.Sprintf("Line %d: %s", 1+strings.Count(sql[:at], "\n"), message))
	}
	return fault(strings.ToUpper(message[:min(1, len(message))]) + message[min(1, len(message)):])
}

// A Fault is what is wrong with a query. Its text is for the learner. Any other
// error is no fault of the query, and its text is for the log.
type Fault struct {
	text string
	by   ending // what stopped the query, if something did
}

func (f *Fault) Error() string { return f.text }

func fault(text string) error { return &Fault{text: text} }

// stopped is the fault of a query that was stopped.
func stopped(by ending) error {
	return &Fault{"The query was stopped: it does far more work than the task needs. Look for a recursion without an end or a join without a condition.", by}
}

var (
	errStopped = errors.New("stopped") // says nothing yet: what stopped it is in database.ended
	errComplex = fault("The query is too complex for the sandbox. The task needs a much simpler one.")
	errTooBig  = fault("A text or a row of the query grows beyond 5,000 characters. The task needs none that long.")
	errMemory  = fault("The query needs more memory than the sandbox has. Look for a join without a condition or a recursion without an end.")
)

// The rest is what C has and Go has not: pointers to functions, and memory
// that is not Go's.

const ptrSize = int(unsafe.Sizeof(uintptr(0)))

func loadPtr(p uintptr) uintptr     { return *(*uintptr)(at(p)) }
func storePtr(p uintptr, v uintptr) { *(*uintptr)(at(p)) = v }

// at is the address p in SQLite's memory, which the garbage collector neither
// moves nor frees.
func at(p uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&p)) }

func funcPtr[T any](f T) uintptr { return *(*uintptr)(unsafe.Pointer(&struct{ f T }{f})) }

var (
	progressPtr  = funcPtr(progress)
	authorizePtr = funcPtr(authorize)
)
