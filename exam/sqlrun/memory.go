package sqlrun

import (
	"sync/atomic"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// maxMemory is what one database may take, in bytes. SQLite can limit the
// memory of a process only; a limit for one database stands here, around its
// allocator. What would go beyond is refused, and SQLite ends the query.
const maxMemory = 24 << 20

// allocator is SQLite's own, which ours calls.
var allocator sqlite3.Tsqlite3_mem_methods

// sandboxes counts the databases that are open. Without one, the allocator
// costs the rest of the program nothing.
var sandboxes atomic.Int32

// limited reports whether the allocator could be put in place. SQLite takes
// one only before it is first used, which is why it is set here and not by
// [New].
var limited = limitMemory()

func limitMemory() bool {
	tls := libc.NewTLS()
	defer tls.Close()
	size := int32(unsafe.Sizeof(allocator))
	p := tls.Alloc(int(size))
	defer tls.Free(int(size))
	methods := (*sqlite3.Tsqlite3_mem_methods)(at(p))
	args := libc.NewVaList(p)
	defer libc.Xfree(tls, args)
	if sqlite3.Xsqlite3_config(tls, sqlite3.SQLITE_CONFIG_GETMALLOC, args) != sqlite3.SQLITE_OK {
		return false
	}
	allocator = *methods
	methods.FxMalloc = funcPtr(malloc)
	methods.FxRealloc = funcPtr(realloc)
	methods.FxFree = funcPtr(release)
	return sqlite3.Xsqlite3_config(tls, sqlite3.SQLITE_CONFIG_MALLOC, args) == sqlite3.SQLITE_OK
}

func malloc(tls *libc.TLS, n int32) uintptr {
	d := sandboxed(tls)
	if d != nil && !d.room(int(n)) {
		return 0
	}
	p := call[func(*libc.TLS, int32) uintptr](allocator.FxMalloc)(tls, n)
	if d != nil && p != 0 {
		d.used += usable(tls, p)
	}
	return p
}

func realloc(tls *libc.TLS, p uintptr, n int32) uintptr {
	d := sandboxed(tls)
	before := 0
	if d != nil {
		before = usable(tls, p)
		if !d.room(int(n) - before) {
			return 0
		}
	}
	q := call[func(*libc.TLS, uintptr, int32) uintptr](allocator.FxRealloc)(tls, p, n)
	if d != nil && q != 0 {
		d.used += usable(tls, q) - before
	}
	return q
}

func release(tls *libc.TLS, p uintptr) {
	if d := sandboxed(tls); d != nil {
		d.used -= usable(tls, p)
	}
	call[func(*libc.TLS, uintptr)](allocator.FxFree)(tls, p)
}

// sandboxed returns the database that a thread works for, nil for the rest of
// the program.
func sandboxed(tls *libc.TLS) *database {
	if sandboxes.Load() == 0 {
		return nil
	}
	return ofThread(tls)
}

// room reports whether n more bytes may be had.
func (d *database) room(n int) bool { return d.used+n <= maxMemory }

func usable(tls *libc.TLS, p uintptr) int {
	if p == 0 {
		return 0
	}
	return int(call[func(*libc.TLS, uintptr) int32](allocator.FxSize)(tls, p))
}

// call turns a pointer to a function of SQLite into that function.
func call[F any](p uintptr) F { return *(*F)(unsafe.Pointer(&struct{ p uintptr }{p})) }
